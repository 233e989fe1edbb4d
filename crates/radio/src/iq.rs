//! One sample, and how many of them a second.

use num_complex::Complex;
use thiserror::Error;

/// A sample at complex baseband: in-phase and quadrature part. A positive frequency turns from I to Q.
pub type Iq = Complex<f32>;

/// Samples a second: finite, from 1 Hz to 10 GHz.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct SampleRate(f64);

/// Why a number is no sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{0} is no sample rate: it must be from 1 to 1e10 samples a second")]
pub struct NoSampleRate(pub f64);

impl SampleRate {
    /// A rate in samples a second.
    ///
    /// # Errors
    /// If it is not finite or not within 1 and 1e10.
    pub fn new(hz: f64) -> Result<Self, NoSampleRate> {
        if (1.0..=1e10).contains(&hz) {
            Ok(Self(hz))
        } else {
            Err(NoSampleRate(hz))
        }
    }

    /// In samples a second.
    pub const fn hz(self) -> f64 {
        self.0
    }

    /// Seconds from sample 0 to sample `index`.
    pub fn seconds(self, index: u64) -> f64 {
        index as f64 / self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rates_that_a_radio_can_have_are_rates() {
        for hz in [0.0, -1.0, 0.5, 2e10, f64::NAN, f64::INFINITY] {
            assert!(SampleRate::new(hz).is_err(), "{hz}");
        }
        let rate = SampleRate::new(2e6).unwrap();
        assert!((rate.seconds(3_000_000) - 1.5).abs() < 1e-12);
    }
}
