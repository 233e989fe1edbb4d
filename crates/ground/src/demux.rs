//! Frames in, complete packets and a full account out: the receiving side of a master channel.
//!
//! [`Demux`] takes frames one by one, keeps a continuity tracker and a packet extractor a channel, and counts every frame it refuses by reason.
//! Frames of another version, of another spacecraft or with a bad frame error control field are counted and kept out.

use std::collections::{BTreeMap, HashMap};

use crate::continuity::{Continuity, ContinuityTracker, CounterId, fingerprint};
use crate::frames::{
    ChannelId, Frame, FrameKind, FrameSpec, address, fecf_good, mend_header, read_frame,
};
use crate::packet::Packet;

mod channel;
mod report;

use channel::Channel;
pub use report::{ChannelReport, CounterReport, FramesReport, RefusedFrame};

/// Refused frames listed one by one in the report; beyond this only the counts grow.
const LISTED_REFUSALS: usize = 1000;
/// Different spacecraft/channel pairs counted one by one; random input must not grow the table without end.
const COUNTED_PAIRS: usize = 65_536;

/// Octets of unfinished packets over all channels. Thousands of TC or USLP channels with a long packet begun in each are no mission but an attack.
const HELD_OCTETS: usize = 24 << 20;

/// A counter that is followed.
#[derive(Debug, Default)]
struct Counter {
    tracker: ContinuityTracker,
    report: CounterReport,
}

/// Which frames the channels of a report are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacecraft {
    /// Only this one; others are refused by name.
    Only(u16),
    /// Count only; no channel is followed. The first of two passes over an input whose spacecraft is not known.
    Survey,
}

/// Takes frames, gives packets and an account.
#[derive(Debug)]
pub struct Demux {
    spec: FrameSpec,
    spacecraft: Spacecraft,
    report: FramesReport,
    pairs: HashMap<(u16, u8), u64>,
    counters: BTreeMap<CounterId, Counter>,
    channels: BTreeMap<ChannelId, Channel>,
    /// Octets of unfinished packets over all channels, kept up to date frame by frame.
    held: usize,
}

/// A packet with the channel it came through.
#[derive(Debug, Clone, Copy)]
pub struct ChannelPacket<'a> {
    /// The channel.
    pub channel: ChannelId,
    /// The packet.
    pub packet: Packet<'a>,
}

impl Demux {
    /// A demultiplexer for frames of one kind.
    pub fn new(spec: FrameSpec, spacecraft: Spacecraft) -> Self {
        let fecf = spec.fecf.then_some(0);
        let report = FramesReport {
            frame_format: spec.kind,
            frame_length: spec.frame_len,
            frames: 0,
            trailing_bytes: 0,
            skipped_bytes: 0,
            version_field: BTreeMap::new(),
            frames_per_scid_vcid: BTreeMap::new(),
            frames_of_further_pairs: None,
            spacecraft_id: None,
            most_frequent_spacecraft: None,
            fecf_crc16_ok: fecf,
            fecf_crc16_bad: fecf,
            virtual_channels: BTreeMap::new(),
            frame_counters: BTreeMap::new(),
            rejected: BTreeMap::new(),
            rejected_frames: Vec::new(),
        };
        Self {
            spec,
            spacecraft,
            report,
            pairs: HashMap::new(),
            counters: BTreeMap::new(),
            channels: BTreeMap::new(),
            held: 0,
        }
    }

    /// Takes the next frame of the input, which began at octet `offset`.
    pub fn handle_frame(
        &mut self,
        offset: u64,
        octets: &[u8],
        sink: &mut dyn FnMut(ChannelPacket<'_>),
    ) {
        let index = self.report.frames;
        self.report.frames += 1;
        let mended = mend_header(&self.spec, octets);
        let octets = mended.as_deref().unwrap_or(octets);
        if let Some(version) = FrameKind::version_of(octets) {
            *self
                .report
                .version_field
                .entry(version.to_string())
                .or_default() += 1;
            if version != self.spec.kind.version() {
                self.refuse(
                    index,
                    offset,
                    "version",
                    format!("version {version}, {} wanted", self.spec.kind.version()),
                );
                return;
            }
        }
        let fecf = fecf_good(&self.spec, octets);
        let read = read_frame(&self.spec, octets);
        if let Some(good) = fecf {
            let count = if good {
                &mut self.report.fecf_crc16_ok
            } else {
                &mut self.report.fecf_crc16_bad
            };
            *count = count.map(|n| n + 1);
        }
        if let Some(pair) = address(self.spec.kind, octets) {
            self.count_pair(pair);
        }
        match read {
            _ if fecf == Some(false) => self.refuse(
                index,
                offset,
                "fecf",
                "frame error control field does not fit".into(),
            ),
            Err(refusal) => self.refuse(index, offset, refusal.reason, refusal.detail),
            Ok(frame) => self.follow(index, offset, &frame, octets, sink),
        }
    }

    /// Octets that belong to no frame (self-delimiting kinds only): counted, and the frame that could not be read is listed.
    pub fn handle_garbage(&mut self, offset: u64, octets: u64, detail: String) {
        self.report.skipped_bytes += octets;
        self.refuse(self.report.frames, offset, "not-a-frame", detail);
    }

    /// Frames refused so far, by reason.
    pub const fn refused(&self) -> &BTreeMap<&'static str, u64> {
        &self.report.rejected
    }

