//! All magnitudes, over vectors of eight lanes of sixteen bits: eight hold all states in natural order.
//!
//! A lane is a metric and a tag below it, so the smaller one brings its history along (`viterbi/trellis/full.rs`).

use super::{OTHER, OWN};
use crate::viterbi::trellis::full::{Costs, FullPaths, NEWER, OLDER, SPREAD, TAG, TAGS, UNIT};
use crate::viterbi::trellis::{Block, STATES, STEPS};

/// Eight lanes of sixteen bits. Every method may use the instructions that the kernel's entry function enables.
pub(in crate::simd::viterbi) trait Eight: Copy {
    /// From memory.
    fn load(lanes: &[u16; 8]) -> Self;
    /// To memory.
    fn store(self, lanes: &mut [u16; 8]);
    /// Two copies of the costs.
    fn copies(costs: Costs) -> Self;
    /// Picks octets of `self` by their numbers, each below 16.
    fn pick(self, octets: &[u8; 16]) -> Self;
    /// All lanes alike.
    fn all(lane: u16) -> Self;
    /// Copies of lane 0.
    fn firsts(self) -> Self;
    /// Lane by lane, wrapping.
    fn add(self, other: Self) -> Self;
    /// Lane by lane, wrapping.
    fn sub(self, other: Self) -> Self;
    /// Lane by lane, not below zero.
    fn sub_to_zero(self, other: Self) -> Self;
    /// Lane by lane the smaller one, without sign.
    fn min(self, other: Self) -> Self;
    /// Bit by bit.
    fn and(self, other: Self) -> Self;
    /// Bit by bit.
    fn or(self, other: Self) -> Self;
    /// Four bits to the left.
    fn up(self) -> Self;
    /// Lanes of the lower halves in turns.
    fn zip_low(self, odd: Self) -> Self;
    /// Lanes of the upper halves in turns.
    fn zip_high(self, odd: Self) -> Self;
    /// The lanes of both, below 256, as octets.
    fn store_octets(self, above: Self, octets: &mut [u8; 16]);
}

/// Where to find the cost of a branch among the octets of the four, for eight states each.
type Picks = [[u8; 16]; 4];

const OWN_OCTETS: Picks = octets(&OWN);
const OTHER_OCTETS: Picks = octets(&OTHER);

const fn octets(lanes: &[u8; STATES / 2]) -> Picks {
    let mut table = [[0; 16]; 4];
    let mut state = 0;
    while state < STATES / 2 {
        table[state / 8][state % 8 * 2] = 2 * lanes[state];
        table[state / 8][state % 8 * 2 + 1] = 2 * lanes[state] + 1;
        state += 1;
    }
    table
}

/// Takes a block; the costs of its steps are ready.
#[inline(always)]
pub(in crate::simd::viterbi) fn advance<V: Eight>(
    paths: &mut FullPaths,
    costs: &[Costs; STEPS],
    block: &mut Block,
) {
    let mut states = load::<V>(&paths.states);
    let (eights, _) = costs.as_chunks::<8>();
    for (eight, group) in eights.iter().zip(&mut block.groups) {
        let mut older = states;
        for (place, costs) in eight.iter().enumerate() {
            step(&mut states, costs);
            if place == OLDER {
                older = states.map(|lanes| lanes.and(V::all(TAG)).up());
                write_tags(&mut states, V::all(0));
            } else if place == NEWER {
                store_tags(&older, &states, group);
                // What state zero has more than the spread, the least one has at least.
                let zero = states[0].firsts().sub(states[0].firsts().and(V::all(TAG)));
                write_tags(&mut states, zero.sub_to_zero(V::all(SPREAD * UNIT)));
            }
        }
    }
    let (rooms, _) = paths.states.as_chunks_mut::<8>();
    for (room, lanes) in rooms.iter_mut().zip(states) {
        lanes.store(room);
    }
    block.newest = paths.settle();
}

#[inline(always)]
fn load<V: Eight>(states: &[u16; STATES]) -> [V; 8] {
    let (eights, _) = states.as_chunks::<8>();
    core::array::from_fn(|number| V::load(&eights[number]))
}

#[inline(always)]
fn store_tags<V: Eight>(older: &[V; 8], states: &[V; 8], group: &mut [u8; STATES]) {
    let (rooms, _) = group.as_chunks_mut::<16>();
    let both = |number: usize| states[number].and(V::all(TAG)).or(older[number]);
    for (number, room) in rooms.iter_mut().enumerate() {
        both(2 * number).store_octets(both(2 * number + 1), room);
    }
}

/// Tags all states with their oldest four bits and takes something off the metrics.
#[inline(always)]
fn write_tags<V: Eight>(states: &mut [V; 8], off: V) {
    let tags: [V; 8] = load(&TAGS);
    for (lanes, tags) in states.iter_mut().zip(tags) {
        *lanes = lanes.and(V::all(!TAG)).sub(off).or(tags);
    }
}

#[inline(always)]
fn step<V: Eight>(states: &mut [V; 8], costs: &Costs) {
    let costs = V::copies(*costs);
    let old = *states;
    for number in 0..4 {
        let (low, high) = (old[number], old[number + 4]);
        let own = costs.pick(&OWN_OCTETS[number]);
        let other = costs.pick(&OTHER_OCTETS[number]);
        let even = low.add(own).min(high.add(other));
        let odd = low.add(other).min(high.add(own));
        states[2 * number] = even.zip_low(odd);
        states[2 * number + 1] = even.zip_high(odd);
    }
}
