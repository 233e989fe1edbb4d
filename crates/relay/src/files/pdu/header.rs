//! The header of every PDU (727.0-B-5): four fixed octets, then source, sequence number and destination in 1 to 8 octets each.
//!
//! Left out: what the segmentation control means for records; the bit is carried.

use alloc::vec::Vec;

use super::{PduError, crc};
use crate::files::octets::{Reader, put_uint};

/// An entity of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u64);

/// A transaction: who put it, and the number that it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId {
    /// The sender.
    pub source: EntityId,
    /// Its count.
    pub sequence: u64,
}

/// Which way a PDU goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the receiver of the file.
    ToReceiver,
    /// To its sender.
    ToSender,
}

/// The mode of transmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Class 2.
    Acknowledged,
    /// Class 1.
    Unacknowledged,
}

/// What every PDU begins with.
// The flags of the book, one bit each.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Which way it goes.
    pub direction: Direction,
    /// Class of the transaction.
    pub mode: Mode,
    /// Whether a CRC ends the PDU.
    pub crc: bool,
    /// Whether sizes and offsets have 64 bits instead of 32.
    pub large: bool,
    /// Whether record boundaries are kept.
    pub segmentation_control: bool,
    /// Whether file data begin with segment metadata.
    pub segment_metadata: bool,
    /// Octets of the two entity identifiers, 1 to 8.
    pub entity_len: u8,
    /// Octets of the sequence number, 1 to 8.
    pub sequence_len: u8,
    /// Sender and number.
    pub transaction: TransactionId,
    /// Receiver of the file.
    pub destination: EntityId,
}

/// Octets that a number needs, at least 1.
pub(super) fn width(value: u64) -> u8 {
    (1..8)
        .find(|len| value >> (8 * u32::from(*len)) == 0)
        .unwrap_or(8)
}

impl Header {
    /// Octets of the header.
    pub fn len(&self) -> usize {
        4 + 2 * usize::from(self.entity_len) + usize::from(self.sequence_len)
    }

    /// Octets of a file size or offset.
    pub fn size_len(&self) -> usize {
        if self.large { 8 } else { 4 }
    }

    /// Never; a header has seven octets at the least.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Octets that are in a PDU besides its body: the header and, if any, the CRC.
    pub fn overhead(&self) -> usize {
        self.len() + if self.crc { 2 } else { 0 }
    }

    /// Header, whether file data follow, and the body without the CRC, which is checked.
    //= 727.0-B-5 pdu-header
    pub(super) fn parse(octets: &[u8]) -> Result<(Self, bool, &[u8]), PduError> {
        let mut reader = Reader(octets);
        let first = reader.u8()?;
        let body_len = usize::try_from(reader.uint(2)?).unwrap_or(usize::MAX);
        let last = reader.u8()?;
        if first >> 5 != 1 {
            return Err(PduError::Version);
        }
        let (entity_len, sequence_len) = ((last >> 4 & 7) + 1, (last & 7) + 1);
        let source = EntityId(reader.uint(usize::from(entity_len))?);
        let sequence = reader.uint(usize::from(sequence_len))?;
        let destination = EntityId(reader.uint(usize::from(entity_len))?);
        let header = Self {
            direction: if first & 8 == 0 {
                Direction::ToReceiver
            } else {
                Direction::ToSender
            },
            mode: if first & 4 == 0 {
                Mode::Acknowledged
            } else {
                Mode::Unacknowledged
            },
            crc: first & 2 != 0,
            large: first & 1 != 0,
            segmentation_control: last & 0x80 != 0,
            segment_metadata: last & 8 != 0,
            entity_len,
            sequence_len,
            transaction: TransactionId { source, sequence },
            destination,
        };
        let mut body = reader.0;
        if body.len() != body_len {
            return Err(PduError::Length);
        }
        if header.crc {
            let at = body.len().checked_sub(2).ok_or(PduError::Truncated)?;
            let (covered, check) = octets.split_at(octets.len() - 2);
            if crc(covered) != check {
                return Err(PduError::Crc);
            }
            body = &body[..at];
        }
        Ok((header, first & 0x10 != 0, body))
    }

    /// Puts the header in front of a body of `body_len` octets that already stands in `out` behind [`Header::len`], and the CRC behind it.
    pub fn seal(&self, is_data: bool, body_len: usize, out: &mut [u8]) -> Result<usize, PduError> {
        let widths = 1..=8;
        if !widths.contains(&self.entity_len) || !widths.contains(&self.sequence_len) {
            return Err(PduError::Value);
        }
        let check_len = if self.crc { 2 } else { 0 };
        let field = u16::try_from(body_len + check_len).map_err(|_| PduError::NoRoom)?;
        let end = self.len() + body_len;
        let out = out.get_mut(..end + check_len).ok_or(PduError::NoRoom)?;
        let bit = |set: bool, place: u8| u8::from(set) << place;
        let mut octets = Vec::with_capacity(28);
        octets.push(
            1 << 5
                | bit(is_data, 4)
                | bit(self.direction == Direction::ToSender, 3)
                | bit(self.mode == Mode::Unacknowledged, 2)
                | bit(self.crc, 1)
                | bit(self.large, 0),
        );
        octets.extend_from_slice(&field.to_be_bytes());
        octets.push(
            bit(self.segmentation_control, 7)
                | (self.entity_len - 1) << 4
                | bit(self.segment_metadata, 3)
                | (self.sequence_len - 1),
        );
        let entity_len = usize::from(self.entity_len);
        put_uint(&mut octets, self.transaction.source.0, entity_len);
        put_uint(
            &mut octets,
            self.transaction.sequence,
            usize::from(self.sequence_len),
        );
        put_uint(&mut octets, self.destination.0, entity_len);
        out[..octets.len()].copy_from_slice(&octets);
        if self.crc {
            let check = crc(&out[..end]);
            out[end..].copy_from_slice(&check);
        }
        Ok(out.len())
    }
}
