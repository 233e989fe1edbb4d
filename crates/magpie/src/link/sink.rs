//! `--out`: what arrives, without packet headers, in the order of delivery.
//!
//! User octets (data fields of construction `11`) have no header and are written as they are; idle packets and idle encapsulation
//! packets carry nothing and are counted. The file appears under its name only if it is whole; else what came is kept beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use magpie_link::io::{Delivery, Unit};
use magpie_wire::encapsulation::{EncapsulationHeader, ProtocolId};
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{PacketType, SpacePacket};
use magpie_wire::v3::Qos;

use crate::command::Failure;
use crate::files::Output;

/// Where deliveries go.
pub(crate) struct Sink {
    out: Option<Output>,
    /// Packets and user-octet units delivered, without idle ones.
    pub(crate) units: u64,
    /// Octets of those, without headers.
    pub(crate) octets: u64,
    /// Idle packets.
    pub(crate) idle: u64,
    /// Packets of the expedited service missing between others, by their sequence counts.
    pub(crate) packets_missing: u64,
    /// The last expedited packet of each application process.
    last: BTreeMap<Apid, SeqCount>,
}

impl Sink {
    /// Says at once if the place cannot be written.
    pub(crate) fn create(path: Option<&Path>) -> Result<Self, Failure> {
        let out = path.map(Output::create).transpose()?;
        Ok(Self {
            out,
            units: 0,
            octets: 0,
            idle: 0,
            packets_missing: 0,
            last: BTreeMap::new(),
        })
    }

    /// Takes one delivery.
    pub(crate) fn put(&mut self, delivery: &Delivery<'_>) -> Result<(), Failure> {
        let Some(content) = content(delivery) else {
            self.idle += 1;
            return Ok(());
        };
        if delivery.qos == Qos::Expedited {
            self.note_count(delivery.octets);
        }
        self.units += 1;
        self.octets += content.len() as u64;
        self.out.as_mut().map_or(Ok(()), |out| out.put(content))
    }

    /// Gaps in the sequence count; the service has no others to tell by that are the user's own.
    fn note_count(&mut self, octets: &[u8]) {
        let Ok(packet) = SpacePacket::parse(octets) else {
            return;
        };
        let header = packet.header();
        if header.packet_type == PacketType::Telemetry
            && let Some(before) = self.last.insert(header.apid, header.sequence_count)
        {
            let gap = header.sequence_count.gap_since(before);
            // More than half the circle: a count again, or begun anew.
            let ahead = gap <= SeqCount::MAX.get() / 2;
            self.packets_missing += if ahead { u64::from(gap) } else { 0 };
        }
    }

    /// The output under its name if it is whole, else beside it under the name that is given back.
    pub(crate) fn finish(&mut self, whole: bool) -> Result<Option<PathBuf>, Failure> {
        match self.out.take() {
            Some(out) if whole => out.finish().map(|()| None),
            Some(out) => out.finish_partial(),
            None => Ok(None),
        }
    }
}

/// What a unit carries; nothing for an idle packet.
fn content<'a>(delivery: &Delivery<'a>) -> Option<&'a [u8]> {
    let octets = delivery.octets;
    if delivery.unit == Unit::UserOctets {
        return Some(octets);
    }
    if let Ok(packet) = SpacePacket::parse(octets) {
        return (!packet.is_idle()).then(|| packet.data());
    }
    match EncapsulationHeader::parse(octets) {
        Ok((header, _)) if header.protocol_id == ProtocolId::IDLE => None,
        Ok((header, _)) => octets.get(header.length_of_length.header_len()..),
        // The link delivers packets only; should it not, the octets are kept.
        Err(_) => Some(octets),
    }
}
