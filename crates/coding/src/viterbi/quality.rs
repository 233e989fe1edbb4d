//! How well a decoded stretch explains the symbols it came from.

use crate::convolutional::G2;
use crate::engine::Engine;

/// Symbols of 16 bits.
pub(super) const GRAIN_SYMBOLS: usize = 32;

/// One for each 16 bits of a block.
pub(crate) type Grains<T> = [T; super::BLOCK_BITS / 16];

/// Symbols of a block.
pub(crate) type Symbols = [i8; 2 * super::BLOCK_BITS];

/// Sums over the same symbols; their ratio says how good a stretch is.
///
/// The decided bits are encoded again; where the sign of a symbol disagrees with the result, it counts as an error and its magnitude as
/// mismatch. The ratio does not depend on the scale of the symbols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Sum of the magnitudes of the symbols that disagree.
    pub mismatch: u32,
    /// Sum of the magnitudes of all symbols.
    pub magnitude: u32,
    /// Number of symbols that disagree.
    pub errors: u32,
    /// Number of symbols that are not erased.
    pub symbols: u32,
}

impl Quality {
    /// Mismatch over magnitude, from 0 (all agree); `None` in silence, where every symbol is zero.
    pub fn mismatch_ratio(self) -> Option<f32> {
        (self.magnitude > 0).then(|| self.mismatch as f32 / self.magnitude as f32)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.mismatch += other.mismatch;
        self.magnitude += other.magnitude;
        self.errors += other.errors;
        self.symbols += other.symbols;
    }

    pub(super) fn remove(&mut self, other: Self) {
        self.mismatch -= other.mismatch;
        self.magnitude -= other.magnitude;
        self.errors -= other.errors;
        self.symbols -= other.symbols;
    }
}

/// Symbols of a whole window: 1024 bits.
const FULL_COUNT: f32 = 2048.0;

/// How the magnitudes of a stretch are spread, which says what noise alone would look like.
///
/// Noise alone leaves a mismatch of 0.073 if it is Gaussian and 0.125 if only its sign is known; between the two the mismatch
/// follows the ratio of mean magnitude squared to mean square (2/π and 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spread {
    /// Symbols, erased ones included.
    pub(crate) symbols: u32,
    /// Symbols that are not erased.
    pub(crate) count: u32,
    pub(crate) magnitude: u32,
    pub(crate) energy: u32,
}

impl Spread {
    /// Erasures count for nothing but their number.
    pub(super) fn of(symbols: &[i8]) -> Self {
        let mut spread = Self {
            symbols: symbols.len() as u32,
            ..Self::default()
        };
        for &symbol in symbols {
            let magnitude = u32::from(symbol.unsigned_abs());
            spread.count += u32::from(symbol != 0);
            spread.magnitude += magnitude;
            spread.energy += magnitude * magnitude;
        }
        spread
    }

    pub(super) fn magnitude(self) -> u32 {
        self.magnitude
    }

    pub(super) fn add(&mut self, other: Self) {
        self.symbols += other.symbols;
        self.count += other.count;
        self.magnitude += other.magnitude;
        self.energy += other.energy;
    }

    pub(super) fn remove(&mut self, other: Self) {
        self.symbols -= other.symbols;
        self.count -= other.count;
        self.magnitude -= other.magnitude;
        self.energy -= other.energy;
    }

    /// Mean magnitude squared over mean square: 2/π for Gaussian symbols, 1 for hard ones.
    pub(super) fn shape(self) -> f32 {
        let (count, magnitude) = (self.count as f32, self.magnitude as f32);
        magnitude * magnitude / (count * self.energy as f32)
    }

    /// The mismatch ratio below which a stretch with this spread is no noise: over a thousand bits 0.061 for Gaussian symbols and
    /// 0.110 for hard ones; less over fewer symbols, where chance has more room.
    ///
    /// Every erasure leaves the decoder a symbol more to choose freely. Where half of them are erased, one is left a bit: any
    /// symbols at all can be explained, and agreement says nothing.
    pub(super) fn threshold(self) -> f32 {
        let (count, shape) = (self.count as f32, self.shape());
        let redundancy = 2.0 * count / self.symbols as f32 - 1.0;
        redundancy * (0.135 * shape - 0.025) - 0.006 * (FULL_COUNT / count - 1.0)
    }
}

