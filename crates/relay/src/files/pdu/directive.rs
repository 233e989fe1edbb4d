//! The short directives of 727.0-B-5: EOF, Finished, ACK, NAK, Prompt.
//!
//! Left out: filestore responses in a Finished are checked for structure and skipped.

use alloc::vec::Vec;

use super::{Condition, EntityId, PduError, Tlvs};
use crate::files::octets::{Reader, put_uint};

/// TLV type of an entity identifier: where a fault was.
const TLV_ENTITY: u8 = 6;

/// End of file.
//= 727.0-B-5 eof
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eof {
    /// No error, or why the sender gave up.
    pub condition: Condition,
    /// Over the whole file, or what was sent of it.
    pub checksum: u32,
    /// Octets of the file, or what was sent of it.
    pub size: u64,
    /// Where the fault was, unless there is none.
    pub fault_location: Option<EntityId>,
}

/// Reads TLVs to the end and keeps the last entity identifier.
fn fault_location(reader: &mut Reader<'_>) -> Result<Option<EntityId>, PduError> {
    let tlvs = Tlvs::parse(reader.0)?;
    reader.0 = &[];
    let mut found = None;
    for tlv in tlvs {
        if tlv.kind == TLV_ENTITY {
            if !(1..=8).contains(&tlv.value.len()) {
                return Err(PduError::Value);
            }
            found = Some(EntityId(Reader(tlv.value).uint(tlv.value.len())?));
        }
    }
    Ok(found)
}

fn put_fault_location(out: &mut Vec<u8>, location: Option<EntityId>) {
    if let Some(EntityId(entity)) = location {
        let len = super::header::width(entity);
        out.extend_from_slice(&[TLV_ENTITY, len]);
        put_uint(out, entity, usize::from(len));
    }
}

impl Eof {
    pub(super) fn parse(reader: &mut Reader<'_>, fss: usize) -> Result<Self, PduError> {
        Ok(Self {
            condition: Condition::from_code(reader.u8()? >> 4)?,
            checksum: reader.u32()?,
            size: reader.uint(fss)?,
            fault_location: fault_location(reader)?,
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>, fss: usize) {
        out.extend_from_slice(&[4, self.condition.code() << 4]);
        out.extend_from_slice(&self.checksum.to_be_bytes());
        put_uint(out, self.size, fss);
        put_fault_location(out, self.fault_location);
    }
}

/// Whether the file is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryCode {
    /// All of it.
    Complete,
    /// Not all of it.
    Incomplete,
}

/// What the receiver's filestore did with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// Thrown away.
    Discarded,
    /// Refused by the filestore.
    Rejected,
    /// Kept.
    Retained,
    /// Not told.
    Unreported,
}

/// What became of the file.
//= 727.0-B-5 finished
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// No error, or what went wrong.
    pub condition: Condition,
    /// Whether it is whole.
    pub delivery: DeliveryCode,
    /// What was done with it.
    pub status: FileStatus,
    /// Where the fault was, unless there is none.
    pub fault_location: Option<EntityId>,
}

impl Finished {
    /// Condition, delivery code and file status in one octet.
    pub fn octet(&self) -> u8 {
        let delivery = u8::from(self.delivery == DeliveryCode::Incomplete);
        let status = match self.status {
            FileStatus::Discarded => 0,
            FileStatus::Rejected => 1,
            FileStatus::Retained => 2,
            FileStatus::Unreported => 3,
        };
        self.condition.code() << 4 | delivery << 2 | status
    }

    /// Reads [`Finished::octet`]; the fault location is not in it.
    pub fn from_octet(octet: u8) -> Result<Self, PduError> {
        Ok(Self {
            condition: Condition::from_code(octet >> 4)?,
            delivery: if octet & 4 == 0 {
                DeliveryCode::Complete
            } else {
                DeliveryCode::Incomplete
            },
            status: match octet & 3 {
                0 => FileStatus::Discarded,
                1 => FileStatus::Rejected,
                2 => FileStatus::Retained,
                _ => FileStatus::Unreported,
            },
            fault_location: None,
        })
    }

    pub(super) fn parse(reader: &mut Reader<'_>) -> Result<Self, PduError> {
        let mut finished = Self::from_octet(reader.u8()?)?;
        finished.fault_location = fault_location(reader)?;
        Ok(finished)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[5, self.octet()]);
        put_fault_location(out, self.fault_location);
    }
}

