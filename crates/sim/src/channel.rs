//! Channels at symbol level: white Gaussian noise, a polarity nobody tells, symbol slips, and an automatic gain control.
//!
//! A symbol enters as 0 or 1, or as nothing (carrier only, silence); it leaves as a soft symbol (`i8`, positive = 1). With Eb/N0 given for the
//! information bits and a rate-1/2 code, Es/N0 is 3 dB less; a matched filter then gives ±1 with a noise variance of 1 / (2 Es/N0).
//!
//! ```
//! use magpie_sim::channel::{Channel, Polarity};
//! use magpie_sim::random::{Purpose, Stream};
//! let stream = Stream::new(7, "example", Purpose::UhfChannel);
//! let mut channel = Channel::new(stream, Polarity::Inverted);
//! let mut soft = Vec::new();
//! channel.carry(&[1; 1000], Some(9.0), &mut soft);
//! let wrong = soft.iter().filter(|&&s| s > 0).count();
//! assert!(wrong < 20, "inverted, and nearly free of errors: {wrong}");
//! ```

use crate::random::Stream;

/// Root mean square of the soft symbols behind the gain control; leaves head room for noise peaks up to 127.
const AGC_RMS: f64 = 40.0;

/// Which sign the receiver gives to a 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// As sent.
    Upright,
    /// Every symbol inverted.
    Inverted,
}

/// A noisy channel with memory of nothing but its random stream.
#[derive(Debug, Clone)]
pub struct Channel {
    stream: Stream,
    sign: f32,
    slip_every_symbols: f64,
    to_next_slip: u64,
    slips: u64,
}

impl Channel {
    /// A channel without slips.
    pub fn new(stream: Stream, polarity: Polarity) -> Self {
        let sign = match polarity {
            Polarity::Upright => 1.0,
            Polarity::Inverted => -1.0,
        };
        Self {
            stream,
            sign,
            slip_every_symbols: 0.0,
            to_next_slip: u64::MAX,
            slips: 0,
        }
    }

    /// Adds symbol slips with this mean distance in symbols: one symbol is lost or doubled.
    #[must_use]
    pub fn with_slips(mut self, every_symbols: u64) -> Self {
        if every_symbols > 0 {
            self.slip_every_symbols = every_symbols as f64;
            self.to_next_slip = self.stream.distance(self.slip_every_symbols);
        }
        self
    }

    /// Symbol slips so far.
    pub fn slips(&self) -> u64 {
        self.slips
    }

    /// Carries symbols (0 or 1) at this Eb/N0 in dB; `None`: no symbol energy reaches the receiver, only noise.
    pub fn carry(&mut self, symbols: &[u8], eb_n0_db: Option<f64>, soft: &mut Vec<i8>) {
        let levels = Levels::at(eb_n0_db);
        soft.reserve(symbols.len() + 1);
        let amplitude = levels.amplitude * self.sign;
        if self.to_next_slip > symbols.len() as u64 {
            // The common case, without a test for slips at every symbol.
            self.to_next_slip = self.to_next_slip.saturating_sub(symbols.len() as u64);
            let stream = &mut self.stream;
            soft.extend(symbols.iter().map(|&symbol| {
                quantise(level(symbol, amplitude) + levels.sigma * stream.normal())
            }));
            return;
        }
        for &symbol in symbols {
            let copies = self.copies();
            for _ in 0..copies {
                soft.push(quantise(
                    level(symbol, amplitude) + levels.sigma * self.stream.normal(),
                ));
            }
        }
    }

    /// How often the next symbol reaches the receiver: once, but for a slip.
    fn copies(&mut self) -> usize {
        self.to_next_slip = self.to_next_slip.saturating_sub(1);
        if self.to_next_slip > 0 {
            return 1;
        }
        self.to_next_slip = self.stream.distance(self.slip_every_symbols);
        self.slips += 1;
        if self.stream.coin() { 0 } else { 2 }
    }
}

/// Amplitude and noise behind the gain control.
struct Levels {
    amplitude: f32,
    sigma: f32,
}

impl Levels {
    fn at(eb_n0_db: Option<f64>) -> Self {
        let Some(eb_n0_db) = eb_n0_db else {
            return Self {
                amplitude: 0.0,
                sigma: AGC_RMS as f32,
            };
        };
        let es_n0 = 10f64.powf(eb_n0_db / 10.0) / 2.0;
        let variance = 1.0 / (2.0 * es_n0);
        let gain = AGC_RMS / (1.0 + variance).sqrt();
        Self {
            amplitude: gain as f32,
            sigma: (gain * variance.sqrt()) as f32,
        }
    }
}

fn level(symbol: u8, amplitude: f32) -> f32 {
    if symbol == 0 { -amplitude } else { amplitude }
}

