//! One end of the world: a real endpoint with its radio's two halves, its clock, its user and its controller.

use magpie_link::clock::Instant;
use magpie_link::endpoint::{Endpoint, SubmitError};
use magpie_link::mac::{PhyStatus, State};

use super::channel::{Receiver, Signal};
use super::ledger::{Incarnation, Label, Tally};
use super::port;
use super::setup::{EndSetup, Load};
use super::trace::Side;
use super::unit::{self, UnitId};
use crate::random::{Purpose, Stream};

/// An end and all that belongs to it.
pub(super) struct End {
    pub(super) side: Side,
    pub(super) setup: EndSetup,
    pub(super) endpoint: Endpoint<Vec<u8>>,
    pub(super) receiver: Receiver,
    /// What the endpoint was last told of its receiver.
    pub(super) reported: PhyStatus,
    /// What it radiates.
    pub(super) signal: Signal,
    /// When the last bit of the frame on the air has left.
    pub(super) free_at: u64,
    /// The frame on the air.
    pub(super) on_air: Option<u64>,
    pub(super) loads: Vec<LoadState>,
    pub(super) next_read: u64,
    /// Something may wait to be fetched.
    pub(super) unread: bool,
    /// LOCAL NO MORE DATA was taken in this session.
    pub(super) told_no_more: bool,
    /// The state in which it was last refused.
    pub(super) refused_in: Option<State>,
    /// How often the controller will start again.
    pub(super) again: u32,
    pub(super) tally: Tally,
    /// State by the rows reported.
    pub(super) state: State,
    pub(super) deliveries: u32,
    /// Sequence-controlled frames lost with earlier sessions.
    unacknowledged: u64,
    /// No session has been established since it was in S1.
    pub(super) fresh: bool,
}

/// How far a load has come.
#[derive(Debug)]
pub(super) struct LoadState {
    pub(super) load: Load,
    pub(super) next_at: u64,
    /// Number of the next unit.
    pub(super) number: u32,
    /// The next unit, made and perhaps refused already.
    unit: Vec<u8>,
    /// Lengths of the units so far.
    pub(super) lengths: Vec<u32>,
    sizes: Stream,
}

/// What came of an attempt to submit.
pub(super) enum Attempt {
    /// Nothing is due, or there is no room.
    Nothing,
    /// The endpoint took it.
    Taken(UnitId, Label),
    /// The endpoint will never take it.
    Refused(SubmitError),
}

impl End {
    pub(super) fn new(side: Side, setup: &EndSetup, seed: u64) -> Result<Self, String> {
        let loads = setup
            .loads
            .iter()
            .enumerate()
            .map(|(i, load)| LoadState::new(*load, side, i, seed))
            .collect();
        Ok(Self {
            side,
            endpoint: new_endpoint(setup)?,
            receiver: Receiver {
                acquisition_us: [setup.carrier_acquisition_us, setup.symbol_acquisition_us],
                ..Receiver::default()
            },
            setup: setup.clone(),
            reported: PhyStatus::default(),
            signal: Signal::default(),
            free_at: 0,
            on_air: None,
            loads,
            next_read: 0,
            unread: false,
            told_no_more: false,
            refused_in: None,
            again: setup.again,
            tally: Tally::default(),
            state: State::S1Inactive,
            deliveries: 0,
            fresh: true,
            unacknowledged: 0,
        })
    }

    /// What its clock shows at this true time.
    pub(super) fn local(&self, true_us: u64) -> Instant {
        let drift = i128::from(true_us) * i128::from(self.setup.clock_ppm) / 1_000_000;
        let shown = i128::from(true_us) + drift + i128::from(self.setup.clock_offset_us);
        Instant::from_micros(u64::try_from(shown).unwrap_or(0))
    }

    /// The true time at which its clock shows this, or later.
    fn true_time(&self, local: Instant) -> u64 {
        let since = local.as_micros().saturating_sub(self.setup.clock_offset_us);
        let rate = i128::from(1_000_000 + self.setup.clock_ppm).max(1);
        let guess = i128::from(since) * 1_000_000 / rate;
        let mut guess = u64::try_from(guess).unwrap_or(u64::MAX).saturating_sub(2);
        while self.local(guess) < local && guess < u64::MAX {
            guess += 1;
        }
        guess
    }

