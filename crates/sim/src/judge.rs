//! From what happened in a pass to its report: hops and series.
//!
//! Every hop is counted in transfer frames, so that the numbers of one hop lead on to the next. The truth (which frames the rover sent, and when) is used
//! here to sort what the receiver found, never to help it.

use std::collections::{BTreeMap, HashMap, HashSet};

use magpie_link::clock::Instant;

use crate::orbiter::{Fate, Found, Kept};
use crate::pass::PassRun;
use crate::report::{Hop, Outcome, PassReport, Salvage, Series};
use crate::scenario::Pass;

/// How far the time tag of a candidate may be from that of the frame it belongs to, in microseconds: a few bits at any rate of the books.
const SAME_FRAME_US: u64 = 4_000;
/// Bins of the series.
const BINS: usize = 120;

/// Units and octets that pass a hop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Units.
    pub units: u64,
    /// Octets.
    pub octets: u64,
}

impl Amount {
    /// One more unit of so many octets.
    pub fn add(&mut self, octets: u64) {
        self.units += 1;
        self.octets += octets;
    }

    /// What is here and not there.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_sub(other.units),
            octets: self.octets.saturating_sub(other.octets),
        }
    }
}

/// One hop with its losses by reason, octets included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Name of the hop.
    pub name: &'static str,
    /// What came in.
    pub came: Amount,
    /// What went on.
    pub went: Amount,
    /// What did not, by reason.
    pub rejected: BTreeMap<&'static str, Amount>,
}

impl Account {
    fn reject(&mut self, reason: &'static str, amount: Amount) {
        if amount.units > 0 {
            let sum = self.rejected.entry(reason).or_default();
            sum.units += amount.units;
            sum.octets += amount.octets;
        }
    }

    fn to_hop(&self) -> Hop {
        Hop {
            name: self.name.to_owned(),
            unit: String::from("frames"),
            units_in: self.came.units,
            units_out: self.went.units,
            octets_in: self.came.octets,
            octets_out: self.went.octets,
            rejected: self
                .rejected
                .iter()
                .map(|(&reason, amount)| (reason.to_owned(), amount.units))
                .collect(),
        }
    }
}

/// The sent frames, and which of them a candidate has been found for; each is found once.
struct Sent<'a> {
    run: &'a PassRun,
    by_content: HashMap<&'a [u8], Vec<usize>>,
    claimed: HashSet<usize>,
}

impl<'a> Sent<'a> {
    fn new(run: &'a PassRun) -> Self {
        let mut by_content: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (index, (_, frame)) in run.sent.iter().enumerate().rev() {
            by_content.entry(&frame.octets).or_default().push(index);
        }
        Self {
            run,
            by_content,
            claimed: HashSet::new(),
        }
    }

    /// An accepted frame is known by its content.
    fn claim(&mut self, frame: &[u8]) {
        if let Some(index) = self.by_content.get_mut(frame).and_then(Vec::pop) {
            self.claimed.insert(index);
        }
    }

    /// A refused candidate is known by its time only; gives the octets of the frame it was.
    fn claim_at(&mut self, time: Instant) -> Option<u64> {
        let sent = &self.run.sent;
        let next = sent.partition_point(|(at, _)| *at < time);
        let near = [next.checked_sub(1), Some(next)]
            .into_iter()
            .flatten()
            .find(|&index| {
                sent.get(index).is_some_and(|(at, _)| {
                    at.as_micros().abs_diff(time.as_micros()) <= SAME_FRAME_US
                })
            })?;
        let (_, frame) = sent.get(near)?;
        self.claimed
            .insert(near)
            .then_some(frame.octets.len() as u64)
    }
}

/// The hops of a pass, in order.
pub fn accounts(run: &PassRun) -> Vec<Account> {
    let mut sent = Amount::default();
    for (_, frame) in &run.sent {
        sent.add(frame.octets.len() as u64);
    }
    let rover = Account {
        name: "rover",
        came: sent,
        went: sent,
        ..Account::default()
    };
    let [uhf, transceiver, interface, recorder] = on_orbit(run, sent);
    let stored = recorder.went;
    let downlink = Account {
        name: "downlink",
        came: stored,
        went: stored,
        ..Account::default()
    };
    let arrived = Amount {
        units: run.account.frames_recorded,
        octets: run.account.frame_octets_recorded,
    };
    let mut station = Account {
        name: "station",
        came: stored,
        went: arrived,
        ..Account::default()
    };
    station.reject("lost_on_the_way_to_earth", stored.less(arrived));
    vec![
        rover,
        uhf,
        transceiver,
        interface,
        recorder,
        downlink,
        station,
        team(run, arrived),
    ]
}

