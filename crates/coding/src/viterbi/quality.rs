//! How well a decoded stretch explains the symbols it came from.

use crate::convolutional::G2;

/// Two sums over the same symbols; their ratio says how good a stretch is.
///
/// The decided bits are encoded again; where the sign of a symbol disagrees with the result, its magnitude counts as mismatch. The
/// ratio does not depend on the scale of the symbols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Sum of the magnitudes of the symbols that disagree.
    pub mismatch: u32,
    /// Sum of the magnitudes of all symbols.
    pub magnitude: u32,
}

impl Quality {
    /// Mismatch over magnitude, from 0 (all agree); `None` in silence, where every symbol is zero.
    pub fn mismatch_ratio(self) -> Option<f32> {
        (self.magnitude > 0).then(|| self.mismatch as f32 / self.magnitude as f32)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.mismatch += other.mismatch;
        self.magnitude += other.magnitude;
    }

    pub(super) fn remove(&mut self, other: Self) {
        self.mismatch -= other.mismatch;
        self.magnitude -= other.magnitude;
    }
}

/// Symbols of a whole window: 1024 bits.
const FULL_COUNT: f32 = 2048.0;

/// How the magnitudes of a stretch are spread, which says what noise alone would look like.
///
/// Noise alone leaves a mismatch of 0.073 if it is Gaussian and 0.125 if only its sign is known; between the two the mismatch
/// follows the ratio of mean magnitude squared to mean square (2/π and 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spread {
    /// Symbols, erased ones included.
    symbols: u32,
    /// Symbols that are not erased.
    count: u32,
    magnitude: u32,
    energy: u32,
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

    /// The mismatch ratio below which a stretch with this spread is no noise: over a thousand bits 0.061 for Gaussian symbols and
    /// 0.110 for hard ones; less over fewer symbols, where chance has more room.
    ///
    /// Every erasure leaves the decoder a symbol more to choose freely. Where half of them are erased, one is left a bit: any
    /// symbols at all can be explained, and agreement says nothing.
    pub(super) fn threshold(self) -> f32 {
        let (count, magnitude) = (self.count as f32, self.magnitude as f32);
        let shape = magnitude * magnitude / (count * self.energy as f32);
        let redundancy = 2.0 * count / self.symbols as f32 - 1.0;
        redundancy * (0.135 * shape - 0.025) - 0.006 * (FULL_COUNT / count - 1.0)
    }
}

/// Compares up to 16 bits with their symbols. `window` holds the bits, the newest lowest, above them the six bits before, and only
/// as many pairs are compared as `symbols` has.
pub(super) fn compare(window: u32, symbols: &[i8], g2: G2) -> Quality {
    let c1 = window ^ window >> 1 ^ window >> 2 ^ window >> 3 ^ window >> 6;
    let c2 = window ^ window >> 2 ^ window >> 3 ^ window >> 5 ^ window >> 6;
    let c2 = match g2 {
        G2::Inverted => !c2,
        G2::Plain => c2,
    };
    let (pairs, _) = symbols.as_chunks::<2>();
    let mut quality = Quality::default();
    for (age, &[s1, s2]) in pairs.iter().rev().enumerate() {
        for (symbol, expected) in [(s1, c1 >> age & 1), (s2, c2 >> age & 1)] {
            let magnitude = u32::from(symbol.unsigned_abs());
            quality.magnitude += magnitude;
            quality.mismatch += magnitude * (u32::from(symbol > 0) ^ expected);
        }
    }
    quality
}
