//! What can be wrong with a call.

/// A slice of the wrong length. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LdpcError {
    /// A message has k / 8 octets.
    MessageLen {
        /// Octets wanted.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// A codeword has n / 8 octets, or n soft symbols.
    CodewordLen {
        /// Octets or symbols wanted.
        need: usize,
        /// Octets or symbols given.
        have: usize,
    },
    /// The memory lent is too small.
    Memory {
        /// Elements wanted.
        need: usize,
        /// Elements given.
        have: usize,
    },
}

impl core::fmt::Display for LdpcError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (what, need, have) = match *self {
            Self::MessageLen { need, have } => ("message", need, have),
            Self::CodewordLen { need, have } => ("codeword", need, have),
            Self::Memory { need, have } => ("memory", need, have),
        };
        write!(f, "LDPC {what}: {need} wanted, {have} given")
    }
}

impl core::error::Error for LdpcError {}
