//! AR4JA: no generator matrix, but the structure of H.
//!
//! Of the five last M-wide columns x1 and x2 are information, x3 and x4 parity that is sent, x5 parity that is not. With s2 and s3 what the
//! information gives in the second and third row of blocks:
//!
//! ```text
//! x3 + (I + P1) x5 = 0      s2 + x4 + (P2 + P3 + P4) x5 = 0      s3 + (P7 + P8) x4 + x5 = 0
//! ```
//!
//! so x5 = T⁻¹ (s3 + (P7 + P8) s2) with T = (P7 + P8)(P2 + P3 + P4) + I, which depends on M alone and whose inverse is the only table: M/4 bits times 16.

use super::ring::{Block, add_products, dense, load, store};
use crate::ldpc::QcCode;

/// Adds the parity behind the message. `codeword` has n / 8 octets.
pub(super) fn encode<const W: usize>(
    code: &QcCode,
    inverse: &[[Block<W>; 4]; 4],
    codeword: &mut [u8],
) {
    let Some((message, parity)) = codeword.split_at_mut_checked(code.k / 8) else {
        return;
    };
    // Columns of blocks in front of x3, x4 and x5.
    let (octets, information) = ((code.z / 8).max(1), code.block_columns.wrapping_sub(12));
    let mut sums = [[0; W]; 8];
    add_products(&mut sums, code.circulants, 4, |column| {
        let chunk = message.get(column * octets..(column + 1) * octets);
        chunk.map(load)
    });
    let [s2 @ .., _, _, _, _] = &sums;
    let [_, _, _, _, s3 @ ..] = &sums;
    let (mut x4, mut right): ([Block<W>; 4], [Block<W>; 4]) = (*s2, *s3);
    let among = |blocks: &[Block<W>; 4], first: usize, column: usize| {
        blocks
            .get(column.wrapping_sub(information + first))
            .copied()
    };
    add_products(&mut right, code.circulants, 8, |column| {
        among(&x4, 4, column)
    });
    let x5 = dense(inverse, &right, code.z);
    add_products(&mut x4, code.circulants, 4, |column| among(&x5, 8, column));
    let mut x3 = [[0; W]; 4];
    add_products(&mut x3, code.circulants, 0, |column| among(&x5, 8, column));
    for (block, chunk) in x3.iter().chain(&x4).zip(parity.chunks_exact_mut(octets)) {
        store(block, chunk);
    }
}
