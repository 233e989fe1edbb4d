//! Interference as it happens on board: bursts of noise, lines, another carrier.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp1};

use super::noise::gauss;
use super::phasor::{Parabola, Phasor};
use super::{Seed, Stage, amplitude, power};
use crate::{Iq, SampleRate};

/// A carrier that does not belong here, or one line of a comb.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// Above the middle of the band at sample 0, in Hz.
    pub offset_hz: f64,
    /// Its change in Hz a second.
    pub drift_hz_s: f64,
    /// Its power over that of the signal, in dB, while it is on.
    pub level_db: f64,
    /// On and off in turn; `None`: always on.
    pub pulsed: Option<Pulsed>,
}

/// On and off in turn, on first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulsed {
    /// From one beginning to the next, in seconds.
    pub period_s: f64,
    /// On for so long, in seconds.
    pub on_s: f64,
}

/// Equal lines at `offset_hz` + k · `spacing_hz`, k from 0 to `count` − 1: what a switching converter or a data bus puts into a receiver.
pub fn comb(offset_hz: f64, spacing_hz: f64, count: u32, level_db: f64) -> Vec<Tone> {
    (0..count)
        .map(|k| Tone {
            offset_hz: offset_hz + f64::from(k) * spacing_hz,
            drift_hz_s: 0.0,
            level_db,
            pulsed: None,
        })
        .collect()
}

/// Adds tones.
#[derive(Clone, Debug)]
pub struct Tones(Vec<Line>);

#[derive(Clone, Debug)]
struct Line {
    tone: Tone,
    sample_rate: SampleRate,
    height: f32,
    phasor: Phasor,
    next: u64,
    /// This block's line, before it is switched.
    buffer: Vec<Iq>,
}

impl Tones {
    /// Any number of tones; each has phase 0 at sample 0.
    pub fn new(tones: &[Tone], sample_rate: SampleRate) -> Self {
        let lines = tones.iter().map(|&tone| Line {
            tone,
            sample_rate,
            height: amplitude(tone.level_db),
            phasor: Phasor::default(),
            next: 0,
            buffer: Vec::new(),
        });
        Self(lines.collect())
    }
}

impl Stage for Tones {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for line in &mut self.0 {
            line.add(block);
        }
    }
}

impl Line {
    fn add(&mut self, block: &mut [Iq]) {
        let rate = self.sample_rate.hz();
        let (offset, drift) = (
            self.tone.offset_hz / rate,
            self.tone.drift_hz_s / rate / rate,
        );
        let phase = |sample| {
            let n = sample as f64;
            Parabola {
                at: (offset * n).fract() + (drift / 2.0 * n * n).fract(),
                slope: offset + drift * n,
                bend: drift,
            }
        };
        let height = self.height;
        let Some(pulsed) = self.tone.pulsed else {
            let add = |sample: &mut Iq, phasor| *sample += phasor * height;
            self.phasor.apply(block, phase, add);
            return;
        };
        let (period, on) = (pulsed.period_s * rate, pulsed.on_s * rate);
        self.buffer.clear();
        self.buffer.resize(block.len(), Iq::default());
        self.phasor
            .apply(&mut self.buffer, phase, |sample, phasor| *sample = phasor);
        for (sample, phasor) in block.iter_mut().zip(&self.buffer) {
            if self.next as f64 % period < on {
                *sample += phasor * height;
            }
            self.next += 1;
        }
    }
}

/// Bursts of white noise over all of the band, at random times: the pauses between them have an exponential distribution.
#[derive(Clone, Debug)]
pub struct Bursts {
    rng: ChaCha8Rng,
    /// In samples.
    duration: f64,
    /// In samples, on average.
    pause: f64,
    /// Of I and of Q.
    deviation: f32,
    on: bool,
    /// Samples until it changes.
    left: u64,
}

impl Bursts {
    /// Bursts of `duration_s` seconds, from one begin to the next `period_s` seconds on average, of a power of `level_db` dB over the signal.
    pub fn new(
        period_s: f64,
        duration_s: f64,
        level_db: f64,
        sample_rate: SampleRate,
        seed: Seed,
    ) -> Self {
        let mut bursts = Self {
            rng: seed.rng(),
            duration: duration_s.max(0.0) * sample_rate.hz(),
            pause: (period_s - duration_s).max(0.0) * sample_rate.hz(),
            deviation: (power(level_db) / 2.0).sqrt() as f32,
            on: true,
            left: 0,
        };
        bursts.change();
        bursts
    }

    fn change(&mut self) {
        self.on = !self.on;
        let samples = if self.on {
            self.duration
        } else {
            let pause: f64 = Exp1.sample(&mut self.rng);
            pause * self.pause
        };
        // At least one, so that time goes on.
        self.left = (samples.round() as u64).max(1);
    }
}

impl Stage for Bursts {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let mut rest = block.as_mut_slice();
        while !rest.is_empty() {
            let now = usize::try_from(self.left)
                .unwrap_or(usize::MAX)
                .min(rest.len());
            let (these, others) = rest.split_at_mut(now);
            if self.on {
                for sample in these {
                    *sample += gauss(&mut self.rng) * self.deviation;
                }
            }
            self.left -= now as u64;
            if self.left == 0 {
                self.change();
            }
            rest = others;
        }
    }
}
