//! Segment data unit: one octet of header and a part (or the whole) of one packet (CCSDS 211.0-B-6, 3.2.3.3).
//!
//! It fills the data field of a Version-3 frame whose construction is `01`. Bits 0-1 are the sequence flags, bits 2-7 the
//! pseudo packet identifier, which with PCID and port makes the routing identifier. Putting segments together again is
//! `magpie-link`'s work.
//!
//! ```
//! use magpie_wire::segment::{Segment, SegmentFlags};
//! let segment = Segment::parse(&[0b01_000101, 0xAB, 0xCD])?;
//! assert_eq!(segment.header().flags, SegmentFlags::First);
//! assert_eq!(segment.header().pseudo_packet_id.get(), 5);
//! assert_eq!(segment.data(), [0xAB, 0xCD]);
//! # Ok::<(), magpie_wire::segment::SegmentError>(())
//! ```

use crate::emit::concat;
use crate::error::EmitError;
use crate::v3::V3_DATA_MAX;
use core::fmt;

/// Which part of its packet a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentFlags {
    /// `00`: neither the first nor the last.
    Continuing,
    /// `01`: the first.
    First,
    /// `10`: the last.
    Last,
    /// `11`: the whole packet.
    Unsegmented,
}

/// Tells packets apart whose segments interleave on one port: 6 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PseudoPacketId(u8);

impl PseudoPacketId {
    /// The smallest identifier, 0.
    pub const FIRST: Self = Self(0);
    /// The largest identifier, 63.
    pub const MAX: Self = Self(63);

    /// `None` if `value` needs more than 6 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX.0 {
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

/// The segment header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SegmentHeader {
    /// Which part of the packet follows.
    pub flags: SegmentFlags,
    /// Which packet it is a part of.
    pub pseudo_packet_id: PseudoPacketId,
}

impl SegmentHeader {
    /// Every octet is a segment header.
    pub const fn from_octet(octet: u8) -> Self {
        let flags = match octet >> 6 {
            0b00 => SegmentFlags::Continuing, //= 211.0-B-6 3.2.3.3
            0b01 => SegmentFlags::First,
            0b10 => SegmentFlags::Last,
            _ => SegmentFlags::Unsegmented,
        };
        Self {
            flags,
            pseudo_packet_id: PseudoPacketId(octet & PseudoPacketId::MAX.0),
        }
    }

    /// The header as it is sent.
    pub const fn octet(self) -> u8 {
        (self.flags as u8) << 6 | self.pseudo_packet_id.0
    }

    /// Writes header and data to the start of `out` and says how many octets that are.
    pub fn emit(self, data: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        if data.is_empty() {
            return Err(EmitError::TooShort { min: 1, have: 0 });
        }
        if data.len() >= V3_DATA_MAX {
            return Err(EmitError::TooLong {
                max: V3_DATA_MAX - 1,
                have: data.len(),
            });
        }
        concat(&[&[self.octet()], data], 1 + data.len(), out)
    }
}

/// Why a data field is not a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentError {
    /// The data field is empty: not even a header.
    NoHeader,
    /// A header with nothing behind it carries no part of a packet.
    NoData,
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoHeader => "segment without a header",
            Self::NoData => "segment without data",
        })
    }
}

impl core::error::Error for SegmentError {}

/// A segment data unit: a header and at least one octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    header: SegmentHeader,
    data: &'a [u8],
}

impl<'a> Segment<'a> {
    /// The segment that fills this data field.
    pub const fn parse(data_field: &'a [u8]) -> Result<Self, SegmentError> {
        match data_field {
            [] => Err(SegmentError::NoHeader),
            [_] => Err(SegmentError::NoData),
            [head, data @ ..] => Ok(Self {
                header: SegmentHeader::from_octet(*head),
                data,
            }),
        }
    }

    /// The header.
    pub const fn header(&self) -> SegmentHeader {
        self.header
    }

    /// The part of the packet, one octet or more.
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }
}

#[cfg(test)]
mod tests;
