//! Eye and constellation of stretches of samples: turned back by the carrier's own phase, and integrated between the places that the receiver found.
//!
//! Bi-Phase-L leaves the carrier alone over whole symbols, so its phase is that of sums over some symbols; a straight line through these phases turns the
//! samples back. A point of the constellation is a symbol: its mean is what is left of the carrier (in phase), the difference of its halves is the data
//! (in quadrature). At 60° they lie about (0.5, ±0.87).

use magpie_radio::{Iq, SampleRate};

use super::snippets::Snippet;

/// Symbols whose sum gives a phase.
const PIECE: usize = 32;
/// Points a symbol of the eye, and the symbols that it is wide.
const STEPS: usize = 32;
pub(super) const EYE_SYMBOLS: usize = 2;
/// Cells of the eye up and down, from -2 to 2.
const LEVELS: usize = 61;
pub(super) const EYE_HEIGHT: f64 = 2.0;
/// Points of the constellation at the most.
const POINTS: usize = 2500;

/// Pictures of symbols.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Symbols {
    /// Carrier and data part of each symbol, of a signal of amplitude 1.
    pub(super) points: Vec<(f32, f32)>,
    /// How often the quadrature arm, a mean over half a symbol, was where: rows from -2 to 2, each over two symbols.
    pub(super) eye: Vec<Vec<u32>>,
    /// When the first and the last of them were, in seconds.
    pub(super) from_s: f64,
    /// Likewise.
    pub(super) to_s: f64,
}

impl Symbols {
    /// Of these stretches; nothing if there is no symbol in them.
    pub(super) fn of(snippets: &[Snippet], rate: SampleRate) -> Option<Self> {
        let mut symbols = Self {
            eye: vec![vec![0; EYE_SYMBOLS * STEPS + 1]; LEVELS],
            from_s: f64::INFINITY,
            ..Self::default()
        };
        for snippet in snippets {
            if symbols.add(snippet, rate).is_some() {
                let at = rate.seconds(snippet.start);
                symbols.from_s = symbols.from_s.min(at);
                symbols.to_s = symbols.to_s.max(at);
            }
        }
        (!symbols.points.is_empty()).then_some(symbols)
    }

    fn add(&mut self, snippet: &Snippet, rate: SampleRate) -> Option<()> {
        let period = rate.hz() / snippet.symbol_rate;
        if !(period >= 2.0 && period.is_finite()) {
            return None;
        }
        let begins = begins(snippet, period);
        let sums = Sums::of(&turned(snippet, rate));
        let sums = Sums::of(&turned_by_itself(&sums, &begins, period)?);
        let parts: Vec<(f64, f64)> = begins
            .iter()
            .map(|&at| {
                let (first, second) = (
                    sums.mean(at, at + period / 2.0),
                    sums.mean(at + period / 2.0, at + period),
                );
                (f64::midpoint(first.0, second.0), (first.1 - second.1) / 2.0)
            })
            .collect();
        let n = parts.len() as f64;
        let carrier = parts.iter().map(|part| part.0).sum::<f64>() / n;
        let data = parts.iter().map(|part| part.1.abs()).sum::<f64>() / n;
        let amplitude = carrier.hypot(data);
        if !(amplitude > 0.0 && amplitude.is_finite()) {
            return None;
        }
        let room = POINTS.saturating_sub(self.points.len());
        let scaled = |part: &(f64, f64)| ((part.0 / amplitude) as f32, (part.1 / amplitude) as f32);
        self.points.extend(parts.iter().take(room).map(scaled));
        for at in &begins {
            self.add_eye(&sums, *at, period, amplitude);
        }
        Some(())
    }

    fn add_eye(&mut self, sums: &Sums, from: f64, period: f64, amplitude: f64) {
        let quarter = period / 4.0;
        for step in 0..=EYE_SYMBOLS * STEPS {
            let at = from + step as f64 / STEPS as f64 * period;
            if at < quarter || at + quarter > sums.length() {
                continue;
            }
            let value = sums.mean(at - quarter, at + quarter).1 / amplitude;
            let level = f64::midpoint(value / EYE_HEIGHT, 1.0) * (LEVELS - 1) as f64;
            let row = self.eye.get_mut(level.round().max(0.0) as usize);
            if let Some(cell) = row.and_then(|row| row.get_mut(step)) {
                *cell += 1;
            }
        }
    }
}

