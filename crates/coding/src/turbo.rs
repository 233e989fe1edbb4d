//! Turbo codes: encoder, decoder, and the chain of marker and randomizer around a codeblock.
//!
//! Book: CCSDS 131.0-B section 6 (issues 2 to 5; section 7 of issue 6): k = 1784, 3568, 7136 or 8920 information bits, nominal rates
//! 1/2, 1/3, 1/4 and 1/6, n = (k + 4)/r symbols. Two recursive systematic 16-state encoders, the second fed through a permutation; both
//! are brought back to state zero by four tail bits of their own. Left out: the channel interleaver of issue 6, k = 16384 of issue 1.
//!
//! The decoder takes symbols of any scale, as their mean magnitude shows ([`decode`](TurboDecoder::decode)); it needs 0.04 to 0.09 dB more than log-MAP in floating
//! point with as many iterations.
//!
//! | Rate | Symbols of a bit time |
//! |---|---|
//! | 1/2 | information, then parity G1 of encoder a at even times, of encoder b at odd times |
//! | 1/3 | information, G1 of a, G1 of b |
//! | 1/4 | information, G2 and G3 of a, G1 of b |
//! | 1/6 | information, G1, G2 and G3 of a, G1 and G3 of b |
//!
//! ```
//! use magpie_coding::turbo::{self, Row, TurboCode, TurboDecoder, TurboRate};
//!
//! let code = TurboCode::new(1784, TurboRate::Half)?;
//! let message = [0x5A; 1784 / 8];
//! let mut symbols = vec![0; code.n()];
//! turbo::encode(code, &message, &mut symbols)?;
//!
//! // The channel: one symbol in nine is wrong.
//! let mut soft: Vec<i8> = symbols.iter().map(|&bit| if bit == 1 { 30 } else { -30 }).collect();
//! soft.iter_mut().step_by(9).for_each(|symbol| *symbol = -*symbol / 4);
//!
//! let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
//! let mut decoder = TurboDecoder::new(code, &mut memory)?;
//! let mut decoded = [0; 1784 / 8];
//! let outcome = decoder.decode(&soft, &mut decoded)?;
//! assert!(outcome.converged && decoded == message);
//! assert_eq!(outcome.corrected as usize, soft.len().div_ceil(9));
//! # Ok::<(), turbo::TurboError>(())
//! ```
//!
//! Memory lent to a decoder, in octets ([`TurboDecoder::memory_len`] rows of 32); the stack takes 75,000 octets more with vector
//! instructions, 50,000 in portable code on 64-bit machines, 23,000 elsewhere. Constant tables: 64 octets for both encoder and decoder.
//!
//! | k | 1/2, 1/3 | 1/4 | 1/6 |
//! |---|---|---|---|
//! | 1784 | 23,552 | 27,136 | 34,304 |
//! | 3568 | 46,080 | 53,248 | 67,584 |
//! | 7136 | 91,136 | 105,472 | 134,144 |
//! | 8920 | 113,664 | 131,584 | 167,424 |

pub mod chain;
mod decode;
mod encode;
mod interleaver;
pub(crate) mod lanes;
mod level;
pub(crate) mod siso;
#[cfg(test)]
mod tests;

pub use decode::{TurboDecoder, TurboOutcome};
pub use encode::encode;
pub use interleaver::Permutation;
pub use lanes::Row;

/// Bits that bring an encoder back to state zero.
pub(crate) const TAIL: usize = 4;

/// Nominal rate of a [`TurboCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TurboRate {
    /// 1/2, punctured.
    Half,
    /// 1/3.
    Third,
    /// 1/4.
    Quarter,
    /// 1/6.
    Sixth,
}

impl TurboRate {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Half, Self::Third, Self::Quarter, Self::Sixth];

    /// Symbols sent for each bit: 2, 3, 4 or 6.
    pub const fn symbols_per_bit(self) -> usize {
        match self {
            Self::Half => 2,
            Self::Third => 3,
            Self::Quarter => 4,
            Self::Sixth => 6,
        }
    }
}

impl core::fmt::Display for TurboRate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "1/{}", self.symbols_per_bit())
    }
}

/// One of the sixteen codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TurboCode {
    k: u16,
    rate: TurboRate,
}

impl TurboCode {
    /// The code of `k` information bits and this rate; an error for a `k` that the book does not have.
    pub const fn new(k: usize, rate: TurboRate) -> Result<Self, TurboError> {
        //= 131.0-B turbo-block-lengths
        match k {
            1784 | 3568 | 7136 | 8920 => Ok(Self { k: k as u16, rate }),
            _ => Err(TurboError::InformationBits { k }),
        }
    }

    /// All sixteen.
    pub fn all() -> impl Iterator<Item = Self> {
        let lengths = [1784, 3568, 7136, 8920].into_iter();
        lengths.flat_map(|k| TurboRate::ALL.into_iter().map(move |rate| Self { k, rate }))
    }

    /// Information bits of a codeblock.
    pub const fn k(self) -> usize {
        self.k as usize
    }

    /// Symbols of a codeblock, tail included: (k + 4)/r.
    pub const fn n(self) -> usize {
        (self.k() + TAIL) * self.rate.symbols_per_bit()
    }

    /// Octets of a message: k/8.
    pub const fn message_len(self) -> usize {
        self.k() / 8
    }

    /// The nominal rate.
    pub const fn rate(self) -> TurboRate {
        self.rate
    }

    /// The order in which the second encoder takes the bits.
    pub const fn permutation(self) -> Permutation {
        Permutation::new(self.k)
    }
}

/// A length that does not fit the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TurboError {
    /// No code of this many information bits.
    InformationBits {
        /// What was asked for.
        k: usize,
    },
    /// The message is not k/8 octets long.
    MessageLength {
        /// Octets needed.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// There are not n symbols.
    SymbolCount {
        /// Symbols needed.
        need: usize,
        /// Symbols given.
        have: usize,
    },
    /// The memory lent is too small.
    Memory {
        /// Rows needed.
        need: usize,
        /// Rows given.
        have: usize,
    },
}

impl core::fmt::Display for TurboError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::InformationBits { k } => write!(f, "no turbo code of {k} information bits"),
            Self::MessageLength { need, have } => {
                write!(f, "a message of {need} octets needed, {have} given")
            }
            Self::SymbolCount { need, have } => write!(f, "{need} symbols needed, {have} given"),
            Self::Memory { need, have } => {
                write!(f, "{need} rows of memory needed, {have} given")
            }
        }
    }
}

impl core::error::Error for TurboError {}

/// The message has the code's length.
fn message_fits(code: TurboCode, have: usize) -> Result<(), TurboError> {
    let need = code.message_len();
    if have == need {
        Ok(())
    } else {
        Err(TurboError::MessageLength { need, have })
    }
}

/// There are as many symbols as the code has.
fn symbols_fit(code: TurboCode, have: usize) -> Result<(), TurboError> {
    let need = code.n();
    if have == need {
        Ok(())
    } else {
        Err(TurboError::SymbolCount { need, have })
    }
}