/// [`Spread::of`] for each 16 bits of a block.
pub(super) fn spread_block(engine: Engine, symbols: &Symbols) -> Grains<Spread> {
    let mut spreads = Grains::default();
    #[cfg(feature = "std")]
    if crate::simd::viterbi::spread(engine, symbols, &mut spreads) {
        return spreads;
    }
    let _ = engine;
    let (grains, _) = symbols.as_chunks::<GRAIN_SYMBOLS>();
    for (symbols, spread) in grains.iter().zip(&mut spreads) {
        *spread = Spread::of(symbols);
    }
    spreads
}

/// [`compare`] for each 16 bits of a block.
pub(super) fn compare_block(
    engine: Engine,
    windows: &Grains<u32>,
    symbols: &Symbols,
    g2: G2,
) -> Grains<Quality> {
    let mut qualities = Grains::default();
    #[cfg(feature = "std")]
    if crate::simd::viterbi::compare(engine, windows, symbols, g2, &mut qualities) {
        return qualities;
    }
    let _ = engine;
    let (grains, _) = symbols.as_chunks::<GRAIN_SYMBOLS>();
    let all = grains.iter().zip(windows).zip(&mut qualities);
    for ((symbols, &window), quality) in all {
        *quality = compare(window, symbols, g2);
    }
    qualities
}

/// Compares 16 bits with their 32 symbols. `window` holds the bits, the newest lowest, above them the six bits before.
pub(super) fn compare(window: u32, symbols: &[i8; GRAIN_SYMBOLS], g2: G2) -> Quality {
    let expected = encode(window, g2);
    let mut sums = [0_u32; 4];
    for (&symbol, &expected) in symbols.iter().zip(&expected) {
        let magnitude = u32::from(symbol.unsigned_abs());
        let wrong = u32::from(symbol > 0) ^ u32::from(expected);
        sums[0] += magnitude & 0_u32.wrapping_sub(wrong);
        sums[1] += magnitude;
        sums[2] += wrong & u32::from(symbol != 0);
        sums[3] += u32::from(symbol != 0);
    }
    let [mismatch, magnitude, errors, symbols] = sums;
    Quality {
        mismatch,
        magnitude,
        errors,
        symbols,
    }
}

/// The same for fewer bits: as many as `symbols` has pairs, the newest of the window.
pub(super) fn compare_some(window: u32, symbols: &[i8], g2: G2) -> Quality {
    // Erasures in front count for nothing.
    let mut all = [0; GRAIN_SYMBOLS];
    for (place, symbol) in all.iter_mut().rev().zip(symbols.iter().rev()) {
        *place = *symbol;
    }
    compare(window, &all, g2)
}

/// The 32 symbols, 0 or 1, of the lowest 16 bits.
fn encode(window: u32, g2: G2) -> [u8; GRAIN_SYMBOLS] {
    let mut symbols = [0; GRAIN_SYMBOLS];
    let (eights, _) = symbols.as_chunks_mut::<8>();
    for (eight, octet) in eights.iter_mut().zip(sent(window, g2).to_be_bytes()) {
        *eight = super::eight_bits(octet);
    }
    symbols
}

/// The same as a word, the first symbol on top.
pub(crate) const fn sent(window: u32, g2: G2) -> u32 {
    let c1 = window ^ window >> 1 ^ window >> 2 ^ window >> 3 ^ window >> 6;
    let c2 = window ^ window >> 2 ^ window >> 3 ^ window >> 5 ^ window >> 6;
    let c2 = match g2 {
        G2::Inverted => !c2,
        G2::Plain => c2,
    };
    spaced(c1) << 1 | spaced(c2)
}

/// The lowest 16 bits with a zero above each.
const fn spaced(bits: u32) -> u32 {
    let bits = bits & 0xFFFF;
    let bits = (bits | bits << 8) & 0x00FF_00FF;
    let bits = (bits | bits << 4) & 0x0F0F_0F0F;
    let bits = (bits | bits << 2) & 0x3333_3333;
    (bits | bits << 1) & 0x5555_5555
}
