//! Marker and randomizer around a codeblock.
//!
//! Book: CCSDS 131.0-B, sections on turbo codes, attached sync markers and the pseudo-randomizer. In front of each codeblock stands the
//! marker of its rate, neither encoded nor randomized. The randomizer works on the symbols of the codeblock and starts anew with each; it was
//! optional until issue 5 and is mandatory in issue 6. Finding the markers in a stream is not done here: give [`marker`] to a
//! codeblock synchroniser. Frames without Reed–Solomon code carry their own error control (FECF), which is
//! what [`TurboReceiver::receive`] lets the caller check.
//!
//! ```
//! use magpie_coding::randomizer::Sequence;
//! use magpie_coding::turbo::chain::{TurboReceiver, TurboSender, marker};
//! use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, TurboRate};
//!
//! let code = TurboCode::new(1784, TurboRate::Sixth)?;
//! let sender = TurboSender::new(code).with_randomizer(Some(Sequence::TmLong));
//! let mut symbols = vec![0; sender.unit_len()];
//! sender.emit(&[0x42; 223], &mut symbols)?;
//! assert_eq!(&symbols[..8], [0, 0, 1, 0, 0, 1, 0, 1]); // 25…
//!
//! let mut soft: Vec<i8> = symbols.iter().map(|&bit| if bit == 1 { 9 } else { -9 }).collect();
//! let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
//! let decoder = TurboDecoder::new(code, &mut memory)?;
//! let mut receiver = TurboReceiver::new(decoder).with_randomizer(Some(Sequence::TmLong));
//! let mut message = [0; 223];
//! let block = &mut soft[marker(code.rate()).len()..];
//! assert!(receiver.receive(block, &mut message)?.converged);
//! assert_eq!(message, [0x42; 223]);
//! # Ok::<(), magpie_coding::turbo::TurboError>(())
//! ```

use super::{TurboCode, TurboDecoder, TurboError, TurboOutcome, TurboRate, encode};
use crate::randomizer::{Randomizer, Sequence};

const fn bits<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut bits = [0; N];
    let mut at = 0;
    while at < N {
        bits[at] = octets[at / 8] >> (7 - at % 8) & 1;
        at += 1;
    }
    bits
}

//= 131.0-B asm-turbo
const HALF: [u8; 64] = bits(&0x0347_76C7_2728_95B0_u64.to_be_bytes());
const THIRD: [u8; 96] = bits(&[
    0x25, 0xD5, 0xC0, 0xCE, 0x89, 0x90, 0xF6, 0xC9, 0x46, 0x1B, 0xF7, 0x9C,
]);
const QUARTER: [u8; 128] = bits(&0x0347_76C7_2728_95B0_FCB8_8938_D8D7_6A4F_u128.to_be_bytes());
const SIXTH: [u8; 192] = bits(&[
    0x25, 0xD5, 0xC0, 0xCE, 0x89, 0x90, 0xF6, 0xC9, 0x46, 0x1B, 0xF7, 0x9C, 0xDA, 0x2A, 0x3F, 0x31,
    0x76, 0x6F, 0x09, 0x36, 0xB9, 0xE4, 0x08, 0x63,
]);

/// The marker in front of a codeblock: bits, one an element. 64, 96, 128 or 192 of them.
pub const fn marker(rate: TurboRate) -> &'static [u8] {
    match rate {
        TurboRate::Half => &HALF,
        TurboRate::Third => &THIRD,
        TurboRate::Quarter => &QUARTER,
        TurboRate::Sixth => &SIXTH,
    }
}

/// Makes markers and codeblocks out of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurboSender {
    code: TurboCode,
    randomizer: Option<Sequence>,
}

impl TurboSender {
    /// Without randomizer.
    pub const fn new(code: TurboCode) -> Self {
        Self {
            code,
            randomizer: None,
        }
    }

    /// The same with this randomizer, or none.
    #[must_use]
    pub const fn with_randomizer(self, randomizer: Option<Sequence>) -> Self {
        Self { randomizer, ..self }
    }

    /// Symbols of a marker and a codeblock.
    pub const fn unit_len(&self) -> usize {
        marker(self.code.rate()).len() + self.code.n()
    }

    /// Marker and codeblock of a message of k/8 octets, as symbols 0 or 1; `symbols` holds [`unit_len`](Self::unit_len).
    //= 131.0-B turbo-randomized
    pub fn emit(&self, message: &[u8], symbols: &mut [u8]) -> Result<(), TurboError> {
        let marker = marker(self.code.rate());
        let error = TurboError::SymbolCount {
            need: self.unit_len(),
            have: symbols.len(),
        };
        let (front, block) = symbols.split_at_mut_checked(marker.len()).ok_or(error)?;
        if block.len() != self.code.n() {
            return Err(error);
        }
        encode(self.code, message, block)?;
        for (symbol, bit) in front.iter_mut().zip(marker) {
            *symbol = *bit;
        }
        if let Some(sequence) = self.randomizer {
            Randomizer::new(sequence).apply_bits(block);
        }
        Ok(())
    }
}

