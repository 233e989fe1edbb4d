//! The convolutional code: rate 1/2, constraint length 7, encoder.
//!
//! Books: CCSDS 131.0-B (section 3, in B-6 section 4) and 211.2-B-3 clause 3.4.2.2. G1 = 171 octal, G2 = 133 octal, the output of
//! G2 inverted, C1 sent before C2. The whole stream, markers included, is encoded as one: the state is never reset between
//! frames, and the encoder keeps it between calls. Some radios send G2 without the inversion: [`G2::Plain`].
//!
//! The punctured rates of 131.0-B are in [`puncture`]. The decoder is [`crate::viterbi`].
//!
//! ```
//! use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
//!
//! let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
//! assert_eq!(encoder.encode_octet(0xA5), 0xB480);
//! assert_eq!(encoder.encode_octet(0x3C), 0xE3BC);
//! ```

pub mod puncture;

pub use puncture::{PuncturedEncoder, Rate};

/// First generator, 171 octal = 1111001; the left digit weighs the newest bit.
pub const G1: u8 = 0o171; //= 131.0-B convolutional

/// Second generator, 133 octal = 1011011; the left digit weighs the newest bit.
pub const G2_TAPS: u8 = 0o133; //= 131.0-B convolutional

/// Constraint length in bits.
pub const CONSTRAINT_LENGTH: u32 = 7;

/// Whether the second output is inverted on the channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum G2 {
    /// Inverted, as the books say.
    #[default]
    Inverted,
    /// Not inverted, as some radios send it.
    Plain,
}

/// Output pairs (C1 above C2, without inversion) for the newest bit above the six before it, newest first.
const OUTPUTS: [u8; 128] = outputs();

const fn outputs() -> [u8; 128] {
    let mut table = [0; 128];
    let mut register = 0;
    while register < 128 {
        let c1 = (register as u8 & G1).count_ones() as u8 & 1;
        let c2 = (register as u8 & G2_TAPS).count_ones() as u8 & 1;
        table[register] = c1 << 1 | c2;
        register += 1;
    }
    table
}

/// A streaming encoder; it starts with a register of zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConvolutionalEncoder {
    /// The last six bits, the newest in bit 5.
    register: u8,
    g2: G2,
}

impl ConvolutionalEncoder {
    /// An encoder whose register holds zeros.
    pub const fn new(g2: G2) -> Self {
        Self { register: 0, g2 }
    }

    /// Encodes one bit (its lowest place counts) into C1 and C2, each 0 or 1, C1 sent first.
    pub fn encode_bit(&mut self, bit: u8) -> [u8; 2] {
        let window = (bit & 1) << 6 | self.register; //= 131.0-B convolutional
        self.register = window >> 1; //= 211.2-B-3 3.4.2.2
        let pair = OUTPUTS[usize::from(window & 0x7F)] ^ self.inversion();
        [pair >> 1, pair & 1]
    }

    /// Encodes eight bits, most significant first, into sixteen symbols, first symbol most significant.
    pub fn encode_octet(&mut self, octet: u8) -> u16 {
        (0..8).rev().fold(0, |symbols, place| {
            let [c1, c2] = self.encode_bit(octet >> place);
            symbols << 2 | u16::from(c1) << 1 | u16::from(c2)
        })
    }

    /// Encodes octets into packed symbols, eight a received octet, and says how many octets of `symbols` were written:
    /// two for each input octet that found room. Input beyond the room is not taken.
    pub fn encode_packed(&mut self, octets: &[u8], symbols: &mut [u8]) -> usize {
        let (pairs, _) = symbols.as_chunks_mut::<2>();
        let mut written = 0;
        for (pair, &octet) in pairs.iter_mut().zip(octets) {
            *pair = self.encode_octet(octet).to_be_bytes();
            written += 2;
        }
        written
    }

