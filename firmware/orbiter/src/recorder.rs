//! The recorder: what was accepted is on the flash before it is acknowledged, and a reset in the middle of a pass costs nothing of it.
//!
//! | Kind of record | Content |
//! |---|---|
//! | 1 | a pass began: the [`Pass`] as it was ordered |
//! | 2 | a record packet of `magpie-relay`: opening, block with an accepted frame, closing |
//! | 3 | the pass is over |
//!
//! At boot the last record of kind 1 without one of kind 3 behind it names the pass that was interrupted.

use embedded_storage::nor_flash::NorFlash;
use magpie_bus::order::Pass;
use magpie_link::clock::Instant;
use magpie_relay::block::BlockHeader;
use magpie_relay::recorder::Track;
use magpie_store::{Cursor, OpenError, RecordId, Recovery, Stats, Store};
use magpie_wire::id::Apid;

use crate::APID;
use crate::row::{LONGEST, Row, RowState};

const KIND_BEGIN: u8 = 1;
pub(crate) const KIND_RECORD: u8 = 2;
const KIND_END: u8 = 3;
/// Room for a [`Pass`] as `postcard` writes it.
const PASS_LEN: usize = 24;
/// Closing record and end of pass find room in a full store.
const RESERVED: (u16, u16) = (2, 64);

/// What the store said when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It held records, or none.
    Recovered(Recovery),
    /// It held no store: formatted, if it was blank.
    Formatted,
    /// It cannot be used.
    Unusable(OpenError),
}

/// The recording of the pass that runs.
#[derive(Debug)]
struct Running {
    track: Track,
    row: RowState,
    blocks: u32,
}

/// The flash with its store and the room for one record.
#[derive(Debug)]
pub struct Device<F, const N: usize> {
    store: Store<F, N>,
    scratch: [u8; LONGEST],
}

/// The store, and the recording that runs. Without a device it records nothing.
#[derive(Debug)]
pub(crate) struct Recorder<F: 'static, const N: usize> {
    device: Option<&'static mut Device<F, N>>,
    running: Option<Running>,
    not_recorded: u32,
}

impl<F, const N: usize> Device<F, N> {
    /// A store on this flash, not opened yet.
    pub const fn new(flash: F) -> Self {
        Self {
            store: Store::new(flash),
            scratch: [0; LONGEST],
        }
    }

    fn row<'s>(&'s mut self, state: &'s mut RowState, closing: bool) -> Row<'s, F, N> {
        Row {
            store: &mut self.store,
            state,
            scratch: &mut self.scratch,
            closing,
        }
    }
}

impl<F: NorFlash, const N: usize> Recorder<F, N> {
    pub(crate) const fn new() -> Self {
        Self {
            device: None,
            running: None,
            not_recorded: 0,
        }
    }

    /// Gives it the flash and the room for a record.
    pub(crate) fn lend(&mut self, device: &'static mut Device<F, N>) {
        self.device = Some(device);
    }

    /// Reads the flash; a blank one is formatted, one with foreign content is left alone until [`Recorder::format`]. `None` without a
    /// flash.
    pub(crate) fn open(&mut self) -> Option<Opened> {
        let store = &mut self.device.as_mut()?.store;
        store.set_reserve(RESERVED.0, RESERVED.1);
        Some(match store.open() {
            Ok(recovery) => Opened::Recovered(recovery),
            Err(OpenError::Unformatted { blank: true }) if store.format().is_ok() => {
                Opened::Formatted
            }
            Err(error) => Opened::Unusable(error),
        })
    }

    /// Forgets everything.
    pub(crate) fn format(&mut self) -> bool {
        self.running = None;
        let device = self.device.as_mut();
        device.is_some_and(|device| device.store.format().is_ok())
    }

