//! A decoder of a punctured rate that finds out where the pattern starts.
//!
//! Book: CCSDS 131.0-B. While nothing is known, 8192 symbols are collected and decoded under every phase of the pattern; the decisions are
//! encoded again, and the phase that explains the symbols best is taken if it explains them better than noise could be explained. No bit is
//! handed out before, and none of the window is lost. Then one decoder runs, its mismatch watched over sixteen blocks; if that rises
//! to the level of noise (after a slip, say), the search begins anew with the symbols that follow.
//!
//! The higher the rate, the less the redundancy that tells a signal from noise: at 7/8 noise leaves a mismatch of 1 %.
//!
//! ```
//! use magpie_coding::convolutional::{PuncturedEncoder, Rate};
//! use magpie_coding::viterbi::AutoPunctured;
//!
//! let octets: Vec<u8> = (0..2000_u32).map(|n| (n * n >> 3) as u8).collect();
//! let mut encoder = PuncturedEncoder::new(Rate::SevenEighths);
//! let sent = encoder.encode_octets(&octets).map(|bit| if bit == 1 { 40 } else { -40 });
//! let symbols: Vec<i8> = sent.skip(3).collect();
//! let mut decoder = AutoPunctured::new(Rate::SevenEighths);
//! let mut bits = 0;
//! decoder.push(&symbols, |run| bits += run.bits().len());
//! assert!(bits > 10_000 && decoder.phase() == Some(5), "five symbols before the next period");
//! ```

use super::punctured::{Depuncturer, LONGEST};
use super::quality::{Grains, Quality, Spread, compare_block, spread_block};
use super::{BLOCK_BITS, BLOCK_OCTETS, OCTETS, PUNCTURED_TAIL_BITS, Precision, Viterbi, unpack};
use crate::convolutional::Rate;
use crate::engine::Engine;

/// Symbols that a search looks at.
const WINDOW: usize = 8192;

/// Blocks that are decoded before a search begins to compare: the first bits are weak.
const SKIPPED_BLOCKS: usize = 1;

/// Blocks over which the mismatch is watched.
const WATCH_BLOCKS: u32 = 16;

/// Bits decided one after the other.
#[derive(Clone, Copy, Debug)]
pub struct PuncturedRun<'a> {
    bits: &'a [u8],
    quality: Quality,
}

impl<'a> PuncturedRun<'a> {
    /// The bits, 0 or 1.
    pub fn bits(&self) -> &'a [u8] {
        self.bits
    }

    /// How well the block explains its symbols; nothing at the end of a stream.
    pub fn quality(&self) -> Quality {
        self.quality
    }
}

/// The decoder that finds the phase of the pattern.
#[derive(Clone, Debug)]
pub struct AutoPunctured {
    rate: Rate,
    engine: Engine,
    precision: Precision,
    window: [i8; WINDOW],
    held: usize,
    track: Option<Track>,
    phase: usize,
    slips: u32,
}

impl AutoPunctured {
    /// A decoder that knows the rate only.
    pub fn new(rate: Rate) -> Self {
        Self::with_engine(rate, Engine::best())
    }

    /// The same with instructions of the caller's choice.
    pub const fn with_engine(rate: Rate, engine: Engine) -> Self {
        Self {
            rate,
            engine,
            precision: Precision::Full,
            window: [0; WINDOW],
            held: 0,
            track: None,
            phase: 0,
            slips: 0,
        }
    }

