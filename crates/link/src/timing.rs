//! The timing service: time tags, light time, clock correlation, time distribution.
//!
//! Book: 211.0-B-6 section 5 and annex B2; instant of a time tag: 211.2-B-3 3.5.6 and 3.6.8. The book leaves correlation to the vehicle
//! controller, outside the data link layer; it is here because both ends need it and none of it needs I/O.
//!
//! | Module | Job |
//! |---|---|
//! | [`sample`] | [`TimeTag`], the SENT and RECEIVE time buffers, time-sample requests, matching of the tags of two ends |
//! | [`light_time`] | one-way light time from tag pairs and the delays inside the radios |
//! | [`correlation`] | offset and drift of the remote clock against the local one, with their uncertainty |
//! | [`transfer`] | TIME DISTRIBUTION: values for the sender, clock setting for the receiver |
//!
//! A tick is 2^-24 s (59.6 ns) everywhere, the step of the transceiver clock (301.0-B-4 CUC with 5 + 3 octets). A
//! [`TimeSampling`] belongs to one physical channel, as the sequence numbers do. Left out: capturing itself (the driver tells the
//! tags), a model of the motion of the spacecraft, choosing when to sample.
//!
//! The orbiter asks for two tags, hears of two frames of the rover, and knows the rover's clock:
//!
//! ```
//! use magpie_link::timing::correlation::Correlation;
//! use magpie_link::timing::light_time::PathDelays;
//! use magpie_link::timing::{ClockSample, ClockSpan, TimeSampling, TimeTag, match_tags};
//! use magpie_wire::seq::SeqNum;
//! use magpie_wire::spdu::directive::TimeSample;
//! use magpie_wire::spdu::time::ClockTime;
//! use magpie_wire::v3::Qos::Expedited;
//!
//! let (mut orbiter, mut rover) = (TimeSampling::<64>::new(), TimeSampling::<64>::new());
//! let n = TimeSample::new(2).unwrap();
//! orbiter.initiate(n, 0);                    // and SET CONTROL PARAMETERS with n goes out
//! rover.handle_time_sample(n);               // as it comes in
//! for (n_s, second) in [(254, 10), (255, 20)] {
//!     let sent = ClockTime::new(second, 0).unwrap();
//!     orbiter.handle_sent(sent, SeqNum::new(n_s), Expedited);
//!     let heard = ClockTime::new(second + 5, 0x4000).unwrap(); // 5 s ahead, 2^-10 s on the way
//!     rover.handle_received(heard, SeqNum::new(n_s), Expedited);
//! }
//! assert!(rover.poll_event().is_some() && orbiter.poll_event().is_some());
//!
//! let on_the_way = ClockSpan::from_ticks(0x4000);
//! let mut samples = [ClockSample::default(); 2];
//! let pairs = match_tags(orbiter.sent.tags(), rover.received.tags());
//! for (place, pair) in samples.iter_mut().zip(pairs) {
//!     *place = ClockSample::local_sent(pair.unwrap(), on_the_way, PathDelays::default()).unwrap();
//! }
//! let clock = Correlation::from_samples(&mut samples).unwrap();
//! let at = ClockTime::new(3_600, 0).unwrap();
//! assert_eq!(clock.remote_at(at), ClockTime::new(3_605, 0));
//! assert_eq!(clock.drift_sigma(), None, "two samples fit any line: nothing is known of its error");
//! ```

pub mod correlation;
pub mod light_time;
pub mod sample;
mod tables;
pub mod transfer;

use core::time::Duration;

use magpie_wire::spdu::time::ClockTime;

pub use correlation::ClockSample;
pub use sample::{TimeSampling, TimeTag, match_tags};

const TICKS_PER_SECOND: i128 = 1 << 24;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A difference of two clock readings, either sign: ticks of 2^-24 s, up to 17,000 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClockSpan(i64);

impl ClockSpan {
    /// No difference.
    pub const ZERO: Self = Self(0);

    /// From ticks of 2^-24 s.
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// Ticks of 2^-24 s.
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// From `earlier` to `later`; `None` if that is 2^63 ticks or more.
    pub fn between(earlier: ClockTime, later: ClockTime) -> Option<Self> {
        Self::from_wide(i128::from(later.ticks()) - i128::from(earlier.ticks()))
    }

    /// The span nearest to this duration; `None` from 2^63 ticks on.
    pub fn from_duration(d: Duration) -> Option<Self> {
        let nanos = i128::try_from(d.as_nanos()).ok()?;
        let ticks = nanos.checked_mul(TICKS_PER_SECOND)?;
        Self::from_wide((ticks + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND)
    }

    /// Nanoseconds, to the nearest one.
    pub const fn nanos(self) -> i128 {
        (self.0 as i128 * NANOS_PER_SECOND + TICKS_PER_SECOND / 2) >> 24
    }

    pub(crate) fn from_wide(ticks: i128) -> Option<Self> {
        i64::try_from(ticks).ok().map(Self)
    }

    pub(crate) fn wide(self) -> i128 {
        i128::from(self.0)
    }
}

/// A clock reading from ticks of any width; `None` if it is negative or beyond the T-field.
fn clock_time(ticks: i128) -> Option<ClockTime> {
    u64::try_from(ticks).ok().map(ClockTime::from_ticks)
}

/// Exact up to 2^53, beyond that to 53 significant bits.
#[expect(clippy::cast_precision_loss, reason = "stated")]
const fn real(value: i128) -> f64 {
    value as f64
}

/// The whole number nearest to `value`; the cast saturates, and what is not a number gives 0.
#[expect(clippy::cast_possible_truncation, reason = "the wanted cut")]
fn nearest(value: f64) -> i128 {
    (value + if value < 0.0 { -0.5 } else { 0.5 }) as i128
}
