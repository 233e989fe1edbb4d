//! The plan of a node: which passes are to come, on which transceiver.
//!
//! A pass that cannot be flown is refused by name and changes nothing. The same pass once more is taken again without a word, so a telecommand
//! may be repeated. What was added is kept with [`Schedule::poll_state`] and found again by [`Schedule::restore`].

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use magpie_link::clock::{Duration, Instant};

use super::{Contact, ContactId, MAX_TEXT};
use crate::node::{State, StateChange};

/// First part of the keys of kept state.
const KEY: &str = "contact/";
/// Version of the octets of kept state.
const VERSION: u8 = 1;

/// What a schedule holds and whom it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleLimits {
    /// The most passes kept at a time.
    pub most: usize,
    /// Transceivers of the node, from 0.
    pub transceivers: u8,
    /// What a transceiver needs between two passes, to warm up and be set.
    pub gap: Duration,
    /// The longest pass.
    pub longest: Duration,
    /// The spacecraft that may be served; all of them if it is empty.
    pub peers: BTreeSet<u16>,
}

impl Default for ScheduleLimits {
    fn default() -> Self {
        Self {
            most: 256,
            transceivers: 1,
            gap: Duration::ZERO,
            longest: Duration::from_secs(24 * 3_600),
            peers: BTreeSet::new(),
        }
    }
}

/// Why a pass was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleError {
    /// It ends before it begins, or as it does.
    Empty,
    /// It is longer than passes may be.
    TooLong,
    /// It is over already.
    Over,
    /// The other spacecraft is not one of the users.
    Unauthorised(u16),
    /// There is no such transceiver.
    NoTransceiver(u8),
    /// A text is longer than [`MAX_TEXT`].
    Text(&'static str),
    /// The transceiver is taken by this pass, or would need the time to get ready.
    Overlap(ContactId),
    /// Another pass has this number.
    Taken(ContactId),
    /// No more passes can be kept.
    Full(usize),
}

impl ScheduleError {
    /// A short name, the same from version to version, for counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Over => "over",
            Self::Unauthorised(_) => "unauthorised",
            Self::NoTransceiver(_) => "no_transceiver",
            Self::Text(_) => "text",
            Self::Overlap(_) => "overlap",
            Self::Taken(_) => "taken",
            Self::Full(_) => "full",
        }
    }
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the pass ends before it begins"),
            Self::TooLong => f.write_str("the pass is longer than a pass may be"),
            Self::Over => f.write_str("the pass is over already"),
            Self::Unauthorised(scid) => write!(f, "spacecraft {scid:#x} is not a user"),
            Self::NoTransceiver(number) => write!(f, "there is no transceiver {number}"),
            Self::Text(key) => write!(f, "{key} is longer than {MAX_TEXT} octets"),
            Self::Overlap(id) => write!(f, "the transceiver is taken by {id}"),
            Self::Taken(id) => write!(f, "another pass has the number of {id}"),
            Self::Full(most) => write!(f, "{most} passes are planned, no more can be"),
        }
    }
}

impl core::error::Error for ScheduleError {}

/// Why a pass was not taken off the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelError {
    /// There is none of this number.
    Unknown,
    /// It has begun: it is stopped, not cancelled.
    UnderWay,
}

impl fmt::Display for CancelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "no pass has this number",
            Self::UnderWay => "the pass has begun",
        })
    }
}

impl core::error::Error for CancelError {}

/// The plan of a node.
#[derive(Debug, Clone)]
pub struct Schedule {
    limits: ScheduleLimits,
    contacts: BTreeMap<ContactId, Contact>,
    /// Passes whose kept state is not what it should be.
    changed: BTreeSet<ContactId>,
}

