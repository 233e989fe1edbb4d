//! A level held for a time that need not end on a sample.

use crate::Iq;

/// Means of a staircase over the intervals of the samples. Times are in samples with 64 binary places.
#[derive(Clone, Debug, Default)]
pub(super) struct Hold {
    /// How much of the sample that is not complete has passed, in 2⁻⁶⁴.
    passed: u64,
    /// What has come together in it.
    sum: Iq,
}

impl Hold {
    /// Holds `level` for `time`.
    #[inline]
    pub(super) fn push(&mut self, level: Iq, time: u128, out: &mut Vec<Iq>) {
        let end = u128::from(self.passed) + time;
        if let Some(more) = ((end >> 64) as usize).checked_sub(1) {
            out.push(self.sum + level * (1.0 - part(self.passed)));
            out.extend(core::iter::repeat_n(level, more));
            self.sum = level * part(end as u64);
        } else {
            self.sum += level * part(time as u64);
        }
        self.passed = end as u64;
    }

    /// Holds nothing until the sample is complete.
    pub(super) fn finish(&mut self, out: &mut Vec<Iq>) {
        if self.passed != 0 {
            out.push(self.sum);
        }
        *self = Self::default();
    }
}

/// A part of a sample as a number: 24 binary places are all that one in single precision has.
#[inline]
fn part(fraction: u64) -> f32 {
    (fraction >> 40) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// `over` / `under` with 64 binary places, exact to the last one if both numbers have at most 24 binary places themselves.
pub(super) fn ratio(over: f64, under: f64) -> u128 {
    const PLACES: f64 = 16_777_216.0;
    let (a, b) = (over * PLACES, under * PLACES);
    // 1e10 samples a second are 2^58 of these units: too many for 64 more places, so the quotient is made in two steps.
    if a.fract() == 0.0 && b.fract() == 0.0 && a < 3e18 && (1.0..3e18).contains(&b) {
        let (a, b) = (a as u128, b as u128);
        return ((a / b) << 64) + ((a % b) << 64) / b;
    }
    fixed(over / under)
}

/// A number of samples with 64 binary places; what is negative or no number is 0.
pub(super) fn fixed(samples: f64) -> u128 {
    const ONE: f64 = 18_446_744_073_709_551_616.0;
    (samples * ONE) as u128
}