/// Where the symbols begin that lie whole in the stretch, in its own samples.
fn begins(snippet: &Snippet, nominal: f64) -> Vec<f64> {
    let length = snippet.samples.len() as f64;
    let mut begins = Vec::new();
    let ends = snippet.places.iter().skip(1).map(Some).chain([None]);
    for (&(symbol, at), next) in snippet.places.iter().zip(ends) {
        let (behind, period) = match next {
            Some(&(next, next_at)) if next > symbol => {
                (next, (next_at - at) / (next - symbol) as f64)
            }
            _ => (snippet.last + 1, nominal),
        };
        let own = at - snippet.start as f64;
        for index in 0..behind.saturating_sub(symbol) {
            let begin = own + index as f64 * period;
            if begin + period > length {
                break;
            }
            if begin >= 0.0 {
                begins.push(begin);
            }
        }
    }
    begins
}

/// The samples turned back by the estimate.
fn turned(snippet: &Snippet, rate: SampleRate) -> Vec<(f64, f64)> {
    let (hz, drift) = snippet.estimate.map_or((0.0, 0.0), |estimate| {
        let since = rate.seconds(snippet.start) - rate.seconds(estimate.at);
        let hz = estimate.offset_hz + estimate.rate_hz_s * since;
        (hz, estimate.rate_hz_s)
    });
    let turn = |(index, sample): (usize, &Iq)| {
        let t = index as f64 / rate.hz();
        let phase = -core::f64::consts::TAU * (hz + drift * t / 2.0) * t;
        rotated((f64::from(sample.re), f64::from(sample.im)), phase)
    };
    let good = |value: f64| if value.abs() < 1e15 { value } else { 0.0 };
    let samples = snippet.samples.iter().enumerate().map(turn);
    samples.map(|(i, q)| (good(i), good(q))).collect()
}

/// And by the straight line through the carrier's phases.
fn turned_by_itself(sums: &Sums, begins: &[f64], period: f64) -> Option<Vec<(f64, f64)>> {
    let mut phases: Vec<(f64, f64)> = Vec::new();
    for piece in begins.chunks(PIECE) {
        let (from, to) = (*piece.first()?, *piece.last()? + period);
        let (i, q) = sums.mean(from, to);
        let phase = q.atan2(i);
        // The nearest of its turns to the phase before.
        let before = phases.last().map_or(phase, |last| last.1);
        let turns = ((phase - before) / core::f64::consts::TAU).round();
        phases.push((
            f64::midpoint(from, to),
            phase - turns * core::f64::consts::TAU,
        ));
    }
    let (phase, slope) = line(&phases)?;
    let turn = |(index, sample): (usize, (f64, f64))| {
        rotated(sample, -(phase + slope * (index as f64 + 0.5)))
    };
    Some(sums.samples().enumerate().map(turn).collect())
}

/// The line of least squares: its value at 0 and its slope.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    if points.is_empty() {
        return None;
    }
    let x = points.iter().map(|point| point.0).sum::<f64>() / n;
    let y = points.iter().map(|point| point.1).sum::<f64>() / n;
    let (mut above, mut below) = (0.0, 0.0);
    for point in points {
        above += (point.0 - x) * (point.1 - y);
        below += (point.0 - x) * (point.0 - x);
    }
    let slope = if below > 0.0 { above / below } else { 0.0 };
    Some((y - slope * x, slope))
}

fn rotated((i, q): (f64, f64), phase: f64) -> (f64, f64) {
    let (sin, cos) = phase.sin_cos();
    (i * cos - q * sin, i * sin + q * cos)
}

/// Sums of samples up to each of them: means between any two times.
struct Sums(Vec<(f64, f64)>);

impl Sums {
    fn of(samples: &[(f64, f64)]) -> Self {
        let mut sum = (0.0, 0.0);
        let sums = samples.iter().map(|sample| {
            sum = (sum.0 + sample.0, sum.1 + sample.1);
            sum
        });
        Self(core::iter::once((0.0, 0.0)).chain(sums).collect())
    }

    fn length(&self) -> f64 {
        (self.0.len() - 1) as f64
    }

    fn samples(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        pairs.map(|(a, b)| (b.0 - a.0, b.1 - a.1))
    }

    fn up_to(&self, at: f64) -> (f64, f64) {
        let index = at.max(0.0) as usize;
        let last = self.0.len() - 1;
        let (Some(a), Some(b)) = (
            self.0.get(index.min(last)),
            self.0.get((index + 1).min(last)),
        ) else {
            return (0.0, 0.0);
        };
        let part = at - index as f64;
        (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1))
    }

    fn mean(&self, from: f64, to: f64) -> (f64, f64) {
        let (a, b) = (self.up_to(from), self.up_to(to));
        let length = (to - from).max(1e-9);
        ((b.0 - a.0) / length, (b.1 - a.1) / length)
    }
}
