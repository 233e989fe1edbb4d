//! The account of a file of frames for people.

use std::fmt::Write as _;

use comfy_table::Table;
use magpie_ground::demux::{ChannelReport, FramesReport};
use magpie_ground::frames::{FrameKind, FrameSpec};

use super::packets::push_packets;
use super::{counted, table};
use crate::report::human;

/// Refused frames told one by one, of each reason.
const EXAMPLES: usize = 3;

/// The account of a file of frames.
pub(crate) fn frames_text(report: &FramesReport) -> String {
    let mut text = String::new();
    let kind = report.frame_format;
    let _ = write!(text, "{}", counted(report.frames, &format!("{kind} frame")));
    if let Some(len) = report.frame_length {
        let _ = write!(text, " of {len} octets");
    }
    text.push('\n');
    if let (Some(good), Some(bad)) = (report.fecf_crc16_ok, report.fecf_crc16_bad) {
        let (good, bad) = (human::count(good), human::count(bad));
        let _ = writeln!(text, "frame error control: {good} good, {bad} bad");
    }
    if let Some(scid) = report.spacecraft_id {
        let _ = writeln!(text, "spacecraft {scid}");
    }
    if report.frame_counters.is_empty() {
        push_table(&mut text, &channels(report));
    } else {
        push_table(&mut text, &counters(report));
        push_table(&mut text, &sub_channels(report));
    }
    for (id, channel) in &report.virtual_channels {
        push_channel(&mut text, id, channel);
    }
    push_refused(&mut text, report);
    text.trim_end().to_owned()
}

fn push_table(text: &mut String, table: &Table) {
    if table.row_count() > 0 {
        let _ = writeln!(text, "{table}");
    }
}

fn number(n: Option<u64>) -> String {
    n.map_or_else(|| "–".into(), human::count)
}

/// Kinds whose channels count on their own.
fn channels(report: &FramesReport) -> Table {
    let mut table = table([
        "channel", "frames", "first", "last", "jumps", "missing", "idle", "packets", "octets",
    ]);
    for (id, channel) in &report.virtual_channels {
        let packets = channel.space_packets.as_ref();
        // Counts are names, not amounts: no separators.
        let count = |count: Option<u64>| count.map_or_else(|| "–".into(), |n| n.to_string());
        table.add_row([
            id.clone(),
            human::count(channel.frames),
            count(channel.first_vcfc),
            count(channel.last_vcfc),
            human::count(channel.count_discontinuities),
            human::count(channel.missing_frames_by_count),
            human::count(channel.idle_frames),
            number(packets.map(|packets| packets.packets)),
            number(packets.map(|packets| packets.bytes)),
        ]);
    }
    table
}

/// Counters that several channels share.
fn counters(report: &FramesReport) -> Table {
    let mut table = table(["counter", "frames", "first", "last", "jumps", "missing"]);
    for (id, counter) in &report.frame_counters {
        table.add_row([
            id.clone(),
            human::count(counter.frames),
            counter.first.to_string(),
            counter.last.to_string(),
            human::count(counter.count_discontinuities),
            human::count(counter.missing_frames_by_count),
        ]);
    }
    table
}

fn sub_channels(report: &FramesReport) -> Table {
    let title = match report.frame_format {
        FrameKind::V3 => "PCID.port",
        _ => "channel",
    };
    let mut table = table([title, "frames", "idle", "no packets", "packets", "octets"]);
    for (id, channel) in &report.virtual_channels {
        let packets = channel.space_packets.as_ref();
        table.add_row([
            id.clone(),
            human::count(channel.frames),
            human::count(channel.idle_frames),
            human::count(channel.frames_without_packets),
            number(packets.map(|packets| packets.packets)),
            number(packets.map(|packets| packets.bytes)),
        ]);
    }
    table
}

fn push_channel(text: &mut String, id: &str, channel: &ChannelReport) {
    let packets = channel.space_packets.as_ref();
    if let Some(packets) = packets.filter(|packets| packets.bytes > 0) {
        let _ = write!(text, "channel {id}: ");
        push_packets(text, packets);
    }
    for (reason, dropped) in &channel.dropped {
        let _ = writeln!(
            text,
            "channel {id}: {} in no packet, {reason} ({})",
            counted(dropped.octets, "octet"),
            counted(dropped.times, "time"),
        );
    }
    if channel.repeated_frames > 0 {
        let repeated = counted(channel.repeated_frames, "frame");
        let _ = writeln!(
            text,
            "channel {id}: {repeated} the same as the one before, dropped"
        );
    }
}

fn push_refused(text: &mut String, report: &FramesReport) {
    for (reason, n) in &report.rejected {
        let _ = writeln!(text, "refused: {}, {reason}", counted(*n, "frame"));
        let refused = || {
            report
                .rejected_frames
                .iter()
                .filter(|frame| frame.reason == *reason)
        };
        for frame in refused().take(EXAMPLES) {
            let _ = writeln!(
                text,
                "  frame {} at octet {}: {}",
                frame.frame, frame.offset, frame.detail
            );
        }
        if *n > EXAMPLES as u64 {
            let _ = writeln!(text, "  and {} more", human::count(n - EXAMPLES as u64));
        }
    }
    if report.skipped_bytes > 0 {
        let skipped = counted(report.skipped_bytes, "octet");
        let _ = writeln!(text, "skipped: {skipped} that belong to no frame");
    }
    if report.trailing_bytes > 0 {
        let trailing = counted(report.trailing_bytes, "octet");
        let _ = writeln!(text, "unfinished: {trailing} at the end, no whole frame");
    }
}

/// The options of `magpie frames` that say the same as this specification.
pub(crate) fn spec_options(spec: &FrameSpec) -> String {
    let mut options = format!("--type {}", spec.kind.to_string().to_lowercase());
    if let Some(len) = spec.frame_len {
        let _ = write!(options, " --len {len}");
    }
    if spec.insert_zone > 0 {
        let _ = write!(options, " --insert-zone {}", spec.insert_zone);
    }
    if let Some(len) = spec.truncated_len {
        let _ = write!(options, " --truncated-len {len}");
    }
    for (set, option) in [
        (spec.fhec, " --fhec"),
        (spec.ocf && spec.kind == FrameKind::Aos, " --ocf"),
        (spec.fecf, " --fecf"),
        (spec.segment_header, " --segment-header"),
        (!spec.packets, " --no-mpdu"),
    ] {
        if set {
            options.push_str(option);
        }
    }
    options
}
