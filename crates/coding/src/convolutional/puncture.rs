//! The punctured rates of 131.0-B: some symbols of the rate 1/2 code are not sent.
//!
//! Book: CCSDS 131.0-B, section on convolutional coding (facts of middle to high evidence, not checked against a recording). G2 is not
//! inverted; the symbols that are left keep their order. The decoders are [`PuncturedViterbi`](crate::viterbi::PuncturedViterbi) and
//! [`AutoPunctured`](crate::viterbi::AutoPunctured).
//!
//! ```
//! use magpie_coding::convolutional::{PuncturedEncoder, Rate};
//!
//! let mut encoder = PuncturedEncoder::new(Rate::SevenEighths);
//! assert_eq!(encoder.encode_octets(&[0x80; 7]).count(), 64, "56 bits in 64 symbols");
//! ```

use super::{ConvolutionalEncoder, G2};

/// Rate of the convolutional code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// 1/2: all symbols are sent, G2 inverted.
    #[default]
    Half,
    /// 2/3
    TwoThirds,
    /// 3/4
    ThreeQuarters,
    /// 5/6
    FiveSixths,
    /// 7/8
    SevenEighths,
}

const BOTH: [bool; 2] = [true, true];
const C1: [bool; 2] = [true, false];
const C2: [bool; 2] = [false, true];

impl Rate {
    /// All rates, the strongest code first.
    pub const ALL: [Self; 5] = [
        Self::Half,
        Self::TwoThirds,
        Self::ThreeQuarters,
        Self::FiveSixths,
        Self::SevenEighths,
    ];

    /// For each bit of a period whether C1 and C2 are sent.
    pub const fn pattern(self) -> &'static [[bool; 2]] {
        //= 131.0-B punctured
        match self {
            Self::Half => &[BOTH],
            Self::TwoThirds => &[BOTH, C2],
            Self::ThreeQuarters => &[BOTH, C2, C1],
            Self::FiveSixths => &[BOTH, C2, C1, C2, C1],
            Self::SevenEighths => &[BOTH, C2, C2, C2, C1, C2, C1],
        }
    }

    /// Bits in a period.
    pub const fn bits(self) -> usize {
        self.pattern().len()
    }

    /// Symbols in a period.
    pub const fn symbols(self) -> usize {
        self.bits() + 1
    }

    /// Whether G2 is inverted: at rate 1/2 only.
    pub const fn g2(self) -> G2 {
        match self {
            Self::Half => G2::Inverted,
            _ => G2::Plain,
        }
    }
}

/// A streaming encoder for a punctured rate; it starts with a register of zeros and the first bit of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PuncturedEncoder {
    encoder: ConvolutionalEncoder,
    rate: Rate,
    /// Number of the next bit in its period.
    place: usize,
}

impl PuncturedEncoder {
    /// An encoder whose register holds zeros.
    pub const fn new(rate: Rate) -> Self {
        Self {
            encoder: ConvolutionalEncoder::new(rate.g2()),
            rate,
            place: 0,
        }
    }

    /// Encodes one bit (its lowest place counts) into the one or two symbols that are sent of C1 and C2, in this order.
    pub fn encode_bit(&mut self, bit: u8) -> [Option<u8>; 2] {
        let [c1, c2] = self.encoder.encode_bit(bit);
        let pattern = self.rate.pattern();
        let [keep_1, keep_2] = pattern.get(self.place).copied().unwrap_or(BOTH);
        self.place = (self.place + 1) % pattern.len().max(1);
        [keep_1.then_some(c1), keep_2.then_some(c2)]
    }

    /// Encodes octets, most significant bit first, into hard symbols (0 or 1), lazily.
    pub fn encode_octets<'e>(&'e mut self, octets: &'e [u8]) -> impl Iterator<Item = u8> + 'e {
        let bits = octets
            .iter()
            .flat_map(|&octet| (0..8).rev().map(move |place| octet >> place & 1));
        bits.flat_map(|bit| self.encode_bit(bit)).flatten()
    }

    /// The rate.
    pub const fn rate(&self) -> Rate {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{PuncturedEncoder, Rate};
    use std::vec::Vec;

    #[test]
    fn sent_symbols_are_those_that_the_table_lists() {
        //= 131.0-B punctured
        // Origin: worked by hand. A one after zeros gives C1 1111001, C2 1011011 (the digits of 171 and 133 octal), G2 not inverted, so the
        // symbols of the bits 1000000 are C1(1..7) = 1 1 1 1 0 0 1 and C2(1..7) = 1 0 1 1 0 1 1. The printed orders of sending pick from these.
        let listed: [(Rate, &[u8]); 4] = [
            // C1(1) C2(1) C2(2) | C1(3) C2(3) C2(4) | C1(5) C2(5) C2(6) | C1(7) C2(7)
            (Rate::TwoThirds, &[1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1]),
            // C1(1) C2(1) C2(2) C1(3) | C1(4) C2(4) C2(5) C1(6) | C1(7) C2(7)
            (Rate::ThreeQuarters, &[1, 1, 0, 1, 1, 1, 0, 0, 1, 1]),
            // C1(1) C2(1) C2(2) C1(3) C2(4) C1(5) | C1(6) C2(6) C2(7)
            (Rate::FiveSixths, &[1, 1, 0, 1, 1, 0, 0, 1, 1]),
            // C1(1) C2(1) C2(2) C2(3) C2(4) C1(5) C2(6) C1(7)
            (Rate::SevenEighths, &[1, 1, 0, 1, 1, 0, 1, 1]),
        ];
        for (rate, symbols) in listed {
            let mut encoder = PuncturedEncoder::new(rate);
            let sent: Vec<u8> = [1, 0, 0, 0, 0, 0, 0]
                .into_iter()
                .flat_map(|bit| encoder.encode_bit(bit))
                .flatten()
                .collect();
            assert_eq!(sent, symbols, "{rate:?}");
        }
    }

    #[test]
    fn every_pattern_has_one_symbol_more_than_bits() {
        for rate in Rate::ALL {
            let kept = rate.pattern().iter().flatten().filter(|keep| **keep);
            assert_eq!(kept.count(), rate.symbols());
        }
    }
}
