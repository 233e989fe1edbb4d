//! The convolutional code decoded as well as it can be: floating point, no quantisation, the whole frame traced back at once. Slow and obvious.

use magpie_coding::convolutional::{G1, G2_TAPS};

use super::convolutional::{Rate, Stream};
use super::{Judgement, Received, Worker, pack};

const STATES: usize = 64;

/// Encodes like the shipping one, decodes by the definition.
pub(super) struct MaximumLikelihood {
    rate: Rate,
    shipped: Stream,
    pairs: Vec<[f32; 2]>,
    /// For each step and state, which predecessor won.
    decisions: Vec<u64>,
}

impl MaximumLikelihood {
    pub(super) const fn new(rate: Rate) -> Self {
        Self {
            rate,
            shipped: Stream::new(rate),
            pairs: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// Received values in pairs, zero where nothing was sent; G2 as if it were not inverted.
    fn fill(&mut self, values: &[f32], bits: usize) {
        let turned = if self.shipped.inverts() { -1.0 } else { 1.0 };
        let (mut values, mut kept) = (values.iter(), self.rate.kept());
        let mut next = || match kept.next() {
            Some(true) => values.next().copied().unwrap_or(0.0),
            _ => 0.0,
        };
        self.pairs.clear();
        self.pairs.extend((0..bits).map(|_| {
            let c1 = next();
            [c1, turned * next()]
        }));
    }
}

/// What C1 and C2 are, as +1 and −1, for the newest bit above the six before it.
fn signs() -> [[f32; 2]; 2 * STATES] {
    std::array::from_fn(|window| {
        [G1, G2_TAPS].map(|taps| {
            if (window as u8 & taps).count_ones() & 1 == 1 {
                1.0
            } else {
                -1.0
            }
        })
    })
}

impl Worker for MaximumLikelihood {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        self.shipped.encode(message, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        self.fill(received.values, message.len() * 8);
        let signs = signs();
        let mut metrics = [0.0_f32; STATES];
        self.decisions.clear();
        for &[c1, c2] in &self.pairs {
            let branch = |window: usize| c1 * signs[window][0] + c2 * signs[window][1];
            let mut decision = 0;
            // A state holds its newest bit in bit 5; the windows that lead to it have that bit in front and either bit behind.
            let next: [f32; STATES] = std::array::from_fn(|state| {
                let [even, odd] = [state << 1, state << 1 | 1]
                    .map(|window| metrics[window % STATES] + branch(window));
                decision |= u64::from(odd > even) << state;
                even.max(odd)
            });
            // Metrics grow by at most a few units a step; the best one is brought back to zero so that a float keeps its digits.
            let best = next.iter().copied().fold(f32::MIN, f32::max);
            metrics = next.map(|metric| metric - best);
            self.decisions.push(decision);
        }
        let best = (0..STATES).max_by(|&a, &b| metrics[a].total_cmp(&metrics[b]));
        let mut state = best.unwrap_or(0);
        let backwards = self.decisions.iter().rev().map(|decision| {
            let bit = (state >> 5) as u8;
            state = (state << 1 | (decision >> state & 1) as usize) % STATES;
            bit
        });
        let mut bits: Vec<u8> = backwards.collect();
        bits.reverse();
        pack(bits, message);
        Judgement::NONE
    }
}
