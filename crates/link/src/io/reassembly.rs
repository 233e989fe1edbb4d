//! Reassembly of segmented packets, bounded, by routing identifier.
//!
//! Book: 211.0-B-6 3.2.3.3 (segment header and its rules). A routing identifier is (PCID, port, pseudo packet id). Every partial
//! packet has a slot of `Maximum_Packet_Size` octets in the memory that was lent; there are at most [`MAX_SLOTS`]. A first segment
//! that finds no free slot takes the one that was begun longest ago, so a sender that never finishes its packets blocks nobody.
//!
//! The book's rules do not say what missing *frames* mean for a partial packet. If two packets of one routing identifier and of equal
//! length lose the end of the one and the beginning of the other, their halves fit together to a packet that nobody sent. So all
//! partial packets are dropped when the sequence numbers show a gap ([`Reassembly::drop_of`], docs/deviations.md).

use magpie_wire::id::{Pcid, PortId};
use magpie_wire::segment::{PseudoPacketId, SegmentFlags};
use magpie_wire::v3::Qos;

use super::packet;
use crate::record_queue::Lent;
use crate::stats::{Rejection, Stats};

/// How many packets can be partial at a time, if the memory is large enough.
pub const MAX_SLOTS: usize = 8;

/// Which packet a segment belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RoutingId {
    pub(crate) pcid: Pcid,
    /// Not part of the book's identifier: segments of the two services come in orders of their own, so they never mix here.
    pub(crate) qos: Qos,
    pub(crate) port_id: PortId,
    pub(crate) pseudo_packet_id: PseudoPacketId,
}

#[derive(Debug, Clone, Copy)]
struct Partial {
    routing_id: RoutingId,
    len: usize,
    /// The count of first segments when this one came: which partial packet is the oldest.
    begun: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Reassembly<M> {
    memory: M,
    slot_len: usize,
    slots: [Option<Partial>; MAX_SLOTS],
    begun: u64,
}

impl<M: Lent> Reassembly<M> {
    pub(crate) const fn new(memory: M, maximum_packet_size: usize) -> Self {
        Self {
            memory,
            slot_len: maximum_packet_size,
            slots: [None; MAX_SLOTS],
            begun: 0,
        }
    }

    /// Another memory; no packet is partial.
    pub(crate) fn lend(&mut self, memory: M) {
        self.memory = memory;
        self.slots = [None; MAX_SLOTS];
    }

    /// Takes a segment; answers the packet if that is complete now.
    pub(crate) fn handle_segment<'a>(
        &'a mut self,
        routing_id: RoutingId,
        flags: SegmentFlags,
        data: &'a [u8],
        stats: &mut Stats,
    ) -> Result<Option<&'a [u8]>, Rejection> {
        //= 211.0-B-6 3.2.3.3 reassembly
        match flags {
            SegmentFlags::Unsegmented => {
                self.drop_partial(routing_id, stats);
                whole(data, self.slot_len).map(Some)
            }
            SegmentFlags::First => {
                self.drop_partial(routing_id, stats);
                let slot = self.begin(routing_id, stats)?;
                self.append(slot, data).map(|()| None)
            }
            SegmentFlags::Continuing => {
                let slot = self
                    .find(routing_id)
                    .ok_or(Rejection::SegmentWithoutFirst)?;
                self.append(slot, data).map(|()| None)
            }
            SegmentFlags::Last => {
                let slot = self
                    .find(routing_id)
                    .ok_or(Rejection::SegmentWithoutFirst)?;
                self.append(slot, data)?;
                self.finish(slot).map(Some)
            }
        }
    }

    /// Drops every partial packet, each counted as `reason`.
    pub(crate) fn drop_all(&mut self, reason: Rejection, stats: &mut Stats) {
        for slot in &mut self.slots {
            if slot.take().is_some() {
                stats.reject(reason);
            }
        }
    }

    /// Drops the partial packets that this service of this physical channel brought.
    pub(crate) fn drop_of(&mut self, pcid: Pcid, qos: Qos, reason: Rejection, stats: &mut Stats) {
        for slot in &mut self.slots {
            if slot.is_some_and(|p| p.routing_id.pcid == pcid && p.routing_id.qos == qos) {
                *slot = None;
                stats.reject(reason);
            }
        }
    }

    /// How many packets can be partial at a time.
    pub(crate) fn usable_slots(&self) -> usize {
        let slots = self.memory.as_ref().len().checked_div(self.slot_len);
        slots.unwrap_or(0).min(MAX_SLOTS)
    }

    fn find(&self, routing_id: RoutingId) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.is_some_and(|partial| partial.routing_id == routing_id))
    }

    fn drop_partial(&mut self, routing_id: RoutingId, stats: &mut Stats) {
        let slot = self.find(routing_id).and_then(|at| self.slots.get_mut(at));
        if slot.and_then(Option::take).is_some() {
            stats.reject(Rejection::PartialReplaced);
        }
    }

    /// A slot for a new packet: a free one, else that of the oldest partial packet.
    fn begin(&mut self, routing_id: RoutingId, stats: &mut Stats) -> Result<usize, Rejection> {
        let usable = self.usable_slots();
        // A free slot sorts before every partial packet.
        let slots = self.slots.iter_mut().enumerate().take(usable);
        let (at, slot) = slots
            .min_by_key(|(_, slot)| slot.map_or(0, |partial| partial.begun))
            .ok_or(Rejection::NoReassemblyMemory)?;
        if slot.is_some() {
            stats.reject(Rejection::PartialEvicted);
        }
        self.begun += 1;
        *slot = Some(Partial {
            routing_id,
            len: 0,
            begun: self.begun,
        });
        Ok(at)
    }

    /// Appends to a partial packet, or drops it if it grows beyond `Maximum_Packet_Size`.
    fn append(&mut self, slot: usize, octets: &[u8]) -> Result<(), Rejection> {
        let at = slot * self.slot_len;
        let slot = self.slots.get_mut(slot).ok_or(Rejection::PacketTooLong)?; // every slot is one of them
        let len = slot.map_or(0, |partial| partial.len);
        let memory = self.memory.as_mut().get_mut(at..at + self.slot_len);
        let Some(room) = memory.and_then(|memory| memory.get_mut(len..len + octets.len())) else {
            *slot = None;
            return Err(Rejection::PacketTooLong);
        };
        room.copy_from_slice(octets);
        if let Some(partial) = slot {
            partial.len += octets.len();
        }
        Ok(())
    }

    fn finish(&mut self, slot: usize) -> Result<&[u8], Rejection> {
        let at = slot * self.slot_len;
        let partial = self.slots.get_mut(slot).and_then(Option::take);
        let len = partial.map_or(0, |partial| partial.len);
        let packet = self.memory.as_ref().get(at..at + len);
        whole(packet.unwrap_or_default(), self.slot_len)
    }
}

/// Checks that the octets are exactly the packet that they announce.
fn whole(octets: &[u8], maximum_packet_size: usize) -> Result<&[u8], Rejection> {
    if octets.len() > maximum_packet_size {
        return Err(Rejection::PacketTooLong);
    }
    match packet::announced_len(octets) {
        Ok(len) if len == octets.len() => Ok(octets),
        _ => Err(Rejection::ReassembledLength),
    }
}

#[cfg(test)]
mod tests;
