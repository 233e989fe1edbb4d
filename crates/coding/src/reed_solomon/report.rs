//! What a Reed–Solomon decoder answers: the outcome of each codeword, the report of a codeblock, and which rule a call breaks.
//!
//! Book: 131.0-B, Reed–Solomon section; the book leaves the reporting to the implementer. Example: three codewords, the second beyond
//! repair: `Corrected { symbols: 0 }, Uncorrectable, Corrected { symbols: 4 }`.

use super::MAX_INTERLEAVE;

/// What became of one codeword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodewordOutcome {
    /// A codeword of the code now stands in the block.
    Corrected {
        /// Symbols that were changed; 0 for a codeword that came clean, or whose erased symbols were right by chance.
        symbols: u8,
    },
    /// More errors, or errors and erasures, than the code corrects; its octets are as received.
    Uncorrectable,
}

/// Which rule a codeblock or a set of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsError {
    /// The interleaving depth is not in 1 ..= 8.
    Interleave {
        /// The depth asked for.
        depth: usize,
    },
    /// No information symbol is left beside the virtual fill.
    VirtualFill {
        /// Fill octets a codeword.
        fill: usize,
        /// The most that the code allows.
        max: usize,
    },
    /// A frame of this length does not fill I codewords of equal length.
    FrameLength {
        /// Octets of the frame.
        len: usize,
    },
    /// The codeblock handed over has the wrong length.
    BlockLength {
        /// Octets of a codeblock: frame and check symbols.
        need: usize,
        /// Octets handed over.
        have: usize,
    },
    /// An erasure lies outside the codeblock.
    Erasure {
        /// The position named.
        at: usize,
        /// Octets of the codeblock.
        len: usize,
    },
}

impl core::fmt::Display for RsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::Interleave { depth } => write!(f, "interleaving depth {depth} is not in 1..=8"),
            Self::VirtualFill { fill, max } => {
                write!(
                    f,
                    "virtual fill of {fill} octets a codeword, at most {max} possible"
                )
            }
            Self::FrameLength { len } => {
                write!(
                    f,
                    "a frame of {len} octets does not fill codewords of equal length"
                )
            }
            Self::BlockLength { need, have } => {
                write!(f, "a codeblock has {need} octets, {have} were given")
            }
            Self::Erasure { at, len } => {
                write!(f, "erasure at {at}, outside a codeblock of {len} octets")
            }
        }
    }
}

impl core::error::Error for RsError {}

/// What became of every codeword of one codeblock, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RsReport {
    outcomes: [CodewordOutcome; MAX_INTERLEAVE],
    count: u8,
    /// Bit i: codeword i has more erasures than the code corrects.
    over_erased: u8,
}

impl RsReport {
    /// The report of a block without Reed–Solomon code: no codewords, nothing wrong.
    pub const EMPTY: Self = Self {
        outcomes: [CodewordOutcome::Uncorrectable; MAX_INTERLEAVE],
        count: 0,
        over_erased: 0,
    };

    /// The report of `count` codewords, of which each is as yet uncorrectable.
    pub(crate) const fn pending(count: usize) -> Self {
        Self {
            count: count as u8,
            ..Self::EMPTY
        }
    }

    /// The places for the outcomes.
    pub(crate) fn outcomes_mut(&mut self) -> impl Iterator<Item = &mut CodewordOutcome> {
        let count = usize::from(self.count);
        self.outcomes.iter_mut().take(count)
    }

    /// Notes that codeword `which` has more erasures than the code corrects.
    pub(crate) const fn note_over_erased(&mut self, which: usize) {
        self.over_erased |= 1 << (which % MAX_INTERLEAVE);
    }

    /// One outcome a codeword; codeword 0 begins with the first octet of the frame.
    pub fn codewords(&self) -> &[CodewordOutcome] {
        let count = usize::from(self.count);
        self.outcomes.get(..count).unwrap_or_default()
    }

    /// True if codeword `which` is uncorrectable because more of its symbols were said to be erased than the code has check symbols (2E);
    /// its octets were not looked at.
    pub const fn is_over_erased(&self, which: usize) -> bool {
        which < MAX_INTERLEAVE && self.over_erased >> which & 1 == 1
    }

    /// True if no codeword is uncorrectable.
    pub fn is_good(&self) -> bool {
        self.uncorrectable() == 0
    }

    /// Codewords that could not be corrected.
    pub fn uncorrectable(&self) -> usize {
        self.codewords()
            .iter()
            .filter(|&&o| o == CodewordOutcome::Uncorrectable)
            .count()
    }

    /// Symbols changed in all codewords together.
    pub fn corrected_symbols(&self) -> usize {
        let changed = |o: &CodewordOutcome| match *o {
            CodewordOutcome::Corrected { symbols } => usize::from(symbols),
            CodewordOutcome::Uncorrectable => 0,
        };
        self.codewords().iter().map(changed).sum()
    }
}
