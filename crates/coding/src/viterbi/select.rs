//! Which hypothesis to believe, grain by grain.
//!
//! A grain is 16 bits. Every hypothesis pays its mismatch for a grain, and changing the hypothesis between two grains costs a fixed
//! penalty; the cheapest course through the last [`LAG`] grains decides. This is a small Viterbi algorithm of its own: it looks to
//! both sides, it has hysteresis, and it puts a change where it explains the symbols best, which is where the slip was.

use super::quality::Quality;
use crate::convolutional::G2;

/// Bits in a grain.
pub(super) const GRAIN_BITS: usize = 16;

/// Grains that a choice is looked back on.
pub(super) const LAG: usize = 32;

/// Most grains that can wait: the lag and what one call of `finish` adds.
const PENDING: usize = LAG + 2 * super::BLOCK_BITS / GRAIN_BITS;

/// Hypotheses at most: two pair phases, two settings of G2.
pub(super) const HYPOTHESES: usize = 4;

/// Price of changing the hypothesis, in mean symbol magnitudes.
const CHANGE_COST: u32 = 16;

/// The lock is declared below this mismatch, in thousandths of the magnitude, and given up above the other.
const LOCK_PERMILLE: u32 = 75;
const UNLOCK_PERMILLE: u32 = 80;

/// What is assumed about the symbol stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hypothesis {
    /// Symbols in front of the first whole pair, 0 or 1, counted from the start of the stream.
    pub phase: u8,
    /// Whether G2 is inverted.
    pub g2: G2,
}

/// One grain as every hypothesis sees it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Grain {
    /// Decided bits, the newest lowest.
    pub(super) bits: [u16; HYPOTHESES],
    /// Number of bits, [`GRAIN_BITS`] except at the end of a stream.
    pub(super) count: [u8; HYPOTHESES],
    pub(super) quality: [Quality; HYPOTHESES],
    /// For each hypothesis, which one the cheapest course to it came from.
    from: [u8; HYPOTHESES],
}

/// A grain with the choice made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choice {
    pub(super) grain: Grain,
    pub(super) hypothesis: usize,
    pub(super) locked: bool,
}

impl Choice {
    pub(super) fn quality(&self) -> Quality {
        self.grain.quality[self.hypothesis]
    }
}

#[derive(Clone, Debug)]
pub(super) struct Selector {
    active: usize,
    cost: [u32; HYPOTHESES],
    pending: [Grain; PENDING],
    held: usize,
    /// Mean magnitude of a symbol, in 1/256.
    level: u32,
    past: [Quality; LAG],
    past_cursor: usize,
    past_sum: Quality,
    locked: bool,
}

impl Selector {
    pub(super) fn new(active: usize) -> Self {
        Self {
            active: active.min(HYPOTHESES),
            cost: [0; HYPOTHESES],
            pending: [Grain::default(); PENDING],
            held: 0,
            level: 0,
            past: [Quality::default(); LAG],
            past_cursor: 0,
            past_sum: Quality::default(),
            locked: false,
        }
    }

    /// Takes the next grain. There is always room: at most [`LAG`] grains wait after `settle`, and `auto` adds no more than two
    /// blocks before it settles again.
    pub(super) fn push(&mut self, mut grain: Grain) {
        let penalty = self.penalty(grain.quality[0].magnitude);
        let (cheapest, &floor) = self.cost[..self.active]
            .iter()
            .enumerate()
            .min_by_key(|&(_, cost)| cost)
            .unwrap_or((0, &0));
        for hypothesis in 0..self.active {
            let stay = self.cost[hypothesis] - floor;
            let (from, cost) = if penalty < stay {
                (cheapest, penalty)
            } else {
                (hypothesis, stay)
            };
            grain.from[hypothesis] = from as u8;
            self.cost[hypothesis] = cost + grain.quality[hypothesis].mismatch;
        }
        self.pending[self.held] = grain;
        self.held += 1;
    }

    /// Decides the oldest grains until `keep` wait, in order.
    pub(super) fn settle(&mut self, keep: usize, mut sink: impl FnMut(Choice)) {
        let course = self.course();
        let ready = self.held.saturating_sub(keep);
        let quality = |index: usize| self.pending[index].quality[usize::from(course[index])];
        let mut future = Quality::default();
        for index in 0..self.held.min(LAG) {
            future.add(quality(index));
        }
        let mut settled = [(Quality::default(), Quality::default()); PENDING];
        for index in 0..ready {
            settled[index] = (quality(index), future);
            future.remove(quality(index));
            if index + LAG < self.held {
                future.add(quality(index + LAG));
            }
        }
        for index in 0..ready {
            let (own, future) = settled[index];
            self.judge(own, future);
            sink(Choice {
                grain: self.pending[index],
                hypothesis: usize::from(course[index]),
                locked: self.locked,
            });
        }
        self.pending.copy_within(ready..self.held, 0);
        self.held -= ready;
    }

    /// The cheapest course through the waiting grains: a hypothesis for each.
    fn course(&self) -> [u8; PENDING] {
        let mut course = [0; PENDING];
        let best = (0..self.active)
            .min_by_key(|&hypothesis| self.cost[hypothesis])
            .unwrap_or(0);
        let mut hypothesis = best as u8;
        for (place, grain) in course.iter_mut().zip(&self.pending[..self.held]).rev() {
            *place = hypothesis;
            hypothesis = grain.from[usize::from(hypothesis)];
        }
        course
    }

    /// Updates the lock from the window around a grain: [`LAG`] grains before it, itself and [`LAG`] - 1 after it.
    fn judge(&mut self, own: Quality, future: Quality) {
        let mut window = self.past_sum;
        window.add(future);
        self.locked = window.is_below_permille(if self.locked {
            UNLOCK_PERMILLE
        } else {
            LOCK_PERMILLE
        });
        self.past_sum.remove(self.past[self.past_cursor]);
        self.past_sum.add(own);
        self.past[self.past_cursor] = own;
        self.past_cursor = (self.past_cursor + 1) % LAG;
    }

    /// The price of a change at the present level; a sudden rise counts at once.
    fn penalty(&mut self, magnitude: u32) -> u32 {
        let now = (magnitude << 8) / (2 * GRAIN_BITS as u32);
        self.level = self.level - self.level / 16 + now / 16;
        (CHANGE_COST * self.level.max(now)) >> 8
    }
}