/// Makes messages out of codeblocks, whose markers are found and taken off already.
#[derive(Debug)]
pub struct TurboReceiver<'m> {
    decoder: TurboDecoder<'m>,
    randomizer: Option<Sequence>,
}

impl<'m> TurboReceiver<'m> {
    /// Without randomizer.
    pub const fn new(decoder: TurboDecoder<'m>) -> Self {
        Self {
            decoder,
            randomizer: None,
        }
    }

    /// The same with this randomizer, or none.
    #[must_use]
    pub fn with_randomizer(self, randomizer: Option<Sequence>) -> Self {
        Self { randomizer, ..self }
    }

    /// Derandomizes n soft symbols in place and decodes them.
    pub fn receive(
        &mut self,
        block: &mut [i8],
        message: &mut [u8],
    ) -> Result<TurboOutcome, TurboError> {
        if let Some(sequence) = self.randomizer {
            Randomizer::new(sequence).apply_soft(block);
        }
        self.decoder.decode(block, message)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{TurboReceiver, TurboSender, marker};
    use crate::naive;
    use crate::randomizer::Sequence;
    use crate::turbo::{Row, TurboCode, TurboDecoder, TurboError, TurboRate};
    use std::string::String;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn markers_are_those_of_the_book() {
        //= 131.0-B asm-turbo
        let hex = |rate| -> String {
            let digit = |four: &[u8]| {
                let value = four
                    .iter()
                    .fold(0, |value, bit| value << 1 | u32::from(*bit));
                char::from_digit(value, 16)
                    .expect("four bits")
                    .to_ascii_uppercase()
            };
            marker(rate).chunks(4).map(digit).collect()
        };
        assert_eq!(hex(TurboRate::Half), "034776C7272895B0");
        assert_eq!(hex(TurboRate::Third), "25D5C0CE8990F6C9461BF79C");
        assert_eq!(hex(TurboRate::Quarter), "034776C7272895B0FCB88938D8D76A4F");
        // That of rate 1/4 is that of 1/2 and its complement; so it is with 1/6 and 1/3.
        assert_eq!(
            hex(TurboRate::Sixth),
            "25D5C0CE8990F6C9461BF79CDA2A3F31766F0936B9E40863"
        );
        for (long, short) in [
            (TurboRate::Quarter, TurboRate::Half),
            (TurboRate::Sixth, TurboRate::Third),
        ] {
            let (front, back) = marker(long).split_at(marker(short).len());
            assert_eq!(front, marker(short));
            assert!(front.iter().zip(back).all(|(a, b)| a + b == 1));
        }
    }

    #[test]
    fn a_unit_is_marker_and_randomized_symbols_and_comes_back() {
        //= 131.0-B turbo-randomized
        for code in TurboCode::all() {
            for sequence in [Sequence::TmShort, Sequence::TmLong] {
                let message: Vec<u8> = (0..code.message_len()).map(|i| (i * 5) as u8).collect();
                let sender = TurboSender::new(code).with_randomizer(Some(sequence));
                let mut symbols = vec![7; sender.unit_len()];
                sender.emit(&message, &mut symbols).expect("lengths fit");
                let bits: Vec<u8> = message
                    .iter()
                    .flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1))
                    .collect();
                let plain = naive::turbo::encode(&bits, code.rate());
                let random = naive::random_bits(sequence, code.n());
                let sent: Vec<u8> = plain.iter().zip(random).map(|(a, b)| a ^ b).collect();
                assert!(symbols == [marker(code.rate()), &sent].concat(), "{code:?}");

                let mut soft: Vec<i8> = sent
                    .iter()
                    .map(|&bit| if bit == 1 { 10 } else { -10 })
                    .collect();
                let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
                let decoder = TurboDecoder::new(code, &mut memory).expect("memory");
                let mut receiver = TurboReceiver::new(decoder).with_randomizer(Some(sequence));
                let mut output = vec![0; code.message_len()];
                let outcome = receiver
                    .receive(&mut soft, &mut output)
                    .expect("lengths fit");
                assert!(outcome.converged && output == message);
            }
        }
    }

    #[test]
    fn a_unit_one_symbol_short_or_long_is_refused() {
        let code = TurboCode::new(1784, TurboRate::Third).expect("a code");
        let sender = TurboSender::new(code);
        for have in [0, 95, sender.unit_len() - 1, sender.unit_len() + 1] {
            let error = TurboError::SymbolCount {
                need: sender.unit_len(),
                have,
            };
            assert_eq!(sender.emit(&[0; 223], &mut vec![0; have]), Err(error));
        }
    }
}