/// To the nearest of −127..127.
fn quantise(level: f32) -> i8 {
    // `as` cuts towards zero after the half is added; the clamp keeps −128 out.
    (level + 0.5f32.copysign(level)).clamp(-127.0, 127.0) as i8
}

/// Eb/N0 over a window: a cosine arch through three given points, and slow fading on top.
#[derive(Debug, Clone)]
pub struct Profile {
    points_db: [f64; 3],
    window_s: f64,
    fading_db: f64,
    period_s: f64,
    phases: [f64; 3],
}

impl Profile {
    /// `points_db`: at the start, in the middle and at the end of the window. Phases of the fading are drawn.
    pub fn new(
        points_db: [f64; 3],
        window_s: f64,
        fading_db: f64,
        period_s: f64,
        stream: &mut Stream,
    ) -> Self {
        let phases = [(); 3].map(|()| stream.between(0.0, std::f64::consts::TAU));
        Self {
            points_db,
            window_s,
            fading_db,
            period_s,
            phases,
        }
    }

    /// Eb/N0 in dB at `t` seconds into the window.
    pub fn at(&self, t: f64) -> f64 {
        let [rise, peak, set] = self.points_db;
        let x = (t / self.window_s).clamp(0.0, 1.0);
        let edge = if x < 0.5 { rise } else { set };
        let arch = (std::f64::consts::PI * x).sin();
        // Three incommensurate waves whose peaks together make half of the peak-to-peak value.
        let waves = [(1.0, 0.5), (1.9, 0.3), (3.7, 0.2)];
        let fading: f64 = waves
            .iter()
            .zip(self.phases)
            .map(|(&(rate, part), phase)| {
                part * (std::f64::consts::TAU * rate * t / self.period_s + phase).sin()
            })
            .sum();
        edge + (peak - edge) * arch + self.fading_db / 2.0 * fading
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    fn channel(pass: &str) -> Channel {
        Channel::new(
            Stream::new(11, pass, Purpose::UhfChannel),
            Polarity::Upright,
        )
    }

    #[test]
    fn uncoded_symbol_errors_follow_the_q_function() {
        // Antipodal signalling: P = Q(sqrt(2 Es/N0)). Es/N0 = 0 dB (Eb/N0 = 3.0103 dB at rate 1/2): Q(1.41421) = 0.078650.
        // Es/N0 = 4 dB: Q(2.24149) = 0.012501 (tables of the normal distribution).
        for (eb_n0_db, expected) in [(3.0103, 0.078_650), (7.0103, 0.012_501)] {
            let n = 400_000;
            let mut soft = Vec::new();
            channel("q").carry(&vec![0; n], Some(eb_n0_db), &mut soft);
            // A soft 0 says nothing: half an error.
            let errors = soft
                .iter()
                .map(|&s| f64::midpoint(1.0, f64::from(s.signum())))
                .sum::<f64>();
            let rate = errors / n as f64;
            let five_sigma = 5.0 * (expected * (1.0 - expected) / n as f64).sqrt();
            assert!(
                (rate - expected).abs() < five_sigma,
                "{eb_n0_db} dB: {rate}, not {expected}"
            );
        }
    }

    #[test]
    fn without_energy_there_is_no_hint_of_the_symbols_and_the_level_stays() {
        let mut soft = Vec::new();
        channel("noise").carry(&vec![1; 100_000], None, &mut soft);
        let mean = soft.iter().map(|&s| f64::from(s)).sum::<f64>() / 1e5;
        let power = soft.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 5.0 * 40.0 / 1e5f64.sqrt(), "{mean}");
        assert!((power.sqrt() - 40.0).abs() < 1.0, "{power}");
        assert!(!soft.contains(&-128));
    }

    #[test]
    fn slips_change_the_number_of_symbols_and_are_counted() {
        let mut channel = channel("slips").with_slips(5_000);
        let mut soft = Vec::new();
        for _ in 0..100 {
            channel.carry(&[0; 1_000], Some(10.0), &mut soft);
        }
        assert!(
            (8..=40).contains(&channel.slips()),
            "about 20: {}",
            channel.slips()
        );
        assert!(soft.len().abs_diff(100_000) as u64 <= channel.slips());
    }

    #[test]
    fn the_profile_goes_through_its_points() {
        let mut stream = Stream::new(1, "p", Purpose::Circumstances);
        let profile = Profile::new([3.0, 9.0, 2.0], 600.0, 0.0, 60.0, &mut stream);
        for (t, expected) in [(0.0, 3.0), (300.0, 9.0), (600.0, 2.0)] {
            assert!((profile.at(t) - expected).abs() < 1e-9);
        }
        let fading = Profile::new([3.0, 9.0, 2.0], 600.0, 2.0, 60.0, &mut stream);
        assert!(
            (0..600).all(|t| (fading.at(f64::from(t)) - profile.at(f64::from(t))).abs() <= 1.0)
        );
    }
}
