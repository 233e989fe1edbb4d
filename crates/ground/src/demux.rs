//! Frames in, complete packets and a full account out: the receiving side of a master channel.
//!
//! [`Demux`] takes frames one by one, keeps a continuity tracker and a packet extractor a channel, and counts every frame it refuses by reason.
//! Frames of another version, of another spacecraft or with a bad frame error control field are counted and kept out.

use std::collections::{BTreeMap, HashMap};

use magpie_wire::first_header::FirstHeader;
use serde::Serialize;

use crate::continuity::{Continuity, ContinuityTracker, FrameCount, fingerprint};
use crate::extract::{Drop, Dropped, PacketExtractor};
use crate::frames::{
    ChannelId, Content, Frame, FrameKind, FrameSpec, SegmentPosition, address, fecf_good,
    read_frame,
};
use crate::packet::Packet;
use crate::tally::{PacketSummary, PacketTally};

/// Refused frames listed one by one in the report; beyond this only the counts grow.
const LISTED_REFUSALS: usize = 1000;
/// Different spacecraft/channel pairs counted one by one; random input must not grow the table without end.
const COUNTED_PAIRS: usize = 65_536;
/// Reassemblies in progress a channel.
const OPEN_SEGMENTS: usize = 64;

/// The account of a stream of frames, as `magpie frames --json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct FramesReport {
    /// Kind of frame.
    pub frame_format: FrameKind,
    /// Octets a frame, where it is fixed.
    pub frame_length: Option<usize>,
    /// Frames read, refused ones included.
    pub frames: u64,
    /// Octets behind the last whole frame.
    pub trailing_bytes: u64,
    /// Octets between self-delimiting frames that belong to no frame.
    pub skipped_bytes: u64,
    /// Frames by the value of their version field.
    pub version_field: BTreeMap<String, u64>,
    /// Frames of the right version by `SCID/VCID`, whatever their frame error control field says.
    pub frames_per_scid_vcid: BTreeMap<String, u64>,
    /// Frames of the right version whose pair did not fit into the table (only random input has so many).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames_of_further_pairs: Option<u64>,
    /// The spacecraft whose channels follow.
    pub spacecraft_id: Option<u16>,
    /// Frames with a good frame error control field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecf_crc16_ok: Option<u64>,
    /// Frames with a bad one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecf_crc16_bad: Option<u64>,
    /// Channels of that spacecraft.
    pub virtual_channels: BTreeMap<String, ChannelReport>,
    /// Frames refused, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// The first thousand refused frames.
    pub rejected_frames: Vec<RefusedFrame>,
}

/// One refused frame.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedFrame {
    /// Index of the frame in the input, from 0.
    pub frame: u64,
    /// Offset of its first octet in the input.
    pub offset: u64,
    /// The rule it broke.
    pub reason: &'static str,
    /// What was found.
    pub detail: String,
}

/// The account of one channel.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChannelReport {
    /// Frames accepted.
    pub frames: u64,
    /// Count of the first frame.
    pub first_vcfc: Option<u32>,
    /// Count of the last frame.
    pub last_vcfc: Option<u32>,
    /// How often the count jumped.
    pub count_discontinuities: u64,
    /// Frames missing by the counts: exact for AOS (24 bits), a lower bound for 8-bit counts.
    pub missing_frames_by_count: u64,
    /// Frames that repeated the one before, octet by octet.
    pub repeated_frames: u64,
    /// Frames with only idle data.
    pub idle_frames: u64,
    /// Frames whose data field is not packets.
    pub frames_without_packets: u64,
    /// TM: frames with a secondary header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_header_flag_set: Option<u64>,
    /// TM and USLP: frames with an operational control field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ocf_flag_set: Option<u64>,
    /// AOS: frames with the replay flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_flag_set: Option<u64>,
    /// Complete packets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_packets: Option<PacketSummary>,
    /// Octets that did not become a packet, by reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dropped: BTreeMap<Drop, Dropped>,
}

