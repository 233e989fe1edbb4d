//! Decided bits on their way out of [`AutoViterbi`](super::AutoViterbi).

use super::quality::Quality;
use super::select::{Choice, GRAIN_BITS, Hypothesis};
use super::{TAIL_BITS, eight_bits};

/// A run of decided bits that follow each other, all under one hypothesis.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    bits: &'a [u8],
    first_symbol: u64,
    hypothesis: Hypothesis,
    quality: Quality,
    locked: bool,
}

impl<'a> Run<'a> {
    /// The bits, 0 or 1, at most [`TAIL_BITS`] of them.
    pub fn bits(&self) -> &'a [u8] {
        self.bits
    }

    /// Number, in the stream from 0, of the symbol C1 of the first bit.
    pub fn first_symbol(&self) -> u64 {
        self.first_symbol
    }

    /// Number of the symbol C1 of the bit at `index` in this run; its C2 is the next one.
    pub fn symbol_of(&self, index: usize) -> u64 {
        self.first_symbol + 2 * index as u64
    }

    /// The hypothesis under which the bits were decided.
    pub fn hypothesis(&self) -> Hypothesis {
        self.hypothesis
    }

    /// How well these bits explain their symbols.
    pub fn quality(&self) -> Quality {
        self.quality
    }

    /// Whether the stretch around these bits is a coded stream; see [`AutoViterbi::is_locked`](super::AutoViterbi::is_locked).
    pub fn is_locked(&self) -> bool {
        self.locked
    }
}

/// Bits on their way into one [`Run`].
pub(super) struct Gather {
    bits: [u8; TAIL_BITS],
    count: usize,
    quality: Quality,
    /// Number of the symbol at which the first bit begins, under phase 0.
    pub(super) start: u64,
}

impl Gather {
    pub(super) const fn at(start: u64) -> Self {
        Self {
            bits: [0; TAIL_BITS],
            count: 0,
            quality: Quality {
                mismatch: 0,
                magnitude: 0,
                errors: 0,
                symbols: 0,
            },
            start,
        }
    }

    /// Whether there is no room for another grain.
    pub(super) const fn is_full(&self) -> bool {
        self.count + GRAIN_BITS > TAIL_BITS
    }

    pub(super) fn take(&mut self, choice: &Choice) {
        let (word, count) = choice.bits();
        let room = self.bits.get_mut(self.count..self.count + count);
        let [upper, lower] =
            (word << ((GRAIN_BITS - count.min(GRAIN_BITS)) % GRAIN_BITS)).to_be_bytes();
        let decided = [eight_bits(upper), eight_bits(lower)];
        for (place, bit) in room
            .unwrap_or_default()
            .iter_mut()
            .zip(decided.as_flattened())
        {
            *place = *bit;
        }
        self.count += count;
        self.quality.add(choice.quality());
    }

    pub(super) fn hand_out(
        &mut self,
        hypothesis: Hypothesis,
        locked: bool,
        sink: &mut impl FnMut(&Run<'_>),
    ) {
        if self.count > 0 {
            let first_symbol = self.start + u64::from(hypothesis.phase);
            sink(&Run {
                bits: self.bits.get(..self.count).unwrap_or_default(),
                first_symbol,
                hypothesis,
                quality: self.quality,
                locked,
            });
        }
        self.count = 0;
        self.quality = Quality::default();
    }
}
