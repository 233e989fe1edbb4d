//! Points and sweeps, on threads.
//!
//! Frames come in rounds whose lengths follow from the counts so far; a round is always finished. So where a point ends, and what it counted, depends on
//! seed and effort only.

use std::ops::Range as Span;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::count::{Counts, Point};
use super::noise::{Frame, sigma};
use super::scheme::{Received, Scheme, Worker};

/// How long a point is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Until so many frames were wrong …
    pub errors: u64,
    /// … or so many information bits were sent.
    pub max_bits: u64,
    /// Threads that share the work; 0: as many as the machine has.
    pub threads: usize,
}

/// Eb/N0 from, to (included) and step, in dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The first.
    pub from_db: f64,
    /// The last, if the steps meet it.
    pub to_db: f64,
    /// Between two points; more than 0.
    pub step_db: f64,
}

/// A range that has no point or no end.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RangeError {
    /// A bound is not a number of dB, or the step is not above 0.
    #[error("Eb/N0 from {0} to {1} dB in steps of {2} dB is no range")]
    NoRange(f64, f64, f64),
    /// More points than anybody wants.
    #[error("{0} points are too many, at most {MAX_POINTS}")]
    TooMany(u64),
}

/// Points of a range at most.
pub const MAX_POINTS: u64 = 1_000;

impl Range {
    /// The points, from low to high.
    ///
    /// # Errors
    /// [`RangeError`] if there are none, or more than [`MAX_POINTS`].
    pub fn points(self) -> Result<Vec<f64>, RangeError> {
        let Self {
            from_db,
            to_db,
            step_db,
        } = self;
        let sound = [from_db, to_db].iter().all(|db| db.abs() <= 100.0);
        if !(sound && step_db > 0.0 && from_db <= to_db) {
            return Err(RangeError::NoRange(from_db, to_db, step_db));
        }
        // `as` saturates.
        let count = ((to_db - from_db) / step_db + 1e-9) as u64 + 1;
        if count > MAX_POINTS {
            return Err(RangeError::TooMany(count));
        }
        // In thousandths, so that 0.1 + 0.1 + 0.1 is 0.3.
        let place = |i: u64| ((from_db + i as f64 * step_db) * 1e3).round() / 1e3;
        Ok((0..count).map(place).collect())
    }
}

impl From<(f64, f64, f64)> for Range {
    fn from((from_db, to_db, step_db): (f64, f64, f64)) -> Self {
        Self {
            from_db,
            to_db,
            step_db,
        }
    }
}

/// Frames of the first round.
const FIRST_ROUND: u64 = 32;
/// Frames that a thread takes at once.
const GRAB: u64 = 4;

/// Measures one point.
pub fn measure(scheme: &dyn Scheme, eb_n0_db: f64, effort: Effort, seed: u64) -> Point {
    let threads = match effort.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let mut counts = Counts::default();
    while counts.frame_errors < effort.errors.max(1) && counts.bits < effort.max_bits.max(1) {
        let left = effort.max_bits.max(1) - counts.bits;
        let per_frame = scheme.counted().len().max(1) as u64;
        let round = wanted(counts, effort.errors.max(1)).min(left.div_ceil(per_frame));
        let frames = counts.frames..counts.frames + round;
        counts = counts.plus(run_round(scheme, eb_n0_db, seed, frames, threads));
    }
    Point { eb_n0_db, counts }
}

/// Frames of the next round: what the errors still missing should take at the rate seen, but no more than twice as many as there were before.
fn wanted(counts: Counts, errors: u64) -> u64 {
    let most = (counts.frames * 2).max(FIRST_ROUND);
    if counts.frame_errors == 0 {
        return most;
    }
    let missing = errors.saturating_sub(counts.frame_errors);
    (missing * counts.frames / counts.frame_errors + 1).clamp(FIRST_ROUND, most)
}

