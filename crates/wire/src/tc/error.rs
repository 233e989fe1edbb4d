//! Why octets are not a TC transfer frame.

use core::fmt;

/// Why octets are not a TC transfer frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TcError {
    /// The octets end before the header or before the frame does.
    Truncated {
        /// Octets needed: 5 while the header is incomplete, then the length of the frame.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// More octets than the frame has, where an exact length was expected.
    Length {
        /// Length of the frame in octets.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// Transfer frame version number other than 00.
    Version {
        /// The 2-bit version.
        tfvn: u8,
    },
    /// Bypass flag 0 with control command flag 1: the reserved type.
    ReservedType,
    /// The two reserved bits are not 00.
    ReservedBits {
        /// The two bits.
        bits: u8,
    },
    /// The frame length is too short for the fields that type and management ask for.
    NoRoom {
        /// Octets that header, segment header and FECF need.
        need: usize,
        /// The frame length.
        have: usize,
    },
    /// A control command that is neither Unlock nor Set V(R).
    UnknownControlCommand {
        /// Its first octet; `None` if the frame carries no octets at all.
        first: Option<u8>,
        /// Octets of the command.
        len: usize,
    },
}

impl fmt::Display for TcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "TC frame needs {need} octets, {have} given")
            }
            Self::Length { need, have } => {
                write!(f, "TC frame is {need} octets long, {have} given")
            }
            Self::Version { tfvn } => write!(f, "frame version {tfvn}, expected 0"),
            Self::ReservedType => f.write_str("type-A control command, which is reserved"),
            Self::ReservedBits { bits } => write!(f, "reserved header bits are {bits}, expected 0"),
            Self::NoRoom { need, have } => {
                write!(f, "frame of {have} octets, its fields need {need}")
            }
            Self::UnknownControlCommand {
                first: Some(first),
                len,
            } => {
                write!(f, "unknown control command {first:#04x} of {len} octets")
            }
            Self::UnknownControlCommand { first: None, .. } => f.write_str("empty control command"),
        }
    }
}

impl core::error::Error for TcError {}
