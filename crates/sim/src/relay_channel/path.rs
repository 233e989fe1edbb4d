//! One route at work: what is on its way, what is drawn, what is tallied.

use std::collections::{BTreeMap, VecDeque};

use magpie_link::clock::{Duration, Instant};
use magpie_relay::node::{Port, State, StateChange};

use super::config::{End, Route, path_name};
use super::kept;
use super::tally::{Fate, Tally};
use crate::fault::Interface;
use crate::random::{Purpose, Stream};
use crate::scenario::Fault;

/// What is on its way for so long is kept through the end of the process.
const KEPT_FROM: Duration = Duration::from_secs(1);

/// A route, and what is on it.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) route: Route,
    /// `rover → orbiter`
    pub(super) name: String,
    /// What is on its way, in the order of departure, which is that of arrival.
    pub(super) flight: VecDeque<Flying>,
    queued_octets: u64,
    /// When the last one is out.
    free_at: Instant,
    /// One for each pass, and one for what comes when none is open.
    skies: Vec<Sky>,
    overflow_told: bool,
    next_number: u64,
    /// Datagrams whose kept state is not as they are, and whether anything is kept of them.
    unkept: BTreeMap<u64, bool>,
}

/// The draws and the tally of one pass.
#[derive(Debug)]
struct Sky {
    loss: f64,
    losses: Stream,
    faults: Interface,
    tally: Tally,
}

/// A datagram on its way.
#[derive(Debug)]
pub(super) struct Flying {
    /// Its place in the order of departure.
    pub(super) number: u64,
    pub(super) signal: Signal,
    pub(super) octets: Vec<u8>,
    /// Octets it had when it was offered; a fault may have swallowed some.
    pub(super) offered_octets: u64,
    pub(super) sky: usize,
    pub(super) spoiled: bool,
}

/// When a datagram is at the receiver, and where in the spectrum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signal {
    pub(super) from: Instant,
    pub(super) until: Instant,
    pub(super) channel: u8,
    pub(super) fate: Fate,
}

impl Path {
    /// A route with nothing on it; `run` is how often the channel was made before, so that it does not draw the same again.
    pub(super) fn new(route: Route, ends: &[End], seed: u64, run: u32) -> Self {
        let name = path_name(&route, ends);
        let sky = |pass: &str, loss: f64, faults: &[Fault]| {
            let stream = |what| {
                let stream = match run {
                    0 => format!("{name}/{pass}/{what}"),
                    run => format!("{name}/{pass}/{what}/{run}"),
                };
                Stream::new(seed, &stream, Purpose::RelayChannel)
            };
            Sky {
                loss,
                losses: stream("loss"),
                faults: Interface::new(faults, stream("faults")),
                tally: Tally::default(),
            }
        };
        let skies = route
            .windows
            .iter()
            .map(|window| {
                let faults = window.faults.as_ref().unwrap_or(&route.faults);
                sky(&window.pass, window.loss.unwrap_or(route.loss), faults)
            })
            .chain([sky("", route.loss, &route.faults)])
            .collect();
        Self {
            name,
            route,
            flight: VecDeque::new(),
            queued_octets: 0,
            free_at: Instant::default(),
            skies,
            overflow_told: false,
            next_number: 0,
            unkept: BTreeMap::new(),
        }
    }

    /// Takes back what was on its way when the last process ended; it counts as offered now.
    pub(super) fn restore(&mut self, index: usize, state: &State) {
        for (number, octets) in kept::of_route(state, index) {
            self.next_number = number.saturating_add(1);
            let Some(flying) = kept::parse(number, octets, self.skies.len()) else {
                self.unkept.insert(number, true);
                continue;
            };
            let len = flying.offered_octets;
            self.skies[flying.sky].tally.offered.add(len);
            self.queued_octets += len + Route::DATAGRAM_OCTETS;
            self.flight.push_back(flying);
        }
    }

    fn is_kept(&self) -> bool {
        self.route.light_time >= KEPT_FROM
    }

    /// The next change of what is kept of this route.
    pub(super) fn poll_state(&mut self, index: usize) -> Option<StateChange> {
        while let Some((number, kept)) = self.unkept.pop_first() {
            let at = self
                .flight
                .binary_search_by_key(&number, |flying| flying.number);
            let octets = at.ok().map(|at| kept::emit(&self.flight[at]));
            // What came and went since the last time leaves no trace.
            if kept || octets.is_some() {
                let key = kept::key(index, number);
                return Some(StateChange { key, octets });
            }
        }
        None
    }

