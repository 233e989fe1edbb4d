//! Why octets are not an AOS transfer frame, or not what its data field should hold.

use core::fmt;

/// Why octets are not an AOS transfer frame, or not what its data field should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AosError {
    /// Fewer octets than a header: of the frame (6), an `M_PDU` or a `B_PDU` (2).
    Truncated {
        /// Octets needed.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// Not the managed frame length.
    Length {
        /// The managed length in octets.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// Transfer frame version number other than 01.
    Version {
        /// The 2-bit version.
        tfvn: u8,
    },
    /// The managed frame length is too short for the fields that management asks for.
    NoRoom {
        /// Octets that header, FHEC, insert zone, OCF and FECF need.
        need: usize,
        /// The frame length.
        have: usize,
    },
    /// The first header pointer of an `M_PDU` points behind the end of the packet zone.
    FirstHeaderPointer {
        /// The pointer.
        pointer: u16,
        /// Length of the packet zone in octets.
        zone_len: usize,
    },
    /// The bitstream data pointer of a `B_PDU` points behind the end of the bitstream zone.
    BitstreamDataPointer {
        /// The pointer, a bit number.
        pointer: u16,
        /// Length of the bitstream zone in bits.
        zone_bits: usize,
    },
}

impl fmt::Display for AosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "header is {need} octets long, {have} given")
            }
            Self::Length { need, have } => {
                write!(f, "AOS frame is {need} octets long, {have} given")
            }
            Self::Version { tfvn } => write!(f, "frame version {tfvn}, expected 1"),
            Self::NoRoom { need, have } => {
                write!(f, "frame of {have} octets, its fields need {need}")
            }
            Self::FirstHeaderPointer { pointer, zone_len } => {
                write!(
                    f,
                    "first header pointer {pointer} in a packet zone of {zone_len} octets"
                )
            }
            Self::BitstreamDataPointer { pointer, zone_bits } => {
                write!(
                    f,
                    "bitstream data pointer {pointer} in a zone of {zone_bits} bits"
                )
            }
        }
    }
}

impl core::error::Error for AosError {}
