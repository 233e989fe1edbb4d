//! The search for a marker in soft symbols: correlation.
//!
//! Book: 131.0-B (markers); how a receiver finds them is the implementer's. For every place the sum of the symbols, each with the sign of the
//! marker's bit, is compared with the sum of their magnitudes: 100 percent where every symbol agrees, −100 where every one is turned over,
//! about ±125 / √n percent (one standard deviation) in noise, n being the marker's bits. So a threshold does not depend on the receiver's
//! gain. With symbols of equal magnitude it is the search in hard bits: p percent let (100 − p) / 200 of the bits be wrong.
//!
//! Bounds. Memory: one marker length (and some hundred octets of stack, 4 kilobytes on hosts). Work: one addition a symbol and
//! marker bit, 16 to 32 at once in vector code. Hits depend only on the symbols and not on how they were cut into calls.
//!
//! ```
//! use magpie_coding::asm::{Asm, Polarity, SoftMarkerSearch};
//! let mut symbols = [3_i8; 100];
//! for (at, symbol) in (0..).zip(&mut symbols[20..84]) {
//!     *symbol = if Asm::CSM.bit(at) == 1 { -9 } else { 30 };
//! }
//! let mut found = Vec::new();
//! let mut search = SoftMarkerSearch::new(Asm::CSM, 70, Polarity::Both);
//! search.handle_symbols(&symbols, &mut |hit| found.push((hit.at, hit.inverted, hit.percent())));
//! assert_eq!(found, [(20, true, 100)]);
//! ```

use super::{Asm, MAX_MARKER_BITS, Polarity};
#[cfg(feature = "std")]
use crate::engine::Engine;

/// Symbols that a search must keep at most: the longest marker but one.
const HISTORY: usize = MAX_MARKER_BITS as usize - 1;

/// Places that are correlated at once.
pub(crate) const TILE: usize = if cfg!(feature = "std") { 512 } else { 64 };

/// Places that are looked at only if one of them may pass.
pub(crate) const GROUP: usize = 32;

/// The symbols that they need.
pub(crate) const TILE_SYMBOLS: usize = TILE + MAX_MARKER_BITS as usize;

/// How well symbols agree with a marker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correlation {
    /// The symbols, each with the sign of its marker bit, summed up.
    pub sum: i32,
    /// Their magnitudes, summed up.
    pub magnitude: i32,
}

impl Correlation {
    /// From −100 (all turned over) to 100 (all agree), towards zero; 0 if all symbols are erased.
    pub const fn percent(self) -> i32 {
        match (self.sum * 100).checked_div(self.magnitude) {
            Some(percent) => percent,
            None => 0,
        }
    }

    /// At least `percent` of the magnitude agree, upright (`Some(false)`) or turned over (`Some(true)`).
    const fn passes(self, percent: i32, polarity: Polarity) -> Option<bool> {
        if self.magnitude == 0 || self.sum.abs() * 100 < percent * self.magnitude {
            return None;
        }
        match (self.sum < 0, polarity) {
            (true, Polarity::Normal) => None,
            (inverted, _) => Some(inverted),
        }
    }
}

impl Asm {
    /// The correlation of this marker with the first symbols of `symbols` (−128 counts as −127), as where a rhythm expects it; `None` if there
    /// are too few.
    pub fn correlate(self, symbols: &[i8]) -> Option<Correlation> {
        let window = symbols.get(..self.len_bits as usize)?;
        let mut all = Correlation::default();
        for (at, &symbol) in (0..).zip(window) {
            let soft = i32::from(symbol).max(-127);
            all.sum += if self.bit(at) == 1 { soft } else { -soft };
            all.magnitude += soft.abs();
        }
        Some(all)
    }
}

/// A place where a marker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftHit {
    /// The marker's first symbol, counted from the last [`SoftMarkerSearch::reset`] on.
    pub at: u64,
    /// Every symbol is turned over, and so is what follows.
    pub inverted: bool,
    /// How well it agrees; negative if it is turned over.
    pub correlation: Correlation,
}

impl SoftHit {
    /// How well it agrees, turned back if need be: the threshold to 100 percent.
    pub const fn percent(self) -> u8 {
        self.correlation.percent().unsigned_abs() as u8
    }
}

