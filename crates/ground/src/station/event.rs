//! What a station tells the operator.
//!
//! No book.

use std::fmt;

use magpie_relay::contact::ContactId;
use magpie_relay::node::{NodeEvent, Severity};

/// What a station tells the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StationEvent {
    /// A file is whole, its hash is right, and the spool has it.
    File {
        /// Its name in the spool.
        name: String,
        /// Its octets.
        octets: u64,
        /// The spool had it before.
        known: bool,
    },
    /// The spool did not take a file; it is tried again.
    SpoolFailed {
        /// Why.
        cause: String,
    },
    /// The first record of a pass.
    Pass {
        /// The pass.
        pass: ContactId,
    },
}

impl fmt::Display for StationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File {
                name,
                octets,
                known,
            } => {
                let again = if *known { ", which was there" } else { "" };
                write!(f, "file {name:?} of {octets} octets is whole{again}")
            }
            Self::SpoolFailed { cause } => write!(f, "spool: {cause}, trying again"),
            Self::Pass { pass } => write!(f, "{pass}: first record"),
        }
    }
}

impl NodeEvent for StationEvent {
    fn severity(&self) -> Severity {
        match self {
            Self::File { .. } | Self::Pass { .. } => Severity::Step,
            Self::SpoolFailed { .. } => Severity::Error,
        }
    }
}
