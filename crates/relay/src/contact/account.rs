//! The accounts of the passes: every octet that was offered is refused, under way, delivered or lost, and it is said where and why.
//!
//! One account for a pass and a service; the books of a node hold a bounded number of passes and let go of the oldest, counted. What was
//! posted is kept with [`Books::poll_state`] and found again by [`Books::restore`], so an account goes on after a restart.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::ContactId;
use crate::node::{State, StateChange};

/// First part of the keys of kept state.
const KEY: &str = "account/";
/// Version of the octets of kept state.
const VERSION: u8 = 1;

/// Units (frames, records, files) and the octets in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Frames, records or files.
    pub units: u64,
    /// Octets in them.
    pub octets: u64,
}

impl Amount {
    /// One unit of so many octets.
    pub const fn one(octets: u64) -> Self {
        Self { units: 1, octets }
    }

    /// What is left when `other` is taken away; none if there is not so much.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Some(Self {
            units: self.units.checked_sub(other.units)?,
            octets: self.octets.checked_sub(other.octets)?,
        })
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        self.units == 0 && self.octets == 0
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.units = self.units.saturating_add(other.units);
        self.octets = self.octets.saturating_add(other.octets);
    }
}

impl<'a> core::iter::Sum<&'a Self> for Amount {
    fn sum<I: Iterator<Item = &'a Self>>(amounts: I) -> Self {
        let mut sum = Self::default();
        amounts.for_each(|&amount| sum += amount);
        sum
    }
}

/// What a pass does for its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// What was heard, as it came.
    Recording,
    /// Frames of the sequence-controlled service.
    SequenceControlled,
    /// Frames of the expedited service.
    Expedited,
    /// Files, whatever carries them.
    Files,
    /// Commands for the user.
    Forward,
}

impl Service {
    /// As exports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::SequenceControlled => "sequence-controlled",
            Self::Expedited => "expedited",
            Self::Files => "files",
            Self::Forward => "forward",
        }
    }
}

/// Where on its way something was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hop {
    /// Between user and orbiter.
    Proximity,
    /// On board, between transceiver and memory.
    Interface,
    /// In the mass memory.
    Memory,
    /// Between orbiter and station.
    Earth,
    /// Behind the station.
    Ground,
}

impl Hop {
    /// As exports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proximity => "proximity",
            Self::Interface => "interface",
            Self::Memory => "memory",
            Self::Earth => "earth",
            Self::Ground => "ground",
        }
    }
}

/// Why something was refused or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It never arrived.
    Missing,
    /// Its checksum or code says that it is spoiled.
    BadChecksum,
    /// It is none of the formats.
    Malformed,
    /// It comes from or is meant for someone else.
    Unauthorised,
    /// The memory or the user's share of it was full.
    Full,
    /// By rule, newer data took its place.
    Overwritten,
    /// An operator deleted it.
    Deleted,
    /// It was already there.
    Repeated,
    /// A medium failed.
    Medium,
    /// Power was lost before it was durable; nobody was told that it was.
    PowerLoss,
}

impl Reason {
    /// As exports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::BadChecksum => "bad-checksum",
            Self::Malformed => "malformed",
            Self::Unauthorised => "unauthorised",
            Self::Full => "full",
            Self::Overwritten => "overwritten",
            Self::Deleted => "deleted",
            Self::Repeated => "repeated",
            Self::Medium => "medium",
            Self::PowerLoss => "power-loss",
        }
    }
}

/// One side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Came to this node.
    Offered,
    /// Was not taken, and the other side can know.
    Refused(Reason),
    /// Was handed on, and whoever got it said so or cannot say so.
    Delivered,
    /// Was sent once more; not part of the balance.
    Retransmitted,
    /// Was taken and will not be delivered.
    Lost(Hop, Reason),
}

/// An account in which more came out than went in: some part of the node counts wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The pass.
    pub pass: ContactId,
    /// The service.
    pub service: Service,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pass, service } = self;
        write!(f, "{pass}, {}: more octets out than in", service.name())
    }
}

impl core::error::Error for Contradiction {}

/// What became of what was offered in one pass by one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Came to this node.
    pub offered: Amount,
    /// Was not taken, by reason.
    pub refused: BTreeMap<Reason, Amount>,
    /// Was handed on.
    pub delivered: Amount,
    /// Was sent once more.
    pub retransmitted: Amount,
    /// Was taken and lost, by hop and reason.
    pub lost: BTreeMap<(Hop, Reason), Amount>,
}

