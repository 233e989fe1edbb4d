//! Space Packet (133.0-B-2): a 6-octet primary header and 1 to 65,536 octets of data.
//!
//! A packet tells its own length, so [`SpacePacket::parse_prefix`] walks a stream and [`packet_len`] peeks at six octets.
//! Only version 000 is a space packet; any other is refused by name, never guessed at. A secondary header, where the flag
//! announces one, is part of [`SpacePacket::data`]: its layout belongs to the mission. An idle packet that carries the flag
//! against the book is accepted (real spacecraft send them).
//!
//! ```
//! use magpie_wire::id::Apid;
//! use magpie_wire::space_packet::{PacketType, SpacePacket, SpacePacketHeader};
//! let header = SpacePacketHeader::new(PacketType::Telemetry, Apid::new(100).unwrap());
//! let mut octets = [0; 10];
//! assert_eq!(header.emit(b"hop!", &mut octets), Ok(10));
//! let packet = SpacePacket::parse(&octets).unwrap();
//! assert_eq!((packet.header(), packet.data()), (header, &b"hop!"[..]));
//! ```

use core::fmt;

use crate::bits::Field;
use crate::emit::concat;
use crate::error::EmitError;
use crate::id::Apid;
use crate::seq::SeqCount;

//= 133.0-B-2 primary-header
const VERSION: Field<0, 3> = Field;
const TYPE: Field<3, 1> = Field;
const SECONDARY_HEADER: Field<4, 1> = Field;
const APID: Field<5, 11> = Field;
const SEQUENCE_FLAGS: Field<16, 2> = Field;
const SEQUENCE_COUNT: Field<18, 14> = Field;
const DATA_LENGTH: Field<32, 16> = Field;

/// Length of the primary header in octets.
pub const HEADER_LEN: usize = 6;
/// The most octets that a data field can have.
pub const DATA_MAX: usize = 65_536;

/// Why octets are not a space packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpacePacketError {
    /// The octets end before the header or before the packet does.
    Truncated {
        /// Octets needed: 6 while the header is incomplete, then the length of the packet.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// Packet version number other than 000.
    Version {
        /// The 3-bit version.
        version: u8,
    },
    /// More octets than the packet has, where an exact length was expected.
    Length {
        /// Length of the packet in octets.
        need: usize,
        /// Octets given.
        have: usize,
    },
}

impl fmt::Display for SpacePacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "space packet needs {need} octets, {have} given")
            }
            Self::Version { version } => write!(f, "packet version {version}, expected 0"),
            Self::Length { need, have } => {
                write!(f, "space packet is {need} octets long, {have} given")
            }
        }
    }
}

impl core::error::Error for SpacePacketError {}

/// Direction of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketType {
    /// 0: telemetry, a report.
    Telemetry,
    /// 1: telecommand, a request.
    Telecommand,
}

/// Which part of a user's data unit a packet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SequenceFlags {
    /// 00: neither the first nor the last part.
    Continuation,
    /// 01: the first part.
    First,
    /// 10: the last part.
    Last,
    /// 11: the whole.
    Unsegmented,
}

impl SequenceFlags {
    /// Reads the low two bits.
    pub const fn from_bits(bits: u8) -> Self {
        //= 133.0-B-2 sequence-flags
        match bits & 0b11 {
            0b00 => Self::Continuation,
            0b01 => Self::First,
            0b10 => Self::Last,
            _ => Self::Unsegmented,
        }
    }

    /// The two bits.
    pub const fn to_bits(self) -> u8 {
        match self {
            Self::Continuation => 0b00,
            Self::First => 0b01,
            Self::Last => 0b10,
            Self::Unsegmented => 0b11,
        }
    }
}

/// A packet's primary header without the length, which follows from the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpacePacketHeader {
    /// Telemetry or telecommand.
    pub packet_type: PacketType,
    /// Whether the data begins with a secondary header.
    pub secondary_header: bool,
    /// Application process.
    pub apid: Apid,
    /// Segmentation of the user's data.
    pub sequence_flags: SequenceFlags,
    /// Sequence count of the application process (in telecommands the same bits may be a packet name).
    pub sequence_count: SeqCount,
}

impl SpacePacketHeader {
    /// An unsegmented packet with count 0 and no secondary header.
    pub fn new(packet_type: PacketType, apid: Apid) -> Self {
        Self {
            packet_type,
            secondary_header: false,
            apid,
            sequence_flags: SequenceFlags::Unsegmented,
            sequence_count: SeqCount::default(),
        }
    }

    /// The header of an idle packet.
    pub fn idle() -> Self {
        //= 133.0-B-2 idle
        Self::new(PacketType::Telemetry, Apid::IDLE)
    }

