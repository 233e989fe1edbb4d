//! Clock correlation: offset and drift of the remote clock against the local one, from several samples, with their uncertainty.
//!
//! Book: 211.0-B-6 section 5, which leaves the method to the vehicle controller. Ours: a straight line of (remote - local) over local, by
//! least squares of equal weights. Sums are exact 128-bit integers relative to the first sample; only quotients and residuals are `f64`,
//! so the line is good to some 10^-15 of its slope, and a residual to 2^-51 of the range of (remote - local): 10^-6 tick after 24 days
//! of 100 ppm. Limits, each refused by name: [`MAX_SAMPLES`], [`SPAN_MAX`] ticks (24 days), 1 % of drift.
//!
//! What the figures mean: the error of each tag is taken as independent, of one unknown variance, estimated from the residuals with
//! n - 2 degrees of freedom, and never below that of two clocks that count whole ticks (1/6 tick²). A wrong light time or path delay
//! shifts every sample alike and is **not** in the uncertainty. One sample gives an offset and no drift, two give a line and no
//! uncertainty; both are said by `None`, not by a number.
//!
//! **Residual test.** From six samples on every sample is tried as an outlier and every gap as a place where a clock jumped. If the best of
//! these explanations has a Student t beyond the two-sided 10^-6 point, there is no correlation but the name of the fault: by chance
//! in less than one of 7,000 correlations of 63 samples. A bend (a changing range, an oscillator that drifts) can look like a jump. A
//! jump before the last or after the first sample reads as an outlier. Left out: weights, quadratic terms, Kalman filters.
//!
//! ```
//! use magpie_link::timing::ClockSample;
//! use magpie_link::timing::correlation::Correlation;
//! use magpie_wire::spdu::time::ClockTime;
//! // the remote clock is 500 ticks ahead at 0 and gains 10 ppm
//! let mut samples = [0_u64, 1_000_000, 2_000_000].map(|t| ClockSample {
//!     local: ClockTime::from_ticks(t),
//!     remote: ClockTime::from_ticks(t + 500 + t / 100_000),
//! });
//! let clock = Correlation::from_samples(&mut samples)?;
//! assert_eq!(clock.drift(), Some(1e-5));
//! assert_eq!(clock.remote_at(ClockTime::from_ticks(10_000_000)), Some(ClockTime::from_ticks(10_000_600)));
//! assert!(clock.drift_sigma().unwrap() < 1e-6);
//! # Ok::<(), magpie_link::timing::correlation::CorrelationError>(())
//! ```

mod fit;
mod residual;

use core::fmt;

use magpie_wire::spdu::time::ClockTime;

use super::light_time::{DRIFT_MAX, PathDelays};
use super::sample::TagPair;
use super::tables::{T_99, quantile};
use super::{ClockSpan, clock_time, nearest, real};
use fit::{Line, sqrt};

/// The most samples of one correlation: the sums of this many stay exact.
pub const MAX_SAMPLES: usize = 4_096;

/// The longest local span of one correlation, and the largest change of (remote - local), in ticks: 2^45, 24 days.
pub const SPAN_MAX: u64 = 1 << 45;

/// Both clocks at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClockSample {
    /// The local clock.
    pub local: ClockTime,
    /// The remote clock.
    pub remote: ClockTime,
}

impl ClockSample {
    /// From a frame sent here and received there: the remote clock as it came, and the local clock then. `None` if that is outside the
    /// T-field.
    pub fn local_sent(pair: TagPair, light_time: ClockSpan, delays: PathDelays) -> Option<Self> {
        let local = i128::from(pair.sent.ticks()) + light_time.wide() + delays.forward();
        Some(Self {
            local: clock_time(local)?,
            remote: pair.received,
        })
    }

    /// From a frame sent there and received here: the remote clock as it left, and the local clock then. `None` if that is outside the
    /// T-field.
    pub fn remote_sent(pair: TagPair, light_time: ClockSpan, delays: PathDelays) -> Option<Self> {
        let local = i128::from(pair.received.ticks()) - light_time.wide() - delays.back();
        Some(Self {
            local: clock_time(local)?,
            remote: pair.sent,
        })
    }
}

