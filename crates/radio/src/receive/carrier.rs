//! The carrier loop: phase, frequency and its change, and whether it is in lock.
//!
//! A fading-memory filter of second degree (Morrison, Introduction to Sequential Smoothing and Prediction, 1969), that is a third-order loop with
//! three equal poles: a steady Doppler rate leaves no error, and no step overshoots into a slip. With pole p (1/s) the one-sided noise bandwidth is 1.03 p.
//! Everything here is beside the aid: what a predicted profile says is mixed away before.

use crate::Iq;
use core::f64::consts::TAU;

/// Noise bandwidth over pole.
const BANDWIDTH_PER_POLE: f64 = 1.031;

/// Phase variance in rad² that the loop may have from noise on the carrier alone when it tracks; the loss is of this order.
const JITTER: f64 = 0.008;

/// The same while it pulls in.
const PULL_IN_JITTER: f64 = 0.02;

/// Bandwidths in Hz that a loop may choose when it tracks, and while it pulls in.
const TRACKING_HZ: (f64, f64) = (5.0, 60.0);
const PULL_IN_HZ: (f64, f64) = (8.0, 100.0);

/// The lock is looked at over so many carrier-to-noise times, within these seconds.
const LOOK: f64 = 40.0;
const LOOK_S: (f64, f64) = (0.02, 0.3);

/// Below this part of its own level the carrier counts as gone.
const GONE: f64 = 0.4;

/// What one step has measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    /// Length in samples.
    pub samples: f64,
    /// Length in seconds.
    pub seconds: f64,
    /// Sum of the samples, turned back by the loop's phase: the carrier is on I.
    pub carrier: Iq,
    /// Sum of the data part, with decisions taken out and turned on I; zero without symbols.
    pub data: Iq,
    /// Noise density (variance of a complex sample) seen on I beside the carrier.
    pub noise: f64,
}

/// What became of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Not yet.
    PullIn,
    /// In lock.
    Held,
    /// The carrier is gone, or was none.
    Lost,
}

/// The loop.
#[derive(Clone, Debug)]
pub(crate) struct Carrier {
    /// Phase at the begin of the next step, in turns since the start.
    pub turns: f64,
    /// Frequency there in Hz.
    pub hz: f64,
    /// Its change in Hz a second.
    pub rate: f64,
    pole: f64,
    fixed_hz: Option<f64>,
    sample_rate: f64,
    max_rate: f64,
    /// Weights of carrier and data part: cosine and sine of the phase index.
    weights: (f64, f64),
    /// Level on I of late, over the lock's time.
    in_phase: f64,
    /// Level on I, long average.
    level: f64,
    noise: f64,
    age_s: f64,
    gone_s: f64,
    lock: Lock,
}

impl Carrier {
    /// A loop that begins at a frequency, with a carrier of so much power over noise density (Hz).
    pub(crate) fn new(settings: &super::Settings, hz: f64, rate: f64, cn0: f64) -> Self {
        let (sin, cos) = match settings.modulation {
            crate::waveform::Modulation::ResidualCarrier { index_rad } => index_rad.sin_cos(),
            _ => (0.0, 1.0),
        };
        let wide = (PULL_IN_JITTER * cn0).clamp(PULL_IN_HZ.0, PULL_IN_HZ.1);
        Self {
            turns: 0.0,
            hz,
            rate,
            pole: wide / BANDWIDTH_PER_POLE,
            fixed_hz: settings.loop_bandwidth_hz,
            sample_rate: settings.sample_rate.hz(),
            max_rate: 3.0 * settings.search.max_rate_hz_s + 100.0,
            weights: (cos, sin),
            in_phase: 0.0,
            level: 0.0,
            noise: 0.0,
            age_s: 0.0,
            gone_s: 0.0,
            lock: Lock::PullIn,
        }
    }

    /// One-sided noise bandwidth now, in Hz.
    pub(crate) fn bandwidth_hz(&self) -> f64 {
        self.pole * BANDWIDTH_PER_POLE
    }

    /// How long a step should be, in seconds.
    pub(crate) fn step_s(&self) -> f64 {
        0.05 / self.bandwidth_hz()
    }

    /// Whether it is in lock.
    pub(crate) const fn lock(&self) -> Lock {
        self.lock
    }

    /// Whether the carrier is weaker than it should be right now.
    pub(crate) fn fading(&self) -> bool {
        self.gone_s > 0.0
    }

    /// Carrier power over noise density in Hz, by the long averages.
    pub(crate) fn cn0(&self) -> f64 {
        self.level * self.level / self.noise.max(f64::MIN_POSITIVE) * self.sample_rate
    }

