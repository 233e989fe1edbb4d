//! Taking units from the user: checked, queued, or refused by name.
//!
//! Book: 211.0-B-6, the service interface of the data services as far as simplex has it. Left out: the sequence-controlled service.

use core::fmt;

use magpie_wire::id::PortId;
use magpie_wire::v3::Qos;

use super::Endpoint;
use crate::clock::Instant;
use crate::io::{Unit, packet};
use crate::mac::State;
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
    /// There is no sequence-controlled service in simplex: nothing could be acknowledged.
    NoSequenceControlledService,
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
                f.write_str("no sequence-controlled service in simplex")
            }
            Self::NoMoreData => f.write_str("after LOCAL NO MORE DATA"),
            Self::ReceiveOnly => f.write_str("this end only receives"),
        }
    }
}

impl core::error::Error for SubmitError {}

impl<M: Lent> Endpoint<M> {
    /// Queues one packet for sending. `qos` names the service.
    pub fn submit(
        &mut self,
        now: Instant,
        port_id: PortId,
        qos: Qos,
        packet: &[u8],
    ) -> Result<(), SubmitError> {
        let max = self.mib.largest_packet();
        let checked = match packet::announced_len(packet) {
            _ if packet.is_empty() => Err(SubmitError::Empty),
            Ok(len) if len == packet.len() => self.check_submit(qos, len, max),
            _ => Err(SubmitError::NotAPacket),
        };
        self.enqueue(now, port_id, Unit::Packet, packet, checked)
    }

    /// Queues octets that only the user understands: one frame of construction `11`.
    pub fn submit_octets(
        &mut self,
        now: Instant,
        port_id: PortId,
        qos: Qos,
        octets: &[u8],
    ) -> Result<(), SubmitError> {
        let checked = if octets.is_empty() {
            Err(SubmitError::Empty)
        } else {
            self.check_submit(qos, octets.len(), self.mib.maximum_data_field())
        };
        self.enqueue(now, port_id, Unit::UserOctets, octets, checked)
    }

    /// Octets of the longest unit that `submit` would take now.
    pub fn send_room(&self) -> usize {
        self.data_services.send.room()
    }

    /// Whether anything waits to be sent.
    pub fn has_data_to_send(&self) -> bool {
        !self.data_services.send.is_empty()
    }

    /// Drops everything that waits to be sent.
    pub fn clear_send_queue(&mut self) {
        self.data_services.send.clear();
    }

    fn check_submit(&self, qos: Qos, len: usize, max: usize) -> Result<(), SubmitError> {
        let vars = self.mac.vars();
        if qos == Qos::SequenceControlled {
            return Err(SubmitError::NoSequenceControlledService);
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

    fn enqueue(
        &mut self,
        now: Instant,
        port_id: PortId,
        unit: Unit,
        octets: &[u8],
        checked: Result<(), SubmitError>,
    ) -> Result<(), SubmitError> {
        if let Err(refused) = checked {
            add(&mut self.stats.units_refused, 1);
            return Err(refused);
        }
        if !self.data_services.send.push(now, port_id, unit, octets) {
            add(&mut self.stats.units_held_back, 1);
            return Err(SubmitError::QueueFull {
                need: octets.len(),
                room: self.send_room(),
            });
        }
        add(&mut self.stats.units_submitted, 1);
        add(&mut self.stats.octets_submitted, octets.len());
        Ok(())
    }
}
