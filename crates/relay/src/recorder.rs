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

mod track;

use magpie_link::clock::Instant;
use magpie_wire::id::Apid;

use crate::block::Port;
use crate::record::Closing;
use crate::store::{Store, StoreFull};

pub use track::{ResumeError, Track};

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
    frames: (Track, S),
    canister: (Track, S),
}

impl<S: Store> Recorder<S> {
    /// Opens both recordings; fails if a store has no room for an opening and a closing record.
    pub fn open(
        config: RecorderConfig,
        now: Instant,
        mut frames: S,
        mut canister: S,
    ) -> Result<Self, StoreFull> {
        let RecorderConfig {
            pass,
            apid_frames,
            apid_canister,
        } = config;
        Ok(Self {
            frames: (Track::open(apid_frames, pass, now, &mut frames)?, frames),
            canister: (
                Track::open(apid_canister, pass, now, &mut canister)?,
                canister,
            ),
        })
    }

    /// Keeps a block as it came through a port, and says whether its own check was good. Refused if there is no room.
    pub fn handle_block(
        &mut self,
        now: Instant,
        port: Port,
        block: &[u8],
    ) -> Result<Stored, StoreFull> {
        let (track, store) = match port {
            Port::Frames => &mut self.frames,
            Port::Canister => &mut self.canister,
        };
        track.handle_block(now, store, block)
    }

    /// Writes the closing records and gives the recordings out.
    pub fn close(self, now: Instant) -> Recordings<S> {
        let close = |(track, mut store): (Track, S)| {
            let apid = track.apid();
            let closing = track.close(now, &mut store);
            Recording {
                apid,
                store,
                closing: closing.expect("room for the closing record was kept"),
            }
        };
        Recordings {
            frames: close(self.frames),
            canister: close(self.canister),
        }
    }
}
