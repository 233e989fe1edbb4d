//! Numbers of the decoder that were chosen by measurement, and how soft symbols become its units.

use crate::ldpc::LdpcCode;

/// A row with no more ones than this has the messages of [`Tuning::of_three`], one with more those of [`Tuning::of_two`].
pub(crate) const FEW: usize = 18;

/// No magnitude counts for more among the least three.
pub(crate) const CEILING: u8 = 63;

/// Scale and correction of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuning {
    /// Mean magnitude that a block is brought to, 63 at the most.
    pub(crate) mean: u8,
    /// Largest magnitude of a symbol then; less than `limit` where a column has a single one, whose message could not turn it over otherwise.
    pub(crate) largest: u8,
    /// Largest magnitude of a message (100 at the most), of rows with many ones before it is lessened. For rows with few ones it is less than
    /// [`CEILING`] by twice `table[0]` or more, so that the ceiling is not felt.
    pub(crate) limit: u8,
    /// u · ln(1 + exp(−x / u)) for x from 0 to 15, rounded up from 0.4 on, and 0 beyond: what the sum and the difference of two
    /// magnitudes correct the smaller by. A step of two lessens it by one at the most, so no magnitude is corrected to less than nothing.
    pub(crate) table: &'static [i8; 16],
}

/// u = 5.9, 4.3 and 3. A tenth to a third more than a unit of the log-likelihood ratio has where one block in a hundred fails, which makes up for
/// the magnitudes that are not among the least three.
const COARSE: [i8; 16] = [4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1];
const MEDIUM: [i8; 16] = [3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0];
const FINE: [i8; 16] = [2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

impl Tuning {
    pub(crate) const fn of(code: LdpcCode) -> Self {
        let table = match code {
            LdpcCode::Ar4ja1024Half
            | LdpcCode::Ar4ja4096Half
            | LdpcCode::Ar4ja16384Half
            | LdpcCode::Tc512 => &COARSE,
            LdpcCode::Ar4ja1024TwoThirds
            | LdpcCode::Ar4ja4096TwoThirds
            | LdpcCode::Ar4ja16384TwoThirds
            | LdpcCode::Tc128 => &MEDIUM,
            LdpcCode::Ar4ja1024FourFifths
            | LdpcCode::Ar4ja4096FourFifths
            | LdpcCode::Ar4ja16384FourFifths
            | LdpcCode::C2 => &FINE,
        };
        let (mean, largest, limit) = match code {
            LdpcCode::C2 => (24, 90, 90),
            _ => (16, 31, 32),
        };
        Self {
            mean,
            largest,
            limit,
            table,
        }
    }

    /// Magnitudes of the messages to all but the least, and to the least, of a row with many ones: those of min-sum, lessened by a quarter.
    #[inline]
    pub(crate) fn of_two(self, least: u8, second: u8) -> [u8; 2] {
        [least, second].map(|smallest| {
            let limited = smallest.min(self.limit);
            limited - ((limited + 3) >> 2)
        })
    }

    /// The same of a row with few ones: those of belief propagation, as if it had no more than its least three.
    #[inline]
    pub(crate) fn of_three(self, least: u8, second: u8, third: u8) -> [u8; 2] {
        let rest = self.joined(second, third);
        let all = self.joined(least.min(rest), least.max(rest));
        [all.min(self.limit), rest.min(self.limit)]
    }

    /// Magnitude of the sum, modulo 2, of two bits with these magnitudes, of which none is beyond [`CEILING`]; the smaller first.
    #[inline]
    fn joined(self, small: u8, large: u8) -> u8 {
        let at = |place: u8| self.table.get(usize::from(place)).map_or(0, |&x| x as u8);
        small
            .wrapping_sub(at(large.wrapping_sub(small)))
            .wrapping_add(at(large.wrapping_add(small)))
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
