//! The rover: in each pass of its plan it sends its files to the orbiter overhead.
//!
//! Books: 211.0-B-6 and 211.2-B-3 for the link, RFC 6330 inside [`blindcast`](crate::blindcast). Port 0 is the proximity radio, one PLTU a datagram.
//! In a pass with the mode `blind` or `canister` nothing comes back: the files go out as an endless stream of symbols in expedited frames of the
//! rover's own identifier as sender's, paced by the data rate, until the tail is due. The stream begins at a place of its own each time that the
//! transmitter is switched on, after a restart too; how often that was is all that is kept.
//!
//! ```
//! use magpie_relay::node::rover::{Rover, RoverSettings};
//! use magpie_relay::node::settings::ProximitySettings;
//! use magpie_relay::node::{Node as _, State};
//! let settings = RoverSettings::new(82, ProximitySettings::new(8_000));
//! let files = vec![("sol-196.txt".to_string(), b"1297 m driven".to_vec())];
//! let rover = Rover::new(settings, &files, &State::new(), 1).unwrap();
//! assert_eq!(rover.poll_timeout(), None, "no pass is planned");
//! ```
//!
//! Left out so far: sessions (modes `hail` and `answer`) and CFDP.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use magpie_link::clock::{DataRate, Instant};
use magpie_link::mac::{LocalDirective, Mode, State as LinkState, SubState};
use magpie_wire::id::{PortId, Scid};
use magpie_wire::v3::{Qos, V3_HEADER_LEN};
use serde::{Deserialize, Serialize};

use super::proximity::Proximity;
use super::settings::{ProximitySettings, SettingError, apid, schedule, scid};
use super::{Metric, MetricKind, Node, NodeEvent, Port, Severity, State, StateChange, Transmit};
use crate::blindcast::{MOST_BLOCK_SYMBOLS, PACKET_OVERHEAD, SenderConfig, Stream};
use crate::contact::{self, Contact, ContactId, Schedule, ScheduleLimits};

/// The line to the orbiters.
pub const PROXIMITY: Port = Port(0);

/// The key of how often the transmitter was switched on.
const RUNS: &str = "rover/runs";
/// Events that wait to be told at most; older ones give way.
const EVENTS: usize = 256;
/// Octets that a PLTU adds to a packet.
const PLTU_AROUND: usize = V3_HEADER_LEN + magpie_coding::pltu::PLTU_OVERHEAD;
/// Octets of a space packet in front of its data.
const PACKET_HEADER: usize = magpie_wire::space_packet::HEADER_LEN;

/// The rover's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoverSettings {
    /// The rover's identifier, ten bits.
    pub scid: u16,
    /// Its radio.
    pub radio: ProximitySettings,
    /// How files go out where nothing can be acknowledged.
    #[serde(default)]
    pub blindcast: BlindcastSettings,
    /// When and to whom.
    #[serde(default, rename = "pass", skip_serializing_if = "Vec::is_empty")]
    pub passes: Vec<Contact>,
}

/// How files are cut for a one-way pass: table `[blindcast]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlindcastSettings {
    /// Application of the packets.
    pub apid: u16,
    /// Octets of a symbol; one symbol, its packet and its frame make one PLTU.
    pub symbol_octets: u16,
    /// Most source symbols in a block.
    pub block_symbols: u32,
}

impl Default for BlindcastSettings {
    /// Application 1024, symbols of 200 octets, as many in a block as the code has: a file of 11 MB is one block.
    fn default() -> Self {
        Self {
            apid: 1024,
            symbol_octets: 200,
            block_symbols: MOST_BLOCK_SYMBOLS,
        }
    }
}

impl RoverSettings {
    /// A rover without passes, and every other value as it is without its key.
    pub fn new(scid: u16, radio: ProximitySettings) -> Self {
        Self {
            scid,
            radio,
            blindcast: BlindcastSettings::default(),
            passes: Vec::new(),
        }
    }

    /// Every value; the first that cannot be is named.
    pub fn check(&self) -> Result<(), SettingError> {
        let own = scid("scid", self.scid)?;
        self.radio.check(own)?;
        apid("blindcast.apid", self.blindcast.apid)?;
        let packet = usize::from(self.blindcast.symbol_octets) + PACKET_OVERHEAD + PACKET_HEADER;
        if packet + V3_HEADER_LEN > usize::from(self.radio.frame_octets) {
            let problem = format!(
                "a packet of {packet} octets does not fit a frame of {}",
                self.radio.frame_octets
            );
            return Err(SettingError::new("blindcast.symbol_octets", problem));
        }
        schedule(&self.passes, ScheduleLimits::default())?;
        for (index, pass) in self.passes.iter().enumerate() {
            let key = format!("pass[{index}]");
            if !matches!(pass.mode, contact::Mode::Blind | contact::Mode::Canister) {
                let problem = "a rover's passes are blind or canister";
                return Err(SettingError::new(&format!("{key}.mode"), problem));
            }
            let peer = scid(&format!("{key}.peer"), pass.peer)?;
            self.radio.mib(own, peer)?;
        }
        Ok(())
    }
}

