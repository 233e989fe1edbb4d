//! Letting hypotheses sleep while one of them explains the symbols, and waking them.
//!
//! No book rules this. What sleeps decodes nothing; what wakes decodes the last [`KEPT_BLOCKS`] blocks, which are kept for that.

use super::super::quality::{GRAIN_SYMBOLS, Quality, compare};
use super::super::select::{BLOCKS_AT_ONCE, HYPOTHESES};
use super::super::{BLOCK_OCTETS, Viterbi};
use super::{AutoViterbi, BLOCK_SYMBOLS, CALM_BLOCKS, KEPT_BLOCKS, Octets};

impl AutoViterbi {
    /// Lets all hypotheses but one sleep, if that one has explained the symbols well for long enough.
    pub(super) fn doze(&mut self, sums: &[Quality; HYPOTHESES]) {
        let steady = self.selector.steady();
        let sum = sums[steady.unwrap_or(0) % HYPOTHESES];
        if steady.is_none() || 20 * sum.mismatch >= sum.magnitude {
            self.calm = 0;
            return;
        }
        self.calm = (self.calm + 1).min(CALM_BLOCKS);
        if self.calm == CALM_BLOCKS && self.front >= KEPT_BLOCKS * BLOCK_SYMBOLS {
            self.sure = steady;
        }
    }

    /// Lets the other hypotheses decode the symbols that are kept, up to `end`, where the one
    /// that was awake has come, and weighs the waiting grains anew.
    /// What they decide from `front` on goes to `decided`, from the block `next` on.
    pub(super) fn wake(
        &mut self,
        sure: usize,
        next: usize,
        end: usize,
        decided: &mut [Octets; HYPOTHESES],
    ) {
        const LONGEST: usize = (KEPT_BLOCKS + BLOCKS_AT_ONCE) * BLOCK_OCTETS;
        const KEPT_OCTETS: usize = KEPT_BLOCKS * BLOCK_OCTETS;
        let start = self.front.saturating_sub(KEPT_BLOCKS * BLOCK_SYMBOLS);
        self.sure = None;
        self.calm = 0;
        for index in (0..self.active.min(HYPOTHESES)).filter(|&index| index != sure) {
            let index = index % HYPOTHESES;
            let hypothesis = self.hypotheses[index];
            let mut octets = [0; LONGEST];
            let first = start + usize::from(hypothesis.phase);
            let until = end + usize::from(hypothesis.phase);
            let symbols = self.symbols.get(first..until).unwrap_or_default();
            let mut decoder = Viterbi::with_engine(hypothesis.g2, self.engine);
            decoder.push_packed(symbols.as_chunks().0, &mut octets);
            self.decoders[index] = decoder;
            let (kept, fresh) = octets.split_at(KEPT_OCTETS);
            let room = decided[index].iter_mut().skip(next * BLOCK_OCTETS);
            for (place, octet) in room.zip(fresh) {
                *place = *octet;
            }
            self.registers[index] = u32::from(kept.last().copied().unwrap_or(0)) & 0x3F;
            self.weigh_again(index, kept);
        }
        self.selector.reconsider(sure);
    }

    /// Weighs the waiting grains under one hypothesis; `kept` are its bits up to `front`.
    fn weigh_again(&mut self, index: usize, kept: &[u8]) {
        let hypothesis = self.hypotheses[index % HYPOTHESES];
        let phase = usize::from(hypothesis.phase);
        let newest_first = self.selector.waiting().iter_mut().rev();
        let mut octets = kept;
        let mut place = self.front + phase;
        for grain in newest_first {
            let [rest @ .., before, upper, lower] = octets else {
                break;
            };
            let window = u32::from_be_bytes([0, *before, *upper, *lower]) & 0x3F_FFFF;
            place = place.saturating_sub(GRAIN_SYMBOLS);
            let symbols = self.symbols.get(place..).and_then(<[i8]>::first_chunk);
            if let Some(symbols) = symbols {
                grain.set(
                    index,
                    window as u16,
                    compare(window, symbols, hypothesis.g2),
                );
            }
            octets = kept.get(..rest.len() + 1).unwrap_or_default();
        }
    }
}
