//! The account of a run for people: short lines, the verdict first.

use std::fmt::Write as _;

use super::chronicle::Chronicle;
use crate::report::human;

/// The whole account, without a line end.
pub(crate) fn text(run: &Chronicle) -> String {
    let mut text = String::new();
    let duplex = match run.duplex {
        "simplex" => String::new(),
        duplex => format!(", {duplex} duplex"),
    };
    let (role, transport, verdict) = (run.role, run.transport, verdict(run));
    let _ = writeln!(text, "{role}{duplex} over {transport}: {verdict}");
    for missing in &run.missing {
        let _ = writeln!(text, "  {missing}");
    }
    let _ = writeln!(text, "{}", ending(run));
    if run.sent.service.is_some() {
        let _ = writeln!(text, "{}", sent(run));
    }
    if run.received.packets > 0 || run.sent.service.is_none() {
        let _ = writeln!(text, "{}", received(run));
    }
    let _ = writeln!(
        text,
        "frames: {} sent{}, {} received",
        human::count(run.frames.sent.total),
        again(run.frames.sent.retransmitted),
        human::count(run.frames.received.accepted)
    );
    if !run.rejected.is_empty() {
        let reasons = run.rejected.iter();
        let reasons: Vec<String> = reasons
            .map(|(reason, n)| format!("{reason} {}", human::count(*n)))
            .collect();
        let _ = writeln!(text, "not taken: {}", reasons.join(", "));
    }
    if let Some(place) = &run.received.kept_in {
        let _ = writeln!(text, "what came is in {}", crate::files::printable(place));
    }
    text.trim_end().to_owned()
}

fn verdict(run: &Chronicle) -> &'static str {
    if run.missing.is_empty() {
        "complete"
    } else {
        "something is missing"
    }
}

fn ending(run: &Chronicle) -> String {
    let why = match (run.ended_by, run.end_of_session.as_deref()) {
        ("session_over", Some("NoMoreData")) => "no more data",
        ("session_over", Some("HailFailed")) => "nobody answered the hail",
        ("session_over", Some("NoAnswer")) => "the other end fell silent",
        ("session_over", _) => "the session is over",
        ("max_seconds", _) => "--max-seconds",
        ("interrupted", _) => "interrupted",
        ("signal_gone", _) => "the signal is gone",
        _ => "the connection is closed",
    };
    format!("ended after {}: {why}", human::seconds(run.seconds))
}

fn sent(run: &Chronicle) -> String {
    let sent = &run.sent;
    let state = match (sent.service, sent.all_sent, sent.all_acknowledged) {
        (Some("sequence"), _, true) => ", all acknowledged",
        (Some("sequence"), ..) => ", not all acknowledged",
        (_, true, _) => ", all sent",
        _ => ", not all sent",
    };
    format!(
        "sent: {}, {}{state}{}",
        counted(sent.packets, "packet"),
        human::octets(sent.octets),
        goodput(sent.goodput_bit_per_s)
    )
}

fn again(frames: u64) -> String {
    match frames {
        0 => String::new(),
        n => format!(" ({} of them again)", human::count(n)),
    }
}

fn received(run: &Chronicle) -> String {
    format!(
        "received: {}, {}{}",
        counted(run.received.packets, "packet"),
        human::octets(run.received.octets),
        goodput(run.received.goodput_bit_per_s)
    )
}

fn counted(n: u64, unit: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", human::count(n))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate above zero"
)]
fn goodput(bit_per_s: Option<f64>) -> String {
    match bit_per_s {
        Some(rate) if rate >= 1e6 => format!(", {:.2} Mbit/s", rate / 1e6),
        Some(rate) if rate >= 1e3 => format!(", {:.1} kbit/s", rate / 1e3),
        Some(rate) => format!(", {} bit/s", rate as u64),
        None => String::new(),
    }
}
