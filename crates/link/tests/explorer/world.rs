//! Two endpoints and the channel between them as one value, and everything that can happen to it.

use std::collections::VecDeque;
use std::fmt;
use std::hash::Hasher;

use magpie_link::clock::{Duration, Instant};
use magpie_link::communication::CommunicationValues;
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus, State};
use magpie_link::mib::{CommChangeResponse, MibBuilder};
use magpie_wire::id::{PortId, Scid};
use magpie_wire::v3::{Qos, V3Frame};

use super::digest::Digest;

/// The step of time: a frame goes out each way in one.
pub(crate) const UNIT: Duration = Duration::from_secs(1);
const FRAME_LEN: u16 = 64;

/// Memory of the endpoints. Its content follows from the numbers, so it tells no states apart.
#[derive(Clone, Default)]
pub(crate) struct Octets(Vec<u8>);

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("octets")
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsMut<[u8]> for Octets {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

/// What can go wrong, and how often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Faults {
    pub(crate) losses: u8,
    pub(crate) duplicates: u8,
    /// Frames overtaken by the next one.
    pub(crate) overtaken: u8,
    /// Steps of time that pass while frames are under way.
    pub(crate) delays: u8,
    pub(crate) cuts: u8,
    /// LOCAL `COMM_CHANGE` at the caller, at the responder.
    pub(crate) changes: [u8; 2],
}

#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) name: &'static str,
    pub(crate) duplex: Duplex,
    /// Sequence-controlled units that the caller and the responder have.
    pub(crate) units: [u8; 2],
    /// Frames a step of time, and frames under way, each way.
    pub(crate) channel: usize,
    pub(crate) faults: Faults,
    /// Carrier and lock are told as they are, and frames need equal rates; else both count as there from the first frame on.
    pub(crate) radio: bool,
    /// LOCAL NO MORE DATA is given at any time, else at the start.
    pub(crate) ends_late: bool,
    pub(crate) mib: fn(MibBuilder) -> MibBuilder,
    /// A doctored channel: which frame of the sender it swallows.
    pub(crate) swallows: fn(&World, usize, &[u8]) -> bool,
}

/// One thing that happens. Ends are 0 (caller) and 1 (responder).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Start,
    /// The first frame that this end sent arrives.
    Deliver(usize),
    Lose(usize),
    /// It arrives and stays under way.
    Duplicate(usize),
    /// The second one arrives before it.
    Overtake(usize),
    /// Time passes until something is due; this end sees it first.
    Tick(usize),
    NoMoreData(usize),
    CommChange(usize),
    Cut,
    Mend,
    /// All that is under way arrives, then a tick of both.
    Healed,
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) ends: [Endpoint<Octets>; 2],
    now: Instant,
    /// Frames under way, by sender.
    under_way: [VecDeque<Vec<u8>>; 2],
    /// Frames sent in this step of time, by sender.
    sent: [usize; 2],
    pub(crate) left: Faults,
    cut: bool,
    no_more_data: [bool; 2],
    /// Units delivered, by receiver.
    pub(crate) delivered: [u8; 2],
    pub(crate) ended: [Option<EndOfSession>; 2],
    /// Datagrams: a first one has come, by receiver.
    heard: [bool; 2],
    /// RNMD frames that came out of each end, for doctored channels.
    pub(crate) rnmds: [u8; 2],
}

