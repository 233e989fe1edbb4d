//! CLTUs with the LDPC codes: the encoder; the receiver of soft symbols has a file of its own.
//!
//! Book: 231.0-B. The frames, filled up with `55…`, are encoded by (128,64) or (512,256); each codeword, fill and parity included, is randomized anew; the start is
//! `034776C7272895B0`. Behind (128,64) a tail may follow, of which there are two ([`LdpcTail`]); behind (512,256) none does.
//!
//! ```
//! use magpie_coding::cltu::{CltuEvent, LdpcCltuConfig, LdpcCltuEncoder, LdpcCltuReceiver, LdpcTail};
//! use magpie_coding::ldpc::{LdpcCode, LdpcDecoder};
//! let encoder = LdpcCltuEncoder::short(LdpcTail::B4);
//! let mut cltu = [0; 8 + 2 * 16 + 16];
//! assert_eq!(encoder.encode(b"fourteen octet", &mut cltu), Ok(56));
//!
//! const MEMORY: usize = LdpcDecoder::memory_len(LdpcCode::Tc128);
//! let mut receiver = LdpcCltuReceiver::new(LdpcCltuConfig::short(), [0; MEMORY])?;
//! let symbols: Vec<i8> = magpie_coding::soft::symbols(&cltu).collect();
//! let mut data = Vec::new();
//! receiver.handle_symbols(&symbols, &mut |event| {
//!     if let CltuEvent::Codeword { octets, .. } = event {
//!         data.extend_from_slice(octets);
//!     }
//! });
//! assert_eq!(data, b"fourteen octet\x55\x55");
//! # Ok::<(), magpie_coding::ldpc::LdpcError>(())
//! ```

mod receiver;

pub use receiver::{LdpcCltuConfig, LdpcCltuReceiver};

use super::{CltuEncodeError, FILL};
use crate::asm::Asm;
use crate::ldpc::{LdpcCode, encode};
use crate::randomizer::Randomizer;

/// `034776C7272895B0`, in front of the LDPC codewords.
pub const LDPC_START: Asm = Asm::CSM; //= 231.0-B cltu-ldpc-start
const START_LEN: usize = 8;
/// Octets of information and of codeword.
pub(super) const SHORT_LEN: (usize, usize) = (8, 16);
pub(super) const LONG_LEN: (usize, usize) = (32, 64);

/// What follows the last codeword of (128,64).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LdpcTail {
    /// Nothing.
    #[default]
    None,
    /// `55555556AAAAAAAA5555555555555555`, of 231.0-B-4 as it came out in 2021.
    B4,
    /// `63A1ED72C6AC79E25555555555555555`, of its corrigendum of 2026.
    B4Cor1,
}

impl LdpcTail {
    /// Octets of a tail.
    pub const LEN: usize = 16;

    /// The tail, if there is one.
    pub const fn octets(self) -> Option<[u8; Self::LEN]> {
        let value: u128 = match self {
            Self::None => return None,
            //= 231.0-B cltu-ldpc-tail
            Self::B4 => 0x5555_5556_AAAA_AAAA_5555_5555_5555_5555,
            //= 231.0-B cltu-ldpc-tail
            Self::B4Cor1 => 0x63A1_ED72_C6AC_79E2_5555_5555_5555_5555,
        };
        Some(value.to_be_bytes())
    }

    const fn len(self) -> usize {
        match self {
            Self::None => 0,
            Self::B4 | Self::B4Cor1 => Self::LEN,
        }
    }
}

/// Makes LDPC CLTUs of transfer frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LdpcCltuEncoder {
    code: LdpcCode,
    tail: LdpcTail,
}

impl LdpcCltuEncoder {
    /// (128,64) codewords.
    pub const fn short(tail: LdpcTail) -> Self {
        let code = LdpcCode::Tc128;
        Self { code, tail }
    }

    /// (512,256) codewords, which have no tail.
    pub const fn long() -> Self {
        Self {
            code: LdpcCode::Tc512,
            tail: LdpcTail::None,
        }
    }

    const fn lens(self) -> (usize, usize) {
        match self.code {
            LdpcCode::Tc128 => SHORT_LEN,
            _ => LONG_LEN,
        }
    }

    /// Octets of the CLTU that carries `data_len` octets of frames.
    pub const fn cltu_len(&self, data_len: usize) -> usize {
        let (information, codeword) = self.lens();
        let codewords = data_len.div_ceil(information).saturating_mul(codeword);
        codewords.saturating_add(START_LEN + self.tail.len())
    }

    /// Writes the CLTU of `frames` (one, or several end to end) to the front of `out` and tells how many octets that were.
    ///
    /// # Errors
    /// [`CltuEncodeError`].
    pub fn encode(&self, frames: &[u8], out: &mut [u8]) -> Result<usize, CltuEncodeError> {
        if frames.is_empty() {
            return Err(CltuEncodeError::Empty);
        }
        let (need, have) = (self.cltu_len(frames.len()), out.len());
        let too_short = CltuEncodeError::Buffer { need, have };
        let cltu = out.get_mut(..need).ok_or(too_short)?;
        let start_len = LDPC_START.emit(cltu).ok_or(too_short)?;
        let body = cltu.get_mut(start_len..).ok_or(too_short)?;
        let codewords = match self.tail.octets() {
            None => body,
            Some(octets) => {
                let (codewords, tail) = body.split_last_chunk_mut().ok_or(too_short)?;
                *tail = octets;
                codewords
            }
        };
        let (information, codeword) = self.lens();
        let pairs = codewords
            .chunks_mut(codeword)
            .zip(frames.chunks(information));
        for (codeword, octets) in pairs {
            let mut message = [FILL; LONG_LEN.0]; //= 231.0-B cltu-fill
            for (place, &octet) in message.iter_mut().zip(octets) {
                *place = octet;
            }
            let message = message.get(..information).unwrap_or_default();
            encode(self.code, message, codeword).map_err(|_| too_short)?; // the lengths are those of the code
            Randomizer::tc().apply(codeword); //= 231.0-B cltu-ldpc-randomizer
        }
        Ok(need)
    }
}

#[cfg(test)]
mod tests;