    /// The input ended with `trailing` octets that are no whole frame. Gives the account.
    pub fn finish(mut self, trailing: u64) -> FramesReport {
        self.report.trailing_bytes = trailing;
        for (&(scid, vcid), &frames) in &self.pairs {
            self.report
                .frames_per_scid_vcid
                .insert(format!("{scid}/{vcid}"), frames);
        }
        self.report.most_frequent_spacecraft = most_frequent(&self.pairs);
        self.report.spacecraft_id = match self.spacecraft {
            Spacecraft::Only(scid) => Some(scid),
            Spacecraft::Survey => self.report.most_frequent_spacecraft,
        };
        let (kind, packets) = (self.spec.kind, self.spec.packets);
        self.report.virtual_channels = self
            .channels
            .into_iter()
            .map(|(id, channel)| (id.to_string(), channel.finish(kind, packets)))
            .collect();
        if kind.delimits_itself() {
            let counters = self.counters.into_iter();
            self.report.frame_counters = counters
                .map(|(id, counter)| (id.to_string(), counter.report))
                .collect();
        }
        self.report
    }

    fn count_pair(&mut self, key: (u16, u8)) {
        if self.pairs.len() < COUNTED_PAIRS || self.pairs.contains_key(&key) {
            *self.pairs.entry(key).or_default() += 1;
        } else {
            *self.report.frames_of_further_pairs.get_or_insert(0) += 1;
        }
    }

    fn refuse(&mut self, frame: u64, offset: u64, reason: &'static str, detail: String) {
        *self.report.rejected.entry(reason).or_default() += 1;
        if self.report.rejected_frames.len() < LISTED_REFUSALS {
            self.report.rejected_frames.push(RefusedFrame {
                frame,
                offset,
                reason,
                detail,
            });
        }
    }

    fn follow(
        &mut self,
        index: u64,
        offset: u64,
        frame: &Frame<'_>,
        octets: &[u8],
        sink: &mut dyn FnMut(ChannelPacket<'_>),
    ) {
        match self.spacecraft {
            Spacecraft::Survey => return,
            Spacecraft::Only(scid) if scid != frame.scid => {
                self.refuse(
                    index,
                    offset,
                    "spacecraft",
                    format!("spacecraft {}, {scid} wanted", frame.scid),
                );
                return;
            }
            Spacecraft::Only(_) => {}
        }
        let continuity = self.handle_count(frame, octets);
        let channel = self.channels.entry(frame.channel).or_default();
        channel.count_frame(frame);
        if let (Some((_, count)), Some(continuity)) = (frame.count, continuity) {
            channel.note(count, continuity);
        }
        if continuity == Some(Continuity::Repeat) {
            return;
        }
        let id = frame.channel;
        if self.spec.packets {
            let counter = frame.count.map(|(counter, _)| counter);
            let before = channel.held();
            channel.handle_content(frame.content, counter, &mut |packet| {
                sink(ChannelPacket {
                    channel: id,
                    packet,
                });
            });
            self.held = self.held.saturating_sub(before) + channel.held();
            if self.held > HELD_OCTETS {
                self.held -= channel.held();
                channel.make_room();
            }
        } else {
            channel.report.frames_without_packets += 1;
        }
    }

    /// Follows the counter of a frame. A jump tells every channel that has an unfinished packet out of frames of that counter: with shared counters
    /// the missing frame may have belonged to any of them.
    fn handle_count(&mut self, frame: &Frame<'_>, octets: &[u8]) -> Option<Continuity> {
        let (id, count) = frame.count?;
        let counter = self.counters.entry(id).or_default();
        let continuity = counter.tracker.handle_count(count, fingerprint(octets));
        counter.report.count(count, continuity);
        if matches!(continuity, Continuity::Jump { .. }) {
            for channel in self.channels.values_mut() {
                let before = channel.held();
                channel.handle_loss(id);
                self.held -= before - channel.held();
            }
        }
        Some(continuity)
    }
}

/// The spacecraft with most frames; the smaller identifier where two have the same number.
fn most_frequent(pairs: &HashMap<(u16, u8), u64>) -> Option<u16> {
    let mut per_scid: BTreeMap<u16, u64> = BTreeMap::new();
    for (&(scid, _), &frames) in pairs {
        *per_scid.entry(scid).or_default() += frames;
    }
    per_scid
        .into_iter()
        .rev()
        .max_by_key(|&(_, frames)| frames)
        .map(|(scid, _)| scid)
}