impl Account {
    fn post(&mut self, entry: Entry, amount: Amount) {
        let side = match entry {
            Entry::Offered => &mut self.offered,
            Entry::Refused(reason) => self.refused.entry(reason).or_default(),
            Entry::Delivered => &mut self.delivered,
            Entry::Retransmitted => &mut self.retransmitted,
            Entry::Lost(hop, reason) => self.lost.entry((hop, reason)).or_default(),
        };
        *side += amount;
    }

    /// Octets that were offered and taken; none if more was refused than offered.
    pub fn accepted_octets(&self) -> Option<u64> {
        let refused: Amount = self.refused.values().sum();
        self.offered.octets.checked_sub(refused.octets)
    }

    /// Octets that were lost, all hops and reasons together.
    pub fn lost_octets(&self) -> u64 {
        self.lost.values().sum::<Amount>().octets
    }

    /// Octets that were taken and are neither delivered nor lost; none if more came out than went in.
    ///
    /// Octets, not units: a record of the memory need not hold one frame.
    pub fn under_way_octets(&self) -> Option<u64> {
        self.accepted_octets()?
            .checked_sub(self.delivered.octets)?
            .checked_sub(self.lost_octets())
    }
}

/// The accounts of a node.
#[derive(Debug, Clone)]
pub struct Books {
    most: usize,
    accounts: BTreeMap<(ContactId, Service), Account>,
    changed: BTreeSet<(ContactId, Service)>,
    closed: u64,
}

impl Books {
    /// Empty books of `most` accounts.
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            accounts: BTreeMap::new(),
            changed: BTreeSet::new(),
            closed: 0,
        }
    }

    /// The books as they were kept, and how many accounts were not as they were written.
    pub fn restore(most: usize, state: &State) -> (Self, usize) {
        let mut books = Self::new(most);
        let mut refused = 0;
        for (key, octets) in state.range::<String, _>(String::from(KEY)..) {
            if !key.starts_with(KEY) {
                break;
            }
            match read(octets).filter(|(at, _)| *key == key_of(*at)) {
                Some((at, account)) => {
                    books.accounts.insert(at, account);
                }
                None => refused += 1,
            }
        }
        books.bound();
        (books, refused)
    }

    /// Posts an amount to an account, which is opened if there is none; the account of the lowest pass is closed if there are too many.
    pub fn post(&mut self, pass: ContactId, service: Service, entry: Entry, amount: Amount) {
        let at = (pass, service);
        self.accounts.entry(at).or_default().post(entry, amount);
        self.changed.insert(at);
        self.bound();
    }

    /// An account.
    pub fn account(&self, pass: ContactId, service: Service) -> Option<&Account> {
        self.accounts.get(&(pass, service))
    }

    /// All accounts, by pass and service.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = (ContactId, Service, &Account)> {
        self.accounts
            .iter()
            .map(|(&(pass, service), account)| (pass, service, account))
    }

    /// Accounts that were closed because there were too many.
    pub const fn closed(&self) -> u64 {
        self.closed
    }

    /// The first account in which more came out than went in.
    pub fn check(&self) -> Result<(), Contradiction> {
        let wrong =
            |(_, _, account): &(ContactId, Service, &Account)| account.under_way_octets().is_none();
        match self.accounts().find(wrong) {
            Some((pass, service, _)) => Err(Contradiction { pass, service }),
            None => Ok(()),
        }
    }

    /// What must be durable with what it counts.
    pub fn poll_state(&mut self) -> Option<StateChange> {
        let at = self.changed.pop_first()?;
        Some(StateChange {
            key: key_of(at),
            octets: self.accounts.get(&at).map(|account| emit(at, account)),
        })
    }

    fn bound(&mut self) {
        while self.most < self.accounts.len() {
            if let Some((at, _)) = self.accounts.pop_first() {
                self.changed.insert(at);
                self.closed += 1;
            }
        }
    }
}

fn key_of((pass, service): (ContactId, Service)) -> String {
    // Ten digits, so that the order of the keys is that of the passes.
    format!("{KEY}{:010}/{}", pass.0, service.name())
}

fn emit(at: (ContactId, Service), account: &Account) -> Vec<u8> {
    // Numbers only: nothing that the format cannot write.
    postcard::to_extend(&(at, account), alloc::vec![VERSION]).unwrap_or_default()
}

fn read(octets: &[u8]) -> Option<((ContactId, Service), Account)> {
    let (&version, rest) = octets.split_first()?;
    let (read, left) = postcard::take_from_bytes(rest).ok()?;
    (version == VERSION && left.is_empty()).then_some(read)
}
