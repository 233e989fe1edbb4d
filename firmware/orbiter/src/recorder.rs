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

/// The store, the recording that runs, and the one that goes to Earth.
#[derive(Debug)]
pub(crate) struct Recorder<F, const N: usize> {
    store: Store<F, N>,
    scratch: [u8; LONGEST],
    running: Option<Running>,
    /// The store was opened or formatted.
    open: bool,
    not_recorded: u32,
}

impl<F: NorFlash, const N: usize> Recorder<F, N> {
    pub(crate) const fn new(flash: F) -> Self {
        Self {
            store: Store::new(flash),
            scratch: [0; LONGEST],
            running: None,
            open: false,
            not_recorded: 0,
        }
    }

    /// Reads the flash; a blank one is formatted, one with foreign content is left alone until [`Recorder::format`].
    pub(crate) fn open(&mut self) -> Opened {
        self.store.set_reserve(RESERVED.0, RESERVED.1);
        match self.store.open() {
            Ok(recovery) => {
                self.open = true;
                Opened::Recovered(recovery)
            }
            Err(OpenError::Unformatted { blank: true }) if self.format() => Opened::Formatted,
            Err(error) => Opened::Unusable(error),
        }
    }

    /// Forgets everything.
    pub(crate) fn format(&mut self) -> bool {
        self.running = None;
        self.open = self.store.format().is_ok();
        self.open
    }

    /// The pass that was interrupted by a reset, and its recording goes on; `None` if there was none.
    pub(crate) fn resume(&mut self, apid: Apid, now: Instant) -> Option<Pass> {
        let mut cursor = Cursor::oldest();
        let mut found: Option<(RecordId, Pass)> = None;
        while let Ok(Some(record)) = self.store.read(&mut cursor, &mut self.scratch) {
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
        self.start_track(apid, id, pass.number, now);
        Some(pass)
    }

    /// A pass begins; false if the store takes nothing.
    pub(crate) fn begin(&mut self, apid: Apid, pass: &Pass, now: Instant) -> bool {
        self.end(now);
        let mut octets = [0; PASS_LEN];
        let Ok(content) = postcard::to_slice(pass, &mut octets) else {
            return false;
        };
        match self.store.append(KIND_BEGIN, &[content]) {
            Ok(id) => self.start_track(apid, id, pass.number, now),
            Err(_) => false,
        }
    }

    fn start_track(&mut self, apid: Apid, from: RecordId, pass: u16, now: Instant) -> bool {
        let mut state = RowState::from(from, &mut self.store, &mut self.scratch);
        let mut row = Row {
            store: &mut self.store,
            state: &mut state,
            scratch: &mut self.scratch,
            closing: false,
        };
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
        self.running.is_none() || self.store.room_for_many(2, LONGEST as u16)
    }

    /// Keeps an accepted frame with the time of its marker's end.
    pub(crate) fn keep(&mut self, marker_end: Instant, frame: &[u8]) -> bool {
        let Some(running) = &mut self.running else {
            self.not_recorded = self.not_recorded.saturating_add(1);
            return false;
        };
        let header = BlockHeader {
            count: running.blocks,
            time: marker_end,
        };
        running.blocks = running.blocks.wrapping_add(1);
        let mut row = Row {
            store: &mut self.store,
            state: &mut running.row,
            scratch: &mut self.scratch,
            closing: false,
        };
        let kept = running
            .track
            .keep_frame(marker_end, &mut row, &header, frame)
            .is_ok();
        self.not_recorded = self.not_recorded.saturating_add(u32::from(!kept));
        kept
    }

    /// The pass is over: closing record, end of pass.
    pub(crate) fn end(&mut self, now: Instant) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        let mut row = Row {
            store: &mut self.store,
            state: &mut running.row,
            scratch: &mut self.scratch,
            closing: true,
        };
        let _ = running.track.close(now, &mut row);
        let _ = self.store.append_closing(KIND_END, &[]);
    }

    /// All records that are not released, as they are now.
    pub(crate) fn whole_row(&mut self) -> RowState {
        let first = RecordId(self.store.released().0.saturating_add(1));
        RowState::from(first, &mut self.store, &mut self.scratch)
    }

    /// A row to read from.
    pub(crate) fn row<'s>(&'s mut self, state: &'s mut RowState) -> Row<'s, F, N> {
        Row {
            store: &mut self.store,
            state,
            scratch: &mut self.scratch,
            closing: false,
        }
    }

    /// The ground has everything up to this record. A pass that runs is not released.
    pub(crate) fn release(&mut self, id: RecordId) -> bool {
        self.running.is_none() && self.store.release_up_to(id).durable
    }

    pub(crate) const fn stats(&self) -> &Stats {
        self.store.stats()
    }

    pub(crate) const fn not_recorded(&self) -> u32 {
        self.not_recorded
    }
}