    /// Reads the six octets at the front: the header and the length of the data field, 1 to 65,536 octets.
    pub fn parse(octets: &[u8]) -> Result<(Self, usize), SpacePacketError> {
        let have = octets.len();
        let header: &[u8; HEADER_LEN] =
            octets.first_chunk().ok_or(SpacePacketError::Truncated {
                need: HEADER_LEN,
                have,
            })?;
        let version = VERSION.as_u8(header);
        if version != 0 {
            return Err(SpacePacketError::Version { version });
        }
        let data_len = usize::from(DATA_LENGTH.as_u16(header)) + 1; //= 133.0-B-2 data-length
        Ok((Self::decode(*header), data_len))
    }

    fn decode(header: [u8; HEADER_LEN]) -> Self {
        Self {
            packet_type: if TYPE.flag(&header) {
                PacketType::Telecommand
            } else {
                PacketType::Telemetry
            },
            secondary_header: SECONDARY_HEADER.flag(&header),
            apid: Apid::new(APID.as_u16(&header)).expect("11 bits"),
            sequence_flags: SequenceFlags::from_bits(SEQUENCE_FLAGS.as_u8(&header)),
            sequence_count: SeqCount::new(SEQUENCE_COUNT.as_u16(&header)).expect("14 bits"),
        }
    }

    /// The six octets for a data field of `data_len` octets.
    pub fn to_octets(&self, data_len: usize) -> Result<[u8; HEADER_LEN], EmitError> {
        let length = data_len
            .checked_sub(1)
            .ok_or(EmitError::TooShort { min: 1, have: 0 })?;
        let length = u16::try_from(length).map_err(|_| EmitError::TooLong {
            max: DATA_MAX,
            have: data_len,
        })?;
        let mut header = [0; HEADER_LEN];
        TYPE.put(
            &mut header,
            (self.packet_type == PacketType::Telecommand).into(),
        );
        SECONDARY_HEADER.put(&mut header, self.secondary_header.into());
        APID.put(&mut header, self.apid.get().into());
        SEQUENCE_FLAGS.put(&mut header, self.sequence_flags.to_bits().into());
        SEQUENCE_COUNT.put(&mut header, self.sequence_count.get().into());
        DATA_LENGTH.put(&mut header, length.into());
        Ok(header)
    }

    /// Writes header and data to the front of `out`; returns the length of the packet.
    pub fn emit(&self, data: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let header = self.to_octets(data.len())?;
        concat(&[&header, data], HEADER_LEN + data.len(), out)
    }
}

/// Fills the whole of `out`, 7 to 65,542 octets, with one idle packet whose data octets are all `fill`.
pub fn emit_idle(count: SeqCount, fill: u8, out: &mut [u8]) -> Result<(), EmitError> {
    let have = out.len();
    let (head, body) = out
        .split_at_mut_checked(HEADER_LEN)
        .filter(|(_, body)| !body.is_empty())
        .ok_or(EmitError::NoSpace {
            need: HEADER_LEN + 1,
            have,
        })?;
    let header = SpacePacketHeader {
        sequence_count: count,
        ..SpacePacketHeader::idle()
    };
    head.copy_from_slice(&header.to_octets(body.len())?);
    body.fill(fill);
    Ok(())
}

/// Length of the packet that begins at `octets`, 7 to 65,542, from its first six octets alone.
pub fn packet_len(octets: &[u8]) -> Result<usize, SpacePacketError> {
    SpacePacketHeader::parse(octets).map(|(_, data_len)| HEADER_LEN + data_len)
}

/// A whole space packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpacePacket<'a> {
    header: SpacePacketHeader,
    octets: &'a [u8],
    data: &'a [u8],
}

impl<'a> SpacePacket<'a> {
    /// Reads a packet that fills `octets` exactly.
    pub fn parse(octets: &'a [u8]) -> Result<Self, SpacePacketError> {
        match Self::parse_prefix(octets)? {
            (packet, []) => Ok(packet),
            (packet, _) => Err(SpacePacketError::Length {
                need: packet.octets.len(),
                have: octets.len(),
            }),
        }
    }

    /// Reads the packet at the front of a stream; returns it and the octets after it.
    pub fn parse_prefix(octets: &'a [u8]) -> Result<(Self, &'a [u8]), SpacePacketError> {
        let (header, data_len) = SpacePacketHeader::parse(octets)?;
        let need = HEADER_LEN + data_len;
        let truncated = SpacePacketError::Truncated {
            need,
            have: octets.len(),
        };
        let (packet, rest) = octets.split_at_checked(need).ok_or(truncated)?;
        let data = packet.get(HEADER_LEN..).ok_or(truncated)?; // never shorter than the header
        Ok((
            Self {
                header,
                octets: packet,
                data,
            },
            rest,
        ))
    }

    /// The primary header.
    pub const fn header(&self) -> SpacePacketHeader {
        self.header
    }

    /// Application process.
    pub const fn apid(&self) -> Apid {
        self.header.apid
    }

    /// Whether the packet is only fill.
    pub const fn is_idle(&self) -> bool {
        self.header.apid.is_idle()
    }

    /// The packet data field: secondary header, if any, and user data; never empty.
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
