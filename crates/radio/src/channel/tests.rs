//! Every stage against what theory says of it, and against the division into blocks.

mod blocks;
mod converter;
mod fading;
mod interference;
mod motion;
mod noise;

use core::f64::consts::TAU;

use num_complex::Complex;

use super::*;
use crate::SampleRate;

fn rate(hz: f64) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// A tone of frequency `f` cycles a sample and amplitude 1.
fn tone(f: f64, count: usize) -> Vec<Iq> {
    (0..count).map(|n| cis(f * n as f64)).collect()
}

/// e^(j 2π turns).
fn cis(turns: f64) -> Iq {
    let (sin, cos) = (TAU * turns.fract()).sin_cos();
    Iq::new(cos as f32, sin as f32)
}

/// All of a stream through a stage.
fn through(mut stage: impl Stage, samples: &[Iq]) -> Vec<Iq> {
    let mut block = samples.to_vec();
    stage.process(&mut block);
    stage.finish(&mut block);
    block
}

/// Mean power.
fn mean_power(samples: &[Iq]) -> f64 {
    let sum: f64 = samples.iter().map(|s| f64::from(s.norm_sqr())).sum();
    sum / samples.len() as f64
}

/// Amplitude and phase of the line at `f` cycles a sample.
fn line(samples: &[Iq], f: f64) -> Complex<f64> {
    let sum: Complex<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, s)| {
            let s = Complex::new(f64::from(s.re), f64::from(s.im));
            s * Complex::from_polar(1.0, -TAU * (f * n as f64).fract())
        })
        .sum();
    sum / samples.len() as f64
}
