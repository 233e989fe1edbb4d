//! The way to Earth: records → TM transfer frames → Reed–Solomon, randomizer, marker.
//!
//! Books: 132.0-B-3, 131.0-B. Frames of 1,115 octets, five codewords each, short randomizer. Two frames of idle data in front let the station's
//! decoder lock, two behind push the last one through it.

use embedded_storage::nor_flash::NorFlash;
use magpie_bus::FromComputer;
use magpie_coding::cadu::{CaduConfig, CaduEncoder};
use magpie_coding::reed_solomon::RsCode;
use magpie_relay::downlink::{DownlinkConfig, Framer, Sources};
use magpie_relay::store::Store as _;
use magpie_store::RecordId;
use magpie_wire::id::{Scid, Vcid};

use crate::recorder::Recorder;
use crate::row::{Row, RowState};

/// Octets of a TM frame.
pub const FRAME_LEN: usize = 1_115;
/// Octets of a CADU.
pub const CADU_LEN: usize = 4 + 5 * 255;
/// Virtual channel of the recording.
pub const VCID: u8 = 1;
/// Octets of one message to the transmitter.
const PIECE: usize = 512;
/// Frames of idle data before and behind.
const IDLE: u8 = 2;

/// A dump that runs.
#[derive(Debug)]
struct Dump {
    row: RowState,
    /// Octets of earlier dumps: for the framer all dumps are one recording, so its counts go on.
    base: u64,
    idle_before: u8,
    idle_behind: u8,
}

/// Framer and encoder.
#[derive(Debug)]
pub(crate) struct Downlink {
    framer: Framer<1>,
    encoder: CaduEncoder,
    frame: [u8; FRAME_LEN],
    cadu: [u8; CADU_LEN],
    dump: Option<Dump>,
    /// The newest record that has gone out whole.
    dumped: Option<RecordId>,
    /// Octets of whole dumps.
    sent: u64,
}

/// One row as the only channel of the framer.
struct Only<'s, F, const N: usize> {
    row: Row<'s, F, N>,
    base: u64,
}

impl<F: NorFlash, const N: usize> Sources for Only<'_, F, N> {
    fn len(&self, _: usize) -> u64 {
        self.base + self.row.len()
    }

    fn read(&mut self, _: usize, from: u64, out: &mut [u8]) -> usize {
        self.row.read(from.saturating_sub(self.base), out)
    }
}

impl Downlink {
    /// `None` only if the constants of this file do not agree.
    pub(crate) fn new(scid: Scid) -> Option<Self> {
        let cadu = CaduConfig::reed_solomon(RsCode::E16, 5, FRAME_LEN).ok()?;
        Some(Self {
            framer: Framer::new(DownlinkConfig::new(scid), [Vcid::new(VCID)?]).ok()?,
            encoder: CaduEncoder::new(cadu),
            frame: [0; FRAME_LEN],
            cadu: [0; CADU_LEN],
            dump: None,
            dumped: None,
            sent: 0,
        })
    }

    /// Begins with what is recorded now; a dump that runs goes on.
    pub(crate) fn start(&mut self, row: RowState) {
        let base = self.sent;
        self.dump.get_or_insert(Dump {
            row,
            base,
            idle_before: IDLE,
            idle_behind: IDLE,
        });
    }

    /// The newest record of the last whole dump.
    pub(crate) const fn dumped(&self) -> Option<RecordId> {
        self.dumped
    }

    /// Sends one frame; false if no dump runs.
    pub(crate) fn work<F: NorFlash, const N: usize>(
        &mut self,
        recorder: &mut Recorder<F, N>,
        out: &mut impl FnMut(&FromComputer<'_>),
    ) -> bool {
        let Some(dump) = &mut self.dump else {
            return false;
        };
        let mut source = Only {
            row: recorder.row(&mut dump.row),
            base: dump.base,
        };
        let finished = self.framer.is_finished(&source);
        if finished && dump.idle_behind == 0 {
            self.sent = source.base + source.row.len();
            self.dumped = Some(dump.row.last());
            self.dump = None;
            out(&FromComputer::DownlinkEnd);
            return false;
        }
        let made = if dump.idle_before > 0 {
            dump.idle_before -= 1;
            self.framer.next_frame(&mut NoSource, &mut self.frame)
        } else {
            dump.idle_behind -= u8::from(finished);
            self.framer.next_frame(&mut source, &mut self.frame)
        };
        let whole = made.is_ok() && self.encoder.encode(&self.frame, &mut self.cadu).is_ok();
        if whole {
            for octets in self.cadu.chunks(PIECE) {
                out(&FromComputer::Downlink { octets });
            }
        }
        true
    }
}

/// Nothing to send: the framer makes a frame of idle data.
struct NoSource;

impl Sources for NoSource {
    fn len(&self, _: usize) -> u64 {
        0
    }

    fn read(&mut self, _: usize, _: u64, _: &mut [u8]) -> usize {
        0
    }
}