fn run_round(
    scheme: &dyn Scheme,
    eb_n0_db: f64,
    seed: u64,
    frames: Span<u64>,
    threads: usize,
) -> Counts {
    let next = AtomicU64::new(frames.start);
    let sum = Mutex::new(Counts::default());
    let work = || {
        let mut bench = Bench::new(scheme, eb_n0_db, seed);
        let mut counts = Counts::default();
        loop {
            let first = next.fetch_add(GRAB, Ordering::Relaxed);
            if first >= frames.end {
                break;
            }
            for index in first..(first + GRAB).min(frames.end) {
                counts = counts.plus(bench.frame(index));
            }
        }
        let mut sum = sum.lock().expect("no thread panics while it holds this");
        *sum = sum.plus(counts);
    };
    let threads = threads.min((frames.end - frames.start).div_ceil(GRAB) as usize);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    sum.into_inner().expect("all threads have ended")
}

/// One thread's encoder, channel, decoder and memory.
struct Bench<'a> {
    scheme: &'a dyn Scheme,
    worker: Box<dyn Worker + 'a>,
    name: String,
    eb_n0_db: f64,
    seed: u64,
    sigma: f32,
    message: Vec<u8>,
    symbols: Vec<u8>,
    received: Vec<f32>,
    decoded: Vec<u8>,
}

impl<'a> Bench<'a> {
    fn new(scheme: &'a dyn Scheme, eb_n0_db: f64, seed: u64) -> Self {
        Self {
            scheme,
            worker: scheme.worker(),
            name: scheme.stream_name(),
            eb_n0_db,
            seed,
            sigma: sigma(eb_n0_db, scheme.rate()),
            message: vec![0; scheme.message_len()],
            symbols: vec![0; scheme.symbols()],
            received: vec![0.0; scheme.symbols()],
            decoded: vec![0; scheme.message_len()],
        }
    }

    fn frame(&mut self, index: u64) -> Counts {
        let mut frame = Frame::new(self.seed, &self.name, self.eb_n0_db, index);
        frame.message(&mut self.message);
        self.worker.encode(&self.message, &mut self.symbols);
        frame.carry(&self.symbols, self.sigma, &mut self.received);
        let received = Received {
            values: &self.received,
            sigma: self.sigma,
        };
        let judgement = self.worker.decode(received, &mut self.decoded);
        let counted = self.scheme.counted();
        let errors = differing(&self.message, &self.decoded, &counted);
        let wrong = u64::from(errors > 0);
        Counts {
            frames: 1,
            frame_errors: wrong,
            bits: counted.len() as u64,
            bit_errors: errors,
            squared_errors: errors * errors,
            undetected: wrong * u64::from(judgement.believes == Some(true)),
            iterations: u64::from(judgement.iterations),
        }
    }
}

/// Bits within `counted` that differ.
fn differing(sent: &[u8], decoded: &[u8], counted: &Span<usize>) -> u64 {
    let octets = sent.iter().zip(decoded).enumerate();
    octets
        .map(|(i, (a, b))| {
            let bit = |k: usize| u8::from(counted.contains(&(i * 8 + k))) << (7 - k);
            let mask = if counted.contains(&(i * 8)) && counted.contains(&(i * 8 + 7)) {
                0xFF
            } else {
                (0..8).map(bit).sum()
            };
            u64::from(((a ^ b) & mask).count_ones())
        })
        .sum()
}

/// Measures the points of a range from low to high, handing each to `told`, until a point has a bit-error rate below `floor` or `told` says no.
pub fn sweep(
    scheme: &dyn Scheme,
    points: &[f64],
    effort: Effort,
    seed: u64,
    floor: f64,
    mut told: impl FnMut(&Point) -> bool,
) -> Vec<Point> {
    let mut curve = Vec::new();
    for &eb_n0_db in points {
        let point = measure(scheme, eb_n0_db, effort, seed);
        let go_on = told(&point);
        curve.push(point);
        if !go_on || point.ber() < floor {
            break;
        }
    }
    curve
}

/// Eb/N0 at which a curve crosses a bit-error rate: linear in dB and the logarithm between the two points around it.
pub fn crossing(curve: &[(f64, f64)], ber: f64) -> Option<f64> {
    curve.windows(2).find_map(|pair| {
        let &[(x0, y0), (x1, y1)] = pair else {
            return None;
        };
        if !(y0 >= ber && ber >= y1 && y1 > 0.0 && y0 > y1) {
            return None;
        }
        Some(x0 + (x1 - x0) * (y0 / ber).ln() / (y0 / y1).ln())
    })
}
