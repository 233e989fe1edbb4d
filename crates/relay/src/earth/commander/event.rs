//! What the commander says: refusals, events, counters.
//!
//! Book: 232.1-B-2 for the services and the ends of a request.
//!
//! ```
//! use magpie_link::cop_1::Confirmation;
//! use magpie_relay::earth::commander::CommanderEvent;
//! let event = CommanderEvent::Packet { request: 1, confirmation: Confirmation::Positive };
//! assert!(matches!(event, CommanderEvent::Packet { request: 1, .. }));
//! ```

use core::fmt;

use magpie_link::cop_1::{Alert, Confirmation, Refusal};

/// Which service a packet takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Type AD: in order, none lost, none twice.
    SequenceControlled,
    /// Type BD: once, whatever becomes of it.
    Expedited,
}

/// Why a packet or a directive was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommanderRefusal {
    /// The queue has no room.
    Full,
    /// Longer than a frame, and the channel has no segments; or nothing at all.
    PacketLength,
    /// The number is that of another packet under way.
    RequestInUse,
    /// Packets under way and events that were not fetched are as many as may be.
    EventsWaiting,
    /// FOP-1 refuses.
    Fop(Refusal),
}

impl fmt::Display for CommanderRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the queue is full"),
            Self::PacketLength => f.write_str("no frame can carry a packet of this length"),
            Self::RequestInUse => f.write_str("a packet with this number is under way"),
            Self::EventsWaiting => f.write_str("too many events wait to be fetched"),
            Self::Fop(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for CommanderRefusal {}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommanderEvent {
    /// A packet has ended: accepted by FARM-1 (type BD: sent), or given up.
    Packet {
        /// The user's number.
        request: u32,
        /// How.
        confirmation: Confirmation,
    },
    /// A directive has ended.
    Directive {
        /// The user's number.
        request: u32,
        /// How.
        confirmation: Confirmation,
    },
    /// The automatic service has ended; packets under way end as negative.
    Alert(Alert),
    /// The automatic service is suspended until it is resumed.
    Suspended,
}

/// Counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommanderStats {
    /// CLTUs made.
    pub cltus: u64,
    /// Type-AD frames sent again.
    pub repeated: u64,
    /// CLCWs of our virtual channel.
    pub clcws: u64,
    /// CLCWs of other virtual channels, which are no matter of this FOP-1.
    pub clcws_of_others: u64,
    /// Operational control fields that were no CLCW.
    pub not_clcws: u64,
}
