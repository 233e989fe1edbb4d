//! A packet of either kind that frames may carry: space packet (133.0) or encapsulation packet (133.1), told apart by the packet version number.

use magpie_wire::encapsulation::EncapsulationPacket;
use magpie_wire::packet::{PacketError, PacketKind, packet_len};
use magpie_wire::space_packet::SpacePacket;

/// A complete packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Packet version number 000.
    Space(SpacePacket<'a>),
    /// Packet version number 111; the octets of the whole packet.
    Encapsulation(&'a [u8]),
}

/// The length in octets of the packet that starts with `octets`; `Ok(None)` if more octets are needed to tell.
pub fn measure(octets: &[u8]) -> Result<Option<usize>, PacketError> {
    match packet_len(octets) {
        Ok(len) => Ok(Some(len)),
        Err(error) if error.missing().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

impl<'a> Packet<'a> {
    /// Reads a packet that fills `octets` exactly.
    pub fn parse(octets: &'a [u8]) -> Result<Self, PacketError> {
        let first = *octets.first().ok_or(PacketError::Empty)?;
        match PacketKind::of(first) {
            Some(PacketKind::SpacePacket) => SpacePacket::parse(octets)
                .map(Self::Space)
                .map_err(PacketError::SpacePacket),
            Some(PacketKind::Encapsulation) => EncapsulationPacket::parse(octets)
                .map(|_| Self::Encapsulation(octets))
                .map_err(PacketError::Encapsulation),
            None => Err(PacketError::Version {
                version: first >> 5,
            }),
        }
    }

    /// All its octets, header included.
    pub const fn octets(&self) -> &'a [u8] {
        match self {
            Self::Space(packet) => packet.octets(),
            Self::Encapsulation(octets) => octets,
        }
    }

    /// Application process identifier of a space packet.
    pub const fn apid(&self) -> Option<u16> {
        match self {
            Self::Space(packet) => Some(packet.apid().get()),
            Self::Encapsulation(_) => None,
        }
    }
}
