//! The search for `FAF320` bit by bit: as [`MarkerSearch`](crate::asm::MarkerSearch), but for this one marker, so that a small machine
//! needs no 64-bit arithmetic for it.

use crate::asm::search::OctetSet;
use crate::asm::{Asm, Hit, Polarity};

/// Bits of the marker.
pub(super) const LEN: u32 = Asm::PLTU.len_bits();
const MARKER: u32 = Asm::PLTU.value() as u32;

/// The last bits of the stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct PltuSearch {
    /// The bits pushed last, newest in the least significant place.
    window: u32,
    /// How many of them are valid, at most the length of the marker.
    filled: u8,
    tolerance: u8,
    both: bool,
    /// As in `MarkerSearch`: where the last two octets are none of them, no marker ends in the next one.
    insides: [OctetSet; 2],
}

impl PltuSearch {
    /// A search that lets up to `tolerance` bits be wrong, 3 at most.
    pub(super) const fn new(tolerance: u8, polarity: Polarity) -> Self {
        Self {
            window: 0,
            filled: 0,
            tolerance,
            both: matches!(polarity, Polarity::Both),
            insides: [
                OctetSet::within(Asm::PLTU, 0, tolerance as u32, polarity),
                OctetSet::within(Asm::PLTU, 8, tolerance as u32, polarity),
            ],
        }
    }

    /// Takes the next bit (the lowest of `bit`) and tells whether a marker ends with it.
    #[inline]
    pub(super) const fn push(&mut self, bit: u8) -> Option<Hit> {
        self.window = self.window << 1 | (bit & 1) as u32;
        if (self.filled as u32) < LEN {
            self.filled += 1;
        }
        let wrong = ((self.window ^ MARKER) << (32 - LEN)).count_ones() as u8;
        let right = LEN as u8 - wrong;
        if (self.filled as u32) < LEN {
            return None;
        }
        if wrong <= self.tolerance {
            Some(Hit {
                inverted: false,
                errors: wrong,
            })
        } else if self.both && right <= self.tolerance {
            Some(Hit {
                inverted: true,
                errors: right,
            })
        } else {
            None
        }
    }

    /// Takes eight bits at once, the first in the most significant place, if it is plain that no marker ends with any of them, and says
    /// whether it did.
    #[inline]
    pub(super) const fn pass_over(&mut self, octet: u8) -> bool {
        let [last, before] = &self.insides;
        if last.has(self.window as u8) && before.has((self.window >> 8) as u8) {
            return false;
        }
        self.window = self.window << 8 | octet as u32;
        self.filled = if (self.filled as u32) + 8 < LEN {
            self.filled + 8
        } else {
            LEN as u8
        };
        true
    }

    /// Forgets all bits: the next marker must lie in bits yet to come.
    pub(super) const fn reset(&mut self) {
        self.window = 0;
        self.filled = 0;
    }

    /// As if these 24 bits had been pushed last.
    #[cfg(feature = "std")]
    pub(super) const fn set(&mut self, bits: u32) {
        self.window = bits;
        self.filled = LEN as u8;
    }
}
