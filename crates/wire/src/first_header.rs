//! First header pointer: where in a frame's data field the first packet begins (132.0-B-3 TM, 732.0-B-4 AOS `M_PDU`).
//!
//! Both books use 11 bits and give the two highest values a meaning of their own, so a bare number would be a trap.
//!
//! ```
//! use magpie_wire::first_header::FirstHeader;
//! assert_eq!(FirstHeader::from_bits(0x7FF), FirstHeader::NoPacketStart);
//! assert_eq!(FirstHeader::At(12).to_bits(), Ok(12));
//! ```

use crate::error::EmitError;

/// All ones: no packet starts here.
const NO_PACKET_START: u16 = 0x7FF;
/// All ones minus one: nothing but idle data.
const IDLE_ONLY: u16 = 0x7FE;

/// What an 11-bit first header pointer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FirstHeader {
    /// The first packet header begins at this octet of the data field (packet zone), 0 to 2045.
    At(u16),
    /// The data field holds the middle of one packet; no header begins in it.
    NoPacketStart,
    /// The data field holds idle data only.
    IdleOnly,
}

impl FirstHeader {
    /// The largest position that the pointer can name, 2045.
    pub const MAX: u16 = IDLE_ONLY - 1;

    /// Reads the low 11 bits of `bits`; the others are ignored.
    pub const fn from_bits(bits: u16) -> Self {
        //= 132.0-B-3 first-header-pointer
        match bits & 0x7FF {
            NO_PACKET_START => Self::NoPacketStart,
            IDLE_ONLY => Self::IdleOnly,
            position => Self::At(position),
        }
    }

    /// The 11 bits; refuses a position that would read as one of the two special values or does not fit.
    pub const fn to_bits(self) -> Result<u16, EmitError> {
        match self {
            Self::NoPacketStart => Ok(NO_PACKET_START),
            Self::IdleOnly => Ok(IDLE_ONLY),
            Self::At(position) if position <= Self::MAX => Ok(position),
            Self::At(position) => Err(EmitError::OutOfRange {
                max: Self::MAX as u64,
                have: position as u64,
            }),
        }
    }

    /// The position, if a packet begins here.
    pub const fn position(self) -> Option<usize> {
        match self {
            Self::At(position) => Some(position as usize),
            Self::NoPacketStart | Self::IdleOnly => None,
        }
    }

    /// Whether a data field of `len` octets can carry this pointer: a position must lie inside it.
    pub const fn fits(self, len: usize) -> bool {
        match self {
            Self::At(position) => (position as usize) < len,
            Self::NoPacketStart | Self::IdleOnly => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_2048_values() {
        //= 132.0-B-3 first-header-pointer
        // Facts: 2047 no packet starts, 2046 only idle data, all else a position.
        for bits in 0..2048_u16 {
            let first = FirstHeader::from_bits(bits);
            let expected = match bits {
                2047 => FirstHeader::NoPacketStart,
                2046 => FirstHeader::IdleOnly,
                n => FirstHeader::At(n),
            };
            assert_eq!(first, expected);
            assert_eq!(first.to_bits(), Ok(bits));
            assert_eq!(FirstHeader::from_bits(bits | 0xF800), first);
            assert_eq!(first.position().is_some(), bits < 2046);
        }
    }

    #[test]
    fn a_position_that_would_be_misread_is_refused() {
        for position in [2046, 2047, 2048, u16::MAX] {
            let error = EmitError::OutOfRange {
                max: 2045,
                have: u64::from(position),
            };
            assert_eq!(FirstHeader::At(position).to_bits(), Err(error));
        }
    }

    #[test]
    fn a_position_lies_inside_its_field() {
        assert!(FirstHeader::At(9).fits(10));
        assert!(!FirstHeader::At(10).fits(10));
        assert!(FirstHeader::NoPacketStart.fits(0));
        assert!(FirstHeader::IdleOnly.fits(0));
    }
}
