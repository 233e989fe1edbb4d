//! The telecommand codes: four blocks of information times a 4 × 4 matrix of dense circulants.

use super::ring::{dense, load, store};
use crate::ldpc::QcCode;
use crate::ldpc::tables::{W128, W512};

/// First rows that multiply as [`dense`] does.
static TC128: [[[u64; 1]; 4]; 4] = columns(&W128, 16);
static TC512: [[[u64; 1]; 4]; 4] = columns(&W512, 64);

/// The book's W multiplies from the right: parity bit c is the sum of message bit r where row r, the first one rotated right by r, has a one in column c.
/// So a one at place s of the first row stands for a rotation to the right by s.
const fn columns(rows: &[[u64; 4]; 4], z: usize) -> [[[u64; 1]; 4]; 4] {
    let mut matrix = [[[0]; 4]; 4];
    let mut at = 0;
    while at < 16 {
        let word = rows[at / 4][at % 4];
        let mut place = 0;
        while place < z {
            if word >> (z - 1 - place) & 1 == 1 {
                matrix[at % 4][at / 4][0] |= 1 << 63 >> ((z - place) % z);
            }
            place += 1;
        }
        at += 1;
    }
    matrix
}

/// Adds the parity behind the message. `codeword` has n / 8 octets.
pub(super) fn encode_128(code: &QcCode, codeword: &mut [u8]) {
    encode(code, &TC128, codeword);
}

/// Adds the parity behind the message. `codeword` has n / 8 octets.
pub(super) fn encode_512(code: &QcCode, codeword: &mut [u8]) {
    encode(code, &TC512, codeword);
}

fn encode(code: &QcCode, matrix: &[[[u64; 1]; 4]; 4], codeword: &mut [u8]) {
    let Some((message, parity)) = codeword.split_at_mut_checked(code.k / 8) else {
        return;
    };
    let octets = (code.z / 8).max(1);
    let mut blocks = [[0]; 4];
    for (block, chunk) in blocks.iter_mut().zip(message.chunks_exact(octets)) {
        *block = load(chunk);
    }
    let sums = dense(matrix, &blocks, code.z);
    for (block, chunk) in sums.iter().zip(parity.chunks_exact_mut(octets)) {
        store(block, chunk);
    }
}
