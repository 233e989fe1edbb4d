//! The orbiter: it hears rovers, keeps what it heard, and sends it to Earth as often as it was told.
//!
//! Books: 211.0-B-6 and 211.2-B-3 for the proximity link, 132.0-B, 732.0-B or 732.1-B with 131.0-B for the Earth link. Ports: 0 the proximity radio,
//! one PLTU a datagram; 1 the Earth link, one transfer frame or one channel access data unit a datagram
//! ([`Coding`](super::settings::Coding)).
//!
//! In a pass with the mode `blind` the PLTU of every frame that the radio accepts becomes a record, in one with the mode `canister` everything that is
//! heard does. A record crosses the interface between transceiver and memory with a check; one that is spoiled there is kept and marked. When a pass is
//! over its records are due as a dump, sent `downlink.dumps` times while a station listens. Records are given up only when they have been sent so
//! often and there is no room for new ones; what finds no room is refused. Everything has a counter with a reason ([`Orbiter::metrics`](Node::metrics)),
//! and the books of each pass ([`Orbiter::books`]) balance.
//!
//! ```
//! use magpie_relay::node::orbiter::{DownlinkSettings, Orbiter, OrbiterSettings};
//! use magpie_relay::node::settings::{EarthLink, ProximitySettings};
//! use magpie_relay::node::State;
//! let radio = ProximitySettings::new(8_000);
//! let mut settings = OrbiterSettings::new(41, radio, EarthLink::new(41), DownlinkSettings::new(28_000));
//! assert!(Orbiter::new(settings.clone(), &State::new(), 1).is_ok());
//! settings.radio.pcid = 2;
//! assert_eq!(Orbiter::new(settings, &State::new(), 1).unwrap_err().to_string(), "radio.pcid: 2 is not 0 or 1");
//! ```
//!
//! Left out so far: sessions with custody (modes `hail` and `answer`), telecommands, a back end of the memory besides the node's kept state.

mod earth;
mod event;
mod figures;
mod interface;
mod memory;
mod record;
mod settings;
mod status;

pub use event::OrbiterEvent;
pub use interface::InterfaceFault;
pub use memory::STREAM;
pub use record::{Kind, RecordTag, TAG_LEN};
pub use settings::{DownlinkSettings, EarthWindow, OrbiterSettings};
pub use status::OrbiterStatus;

use alloc::collections::{BTreeMap, VecDeque};

use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::mac::{LocalDirective, Mode as LinkMode};
use magpie_wire::id::Scid;

use super::proximity::{MAX_PLTU, Proximity, frame_in};
use super::settings::{SettingError, schedule, scid};
use super::{Metric, Node, Port, State, StateChange, Transmit};
use crate::contact::{Amount, Books, Contact, Entry, Hop, Mode, Reason, Schedule, Service};
use earth::EarthSide;
use interface::Interface;
use memory::Memory;

/// The line to the rovers.
pub const PROXIMITY: Port = Port(0);
/// The line to the station.
pub const EARTH: Port = Port(1);

/// Events that wait to be told at most; older ones give way.
const EVENTS: usize = 256;
/// Passes whose books are kept.
const BOOKS: usize = 256;

/// A pass that is being flown.
#[derive(Debug)]
struct Flight {
    pass: Contact,
    /// None for a canister, which hears anything.
    link: Option<Proximity>,
    records: u64,
    full_told: bool,
}

/// The orbiter as a node.
#[derive(Debug)]
pub struct Orbiter {
    settings: OrbiterSettings,
    scid: Scid,
    rate: DataRate,
    schedule: Schedule,
    flight: Option<Flight>,
    interface: Interface,
    memory: Memory,
    earth: EarthSide,
    books: Books,
    housekeeping_at: Instant,
    now: Instant,
    stopped: bool,
    events: VecDeque<OrbiterEvent>,
    heard: u64,
    heard_octets: u64,
    recorded: u64,
    recorded_octets: u64,
    damaged: u64,
    refused_full: u64,
    /// Datagrams and octets that made no record, by reason.
    rejected: BTreeMap<&'static str, (u64, u64)>,
    events_dropped: u64,
}

