//! What happened, to be polled.
//!
//! Book: 211.0-B-6 annex D; see `magpie_link::event` for what each means.

use magpie_link::cop_p::Notification;
use magpie_link::event::{EndOfSession, Event};

/// What kind of event it is, and what a and b mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum MagpieEventKind {
    /// A kind that this version of the interface has no number for.
    Other = 0,
    /// The state of the session changed: a before, b after, by the numbers of the book.
    Transition = 1,
    /// The session is over: a is 0 SET MODE inactive, 1 SET INITIALIZE MODE, 2 no more data, 3 the hail failed, 4 no answer, 255 otherwise.
    EndOfSession = 2,
    /// The caller hails again.
    HailRepeated = 3,
    /// The other end answered the hail.
    HailAnswered = 4,
    /// A hail came.
    HailReceived = 5,
    /// The communication values changed; set the radio, see magpie_status.
    CommunicationValues = 6,
    /// COMM_CHANGE: a is 0 answered, 1 failed, 2 received from the other end.
    CommChange = 7,
    /// The other end has no more data.
    RemoteNoMoreData = 8,
    /// COP-P: a is the physical channel; b is 0 out of step, 1 resynchronised, 2 resynchronisation failed.
    CopP = 9,
    /// The other end began anew.
    RemoteRestarted = 10,
    /// A transmission entered its next part: a is SUB-STATE.
    SubState = 11,
    /// The carrier: a is 0 dropped, 1 acquired, 2 lost for good.
    Carrier = 12,
    /// Symbol lock: a is 0 dropped, 1 there.
    SymbolLock = 13,
    /// The first valid frame named a: the receiving SCID buffer has it now.
    ScidLearnt = 14,
    /// A frame named spacecraft a, which it should not.
    WrongScid = 15,
    /// A frame named the other physical channel a.
    WrongPcid = 16,
    /// At least b frames are missing on physical channel a.
    FramesMissing = 17,
    /// Units of port a were dropped, as the delivery memory was full.
    DeliveryFull = 18,
    /// Half duplex: a is 0 the other end overran its time, 1 carrier but no data, 2 no carrier.
    TurnInVain = 19,
    /// The other end says that it is spacecraft a.
    SourceScid = 20,
}

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MagpieEvent {
    /// sizeof(magpie_event).
    pub struct_size: u32,
    /// What happened.
    pub kind: MagpieEventKind,
    /// See kind.
    pub a: u32,
    /// See kind.
    pub b: u32,
}

#[expect(clippy::cast_possible_truncation, reason = "16")]
const SIZE: u32 = size_of::<MagpieEvent>() as u32;

impl From<Event> for MagpieEvent {
    fn from(event: Event) -> Self {
        use MagpieEventKind as Kind;
        let (kind, a, b) = match event {
            Event::Transition { from, to, .. } => (
                Kind::Transition,
                u32::from(from.number()),
                u32::from(to.number()),
            ),
            Event::EndOfSession(why) => (Kind::EndOfSession, reason(why), 0),
            Event::HailRepeated => (Kind::HailRepeated, 0, 0),
            Event::HailAnswered => (Kind::HailAnswered, 0, 0),
            Event::HailReceived => (Kind::HailReceived, 0, 0),
            Event::CommunicationValues => (Kind::CommunicationValues, 0, 0),
            Event::CommChanged => (Kind::CommChange, 0, 0),
            Event::CommChangeFailed => (Kind::CommChange, 1, 0),
            Event::CommChangeReceived => (Kind::CommChange, 2, 0),
            Event::RemoteNoMoreData => (Kind::RemoteNoMoreData, 0, 0),
            Event::CopP { pcid, notification } => {
                let what = match notification {
                    Notification::SyncLost { .. } => 0,
                    Notification::Resynchronised => 1,
                    Notification::ResyncFailed => 2,
                };
                (Kind::CopP, u32::from(pcid.get()), what)
            }
            Event::RemoteRestarted => (Kind::RemoteRestarted, 0, 0),
            Event::SubState(part) => (Kind::SubState, part as u32, 0),
            Event::CarrierDropped => (Kind::Carrier, 0, 0),
            Event::CarrierAcquired => (Kind::Carrier, 1, 0),
            Event::CarrierLost => (Kind::Carrier, 2, 0),
            Event::SymbolLockDropped => (Kind::SymbolLock, 0, 0),
            Event::SymbolInlock => (Kind::SymbolLock, 1, 0),
            Event::ReceivingScidLearnt(scid) => (Kind::ScidLearnt, u32::from(scid.get()), 0),
            Event::WrongScid(scid) => (Kind::WrongScid, u32::from(scid), 0),
            Event::WrongPcid(pcid) => (Kind::WrongPcid, u32::from(pcid.get()), 0),
            Event::FramesMissing { pcid, at_least } => (
                Kind::FramesMissing,
                u32::from(pcid.get()),
                u32::from(at_least),
            ),
            Event::DeliveryQueueFull(port) => (Kind::DeliveryFull, u32::from(port.get()), 0),
            Event::SenderOverran => (Kind::TurnInVain, 0, 0),
            Event::NoDataThisContact => (Kind::TurnInVain, 1, 0),
            Event::NoCarrier => (Kind::TurnInVain, 2, 0),
            Event::SourceScid(scid) => (Kind::SourceScid, u32::from(scid.get()), 0),
            _ => (Kind::Other, 0, 0),
        };
        Self {
            struct_size: SIZE,
            kind,
            a,
            b,
        }
    }
}

const fn reason(why: EndOfSession) -> u32 {
    match why {
        EndOfSession::SetModeInactive => 0,
        EndOfSession::SetInitializeMode => 1,
        EndOfSession::NoMoreData => 2,
        EndOfSession::HailFailed => 3,
        EndOfSession::NoAnswer => 4,
        _ => 255,
    }
}
