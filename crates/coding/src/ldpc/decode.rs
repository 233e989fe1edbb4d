//! Soft decoding of every code: layered on octets, nearly belief propagation (C2: min-sum), by the plain form or by vector instructions.
//!
//! Books: the matrices of 131.0-B, 231.0-B and 211.2-B-3; how to decode is left to the receiver. A received block is first brought to a fixed
//! mean magnitude, so any scale of soft symbols does. Then the checks are gone through one after the other ([`scalar`] is the definition), and
//! after each iteration it is looked whether all of them hold. Left out: the 20 words of C2 that its matrix admits and the subcode does not
//! (the matrix has rank 1020, a word that fulfils it is taken).
//!
//! Loss against belief propagation in floating point with the same schedule and 50 iterations, on the same blocks, by the share of wrong blocks
//! (`examples/ldpc_fer.rs` with `bp-layered,ours`; few wrong blocks a point, so 0.02 dB either way, 0.04 dB where it says about):
//!
//! | Code | loss at 1e-1 | at 1e-2 | at 1e-3 |
//! |---|---|---|---|
//! | (2048,1024) | 0.04 dB | 0.04 dB | about 0.02 dB |
//! | (1536,1024) | 0.04 dB | 0.01 dB | |
//! | (1280,1024) | 0.01 dB | 0.01 dB | |
//! | (8192,4096) | 0.05 dB | about 0.05 dB | |
//! | (32768,16384) | about 0.07 dB | | |
//! | (8160,7136) | 0.04 dB | about 0.03 dB | |
//! | (128,64) | −0.04 dB | −0.02 dB | about 0.04 dB |
//! | (512,256) | 0.00 dB | 0.01 dB | about −0.04 dB |
//!
//! Octets of memory that a decoder wants ([`LdpcDecoder::compact_len`] for the plain form, [`LdpcDecoder::memory_len`] for vectors):
//!
//! | Code | compact | vectors |
//! |---|---|---|
//! | (2048,1024) | 8704 | 14143 |
//! | (1536,1024) | 6400 | 13119 |
//! | (1280,1024) | 4480 | 21311 |
//! | (8192,4096) | 34816 | 44863 |
//! | (6144,4096) | 25600 | 36159 |
//! | (5120,4096) | 17920 | 34111 |
//! | (32768,16384) | 139264 | 167743 |
//! | (24576,16384) | 102400 | 128319 |
//! | (20480,16384) | 71680 | 110911 |
//! | (8160,7136) | 18396 | 44095 |
//! | (128,64) | 384 | 384 |
//! | (512,256) | 1536 | 1536 |
//!
//! ```
//! use magpie_coding::ldpc::{LdpcCode, LdpcDecoder};
//!
//! const CODE: LdpcCode = LdpcCode::Tc128;
//! let mut decoder = LdpcDecoder::new(CODE, [0; LdpcDecoder::memory_len(CODE)])?;
//! let mut received = [-90; 128]; // the codeword of zeros
//! received[7] = 35;
//! let mut message = [0xFF; 8];
//! let outcome = decoder.decode(&received, &mut message)?;
//! assert!(outcome.converged && message == [0; 8] && outcome.corrected == 1);
//! # Ok::<(), magpie_coding::ldpc::LdpcError>(())
//! ```

mod scalar;
#[cfg(test)]
mod tests;
mod tuning;

use super::{Circulant, LdpcCode, LdpcError, QcCode};
use crate::engine::Engine;
#[cfg(feature = "std")]
pub(crate) use scalar::KNOWN;
use scalar::Scalar;
#[cfg(feature = "std")]
pub(crate) use tuning::{CEILING, FEW, scale_of, scaled};
pub(crate) use tuning::{Tuning, level};

/// The most ones that a row has among the codes (C2).
pub(crate) const MAX_DEGREE: usize = 32;

/// Iterations unless told.
pub const DEFAULT_ITERATIONS: u16 = 50;

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LdpcOutcome {
    /// Whether all checks hold. If not, the message is the last guess.
    pub converged: bool,
    /// Iterations done; 0 if the hard decisions were a codeword already.
    pub iterations: u16,
    /// Checks that do not hold.
    pub unsatisfied: u32,
    /// Symbols received, without erasures, that were decided otherwise.
    pub corrected: u32,
}

