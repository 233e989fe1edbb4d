//! How well the decoded stream explains its symbols, and what follows from it.
//!
//! The mismatch ratio is the sum of the magnitudes that disagree with the best path over the sum of all magnitudes. Measured, over
//! blocks of 128 symbols: noise alone 0.085 (standard deviation 0.008 / √blocks) where symbols are Gaussian with a mean level of 4 to 5,
//! 0.071 at a mean of 2.5 and 0.125 with hard symbols; a signal at the right phase 0.058 at an Eb/N0 of 1 dB, 0.042 at 2 dB, 0.027 at 3 dB.
//! Every erased symbol gives the decoder one more to choose freely; noise then leaves less mismatch by about the share of
//! symbols beyond one a bit. The ratios below are therefore parts of [`NOISE`] times that share.

/// Blocks that are judged together.
const WINDOW: usize = 8;

/// Blocks by which a bad phase is known.
const BAD_BLOCKS: usize = 3;

/// Mismatch ratio of noise, at its lowest, in 1/4096: 0.093.
const NOISE: u64 = 381;

/// Below this part of [`NOISE`], in percent, the first 2, 3, … 8 blocks are no noise: by seven standard deviations.
const LOCKS: [u64; WINDOW + 1] = [0, 0, 50, 60, 67, 71, 74, 76, 78];

/// Above this part of [`NOISE`] over the whole window a lock is lost.
const UNLOCKS: u64 = 90;

/// Above this part of [`NOISE`] the last blocks are none of a signal: try the other phase.
const BAD: u64 = 97;

/// Sums over the symbols of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    /// By how much the path metrics were lowered.
    lowered: u32,
    /// Magnitudes.
    magnitude: u32,
    /// Symbols that are not erased.
    present: u32,
}

/// What one block or several amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Magnitudes of the symbols that disagree with the best path.
    wrong: u32,
    /// Magnitudes of all symbols.
    magnitude: u32,
    /// Symbols.
    symbols: u32,
    /// Symbols that are not erased.
    present: u32,
}

impl Mismatch {
    const ZERO: Self = Self {
        wrong: 0,
        magnitude: 0,
        symbols: 0,
        present: 0,
    };

    fn plus(self, other: &Self) -> Self {
        Self {
            wrong: self.wrong + other.wrong,
            magnitude: self.magnitude + other.magnitude,
            symbols: self.symbols + other.symbols,
            present: self.present + other.present,
        }
    }

    /// Both sides of the comparison of the ratio with `percent` of that of noise: below it if the first is less than the second.
    const fn against(&self, percent: u64) -> (u64, u64) {
        // With hardly more symbols than bits, chance alone is as good as a signal.
        let surplus = match (2 * self.present).checked_sub(self.symbols) {
            Some(surplus) if surplus >= self.symbols / 4 => surplus as u64,
            _ => 0,
        };
        (
            self.wrong as u64 * self.symbols as u64 * (4096 * 100),
            self.magnitude as u64 * surplus * (NOISE * percent),
        )
    }

    const fn is_below(&self, percent: u64) -> bool {
        let (ratio, limit) = self.against(percent);
        ratio < limit
    }

    const fn is_above(&self, percent: u64) -> bool {
        let (ratio, limit) = self.against(percent);
        ratio > limit
    }
}

impl Sums {
    pub(super) const ZERO: Self = Self {
        lowered: 0,
        magnitude: 0,
        present: 0,
    };

    /// Takes the eight nibbles of a group.
    #[inline]
    pub(super) fn add(&mut self, group: u32, lowered: u32) {
        const ONES: u32 = 0x1111_1111;
        let negative = group >> 3 & ONES;
        // The magnitude of a nibble is its complement plus one if it is negative: 0 to 8.
        let magnitudes = (group ^ (negative * 15)) + negative;
        let pairs = (magnitudes & 0x0F0F_0F0F) + (magnitudes >> 4 & 0x0F0F_0F0F);
        let present = (magnitudes + 7 * ONES) >> 3 & ONES;
        self.magnitude += pairs.wrapping_mul(0x0101_0101) >> 24;
        self.present += present.wrapping_mul(ONES) >> 28;
        self.lowered += lowered;
    }

    /// The block's account, by the best path metrics before and behind it.
    pub(super) const fn mismatch(self, before: u32, behind: u32) -> Mismatch {
        Mismatch {
            // The metric of the best path never falls but for the lowering.
            wrong: (self.lowered + behind).saturating_sub(before),
            magnitude: self.magnitude,
            symbols: 2 * super::BLOCK_BITS as u32,
            present: self.present,
        }
    }
}

/// The judgement over the last blocks.
#[derive(Clone, Debug)]
pub(super) struct Lock {
    /// Zero where there is no block since the last slip.
    window: [Mismatch; WINDOW],
    /// Where the newest block is.
    newest: usize,
    /// Blocks in the window.
    filled: usize,
    locked: bool,
    slips: u32,
}

impl Lock {
    pub(super) const fn new(slips: u32) -> Self {
        Self {
            window: [Mismatch::ZERO; WINDOW],
            newest: 0,
            filled: 0,
            locked: false,
            slips,
        }
    }

    pub(super) const fn is_locked(&self) -> bool {
        self.locked
    }

    pub(super) const fn slips(&self) -> u32 {
        self.slips
    }

    /// Takes the next block into account; the answer is whether to try the other phase from here on.
    pub(super) fn judge(&mut self, block: Mismatch) -> bool {
        self.newest = (self.newest + 1) % WINDOW;
        self.window[self.newest] = block;
        self.filled = (self.filled + 1).min(WINDOW);
        let all = self.window.iter().fold(Mismatch::ZERO, Mismatch::plus);
        let last = (0..BAD_BLOCKS).fold(Mismatch::ZERO, |sum, age| {
            sum.plus(&self.window[(self.newest + WINDOW - age) % WINDOW])
        });
        if self.filled > 1 && last.is_above(BAD) {
            *self = Self::new(self.slips.wrapping_add(1));
            return true;
        }
        self.locked = if self.locked {
            !all.is_above(UNLOCKS)
        } else {
            all.is_below(LOCKS[self.filled % LOCKS.len()])
        };
        false
    }
}
