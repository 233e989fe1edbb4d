//! Frames of the drawing: a slanted line, its head or its cross, its words.

use std::fmt::Write;

use super::super::axis::LINE;
use super::super::frame::Kind;
use super::super::text::seconds;
use super::super::{Arrow, Fate, Item, Side};
use super::{HALF, LIFELINES};
use crate::report::markup::Text;

/// Style class of a frame.
const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Sequence { again: true, .. } => "again",
        Kind::Sequence { .. } | Kind::Expedited { .. } => "user",
        Kind::Plcw { .. } => "plcw",
        Kind::Token | Kind::NoMoreData => "turn",
        Kind::Hail | Kind::CommChange | Kind::SetVR | Kind::Report => "directive",
        Kind::Unknown => "unknown",
    }
}

/// Inner edges of the bands, sender first.
pub(super) fn across(side: Side) -> [f64; 2] {
    let edges = [LIFELINES[0] + HALF, LIFELINES[1] - HALF];
    match side {
        Side::Left => edges,
        Side::Right => [edges[1], edges[0]],
    }
}

/// The line of a frame, its head or its cross.
pub(super) fn push_arrow(svg: &mut String, item: &Item, arrow: &Arrow, y: [f64; 2]) {
    let x = across(item.side);
    let part = reach(&arrow.fate);
    let tip = [x[0] + (x[1] - x[0]) * part, y[0] + (y[1] - y[0]) * part];
    let class = class(arrow.kind);
    let _ = write!(
        svg,
        r#"<g class="arrow {class}{}"><title>{}</title><path class="reach" d="M{:.1} {:.1}L{:.1} {:.1}"/><path class="line" d="M{:.1} {:.1}L{:.1} {:.1}"/>"#,
        if arrow.fate.is_good() { "" } else { " failed" },
        Text(&told(item, arrow)),
        x[0],
        y[0],
        tip[0],
        tip[1],
        x[0],
        y[0],
        tip[0],
        tip[1]
    );
    if arrow.fate.is_good() {
        push_tip(svg, [x[0], y[0]], tip);
    } else {
        let _ = write!(
            svg,
            r#"<path class="cross" d="M{:.1} {:.1}l10 10m0 -10l-10 10"/>"#,
            tip[0] - 5.0,
            tip[1] - 5.0
        );
    }
    svg.push_str("</g>");
}

/// An arrowhead along the line.
fn push_tip(svg: &mut String, from: [f64; 2], to: [f64; 2]) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy).max(1.0);
    let (ux, uy) = (dx / length * 9.0, dy / length * 9.0);
    let _ = write!(
        svg,
        r#"<path class="tip" d="M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z"/>"#,
        to[0],
        to[1],
        to[0] - ux - uy / 2.2,
        to[1] - uy + ux / 2.2,
        to[0] - ux + uy / 2.2,
        to[1] - uy - ux / 2.2
    );
}

/// Everything about a frame, for a pointer over it.
fn told(item: &Item, arrow: &Arrow) -> String {
    let mut told = format!("{}, {} octets", arrow.label, arrow.octets);
    for line in &arrow.details {
        let _ = write!(told, "; {line}");
    }
    let _ = write!(
        told,
        "; leaves {} to {} s",
        seconds(item.at),
        seconds(arrow.left)
    );
    match &arrow.fate {
        Fate::Arrived => drop(write!(told, "; arrives {} s", seconds(arrow.arrives))),
        Fate::Lost => told.push_str("; lost"),
        fate => drop(write!(
            told,
            "; arrives {} s: {}",
            seconds(arrow.arrives),
            fate.words()
        )),
    }
    told
}

/// The words of a frame: label and details above the place where it leaves.
pub(super) fn push_label(svg: &mut String, item: &Item, arrow: &Arrow, y: [f64; 2]) {
    let x = across(item.side);
    let (at, anchor) = match item.side {
        Side::Left => (x[0] + 12.0, "start"),
        Side::Right => (x[0] - 12.0, "end"),
    };
    let lines = std::iter::once((&arrow.label, "label"));
    let lines = lines.chain(arrow.details.iter().map(|line| (line, "detail")));
    let count = arrow.details.len();
    for (n, (words, class)) in lines.enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let above = (count - n) as f64 * LINE;
        let _ = write!(
            svg,
            r#"<text class="{class}" x="{at}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
            y[0] - 4.0 - above,
            Text(words)
        );
    }
}

/// How far an arrow is drawn: what never came ends on the way.
const fn reach(fate: &Fate) -> f64 {
    match fate {
        Fate::Arrived => 1.0,
        Fate::Lost => 0.62,
        _ => 0.985,
    }
}

/// What went wrong: behind the cross of a frame that never came, above the line of one that came in vain.
pub(super) fn push_fate(svg: &mut String, item: &Item, arrow: &Arrow, y: [f64; 2]) {
    let x = across(item.side);
    let lost = arrow.fate == Fate::Lost;
    let part = if lost { reach(&arrow.fate) } else { 0.84 };
    let inward = if item.side == Side::Left { 1.0 } else { -1.0 };
    let anchor = match (lost, item.side) {
        (false, _) => "middle",
        (true, Side::Left) => "start",
        (true, Side::Right) => "end",
    };
    let (aside, down) = if lost {
        (12.0 * inward, 4.0)
    } else {
        (0.0, -4.0)
    };
    let _ = write!(
        svg,
        r#"<text class="fate" x="{:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
        x[0] + (x[1] - x[0]) * part + aside,
        y[0] + (y[1] - y[0]) * part + down,
        Text(arrow.fate.words())
    );
}
