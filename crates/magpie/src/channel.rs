//! The radio channel between two flight computers: `magpie channel`, and the proximity hop of `magpie relay` with emulated machines.
//!
//! Each computer sits behind a serial line (`magpie-bus`) and takes this program for its modem. In lock step both are told what they
//! heard in a stretch of time and say what they send in a later one; between the two lies [`air`], which knows noise, polarity, delay, cuts
//! and losses. Time is the modem's symbol clock, so a run does not depend on how fast the computers are, and the same seed with the same
//! images gives the same run.
//!
//! No book is involved below the symbols: 211.0-B-6 and 211.2-B-3 are in the computers. Left out: Doppler, acquisition of symbol lock (it is
//! there as soon as the rates agree).
//!
//! | Module | What |
//! |---|---|
//! | [`computer`] | a flight computer as its modem sees it; one that is a function of this process |
//! | [`wire`] | the same behind a socket |
//! | [`modem`] | the modem of one computer, and all else that the computer talks to: payload memory, command unit, ground |
//! | [`air`] | symbols from one antenna to the other |
//! | [`tap`] | listens to the symbols as they are sent: which frames there were, which of them are to be lost |
//! | [`run`] | both modems in lock step |
//! | [`pass`] | a pass as a command unit flies it |

pub mod air;
pub mod computer;
pub mod modem;
pub mod pass;
pub mod run;
pub mod tap;
pub mod wire;

pub use air::{Air, Settings, Turn};
pub use computer::{Computer, InProcess, LineError};
pub use modem::Modem;
pub use run::{Run, Side};
