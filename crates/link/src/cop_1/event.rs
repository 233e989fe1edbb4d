//! What FOP-1 tells its user, and why it refuses a request.
//!
//! Book: 232.1-B-2 section 3.2 as the facts give it: alerts, suspension, confirmations.

/// Why FOP-1 has left the automatic service for S6; every frame that was not acknowledged is given back as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alert {
    /// A frame would have to be sent more often than `Transmission_Limit`.
    Limit,
    /// The timer expired and the limit was reached.
    T1,
    /// FARM-1 is in lockout.
    Lockout,
    /// The two halves do not agree.
    Synch,
    /// N(R) acknowledges what was never sent, or takes back what was acknowledged.
    NnR,
    /// A CLCW that contradicts itself or is none of COP-1.
    Clcw,
    /// The lower layer refused a frame.
    Llif,
    /// The user ended it.
    Term,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// Done. Of a type-AD unit: acknowledged by FARM-1; of a type-BD unit: taken by the lower layer.
    Positive,
    /// Given up. A type-AD unit may have arrived nevertheless.
    Negative,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FopEvent {
    /// The automatic service has ended.
    Alert(Alert),
    /// The automatic service is suspended until it is resumed; nothing is lost.
    Suspended,
    /// A directive has ended.
    Directive {
        /// The user's number for it.
        request: u32,
        /// How it ended.
        confirmation: Confirmation,
    },
    /// A type-AD unit has ended.
    Ad {
        /// The user's number for it.
        request: u32,
        /// How it ended.
        confirmation: Confirmation,
    },
    /// A type-BD unit has ended.
    Bd {
        /// The user's number for it.
        request: u32,
        /// How it ended.
        confirmation: Confirmation,
    },
}

/// Why a request was refused; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not in this state: an AD unit without the automatic service, a second initiation.
    State,
    /// E20: the wait queue has its one unit.
    WaitQueueFull,
    /// E22: the lower layer still has a BD frame.
    BdBusy,
    /// E26 and E28: the lower layer still has a BC frame.
    BcBusy,
    /// The service is suspended: resume or terminate first.
    Suspended,
    /// E30: there is nothing to resume.
    NotSuspended,
    /// E40: a value outside its range.
    Invalid,
    /// The unit is longer than the lent memory or 65,535 octets: it can never be taken.
    TooLong,
    /// The lent memory is full until units are acknowledged and their confirmations are taken.
    MemoryFull,
    /// Events wait to be taken.
    EventsFull,
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::State => "not in this state of FOP-1",
            Self::WaitQueueFull => "the wait queue is full",
            Self::BdBusy => "a BD frame is under way to the lower layer",
            Self::BcBusy => "a BC frame is under way to the lower layer",
            Self::Suspended => "the service is suspended",
            Self::NotSuspended => "the service is not suspended",
            Self::Invalid => "the value is outside its range",
            Self::TooLong => "the unit is longer than the memory",
            Self::MemoryFull => "the memory is full",
            Self::EventsFull => "events wait to be taken",
        })
    }
}

impl core::error::Error for Refusal {}

/// Events that can wait.
const EVENTS: usize = 16;
/// No directive and no BD unit while more wait: what is under way can add that many besides.
const EVENTS_OPEN: usize = 8;

/// The events that wait, in a ring.
#[derive(Debug, Clone)]
pub(super) struct Events {
    ring: [FopEvent; EVENTS],
    first: usize,
    count: usize,
    pub(super) lost: u64,
}

impl Events {
    pub(super) const fn new() -> Self {
        Self {
            ring: [FopEvent::Suspended; EVENTS],
            first: 0,
            count: 0,
            lost: 0,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.count <= EVENTS_OPEN
    }

    pub(super) fn push(&mut self, event: FopEvent) {
        if self.count == EVENTS {
            self.lost += 1;
        } else if let Some(place) = self.ring.get_mut((self.first + self.count) % EVENTS) {
            *place = event;
            self.count += 1;
        }
    }

    pub(super) fn pop(&mut self) -> Option<FopEvent> {
        if self.count == 0 {
            return None;
        }
        let event = self.ring.get(self.first).copied();
        self.first = (self.first + 1) % EVENTS;
        self.count -= 1;
        event
    }
}
