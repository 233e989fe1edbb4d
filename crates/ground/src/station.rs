//! The ground station of a relay as a node: datagrams of the Earth link in, whole files out, each once.
//!
//! Books: 131.0-B, 132.0-B, 732.0-B, 732.1-B for the link, 211.2-B for the PLTUs in the recordings, RFC 6330 for the files. Port 0 is the Earth link,
//! one transfer frame or one channel access data unit a datagram, as `earth_link.coding` says. It follows the orbiter of `earth_link` and those of
//! `[[other_link]]`, and knows them apart by the spacecraft identifier in their frames.
//!
//! Frames become packets ([`Demux`](crate::demux::Demux)), dump packets become records, each once however often it was dumped ([`DumpReceiver`](magpie_relay::earth::downlink::dump::DumpReceiver)), and the PLTUs in a record
//! become frames of a rover, also in a record that was spoiled on board, as far as their CRC-32 is good. Packets of files go to the file they belong
//! to. A file that is whole and whose hash is right goes to the [`Spool`]; a name that cannot be is replaced by the file's identifier. What is known of
//! records and files is kept through restarts. A file may come through several orbiters.
//!
//! ```
//! use magpie_ground::station::{MemorySpool, Station, StationSettings};
//! use magpie_relay::node::settings::EarthLink;
//! use magpie_relay::node::{Node as _, State};
//! let settings = StationSettings::new(EarthLink::new(41));
//! let station = Station::new(settings, MemorySpool::default(), &State::new(), 1).unwrap();
//! assert_eq!(station.poll_timeout(), None, "it waits for what comes");
//! ```
//!
//! Left out so far: CFDP, the uplink; [`Station::missing`] says what a telecommand would ask for.

mod event;
mod figures;
mod files;
mod followed;
mod settings;
mod spool;

pub use event::StationEvent;
pub use followed::Followed;
pub use settings::StationSettings;
pub use spool::{FolderSpool, MemorySpool, Spool, Spooled};

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::RangeInclusive;

use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::blindcast::{Limits, Taken};
use magpie_relay::contact::{Amount, Books, ContactId, Entry, Hop, Reason, Service};
use magpie_relay::node::orbiter::{OrbiterStatus, RecordTag};
use magpie_relay::node::settings::SettingError;
use magpie_relay::node::{Metric, Node, Port, State, StateChange, Transmit};
use magpie_wire::space_packet::SpacePacket;

use crate::extract::PacketExtractor;
use crate::frames::{Content, FrameKind, FrameSpec, read_frame};
use files::Files;

/// The line to the orbiter.
pub const EARTH: Port = Port(0);

/// Events that wait to be told at most; older ones give way.
const EVENTS: usize = 256;
/// How soon a spool that failed is tried again.
const SPOOL_PAUSE: Duration = Duration::from_secs(5);

/// The station as a node.
pub struct Station<S> {
    settings: StationSettings,
    spool: S,
    /// At least the one of `earth_link`, which is the first.
    orbiters: Vec<Followed>,
    files: Files,
    retry_at: Option<Instant>,
    stopped: bool,
    events: VecDeque<StationEvent>,
    datagrams: u64,
    octets: u64,
    records: u64,
    record_octets: u64,
    delivered: u64,
    delivered_octets: u64,
    dropped: BTreeMap<&'static str, u64>,
}

