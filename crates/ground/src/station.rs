//! The ground station of a relay as a node: datagrams of the Earth link in, whole files out, each once.
//!
//! Books: 131.0-B, 132.0-B, 732.0-B, 732.1-B for the link, 211.2-B for the PLTUs in the recordings, RFC 6330 for the files. Port 0 is the Earth link,
//! one transfer frame or one channel access data unit a datagram, as `earth_link.coding` says.
//!
//! Frames become packets ([`Demux`]), dump packets become records, each once however often it was dumped ([`DumpReceiver`]), and the PLTUs in a record
//! become frames of a rover, also in a record that was spoiled on board, as far as their CRC-32 is good. Packets of files go to the file they belong
//! to. A file that is whole and whose hash is right goes to the [`Spool`]; a name that cannot be is replaced by the file's identifier. What is known of
//! records and files is kept through restarts.
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
mod settings;
mod spool;

pub use event::StationEvent;
pub use settings::StationSettings;
pub use spool::{FolderSpool, MemorySpool, Spool, Spooled};

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::RangeInclusive;

use magpie_coding::cadu::{CaduConfig, decode_unit};
use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::blindcast::{Limits, Taken};
use magpie_relay::contact::{Amount, Books, Entry, Hop, Reason, Service};
use magpie_relay::earth::downlink::dump::{DumpLimits, DumpReceiver, Taken as DumpTaken};
use magpie_relay::node::orbiter::{OrbiterStatus, RecordTag, STREAM};
use magpie_relay::node::settings::{EarthLink, Frames, SettingError};
use magpie_relay::node::{Metric, Node, Port, State, StateChange, Transmit};
use magpie_wire::space_packet::SpacePacket;

use crate::demux::{Demux, Spacecraft};
use crate::extract::PacketExtractor;
use crate::frames::{Content, FrameKind, FrameSpec, read_frame};
use files::Files;

/// The line to the orbiter.
pub const EARTH: Port = Port(0);

/// The key of what is known of records.
const DUMP: &str = "station/dump";
/// Events that wait to be told at most; older ones give way.
const EVENTS: usize = 256;
/// Passes whose books are kept.
const BOOKS: usize = 256;
/// How soon a spool that failed is tried again.
const SPOOL_PAUSE: Duration = Duration::from_secs(5);
/// Octets of a marker of a channel access data unit.
const MARKER_LEN: usize = 4;

