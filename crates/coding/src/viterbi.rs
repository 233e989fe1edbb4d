//! Streaming soft-decision decoder of the K = 7, rate 1/2 convolutional code.
//!
//! Books: CCSDS 131.0-B (section 3, in B-6 section 4) and 211.2-B-3 clause 3.4.2.2, which recommend soft decisions of three bits
//! or more; how to decode is left to the implementer. [`Viterbi`] knows where a pair starts and whether G2 is inverted;
//! [`AutoViterbi`] finds both out; [`PuncturedViterbi`] and [`AutoPunctured`] do the punctured rates. Input is soft (positive = 1, zero =
//! erased).
//!
//! The stream may be endless: path metrics are brought back on the way. Decisions are traced back [`TRACEBACK_BITS`] bits or more, twenty
//! constraint lengths, before a block of [`BLOCK_BITS`] bits is put out. Inverted symbols give inverted bits (both
//! generators have odd weight), so polarity is for the marker search behind to settle.
//!
//! Symbols are weighed in full unless [`Precision::Fast`] is asked for: that rounds them to 25 levels, eight steps of an `i8` each, so that path
//! metrics fit octets. It is made for the level that [`soft`](crate::soft) gives, and costs some 0.1 dB there (more at punctured rates).
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
mod auto_punctured;
pub mod compact;
#[cfg(feature = "std")]
pub mod list;
mod punctured;
pub(crate) mod quality;
mod run;
mod select;
mod trace;
pub(crate) mod trellis;

pub use auto::{AutoViterbi, G2Choice};
pub use auto_punctured::{AutoPunctured, PuncturedRun};
pub use compact::{CompactReceiver, CompactViterbi};
pub use punctured::{PUNCTURED_TAIL_BITS, PuncturedProgress, PuncturedViterbi};
pub use quality::Quality;
pub use run::Run;
pub use select::Hypothesis;

use crate::convolutional::G2;
use crate::engine::Engine;
use trace::BATCH;
use trellis::full::FullPaths;
use trellis::{Block, OCTETS, Paths, STEPS};

/// Bits that a decision is looked back on before it is put out.
pub const TRACEBACK_BITS: usize = STEPS;

/// Bits come out in blocks of this many.
pub const BLOCK_BITS: usize = STEPS;

/// Octets of a block.
pub const BLOCK_OCTETS: usize = OCTETS;

/// Room that [`Viterbi::finish`] may need: more bits are never held back.
pub const TAIL_BITS: usize = TRACEBACK_BITS + BLOCK_BITS;

/// Erased pairs that end a stream at least: behind them all paths join.
const FLUSH_PAIRS: usize = 6;

/// What one call of [`Viterbi::push`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pairs taken from the front of the input.
    pub pairs: usize,
    /// Bits written to the front of the output.
    pub bits: usize,
}

/// How finely a symbol is weighed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// All 127 magnitudes.
    #[default]
    Full,
    /// Twelve magnitudes: some 0.1 dB less, and half as fast again. For symbols of a mean magnitude near
    /// [`MEAN_MAGNITUDE`](crate::soft::MEAN_MAGNITUDE).
    Fast,
}

/// Metrics and histories of all states.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Survivors {
    Full(FullPaths),
    Fast(Paths),
}

impl Survivors {
    /// Nothing is known about the state.
    const fn unknown(precision: Precision) -> Self {
        match precision {
            Precision::Full => Self::Full(FullPaths::UNKNOWN),
            Precision::Fast => Self::Fast(Paths::UNKNOWN),
        }
    }
}

/// The decoder for a known pair phase and a known G2. 7 KB.
#[derive(Clone, Debug)]
pub struct Viterbi {
    survivors: Survivors,
    precision: Precision,
    /// The block before the stream's newest one, and room for those of a batch.
    blocks: [Block; BATCH + 1],
    /// Whether there is a block before.
    behind: bool,
    /// Pairs of a block that is not complete yet.
    pending: [[i8; 2]; STEPS],
    held: usize,
    g2: G2,
    engine: Engine,
}

impl Viterbi {
    /// A decoder that starts in the middle of an unknown stream: every state is equally likely.
    pub fn new(g2: G2) -> Self {
        Self::with_engine(g2, Engine::best())
    }

    /// The same with instructions of the caller's choice; the bits do not depend on them.
    pub const fn with_engine(g2: G2, engine: Engine) -> Self {
        Self {
            survivors: Survivors::unknown(Precision::Full),
            precision: Precision::Full,
            blocks: [const { Block::EMPTY }; BATCH + 1],
            behind: false,
            pending: [[0; 2]; STEPS],
            held: 0,
            g2,
            engine,
        }
    }

    /// The same at the start of a stream with another precision.
    #[must_use]
    pub const fn with_precision(mut self, precision: Precision) -> Self {
        self.survivors = Survivors::unknown(precision);
        self.precision = precision;
        self
    }

