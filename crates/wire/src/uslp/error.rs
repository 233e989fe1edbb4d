//! Why octets are not a USLP frame, or not one that may be accepted.

use core::fmt;

/// Why octets are not a USLP frame, or not one that may be accepted. Lengths in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UslpError {
    /// Fewer octets than the header needs.
    Truncated {
        /// Octets of the header, as far as is known.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// The first four bits are not `1100`.
    Version {
        /// The four bits.
        tfvn: u8,
    },
    /// The octets given are more or fewer than announced (or, for a truncated frame, agreed).
    Length {
        /// Octets announced.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// A truncated frame, and no length is agreed for those.
    TruncatedUnmanaged,
    /// The length agreed for truncated frames is outside 6 to 32.
    TruncatedLength {
        /// The length agreed.
        len: usize,
    },
    /// Header, insert zone, OCF and error control together are longer than the frame.
    FieldsDoNotFit {
        /// Octets of those fields.
        need: usize,
        /// Octets of the frame.
        have: usize,
    },
    /// The spare bits of the header are set.
    SpareSet {
        /// The two bits.
        bits: u8,
    },
    /// No transfer frame data field, not even its header.
    NoDataField,
    /// On Proximity-1: a VC frame count that is not one octet.
    ProximityVcfCount {
        /// Octets of the count.
        octets: u8,
    },
    /// On Proximity-1: an insert zone.
    ProximityInsertZone {
        /// Octets of it.
        len: usize,
    },
    /// On Proximity-1: a data field header with a pointer.
    ProximityPointer {
        /// The construction rule that has it.
        rule: u8,
    },
}

impl fmt::Display for UslpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "{have} octets, the USLP header has {need}")
            }
            Self::Version { tfvn } => write!(f, "version bits {tfvn:04b}, USLP is 1100"),
            Self::Length { need, have } => {
                write!(f, "frame of {need} octets announced, {have} given")
            }
            Self::TruncatedUnmanaged => f.write_str("truncated frame, but no length is agreed"),
            Self::TruncatedLength { len } => {
                write!(
                    f,
                    "truncated frames of {len} octets are agreed, 6 to 32 are possible"
                )
            }
            Self::FieldsDoNotFit { need, have } => {
                write!(
                    f,
                    "fields around the data need {need} octets, the frame has {have}"
                )
            }
            Self::SpareSet { bits } => write!(f, "spare header bits are {bits:02b}"),
            Self::NoDataField => f.write_str("no transfer frame data field"),
            Self::ProximityVcfCount { octets } => {
                write!(f, "VC frame count of {octets} octets, Proximity-1 has 1")
            }
            Self::ProximityInsertZone { len } => {
                write!(f, "insert zone of {len} octets, Proximity-1 has none")
            }
            Self::ProximityPointer { rule } => {
                write!(
                    f,
                    "construction rule {rule:03b} has a pointer, Proximity-1 has none"
                )
            }
        }
    }
}

impl core::error::Error for UslpError {}
