//! Fading: at listed times, and at random as Rice has it.

use core::f64::consts::TAU;

use num_complex::Complex;
use rand_distr::{Distribution as _, Uniform};

use super::{Seed, Stage, amplitude, power};
use crate::{Iq, SampleRate};

/// A time in which the signal is weaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fade {
    /// From here, in seconds since sample 0.
    pub from_s: f64,
    /// Until here.
    pub to_s: f64,
    /// By so many decibels.
    pub depth_db: f64,
}

/// Fades at listed times; where two overlap, their depths add up.
#[derive(Clone, Debug)]
pub struct Fades {
    /// First sample, sample behind the last one, factor.
    list: Vec<(u64, u64, f32)>,
    next: u64,
}

impl Fades {
    /// In any order.
    pub fn new(fades: &[Fade], sample_rate: SampleRate) -> Self {
        let sample = |seconds: f64| (seconds * sample_rate.hz()).round() as u64;
        let fades = fades.iter();
        Self {
            list: fades
                .map(|fade| {
                    let factor = amplitude(-fade.depth_db);
                    (sample(fade.from_s), sample(fade.to_s), factor)
                })
                .collect(),
            next: 0,
        }
    }
}

impl Stage for Fades {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let end = self.next + block.len() as u64;
        for &(from, to, factor) in &self.list {
            let from = (from.clamp(self.next, end) - self.next) as usize;
            let to = (to.clamp(self.next, end) - self.next) as usize;
            if let Some(faded) = block.get_mut(from..to) {
                for sample in faded {
                    *sample *= factor;
                }
            }
        }
        self.next = end;
    }
}

/// How many waves arrive from all around.
const WAVES: usize = 32;

/// Flat fading after Rice: a steady part and waves from all around that are together 1/K as strong, of mean power 1 in all.
///
/// The waves come from directions as even as chance allows, each with the Doppler of its direction (Clarke's model), so their autocorrelation over t is
/// J₀(2π · spread · t). Between two points of a grid, 200 or more in a period of the spread, the gain is a straight line.
#[derive(Clone, Debug)]
pub struct Rice {
    steady: f64,
    /// Turns a sample, and turns at sample 0, of each wave.
    waves: [(f64, f64); WAVES],
    /// Amplitude of a wave.
    height: f64,
    /// Samples between two points of the grid.
    grid: u64,
    next: u64,
    now: Complex<f32>,
    step: Complex<f32>,
}

impl Rice {
    /// With the ratio K of steady to scattered power in dB (−∞ is Rayleigh) and the greatest Doppler of a wave.
    pub fn new(k_db: f64, spread_hz: f64, sample_rate: SampleRate, seed: Seed) -> Self {
        let k = power(k_db);
        let mut rng = seed.rng();
        let part = Uniform::new(0.0, 1.0);
        let mut draw = || part.as_ref().map_or(0.0, |part| part.sample(&mut rng));
        let spread = spread_hz.abs() / sample_rate.hz();
        let waves = core::array::from_fn(|i| {
            let direction = TAU * (i as f64 + draw()) / WAVES as f64;
            (spread * direction.cos(), draw())
        });
        let grid = (1.0 / (200.0 * spread)).clamp(1.0, 4096.0) as u64;
        Self {
            steady: if k.is_finite() {
                (k / (k + 1.0)).sqrt()
            } else {
                1.0
            },
            waves,
            height: (1.0 / (k + 1.0) / WAVES as f64).sqrt(),
            grid,
            next: 0,
            now: Complex::default(),
            step: Complex::default(),
        }
    }

    /// The gain at a point of the grid.
    pub(super) fn gain(&self, sample: u64) -> Complex<f64> {
        let waves = self.waves.iter().map(|(slope, at)| {
            let phase = TAU * (slope * sample as f64 + at).fract();
            Complex::from_polar(self.height, phase)
        });
        self.steady + waves.sum::<Complex<f64>>()
    }
}

impl Stage for Rice {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for sample in block {
            let into = self.next % self.grid;
            if into == 0 {
                let here = self.gain(self.next);
                let there = self.gain(self.next + self.grid);
                let step = (there - here) / self.grid as f64;
                self.now = Iq::new(here.re as f32, here.im as f32);
                self.step = Iq::new(step.re as f32, step.im as f32);
            }
            *sample *= self.now + self.step * into as f32;
            self.next += 1;
        }
    }
}