/// What a rover tells the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoverEvent {
    /// The transmitter is on.
    Begins {
        /// The pass.
        pass: ContactId,
        /// How often it was switched on before.
        run: u16,
    },
    /// The transmitter is off.
    Ends {
        /// The pass.
        pass: ContactId,
        /// Frames sent since it was on.
        frames: u64,
    },
    /// A pass could not be flown.
    Failed {
        /// The pass.
        pass: ContactId,
    },
}

impl fmt::Display for RoverEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins { pass, run } => write!(f, "{pass}: transmits, run {run}"),
            Self::Ends { pass, frames } => write!(f, "{pass}: over, {frames} frames sent"),
            Self::Failed { pass } => write!(f, "{pass}: the radio refuses its parameters"),
        }
    }
}

impl NodeEvent for RoverEvent {
    fn severity(&self) -> Severity {
        match self {
            Self::Begins { .. } | Self::Ends { .. } => Severity::Step,
            Self::Failed { .. } => Severity::Error,
        }
    }
}

/// A pass that is being flown.
#[derive(Debug)]
struct Flight {
    pass: ContactId,
    end: Instant,
    link: Proximity,
    frames: u64,
    /// LOCAL NO MORE DATA was said.
    over: bool,
}

/// The rover as a node.
#[derive(Debug)]
pub struct Rover {
    settings: RoverSettings,
    scid: Scid,
    rate: DataRate,
    port: PortId,
    schedule: Schedule,
    /// None without files.
    stream: Option<Stream>,
    flight: Option<Flight>,
    runs: u16,
    runs_changed: bool,
    now: Instant,
    stopped: bool,
    packet: Vec<u8>,
    events: VecDeque<RoverEvent>,
    frames: u64,
    octets: u64,
    dropped: BTreeMap<&'static str, u64>,
}

impl Rover {
    /// A rover with these files (name and content), made anew from what it kept. It draws nothing at random so far: `_seed` is there because all
    /// nodes have one.
    pub fn new(
        settings: RoverSettings,
        files: &[(String, Vec<u8>)],
        state: &State,
        _seed: u64,
    ) -> Result<Self, SettingError> {
        settings.check()?;
        let cut = SenderConfig {
            symbol_octets: settings.blindcast.symbol_octets,
            block_symbols: settings.blindcast.block_symbols,
        };
        let stream = if files.is_empty() {
            None
        } else {
            let apid = apid("blindcast.apid", settings.blindcast.apid)?;
            let files = files
                .iter()
                .map(|(name, octets)| (name.as_bytes(), octets.as_slice()));
            let stream = Stream::new(cut, apid, files);
            Some(stream.map_err(|error| SettingError::new("file", error))?)
        };
        let runs = state
            .get(RUNS)
            .and_then(|octets| octets.as_slice().try_into().ok())
            .map_or(0, u16::from_be_bytes);
        Ok(Self {
            scid: scid("scid", settings.scid)?,
            rate: settings.radio.rate()?,
            port: settings.radio.port()?,
            schedule: schedule(&settings.passes, ScheduleLimits::default())?,
            packet: vec![0; stream.as_ref().map_or(0, Stream::packet_len)],
            stream,
            flight: None,
            runs,
            runs_changed: false,
            now: Instant::ZERO,
            stopped: false,
            events: VecDeque::new(),
            frames: 0,
            octets: 0,
            dropped: BTreeMap::new(),
            settings,
        })
    }