fn mib(setup: &Setup, end: usize) -> MibBuilder {
    let units = |n: u64| Duration::from_micros(UNIT.as_micros() * n);
    let scids = [0x11, 0x22].map(|n| Scid::new(n).expect("10 bits"));
    (setup.mib)(MibBuilder {
        maximum_frame_length: FRAME_LEN,
        maximum_packet_size: 100,
        carrier_only_duration: units(if setup.duplex == Duplex::Half { 2 } else { 1 }),
        acquisition_idle_duration: units(1),
        tail_idle_duration: units(1),
        carrier_loss_timer_duration: units(3),
        drop_carrier_duration: units(2),
        hail_wait_duration: units(4),
        hail_lifetime: units(60),
        persistence_wait_time: units(2),
        comm_change_waiting_period: units(6),
        comm_change_lifetime: units(20),
        comm_change_response: if setup.radio {
            CommChangeResponse::SymbolLockDrop
        } else {
            CommChangeResponse::ValidFrame
        },
        send_duration: units(2),
        receive_duration: units(8),
        maximum_failed_token_passes: 2,
        plcw_repeat_interval: units(2),
        transmission_window: 2,
        synch_timeout: units(8),
        resync_waiting_period: units(2),
        resync_lifetime: Duration::ZERO,
        termination_lifetime: match setup.duplex {
            Duplex::Half => units(60),
            _ => units(10),
        },
        ..MibBuilder::new(scids[end], scids[1 - end])
    })
}

fn end(setup: &Setup, end: usize) -> Endpoint<Octets> {
    let octets = |n| Octets(vec![0; n]);
    let channel = ChannelMemory {
        expedited: Octets::default(),
        sequence_controlled: octets(64),
        sent: octets(300),
    };
    let memory = Memory {
        delivery: octets(2_100),
        ..Memory::of_pcid_0(channel)
    };
    let mib = mib(setup, end).build().expect("good values");
    let mut endpoint = Endpoint::new(mib, memory).expect("enough memory");
    let mode = [Mode::ConnectingT, Mode::ConnectingL][end];
    for directive in [
        LocalDirective::SetDuplex(setup.duplex),
        LocalDirective::SetMode(mode),
    ] {
        endpoint
            .handle_directive(Instant::ZERO, directive)
            .expect("in S1");
    }
    for unit in 0..setup.units[end] {
        let content = [0xA0 + u8::try_from(end).expect("0 or 1"), unit];
        endpoint
            .submit_octets(
                Instant::ZERO,
                PortId::ZERO,
                Qos::SequenceControlled,
                &content,
            )
            .expect("room");
    }
    if !setup.ends_late {
        endpoint
            .handle_directive(Instant::ZERO, LocalDirective::LocalNoMoreData)
            .expect("in a session");
    }
    endpoint
}

