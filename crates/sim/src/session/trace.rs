//! The trace of a session: everything that happened, in the order of true time, for a renderer or for a person.
//!
//! One [`Entry`] says when, at which end, and what. A frame has an entry [`What::Sent`] at the end that sends it, and later entries
//! [`What::Received`] or [`What::Lost`] at the *other* end with the same number; a duplicated frame is received more than once. A
//! ladder diagram draws a line from `Sent { at_us }` to `Received { at_us }`; in between the last bit left at `until_us`.
//!
//! ```
//! use magpie_sim::session::trace::{Entry, Side, What};
//! let entry = Entry { at_us: 1_500_000, end: Side::Caller, what: What::Restarted };
//! assert_eq!(entry.to_string(), "    1.500000 s caller     restarted: a new endpoint in S1");
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

use super::summary::FrameSummary;

/// One of the two ends. In simplex the caller is the end that transmits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The end that hails, or transmits in simplex.
    Caller,
    /// The end that waits for the hail, or receives in simplex.
    Responder,
}

impl Side {
    /// Both, the caller first.
    pub const BOTH: [Self; 2] = [Self::Caller, Self::Responder];

    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Caller => Self::Responder,
            Self::Responder => Self::Caller,
        }
    }

    /// 0 for the caller, 1 for the responder.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// In lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Responder => "responder",
        }
    }
}

/// Why a frame did not come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The channel lost it.
    Channel,
    /// Bits were flipped, and marker, length or CRC-32 showed it.
    Corrupted,
    /// The transmitter was switched off or set anew before the last bit.
    CutShort,
    /// The receiver was off: half duplex while sending, or no session.
    ReceiverOff,
    /// The receiver had no symbol lock for all of the frame: no carrier (a cut), still acquiring, or set to another rate.
    NoLock,
}

impl Loss {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::Channel,
        Self::Corrupted,
        Self::CutShort,
        Self::ReceiverOff,
        Self::NoLock,
    ];

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "lost",
            Self::Corrupted => "corrupted",
            Self::CutShort => "cut short",
            Self::ReceiverOff => "receiver off",
            Self::NoLock => "no lock",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The local controller gave a directive or called a service.
    Directive {
        /// In words.
        name: String,
        /// Why it was refused, if it was.
        refused: Option<String>,
    },
    /// A row of a state table was taken.
    Transition {
        /// The row by its name in the book, `E3`.
        row: String,
        /// The state before, `S2`.
        from: String,
        /// The state after, `S41`.
        to: String,
    },
    /// Any other notification of the endpoint.
    Event {
        /// In words.
        text: String,
    },
    /// The session is over at this end.
    EndOfSession {
        /// Why, by the name of the reason.
        why: String,
    },
    /// The endpoint switched its transmitter.
    Transmitter {
        /// TRANSMIT is on.
        transmit: bool,
        /// MODULATION is on.
        modulation: bool,
        /// Bits a second.
        rate: u32,
    },
    /// What the physical layer reports to the endpoint has changed.
    Phy {
        /// `CARRIER_ACQUIRED`.
        carrier: bool,
        /// `SYMBOL_INLOCK_STATUS`.
        symbols: bool,
    },
    /// The channel towards this end was cut or came back.
    Cut {
        /// It is gone from now on.
        begins: bool,
    },
    /// The first bit of a frame leaves this end.
    Sent {
        /// The frame's number in this run.
        frame: u64,
        /// When its last bit leaves.
        until_us: u64,
        /// What is in it.
        content: FrameSummary,
    },
    /// The last bit of a frame has come, and it is intact.
    Received {
        /// The frame's number in this run.
        frame: u64,
        /// When its first bit had left the other end.
        sent_us: u64,
        /// What is in it.
        content: FrameSummary,
        /// Why frame acceptance refused it, if it did.
        refused: Option<String>,
    },
    /// A frame would have come now, and did not.
    Lost {
        /// The frame's number in this run.
        frame: u64,
        /// When its first bit had left the other end.
        sent_us: u64,
        /// Why.
        why: Loss,
    },
    /// The user submitted a unit and the endpoint took it.
    Submitted {
        /// The unit's number among those of its load.
        number: u32,
        /// Which load of this end.
        load: u8,
        /// Its octets.
        octets: usize,
    },
    /// The endpoint handed a unit to its user.
    Delivered {
        /// Number and load of the unit as the other end submitted it; `None`: nobody did.
        number: Option<(u32, u8)>,
        /// Its octets.
        octets: usize,
        /// The port.
        port: u8,
        /// Sequence controlled, else expedited.
        sequence_controlled: bool,
    },
    /// The process of this end began anew: a new endpoint in S1.
    Restarted,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// True time in microseconds since the run began.
    pub at_us: u64,
    /// At which end.
    pub end: Side,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// Everything that happened, in order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trace {
    /// The entries; times do not decrease.
    pub entries: Vec<Entry>,
}

impl Trace {
    /// The last `n` entries as lines.
    pub fn tail(&self, n: usize) -> String {
        let from = self.entries.len().saturating_sub(n);
        let lines: Vec<String> = self
            .entries
            .iter()
            .skip(from)
            .map(Entry::to_string)
            .collect();
        lines.join("\n")
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tail(usize::MAX))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (s, us) = (self.at_us / 1_000_000, self.at_us % 1_000_000);
        write!(f, "{s:>5}.{us:06} s {:<10} {}", self.end.name(), self.what)
    }
}

const fn on(switch: bool) -> &'static str {
    if switch { "on" } else { "off" }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive { name, refused } => match refused {
                None => write!(f, "directive {name}"),
                Some(why) => write!(f, "directive {name} refused: {why}"),
            },
            Self::Transition { row, from, to } => write!(f, "{row}: {from} -> {to}"),
            Self::Event { text } => f.write_str(text),
            Self::EndOfSession { why } => write!(f, "end of session: {why}"),
            Self::Transmitter {
                transmit,
                modulation,
                rate,
            } => write!(
                f,
                "TRANSMIT {}, MODULATION {}, {rate} bit/s",
                on(*transmit),
                on(*modulation)
            ),
            Self::Phy { carrier, symbols } => {
                write!(f, "carrier {}, symbol lock {}", on(*carrier), on(*symbols))
            }
            Self::Cut { begins: true } => f.write_str("cut: the channel to this end is gone"),
            Self::Cut { begins: false } => f.write_str("the channel to this end is back"),
            Self::Sent { frame, content, .. } => write!(f, "-> #{frame} {content}"),
            Self::Received {
                frame,
                content,
                refused,
                ..
            } => match refused {
                None => write!(f, "<- #{frame} {content}"),
                Some(why) => write!(f, "<- #{frame} {content} refused: {why}"),
            },
            Self::Lost { frame, why, .. } => write!(f, "xx #{frame} {}", why.name()),
            Self::Submitted {
                number,
                load,
                octets,
            } => write!(f, "submits unit {load}.{number}, {octets} octets"),
            Self::Delivered {
                number,
                octets,
                port,
                sequence_controlled,
            } => {
                let service = if *sequence_controlled {
                    "sequence"
                } else {
                    "expedited"
                };
                match number {
                    Some((number, load)) => write!(f, "delivers unit {load}.{number}, ")?,
                    None => f.write_str("delivers a unit that nobody submitted, ")?,
                }
                write!(f, "{octets} octets, port {port}, {service}")
            }
            Self::Restarted => f.write_str("restarted: a new endpoint in S1"),
        }
    }
}