/// The search for one marker in a stream of soft symbols.
#[derive(Clone, Debug)]
pub struct SoftMarkerSearch {
    asm: Asm,
    percent: i32,
    polarity: Polarity,
    /// The last symbols, as many as `held`, one less than the marker has at most.
    history: [i8; HISTORY],
    held: usize,
    /// Symbols taken in since the last reset.
    passed: u64,
    #[cfg(feature = "std")]
    engine: Option<Engine>,
}

impl SoftMarkerSearch {
    /// A search for places where at least `percent` (limited to 1 … 100) of the symbols' magnitude agree with the marker.
    pub const fn new(asm: Asm, percent: u8, polarity: Polarity) -> Self {
        let percent = match percent {
            0 => 1,
            1..=100 => percent as i32,
            _ => 100,
        };
        Self {
            asm,
            percent,
            polarity,
            history: [0; HISTORY],
            held: 0,
            passed: 0,
            #[cfg(feature = "std")]
            engine: None,
        }
    }

    /// With these instructions instead of the fastest.
    #[cfg(feature = "std")]
    #[must_use]
    pub const fn with_engine(self, engine: Engine) -> Self {
        Self {
            engine: Some(engine),
            ..self
        }
    }

    /// The marker.
    pub const fn asm(&self) -> Asm {
        self.asm
    }

    /// Takes the next symbols (−128 counts as −127) and hands every place where a marker stands to `sink`, in order, as soon as its last symbol
    /// is there.
    pub fn handle_symbols(&mut self, symbols: &[i8], sink: &mut impl FnMut(SoftHit)) {
        let most = (self.asm.len_bits as usize - 1).min(HISTORY);
        // Places that begin in the symbols kept.
        let mut seam = [0; 2 * HISTORY];
        let joined = self.history.iter().take(self.held);
        let fresh = symbols.iter().take(most);
        let mut len = 0;
        for (place, &symbol) in seam.iter_mut().zip(joined.chain(fresh)) {
            *place = symbol;
            len += 1;
        }
        let first = self.passed - self.held as u64;
        let starts = self.held.min(usize::saturating_sub(len, most));
        self.scan(seam.get(..starts + most).unwrap_or_default(), first, sink);
        // Those that begin in the new ones.
        self.scan(symbols, self.passed, sink);
        self.passed += symbols.len() as u64;
        // What is kept: the end of both.
        let kept = most.min(self.held + symbols.len());
        let from_history = kept.saturating_sub(symbols.len());
        let drop = self.held - from_history;
        self.history.copy_within(drop.min(HISTORY).., 0);
        let fresh = symbols.len() - (kept - from_history);
        let fresh = symbols.get(fresh..).unwrap_or_default();
        for (place, &symbol) in self.history.iter_mut().skip(from_history).zip(fresh) {
            *place = symbol;
        }
        self.held = kept;
    }

    /// The first place in `symbols` at or behind number `from` where a marker stands as a whole; its [`SoftHit::at`] counts from the start of
    /// `symbols`. What was taken in before does not matter.
    pub fn find(&self, symbols: &[i8], from: usize) -> Option<SoftHit> {
        let mut rest = symbols.get(from..)?;
        let mut base = from as u64;
        let overlap = self.asm.len_bits as usize - 1;
        while rest.len() > overlap {
            let piece = rest.get(..overlap + TILE).unwrap_or(rest);
            let mut found = None;
            self.scan(piece, base, &mut |hit| {
                found.get_or_insert(hit);
            });
            if found.is_some() {
                return found;
            }
            base += TILE as u64;
            rest = rest.get(TILE..).unwrap_or_default();
        }
        None
    }

    /// Forgets all symbols; positions count from here.
    pub const fn reset(&mut self) {
        self.held = 0;
        self.passed = 0;
    }

    /// Every marker that lies in `symbols` as a whole, the first symbol being number `base`.
    fn scan(&self, symbols: &[i8], base: u64, sink: &mut impl FnMut(SoftHit)) {
        let len = self.asm.len_bits as usize;
        let Some(mut places) = (symbols.len() + 1).checked_sub(len) else {
            return;
        };
        let (mut rest, mut base) = (symbols, base);
        let mut tile = Tile::EMPTY;
        while places > 0 {
            let now = places.min(TILE);
            tile.load(rest);
            self.correlate_tile(&mut tile);
            self.report(&tile, now, base, sink);
            places -= now;
            base += now as u64;
            rest = rest.get(now..).unwrap_or_default();
        }
    }

