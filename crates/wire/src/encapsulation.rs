//! Encapsulation Packet (133.1-B-3): packet version number 111, a header of 1, 2, 4 or 8 octets, any protocol's data inside.
//!
//! The facts at hand give the version number only. The field layout here is the one that AST's published vectors pin: the two
//! lowest bits of the first octet choose the width of the length field (0, 1, 2 or 4 octets), the length counts the *whole*
//! packet, and a packet without a length field is an idle packet of one octet.
//!
//! ```
//! use magpie_wire::encapsulation::{EncapsulationHeader, EncapsulationPacket, LengthOfLength, ProtocolId};
//! let header = EncapsulationHeader::new(ProtocolId::CFDP, LengthOfLength::One);
//! let mut octets = [0; 4];
//! header.emit(&[0xAA, 0xBB], &mut octets).unwrap();
//! assert_eq!(octets, [0xED, 4, 0xAA, 0xBB]);
//! assert_eq!(EncapsulationPacket::parse(&octets).unwrap().data(), [0xAA, 0xBB]);
//! ```

use core::fmt;

use crate::emit::concat;
use crate::error::EmitError;

/// Packet version number of an encapsulation packet.
pub const VERSION: u8 = 0b111;

/// Why octets are not an encapsulation packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncapsulationError {
    /// The octets end before the header or before the packet does.
    Truncated {
        /// Octets needed: those of the header while it is incomplete, then the length of the packet.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// Packet version number other than 111.
    Version {
        /// The 3-bit version.
        version: u8,
    },
    /// No length field, but not an idle packet: its end is unknown.
    NoLength {
        /// The protocol announced.
        protocol_id: ProtocolId,
    },
    /// The length field counts fewer octets than the header has.
    ShorterThanHeader {
        /// Octets of the header.
        header: usize,
        /// Octets of the packet by its length field.
        packet: usize,
    },
    /// More octets than the packet has, where an exact length was expected.
    Length {
        /// Length of the packet in octets.
        need: usize,
        /// Octets given.
        have: usize,
    },
}

impl fmt::Display for EncapsulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "encapsulation packet needs {need} octets, {have} given")
            }
            Self::Version { version } => write!(f, "packet version {version}, expected 7"),
            Self::NoLength { protocol_id } => {
                write!(
                    f,
                    "no length field for protocol {}, only idle may omit it",
                    protocol_id.get()
                )
            }
            Self::ShorterThanHeader { header, packet } => {
                write!(
                    f,
                    "packet length {packet} is less than its header of {header} octets"
                )
            }
            Self::Length { need, have } => {
                write!(
                    f,
                    "encapsulation packet is {need} octets long, {have} given"
                )
            }
        }
    }
}

impl core::error::Error for EncapsulationError {}

/// Which protocol's data an encapsulation packet holds; 3 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolId(u8);

impl ProtocolId {
    /// 000: idle, nothing inside.
    pub const IDLE: Self = Self(0b000); //= 133.1-B-3 protocol-id
    /// 001: Licklider transmission protocol.
    pub const LTP: Self = Self(0b001);
    /// 010: Internet protocol extension.
    pub const IPE: Self = Self(0b010);
    /// 011: CCSDS file delivery protocol.
    pub const CFDP: Self = Self(0b011);
    /// 100: bundle protocol.
    pub const BP: Self = Self(0b100);
    /// 110: the protocol is named by the extension field.
    pub const EXTENDED: Self = Self(0b110);
    /// 111: the mission's own.
    pub const MISSION: Self = Self(0b111);

    /// `None` if `value` needs more than 3 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= 0b111 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Width of the length field, and with it the form of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LengthOfLength {
    /// 00: no length field, header of 1 octet, idle only.
    Zero,
    /// 01: 1 octet, header of 2.
    One,
    /// 10: 2 octets, header of 4 (with user-defined field and protocol extension).
    Two,
    /// 11: 4 octets, header of 8 (and the CCSDS-defined field).
    Four,
}

