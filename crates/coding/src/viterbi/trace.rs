//! The way back through the survivors, an octet at a time.
//!
//! See [`trellis`](super::trellis) for what a history holds. Each way is a chain of loads, one waiting for the other; ways of several blocks
//! are therefore gone side by side.

use super::trellis::{Block, OCTETS, STATES};

/// Blocks whose ways back are gone side by side.
pub(super) const BATCH: usize = 4;

/// The place among the states where a history goes on.
const PLACE: u8 = STATES as u8 - 1;

/// Eight decided bits, the oldest in the most significant place: the state's six (its newest lowest) and the two after them.
const fn octet(history: u8) -> u8 {
    history.rotate_left(2)
}

/// The history an octet before `history`, from the histories put away in the course of the octet between.
pub(super) const fn before(group: &[u8; STATES], history: u8) -> u8 {
    group[(history & PLACE) as usize]
}

/// One step of a way back: [`before`], or that of a trellis which keeps something else.
pub(super) trait Before: Fn(&[u8; STATES], u8) -> u8 {}
impl<F: Fn(&[u8; STATES], u8) -> u8> Before for F {}

/// Goes back from the end of the last block and writes the octets of all blocks.
pub(super) fn all(blocks: &[Block], octets: &mut [[u8; OCTETS]], before: impl Before) {
    let mut history = blocks.last().map_or(0, |block| block.newest);
    for (block, octets) in blocks.iter().zip(octets).rev() {
        for (place, group) in octets.iter_mut().zip(&block.groups).rev() {
            *place = octet(history);
            history = before(group, history);
        }
    }
}

/// Goes back from the end of `newer` and writes the octets of the block before it.
pub(super) fn one(older: &Block, newer: &Block, octets: &mut [u8; OCTETS], before: impl Before) {
    let mut history = newer.newest;
    for group in newer.groups.iter().rev() {
        history = before(group, history);
    }
    for (place, group) in octets.iter_mut().zip(&older.groups).rev() {
        *place = octet(history);
        history = before(group, history);
    }
}

/// The same for four blocks at once, each from the end of the one behind it.
pub(super) fn four(
    blocks: &[Block; BATCH + 1],
    octets: &mut [[u8; OCTETS]; BATCH],
    before: impl Before,
) {
    let [_, b1, b2, b3, b4] = blocks;
    let mut histories = [b1.newest, b2.newest, b3.newest, b4.newest];
    for place in (0..OCTETS).rev() {
        for (way, history) in histories.iter_mut().enumerate() {
            *history = before(&blocks[way + 1].groups[place], *history);
        }
    }
    for place in (0..OCTETS).rev() {
        for (way, history) in histories.iter_mut().enumerate() {
            octets[way][place] = octet(*history);
            *history = before(&blocks[way].groups[place], *history);
        }
    }
}
