//! How well the decoded stream explains its symbols, and what follows from it.

/// Blocks that are judged together.
const WINDOW: usize = 8;

/// Sums over the symbols of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    /// By how much the path metrics were lowered.
    lowered: u32,
    /// Magnitudes.
    magnitude: u32,
    /// Symbols that are not erased.
    count: u32,
}

/// What a block amounts to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mismatch {
    /// Magnitudes of the symbols that disagree with the best path.
    pub(super) wrong: u32,
    /// Magnitudes of all symbols.
    pub(super) magnitude: u32,
    /// Symbols that are not erased.
    pub(super) count: u32,
}

impl Sums {
    pub(super) const ZERO: Self = Self {
        lowered: 0,
        magnitude: 0,
        count: 0,
    };

    /// Takes the eight nibbles of a group.
    #[inline]
    pub(super) fn add(&mut self, group: u32, lowered: u32) {
        const ONES: u32 = 0x1111_1111;
        let negative = group >> 3 & ONES;
        // The magnitude of a nibble is its complement plus one if it is negative: 0 to 8.
        let magnitudes = (group ^ negative * 15) + negative;
        let pairs = (magnitudes & 0x0F0F_0F0F) + (magnitudes >> 4 & 0x0F0F_0F0F);
        let present = (magnitudes + 7 * ONES) >> 3 & ONES;
        self.magnitude += pairs.wrapping_mul(0x0101_0101) >> 24;
        self.count += present.wrapping_mul(ONES) >> 28;
        self.lowered += lowered;
    }

    /// The block's account, by the best path metrics before and behind it.
    pub(super) const fn mismatch(self, before: u32, behind: u32) -> Mismatch {
        Mismatch {
            // The metric of the best path never falls but for the lowering.
            wrong: (self.lowered + behind).saturating_sub(before),
            magnitude: self.magnitude,
            count: self.count,
        }
    }
}

/// The judgement over the last blocks.
#[derive(Clone, Debug)]
pub(super) struct Lock {
    window: [Mismatch; WINDOW],
    next: usize,
    locked: bool,
    slips: u32,
}

impl Lock {
    pub(super) const fn new() -> Self {
        Self {
            window: [Mismatch {
                wrong: 0,
                magnitude: 0,
                count: 0,
            }; WINDOW],
            next: 0,
            locked: false,
            slips: 0,
        }
    }

    pub(super) const fn is_locked(&self) -> bool {
        self.locked
    }

    pub(super) const fn slips(&self) -> u32 {
        self.slips
    }

    pub(super) const fn set_slips(&mut self, slips: u32) {
        self.slips = slips;
    }

    /// Takes the next block into account; the answer is whether to try the other phase from here on.
    pub(super) fn judge(&mut self, block: Mismatch) -> bool {
        self.window[self.next % WINDOW] = block;
        self.next += 1;
        let (wrong, magnitude) = self.window.iter().fold((0, 0), |sum, block| {
            (sum.0 + block.wrong, sum.1 + block.magnitude)
        });
        let few = self.next < WINDOW;
        self.locked = !few && wrong * 16 < magnitude;
        let slip = !few && !self.locked;
        if slip {
            self.next = 0;
            self.slips = self.slips.wrapping_add(1);
        }
        slip
    }
}