    /// When this end has something to do by itself.
    pub(super) fn next_time(&self, now: u64) -> Option<u64> {
        let timeout = self.endpoint.poll_timeout().map(|at| self.true_time(at));
        // What is due already waits for the transmitter.
        let sending = self.on_air.is_some() && self.free_at > now;
        let timeout = timeout.filter(|&at| at > now || !sending);
        let free = self.on_air.map(|_| self.free_at);
        let load = self
            .loads
            .iter()
            .filter(|load| !load.is_done() && load.next_at > now && load.next_at < u64::MAX)
            .map(|load| load.next_at)
            .min();
        let read = self.unread.then_some(self.next_read);
        [timeout, free, load, read, self.receiver.next_change(now)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether every load has been taken.
    pub(super) fn all_submitted(&self) -> bool {
        self.loads.iter().all(LoadState::is_done)
    }

    /// Tries to submit the next unit of a load.
    pub(super) fn submit(&mut self, now: u64, index: usize) -> Attempt {
        let local = self.local(now);
        let Some(state) = self.loads.get_mut(index) else {
            return Attempt::Nothing;
        };
        if state.is_done() || state.next_at > now {
            return Attempt::Nothing;
        }
        let id = UnitId {
            load: index as u8,
            number: state.number,
        };
        state.prepare(self.side, id);
        let load = state.load;
        let octets = state.unit.len();
        match port::submit(&mut self.endpoint, local, &load, &state.unit) {
            Ok(()) => {
                state.advance(now);
                self.tally.submitted += 1;
                self.tally.submitted_octets += octets as u64;
                let label = Label {
                    qos: load.qos,
                    port: load.port,
                    pcid: load.pcid.unwrap_or(self.setup.mib.local_pcid),
                    kind: load.kind,
                    octets,
                };
                Attempt::Taken(id, label)
            }
            Err(SubmitError::QueueFull { .. }) => {
                self.tally.held_back += 1;
                Attempt::Nothing
            }
            Err(SubmitError::NoMoreData) => {
                // The session will not take it; another one may.
                self.tally.refused += 1;
                state.next_at = u64::MAX;
                Attempt::Nothing
            }
            Err(why) => {
                self.tally.refused += 1;
                state.give_up();
                Attempt::Refused(why)
            }
        }
    }

    /// Sequence-controlled frames that the session which has just ended took with it.
    pub(super) fn take_unacknowledged(&mut self) -> u64 {
        let all = self.endpoint.stats().frames_unacknowledged_at_end;
        all - std::mem::replace(&mut self.unacknowledged, all)
    }

    /// Loads that LOCAL NO MORE DATA has stopped go on in a new session.
    pub(super) fn resume_loads(&mut self, now: u64) {
        for load in &mut self.loads {
            if load.next_at == u64::MAX {
                load.next_at = now;
            }
        }
    }

    /// A new process; gives the record of the old one.
    pub(super) fn restart(&mut self) -> Result<Incarnation, String> {
        let record = self.record();
        self.endpoint = new_endpoint(&self.setup)?;
        self.tally = Tally::default();
        self.state = State::S1Inactive;
        self.told_no_more = false;
        self.refused_in = None;
        self.reported = PhyStatus::default();
        self.unread = false;
        self.fresh = true;
        self.unacknowledged = 0;
        Ok(record)
    }

    /// The record of the process that runs.
    pub(super) fn record(&self) -> Incarnation {
        Incarnation {
            end: self.side,
            stats: *self.endpoint.stats(),
            tally: self.tally,
            state: self.endpoint.status().state,
            has_data_to_send: self.endpoint.has_data_to_send(),
            all_acknowledged: self.endpoint.all_acknowledged(),
            next_timeout_us: self.endpoint.poll_timeout().map(Instant::as_micros),
            events_dropped: self.endpoint.events_dropped(),
        }
    }

    /// Length of a unit that it has submitted.
    pub(super) fn length_of(&self, id: UnitId) -> Option<usize> {
        let load = self.loads.get(usize::from(id.load))?;
        let len = load.lengths.get(usize::try_from(id.number).ok()?)?;
        (id.number < load.number).then_some(*len as usize)
    }
}

fn new_endpoint(setup: &EndSetup) -> Result<Endpoint<Vec<u8>>, String> {
    let mib = setup.mib.build().map_err(|error| error.to_string())?;
    Endpoint::new(mib, port::memory(setup)).map_err(|error| error.to_string())
}

impl LoadState {
    fn new(load: Load, side: Side, index: usize, seed: u64) -> Self {
        let name = format!("session, {side}, sizes of load {index}");
        Self {
            load,
            next_at: load.from_us,
            number: 0,
            unit: Vec::new(),
            lengths: Vec::new(),
            sizes: Stream::new(seed, &name, Purpose::Circumstances),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.number >= self.load.count
    }

    fn prepare(&mut self, side: Side, id: UnitId) {
        if !self.unit.is_empty() {
            return;
        }
        let [from, to] = self.load.octets;
        let octets = self.sizes.between(from as f64, to as f64 + 1.0) as usize;
        unit::make(side, id, self.load.kind, octets.min(to), &mut self.unit);
        self.lengths.push(self.unit.len() as u32);
    }

    fn advance(&mut self, now: u64) {
        self.number += 1;
        self.unit.clear();
        self.next_at = now + self.load.interval_us;
    }

    fn give_up(&mut self) {
        self.load.count = self.number;
    }
}
