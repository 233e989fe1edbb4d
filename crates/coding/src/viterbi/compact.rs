//! Soft-decision decoders of the K = 7, rate 1/2 code for small 32-bit processors.
//!
//! Books: CCSDS 131.0-B (section 3, in B-6 section 4) and 211.2-B-3 clause 3.4.2.2. Sixteen levels a symbol (the books recommend
//! eight or more), path metrics of eight bits, four of them in a word of 32: no SIMD unit, no heap, 1.3 KB of memory, no table. The rules for ties are
//! those of [`Viterbi`](super::Viterbi), which is faster on a large processor. [`CompactViterbi`] knows the pair phase; [`CompactReceiver`]
//! finds it and says whether there is a coded stream at all. G2 is known to both. Left out: punctured rates.
//!
//! A symbol in here is a level, −8 ..= 7: positive = 1, magnitude = confidence, zero = erased. [`CompactViterbi::push`] makes levels of
//! the `i8` symbols of the other decoders; [`CompactViterbi::push_packed`] takes them as nibbles (two's complement), C1 in the upper
//! half of an octet and C2 in the lower one, as a modem with four bits a symbol hands them over.
//!
//! Decided bits come out packed, the first in the most significant place, in blocks of [`BLOCK_BITS`]; decisions are
//! looked back on [`TRACEBACK_BITS`] bits, nine constraint lengths.
//!
//! Measured with the example `compact_viterbi` (40 million bits a point): loss against [`Viterbi`](super::Viterbi) 0.05 to 0.07 dB between 1 and
//! 4 dB if the mean magnitude of levels is 4.5, below 0.11 dB from 3.4 to 6, 0.25 dB at 7.5 and at 2. Instructions a bit, all in, counted under emulation with
//! nibbles as input: 284 on a Cortex-M7, 358 on RV32, 347 on a LEON3, for the receiver 280, 359 and 342; `i8` symbols take 20 to 30 more.
//!
//! ```
//! use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
//! use magpie_coding::viterbi::{CompactViterbi, compact::TAIL_OCTETS};
//!
//! let symbols: Vec<u8> = ConvolutionalEncoder::new(G2::Inverted).encode_octets(b"ten octets").collect();
//! // Level 5 for a one, level -5 for a zero.
//! let packed: Vec<u8> = symbols.chunks(2).map(|c| [0xB0, 0x50][usize::from(c[0])] | [0x0B, 0x05][usize::from(c[1])]).collect();
//! let mut decoder = CompactViterbi::new(G2::Inverted);
//! let progress = decoder.push_packed(&packed, &mut []);
//! assert_eq!((progress.pairs, progress.octets), (80, 0), "a short stream is all in the traceback still");
//! let mut octets = [0; TAIL_OCTETS];
//! assert_eq!(decoder.finish(&mut octets), 80);
//! assert_eq!(octets[..10], *b"ten octets");
//! ```

mod acs;
mod lock;
mod receiver;
mod trace;

pub use receiver::{Block, CompactReceiver};

use crate::convolutional::G2;
use acs::{GROUP, Metrics};
use trace::Trace;

/// Bits that a decision is looked back on before it is put out.
pub const TRACEBACK_BITS: usize = 64;

/// Bits come out in blocks of this many.
pub const BLOCK_BITS: usize = 64;

/// Octets of a block.
pub const BLOCK_OCTETS: usize = BLOCK_BITS / 8;

/// Octets that [`CompactViterbi::finish`] may fill: more are never held back.
pub const TAIL_OCTETS: usize = (TRACEBACK_BITS + BLOCK_BITS) / 8;

/// Mean magnitude of the `i8` symbols for which a new decoder is set, that of [`crate::soft`].
pub const MEAN_MAGNITUDE: u8 = 40;

/// What one call of [`CompactViterbi::push`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactProgress {
    /// Pairs taken from the front of the input.
    pub pairs: usize,
    /// Octets of decided bits written to the front of the output, a multiple of [`BLOCK_OCTETS`].
    pub octets: usize,
}

/// Makes levels of `i8` symbols.
#[derive(Clone, Copy, Debug)]
struct Levels {
    /// Levels a unit, in 1/256.
    gain: i32,
}

impl Levels {
    /// Mean magnitude of levels, in 1/256, that loses least.
    const MEAN: i32 = 9 * 256 / 2;

    const fn for_mean(magnitude: u8) -> Self {
        let magnitude = if magnitude == 0 { 1 } else { magnitude as i32 };
        Self {
            gain: Self::MEAN / magnitude,
        }
    }

    /// The level as a nibble. Symbols of one magnitude give levels of one magnitude.
    #[inline]
    fn nibble(self, symbol: i8) -> u32 {
        let scaled = i32::from(symbol) * self.gain;
        let rounded = (scaled + 128 + (scaled >> 31)) >> 8;
        rounded.clamp(-7, 7) as u32 & 15
    }
}

/// The decoder itself: whole groups of four pairs in, whole blocks out.
#[derive(Clone, Debug)]
struct Core {
    metrics: Metrics,
    trace: Trace,
    /// −1 if G2 is inverted.
    turn: i32,
}

