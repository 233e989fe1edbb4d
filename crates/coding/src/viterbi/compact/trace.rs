//! The decisions of the last groups, and the way back through them.

use super::acs::{Decisions, GROUP};

/// Groups in a block of bits that comes out at once.
const BLOCK_GROUPS: usize = super::BLOCK_BITS / GROUP;

/// Two blocks of decisions: the one that is being filled and the one before.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    blocks: [[Decisions; BLOCK_GROUPS]; 2],
    /// Which one is being filled.
    newer: usize,
    /// Groups in it, fewer than it can hold.
    filled: usize,
    /// Whether the other one holds the block before.
    behind: bool,
}

impl Trace {
    pub(super) const fn new() -> Self {
        Self {
            blocks: [[[0; 2 * GROUP]; BLOCK_GROUPS]; 2],
            newer: 0,
            filled: 0,
            behind: false,
        }
    }

    /// Groups held.
    pub(super) const fn held(&self) -> usize {
        self.filled + if self.behind { BLOCK_GROUPS } else { 0 }
    }

    /// Where the decisions of the next group belong.
    #[inline]
    pub(super) fn next(&mut self) -> &mut Decisions {
        &mut self.blocks[self.newer & 1][self.filled % BLOCK_GROUPS]
    }

    /// The next group is written. If that makes a block to be put out, the answer is true: then `take` it.
    #[inline]
    pub(super) fn is_due(&mut self) -> bool {
        self.filled += 1;
        if self.filled < BLOCK_GROUPS {
            return false;
        }
        self.filled = 0;
        self.newer ^= 1;
        core::mem::replace(&mut self.behind, true)
    }

    /// Whether the last group was the last of a block.
    #[inline]
    pub(super) const fn is_between_blocks(&self) -> bool {
        self.filled == 0
    }

    /// The bits of the older of two full blocks, on the path that ends in the octet `best`; the first bit on top.
    pub(super) fn take(&self, best: u32) -> u64 {
        let (older, newer) = (
            &self.blocks[self.newer & 1],
            &self.blocks[self.newer & 1 ^ 1],
        );
        let mut place = Place::before(best);
        for decisions in newer.iter().rev() {
            place = place.back(decisions);
        }
        read(&mut place, older)
    }

    /// All that is held, on the path that ends in the octet `best`: a whole block or none, then the first `filled` groups of another.
    pub(super) fn finish(&mut self, best: u32) -> [u64; 2] {
        let mut place = Place::before(best);
        let newer = &self.blocks[self.newer & 1];
        let last = read(&mut place, newer.get(..self.filled).unwrap_or_default());
        let bits = if self.behind {
            [read(&mut place, &self.blocks[self.newer & 1 ^ 1]), last]
        } else {
            [last, 0]
        };
        (self.filled, self.behind) = (0, false);
        bits
    }
}

/// Follows a path back over groups and reads their bits, the first on top.
#[inline]
fn read(place: &mut Place, groups: &[Decisions]) -> u64 {
    let mut inverted = 0;
    for decisions in groups.iter().rev() {
        inverted = inverted >> 4 | u64::from(place.word) << 60;
        *place = place.back(decisions);
    }
    !inverted
}

/// A place on the way back: the number of the word and the lane, as behind the fourth step of a group.
#[derive(Clone, Copy)]
struct Place {
    word: u32,
    lane: u32,
}

impl Place {
    /// The octet with this number, as before the first step of the next group.
    const fn before(number: u32) -> Self {
        Self {
            word: number & 15,
            lane: number >> 4 & 3,
        }
    }

    /// The place four steps earlier. The group's bits, inverted, are in `word` before.
    #[inline]
    fn back(self, decisions: &Decisions) -> Self {
        let lane = self.lane * 8;
        let two_steps = |words: usize, word: u32| {
            let taken = decisions[words + (word >> 2 & 3) as usize] >> lane;
            let word = word & !1 | taken >> (word & 3) & 1;
            word & !2 | (taken >> (4 | word & 3) & 1) << 1
        };
        let word = two_steps(4, self.word);
        // The first two steps have the halves of the word number the other way round.
        let word = two_steps(0, (word << 2 | word >> 2) & 15);
        Self {
            word: word & 0b1100 | self.lane,
            lane: word & 3,
        }
    }
}