impl LengthOfLength {
    /// Reads the low two bits.
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0b00 => Self::Zero,
            0b01 => Self::One,
            0b10 => Self::Two,
            _ => Self::Four,
        }
    }

    /// The two bits.
    pub const fn to_bits(self) -> u8 {
        match self {
            Self::Zero => 0b00,
            Self::One => 0b01,
            Self::Two => 0b10,
            Self::Four => 0b11,
        }
    }

    /// Length of the header in octets.
    pub const fn header_len(self) -> usize {
        //= 133.1-B-3 length-of-length
        match self {
            Self::Zero => 1,
            Self::One => 2,
            Self::Two => 4,
            Self::Four => 8,
        }
    }

    /// The longest packet that the length field can count.
    const fn packet_max(self) -> u32 {
        match self {
            Self::Zero => 1,
            Self::One => u8::MAX as u32,
            Self::Two => u16::MAX as u32,
            Self::Four => u32::MAX,
        }
    }
}

/// The header without the length, which follows from the data. Fields that a header form does not have must be 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EncapsulationHeader {
    /// What is inside.
    pub protocol_id: ProtocolId,
    /// The form of the header.
    pub length_of_length: LengthOfLength,
    /// 4 bits for the user (headers of 4 and 8 octets).
    pub user_defined: u8,
    /// 4 bits that name the protocol where the identifier is [`ProtocolId::EXTENDED`] (headers of 4 and 8 octets).
    pub protocol_id_extension: u8,
    /// 16 bits kept for CCSDS (header of 8 octets).
    pub ccsds_defined: u16,
}

impl EncapsulationHeader {
    /// A header with the optional fields 0.
    pub const fn new(protocol_id: ProtocolId, length_of_length: LengthOfLength) -> Self {
        Self {
            protocol_id,
            length_of_length,
            user_defined: 0,
            protocol_id_extension: 0,
            ccsds_defined: 0,
        }
    }

    /// Reads the header at the front: itself and the length of the whole packet in octets.
    pub fn parse(octets: &[u8]) -> Result<(Self, usize), EncapsulationError> {
        let have = octets.len();
        let first = *octets
            .first()
            .ok_or(EncapsulationError::Truncated { need: 1, have })?;
        if first >> 5 != VERSION {
            return Err(EncapsulationError::Version {
                version: first >> 5,
            });
        }
        let mut header = Self::new(
            ProtocolId((first >> 2) & 0b111),
            LengthOfLength::from_bits(first),
        );
        let need = header.length_of_length.header_len();
        let fields = octets
            .get(1..need)
            .ok_or(EncapsulationError::Truncated { need, have })?;
        //= 133.1-B-3 header
        let packet = match *fields {
            [] if header.protocol_id == ProtocolId::IDLE => 1,
            [] => {
                return Err(EncapsulationError::NoLength {
                    protocol_id: header.protocol_id,
                });
            }
            [length] => u32::from(length),
            [nibbles, a, b] => {
                header.set_nibbles(nibbles);
                u32::from(u16::from_be_bytes([a, b]))
            }
            [nibbles, defined_0, defined_1, a, b, c, d] => {
                header.set_nibbles(nibbles);
                header.ccsds_defined = u16::from_be_bytes([defined_0, defined_1]);
                u32::from_be_bytes([a, b, c, d])
            }
            _ => unreachable!("headers have 1, 2, 4 or 8 octets"),
        };
        let packet = usize::try_from(packet).unwrap_or(usize::MAX);
        if packet < need {
            return Err(EncapsulationError::ShorterThanHeader {
                header: need,
                packet,
            });
        }
        Ok((header, packet))
    }

    fn set_nibbles(&mut self, octet: u8) {
        self.user_defined = octet >> 4;
        self.protocol_id_extension = octet & 0b1111;
    }

