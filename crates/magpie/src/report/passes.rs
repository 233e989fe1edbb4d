//! One pass on the page: verdict, figures, flow, plots, table of hops; and the overview of all passes and hops.

use std::fmt::Write;

use magpie_sim::report::{Hop, PassReport, Report};

use super::findings::{self, Fate, HopState};
use super::markup::{Text, json_in_script};
use super::{flow, human, map, plots};

/// Hops by passes: how much each hop kept, the hop that broke marked. Read downwards, it is the way of the data.
pub(super) fn overview(report: &Report) -> String {
    let Some(longest) = report
        .passes
        .iter()
        .max_by_key(|pass| pass.hops.len())
        .filter(|pass| !pass.hops.is_empty())
    else {
        return String::new();
    };
    let mut html = String::from(
        r#"<div class="rows wide"><table class="matrix"><caption>What each hop kept of what came in</caption><thead><tr><th scope="col">hop</th>"#,
    );
    for (at, pass) in report.passes.iter().enumerate() {
        let _ = write!(
            html,
            r##"<th scope="col"><a href="#pass-{at}">{}</a></th>"##,
            Text(&findings::short_pass_name(report, pass))
        );
    }
    html.push_str("</tr></thead><tbody>");
    let fates: Vec<Vec<Fate>> = report.passes.iter().map(findings::fates).collect();
    for (place, hop) in longest.hops.iter().enumerate() {
        let _ = write!(html, r#"<tr><th scope="row">{}</th>"#, Text(&hop.name));
        for fates in &fates {
            html.push_str(
                &fates
                    .get(place)
                    .map_or_else(|| r#"<td class="idle">–</td>"#.into(), cell),
            );
        }
        html.push_str("</tr>");
    }
    html.push_str(r#"<tr class="total"><th scope="row">file data brought</th>"#);
    for pass in &report.passes {
        let _ = write!(
            html,
            "<td><span>{}</span></td>",
            human::percent(findings::delivered_share(report, pass))
        );
    }
    html.push_str("</tr></tbody></table></div>");
    html
}

fn cell(fate: &Fate) -> String {
    let (class, mark) = match fate.state {
        HopState::Idle => return r#"<td class="idle">–</td>"#.into(),
        HopState::Intact => ("intact", ""),
        HopState::Lossy => ("lossy", ""),
        HopState::Broken => ("broken", "✕ "),
    };
    format!(
        r#"<td class="{class}">{mark}<span>{}</span></td>"#,
        human::percent(fate.kept)
    )
}

/// The card of pass number `at`.
pub(super) fn card(report: &Report, at: usize, pass: &PassReport) -> String {
    let when = match (human::day(&pass.start_utc), human::clock(&pass.start_utc)) {
        (Some((_, year)), Some(clock)) => format!("{year}, {clock}"),
        _ => pass.start_utc.clone(),
    };
    let mut html = format!(
        r#"<article class="card" id="pass-{at}"><header><h3>{} <small>{}</small></h3>{}</header><p class="verdict">{}</p>"#,
        Text(&findings::pass_name(report, pass)),
        Text(&when),
        map::chip_of(pass),
        Text(&pass.verdict),
    );
    html.push_str(&figures(report, pass));
    html.push_str("<h4>Where the data went</h4>");
    html.push_str(&flow::diagram(
        pass,
        findings::brought_octets(report, &pass.id),
    ));
    if let Some(plot) = plots::over_time(pass) {
        let _ = write!(
            html,
            r#"<h4>The radio link over the window</h4><div class="plot" id="plot-{at}"></div><script type="application/json" id="plot-{at}-data">{}</script>"#,
            json_in_script(&plot)
        );
    }
    let _ = write!(
        html,
        "<details open><summary>All hops in figures</summary>{}</details></article>",
        hops(pass)
    );
    html
}

/// The figures of a pass.
fn figures(report: &Report, pass: &PassReport) -> String {
    let salvage = &pass.salvage;
    let yes_no = if pass.signal_detected { "yes" } else { "no" };
    let canister = if salvage.canister_octets == 0 {
        "empty".into()
    } else {
        human::counted(
            usize::try_from(salvage.frames_only_here).unwrap_or(usize::MAX),
            "frame",
            "frames",
        )
    };
    let items = [
        ("listening window", human::seconds(pass.window_s)),
        ("signal heard", yes_no.into()),
        (
            "decoder lock",
            pass.lock_s.map_or_else(
                || "never".into(),
                |lock| format!("after {}", human::seconds(lock)),
            ),
        ),
        ("frames sent", human::count(pass.frames_sent)),
        ("good at the radio", human::count(pass.frames_good)),
        ("bad at the radio", human::count(pass.frames_bad)),
        (
            "recorded good",
            human::count(findings::frames_recorded(pass)),
        ),
        ("only in the canister", canister),
        (
            "file data brought",
            human::octets(findings::brought_octets(report, &pass.id)),
        ),
        (
            "all on Earth",
            human::clock(&pass.on_earth_utc).unwrap_or_else(|| pass.on_earth_utc.clone()),
        ),
    ];
    definition_list("facts", &items)
}

/// Label and value pairs.
pub(super) fn definition_list(class: &str, items: &[(&str, String)]) -> String {
    let mut html = format!(r#"<dl class="{class}">"#);
    for (label, value) in items {
        let _ = write!(html, "<div><dt>{label}</dt><dd>{}</dd></div>", Text(value));
    }
    html.push_str("</dl>");
    html
}

fn hops(pass: &PassReport) -> String {
    let mut html = String::from(
        r#"<div class="wide"><table class="hops"><thead><tr><th scope="col">hop</th><th scope="col">counts</th><th scope="col" class="n">in</th><th scope="col" class="n">out</th><th scope="col" class="n">kept</th><th scope="col" class="n">octets in</th><th scope="col" class="n">octets out</th><th scope="col">refused, and why</th></tr></thead><tbody>"#,
    );
    for (hop, fate) in pass.hops.iter().zip(findings::fates(pass)) {
        let class = match fate.state {
            HopState::Idle => "idle",
            HopState::Intact => "intact",
            HopState::Lossy => "lossy",
            HopState::Broken => "broken",
        };
        let kept = if fate.state == HopState::Idle {
            "–".into()
        } else {
            human::percent(fate.kept)
        };
        let mark = if fate.state == HopState::Broken {
            r#" <span class="chip bad">✕ broke here</span>"#
        } else {
            ""
        };
        let _ = write!(
            html,
            r#"<tr class="{class}"><th scope="row">{}{mark}</th><td>{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{kept}</td><td class="n">{}</td><td class="n">{}</td><td>{}</td></tr>"#,
            Text(&hop.name),
            Text(&hop.unit),
            human::count(hop.units_in),
            human::count(hop.units_out),
            human::count(hop.octets_in),
            human::count(hop.octets_out),
            reasons(hop),
        );
    }
    html.push_str("</tbody></table></div>");
    html
}

/// The reasons of a hop's refusals, the most frequent first.
fn reasons(hop: &Hop) -> String {
    let mut reasons: Vec<(&String, &u64)> = hop.rejected.iter().filter(|(_, n)| **n > 0).collect();
    reasons.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut html = String::new();
    for (reason, n) in reasons {
        let _ = write!(
            html,
            r#"<span class="reason"><b>{}</b> {}</span> "#,
            human::count(*n),
            Text(reason)
        );
    }
    html
}
