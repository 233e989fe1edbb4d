//! The account of packets for people.

use std::fmt::Write as _;

use magpie_ground::packets::PacketsReport;
use magpie_ground::tally::PacketSummary;

use super::{counted, push_list};
use crate::report::human;

/// The account of a packet file.
pub(crate) fn packets_text(report: &PacketsReport) -> String {
    let mut text = String::new();
    push_packets(&mut text, &report.summary);
    if report.skipped_bytes > 0 {
        let _ = writeln!(
            text,
            "skipped: {} that belong to no packet",
            counted(report.skipped_bytes, "octet")
        );
    }
    if report.trailing_bytes > 0 {
        let _ = writeln!(
            text,
            "unfinished: the last packet breaks off after {}",
            counted(report.trailing_bytes, "octet")
        );
    }
    text.trim_end().to_owned()
}

/// Counts, hash and a list by APID.
pub(super) fn push_packets(text: &mut String, summary: &PacketSummary) {
    let _ = write!(text, "{}", counted(summary.packets, "packet"));
    if summary.encapsulation_packets > 0 {
        let encapsulation = counted(summary.encapsulation_packets, "encapsulation packet");
        let _ = write!(text, " and {encapsulation}");
    }
    let _ = writeln!(text, ", {}", human::octets(summary.bytes));
    let apids = summary.packets_per_apid.iter();
    push_list(
        text,
        "  by APID",
        apids.map(|(apid, n)| format!("{apid}: {}", human::count(*n))),
    );
    if summary.bytes > 0 {
        let _ = writeln!(text, "  SHA-256 {}", summary.sha256_of_packets);
    }
}
