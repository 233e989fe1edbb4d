//! The add-compare-select step over the 64 states of the trellis.
//!
//! A state is the last six bits, the newest lowest. States j and j + 32 lead to 2j (bit 0) and 2j + 1 (bit 1). Both generators weigh
//! the newest and the oldest bit, so the four branches of such a butterfly carry one pair of symbols or its complement: one
//! correlation a butterfly is enough. Metrics are correlations, the largest wins; of two equal ones the branch from j wins.

use crate::convolutional::{G1, G2_TAPS};

/// Number of states.
const STATES: usize = 64;

/// Steps between normalisations. A step adds at most 2 · 128 to a metric and the spread between states stays below 6 · 4 · 128, so
/// 64 steps stay below 2^15.
const NORMALISE_STEPS: u8 = 64;

/// +1 where the branch j → 2j sends a one as C1 (then C2, not inverted), −1 where it sends a zero.
const SIGNS_1: [i16; STATES / 2] = signs(G1);
const SIGNS_2: [i16; STATES / 2] = signs(G2_TAPS);

const fn signs(generator: u8) -> [i16; STATES / 2] {
    let mut table = [0; STATES / 2];
    let mut state = 0;
    while state < STATES / 2 {
        // Our window has its newest bit lowest; the generator's digits begin with the newest: turn the 7 bits round.
        let newest_first = ((state as u8) << 1).reverse_bits() >> 1;
        table[state] = if (newest_first & generator).count_ones() & 1 == 1 {
            1
        } else {
            -1
        };
        state += 1;
    }
    table
}

/// Path metrics of all states.
#[derive(Clone, Debug)]
pub(super) struct Metrics {
    paths: [i16; STATES],
    steps: u8,
}

impl Metrics {
    /// Nothing is known about the state.
    pub(super) const fn unknown() -> Self {
        Self {
            paths: [0; STATES],
            steps: 0,
        }
    }

    /// Takes one pair of symbols and returns the decisions: bit j for state 2j, bit 32 + j for state 2j + 1; a one if the path came
    /// from j + 32.
    pub(super) fn step(&mut self, c1: i16, c2: i16) -> u64 {
        let (low, high) = self.paths.split_at(STATES / 2);
        let mut even = [0_i16; STATES / 2];
        let mut odd = [0_i16; STATES / 2];
        let mut chosen = [0_u8; STATES];
        for j in 0..STATES / 2 {
            let branch = SIGNS_1[j]
                .wrapping_mul(c1)
                .wrapping_add(SIGNS_2[j].wrapping_mul(c2));
            let (a, b) = (low[j].wrapping_add(branch), high[j].wrapping_sub(branch));
            let (c, d) = (low[j].wrapping_sub(branch), high[j].wrapping_add(branch));
            even[j] = a.max(b);
            odd[j] = c.max(d);
            chosen[j] = u8::from(b > a);
            chosen[j + STATES / 2] = u8::from(d > c);
        }
        for (pair, (&e, &o)) in self.paths.chunks_exact_mut(2).zip(even.iter().zip(&odd)) {
            pair[0] = e;
            pair[1] = o;
        }
        self.normalise();
        pack(&chosen)
    }

    /// The state with the best metric, the lowest of equals.
    pub(super) fn best_state(&self) -> u8 {
        let mut best = (0, i16::MIN);
        for (state, &path) in self.paths.iter().enumerate() {
            if path > best.1 {
                best = (state, path);
            }
        }
        best.0 as u8
    }

    fn normalise(&mut self) {
        self.steps += 1;
        if self.steps == NORMALISE_STEPS {
            self.steps = 0;
            let reference = self.paths[0];
            for path in &mut self.paths {
                *path = path.wrapping_sub(reference);
            }
        }
    }
}

/// 64 octets of 0 or 1 into one word, the first lowest.
fn pack(chosen: &[u8; STATES]) -> u64 {
    let (eights, _) = chosen.as_chunks::<8>();
    eights.iter().rev().fold(0, |word, eight| {
        // The product brings the lowest bit of octet k to bit 56 + k, and nothing else there.
        word << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// The state before `state`, by the decisions of the step that led to it.
pub(super) fn predecessor(decision: u64, state: u8) -> u8 {
    let place = state >> 1 | (state & 1) << 5;
    state >> 1 | ((decision >> place & 1) as u8) << 5
}
