//! The orbiter's recorder: two recordings a pass, one of frames and one of the canister, in bounded memory.
//!
//! Every block that arrives becomes a record, good or damaged. If a block finds no room it is refused, the caller hears of it, and the closing
//! record counts it; nothing goes missing silently. Room for the closing record is kept free from the start.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::block::{BlockHeader, Port};
//! use magpie_relay::recorder::{Recorder, RecorderConfig, Stored};
//! use magpie_relay::store::RamStore;
//! use magpie_wire::id::Apid;
//! let config = RecorderConfig { pass: 4, apid_frames: Apid::new(1601).unwrap(), apid_canister: Apid::new(1602).unwrap() };
//! let mut recorder = Recorder::open(config, Instant::ZERO, RamStore::new(4096), RamStore::new(4096)).unwrap();
//! let block = BlockHeader { count: 0, time: Instant::ZERO }.to_block(b"a PLTU");
//! assert_eq!(recorder.handle_block(Instant::ZERO, Port::Frames, &block), Ok(Stored::Good));
//! let recordings = recorder.close(Instant::ZERO);
//! assert_eq!(recordings.frames.closing.blocks, 1);
//! ```

use magpie_link::clock::Instant;
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;

use crate::block::{Port, TransferBlock};
use crate::record::{Closing, RECORD_OVERHEAD, RecordHeader, RecordKind};
use crate::store::{Store, StoreFull};

/// Octets of the closing record.
const CLOSING_RECORD_LEN: u64 = (RECORD_OVERHEAD + Closing::LEN) as u64;

/// What a recorder needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecorderConfig {
    /// Number of the pass.
    pub pass: u16,
    /// Application process of the frame recording.
    pub apid_frames: Apid,
    /// Application process of the canister recording.
    pub apid_canister: Apid,
}

/// How a block was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stored {
    /// Its own check was good.
    Good,
    /// Its own check failed; it is kept and marked.
    Damaged,
}

/// A finished recording.
#[derive(Debug, Clone)]
pub struct Recording<S> {
    /// Application process of its records.
    pub apid: Apid,
    /// The record packets, end to end.
    pub store: S,
    /// What its closing record says.
    pub closing: Closing,
}

/// The two recordings of a pass.
#[derive(Debug, Clone)]
pub struct Recordings<S> {
    /// Accepted frames.
    pub frames: Recording<S>,
    /// Decoded bit stream.
    pub canister: Recording<S>,
}

/// Takes blocks from the interface and keeps them.
#[derive(Debug, Clone)]
pub struct Recorder<S> {
    frames: Track<S>,
    canister: Track<S>,
}

impl<S: Store> Recorder<S> {
    /// Opens both recordings; fails if a store has no room for an opening and a closing record.
    pub fn open(
        config: RecorderConfig,
        now: Instant,
        frames: S,
        canister: S,
    ) -> Result<Self, StoreFull> {
        Ok(Self {
            frames: Track::open(config.apid_frames, config.pass, now, frames)?,
            canister: Track::open(config.apid_canister, config.pass, now, canister)?,
        })
    }

    /// Keeps a block as it came through a port, and says whether its own check was good. Refused if there is no room.
    pub fn handle_block(
        &mut self,
        now: Instant,
        port: Port,
        block: &[u8],
    ) -> Result<Stored, StoreFull> {
        let stored = if TransferBlock::parse(block).is_ok() {
            Stored::Good
        } else {
            Stored::Damaged
        };
        let track = match port {
            Port::Frames => &mut self.frames,
            Port::Canister => &mut self.canister,
        };
        track.keep(now, block, stored)?;
        Ok(stored)
    }

    /// Writes the closing records and gives the recordings out.
    pub fn close(self, now: Instant) -> Recordings<S> {
        Recordings {
            frames: self.frames.close(now),
            canister: self.canister.close(now),
        }
    }
}

/// One recording that is being written.
#[derive(Debug, Clone)]
struct Track<S> {
    store: S,
    apid: Apid,
    pass: u16,
    count: SeqCount,
    closing: Closing,
}

impl<S: Store> Track<S> {
    fn open(apid: Apid, pass: u16, now: Instant, store: S) -> Result<Self, StoreFull> {
        let mut track = Self {
            store,
            apid,
            pass,
            count: SeqCount::default(),
            closing: Closing::default(),
        };
        track.write(now, RecordKind::Opening, false, &[])?;
        Ok(track)
    }

    fn keep(&mut self, now: Instant, block: &[u8], stored: Stored) -> Result<(), StoreFull> {
        let written = self.write(now, RecordKind::Block, stored == Stored::Damaged, block);
        let closing = &mut self.closing;
        match written {
            Ok(()) => {
                closing.blocks = closing.blocks.saturating_add(1);
                closing.damaged = closing
                    .damaged
                    .saturating_add((stored == Stored::Damaged).into());
            }
            Err(_) => closing.refused = closing.refused.saturating_add(1),
        }
        written
    }

    fn write(
        &mut self,
        now: Instant,
        kind: RecordKind,
        damaged: bool,
        body: &[u8],
    ) -> Result<(), StoreFull> {
        let need = (RECORD_OVERHEAD + body.len()) as u64;
        // Room for the closing record is not for others.
        let reserve = if kind == RecordKind::Closing {
            0
        } else {
            CLOSING_RECORD_LEN
        };
        let full = StoreFull {
            need,
            room: self.store.room().saturating_sub(reserve),
        };
        if need > full.room {
            return Err(full);
        }
        let header = RecordHeader {
            apid: self.apid,
            count: self.count,
            time: now,
            pass: self.pass,
            kind,
            damaged,
        };
        // A body that no packet can hold finds no room either.
        let packet = header.to_packet(body).map_err(|_| full)?;
        self.store.append(&packet)?;
        self.count = self.count.next();
        self.closing.octets = self.closing.octets.saturating_add(need);
        Ok(())
    }

    fn close(mut self, now: Instant) -> Recording<S> {
        let closing = self.closing;
        let written = self.write(now, RecordKind::Closing, false, &closing.to_octets());
        assert!(written.is_ok(), "room for the closing record was kept");
        Recording {
            apid: self.apid,
            store: self.store,
            closing,
        }
    }
}
