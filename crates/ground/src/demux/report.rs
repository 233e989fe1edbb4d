//! The account of a demultiplexer.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::continuity::{Continuity, FrameCount};
use crate::extract::{Drop, Dropped};
use crate::frames::FrameKind;
use crate::tally::PacketSummary;

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
    /// The spacecraft with most frames of the right version, followed or not.
    #[serde(skip)]
    pub most_frequent_spacecraft: Option<u16>,
    /// Frames with a good frame error control field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecf_crc16_ok: Option<u64>,
    /// Frames with a bad one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecf_crc16_bad: Option<u64>,
    /// Channels of that spacecraft.
    pub virtual_channels: BTreeMap<String, ChannelReport>,
    /// Its frame counters, where channels share them (TC, Version-3, USLP).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub frame_counters: BTreeMap<String, CounterReport>,
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

/// The account of one frame counter that several channels share, e.g. the expedited frames of a Version-3 physical channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CounterReport {
    /// Frames that carry this count.
    pub frames: u64,
    /// Count of the first frame.
    pub first: u64,
    /// Count of the last frame.
    pub last: u64,
    /// How often the count jumped.
    pub count_discontinuities: u64,
    /// Frames missing by the counts, a lower bound.
    pub missing_frames_by_count: u64,
}

impl CounterReport {
    pub(super) fn count(&mut self, count: FrameCount, continuity: Continuity) {
        if self.frames == 0 {
            self.first = count.value;
        }
        self.frames += 1;
        self.last = count.value;
        if let Continuity::Jump { missing } = continuity {
            self.count_discontinuities += 1;
            self.missing_frames_by_count += missing;
        }
    }
}

/// The account of one channel. Where channels share a counter, a jump stands with the channel whose frame showed it; the frames that are missing
/// may have belonged to another one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChannelReport {
    /// Frames accepted.
    pub frames: u64,
    /// Count of the first frame.
    pub first_vcfc: Option<u64>,
    /// Count of the last frame.
    pub last_vcfc: Option<u64>,
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
