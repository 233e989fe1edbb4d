//! The clock of one run: microseconds since it began, never backwards.

use std::time;

use magpie_link::clock::{Duration, Instant};

/// A clock whose zero is when it was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(time::Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(time::Instant::now())
    }

    pub(crate) fn now(self) -> Instant {
        Instant::ZERO + Duration::from(self.0.elapsed())
    }
}

/// Seconds since the clock's zero, for reports.
#[expect(clippy::cast_precision_loss, reason = "microseconds of a run")]
pub(crate) fn seconds(at: Instant) -> f64 {
    at.as_micros() as f64 / 1e6
}
