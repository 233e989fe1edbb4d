//! A small seeded generator (splitmix64): the same numbers in every run.

/// Draws in each property.
pub(super) const ROUNDS: usize = 300;

/// The state.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number of this many bits.
    pub(super) fn bits(&mut self, width: u32) -> u64 {
        self.next() >> (64 - width)
    }

    pub(super) fn octet(&mut self, width: u32) -> u8 {
        u8::try_from(self.bits(width)).unwrap()
    }

    pub(super) fn word(&mut self, width: u32) -> u16 {
        u16::try_from(self.bits(width)).unwrap()
    }

    pub(super) fn flag(&mut self) -> bool {
        self.bits(1) == 1
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits(32)).unwrap() % n
    }

    pub(super) fn octets(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.octet(8)).collect()
    }
}
