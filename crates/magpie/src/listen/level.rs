//! The samples before the receiver: their power, a constant part, and whether they fill their range.

use magpie_radio::Iq;

/// One sample in so many is looked at, by its number, so that it costs nothing and does not depend on blocks.
const STEP: usize = 16;

/// Sums over the samples.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Level {
    /// Samples since the last one that was looked at, about.
    seen: usize,
    looked: u64,
    sum: (f64, f64),
    power: f64,
    full: u64,
}

impl Level {
    /// Takes the next samples. A part of `full` or more in amplitude is at the end of its range.
    pub fn push(&mut self, samples: &[Iq], full: f32) {
        let phase = self.seen % STEP;
        self.seen = (phase + samples.len()) % STEP;
        for sample in samples.iter().skip((STEP - phase) % STEP).step_by(STEP) {
            if !(sample.re.is_finite() && sample.im.is_finite()) {
                continue;
            }
            let (re, im) = (f64::from(sample.re), f64::from(sample.im));
            self.looked += 1;
            self.sum.0 += re;
            self.sum.1 += im;
            self.power += re * re + im * im;
            self.full += u64::from(sample.re.abs() >= full || sample.im.abs() >= full);
        }
    }

    /// Mean power; 1 is full scale.
    #[allow(clippy::cast_precision_loss)] // statistics
    pub fn power(&self) -> f64 {
        self.power / self.looked.max(1) as f64
    }

    /// The part of the power that is constant, an SDR's fault: 0 to 1.
    #[allow(clippy::cast_precision_loss)] // statistics
    pub fn constant_part(&self) -> f64 {
        let n = self.looked.max(1) as f64;
        let constant = (self.sum.0 / n).powi(2) + (self.sum.1 / n).powi(2);
        if self.power() > 0.0 {
            constant / self.power()
        } else {
            0.0
        }
    }

    /// The part of the samples that is at the end of its range: 0 to 1.
    #[allow(clippy::cast_precision_loss)] // statistics
    pub fn full_part(&self) -> f64 {
        self.full as f64 / self.looked.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_part_and_range() {
        // A constant of 0.6 and a turning part of 0.8: 0.36 of a power of 1.
        let samples: Vec<Iq> = (0..16_000_u16)
            .map(|n| {
                let angle = f32::from(n / 16 % 8) * core::f32::consts::FRAC_PI_4;
                Iq::new(0.6 + 0.8 * angle.cos(), 0.8 * angle.sin())
            })
            .collect();
        let mut level = Level::default();
        level.push(&samples, 1.0);
        assert!((level.power() - 1.0).abs() < 1e-3);
        assert!((level.constant_part() - 0.36).abs() < 1e-3);
        // 1.4 and twice 1.166 of eight.
        assert!((level.full_part() - 0.375).abs() < 1e-3);
        let mut parts = Level::default();
        samples.chunks(37).for_each(|chunk| parts.push(chunk, 1.0));
        assert_eq!(parts, level);
        let mut odd = Level::default();
        odd.push(&[Iq::new(f32::NAN, 0.0); 100], 1.0);
        assert_eq!((odd.power(), odd.constant_part()), (0.0, 0.0));
    }
}