/// From antenna to memory.
fn on_orbit(run: &PassRun, sent: Amount) -> [Account; 4] {
    let mut truth = Sent::new(run);
    for found in &run.heard.found {
        if let Fate::Accepted { frame, .. } = &found.fate {
            truth.claim(frame);
        }
    }
    let mut uhf = Account {
        name: "uhf",
        came: sent,
        ..Account::default()
    };
    let mut transceiver = Account {
        name: "transceiver",
        ..Account::default()
    };
    let mut interface = Account {
        name: "interface",
        ..Account::default()
    };
    let mut recorder = Account {
        name: "recorder",
        ..Account::default()
    };
    for Found { marker_end, fate } in &run.heard.found {
        match fate {
            Fate::Accepted { frame, kept } => {
                let octets = frame.len() as u64;
                for amount in [
                    &mut uhf.went,
                    &mut transceiver.came,
                    &mut transceiver.went,
                    &mut interface.came,
                ] {
                    amount.add(octets);
                }
                let one = Amount { units: 1, octets };
                match kept {
                    Kept::Damaged | Kept::RefusedDamaged => interface.reject("block_check", one),
                    Kept::Fooled => interface.reject("block_check_fooled", one),
                    Kept::Good => {
                        for amount in [&mut interface.went, &mut recorder.came, &mut recorder.went]
                        {
                            amount.add(octets);
                        }
                    }
                    Kept::RefusedGood => {
                        interface.went.add(octets);
                        recorder.came.add(octets);
                        recorder.reject("memory_full", one);
                    }
                }
            }
            Fate::Refused { reason, octets } => {
                let (reason, octets) = match truth.claim_at(*marker_end) {
                    Some(octets) => {
                        uhf.went.add(octets);
                        (*reason, octets)
                    }
                    None => ("false_marker", *octets),
                };
                transceiver.came.add(octets);
                transceiver.reject(reason, Amount { units: 1, octets });
            }
        }
    }
    uhf.reject("not_found_by_the_receiver", sent.less(uhf.went));
    [uhf, transceiver, interface, recorder]
}

fn team(run: &PassRun, arrived: Amount) -> Account {
    let account = &run.account;
    let used = Amount {
        units: account.frames_used,
        octets: account.frame_octets_used,
    };
    let mut team = Account {
        name: "team",
        came: arrived,
        went: used,
        ..Account::default()
    };
    team.reject(
        "repeat",
        Amount {
            units: account.frames_repeated,
            octets: account.frame_octets_repeated,
        },
    );
    let mut octets_left = account.octets_refused;
    for (refusal, &units) in &account.refused {
        // The octets of refused frames are known as one sum; the first reason carries it.
        team.reject(
            refusal.name(),
            Amount {
                units,
                octets: std::mem::take(&mut octets_left),
            },
        );
    }
    team
}

/// The report of a pass.
pub fn report(pass: &Pass, run: &PassRun, accounts: &[Account]) -> PassReport {
    let went = |name: &str| {
        accounts
            .iter()
            .find(|a| a.name == name)
            .map_or(0, |a| a.went.units)
    };
    let frames_good = went("transceiver");
    let salvage = &run.account.salvage;
    let signal_detected = run.heard.locked_at.is_some();
    let whole =
        accounts.iter().skip(3).take(4).all(|a| a.came == a.went) && run.heard.outcomes[1][1] == 0;
    let outcome = match (signal_detected, whole) {
        (false, _) => Outcome::NotHeard,
        (true, true) => Outcome::Clean,
        (true, false) => Outcome::Corrupted,
    };
    PassReport {
        id: pass.id.clone(),
        start_utc: run.start.to_string(),
        window_s: pass.window_s,
        on_earth_utc: run.on_earth.to_string(),
        signal_detected,
        lock_s: run
            .heard
            .locked_at
            .map(|at| seconds_since(run.start_instant, at)),
        frames_sent: run.sent.len() as u64,
        frames_good,
        frames_bad: run
            .heard
            .found
            .iter()
            .filter(|f| matches!(f.fate, Fate::Refused { .. }))
            .count() as u64,
        hops: accounts.iter().map(Account::to_hop).collect(),
        verdict: String::new(),
        outcome,
        salvage: Salvage {
            frames: salvage.canister_frames + salvage.frames_in_damaged_blocks,
            frames_only_here: salvage.frames_only_here,
            canister_octets: salvage.canister_octets,
        },
        series: series(pass, run),
    }
}

fn seconds_since(start: Instant, at: Instant) -> f64 {
    at.duration_since(start).as_micros() as f64 / 1e6
}

/// What happened over the window, in bins.
fn series(pass: &Pass, run: &PassRun) -> Series {
    let width = pass.window_s / BINS as f64;
    let bin = |seconds: f64| ((seconds / width) as usize).min(BINS - 1);
    let bin_at = |at: Instant| bin(seconds_since(run.start_instant, at));
    let mut series = Series {
        t_s: (0..BINS).map(|i| (i as f64 + 0.5) * width).collect(),
        eb_n0_db: vec![None; BINS],
        frames_sent: vec![0; BINS],
        frames_good: vec![0; BINS],
        frames_recorded: vec![0; BINS],
    };
    let mut sums = [(0.0, 0u32); BINS];
    for &(t, eb_n0_db) in &run.eb_n0 {
        let (sum, count) = &mut sums[bin(t)];
        *sum += eb_n0_db;
        *count += 1;
    }
    for (slot, (sum, count)) in series.eb_n0_db.iter_mut().zip(sums) {
        *slot = (count > 0).then(|| sum / f64::from(count));
    }
    for (at, _) in &run.sent {
        series.frames_sent[bin_at(*at)] += 1;
    }
    for found in &run.heard.found {
        if let Fate::Accepted { kept, .. } = found.fate {
            series.frames_good[bin_at(found.marker_end)] += 1;
            series.frames_recorded[bin_at(found.marker_end)] +=
                u32::from(matches!(kept, Kept::Good | Kept::RefusedGood));
        }
    }
    series
}
