//! What the file commands print: one JSON document, or a text for people.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use comfy_table::{CellAlignment, Table};
use magpie_ground::decode::{ConvolutionalReport, DecodeReport};
use magpie_ground::demux::{ChannelReport, FramesReport};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::packets::PacketsReport;
use magpie_ground::tally::PacketSummary;
use serde::Serialize;

use crate::command::Failure;
use crate::files;

/// A value as one JSON document.
pub fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}

/// Prints a text and a line end on standard output. A reader that has gone (`| head`) has had enough; that is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "standard output: cannot write: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Standard output can carry the JSON document or the octets, not both.
pub fn only_one_on_standard_output(json: bool, out: Option<&Path>) -> Result<(), Failure> {
    if json && out.is_some_and(files::is_standard) {
        return Err(Failure::new(
            "--json and --out - both want standard output; give --out a file",
        ));
    }
    Ok(())
}

/// An octet count for people.
pub fn octets(n: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // three digits are shown
    match n {
        0..=9_999 => format!("{n} octets"),
        10_000..=9_999_999 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

/// The account of a packet file.
pub fn packets_text(report: &PacketsReport) -> String {
    let mut text = String::new();
    push_packets(&mut text, &report.summary);
    if report.skipped_bytes > 0 {
        let _ = writeln!(
            text,
            "skipped: {} octets that belong to no packet",
            report.skipped_bytes
        );
    }
    if report.trailing_bytes > 0 {
        let _ = writeln!(
            text,
            "unfinished: the last packet breaks off after {} octets",
            report.trailing_bytes
        );
    }
    text.trim_end().to_owned()
}

fn push_packets(text: &mut String, summary: &PacketSummary) {
    let _ = writeln!(
        text,
        "{} packets, {}, SHA-256 {}",
        summary.packets,
        octets(summary.bytes),
        summary.sha256_of_packets
    );
    if summary.encapsulation_packets > 0 {
        let _ = writeln!(
            text,
            "and {} encapsulation packets",
            summary.encapsulation_packets
        );
    }
    let apids: Vec<String> = summary
        .packets_per_apid
        .iter()
        .map(|(apid, n)| format!("{apid}: {n}"))
        .collect();
    if !apids.is_empty() {
        let _ = writeln!(text, "by APID: {}", apids.join(", "));
    }
}

/// The account of a file of frames.
pub fn frames_text(report: &FramesReport) -> String {
    let mut text = String::new();
    let length = report
        .frame_length
        .map_or_else(String::new, |len| format!(" of {len} octets"));
    let _ = writeln!(
        text,
        "{} {} frames{length}",
        report.frames, report.frame_format
    );
    if let (Some(good), Some(bad)) = (report.fecf_crc16_ok, report.fecf_crc16_bad) {
        let _ = writeln!(text, "frame error control: {good} good, {bad} bad");
    }
    if !report.virtual_channels.is_empty() {
        let scid = report
            .spacecraft_id
            .map_or_else(|| "?".into(), |scid| scid.to_string());
        let _ = writeln!(text, "spacecraft {scid}:\n{}", channel_table(report));
    }
    for (id, channel) in &report.virtual_channels {
        push_channel(&mut text, id, channel);
    }
    for (reason, n) in &report.rejected {
        let _ = write!(text, "refused: {n} frames, {reason}");
        let examples: Vec<String> = report
            .rejected_frames
            .iter()
            .filter(|frame| frame.reason == *reason)
            .take(3)
            .map(|frame| {
                format!(
                    "frame {} at octet {}: {}",
                    frame.frame, frame.offset, frame.detail
                )
            })
            .collect();
        let _ = writeln!(
            text,
            " ({}{})",
            examples.join("; "),
            if *n > 3 { "; …" } else { "" }
        );
    }
    if report.skipped_bytes > 0 {
        let _ = writeln!(
            text,
            "skipped: {} octets that belong to no frame",
            report.skipped_bytes
        );
    }
    if report.trailing_bytes > 0 {
        let _ = writeln!(
            text,
            "unfinished: {} octets at the end are no whole frame",
            report.trailing_bytes
        );
    }
    text.trim_end().to_owned()
}

fn channel_table(report: &FramesReport) -> Table {
    let mut table = Table::new();
    table.set_header([
        "channel", "frames", "first", "last", "jumps", "missing", "idle", "packets", "octets",
    ]);
    for (id, channel) in &report.virtual_channels {
        let count =
            |count: Option<u32>| count.map_or_else(|| "–".into(), |count| count.to_string());
        let packets = channel.space_packets.as_ref();
        table.add_row([
            id.clone(),
            channel.frames.to_string(),
            count(channel.first_vcfc),
            count(channel.last_vcfc),
            channel.count_discontinuities.to_string(),
            channel.missing_frames_by_count.to_string(),
            channel.idle_frames.to_string(),
            packets.map_or_else(|| "–".into(), |packets| packets.packets.to_string()),
            packets.map_or_else(|| "–".into(), |packets| packets.bytes.to_string()),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn push_channel(text: &mut String, id: &str, channel: &ChannelReport) {
    if let Some(packets) = channel
        .space_packets
        .as_ref()
        .filter(|packets| packets.packets > 0)
    {
        let _ = write!(text, "channel {id}: ");
        push_packets(text, packets);
    }
    for (reason, dropped) in &channel.dropped {
        let reason = serde_json::to_string(reason).unwrap_or_default();
        let _ = writeln!(
            text,
            "channel {id}: {} octets did not become packets, {} times: {}",
            dropped.octets,
            dropped.times,
            reason.trim_matches('"')
        );
    }
    if channel.repeated_frames > 0 {
        let _ = writeln!(
            text,
            "channel {id}: {} frames repeated the one before",
            channel.repeated_frames
        );
    }
}

/// The options of `magpie frames` that say the same as this specification.
pub fn spec_options(spec: &FrameSpec) -> String {
    let mut options = format!("--type {}", spec.kind.to_string().to_lowercase());
    if let Some(len) = spec.frame_len {
        let _ = write!(options, " --len {len}");
    }
    if spec.insert_zone > 0 {
        let _ = write!(options, " --insert-zone {}", spec.insert_zone);
    }
    for (set, option) in [
        (spec.fhec, " --fhec"),
        (spec.ocf, " --ocf"),
        (spec.fecf, " --fecf"),
        (!spec.packets, " --no-mpdu"),
    ] {
        if set && !(option == " --ocf" && spec.kind != FrameKind::Aos) {
            options.push_str(option);
        }
    }
    options
}

/// The account of a decoded recording.
pub fn decode_text(report: &DecodeReport) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} symbols", report.symbols);
    if let Some(conv) = &report.convolutional {
        push_convolutional(&mut text, conv);
    }
    if report.markers > 0 {
        let _ = writeln!(
            text,
            "{} markers, {} of them inverted",
            report.markers, report.markers_inverted
        );
    }
    if let Some(rs) = &report.codewords {
        let _ = writeln!(
            text,
            "{} codewords: {} clean, {} mended, {} beyond repair",
            rs.codewords, rs.codewords_clean, rs.codewords_corrected, rs.codewords_failed
        );
    }
    let _ = writeln!(
        text,
        "{} frames, {} good; {} bad",
        report.frames, report.frames_good, report.frames_bad
    );
    for (reason, n) in &report.rejected {
        let _ = write!(text, "refused: {n} × {reason}");
        if let Some(unit) = report
            .rejected_units
            .iter()
            .find(|unit| unit.reason == *reason)
        {
            let _ = write!(text, " (first at bit {}: {})", unit.at_bit, unit.detail);
        }
        text.push('\n');
    }
    if report.invalid_symbols > 0 {
        let _ = writeln!(
            text,
            "{} symbols cannot be (not a number, or no bit); taken as erased",
            report.invalid_symbols
        );
    }
    if report.trailing_bytes > 0 {
        let _ = writeln!(
            text,
            "unfinished: {} octets at the end are no whole symbol",
            report.trailing_bytes
        );
    }
    text.trim_end().to_owned()
}

fn push_convolutional(text: &mut String, conv: &ConvolutionalReport) {
    if conv.bits_in_lock == 0 {
        let _ = writeln!(text, "Viterbi: {} bits, never in lock", conv.bits);
        return;
    }
    let _ = writeln!(
        text,
        "Viterbi: {} bits, {} of them in lock; {:.1} % of the symbols disagree there; {} slips; G2 {}",
        conv.bits,
        conv.bits_in_lock,
        conv.symbol_mismatch * 100.0,
        conv.slips,
        if conv.g2_inverted == Some(true) {
            "inverted"
        } else {
            "not inverted"
        }
    );
}
