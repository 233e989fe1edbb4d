//! Metadata and its options, and file data (727.0-B-5).
//!
//! Left out: segment metadata is checked for structure and kept as octets; filestore requests are TLVs like others.

use alloc::vec::Vec;

use super::{Header, PduError};
use crate::files::octets::{Reader, put_length_value, put_uint};

/// An option: type, length, value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Its type.
    pub kind: u8,
    /// Its octets.
    pub value: &'a [u8],
}

impl Tlv<'_> {
    /// Filestore request.
    pub const FILESTORE_REQUEST: u8 = 0;
    /// Message to the user.
    pub const MESSAGE: u8 = 2;
    /// Fault handler for a condition.
    pub const FAULT_HANDLER: u8 = 4;
    /// Flow label.
    pub const FLOW_LABEL: u8 = 5;
}

/// Writes an option of at most 255 octets.
pub fn put_tlv(out: &mut Vec<u8>, kind: u8, value: &[u8]) {
    out.push(kind);
    put_length_value(out, value);
}

/// Options one after the other, all of them whole.
//= 727.0-B-5 tlv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlvs<'a>(&'a [u8]);

impl<'a> Tlvs<'a> {
    /// Options that fill `octets`.
    pub fn parse(octets: &'a [u8]) -> Result<Self, PduError> {
        let mut reader = Reader(octets);
        while !reader.is_empty() {
            reader.u8()?;
            reader.length_value()?;
        }
        Ok(Self(octets))
    }
}

// What holds one is read again and again, each time from a copy.
#[allow(clippy::copy_iterator)]
impl<'a> Iterator for Tlvs<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        let mut reader = Reader(self.0);
        let kind = reader.u8().ok()?;
        let value = reader.length_value().ok()?;
        self.0 = reader.0;
        Some(Tlv { kind, value })
    }
}

/// Names, size and options of a file.
//= 727.0-B-5 metadata
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// Whether class 1 ends with a Finished.
    pub closure: bool,
    /// Four bits.
    pub checksum_type: u8,
    /// Octets of the file.
    pub size: u64,
    /// Its name at the sender.
    pub source_name: &'a [u8],
    /// Its name at the receiver; empty if there is no file.
    pub destination_name: &'a [u8],
    /// Messages and others.
    pub options: Tlvs<'a>,
}

impl<'a> Metadata<'a> {
    pub(super) fn parse(reader: &mut Reader<'a>, fss: usize) -> Result<Self, PduError> {
        let first = reader.u8()?;
        let metadata = Self {
            closure: first & 0x40 != 0,
            checksum_type: first & 0x0F,
            size: reader.uint(fss)?,
            source_name: reader.length_value()?,
            destination_name: reader.length_value()?,
            options: Tlvs::parse(reader.0)?,
        };
        reader.0 = &[];
        Ok(metadata)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>, fss: usize) {
        let first = u8::from(self.closure) << 6 | self.checksum_type & 0x0F;
        out.extend_from_slice(&[7, first]);
        put_uint(out, self.size, fss);
        put_length_value(out, self.source_name);
        put_length_value(out, self.destination_name);
        out.extend_from_slice(self.options.0);
    }
}

/// A segment of the file. Its end is within 64 bits.
//= 727.0-B-5 file-data
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileData<'a> {
    /// Record continuation state and segment metadata, if the header announces them.
    pub segment_metadata: Option<(u8, &'a [u8])>,
    /// Where the octets belong.
    pub offset: u64,
    /// The octets.
    pub octets: &'a [u8],
}

impl<'a> FileData<'a> {
    pub(super) fn parse(header: &Header, mut reader: Reader<'a>) -> Result<Self, PduError> {
        let segment_metadata = if header.segment_metadata {
            let first = reader.u8()?;
            Some((first >> 6, reader.take(usize::from(first & 0x3F))?))
        } else {
            None
        };
        let offset = reader.uint(header.size_len())?;
        let octets = reader.0;
        let len = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        if offset.checked_add(len).is_none() {
            return Err(PduError::OffsetOverflow);
        }
        Ok(Self {
            segment_metadata,
            offset,
            octets,
        })
    }

    pub(super) fn write(&self, header: &Header, out: &mut Vec<u8>) {
        if let Some((state, octets)) = self.segment_metadata {
            let len = u8::try_from(octets.len()).unwrap_or(63).min(63);
            out.push(state << 6 | len);
            out.extend_from_slice(&octets[..usize::from(len)]);
        }
        put_uint(out, self.offset, header.size_len());
        out.extend_from_slice(self.octets);
    }
}
