//! The trellis of the code and its add-compare-select steps, 160 bits at a time: the portable form, which is the definition.
//!
//! A state is the last six bits, the newest lowest. States j and j + 32 lead to 2j (bit 0) and 2j + 1 (bit 1). Both generators weigh
//! the newest and the oldest bit, so the four branches of such a butterfly carry one pair of symbols or its complement.
//!
//! **Metrics.** A symbol is brought to −12 ..= 12 by [`magnitude`], costs its magnitude on a branch that sends the other sign and nothing on
//! one that sends its own; the smallest sum wins, of two equal ones the branch from j. Any state is reached from any other by adding a code
//! path of weight 8 at most, so no two metrics differ by more than 8 · 12, a step adds 2 · 12 at most and the least metric grows by 12 a step at
//! most: octets hold them if the least one is taken off now and then. [`limit`] says when.
//!
//! **Survivors.** Beside its metric a state keeps its path's history in an octet: the state of six steps ago or so and, above it, the two bits
//! after that one. History is put away every eight steps, in the middle of an octet of output, so each octet that the way back meets is
//! eight decided bits *and* the place where the way goes on: one look-up for eight bits.

pub(crate) mod full;

use crate::convolutional::{G1, G2, G2_TAPS};

/// Number of states.
pub(crate) const STATES: usize = 64;

/// Steps of one call of the kernel: bits in a block.
pub(crate) const STEPS: usize = 160;

/// Octets of decided bits in a block.
pub(crate) const OCTETS: usize = STEPS / 8;

/// Largest magnitude of a symbol on the trellis.
pub(crate) const LARGEST: u8 = 12;

/// The step of an octet after which histories are put away, and the one after which they get their upper two bits.
pub(crate) const PUT_AWAY: usize = 5;
pub(crate) const MARK: usize = 7;

/// The greatest least metric with which `steps` steps may be done without an overflow of an octet.
pub(crate) const fn limit(steps: u8) -> u8 {
    255 - (steps - 1) * LARGEST - 10 * LARGEST
}

/// What a step costs for the branches that send 00, 01, 10 and 11 (C1 first).
pub(crate) type Costs = [u8; 4];

/// Metrics and histories of all states.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Paths {
    /// The least is zero at the end of a block.
    pub(crate) metrics: [u8; STATES],
    pub(crate) history: [u8; STATES],
}

impl Paths {
    /// Nothing is known about the state.
    pub(crate) const UNKNOWN: Self = Self {
        metrics: [0; STATES],
        history: [0; STATES],
    };

    /// Takes the least metric off all and gives the history of the best state, the lowest of equals.
    pub(crate) fn settle(&mut self) -> u8 {
        lower(&mut self.metrics);
        let (eights, _) = self.metrics.as_chunks::<8>();
        let mut best = 0;
        for (number, eight) in eights.iter().enumerate().rev() {
            let lanes = u64::from_le_bytes(*eight);
            // No metric reaches 128 here, so only a zero borrows from its top bit; lanes above a zero may be wrong, the lowest is right.
            let zeros = lanes.wrapping_sub(0x0101_0101_0101_0101) & 0x8080_8080_8080_8080;
            let place = 8 * number + zeros.trailing_zeros() as usize / 8;
            best = if zeros == 0 { best } else { place };
        }
        self.history[best % STATES]
    }
}

/// Takes the least metric off all.
pub(crate) fn lower(metrics: &mut [u8; STATES]) {
    let least = metrics
        .iter()
        .fold(u8::MAX, |least, &metric| least.min(metric));
    for metric in metrics {
        *metric = metric.wrapping_sub(least);
    }
}

/// What is kept of a block to find the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Block {
    /// Histories put away in the course of each octet: they hold the octet before.
    pub(crate) groups: [[u8; STATES]; OCTETS],
    /// History of the best state at the end.
    pub(crate) newest: u8,
}

impl Block {
    pub(crate) const EMPTY: Self = Self {
        groups: [[0; STATES]; OCTETS],
        newest: 0,
    };
}

/// Histories that begin anew: each state's own number.
pub(crate) const NUMBERS: [u8; STATES] = numbers();

/// The last two bits of each state on top of an octet, the older one first.
pub(crate) const MARKS: [u8; STATES] = marks();

/// The bits that a branch j → 2j sends: C1 · 2 + C2, not inverted.
pub(crate) const SENT: [u8; STATES / 2] = sent();

const fn numbers() -> [u8; STATES] {
    let mut table = [0; STATES];
    let mut state = 0;
    while state < STATES {
        table[state] = state as u8;
        state += 1;
    }
    table
}

