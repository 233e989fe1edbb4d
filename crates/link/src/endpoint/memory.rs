//! The memory that an endpoint is lent, and how much of it is too little.
//!
//! Not from a book: every queue of the link has the bound that its memory gives it.

use core::fmt;

use magpie_wire::id::Pcid;

use super::Endpoint;
use crate::cop_p::SENT_OVERHEAD;
use crate::data_services::{Channel, DataServices, PCIDS};
use crate::frame_sublayer::MAX_DATA_FIELD_LEN;
use crate::io::reassembly::Reassembly;
use crate::mib::Mib;
use crate::record_queue::{Lent, LentLater, OVERHEAD};

/// Memory for what goes out on one physical channel; every part may be empty.
#[derive(Debug, Clone, Default)]
pub struct ChannelMemory<M> {
    /// Units of the expedited service that wait to be sent; each costs [`OVERHEAD`] octets besides its own. Empty: none can be submitted.
    pub expedited: M,
    /// Units of the sequence-controlled service that wait to be sent, likewise.
    pub sequence_controlled: M,
    /// The Sent queue: sequence-controlled frames until they are acknowledged, each with
    /// [`SENT_OVERHEAD`](crate::cop_p::SENT_OVERHEAD) octets besides its own. Its size limits the window as `Transmission_Window` does.
    pub sent: M,
}

/// Memory that the user lends to an endpoint; every part may be empty.
#[derive(Debug, Clone, Default)]
pub struct Memory<M> {
    /// For PCID 0 and PCID 1. An end that uses one of them leaves the other empty.
    pub channels: [ChannelMemory<M>; 2],
    /// Units that arrived and wait for `poll_delivery`. Empty: the endpoint only accepts frames (for a recorder, say) and delivers
    /// nothing. Otherwise room for the longest unit, see [`MemoryError::Delivery`]; a transceiver that has
    /// [`DELIVERY_MARGIN`](crate::transceiver::DELIVERY_MARGIN) more need not wait until it is empty.
    pub delivery: M,
    /// Partial packets, `Maximum_Packet_Size` octets each, at most [`crate::MAX_SLOTS`]. Empty: segments are refused.
    pub reassembly: M,
}

impl<M: Default> Memory<M> {
    /// Memory to send on PCID 0 and nothing else; the other parts can be filled in.
    pub fn of_pcid_0(channel: ChannelMemory<M>) -> Self {
        Self {
            channels: [channel, ChannelMemory::default()],
            ..Self::default()
        }
    }

    /// Memory for the expedited service on PCID 0 and nothing else: all that simplex can use.
    pub fn for_expedited(expedited: M) -> Self {
        Self::of_pcid_0(ChannelMemory {
            expedited,
            ..ChannelMemory::default()
        })
    }

    /// Memory to send on this physical channel and nothing else.
    pub fn of(pcid: Pcid, channel: ChannelMemory<M>) -> Self {
        let mut memory = Self::of_pcid_0(channel);
        if pcid == Pcid::Pcid1 {
            memory.channels.reverse();
        }
        memory
    }
}

/// Why the memory lent was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryError {
    /// The delivery memory could not hold one unit of the longest kind (2043 octets, or `Maximum_Packet_Size` if there is memory
    /// for reassembly) and its overhead.
    Delivery {
        /// Octets needed.
        need: usize,
        /// Octets lent.
        have: usize,
    },
    /// The Sent queue could not hold one frame of `Maximum_Frame_Length` and its overhead.
    Sent {
        /// Octets needed.
        need: usize,
        /// Octets lent.
        have: usize,
    },
    /// The reassembly memory could not hold one packet of `Maximum_Packet_Size`.
    Reassembly {
        /// Octets needed.
        need: usize,
        /// Octets lent.
        have: usize,
    },
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, need, have) = match self {
            Self::Delivery { need, have } => ("delivery", need, have),
            Self::Sent { need, have } => ("sent", need, have),
            Self::Reassembly { need, have } => ("reassembly", need, have),
        };
        write!(
            f,
            "{name} memory has {have} octets, needs none or at least {need}"
        )
    }
}

impl core::error::Error for MemoryError {}

impl<M: Lent> Memory<M> {
    /// Queues in this memory.
    pub(super) fn into_data_services(self, mib: &Mib) -> DataServices<M> {
        let reassembly = Reassembly::new(self.reassembly, mib.largest_packet());
        let [first, second] = self.channels;
        let channels = [(PCIDS[0], first), (PCIDS[1], second)].map(|(pcid, lent)| {
            Channel::new(
                mib,
                pcid,
                lent.expedited,
                lent.sequence_controlled,
                lent.sent,
            )
        });
        DataServices::new(channels, self.delivery, reassembly)
    }

    /// Refuses parts that could not hold a single unit of the longest kind.
    pub(super) fn check(&self, mib: &Mib) -> Result<(), MemoryError> {
        let packet = mib.largest_packet();
        let need = usize::from(mib.maximum_frame_length) + SENT_OVERHEAD;
        for channel in &self.channels {
            let have = channel.sent.as_ref().len();
            if (1..need).contains(&have) {
                return Err(MemoryError::Sent { need, have });
            }
        }
        let (delivery, reassembly) = (self.delivery.as_ref().len(), self.reassembly.as_ref().len());
        if (1..packet).contains(&reassembly) {
            return Err(MemoryError::Reassembly {
                need: packet,
                have: reassembly,
            });
        }
        let longest = if reassembly == 0 {
            MAX_DATA_FIELD_LEN
        } else {
            mib.longest_delivery()
        };
        if (1..longest + OVERHEAD).contains(&delivery) {
            return Err(MemoryError::Delivery {
                need: longest + OVERHEAD,
                have: delivery,
            });
        }
        Ok(())
    }
}

impl Endpoint<LentLater> {
    /// An endpoint in S1 as the value of a static: put together by the compiler, so it costs neither stack nor time at the start. It
    /// can send and deliver nothing until it is [lent](Self::lend) memory.
    pub const fn unlent(mib: Mib) -> Self {
        const NO: LentLater = LentLater::NOTHING;
        let reassembly = Reassembly::new(NO, mib.largest_packet());
        let channels = [
            Channel::new(&mib, PCIDS[0], NO, NO, NO),
            Channel::new(&mib, PCIDS[1], NO, NO, NO),
        ];
        Self::assemble(mib, DataServices::new(channels, NO, reassembly))
    }

    /// Lends the memory. What was queued in an earlier loan is gone, COP-P begins anew: for the time before the first session.
    pub fn lend(&mut self, memory: Memory<LentLater>) -> Result<(), MemoryError> {
        memory.check(&self.mib)?;
        self.data_services.lend(memory);
        Ok(())
    }
}
