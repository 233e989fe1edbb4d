//! The idle, acquisition and tail pattern `352EF853`, repeated without end.
//!
//! Book: CCSDS 211.2-B-3 clause 3.3. The pattern is cyclic: a transmitter fills every gap with it and may cut it at any bit where
//! the coding is not LDPC; with LDPC the acquisition sequence starts on the pattern's first bit. How long acquisition and tail
//! last is the MAC's affair (`Acquisition_Idle_Duration`, `Tail_Idle_Duration`), not this module's.
//!
//! ```
//! use magpie_coding::idle::Idle;
//!
//! let mut octets = [0; 6];
//! Idle::new().fill(&mut octets);
//! assert_eq!(octets, [0x35, 0x2E, 0xF8, 0x53, 0x35, 0x2E]);
//! ```

/// One period of the idle pattern.
pub const IDLE_PATTERN: [u8; 4] = [0x35, 0x2E, 0xF8, 0x53]; //= 211.2-B-3 3.3

/// Length of one period in bits.
pub const IDLE_PATTERN_BITS: u8 = 32;

/// An endless source of the idle pattern that can stop and go on at any bit.
///
/// As an iterator it yields octets, the first transmitted bit in the most significant place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Idle {
    offset: u8,
}

impl Idle {
    /// Starts at the first bit of the pattern.
    pub const fn new() -> Self {
        Self { offset: 0 }
    }

    /// Starts `bits` bits into the pattern (counted modulo 32).
    pub const fn at_bit(bits: u8) -> Self {
        Self {
            offset: bits % IDLE_PATTERN_BITS,
        }
    }

    /// The place of the next bit in the pattern, 0 to 31.
    pub const fn offset_bits(&self) -> u8 {
        self.offset
    }

    /// The next bit, 0 or 1.
    pub fn next_bit(&mut self) -> u8 {
        let bit = self.word() >> 31;
        self.advance(1);
        bit as u8
    }

    /// The next eight bits, first bit most significant.
    pub fn next_octet(&mut self) -> u8 {
        let octet = self.word() >> 24;
        self.advance(8);
        octet as u8
    }

    /// Fills `octets` with the next eight bits each.
    pub fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            *octet = self.next_octet();
        }
    }

    /// Fills `bits` with the next bits, one an element, 0 or 1.
    pub fn fill_bits(&mut self, bits: &mut [u8]) {
        for bit in bits {
            *bit = self.next_bit();
        }
    }

    /// The next 32 bits of the pattern as they stand on the channel.
    fn word(&self) -> u32 {
        u32::from_be_bytes(IDLE_PATTERN).rotate_left(u32::from(self.offset)) //= 211.2-B-3 3.3
    }

    fn advance(&mut self, bits: u8) {
        self.offset = (self.offset + bits) % IDLE_PATTERN_BITS;
    }
}

impl Iterator for Idle {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        Some(self.next_octet())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::Idle;
    use std::vec::Vec;

    /// The pattern written out by hand, 352EF853 bit by bit.
    const BITS: &str = "00110101001011101111100001010011";

    #[test]
    fn bits_follow_the_written_pattern_from_every_offset() {
        //= 211.2-B-3 3.3
        for start in 0..=255_u8 {
            let mut idle = Idle::at_bit(start);
            for (place, expected) in BITS
                .bytes()
                .cycle()
                .skip(usize::from(start) % 32)
                .take(100)
                .enumerate()
            {
                assert_eq!(
                    idle.next_bit() + b'0',
                    expected,
                    "start {start}, bit {place}"
                );
            }
        }
    }

    #[test]
    fn octets_are_eight_bits_from_every_offset() {
        //= 211.2-B-3 3.3
        for start in 0..32 {
            let mut bits = Idle::at_bit(start);
            let octets: Vec<u8> = Idle::at_bit(start).take(9).collect();
            for octet in octets {
                let expected = (0..8).fold(0, |value, _| value << 1 | bits.next_bit());
                assert_eq!(octet, expected);
            }
            assert_eq!(bits.offset_bits(), (start + 72) % 32);
        }
    }
}