/// The station as a node.
pub struct Station<S> {
    settings: StationSettings,
    spool: S,
    cadu: Option<CaduConfig>,
    demux: Demux,
    dump: DumpReceiver,
    dump_changed: bool,
    files: Files,
    books: Books,
    status: Option<OrbiterStatus>,
    retry_at: Option<Instant>,
    stopped: bool,
    events: VecDeque<StationEvent>,
    datagrams: u64,
    octets: u64,
    records: u64,
    record_octets: u64,
    corrected: u64,
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

/// What the ground must know of the orbiter's frames.
fn spec(link: &EarthLink) -> FrameSpec {
    let kind = match link.frames {
        Frames::Tm => FrameKind::Tm,
        Frames::Aos => FrameKind::Aos,
        Frames::Uslp => FrameKind::Uslp,
    };
    FrameSpec {
        fecf: true,
        ocf: true,
        ..FrameSpec::new(kind, Some(usize::from(link.frame_octets)))
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
        let dump_limits = DumpLimits {
            streams: 4,
            open_records: 64,
            open_octets: 1 << 20,
            ..DumpLimits::default()
        };
        let kept = state.get(DUMP);
        let dump = kept.and_then(|octets| DumpReceiver::restore(dump_limits, octets));
        Ok(Self {
            cadu: settings.earth_link.cadu()?,
            demux: Demux::new(
                spec(&settings.earth_link),
                Spacecraft::Only(settings.earth_link.scid),
            ),
            dump: dump.unwrap_or_else(|| DumpReceiver::new(dump_limits)),
            dump_changed: false,
            files: Files::restore(limits, state),
            books: Books::restore(BOOKS, state).0,
            status: None,
            retry_at: None,
            stopped: false,
            events: VecDeque::new(),
            datagrams: 0,
            octets: 0,
            records: 0,
            record_octets: 0,
            corrected: 0,
            delivered: 0,
            delivered_octets: 0,
            dropped: BTreeMap::new(),
            spool,
            settings,
        })
    }

    /// The spool.
    pub const fn spool(&self) -> &S {
        &self.spool
    }

    /// The station is over; its spool remains.
    pub fn into_spool(self) -> S {
        self.spool
    }

    /// The accounts of the passes: what of each recording arrived, what was good, what was spoiled on board.
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// What the orbiter said of itself last.
    pub const fn status(&self) -> Option<&OrbiterStatus> {
        self.status.as_ref()
    }

    /// Records that are not here, as far as the orbiter's housekeeping and the dumps tell: at most `most` ranges.
    pub fn missing(&self, most: usize) -> Vec<RangeInclusive<u64>> {
        match self.status.map_or(0, |status| status.next_record) {
            0 => Vec::new(),
            next => self.dump.missing(STREAM, 0, next - 1, most),
        }
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

    /// The frame in a datagram.
    fn frame(&mut self, octets: &[u8]) -> Option<Vec<u8>> {
        let Some(config) = &self.cadu else {
            return Some(octets.to_vec());
        };
        let unit = octets.split_first_chunk::<MARKER_LEN>();
        // The datagram says where the unit begins; a marker with wrong bits loses nothing.
        let mut unit = match unit {
            Some((_, unit)) if octets.len() == config.cadu_len() => unit.to_vec(),
            _ => {
                self.drop_one("cadu_length");
                return None;
            }
        };
        match decode_unit(config, &mut unit) {
            Ok(report) if report.is_good() => {
                self.corrected += report.corrected_symbols() as u64;
                unit.truncate(config.frame_len());
                Some(unit)
            }
            _ => {
                self.drop_one("reed_solomon");
                None
            }
        }
    }

    fn handle_frame(&mut self, now: Instant, frame: &[u8]) {
        let link = &self.settings.earth_link;
        let (housekeeping, playback) = (link.housekeeping_apid, link.playback_apid);
        let mut dumps = Vec::new();
        let mut others = 0;
        let status = &mut self.status;
        self.demux.handle_frame(0, frame, &mut |found| {
            let octets = found.packet.octets();
            match found.packet.apid() {
                Some(apid) if apid == playback => dumps.push(octets.to_vec()),
                Some(apid) if apid == housekeeping => {
                    let packet = SpacePacket::parse(octets).ok();
                    let heard = packet.and_then(|packet| OrbiterStatus::parse(packet.data()));
                    others += u64::from(heard.is_none());
                    *status = heard.or(*status);
                }
                Some(0x7FF) | None => {}
                Some(_) => others += 1,
            }
        });
        if others > 0 {
            *self.dropped.entry("packet_of_no_use").or_default() += others;
        }
        for packet in dumps {
            self.handle_dump(&packet);
        }
        self.deliver(now);
    }

    fn handle_dump(&mut self, packet: &[u8]) {
        let mut records = Vec::new();
        let taken = self.dump.handle_packet(packet, &mut |record| {
            let tag = RecordTag::parse(record.header);
            records.push((record.stream, tag, record.payload.to_vec()));
        });
        self.dump_changed |= matches!(taken, DumpTaken::Complete | DumpTaken::Absent);
        for (stream, tag, payload) in records {
            match tag {
                Some(tag) if stream == STREAM => self.handle_record(&tag, &payload),
                _ => self.drop_one("record_of_no_use"),
            }
        }
    }

    /// A record, for the first and only time.
    fn handle_record(&mut self, tag: &RecordTag, payload: &[u8]) {
        self.records += 1;
        self.record_octets += payload.len() as u64;
        let (pass, service) = (tag.pass, Service::Recording);
        if self.books.account(pass, service).is_none() {
            self.tell(StationEvent::Pass { pass });
        }
        let amount = Amount::one(payload.len() as u64);
        self.books.post(pass, service, Entry::Offered, amount);
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
        self.books.post(pass, service, entry, amount);
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
        if let Some(frame) = self.frame(octets) {
            self.handle_frame(now, &frame);
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
        if core::mem::take(&mut self.dump_changed) {
            return Some(StateChange {
                key: DUMP.into(),
                octets: Some(self.dump.export()),
            });
        }
        self.books.poll_state()
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
