//! What an endpoint tells its user: the notifications to the vehicle controller, as values in a short bounded queue.
//!
//! Book: 211.0-B-6 annex D (notifications; the facts know it in part). Packets do not come this way, see
//! [`crate::endpoint::Endpoint::poll_delivery`], and rejected frames are counted in [`crate::stats::Stats`]. If nobody polls, the
//! queue keeps the oldest events and counts the others; the last quarter of it is kept for events of the session itself, so a flood
//! of bad frames cannot hide the end of a session.

use core::fmt;

use magpie_wire::id::{Pcid, PortId, Scid};

use magpie_wire::spdu::directive::StatusReportRequest;
use magpie_wire::spdu::time::{ClockTime, TimeTransfer};

use crate::cop_p::Notification;
use crate::mac::{Row, State, SubState};
use crate::timing::sample::Completed;

/// One notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A row of a state table was taken.
    Transition {
        /// The row, by the name of its event in the book.
        row: Row,
        /// The state before.
        from: State,
        /// The state after.
        to: State,
    },
    /// The caller hails again: nobody answered.
    HailRepeated,
    /// The other end answered the hail.
    HailAnswered,
    /// A hail came, its values are in force.
    HailReceived,
    /// The communication values in force have changed; the radio is to be set accordingly.
    CommunicationValues,
    /// `COMM_CHANGE` asked for at this end has been answered.
    CommChanged,
    /// Nobody answered for `Comm_Change_Lifetime`, or the other end's `COMM_CHANGE` came first; the old values stay.
    CommChangeFailed,
    /// The other end wants other values and gets them.
    CommChangeReceived,
    /// The other end has no more data (RNMD).
    RemoteNoMoreData,
    /// Half duplex: the other end still sends although its time is over (E44).
    SenderOverran,
    /// Half duplex: a carrier came, but no frame (E45).
    NoDataThisContact,
    /// Half duplex: no carrier came (E48, E50).
    NoCarrier,
    /// COP-P of one physical channel.
    CopP {
        /// The channel.
        pcid: Pcid,
        /// What happened.
        notification: Notification,
    },
    /// The other end began anew with numbers that do not fit ours.
    RemoteRestarted,
    /// Time tags asked for are there.
    TimeTags(Completed),
    /// The other end distributes the time.
    TimeTransfer {
        /// What it says.
        transfer: TimeTransfer,
        /// What the own clock said when the last bit of the marker had come.
        own: ClockTime,
    },
    /// The other end wants a status report of this kind.
    StatusReportRequested(StatusReportRequest),
    /// A status report came: that many octets of the array.
    StatusReport {
        /// Octets of the report.
        len: u8,
        /// Its octets, the rest zero.
        octets: [u8; 15],
    },
    /// The other end says who it is.
    SourceScid(Scid),
    /// A transmission entered its next part.
    SubState(SubState),
    /// The session is over and the endpoint is in S1.
    EndOfSession(EndOfSession),
    /// `CARRIER_ACQUIRED` went true.
    CarrierAcquired,
    /// `CARRIER_ACQUIRED` went false.
    CarrierDropped,
    /// The carrier has been away for `Carrier_Loss_Timer_Duration`.
    CarrierLost,
    /// `SYMBOL_INLOCK_STATUS` went true.
    SymbolInlock,
    /// `SYMBOL_INLOCK_STATUS` went false.
    SymbolLockDropped,
    /// The receiving SCID buffer was filled by the first valid frame.
    ReceivingScidLearnt(Scid),
    /// A frame named a spacecraft that it should not: 10 bits in Version 3, 16 in Version 4.
    WrongScid(u16),
    /// A frame named the other physical channel.
    WrongPcid(Pcid),
    /// Frames are missing before the one just accepted.
    FramesMissing {
        /// The channel that the sequence numbers belong to.
        pcid: Pcid,
        /// A lower bound: the true number is this or 256, 512, … more.
        at_least: u8,
    },
    /// Packets arrived whole but the delivery memory had no room for them.
    DeliveryQueueFull(PortId),
}