    fn tell(&mut self, event: RoverEvent) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
            self.drop_one("events_full");
        }
        self.events.push_back(event);
    }

    fn drop_one(&mut self, reason: &'static str) {
        *self.dropped.entry(reason).or_default() += 1;
    }

    /// Switches the transmitter on and off as the plan says.
    fn follow_plan(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.flight.as_ref().is_some_and(|flight| flight.end <= now) {
            self.land(now);
        }
        if self.flight.is_some() || self.stopped || self.stream.is_none() {
            return;
        }
        if let Some(pass) = self.schedule.current(0, now).cloned() {
            if let Ok(flight) = self.begin(&pass, now) {
                self.flight = Some(flight);
            } else {
                self.tell(RoverEvent::Failed { pass: pass.id });
                self.drop_one("pass_failed");
            }
        }
    }

    fn begin(&mut self, pass: &Contact, now: Instant) -> Result<Flight, SettingError> {
        let peer = scid("pass.peer", pass.peer)?;
        let mib = self.settings.radio.mib(self.scid, peer)?;
        let link = Proximity::simplex_transmit(mib, self.rate, now)?;
        let run = self.runs;
        self.runs = run.wrapping_add(1);
        self.runs_changed = true;
        if let Some(stream) = &mut self.stream {
            stream.begin_pass(run);
        }
        self.tell(RoverEvent::Begins { pass: pass.id, run });
        Ok(Flight {
            pass: pass.id,
            end: pass.end,
            link,
            frames: 0,
            over: false,
        })
    }

    fn land(&mut self, now: Instant) {
        if let Some(mut flight) = self.flight.take() {
            // The state goes with the endpoint, so a refusal changes nothing.
            let _ = flight
                .link
                .directive(now, LocalDirective::SetMode(Mode::Inactive));
            self.tell(RoverEvent::Ends {
                pass: flight.pass,
                frames: flight.frames,
            });
        }
    }

    /// Hands the radio its next packet, or tells it that there is no more time.
    fn feed(&mut self, now: Instant) {
        let (Some(flight), Some(stream)) = (&mut self.flight, &mut self.stream) else {
            return;
        };
        let status = flight.link.endpoint().status();
        let sending = status.state == LinkState::S71SimplexTransmit
            && status.sub_state == SubState::DataServices;
        if !sending || flight.over || flight.link.endpoint().has_data_to_send() {
            return;
        }
        let bits = (stream.packet_len() + PLTU_AROUND) as u64 * 8;
        let tail = flight.link.endpoint().mib().tail_idle_duration;
        let last = flight.link.rate().duration_of_bits(bits);
        if self.stopped || now + last + tail > flight.end {
            flight.over = true;
            let _ = flight.link.directive(now, LocalDirective::LocalNoMoreData);
            return;
        }
        let Ok(len) = stream.next_packet(&mut self.packet) else {
            return;
        };
        let packet = self.packet.get(..len).unwrap_or_default();
        let taken = flight
            .link
            .endpoint()
            .submit(now, self.port, Qos::Expedited, packet);
        if taken.is_err() {
            self.drop_one("packet_refused_by_link");
        }
    }
}

impl Node for Rover {
    type Event = RoverEvent;

    fn handle_datagram(&mut self, now: Instant, _port: Port, _octets: &[u8]) {
        self.follow_plan(now);
        self.drop_one("not_listening");
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.follow_plan(now);
        if let Some(flight) = &mut self.flight {
            flight.link.endpoint().handle_timeout(now);
        }
    }

    fn handle_stop(&mut self, now: Instant) {
        self.stopped = true;
        self.land(now);
    }

    fn poll_state(&mut self) -> Option<StateChange> {
        core::mem::take(&mut self.runs_changed).then(|| StateChange {
            key: RUNS.to_string(),
            octets: Some(self.runs.to_be_bytes().to_vec()),
        })
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> Option<Transmit> {
        if self.runs_changed || self.flight.as_ref()?.end <= now {
            return None;
        }
        if self.flight.as_ref()?.link.free_at() <= now {
            self.feed(now);
        }
        let flight = self.flight.as_mut()?;
        flight.link.endpoint().handle_timeout(now);
        let len = flight.link.poll_transmit(now, out)?;
        flight.frames += 1;
        self.frames += 1;
        self.octets += len as u64;
        Some(Transmit {
            port: PROXIMITY,
            len,
        })
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.stopped || self.stream.is_none() {
            return None;
        }
        let Some(flight) = &self.flight else {
            let current = self.schedule.current(0, self.now).map(|pass| pass.begin);
            let next = self.schedule.next(0, self.now).map(|pass| pass.begin);
            return current.or(next);
        };
        let timer = flight.link.poll_timeout();
        let free =
            (!flight.over && flight.link.free_at() > self.now).then(|| flight.link.free_at());
        [timer, free, Some(flight.end)].into_iter().flatten().min()
    }

    fn poll_event(&mut self) -> Option<RoverEvent> {
        self.events.pop_front()
    }

    fn metrics(&self, show: &mut dyn FnMut(Metric<'_>)) {
        let mut counter = |name, help, labels: &[(&'static str, &str)], value| {
            show(Metric {
                name,
                help,
                kind: MetricKind::Counter,
                labels,
                value,
            });
        };
        counter("frames_sent", "Frames sent.", &[], self.frames);
        counter("octets_sent", "Octets of PLTUs sent.", &[], self.octets);
        counter(
            "runs",
            "Times the transmitter was switched on, over all restarts.",
            &[],
            self.runs.into(),
        );
        for (reason, &count) in &self.dropped {
            counter(
                "dropped",
                "What was dropped, by reason.",
                &[("reason", reason)],
                count,
            );
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped && self.flight.is_none()
    }
}
