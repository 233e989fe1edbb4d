//! The search for a marker in hard bits: a shift register and a count.

use super::{Asm, Hit, Polarity, WORDS};

/// The search for one marker in a stream of bits. Work: one comparison a bit.
#[derive(Clone, Copy, Debug)]
pub struct MarkerSearch {
    asm: Asm,
    tolerance: u32,
    polarity: Polarity,
    /// The bits pushed last, newest in the least significant place of the first word. A marker of up to 64 bits moves only that one.
    window: [u64; WORDS],
    /// How many of them are valid, at most the length of the marker.
    filled: u32,
    /// The octets that lie within the marker from one to eight bits before its end, and those before them: where the last two
    /// octets are none of them, no marker ends in the next one.
    insides: [OctetSet; 2],
}

impl MarkerSearch {
    /// A search that lets up to `tolerance` bits be wrong. A tolerance from half the marker on would match anything, so it is limited to
    /// one bit less than half.
    pub const fn new(asm: Asm, tolerance: u8, polarity: Polarity) -> Self {
        let most = (asm.len_bits - 1) / 2;
        let tolerance = if tolerance as u32 > most {
            most
        } else {
            tolerance as u32
        };
        Self {
            asm,
            tolerance,
            polarity,
            window: [0; WORDS],
            filled: 0,
            insides: [
                OctetSet::within(asm, 0, tolerance, polarity),
                OctetSet::within(asm, 8, tolerance, polarity),
            ],
        }
    }

    /// The marker.
    pub const fn asm(&self) -> Asm {
        self.asm
    }

    /// How many bits may be wrong.
    #[cfg(feature = "std")]
    pub(crate) const fn tolerance(&self) -> u32 {
        self.tolerance
    }

    /// Takes the next bit (the lowest of `bit`) and tells whether a marker ends with it.
    #[inline]
    pub const fn push(&mut self, bit: u8) -> Option<Hit> {
        self.shift_in(1, (bit & 1) as u64);
        if self.filled < self.asm.len_bits {
            self.filled += 1;
        }
        self.hit_within(self.tolerance)
    }

    /// Takes eight bits at once, the first in the most significant place, if it is plain that no marker ends with any of them, and says
    /// whether it did. If not, they must be pushed one by one. Without tolerance, one octet of noise in 256 is left.
    #[inline]
    pub const fn pass_over(&mut self, octet: u8) -> bool {
        let [last, before] = &self.insides;
        if last.has(self.window[0] as u8) && before.has((self.window[0] >> 8) as u8) {
            return false;
        }
        self.shift_in(8, octet as u64);
        self.filled = if self.filled + 8 < self.asm.len_bits {
            self.filled + 8
        } else {
            self.asm.len_bits
        };
        true
    }

    /// Looks at the bits already pushed with another tolerance: the marker that they hold, if no more than `tolerance` bits are wrong.
    /// Of the two polarities the one with fewer errors counts. `None` as long as fewer bits than the marker's were pushed.
    #[inline]
    pub const fn hit_within(&self, tolerance: u32) -> Option<Hit> {
        let len = self.asm.len_bits;
        let errors = self.wrong_bits();
        let upright = errors <= tolerance;
        let turned = matches!(self.polarity, Polarity::Both) && len - errors <= tolerance;
        if self.filled < len || !(upright || turned) {
            return None;
        }
        let inverted = turned && (!upright || len - errors < errors);
        let errors = if inverted { len - errors } else { errors };
        Some(Hit {
            inverted,
            errors: errors as u8,
        })
    }

    /// `count` bits more in the window; 1 or 8.
    #[inline]
    const fn shift_in(&mut self, count: u32, bits: u64) {
        if self.asm.len_bits > 64 {
            self.shift_long(count);
        }
        self.window[0] = self.window[0] << count | bits;
    }

    /// Bits of the window that differ from the marker.
    #[inline]
    const fn wrong_bits(&self) -> u32 {
        let wrong = self.window[0] ^ self.asm.words[0];
        if self.asm.len_bits > 64 {
            return wrong.count_ones() + self.wrong_bits_long();
        }
        (wrong << (64 - self.asm.len_bits)).count_ones()
    }

    /// The words behind the first move on. Apart, so that those who have short markers alone do not carry it everywhere.
    #[inline(never)]
    const fn shift_long(&mut self, count: u32) {
        let [last, middle, first] = self.window;
        self.window[1] = middle << count | last >> (64 - count);
        self.window[2] = first << count | middle >> (64 - count);
    }

    /// Of the words behind the first.
    #[inline(never)]
    const fn wrong_bits_long(&self) -> u32 {
        let middle = self.window[1] ^ self.asm.words[1];
        let first = self.window[2] ^ self.asm.words[2];
        match self.asm.len_bits {
            65..=128 => (middle << (128 - self.asm.len_bits)).count_ones(),
            129..=192 => middle.count_ones() + (first << (192 - self.asm.len_bits)).count_ones(),
            _ => 0,
        }
    }

    /// Forgets all bits: the next marker must lie in bits yet to come.
    pub const fn reset(&mut self) {
        self.window = [0; WORDS];
        self.filled = 0;
    }
}

/// A set of octets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OctetSet([u32; 8]);

impl OctetSet {
    /// The octets that end `behind` + 1 to `behind` + 8 bits before the end of a marker. With tolerance, or if they reach beyond its
    /// beginning, it may be any.
    pub(crate) const fn within(asm: Asm, behind: u32, tolerance: u32, polarity: Polarity) -> Self {
        if tolerance > 0 || asm.len_bits < behind + 16 {
            return Self([u32::MAX; 8]);
        }
        let mut set = Self([0; 8]);
        let mut shift = behind + 1;
        while shift <= behind + 8 {
            let octet = (asm.words[0] >> shift) as u8;
            set.add(octet);
            if matches!(polarity, Polarity::Both) {
                set.add(!octet);
            }
            shift += 1;
        }
        set
    }

    const fn add(&mut self, octet: u8) {
        self.0[(octet >> 5) as usize] |= 1 << (octet & 31);
    }

    #[inline]
    pub(crate) const fn has(&self, octet: u8) -> bool {
        self.0[(octet >> 5) as usize] >> (octet & 31) & 1 == 1
    }
}