#[derive(Debug, Default)]
struct Channel {
    report: ChannelReport,
    flags: [u64; 3],
    extractor: PacketExtractor,
    segments: HashMap<u8, PacketExtractor>,
    tally: PacketTally,
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
    trackers: HashMap<u16, ContinuityTracker>,
    channels: BTreeMap<ChannelId, Channel>,
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
            fecf_crc16_ok: fecf,
            fecf_crc16_bad: fecf,
            virtual_channels: BTreeMap::new(),
            rejected: BTreeMap::new(),
            rejected_frames: Vec::new(),
        };
        Self {
            spec,
            spacecraft,
            report,
            pairs: HashMap::new(),
            trackers: HashMap::new(),
            channels: BTreeMap::new(),
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

    /// The input ended with `trailing` octets that are no whole frame. Gives the account.
    pub fn finish(mut self, trailing: u64) -> FramesReport {
        self.report.trailing_bytes = trailing;
        for (&(scid, vcid), &frames) in &self.pairs {
            self.report
                .frames_per_scid_vcid
                .insert(format!("{scid}/{vcid}"), frames);
        }
        self.report.spacecraft_id = match self.spacecraft {
            Spacecraft::Only(scid) => Some(scid),
            Spacecraft::Survey => most_frequent(&self.pairs),
        };
        let (kind, packets) = (self.spec.kind, self.spec.packets);
        self.report.virtual_channels = self
            .channels
            .into_iter()
            .map(|(id, channel)| (id.to_string(), channel.finish(kind, packets)))
            .collect();
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
        let continuity = frame.count.map(|(counter, count)| {
            (
                counter,
                count,
                self.trackers
                    .entry(counter)
                    .or_default()
                    .handle_count(count, fingerprint(octets)),
            )
        });
        let channel = self.channels.entry(frame.channel).or_default();
        channel.count_frame(frame);
        if let Some((_, count, continuity)) = continuity {
            if channel.handle_continuity(count, continuity) == Continuity::Repeat {
                return;
            }
        }
        let id = frame.channel;
        if self.spec.packets {
            channel.handle_content(frame.content, &mut |packet| {
                sink(ChannelPacket {
                    channel: id,
                    packet,
                })
            });
        } else {
            channel.report.frames_without_packets += 1;
        }
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

impl Channel {
    fn count_frame(&mut self, frame: &Frame<'_>) {
        self.report.frames += 1;
        self.flags[0] += u64::from(frame.flags.secondary_header);
        self.flags[1] += u64::from(frame.flags.ocf);
        self.flags[2] += u64::from(frame.flags.replay);
    }

    fn handle_continuity(&mut self, count: FrameCount, continuity: Continuity) -> Continuity {
        self.report.first_vcfc.get_or_insert(count.value);
        self.report.last_vcfc = Some(count.value);
        match continuity {
            Continuity::First | Continuity::Next => {}
            Continuity::Repeat => self.report.repeated_frames += 1,
            Continuity::Jump { missing } => {
                self.report.count_discontinuities += 1;
                self.report.missing_frames_by_count += u64::from(missing);
                self.extractor.handle_loss();
                self.segments
                    .values_mut()
                    .for_each(PacketExtractor::handle_loss);
            }
        }
        continuity
    }

    fn handle_content(&mut self, content: Content<'_>, sink: &mut dyn FnMut(Packet<'_>)) {
        let tally = &mut self.tally;
        let mut count = |packet: Packet<'_>| {
            tally.count(packet.apid(), packet.octets());
            sink(packet);
        };
        match content {
            Content::Zone(zone, first) => {
                self.report.idle_frames += u64::from(first == FirstHeader::IdleOnly);
                self.extractor.handle_zone(zone, first, &mut count);
            }
            Content::Whole(field) => self.extractor.handle_whole(field, &mut count),
            Content::Segment(position, id, octets) => {
                // A new reassembly identifier beyond the bound goes through the extractor's slot 0, where it is dropped and counted.
                let known = self.segments.contains_key(&id) || self.segments.len() < OPEN_SEGMENTS;
                let extractor = if known {
                    self.segments.entry(id).or_default()
                } else {
                    &mut self.extractor
                };
                handle_segment(extractor, position, octets, &mut count);
            }
            Content::Idle => self.report.idle_frames += 1,
            Content::Opaque(_) => self.report.frames_without_packets += 1,
        }
    }

    fn finish(mut self, kind: FrameKind, packets: bool) -> ChannelReport {
        let [secondary, ocf, replay] = self.flags;
        self.report.secondary_header_flag_set = (kind == FrameKind::Tm).then_some(secondary);
        self.report.ocf_flag_set = matches!(kind, FrameKind::Tm | FrameKind::Uslp).then_some(ocf);
        self.report.replay_flag_set = (kind == FrameKind::Aos).then_some(replay);
        self.report.space_packets = packets.then(|| self.tally.summary());
        for extractor in std::iter::once(&mut self.extractor).chain(self.segments.values_mut()) {
            extractor.finish();
            for (&reason, dropped) in extractor.dropped() {
                let sum = self.report.dropped.entry(reason).or_default();
                sum.times += dropped.times;
                sum.octets += dropped.octets;
            }
        }
        self.report
    }
}

/// A segment is a packet zone whose pointer the segment header gives: a first segment starts a packet, the others continue it.
fn handle_segment(
    extractor: &mut PacketExtractor,
    position: SegmentPosition,
    octets: &[u8],
    sink: &mut dyn FnMut(Packet<'_>),
) {
    match position {
        SegmentPosition::First => extractor.handle_zone(octets, FirstHeader::At(0), sink),
        SegmentPosition::Continuing | SegmentPosition::Last => {
            extractor.handle_zone(octets, FirstHeader::NoPacketStart, sink)
        }
        SegmentPosition::Whole => extractor.handle_whole(octets, sink),
    }
}