/// The directive that an ACK answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acked {
    /// EOF.
    Eof,
    /// Finished.
    Finished,
}

/// What the one who acknowledges knows of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckStatus {
    /// Not told.
    Undefined,
    /// It goes on.
    Active,
    /// It is over.
    Terminated,
    /// It was never heard of.
    Unrecognised,
}

/// An EOF or Finished was received.
//= 727.0-B-5 ack
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// What is acknowledged.
    pub acked: Acked,
    /// The condition that stood in it.
    pub condition: Condition,
    /// State of the transaction.
    pub status: AckStatus,
}

impl Ack {
    pub(super) fn parse(reader: &mut Reader<'_>) -> Result<Self, PduError> {
        let (first, second) = (reader.u8()?, reader.u8()?);
        Ok(Self {
            // The subtype is 1 for a Finished; some senders leave it 0, and it says nothing that the code does not.
            acked: match first >> 4 {
                4 => Acked::Eof,
                5 => Acked::Finished,
                _ => return Err(PduError::Value),
            },
            condition: Condition::from_code(second >> 4)?,
            status: match second & 3 {
                0 => AckStatus::Undefined,
                1 => AckStatus::Active,
                2 => AckStatus::Terminated,
                _ => AckStatus::Unrecognised,
            },
        })
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        let status = match self.status {
            AckStatus::Undefined => 0,
            AckStatus::Active => 1,
            AckStatus::Terminated => 2,
            AckStatus::Unrecognised => 3,
        };
        let first = match self.acked {
            Acked::Eof => 0x40,
            Acked::Finished => 0x51,
        };
        out.extend_from_slice(&[6, first, self.condition.code() << 4 | status]);
    }
}

/// What is missing: a scope, and pairs of start and end within it. The pair 0, 0 asks for the Metadata.
//= 727.0-B-5 nak
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nak<'a> {
    /// Where the scope starts.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
    /// Pairs of numbers of `fss` octets, each end at or behind its start.
    pairs: &'a [u8],
    fss: usize,
}

impl<'a> Nak<'a> {
    /// A NAK of the scope `start..end` with pairs written by [`Nak::put_pair`], in numbers of `fss` octets, the same that its header has.
    pub fn of_pairs(start: u64, end: u64, pairs: &'a [u8], fss: usize) -> Self {
        Self {
            start,
            end,
            pairs,
            fss,
        }
    }

    /// Writes a pair for [`Nak::of_pairs`]: two numbers of `fss` octets, 4 or 8 as [`Header::size_len`](super::Header::size_len) says.
    pub fn put_pair(out: &mut Vec<u8>, start: u64, end: u64, fss: usize) {
        put_uint(out, start, fss);
        put_uint(out, end, fss);
    }

    pub(super) fn parse(reader: &mut Reader<'a>, fss: usize) -> Result<Self, PduError> {
        let (start, end) = (reader.uint(fss)?, reader.uint(fss)?);
        let nak = Self {
            start,
            end,
            pairs: reader.0,
            fss,
        };
        if !reader.0.len().is_multiple_of(2 * fss) {
            return Err(PduError::Truncated);
        }
        reader.0 = &[];
        if start > end || nak.requests().any(|(start, end)| start > end) {
            return Err(PduError::OffsetOverflow);
        }
        Ok(nak)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(8);
        Self::put_pair(out, self.start, self.end, self.fss);
        out.extend_from_slice(self.pairs);
    }

    /// The pairs.
    pub fn requests(&self) -> Requests<'a> {
        Requests {
            reader: Reader(self.pairs),
            fss: self.fss,
        }
    }
}

/// The pairs of start and end of a [`Nak`].
#[derive(Debug, Clone)]
pub struct Requests<'a> {
    reader: Reader<'a>,
    fss: usize,
}

impl Iterator for Requests<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let start = self.reader.uint(self.fss).ok()?;
        Some((start, self.reader.uint(self.fss).ok()?))
    }
}

/// What the receiver is asked for.
//= 727.0-B-5 prompt
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// What is missing.
    Nak,
    /// How far it is.
    KeepAlive,
}

impl Prompt {
    pub(super) fn parse(reader: &mut Reader<'_>) -> Result<Self, PduError> {
        Ok(if reader.u8()? & 0x80 == 0 {
            Self::Nak
        } else {
            Self::KeepAlive
        })
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[9, u8::from(self == Self::KeepAlive) << 7]);
    }
}
