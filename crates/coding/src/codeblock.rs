//! Codeblock synchroniser: finds blocks of soft symbols behind a marker and keeps their rhythm.
//!
//! Books: 131.0-B (codeblocks of LDPC and turbo codes behind their markers), 211.2-B-3 (codewords of the LDPC option). How a receiver
//! synchronises is the implementer's. The judge of a block is its decoder: the sink answers [`Verdict::Good`] or [`Verdict::Bad`].
//!
//! Candidates are tried in the order of their first symbol. A candidate is a place where the marker stands with a correlation of at least the
//! threshold (the best within eight symbols), or where the rhythm of the last good block expects the next one. The flywheel
//! allows the block to come up to eight symbols early or late, if a marker that passes the threshold says so; without one it takes the nominal place.
//! Behind a good block the search goes on eight symbols before its end; behind a bad one it goes on one symbol behind the start of its marker, in the
//! symbols kept meanwhile, without losing sight of the place that the flywheel expects. So a slip costs the block it hits and no other, a
//! false marker costs time only, and the outcome depends on the symbols and the verdicts, not on how the stream was cut.
//!
//! Bounds. Memory: one marker and one block and sixteen symbols, lent ([`CodeblockConfig::memory_len`]). Work: a comparison of the marker's signs a symbol while
//! searching; a correlation where those say that it is worth it, and at 17 places a block where the flywheel expects one; for every
//! candidate one verdict and one pass over the memory. The symbols of a block are turned upright and derandomized in place, so nothing else is copied.
//!
//! ```
//! use magpie_coding::codeblock::{CSM, Codeblock, CodeblockConfig, CodeblockSync, Verdict};
//!
//! let config = CodeblockConfig::new(&CSM, 2048);
//! let mut sync = CodeblockSync::new(config, vec![0; config.memory_len()]).unwrap();
//! let mut symbols = vec![3; 100];
//! for block in 0..3_i8 {
//!     symbols.extend(CSM.map(|bit| if bit == 1 { 40 } else { -40 }));
//!     symbols.extend([block - 1; 2048]);
//! }
//! let mut found = Vec::new();
//! sync.push(&symbols, &mut |block: Codeblock<'_>| {
//!     found.push((block.at_symbol, block.symbols[7]));
//!     Verdict::Good
//! });
//! assert_eq!(found, [(100, -1), (2212, 0), (4324, 1)]);
//! ```

mod search;
mod sync;
#[cfg(test)]
mod tests;

pub use crate::cadu::Verdict;
pub use sync::CodeblockSync;

use crate::asm::Polarity;
use crate::randomizer::Sequence;

/// Symbols that a block may come early or late where the flywheel expects it.
pub const SLIP: usize = 8;

/// The longest marker.
pub const MAX_MARKER_LEN: usize = 256;

/// Longest block, symbols: a hundred times the longest of the books.
pub const MAX_BLOCK_LEN: usize = 1 << 22;

/// Bits of octets.
const fn bits<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut bits = [0; N];
    let mut at = 0;
    while at < N {
        bits[at] = octets[at / 8] >> (7 - at % 8) & 1;
        at += 1;
    }
    bits
}

/// `1ACFFC1D`: the (8160,7136) code, and everything else of telemetry but the codes below.
pub const ASM: [u8; 32] = bits(&[0x1A, 0xCF, 0xFC, 0x1D]); //= 131.0-B asm-tm

/// `034776C7272895B0`: AR4JA codes, the LDPC option of Proximity-1, turbo 1/2.
pub const CSM: [u8; 64] = bits(&[0x03, 0x47, 0x76, 0xC7, 0x27, 0x28, 0x95, 0xB0]); //= 131.0-B csm-ldpc

/// What a [`CodeblockSync`] is to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeblockConfig<'m> {
    marker: &'m [u8],
    block_len: usize,
    randomizer: Option<Sequence>,
    threshold: u8,
    flywheel_blocks: u8,
    polarity: Polarity,
}

