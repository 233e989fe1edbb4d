//! One-way light time from time tags.
//!
//! Book: 211.0-B-6 section 5: correlation and light time also need the delays inside both radios, between antenna and capture point; the
//! book leaves the computation to the vehicle controller. Left out: motion. With a range that changes between the two frames of an
//! exchange the result is the mean of the two light times.
//!
//! All spans are counted by the local clock. An exchange over 1 s, both clocks sound:
//!
//! ```
//! use magpie_link::timing::light_time::{PathDelays, two_way};
//! use magpie_link::timing::sample::TagPair;
//! use magpie_wire::spdu::time::ClockTime;
//! let pair = |sent, received| TagPair {
//!     sent: ClockTime::from_ticks(sent),
//!     received: ClockTime::from_ticks(received),
//!     ..TagPair::default()
//! };
//! // out at 1000, there at 91200 by a clock 90000 ahead; back from 95000, here at 5200: (4200 - 3800) / 2
//! let light_time = two_way(pair(1_000, 91_200), pair(95_000, 5_200), 0.0, PathDelays::default());
//! assert_eq!(light_time.map(|t| t.ticks()), Ok(200));
//! ```

use core::fmt;

use super::sample::TagPair;
use super::{ClockSpan, nearest, real};

/// Delays between the antenna and the capture point of both radios.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PathDelays {
    /// Capture point to antenna, of the local transmitter.
    pub local_egress: ClockSpan,
    /// Antenna to capture point, of the local receiver.
    pub local_ingress: ClockSpan,
    /// Capture point to antenna, of the remote transmitter.
    pub remote_egress: ClockSpan,
    /// Antenna to capture point, of the remote receiver.
    pub remote_ingress: ClockSpan,
}

impl PathDelays {
    /// Of a frame from here to there, in ticks.
    pub(super) fn forward(&self) -> i128 {
        self.local_egress.wide() + self.remote_ingress.wide()
    }

    /// Of a frame from there to here, in ticks.
    pub(super) fn back(&self) -> i128 {
        self.remote_egress.wide() + self.local_ingress.wide()
    }
}

/// Why tags give no light time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LightTimeError {
    /// The frames were under way for less than the radios' delays: a wrong pair, a clock jump, or delays that are too large.
    Negative {
        /// The light time that would follow.
        span: ClockSpan,
    },
    /// A span of 2^63 ticks or more.
    OutOfRange,
    /// The drift is not a number, or 0.01 or more in either direction.
    Drift,
}

/// The largest rate difference that two clocks may have.
pub(super) const DRIFT_MAX: f64 = 0.01;

/// Light time from a frame there and a frame back, neither clock set by the other.
///
/// `forward` was sent here and received there, `back` was sent there and received here, in either order. Half of what is left of
/// the local span when the remote span and all delays are taken away; the remote span is brought to the local rate with `drift`,
/// the remote clock's rate difference (0.0 if not known: then the error is half of drift times the remote span). To half a tick,
/// rounded up; the correction by drift to 53 significant bits.
pub fn two_way(
    forward: TagPair,
    back: TagPair,
    drift: f64,
    delays: PathDelays,
) -> Result<ClockSpan, LightTimeError> {
    //= 211.0-B-6 5 light-time
    if !(drift > -DRIFT_MAX && drift < DRIFT_MAX) {
        return Err(LightTimeError::Drift);
    }
    let here = i128::from(back.received.ticks()) - i128::from(forward.sent.ticks());
    let there = i128::from(back.sent.ticks()) - i128::from(forward.received.ticks());
    let there = there - nearest(real(there) * drift / (1.0 + drift));
    let ticks = (here - there - delays.forward() - delays.back() + 1) >> 1;
    whole(ticks)
}

/// Light time from one frame by clocks that are set alike, or by readings already brought to one clock
/// (see [`Correlation::local_at`](super::correlation::Correlation::local_at)). `from_here`: the local end sent it.
pub fn one_way(
    pair: TagPair,
    from_here: bool,
    delays: PathDelays,
) -> Result<ClockSpan, LightTimeError> {
    let delay = if from_here {
        delays.forward()
    } else {
        delays.back()
    };
    whole(i128::from(pair.received.ticks()) - i128::from(pair.sent.ticks()) - delay)
}

fn whole(ticks: i128) -> Result<ClockSpan, LightTimeError> {
    let span = ClockSpan::from_wide(ticks).ok_or(LightTimeError::OutOfRange)?;
    if span < ClockSpan::ZERO {
        return Err(LightTimeError::Negative { span });
    }
    Ok(span)
}

impl fmt::Display for LightTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negative { span } => {
                write!(f, "light time would be {} ticks of 2^-24 s", span.ticks())
            }
            Self::OutOfRange => f.write_str("light time of 2^63 ticks or more"),
            Self::Drift => write!(f, "drift is not within {DRIFT_MAX} of 0"),
        }
    }
}

impl core::error::Error for LightTimeError {}
