//! The sequence chart of a Proximity-1 session: what the two ends did and said to each other, as a ladder.
//!
//! Book: 211.0-B-6 section 6 gives the states and the rows of the state tables that the chart names; the drawing is ours. Layers: the items of
//! [`Chart`] in order of time, [`frame`] puts a frame's octets into words, [`state`] and [`tables`] those of the MAC sublayer, [`mod@fold`] joins
//! what is always the same, [`text`] draws for a terminal, [`axis`] and [`svg`] for a browser, [`page`] puts the figures around it. Where a
//! session comes from (the simulator, a real link) is the caller's business.
//!
//! ```
//! use magpie::chart::{Chart, End, Side, text};
//! use magpie_link::clock::Instant;
//! let mut chart = Chart::new([End::new("caller", "SCID 17"), End::new("responder", "SCID 34")]);
//! chart.step(Instant::ZERO, Side::Right, "E1", "S1 (inactive)", "S2 (waiting for hail)");
//! let drawn = text::draw(&chart, 80, false);
//! assert!(drawn.contains("S2 waiting for hail ◂ SET MODE connecting-L E1 "));
//! ```

use magpie_link::clock::Instant;

pub mod axis;
pub mod fold;
pub mod frame;
pub mod page;
pub mod state;
pub mod svg;
pub mod tables;
pub mod text;

use frame::Kind;
use state::StateMark;

/// One of the two lifelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The one on the left: the caller, if there is one.
    Left,
    /// The one on the right.
    Right,
}

impl Side {
    /// Both, in the order of the arrays of this module.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The place in an array of two.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The one across.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// One end of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// What it is: "caller".
    pub name: String,
    /// Which one it is: "SCID 17".
    pub remark: String,
    /// The state before the first item.
    pub first: StateMark,
}

impl End {
    /// An end that begins in S1.
    pub fn new(name: impl Into<String>, remark: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            remark: remark.into(),
            first: StateMark::of("S1 (inactive)"),
        }
    }
}

/// What became of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It came, and was valid.
    Arrived,
    /// It never came.
    Lost,
    /// It came with wrong bits: the CRC-32 did not match.
    Corrupted,
    /// The receiver was off, or not locked to the signal; which of it.
    Unheard(&'static str),
    /// It came whole, but the other end refused it; the reason.
    Refused(String),
}

impl Fate {
    /// Whether the other end took it.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Arrived)
    }

    /// A word or two; nothing for a frame that arrived.
    pub fn words(&self) -> &str {
        match self {
            Self::Arrived => "",
            Self::Lost => "lost",
            Self::Corrupted => "corrupted",
            Self::Unheard(why) => why,
            Self::Refused(reason) => reason,
        }
    }
}

/// A frame on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// What kind of frame.
    pub kind: Kind,
    /// The frame in a line.
    pub label: String,
    /// What it says in detail, a line each: the directives of a hail.
    pub details: Vec<String>,
    /// Octets of the frame.
    pub octets: usize,
    /// When its last bit had left.
    pub left: Instant,
    /// When its last bit arrived, or would have arrived.
    pub arrives: Instant,
    /// What became of it.
    pub fate: Fate,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// When; of a frame: when its first bit left.
    pub at: Instant,
    /// At which end; of a frame: the sender.
    pub side: Side,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A row of a state table was taken.
    Step {
        /// The name of the row: "E9".
        row: String,
        /// The state before.
        from: StateMark,
        /// The state after.
        to: StateMark,
    },
    /// A frame left.
    Frame(Arrow),
    /// Something that the end told its user, or that was done to the channel.
    Note(String),
}

/// A session: two ends, and what happened in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The ends, left and right.
    pub ends: [End; 2],
    items: Vec<Item>,
}

impl Chart {
    /// Nothing has happened yet.
    pub const fn new(ends: [End; 2]) -> Self {
        Self {
            ends,
            items: Vec::new(),
        }
    }

    /// What happened, in order of time; what happened at one time stands in the order in which it was told.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// When the last thing happened, arrivals of frames included.
    pub fn end(&self) -> Instant {
        let ends = self.items.iter().map(|item| match &item.what {
            What::Frame(arrow) if arrow.fate != Fate::Lost => arrow.arrives.max(item.at),
            _ => item.at,
        });
        ends.max().unwrap_or(Instant::ZERO)
    }

    /// The state of an end at the end.
    pub fn last_state(&self, side: Side) -> &StateMark {
        let mut steps = self.items.iter().rev().filter(|item| item.side == side);
        let last = steps.find_map(Item::state_after);
        last.unwrap_or(&self.ends[side.index()].first)
    }

    /// A row was taken. `from` and `to` are full names of states: "S31 (hail: carrier only)".
    pub fn step(&mut self, at: Instant, side: Side, row: &str, from: &str, to: &str) {
        let what = What::Step {
            row: row.to_owned(),
            from: StateMark::of(from),
            to: StateMark::of(to),
        };
        self.push(Item { at, side, what });
    }

    /// A frame left.
    pub fn frame(&mut self, at: Instant, side: Side, arrow: Arrow) {
        let what = What::Frame(arrow);
        self.push(Item { at, side, what });
    }

    /// Something was told.
    pub fn note(&mut self, at: Instant, side: Side, words: impl Into<String>) {
        let what = What::Note(words.into());
        self.push(Item { at, side, what });
    }

    /// Adds an item behind everything that happened before it or at the same time.
    pub fn push(&mut self, item: Item) {
        let at = self.items.partition_point(|other| other.at <= item.at);
        self.items.insert(at, item);
    }
}

impl Item {
    /// The state that a step leads to.
    pub const fn state_after(&self) -> Option<&StateMark> {
        match &self.what {
            What::Step { to, .. } => Some(to),
            _ => None,
        }
    }
}
