//! Counts of a point of a curve, and how sure they are.
//!
//! Frames are independent, so the interval of the frame-error rate is Wilson's. Wrong bits come in bursts; how much that widens the interval of the
//! bit-error rate is read from the frames themselves: the variance of errors a frame over what independent bits would have (the design effect). The
//! counts are divided by it before Wilson's formula.

use serde::Serialize;

/// Standard normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// What has been counted; sums, so that the order of frames does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Frames sent.
    pub frames: u64,
    /// Frames with a wrong bit.
    pub frame_errors: u64,
    /// Information bits that count.
    pub bits: u64,
    /// Wrong ones.
    pub bit_errors: u64,
    /// Sum over the frames of the square of their wrong bits.
    pub squared_errors: u64,
    /// Wrong frames of which the decoder did not say so; 0 for decoders that never judge.
    pub undetected: u64,
    /// Sum over the frames of the decoder's iterations; 0 for decoders without.
    pub iterations: u64,
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            frames: self.frames + other.frames,
            frame_errors: self.frame_errors + other.frame_errors,
            bits: self.bits + other.bits,
            bit_errors: self.bit_errors + other.bit_errors,
            squared_errors: self.squared_errors + other.squared_errors,
            undetected: self.undetected + other.undetected,
            iterations: self.iterations + other.iterations,
        }
    }

    /// How much wider bursts make the variance of the bit-error rate than independent bits would, at least 1.
    fn design_effect(&self) -> f64 {
        let (frames, errors) = (self.frames as f64, self.bit_errors as f64);
        if self.bit_errors == 0 || self.frames < 2 {
            return errors.max(1.0);
        }
        let mean = errors / frames;
        let variance = (self.squared_errors as f64 - frames * mean * mean) / (frames - 1.0);
        let rate = errors / self.bits as f64;
        let independent = mean * (1.0 - rate);
        (variance / independent).max(1.0)
    }
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Eb/N0 in dB.
    pub eb_n0_db: f64,
    /// What was counted there.
    #[serde(flatten)]
    pub counts: Counts,
}

impl Point {
    /// Bit-error rate.
    pub fn ber(&self) -> f64 {
        ratio(self.counts.bit_errors, self.counts.bits)
    }

    /// Frame-error rate.
    pub fn fer(&self) -> f64 {
        ratio(self.counts.frame_errors, self.counts.frames)
    }

    /// 95 % interval of the bit-error rate.
    pub fn ber_interval(&self) -> [f64; 2] {
        let effect = self.counts.design_effect();
        wilson(
            self.counts.bit_errors as f64 / effect,
            self.counts.bits as f64 / effect,
        )
    }

    /// 95 % interval of the frame-error rate.
    pub fn fer_interval(&self) -> [f64; 2] {
        wilson(self.counts.frame_errors as f64, self.counts.frames as f64)
    }

    /// Iterations a frame.
    pub fn mean_iterations(&self) -> f64 {
        ratio(self.counts.iterations, self.counts.frames)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

/// Wilson's score interval, 95 %, of a rate of which `hits` of `trials` were seen; the whole of 0..1 without trials.
pub fn wilson(hits: f64, trials: f64) -> [f64; 2] {
    if trials <= 0.0 {
        return [0.0, 1.0];
    }
    let (p, zz) = (hits / trials, Z * Z / trials);
    let middle = p + zz / 2.0;
    let half = Z * (p * (1.0 - p) / trials + zz / (4.0 * trials)).sqrt();
    let of = |x: f64| (x / (1.0 + zz)).clamp(0.0, 1.0);
    // What cancels to nothing is nothing.
    let low = if hits == 0.0 { 0.0 } else { of(middle - half) };
    [low, of(middle + half)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::theory::binomial_term;

    #[test]
    fn wilson_of_a_worked_figure() {
        // 10 of 100: (0.1 + 0.019207 ± 1.95996 sqrt(0.0009 + 0.000096)) / 1.038415, by hand 0.0552 to 0.1744.
        let [low, high] = wilson(10.0, 100.0);
        assert!((low - 0.0552).abs() < 1e-4 && (high - 0.1744).abs() < 1e-4);
        // None of n: 0 to z² / (n + z²).
        let [low, high] = wilson(0.0, 1000.0);
        assert!(low == 0.0 && (high - 3.8415 / 1003.8415).abs() < 1e-6);
    }

    /// Over all outcomes of a known binomial the interval covers the truth in 95 % of the cases; Wilson's is known to waver by some per cent
    /// around that for single values, and to be close on average.
    #[test]
    fn intervals_cover_a_known_binomial() {
        let (n, rates) = (2_000_u32, [0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3]);
        let coverage = rates.map(|p| {
            let outcomes = (0..=n).filter(|&k| {
                let [low, high] = wilson(f64::from(k), f64::from(n));
                low <= p && p <= high
            });
            outcomes.map(|k| binomial_term(n, k, p)).sum::<f64>()
        });
        assert!(
            coverage.iter().all(|c| (0.92..0.985).contains(c)),
            "{coverage:?}"
        );
        let mean = coverage.iter().sum::<f64>() / 7.0;
        assert!((mean - 0.95).abs() < 0.012, "{mean}");
    }

    #[test]
    fn bursts_widen_the_interval_of_the_bit_error_rate() {
        let counts = |bit_errors, squared_errors| Counts {
            frames: 10_000,
            bits: 10_000_000,
            bit_errors,
            squared_errors,
            ..Counts::default()
        };
        let point = |counts| Point {
            eb_n0_db: 0.0,
            counts,
        };
        // A thousand single errors in as many frames; and a hundred frames of ten.
        let [low, high] = point(counts(1000, 1000)).ber_interval();
        let [burst_low, burst_high] = point(counts(1000, 10_000)).ber_interval();
        let widening = (burst_high - burst_low) / (high - low);
        assert!(
            (3.0..3.4).contains(&widening),
            "sqrt(10), nearly: {widening}"
        );
    }
}
