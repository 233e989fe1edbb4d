//! The world: true time, two ends, two paths, and a queue of what will happen.
//!
//! One loop: take the next moment at which anything happens, let it happen, then serve both ends until neither has anything more to do at
//! that moment. An end is served as the contract of [`Endpoint`](magpie_link::endpoint::Endpoint) asks: timers, physical layer, frames out at
//! the pace of the channel, units in, events and deliveries out. What an end does takes no time; what the channel does takes air time and
//! light time.

mod air;
mod excuse;
mod service;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use magpie_link::mac::{LocalDirective, Mode, State};

use super::channel::{Path, Signal};
use super::end::End;
use super::ledger::{Delivered, ExcuseKind, Ledger};
use super::port;
use super::setup::{Action, Duplexing, NoMoreData, Setup};
use super::trace::{Entry, Loss, Side, Trace, What};
use super::{Outcome, SessionRun};

/// Rounds of service at one moment after which the world takes an end for wedged.
const MOST_ROUNDS: u32 = 2_000;

/// Something that will happen.
#[derive(Debug)]
enum Coming {
    /// A frame, or what is left of it, reaches this end.
    Arrival(Arrival),
    /// What is on the air changes at the antenna of this end.
    Signal(Side, Signal),
    /// A cut begins or ends at this end.
    Cut(Side, bool),
    /// The controller of this end acts.
    Action(Side, Action),
    /// The controller of this end starts a session.
    Start(Side),
    /// A moment at which both ends are served.
    Nothing,
}

/// What is left of a frame on its way.
#[derive(Debug)]
enum Cargo {
    /// The channel lost it.
    Nothing,
    Frame(Vec<u8>),
    Pltu(Vec<u8>),
}

/// A frame on its way.
#[derive(Debug)]
struct Arrival {
    to: Side,
    frame: u64,
    sent_us: u64,
    /// When its first bit comes.
    begins_us: u64,
    cargo: Cargo,
    flipped: bool,
    /// A second copy, or a late one: its first bit is not where the signal says.
    strayed: bool,
}

#[derive(Debug)]
struct Scheduled {
    at: u64,
    order: u64,
    coming: Coming,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// Two endpoints and the space between them.
pub struct World {
    setup: Setup,
    now: u64,
    ends: [End; 2],
    paths: [Path; 2],
    coming: BinaryHeap<Reverse<Scheduled>>,
    order: u64,
    frames: u64,
    /// Frames whose end never left the transmitter.
    cut_short: HashSet<u64>,
    ledger: Ledger,
    trace: Option<Trace>,
    /// The delivery that a tampered user has not seen yet.
    withheld: Option<Delivered>,
    buf: Vec<u8>,
    pltu: Vec<u8>,
    delivery_buf: Vec<u8>,
    expected: Vec<u8>,
    wedged: bool,
    /// How often the world has come back to this moment.
    rounds: u32,
}

impl World {
    /// A world before its first moment. The error says which end could not be built, and why.
    pub fn new(setup: &Setup) -> Result<Self, String> {
        let end = |side: Side| {
            End::new(side, setup.end(side), setup.seed).map_err(|why| format!("{side}: {why}"))
        };
        let [from_caller, from_responder] = &setup.channels;
        let mut world = Self {
            now: 0,
            ends: [end(Side::Caller)?, end(Side::Responder)?],
            paths: [
                Path::new(from_caller, setup.seed, Side::Caller),
                Path::new(from_responder, setup.seed, Side::Responder),
            ],
            coming: BinaryHeap::new(),
            order: 0,
            frames: 0,
            cut_short: HashSet::new(),
            ledger: Ledger::default(),
            trace: setup.keep_trace.then(Trace::default),
            withheld: None,
            buf: vec![0; 2_048],
            pltu: Vec::new(),
            delivery_buf: Vec::new(),
            expected: Vec::new(),
            wedged: false,
            rounds: 0,
            setup: setup.clone(),
        };
        world.plan();
        Ok(world)
    }

    /// Everything that the setup fixes in time.
    fn plan(&mut self) {
        for side in Side::BOTH {
            let end = self.setup.end(side).clone();
            self.schedule(end.start_us, Coming::Start(side));
            for timed in end.actions {
                self.schedule(timed.at_us, Coming::Action(side, timed.action));
            }
            if let NoMoreData::At(at) = end.no_more_data {
                // Only so that something happens then; the rule itself is looked at whenever this end is served.
                self.schedule(at, Coming::Nothing);
            }
            let channel = &self.setup.channels[side.other().index()];
            for cut in channel.cuts.clone() {
                self.schedule(cut.from_us, Coming::Cut(side, true));
                self.schedule(cut.until_us, Coming::Cut(side, false));
            }
        }
    }

    /// Plays until nothing more happens, or the time is over.
    pub fn run(mut self) -> SessionRun {
        let outcome = loop {
            let Some(next) = self.next_time() else {
                break self.at_rest();
            };
            if next > self.setup.max_us {
                break if self.rests() {
                    self.at_rest()
                } else {
                    Outcome::TimeOver
                };
            }
            self.rounds = if next > self.now { 0 } else { self.rounds + 1 };
            self.now = self.now.max(next);
            self.happen();
            for side in Side::BOTH {
                self.serve(side);
            }
            if self.wedged || self.rounds > MOST_ROUNDS {
                break Outcome::Wedged;
            }
        };
        self.finish(outcome)
    }

