//! Strips on a common scale: the timeline of the passes and the completion map of a file.

use std::fmt::Write;

use magpie_sim::report::{DeliveredFile, Outcome, PassReport, Report};

use super::markup::{Strip, Text};
use super::{Coverage, FileContent, findings, human};

/// The five windows one under the other, coloured by what became of the frames.
pub(super) fn timeline(report: &Report) -> String {
    let longest = report
        .passes
        .iter()
        .map(|pass| pass.window_s)
        .fold(0.0, f64::max);
    let mut html = String::from(r#"<div class="rows timeline">"#);
    for (at, pass) in report.passes.iter().enumerate() {
        let lock = match pass.lock_s {
            Some(lock) => format!("lock after {}", human::seconds(lock)),
            None if pass.signal_detected => "signal, but no lock".into(),
            None => "no signal".into(),
        };
        let width = if longest > 0.0 {
            pass.window_s / longest * 100.0
        } else {
            100.0
        };
        let _ = write!(
            html,
            r##"<a class="row" href="#pass-{at}"><span class="who"><b>{}</b> {}</span><span class="bar"><span class="window" style="width:{width:.2}%">{}{}</span></span><span class="what">{lock}</span></a>"##,
            Text(&findings::pass_name(report, pass)),
            chip(pass.outcome),
            window(pass),
            lock_tick(pass),
        );
    }
    let _ = write!(
        html,
        r#"<div class="row scale"><span class="who"></span><span class="bar"><span>0</span><span>{}</span></span><span class="what"></span></div></div>"#,
        human::seconds(longest)
    );
    html
}

/// The strip of one window: a cell for each bin of the series.
fn window(pass: &PassReport) -> Strip {
    let series = &pass.series;
    let frames = series
        .frames_sent
        .iter()
        .zip(&series.frames_good)
        .zip(&series.frames_recorded);
    let cells: Vec<(&'static str, f64, String)> = frames
        .map(|((sent, good), recorded)| match (sent, good, recorded) {
            (0, _, _) => ("silent", 1.0, "rover silent".into()),
            (_, 0, _) => ("undecoded", 1.0, "sent, not decoded".into()),
            (_, good, 0) if *good > 0 => ("spoiled", 1.0, "decoded, spoiled on board".into()),
            (_, good, recorded) if recorded < good => {
                ("mixed", 1.0, "some frames spoiled on board".into())
            }
            _ => ("good", 1.0, "recorded in good order".into()),
        })
        .collect();
    let label = format!(
        "{} frames sent, {} good at the radio, {} recorded",
        pass.frames_sent,
        pass.frames_good,
        findings::frames_recorded(pass)
    );
    if cells.is_empty() {
        Strip::of([("silent", 1.0, "no series".into())], label)
    } else {
        Strip::of(cells, label)
    }
}

fn lock_tick(pass: &PassReport) -> String {
    match pass.lock_s {
        Some(lock) if pass.window_s > 0.0 => format!(
            r#"<i class="lock" style="left:{:.2}%"></i>"#,
            (lock / pass.window_s * 100.0).clamp(0.0, 100.0)
        ),
        _ => String::new(),
    }
}

/// The outcome of a pass as a coloured label, with the hop that broke.
pub(super) fn chip_of(pass: &PassReport) -> String {
    match findings::broken_hop(pass) {
        Some(hop) if pass.outcome == Outcome::Corrupted => {
            format!(r#"<span class="chip bad">✕ broke at: {}</span>"#, Text(hop))
        }
        _ => chip(pass.outcome),
    }
}

/// The outcome of a pass as a coloured label.
fn chip(outcome: Outcome) -> String {
    let (class, mark) = match outcome {
        Outcome::Clean => ("good", "✓"),
        Outcome::Corrupted => ("bad", "✕"),
        Outcome::NotHeard => ("none", "○"),
    };
    format!(
        r#"<span class="chip {class}">{mark} {}</span>"#,
        findings::outcome_text(outcome)
    )
}

/// The file in equal parts: how much of each part each pass brought, and all of them together.
pub(super) fn completion(
    report: &Report,
    file: &DeliveredFile,
    content: Option<&FileContent>,
) -> String {
    if file.completion.is_empty() {
        return String::new();
    }
    let mut html = String::from(r#"<div class="rows map">"#);
    for (at, pass) in report.passes.iter().enumerate() {
        let there = |part: &Vec<u16>| part.iter().any(|pass| usize::from(*pass) == at);
        let coverage = content.and_then(|content| content.per_pass.get(&pass.id));
        let shares = shares(file, content, coverage, there);
        let octets = file.per_pass_octets.get(&pass.id).copied().unwrap_or(0);
        push_row(
            &mut html,
            &findings::pass_name(report, pass),
            &shaded(&shares, "absent"),
            octets,
            "",
        );
    }
    let there = |part: &Vec<u16>| !part.is_empty() || file.complete;
    let coverage = content.map(|content| &content.covered);
    push_row(
        &mut html,
        "all passes",
        &shaded(&shares(file, content, coverage, there), "missing"),
        file.octets,
        " sum",
    );
    let _ = write!(
        html,
        r#"<div class="row scale"><span class="who"></span><span class="bar"><span>first octet</span><span>last octet</span></span><span class="what"></span></div></div><p class="quiet">The fuller the colour, the more of that part of the file a pass brought.</p>"#
    );
    html
}

/// How much of each part is there, 0 to 1: from the coverage if it is at hand, else whole parts only.
fn shares(
    file: &DeliveredFile,
    content: Option<&FileContent>,
    coverage: Option<&Coverage>,
    whole: impl Fn(&Vec<u16>) -> bool,
) -> Vec<f64> {
    let parts = file.completion.len();
    let len = content.map_or(0, |content| content.octets.len());
    file.completion
        .iter()
        .enumerate()
        .map(|(part, passes)| match coverage {
            Some(coverage) => {
                let range = part * len / parts..(part + 1) * len / parts;
                human::share(coverage.octets_in(&range) as u64, range.len() as u64)
            }
            None => f64::from(u8::from(whole(passes))),
        })
        .collect()
}

/// A strip in five shades from `empty` to whole.
fn shaded(shares: &[f64], empty: &'static str) -> Strip {
    let whole = shares.iter().filter(|share| **share >= 1.0).count();
    let cells = shares.iter().map(|&share| match share {
        share if share >= 1.0 => ("good", 1.0, "whole".into()),
        share if share >= 0.6 => ("part3", 1.0, "most of it".into()),
        share if share >= 0.3 => ("part2", 1.0, "about half of it".into()),
        share if share > 0.0 => ("part1", 1.0, "a little of it".into()),
        _ => (empty, 1.0, "nothing".into()),
    });
    Strip::of(cells, format!("{whole} of {} parts whole", shares.len()))
}

fn push_row(html: &mut String, who: &str, strip: &Strip, octets: u64, class: &str) {
    let _ = write!(
        html,
        r#"<div class="row{class}"><span class="who"><b>{}</b></span><span class="bar"><span class="window">{strip}</span></span><span class="what">{}</span></div>"#,
        Text(who),
        human::octets(octets)
    );
}
