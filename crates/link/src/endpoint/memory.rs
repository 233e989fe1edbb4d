//! The memory that an endpoint is lent, and how much of it is too little.
//!
//! Not from a book: every queue of the link has the bound that its memory gives it.

use core::fmt;

use crate::frame_sublayer::MAX_DATA_FIELD_LEN;
use crate::mib::Mib;
use crate::record_queue::{Lent, OVERHEAD};

/// Memory that the user lends to an endpoint; every part may be empty.
#[derive(Debug, Default)]
pub struct Memory<M> {
    /// Units that wait to be sent; each costs [`OVERHEAD`] octets besides its own. Empty: nothing can be submitted.
    pub send: M,
    /// Units that arrived and wait for `poll_delivery`. Empty: the endpoint only accepts frames (for a recorder, say) and delivers
    /// nothing. Otherwise room for the longest unit, see [`MemoryError::Delivery`]; a transceiver that has
    /// [`DELIVERY_MARGIN`](crate::transceiver::DELIVERY_MARGIN) more need not wait until it is empty.
    pub delivery: M,
    /// Partial packets, `Maximum_Packet_Size` octets each, at most [`crate::MAX_SLOTS`]. Empty: segments are refused.
    pub reassembly: M,
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
    /// Refuses parts that could not hold a single unit of the longest kind.
    pub(super) fn check(&self, mib: &Mib) -> Result<(), MemoryError> {
        let packet = mib.largest_packet();
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
