//! The way of the data through one pass, as a Sankey diagram of its own kind: a chain from hop to hop, losses falling out at the bottom.
//!
//! Drawn by hand as SVG, not with the plotting library: its Sankey lays a plain chain out at full height, hides hops that nothing reached,
//! and cannot be printed or read aloud. Widths are shares of what the rover sent; octets of framing that a hop adds or takes off do not change
//! the width. The numbers at the hops are the true octets.

use std::fmt::Write;

use magpie_sim::report::PassReport;

use super::findings::{self, Fate, HopState};
use super::human;
use super::markup::Text;

const TOP: f64 = 52.0;
const FULL: f64 = 84.0;
const NODE: f64 = 12.0;
const FALL: f64 = 176.0;
const LEFT: f64 = 14.0;
const WIDTH: f64 = 1080.0;

/// The diagram of a pass; `brought` are the octets of the rover's files that it brought by itself.
pub(super) fn diagram(pass: &PassReport, brought: u64) -> String {
    if pass.hops.is_empty() {
        return r#"<p class="quiet">No hop was recorded for this pass.</p>"#.into();
    }
    let fates = findings::fates(pass);
    #[expect(clippy::cast_precision_loss, reason = "a handful of hops")]
    let step = (WIDTH - LEFT) / (pass.hops.len() + 1) as f64;
    let has_canister = pass.salvage.canister_octets > 0;
    let height = if has_canister { 272 } else { 214 };
    let mut svg = format!(
        r#"<div class="wide"><svg class="flow" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{}">"#,
        Text(&spoken(pass, &fates, brought))
    );
    let mut through = 1.0;
    let mut x = LEFT;
    let mut bottoms = Vec::with_capacity(pass.hops.len());
    for (hop, fate) in pass.hops.iter().zip(&fates) {
        let new = if fate.state == HopState::Idle {
            0.0
        } else {
            through * fate.kept * (1.0 - fate.aside)
        };
        push_band(&mut svg, x, step, new);
        push_falls(&mut svg, x, through, fate, hop.octets_in);
        push_node(&mut svg, x, through, fate, &hop.name, hop.octets_out);
        bottoms.push(TOP + node_height(through, fate));
        through = new;
        x += step;
    }
    let (name_class, text) = if brought > 0 {
        ("name", human::octets(brought))
    } else {
        ("name idle", "nothing".into())
    };
    let _ = write!(
        svg,
        r#"<text class="{name_class}" x="{x:.1}" y="20">file data</text><text class="num" x="{x:.1}" y="38">{text}</text>"#
    );
    if through > 0.0 {
        let half = (through * FULL / 2.0).max(6.0);
        let middle = TOP + through * FULL / 2.0;
        let _ = write!(
            svg,
            r#"<path class="pass" d="M{x:.1} {:.1}l16 {half:.1}l-16 {half:.1}z"/>"#,
            middle - half
        );
    }
    if has_canister {
        push_canister(&mut svg, pass, step, &bottoms);
    }
    svg.push_str("</svg></div>");
    svg
}

/// The band from one hop to the next.
fn push_band(svg: &mut String, x: f64, step: f64, through: f64) {
    if through > 0.0 {
        let (from, length, height) = (x + NODE, step - NODE, (through * FULL).max(1.5));
        let _ = write!(
            svg,
            r#"<rect class="pass" x="{from:.1}" y="{TOP}" width="{length:.1}" height="{height:.1}"/>"#
        );
    }
}

/// What leaves the chain at a hop: losses in front, repeats set aside behind them.
fn push_falls(svg: &mut String, x: f64, through: f64, fate: &Fate, octets_in: u64) {
    if fate.state == HopState::Idle {
        return;
    }
    let x = x + NODE;
    let bottom = TOP + through * FULL;
    let lost = through * (1.0 - fate.kept);
    let aside = through * fate.kept * fate.aside;
    let mut radius = 8.0;
    for (class, part, word, label_y) in [
        ("lost", lost, "lost", FALL + 14.0),
        ("aside", aside, "repeats", FALL + 29.0),
    ] {
        if part <= 0.0 {
            continue;
        }
        let thick = (part * FULL).max(1.5);
        let middle = radius + thick / 2.0;
        let start = bottom + 8.0 - middle;
        let share = if through > 0.0 { part / through } else { 0.0 };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "three digits are shown; `as` saturates"
        )]
        let octets = (octets_in as f64 * share).round() as u64;
        let _ = write!(
            svg,
            r#"<path class="{class}" d="M{x:.1} {start:.1}a{middle:.1} {middle:.1} 0 0 1 {middle:.1} {middle:.1}V{FALL}" stroke-width="{thick:.1}"><title>{} {word}, {} of what came in</title></path>"#,
            human::octets(octets),
            human::percent(share)
        );
        let _ = write!(
            svg,
            r#"<text class="{class}-num" x="{:.1}" y="{label_y}">{} {word}</text>"#,
            x + 5.0,
            human::octets(octets)
        );
        radius += thick + 3.0;
    }
}

