//! What can go wrong when a value is written into the caller's buffer.
//!
//! Parse errors live beside their structure (`v3::FrameError`, `spdu::SpduError`, …), one variant per rule. Emitting is
//! simpler: the buffer is too small, or the content does not fit the structure.
//!
//! ```
//! use magpie_wire::EmitError;
//! let e = EmitError::NoSpace { need: 9, have: 4 };
//! assert_eq!(e.to_string(), "buffer of 4 octets, 9 needed");
//! ```

use core::fmt;

/// Why a structure was not written. Nothing has been written to the buffer when this is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmitError {
    /// The caller's buffer is too small; both counts in octets.
    NoSpace {
        /// Octets needed.
        need: usize,
        /// Octets the buffer has.
        have: usize,
    },
    /// The content is longer than the structure can carry; both counts in octets.
    TooLong {
        /// The largest content.
        max: usize,
        /// The content given.
        have: usize,
    },
    /// The content is shorter than the structure demands; both counts in octets.
    TooShort {
        /// The smallest content.
        min: usize,
        /// The content given.
        have: usize,
    },
    /// A number is larger than its field.
    OutOfRange {
        /// The largest value of the field.
        max: u64,
        /// The value given.
        have: u64,
    },
    /// Two parts of the value contradict each other (for example a flag that announces a field which is not given).
    Inconsistent,
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoSpace { need, have } => write!(f, "buffer of {have} octets, {need} needed"),
            Self::TooLong { max, have } => write!(f, "{have} octets of content, at most {max} fit"),
            Self::TooShort { min, have } => {
                write!(f, "{have} octets of content, at least {min} needed")
            }
            Self::OutOfRange { max, have } => {
                write!(f, "value {have} does not fit a field with maximum {max}")
            }
            Self::Inconsistent => f.write_str("parts of the value contradict each other"),
        }
    }
}

impl core::error::Error for EmitError {}

/// The first `need` octets of `out`, or [`EmitError::NoSpace`].
pub(crate) fn room(out: &mut [u8], need: usize) -> Result<&mut [u8], EmitError> {
    let have = out.len();
    out.get_mut(..need).ok_or(EmitError::NoSpace { need, have })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_exact_or_refused() {
        let mut buffer = [0; 4];
        assert_eq!(room(&mut buffer, 3).map(|b| b.len()), Ok(3));
        assert_eq!(
            room(&mut buffer, 5).map(|b| b.len()),
            Err(EmitError::NoSpace { need: 5, have: 4 })
        );
    }
}
