//! The symbol loop: soft symbols out of quarters of symbols, and the clock that cuts the quarters.
//!
//! Bi-Phase-L has a transition in the middle of every symbol; what the two quarters around it add up to, times the symbol's sign, is the timing error. The loop is
//! a fading-memory filter of first degree whose memory grows after lock until [`NARROWEST`]: the matched filter has a cusp, so
//! jitter costs in proportion to its mean magnitude, and transmitter clocks are quiet.

use super::position::Position;
use crate::Iq;

/// Noise bandwidth of the loop over the symbol rate, in the end.
const NARROWEST: f64 = 6e-5;

/// Symbols that the first estimate of the clock is worth.
const HEAD_START: f64 = 512.0;

/// The clock is at most so far from nominal.
const PULL: f64 = 0.0025;

/// Symbols over which lock and the half-symbol question are judged.
const WINDOW: f64 = 256.0;

/// Signal and noise over noise alone below which there are no symbols.
const GONE: f64 = 1.4;

/// What the sums over a step's symbols are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    /// All of the samples: the carrier.
    pub carrier: Iq,
    /// The data part with decisions taken out, on I.
    pub data: Iq,
    /// Squares of what is beside the data, that is noise.
    pub noise: f64,
    /// Squares of symbols, and of symbols half a symbol later.
    energy: f64,
    shifted: f64,
    magnitude: f64,
    /// Decision times symbol, and decision times transition.
    in_time: f64,
    early: f64,
}

/// What a window has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Go on.
    Fine,
    /// The clock is half a symbol off; it has been moved.
    HalfOff,
    /// There are no symbols.
    Gone,
}

/// The loop.
#[derive(Clone, Debug)]
pub(crate) struct Symbols {
    /// Symbols a second by the transmitter's book, and samples a symbol.
    rate: f64,
    nominal: f64,
    /// Samples a symbol as measured.
    period: f64,
    /// Symbols since the clock was found.
    age: f64,
    /// Mean magnitude of a symbol.
    level: f64,
    /// Variance of a symbol.
    variance: f64,
    window: Sums,
    counted: f64,
    /// Es/N0 of the last eight windows or so, and how many there were.
    es_n0: f64,
    windows: u32,
    /// Windows in a row that looked half a symbol off.
    half_off: u32,
    last_half: f32,
    scaled: Vec<f32>,
}

impl Symbols {
    /// A loop with a first estimate of the period, level and variance of its symbols.
    pub(crate) fn new(rate: f64, nominal: f64, period: f64, level: f64, variance: f64) -> Self {
        Self {
            rate,
            nominal,
            period,
            age: 0.0,
            level,
            variance,
            window: Sums::default(),
            counted: 0.0,
            es_n0: 0.5 * level * level / variance.max(f64::MIN_POSITIVE),
            windows: 0,
            half_off: 0,
            last_half: 0.0,
            scaled: Vec::new(),
        }
    }

    /// Samples a symbol.
    pub(crate) const fn period(&self) -> f64 {
        self.period
    }

    /// Symbols a second by the book.
    pub(crate) const fn rate(&self) -> f64 {
        self.rate
    }

    /// Energy a symbol over noise density.
    pub(crate) const fn es_n0(&self) -> f64 {
        self.es_n0
    }

    /// Likely error of the period, in parts of it.
    pub(crate) fn drift(&self) -> f64 {
        0.01 * self.bandwidth()
    }

    fn bandwidth(&self) -> f64 {
        // A growing memory: with less than this the first error of the period would stay as a bias of the phase.
        (2.5 / (self.age + HEAD_START)).max(NARROWEST)
    }

