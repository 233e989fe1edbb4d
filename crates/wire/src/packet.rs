//! Either kind of packet that a frame's packet zone may hold: the first three bits, the packet version number, tell which.
//!
//! ```
//! use magpie_wire::packet::{PacketKind, packet_len};
//! assert_eq!(PacketKind::of(0xE0), Some(PacketKind::Encapsulation));
//! assert_eq!(packet_len(&[0x00, 0x64, 0xC0, 0x00, 0x00, 0x03]), Ok(10));
//! ```

use core::fmt;

use crate::encapsulation::{self, EncapsulationError};
use crate::space_packet::{self, SpacePacketError};

/// The packets whose version number may appear in a packet zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketKind {
    /// Packet version number 000.
    SpacePacket,
    /// Packet version number 111.
    Encapsulation,
}

impl PacketKind {
    /// The kind of the packet that begins with this octet; `None` for a version that no frame of these books may carry.
    pub const fn of(first_octet: u8) -> Option<Self> {
        //= 132.0-B-3 packet-version-numbers
        match first_octet >> 5 {
            0b000 => Some(Self::SpacePacket),
            0b111 => Some(Self::Encapsulation),
            _ => None,
        }
    }
}

/// Why no packet of either kind begins here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketError {
    /// No octets at all.
    Empty,
    /// A packet version number other than 000 and 111.
    Version {
        /// The 3-bit version.
        version: u8,
    },
    /// A space packet's rule is broken.
    SpacePacket(SpacePacketError),
    /// An encapsulation packet's rule is broken.
    Encapsulation(EncapsulationError),
}

impl PacketError {
    /// Octets still missing, where that is all that is wrong: more input may help.
    pub const fn missing(&self) -> Option<usize> {
        match *self {
            Self::Empty => Some(1),
            Self::SpacePacket(SpacePacketError::Truncated { need, have })
            | Self::Encapsulation(EncapsulationError::Truncated { need, have }) => {
                Some(need.saturating_sub(have))
            }
            _ => None,
        }
    }
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no octets"),
            Self::Version { version } => write!(f, "packet version {version}, expected 0 or 7"),
            Self::SpacePacket(error) => error.fmt(f),
            Self::Encapsulation(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for PacketError {}

/// Length in octets of the packet of either kind that begins at `octets`, from its header alone. A space packet needs six
/// octets for that, an encapsulation packet up to eight.
pub fn packet_len(octets: &[u8]) -> Result<usize, PacketError> {
    let first = *octets.first().ok_or(PacketError::Empty)?;
    match PacketKind::of(first) {
        Some(PacketKind::SpacePacket) => {
            space_packet::packet_len(octets).map_err(PacketError::SpacePacket)
        }
        Some(PacketKind::Encapsulation) => {
            encapsulation::packet_len(octets).map_err(PacketError::Encapsulation)
        }
        None => Err(PacketError::Version {
            version: first >> 5,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_first_octets() {
        //= 132.0-B-3 packet-version-numbers
        // Facts: packet versions 1 (000) and 8 (111) are allowed.
        for first in 0..=255_u8 {
            let kind = match first {
                0x00..=0x1F => Some(PacketKind::SpacePacket),
                0xE0..=0xFF => Some(PacketKind::Encapsulation),
                _ => None,
            };
            assert_eq!(PacketKind::of(first), kind);
            let len = packet_len(&[first, 0, 0, 0, 0, 9, 0, 20]);
            match kind {
                Some(PacketKind::SpacePacket) => assert_eq!(len, Ok(16)),
                Some(PacketKind::Encapsulation) => assert_ne!(len, Ok(16)),
                None => assert_eq!(
                    len,
                    Err(PacketError::Version {
                        version: first >> 5
                    })
                ),
            }
        }
    }

    #[test]
    fn what_more_input_would_mend() {
        assert_eq!(packet_len(&[]).unwrap_err().missing(), Some(1));
        assert_eq!(packet_len(&[0, 0]).unwrap_err().missing(), Some(4));
        assert_eq!(packet_len(&[0xFB, 0, 0]).unwrap_err().missing(), Some(5));
        assert_eq!(packet_len(&[0x80]).unwrap_err().missing(), None);
        assert_eq!(packet_len(&[0xE4]).unwrap_err().missing(), None);
    }
}
