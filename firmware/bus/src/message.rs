//! All messages, both ways.

use serde::{Deserialize, Serialize};

use crate::exchange::{Emission, Exchange};
use crate::order::Order;

/// To the flight computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToComputer<'a> {
    /// From the modem: a stretch of time.
    #[serde(borrow)]
    Exchange(Exchange<'a>),
    /// From the command unit.
    Order(Order),
    /// From the payload memory: it has files.
    PayloadFile {
        /// Which, from 0.
        file: u8,
        /// How many there are.
        files: u8,
        /// Octets in it.
        size: u32,
        /// Its name.
        name: &'a str,
    },
    /// From the payload memory: what was asked for.
    PayloadOctets {
        /// Which file.
        file: u8,
        /// From which octet on.
        at: u32,
        /// The octets.
        octets: &'a [u8],
    },
}

/// Which computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// User terminal.
    Rover,
    /// Relay transponder.
    Orbiter,
    /// A program of the test bench.
    Bench,
}

/// Why a computer has begun anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResetCause {
    /// Power came, or the memory that survives a reset holds nothing.
    PowerOn,
    /// The reset line.
    External,
    /// Nobody looked at the watchdog.
    Watchdog,
    /// A panic.
    Panic,
    /// A trap that nobody handles.
    Trap,
}

/// What became of something that the orbiter's receiver found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Accepted and in the store.
    Recorded,
    /// Accepted, but the store would not take it.
    NotRecorded,
    /// A whole frame with a good check that frame acceptance refused.
    Refused,
    /// A marker without a good frame behind it.
    Candidate,
}

/// From the flight computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromComputer<'a> {
    /// It has begun: the first message after every reset.
    Boot {
        /// Which program.
        node: Node,
        /// Name of the board.
        board: &'a str,
        /// Why.
        cause: ResetCause,
        /// How often since power came.
        boots: u32,
    },
    /// To the modem.
    #[serde(borrow)]
    Emission(Emission<'a>),
    /// To the payload memory: how many files, and the facts of this one, please.
    PayloadAsk {
        /// Which, from 0.
        file: u8,
    },
    /// To the payload memory: these octets, please.
    PayloadRead {
        /// Which file.
        file: u8,
        /// From which octet on.
        at: u32,
        /// How many.
        len: u16,
    },
    /// To the transmitter for Earth: the next octets of the stream of CADUs.
    Downlink {
        /// The octets.
        octets: &'a [u8],
    },
    /// All that was recorded has gone into the downlink.
    DownlinkEnd,
    /// The receiver has found something.
    Heard {
        /// End of its marker, microseconds of the modem's clock.
        marker_end_us: u64,
        /// What became of it.
        fate: Fate,
        /// Octets of the frame.
        len: u16,
        /// The Proximity-1 CRC-32 of the frame.
        crc32: u32,
        /// Name of the rule that it broke; empty for a good one.
        reason: &'a str,
    },
    /// A counter.
    Counter {
        /// What it counts.
        name: &'a str,
        /// How many.
        value: u32,
    },
    /// All counters have been told.
    ReportEnd,
    /// A line for the operator.
    Log {
        /// The line.
        text: &'a str,
    },
    /// The program of a test bench is done.
    Exit {
        /// 0: fine.
        code: u8,
    },
}
