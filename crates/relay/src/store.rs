//! Where recordings are kept: a bounded row of octets that is written at its end and read anywhere.
//!
//! ```
//! use magpie_relay::store::{LentStore, Store};
//! let mut store = LentStore::new([0; 4]);
//! assert!(store.append(b"abc").is_ok());
//! assert!(store.append_parts(&[b"d", b"e"]).is_err(), "no room, and nothing of it was taken");
//! let mut out = [0; 8];
//! assert_eq!(store.read(1, &mut out), 2);
//! ```

use core::fmt;

#[cfg(feature = "std")]
use std::vec::Vec;

use magpie_link::Lent;

use crate::parts::{concat, len_of};

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
    /// Octets of room that an append may cost besides its own, for headers of the store or whole units of its memory.
    const OVERHEAD: u64 = 0;

    /// Octets written so far.
    fn len(&self) -> u64;

    /// Octets that one append can bring now.
    fn room(&self) -> u64;

    /// Writes all parts at the end, one behind the other, or nothing. A store that a loss of power can interrupt keeps all of an append or none.
    fn append_parts(&mut self, parts: &[&[u8]]) -> Result<(), StoreFull>;

    /// Reads from position `from` into `out`; returns how many octets were there, at most `out.len()`.
    fn read(&mut self, from: u64, out: &mut [u8]) -> usize;

    /// Writes all of `octets` at the end, or nothing.
    fn append(&mut self, octets: &[u8]) -> Result<(), StoreFull> {
        self.append_parts(&[octets])
    }

    /// Has nothing been written?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<S: Store> Store for &mut S {
    const OVERHEAD: u64 = S::OVERHEAD;

    fn len(&self) -> u64 {
        (**self).len()
    }

    fn room(&self) -> u64 {
        (**self).room()
    }

    fn append_parts(&mut self, parts: &[&[u8]]) -> Result<(), StoreFull> {
        (**self).append_parts(parts)
    }

    fn read(&mut self, from: u64, out: &mut [u8]) -> usize {
        (**self).read(from, out)
    }
}

/// A store in memory that somebody lent.
#[derive(Debug, Clone, Default)]
pub struct LentStore<M> {
    memory: M,
    used: usize,
}

impl<M: Lent> LentStore<M> {
    /// An empty store as large as the memory.
    pub const fn new(memory: M) -> Self {
        Self { memory, used: 0 }
    }

    /// All that was written.
    pub fn octets(&self) -> &[u8] {
        self.memory.as_ref().get(..self.used).unwrap_or(&[])
    }

    /// Forgets all that was written.
    pub const fn clear(&mut self) {
        self.used = 0;
    }
}

impl<M: Lent> Store for LentStore<M> {
    fn len(&self) -> u64 {
        self.used as u64
    }

    fn room(&self) -> u64 {
        self.memory.as_ref().len().saturating_sub(self.used) as u64
    }

    fn append_parts(&mut self, parts: &[&[u8]]) -> Result<(), StoreFull> {
        let full = StoreFull {
            need: len_of(parts) as u64,
            room: self.room(),
        };
        let free = self.memory.as_mut().get_mut(self.used..).unwrap_or(&mut []);
        self.used += concat(parts, free).map_err(|_| full)?;
        Ok(())
    }

    fn read(&mut self, from: u64, out: &mut [u8]) -> usize {
        copy_from(self.octets(), from, out)
    }
}

/// A store in working memory that grows.
#[cfg(feature = "std")]
#[derive(Debug, Clone, Default)]
pub struct RamStore {
    octets: Vec<u8>,
    capacity: u64,
}

#[cfg(feature = "std")]
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

#[cfg(feature = "std")]
impl Store for RamStore {
    fn len(&self) -> u64 {
        self.octets.len() as u64
    }

    fn room(&self) -> u64 {
        self.capacity.saturating_sub(self.len())
    }

    fn append_parts(&mut self, parts: &[&[u8]]) -> Result<(), StoreFull> {
        let (need, room) = (len_of(parts) as u64, self.room());
        if need > room {
            return Err(StoreFull { need, room });
        }
        for part in parts {
            self.octets.extend_from_slice(part);
        }
        Ok(())
    }

    fn read(&mut self, from: u64, out: &mut [u8]) -> usize {
        copy_from(&self.octets, from, out)
    }
}

pub(crate) fn copy_from(octets: &[u8], from: u64, out: &mut [u8]) -> usize {
    let there = usize::try_from(from)
        .ok()
        .and_then(|from| octets.get(from..))
        .unwrap_or(&[]);
    let len = there.len().min(out.len());
    for (slot, octet) in out.iter_mut().zip(there) {
        *slot = *octet;
    }
    len
}