    /// Hands over the first `places` places of a tile that pass.
    fn report(&self, tile: &Tile, places: usize, base: u64, sink: &mut impl FnMut(SoftHit)) {
        let groups = tile.sums.chunks(GROUP).zip(tile.magnitudes.chunks(GROUP));
        let groups = (0..).step_by(GROUP).zip(groups).zip(&tile.worth_a_look);
        for ((first, (sums, magnitudes)), _) in groups.filter(|(_, look)| **look) {
            for (at, (&sum, &magnitude)) in (first..places).zip(sums.iter().zip(magnitudes)) {
                let correlation = Correlation {
                    sum: i32::from(sum),
                    magnitude: i32::from(magnitude),
                };
                if let Some(inverted) = correlation.passes(self.percent, self.polarity) {
                    sink(SoftHit {
                        at: base + at as u64,
                        inverted,
                        correlation,
                    });
                }
            }
        }
    }

    #[cfg(feature = "std")]
    fn correlate_tile(&self, tile: &mut Tile) {
        let engine = self.engine.unwrap_or_else(crate::simd::best);
        crate::simd::soft_search::correlate(engine, tile, self.asm, self.percent as i16);
    }

    #[cfg(not(feature = "std"))]
    fn correlate_tile(&self, tile: &mut Tile) {
        tile.correlate(self.asm);
    }
}

/// Consecutive places and how they correlate.
pub(crate) struct Tile {
    /// Symbols, −127 to 127; zeros behind the end.
    pub(crate) symbols: [i8; TILE_SYMBOLS],
    pub(crate) sums: [i16; TILE],
    pub(crate) magnitudes: [i16; TILE],
    /// For every [`GROUP`] places, false if none of them passes.
    pub(crate) worth_a_look: [bool; TILE / GROUP],
}

impl Tile {
    const EMPTY: Self = Self {
        symbols: [0; TILE_SYMBOLS],
        sums: [0; TILE],
        magnitudes: [0; TILE],
        worth_a_look: [true; TILE / GROUP],
    };

    fn load(&mut self, symbols: &[i8]) {
        let taken = symbols.len().min(TILE_SYMBOLS);
        let (now, behind) = self.symbols.split_at_mut(taken);
        for (place, &symbol) in now.iter_mut().zip(symbols) {
            *place = symbol.max(-127);
        }
        behind.fill(0);
    }

    /// All sums: at most 192 · 127 in magnitude, so 16 bits hold them. The taps outside, the places inside, as vectorisers like it.
    pub(crate) fn correlate(&mut self, asm: Asm) {
        self.sums = [0; TILE];
        for (tap, window) in (0..asm.len_bits).zip(self.symbols.windows(TILE)) {
            let sign = if asm.bit(tap) == 1 { 0 } else { -1 };
            for (sum, &symbol) in self.sums.iter_mut().zip(window) {
                *sum += (i16::from(symbol) ^ sign) - sign;
            }
        }
        self.weigh(asm);
    }

    /// All magnitudes. They slide: one symbol comes, one goes; four steps are summed up by one multiplication, each moved up by 127 lest
    /// it be negative.
    #[inline]
    pub(crate) fn weigh(&mut self, asm: Asm) {
        const ALL: u64 = 0x0001_0001_0001_0001;
        const MOVED: u64 = 127 * 0x0004_0003_0002_0001;
        let len = asm.len_bits as usize;
        let magnitude = |&symbol: &i8| u16::from(symbol.unsigned_abs());
        let mut all: u16 = self.symbols.iter().take(len).map(magnitude).sum();
        let mut steps = [0; TILE];
        let goes = self.symbols.iter();
        let comes = self.symbols.iter().skip(len);
        for (step, (goes, comes)) in steps.iter_mut().zip(goes.zip(comes)) {
            *step = 127 + magnitude(comes) - magnitude(goes);
        }
        let (steps, _) = steps.as_chunks::<4>();
        let (places, _) = self.magnitudes.as_chunks_mut::<4>();
        for (places, steps) in places.iter_mut().zip(steps) {
            let lanes = steps
                .iter()
                .rev()
                .fold(0, |lanes, &step| lanes << 16 | u64::from(step));
            let after = lanes.wrapping_mul(ALL) + u64::from(all) * ALL - MOVED;
            let before = after << 16 | u64::from(all);
            for (place, lane) in (0..).zip(places) {
                *lane = (before >> (16 * place)) as i16;
            }
            all = (after >> 48) as u16;
        }
    }
}
