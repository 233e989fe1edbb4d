//! Taking units from the user: checked, queued, or refused by name.
//!
//! Book: 211.0-B-6, the service interface of the data services.

use core::fmt;

use magpie_wire::id::{Pcid, PortId};
use magpie_wire::v3::Qos;

use super::Endpoint;
use crate::clock::Instant;
use crate::io::{Unit, packet};
use crate::mac::{Duplex, State};
use crate::record_queue::Lent;
use crate::stats::add;

/// Why a unit was not taken. It is still the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmitError {
    /// Back-pressure: the send memory is full. Try again when frames have gone out.
    QueueFull {
        /// Octets of the unit.
        need: usize,
        /// Octets of the longest unit that would be taken now.
        room: usize,
    },
    /// The octets are not exactly one space packet or encapsulation packet.
    NotAPacket,
    /// No octets.
    Empty,
    /// A packet above `Maximum_Packet_Size`, or user octets that do not fit into one frame.
    TooLong {
        /// Octets given.
        have: usize,
        /// The most there can be.
        max: usize,
    },
    /// There is no sequence-controlled service in simplex, where nothing could be acknowledged, nor without memory for the Sent queue.
    NoSequenceControlledService,
    /// This end does not send on this physical channel.
    OtherPcid {
        /// The channel.
        pcid: Pcid,
    },
    /// LOCAL NO MORE DATA was given.
    NoMoreData,
    /// This end only receives.
    ReceiveOnly,
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueFull { need, room } => {
                write!(f, "send memory full: {need} octets given, room for {room}")
            }
            Self::NotAPacket => f.write_str("not exactly one packet"),
            Self::Empty => f.write_str("no octets"),
            Self::TooLong { have, max } => write!(f, "{have} octets, at most {max}"),
            Self::NoSequenceControlledService => {
                f.write_str("no sequence-controlled service in simplex or without memory for it")
            }
            Self::OtherPcid { pcid } => write!(f, "nothing is sent on PCID {}", pcid.get()),
            Self::NoMoreData => f.write_str("after LOCAL NO MORE DATA"),
            Self::ReceiveOnly => f.write_str("this end only receives"),
        }
    }
}

impl core::error::Error for SubmitError {}

/// Where a unit goes.
#[derive(Debug, Clone, Copy)]
struct Address {
    pcid: Pcid,
    port_id: PortId,
    qos: Qos,
}

impl<M: Lent> Endpoint<M> {
    /// Queues one packet for sending on `Local_PCID`. `qos` names the service.
    pub fn submit(
        &mut self,
        now: Instant,
        port_id: PortId,
        qos: Qos,
        packet: &[u8],
    ) -> Result<(), SubmitError> {
        self.submit_on(now, self.mib.local_pcid, port_id, qos, packet)
    }

    /// Queues one packet for sending on a physical channel.
    pub fn submit_on(
        &mut self,
        now: Instant,
        pcid: Pcid,
        port_id: PortId,
        qos: Qos,
        packet: &[u8],
    ) -> Result<(), SubmitError> {
        let max = self.mib.largest_packet();
        let checked = match packet::announced_len(packet) {
            _ if packet.is_empty() => Err(SubmitError::Empty),
            Ok(len) if len == packet.len() => self.check_submit(pcid, qos, len, max),
            _ => Err(SubmitError::NotAPacket),
        };
        let to = Address { pcid, port_id, qos };
        self.enqueue(now, to, Unit::Packet, packet, checked)
    }

    /// Queues octets that only the user understands, on `Local_PCID`: one frame of construction `11`.
    pub fn submit_octets(
        &mut self,
        now: Instant,
        port_id: PortId,
        qos: Qos,
        octets: &[u8],
    ) -> Result<(), SubmitError> {
        let pcid = self.mib.local_pcid;
        let checked = if octets.is_empty() {
            Err(SubmitError::Empty)
        } else {
            self.check_submit(pcid, qos, octets.len(), self.mib.maximum_data_field())
        };
        let to = Address { pcid, port_id, qos };
        self.enqueue(now, to, Unit::UserOctets, octets, checked)
    }

    /// Octets of the longest unit that `submit` would take now.
    pub fn send_room(&self, qos: Qos) -> usize {
        self.data_services
            .channel(self.mib.local_pcid)
            .queue(qos)
            .room()
    }

    /// Whether anything waits to be sent for the first time.
    pub fn has_data_to_send(&self) -> bool {
        self.data_services
            .channels
            .iter()
            .any(|channel| !channel.expedited.is_empty() || !channel.sequence_controlled.is_empty())
    }

    /// Drops everything that waits to be sent for the first time.
    pub fn clear_send_queue(&mut self) {
        for channel in &mut self.data_services.channels {
            channel.expedited.clear();
            channel.sequence_controlled.clear();
        }
    }

    fn check_submit(
        &self,
        pcid: Pcid,
        qos: Qos,
        len: usize,
        max: usize,
    ) -> Result<(), SubmitError> {
        let vars = self.mac.vars();
        let simplex = matches!(
            vars.duplex,
            Duplex::SimplexTransmit | Duplex::SimplexReceive
        );
        if qos == Qos::SequenceControlled && (simplex || !self.keeps_sent_frames(pcid)) {
            return Err(SubmitError::NoSequenceControlledService);
        }
        if !self.mib.sends_pcid(pcid) {
            return Err(SubmitError::OtherPcid { pcid });
        }
        if vars.state == State::S72SimplexReceive {
            return Err(SubmitError::ReceiveOnly);
        }
        if vars.local_no_more_data {
            return Err(SubmitError::NoMoreData);
        }
        if len > max {
            return Err(SubmitError::TooLong { have: len, max });
        }
        Ok(())
    }

    fn keeps_sent_frames(&self, pcid: Pcid) -> bool {
        self.data_services.channel(pcid).cop_p.fop.keeps_frames()
    }

    fn enqueue(
        &mut self,
        now: Instant,
        to: Address,
        unit: Unit,
        octets: &[u8],
        checked: Result<(), SubmitError>,
    ) -> Result<(), SubmitError> {
        if let Err(refused) = checked {
            add(&mut self.stats.units_refused, 1);
            return Err(refused);
        }
        let queue = self.data_services.channel_mut(to.pcid).queue_mut(to.qos);
        if !queue.push(now, to.port_id, unit, octets) {
            let room = queue.room();
            add(&mut self.stats.units_held_back, 1);
            return Err(SubmitError::QueueFull {
                need: octets.len(),
                room,
            });
        }
        add(&mut self.stats.units_submitted, 1);
        add(&mut self.stats.octets_submitted, octets.len());
        Ok(())
    }
}
