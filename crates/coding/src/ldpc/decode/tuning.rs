//! Numbers of the decoder that were chosen by measurement, and how soft symbols become its units.

use crate::ldpc::LdpcCode;

/// Scale and correction of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuning {
    /// Mean magnitude that a block is brought to, 63 at the most.
    pub(crate) mean: u8,
    /// Largest magnitude of a symbol then, and of a message before it is corrected; 100 at the most.
    pub(crate) limit: u8,
    /// A smallest magnitude x is lessened by (x + `round`) / 2^`shrink`, rounded down.
    pub(crate) shrink: u8,
    pub(crate) round: u8,
}

impl Tuning {
    pub(crate) const fn of(code: LdpcCode) -> Self {
        let (mean, limit, shrink, round) = match code {
            LdpcCode::Ar4ja1024FourFifths => (16, 63, 3, 7),
            LdpcCode::Ar4ja1024TwoThirds
            | LdpcCode::Ar4ja4096TwoThirds
            | LdpcCode::Ar4ja16384TwoThirds
            | LdpcCode::Ar4ja4096FourFifths
            | LdpcCode::Ar4ja16384FourFifths
            | LdpcCode::C2 => (24, 90, 2, 3),
            _ => (16, 63, 2, 3),
        };
        Self {
            mean,
            limit,
            shrink,
            round,
        }
    }

    /// The magnitude of a message out of the smallest magnitude of the others.
    #[inline]
    pub(crate) fn correct(self, smallest: u8) -> u8 {
        let limited = smallest.min(self.limit);
        limited - ((limited + self.round) >> (self.shrink & 7))
    }
}

/// 128 times the factor that brings the mean magnitude of what is not erased to `mean`.
#[inline]
pub(crate) fn scale_of(magnitudes: u32, not_erased: u32, mean: u8) -> i16 {
    let scale = (u32::from(mean) * 128 * not_erased).checked_div(magnitudes);
    scale.unwrap_or(0).min(8192) as i16
}

/// Sum of magnitudes and number of symbols that are not erased.
pub(crate) fn level(soft: &[i8]) -> (u32, u32) {
    soft.iter().fold((0, 0), |(sum, count), &symbol| {
        let magnitude = u32::from(symbol.unsigned_abs().min(127));
        (sum + magnitude, count + u32::from(symbol != 0))
    })
}

/// A soft symbol in the decoder's units, negative for 1.
#[inline]
pub(crate) fn scaled(symbol: i8, scale: i16, limit: u8) -> i8 {
    let limit = i32::from(limit.min(127));
    let product = i32::from(symbol.max(-127)) * -i32::from(scale);
    ((product + 64) >> 7).clamp(-limit, limit) as i8
}
