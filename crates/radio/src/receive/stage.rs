//! The stages of a carrier that is followed.

use super::carrier::Carrier;
use super::position::Position;
use super::symbol::Symbols;
use super::timing::Record;

/// A point to go back to.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub at: Position,
    pub carrier: Carrier,
}

#[derive(Debug)]
pub(crate) enum Stage {
    /// Symbols are looked for in a record that begins at the mark; a second mark is where its front half will end.
    Record {
        record: Record,
        start: Mark,
        middle: Option<(usize, Mark)>,
    },
    /// The clock is known and begins at a place ahead.
    Approach { begin: Position, symbols: Symbols },
    /// Symbols come; the number of the next.
    Symbols { symbols: Symbols, number: u64 },
}

/// An empty record.
pub(crate) fn new_record(at: Position, carrier: &Carrier) -> Stage {
    Stage::Record {
        record: Record::new(),
        start: Mark {
            at,
            carrier: carrier.clone(),
        },
        middle: None,
    }
}
