//! Which hypothesis to believe, grain by grain.
//!
//! A grain is 16 bits. Every hypothesis pays its mismatch for a grain, and changing the hypothesis between two grains costs a fixed
//! penalty; the cheapest course through the last [`LAG`] grains decides. This is a small Viterbi algorithm of its own: it looks to
//! both sides, it has hysteresis, and it puts a change where it explains the symbols best, which is where the slip was.

use super::quality::{Quality, Spread};
use crate::convolutional::G2;

/// Bits in a grain.
pub(super) const GRAIN_BITS: usize = 16;

/// Grains that a choice is looked back on.
pub(super) const LAG: usize = 32;

/// Grains of a block.
pub(super) const BLOCK_GRAINS: usize = super::BLOCK_BITS / GRAIN_BITS;

/// Most grains that can wait: the lag, a block, and what one call adds before it settles.
const PENDING: usize = LAG + (1 + BLOCKS_AT_ONCE) * BLOCK_GRAINS;

/// Most blocks between two calls of [`Selector::settle`].
pub(super) const BLOCKS_AT_ONCE: usize = 4;

/// More than any course costs.
const NEVER: u32 = 1 << 24;

/// Hypotheses at most: two pair phases, two settings of G2.
pub(super) const HYPOTHESES: usize = 4;

/// Price of changing the hypothesis, in mean symbol magnitudes.
const CHANGE_COST: u32 = 16;

/// How far above the threshold of locking the mismatch ratio must rise to lose the lock.
const UNLOCK_MARGIN: f32 = 0.005;

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
    pub(super) spread: Spread,
    /// For each hypothesis, which one the cheapest course to it came from.
    from: [u8; HYPOTHESES],
}

impl Grain {
    /// An empty grain over symbols that are spread like this.
    pub(super) fn new(spread: Spread) -> Self {
        Self {
            spread,
            ..Self::default()
        }
    }

    /// What a hypothesis makes of the grain, if it has all its bits.
    pub(super) fn set(&mut self, hypothesis: usize, bits: u16, quality: Quality) {
        let own = hypothesis % HYPOTHESES;
        self.bits[own] = bits;
        self.count[own] = GRAIN_BITS as u8;
        self.quality[own] = quality;
    }
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
        self.grain.quality[self.hypothesis % HYPOTHESES]
    }

    /// The decided bits, the newest lowest, and their number.
    pub(super) fn bits(&self) -> (u16, usize) {
        let own = self.hypothesis % HYPOTHESES;
        (self.grain.bits[own], usize::from(self.grain.count[own]))
    }
}

/// Sums over a stretch of settled or foreseen grains.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    quality: Quality,
    spread: Spread,
}

impl Stretch {
    fn add(&mut self, other: Self) {
        self.quality.add(other.quality);
        self.spread.add(other.spread);
    }