impl<'m> CodeblockConfig<'m> {
    /// Blocks of `block_len` symbols behind `marker` (bits, one an element; 16 to [`MAX_MARKER_LEN`] of them), not randomized, in both polarities; the
    /// flywheel turns on for 4 blocks without a good one. The threshold is 65 % for markers up to 32 symbols, 50 % up to 64, 42 % up to 96, 37 % up to 128
    /// and 30 % beyond: where the code that the marker belongs to just works, a marker is missed about once in a thousand times, and noise
    /// passes for one about once in 10,000 symbols.
    pub const fn new(marker: &'m [u8], block_len: usize) -> Self {
        let threshold = match marker.len() {
            0..=32 => 65,
            33..=64 => 50,
            65..=96 => 42,
            97..=128 => 37,
            _ => 30,
        };
        Self {
            marker,
            block_len,
            randomizer: None,
            threshold,
            flywheel_blocks: 4,
            polarity: Polarity::Both,
        }
    }

    /// Blocks are randomized with this sequence, which starts anew with each; the marker is not.
    #[must_use]
    pub const fn with_randomizer(self, randomizer: Option<Sequence>) -> Self {
        Self { randomizer, ..self }
    }

    /// How alike the marker must be: the cosine of the angle between it and the symbols, in per cent.
    #[must_use]
    pub const fn with_threshold(self, percent: u8) -> Self {
        Self {
            threshold: percent,
            ..self
        }
    }

    /// For how many blocks without a good one the flywheel turns on; 0 switches it off.
    #[must_use]
    pub const fn with_flywheel_blocks(self, blocks: u8) -> Self {
        Self {
            flywheel_blocks: blocks,
            ..self
        }
    }

    /// Which polarities to search.
    #[must_use]
    pub const fn with_polarity(self, polarity: Polarity) -> Self {
        Self { polarity, ..self }
    }

    /// The bits of the marker.
    pub const fn marker(&self) -> &'m [u8] {
        self.marker
    }

    /// Symbols of a block, without the marker.
    pub const fn block_len(&self) -> usize {
        self.block_len
    }

    /// Symbols from a marker to the next.
    pub const fn unit_len(&self) -> usize {
        self.marker.len().saturating_add(self.block_len)
    }

    /// Symbols that a synchroniser must be able to keep.
    pub const fn memory_len(&self) -> usize {
        self.unit_len().saturating_add(2 * SLIP)
    }
}

/// Why a synchroniser cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeblockError {
    /// A marker has 16 to 256 symbols.
    MarkerLen {
        /// Symbols given.
        have: usize,
    },
    /// A block has at least as many symbols as its marker, and [`MAX_BLOCK_LEN`] at most.
    BlockLen {
        /// Symbols given.
        have: usize,
    },
    /// The memory is too small.
    Memory {
        /// Symbols wanted.
        need: usize,
        /// Symbols given.
        have: usize,
    },
}

impl core::fmt::Display for CodeblockError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::MarkerLen { have } => write!(f, "marker of {have} symbols, not 16 to 256"),
            Self::BlockLen { have } => write!(f, "block of {have} symbols"),
            Self::Memory { need, have } => {
                write!(f, "memory for {need} symbols wanted, {have} given")
            }
        }
    }
}

impl core::error::Error for CodeblockError {}

/// A candidate, handed to the sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codeblock<'a> {
    /// Position of the first symbol of the marker, counted from the last [`CodeblockSync::reset`] on.
    pub at_symbol: u64,
    /// The symbols came turned over; `symbols` are as sent.
    pub inverted: bool,
    /// How alike the marker is, in per cent; 0 if its symbols were all erased.
    pub likeness: u8,
    /// Where the flywheel expected a block, how many symbols later it stands; `None` if it was found by its marker alone.
    pub slip: Option<i8>,
    /// The block, upright and derandomized.
    pub symbols: &'a [i8],
}

/// Counters of a [`CodeblockSync`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeblockStats {
    /// Symbols taken in.
    pub symbols: u64,
    /// Blocks that the sink found good.
    pub good: u64,
    /// Blocks that it found bad where the flywheel expected one.
    pub bad: u64,
    /// Markers with nothing good behind them, outside the rhythm.
    pub false_markers: u64,
    /// Good blocks that came turned over.
    pub inverted: u64,
    /// Good blocks that came early or late by up to eight symbols.
    pub slips: u64,
}
