//! The points of docs/goodput.md, measured on as many threads as there are processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use magpie_link::mib::Retransmission;
use serde::Serialize;

use super::bound::Point;
use super::pair::{Effort, Goodput, measure};

/// A rate, a frame length and a window: one table and one panel of the figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// Bits a second, both ways.
    pub rate: u32,
    /// Octets of data a frame.
    pub data: usize,
    /// `Transmission_Window`.
    pub window: u8,
}

/// The channels of the page.
pub const CHANNELS: [Channel; 6] = [
    Channel {
        rate: 8_000,
        data: 243,
        window: 127,
    },
    Channel {
        rate: 128_000,
        data: 2_043,
        window: 127,
    },
    Channel {
        rate: 1_000_000,
        data: 2_043,
        window: 127,
    },
    Channel {
        rate: 2_048_000,
        data: 1_019,
        window: 127,
    },
    Channel {
        rate: 128_000,
        data: 2_043,
        window: 8,
    },
    Channel {
        rate: 256_000,
        data: 1_019,
        window: 32,
    },
];

/// Round-trip times in microseconds: over a laboratory bench, Mars orbits (400 and 4000 km and more), relays at the Moon, Earth to Moon.
pub const ROUND_TRIPS: [u64; 7] = [1_000, 3_000, 27_000, 100_000, 400_000, 1_000_000, 2_600_000];

/// Loss, each frame by itself, both ways.
pub const LOSSES: [f64; 6] = [0.0, 0.005, 0.02, 0.05, 0.1, 0.2];

/// A point and what was measured there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// Where.
    #[serde(flatten)]
    pub point: Point,
    /// What go-back-N can do there.
    pub bound: f64,
    /// With each loss repeated once per pass, which is the default.
    pub once_per_pass: Goodput,
    /// With table 7-1 to the letter.
    pub each_request: Goodput,
}

impl Measured {
    /// Measured over bound.
    pub fn ratio(&self) -> f64 {
        self.once_per_pass.efficiency / self.bound
    }
}

impl Channel {
    /// A point of this channel.
    pub const fn at(self, rtt_us: u64, loss: f64) -> Point {
        Point {
            rate: self.rate,
            data: self.data,
            rtt_us,
            loss,
            window: self.window,
        }
    }
}

/// Every point of the page, channel by channel, then by round-trip time, then by loss.
pub fn points() -> Vec<Point> {
    let mut points = Vec::new();
    for channel in CHANNELS {
        for rtt_us in ROUND_TRIPS {
            points.extend(LOSSES.map(|loss| channel.at(rtt_us, loss)));
        }
    }
    points
}

/// Measures all points, in their order. The seeds follow from `seed` and the place, so threads change nothing.
///
/// # Panics
/// If a session breaks.
pub fn run(points: &[Point], effort: Effort, seed: u64) -> Vec<Measured> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(point) = points.get(index) else {
                        break;
                    };
                    let of = |retransmission| {
                        measure(
                            point,
                            retransmission,
                            effort,
                            seed.wrapping_add(index as u64),
                        )
                    };
                    let measured = Measured {
                        point: *point,
                        bound: point.bound(),
                        once_per_pass: of(Retransmission::OncePerPass),
                        each_request: of(Retransmission::EachRequest),
                    };
                    let mut done = done.lock().expect("no thread panics while it holds this");
                    done.push((index, measured));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("all threads have ended");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, measured)| measured).collect()
}