impl Orbiter {
    /// An orbiter made anew from what it kept; `seed` is for the faults of a rehearsal.
    pub fn new(settings: OrbiterSettings, state: &State, seed: u64) -> Result<Self, SettingError> {
        settings.check()?;
        let earth = EarthSide::new(&settings, state)?;
        let mut memory = Memory::restore(settings.memory_octets, state);
        memory.release(earth.released());
        Ok(Self {
            scid: scid("scid", settings.scid)?,
            rate: settings.radio.rate()?,
            schedule: schedule(&settings.passes, settings.limits())?,
            flight: None,
            interface: Interface::new(settings.faults.clone(), seed),
            memory,
            earth,
            books: Books::restore(BOOKS, state).0,
            housekeeping_at: Instant::ZERO,
            now: Instant::ZERO,
            stopped: false,
            events: VecDeque::new(),
            heard: 0,
            heard_octets: 0,
            recorded: 0,
            recorded_octets: 0,
            damaged: 0,
            refused_full: 0,
            rejected: BTreeMap::new(),
            events_dropped: 0,
            settings,
        })
    }

    /// The accounts of its passes: what was heard, recorded, refused.
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// What it would say of itself now.
    pub fn status(&self) -> OrbiterStatus {
        let (records, octets) = self.memory.kept();
        OrbiterStatus {
            at: self.now.as_micros(),
            next_record: self.memory.next(),
            records,
            octets,
            heard: self.heard,
            rejected: self.rejected.values().map(|(units, _)| units).sum(),
            refused_full: self.refused_full,
            damaged: self.damaged,
            overwritten: self.memory.overwritten,
            dumps: self.earth.due(),
        }
    }

    fn tell(&mut self, event: OrbiterEvent) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
            self.events_dropped += 1;
        }
        self.events.push_back(event);
    }

    fn reject(&mut self, reason: &'static str, octets: usize) {
        let (units, sum) = self.rejected.entry(reason).or_default();
        *units += 1;
        *sum += octets as u64;
    }

    /// Begins and ends passes as the plan says.
    fn follow_plan(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self
            .flight
            .as_ref()
            .is_some_and(|flight| flight.pass.end <= now)
        {
            self.land(now);
        }
        if self.flight.is_some() || self.stopped {
            return;
        }
        if let Some(pass) = self.schedule.current(0, now).cloned() {
            self.begin(pass, now);
        } else {
            // Records of a pass that a restart has cut off are due as well.
            self.plan_dump();
        }
    }

    fn begin(&mut self, pass: Contact, now: Instant) {
        let link = match pass.mode {
            Mode::Canister => Ok(None),
            _ => scid("pass.peer", pass.peer)
                .and_then(|peer| self.settings.radio.mib(self.scid, peer))
                .and_then(|mib| Proximity::simplex_receive(mib, self.rate, now))
                .map(Some),
        };
        let event = match link {
            Ok(link) => {
                let id = pass.id;
                self.flight = Some(Flight {
                    pass,
                    link,
                    records: 0,
                    full_told: false,
                });
                OrbiterEvent::Begins { pass: id }
            }
            Err(_) => OrbiterEvent::Failed { pass: pass.id },
        };
        self.tell(event);
    }

    fn land(&mut self, now: Instant) {
        let Some(mut flight) = self.flight.take() else {
            return;
        };
        if let Some(link) = &mut flight.link {
            // The state goes with the endpoint, so a refusal changes nothing.
            let _ = link.directive(now, LocalDirective::SetMode(LinkMode::Inactive));
        }
        self.tell(OrbiterEvent::Ends {
            pass: flight.pass.id,
            records: flight.records,
        });
        self.plan_dump();
    }

    fn plan_dump(&mut self) {
        let times = self.settings.downlink.dumps;
        if let Some((first, last)) = self.earth.plan_dump(&self.memory, times) {
            self.tell(OrbiterEvent::DumpPlanned { first, last });
        }
    }

    /// Something came on the proximity radio.
    fn hear(&mut self, now: Instant, octets: &[u8]) {
        self.heard += 1;
        self.heard_octets += octets.len() as u64;
        let Some(flight) = &mut self.flight else {
            self.reject("outside_of_passes", octets.len());
            return;
        };
        let pass = flight.pass.id;
        let amount = Amount::one(octets.len() as u64);
        let refusal = match &mut flight.link {
            None if octets.len() > MAX_PLTU => Some(("too_long", Reason::Malformed)),
            None => None,
            Some(link) => match frame_in(octets) {
                Err(name) => Some((name, Reason::BadChecksum)),
                Ok(frame) => link
                    .endpoint()
                    .handle_frame(now, frame)
                    .err()
                    .map(|rejection| (rejection.name(), Reason::Unauthorised)),
            },
        };
        let kind = if flight.link.is_some() {
            Kind::Pltu
        } else {
            Kind::Canister
        };
        let peer = flight.pass.peer;
        self.books
            .post(pass, Service::Recording, Entry::Offered, amount);
        if let Some((name, reason)) = refusal {
            self.reject(name, octets.len());
            let entry = Entry::Lost(Hop::Proximity, reason);
            self.books.post(pass, Service::Recording, entry, amount);
            return;
        }
        let tag = RecordTag {
            kind,
            damaged: false,
            pcid: self.settings.radio.pcid,
            port: self.settings.radio.port,
            scid: peer,
            pass,
            at: now,
        };
        self.record(tag, octets);
    }

    /// Takes octets through the interface into the memory.
    fn record(&mut self, tag: RecordTag, octets: &[u8]) {
        let mut content = octets.to_vec();
        let good = self.interface.cross(tag.pass, &mut content);
        let tag = RecordTag {
            damaged: !good,
            ..tag
        };
        let amount = Amount::one(octets.len() as u64);
        if !self.memory.append(&tag, &content) {
            self.refused_full += 1;
            self.reject("memory_full", octets.len());
            let entry = Entry::Lost(Hop::Memory, Reason::Full);
            self.books.post(tag.pass, Service::Recording, entry, amount);
            if let Some(flight) = self.flight.as_mut().filter(|flight| !flight.full_told) {
                flight.full_told = true;
                self.tell(OrbiterEvent::Full { pass: tag.pass });
            }
            return;
        }
        self.recorded += 1;
        self.recorded_octets += octets.len() as u64;
        self.damaged += u64::from(!good);
        let entry = if good {
            Entry::Delivered
        } else {
            Entry::Lost(Hop::Interface, Reason::BadChecksum)
        };
        self.books.post(tag.pass, Service::Recording, entry, amount);
        if let Some(flight) = &mut self.flight {
            flight.records += 1;
        }
    }

    /// Whether the antenna points to a station that listens.
    fn speaks_to_earth(&self, now: Instant) -> bool {
        let free = self.flight.is_none() || self.settings.downlink.during_passes;
        free && self.settings.downlink.station(now).0
    }

    fn housekeeping(&mut self, now: Instant) {
        let every = self.settings.downlink.housekeeping_s;
        if every == 0 || now < self.housekeeping_at || self.stopped || !self.speaks_to_earth(now) {
            return;
        }
        self.housekeeping_at = now + Duration::from_secs(u64::from(every));
        let status = self.status().to_octets();
        self.earth.offer_housekeeping(now, &status);
    }
}

