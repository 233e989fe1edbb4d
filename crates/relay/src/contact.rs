//! Contacts: which passes are to come, and what became of every octet of those that were.
//!
//! No book: the relay services of the agencies agree passes ahead, with a time, a user and a way to work, and settle afterwards what was offered,
//! accepted, delivered, sent again and lost, by hop and reason. [`Schedule`] is the plan of one node: bounded, refuses by name what cannot be
//! flown, and keeps itself through restarts. [`Books`] are its accounts, one for each pass and service, in which every octet that was offered is
//! found again; each node keeps its own. [`export`] writes those of several nodes beside each other as JSON and CSV.
//!
//! ```
//! use magpie_relay::contact::{Amount, Books, Contact, ContactId, Entry, Hop, Mode, Reason, Schedule, ScheduleLimits, Service, Utc};
//!
//! let utc = |text: &str| text.parse::<Utc>().unwrap().instant();
//! let mut schedule = Schedule::new(ScheduleLimits::default());
//! let pass = Contact::new(ContactId(1), 0x52, utc("2021-11-20T12:00:00Z"), utc("2021-11-20T12:10:00Z"), Mode::Canister);
//! schedule.add(pass, utc("2021-11-01T00:00:00Z")).unwrap();
//! assert_eq!(schedule.current(0, utc("2021-11-20T12:05:00Z")).unwrap().id, ContactId(1));
//!
//! let mut books = Books::new(8);
//! let service = Service::Recording;
//! books.post(ContactId(1), service, Entry::Offered, Amount::one(900));
//! books.post(ContactId(1), service, Entry::Lost(Hop::Interface, Reason::BadChecksum), Amount::one(100));
//! books.post(ContactId(1), service, Entry::Delivered, Amount::one(800));
//! let account = books.account(ContactId(1), service).unwrap();
//! assert_eq!(account.lost_octets(), 100);
//! ```
//!
//! Left out: the exchange of schedules between agencies; a documented file of passes is [`Contact`] as a table `[[pass]]` of TOML.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

pub mod account;
pub mod export;
pub mod schedule;
mod utc;

pub use account::{Account, Amount, Books, Contradiction, Entry, Hop, Reason, Service};
pub use schedule::{CancelError, Schedule, ScheduleError, ScheduleLimits};
pub use utc::{Utc, UtcError};

use magpie_link::clock::Instant;

/// The longest text of a contact, in octets.
pub const MAX_TEXT: usize = 64;

/// The number of a pass, given by whoever plans; the same at every node that takes part.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ContactId(pub u32);

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pass {}", self.0)
    }
}

/// How a node works through a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Calls the other side and sets up a session (211.0-B).
    Hail,
    /// Waits to be called.
    Answer,
    /// One way: what is sent is not answered, what is heard is taken frame by frame.
    Blind,
    /// One way: what is heard is recorded as it came, to be understood on Earth.
    Canister,
}

impl Mode {
    /// As settings and exports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hail => "hail",
            Self::Answer => "answer",
            Self::Blind => "blind",
            Self::Canister => "canister",
        }
    }
}

/// One pass of the plan: `[[pass]]` in TOML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Its number.
    pub id: ContactId,
    /// The spacecraft at the other end, ten bits (211.0-B).
    pub peer: u16,
    /// When it begins, in microseconds of UTC since 1970.
    #[serde(rename = "begin_utc", with = "utc::as_utc")]
    pub begin: Instant,
    /// When it has ended; this moment does not belong to it any more.
    #[serde(rename = "end_utc", with = "utc::as_utc")]
    pub end: Instant,
    /// How to work.
    pub mode: Mode,
    /// Which of the node's transceivers flies it, from 0.
    #[serde(default)]
    pub transceiver: u8,
    /// The profile of management parameters to load, by name; the node's own without it.
    #[serde(default)]
    pub mib: Option<String>,
    /// Whose pass it is, for the accounts.
    #[serde(default)]
    pub owner: String,
}

impl Contact {
    /// A pass on transceiver 0 with the node's own parameters and no owner.
    pub const fn new(id: ContactId, peer: u16, begin: Instant, end: Instant, mode: Mode) -> Self {
        Self {
            id,
            peer,
            begin,
            end,
            mode,
            transceiver: 0,
            mib: None,
            owner: String::new(),
        }
    }

    /// Whether `now` is in the pass.
    pub fn is_under_way(&self, now: Instant) -> bool {
        self.begin <= now && now < self.end
    }
}