/// A decoder of one code on memory of `M`: an array, a borrowed slice, a vector.
#[derive(Clone, Debug)]
pub struct LdpcDecoder<M> {
    code: LdpcCode,
    memory: M,
    engine: Engine,
    max_iterations: u16,
}

impl LdpcDecoder<[i8; 0]> {
    /// Elements of memory with which every engine works.
    pub const fn memory_len(code: LdpcCode) -> usize {
        let compact = Self::compact_len(code);
        #[cfg(feature = "std")]
        if crate::simd::ldpc::memory_len(code) > compact {
            return crate::simd::ldpc::memory_len(code);
        }
        compact
    }

    /// Elements of memory with which the scalar engine works: a posterior for each bit, four to ten octets for each check.
    pub const fn compact_len(code: LdpcCode) -> usize {
        scalar::memory_len(code.qc())
    }
}

impl<M: AsMut<[i8]>> LdpcDecoder<M> {
    /// A decoder with the best engine; with [`Engine::SCALAR`] if the memory has no more than [`compact_len`](LdpcDecoder::compact_len).
    pub fn new(code: LdpcCode, mut memory: M) -> Result<Self, LdpcError> {
        let (need, have) = (LdpcDecoder::compact_len(code), memory.as_mut().len());
        if have < need {
            return Err(LdpcError::Memory { need, have });
        }
        let decoder = Self {
            code,
            memory,
            engine: Engine::SCALAR,
            max_iterations: DEFAULT_ITERATIONS,
        };
        Ok(decoder.with_engine(Engine::best()))
    }

    /// With another engine, unless the memory lent is too small for it.
    #[must_use]
    pub fn with_engine(mut self, engine: Engine) -> Self {
        let enough = self.memory.as_mut().len() >= LdpcDecoder::memory_len(self.code);
        self.engine = if enough { engine } else { Engine::SCALAR };
        self
    }

    /// With so many iterations at the most; with 0 the hard decisions are all.
    #[must_use]
    pub const fn with_max_iterations(mut self, iterations: u16) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// What it computes with.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Decodes n soft symbols (positive = 1, 0 = erased, −128 counts as −127) to k / 8 octets.
    ///
    /// # Errors
    /// A slice has the wrong length; nothing was decoded then.
    pub fn decode(&mut self, soft: &[i8], message: &mut [u8]) -> Result<LdpcOutcome, LdpcError> {
        let code = self.code.qc();
        check_lengths(code, soft, message)?;
        let memory = self.memory.as_mut();
        #[cfg(feature = "std")]
        {
            let mut job = crate::simd::ldpc::Job {
                code: self.code,
                max_iterations: self.max_iterations,
                memory,
                soft,
                message,
            };
            if let Some(outcome) = crate::simd::ldpc::decode(self.engine, &mut job) {
                return Ok(outcome);
            }
        }
        let mut decoder = Scalar::new(code, Tuning::of(self.code), memory)?;
        Ok(decoder.decode(soft, message, self.max_iterations))
    }
}

/// The circulants of each block row, from the last block row to the first.
#[derive(Clone)]
pub(crate) struct BlockRows(&'static [Circulant]);

impl BlockRows {
    pub(crate) const fn of(code: &QcCode) -> Self {
        Self(code.circulants)
    }
}

impl Iterator for BlockRows {
    type Item = &'static [Circulant];

    /// `chunk_by` of the library has a path to a panic.
    fn next(&mut self) -> Option<Self::Item> {
        let row = self.0.last()?.row;
        let same = self
            .0
            .iter()
            .rev()
            .take_while(|circulant| circulant.row == row);
        let start = self.0.len().saturating_sub(same.count());
        let (rest, block_row) = self.0.split_at_checked(start)?;
        self.0 = rest;
        Some(block_row)
    }
}

fn check_lengths(code: &QcCode, soft: &[i8], message: &[u8]) -> Result<(), LdpcError> {
    let (need, have) = (code.n, soft.len());
    if need != have {
        return Err(LdpcError::CodewordLen { need, have });
    }
    let (need, have) = (code.k / 8, message.len());
    if need != have {
        return Err(LdpcError::MessageLen { need, have });
    }
    Ok(())
}
