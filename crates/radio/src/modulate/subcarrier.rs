//! PCM/PSK/PM: symbols on a sine, and that on the phase of the carrier.

use core::f64::consts::TAU;

use super::hold::{Hold, ratio};
use crate::{Iq, SampleRate};

/// Places of a period of the subcarrier in the table; between two of them a straight line is wrong by 3e-7.
const PLACES: usize = 4096;

#[derive(Clone, Debug)]
pub(super) struct Subcarrier {
    /// I: is anything sent; Q: the symbol, ±1.
    hold: Hold,
    /// A symbol, in samples.
    symbol: u128,
    /// The carrier over a period of the subcarrier, for a 1; for a 0 it is the conjugate.
    table: Vec<Iq>,
    /// Place of the next sample's middle in the period, in 2⁻⁶⁴ of it.
    at: u64,
    step: u64,
}

impl Subcarrier {
    pub(super) fn new(hz: f64, index_rad: f64, rate: f64, sample_rate: SampleRate) -> Self {
        let step = ratio(hz, sample_rate.hz()) as u64;
        let table = (0..=PLACES).map(|place| {
            let phase = index_rad * (TAU * place as f64 / PLACES as f64).sin();
            Iq::new(phase.cos() as f32, phase.sin() as f32)
        });
        Self {
            hold: Hold::default(),
            symbol: ratio(sample_rate.hz(), rate),
            table: table.collect(),
            at: step / 2,
            step,
        }
    }

    pub(super) fn push_symbols(&mut self, symbols: &[u8], out: &mut Vec<Iq>) {
        let from = out.len();
        for &symbol in symbols {
            let level = if symbol == 0 { -1.0 } else { 1.0 };
            self.hold.push(Iq::new(1.0, level), self.symbol, out);
        }
        for sample in out.iter_mut().skip(from) {
            let turned = self.next();
            *sample = Iq::new(sample.re * turned.re, sample.im * turned.im);
        }
    }

    /// Without modulation there is no subcarrier either; it goes on unseen.
    pub(super) fn push_level(&mut self, level: Iq, samples: u128, out: &mut Vec<Iq>) {
        let from = out.len();
        self.hold.push(level, samples, out);
        let made = (out.len() - from) as u64;
        self.at = self.at.wrapping_add(self.step.wrapping_mul(made));
    }

    pub(super) fn finish(&mut self, out: &mut Vec<Iq>) {
        let from = out.len();
        self.hold.finish(out);
        for sample in out.iter_mut().skip(from) {
            let turned = self.next();
            *sample = Iq::new(sample.re * turned.re, sample.im * turned.im);
        }
        self.at = self.step / 2;
    }

    fn next(&mut self) -> Iq {
        let place = (self.at >> 52) as usize;
        let between = ((self.at >> 28) & 0xFF_FFFF) as f32 / 16_777_216.0;
        self.at = self.at.wrapping_add(self.step);
        let value = |place: usize| self.table.get(place).copied().unwrap_or_default();
        let low = value(place);
        low + (value(place + 1) - low) * between
    }
}
