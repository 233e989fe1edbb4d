//! The same trellis with all 127 magnitudes of a symbol, for those who would rather have the last tenth of a decibel than the last third of the speed.
//!
//! A symbol costs its magnitude itself. **A state is one number of sixteen bits: its metric in units of [`UNIT`], and below it a tag of four
//! bits**, the oldest four bits of the state that its path was in when the tags were last written. Four steps from there those are the bits by
//! which the states that lead to one state differ, so the smaller of two numbers has the better metric *and* brings its history along: no
//! decisions are kept beside. Of two paths of equal metric, the one with the lower tag wins. No two metrics differ by more than 8 · 127, eight steps
//! add 8 · 254 at most, so twelve bits hold them if the least one is taken off every eight steps.
//!
//! Tags are put away every four steps, when they are four bits of one octet of output: two in the course of an octet, which share an octet of
//! memory. All else is as in the parent module.

#![allow(
    clippy::inline_always,
    reason = "what the kernels call must become part of the functions for which instructions are enabled"
)]

use super::{Block, ONES_1, ONES_2, STATES, STEPS};
use crate::convolutional::G2;

/// Largest magnitude of a symbol.
const LARGEST: u16 = 127;

/// One more in the metric.
pub(crate) const UNIT: u16 = 16;

/// The bits of the tag.
pub(crate) const TAG: u16 = UNIT - 1;

/// No two metrics differ by more.
pub(crate) const SPREAD: u16 = 8 * LARGEST;

// The least one may be above zero by as much as that, and eight steps follow.
const _: () = assert!(2 * SPREAD + 8 * 2 * LARGEST <= u16::MAX / UNIT);

/// The steps of an octet after which tags are put away: first those of the older four bits of the octet before, then those of the newer ones.
pub(crate) const OLDER: usize = 1;
pub(crate) const NEWER: usize = 5;

/// What a step costs for the branches that send 00, 01, 10 and 11 (C1 first), as metrics.
pub(crate) type Costs = [u16; 4];

/// Metrics and tags of all states.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct FullPaths {
    pub(crate) states: [u16; STATES],
}

impl FullPaths {
    /// Nothing is known about the state.
    pub(crate) const UNKNOWN: Self = Self {
        states: [0; STATES],
    };

    /// Takes the least metric off all and gives the history (see [`before`]) of the best state: that of the least tag of those with the
    /// least metric, and the lowest of equals.
    #[inline(always)]
    pub(crate) fn settle(&mut self) -> u8 {
        let least = least(&self.states);
        let best = self.states.iter().position(|&number| number == least);
        for number in &mut self.states {
            *number = number.wrapping_sub(least & !TAG);
        }
        newest(least & TAG, best.unwrap_or(0) as u8)
    }
}

/// The history of a state at the end of a block, where its tag is two steps old.
#[inline(always)]
pub(crate) const fn newest(tag: u16, state: u8) -> u8 {
    ((tag as u8) << 4 | state & 0xF).rotate_right(2)
}

#[inline(always)]
fn least(states: &[u16; STATES]) -> u16 {
    states.iter().fold(u16::MAX, |a, &b| a.min(b))
}

/// The history one octet before `history`, from the tags put away in the course of the octet between. As in the parent module, a history's low six
/// bits are a state, the oldest six bits of an octet, and the upper two are the octet's last bits.
#[inline(always)]
pub(crate) const fn before(group: &[u8; STATES], history: u8) -> u8 {
    let state = history & 63;
    let newer = group[state as usize] & 0xF;
    let state = newer << 2 | state >> 4;
    let older = group[(state & 63) as usize] & 0xF0;
    (older | newer).rotate_right(2)
}

/// Takes the symbol pairs of a block.
#[inline(never)]
pub(crate) fn advance(paths: &mut FullPaths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    const { assert!(OLDER == 1 && NEWER == 5) };
    let states = &mut paths.states;
    let (eights, _) = pairs.as_chunks::<8>();
    for (&[p0, p1, p2, p3, p4, p5, p6, p7], group) in eights.iter().zip(&mut block.groups) {
        step(states, costs(p0, g2));
        step(states, costs(p1, g2));
        for (octet, number) in group.iter_mut().zip(&*states) {
            *octet = ((*number & TAG) << 4) as u8;
        }
        write_tags(states, 0);
        step(states, costs(p2, g2));
        step(states, costs(p3, g2));
        step(states, costs(p4, g2));
        step(states, costs(p5, g2));
        for (octet, number) in group.iter_mut().zip(&*states) {
            *octet |= (*number & TAG) as u8;
        }
        let off = least(states) & !TAG;
        write_tags(states, off);
        step(states, costs(p6, g2));
        step(states, costs(p7, g2));
    }
    block.newest = paths.settle();
}

/// Tags all states with their oldest four bits and takes something off the metrics.
#[inline(always)]
fn write_tags(states: &mut [u16; STATES], off: u16) {
    for (number, tag) in states.iter_mut().zip(&TAGS) {
        *number = (*number & !TAG).wrapping_sub(off) | *tag;
    }
}

/// The oldest four bits of each state.
pub(crate) const TAGS: [u16; STATES] = tags();

const fn tags() -> [u16; STATES] {
    let mut table = [0; STATES];
    let mut state = 0;
    while state < STATES {
        table[state] = (state >> 2) as u16;
        state += 1;
    }
    table
}

/// The costs of a block.
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
pub(crate) fn all_costs(pairs: &[[i8; 2]; STEPS], g2: G2) -> [Costs; STEPS] {
    pairs.map(|pair| costs(pair, g2))
}

#[inline(always)]
fn costs([s1, s2]: [i8; 2], g2: G2) -> Costs {
    let magnitude = |symbol: i8| u16::from(symbol.unsigned_abs()).min(LARGEST) * UNIT;
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
#[inline(never)]
fn step(states: &mut [u16; STATES], [none, second, first, both]: Costs) {
    let (gain_1, gain_2) = (first.wrapping_sub(none), second.wrapping_sub(none));
    let all = none.wrapping_add(both);
    let (low, high) = states.split_at(STATES / 2);
    let mut even = [0_u16; STATES / 2];
    let mut odd = [0_u16; STATES / 2];
    for j in 0..STATES / 2 {
        let own = none
            .wrapping_add(WIDE_1[j] & gain_1)
            .wrapping_add(WIDE_2[j] & gain_2);
        let other = all.wrapping_sub(own);
        even[j] = low[j].wrapping_add(own).min(high[j].wrapping_add(other));
        odd[j] = low[j].wrapping_add(other).min(high[j].wrapping_add(own));
    }
    let (pairs, _) = states.as_chunks_mut::<2>();
    for (pair, (&e, &o)) in pairs.iter_mut().zip(even.iter().zip(&odd)) {
        *pair = [e, o];
    }
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
