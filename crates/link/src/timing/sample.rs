//! Time tags, the SENT and RECEIVE time buffers, time-sample requests, and the tags of two ends put together.
//!
//! Book: 211.0-B-6 section 5; the request is the time sample field of SET CONTROL PARAMETERS. The recipient captures the next n frames
//! that it receives, the initiator those that it sends. The book counts n on the recipient's side; since frames get lost, the
//! initiator may capture some more than n ([`TimeSampling::initiate`]). Left out: the capture itself.
//!
//! ```
//! use magpie_link::timing::sample::{Capture, Request, TimeBuffer};
//! use magpie_wire::{seq::SeqNum, spdu::time::ClockTime, v3::Qos};
//! let mut buffer = TimeBuffer::<8>::received();
//! assert_eq!(buffer.request(1), Request::Started { unread: 0 });
//! let clock = ClockTime::new(100, 0).unwrap();
//! assert_eq!(buffer.handle_frame(clock, SeqNum::new(9), Qos::Expedited), Capture::Tagged { remaining: 0 });
//! assert_eq!(buffer.poll_completed().map(|done| done.tags), Some(1));
//! ```

use core::fmt;

use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::TimeSample;
use magpie_wire::spdu::time::ClockTime;
use magpie_wire::v3::Qos;

/// Which way a tagged frame went, seen from the clock that tagged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Out: an entry of `SENT_TIME_BUFFER`.
    #[default]
    Sent,
    /// In: an entry of `RECEIVE_TIME_BUFFER`.
    Received,
}

/// When one frame passed the capture point of a transceiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TimeTag {
    /// The transceiver's clock at the trailing edge of the last bit of the ASM.
    pub clock: ClockTime,
    /// The frame sequence number.
    pub n_s: SeqNum,
    /// The quality of service, which says what counter `n_s` belongs to.
    pub qos: Qos,
    /// Out or in.
    pub direction: Direction,
}

/// What a request did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// n = 0: nothing is asked; a capture under way goes on, tags stay.
    None,
    /// A capture began; tags of the one before are gone.
    Started {
        /// How many of these had not been announced by [`TimeBuffer::poll_completed`].
        unread: usize,
    },
    /// A capture began and one under way was given up, its tags are gone.
    Restarted {
        /// Frames that it had seen.
        seen: u16,
        /// Frames that it still wanted.
        missing: u16,
    },
}

/// What became of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capture {
    /// No capture is under way.
    NotWanted,
    /// A tag was kept.
    Tagged {
        /// Frames still wanted.
        remaining: u16,
    },
    /// The buffer is full: the frame counts towards n, its tag is lost.
    Overflow {
        /// Frames still wanted.
        remaining: u16,
    },
}

/// The end of a capture, for the vehicle controller: time tags available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Completed {
    /// Out or in.
    pub direction: Direction,
    /// Tags that [`TimeBuffer::tags`] now has.
    pub tags: usize,
    /// Tags lost because the buffer is smaller than the request.
    pub overflowed: u16,
}

/// `SENT_TIME_BUFFER` or `RECEIVE_TIME_BUFFER` with room for `N` tags; 63 hold the largest request.
#[derive(Debug, Clone)]
pub struct TimeBuffer<const N: usize> {
    tags: [TimeTag; N],
    len: usize, // invariant: at most N
    direction: Direction,
    remaining: u16,
    overflowed: u16,
    completed: Option<Completed>,
}

impl<const N: usize> TimeBuffer<N> {
    /// An empty `SENT_TIME_BUFFER`.
    pub const fn sent() -> Self {
        Self::new(Direction::Sent)
    }

    /// An empty `RECEIVE_TIME_BUFFER`.
    pub const fn received() -> Self {
        Self::new(Direction::Received)
    }

    const fn new(direction: Direction) -> Self {
        let blank = TimeTag {
            clock: ClockTime::from_ticks(0),
            n_s: SeqNum::new(0),
            qos: Qos::SequenceControlled,
            direction,
        };
        Self {
            tags: [blank; N],
            len: 0,
            direction,
            remaining: 0,
            overflowed: 0,
            completed: None,
        }
    }

    /// Asks for the tags of the next `frames` frames. 0 changes nothing.
    pub fn request(&mut self, frames: u16) -> Request {
        //= 211.0-B-6 5 time-sample
        if frames == 0 {
            return Request::None;
        }
        let outcome = if self.remaining > 0 {
            let seen = u16::try_from(self.len).unwrap_or(u16::MAX);
            Request::Restarted {
                seen: seen.saturating_add(self.overflowed),
                missing: self.remaining,
            }
        } else {
            Request::Started {
                unread: self.completed.map_or(0, |done| done.tags),
            }
        };
        (self.len, self.overflowed, self.completed) = (0, 0, None);
        self.remaining = frames;
        outcome
    }

    /// A frame passed: `clock` at the trailing edge of the last bit of its ASM.
    pub fn handle_frame(&mut self, clock: ClockTime, n_s: SeqNum, qos: Qos) -> Capture {
        if self.remaining == 0 {
            return Capture::NotWanted;
        }
        self.remaining -= 1;
        let remaining = self.remaining;
        //= 211.0-B-6 5 time-tag
        let tag = TimeTag {
            clock,
            n_s,
            qos,
            direction: self.direction,
        };
        let outcome = if let Some(place) = self.tags.get_mut(self.len) {
            *place = tag;
            self.len += 1;
            Capture::Tagged { remaining }
        } else {
            self.overflowed = self.overflowed.saturating_add(1);
            Capture::Overflow { remaining }
        };
        if remaining == 0 {
            self.complete();
        }
        outcome
    }

