//! Where recordings are kept: a bounded row of octets that is written at its end and read anywhere.
//!
//! ```
//! use magpie_relay::store::{RamStore, Store};
//! let mut store = RamStore::new(4);
//! assert!(store.append(b"abc").is_ok());
//! assert!(store.append(b"de").is_err(), "no room, and nothing of it was taken");
//! let mut out = [0; 8];
//! assert_eq!(store.read(1, &mut out), 2);
//! ```

use core::fmt;

use alloc::vec::Vec;

/// There is no room; nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoreFull {
    /// Octets that were to be written.
    pub need: u64,
    /// Octets that are free.
    pub room: u64,
}

impl fmt::Display for StoreFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "store full: {} octets to write, room for {}",
            self.need, self.room
        )
    }
}

impl core::error::Error for StoreFull {}

/// A bounded store of octets.
pub trait Store {
    /// Octets written so far.
    fn len(&self) -> u64;

    /// Octets that still fit.
    fn room(&self) -> u64;

    /// Writes all of `octets` at the end, or nothing.
    fn append(&mut self, octets: &[u8]) -> Result<(), StoreFull>;

    /// Reads from position `from` into `out`; returns how many octets were there, at most `out.len()`.
    fn read(&self, from: u64, out: &mut [u8]) -> usize;

    /// Has nothing been written?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A store in working memory.
#[derive(Debug, Clone, Default)]
pub struct RamStore {
    octets: Vec<u8>,
    capacity: u64,
}

impl RamStore {
    /// Room for `capacity` octets; memory is taken as it fills.
    pub const fn new(capacity: u64) -> Self {
        Self {
            octets: Vec::new(),
            capacity,
        }
    }

    /// All that was written.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

impl Store for RamStore {
    fn len(&self) -> u64 {
        self.octets.len() as u64
    }

    fn room(&self) -> u64 {
        self.capacity.saturating_sub(self.len())
    }

    fn append(&mut self, octets: &[u8]) -> Result<(), StoreFull> {
        let (need, room) = (octets.len() as u64, self.room());
        if need > room {
            return Err(StoreFull { need, room });
        }
        self.octets.extend_from_slice(octets);
        Ok(())
    }

    fn read(&self, from: u64, out: &mut [u8]) -> usize {
        let there = usize::try_from(from)
            .ok()
            .and_then(|from| self.octets.get(from..))
            .unwrap_or(&[]);
        let len = there.len().min(out.len());
        for (slot, octet) in out.iter_mut().zip(there) {
            *slot = *octet;
        }
        len
    }
}
