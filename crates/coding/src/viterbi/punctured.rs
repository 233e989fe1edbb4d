//! Decoding of the punctured rates: symbols that were not sent become erasures, the rest is [`Viterbi`].
//!
//! Book: CCSDS 131.0-B. [`PuncturedViterbi`] knows where a period of the pattern starts; [`AutoPunctured`](super::AutoPunctured) finds it out.
//!
//! ```
//! use magpie_coding::convolutional::{PuncturedEncoder, Rate};
//! use magpie_coding::viterbi::PuncturedViterbi;
//!
//! let sent: Vec<i8> = PuncturedEncoder::new(Rate::ThreeQuarters)
//!     .encode_octets(b"a rate of 3/4")
//!     .map(|bit| if bit == 1 { 40 } else { -40 })
//!     .collect();
//! let mut decoder = PuncturedViterbi::new(Rate::ThreeQuarters);
//! let mut bits = [0; 400];
//! assert_eq!(decoder.push(&sent, &mut bits).symbols, sent.len());
//! assert_eq!(decoder.finish(&mut bits), 13 * 8);
//! assert_eq!(bits[..8], [0, 1, 1, 0, 0, 0, 0, 1], "an `a`");
//! ```

use super::{BLOCK_BITS, BLOCK_OCTETS, Precision, Progress, TAIL_BITS, Viterbi};
use crate::convolutional::Rate;
use crate::engine::Engine;

/// Symbols in the longest period.
pub(super) const LONGEST: usize = 8;

/// Room that [`PuncturedViterbi::finish`] may need.
pub const PUNCTURED_TAIL_BITS: usize = TAIL_BITS + LONGEST - 2;

/// Most pairs that go to the decoder at once: whole blocks and whole periods.
const BATCH_PAIRS: usize = 7 * BLOCK_BITS;

/// What one call of [`PuncturedViterbi::push`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PuncturedProgress {
    /// Symbols taken from the front of the input.
    pub symbols: usize,
    /// Bits written to the front of the output.
    pub bits: usize,
}

/// The decoder for a known rate and a known start of the pattern.
#[derive(Clone, Debug)]
pub struct PuncturedViterbi {
    decoder: Viterbi,
    depuncturer: Depuncturer,
}

impl PuncturedViterbi {
    /// A decoder whose first symbol is the first of a period.
    pub fn new(rate: Rate) -> Self {
        Self::with_engine(rate, Engine::best())
    }

    /// The same with instructions of the caller's choice; the bits do not depend on them.
    pub const fn with_engine(rate: Rate, engine: Engine) -> Self {
        Self {
            decoder: Viterbi::with_engine(rate.g2(), engine),
            depuncturer: Depuncturer::new(rate),
        }
    }

    /// The same at the start of a stream with another precision.
    #[must_use]
    pub const fn with_precision(mut self, precision: Precision) -> Self {
        self.decoder = self.decoder.with_precision(precision);
        self
    }

    /// Takes symbols and writes decided bits (0 or 1) in order, blocks of [`BLOCK_BITS`](super::BLOCK_BITS) as [`Viterbi::push`] does. The call
    /// stops early, saying so in [`PuncturedProgress::symbols`], rather than drop a block that finds no room; a slice that is longer by a
    /// block than the bits of the symbols is always enough to take all.
    pub fn push(&mut self, symbols: &[i8], bits: &mut [u8]) -> PuncturedProgress {
        let blocks = bits.len() / BLOCK_BITS;
        self.push_with(symbols, blocks, |decoder, pairs, written| {
            decoder.push(pairs, bits.get_mut(written..).unwrap_or_default())
        })
    }

    /// The same with bits packed eight an octet.
    pub fn push_packed(&mut self, symbols: &[i8], octets: &mut [u8]) -> PuncturedProgress {
        let blocks = octets.len() / BLOCK_OCTETS;
        self.push_with(symbols, blocks, |decoder, pairs, written| {
            decoder.push_packed(pairs, octets.get_mut(written / 8..).unwrap_or_default())
        })
    }

    fn push_with(
        &mut self,
        symbols: &[i8],
        blocks: usize,
        mut decode: impl FnMut(&mut Viterbi, &[[i8; 2]], usize) -> Progress,
    ) -> PuncturedProgress {
        let mut done = PuncturedProgress::default();
        let mut pairs = [[0; 2]; BATCH_PAIRS];
        while let Some(rest) = symbols.get(done.symbols..)
            && !rest.is_empty()
        {
            let left = blocks.saturating_sub(done.bits / BLOCK_BITS);
            let most = self.decoder.capacity(left).min(BATCH_PAIRS);
            let room = pairs.get_mut(..most).unwrap_or_default();
            let (taken, filled) = self.depuncturer.expand(rest, room);
            if taken == 0 && filled == 0 {
                break;
            }
            done.symbols += taken;
            let pairs = pairs.get(..filled).unwrap_or_default();
            done.bits += decode(&mut self.decoder, pairs, done.bits).bits;
        }
        done
    }

