//! The same trellis with all 127 magnitudes of a symbol, for those who would rather have the last tenth of a decibel than twice the speed.
//!
//! A symbol costs its magnitude itself, metrics and histories lie in lanes of sixteen bits: no two metrics differ by more than 8 · 127, a block adds
//! 160 · 254 at most to any of them, so the least one is taken off once a block. All else is as in the parent module.

#![allow(
    clippy::inline_always,
    reason = "all of it must become part of the functions for which instructions are enabled"
)]

use super::{Block, MARK, MARKS, NUMBERS, ONES_1, ONES_2, PUT_AWAY, STATES, STEPS};
use crate::convolutional::G2;

/// Largest magnitude of a symbol.
const LARGEST: u16 = 127;

const _: () = assert!(STEPS as u32 * 2 * LARGEST as u32 + 8 * LARGEST as u32 <= u16::MAX as u32);

/// Metrics and histories of all states; a history has eight bits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct FullPaths {
    metrics: [u16; STATES],
    history: [u16; STATES],
}

impl FullPaths {
    /// Nothing is known about the state.
    pub(crate) const UNKNOWN: Self = Self {
        metrics: [0; STATES],
        history: [0; STATES],
    };

    /// Takes the least metric off all and gives the history of the best state, the lowest of equals.
    #[inline]
    fn settle(&mut self) -> u8 {
        let least = self.metrics.iter().fold(u16::MAX, |a, &b| a.min(b));
        let mut best = None;
        for (metric, &history) in self.metrics.iter_mut().zip(&self.history) {
            *metric = metric.wrapping_sub(least);
            if *metric == 0 && best.is_none() {
                best = Some(history as u8);
            }
        }
        best.unwrap_or(0)
    }
}

/// Takes the symbol pairs of a block.
#[inline(always)]
pub(crate) fn advance(paths: &mut FullPaths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    let (eights, _) = pairs.as_chunks::<8>();
    for (eight, group) in eights.iter().zip(&mut block.groups) {
        for (place, &pair) in eight.iter().enumerate() {
            step(paths, costs(pair, g2));
            if place == PUT_AWAY {
                for (octet, history) in group.iter_mut().zip(&paths.history) {
                    *octet = *history as u8;
                }
                for (history, number) in paths.history.iter_mut().zip(&NUMBERS) {
                    *history = u16::from(*number);
                }
            } else if place == MARK {
                for (history, mark) in paths.history.iter_mut().zip(&MARKS) {
                    *history |= u16::from(*mark);
                }
            }
        }
    }
    block.newest = paths.settle();
}

/// What a step costs for the branches that send 00, 01, 10 and 11 (C1 first).
#[inline(always)]
fn costs([s1, s2]: [i8; 2], g2: G2) -> [u16; 4] {
    let magnitude = |symbol: i8| u16::from(symbol.unsigned_abs()).min(LARGEST);
    let (m1, m2) = (magnitude(s1), magnitude(s2));
    let inverted = g2 == G2::Inverted; //= 131.0-B convolutional
    let [zero_1, one_1] = if s1 > 0 { [m1, 0] } else { [0, m1] };
    let [zero_2, one_2] = if (s2 > 0) ^ inverted {
        [m2, 0]
    } else {
        [0, m2]
    };
    [
        zero_1 + zero_2,
        zero_1 + one_2,
        one_1 + zero_2,
        one_1 + one_2,
    ]
}

/// One add-compare-select step over all states.
#[inline(always)]
fn step(paths: &mut FullPaths, [none, second, first, both]: [u16; 4]) {
    let (gain_1, gain_2) = (first.wrapping_sub(none), second.wrapping_sub(none));
    let all = none.wrapping_add(both);
    let (low, high) = paths.metrics.split_at(STATES / 2);
    let (low_history, high_history) = paths.history.split_at(STATES / 2);
    let mut even = [0_u16; STATES / 2];
    let mut odd = [0_u16; STATES / 2];
    let mut even_history = [0_u16; STATES / 2];
    let mut odd_history = [0_u16; STATES / 2];
    for j in 0..STATES / 2 {
        let own = none
            .wrapping_add(WIDE_1[j] & gain_1)
            .wrapping_add(WIDE_2[j] & gain_2);
        let other = all.wrapping_sub(own);
        let (a, b) = (low[j].wrapping_add(own), high[j].wrapping_add(other));
        let (c, d) = (low[j].wrapping_add(other), high[j].wrapping_add(own));
        even[j] = a.min(b);
        odd[j] = c.min(d);
        let (from_b, from_d) = (mask(b < a), mask(d < c));
        let differ = low_history[j] ^ high_history[j];
        even_history[j] = low_history[j] ^ differ & from_b;
        odd_history[j] = low_history[j] ^ differ & from_d;
    }
    interleave(&mut paths.metrics, &even, &odd);
    interleave(&mut paths.history, &even_history, &odd_history);
}

const WIDE_1: [u16; STATES / 2] = wide(&ONES_1);
const WIDE_2: [u16; STATES / 2] = wide(&ONES_2);

/// Masks of eight bits as masks of sixteen.
const fn wide(masks: &[u8; STATES / 2]) -> [u16; STATES / 2] {
    let mut table = [0; STATES / 2];
    let mut state = 0;
    while state < STATES / 2 {
        table[state] = masks[state] as u16 * 0x0101;
        state += 1;
    }
    table
}

#[inline(always)]
const fn mask(set: bool) -> u16 {
    0_u16.wrapping_sub(set as u16)
}

#[inline(always)]
fn interleave(all: &mut [u16; STATES], even: &[u16; STATES / 2], odd: &[u16; STATES / 2]) {
    let (pairs, _) = all.as_chunks_mut::<2>();
    for (pair, (&e, &o)) in pairs.iter_mut().zip(even.iter().zip(odd)) {
        *pair = [e, o];
    }
}
