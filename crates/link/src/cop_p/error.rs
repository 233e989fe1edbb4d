//! Why COP-P does not send, and why it does not believe a report.
//!
//! Book: 211.0-B-6 7.2.3.3 note 5 (validity of PLCWs).

use magpie_wire::error::EmitError;
use magpie_wire::v3::FrameError;

/// Why nothing could be sent; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// The offered frame breaks a rule of its header; the caller drops it.
    Frame(FrameError),
    /// The offered frame is too long, or the buffer too short for it.
    Emit(EmitError),
    /// The buffer is too short for a frame that is to be repeated.
    BufferTooShort {
        /// Octets needed.
        need: usize,
    },
    /// The offered frame is longer than an empty Sent queue; the caller drops it.
    TooLongForSentQueue,
}

/// Why a PLCW was not believed (7.2.3.3 note 5), or not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Invalid {
    /// The word has an unknown format.
    Format,
    /// N(R) < NN(R): what it reports was acknowledged long ago.
    Behind,
    /// N(R) > V(S): it acknowledges what was never sent.
    Ahead,
    /// R(R) = 1 and N(R) = V(S): it asks for a frame that was never sent.
    RetransmitNothing,
    /// R(R) = 0, RR(R) = 1 and N(R) = NN(R): the gap has gone, yet the missing frame has not come.
    RetransmitWithdrawn,
    /// It is about the other physical channel. Not one of the book's rules: no event of this procedure.
    OtherPcid,
}

impl core::fmt::Display for Invalid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Format => "fixed SPDU of unknown format",
            Self::Behind => "N(R) is before NN(R)",
            Self::Ahead => "N(R) is after V(S)",
            Self::RetransmitNothing => "retransmission wanted of a frame that was never sent",
            Self::RetransmitWithdrawn => "retransmit flag withdrawn without progress",
            Self::OtherPcid => "PLCW of the other physical channel",
        })
    }
}

impl core::error::Error for Invalid {}

impl core::fmt::Display for SendError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Frame(error) => error.fmt(f),
            Self::Emit(error) => error.fmt(f),
            Self::BufferTooShort { need } => write!(f, "buffer too short, {need} octets needed"),
            Self::TooLongForSentQueue => f.write_str("frame longer than the Sent queue's memory"),
        }
    }
}

impl core::error::Error for SendError {}