impl Event {
    /// Whether the event tells of the session rather than of single frames.
    const fn is_of_session(self) -> bool {
        matches!(
            self,
            Self::Transition { .. }
                | Self::SubState(_)
                | Self::EndOfSession(_)
                | Self::ReceivingScidLearnt(_)
                | Self::CopP { .. }
                | Self::CommunicationValues
                | Self::CommChanged
                | Self::CommChangeFailed
                | Self::RemoteRestarted
        )
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndOfSession {
    /// SET MODE inactive.
    SetModeInactive,
    /// SET INITIALIZE MODE.
    SetInitializeMode,
    /// Neither end has more data, and everything has been sent, tail included.
    NoMoreData,
    /// Nobody answered the hail for `Hail_Lifetime`.
    HailFailed,
    /// One end said that it has no more data, and then this end heard nothing any more for `Termination_Lifetime`. If it was this end
    /// that said it, whatever it sent sequence controlled has been acknowledged; else see
    /// [`Stats::frames_unacknowledged_at_end`](crate::stats::Stats::frames_unacknowledged_at_end).
    NoAnswer,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transition { row, from, to } => write!(f, "{row:?}: {from} to {to}"),
            Self::HailRepeated => f.write_str("hail repeated"),
            Self::HailAnswered => f.write_str("hail answered"),
            Self::HailReceived => f.write_str("hail received"),
            Self::CommunicationValues => f.write_str("communication values changed"),
            Self::CommChanged => f.write_str("COMM_CHANGE answered"),
            Self::CommChangeFailed => f.write_str("COMM_CHANGE failed"),
            Self::CommChangeReceived => f.write_str("COMM_CHANGE received"),
            Self::RemoteNoMoreData => f.write_str("the other end has no more data"),
            Self::SenderOverran => f.write_str("the other end sends beyond its time"),
            Self::NoDataThisContact => f.write_str("carrier, but no data this contact"),
            Self::NoCarrier => f.write_str("no carrier"),
            Self::CopP { pcid, notification } => {
                write!(f, "COP-P on PCID {}: {notification:?}", pcid.get())
            }
            Self::RemoteRestarted => f.write_str("the other end began anew"),
            Self::TimeTags(done) => {
                write!(f, "{} time tags of {:?} frames", done.tags, done.direction)
            }
            Self::TimeTransfer { .. } => f.write_str("time distributed"),
            Self::StatusReportRequested(kind) => write!(f, "status report {} wanted", kind.get()),
            Self::StatusReport { len, .. } => write!(f, "status report of {len} octets"),
            Self::SourceScid(scid) => write!(f, "spacecraft {} is speaking", scid.get()),
            Self::SubState(ss) => write!(f, "{ss}"),
            Self::EndOfSession(why) => write!(f, "end of session ({why:?})"),
            Self::CarrierAcquired => f.write_str("carrier acquired"),
            Self::CarrierDropped => f.write_str("carrier dropped"),
            Self::CarrierLost => f.write_str("carrier lost"),
            Self::SymbolInlock => f.write_str("symbol lock"),
            Self::SymbolLockDropped => f.write_str("symbol lock dropped"),
            Self::ReceivingScidLearnt(scid) => write!(f, "hears spacecraft {}", scid.get()),
            Self::WrongScid(scid) => write!(f, "wrong SCID {scid}"),
            Self::WrongPcid(pcid) => write!(f, "wrong PCID {}", pcid.get()),
            Self::FramesMissing { pcid, at_least } => {
                write!(
                    f,
                    "at least {at_least} frames missing on PCID {}",
                    pcid.get()
                )
            }
            Self::DeliveryQueueFull(port) => {
                write!(
                    f,
                    "delivery memory full, packets of port {} dropped",
                    port.get()
                )
            }
        }
    }
}

/// How many events wait at most.
const CAPACITY: usize = 16;
/// Places that only events of the session may take.
const RESERVED: usize = 4;

/// The events that wait to be polled, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    queue: [Option<Event>; CAPACITY],
    first: usize,
    len: usize,
    dropped: u64,
}

impl Events {
    pub(crate) const fn new() -> Self {
        Self {
            queue: [None; CAPACITY],
            first: 0,
            len: 0,
            dropped: 0,
        }
    }

    pub(crate) fn push(&mut self, event: Event) {
        let limit = if event.is_of_session() {
            CAPACITY
        } else {
            CAPACITY - RESERVED
        };
        if self.len < limit {
            self.queue[(self.first + self.len) % CAPACITY] = Some(event);
            self.len += 1;
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        let event = self.queue[self.first % CAPACITY].take()?;
        self.first = (self.first + 1) % CAPACITY;
        self.len -= 1;
        Some(event)
    }

    /// Events that found no place.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_bad_frames_cannot_hide_the_end_of_a_session() {
        let mut events = Events::new();
        for _ in 0..100 {
            events.push(Event::WrongPcid(Pcid::Pcid1));
        }
        events.push(Event::EndOfSession(EndOfSession::NoMoreData));
        assert_eq!(events.dropped(), 88, "12 of 16 places are for anybody");
        let last = core::iter::from_fn(|| events.pop()).last();
        assert_eq!(last, Some(Event::EndOfSession(EndOfSession::NoMoreData)));
    }

    #[test]
    fn events_come_out_in_order_round_the_end_of_the_queue() {
        let mut events = Events::new();
        for at_least in 0..=255 {
            let event = Event::FramesMissing {
                pcid: Pcid::Pcid0,
                at_least,
            };
            events.push(event);
            assert_eq!(events.pop(), Some(event));
        }
        assert_eq!(events.pop(), None);
        assert_eq!(events.dropped(), 0);
    }
}