impl World {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            ends: [end(setup, 0), end(setup, 1)],
            now: Instant::ZERO,
            under_way: Default::default(),
            sent: [0; 2],
            left: setup.faults,
            cut: false,
            no_more_data: [!setup.ends_late; 2],
            delivered: [0; 2],
            ended: [None; 2],
            heard: [false; 2],
            rnmds: [0; 2],
        }
    }

    pub(crate) fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        for end in &self.ends {
            digest.add(end, self.now);
        }
        for frame in self.under_way.iter().flat_map(|frames| {
            frames
                .iter()
                .map(Vec::as_slice)
                .chain([&[][..]])
        }) {
            // The number of an expedited frame decides nothing.
            let number = frame.get(4).filter(|_| frame[0] & 0x20 == 0);
            digest.write(&[frame.len() as u8, number.copied().unwrap_or(0)]);
            digest.write(frame.get(5..).unwrap_or_default());
        }
        let rest = (
            self.sent,
            self.left,
            self.cut,
            self.no_more_data,
            self.delivered,
            self.ended,
            self.heard,
            self.rnmds,
        );
        digest.add(&rest, self.now);
        digest.finish()
    }

    pub(crate) fn state(&self, end: usize) -> State {
        self.ends[end].status().state
    }

    /// Both ends rest, and nothing is under way.
    pub(crate) fn is_over(&self) -> bool {
        let rests = |end| matches!(self.state(end), State::S1Inactive | State::S2WaitingForHail);
        rests(0) && rests(1) && self.under_way.iter().all(VecDeque::is_empty)
    }

    /// Everything that could happen now, whether or not it can.
    pub(crate) fn actions() -> impl Iterator<Item = Action> {
        let both = [
            Action::Deliver as fn(usize) -> Action,
            Action::Lose,
            Action::Duplicate,
            Action::Overtake,
            Action::Tick,
            Action::NoMoreData,
            Action::CommChange,
        ];
        both.into_iter()
            .flat_map(|action| [action(0), action(1)])
            .chain([Action::Cut, Action::Mend])
    }

    /// The state after it; `None` if it cannot happen now, an error if a promise is broken.
    pub(crate) fn after(&self, setup: &Setup, action: Action) -> Option<Result<Self, String>> {
        self.is_possible(action, setup).then(|| {
            let mut world = self.clone();
            world.happen(setup, action)?;
            Ok(world)
        })
    }

    fn is_possible(&self, action: Action, setup: &Setup) -> bool {
        let left = &self.left;
        match action {
            Action::Start => false,
            Action::Deliver(from) => !self.under_way[from].is_empty(),
            Action::Lose(from) => left.losses > 0 && !self.cut && !self.under_way[from].is_empty(),
            Action::Duplicate(from) => {
                left.duplicates > 0 && !self.cut && !self.under_way[from].is_empty()
            }
            Action::Overtake(from) => {
                left.overtaken > 0 && !self.cut && self.under_way[from].len() > 1
            }
            Action::Tick(end) => {
                let nothing_under_way = self.under_way.iter().all(VecDeque::is_empty);
                (nothing_under_way || left.delays > 0) && self.is_next(setup, end)
            }
            Action::NoMoreData(end) => {
                !self.no_more_data[end] && self.state(end) != State::S1Inactive
            }
            Action::CommChange(end) => left.changes[end] > 0,
            Action::Cut => left.cuts > 0 && !self.cut,
            Action::Mend => self.cut,
            Action::Healed => true,
        }
    }

    /// When time stops next: something is due, or an end may send again.
    fn next_instant(&self, setup: &Setup) -> Option<Instant> {
        let slot = (0..2)
            .any(|end| self.sent[end] >= setup.channel)
            .then(|| self.now + UNIT);
        let due = self.ends.iter().filter_map(Endpoint::poll_timeout);
        due.chain(slot).min().map(|at| at.max(self.now))
    }

    fn is_next(&self, setup: &Setup, end: usize) -> bool {
        let due = self.ends[end].poll_timeout().map(|at| at.max(self.now));
        let slot = self.sent[end] >= setup.channel;
        self.next_instant(setup)
            .is_some_and(|at| due == Some(at) || slot && at == self.now + UNIT)
    }

    fn happen(&mut self, setup: &Setup, action: Action) -> Result<(), String> {
        match action {
            Action::Start => {}
            Action::Deliver(from) => {
                let frame = self.under_way[from].pop_front();
                self.arrive(setup, from, frame)?;
            }
            Action::Lose(from) => {
                self.left.losses -= 1;
                self.under_way[from].pop_front();
                self.settle(setup, from)?;
            }
            Action::Duplicate(from) => {
                self.left.duplicates -= 1;
                let frame = self.under_way[from].front().cloned();
                self.arrive(setup, from, frame)?;
            }
            Action::Overtake(from) => {
                self.left.overtaken -= 1;
                let frame = self.under_way[from].remove(1);
                self.arrive(setup, from, frame)?;
            }
            Action::Tick(end) => {
                if !self.under_way.iter().all(VecDeque::is_empty) && self.left.delays < u8::MAX {
                    self.left.delays -= 1;
                }
                self.tick(setup, end)?;
            }
            Action::NoMoreData(end) => {
                self.no_more_data[end] = true;
                self.directive(LocalDirective::LocalNoMoreData, end);
                self.settle(setup, end)?;
            }
            Action::CommChange(end) => {
                self.left.changes[end] -= 1;
                let rate = 8_000 << (2 * self.left.changes[end]) << (4 * end);
                let values = CommunicationValues::uncoded(rate).expect("in a table");
                self.directive(LocalDirective::LoadCommunicationValueBuffer(values), end);
                self.directive(LocalDirective::LocalCommChange, end);
                self.settle(setup, end)?;
            }
            Action::Cut => {
                self.left.cuts -= 1;
                self.cut = true;
                self.under_way = Default::default();
                self.settle(setup, 0)?;
                self.settle(setup, 1)?;
            }
            Action::Mend => {
                self.cut = false;
                self.tell_phy(setup);
            }
            Action::Healed => self.heal(setup)?,
        }
        self.judge(setup)
    }

    /// One step of a perfect channel: what is under way arrives, then time passes at both ends.
    fn heal(&mut self, setup: &Setup) -> Result<(), String> {
        if self.cut {
            return self.happen(setup, Action::Mend);
        }
        for end in 0..2 {
            if self.is_possible(Action::NoMoreData(end), setup) {
                return self.happen(setup, Action::NoMoreData(end));
            }
        }
        let mut frames = 0;
        while let Some(from) = (0..2).find(|&from| !self.under_way[from].is_empty()) {
            self.happen(setup, Action::Deliver(from))?;
            frames += 1;
            if frames > 4 * setup.channel + 8 {
                return Err("frames without end in no time".into());
            }
        }
        for end in 0..2 {
            if self.is_next(setup, end) {
                self.tick(setup, end)?;
                return Ok(());
            }
        }
        Ok(())
    }

    fn directive(&mut self, directive: LocalDirective, end: usize) {
        // A refusal is an answer too: the state does not have it.
        let _ = self.ends[end].handle_directive(self.now, directive);
    }

    fn tick(&mut self, setup: &Setup, end: usize) -> Result<(), String> {
        let Some(at) = self.next_instant(setup) else {
            return Ok(());
        };
        if at > self.now {
            self.sent = [0; 2];
        }
        self.now = at;
        self.ends[end].handle_timeout(at);
        if self.ends[end].poll_timeout().is_some_and(|due| due < at) {
            return Err("a timer stays due".into());
        }
        // Both may send again; that one's timers are due as well matters only if it does.
        self.settle(setup, end)?;
        if self.ends[1 - end].poll_timeout().is_none_or(|due| due > at) {
            self.settle(setup, 1 - end)?;
        }
        Ok(())
    }

    fn arrive(&mut self, setup: &Setup, from: usize, frame: Option<Vec<u8>>) -> Result<(), String> {
        let to = 1 - from;
        if let Some(frame) = frame
            && !self.cut
            && self.tuned(setup, from)
        {
            if !setup.radio && self.ends[to].receives() {
                self.heard[to] = true;
                self.tell_phy(setup);
            }
            let _ = self.ends[to].handle_frame(self.now, &frame);
            self.take_deliveries(setup, to)?;
        }
        self.settle(setup, to)?;
        self.settle(setup, from)
    }

    fn take_deliveries(&mut self, setup: &Setup, to: usize) -> Result<(), String> {
        let mut buf = [0; 128];
        while let Some(delivery) = self.ends[to]
            .poll_delivery(&mut buf)
            .map_err(|_| "a unit too long")?
        {
            let next = [0xA1 - u8::try_from(to).expect("0 or 1"), self.delivered[to]];
            if delivery.octets != next || self.delivered[to] >= setup.units[1 - to] {
                return Err(format!("delivered {:02X?}, not {next:02X?}", delivery.octets));
            }
            self.delivered[to] += 1;
        }
        Ok(())
    }

    /// Whether the receiver hears at the rate that the transmitter sends at.
    fn tuned(&self, setup: &Setup, from: usize) -> bool {
        !setup.radio || self.ends[from].transmit_rate() == self.ends[1 - from].receive_rate()
    }

    fn tell_phy(&mut self, setup: &Setup) {
        for end in 0..2 {
            let silent = matches!(self.state(1 - end), State::S1Inactive | State::S2WaitingForHail | State::S80Reconnect);
            self.heard[end] &= !silent && !self.cut;
            let other = self.ends[1 - end].status();
            let carrier = if setup.radio {
                other.transmit.is_on() && self.ends[end].receives() && !self.cut
            } else {
                self.heard[end]
            };
            let lock = carrier
                && (!setup.radio || other.modulation.is_on() && self.tuned(setup, 1 - end));
            let status = PhyStatus {
                carrier_acquired: carrier,
                symbol_inlock_status: lock,
            };
            self.ends[end].handle_phy_status(self.now, status);
            self.drain(end);
        }
    }

    fn drain(&mut self, end: usize) {
        while let Some(event) = self.ends[end].poll_event() {
            if let Event::EndOfSession(why) = event {
                self.ended[end] = Some(why);
            }
        }
    }

    /// The end sends what it has to send, as far as the channel takes it.
    fn settle(&mut self, setup: &Setup, end: usize) -> Result<(), String> {
        self.tell_phy(setup);
        let mut buf = [0; FRAME_LEN as usize];
        while self.sent[end] < setup.channel && self.under_way[end].len() < setup.channel {
            let Some(frame) = self.ends[end].poll_transmit(self.now, &mut buf) else {
                break;
            };
            let frame = frame.to_vec();
            let parsed = V3Frame::parse(&frame).map_err(|why| format!("sent {frame:02X?}: {why}"))?;
            parsed
                .check()
                .map_err(|why| format!("sent {frame:02X?}: {why}"))?;
            self.sent[end] += 1;
            if !(setup.swallows)(self, end, &frame) {
                self.under_way[end].push_back(frame.clone());
            }
            if is_rnmd(&frame) {
                self.rnmds[end] = (self.rnmds[end] + 1).min(2);
            }
            self.drain(end);
        }
        self.drain(end);
        self.tell_phy(setup);
        Ok(())
    }

    /// Safety besides the order of deliveries: who says that all is done is right.
    fn judge(&self, setup: &Setup) -> Result<(), String> {
        for end in 0..2 {
            let (mine, others) = (
                self.delivered[1 - end] == setup.units[end],
                self.delivered[end] == setup.units[1 - end],
            );
            let right = match self.ended[end] {
                Some(EndOfSession::NoMoreData) => mine && others,
                Some(EndOfSession::NoAnswer) => mine,
                _ => true,
            };
            if !right {
                return Err(format!(
                    "end {end} says {:?}, delivered {:?} of {:?}",
                    self.ended[end], self.delivered, setup.units
                ));
            }
        }
        Ok(())
    }
}

