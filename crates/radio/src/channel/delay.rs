//! Samples at other times than they were taken: interpolation by a windowed sinc.
//!
//! 24 taps with Kaiser's window: what lies within ±0.4 of the sample rate is right to −60 dB and better, the rest is worn off towards the edge of the band.

use core::f64::consts::PI;

use super::phasor::{Parabola, SEGMENT};
use crate::Iq;
use crate::weigh::weigh;

/// Samples to either side of a place.
const HALF: usize = 12;
const TAPS: usize = 2 * HALF;
/// Places between two samples in the table; between those a straight line is good to −90 dB.
const ROWS: usize = 256;
/// Of Kaiser's window, for some 70 dB.
const BETA: f64 = 6.8;

/// A stream read at places that move slowly against its samples.
#[derive(Clone, Debug)]
pub(super) struct Delay {
    table: Vec<[f32; TAPS]>,
    /// Samples from number `base` on, I and Q apart, which suits vector instructions.
    history: [Vec<f32>; 2],
    base: i64,
    /// Number of the next sample that is given.
    next: u64,
    /// How far the place is ahead of the sample's number, in samples.
    ahead: Parabola,
}

impl Delay {
    pub(super) fn new() -> Self {
        Self {
            table: (0..=ROWS).map(taps).collect(),
            // Before the first sample there was nothing.
            history: [vec![0.0; TAPS], vec![0.0; TAPS]],
            base: -(TAPS as i64),
            next: 0,
            ahead: Parabola {
                at: 0.0,
                slope: 0.0,
                bend: 0.0,
            },
        }
    }

    /// Takes a block and puts into it what can be given, though no sample behind number `last` (exclusive); `ahead` is asked at the begin of each segment.
    pub(super) fn process(
        &mut self,
        block: &mut Vec<Iq>,
        last: u64,
        ahead: impl Fn(u64) -> Parabola,
    ) {
        let [re, im] = &mut self.history;
        re.extend(block.iter().map(|sample| sample.re));
        im.extend(block.iter().map(|sample| sample.im));
        block.clear();
        let end = self.base + re.len() as i64;
        self.give(end, last, block, ahead);
        self.forget();
    }

    /// Gives the rest: the stream goes on with nothing.
    pub(super) fn finish(
        &mut self,
        block: &mut Vec<Iq>,
        last: u64,
        ahead: impl Fn(u64) -> Parabola,
    ) {
        let [re, im] = &mut self.history;
        let end = self.base + re.len() as i64;
        re.extend([0.0; HALF]);
        im.extend([0.0; HALF]);
        // Places up to the last sample of the stream.
        self.give(end + HALF as i64, last, block, ahead);
    }

    fn give(&mut self, end: i64, last: u64, block: &mut Vec<Iq>, ahead: impl Fn(u64) -> Parabola) {
        while self.next < last {
            let into = self.next % SEGMENT;
            if into == 0 {
                self.ahead = ahead(self.next);
            }
            let k = into as f64;
            let by = self.ahead.at + k * (self.ahead.slope + k * self.ahead.bend / 2.0);
            // Rounded down; `floor` is a call without newer instructions.
            let whole = by as i64 - i64::from(by < (by as i64) as f64);
            let place = (self.next as i64).saturating_add(whole);
            if place.saturating_add(HALF as i64) >= end {
                return;
            }
            block.push(self.at(place, (by - whole as f64) as f32));
            self.next += 1;
        }
    }

    /// The stream at `place` + `between`. What was forgotten, and what was before the stream, is nothing.
    fn at(&self, place: i64, between: f32) -> Iq {
        let first = place - (HALF as i64 - 1) - self.base;
        let scaled = between * ROWS as f32;
        let row = (scaled as usize).min(ROWS - 1);
        let between = scaled - row as f32;
        let [re, im] = &self.history;
        let window = usize::try_from(first).map_or(0..0, |first| first..first + TAPS);
        let (Some(re), Some(im)) = (re.get(window.clone()), im.get(window)) else {
            return Iq::default();
        };
        let (Some(low), Some(high)) = (self.table.get(row), self.table.get(row + 1)) else {
            return Iq::default();
        };
        weigh(low, high, between, re, im)
    }

    /// Drops what no later place can need: places go back by less than they go on.
    fn forget(&mut self) {
        let place = (self.next as i64).saturating_add(self.ahead.at.floor() as i64);
        // A segment may have begun a while ago, so leave it some room.
        let needed = place - (TAPS as i64 + SEGMENT as i64);
        let len = self.history[0].len();
        let drop = (needed - self.base).clamp(0, len as i64);
        if drop > 4096 || drop as usize * 2 > len {
            for history in &mut self.history {
                history.drain(..drop as usize);
            }
            self.base += drop;
        }
    }
}

/// Tap k of row r belongs to sample `place - HALF + 1 + k`.
fn taps(row: usize) -> [f32; TAPS] {
    let between = row as f64 / ROWS as f64;
    let mut values = [0f64; TAPS];
    for (k, value) in values.iter_mut().enumerate() {
        let t = between + HALF as f64 - 1.0 - k as f64;
        *value = sinc(t) * kaiser(t / HALF as f64);
    }
    // A constant stays one.
    let sum: f64 = values.iter().sum();
    values.map(|value| (value / sum) as f32)
}

pub(super) fn sinc(t: f64) -> f64 {
    if t.abs() < 1e-12 {
        1.0
    } else {
        (PI * t).sin() / (PI * t)
    }
}

/// Kaiser's window at `x` from −1 to 1.
pub(super) fn kaiser(x: f64) -> f64 {
    let inside = 1.0 - x * x;
    if inside < 0.0 {
        0.0
    } else {
        bessel_i0(BETA * inside.sqrt()) / bessel_i0(BETA)
    }
}

/// The modified Bessel function of order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}
