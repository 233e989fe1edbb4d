//! What an orbiter tells the operator.
//!
//! No book.

use core::fmt;

use crate::contact::ContactId;
use crate::node::{NodeEvent, Severity};

/// What an orbiter tells the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrbiterEvent {
    /// It listens.
    Begins {
        /// The pass.
        pass: ContactId,
    },
    /// It does not listen any more.
    Ends {
        /// The pass.
        pass: ContactId,
        /// Records made since it began to listen.
        records: u64,
    },
    /// A pass could not be flown.
    Failed {
        /// The pass.
        pass: ContactId,
    },
    /// These records are due as a dump.
    DumpPlanned {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// No room for a record, the first time in a pass.
    Full {
        /// The pass.
        pass: ContactId,
    },
}

impl fmt::Display for OrbiterEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins { pass } => write!(f, "{pass}: listens"),
            Self::Ends { pass, records } => write!(f, "{pass}: over, {records} records made"),
            Self::Failed { pass } => write!(f, "{pass}: the radio refuses its parameters"),
            Self::DumpPlanned { first, last } => write!(f, "records {first} to {last} are due"),
            Self::Full { pass } => write!(f, "{pass}: the memory is full, records are refused"),
        }
    }
}

impl NodeEvent for OrbiterEvent {
    fn severity(&self) -> Severity {
        match self {
            Self::Begins { .. } | Self::Ends { .. } | Self::DumpPlanned { .. } => Severity::Step,
            Self::Full { .. } => Severity::Warning,
            Self::Failed { .. } => Severity::Error,
        }
    }
}
