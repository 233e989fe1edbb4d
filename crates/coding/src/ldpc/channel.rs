//! How codewords stand on the channel: marker, then the randomized codeword.
//!
//! Books: 131.0-B (AR4JA behind 034776C7272895B0, C2 behind 1ACFFC1D, either TM sequence, from its start with each codeword), 211.2-B-3 (the LDPC
//! option: the same marker, the sequence that telecommand has too). A frame of k bits is one message; a stream that is cut into messages
//! wherever they end is [`ProxLdpcSender`](super::ProxLdpcSender)'s, and with other codes `chunks_exact` of octets. Left out: telecommand, whose start
//! sequence stands once before many codewords.
//!
//! ```
//! use magpie_coding::cadu::TmRandomizer;
//! use magpie_coding::ldpc::{LdpcChannel, LdpcCode};
//!
//! let channel = LdpcChannel::telemetry(LdpcCode::C2, TmRandomizer::Short).unwrap();
//! let mut unit = [0; 1024];
//! channel.encode(&[0; 892], &mut unit).unwrap();
//! assert_eq!(unit[..6], [0x1A, 0xCF, 0xFC, 0x1D, 0xFF, 0x48]);
//! ```

use super::{LdpcCode, LdpcError, encode};
use crate::asm::Asm;
use crate::cadu::TmRandomizer;
use crate::codeblock::{ASM, CSM, CodeblockConfig};
use crate::randomizer::{Randomizer, Sequence};

/// A code, its marker and its randomizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LdpcChannel {
    code: LdpcCode,
    randomizer: Option<Sequence>,
}

impl LdpcChannel {
    /// The LDPC option of Proximity-1.
    pub const PROX1: Self = Self {
        code: LdpcCode::Prox1,
        randomizer: Some(Sequence::Tc), //= 211.2-B-3 ldpc-randomizer
    };

    /// Telemetry; `None` for a telecommand code.
    pub const fn telemetry(code: LdpcCode, randomizer: TmRandomizer) -> Option<Self> {
        if matches!(code, LdpcCode::Tc128 | LdpcCode::Tc512) {
            return None;
        }
        let randomizer = match randomizer {
            TmRandomizer::None => None,
            TmRandomizer::Short => Some(Sequence::TmShort),
            TmRandomizer::Long => Some(Sequence::TmLong),
        };
        Some(Self { code, randomizer })
    }

    /// The code.
    pub const fn code(self) -> LdpcCode {
        self.code
    }

    /// The marker in front of each codeword.
    pub const fn marker(self) -> Asm {
        match self.code {
            LdpcCode::C2 => Asm::TM, //= 131.0-B asm-tm
            _ => Asm::CSM,           //= 131.0-B csm-ldpc
        }
    }

    /// Octets of marker and codeword.
    pub const fn unit_len(self) -> usize {
        self.marker().len_bits() as usize / 8 + self.code.codeword_len()
    }

    /// What a synchroniser must look for.
    pub const fn codeblocks(self) -> CodeblockConfig<'static> {
        let marker: &[u8] = match self.code {
            LdpcCode::C2 => &ASM,
            _ => &CSM,
        };
        CodeblockConfig::new(marker, self.code.qc().n).with_randomizer(self.randomizer)
    }

    /// Writes marker and randomized codeword of `message` (k / 8 octets) to `unit` ([`unit_len`](Self::unit_len) octets).
    ///
    /// # Errors
    ///
    /// [`LdpcError::MessageLen`], or [`LdpcError::CodewordLen`] with the lengths of the whole unit; the contents of `unit` mean nothing then.
    pub fn encode(self, message: &[u8], unit: &mut [u8]) -> Result<(), LdpcError> {
        let (need, have) = (self.unit_len(), unit.len());
        let wrong = LdpcError::CodewordLen { need, have };
        if need != have {
            return Err(wrong);
        }
        let marker_len = self.marker().emit(unit).ok_or(wrong)?;
        let codeword = unit.get_mut(marker_len..).ok_or(wrong)?;
        encode(self.code, message, codeword)?;
        if let Some(sequence) = self.randomizer {
            Randomizer::new(sequence).apply(codeword); //= 131.0-B randomizer-scope
        }
        Ok(())
    }
}