    /// Ends a capture under way before all its frames came; it counts as completed with what is there. `false` if there is none.
    pub fn stop(&mut self) -> bool {
        let running = self.remaining > 0;
        if running {
            self.remaining = 0;
            self.complete();
        }
        running
    }

    fn complete(&mut self) {
        self.completed = Some(Completed {
            direction: self.direction,
            tags: self.len,
            overflowed: self.overflowed,
        });
    }

    /// Once after each completed capture.
    pub fn poll_completed(&mut self) -> Option<Completed> {
        self.completed.take()
    }

    /// Frames that the capture under way still wants; 0 if there is none.
    pub const fn remaining(&self) -> u16 {
        self.remaining
    }

    /// The tags of the latest request, in order of capture.
    pub fn tags(&self) -> &[TimeTag] {
        self.tags.get(..self.len).unwrap_or_default()
    }
}

/// Both buffers of one physical channel.
#[derive(Debug, Clone)]
pub struct TimeSampling<const N: usize> {
    /// `SENT_TIME_BUFFER`.
    pub sent: TimeBuffer<N>,
    /// `RECEIVE_TIME_BUFFER`.
    pub received: TimeBuffer<N>,
}

impl<const N: usize> TimeSampling<N> {
    /// Nothing captured, nothing asked for.
    pub const fn new() -> Self {
        Self {
            sent: TimeBuffer::sent(),
            received: TimeBuffer::received(),
        }
    }

    /// The initiator's side, as SET CONTROL PARAMETERS with `n` goes out: captures the next `n` frames sent, and `spare` more for those
    /// that get lost. With n = 0 nothing is asked.
    pub fn initiate(&mut self, n: TimeSample, spare: u16) -> Request {
        match u16::from(n.get()) {
            0 => Request::None,
            n => self.sent.request(n.saturating_add(spare)),
        }
    }

    /// The recipient's side, as SET CONTROL PARAMETERS with `n` comes in: captures the next `n` frames received.
    pub fn handle_time_sample(&mut self, n: TimeSample) -> Request {
        self.received.request(u16::from(n.get()))
    }

    /// A frame went out, see [`TimeBuffer::handle_frame`].
    pub fn handle_sent(&mut self, clock: ClockTime, n_s: SeqNum, qos: Qos) -> Capture {
        self.sent.handle_frame(clock, n_s, qos)
    }

    /// A valid frame came in, see [`TimeBuffer::handle_frame`].
    pub fn handle_received(&mut self, clock: ClockTime, n_s: SeqNum, qos: Qos) -> Capture {
        self.received.handle_frame(clock, n_s, qos)
    }

    /// The next completed capture that the vehicle controller was not told of.
    pub fn poll_event(&mut self) -> Option<Completed> {
        self.received
            .poll_completed()
            .or_else(|| self.sent.poll_completed())
    }
}

impl<const N: usize> Default for TimeSampling<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// One frame, tagged at both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TagPair {
    /// The sender's clock as the frame left.
    pub sent: ClockTime,
    /// The receiver's clock as it came.
    pub received: ClockTime,
    /// The frame sequence number.
    pub n_s: SeqNum,
    /// The quality of service.
    pub qos: Qos,
}

/// Why a received tag has no partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchError {
    /// The sender has no tag of this number and quality of service.
    NotSent(TimeTag),
    /// The sender has several: a retransmission, or more than 256 frames.
    SentTwice(TimeTag),
    /// The receiver has several.
    ReceivedTwice(TimeTag),
    /// The tag is not of a received frame.
    Direction(TimeTag),
}

/// The partner of every received tag, in the order of `received`. The tags of a single request belong together: numbers repeat
/// modulo 256, and what is not the only one of its number and quality of service on either side is refused. Tags of `sent` that are
/// not of sent frames have no part in it.
///
/// Takes `sent.len() + received.len()` comparisons for each tag.
pub fn match_tags<'a>(
    sent: &'a [TimeTag],
    received: &'a [TimeTag],
) -> impl Iterator<Item = Result<TagPair, MatchError>> + 'a {
    received.iter().map(move |tag| {
        //= 211.0-B-6 5 match
        if tag.direction != Direction::Received {
            return Err(MatchError::Direction(*tag));
        }
        let same = |other: &&TimeTag| other.n_s == tag.n_s && other.qos == tag.qos;
        let is = |direction| move |other: &&TimeTag| other.direction == direction;
        let twins = received.iter().filter(same).filter(is(Direction::Received));
        if twins.count() > 1 {
            return Err(MatchError::ReceivedTwice(*tag));
        }
        let mut mates = sent.iter().filter(same).filter(is(Direction::Sent));
        match (mates.next(), mates.next()) {
            (None, _) => Err(MatchError::NotSent(*tag)),
            (Some(_), Some(_)) => Err(MatchError::SentTwice(*tag)),
            (Some(mate), None) => Ok(TagPair {
                sent: mate.clock,
                received: tag.clock,
                n_s: tag.n_s,
                qos: tag.qos,
            }),
        }
    })
}

impl fmt::Display for MatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tag, why) = match self {
            Self::NotSent(tag) => (tag, "the sender has no tag of it"),
            Self::SentTwice(tag) => (tag, "the sender has several tags of it"),
            Self::ReceivedTwice(tag) => (tag, "the receiver has several tags of it"),
            Self::Direction(tag) => (tag, "the tag is not of a received frame"),
        };
        write!(f, "frame {} ({:?}): {why}", tag.n_s, tag.qos)
    }
}

impl core::error::Error for MatchError {}
