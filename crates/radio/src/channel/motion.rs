//! Motion and clocks: Doppler, oscillator, sample clock, a second ray.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};
use thiserror::Error;

use super::delay::Delay;
use super::phasor::{Parabola, Phasor, SEGMENT};
use super::{Seed, Stage, amplitude};
use crate::profile::{Profile, SPEED_OF_LIGHT};
use crate::{Iq, SampleRate};

/// Fastest range rate that [`Doppler`] takes, in metres a second: a tenth of the speed of light.
const FASTEST: f64 = SPEED_OF_LIGHT / 10.0;

/// Motion along a profile: the carrier turns by −f·(τ − τ₀) and the samples come τ − τ₀ later, with τ = range / c; so symbols are stretched by what the
/// carrier is, in parts of itself. The delay at sample 0 is left out. The profile's time is the receiver's (sample number over sample rate).
#[derive(Clone, Debug)]
pub struct Doppler {
    path: Path,
    carrier_hz: f64,
    delay: Delay,
    phasor: Phasor,
}

#[derive(Clone, Debug)]
struct Path {
    profile: Profile,
    sample_rate: SampleRate,
    /// At sample 0.
    first_m: f64,
}

impl Path {
    /// `scale` × the delay since sample 0 in seconds, as a parabola over the segment from a sample on.
    fn delay_times(&self, scale: f64) -> impl Fn(u64) -> Parabola + '_ {
        let scale = scale / SPEED_OF_LIGHT;
        move |sample| {
            let (range, slope) = self.profile.at(self.sample_rate.seconds(sample));
            let (_, later) = self.profile.at(self.sample_rate.seconds(sample + SEGMENT));
            let slope = scale * slope / self.sample_rate.hz();
            let later = scale * later / self.sample_rate.hz();
            Parabola {
                at: scale * (range - self.first_m),
                slope,
                bend: (later - slope) / SEGMENT as f64,
            }
        }
    }
}

/// A profile that no spacecraft flies.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error(
    "the profile's range rate is {0} m/s at its fastest: at most a tenth of the speed of light"
)]
pub struct TooFast(pub f64);

impl Doppler {
    /// For a carrier of this frequency.
    ///
    /// # Errors
    /// If the profile is faster than a tenth of the speed of light at a row or from row to row.
    pub fn new(
        profile: Profile,
        carrier_hz: f64,
        sample_rate: SampleRate,
    ) -> Result<Self, TooFast> {
        let at_rows = profile.rows().iter().map(|row| row.range_rate_m_s);
        let between = profile
            .rows()
            .windows(2)
            .map(|two| (two[1].range_m - two[0].range_m) / (two[1].t_s - two[0].t_s));
        let fastest = at_rows.chain(between).map(f64::abs).fold(0.0, f64::max);
        if fastest > FASTEST {
            return Err(TooFast(fastest));
        }
        Ok(Self {
            path: Path {
                first_m: profile.at(0.0).0,
                profile,
                sample_rate,
            },
            carrier_hz,
            delay: Delay::new(),
            phasor: Phasor::default(),
        })
    }

    fn turn(&mut self, block: &mut [Iq]) {
        let phase = self.path.delay_times(-self.carrier_hz);
        self.phasor
            .apply(block, phase, |sample, phasor| *sample *= phasor);
    }
}

impl Stage for Doppler {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let ahead = self.path.delay_times(-self.path.sample_rate.hz());
        self.delay.process(block, u64::MAX, ahead);
        self.turn(block);
    }

    fn finish(&mut self, block: &mut Vec<Iq>) {
        let mut rest = Vec::new();
        let ahead = self.path.delay_times(-self.path.sample_rate.hz());
        self.delay.finish(&mut rest, u64::MAX, ahead);
        self.turn(&mut rest);
        block.append(&mut rest);
    }
}

/// The transmitter's (or the receiver's local) oscillator: turns the carrier; the symbol clock is left alone, see [`SampleClock`].
#[derive(Clone, Debug)]
pub struct Oscillator {
    /// In turns a sample.
    offset: f64,
    /// In turns a sample².
    drift: f64,
    phasor: Phasor,
    walk: Option<Walk>,
}

#[derive(Clone, Debug)]
struct Walk {
    rng: ChaCha8Rng,
    /// Of the step from sample to sample, in radians.
    deviation: f64,
    phase: f64,
}

impl Oscillator {
    /// Off by `ppm` millionths of the carrier's frequency at sample 0, and by `ppm_s` more each second.
    pub fn new(carrier_hz: f64, ppm: f64, ppm_s: f64, sample_rate: SampleRate) -> Self {
        Self::hz(
            carrier_hz * ppm * 1e-6,
            carrier_hz * ppm_s * 1e-6,
            sample_rate,
        )
    }