    /// Takes a datagram; none if it is on its way now, else what became of it.
    pub(super) fn offer(&mut self, now: Instant, ends: &[End], octets: &[u8]) -> Option<Fate> {
        let len = octets.len() as u64;
        let departs = now.max(self.free_at);
        let rate = self.route.data_rate;
        let out = departs + rate.map_or(Duration::ZERO, |rate| rate.duration_of_bits(len * 8));
        let waiting = rate.map_or(0, |rate| rate.octets_in(departs.duration_since(now)));
        let (index, open) = self.sky_at(departs);
        let end = |port: Port| &ends[usize::from(port.0)];
        let channel = end(self.route.from).channel(departs);
        let arrives = departs + self.route.light_time;
        let tuned = end(self.route.to).channel(arrives);
        let queued = self.queued_octets.max(waiting);
        let full = queued + len + Route::DATAGRAM_OCTETS > self.route.queue_octets;
        let sky = &mut self.skies[index];
        sky.tally.offered.add(len);
        let fate = if full {
            Some(Fate::Overflow)
        } else if !open {
            Some(Fate::OutOfWindow)
        } else if channel != tuned {
            Some(Fate::OtherChannel)
        } else {
            // Drawn even when nothing can be lost: the draws of later datagrams stay the same whatever the loss.
            (sky.losses.uniform() < sky.loss).then_some(Fate::Lost)
        };
        if fate != Some(Fate::Overflow) {
            self.free_at = out;
        }
        if let Some(fate) = fate {
            sky.tally.add(fate, len);
            return Some(fate);
        }
        let mut passed = octets.to_vec();
        sky.faults.pass(&mut passed);
        self.queued_octets += len + Route::DATAGRAM_OCTETS;
        let number = self.next_number;
        self.next_number += 1;
        if self.is_kept() {
            self.unkept.insert(number, false);
        }
        self.flight.push_back(Flying {
            number,
            signal: Signal {
                from: arrives,
                until: out + self.route.light_time,
                channel,
                fate: Fate::Delivered,
            },
            spoiled: passed != octets,
            octets: passed,
            offered_octets: len,
            sky: index,
        });
        None
    }

    /// The pass at that time and whether there is one, or if there are no passes at all.
    fn sky_at(&self, at: Instant) -> (usize, bool) {
        let windows = &self.route.windows;
        let outside = windows.len();
        let begun = windows.partition_point(|window| window.open <= at);
        match begun.checked_sub(1) {
            Some(index) if at < windows[index].close => (index, true),
            _ => (outside, windows.is_empty()),
        }
    }

    /// What was offered last, if it is on its way.
    pub(super) fn newest(&self) -> Option<Signal> {
        self.flight.back().map(|flying| flying.signal)
    }

    pub(super) fn mark_newest(&mut self, fate: Fate) {
        let kept = self.is_kept();
        if let Some(flying) = self.flight.back_mut() {
            flying.signal.fate = fate;
            if kept {
                self.unkept.entry(flying.number).or_insert(true);
            }
        }
    }

    /// Spoils what is at the receiver together with another signal; true if there is any.
    pub(super) fn interfere(&mut self, other: &Signal) -> bool {
        let first = self
            .flight
            .partition_point(|flying| flying.signal.until <= other.from);
        let mut any = false;
        let kept = self.is_kept();
        for flying in self.flight.range_mut(first..) {
            let signal = &mut flying.signal;
            if signal.from >= other.until {
                break;
            }
            if signal.channel == other.channel {
                signal.fate = Fate::Interfered;
                any = true;
                if kept {
                    self.unkept.entry(flying.number).or_insert(true);
                }
            }
        }
        any
    }

    /// When the next one arrives.
    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.flight.front().map(|flying| flying.signal.until)
    }

    /// The next one arrives; its octets, if they can be read.
    pub(super) fn arrive(&mut self) -> Option<Vec<u8>> {
        let flying = self.flight.pop_front()?;
        if self.is_kept() {
            self.unkept.entry(flying.number).or_insert(true);
        }
        self.queued_octets -= flying.offered_octets + Route::DATAGRAM_OCTETS;
        let tally = &mut self.skies[flying.sky].tally;
        tally.add(flying.signal.fate, flying.offered_octets);
        if flying.signal.fate != Fate::Delivered {
            return None;
        }
        if flying.spoiled {
            tally.spoiled.add(flying.offered_octets);
        }
        Some(flying.octets)
    }

    /// Gives up what is on its way and not kept.
    pub(super) fn abandon(&mut self) {
        if self.is_kept() {
            return;
        }
        for flying in self.flight.drain(..) {
            let tally = &mut self.skies[flying.sky].tally;
            tally.add(Fate::Abandoned, flying.offered_octets);
        }
        self.queued_octets = 0;
    }

    pub(super) fn in_flight_octets(&self) -> u64 {
        self.queued_octets - Route::DATAGRAM_OCTETS * self.flight.len() as u64
    }

    pub(super) fn tally(&self, window: usize) -> &Tally {
        &self.skies[window].tally
    }

    /// True for the first overflow that is told.
    pub(super) const fn first_overflow(&mut self) -> bool {
        !std::mem::replace(&mut self.overflow_told, true)
    }

    pub(super) const fn forgive_overflow(&mut self) {
        self.overflow_told = false;
    }

    pub(super) fn tallies(&self) -> impl Iterator<Item = (&str, Option<&str>, &Tally)> {
        let passes = self
            .route
            .windows
            .iter()
            .map(|window| Some(window.pass.as_str()));
        passes
            .chain([None])
            .zip(&self.skies)
            .map(|(pass, sky)| (self.name.as_str(), pass, &sky.tally))
    }
}
