//! Blocks of z bits and multiplication by circulants, z a power of two.
//!
//! A block is [u64; W], its first bit on top of the first word. A circulant with shift s takes the block v to "v rotated left by s", and a dense circulant,
//! given by its first row f, to the sum of those rotations for which f has a one. Blocks of 16 or 32 bits are repeated to fill the one word, and
//! rotating the word rotates them.

use crate::ldpc::Circulant;

pub(super) type Block<const W: usize> = [u64; W];

/// A block from its octets: 8 · W of them, or 2 or 4 that are repeated.
pub(super) fn load<const W: usize>(octets: &[u8]) -> Block<W> {
    let mut block = [0; W];
    if let ([word], 1..8) = (block.as_mut_slice(), octets.len()) {
        let mut eight = [0; 8];
        for (place, &octet) in eight.iter_mut().zip(octets.iter().cycle()) {
            *place = octet;
        }
        *word = u64::from_be_bytes(eight);
    }
    for (word, eight) in block.iter_mut().zip(octets.as_chunks().0) {
        *word = u64::from_be_bytes(*eight);
    }
    block
}

/// Its octets, as many as `octets` has.
pub(super) fn store<const W: usize>(block: &Block<W>, octets: &mut [u8]) {
    for (word, eight) in block.iter().zip(octets.chunks_mut(8)) {
        for (place, octet) in eight.iter_mut().zip(word.to_be_bytes()) {
            *place = octet;
        }
    }
}

pub(super) fn add<const W: usize>(sum: &mut Block<W>, other: &Block<W>) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum ^= other;
    }
}

/// Adds `block`, rotated left by `shift`.
pub(super) fn add_rotated<const W: usize>(sum: &mut Block<W>, block: &Block<W>, shift: u16) {
    const { assert!(W.is_power_of_two()) };
    let (skip, bits) = (usize::from(shift / 64), u32::from(shift % 64));
    for (at, word) in sum.iter_mut().enumerate() {
        let high = block[(at + skip) & (W - 1)];
        let low = block[(at + skip + 1) & (W - 1)];
        *word ^= if W == 1 {
            high.rotate_left(bits)
        } else {
            high << bits | low >> 1 >> (63 - bits)
        };
    }
}

/// For every circulant in one of the `ROWS` block rows from `first_row` on: adds its product with the block of its column, which `block` gives, to the
/// sum of its row.
#[inline]
pub(super) fn add_products<const W: usize, const ROWS: usize>(
    sums: &mut [Block<W>; ROWS],
    circulants: &[Circulant],
    first_row: usize,
    block: impl Fn(usize) -> Option<Block<W>>,
) {
    for circulant in circulants {
        let row = usize::from(circulant.row).wrapping_sub(first_row);
        if let Some(sum) = sums.get_mut(row)
            && let Some(block) = block(usize::from(circulant.column))
        {
            add_rotated(sum, &block, circulant.shift);
        }
    }
}

/// The products of a 4 × 4 matrix of dense circulants (first rows of z bits) with four blocks.
///
/// Four ones of a first row at a time: all sums of the block and its rotations by 1, 2 and 3 are made before, and those that stand at equal places
/// of their words share the rotation of the sum. 16 · 8 · W octets on the stack.
pub(super) fn dense<const W: usize>(
    matrix: &[[Block<W>; 4]; 4],
    blocks: &[Block<W>; 4],
    z: usize,
) -> [Block<W>; 4] {
    // Of a row of less than a word the rest is zero.
    let nibbles = (z / 4).min(16) as u32;
    let mut sums = [[0; W]; 4];
    for (column, block) in blocks.iter().enumerate() {
        let table = nibble_table(block);
        for (sum, row) in sums.iter_mut().zip(matrix) {
            if let Some(first_row) = row.get(column) {
                add(sum, &multiply(first_row, &table, nibbles));
            }
        }
    }
    sums
}

/// Sums of the block rotated left by 0 to 3, as the bits of the index (from the top) say.
fn nibble_table<const W: usize>(block: &Block<W>) -> [Block<W>; 16] {
    let mut table = [[0; W]; 16];
    for shift in 0..4 {
        let bit = 8 >> shift;
        let mut rotated = [0; W];
        add_rotated(&mut rotated, block, shift);
        for (nibble, sum) in table.iter_mut().enumerate() {
            if nibble & bit != 0 {
                add(sum, &rotated);
            }
        }
    }
    table
}

fn multiply<const W: usize>(
    first_row: &Block<W>,
    table: &[Block<W>; 16],
    nibbles: u32,
) -> Block<W> {
    let mut sum = [0; W];
    for place in (0..nibbles).rev() {
        let mut rotated = [0; W];
        add_rotated(&mut rotated, &sum, 4);
        // Whole words are not rotated but laid side by side, and what hangs over is folded back.
        let mut wide = [[0; W]; 2];
        for (skip, word) in first_row.iter().enumerate() {
            let chosen = &table[(word >> (60 - 4 * place) & 15) as usize];
            let behind = wide.as_flattened_mut().get_mut(W - (skip & (W - 1))..);
            if let Some(places) = behind.and_then(<[u64]>::first_chunk_mut) {
                add(places, chosen);
            }
        }
        for half in &wide {
            add(&mut rotated, half);
        }
        sum = rotated;
    }
    sum
}