    /// The user-defined field and the protocol extension as their octet.
    fn nibbles(self) -> Result<u8, EmitError> {
        for value in [self.user_defined, self.protocol_id_extension] {
            if value > 0b1111 {
                return Err(EmitError::OutOfRange {
                    max: 0b1111,
                    have: value.into(),
                });
            }
        }
        Ok(self.user_defined << 4 | self.protocol_id_extension)
    }

    /// Writes header and data to the front of `out`; returns the length of the packet.
    pub fn emit(&self, data: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let header_len = self.length_of_length.header_len();
        let packet_max = self.length_of_length.packet_max();
        let too_long = EmitError::TooLong {
            max: packet_max as usize - header_len,
            have: data.len(),
        };
        let length = data
            .len()
            .checked_add(header_len)
            .and_then(|len| u32::try_from(len).ok());
        let length = length.filter(|&len| len <= packet_max).ok_or(too_long)?;
        let nibbles = self.nibbles()?;
        let short = matches!(
            self.length_of_length,
            LengthOfLength::Zero | LengthOfLength::One
        );
        let unlengthed = self.length_of_length == LengthOfLength::Zero;
        if (short && nibbles != 0)
            || (self.length_of_length != LengthOfLength::Four && self.ccsds_defined != 0)
            || (unlengthed && self.protocol_id != ProtocolId::IDLE)
        {
            return Err(EmitError::Inconsistent);
        }
        let first = VERSION << 5 | self.protocol_id.get() << 2 | self.length_of_length.to_bits();
        let [defined_0, defined_1] = self.ccsds_defined.to_be_bytes();
        let [a, b, c, d] = length.to_be_bytes();
        let head: &[u8] = match self.length_of_length {
            LengthOfLength::Zero => &[first],
            LengthOfLength::One => &[first, d],
            LengthOfLength::Two => &[first, nibbles, c, d],
            LengthOfLength::Four => &[first, nibbles, defined_0, defined_1, a, b, c, d],
        };
        concat(&[head, data], header_len + data.len(), out)
    }
}

/// Length of the packet that begins at `octets`, from its header alone.
pub fn packet_len(octets: &[u8]) -> Result<usize, EncapsulationError> {
    EncapsulationHeader::parse(octets).map(|(_, len)| len)
}

/// A whole encapsulation packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncapsulationPacket<'a> {
    header: EncapsulationHeader,
    octets: &'a [u8],
    data: &'a [u8],
}

impl<'a> EncapsulationPacket<'a> {
    /// Reads a packet that fills `octets` exactly.
    pub fn parse(octets: &'a [u8]) -> Result<Self, EncapsulationError> {
        match Self::parse_prefix(octets)? {
            (packet, []) => Ok(packet),
            (packet, _) => Err(EncapsulationError::Length {
                need: packet.octets.len(),
                have: octets.len(),
            }),
        }
    }

    /// Reads the packet at the front of a stream; returns it and the octets after it.
    pub fn parse_prefix(octets: &'a [u8]) -> Result<(Self, &'a [u8]), EncapsulationError> {
        let (header, need) = EncapsulationHeader::parse(octets)?;
        let truncated = EncapsulationError::Truncated {
            need,
            have: octets.len(),
        };
        let (packet, rest) = octets.split_at_checked(need).ok_or(truncated)?;
        let header_len = header.length_of_length.header_len();
        let data = packet.get(header_len..).ok_or(truncated)?; // never shorter than the header
        Ok((
            Self {
                header,
                octets: packet,
                data,
            },
            rest,
        ))
    }

    /// The header.
    pub const fn header(&self) -> EncapsulationHeader {
        self.header
    }

    /// Whether the packet is only fill.
    pub fn is_idle(&self) -> bool {
        self.header.protocol_id == ProtocolId::IDLE
    }

    /// The encapsulated data unit; may be empty.
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The whole packet, header included.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }
}

#[cfg(test)]
mod tests;