/// Whether a frame is a P-frame that says RNMD: SET CONTROL PARAMETERS with bit 11.
pub(crate) fn is_rnmd(frame: &[u8]) -> bool {
    frame[0] & 0x10 != 0
        && frame[5] & 0xF0 == 0
        && frame[6..].chunks(2).any(|word| word.len() == 2 && word[1] & 0x17 == 0x11)
}

/// Whether a frame is a P-frame that passes the token: SET CONTROL PARAMETERS with bit 12.
pub(crate) fn is_token(frame: &[u8]) -> bool {
    frame[0] & 0x10 != 0
        && frame[5] & 0xF0 == 0
        && frame[6..].chunks(2).any(|word| word.len() == 2 && word[1] & 0x0F == 0x09)
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.now)?;
        for end in 0..2 {
            let vars = self.ends[end].status();
            let fop = &self.ends[end].cop_p(magpie_wire::id::Pcid::Pcid0).fop;
            write!(
                f,
                "| {:?} x{} y{} {:?} nn {} vs {} got {} c{} l{} p{} ft{} {}",
                vars.state,
                vars.x as u8,
                vars.y as u8,
                fop.state(),
                fop.nn_r().get(),
                fop.v_s().get(),
                self.delivered[end],
                u8::from(vars.carrier_acquired),
                u8::from(vars.symbol_inlock_status),
                u8::from(vars.persistence),
                vars.failed_token_passes,
                self.ended[end].map_or_else(String::new, |why| format!("{why:?} "))
            )?;
            for frame in &self.under_way[end] {
                write!(f, "<{:02X?}> ", &frame[4..])?;
            }
        }
        Ok(())
    }
}
