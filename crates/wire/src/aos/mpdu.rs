//! Multiplexing protocol data unit (732.0-B-4): a first header pointer and a zone filled with packets, back to back.
//!
//! The five spare bits before the pointer are ignored when read and zero when written.
//!
//! ```
//! use magpie_wire::aos::mpdu::MPdu;
//! use magpie_wire::first_header::FirstHeader;
//! let mpdu = MPdu::parse(&[0x07, 0xFF, 0xAA]).unwrap();
//! assert_eq!((mpdu.first_header(), mpdu.packet_zone()), (FirstHeader::NoPacketStart, &[0xAA][..]));
//! ```

use super::AosError;
use crate::emit::concat;
use crate::error::EmitError;
use crate::first_header::FirstHeader;

/// Length of the header in octets.
pub const HEADER_LEN: usize = 2;

/// An `M_PDU`: what the data field of a packet channel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MPdu<'a> {
    first_header: FirstHeader,
    packet_zone: &'a [u8],
}

impl<'a> MPdu<'a> {
    /// Reads a whole data field.
    pub fn parse(data_field: &'a [u8]) -> Result<Self, AosError> {
        let truncated = AosError::Truncated {
            need: HEADER_LEN,
            have: data_field.len(),
        };
        let (&header, packet_zone) = data_field.split_first_chunk().ok_or(truncated)?;
        //= 732.0-B-4 m-pdu
        let first_header = FirstHeader::from_bits(u16::from_be_bytes(header));
        match first_header {
            FirstHeader::At(pointer) if !first_header.fits(packet_zone.len()) => {
                Err(AosError::FirstHeaderPointer {
                    pointer,
                    zone_len: packet_zone.len(),
                })
            }
            _ => Ok(Self {
                first_header,
                packet_zone,
            }),
        }
    }

    /// Where the first packet begins in the packet zone.
    pub const fn first_header(&self) -> FirstHeader {
        self.first_header
    }

    /// The packet zone.
    pub const fn packet_zone(&self) -> &'a [u8] {
        self.packet_zone
    }

    /// Writes a header and a packet zone to the front of `out`; returns their length.
    pub fn emit(
        first_header: FirstHeader,
        packet_zone: &[u8],
        out: &mut [u8],
    ) -> Result<usize, EmitError> {
        let pointer = first_header.to_bits()?;
        if !first_header.fits(packet_zone.len()) {
            let max = packet_zone.len().saturating_sub(1) as u64;
            return Err(EmitError::OutOfRange {
                max,
                have: pointer.into(),
            });
        }
        let len = HEADER_LEN + packet_zone.len();
        concat(&[&pointer.to_be_bytes(), packet_zone], len, out)
    }
}
