//! Modulo counters: frame sequence numbers, packet sequence counts and virtual-channel frame counts.
//!
//! None of them has `Ord`: "larger" means nothing on a circle. [`SeqNum::is_ahead_of`] is the half-range rule of COP-P
//! (211.0-B-6 section 7 as the facts give it); the other counters only measure how many units are missing in between.
//!
//! ```
//! use magpie_wire::seq::{SeqNum, VcFrameCount24};
//! assert!(SeqNum::new(3).is_ahead_of(SeqNum::new(250)));
//! let (previous, now) = (VcFrameCount24::new(0xFF_FFFE).unwrap(), VcFrameCount24::new(1).unwrap());
//! assert_eq!(now.gap_since(previous), 2); // FFFFFF and 000000 were lost
//! ```

use core::fmt;

/// Frame sequence number of Proximity-1 (N(S), V(R), …), modulo 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SeqNum(u8);

impl SeqNum {
    /// Every octet is a sequence number.
    pub const fn new(value: u8) -> Self {
        Self(value)
    }

    /// The number as an octet.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The number after this one; 0 follows 255.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// `n` numbers further on.
    #[must_use]
    pub const fn plus(self, n: u8) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// How many steps lead from `other` forward to this number, 0 to 255.
    pub const fn distance_from(self, other: Self) -> u8 {
        self.0.wrapping_sub(other.0)
    }

    /// The half-range rule: `other < self` if and only if 1 to 127 steps lead from `other` forward to `self`.
    /// A distance of exactly 128 is ahead in neither direction.
    pub const fn is_ahead_of(self, other: Self) -> bool {
        let steps = self.distance_from(other); //= 211.0-B-6 7 half-range
        steps >= 1 && steps <= 127
    }
}

/// Count of accepted expedited frames that a PLCW reports, modulo 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ExpeditedFrameCounter(u8);

impl ExpeditedFrameCounter {
    /// Nothing counted.
    pub const ZERO: Self = Self(0);
    /// The largest count, 7.
    pub const MAX: Self = Self(7);

    /// `None` if `value` needs more than 3 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The count as an integer.
    pub const fn get(self) -> u8 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }

    /// The count after this one; 0 follows 7.
    #[must_use]
    pub const fn next(self) -> Self {
        Self((self.0 + 1) & Self::MAX.0)
    }

    /// How many steps lead from `other` forward to this count.
    pub const fn distance_from(self, other: Self) -> u8 {
        self.0.wrapping_sub(other.0) & Self::MAX.0
    }
}

/// Packet sequence count of a space packet, modulo 16,384.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SeqCount(u16);

impl SeqCount {
    /// The largest count, 16,383.
    pub const MAX: Self = Self(0x3FFF);

    /// `None` if `value` needs more than 14 bits.
    pub const fn new(value: u16) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The count as an integer.
    pub const fn get(self) -> u16 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }

    /// The count after this one; 0 follows 16,383.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1) & Self::MAX.0)
    }

    /// How many steps lead from `other` forward to this count.
    pub const fn distance_from(self, other: Self) -> u16 {
        self.0.wrapping_sub(other.0) & Self::MAX.0
    }

    /// How many packets are missing between `previous` and this one. A repeated count reads as 16,383 missing.
    pub const fn gap_since(self, previous: Self) -> u16 {
        self.distance_from(previous.next())
    }
}

/// Virtual (or master) channel frame count of TM: 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct VcFrameCount8(u8);

impl VcFrameCount8 {
    /// Every octet is a count.
    pub const fn new(value: u8) -> Self {
        Self(value)
    }

    /// The count as an octet.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The count after this one; 0 follows 255.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// How many frames are missing between `previous` and this one, modulo 256. A repeated frame reads as 255 missing.
    pub const fn gap_since(self, previous: Self) -> u8 {
        self.0.wrapping_sub(previous.next().0)
    }
}

/// Virtual channel frame count of AOS: 24 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct VcFrameCount24(u32);

impl VcFrameCount24 {
    /// The largest count.
    pub const MAX: Self = Self(0xFF_FFFF);

    /// `None` if `value` needs more than 24 bits.
    pub const fn new(value: u32) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The count as an integer.
    pub const fn get(self) -> u32 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }

    /// The count after this one; 0 follows 16,777,215.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1) & Self::MAX.0)
    }

    /// How many frames are missing between `previous` and this one, modulo 2^24. A repeated frame reads as 2^24 - 1.
    pub const fn gap_since(self, previous: Self) -> u32 {
        self.0.wrapping_sub(previous.next().0) & Self::MAX.0
    }
}

impl fmt::Display for SeqNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ExpeditedFrameCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SeqCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for VcFrameCount8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for VcFrameCount24 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
