//! A naive transmitter and noise, written from the facts of 211.1-B-4 alone: the phase of every sample by itself, nothing shared with the crate.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    clippy::type_complexity
)]

use magpie_radio::Iq;
use magpie_radio::receive::{Event, Hear, Receiver};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use std::collections::HashMap;
use std::f64::consts::{FRAC_PI_3, TAU};

/// A signal: carrier only before `begins_s` and after `ends_s`, random symbols between.
pub struct Signal {
    pub sample_rate: f64,
    pub symbol_rate: f64,
    pub begins_s: f64,
    pub ends_s: f64,
    /// Phase of the carrier in turns over time in seconds.
    pub turns: Box<dyn Fn(f64) -> f64>,
    /// The transmitter's symbol clock over time at the receiver, in seconds.
    pub clock: Box<dyn Fn(f64) -> f64>,
    /// Amplitude over time.
    pub gain: Box<dyn Fn(f64) -> f64>,
    /// Standard deviation of noise on I and on Q.
    pub sigma: f64,
    pub bits: Vec<u8>,
    pub noise: ChaCha8Rng,
}

impl Signal {
    /// Total power 1, noise for this C/N0 in dBHz, frequency `hz` and change `rate`.
    pub fn new(
        sample_rate: f64,
        symbol_rate: f64,
        cn0_dbhz: f64,
        hz: f64,
        rate: f64,
        seed: u64,
    ) -> Self {
        let n0 = 10_f64.powf(-cn0_dbhz / 10.0);
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(1);
        let mut bits = Vec::new();
        for _ in 0..(1 << 12) {
            let word = source.next_u64();
            bits.extend((0..64).map(|k| (word >> k & 1) as u8));
        }
        let mut noise = ChaCha8Rng::seed_from_u64(seed);
        noise.set_stream(2);
        Self {
            sample_rate,
            symbol_rate,
            begins_s: 0.0,
            ends_s: f64::INFINITY,
            turns: Box::new(move |t| 0.123 + t * (hz + 0.5 * rate * t)),
            clock: Box::new(|t| t),
            gain: Box::new(|_| 1.0),
            sigma: (n0 * sample_rate / 2.0).sqrt(),
            bits,
            noise,
        }
    }

    /// Symbol `index` of the transmission.
    pub fn bit(&self, index: i64) -> u8 {
        self.bits[index.rem_euclid(self.bits.len() as i64) as usize]
    }

    /// Integral of the Bi-Phase-L waveform up to `u` symbols.
    fn integral(&self, u: f64) -> f64 {
        let part = u - u.floor();
        let sign = if self.bit(u.floor() as i64) == 1 {
            1.0
        } else {
            -1.0
        };
        sign * part.min(1.0 - part)
    }

    /// Samples `from` to `to`, each the mean of the signal over its time.
    pub fn samples(&mut self, from: u64, to: u64) -> Vec<Iq> {
        let symbols = |t: f64| self.symbol_rate * ((self.clock)(t) - self.begins_s);
        let mut out = Vec::with_capacity((to - from) as usize);
        let mut u0 = symbols(from as f64 / self.sample_rate);
        for k in from..to {
            let t = (k as f64 + 0.5) / self.sample_rate;
            let u1 = symbols((k + 1) as f64 / self.sample_rate);
            let (re, im) = if t >= self.begins_s && t < self.ends_s {
                let mean = (self.integral(u1) - self.integral(u0)) / (u1 - u0);
                (FRAC_PI_3.cos(), FRAC_PI_3.sin() * mean)
            } else {
                (1.0, 0.0)
            };
            u0 = u1;
            let turns = (self.turns)(t);
            let (s, c) = ((turns - turns.floor()) * TAU).sin_cos();
            let a = (self.gain)(t);
            let (n1, n2): (f64, f64) = (
                StandardNormal.sample(&mut self.noise),
                StandardNormal.sample(&mut self.noise),
            );
            out.push(Iq::new(
                (a * (re * c - im * s) + self.sigma * n1) as f32,
                (a * (re * s + im * c) + self.sigma * n2) as f32,
            ));
        }
        out
    }
}

