//! Pseudo-random sequences: the TM randomizers, the TC and Proximity-1 randomizer, and the fill of only-idle-data frames.
//!
//! Books: CCSDS 131.0-B section 10 (short and, from B-5 on, long generator), 231.0-B (TC; the Proximity-1 LDPC option of
//! 211.2-B-3 takes the same one), 132.0-B/732.1-B for the idle fill. Every generator here is a shift register whose lowest cell
//! is put out and whose highest takes the feedback. A sequence starts anew at each codeblock, codeword or frame: make a new
//! [`Randomizer`] or call [`Randomizer::reset`]. The marker in front is never randomized; that is the caller's to keep.
//!
//! Without `std` the two 8-cell sequences have a table of 256 octets each, the others none. On a host whole periods of the 8-cell sequences (1.3
//! KiB each) and the beginning of the long one (2 KiB) are at hand, so that octets are added in any number at once.
//!
//! Randomizing twice gives the data back, so the same call derandomizes.
//!
//! ```
//! use magpie_coding::randomizer::Randomizer;
//!
//! let mut frame = *b"frame";
//! Randomizer::tm_short().apply(&mut frame);
//! assert_eq!(frame[0], b'f' ^ 0xFF);
//! Randomizer::tm_short().apply(&mut frame);
//! assert_eq!(&frame, b"frame");
//! ```

#[cfg(feature = "std")]
mod wide;

/// Which sequence a [`Randomizer`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sequence {
    /// TM, 8 cells, period 255 bits, starts `FF480EC0`; the only one until 131.0-B-4.
    TmShort,
    /// TM, 17 cells, period 131,071 bits, starts `1C71B91B`; 131.0-B-5 and later.
    TmLong,
    /// TC and the Proximity-1 LDPC option, 8 cells, period 255 bits, starts `FF399E5A`.
    Tc,
    /// Fill of only-idle-data frames, 32 cells, starts `FFFFFFFF6DB6D861`.
    IdleFill,
}

impl Sequence {
    /// Number of cells of the shift register.
    const fn cells(self) -> u32 {
        match self {
            Self::TmShort | Self::Tc => 8,
            Self::TmLong => 17,
            Self::IdleFill => 32,
        }
    }

    /// Content at the start, the next output in bit 0.
    const fn seed(self) -> u32 {
        match self {
            Self::TmShort | Self::Tc => 0xFF,
            Self::TmLong => 0x1_8E38,
            Self::IdleFill => u32::MAX,
        }
    }

    /// The cells whose sum modulo 2 is fed back.
    const fn taps(self) -> u32 {
        match self {
            Self::TmShort => 0b1010_1001,  //= 131.0-B randomizer-short
            Self::TmLong => 1 << 14 | 1,   //= 131.0-B randomizer-long
            Self::Tc => 0b0101_1111,       //= 231.0-B randomizer
            Self::IdleFill => 0xC000_0401, //= 132.0-B-3 oid-fill
        }
    }

    const fn step(self, state: u32) -> u32 {
        let feedback = (state & self.taps()).count_ones() & 1;
        state >> 1 | feedback << (self.cells() - 1)
    }
}

/// Content of an 8-cell register eight steps later, for every content.
const fn leap_table(sequence: Sequence) -> [u8; 256] {
    let mut table = [0; 256];
    let mut start = 0;
    while start < 256 {
        let mut state = start as u32;
        let mut step = 0;
        while step < 8 {
            state = sequence.step(state);
            step += 1;
        }
        table[start] = state as u8;
        start += 1;
    }
    table
}

const LEAP_TM_SHORT: [u8; 256] = leap_table(Sequence::TmShort);
const LEAP_TC: [u8; 256] = leap_table(Sequence::Tc);

/// Content of the 17-cell register eight steps later. What is fed back comes to the nearest tap after three steps, so three can be done at once.
const fn leap_long(state: u32) -> u32 {
    let state = state >> 3 | ((state ^ state >> 14) & 7) << 14;
    let state = state >> 3 | ((state ^ state >> 14) & 7) << 14;
    state >> 2 | ((state ^ state >> 14) & 3) << 15
}

/// Content of the 32-cell register eight steps later. Step k feeds back f(k) = g(k) + f(k − 1) + f(k − 2), where g is known: the cells 0 and 10
/// places behind the output. So f = g / (1 + x + x²) = g·(1 + x)·(1 + x³ + x⁶ + …), the last two cells being f(−1) and f(−2).
const fn leap_idle_fill(state: u32) -> u32 {
    let g = state ^ state >> 10 ^ state >> 30 & 1 ^ state >> 31 ^ state >> 30 & 2;
    let f = g ^ g << 1;
    let f = f ^ f << 3 ^ f << 6;
    state >> 8 | f << 24
}

