//! Mixing down and integrating between the lines of a grid: all the work that is done for every sample.
//!
//! The grid has a period in samples, not whole in general: a quarter of a symbol when the symbol clock is known, a fixed short time otherwise.
//! Sample k stands for the time from k to k + 1; a sample on a line goes to both sides in parts, which is the matched filter for a signal
//! that was itself averaged over each sample. The oscillator's turns within one interval come from a table, which is made anew each step.

use crate::Iq;
use core::f64::consts::TAU;

/// Lanes of the sums: what the compiler keeps in vector registers.
const LANES: usize = 8;

/// Where an integration begins and what it mixes with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    /// First line: a part of the first sample, from 0 to 1.
    pub from: f64,
    /// Samples between lines, at least 0.5.
    pub period: f64,
    /// Intervals.
    pub count: usize,
    /// Phase of the oscillator at the first line, in turns.
    pub turns: f64,
    /// Its frequency in turns a sample.
    pub step: f64,
}

impl Grid {
    /// Samples that the integration reads.
    pub(crate) fn samples(&self) -> usize {
        (self.from + self.period * self.count as f64) as usize + 1
    }
}

/// Tables and results of an integration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Integrator {
    cos: Vec<f32>,
    sin: Vec<f32>,
}

fn turn(turns: f64) -> (f64, f64) {
    let (sin, cos) = ((turns - turns.floor()) * TAU).sin_cos();
    (cos, sin)
}

impl Integrator {
    /// Puts the integrals of `grid` over the samples (`re`, `im`) times the conjugate oscillator into `out`, which is emptied before.
    /// Samples missing at the end count as zero.
    pub(crate) fn integrate(&mut self, re: &[f32], im: &[f32], grid: &Grid, out: &mut Vec<Iq>) {
        out.clear();
        let longest = grid.period as usize + 2;
        self.make_table(grid.step, longest);
        let (cos, sin) = turn(-(grid.turns - grid.from * grid.step));
        let mut phasor = Iq::new(cos as f32, sin as f32);
        let mut left = 0_usize;
        let mut left_part = grid.from as f32;
        let sample = |at: usize| match (re.get(at), im.get(at)) {
            (Some(&re), Some(&im)) => Iq::new(re, im),
            _ => Iq::new(0.0, 0.0),
        };
        let mut edge = sample(0) * phasor;
        for line in 1..=grid.count {
            let place = grid.from + grid.period * line as f64;
            let right = place as usize;
            let right_part = (place - right as f64) as f32;
            let length = right - left;
            if length == 0 {
                out.push(edge * (right_part - left_part));
                left_part = right_part;
                continue;
            }
            let within = self.sum(
                re.get(left + 1..right).unwrap_or_default(),
                im.get(left + 1..right).unwrap_or_default(),
            );
            let mut sum = edge * (1.0 - left_part) + within * phasor;
            let advance = length.min(longest);
            phasor *= Iq::new(
                self.cos.get(advance).copied().unwrap_or(1.0),
                self.sin.get(advance).copied().unwrap_or(0.0),
            );
            edge = sample(right) * phasor;
            sum += edge * right_part;
            out.push(sum);
            (left, left_part) = (right, right_part);
        }
    }

    /// exp(−j 2π step k) for k up to `last`.
    fn make_table(&mut self, step: f64, last: usize) {
        self.cos.clear();
        self.sin.clear();
        let (by_re, by_im) = turn(-step);
        let (mut re, mut im) = (1.0_f64, 0.0_f64);
        for _ in 0..=last {
            self.cos.push(re as f32);
            self.sin.push(im as f32);
            (re, im) = (re * by_re - im * by_im, re * by_im + im * by_re);
        }
    }

    /// Sum of samples times the table from entry 1 on.
    fn sum(&self, re: &[f32], im: &[f32]) -> Iq {
        let count = re.len().min(im.len());
        let cos = self.cos.get(1..=count).unwrap_or_default();
        let sin = self.sin.get(1..=count).unwrap_or_default();
        let mut sums = [[0.0_f32; LANES]; 2];
        let mut re_chunks = re.chunks_exact(LANES);
        let mut im_chunks = im.chunks_exact(LANES);
        let mut cos_chunks = cos.chunks_exact(LANES);
        let mut sin_chunks = sin.chunks_exact(LANES);
        let chunks = (&mut re_chunks).zip(&mut im_chunks);
        for ((a, b), (c, s)) in chunks.zip((&mut cos_chunks).zip(&mut sin_chunks)) {
            for lane in 0..LANES {
                sums[0][lane] += a[lane] * c[lane] - b[lane] * s[lane];
                sums[1][lane] += a[lane] * s[lane] + b[lane] * c[lane];
            }
        }
        let mut total = Iq::new(sums[0].iter().sum(), sums[1].iter().sum());
        let rest = re_chunks.remainder().iter().zip(im_chunks.remainder());
        let turns = cos_chunks.remainder().iter().zip(sin_chunks.remainder());
        for ((&a, &b), (&c, &s)) in rest.zip(turns) {
            total += Iq::new(a * c - b * s, a * s + b * c);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The naive twin: every sample's share of every interval, in f64.
    fn naive(re: &[f32], im: &[f32], grid: &Grid) -> Vec<(f64, f64)> {
        (0..grid.count)
            .map(|interval| {
                let from = grid.from + grid.period * interval as f64;
                let to = from + grid.period;
                let mut sum = (0.0, 0.0);
                for (k, (&re, &im)) in re.iter().zip(im).enumerate() {
                    let share = (to.min(k as f64 + 1.0) - from.max(k as f64)).max(0.0);
                    let (c, s) = turn(-(grid.turns + (k as f64 - grid.from) * grid.step));
                    sum.0 += share * (f64::from(re) * c - f64::from(im) * s);
                    sum.1 += share * (f64::from(re) * s + f64::from(im) * c);
                }
                sum
            })
            .collect()
    }

    #[test]
    fn every_grid_gives_what_the_naive_sums_give() {
        let wave = |k: usize, by: f64| ((k as f64 * by).sin() * 1.3 + 0.1) as f32;
        let re: Vec<f32> = (0..4000).map(|k| wave(k, 0.7)).collect();
        let im: Vec<f32> = (0..4000).map(|k| wave(k, 1.1)).collect();
        for (from, period, step) in [
            (0.0, 4.0, 0.01),
            (0.3, 0.9, -0.2),
            (0.99, 1.0, 0.4),
            (0.5, 31.26, 0.013),
            (0.1, 500.4, -0.3),
        ] {
            let grid = Grid {
                from,
                period,
                count: 7,
                turns: 123.4,
                step,
            };
            let mut out = Vec::new();
            let samples = grid.samples();
            Integrator::default().integrate(&re[..samples], &im[..samples], &grid, &mut out);
            let expected = naive(&re, &im, &grid);
            assert_eq!(out.len(), 7);
            for (z, (re, im)) in out.iter().zip(expected) {
                let error = (f64::from(z.re) - re).hypot(f64::from(z.im) - im);
                assert!(error < 2e-4 * period.sqrt(), "{grid:?}: {z} for {re} {im}");
            }
        }
    }
}