fn push_node(svg: &mut String, x: f64, through: f64, fate: &Fate, name: &str, octets_out: u64) {
    let (class, mark) = match fate.state {
        HopState::Idle => ("idle", ""),
        HopState::Intact => ("intact", ""),
        HopState::Lossy => ("lossy", ""),
        HopState::Broken => ("broken", "✕ "),
    };
    let height = node_height(through, fate);
    let octets = if fate.state == HopState::Idle {
        "–".into()
    } else {
        human::octets(octets_out)
    };
    let _ = write!(
        svg,
        r#"<rect class="node {class}" x="{x:.1}" y="{TOP}" width="{NODE}" height="{height:.1}" rx="2"/><text class="name {class}" x="{x:.1}" y="20">{mark}{}</text><text class="num" x="{x:.1}" y="38">{octets}</text>"#,
        Text(name)
    );
}

fn node_height(through: f64, fate: &Fate) -> f64 {
    if fate.state == HopState::Idle {
        10.0
    } else {
        (through * FULL).max(4.0)
    }
}

/// The second way around the hop that broke: the raw bit stream, decoded on the ground.
fn push_canister(svg: &mut String, pass: &PassReport, step: f64, bottoms: &[f64]) {
    let at = |name: &str, otherwise: usize| {
        pass.hops
            .iter()
            .position(|hop| hop.name == name)
            .unwrap_or(otherwise)
    };
    #[expect(clippy::cast_precision_loss, reason = "a handful of hops")]
    let place = |index: usize| LEFT + index as f64 * step + NODE / 2.0;
    let (first, last) = (at("transceiver", 0), at("team", pass.hops.len() - 1));
    let (from, to) = (place(first), place(last));
    let below = |index: usize| bottoms.get(index).copied().unwrap_or(TOP) + 5.0;
    let salvage = &pass.salvage;
    let thick = (human::share(salvage.frames, pass.frames_sent).min(1.0) * 5.0).max(2.0);
    let lane = 232.0;
    let class = if salvage.frames > 0 {
        "canister"
    } else {
        "canister empty"
    };
    let _ = write!(
        svg,
        r#"<path class="{class}" d="M{from:.1} {:.1}V{:.1}q0 12 12 12H{:.1}q12 0 12 -12V{:.1}" stroke-width="{thick:.1}"/>"#,
        below(first),
        lane - 12.0,
        to - 12.0,
        below(last) + 8.0
    );
    if salvage.frames > 0 {
        let _ = write!(
            svg,
            r#"<path class="canister-tip" d="M{to:.1} {:.1}l7 11h-14z"/>"#,
            below(last)
        );
    }
    let text = format!(
        "canister: {} of raw bit stream, {} frames good on the ground, {} of them only here",
        human::octets(salvage.canister_octets),
        human::count(salvage.frames),
        human::count(salvage.frames_only_here)
    );
    let _ = write!(
        svg,
        r#"<text class="canister-num" x="{:.1}" y="{}" text-anchor="middle">{text}</text>"#,
        f64::midpoint(from, to),
        lane + 26.0
    );
}

/// The diagram in one sentence, for screen readers.
fn spoken(pass: &PassReport, fates: &[Fate], brought: u64) -> String {
    let mut text = String::from("Flow of data. ");
    for (hop, fate) in pass.hops.iter().zip(fates) {
        let word = match fate.state {
            HopState::Idle => "nothing came in".into(),
            HopState::Intact => "all went on".into(),
            HopState::Lossy => format!("{} kept", human::percent(fate.kept)),
            HopState::Broken => format!("broke, {} kept", human::percent(fate.kept)),
        };
        let _ = write!(text, "{}: {word}; ", hop.name);
    }
    let _ = write!(text, "file data brought: {}.", human::octets(brought));
    text
}
