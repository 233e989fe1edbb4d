//! C2: the last two block columns of H times the parity are the sum of the others times the information.
//!
//! H has rank 1020, and either block of parity may be turned over (all 511 bits) without a check noticing. The book's generator says which: the
//! first row of each of its circulants ends in a zero. So the parity is the pseudo-inverse of the right of H times those sums, turned over if the
//! information blocks that [`C2_TURNED`] names have an odd weight together.

use super::tables::{C2 as C2_INVERSE, C2_TURNED};
use crate::ldpc::QcCode;

/// Bits on a side of a circulant.
const Z: usize = 511;

/// 511 bits, the first on top of the first word.
type Block = [u64; 8];

/// A block and again the same: any 511 bits that follow each other are a rotation of it.
type Twice = [u64; 16];

/// Adds the parity behind the message. `codeword` has n / 8 octets.
pub(super) fn encode(code: &QcCode, codeword: &mut [u8]) {
    let Some((message, parity)) = codeword.split_at_mut_checked(code.k / 8) else {
        return;
    };
    let mut sums = [[0; 8]; 2];
    let mut odd = 0_u16;
    for column in 0..14 {
        let block = block_of(message, column);
        let weight = block.iter().map(|word| word.count_ones()).sum::<u32>();
        odd = odd << 1 | (weight & 1) as u16;
        let block = twice(&block);
        for circulant in code.circulants {
            if let (true, Some(sum)) = (
                usize::from(circulant.column) == column,
                sums.get_mut(usize::from(circulant.row)),
            ) {
                add(sum, &rotated(&block, circulant.shift));
            }
        }
    }
    let tables = sums.map(|sum| nibble_table(&twice(&sum)));
    let mut blocks = [[0; 8]; 2];
    for ((block, first_rows), turned) in blocks.iter_mut().zip(&C2_INVERSE).zip(C2_TURNED) {
        for (first_row, table) in first_rows.iter().zip(&tables) {
            add(block, &multiply(first_row, table));
        }
        if (odd & turned).count_ones() % 2 == 1 {
            for word in block {
                *word = !*word;
            }
        }
    }
    store(&blocks, parity);
}

/// Information block number `column`, the first of which begins with the 18 zeros that are not sent.
fn block_of(message: &[u8], column: usize) -> Block {
    let mut block = [0; 8];
    // 18 bits in front are three octets less six bits, so bit 0 of the message is bit 24 − 6 of a string of whole octets.
    let start = column * Z + 6;
    let octet = |at: usize| match at.checked_sub(3) {
        Some(at) => u64::from(message.get(at).copied().unwrap_or(0)),
        None => 0,
    };
    for (at, word) in block.iter_mut().enumerate() {
        let (first, shift) = (start / 8 + 8 * at, start % 8);
        let eight = (0..8).fold(0, |value, i| value << 8 | octet(first + i));
        *word = eight << shift | octet(first + 8) >> (8 - shift);
    }
    block[7] &= !1;
    block
}

fn twice(block: &Block) -> Twice {
    let mut twice = [0; 16];
    for (place, word) in twice.iter_mut().zip(block) {
        *place = *word;
    }
    let [_, _, _, _, _, _, _, again @ ..] = &mut twice;
    let mut carry = 0;
    for (place, word) in again.iter_mut().zip(block.iter().chain(&[0])) {
        *place |= carry | word >> 63;
        carry = word << 1;
    }
    twice
}

/// The block rotated left by `shift` < 511.
fn rotated(block: &Twice, shift: u16) -> Block {
    let (skip, bits) = (usize::from(shift / 64), u32::from(shift % 64));
    let mut sum = [0; 8];
    let high = block.iter().skip(skip);
    let low = block.iter().skip(skip + 1).chain(&[0]);
    for ((word, high), low) in sum.iter_mut().zip(high).zip(low) {
        *word = high << bits | low >> 1 >> (63 - bits);
    }
    sum[7] &= !1;
    sum
}

fn add(sum: &mut Block, other: &Block) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum ^= other;
    }
}

/// Sums of the block rotated left by 0 to 3, as the bits of the index (from the top) say.
fn nibble_table(block: &Twice) -> [Twice; 16] {
    let mut table = [[0; 16]; 16];
    for (nibble, sums) in table.iter_mut().enumerate() {
        for shift in (0..4_u32).filter(|shift| nibble >> (3 - shift) & 1 == 1) {
            let low = block.iter().skip(1).chain(&[0]);
            for ((sum, high), low) in sums.iter_mut().zip(block).zip(low) {
                *sum ^= high << shift | low >> 1 >> (63 - shift);
            }
        }
    }
    table
}

/// The dense circulant with this first row times the block of the table. A ninth word of the sum holds the bits that shifts bring in from behind.
fn multiply(first_row: &Block, table: &[Twice; 16]) -> Block {
    let mut sum = [0_u64; 9];
    for place in (0..16_u32).rev() {
        let mut carry = 0;
        for word in sum.iter_mut().rev() {
            let shifted = *word << 4 | carry;
            carry = *word >> 60;
            *word = shifted;
        }
        for (skip, word) in first_row.iter().enumerate() {
            let chosen = &table[(word >> (60 - 4 * place) & 15) as usize];
            for (sum, word) in sum.iter_mut().zip(chosen.iter().skip(skip)) {
                *sum ^= word;
            }
        }
    }
    let [block @ .., _] = sum;
    block
}

/// Two blocks and two zeros: 128 octets.
fn store(blocks: &[Block; 2], parity: &mut [u8]) {
    let [first, second] = blocks;
    let mut words = [0; 16];
    for (place, word) in words.iter_mut().zip(first) {
        *place = *word;
    }
    words[7] &= !1;
    let [_, _, _, _, _, _, _, behind @ ..] = &mut words;
    let mut carry = 0;
    for (place, word) in behind.iter_mut().zip(second.iter().chain(&[0])) {
        *place |= carry | word >> 63;
        carry = word << 1;
    }
    words[15] &= !3; //= 131.0-B ldpc-c2
    for (eight, word) in parity.chunks_exact_mut(8).zip(words) {
        eight.copy_from_slice(&word.to_be_bytes());
    }
}