    /// Encodes a run of hard bits (0 or 1) into hard symbols (0 or 1), two a bit, lazily.
    pub fn encode_bits<'e, I>(&'e mut self, bits: I) -> impl Iterator<Item = u8> + 'e
    where
        I: IntoIterator<Item = u8>,
        I::IntoIter: 'e,
    {
        bits.into_iter().flat_map(|bit| self.encode_bit(bit))
    }

    /// Encodes octets into hard symbols (0 or 1), sixteen an octet, lazily.
    pub fn encode_octets<'e>(&'e mut self, octets: &'e [u8]) -> impl Iterator<Item = u8> + 'e {
        self.encode_bits(
            octets
                .iter()
                .flat_map(|&octet| (0..8).rev().map(move |place| octet >> place & 1)),
        )
    }

    /// The last six bits, newest in bit 5: what the next symbols depend on.
    pub const fn register(&self) -> u8 {
        self.register
    }

    const fn inversion(self) -> u8 {
        match self.g2 {
            G2::Inverted => 1,
            G2::Plain => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{ConvolutionalEncoder, G2};
    use crate::naive;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    /// Encodes from the zero state with the inversion on, packed.
    fn encoded(octets: &[u8]) -> Vec<u8> {
        let mut symbols = vec![0; 2 * octets.len()];
        let written = ConvolutionalEncoder::new(G2::Inverted).encode_packed(octets, &mut symbols);
        assert_eq!(written, symbols.len());
        symbols
    }

    #[test]
    fn published_streams() {
        //= 131.0-B convolutional
        // Origin: public Proximity-1 and TM vector corpora; the last two were computed by a script of their own.
        assert_eq!(encoded(&[0x00]), [0x55, 0x55]);
        assert_eq!(encoded(&[0x01]), [0x55, 0x56]);
        assert_eq!(encoded(&[0x80]), [0xBA, 0x49]);
        assert_eq!(encoded(&[0xA5, 0x3C]), [0xB4, 0x80, 0xE3, 0xBC]);
        let ccsds = [0x6E, 0x9F, 0x23, 0x2F, 0x20, 0x93, 0x53, 0x19, 0xAA, 0x23];
        assert_eq!(encoded(b"CCSDS"), ccsds);
        assert_eq!(
            encoded(&[0xFA, 0xF3, 0x20]),
            [0x8C, 0x22, 0xD1, 0x0E, 0xA6, 0x14]
        );
        let idle = [0x58, 0x20, 0x90, 0x0E, 0x66, 0xEC, 0xC1, 0x23];
        assert_eq!(encoded(&[0x35, 0x2E, 0xF8, 0x53]), idle);
    }

    #[test]
    fn a_short_slice_takes_only_what_fits() {
        let mut symbols = [0; 3];
        let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
        assert_eq!(encoder.encode_packed(&[0x80, 0xFF], &mut symbols), 2);
        assert_eq!(symbols, [0xBA, 0x49, 0]);
        assert_eq!(encoder.register(), 0, "the second octet was not taken");
    }

    proptest! {
        #[test]
        fn every_form_is_the_sum_of_delayed_bits(octets in proptest::collection::vec(any::<u8>(), 0..80), plain: bool) {
            let g2 = if plain { G2::Plain } else { G2::Inverted };
            let bits: Vec<u8> = octets.iter().flat_map(|o| (0..8).rev().map(move |p| o >> p & 1)).collect();
            let expected = naive::convolutional_encode(&bits, g2);
            let by_bits: Vec<u8> = ConvolutionalEncoder::new(g2).encode_bits(bits.iter().copied()).collect();
            prop_assert_eq!(&by_bits, &expected);
            let by_octets: Vec<u8> = ConvolutionalEncoder::new(g2).encode_octets(&octets).collect();
            prop_assert_eq!(&by_octets, &expected);
            let mut split = ConvolutionalEncoder::new(g2);
            let mut packed = vec![0; 2 * octets.len()];
            let middle = octets.len() / 2;
            split.encode_packed(&octets[..middle], &mut packed[..2 * middle]);
            split.encode_packed(&octets[middle..], &mut packed[2 * middle..]);
            let unpacked: Vec<u8> = packed.iter().flat_map(|o| (0..8).rev().map(move |p| o >> p & 1)).collect();
            prop_assert_eq!(&unpacked, &expected);
        }
    }
}
