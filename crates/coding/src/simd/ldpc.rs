//! Layered min-sum decoding with the rows of a circulant in the lanes of a vector.
//!
//! No book rules this; `ldpc::decode::scalar` is the definition. As many rows as a vector has lanes are done at once, which is the same as one
//! after the other as long as they share no column: always with one circulant in a block, and with the two circulants in the blocks of C2, whose
//! shifts are 104 or more apart. The telecommand codes are not like that and stay with the plain form.
//!
//! A block of posteriors stands in memory with a copy of its beginning behind it, so a cyclic shift is one unaligned load; each store that
//! touches what is there twice is done twice. [`lanes::Lanes`] is the seam for other vector units.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined into a function with the instructions enabled does not have them"
)]

mod frame;
mod kernel;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::engine::{Engine, Kind};
use crate::ldpc::{LdpcCode, LdpcOutcome, QcCode};

/// The widest vector in octets, to which the memory is aligned and for which there is room.
pub(crate) const WIDEST: usize = 64;

/// Everything a decoder in vectors is told.
pub(crate) struct Job<'a> {
    pub(crate) code: LdpcCode,
    pub(crate) max_iterations: u16,
    pub(crate) memory: &'a mut [i8],
    /// All n symbols.
    pub(crate) soft: &'a [i8],
    /// k / 8 octets.
    pub(crate) message: &'a mut [u8],
}

/// Octets between the starts of two blocks of posteriors: one vector of room in front, two behind.
const fn stride(code: &QcCode) -> usize {
    (code.z + 3 * WIDEST).next_multiple_of(WIDEST)
}

/// Elements of memory that the vector forms want; 0 for a code that none of them decodes.
pub(crate) const fn memory_len(code: LdpcCode) -> usize {
    if LANES_ALLOWED[code as usize] == 0 {
        return 0;
    }
    let code = code.qc();
    let messages = code.circulants.len() * code.z.next_multiple_of(WIDEST);
    WIDEST - 1 + code.block_columns * stride(code) + messages
}

/// Rows of a code that may be done at once: 64, 32, 16, or 0 if even that is too many. Proves besides that every circulant lies within the matrix.
const fn lanes_allowed(code: &QcCode) -> usize {
    let (mut apart, mut at) = (code.z, 0);
    while at < code.circulants.len() {
        let here = code.circulants[at];
        let fits = (here.column as usize) < code.block_columns
            && (here.row as usize) < code.block_rows
            && (here.shift as usize) < code.z;
        if !fits {
            return 0;
        }
        let mut other = at + 1;
        while other < code.circulants.len() && code.circulants[other].row == here.row {
            let next = code.circulants[other];
            if next.column == here.column {
                let ahead = (next.shift as usize + code.z - here.shift as usize) % code.z;
                let distance = if ahead < code.z - ahead {
                    ahead
                } else {
                    code.z - ahead
                };
                apart = if distance < apart { distance } else { apart };
            }
            other += 1;
        }
        at += 1;
    }
    match apart {
        64.. => 64,
        32.. => 32,
        16.. => 16,
        _ => 0,
    }
}

/// [`lanes_allowed`] of every code, in the order of [`LdpcCode::ALL`].
const LANES_ALLOWED: [usize; LdpcCode::ALL.len()] = {
    let (mut table, mut at) = ([0; LdpcCode::ALL.len()], 0);
    while at < table.len() {
        table[at] = lanes_allowed(LdpcCode::ALL[at].qc());
        at += 1;
    }
    table
};

/// Decodes with this engine; `None` if it has no form for the code or the memory is too small, and nothing was done.
pub(crate) fn decode(engine: Engine, job: &mut Job<'_>) -> Option<LdpcOutcome> {
    let code = job.code.qc();
    let lengths = job.memory.len() >= memory_len(job.code)
        && job.soft.len() == code.n
        && job.message.len() == code.k / 8;
    let lanes = LANES_ALLOWED.get(job.code as usize).copied().unwrap_or(0);
    if !lengths || lanes == 0 {
        return None;
    }
    match engine.kind() {
        // SAFETY: the engine proves the instructions, `lanes` that so many rows at once are right, and the lengths were just looked at.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 if lanes >= 64 => Some(unsafe { x86::decode_avx512(job) }),
        // SAFETY: as above; an engine of AVX-512 has AVX2 also.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 | Kind::Avx2 if lanes >= 32 => Some(unsafe { x86::decode_avx2(job) }),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Kind::Sse41 => Some(unsafe { x86::decode_sse41(job) }),
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => Some(unsafe { neon::decode_neon(job) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::LANES_ALLOWED;
    use crate::ldpc::LdpcCode;

    #[test]
    fn every_code_but_those_of_telecommand_has_a_vector_form() {
        for (code, lanes) in LdpcCode::ALL.iter().zip(LANES_ALLOWED) {
            let wanted = match code {
                LdpcCode::Tc128 | LdpcCode::Tc512 => 0,
                LdpcCode::Ar4ja1024FourFifths => 32,
                _ => 64,
            };
            assert_eq!(lanes, wanted, "{code:?}");
            assert_eq!(LdpcCode::ALL[*code as usize], *code);
        }
    }
}
