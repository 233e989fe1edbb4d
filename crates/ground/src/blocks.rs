//! Many blocks on all processors: for recordings that lie there whole.
//!
//! No book rules this. Blocks are independent, so each is decoded as one thread would do it, with a decoder of the thread's own, and the results stand
//! in the order of the blocks.
//!
//! ```
//! use magpie_coding::ldpc::{LdpcCode, encode};
//! use magpie_ground::blocks;
//!
//! const CODE: LdpcCode = LdpcCode::Prox1;
//! let messages = [0x5A; 3 * CODE.message_len()];
//! let mut soft = Vec::new();
//! for message in messages.chunks(CODE.message_len()) {
//!     let mut codeword = vec![0; CODE.codeword_len()];
//!     encode(CODE, message, &mut codeword)?;
//!     soft.extend(codeword.iter().flat_map(|octet| (0..8).rev().map(move |i| if octet >> i & 1 == 1 { 30_i8 } else { -30 })));
//! }
//! let mut decoded = messages.map(|_| 0);
//! let outcomes = blocks::ldpc(CODE, 20, &soft, &mut decoded)?;
//! assert!(decoded == messages && outcomes.len() == 3 && outcomes.iter().all(|outcome| outcome.converged));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use magpie_coding::ldpc::{LdpcCode, LdpcDecoder, LdpcError, LdpcOutcome};
use magpie_coding::reed_solomon::{ReedSolomon, RsError, RsReport};
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, TurboError, TurboOutcome};
use rayon::prelude::*;

