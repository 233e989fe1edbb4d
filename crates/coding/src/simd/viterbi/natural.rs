//! The kernel over vectors of sixteen octets: four hold all states in natural order.

#![allow(
    clippy::inline_always,
    reason = "a kernel has to come together under the instructions of its entry function"
)]

pub(super) mod full;

use crate::viterbi::trellis::{
    Block, Costs, MARK, MARKS, NUMBERS, PUT_AWAY, Paths, SENT, STATES, STEPS, limit, lower,
};

/// Sixteen octets. Every method may use the instructions that the kernel's entry function enables.
pub(super) trait Sixteen: Copy {
    /// From memory.
    fn load(octets: &[u8; 16]) -> Self;
    /// To memory.
    fn store(self, octets: &mut [u8; 16]);
    /// Four copies of the costs.
    fn copies(costs: Costs) -> Self;
    /// Picks lanes of `self` by `lanes`, each below 16.
    fn pick(self, lanes: Self) -> Self;
    /// Lane by lane, wrapping.
    fn add(self, other: Self) -> Self;
    /// Lane by lane the smaller one, without sign.
    fn min(self, other: Self) -> Self;
    /// All ones where equal.
    fn equal(self, other: Self) -> Self;
    /// Bit by bit.
    fn or(self, other: Self) -> Self;
    /// `one` where the mask `self` is all ones, else `other`.
    fn choose(self, one: Self, other: Self) -> Self;
    /// Lanes of the lower halves in turns.
    fn zip_low(self, odd: Self) -> Self;
    /// Lanes of the upper halves in turns.
    fn zip_high(self, odd: Self) -> Self;
    /// Lane 0.
    fn first(self) -> u8;
}

/// Where to find the cost of the branch j → 2j among the four, and that of j → 2j + 1.
const OWN: [u8; STATES / 2] = SENT;
const OTHER: [u8; STATES / 2] = complement();

const fn complement() -> [u8; STATES / 2] {
    let mut table = SENT;
    let mut state = 0;
    while state < STATES / 2 {
        table[state] ^= 3;
        state += 1;
    }
    table
}

/// Above this the least metric may be too great for four steps.
const LIMIT: u8 = limit(4);

/// Metrics and histories in registers.
#[derive(Clone, Copy)]
struct States<V> {
    metrics: [V; 4],
    histories: [V; 4],
}

#[inline(always)]
fn load<V: Sixteen>(octets: &[u8; STATES]) -> [V; 4] {
    let (four, _) = octets.as_chunks::<16>();
    [
        V::load(&four[0]),
        V::load(&four[1]),
        V::load(&four[2]),
        V::load(&four[3]),
    ]
}

#[inline(always)]
fn store<V: Sixteen>(vectors: [V; 4], octets: &mut [u8; STATES]) {
    let (four, _) = octets.as_chunks_mut::<16>();
    for (place, vector) in four.iter_mut().zip(vectors) {
        vector.store(place);
    }
}

/// Takes a block; the costs of its steps are ready.
#[inline(always)]
pub(super) fn advance<V: Sixteen>(paths: &mut Paths, costs: &[Costs; STEPS], block: &mut Block) {
    let mut states = States::<V> {
        metrics: load(&paths.metrics),
        histories: load(&paths.history),
    };
    let (eights, _) = costs.as_chunks::<8>();
    for (eight, group) in eights.iter().zip(&mut block.groups) {
        states = lowered(states);
        for (place, &costs) in eight.iter().enumerate() {
            if place == 4 {
                states = lowered(states);
            }
            states = step(states, costs);
            if place == PUT_AWAY {
                store(states.histories, group);
                states.histories = load(&NUMBERS);
            } else if place == MARK {
                let marks: [V; 4] = load(&MARKS);
                for (history, mark) in states.histories.iter_mut().zip(marks) {
                    *history = history.or(mark);
                }
            }
        }
    }
    store(states.metrics, &mut paths.metrics);
    store(states.histories, &mut paths.history);
    block.newest = paths.settle();
}

/// Takes the least metric off all if that of state zero is not low enough, which is rare.
#[inline(always)]
fn lowered<V: Sixteen>(mut states: States<V>) -> States<V> {
    if states.metrics[0].first() > LIMIT {
        let mut metrics = [0; STATES];
        store(states.metrics, &mut metrics);
        lower(&mut metrics);
        states.metrics = load(&metrics);
    }
    states
}

#[inline(always)]
fn step<V: Sixteen>(states: States<V>, costs: Costs) -> States<V> {
    let [m0, m1, m2, m3] = states.metrics;
    let [h0, h1, h2, h3] = states.histories;
    let costs = V::copies(costs);
    let (own, _) = OWN.as_chunks::<16>();
    let (other, _) = OTHER.as_chunks::<16>();
    let lower = (costs.pick(V::load(&own[0])), costs.pick(V::load(&other[0])));
    let upper = (costs.pick(V::load(&own[1])), costs.pick(V::load(&other[1])));
    let ([to_0, to_1], [from_0, from_1]) = butterflies([m0, m2], [h0, h2], lower);
    let ([to_2, to_3], [from_2, from_3]) = butterflies([m1, m3], [h1, h3], upper);
    States {
        metrics: [to_0, to_1, to_2, to_3],
        histories: [from_0, from_1, from_2, from_3],
    }
}

/// Sixteen butterflies: from the states with a zero and a one as their oldest bit to the 32 states that follow each other.
#[inline(always)]
fn butterflies<V: Sixteen>(
    [low, high]: [V; 2],
    [low_history, high_history]: [V; 2],
    (own, other): (V, V),
) -> ([V; 2], [V; 2]) {
    let (a, b) = (low.add(own), high.add(other));
    let (c, d) = (low.add(other), high.add(own));
    let (even, odd) = (a.min(b), c.min(d));
    let even_history = even.equal(a).choose(low_history, high_history);
    let odd_history = odd.equal(c).choose(low_history, high_history);
    (
        [even.zip_low(odd), even.zip_high(odd)],
        [
            even_history.zip_low(odd_history),
            even_history.zip_high(odd_history),
        ],
    )
}
