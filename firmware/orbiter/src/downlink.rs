//! The way to Earth: records → TM transfer frames → Reed–Solomon, randomizer, marker.
//!
//! Books: 132.0-B-3, 131.0-B. Frames of 1,115 octets, five codewords each, short randomizer. Two frames of idle data in front let the station's
//! decoder lock, two behind push the last one through it.

use embedded_storage::nor_flash::NorFlash;
use magpie_bus::FromComputer;
use magpie_coding::cadu::{CaduConfig, CaduEncoder};
use magpie_coding::reed_solomon::RsCode;
use magpie_flight::profile::ORBITER;
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

/// A frame and its CADU.
#[derive(Debug)]
pub(crate) struct Buffers {
    frame: [u8; FRAME_LEN],
    cadu: [u8; CADU_LEN],
}

impl Buffers {
    pub(crate) const fn new() -> Self {
        Self {
            frame: [0; FRAME_LEN],
            cadu: [0; CADU_LEN],
        }
    }
}

/// Framer and encoder.
#[derive(Debug)]
struct Chain {
    framer: Framer<1>,
    encoder: CaduEncoder,
    buffers: &'static mut Buffers,
}

/// The way to Earth. Says nothing until it is lent its buffers.
#[derive(Debug)]
pub(crate) struct Downlink {
    chain: Option<Chain>,
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
    pub(crate) const fn new() -> Self {
        Self {
            chain: None,
            dump: None,
            dumped: None,
            sent: 0,
        }
    }

    /// Lends the buffers.
    pub(crate) fn lend(&mut self, buffers: &'static mut Buffers) {
        let framer = Scid::new(ORBITER)
            .zip(Vcid::new(VCID))
            .and_then(|(scid, vcid)| Framer::new(DownlinkConfig::new(scid), [vcid]).ok());
        let code = CaduConfig::reed_solomon(RsCode::E16, 5, FRAME_LEN).ok();
        // Both are there: all of it are constants of this file.
        self.chain = framer.zip(code).map(|(framer, code)| Chain {
            framer,
            encoder: CaduEncoder::new(code),
            buffers,
        });
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
    #[inline(never)]
    pub(crate) fn work<F: NorFlash, const N: usize>(
        &mut self,
        recorder: &mut Recorder<F, N>,
        out: &mut impl FnMut(&FromComputer<'_>),
    ) -> bool {
        let (Some(dump), Some(chain)) = (&mut self.dump, &mut self.chain) else {
            return false;
        };
        let Some(row) = recorder.row(&mut dump.row) else {
            return false;
        };
        let mut source = Only {
            row,
            base: dump.base,
        };
        let Buffers { frame, cadu } = &mut *chain.buffers;
        let finished = chain.framer.is_finished(&source);
        if finished && dump.idle_behind == 0 {
            self.sent = source.base + source.row.len();
            self.dumped = Some(dump.row.last());
            self.dump = None;
            out(&FromComputer::DownlinkEnd);
            return false;
        }
        let made = if dump.idle_before > 0 {
            dump.idle_before -= 1;
            chain.framer.next_frame(&mut NoSource, frame)
        } else {
            dump.idle_behind -= u8::from(finished);
            chain.framer.next_frame(&mut source, frame)
        };
        let whole = made.is_ok() && chain.encoder.encode(frame, cadu).is_ok();
        if whole {
            for octets in cadu.chunks(PIECE) {
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
