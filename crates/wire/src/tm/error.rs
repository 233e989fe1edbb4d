//! Why octets are not a TM transfer frame.

use core::fmt;

/// Why octets are not a TM transfer frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TmError {
    /// Fewer octets than a primary header.
    Truncated {
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
    /// Transfer frame version number other than 00.
    Version {
        /// The 2-bit version.
        tfvn: u8,
    },
    /// The frame is too short for the fields that its flags and management ask for.
    NoRoom {
        /// Octets that header, OCF and FECF need.
        need: usize,
        /// The frame length.
        have: usize,
    },
    /// Secondary header version other than 00.
    SecondaryHeaderVersion {
        /// The 2-bit version.
        version: u8,
    },
    /// A secondary header without any data.
    SecondaryHeaderEmpty,
    /// The secondary header is longer than what the frame has left for it.
    SecondaryHeaderTooLong {
        /// Its length in octets by its first octet.
        len: usize,
        /// Octets between the primary header and the trailer.
        room: usize,
    },
    /// The first header pointer points behind the end of the data field.
    FirstHeaderPointer {
        /// The pointer.
        pointer: u16,
        /// Length of the data field in octets.
        data_len: usize,
    },
}

impl fmt::Display for TmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { have } => write!(f, "TM header is 6 octets long, {have} given"),
            Self::Length { need, have } => {
                write!(f, "TM frame is {need} octets long, {have} given")
            }
            Self::Version { tfvn } => write!(f, "frame version {tfvn}, expected 0"),
            Self::NoRoom { need, have } => {
                write!(f, "frame of {have} octets, its fields need {need}")
            }
            Self::SecondaryHeaderVersion { version } => {
                write!(f, "secondary header version {version}, expected 0")
            }
            Self::SecondaryHeaderEmpty => f.write_str("secondary header without data"),
            Self::SecondaryHeaderTooLong { len, room } => {
                write!(f, "secondary header of {len} octets, {room} left for it")
            }
            Self::FirstHeaderPointer { pointer, data_len } => {
                write!(
                    f,
                    "first header pointer {pointer} in a data field of {data_len} octets"
                )
            }
        }
    }
}

impl core::error::Error for TmError {}
