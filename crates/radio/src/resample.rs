//! Samples at another rate.
//!
//! Book: none. A windowed sinc (Kaiser), evaluated where each new sample lies: any ratio, no drift, since places are reckoned in whole numbers where both rates
//! are whole hertz. Of the lower rate's band the inner 80 % pass within 0.01 dB, and what would fold into them is 75 dB down. Memory: the window, some fifty samples of the
//! lower rate. The first new sample lies on the first old one; before and behind the stream there are zeros.
//!
//! ```
//! use magpie_radio::resample::Resampler;
//! use magpie_radio::{Iq, SampleRate};
//!
//! let rate = |hz| SampleRate::new(hz).unwrap();
//! let mut resampler = Resampler::new(rate(48_000.0), rate(32_000.0)).unwrap();
//! let mut out = Vec::new();
//! resampler.push(&[Iq::new(1.0, 0.0); 300], &mut out);
//! resampler.finish(&mut out);
//! assert_eq!(out.len(), 200);
//! assert!((out[100] - Iq::new(1.0, 0.0)).norm() < 1e-3);
//! ```

use core::f64::consts::PI;
use std::collections::VecDeque;

use thiserror::Error;

use crate::{Iq, SampleRate};

/// Half of the window, in samples of the lower rate.
const HALF: usize = 26;
/// Points of the table a sample of the lower rate; between them it is linear, which is good to 1e-5.
const FINE: usize = 512;
/// Cut-off in cycles a sample of the lower rate: the middle between 0.4, which passes, and 0.5, which does not.
const CUT: f64 = 0.45;
/// Kaiser's parameter for 80 dB.
const BETA: f64 = 7.86;
/// The largest ratio of both rates.
pub const MAX_RATIO: f64 = 10_000.0;

/// Two rates that are too far apart.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("from {from} to {to} samples a second is more than a ratio of 10000")]
pub struct TooFar {
    /// From this rate.
    pub from: f64,
    /// To this one.
    pub to: f64,
}

/// Where new samples lie among the old ones.
#[derive(Clone, Copy, Debug)]
enum Places {
    /// Both rates are whole hertz: exact for ever.
    Whole { from: u64, to: u64 },
    /// Old samples a new one.
    Ratio(f64),
}

impl Places {
    fn new(from: SampleRate, to: SampleRate) -> Self {
        let whole = |rate: SampleRate| (rate.hz().fract() == 0.0).then_some(rate.hz() as u64);
        match (whole(from), whole(to)) {
            (Some(from), Some(to)) => Self::Whole { from, to },
            _ => Self::Ratio(from.hz() / to.hz()),
        }
    }

    /// The old sample before the new one of this number, and how far behind it.
    fn of(self, number: u64) -> (u64, f64) {
        match self {
            Self::Whole { from, to } => {
                let place = u128::from(number) * u128::from(from);
                let (whole, rest) = (place / u128::from(to), place % u128::from(to));
                (whole as u64, rest as f64 / to as f64)
            }
            Self::Ratio(ratio) => {
                let place = number as f64 * ratio;
                (place as u64, place.fract())
            }
        }
    }
}

/// Brings samples from one rate to another.
#[derive(Clone, Debug)]
pub struct Resampler {
    places: Places,
    /// Samples of the lower rate a sample of the old one: 1 or less.
    scale: f64,
    /// Old samples on either side that count.
    reach: u64,
    table: Vec<f32>,
    /// Old samples that still count, the first of which has the number `first`.
    kept: VecDeque<Iq>,
    first: u64,
    taken: u64,
    next: u64,
}

impl Resampler {
    /// From one rate to another.
    ///
    /// # Errors
    /// If they are more than [`MAX_RATIO`] apart.
    pub fn new(from: SampleRate, to: SampleRate) -> Result<Self, TooFar> {
        let ratio = to.hz() / from.hz();
        if !(1.0 / MAX_RATIO..=MAX_RATIO).contains(&ratio) {
            let (from, to) = (from.hz(), to.hz());
            return Err(TooFar { from, to });
        }
        let scale = ratio.min(1.0);
        Ok(Self {
            places: Places::new(from, to),
            scale,
            reach: (HALF as f64 / scale).ceil() as u64,
            table: table(),
            kept: VecDeque::new(),
            first: 0,
            taken: 0,
            next: 0,
        })
    }

    /// Takes the next samples and appends the new ones that depend on nothing later.
    pub fn push(&mut self, samples: &[Iq], out: &mut Vec<Iq>) {
        // Pieces, so that the memory does not grow with the caller's block.
        for piece in samples.chunks(4096) {
            self.kept.extend(piece);
            self.taken += piece.len() as u64;
            while let Some(new) = self.new_sample(self.taken) {
                out.push(new);
            }
        }
    }

    /// No more samples come: appends the rest.
    pub fn finish(&mut self, out: &mut Vec<Iq>) {
        let end = self.taken;
        while self.places.of(self.next).0 < end {
            match self.new_sample(u64::MAX) {
                Some(new) => out.push(new),
                None => return,
            }
        }
    }

    /// The next new sample, if every old one before `known` is there that it depends on.
    fn new_sample(&mut self, known: u64) -> Option<Iq> {
        let (whole, rest) = self.places.of(self.next);
        if whole.saturating_add(self.reach + 1) >= known {
            return None;
        }
        let from = whole.saturating_sub(self.reach);
        while self.first < from && self.kept.pop_front().is_some() {
            self.first += 1;
        }
        let mut sum = Iq::new(0.0, 0.0);
        let count = (whole + self.reach + 2 - self.first) as usize;
        let before = (self.first as f64 - whole as f64) - rest;
        let step = self.scale * FINE as f64;
        let start = before * step + (HALF * FINE) as f64;
        for (index, sample) in self.kept.iter().take(count).enumerate() {
            sum += sample * self.weight(start + index as f64 * step);
        }
        self.next += 1;
        Some(sum * self.scale as f32)
    }

    /// The window's value at a place of the table.
    fn weight(&self, place: f64) -> f32 {
        if place < 0.0 {
            return 0.0;
        }
        let (whole, rest) = (place as usize, place.fract() as f32);
        match (self.table.get(whole), self.table.get(whole + 1)) {
            (Some(&here), Some(&then)) => here + rest * (then - here),
            _ => 0.0,
        }
    }
}

/// The windowed sinc over its whole width.
fn table() -> Vec<f32> {
    let half = (HALF * FINE) as f64;
    let value = |index: usize| {
        let x = (index as f64 - half) / FINE as f64;
        let cut = 2.0 * CUT;
        let sinc = if x == 0.0 {
            cut
        } else {
            (PI * cut * x).sin() / (PI * x)
        };
        let inside = 1.0 - (x / HALF as f64).powi(2);
        let window = bessel_i0(BETA * inside.max(0.0).sqrt()) / bessel_i0(BETA);
        (sinc * window) as f32
    };
    (0..=2 * HALF * FINE).map(value).collect()
}

/// Modified Bessel function of order zero, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests;