    /// Noise density, long average.
    pub(crate) const fn noise(&self) -> f64 {
        self.noise
    }

    /// Time over which the lock is looked at, in seconds.
    pub(crate) fn look_s(&self) -> f64 {
        (LOOK / self.cn0().max(1.0)).clamp(LOOK_S.0, LOOK_S.1)
    }

    /// Takes what a step has measured and goes on to the next; returns the phase error in turns.
    pub(crate) fn update(&mut self, step: &Measured) -> f64 {
        let z = (
            self.weights.0 * f64::from(step.carrier.re) + self.weights.1 * f64::from(step.data.re),
            self.weights.0 * f64::from(step.carrier.im) + self.weights.1 * f64::from(step.data.im),
        );
        let error = z.1.atan2(z.0) / TAU;
        let error = if error.is_finite() { error } else { 0.0 };
        self.advance(step.seconds);
        if self.age_s == 0.0 {
            // The first look gives the phase itself.
            self.turns += error;
            self.start_level(step);
        } else {
            let expected = (self.weights.0 * self.level * step.samples).max(f64::MIN_POSITIVE);
            let weight = (1.5 * z.0.hypot(z.1) / expected).min(1.0);
            self.correct(error * weight, step.seconds);
        }
        self.age_s += step.seconds;
        self.follow(step);
        self.judge(step.seconds);
        self.narrow(step.seconds);
        error
    }

    fn advance(&mut self, seconds: f64) {
        self.turns += seconds * (self.hz + 0.5 * seconds * self.rate);
        self.hz += seconds * self.rate;
    }

    fn correct(&mut self, error: f64, seconds: f64) {
        let forget = (self.pole * seconds).min(0.5);
        let keep = 1.0 - forget;
        self.turns += (1.0 - keep.powi(3)) * error;
        self.hz += 1.5 * forget * forget * (1.0 + keep) * error / seconds;
        self.rate += forget.powi(3) * error / (seconds * seconds);
        self.rate = self.rate.clamp(-self.max_rate, self.max_rate);
    }

    fn start_level(&mut self, step: &Measured) {
        let length = f64::from(step.carrier.norm()) / step.samples;
        self.level = length;
        self.in_phase = 0.0;
        self.noise = step.noise;
    }

    fn follow(&mut self, step: &Measured) {
        let now = f64::from(step.carrier.re) / step.samples;
        let part = (step.seconds / self.look_s()).min(1.0);
        let bound = 4.0 * self.level;
        self.in_phase += (now.clamp(-bound, bound) - self.in_phase) * part;
        let (level_part, noise_part) = if self.lock == Lock::Held {
            (step.seconds / 0.5, step.seconds / 0.5)
        } else {
            (part, part)
        };
        if self.gone_s == 0.0 {
            self.level += (now.clamp(-bound, bound) - self.level) * level_part.min(1.0);
            self.level = self.level.max(f64::MIN_POSITIVE);
        }
        if self.noise == 0.0 {
            self.noise = step.noise;
        }
        self.noise += (step.noise.min(4.0 * self.noise) - self.noise) * noise_part.min(1.0);
        self.noise = self.noise.max(1e-30);
    }

    fn judge(&mut self, seconds: f64) {
        let look = self.look_s();
        match self.lock {
            Lock::PullIn => {
                let spread = self.noise / (4.0 * look * self.sample_rate);
                let sure = self.in_phase > 0.0 && self.in_phase.powi(2) > 16.0 * spread;
                if self.age_s > 2.0 * look + 1.0 / self.pole && sure {
                    self.lock = Lock::Held;
                    self.level = self.in_phase;
                } else if self.age_s > 6.0 * look + 4.0 / self.pole {
                    self.lock = Lock::Lost;
                }
            }
            Lock::Held if self.in_phase < -0.6 * self.level => {
                // The data part alone is as happy half a turn off; the carrier is not.
                self.turns += 0.5;
                self.in_phase = -self.in_phase;
            }
            Lock::Held if self.in_phase < GONE * self.level => {
                self.gone_s += seconds;
                if self.gone_s > 1.5 * look {
                    self.lock = Lock::Lost;
                }
            }
            Lock::Held => self.gone_s = 0.0,
            Lock::Lost => {}
        }
    }

    fn narrow(&mut self, seconds: f64) {
        let target = self
            .fixed_hz
            .unwrap_or_else(|| (JITTER * self.cn0()).clamp(TRACKING_HZ.0, TRACKING_HZ.1));
        if self.lock == Lock::Held && self.gone_s == 0.0 {
            let part = (0.25 * self.pole * seconds).min(1.0);
            self.pole += (target / BANDWIDTH_PER_POLE - self.pole) * part;
        }
    }
}