impl<S> fmt::Debug for Station<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Station")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S: Spool> Station<S> {
    /// A station made anew from what it kept. It draws nothing at random: `_seed` is there because all nodes have one.
    pub fn new(
        settings: StationSettings,
        spool: S,
        state: &State,
        _seed: u64,
    ) -> Result<Self, SettingError> {
        settings.check()?;
        let limits = Limits {
            object_octets: settings.file_octets,
            octets: settings.memory_octets,
            ..Limits::default()
        };
        let (mut orbiters, mut pieces) = (Vec::new(), Vec::new());
        for link in settings.links() {
            let (followed, came) = Followed::restore(link, state)?;
            pieces.push(came);
            orbiters.push(followed);
        }
        let mut station = Self {
            orbiters,
            files: Files::restore(limits, state),
            retry_at: None,
            stopped: false,
            events: VecDeque::new(),
            datagrams: 0,
            octets: 0,
            records: 0,
            record_octets: 0,
            delivered: 0,
            delivered_octets: 0,
            dropped: BTreeMap::new(),
            spool,
            settings,
        };
        for (index, packets) in pieces.iter().enumerate() {
            for packet in packets {
                station.handle_dump(index, packet);
            }
        }
        Ok(station)
    }

    /// The spool.
    pub const fn spool(&self) -> &S {
        &self.spool
    }

    /// The station is over; its spool remains.
    pub fn into_spool(self) -> S {
        self.spool
    }

    /// The orbiters that it follows, that of `earth_link` first.
    pub fn orbiters(&self) -> &[Followed] {
        &self.orbiters
    }

    /// An orbiter that it follows.
    pub fn orbiter(&self, scid: u16) -> Option<&Followed> {
        self.orbiters.iter().find(|orbiter| orbiter.scid() == scid)
    }

    fn first(&self) -> &Followed {
        self.orbiters.first().expect("there is always the first")
    }

    /// The accounts of the passes of the orbiter of `earth_link`.
    pub fn books(&self) -> &Books {
        self.first().books()
    }

    /// What the orbiter of `earth_link` said of itself last.
    pub fn status(&self) -> Option<&OrbiterStatus> {
        self.first().status()
    }

    /// Records of the orbiter of `earth_link` that are not here: at most `most` ranges.
    pub fn missing(&self, most: usize) -> Vec<RangeInclusive<u64>> {
        self.first().missing(most)
    }

    fn tell(&mut self, event: StationEvent) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
            self.drop_one("events_full");
        }
        self.events.push_back(event);
    }

    fn drop_one(&mut self, reason: &'static str) {
        *self.dropped.entry(reason).or_default() += 1;
    }

    /// The orbiter that a datagram is from and the frame in it, or why there is none. If there is only one it is the one that counts bad frames.
    fn frame(&mut self, octets: &[u8]) -> Result<(usize, Vec<u8>), &'static str> {
        let alone = self.orbiters.len() == 1;
        let mut why = "no_frame_of_these_orbiters";
        for (index, orbiter) in self.orbiters.iter_mut().enumerate() {
            match orbiter.frame(octets) {
                Ok((frame, corrected)) if alone || orbiter.is_of(&frame) => {
                    orbiter.corrected += corrected;
                    return Ok((index, frame));
                }
                Ok(_) => {}
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn handle_frame(&mut self, now: Instant, index: usize, frame: &[u8]) {
        let brought = match self.orbiters.get_mut(index) {
            Some(orbiter) => orbiter.handle_frame(frame),
            None => return,
        };
        if brought.others > 0 {
            *self.dropped.entry("packet_of_no_use").or_default() += brought.others;
        }
        for packet in brought.dumps {
            self.handle_dump(index, &packet);
        }
        self.deliver(now);
    }

    fn handle_dump(&mut self, index: usize, packet: &[u8]) {
        let orbiter = self.orbiters.get_mut(index);
        for (tag, payload) in orbiter.map_or_else(Vec::new, |orbiter| orbiter.handle_dump(packet)) {
            match tag {
                Some(tag) => self.handle_record(index, &tag, &payload),
                None => self.drop_one("record_of_no_use"),
            }
        }
    }

    /// A record, for the first and only time.
    fn handle_record(&mut self, index: usize, tag: &RecordTag, payload: &[u8]) {
        self.records += 1;
        self.record_octets += payload.len() as u64;
        let pass = tag.pass;
        let amount = Amount::one(payload.len() as u64);
        if self.post(index, pass, Entry::Offered, amount) {
            self.tell(StationEvent::Pass { pass });
        }
        let users = &self.settings.users;
        let entry = if !users.is_empty() && !users.contains(&tag.scid) {
            self.drop_one("record_of_no_user");
            Entry::Lost(Hop::Ground, Reason::Unauthorised)
        } else {
            let mut frames = Vec::new();
            hunt(payload, &mut |frame| frames.push(frame.to_vec()));
            for frame in &frames {
                self.handle_rover_frame(tag, frame);
            }
            if !frames.is_empty() {
                Entry::Delivered
            } else if tag.damaged {
                Entry::Lost(Hop::Interface, Reason::BadChecksum)
            } else {
                Entry::Lost(Hop::Proximity, Reason::BadChecksum)
            }
        };
        self.post(index, pass, entry, amount);
    }

    /// Posts to the books of an orbiter; says whether the account is new.
    fn post(&mut self, index: usize, pass: ContactId, entry: Entry, amount: Amount) -> bool {
        let Some(orbiter) = self.orbiters.get_mut(index) else {
            return false;
        };
        let is_new = orbiter.books.account(pass, Service::Recording).is_none();
        orbiter.books.post(pass, Service::Recording, entry, amount);
        is_new
    }

    fn handle_rover_frame(&mut self, tag: &RecordTag, frame: &[u8]) {
        let spec = FrameSpec::new(FrameKind::V3, None);
        let field = match read_frame(&spec, frame).map(|frame| frame.content) {
            Ok(Content::Whole(field)) => field,
            Ok(_) => return self.drop_one("rover_frame_without_packets"),
            Err(_) => return self.drop_one("rover_frame_malformed"),
        };
        let mut packets = Vec::new();
        PacketExtractor::default().handle_whole(field, &mut |packet| {
            packets.push((packet.apid(), packet.octets().to_vec()));
        });
        for (apid, octets) in packets {
            let data = SpacePacket::parse(&octets).ok();
            match data {
                Some(packet) if apid == Some(self.settings.blindcast_apid) => {
                    // The low bits of the pass are enough to tell who brought what.
                    let pass = (tag.pass.0 & 0xFFFF) as u16;
                    match self.files.handle_packet(pass, packet.data()) {
                        Ok(Taken::New | Taken::Duplicate | Taken::Surplus) => {}
                        Err(refusal) => self.drop_one(refusal.name()),
                    }
                }
                _ => self.drop_one("rover_packet_of_no_use"),
            }
        }
    }

    /// Gives whole files to the spool.
    fn deliver(&mut self, now: Instant) {
        if self.retry_at.is_some_and(|at| now < at) {
            return;
        }
        self.retry_at = None;
        while self.files.waiting() > 0 {
            match self.files.deliver_one(&mut self.spool) {
                Ok(Some(delivery)) => {
                    self.delivered += 1;
                    self.delivered_octets += delivery.octets;
                    self.tell(StationEvent::File {
                        name: delivery.name,
                        octets: delivery.octets,
                        known: delivery.known,
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    let cause = error.to_string();
                    self.tell(StationEvent::SpoolFailed { cause });
                    self.retry_at = Some(now + SPOOL_PAUSE);
                    return;
                }
            }
        }
    }
}

/// Good PLTUs in octets.
fn hunt(octets: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut hunter = PltuHunter::new(PltuConfig::new());
    let mut on = |event: PltuEvent<'_>| {
        if let PltuEvent::Frame { octets, .. } = event {
            sink(octets);
        }
    };
    hunter.handle_octets(octets, &mut on);
    hunter.finish(&mut on);
}

impl<S: Spool> Node for Station<S> {
    type Event = StationEvent;

    fn handle_datagram(&mut self, now: Instant, port: Port, octets: &[u8]) {
        if port != EARTH {
            self.drop_one("no_such_port");
            return;
        }
        self.datagrams += 1;
        self.octets += octets.len() as u64;
        match self.frame(octets) {
            Ok((index, frame)) => self.handle_frame(now, index, &frame),
            Err(reason) => self.drop_one(reason),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.deliver(now);
    }

    fn handle_stop(&mut self, _now: Instant) {
        self.stopped = true;
    }

    fn poll_state(&mut self) -> Option<StateChange> {
        if let Some(change) = self.files.poll_state() {
            return Some(change);
        }
        self.orbiters.iter_mut().find_map(Followed::poll_state)
    }

    fn poll_transmit(&mut self, _now: Instant, _out: &mut [u8]) -> Option<Transmit> {
        None
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.files.waiting() == 0 {
            return None;
        }
        // Files that were whole before a restart are delivered at once.
        Some(self.retry_at.unwrap_or(Instant::ZERO))
    }

    fn poll_event(&mut self) -> Option<StationEvent> {
        self.events.pop_front()
    }

    fn metrics(&self, show: &mut dyn FnMut(Metric<'_>)) {
        figures::show(self, show);
    }

    fn is_stopped(&self) -> bool {
        self.stopped && self.files.waiting() == 0
    }
}
