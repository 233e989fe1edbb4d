//! One channel of a spacecraft: its packets out of whole fields, packet zones and segments.

use std::collections::HashMap;

use magpie_wire::first_header::FirstHeader;

use super::report::ChannelReport;
use crate::continuity::{Continuity, CounterId, FrameCount};
use crate::extract::PacketExtractor;
use crate::frames::{Content, Frame, FrameKind, SegmentPosition};
use crate::packet::Packet;
use crate::tally::PacketTally;

/// Reassemblies in progress a channel.
const OPEN_SEGMENTS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Channel {
    pub(super) report: ChannelReport,
    flags: [u64; 3],
    stream: Reassembly,
    segments: HashMap<u8, Reassembly>,
    tally: PacketTally,
}

/// An extractor, and the counter whose frames fed it last: a jump of that counter may have cost it a piece.
#[derive(Debug, Default)]
struct Reassembly {
    extractor: PacketExtractor,
    counter: Option<CounterId>,
}

impl Channel {
    pub(super) fn count_frame(&mut self, frame: &Frame<'_>) {
        self.report.frames += 1;
        self.flags[0] += u64::from(frame.flags.secondary_header);
        self.flags[1] += u64::from(frame.flags.ocf);
        self.flags[2] += u64::from(frame.flags.replay);
    }

    pub(super) fn note(&mut self, count: FrameCount, continuity: Continuity) {
        self.report.first_vcfc.get_or_insert(count.value);
        self.report.last_vcfc = Some(count.value);
        match continuity {
            Continuity::First | Continuity::Next => {}
            Continuity::Repeat => self.report.repeated_frames += 1,
            Continuity::Jump { missing } => {
                self.report.count_discontinuities += 1;
                self.report.missing_frames_by_count += missing;
            }
        }
    }

    pub(super) fn handle_loss(&mut self, counter: CounterId) {
        std::iter::once(&mut self.stream)
            .chain(self.segments.values_mut())
            .filter(|reassembly| reassembly.counter == Some(counter))
            .for_each(|reassembly| reassembly.extractor.handle_loss());
    }

    /// Octets of unfinished packets.
    pub(super) fn held(&self) -> usize {
        let segments = self.segments.values();
        let reassemblies = std::iter::once(&self.stream).chain(segments);
        reassemblies
            .map(|reassembly| reassembly.extractor.held())
            .sum()
    }

    /// Drops all unfinished packets, by name, to make room.
    pub(super) fn make_room(&mut self) {
        std::iter::once(&mut self.stream)
            .chain(self.segments.values_mut())
            .for_each(|reassembly| reassembly.extractor.make_room());
    }

    pub(super) fn handle_content(
        &mut self,
        content: Content<'_>,
        counter: Option<CounterId>,
        sink: &mut dyn FnMut(Packet<'_>),
    ) {
        let tally = &mut self.tally;
        let mut count = |packet: Packet<'_>| {
            tally.count(packet.apid(), packet.octets());
            sink(packet);
        };
        match content {
            Content::Zone(zone, first) => {
                self.report.idle_frames += u64::from(first == FirstHeader::IdleOnly);
                let extractor = self.stream.fed_by(counter);
                extractor.handle_zone(zone, first, &mut count);
            }
            Content::Whole(field) => self.stream.fed_by(counter).handle_whole(field, &mut count),
            Content::Segment(position, id, octets) => {
                // A new reassembly identifier beyond the bound goes through the extractor's slot 0, where it is dropped and counted.
                let known = self.segments.contains_key(&id) || self.segments.len() < OPEN_SEGMENTS;
                let reassembly = if known {
                    self.segments.entry(id).or_default()
                } else {
                    &mut self.stream
                };
                handle_segment(reassembly.fed_by(counter), position, octets, &mut count);
            }
            Content::Idle => self.report.idle_frames += 1,
            Content::Opaque(_) => self.report.frames_without_packets += 1,
        }
    }

    pub(super) fn finish(mut self, kind: FrameKind, packets: bool) -> ChannelReport {
        let [secondary, ocf, replay] = self.flags;
        self.report.secondary_header_flag_set = (kind == FrameKind::Tm).then_some(secondary);
        self.report.ocf_flag_set = matches!(kind, FrameKind::Tm | FrameKind::Uslp).then_some(ocf);
        self.report.replay_flag_set = (kind == FrameKind::Aos).then_some(replay);
        self.report.space_packets = packets.then(|| self.tally.summary());
        let reassemblies = std::iter::once(&mut self.stream).chain(self.segments.values_mut());
        for Reassembly { extractor, .. } in reassemblies {
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

impl Reassembly {
    fn fed_by(&mut self, counter: Option<CounterId>) -> &mut PacketExtractor {
        self.counter = counter;
        &mut self.extractor
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
        SegmentPosition::Continuing => {
            extractor.handle_zone(octets, FirstHeader::NoPacketStart, sink);
        }
        SegmentPosition::Last => {
            extractor.handle_zone(octets, FirstHeader::NoPacketStart, sink);
            extractor.handle_end_of_packet();
        }
        SegmentPosition::Whole => extractor.handle_whole(octets, sink),
    }
}