/// Why samples give no correlation. Indices count in the order of the local clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrelationError {
    /// There is no sample.
    NoSample,
    /// More than [`MAX_SAMPLES`].
    TooManySamples {
        /// How many there are.
        have: usize,
    },
    /// Two samples have the same local reading.
    SameInstant {
        /// The second of them.
        index: usize,
    },
    /// A sample lies [`SPAN_MAX`] or more behind the first one.
    SpanTooLong {
        /// Which.
        index: usize,
    },
    /// (remote - local) differs from that of the first sample by [`SPAN_MAX`] or more.
    OffsetRange {
        /// Which sample.
        index: usize,
    },
    /// The clocks' rates would differ by 1 % or more.
    Drift,
    /// One of the clocks jumped.
    ClockJump {
        /// The first sample after the jump.
        index: usize,
        /// By how much (remote - local) changed.
        step: ClockSpan,
    },
    /// One sample does not belong to the others.
    Outlier {
        /// Which.
        index: usize,
        /// How far it lies off the line through the others.
        step: ClockSpan,
    },
}

/// What the remote clock says when the local one says something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    first_local: i128,
    first_offset: i128,
    line: Line,
    /// Variance of one sample's error, ticks²; none with fewer than three samples.
    variance: Option<f64>,
    jump_tested: bool,
}

impl Correlation {
    /// Sorts the samples by the local clock and lays the line through them.
    pub fn from_samples(samples: &mut [ClockSample]) -> Result<Self, CorrelationError> {
        //= 211.0-B-6 5 correlation
        samples.sort_unstable_by_key(|sample| sample.local);
        let first = *samples.first().ok_or(CorrelationError::NoSample)?;
        let origin = Origin::new(first);
        check(samples, origin)?;
        let points = samples.iter().map(|sample| origin.point(*sample));
        let line = Line::through(points.clone());
        residual::test(&line, points.clone())?;
        if line.slope.is_some_and(|slope| slope.abs() >= DRIFT_MAX) {
            return Err(CorrelationError::Drift);
        }
        Ok(Self {
            first_local: origin.local,
            first_offset: origin.offset,
            line,
            variance: residual::variance(&line, points),
            jump_tested: samples.len() >= residual::SAMPLES_MIN,
        })
    }

    /// How many samples it comes from.
    pub const fn samples(&self) -> usize {
        self.line.n
    }

    /// Whether there were enough samples (six) for the residual test.
    pub const fn jump_tested(&self) -> bool {
        self.jump_tested
    }

    /// Rate of the remote clock against the local one, less 1: remote seconds gained in a local second. `None` with one sample.
    pub const fn drift(&self) -> Option<f64> {
        self.line.slope
    }

    /// Standard error of the drift. `None` with one or two samples.
    pub fn drift_sigma(&self) -> Option<f64> {
        Some(sqrt(self.variance? / self.line.s_xx))
    }

    /// Standard deviation of one sample's error in ticks, from the residuals. `None` with one or two samples.
    pub fn sample_sigma(&self) -> Option<f64> {
        self.variance.map(sqrt)
    }

    /// Standard error in ticks of the offset at a local reading: least in the middle of the samples, growing with the distance from them.
    /// It is that of the line; a further tag has [`Correlation::sample_sigma`] besides. `None` with one or two samples.
    pub fn offset_sigma_at(&self, local: ClockTime) -> Option<f64> {
        let u = self.line.off_middle(self.x(local));
        let share = 1.0 / real_len(self.line.n) + u * u / self.line.s_xx;
        Some(sqrt(self.variance? * share))
    }

    /// How many standard errors to either side hold the true value with at least 99 % (Student's t). `None` with one or two samples.
    pub fn coverage_factor_99(&self) -> Option<f64> {
        self.variance
            .map(|_| quantile(&T_99, self.line.n.saturating_sub(2)))
    }

