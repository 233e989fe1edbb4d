//! Bitstream protocol data unit (732.0-B-4): a bit stream cut to frames, with a pointer to its last valid bit.
//!
//! The two spare bits before the pointer are ignored when read and zero when written.
//!
//! ```
//! use magpie_wire::aos::bpdu::{BPdu, BitstreamData};
//! let bpdu = BPdu::parse(&[0x00, 0x09, 0xAA, 0xC0]).unwrap();
//! assert_eq!((bpdu.data(), bpdu.valid_bits()), (BitstreamData::LastBit(9), 10));
//! ```

use super::AosError;
use crate::emit::concat;
use crate::error::EmitError;

/// Length of the header in octets.
pub const HEADER_LEN: usize = 2;
/// All ones: no fill.
const FULL: u16 = 0x3FFF;
/// All ones minus one: nothing but fill.
const IDLE_ONLY: u16 = 0x3FFE;

/// What the 14-bit bitstream data pointer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitstreamData {
    /// Every bit of the zone belongs to the user.
    Full,
    /// No bit of the zone belongs to the user.
    IdleOnly,
    /// The user's last bit has this number, the first bit of the zone being 0; up to 16,381.
    LastBit(u16),
}

impl BitstreamData {
    /// Reads the low 14 bits of `bits`.
    pub const fn from_bits(bits: u16) -> Self {
        //= 732.0-B-4 b-pdu
        match bits & 0x3FFF {
            FULL => Self::Full,
            IDLE_ONLY => Self::IdleOnly,
            last => Self::LastBit(last),
        }
    }

    /// The 14 bits; refuses a bit number that would read as one of the two special values or does not fit.
    pub const fn to_bits(self) -> Result<u16, EmitError> {
        match self {
            Self::Full => Ok(FULL),
            Self::IdleOnly => Ok(IDLE_ONLY),
            Self::LastBit(last) if last < IDLE_ONLY => Ok(last),
            Self::LastBit(last) => Err(EmitError::OutOfRange {
                max: IDLE_ONLY as u64 - 1,
                have: last as u64,
            }),
        }
    }

    /// Whether a zone of `zone_bits` bits can carry this pointer.
    const fn fits(self, zone_bits: usize) -> bool {
        match self {
            Self::LastBit(last) => (last as usize) < zone_bits,
            Self::Full | Self::IdleOnly => true,
        }
    }
}

/// A `B_PDU`: what the data field of a bitstream channel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BPdu<'a> {
    data: BitstreamData,
    zone: &'a [u8],
}

impl<'a> BPdu<'a> {
    /// Reads a whole data field.
    pub fn parse(data_field: &'a [u8]) -> Result<Self, AosError> {
        let truncated = AosError::Truncated {
            need: HEADER_LEN,
            have: data_field.len(),
        };
        let (&header, zone) = data_field.split_first_chunk().ok_or(truncated)?;
        let data = BitstreamData::from_bits(u16::from_be_bytes(header));
        let zone_bits = zone.len().saturating_mul(8);
        match data {
            BitstreamData::LastBit(pointer) if !data.fits(zone_bits) => {
                Err(AosError::BitstreamDataPointer { pointer, zone_bits })
            }
            _ => Ok(Self { data, zone }),
        }
    }

    /// What the pointer says.
    pub const fn data(&self) -> BitstreamData {
        self.data
    }

    /// The whole bitstream zone, fill included.
    pub const fn zone(&self) -> &'a [u8] {
        self.zone
    }

    /// How many bits at the front of the zone belong to the user.
    pub const fn valid_bits(&self) -> usize {
        match self.data {
            BitstreamData::Full => self.zone.len().saturating_mul(8),
            BitstreamData::IdleOnly => 0,
            BitstreamData::LastBit(last) => last as usize + 1,
        }
    }

    /// Writes a header and a bitstream zone to the front of `out`; returns their length.
    pub fn emit(data: BitstreamData, zone: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let pointer = data.to_bits()?;
        let zone_bits = zone.len().saturating_mul(8);
        if !data.fits(zone_bits) {
            let max = zone_bits.saturating_sub(1) as u64;
            return Err(EmitError::OutOfRange {
                max,
                have: pointer.into(),
            });
        }
        concat(
            &[&pointer.to_be_bytes(), zone],
            HEADER_LEN + zone.len(),
            out,
        )
    }
}