    /// Soft symbols of `quarters` (four for each) into `soft`, and their sums.
    pub(crate) fn demodulate(&mut self, quarters: &[Iq], soft: &mut Vec<i8>) -> Sums {
        soft.clear();
        self.scaled.clear();
        let mut sums = Sums::default();
        let (mut noise, mut energy, mut shifted) = (0.0_f32, 0.0_f32, 0.0_f32);
        let (mut magnitude, mut in_time, mut early) = (0.0_f32, 0.0_f32, 0.0_f32);
        let (mut data_re, mut data_im) = (0.0_f32, 0.0_f32);
        let sure = (self.level / self.variance.max(f64::MIN_POSITIVE)) as f32;
        let mut last_half = self.last_half;
        for four in quarters.chunks_exact(4) {
            let &[q0, q1, q2, q3] = four else { continue };
            let (first, second) = (q0 + q1, q2 + q3);
            let symbol = first - second;
            let decision = (symbol.im * sure).clamp(-1.0, 1.0);
            sums.carrier += first + second;
            data_re += decision * symbol.im;
            data_im -= decision * symbol.re;
            noise += symbol.re * symbol.re;
            energy += symbol.im * symbol.im;
            let between = last_half - first.im;
            shifted += between * between;
            magnitude += symbol.im.abs();
            early += decision * (q1.im + q2.im);
            in_time += decision * symbol.im;
            last_half = second.im;
            self.scaled.push(symbol.im);
        }
        self.last_half = last_half;
        sums.data = Iq::new(data_re, data_im);
        sums.noise = f64::from(noise);
        sums.energy = f64::from(energy);
        sums.shifted = f64::from(shifted);
        sums.magnitude = f64::from(magnitude);
        sums.in_time = f64::from(in_time);
        sums.early = f64::from(early);
        let scale = f64::from(magpie_coding::soft::MEAN_MAGNITUDE) / self.level;
        let scale = (scale as f32).min(f32::MAX);
        soft.extend(
            self.scaled
                .iter()
                .map(|y| (y * scale).clamp(-127.0, 127.0))
                .map(|y| (y + 0.5_f32.copysign(y)) as i32 as i8),
        );
        sums
    }

    /// Corrects the clock, whose next symbol begins at `next`; with `hold` it only runs on.
    pub(crate) fn correct(
        &mut self,
        next: Position,
        sums: &Sums,
        count: f64,
        hold: bool,
    ) -> Position {
        if hold {
            return next;
        }
        let floor = 0.5 * self.level * count;
        let late = -sums.early / (2.0 * sums.in_time.max(floor)).max(f64::MIN_POSITIVE);
        let late = late.clamp(-0.125, 0.125);
        let forget = (1.6 * self.bandwidth() * count).min(0.5);
        let keep = 1.0 - forget;
        self.period -= forget * forget * late * self.period / count;
        let pull = PULL * self.nominal;
        self.period = self.period.clamp(self.nominal - pull, self.nominal + pull);
        self.age += count;
        let part = count / (self.age + count).clamp(count, 256.0);
        let mean = (sums.magnitude / count).min(4.0 * self.level);
        self.level += (mean - self.level) * part;
        let variance = (sums.noise / count).min(4.0 * self.variance);
        self.variance += (variance - self.variance) * part;
        self.level = self.level.max(1e-30);
        self.variance = self.variance.max(1e-30);
        next.plus(-(1.0 - keep * keep) * late * self.period)
    }

    /// Judges the window when it is full.
    pub(crate) fn judge(&mut self, sums: &Sums, count: f64) -> Verdict {
        self.window.noise += sums.noise;
        self.window.energy += sums.energy;
        self.window.shifted += sums.shifted;
        self.counted += count;
        if self.counted < WINDOW {
            return Verdict::Fine;
        }
        let window = core::mem::take(&mut self.window);
        let count = core::mem::take(&mut self.counted);
        let noise = window.noise.max(f64::MIN_POSITIVE);
        let best = window.energy.max(window.shifted);
        let es_n0 = (0.5 * (window.energy - noise) / noise).clamp(1e-3, 1e12);
        self.windows += 1;
        self.es_n0 += (es_n0 - self.es_n0) / f64::from(self.windows.min(8));
        if best < GONE * noise {
            return Verdict::Gone;
        }
        let spread = 2.0 * noise.max(0.3 * best) / count.sqrt();
        if window.shifted - window.energy > (0.2 * (best - noise)).max(2.0 * spread) {
            self.half_off += 1;
        } else {
            self.half_off = 0;
        }
        if self.half_off >= 2 {
            self.half_off = 0;
            return Verdict::HalfOff;
        }
        Verdict::Fine
    }
}
