//! The orbiter's housekeeping: what it has heard, kept and lost, as one space packet.
//!
//! Book: 133.0-B for the packet. The data field is ours: version 1, then ten numbers of eight octets, most significant octet first, in the order
//! of the fields of [`OrbiterStatus`].
//!
//! ```
//! use magpie_relay::node::orbiter::OrbiterStatus;
//! let status = OrbiterStatus { next_record: 7, ..OrbiterStatus::default() };
//! assert_eq!(OrbiterStatus::parse(&status.to_octets()), Some(status));
//! ```

use alloc::vec::Vec;

/// Octets of the data field.
const LEN: usize = 1 + 10 * 8;
const VERSION: u8 = 1;

/// What an orbiter says of itself. Counts begin anew with its process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrbiterStatus {
    /// When this was so, microseconds of UTC since 1970.
    pub at: u64,
    /// The number that the next record gets: all records there have ever been have smaller ones.
    pub next_record: u64,
    /// Records in memory.
    pub records: u64,
    /// Octets of them, with what each takes besides.
    pub octets: u64,
    /// Datagrams heard.
    pub heard: u64,
    /// Of these, not recorded because they were no good or nobody was expected.
    pub rejected: u64,
    /// Of these, not recorded because there was no room.
    pub refused_full: u64,
    /// Records with a bad check between transceiver and memory.
    pub damaged: u64,
    /// Records that gave way to others after they had been sent.
    pub overwritten: u64,
    /// Dumps that are still to be sent.
    pub dumps: u64,
}

impl OrbiterStatus {
    /// The data field of its packet.
    pub fn to_octets(&self) -> Vec<u8> {
        let fields = [
            self.at,
            self.next_record,
            self.records,
            self.octets,
            self.heard,
            self.rejected,
            self.refused_full,
            self.damaged,
            self.overwritten,
            self.dumps,
        ];
        let fields = fields.into_iter().flat_map(u64::to_be_bytes);
        core::iter::once(VERSION).chain(fields).collect()
    }

    /// From the data field of its packet; `None` if it is another.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        if octets.len() != LEN {
            return None;
        }
        let (&version, fields) = octets.split_first()?;
        let (fields, _) = fields.as_chunks::<8>();
        let mut fields = fields.iter().map(|field| u64::from_be_bytes(*field));
        let mut next = || fields.next();
        let status = Self {
            at: next()?,
            next_record: next()?,
            records: next()?,
            octets: next()?,
            heard: next()?,
            rejected: next()?,
            refused_full: next()?,
            damaged: next()?,
            overwritten: next()?,
            dumps: next()?,
        };
        (version == VERSION).then_some(status)
    }
}