    fn remove(&mut self, other: Self) {
        self.quality.remove(other.quality);
        self.spread.remove(other.spread);
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
    past: [Stretch; LAG],
    past_cursor: usize,
    past_sum: Stretch,
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
            past: [Stretch::default(); LAG],
            past_cursor: 0,
            past_sum: Stretch::default(),
            locked: false,
        }
    }

    /// Takes the next grain. There is always room: at most [`LAG`] grains and a block wait after `settle`, and `auto` adds no more than
    /// [`BLOCKS_AT_ONCE`] blocks before it settles again.
    pub(super) fn push(&mut self, mut grain: Grain) {
        let penalty = self.penalty(grain.spread.magnitude());
        self.extend(&mut grain, penalty);
        self.keep(grain);
    }

    /// Takes the next grain while all but one hypothesis sleep.
    pub(super) fn push_sure(&mut self, mut grain: Grain, sure: usize) {
        self.penalty(grain.spread.magnitude());
        grain.from = [sure as u8; HYPOTHESES];
        self.be_sure(sure, NEVER);
        self.keep(grain);
    }

    fn be_sure(&mut self, sure: usize, otherwise: u32) {
        for (hypothesis, cost) in self.cost.iter_mut().enumerate() {
            *cost = if hypothesis == sure { 0 } else { otherwise };
        }
    }

    /// The only hypothesis of all waiting grains, if there is a lock.
    pub(super) fn steady(&self) -> Option<usize> {
        let course = self.course();
        let (waiting, _) = course.split_at(self.held.min(PENDING));
        let (&first, rest) = waiting.split_first()?;
        let steady = self.locked && rest.iter().all(|&other| other == first);
        steady.then_some(usize::from(first))
    }

    /// Grains that wait, the oldest first.
    pub(super) fn waiting(&mut self) -> &mut [Grain] {
        let (waiting, _) = self.pending.split_at_mut(self.held.min(PENDING));
        waiting
    }

    /// Finds the courses through the waiting grains anew, from one that was sure before.
    pub(super) fn reconsider(&mut self, sure: usize) {
        let penalty = (CHANGE_COST * self.level) >> 8;
        self.be_sure(sure, penalty);
        for index in 0..self.held.min(PENDING) {
            let mut grain = self.pending[index];
            self.extend(&mut grain, penalty);
            self.pending[index] = grain;
        }
    }

    /// Extends all courses by a grain.
    fn extend(&mut self, grain: &mut Grain, penalty: u32) {
        let (cheapest, &floor) = self
            .cost
            .iter()
            .take(self.active)
            .enumerate()
            .min_by_key(|&(_, cost)| cost)
            .unwrap_or((0, &0));
        for hypothesis in 0..self.active.min(HYPOTHESES) {
            let stay = self.cost[hypothesis] - floor;
            let (from, cost) = if penalty < stay {
                (cheapest, penalty)
            } else {
                (hypothesis, stay)
            };
            grain.from[hypothesis] = from as u8;
            self.cost[hypothesis] = cost + grain.quality[hypothesis].mismatch;
        }
    }

    fn keep(&mut self, grain: Grain) {
        if let Some(place) = self.pending.get_mut(self.held) {
            *place = grain;
            self.held += 1;
        }
    }

    /// Decides the oldest grains until `keep` wait, in order.
    pub(super) fn settle(&mut self, keep: usize, mut sink: impl FnMut(Choice)) {
        let course = self.course();
        let held = self.held.min(PENDING);
        let ready = held.saturating_sub(keep);
        let mut future = Stretch::default();
        for index in 0..held.min(LAG) {
            future.add(self.stretch(index, &course));
        }
        for index in 0..ready {
            let own = self.stretch(index, &course);
            self.judge(own, future);
            let (Some(&grain), Some(&hypothesis)) = (self.pending.get(index), course.get(index))
            else {
                break;
            };
            let hypothesis = usize::from(hypothesis);
            sink(Choice {
                grain,
                hypothesis,
                locked: self.locked,
            });
            future.remove(own);
            if index + LAG < held {
                future.add(self.stretch(index + LAG, &course));
            }
        }
        super::shift_down(self.pending.get_mut(..held).unwrap_or_default(), ready);
        self.held = held - ready;
    }

    fn stretch(&self, index: usize, course: &[u8; PENDING]) -> Stretch {
        let (Some(grain), Some(&hypothesis)) = (self.pending.get(index), course.get(index)) else {
            return Stretch::default();
        };
        Stretch {
            quality: grain.quality[usize::from(hypothesis) % HYPOTHESES],
            spread: grain.spread,
        }
    }

    /// The cheapest course through the waiting grains: a hypothesis for each.
    fn course(&self) -> [u8; PENDING] {
        let mut course = [0; PENDING];
        let costs = self.cost.iter().take(self.active).enumerate();
        let best = costs.min_by_key(|&(_, cost)| cost).map_or(0, |(at, _)| at);
        let mut hypothesis = best as u8;
        let (waiting, _) = self.pending.split_at(self.held.min(PENDING));
        for (place, grain) in course.iter_mut().zip(waiting).rev() {
            *place = hypothesis;
            hypothesis = grain.from[usize::from(hypothesis) % HYPOTHESES];
        }
        course
    }

    /// Updates the lock from the window around a grain: [`LAG`] grains before it, itself and [`LAG`] - 1 after it.
    fn judge(&mut self, own: Stretch, future: Stretch) {
        let mut window = self.past_sum;
        window.add(future);
        let margin = if self.locked { UNLOCK_MARGIN } else { 0.0 };
        let limit = window.spread.threshold() + margin;
        self.locked = window
            .quality
            .mismatch_ratio()
            .is_some_and(|ratio| ratio < limit);
        let oldest = &mut self.past[self.past_cursor % LAG];
        self.past_sum.remove(*oldest);
        self.past_sum.add(own);
        *oldest = own;
        self.past_cursor = (self.past_cursor + 1) % LAG;
    }

    /// The price of a change at the present level; a sudden rise counts at once.
    fn penalty(&mut self, magnitude: u32) -> u32 {
        let now = (magnitude << 8) / (2 * GRAIN_BITS as u32);
        self.level = self.level - self.level / 16 + now / 16;
        (CHANGE_COST * self.level.max(now)) >> 8
    }
}