    /// Off by `hz` at sample 0, and by `hz_s` more each second.
    pub fn hz(hz: f64, hz_s: f64, sample_rate: SampleRate) -> Self {
        Self {
            offset: hz / sample_rate.hz(),
            drift: hz_s / sample_rate.hz() / sample_rate.hz(),
            phasor: Phasor::default(),
            walk: None,
        }
    }

    /// With a phase that walks at random: its variance grows by `rad2_s` radians² a second (a Lorentz line of width `rad2_s` / 2π Hz).
    #[must_use]
    pub fn walking(mut self, rad2_s: f64, sample_rate: SampleRate, seed: Seed) -> Self {
        self.walk = Some(Walk {
            rng: seed.rng(),
            deviation: (rad2_s / sample_rate.hz()).sqrt(),
            phase: 0.0,
        });
        self
    }
}

impl Stage for Oscillator {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let (offset, drift) = (self.offset, self.drift);
        let phase = |sample| {
            let n = sample as f64;
            // Whole turns are dropped part by part, so that hours of samples cost no precision.
            Parabola {
                at: (offset * n).fract() + (drift / 2.0 * n * n).fract(),
                slope: offset + drift * n,
                bend: drift,
            }
        };
        self.phasor
            .apply(block, phase, |sample, phasor| *sample *= phasor);
        if let Some(walk) = &mut self.walk {
            for sample in block {
                *sample *= Iq::from_polar(1.0, walk.phase as f32);
                let step: f64 = StandardNormal.sample(&mut walk.rng);
                walk.phase = (walk.phase + step * walk.deviation) % core::f64::consts::TAU;
            }
        }
    }
}

/// The clock of the converter: with +100 ppm it takes 100 samples too many in a million, so that everything seems to go slower by that, the symbols
/// as well as an offset of the carrier.
#[derive(Clone, Debug)]
pub struct SampleClock {
    /// Samples that a sample is ahead of the last one's place, less one.
    gain: f64,
    delay: Delay,
}

impl SampleClock {
    /// Too fast by `ppm` millionths, which are limited to ±100,000.
    pub fn new(ppm: f64) -> Self {
        let part = ppm.clamp(-1e5, 1e5) * 1e-6;
        Self {
            gain: -part / (1.0 + part),
            delay: Delay::new(),
        }
    }

    fn ahead(&self) -> impl Fn(u64) -> Parabola + use<> {
        let gain = self.gain;
        move |sample| Parabola {
            at: gain * sample as f64,
            slope: gain,
            bend: 0.0,
        }
    }
}

impl Stage for SampleClock {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let ahead = self.ahead();
        self.delay.process(block, u64::MAX, ahead);
    }

    fn finish(&mut self, block: &mut Vec<Iq>) {
        let mut rest = Vec::new();
        let ahead = self.ahead();
        self.delay.finish(&mut rest, u64::MAX, ahead);
        block.append(&mut rest);
    }
}

/// A second way from antenna to antenna: the signal again, later, weaker and turned. The direct ray stays as it is, so the mean power becomes
/// 1 + gain² where the delay is longer than a symbol.
#[derive(Clone, Debug)]
pub struct TwoRay {
    /// Samples that the direct ray waits until the second one can be computed.
    direct: Vec<Iq>,
    /// Samples that came.
    came: u64,
    /// In samples, negative.
    ahead: f64,
    turn: Iq,
    delay: Delay,
}

impl TwoRay {
    /// Later by `delay_s` seconds, `gain_db` stronger (weaker if negative), turned by `phase_rad` at the carrier.
    pub fn new(delay_s: f64, gain_db: f64, phase_rad: f64, sample_rate: SampleRate) -> Self {
        // A minute of samples at most, so that memory is bounded.
        let ahead = -(delay_s.clamp(0.0, 60.0) * sample_rate.hz());
        Self {
            direct: Vec::new(),
            came: 0,
            ahead,
            turn: Iq::from_polar(amplitude(gain_db), phase_rad as f32),
            delay: Delay::new(),
        }
    }

    fn ahead(&self) -> impl Fn(u64) -> Parabola + use<> {
        let at = self.ahead;
        move |_| Parabola {
            at,
            slope: 0.0,
            bend: 0.0,
        }
    }

    /// Adds the direct ray to the second one, which is never ahead of it.
    fn add(&mut self, second: &mut [Iq]) {
        let ready = second.len().min(self.direct.len());
        for (second, direct) in second.iter_mut().zip(self.direct.drain(..ready)) {
            *second = direct + *second * self.turn;
        }
    }
}

impl Stage for TwoRay {
    fn process(&mut self, block: &mut Vec<Iq>) {
        self.direct.extend_from_slice(block);
        self.came += block.len() as u64;
        let ahead = self.ahead();
        self.delay.process(block, self.came, ahead);
        self.add(block);
    }

    fn finish(&mut self, block: &mut Vec<Iq>) {
        let mut rest = Vec::new();
        let ahead = self.ahead();
        self.delay.finish(&mut rest, self.came, ahead);
        self.add(&mut rest);
        block.append(&mut rest);
    }
}