impl Schedule {
    /// An empty plan.
    pub const fn new(limits: ScheduleLimits) -> Self {
        Self {
            limits,
            contacts: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// The plan as it was kept; what is not as it was written or does not fit the limits any more is left out and counted.
    pub fn restore(limits: ScheduleLimits, state: &State) -> (Self, usize) {
        let mut schedule = Self::new(limits);
        let mut refused = 0;
        for (key, octets) in state.range::<String, _>(String::from(KEY)..) {
            let Some(number) = key.strip_prefix(KEY) else {
                break;
            };
            let read = read(octets).filter(|contact| number == format!("{}", contact.id.0));
            let added = read.is_some_and(|contact| schedule.insert(contact).is_ok());
            refused += usize::from(!added);
        }
        schedule.changed.clear();
        (schedule, refused)
    }

    /// Plans a pass.
    pub fn add(&mut self, contact: Contact, now: Instant) -> Result<(), ScheduleError> {
        if self.contacts.get(&contact.id) == Some(&contact) {
            return Ok(());
        }
        if contact.end <= now && contact.begin < contact.end {
            return Err(ScheduleError::Over);
        }
        self.insert(contact)
    }

    /// Takes a pass off the plan, and tells which it was.
    pub fn cancel(&mut self, id: ContactId, now: Instant) -> Result<Contact, CancelError> {
        let contact = self.contacts.get(&id).ok_or(CancelError::Unknown)?;
        if contact.is_under_way(now) {
            return Err(CancelError::UnderWay);
        }
        self.changed.insert(id);
        self.contacts.remove(&id).ok_or(CancelError::Unknown)
    }

    /// The passes, by number.
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = &Contact> {
        self.contacts.values()
    }

    /// The pass that this transceiver is in.
    pub fn current(&self, transceiver: u8, now: Instant) -> Option<&Contact> {
        self.on(transceiver)
            .find(|contact| contact.is_under_way(now))
    }

    /// The pass that this transceiver is in next, not the one it is in.
    pub fn next(&self, transceiver: u8, now: Instant) -> Option<&Contact> {
        self.on(transceiver)
            .filter(|contact| now < contact.begin)
            .min_by_key(|contact| contact.begin)
    }

    /// The next beginning or end of a pass.
    pub fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        self.contacts
            .values()
            .flat_map(|contact| [contact.begin, contact.end])
            .filter(|&at| now < at)
            .min()
    }

    /// Takes passes that are over off the plan, one a call, the earliest end first.
    pub fn poll_over(&mut self, now: Instant) -> Option<Contact> {
        let id = self
            .contacts
            .values()
            .filter(|contact| contact.end <= now)
            .min_by_key(|contact| (contact.end, contact.id))?
            .id;
        self.changed.insert(id);
        self.contacts.remove(&id)
    }

    /// What must be durable before anyone is told that the plan has changed.
    pub fn poll_state(&mut self) -> Option<StateChange> {
        let id = self.changed.pop_first()?;
        Some(StateChange {
            key: format!("{KEY}{}", id.0),
            octets: self.contacts.get(&id).map(emit),
        })
    }

    fn on(&self, transceiver: u8) -> impl Iterator<Item = &Contact> {
        self.contacts
            .values()
            .filter(move |contact| contact.transceiver == transceiver)
    }

    fn insert(&mut self, contact: Contact) -> Result<(), ScheduleError> {
        self.check(&contact)?;
        self.changed.insert(contact.id);
        self.contacts.insert(contact.id, contact);
        Ok(())
    }

    fn check(&self, contact: &Contact) -> Result<(), ScheduleError> {
        let limits = &self.limits;
        if contact.end <= contact.begin {
            return Err(ScheduleError::Empty);
        }
        if limits.longest < contact.end.duration_since(contact.begin) {
            return Err(ScheduleError::TooLong);
        }
        if !limits.peers.is_empty() && !limits.peers.contains(&contact.peer) {
            return Err(ScheduleError::Unauthorised(contact.peer));
        }
        if limits.transceivers <= contact.transceiver {
            return Err(ScheduleError::NoTransceiver(contact.transceiver));
        }
        let too_long = |text: &String| MAX_TEXT < text.len();
        if too_long(&contact.owner) {
            return Err(ScheduleError::Text("owner"));
        }
        if contact.mib.as_ref().is_some_and(too_long) {
            return Err(ScheduleError::Text("mib"));
        }
        if self.contacts.contains_key(&contact.id) {
            return Err(ScheduleError::Taken(contact.id));
        }
        let overlaps = |other: &&Contact| {
            contact.begin < other.end + limits.gap && other.begin < contact.end + limits.gap
        };
        if let Some(other) = self.on(contact.transceiver).find(overlaps) {
            return Err(ScheduleError::Overlap(other.id));
        }
        if limits.most <= self.contacts.len() {
            return Err(ScheduleError::Full(limits.most));
        }
        Ok(())
    }
}

fn emit(contact: &Contact) -> Vec<u8> {
    // A contact is numbers and short texts: nothing that the format cannot write.
    postcard::to_extend(contact, alloc::vec![VERSION]).unwrap_or_default()
}

fn read(octets: &[u8]) -> Option<Contact> {
    let (&version, rest) = octets.split_first()?;
    let (contact, left) = postcard::take_from_bytes(rest).ok()?;
    (version == VERSION && left.is_empty()).then_some(contact)
}