impl Core {
    const fn new(g2: G2) -> Self {
        Self {
            metrics: Metrics::unknown(),
            trace: Trace::new(),
            turn: match g2 {
                G2::Inverted => -1, //= 131.0-B convolutional
                G2::Plain => 0,
            },
        }
    }

    const fn g2(&self) -> G2 {
        if self.turn == 0 {
            G2::Plain
        } else {
            G2::Inverted
        }
    }

    /// Takes a group: eight levels as nibbles, the first on top. Answers a block if one is due.
    #[inline]
    fn advance(&mut self, symbols: u32) -> Option<[u8; BLOCK_OCTETS]> {
        self.metrics.advance(symbols, self.turn, self.trace.next());
        if !self.trace.is_due() {
            return None;
        }
        let (best, _) = self.metrics.best();
        Some(self.trace.take(best).to_be_bytes())
    }
}

/// The decoder for a known pair phase and a known G2.
#[derive(Clone, Debug)]
pub struct CompactViterbi {
    core: Core,
    levels: Levels,
    /// Pairs that do not make a group yet, the newest lowest, and their number.
    pending: u32,
    pairs: usize,
}

impl CompactViterbi {
    /// A decoder that starts in the middle of an unknown stream: every state is equally likely.
    pub const fn new(g2: G2) -> Self {
        Self {
            core: Core::new(g2),
            levels: Levels::for_mean(MEAN_MAGNITUDE),
            pending: 0,
            pairs: 0,
        }
    }

    /// Sets the quantisation for `i8` symbols of another mean magnitude than [`MEAN_MAGNITUDE`]. An error of a quarter costs hardly anything.
    pub const fn set_mean_magnitude(&mut self, magnitude: u8) {
        self.levels = Levels::for_mean(magnitude);
    }

    /// Takes symbol pairs (C1, C2) and writes decided bits in order, eight an octet.
    ///
    /// Over the whole stream, after n pairs the calls together have written the bits of `(n - TRACEBACK_BITS) / BLOCK_BITS` blocks.
    /// The call stops early, saying so in [`CompactProgress::pairs`], rather than drop a block that finds no room.
    pub fn push(&mut self, pairs: &[[i8; 2]], octets: &mut [u8]) -> CompactProgress {
        let levels = self.levels;
        let nibbles = pairs
            .iter()
            .map(|&[c1, c2]| levels.nibble(c1) << 4 | levels.nibble(c2));
        self.take(nibbles, octets)
    }

    /// The same for pairs of levels: C1 in the upper nibble, C2 in the lower one, as two's complement.
    pub fn push_packed(&mut self, pairs: &[u8], octets: &mut [u8]) -> CompactProgress {
        self.take(pairs.iter().map(|&pair| u32::from(pair)), octets)
    }

    fn take(&mut self, pairs: impl Iterator<Item = u32>, octets: &mut [u8]) -> CompactProgress {
        let mut progress = CompactProgress::default();
        let (blocks, _) = octets.as_chunks_mut::<BLOCK_OCTETS>();
        let mut blocks = blocks.iter_mut();
        for pair in pairs {
            if self.fills() && blocks.len() == 0 {
                break;
            }
            progress.pairs += 1;
            self.pending = self.pending << 8 | pair;
            self.pairs += 1;
            if self.pairs == GROUP {
                self.pairs = 0;
                if let Some((block, bits)) = self
                    .core
                    .advance(self.pending)
                    .and_then(|bits| Some((blocks.next()?, bits)))
                {
                    *block = bits;
                    progress.octets += BLOCK_OCTETS;
                }
            }
        }
        progress
    }

    /// Whether the next pair makes a block due.
    fn fills(&self) -> bool {
        self.held_bits() + 1 == TRACEBACK_BITS + BLOCK_BITS
    }

    /// Ends the stream: writes all bits not yet written and returns their number, fewer than 8 · [`TAIL_OCTETS`]. The decoder is then
    /// ready for another stream. The last six bits of a stream are less protected than the rest, as no later symbols speak for them.
    pub fn finish(&mut self, octets: &mut [u8; TAIL_OCTETS]) -> usize {
        let count = self.held_bits();
        // Erased pairs fill the last group; they do not change which path is best.
        let mut first = None;
        if self.pairs > 0 {
            let missing = GROUP - self.pairs;
            first = self.core.advance(self.pending << (8 * missing));
        }
        let (best, _) = self.core.metrics.best();
        let [older, newer] = self.core.trace.finish(best);
        let words = match first {
            Some(block) => [u64::from_be_bytes(block), older],
            None => [older, newer],
        };
        let (blocks, _) = octets.as_chunks_mut::<BLOCK_OCTETS>();
        for (block, word) in blocks.iter_mut().zip(words) {
            *block = word.to_be_bytes();
        }
        self.core.metrics = Metrics::unknown();
        (self.pending, self.pairs) = (0, 0);
        count
    }

    /// Bits that [`CompactViterbi::finish`] would write now.
    pub const fn held_bits(&self) -> usize {
        self.core.trace.held() * GROUP + self.pairs
    }

    /// Whether this decoder takes G2 for inverted.
    pub const fn g2(&self) -> G2 {
        self.core.g2()
    }
}

#[cfg(test)]
mod tests;