/// A running pseudo-random sequence; as an iterator it yields octets, first bit most significant, without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Randomizer {
    sequence: Sequence,
    state: u32,
}

impl Randomizer {
    /// A sequence at its start.
    pub const fn new(sequence: Sequence) -> Self {
        Self {
            sequence,
            state: sequence.seed(),
        }
    }

    /// The short TM sequence, `FF480EC0…`.
    pub const fn tm_short() -> Self {
        Self::new(Sequence::TmShort)
    }

    /// The long TM sequence, `1C71B91B…`.
    pub const fn tm_long() -> Self {
        Self::new(Sequence::TmLong)
    }

    /// The TC sequence, which is also that of Proximity-1's LDPC option, `FF399E5A…`.
    pub const fn tc() -> Self {
        Self::new(Sequence::Tc)
    }

    /// The fill of only-idle-data frames, `FFFFFFFF6DB6D861…`.
    pub const fn idle_fill() -> Self {
        Self::new(Sequence::IdleFill)
    }

    /// Which sequence this is.
    pub const fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// Goes back to the start, as at every codeblock, codeword or frame.
    pub fn reset(&mut self) {
        self.state = self.sequence.seed();
    }

    /// The next bit, 0 or 1.
    pub fn next_bit(&mut self) -> u8 {
        let bit = self.state & 1;
        self.state = self.sequence.step(self.state);
        bit as u8
    }

    /// The next eight bits, first bit most significant.
    pub fn next_octet(&mut self) -> u8 {
        // The low eight cells are the next eight outputs, in rising order.
        let octet = (self.state as u8).reverse_bits();
        self.state = match self.sequence {
            Sequence::TmShort => u32::from(LEAP_TM_SHORT[usize::from(self.state as u8)]),
            Sequence::Tc => u32::from(LEAP_TC[usize::from(self.state as u8)]),
            Sequence::TmLong => leap_long(self.state),
            Sequence::IdleFill => leap_idle_fill(self.state),
        };
        octet
    }

    /// Adds the sequence to `octets`, going on where the last call stopped.
    pub fn apply(&mut self, octets: &mut [u8]) {
        #[cfg(feature = "std")]
        let octets = self.apply_wide(octets);
        for octet in octets {
            *octet ^= self.next_octet();
        }
    }

    /// Adds the sequence to hard bits, one an element, 0 or 1.
    pub fn apply_bits(&mut self, bits: &mut [u8]) {
        #[cfg(feature = "std")]
        let bits = self.apply_bits_wide(bits);
        for bit in bits {
            *bit ^= self.next_bit();
        }
    }

    /// Adds the sequence to soft symbols: a one turns the sign, a zero leaves it.
    pub fn apply_soft(&mut self, symbols: &mut [i8]) {
        #[cfg(feature = "std")]
        let symbols = self.apply_soft_wide(symbols);
        for symbol in symbols {
            if self.next_bit() == 1 {
                *symbol = symbol.saturating_neg();
            }
        }
    }
}

impl Iterator for Randomizer {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        Some(self.next_octet())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{Randomizer, Sequence};
    use crate::naive;
    use std::vec::Vec;

    const ALL: [Sequence; 4] = [
        Sequence::TmShort,
        Sequence::TmLong,
        Sequence::Tc,
        Sequence::IdleFill,
    ];

    fn first<const N: usize>(mut randomizer: Randomizer) -> [u8; N] {
        core::array::from_fn(|_| randomizer.next_octet())
    }

    #[test]
    fn sequences_start_as_published() {
        // Origin: public vector corpora and telemetry servers; three independent programs agree on the long one.
        //= 131.0-B randomizer-short
        let short = 0xFF48_0EC0_9A0D_70BC_8E2C_93AD_A7B7_46CE_u128;
        assert_eq!(first(Randomizer::tm_short()), short.to_be_bytes());
        //= 131.0-B randomizer-long
        let long = 0x1C71_B91B_A9BA_8457_B4BC_5054_BFD0_5540_u128;
        assert_eq!(first(Randomizer::tm_long()), long.to_be_bytes());
        //= 231.0-B randomizer
        let tc = 0xFF39_9E5A_68E9_06F5_6C89_2FA1_315E_08C0_u128;
        assert_eq!(first::<16>(Randomizer::tc()), tc.to_be_bytes());
        let more = [0x52, 0xA8, 0xBB, 0xAE, 0x4E, 0xC2, 0xC7, 0xED];
        assert_eq!(first::<24>(Randomizer::tc())[16..], more);
        //= 132.0-B-3 oid-fill
        let fill = [0xFF, 0xFF, 0xFF, 0xFF, 0x6D, 0xB6, 0xD8, 0x61, 0x45, 0x1F];
        assert_eq!(first(Randomizer::idle_fill()), fill);
    }

