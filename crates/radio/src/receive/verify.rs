//! The second look at a line: coherent, at samples that the first look has not seen.

use crate::Iq;
use core::f64::consts::{PI, TAU};
use rustfft::FftPlanner;

/// Cells are gathered over this time in seconds, which leaves ±200 Hz around the candidate.
const DROP_S: f64 = 0.001;

/// The line may be so far beside the candidate, in Hz.
const BESIDE_HZ: f64 = 50.0;

/// Power over mean noise power from which the line is there; noise alone passes once in a thousand.
const SURE: f64 = 12.0;

/// A carrier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    /// Frequency in Hz above the search's middle, after the last cell.
    pub hz: f64,
    /// Its change in Hz a second.
    pub rate: f64,
    /// Power over noise density in Hz.
    pub cn0: f64,
}

/// What has been gathered.
#[derive(Clone, Debug)]
pub(crate) struct Verify {
    hz: f64,
    rate: f64,
    slack: f64,
    /// Variance of a cell's noise.
    noise: f64,
    cell_s: f64,
    per_drop: usize,
    wanted: usize,
    cells: usize,
    sum: Iq,
    drops: Vec<Iq>,
}

impl Verify {
    /// A look at a line of `hz` now and `rate` within `slack`, its power over noise density about `cn0`, cells of `cell_s` with noise of variance `noise`.
    pub(crate) fn new(hz: f64, rate: f64, slack: f64, cn0: f64, noise: f64, cell_s: f64) -> Self {
        // Long enough for the power, and for a rate that the loop can begin with.
        let seconds = (100.0 / cn0.max(1.0)).clamp(0.048, 0.6);
        Self {
            hz,
            rate,
            slack,
            noise,
            cell_s,
            per_drop: ((DROP_S / cell_s) as usize).max(1),
            wanted: ((seconds / DROP_S) as usize).max(16),
            cells: 0,
            sum: Iq::default(),
            drops: Vec::new(),
        }
    }

    /// The candidate's frequency at the begin of the look.
    pub(crate) const fn hz(&self) -> f64 {
        self.hz
    }

    /// Takes a cell; true when there are enough.
    pub(crate) fn push(&mut self, cell: Iq) -> bool {
        let t = self.cells as f64 * self.cell_s;
        let turns = t * (self.hz + 0.5 * self.rate * t);
        let (sin, cos) = (-(turns - turns.floor()) * TAU).sin_cos();
        self.sum += cell * Iq::new(cos as f32, sin as f32);
        self.cells += 1;
        if self.cells.is_multiple_of(self.per_drop) {
            self.drops.push(core::mem::take(&mut self.sum));
        }
        self.drops.len() >= self.wanted
    }

    /// The carrier, if it is one.
    pub(crate) fn judge(&self) -> Option<Found> {
        let drop_s = self.per_drop as f64 * self.cell_s;
        let length = (4 * self.drops.len()).next_power_of_two();
        let fft = FftPlanner::new().plan_fft_forward(length);
        let seconds = self.drops.len() as f64 * drop_s;
        let bin_hz = 1.0 / (drop_s * length as f64);
        // Rates so far apart that half of it bends the phase by an eighth of a turn at the ends.
        let apart = 2.0 / (seconds * seconds);
        let steps = (self.slack / apart).round() as i32;
        let mut best = (0.0_f64, 0.0, 0.0);
        for step in -steps..=steps {
            let rate = f64::from(step) * apart;
            let mut buffer = self.chirped(rate, drop_s, length);
            fft.process(&mut buffer);
            let half = ((BESIDE_HZ / bin_hz) as usize).min(length / 2 - 1);
            for offset in 0..=2 * half {
                let bin = (offset + length - half) % length;
                let power = |bin: usize| {
                    let value = buffer.get(bin % length).copied().unwrap_or_default();
                    f64::from(value.norm_sqr())
                };
                if power(bin) > best.0 {
                    let (left, right) = (power(bin + length - 1).sqrt(), power(bin + 1).sqrt());
                    let bend = left - 2.0 * power(bin).sqrt() + right;
                    let part = if bend < 0.0 {
                        (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
                    } else {
                        0.0
                    };
                    let hz = (offset as f64 - half as f64 + part) * bin_hz;
                    best = (power(bin), hz, rate);
                }
            }
        }
        let noise = (self.cells as f64 * self.noise).max(f64::MIN_POSITIVE);
        let over = best.0 / noise;
        if over.is_nan() || over <= SURE {
            return None;
        }
        let rate = self.rate + best.2;
        // The peak is the frequency in the middle of the look.
        let middle = self.hz + self.rate * 0.5 * seconds + best.1;
        Some(Found {
            hz: middle + rate * 0.5 * seconds,
            rate,
            cn0: (over - 1.0) / seconds,
        })
    }

    /// The drops turned by a rate around the middle, padded with zeros.
    fn chirped(&self, rate: f64, drop_s: f64, length: usize) -> Vec<Iq> {
        let middle = 0.5 * (self.drops.len() as f64 - 1.0) * drop_s;
        let mut buffer = vec![Iq::default(); length];
        for (index, (out, drop)) in buffer.iter_mut().zip(&self.drops).enumerate() {
            let t = index as f64 * drop_s - middle;
            let (sin, cos) = (-PI * rate * t * t).sin_cos();
            *out = drop * Iq::new(cos as f32, sin as f32);
        }
        buffer
    }
}
