//! Why managed parameters are refused. Book: 211.0-B-6 annex C for the names.

use core::fmt;

use magpie_wire::id::Scid;

use super::LONGEST_DURATION;
use crate::clock::Duration;

/// Why a [`Mib`](super::Mib) was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MibError {
    /// A number outside its range.
    OutOfRange {
        /// The parameter's name in the book.
        name: &'static str,
        /// What was given.
        value: u64,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A duration above [`LONGEST_DURATION`].
    TooLong {
        /// The parameter's name in the book.
        name: &'static str,
        /// What was given.
        value: Duration,
    },
    /// `Local_Spacecraft_ID` and `Remote_Spacecraft_ID` are equal.
    SameSpacecraft {
        /// The identifier of both.
        scid: Scid,
    },
}

impl fmt::Display for MibError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OutOfRange {
                name,
                value,
                min,
                max,
            } => write!(f, "{name} is {value}, must be {min} to {max}"),
            Self::TooLong { name, value } => {
                write!(f, "{name} is {value}, must be at most {LONGEST_DURATION}")
            }
            Self::SameSpacecraft { scid } => write!(
                f,
                "Remote_Spacecraft_ID is {}, the same as Local_Spacecraft_ID",
                scid.get()
            ),
        }
    }
}

impl core::error::Error for MibError {}
