//! Record packet: one transfer block as it reached the mass memory, in a space packet of its own.
//!
//! Book: 133.0-B-2 for the packet; secondary header and record kinds are ours. A damaged block is kept as it came and marked, never dropped:
//! what can still be done with it is for the ground to find out.
//!
//! | Octets | Field |
//! |---|---|
//! | 6 | primary header; APID tells the recording, the sequence count shows lost records |
//! | 8 | time of arrival in the memory: CUC with P-field, 4 + 3 octets |
//! | 2 | number of the pass |
//! | 1 | kind: 0 opening, 1 block, 2 closing |
//! | 1 | flags: bit 7 (lowest) set if the block's own check failed |
//! | … | the block, or what the closing record says ([`Closing`]) |
//! | 2 | packet error control, CRC-16 over all before it |
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::record::{Record, RecordHeader, RecordKind};
//! use magpie_wire::id::Apid;
//! use magpie_wire::seq::SeqCount;
//! let header = RecordHeader {
//!     apid: Apid::new(1601).unwrap(), count: SeqCount::default(), time: Instant::ZERO, pass: 4, kind: RecordKind::Block, damaged: true,
//! };
//! let packet = header.to_packet(b"as it came").unwrap();
//! let record = Record::parse(&packet).unwrap();
//! assert_eq!((record.header(), record.body()), (header, &b"as it came"[..]));
//! ```

use core::fmt;

#[cfg(feature = "std")]
use std::vec::Vec;

use magpie_coding::crc::crc16_fecf;
use magpie_link::clock::Instant;
use magpie_wire::EmitError;
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{
    HEADER_LEN, PacketType, SpacePacket, SpacePacketError, SpacePacketHeader,
};

use crate::parts::{check_of, concat};
use crate::time::{STAMP_LEN, instant_of_stamp, stamp_octets};

/// Octets of the secondary header.
pub const SECONDARY_LEN: usize = STAMP_LEN + 4;
/// Octets of the packet error control.
pub const ERROR_CONTROL_LEN: usize = 2;
/// Octets in front of the body: primary and secondary header.
pub const RECORD_HEADER_LEN: usize = HEADER_LEN + SECONDARY_LEN;
/// Octets that a record adds to its body.
pub const RECORD_OVERHEAD: usize = RECORD_HEADER_LEN + ERROR_CONTROL_LEN;
/// Lowest bit of the flags: the block's own check failed.
const DAMAGED: u8 = 1;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// The first record of a recording; no body.
    Opening,
    /// A transfer block.
    Block,
    /// The last record of a recording; body: [`Closing`].
    Closing,
}

impl RecordKind {
    const fn code(self) -> u8 {
        match self {
            Self::Opening => 0,
            Self::Block => 1,
            Self::Closing => 2,
        }
    }

    const fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Opening),
            1 => Some(Self::Block),
            2 => Some(Self::Closing),
            _ => None,
        }
    }
}

/// Everything about a record but its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordHeader {
    /// Which recording: frames or canister.
    pub apid: Apid,
    /// Count of the records of the recording, modulo 16,384.
    pub count: SeqCount,
    /// When the block reached the memory.
    pub time: Instant,
    /// Number of the pass.
    pub pass: u16,
    /// What the body is.
    pub kind: RecordKind,
    /// The block's own check failed.
    pub damaged: bool,
}

/// Why a packet is not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordError {
    /// No space packet at all.
    Packet,
    /// The packet error control does not match.
    ErrorControl {
        /// As received.
        found: u16,
        /// As computed.
        expected: u16,
    },
    /// No secondary header, or not this one.
    SecondaryHeader,
    /// A kind of record that is not known.
    Kind {
        /// The code.
        code: u8,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Packet => f.write_str("not a space packet"),
            Self::ErrorControl { found, expected } => write!(
                f,
                "packet error control {found:04X}, computed {expected:04X}"
            ),
            Self::SecondaryHeader => f.write_str("no secondary header of a record"),
            Self::Kind { code } => write!(f, "unknown kind of record {code}"),
        }
    }
}

impl core::error::Error for RecordError {}

impl From<SpacePacketError> for RecordError {
    fn from(_: SpacePacketError) -> Self {
        Self::Packet
    }
}