    /// Takes symbol pairs (C1, C2) and writes decided bits (0 or 1) in order.
    ///
    /// Over the whole stream, after n pairs the calls together have written
    /// `BLOCK_BITS * ((n - TRACEBACK_BITS) / BLOCK_BITS)` bits (none before n = [`TAIL_BITS`]). The call stops early, saying so in
    /// [`Progress::pairs`], rather than drop a block that finds no room; `bits.len() >= pairs.len() + BLOCK_BITS` is always enough
    /// to take all. A slice shorter than [`BLOCK_BITS`] can never receive a block.
    pub fn push(&mut self, pairs: &[[i8; 2]], bits: &mut [u8]) -> Progress {
        let (rooms, _) = bits.as_chunks_mut::<BLOCK_BITS>();
        self.push_blocks(pairs, rooms, |room, octets| unpack(octets, room))
    }

    /// The same with bits packed eight an octet, the first in the most significant place: [`Progress::bits`] of them, a multiple of
    /// [`BLOCK_BITS`].
    pub fn push_packed(&mut self, pairs: &[[i8; 2]], octets: &mut [u8]) -> Progress {
        let (rooms, _) = octets.as_chunks_mut::<BLOCK_OCTETS>();
        self.push_blocks(pairs, rooms, |room, octets| *room = *octets)
    }

    fn push_blocks<T>(
        &mut self,
        pairs: &[[i8; 2]],
        rooms: &mut [T],
        mut write: impl FnMut(&mut T, &[u8; OCTETS]),
    ) -> Progress {
        let mut rooms = rooms.iter_mut();
        let mut rest = pairs;
        let mut decided = [[0; OCTETS]; BATCH];
        let mut blocks = 0;
        while !rest.is_empty() {
            // The pair that completes a block waits until the block before it has room.
            let room = rooms.len() + usize::from(!self.behind);
            let (whole, _) = rest.as_chunks::<STEPS>();
            let ready = whole.len().min(room).min(BATCH);
            let written = if self.held == 0 && ready > 0 {
                rest = rest.get(ready * STEPS..).unwrap_or_default();
                self.decode(whole.get(..ready).unwrap_or_default(), &mut decided)
            } else {
                let taken = self.collect(rest, room > 0);
                if taken == 0 {
                    break;
                }
                rest = rest.get(taken..).unwrap_or_default();
                self.decode_pending(&mut decided)
            };
            for (octets, place) in decided.iter().take(written).zip(&mut rooms) {
                write(place, octets);
                blocks += 1;
            }
        }
        Progress {
            pairs: pairs.len() - rest.len(),
            bits: blocks * BLOCK_BITS,
        }
    }

    /// Ends the stream: writes all bits not yet written and returns their number, at most [`TAIL_BITS`] - 1. The decoder is then
    /// ready for another stream. The last six bits of a stream are less protected than the rest, as no later symbols speak for them.
    ///
    /// If `bits` has no room for [`held_bits`](Self::held_bits), nothing is written and the stream has not ended; [`TAIL_BITS`] is
    /// always enough.
    pub fn finish(&mut self, bits: &mut [u8]) -> usize {
        let count = self.held_bits();
        let Some(bits) = bits.get_mut(..count) else {
            return 0;
        };
        let octets = self.flush();
        for (eight, octet) in bits.chunks_mut(8).zip(octets.as_flattened()) {
            for (bit, decided) in eight.iter_mut().zip(eight_bits(*octet)) {
                *bit = decided;
            }
        }
        count
    }

    /// The same with bits packed eight an octet; returns the number of bits. The places behind the last bit are zeros.
    pub fn finish_packed(&mut self, octets: &mut [u8]) -> usize {
        let count = self.held_bits();
        let Some(room) = octets.get_mut(..count.div_ceil(8)) else {
            return 0;
        };
        let decided = self.flush();
        for (place, octet) in room.iter_mut().zip(decided.as_flattened()) {
            *place = *octet;
        }
        if let Some(last) = room.last_mut() {
            *last &= !(0xFF_u8
                .checked_shr(((count + 7) % 8 + 1) as u32)
                .unwrap_or(0));
        }
        count
    }

    /// Bits that [`Viterbi::finish`] would write now.
    pub const fn held_bits(&self) -> usize {
        self.held + if self.behind { BLOCK_BITS } else { 0 }
    }

    /// Whether this decoder takes G2 for inverted.
    pub const fn g2(&self) -> G2 {
        self.g2
    }

    /// Pairs that can be taken before a block finds no room, if there is room for so many.
    const fn capacity(&self, rooms: usize) -> usize {
        let blocks = rooms + if self.behind { 1 } else { 2 };
        (blocks * STEPS - 1).saturating_sub(self.held)
    }

    /// Takes pairs into the block that is being collected, its last one only if it `may_complete`, and says how many.
    fn collect(&mut self, pairs: &[[i8; 2]], may_complete: bool) -> usize {
        let end = STEPS - usize::from(!may_complete);
        let room = self.pending.get_mut(self.held..end).unwrap_or_default();
        let count = room.len().min(pairs.len());
        for (place, pair) in room.iter_mut().zip(pairs) {
            *place = *pair;
        }
        self.held += count;
        count
    }

