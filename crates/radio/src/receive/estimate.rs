//! Frequency, its change, and C/N0 over the last second: a parabola through the measured phase by least squares.
//!
//! For a tone in white noise no unbiased estimate of the frequency in the middle of a window of T seconds has a smaller variance than 3 / (2 π² (C/N0) T³) Hz²
//! (Rife and Boorstyn 1974); least squares on the phase reaches it when the phase is followed without slips.

use super::position::Position;
use std::collections::VecDeque;

/// Phases are gathered over at least this time, in seconds.
const BIN_S: f64 = 0.002;

/// What a window says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    /// The middle of it.
    pub at: Position,
    /// Frequency there in Hz.
    pub hz: f64,
    /// Its change in Hz a second.
    pub rate: f64,
    /// Carrier power over noise density in Hz.
    pub cn0: f64,
}

/// What one step adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Middle of the step.
    pub at: Position,
    /// Its length in samples.
    pub samples: f64,
    /// Phase measured there, in turns.
    pub turns: f64,
    /// Sum on I.
    pub in_phase: f64,
    /// Noise density.
    pub noise: f64,
}

/// Sums weighted by time.
#[derive(Clone, Copy, Debug)]
struct Bin {
    origin: Position,
    samples: f64,
    time: f64,
    phase: f64,
    phase_origin: f64,
    in_phase: f64,
    noise: f64,
}

impl Bin {
    fn new(point: &Point) -> Self {
        let mut bin = Self {
            origin: point.at,
            samples: 0.0,
            time: 0.0,
            phase: 0.0,
            phase_origin: point.turns,
            in_phase: 0.0,
            noise: 0.0,
        };
        bin.add(point);
        bin
    }

    fn add(&mut self, point: &Point) {
        self.time += point.samples * point.at.since(self.origin);
        self.phase += point.samples * (point.turns - self.phase_origin);
        self.noise += point.samples * point.noise;
        self.in_phase += point.in_phase;
        self.samples += point.samples;
    }

    fn at(&self) -> Position {
        self.origin.plus(self.time / self.samples)
    }

    fn turns(&self) -> f64 {
        self.phase_origin + self.phase / self.samples
    }
}

/// The last second.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    bins: VecDeque<Bin>,
    sample_rate: f64,
    span_s: f64,
}

impl Window {
    /// An empty window of `span_s` seconds.
    pub(crate) fn new(sample_rate: f64, span_s: f64) -> Self {
        Self {
            bins: VecDeque::new(),
            sample_rate,
            span_s,
        }
    }

    /// Adds a step's measurement.
    pub(crate) fn push(&mut self, point: &Point) {
        match self.bins.back_mut() {
            Some(bin) if bin.samples < BIN_S * self.sample_rate => bin.add(point),
            _ => self.bins.push_back(Bin::new(point)),
        }
        let span = self.span_s * self.sample_rate;
        while let (Some(first), Some(last)) = (self.bins.front(), self.bins.back()) {
            if last.at().since(first.at()) <= span {
                break;
            }
            self.bins.pop_front();
        }
    }

    /// Forgets what is later than `at`: it was measured in a fade.
    pub(crate) fn forget_after(&mut self, at: Position) {
        while self.bins.back().is_some_and(|bin| bin.at().since(at) > 0.0) {
            self.bins.pop_back();
        }
    }

    /// Level and parabola over what is here; `None` with fewer than four bins.
    pub(crate) fn fit(&self) -> Option<Fit> {
        let (first, last) = (self.bins.front()?, self.bins.back()?);
        if self.bins.len() < 4 {
            return None;
        }
        let centre = first.at().plus(0.5 * last.at().since(first.at()));
        let origin = first.turns();
        // Moments of time (in seconds from the middle) and of phase against time.
        let mut t = [0.0_f64; 5];
        let mut y = [0.0_f64; 3];
        let (mut samples, mut level, mut noise) = (0.0, 0.0, 0.0);
        for bin in &self.bins {
            let time = bin.at().since(centre) / self.sample_rate;
            let mut power = bin.samples;
            for (k, moment) in t.iter_mut().enumerate() {
                *moment += power;
                if let Some(moment) = y.get_mut(k) {
                    *moment += power * (bin.turns() - origin);
                }
                power *= time;
            }
            samples += bin.samples;
            level += bin.in_phase;
            noise += bin.noise;
        }
        let (_, hz, half_rate) = solve(&t, &y)?;
        let noise = (noise / samples).max(1e-30);
        let power = (level / samples).powi(2) - 0.5 * noise / samples;
        Some(Fit {
            at: centre,
            hz,
            rate: 2.0 * half_rate,
            cn0: (power / noise * self.sample_rate).max(1e-3),
        })
    }
}

/// The parabola of least squares by its normal equations (Cramer's rule).
fn solve(t: &[f64; 5], y: &[f64; 3]) -> Option<(f64, f64, f64)> {
    let rows = [[t[0], t[1], t[2]], [t[1], t[2], t[3]], [t[2], t[3], t[4]]];
    let whole = determinant(&rows);
    let part = |place: usize| {
        let mut changed = rows;
        changed[place] = *y;
        determinant(&changed) / whole
    };
    let (zero, one, two) = (part(0), part(1), part(2));
    (zero.is_finite() && one.is_finite() && two.is_finite()).then_some((zero, one, two))
}

fn determinant(rows: &[[f64; 3]; 3]) -> f64 {
    let [first, second, third] = rows;
    first[0] * (second[1] * third[2] - second[2] * third[1])
        - first[1] * (second[0] * third[2] - second[2] * third[0])
        + first[2] * (second[0] * third[1] - second[1] * third[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_found_as_it_is() {
        // Phase 0.25 + 1234.5 t + 75 t² in turns: 150 Hz/s; at 0.5 s 1309.5 Hz.
        let mut window = Window::new(1000.0, 2.0);
        for k in 0..200_u32 {
            let t = 0.0025 + f64::from(k) * 0.005;
            window.push(&Point {
                at: Position::at(0).plus(t * 1000.0),
                samples: 5.0,
                turns: 0.25 + t * (1234.5 + 75.0 * t),
                in_phase: 5.0,
                noise: 0.5,
            });
        }
        let fit = window.fit().unwrap();
        assert!((fit.at.samples() - 500.0).abs() < 1e-6, "{fit:?}");
        assert!((fit.hz - 1309.5).abs() < 1e-6, "{fit:?}");
        assert!((fit.rate - 150.0).abs() < 1e-4, "{fit:?}");
        // Level 1, density 0.5: 2 a sample, 2000 Hz.
        assert!((fit.cn0 - 2000.0).abs() < 2.0, "{fit:?}");
    }
}