impl RecordHeader {
    /// The octets in front of a body of so many octets.
    pub fn to_octets(&self, body_len: usize) -> Result<[u8; RECORD_HEADER_LEN], EmitError> {
        let primary = SpacePacketHeader {
            secondary_header: true,
            sequence_count: self.count,
            ..SpacePacketHeader::new(PacketType::Telemetry, self.apid)
        };
        let data_len = body_len.saturating_add(SECONDARY_LEN + ERROR_CONTROL_LEN);
        let mut octets = [0; RECORD_HEADER_LEN];
        concat(
            &[
                &primary.to_octets(data_len)?,
                &stamp_octets(self.time),
                &self.pass.to_be_bytes(),
                &[self.kind.code(), if self.damaged { DAMAGED } else { 0 }],
            ],
            &mut octets,
        )?;
        Ok(octets)
    }

    /// Reads the octets in front of a body, without any check of it; returns the length of the body too.
    pub fn parse(octets: &[u8; RECORD_HEADER_LEN]) -> Result<(Self, usize), RecordError> {
        let (primary, data_len) = SpacePacketHeader::parse(octets)?;
        let body_len = data_len.checked_sub(SECONDARY_LEN + ERROR_CONTROL_LEN);
        let body_len = body_len.ok_or(RecordError::SecondaryHeader)?;
        let [
            _,
            _,
            _,
            _,
            _,
            _,
            time @ ..,
            pass_high,
            pass_low,
            kind,
            flags,
        ] = *octets;
        let time = instant_of_stamp(&time).filter(|_| primary.secondary_header);
        let header = Self {
            apid: primary.apid,
            count: primary.sequence_count,
            time: time.ok_or(RecordError::SecondaryHeader)?,
            pass: u16::from_be_bytes([pass_high, pass_low]),
            kind: RecordKind::of(kind).ok_or(RecordError::Kind { code: kind })?,
            damaged: flags & DAMAGED != 0,
        };
        Ok((header, body_len))
    }

    /// Writes the record packet with this body to the front of `out`; returns its length.
    pub fn emit(&self, body: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let head = self.to_octets(body.len())?;
        concat(&[&head, body, &check_of(&[&head, body])], out)
    }

    /// The whole record packet with this body.
    #[cfg(feature = "std")]
    pub fn to_packet(&self, body: &[u8]) -> Result<Vec<u8>, EmitError> {
        let head = self.to_octets(body.len())?;
        let check = check_of(&[&head, body]);
        Ok([&head[..], body, &check[..]].concat())
    }
}

/// A record whose packet error control is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    header: RecordHeader,
    body: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads a packet that fills `octets`.
    pub fn parse(octets: &'a [u8]) -> Result<Self, RecordError> {
        SpacePacket::parse(octets)?;
        let (under_check, &check) = octets
            .split_last_chunk::<ERROR_CONTROL_LEN>()
            .ok_or(RecordError::Packet)?;
        let (found, expected) = (u16::from_be_bytes(check), crc16_fecf(under_check));
        if found != expected {
            return Err(RecordError::ErrorControl { found, expected });
        }
        let (head, body) = under_check
            .split_first_chunk::<RECORD_HEADER_LEN>()
            .ok_or(RecordError::SecondaryHeader)?;
        let (header, _) = RecordHeader::parse(head)?;
        Ok(Self { header, body })
    }

    /// Everything but the body.
    pub const fn header(&self) -> RecordHeader {
        self.header
    }

    /// The block as it came, or the closing counts.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// What the closing record of a recording says, so that the ground knows what it should have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Closing {
    /// Records of blocks in the recording.
    pub blocks: u32,
    /// Of these, marked as damaged.
    pub damaged: u32,
    /// Blocks that found no room.
    pub refused: u32,
    /// Octets of all records before this one.
    pub octets: u64,
}

impl Closing {
    /// Octets of the body.
    pub const LEN: usize = 20;

    /// The body of the closing record.
    pub fn to_octets(&self) -> [u8; Self::LEN] {
        let mut octets = [0; Self::LEN];
        let (counts, total) = octets.split_at_mut(12);
        for (slot, count) in
            counts
                .chunks_exact_mut(4)
                .zip([self.blocks, self.damaged, self.refused])
        {
            slot.copy_from_slice(&count.to_be_bytes());
        }
        total.copy_from_slice(&self.octets.to_be_bytes());
        octets
    }

    /// Reads the body of a closing record; `None` for another length.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let (&blocks, rest) = body.split_first_chunk::<4>()?;
        let (&damaged, rest) = rest.split_first_chunk::<4>()?;
        let (&refused, rest) = rest.split_first_chunk::<4>()?;
        let octets = u64::from_be_bytes(rest.try_into().ok()?);
        let [blocks, damaged, refused] = [blocks, damaged, refused].map(u32::from_be_bytes);
        Some(Self {
            blocks,
            damaged,
            refused,
            octets,
        })
    }
}