    /// Ends the stream: writes all bits not yet written and returns their number, less than [`PUNCTURED_TAIL_BITS`]. The decoder is then
    /// ready for another stream, whose first symbol begins a period. Without room for [`held_bits`](Self::held_bits) nothing is done.
    pub fn finish(&mut self, bits: &mut [u8]) -> usize {
        if bits.len() < self.held_bits() {
            return 0;
        }
        let mut pairs = [[0; 2]; LONGEST];
        let count = self.depuncturer.flush(&mut pairs);
        let pairs = pairs.get(..count).unwrap_or_default();
        let written = self.decoder.push(pairs, bits).bits;
        written
            + self
                .decoder
                .finish(bits.get_mut(written..).unwrap_or_default())
    }

    /// Bits that [`PuncturedViterbi::finish`] would write now.
    pub fn held_bits(&self) -> usize {
        self.decoder.held_bits() + self.depuncturer.clone().flush(&mut [[0; 2]; LONGEST])
    }

    /// The rate.
    pub const fn rate(&self) -> Rate {
        self.depuncturer.rate
    }
}

/// Fills in erasures where symbols were not sent.
#[derive(Clone, Debug)]
pub(super) struct Depuncturer {
    rate: Rate,
    /// Symbols of a period that is not complete.
    partial: [i8; LONGEST],
    held: usize,
}

impl Depuncturer {
    pub(super) const fn new(rate: Rate) -> Self {
        Self {
            rate,
            partial: [0; LONGEST],
            held: 0,
        }
    }

    /// Takes symbols from the front and fills pairs, whole periods only; says how many it took and how many it filled.
    pub(super) fn expand(&mut self, symbols: &[i8], pairs: &mut [[i8; 2]]) -> (usize, usize) {
        let (period, bits) = (self.rate.symbols(), self.rate.bits());
        let (mut taken, mut filled) = (0, 0);
        if self.held > 0 || symbols.len() < period {
            taken = self.collect(symbols);
            if self.held < period || pairs.len() < bits {
                return (taken, 0);
            }
            let complete = self.partial.get(..period).unwrap_or_default();
            filled = expand_periods(self.rate, complete, pairs) * bits;
            self.held = 0;
        }
        let periods = expand_periods(
            self.rate,
            symbols.get(taken..).unwrap_or_default(),
            pairs.get_mut(filled..).unwrap_or_default(),
        );
        taken += periods * period;
        filled += periods * bits;
        (taken, filled)
    }

    /// Takes symbols into the incomplete period, the one that completes it too.
    fn collect(&mut self, symbols: &[i8]) -> usize {
        let room = self.partial.get_mut(self.held..self.rate.symbols());
        let mut count = 0;
        for (place, symbol) in room.unwrap_or_default().iter_mut().zip(symbols) {
            *place = *symbol;
            count += 1;
        }
        self.held += count;
        count
    }

    /// The pairs of an incomplete period of which anything is known; their number.
    pub(super) fn flush(&mut self, pairs: &mut [[i8; 2]; LONGEST]) -> usize {
        let mut symbols = self.partial.iter().take(self.held);
        let mut count = 0;
        for (pair, keep) in pairs.iter_mut().zip(self.rate.pattern()) {
            if symbols.len() == 0 {
                break;
            }
            for (place, _) in pair.iter_mut().zip(keep).filter(|(_, keep)| **keep) {
                *place = symbols.next().copied().unwrap_or(0);
            }
            count += 1;
        }
        self.held = 0;
        count
    }
}

/// Fills in the erasures of as many whole periods as both slices hold, and says how many.
fn expand_periods(rate: Rate, symbols: &[i8], pairs: &mut [[i8; 2]]) -> usize {
    //= 131.0-B punctured
    match rate {
        Rate::Half => each(symbols, pairs, |&[a, b]: &[i8; 2]| [[a, b]]),
        Rate::TwoThirds => each(symbols, pairs, |&[a, b, c]: &[i8; 3]| [[a, b], [0, c]]),
        Rate::ThreeQuarters => each(symbols, pairs, |&[a, b, c, d]: &[i8; 4]| {
            [[a, b], [0, c], [d, 0]]
        }),
        Rate::FiveSixths => each(symbols, pairs, |&[a, b, c, d, e, f]: &[i8; 6]| {
            [[a, b], [0, c], [d, 0], [0, e], [f, 0]]
        }),
        Rate::SevenEighths => each(symbols, pairs, |&[a, b, c, d, e, f, g, h]: &[i8; 8]| {
            [[a, b], [0, c], [0, d], [0, e], [f, 0], [0, g], [h, 0]]
        }),
    }
}

fn each<const S: usize, const B: usize>(
    symbols: &[i8],
    pairs: &mut [[i8; 2]],
    expand: impl Fn(&[i8; S]) -> [[i8; 2]; B],
) -> usize {
    let (periods, _) = symbols.as_chunks::<S>();
    let (rooms, _) = pairs.as_chunks_mut::<B>();
    for (room, period) in rooms.iter_mut().zip(periods) {
        *room = expand(period);
    }
    periods.len().min(rooms.len())
}
