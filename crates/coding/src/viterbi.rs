//! Streaming soft-decision decoder of the K = 7, rate 1/2 convolutional code.
//!
//! Books: CCSDS 131.0-B (section 3, in B-6 section 4) and 211.2-B-3 clause 3.4.2.2, which recommend soft decisions of three bits
//! or more; how to decode is left to the implementer. [`Viterbi`] knows where a pair starts and whether G2 is inverted;
//! [`AutoViterbi`] finds both out. Input is soft (positive = 1, zero = erased), so punctured positions may be filled with zeros.
//!
//! The stream may be endless: path metrics are brought back every 64 bits. Decisions are traced back [`TRACEBACK_BITS`] bits, more
//! than eighteen constraint lengths, before a block of [`BLOCK_BITS`] bits is put out. Inverted symbols give inverted bits (both
//! generators have odd weight), so polarity is for the marker search behind to settle.
//!
//! ```
//! use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
//! use magpie_coding::viterbi::{TAIL_BITS, Viterbi};
//!
//! let symbols: Vec<u8> = ConvolutionalEncoder::new(G2::Inverted).encode_octets(b"ten octets").collect();
//! let pairs: Vec<[i8; 2]> = symbols.chunks(2).map(|c| [c[0], c[1]].map(|bit| if bit == 1 { 60 } else { -60 })).collect();
//! let mut decoder = Viterbi::new(G2::Inverted);
//! let mut bits = [0; TAIL_BITS];
//! let progress = decoder.push(&pairs, &mut bits);
//! assert_eq!((progress.pairs, progress.bits), (80, 0), "a short stream is all in the traceback still");
//! assert_eq!(decoder.finish(&mut bits), 80);
//! assert_eq!(bits[..8], [0, 1, 1, 1, 0, 1, 0, 0], "a `t`");
//! ```

mod auto;
pub mod compact;
mod metric;
mod quality;
mod select;

pub use auto::{AutoViterbi, G2Choice, Run};
pub use compact::{CompactReceiver, CompactViterbi};
pub use quality::Quality;
pub use select::Hypothesis;

use crate::convolutional::G2;
use metric::Metrics;

/// Bits that a decision is looked back on before it is put out.
pub const TRACEBACK_BITS: usize = 128;

/// Bits come out in blocks of this many.
pub const BLOCK_BITS: usize = 128;

/// Room that [`Viterbi::finish`] may need: more bits are never held back.
pub const TAIL_BITS: usize = TRACEBACK_BITS + BLOCK_BITS;

/// What one call of [`Viterbi::push`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pairs taken from the front of the input.
    pub pairs: usize,
    /// Bits written to the front of the output.
    pub bits: usize,
}

/// The decoder for a known pair phase and a known G2.
#[derive(Clone, Debug)]
pub struct Viterbi {
    metrics: Metrics,
    /// One word a step: for every state, which of its two predecessors won.
    decisions: [u64; TAIL_BITS],
    /// Steps held in `decisions`.
    held: usize,
    g2: G2,
}

impl Viterbi {
    /// A decoder that starts in the middle of an unknown stream: every state is equally likely.
    pub const fn new(g2: G2) -> Self {
        Self {
            metrics: Metrics::unknown(),
            decisions: [0; TAIL_BITS],
            held: 0,
            g2,
        }
    }

    /// Takes symbol pairs (C1, C2) and writes decided bits (0 or 1) in order.
    ///
    /// Over the whole stream, after n pairs the calls together have written
    /// `BLOCK_BITS * ((n - TRACEBACK_BITS) / BLOCK_BITS)` bits (none before n = [`TAIL_BITS`]). The call stops early, saying so in
    /// [`Progress::pairs`], rather than drop a block that finds no room; `bits.len() >= pairs.len() + BLOCK_BITS` is always enough
    /// to take all. A slice shorter than [`BLOCK_BITS`] can never receive a block.
    pub fn push(&mut self, pairs: &[[i8; 2]], bits: &mut [u8]) -> Progress {
        let mut done = Progress::default();
        let (mut rest, mut room) = (pairs, bits);
        while !rest.is_empty() {
            // The step that fills the memory waits until its block has room.
            let waits = usize::from(room.len() < BLOCK_BITS);
            let most = TAIL_BITS.saturating_sub(self.held + waits);
            let (now, later) = rest.split_at(most.min(rest.len()));
            if now.is_empty() {
                break;
            }
            self.advance(now);
            done.pairs += now.len();
            rest = later;
            if self.held == TAIL_BITS
                && let Some((block, behind)) = core::mem::take(&mut room).split_first_chunk_mut()
            {
                let block: &mut [u8; BLOCK_BITS] = block;
                self.trace_back(block);
                self.decisions.copy_within(BLOCK_BITS.., 0);
                self.held = TRACEBACK_BITS;
                done.bits += BLOCK_BITS;
                room = behind;
            }
        }
        done
    }

    /// Ends the stream: writes all bits not yet written and returns their number, at most [`TAIL_BITS`] - 1. The decoder is then
    /// ready for another stream. The last six bits of a stream are less protected than the rest, as no later symbols speak for them.
    ///
    /// If `bits` has no room for [`held_bits`](Self::held_bits), nothing is written and the stream has not ended; [`TAIL_BITS`] is
    /// always enough.
    pub fn finish(&mut self, bits: &mut [u8]) -> usize {
        let count = self.held;
        let Some(bits) = bits.get_mut(..count) else {
            return 0;
        };
        self.trace_back(bits);
        self.held = 0;
        self.metrics = Metrics::unknown();
        count
    }

    /// Bits that [`Viterbi::finish`] would write now.
    pub const fn held_bits(&self) -> usize {
        self.held
    }

    /// Whether this decoder takes G2 for inverted.
    pub const fn g2(&self) -> G2 {
        self.g2
    }

    fn advance(&mut self, pairs: &[[i8; 2]]) {
        let sign = match self.g2 {
            G2::Inverted => -1, //= 131.0-B convolutional
            G2::Plain => 1,
        };
        let free = self.decisions.iter_mut().skip(self.held);
        for (decision, &[c1, c2]) in free.zip(pairs) {
            *decision = self.metrics.step(i16::from(c1), sign * i16::from(c2));
        }
        self.held += pairs.len();
    }

    /// Follows the best path back through all that is held and writes its oldest `bits.len()` bits.
    fn trace_back(&self, bits: &mut [u8]) {
        let mut state = self.metrics.best_state();
        let (held, _) = self.decisions.split_at(self.held.min(TAIL_BITS));
        let (oldest, newest) = held.split_at(bits.len().min(held.len()));
        for &decision in newest.iter().rev() {
            state = metric::predecessor(decision, state);
        }
        for (bit, &decision) in bits.iter_mut().zip(oldest).rev() {
            *bit = state & 1;
            state = metric::predecessor(decision, state);
        }
    }
}

#[cfg(test)]
mod tests;