/// C/N0 in dBHz for an Eb/N0 (data part only) of uncoded symbols.
pub fn cn0_for(es_n0_db: f64, symbol_rate: f64) -> f64 {
    es_n0_db + 10.0 * symbol_rate.log10() - 10.0 * 0.75_f64.log10()
}

/// Probability of error of uncoded antipodal symbols.
pub fn theory(es_n0_db: f64) -> f64 {
    0.5 * erfc(10_f64.powf(es_n0_db / 20.0))
}

/// Complementary error function (Numerical Recipes' rational fit, 1.2e-7).
pub fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let c = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let p = c.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let y = t * (-x * x + p).exp();
    if x < 0.0 { 2.0 - y } else { y }
}

/// Es/N0 in dB at which theory has this error rate.
pub fn es_n0_of(rate: f64) -> f64 {
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if theory(middle) > rate {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// What a receiver made of a signal.
#[derive(Default, Debug)]
pub struct Heard {
    pub acquired: Vec<(u64, f64, f64)>,
    pub estimates: Vec<(u64, f64, f64, f64, Option<f64>)>,
    pub lost: Vec<u64>,
    pub symbol_locks: Vec<(u64, f64, bool)>,
    pub symbol_lost: Vec<u64>,
    pub symbols: u64,
    pub zeros: u64,
    pub compared: u64,
    pub errors: u64,
    /// Transmitted symbol number less received one, and how many symbols were told with it.
    pub places: HashMap<i64, u64>,
    pub magnitude: f64,
    pub not_numbers: Vec<(u64, u64)>,
}

impl Heard {
    /// Notes an event; symbols are compared with the transmitted ones from second `from_s` on.
    pub fn note(&mut self, signal: &Signal, from_s: f64, event: &Event<'_>) {
        match *event {
            Event::CarrierAcquired(e) => self.acquired.push((e.at, e.offset_hz, e.cn0_dbhz)),
            Event::Carrier(e) => {
                self.estimates
                    .push((e.at, e.offset_hz, e.rate_hz_s, e.cn0_dbhz, e.es_n0_db));
            }
            Event::CarrierLost { at } => self.lost.push(at),
            Event::SymbolLock {
                at,
                symbol_rate,
                continued,
            } => {
                self.symbol_locks.push((at, symbol_rate, continued));
            }
            Event::SymbolLost { at } => self.symbol_lost.push(at),
            Event::NotNumbers { at, count } => self.not_numbers.push((at, count)),
            Event::Symbols { first, at, soft } => {
                let t = (signal.clock)(at / signal.sample_rate);
                let sent = ((t - signal.begins_s) * signal.symbol_rate).round() as i64;
                self.symbols += soft.len() as u64;
                *self.places.entry(sent - first as i64).or_default() += soft.len() as u64;
                for (k, &soft) in soft.iter().enumerate() {
                    self.zeros += u64::from(soft == 0);
                    let index = sent + k as i64;
                    let at_s = signal.begins_s + index as f64 / signal.symbol_rate;
                    if index >= 0 && at_s >= from_s && at_s < signal.ends_s {
                        self.compared += 1;
                        self.magnitude += f64::from(soft).abs();
                        self.errors += u64::from(u8::from(soft > 0) != signal.bit(index));
                    }
                }
            }
        }
    }
}

/// Sends `seconds` of a signal through a receiver.
pub fn hear(signal: &mut Signal, receiver: &mut Receiver, seconds: f64, from_s: f64) -> Heard {
    let mut heard = Heard::default();
    let end = (seconds * signal.sample_rate) as u64;
    let mut at = 0;
    while at < end {
        let to = (at + 32_768).min(end);
        let block = signal.samples(at, to);
        receiver.push(&block, &mut |event| heard.note(signal, from_s, &event));
        at = to;
    }
    receiver.finish(&mut |event| heard.note(signal, from_s, &event));
    heard
}