const fn marks() -> [u8; STATES] {
    let mut table = [0; STATES];
    let mut state = 0;
    while state < STATES {
        table[state] = (state as u8) << 6;
        state += 1;
    }
    table
}

const fn sent() -> [u8; STATES / 2] {
    let mut table = [0; STATES / 2];
    let mut state = 0;
    while state < STATES / 2 {
        // Our window has its newest bit lowest; the generators' digits begin with the newest: turn the 7 bits round.
        let newest_first = ((state as u8) << 1).reverse_bits() >> 1;
        let c1 = (newest_first & G1).count_ones() & 1; //= 131.0-B convolutional
        let c2 = (newest_first & G2_TAPS).count_ones() & 1;
        table[state] = (c1 << 1 | c2) as u8;
        state += 1;
    }
    table
}

/// Masks of the branches j → 2j that send a one as C1 (2) or C2 (1).
const fn ones(digit: u8) -> [u8; STATES / 2] {
    let mut table = [0; STATES / 2];
    let mut state = 0;
    while state < STATES / 2 {
        table[state] = if SENT[state] & digit == 0 { 0 } else { 0xFF };
        state += 1;
    }
    table
}

const ONES_1: [u8; STATES / 2] = ones(2);
const ONES_2: [u8; STATES / 2] = ones(1);

/// The magnitude of a symbol on the trellis, to the nearest eighth and 12 at most; a symbol that is not erased keeps 1 at least, so hard
/// symbols of any scale and weak ones keep their signs.
pub(crate) const fn magnitude(symbol: i8) -> u8 {
    let rounded = (symbol.unsigned_abs() + 4) >> 3;
    if symbol == 0 {
        0
    } else if rounded == 0 {
        1
    } else if rounded > LARGEST {
        LARGEST
    } else {
        rounded
    }
}

/// Costs of one pair of symbols.
pub(crate) fn costs([s1, s2]: [i8; 2], g2: G2) -> Costs {
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

/// Takes the symbol pairs of a block.
pub(crate) fn advance(paths: &mut Paths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    let (eights, _) = pairs.as_chunks::<8>();
    for (eight, group) in eights.iter().zip(&mut block.groups) {
        lower(&mut paths.metrics);
        for (place, &pair) in eight.iter().enumerate() {
            step(paths, costs(pair, g2));
            if place == PUT_AWAY {
                *group = paths.history;
                paths.history = NUMBERS;
            } else if place == MARK {
                for (history, mark) in paths.history.iter_mut().zip(&MARKS) {
                    *history |= mark;
                }
            }
        }
    }
    block.newest = paths.settle();
}

// Eight steps after the least metric was taken off.
const _: () = assert!(limit(8) < 255);

/// One add-compare-select step over all states.
fn step(paths: &mut Paths, [none, second, first, both]: Costs) {
    let (gain_1, gain_2) = (first.wrapping_sub(none), second.wrapping_sub(none));
    let all = none.wrapping_add(both);
    let (low, high) = paths.metrics.split_at(STATES / 2);
    let (low_history, high_history) = paths.history.split_at(STATES / 2);
    let mut even = [0_u8; STATES / 2];
    let mut odd = [0_u8; STATES / 2];
    let mut even_history = [0_u8; STATES / 2];
    let mut odd_history = [0_u8; STATES / 2];
    for j in 0..STATES / 2 {
        let own = none
            .wrapping_add(ONES_1[j] & gain_1)
            .wrapping_add(ONES_2[j] & gain_2);
        let other = all.wrapping_sub(own);
        let (a, b) = (low[j].wrapping_add(own), high[j].wrapping_add(other));
        let (c, d) = (low[j].wrapping_add(other), high[j].wrapping_add(own));
        even[j] = a.min(b);
        odd[j] = c.min(d);
        // Masks rather than branches, which nobody could foresee.
        let (from_b, from_d) = (mask(b < a), mask(d < c));
        let differ = low_history[j] ^ high_history[j];
        even_history[j] = low_history[j] ^ differ & from_b;
        odd_history[j] = low_history[j] ^ differ & from_d;
    }
    interleave(&mut paths.metrics, &even, &odd);
    interleave(&mut paths.history, &even_history, &odd_history);
}

const fn mask(set: bool) -> u8 {
    0_u8.wrapping_sub(set as u8)
}

fn interleave(all: &mut [u8; STATES], even: &[u8; STATES / 2], odd: &[u8; STATES / 2]) {
    let (pairs, _) = all.as_chunks_mut::<2>();
    for (pair, (&e, &o)) in pairs.iter_mut().zip(even.iter().zip(odd)) {
        *pair = [e, o];
    }
}
