//! The modified BCH code (63,56) of telecommand: seven octets become eight.
//!
//! Book: 231.0-B. g(x) = x⁷ + x⁶ + x² + 1 = (x + 1)(x⁶ + x + 1): the single-error-correcting Hamming code without its words of odd weight, least
//! distance 4. The seven parity bits are sent complemented, and a fill bit 0 behind them completes the eighth octet. A decoder has one of two modes:
//!
//! | Wrong bits of the 63 | [`BchMode::SingleErrorCorrect`] | [`BchMode::TripleErrorDetect`] |
//! |---|---|---|
//! | 1 | corrected, always | rejected, always |
//! | 2 | rejected, always | rejected, always |
//! | 3 | 651 of the 39,711 patterns rejected, the others taken for one error elsewhere | rejected, always |
//! | 4 and more | even counts rejected unless they are a codeword, odd ones mostly miscorrected | rejected unless they are a codeword |
//!
//! The fill bit is no part of the code: a decoder leaves it as received and does not look at it (see [`fill_bit`]). Memory: two tables of 256 and
//! 128 octets, nothing else.
//!
//! ```
//! use magpie_coding::bch::{BchMode, BchOutcome, decode_codeword, encode_codeword};
//! let sent = encode_codeword(&[0x22, 0xF6, 0x00, 0xFF, 0x00, 0x00, 0x00]);
//! let mut received = sent;
//! received[3] ^= 0x10;
//! assert!(decode_codeword(&mut received.clone(), BchMode::TripleErrorDetect).is_rejected());
//! assert_eq!(decode_codeword(&mut received, BchMode::SingleErrorCorrect), BchOutcome::Corrected { bit: 27 });
//! assert_eq!(received, sent);
//! ```

/// Octets of information in a codeword.
pub const INFORMATION_LEN: usize = 7;
/// Octets of a codeword with its fill bit.
pub const CODEWORD_LEN: usize = 8;
/// Bits of a codeword without its fill bit.
pub const CODE_BITS: u8 = 63;

/// g(x) without its highest term, its x⁶ in the most significant place of the octet.
const GENERATOR: u8 = 0b1000_1010; //= 231.0-B bch-code

/// Remainder of each octet times x⁷, in the upper seven bits.
const REMAINDERS: [u8; 256] = remainders();
/// For each syndrome the place of the one wrong bit that makes it, the first sent bit being 0; [`NOWHERE`] if none does.
const PLACES: [u8; 128] = places();
const NOWHERE: u8 = u8::MAX;

const fn remainders() -> [u8; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let (mut register, mut step) = (octet as u8, 0);
        while step < 8 {
            register = shifted(register);
            step += 1;
        }
        table[octet] = register;
        octet += 1;
    }
    table
}

/// One step of the division; the lowest bit of the register takes no part but as an input still to come.
const fn shifted(register: u8) -> u8 {
    let feedback = register >> 7;
    (register << 1) ^ (GENERATOR * feedback)
}

const fn places() -> [u8; 128] {
    let mut table = [NOWHERE; 128];
    let (mut syndrome, mut place) = (0b0000_0010_u8, CODE_BITS); // x⁰, the last bit
    while place > 0 {
        place -= 1;
        table[(syndrome >> 1) as usize] = place;
        syndrome = shifted(syndrome);
    }
    table
}

/// What a decoder does with a codeword that is not clean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BchMode {
    /// One wrong bit is corrected, two are rejected.
    #[default]
    SingleErrorCorrect,
    /// Up to three wrong bits are rejected.
    TripleErrorDetect,
}

/// What became of a codeword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BchOutcome {
    /// As sent, as far as the code can tell.
    Clean,
    /// One bit was turned back.
    Corrected {
        /// Its place, 0 (first) to 55 in the information, 56 to 62 in the parity.
        bit: u8,
    },
    /// The mode does not allow to correct it; the codeword is as received.
    Rejected {
        /// The syndrome, 1 to 127; an even number of ones in it means an even number of wrong bits.
        syndrome: u8,
    },
}

impl BchOutcome {
    /// Whether the codeword is beyond the mode.
    pub const fn is_rejected(self) -> bool {
        matches!(self, Self::Rejected { .. })
    }
}

/// The codeword of seven octets: information, complemented parity, fill bit 0.
#[inline]
pub fn encode_codeword(information: &[u8; INFORMATION_LEN]) -> [u8; CODEWORD_LEN] {
    let mut codeword = [0; CODEWORD_LEN];
    let [message @ .., parity] = &mut codeword;
    *message = *information;
    *parity = !remainder(*information) & !FILL_BIT; //= 231.0-B bch-parity
    codeword
}

const FILL_BIT: u8 = 1;

//= 231.0-B bch-fill-bit
/// The fill bit of a received codeword: true if it is 1, which no encoder sends (but the tail sequence of a CLTU does).
pub const fn fill_bit(codeword: &[u8; CODEWORD_LEN]) -> bool {
    codeword[CODEWORD_LEN - 1] & FILL_BIT != 0
}

/// The syndrome of a received codeword, 0 to 127; 0 if it is one of the code.
#[inline]
pub fn syndrome(codeword: &[u8; CODEWORD_LEN]) -> u8 {
    let [information @ .., parity] = *codeword;
    (remainder(information) ^ !parity) >> 1
}

/// Decodes a codeword in place; its first seven octets are the information. The fill bit is not looked at.
#[inline]
pub fn decode_codeword(codeword: &mut [u8; CODEWORD_LEN], mode: BchMode) -> BchOutcome {
    let syndrome = syndrome(codeword);
    if syndrome == 0 {
        return BchOutcome::Clean;
    }
    let rejected = BchOutcome::Rejected { syndrome };
    //= 231.0-B bch-modes
    match mode {
        BchMode::TripleErrorDetect => rejected,
        BchMode::SingleErrorCorrect => {
            let bit = PLACES.get(usize::from(syndrome)).copied();
            match bit {
                Some(bit) if bit < CODE_BITS => {
                    let turned = u64::from_be_bytes(*codeword) ^ (1 << (CODE_BITS - bit));
                    *codeword = turned.to_be_bytes();
                    BchOutcome::Corrected { bit }
                }
                _ => rejected,
            }
        }
    }
}

/// Remainder of information · x⁷, in the upper seven bits.
#[inline]
fn remainder(information: [u8; INFORMATION_LEN]) -> u8 {
    information.iter().fold(0, |register, octet| {
        REMAINDERS[usize::from(register ^ octet)]
    })
}

#[cfg(test)]
mod tests;
