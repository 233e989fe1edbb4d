//! Root-raised-cosine pulses at any sample rate.
//!
//! The pulse lies in a table of rows, one for each of [`ROWS`] places of a sample within a symbol, and what lies between two rows is
//! interpolated on a straight line, which leaves an error below −90 dB. It is cut off where its flanks are down to some −50 dB: the
//! less the roll-off, the longer it is.

use core::f64::consts::{FRAC_1_SQRT_2, PI};

use super::hold::ratio;
use crate::weigh::weigh;
use crate::{Iq, SampleRate};

/// Places of a sample within a symbol.
const ROWS: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Pulses {
    /// Two symbols a pulse, on I and Q.
    pairs: bool,
    /// The first symbol of a pair.
    first: Option<u8>,
    /// Reach of a pulse to either side, in pulses.
    reach: usize,
    /// `ROWS + 1` rows of `2 * reach` values.
    table: Vec<f32>,
    /// The last `2 * reach` pulses, oldest first, I and Q apart.
    window: [Vec<f32>; 2],
    /// Time of the next sample since the last pulse came, in 2⁻⁶⁴ of a pulse.
    at: u64,
    /// Between two samples, in the same unit.
    step: u64,
    /// Pulses a second.
    rate: f64,
    /// Samples a pulse.
    samples: f64,
}

impl Pulses {
    pub(super) fn new(roll_off: f64, pairs: bool, rate: f64, sample_rate: SampleRate) -> Self {
        let reach = ((4.0 / roll_off).ceil() as usize).clamp(8, 48);
        // Four samples a pulse are the least, so a step is below a half.
        let step = ratio(rate, sample_rate.hz()) as u64;
        Self {
            pairs,
            first: None,
            reach,
            table: table(roll_off, reach),
            window: [vec![0.0; 2 * reach], vec![0.0; 2 * reach]],
            at: step / 2,
            step,
            rate,
            samples: sample_rate.hz() / rate,
        }
    }

    /// Pulse 0 has its middle `reach` pulses behind the begin of the stream.
    pub(super) fn delay(&self) -> f64 {
        (self.reach as f64 - 0.5) * self.samples
    }

    pub(super) fn push_symbols(&mut self, symbols: &[u8], out: &mut Vec<Iq>) {
        let sign = |symbol| if symbol == 0 { -1.0 } else { 1.0 };
        for &symbol in symbols {
            if !self.pairs {
                self.pulse(Iq::new(sign(symbol), 0.0), out);
            } else if let Some(first) = self.first.take() {
                let pair = Iq::new(sign(first), sign(symbol));
                self.pulse(pair * FRAC_1_SQRT_2 as f32, out);
            } else {
                self.first = Some(symbol);
            }
        }
    }

    pub(super) fn push_level(&mut self, level: Iq, seconds: f64, out: &mut Vec<Iq>) {
        for _ in 0..(seconds * self.rate).round() as u64 {
            self.pulse(level, out);
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<Iq>) {
        if let Some(first) = self.first.take() {
            // Half a pair is sent with nothing on Q.
            let sign = if first == 0 { -1.0 } else { 1.0 };
            self.pulse(Iq::new(sign * FRAC_1_SQRT_2 as f32, 0.0), out);
        }
        for _ in 1..2 * self.reach {
            self.pulse(Iq::new(0.0, 0.0), out);
        }
        self.window = [vec![0.0; 2 * self.reach], vec![0.0; 2 * self.reach]];
        self.at = self.step / 2;
    }

    /// Takes a pulse and makes the samples that it completes.
    fn pulse(&mut self, level: Iq, out: &mut Vec<Iq>) {
        for (window, level) in self.window.iter_mut().zip([level.re, level.im]) {
            window.copy_within(1.., 0);
            if let Some(newest) = window.last_mut() {
                *newest = level;
            }
        }
        loop {
            out.push(self.sample());
            let (at, next_pulse) = self.at.overflowing_add(self.step);
            self.at = at;
            if next_pulse {
                return;
            }
        }
    }

    fn sample(&self) -> Iq {
        let taps = 2 * self.reach;
        let row = (self.at >> 56) as usize * taps;
        let between = ((self.at >> 32) & 0xFF_FFFF) as f32 / 16_777_216.0;
        let (Some(low), Some(high)) = (
            self.table.get(row..row + taps),
            self.table.get(row + taps..row + 2 * taps),
        ) else {
            return Iq::default();
        };
        let [re, im] = &self.window;
        weigh(low, high, between, re, im)
    }
}

/// Row u, column k: the pulse at u + reach − 1 − k; of such a height that a stream of ±1 has power 1.
fn table(roll_off: f64, reach: usize) -> Vec<f32> {
    let mut rows = Vec::with_capacity((ROWS + 1) * 2 * reach);
    for row in 0..=ROWS {
        let u = row as f64 / ROWS as f64;
        rows.extend((0..2 * reach).map(|k| {
            let t = u + reach as f64 - 1.0 - k as f64;
            root_raised_cosine(t, roll_off)
        }));
    }
    // The energy of the pulse as cut off, by the sum over the table (its spectrum ends at 1, the table has 256 values a symbol).
    let columns = ROWS * 2 * reach;
    let energy = rows.iter().take(columns).map(|h| h * h).sum::<f64>() / ROWS as f64;
    let scale = energy.sqrt().recip();
    rows.iter().map(|h| (h * scale) as f32).collect()
}

/// The pulse with energy 1 at a symbol of length 1, and its limits where the formula is 0/0.
pub(super) fn root_raised_cosine(t: f64, roll_off: f64) -> f64 {
    let a = roll_off;
    if t.abs() < 1e-9 {
        return 1.0 + a * (4.0 / PI - 1.0);
    }
    let four = 4.0 * a * t;
    if (four.abs() - 1.0).abs() < 1e-7 {
        let angle = PI / (4.0 * a);
        return a
            * FRAC_1_SQRT_2
            * ((1.0 + 2.0 / PI) * angle.sin() + (1.0 - 2.0 / PI) * angle.cos());
    }
    ((PI * t * (1.0 - a)).sin() + four * (PI * t * (1.0 + a)).cos())
        / (PI * t * (1.0 - four * four))
}
