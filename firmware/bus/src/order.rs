//! What a flight computer is told to do.
//!
//! The orders of a ground team that prepares a pass and fetches what it brought, and those of a test that makes trouble.

use serde::{Deserialize, Serialize};

/// How a pass is flown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassMode {
    /// Simplex: the rover sends, the orbiter listens, nothing is agreed and nothing acknowledged (the test of November 2021).
    Blind,
    /// Full duplex: the orbiter hails, the rover answers and sends its payload sequence controlled.
    Hailed,
}

/// The code of the return link (from rover to orbiter); the forward link has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReturnCode {
    /// Convolutional, rate 1/2, K = 7.
    #[default]
    Convolutional,
    /// The LDPC option of 211.2-B-3: units of marker and codeword (2048,1024), randomized.
    Ldpc,
}

/// A pass as it is loaded into a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Its number.
    pub number: u16,
    /// How it is flown.
    pub mode: PassMode,
    /// Information bits a second on the way from rover to orbiter.
    pub return_rate: u32,
    /// The same from orbiter to rover; also the rate of hails.
    pub forward_rate: u32,
    /// Blind: how long the rover sends, in milliseconds, tail included. 0: until [`Order::End`].
    pub send_ms: u32,
    /// The code of the return link. Hailed: the hail tells the rover.
    pub return_code: ReturnCode,
}

/// What a computer is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Begin this pass.
    Begin(Pass),
    /// End the pass: the rover says that it has no more data, the orbiter closes its recording when the session is over.
    End,
    /// Orbiter: send everything that is recorded to Earth.
    Dump,
    /// Orbiter: the ground has what was dumped; its room may be used again.
    Release,
    /// Orbiter: forget all that is recorded.
    Format,
    /// Tell all counters, and the stack used so far.
    Report,
    /// Test: never look at the watchdog again.
    Hang,
    /// Test: fail an assertion.
    Panic,
}