    /// The next moment at which anything happens.
    fn next_time(&self) -> Option<u64> {
        let coming = self.coming.peek().map(|Reverse(scheduled)| scheduled.at);
        let [caller, responder] = &self.ends;
        [
            coming,
            caller.next_time(self.now),
            responder.next_time(self.now),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn schedule(&mut self, at: u64, coming: Coming) {
        self.order += 1;
        self.coming.push(Reverse(Scheduled {
            at,
            order: self.order,
            coming,
        }));
    }

    /// Lets everything scheduled for now happen.
    fn happen(&mut self) {
        while self
            .coming
            .peek()
            .is_some_and(|Reverse(scheduled)| scheduled.at <= self.now)
        {
            let Some(Reverse(scheduled)) = self.coming.pop() else {
                return;
            };
            match scheduled.coming {
                Coming::Arrival(arrival) => self.arrive(&arrival),
                Coming::Signal(to, signal) => self.hear(to, signal),
                Coming::Cut(to, begins) => self.cut(to, begins),
                Coming::Action(side, action) => self.act(side, &action),
                Coming::Start(side) => self.start(side),
                Coming::Nothing => {}
            }
        }
    }

    /// Both ends wait for something that nobody plans: a timer may still run, but nothing comes of it.
    fn rests(&self) -> bool {
        let rests = |end: &End| {
            matches!(
                end.endpoint.status().state,
                State::S1Inactive | State::S2WaitingForHail | State::S72SimplexReceive
            )
        };
        self.coming.is_empty() && self.ends.iter().all(rests)
    }

    fn at_rest(&self) -> Outcome {
        let over = |end: &End| end.endpoint.status().state == State::S1Inactive;
        if self.ends.iter().all(over) {
            Outcome::Ended
        } else {
            Outcome::Quiet
        }
    }

    /// The last deliveries, the records of both processes, frames still on their way.
    fn finish(mut self, outcome: Outcome) -> SessionRun {
        for side in Side::BOTH {
            self.ends[side.index()].next_read = 0;
            self.deliver(side);
            let record = self.ends[side.index()].record();
            self.ledger.incarnations.push(record);
        }
        while let Some(Reverse(scheduled)) = self.coming.pop() {
            if let Coming::Arrival(arrival) = scheduled.coming {
                self.ledger.channels[arrival.to.other().index()].in_flight += 1;
            }
        }
        SessionRun {
            outcome,
            end_us: self.now,
            ledger: self.ledger,
            trace: self.trace,
        }
    }

    fn note(&mut self, end: Side, what: impl FnOnce() -> What) {
        if let Some(trace) = &mut self.trace {
            trace.entries.push(Entry {
                at_us: self.now,
                end,
                what: what(),
            });
        }
    }

    fn violation(&mut self, what: String) {
        self.ledger.violations.push(what);
    }

    fn lose(&mut self, arrival: &Arrival, why: Loss) {
        let from = arrival.to.other();
        self.ledger.channels[from.index()].lost[why as usize] += 1;
        self.note(arrival.to, || What::Lost {
            frame: arrival.frame,
            sent_us: arrival.sent_us,
            why,
        });
    }

    /// Tells an end to hail, to listen, or to start in simplex.
    fn start(&mut self, side: Side) {
        if self.ends[side.index()].endpoint.status().state != State::S1Inactive {
            return;
        }
        let duplex = self.setup.duplexing.of(side);
        let mode = match (self.setup.duplexing, side) {
            (Duplexing::Simplex, _) => Mode::Active,
            (_, Side::Caller) => Mode::ConnectingT,
            (_, Side::Responder) => Mode::ConnectingL,
        };
        self.direct(side, LocalDirective::SetDuplex(duplex));
        self.direct(side, LocalDirective::SetMode(mode));
    }

    /// The controller acts.
    fn act(&mut self, side: Side, action: &Action) {
        match action {
            Action::Directive(directive) => self.direct(side, *directive),
            Action::Restart => self.restart(side),
            other => {
                let end = &mut self.ends[side.index()];
                let local = end.local(self.now);
                let refused = port::perform(&mut end.endpoint, local, other).err();
                if let Action::ResetCopP(pcid) = *other {
                    // Counted as lost, but not with the session.
                    self.ends[side.index()].take_unacknowledged();
                    self.excuse(side, pcid, ExcuseKind::Reset);
                }
                self.note(side, || What::Directive {
                    name: format!("{other:?}"),
                    refused,
                });
            }
        }
    }

    fn direct(&mut self, side: Side, directive: LocalDirective) {
        let end = &mut self.ends[side.index()];
        let local = end.local(self.now);
        let refused = end.endpoint.handle_directive(local, directive).err();
        match refused {
            None => self.ledger.directives_taken += 1,
            Some(_) => self.ledger.directives_refused += 1,
        }
        self.note(side, || What::Directive {
            name: name_of(directive),
            refused: refused.map(|why| why.to_string()),
        });
    }

    fn restart(&mut self, side: Side) {
        self.deliver(side);
        match self.ends[side.index()].restart() {
            Ok(record) => self.ledger.incarnations.push(record),
            Err(why) => self.violation(why),
        }
        let now = self.now;
        self.ends[side.index()].resume_loads(now);
        self.excuse_all(ExcuseKind::Restarted);
        self.note(side, || What::Restarted);
        let at = self.now + self.ends[side.index()].setup.again_after_us;
        self.schedule(at, Coming::Start(side));
    }
}

/// A directive in the words of the book.
fn name_of(directive: LocalDirective) -> String {
    match directive {
        LocalDirective::SetMode(mode) => format!("SET MODE {mode:?}"),
        LocalDirective::SetDuplex(duplex) => format!("SET DUPLEX {duplex:?}"),
        LocalDirective::LocalNoMoreData => String::from("LOCAL NO MORE DATA"),
        LocalDirective::SetInitializeMode => String::from("SET INITIALIZE MODE"),
        other => format!("{other:?}"),
    }
}
