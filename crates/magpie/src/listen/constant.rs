//! Takes the constant part out of samples: the line in the middle of the spectrum that direct-conversion receivers make.
//!
//! Left out unless it is asked for: a carrier in the very middle would go too.

use magpie_radio::{Iq, SampleRate};

/// Seconds over which the constant is averaged; what is more than a hertz or so from the middle stays.
const SECONDS: f64 = 0.25;

/// The running mean, taken off.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    mean: (f64, f64),
    seen: f64,
    longest: f64,
}

impl Constant {
    /// For samples at this rate.
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            mean: (0.0, 0.0),
            seen: 0.0,
            longest: (SECONDS * rate.hz()).max(1.0),
        }
    }

    /// Takes the mean of the samples so far off each; what is no number is left as it is.
    #[allow(clippy::cast_possible_truncation)] // samples are f32
    pub(super) fn remove(&mut self, samples: &mut [Iq]) {
        for sample in samples {
            if !(sample.re.is_finite() && sample.im.is_finite()) {
                continue;
            }
            self.seen = (self.seen + 1.0).min(self.longest);
            let share = 1.0 / self.seen;
            let (re, im) = (f64::from(sample.re), f64::from(sample.im));
            self.mean.0 += share * (re - self.mean.0);
            self.mean.1 += share * (im - self.mean.1);
            *sample = Iq::new((re - self.mean.0) as f32, (im - self.mean.1) as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_stays_and_the_constant_goes() {
        // A tone of 1 kHz at 16 kHz on a constant.
        let made = |constant: f32| -> Vec<Iq> {
            (0..16_000_u16)
                .map(|n| {
                    let angle = f32::from(n % 16) * core::f32::consts::FRAC_PI_8;
                    Iq::new(0.5 * angle.cos() + constant, 0.5 * angle.sin() - constant)
                })
                .collect()
        };
        let mut samples = made(0.3);
        samples[5000].re = f32::NAN;
        let mut parts = Constant::new(SampleRate::new(16_000.0).unwrap());
        samples.chunks_mut(37).for_each(|chunk| parts.remove(chunk));
        let tone = made(0.0);
        for (sample, tone) in samples.iter().zip(&tone).skip(8000) {
            assert!((sample - tone).norm() < 0.005, "{sample} {tone}");
        }
        assert!(samples[5000].re.is_nan());
    }
}