    #[test]
    fn octets_and_bits_are_the_recurrence_of_the_book() {
        for sequence in ALL {
            let expected = naive::random_bits(sequence, 8 * 600);
            let mut bitwise = Randomizer::new(sequence);
            let mut octets = Randomizer::new(sequence);
            for eight in expected.chunks(8) {
                let octet = eight.iter().fold(0, |value, bit| value << 1 | bit);
                assert_eq!(octets.next(), Some(octet), "{sequence:?}");
                assert!(
                    eight.iter().all(|&bit| bit == bitwise.next_bit()),
                    "{sequence:?}"
                );
            }
        }
    }

    /// Octets, bits and soft symbols in pieces of all sizes, one after the other, across the ends of all tables.
    #[test]
    fn pieces_of_any_kind_follow_each_other() {
        for sequence in ALL {
            let expected = naive::random_bits(sequence, 150_000);
            let mut randomizer = Randomizer::new(sequence);
            let (mut at, mut seed) = (0, 12_345_u32);
            while at + 20_000 < expected.len() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let len = (seed >> 8) as usize % [3, 40, 300, 2400][(seed >> 30) as usize];
                let got: Vec<u8> = match seed >> 20 & 3 {
                    0 => {
                        let mut bits = std::vec![0; len];
                        randomizer.apply_bits(&mut bits);
                        bits
                    }
                    1 => {
                        let mut soft: Vec<i8> = (0..len).map(|i| [127, -128, 1][i % 3]).collect();
                        randomizer.apply_soft(&mut soft);
                        let turned = |i: usize| soft[i] == [-127, 127, -1][i % 3];
                        assert!((0..len).all(|i| turned(i) || soft[i] == [127, -128, 1][i % 3]));
                        (0..len).map(|i| u8::from(turned(i))).collect()
                    }
                    _ => {
                        let mut octets = std::vec![0; len];
                        randomizer.apply(&mut octets);
                        let bits = |octet: &u8| (0..8).map(|i| octet >> (7 - i) & 1).collect();
                        octets.iter().flat_map(bits as fn(&u8) -> Vec<u8>).collect()
                    }
                };
                assert_eq!(got, expected[at..at + got.len()], "{sequence:?} at {at}");
                at += got.len();
            }
        }
    }

    #[test]
    fn periods_are_maximal() {
        for (sequence, period) in [
            (Sequence::TmShort, 255),
            (Sequence::Tc, 255),
            (Sequence::TmLong, 131_071),
        ] {
            let mut randomizer = Randomizer::new(sequence);
            let start = randomizer.clone();
            randomizer.next_bit();
            let mut steps = 1;
            while randomizer != start {
                randomizer.next_bit();
                steps += 1;
            }
            assert_eq!(steps, period, "{sequence:?}");
        }
    }

    #[test]
    fn three_forms_of_application_agree_and_undo_themselves() {
        for sequence in ALL {
            let data: Vec<u8> = (0..=255).collect();
            let mut octets = data.clone();
            let mut randomizer = Randomizer::new(sequence);
            randomizer.apply(&mut octets[..100]);
            randomizer.apply(&mut octets[100..]);
            let mut bits: Vec<u8> = data
                .iter()
                .flat_map(|o| (0..8).map(move |i| o >> (7 - i) & 1))
                .collect();
            let mut soft: Vec<i8> = bits
                .iter()
                .map(|&b| if b == 1 { 127 } else { -128 })
                .collect();
            Randomizer::new(sequence).apply_bits(&mut bits);
            Randomizer::new(sequence).apply_soft(&mut soft);
            for (index, bit) in bits.iter().enumerate() {
                assert_eq!(*bit, octets[index / 8] >> (7 - index % 8) & 1);
                assert_eq!(*bit == 1, soft[index] > 0);
            }
            randomizer.reset();
            randomizer.apply(&mut octets);
            assert_eq!(octets, data);
        }
    }
}