    /// (remote - local) at a local reading, to the nearest tick; with one sample the same everywhere. `None` from 2^63 ticks on.
    pub fn offset_at(&self, local: ClockTime) -> Option<ClockSpan> {
        let value = self.line.at(self.x(local));
        ClockSpan::from_wide(self.first_offset.checked_add(nearest(value))?)
    }

    /// What the remote clock says; `None` if that is outside the T-field.
    pub fn remote_at(&self, local: ClockTime) -> Option<ClockTime> {
        let change = nearest(self.line.at(self.x(local)));
        clock_time(i128::from(local.ticks()) + self.first_offset + change)
    }

    /// What the local clock says when the remote one says this; `None` if that is outside the T-field.
    pub fn local_at(&self, remote: ClockTime) -> Option<ClockTime> {
        // remote = local + offset + mean + slope * u, with u the local distance from the middle
        let uncorrected = i128::from(remote.ticks()) - self.first_offset;
        let v = self.line.off_middle(uncorrected - self.first_local);
        let slope = self.line.slope.unwrap_or(0.0);
        let u = (v - self.line.mean) / (1.0 + slope);
        clock_time(uncorrected - nearest(self.line.mean + slope * u))
    }

    fn x(&self, local: ClockTime) -> i128 {
        i128::from(local.ticks()) - self.first_local
    }
}

/// The first sample, from which everything is counted.
#[derive(Clone, Copy)]
struct Origin {
    local: i128,
    offset: i128,
}

impl Origin {
    fn new(first: ClockSample) -> Self {
        let local = i128::from(first.local.ticks());
        Self {
            local,
            offset: i128::from(first.remote.ticks()) - local,
        }
    }

    /// Local ticks since the first sample, and change of (remote - local) since then.
    fn point(self, sample: ClockSample) -> (i128, i128) {
        let local = i128::from(sample.local.ticks());
        let offset = i128::from(sample.remote.ticks()) - local;
        (local - self.local, offset - self.offset)
    }
}

/// The limits within which [`Line`] is exact. `samples` are in order.
fn check(samples: &[ClockSample], origin: Origin) -> Result<(), CorrelationError> {
    let have = samples.len();
    if have > MAX_SAMPLES {
        return Err(CorrelationError::TooManySamples { have });
    }
    for (index, (before, sample)) in samples.iter().zip(samples.iter().skip(1)).enumerate() {
        let (x, y) = origin.point(*sample);
        let index = index + 1;
        if before.local == sample.local {
            return Err(CorrelationError::SameInstant { index });
        }
        if x >= i128::from(SPAN_MAX) {
            return Err(CorrelationError::SpanTooLong { index });
        }
        if y.abs() >= i128::from(SPAN_MAX) {
            return Err(CorrelationError::OffsetRange { index });
        }
    }
    Ok(())
}

/// A count of samples as a real number, exact.
fn real_len(n: usize) -> f64 {
    real(i128::try_from(n).unwrap_or(i128::MAX))
}

impl fmt::Display for CorrelationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSample => f.write_str("no sample"),
            Self::TooManySamples { have } => write!(f, "{have} samples, at most {MAX_SAMPLES}"),
            Self::SameInstant { index } => write!(f, "sample {index} repeats a local reading"),
            Self::SpanTooLong { index } => write!(f, "sample {index} is 24 days after the first"),
            Self::OffsetRange { index } => write!(f, "sample {index} is 24 days off the first"),
            Self::Drift => write!(f, "rates differ by {DRIFT_MAX} or more"),
            Self::ClockJump { index, step } => {
                write!(
                    f,
                    "a clock jumped by {} ticks before sample {index}",
                    step.ticks()
                )
            }
            Self::Outlier { index, step } => {
                write!(f, "sample {index} is {} ticks off the others", step.ticks())
            }
        }
    }
}

impl core::error::Error for CorrelationError {}