/// What goes in does not fill whole blocks, or as many as what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlocksError {
    /// The input is no whole number of blocks.
    #[error("{have} elements are no whole number of blocks of {block}")]
    Ragged {
        /// Elements of a block.
        block: usize,
        /// Elements given.
        have: usize,
    },
    /// The output has room for another number of blocks.
    #[error("{need} octets of output are needed, there is room for {have}")]
    Output {
        /// Octets that come out.
        need: usize,
        /// Octets of the output.
        have: usize,
    },
    /// The decoder of LDPC codes refused a block.
    #[error(transparent)]
    Ldpc(#[from] LdpcError),
    /// The decoder of turbo codes refused a block.
    #[error(transparent)]
    Turbo(#[from] TurboError),
    /// The Reed–Solomon decoder refused a block.
    #[error(transparent)]
    ReedSolomon(#[from] RsError),
}

/// Blocks that a thread takes at least before its decoder is made anew for others.
const AT_LEAST: usize = 4;

fn lengths(block: usize, have: usize, out: usize, room: usize) -> Result<(), BlocksError> {
    if !have.is_multiple_of(block) {
        return Err(BlocksError::Ragged { block, have });
    }
    let need = have / block * out;
    if need != room {
        return Err(BlocksError::Output { need, have: room });
    }
    Ok(())
}

/// Decodes codewords of n soft symbols, one behind the other, into messages of k/8 octets.
///
/// # Errors
/// [`BlocksError`] if the lengths do not go together; nothing is decoded then.
pub fn ldpc(
    code: LdpcCode,
    max_iterations: u16,
    soft: &[i8],
    messages: &mut [u8],
) -> Result<Vec<LdpcOutcome>, BlocksError> {
    let (n, len) = (code.qc().n, code.message_len());
    lengths(n, soft.len(), len, messages.len())?;
    let decoder = || {
        let memory = vec![0; LdpcDecoder::memory_len(code)];
        LdpcDecoder::new(code, memory).map(|decoder| decoder.with_max_iterations(max_iterations))
    };
    let blocks = soft
        .par_chunks_exact(n)
        .zip(messages.par_chunks_exact_mut(len));
    let outcomes = blocks
        .with_min_len(AT_LEAST)
        .map_init(decoder, |decoder, (soft, message)| {
            let decoder = decoder.as_mut().map_err(|&mut error| error)?;
            Ok(decoder.decode(soft, message)?)
        });
    outcomes.collect()
}

/// Decodes codeblocks of n soft symbols, one behind the other, into messages of k/8 octets.
///
/// # Errors
/// [`BlocksError`] if the lengths do not go together; nothing is decoded then.
pub fn turbo(
    code: TurboCode,
    max_iterations: u16,
    soft: &[i8],
    messages: &mut [u8],
) -> Result<Vec<TurboOutcome>, BlocksError> {
    let (n, len) = (code.n(), code.message_len());
    lengths(n, soft.len(), len, messages.len())?;
    let memory = || vec![Row::ZERO; TurboDecoder::memory_len(code)];
    let blocks = soft
        .par_chunks_exact(n)
        .zip(messages.par_chunks_exact_mut(len));
    let outcomes = blocks
        .with_min_len(AT_LEAST)
        .map_init(memory, |memory, (soft, message)| {
            let decoder = TurboDecoder::new(code, memory)?;
            Ok(decoder
                .with_max_iterations(max_iterations)
                .decode(soft, message)?)
        });
    outcomes.collect()
}

/// Corrects Reed–Solomon codeblocks, one behind the other, in place.
///
/// # Errors
/// [`BlocksError`] if they are no whole number; nothing is corrected then.
pub fn reed_solomon(rs: &ReedSolomon, blocks: &mut [u8]) -> Result<Vec<RsReport>, BlocksError> {
    let (block, have) = (rs.block_len(), blocks.len());
    if !have.is_multiple_of(block) {
        return Err(BlocksError::Ragged { block, have });
    }
    let blocks = blocks.par_chunks_exact_mut(block).with_min_len(AT_LEAST);
    blocks.map(|block| Ok(rs.decode(block)?)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_possible_truncation, reason = "patterns of octets")]
    use super::*;
    use magpie_coding::reed_solomon::RsCode;
    use magpie_coding::turbo::{TurboRate, encode};

    #[test]
    fn blocks_come_out_in_order_as_one_thread_decodes_them() {
        let code = TurboCode::new(1784, TurboRate::Half).expect("of the book");
        let messages: Vec<u8> = (0..20 * code.message_len())
            .map(|i| (i * i / 7) as u8)
            .collect();
        let mut symbols = vec![0; 20 * code.n()];
        let pairs = messages
            .chunks(code.message_len())
            .zip(symbols.chunks_mut(code.n()));
        for (message, symbols) in pairs {
            encode(code, message, symbols).expect("lengths");
        }
        let soft: Vec<i8> = symbols
            .iter()
            .map(|&bit| if bit == 1 { 25 } else { -25 })
            .collect();
        let mut decoded = vec![0; messages.len()];
        let outcomes = turbo(code, 6, &soft, &mut decoded).expect("whole blocks");
        assert!(decoded == messages && outcomes.iter().all(|outcome| outcome.converged));

        let rs = ReedSolomon::for_frame(RsCode::E16, 5, 1115).expect("whole codewords");
        let mut blocks = vec![0; 12 * 1275];
        for (i, block) in blocks.chunks_mut(1275).enumerate() {
            block.fill(i as u8);
            rs.encode(block).expect("lengths");
            block[i * 7] ^= 0xFF;
        }
        let reports = reed_solomon(&rs, &mut blocks).expect("whole blocks");
        assert!(reports.iter().all(RsReport::is_good));
        assert!(
            blocks
                .chunks(1275)
                .enumerate()
                .all(|(i, block)| block[..1115] == [i as u8; 1115])
        );
    }

    #[test]
    fn lengths_must_go_together() {
        let ragged = ldpc(LdpcCode::Tc128, 10, &[0; 129], &mut [0; 8]);
        assert_eq!(
            ragged,
            Err(BlocksError::Ragged {
                block: 128,
                have: 129
            })
        );
        let output = ldpc(LdpcCode::Tc128, 10, &[0; 256], &mut [0; 15]);
        assert_eq!(output, Err(BlocksError::Output { need: 16, have: 15 }));
        assert_eq!(ldpc(LdpcCode::Tc128, 10, &[], &mut []), Ok(Vec::new()));
    }
}