    /// The same at the start of a stream with another precision.
    #[must_use]
    pub const fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Takes any number of symbols and hands the bits that are decided to `sink`, in order of time.
    pub fn push(&mut self, symbols: &[i8], mut sink: impl FnMut(&PuncturedRun<'_>)) {
        let mut rest = symbols;
        while !rest.is_empty() {
            if let Some(track) = &mut self.track {
                let taken = track.push(rest, &mut sink);
                (_, rest) = rest.split_at(taken.min(rest.len()));
                if track.lost {
                    self.track = None;
                    self.held = 0;
                    self.slips += 1;
                }
                continue;
            }
            let room = self.window.get_mut(self.held..).unwrap_or_default();
            let (head, tail) = rest.split_at(room.len().min(rest.len()));
            for (place, symbol) in room.iter_mut().zip(head) {
                *place = *symbol;
            }
            self.held += head.len();
            rest = tail;
            if self.held == WINDOW {
                self.search(&mut sink);
            }
        }
    }

    /// Ends the stream: hands out all bits that are left, if the phase is known. The decoder is then ready for another stream.
    pub fn finish(&mut self, mut sink: impl FnMut(&PuncturedRun<'_>)) {
        if let Some(track) = &mut self.track {
            let mut bits = [0; PUNCTURED_TAIL_BITS];
            let count = track.finish(&mut bits);
            sink(&PuncturedRun {
                bits: bits.get(..count).unwrap_or_default(),
                quality: Quality::default(),
            });
        }
        *self = Self::with_engine(self.rate, self.engine).with_precision(self.precision);
    }

    /// Symbols in front of the first whole period of the window in which the pattern was found; `None` while it is searched for.
    pub fn phase(&self) -> Option<usize> {
        self.track.is_some().then_some(self.phase)
    }

    /// Times that the pattern was found and lost again.
    pub fn slips(&self) -> u32 {
        self.slips
    }

    /// Decodes the window under every phase and takes the best if it is good enough; if not, lets go of half of the window.
    fn search(&mut self, sink: &mut impl FnMut(&PuncturedRun<'_>)) {
        let mut best: Option<(f32, usize)> = None;
        for phase in 0..self.rate.symbols() {
            let mut track = Track::new(self.rate, self.engine, self.precision);
            let symbols = self.window.get(phase..).unwrap_or_default();
            track.run(symbols, &mut |_| ());
            let ratio = track.sum.quality.mismatch_ratio();
            let limit = limit(self.rate, track.sum.spread);
            if let Some(ratio) = ratio
                && ratio < limit
                && best.is_none_or(|(least, _)| ratio < least)
            {
                best = Some((ratio, phase));
            }
        }
        if let Some((_, phase)) = best {
            let mut track = Track::new(self.rate, self.engine, self.precision);
            track.run(self.window.get(phase..).unwrap_or_default(), sink);
            track.sum = Sum::default();
            track.lost = false;
            self.phase = phase;
            self.track = Some(track);
            self.held = 0;
        } else {
            self.window.copy_within(WINDOW / 2.., 0);
            self.held = WINDOW / 2;
        }
    }
}

/// The mismatch ratio below which a stretch is no noise.
///
/// Over a window, noise alone leaves 0.074, 0.034, 0.021, 0.012 and 0.0090 (rates 1/2 to 7/8) if it is Gaussian, 0.125, 0.073, 0.051, 0.033 and
/// 0.024 if only its sign is known, each ± 0.0013; the limits are four to five times that below, and follow the shape of the symbols between.
/// Where one symbol in ten is erased that should not be, any few that are left fit some code word, and nothing is said.
fn limit(rate: Rate, spread: Spread) -> f32 {
    let (soft, hard) = match rate {
        Rate::Half => (0.066, 0.118),
        Rate::TwoThirds => (0.028, 0.067),
        Rate::ThreeQuarters => (0.015, 0.045),
        Rate::FiveSixths => (0.0062, 0.0275),
        Rate::SevenEighths => (0.0036, 0.018),
    };
    let expected = spread.symbols as f32 * rate.symbols() as f32 / (2.0 * rate.bits() as f32);
    if (spread.count as f32) < 0.9 * expected {
        return 0.0;
    }
    let above_gaussian = (spread.shape() - 0.637) / 0.363;
    soft + above_gaussian.clamp(0.0, 1.0) * (hard - soft)
}

/// Sums over watched blocks.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    quality: Quality,
    spread: Spread,
    blocks: u32,
}

/// One decoder, with the symbols of the block that it has not decided yet.
#[derive(Clone, Debug)]
struct Track {
    decoder: Viterbi,
    depuncturer: Depuncturer,
    rate: Rate,
    engine: Engine,
    /// The block before and the one that is collected.
    pairs: [[[i8; 2]; BLOCK_BITS]; 2],
    filled: usize,
    decided: usize,
    register: u32,
    sum: Sum,
    lost: bool,
}

impl Track {
    const fn new(rate: Rate, engine: Engine, precision: Precision) -> Self {
        Self {
            decoder: Viterbi::with_engine(rate.g2(), engine).with_precision(precision),
            depuncturer: Depuncturer::new(rate),
            rate,
            engine,
            pairs: [[[0; 2]; BLOCK_BITS]; 2],
            filled: 0,
            decided: 0,
            register: 0,
            sum: Sum {
                quality: Quality {
                    mismatch: 0,
                    magnitude: 0,
                    errors: 0,
                    symbols: 0,
                },
                spread: Spread {
                    symbols: 0,
                    count: 0,
                    magnitude: 0,
                    energy: 0,
                },
                blocks: 0,
            },
            lost: false,
        }
    }

    /// Takes symbols until the signal is lost and says how many.
    fn push(&mut self, symbols: &[i8], sink: &mut impl FnMut(&PuncturedRun<'_>)) -> usize {
        let mut taken = 0;
        while let Some(rest) = symbols.get(taken..)
            && !rest.is_empty()
        {
            taken += self.piece(rest, sink);
            if self.sum.blocks >= WATCH_BLOCKS {
                let limit = limit(self.rate, self.sum.spread);
                let ratio = self.sum.quality.mismatch_ratio();
                self.lost = ratio.is_none_or(|ratio| ratio > limit);
                self.sum = Sum::default();
                if self.lost {
                    break;
                }
            }
        }
        taken
    }

    /// Takes all symbols, whatever they are like.
    fn run(&mut self, symbols: &[i8], sink: &mut impl FnMut(&PuncturedRun<'_>)) {
        let mut taken = 0;
        while let Some(rest) = symbols.get(taken..)
            && !rest.is_empty()
        {
            taken += self.piece(rest, sink);
        }
    }

    /// Takes symbols up to the end of a block.
    fn piece(&mut self, symbols: &[i8], sink: &mut impl FnMut(&PuncturedRun<'_>)) -> usize {
        let [_, newer] = &mut self.pairs;
        let room = newer.get_mut(self.filled..).unwrap_or_default();
        // A period does not end where a block does: what is over waits in the next block.
        let mut few = [[0; 2]; LONGEST];
        if room.len() >= self.rate.bits() {
            let (taken, filled) = self.depuncturer.expand(symbols, room);
            self.filled += filled;
            if self.filled == BLOCK_BITS {
                self.block(sink);
            }
            return taken;
        }
        let (taken, filled) = self.depuncturer.expand(
            symbols
                .get(..self.rate.symbols().min(symbols.len()))
                .unwrap_or_default(),
            &mut few,
        );
        for pair in few.into_iter().take(filled) {
            if let Some(place) = self.pairs[1].get_mut(self.filled) {
                *place = pair;
                self.filled += 1;
            }
            if self.filled == BLOCK_BITS {
                self.block(sink);
            }
        }
        taken
    }

    /// Decodes the collected block, which decides the one before, and weighs that.
    fn block(&mut self, sink: &mut impl FnMut(&PuncturedRun<'_>)) {
        let mut octets = [0; OCTETS];
        let [older, newer] = self.pairs;
        let bits = self.decoder.push_packed(&newer, &mut octets).bits;
        if bits > 0 {
            let quality = self.weigh(&older, &octets);
            let mut bits = [0; BLOCK_BITS];
            unpack(&octets, &mut bits);
            sink(&PuncturedRun {
                bits: &bits,
                quality,
            });
            self.decided += 1;
        }
        self.pairs = [newer, [[0; 2]; BLOCK_BITS]];
        self.filled = 0;
    }

    /// Ends the stream and gives the number of bits that were left.
    fn finish(&mut self, bits: &mut [u8; PUNCTURED_TAIL_BITS]) -> usize {
        let [_, newer] = &self.pairs;
        let mut few = [[0; 2]; LONGEST];
        let count = self.depuncturer.flush(&mut few);
        let mut written = 0;
        for pairs in [newer.get(..self.filled), few.get(..count)] {
            let room = bits.get_mut(written..).unwrap_or_default();
            written += self.decoder.push(pairs.unwrap_or_default(), room).bits;
        }
        written
            + self
                .decoder
                .finish(bits.get_mut(written..).unwrap_or_default())
    }

    fn weigh(&mut self, pairs: &[[i8; 2]; BLOCK_BITS], octets: &[u8; BLOCK_OCTETS]) -> Quality {
        let mut windows = Grains::default();
        for (window, word) in windows.iter_mut().zip(octets.as_chunks().0) {
            *window = self.register << 16 | u32::from(u16::from_be_bytes(*word));
            self.register = *window & 0x3F;
        }
        let Some(symbols) = pairs.as_flattened().first_chunk() else {
            return Quality::default(); // never: as long as a block
        };
        let mut quality = Quality::default();
        for grain in compare_block(self.engine, &windows, symbols, self.rate.g2()) {
            quality.add(grain);
        }
        if self.decided >= SKIPPED_BLOCKS {
            for grain in spread_block(self.engine, symbols) {
                self.sum.spread.add(grain);
            }
            self.sum.quality.add(quality);
            self.sum.blocks += 1;
        }
        quality
    }
}