    /// The pass that was interrupted by a reset, and its recording goes on; `None` if there was none.
    pub(crate) fn resume(&mut self, now: Instant) -> Option<Pass> {
        let device = self.device.as_deref_mut()?;
        let mut cursor = Cursor::oldest();
        let mut found: Option<(RecordId, Pass)> = None;
        while let Ok(Some(record)) = device.store.read(&mut cursor, &mut device.scratch) {
            match record.kind {
                KIND_BEGIN => {
                    found = postcard::from_bytes(record.content)
                        .ok()
                        .map(|pass| (record.id, pass));
                }
                KIND_END => found = None,
                _ => {}
            }
        }
        let (id, pass) = found?;
        self.start_track(id, pass.number, now);
        Some(pass)
    }

    /// A pass begins; false if the store takes nothing.
    pub(crate) fn begin(&mut self, pass: &Pass, now: Instant) -> bool {
        self.end(now);
        let mut octets = [0; PASS_LEN];
        let (Ok(content), Some(device)) = (postcard::to_slice(pass, &mut octets), &mut self.device)
        else {
            return false;
        };
        match device.store.append(KIND_BEGIN, &[content]) {
            Ok(id) => self.start_track(id, pass.number, now),
            Err(_) => false,
        }
    }

    fn start_track(&mut self, from: RecordId, pass: u16, now: Instant) -> bool {
        let (Some(device), Some(apid)) = (&mut self.device, Apid::new(APID)) else {
            return false;
        };
        let mut state = RowState::from(from, &mut device.store, &mut device.scratch);
        let mut row = device.row(&mut state, false);
        let track = Track::resume(&mut row)
            .ok()
            .or_else(|| Track::open(apid, pass, now, &mut row).ok());
        self.running = track.map(|track| Running {
            blocks: track.closing().blocks,
            track,
            row: state,
        });
        self.running.is_some()
    }

    /// Whether the next accepted frame is sure to find room. While it is not, the receiver gets no bits, so nothing is acknowledged.
    pub(crate) fn has_room(&self) -> bool {
        let device = self.device.as_ref();
        self.running.is_none()
            || device.is_some_and(|device| device.store.room_for_many(2, LONGEST as u16))
    }

    /// Keeps an accepted frame with the time of its marker's end.
    pub(crate) fn keep(&mut self, marker_end: Instant, frame: &[u8]) -> bool {
        let kept = self.keep_if_running(marker_end, frame).is_some();
        self.not_recorded = self.not_recorded.saturating_add(u32::from(!kept));
        kept
    }

    fn keep_if_running(&mut self, marker_end: Instant, frame: &[u8]) -> Option<()> {
        let (running, device) = (self.running.as_mut()?, self.device.as_deref_mut()?);
        let header = BlockHeader {
            count: running.blocks,
            time: marker_end,
        };
        running.blocks = running.blocks.wrapping_add(1);
        let mut row = device.row(&mut running.row, false);
        running
            .track
            .keep_frame(marker_end, &mut row, &header, frame)
            .ok()
    }

    /// The pass is over: closing record, end of pass.
    pub(crate) fn end(&mut self, now: Instant) {
        let (Some(mut running), Some(device)) = (self.running.take(), &mut self.device) else {
            return;
        };
        let mut row = device.row(&mut running.row, true);
        let _ = running.track.close(now, &mut row);
        let _ = device.store.append_closing(KIND_END, &[]);
    }

    /// All records that are not released, as they are now.
    pub(crate) fn whole_row(&mut self) -> Option<RowState> {
        let device = self.device.as_mut()?;
        let first = RecordId(device.store.released().0.saturating_add(1));
        Some(RowState::from(
            first,
            &mut device.store,
            &mut device.scratch,
        ))
    }

    /// A row to read from.
    pub(crate) fn row<'s>(&'s mut self, state: &'s mut RowState) -> Option<Row<'s, F, N>> {
        Some(self.device.as_mut()?.row(state, false))
    }

    /// The ground has everything up to this record. A pass that runs is not released.
    pub(crate) fn release(&mut self, id: RecordId) -> bool {
        let device = self.device.as_mut().filter(|_| self.running.is_none());
        device.is_some_and(|device| device.store.release_up_to(id).durable)
    }

    pub(crate) fn stats(&self) -> Option<&Stats> {
        self.device.as_ref().map(|device| device.store.stats())
    }

    pub(crate) const fn not_recorded(&self) -> u32 {
        self.not_recorded
    }
}