    fn decode_pending(&mut self, decided: &mut [[u8; OCTETS]; BATCH]) -> usize {
        if self.held < STEPS {
            return 0;
        }
        self.held = 0;
        let pending = self.pending;
        self.decode(&[pending], decided)
    }

    /// Decodes up to [`BATCH`] blocks and returns the number of blocks decided, which is one less at the start of the stream.
    fn decode(&mut self, batch: &[[[i8; 2]; STEPS]], decided: &mut [[u8; OCTETS]; BATCH]) -> usize {
        let [_, newer @ ..] = &mut self.blocks;
        for (pairs, block) in batch.iter().zip(newer) {
            advance(self.engine, &mut self.survivors, pairs, self.g2, block);
        }
        let started = self.behind;
        self.behind = true;
        if started && batch.len() == BATCH {
            match self.precision {
                Precision::Full => trace::four(&self.blocks, decided, trellis::full::before),
                Precision::Fast => trace::four(&self.blocks, decided, trace::before),
            }
            let [first, .., last] = &mut self.blocks;
            first.groups = last.groups;
            return BATCH;
        }
        let skipped = usize::from(!started);
        let both = self.blocks.iter().zip(self.blocks.iter().skip(1));
        let ways = both.take(batch.len()).skip(skipped);
        let mut count = 0;
        for ((older, newer), octets) in ways.zip(decided.iter_mut()) {
            match self.precision {
                Precision::Full => trace::one(older, newer, octets, trellis::full::before),
                Precision::Fast => trace::one(older, newer, octets, trace::before),
            }
            count += 1;
        }
        let [first, newer @ ..] = &mut self.blocks;
        if let Some(last) = newer.get(batch.len().wrapping_sub(1)) {
            first.groups = last.groups;
        }
        count
    }

    /// Decodes what is held, followed by erasures, and gives all that is not decided yet.
    fn flush(&mut self) -> [[u8; OCTETS]; 2] {
        let mut octets = [[0; OCTETS]; BATCH + 1];
        for pair in self.pending.iter_mut().skip(self.held) {
            *pair = [0; 2];
        }
        let blocks = if self.held + FLUSH_PAIRS > STEPS {
            2
        } else {
            1
        };
        let [_, newer @ ..] = &mut self.blocks;
        let erased = [[0; 2]; STEPS];
        for (pairs, block) in [&self.pending, &erased].into_iter().zip(newer).take(blocks) {
            advance(self.engine, &mut self.survivors, pairs, self.g2, block);
        }
        let (used, _) = self.blocks.split_at(blocks + 1);
        match self.precision {
            Precision::Full => trace::all(used, &mut octets, trellis::full::before),
            Precision::Fast => trace::all(used, &mut octets, trace::before),
        }
        let [first, second, third, ..] = octets;
        let decided = if self.behind {
            [first, second]
        } else {
            [second, third]
        };
        self.survivors = Survivors::unknown(self.precision);
        self.behind = false;
        self.held = 0;
        decided
    }
}

/// The kernel of the engine.
fn advance(
    engine: Engine,
    survivors: &mut Survivors,
    pairs: &[[i8; 2]; STEPS],
    g2: G2,
    block: &mut Block,
) {
    match survivors {
        Survivors::Full(paths) => {
            #[cfg(feature = "std")]
            if crate::simd::viterbi::advance_full(engine, paths, pairs, g2, block) {
                return;
            }
            trellis::full::advance(paths, pairs, g2, block);
        }
        Survivors::Fast(paths) => {
            #[cfg(feature = "std")]
            if crate::simd::viterbi::advance(engine, paths, pairs, g2, block) {
                return;
            }
            trellis::advance(paths, pairs, g2, block);
        }
    }
    let _ = engine;
}

/// Brings the items from place `by` on to the front. `copy_within` would do, but for a check that is not always seen to hold.
fn shift_down<T: Copy>(items: &mut [T], by: usize) {
    let mut rest = items;
    while by > 0
        && let Some((low, high)) = rest.split_at_mut_checked(by)
        && !high.is_empty()
    {
        for (to, from) in low.iter_mut().zip(high.iter()) {
            *to = *from;
        }
        rest = high;
    }
}

/// Octets to bits, one an element.
pub(crate) fn unpack(octets: &[u8; OCTETS], bits: &mut [u8; BLOCK_BITS]) {
    let (eights, _) = bits.as_chunks_mut::<8>();
    for (eight, &octet) in eights.iter_mut().zip(octets) {
        *eight = eight_bits(octet);
    }
}

/// The bits of an octet, the most significant first.
const fn eight_bits(octet: u8) -> [u8; 8] {
    // Copies of the octet in eight lanes; each keeps its own bit and moves it down.
    let copies = (octet as u64 * 0x0101_0101_0101_0101) & 0x0102_0408_1020_4080;
    ((copies + 0x7F7E_7C78_7060_4000) >> 7 & 0x0101_0101_0101_0101).to_le_bytes()
}

#[cfg(test)]
mod tests;
