//! A packet of either kind that frames may carry: space packet (133.0) or encapsulation packet (133.1), told apart by the packet version number.

use std::fmt;

use magpie_wire::encapsulation::{
    self, EncapsulationError, EncapsulationHeader, EncapsulationPacket,
};
use magpie_wire::space_packet::{self, SpacePacket, SpacePacketError};

/// A complete packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Packet version number 000.
    Space(SpacePacket<'a>),
    /// Packet version number 111; the octets of the whole packet.
    Encapsulation(&'a [u8]),
}

/// Why octets cannot be the start of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketFault {
    /// A packet version number that is neither 0 nor 7.
    Version {
        /// The three bits found.
        version: u8,
    },
    /// The header breaks another rule.
    Header,
}

impl fmt::Display for PacketFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { version } => write!(f, "packet version {version}, 0 or 7 wanted"),
            Self::Header => f.write_str("packet header that cannot be"),
        }
    }
}

impl std::error::Error for PacketFault {}

/// The length in octets of the packet that starts with `octets`; `Ok(None)` if more octets are needed to tell.
pub fn measure(octets: &[u8]) -> Result<Option<usize>, PacketFault> {
    let Some(&first) = octets.first() else {
        return Ok(None);
    };
    match first >> 5 {
        0 => match space_packet::packet_len(octets) {
            Ok(len) => Ok(Some(len)),
            Err(SpacePacketError::Truncated { .. }) => Ok(None),
            Err(_) => Err(PacketFault::Header),
        },
        encapsulation::VERSION => match EncapsulationHeader::parse(octets) {
            Ok((_, len)) => Ok(Some(len)),
            Err(EncapsulationError::Truncated { .. }) => Ok(None),
            Err(_) => Err(PacketFault::Header),
        },
        version => Err(PacketFault::Version { version }),
    }
}

impl<'a> Packet<'a> {
    /// Reads a packet that fills `octets` exactly.
    pub fn parse(octets: &'a [u8]) -> Result<Self, PacketFault> {
        match octets.first().map_or(0, |first| first >> 5) {
            0 => SpacePacket::parse(octets)
                .map(Self::Space)
                .map_err(|_| PacketFault::Header),
            encapsulation::VERSION => EncapsulationPacket::parse(octets)
                .map(|_| Self::Encapsulation(octets))
                .map_err(|_| PacketFault::Header),
            version => Err(PacketFault::Version { version }),
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
