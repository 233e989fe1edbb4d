//! Where a packet ends: packets delimit themselves, and this is all that the link reads of them.
//!
//! Book: 211.0-B-6 3.2.2 table 3-1 (a data field of construction `00` is a row of whole packets), 133.0-B-2 and 133.1-B-3 for the
//! two kinds of packet.

use magpie_wire::encapsulation::{self, EncapsulationHeader};
use magpie_wire::space_packet;

/// Octets from which every packet's length can be told.
pub(crate) const LONGEST_HEADER: usize = 8;

/// No packet begins here, or not enough of its header is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAPacket;

/// Length of the packet that begins at `octets`, header included, as it announces itself; at least 1.
pub(crate) fn announced_len(octets: &[u8]) -> Result<usize, NotAPacket> {
    match octets.first().map(|first| first >> 5) {
        Some(0) => space_packet::packet_len(octets).map_err(|_| NotAPacket),
        Some(encapsulation::VERSION) => EncapsulationHeader::parse(octets)
            .map(|(_, len)| len)
            .map_err(|_| NotAPacket),
        _ => Err(NotAPacket),
    }
}