impl Node for Orbiter {
    type Event = OrbiterEvent;

    fn handle_datagram(&mut self, now: Instant, port: Port, octets: &[u8]) {
        self.follow_plan(now);
        match port {
            PROXIMITY => self.hear(now, octets),
            EARTH => self.reject("no_uplink", octets.len()),
            _ => self.reject("no_such_port", octets.len()),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.follow_plan(now);
        if let Some(link) = self.flight.as_mut().and_then(|flight| flight.link.as_mut()) {
            link.endpoint().handle_timeout(now);
        }
        self.housekeeping(now);
    }

    fn handle_stop(&mut self, now: Instant) {
        self.stopped = true;
        self.land(now);
    }

    fn poll_state(&mut self) -> Option<StateChange> {
        self.memory
            .poll_state()
            .or_else(|| self.earth.poll_state())
            .or_else(|| self.books.poll_state())
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> Option<Transmit> {
        if self.stopped || !self.speaks_to_earth(now) || self.memory.has_changes() {
            return None;
        }
        let len = self.earth.poll_transmit(now, &mut self.memory, out)?;
        Some(Transmit { port: EARTH, len })
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.stopped {
            return None;
        }
        let plan = if let Some(flight) = &self.flight {
            Some(flight.pass.end)
        } else {
            let current = self.schedule.current(0, self.now);
            let pass = current.or_else(|| self.schedule.next(0, self.now));
            pass.map(|pass| pass.begin)
        };
        let flight = self.flight.as_ref();
        let timer = flight.and_then(|flight| flight.link.as_ref()?.poll_timeout());
        let (_, edge) = self.settings.downlink.station(self.now);
        let speaks = self.speaks_to_earth(self.now);
        let free = (speaks && self.earth.has_work()).then(|| self.earth.free_at());
        let housekeeping = speaks && self.settings.downlink.housekeeping_s > 0;
        let housekeeping = housekeeping.then_some(self.housekeeping_at);
        [plan, timer, edge, free, housekeeping]
            .into_iter()
            .flatten()
            .min()
    }

    fn poll_event(&mut self) -> Option<OrbiterEvent> {
        self.events.pop_front()
    }

    fn metrics(&self, show: &mut dyn FnMut(Metric<'_>)) {
        figures::show(self, show);
    }

    fn is_stopped(&self) -> bool {
        self.stopped && self.flight.is_none()
    }
}
