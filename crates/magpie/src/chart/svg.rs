//! The chart as a drawing: slanted arrows between two lifelines whose colour is the state.
//!
//! The drawing carries its own style for light and dark surroundings, needs no script and no network, and tells details when pointed at. Colour
//! never stands alone: states are labelled where they begin, frames are labelled where they leave, and what failed bears a cross.

use std::fmt::Write;

use magpie_link::clock::Instant;

use super::axis::{self, LINE, Layout, Place};
use super::fold::{Fold, Row, Tally};
use super::state::{Band, StateMark};
use super::tables::trigger;
use super::text::{LONGEST_ROW, seconds};
use super::{Chart, Fate, Item, Side, What};
use crate::report::markup::Text;

mod arrow;

use arrow::{across, push_arrow, push_fate, push_label};

/// The style of the drawing, also for the legend of a page.
pub const STYLE: &str = include_str!("assets/ladder.css");

/// Width of the drawing.
const WIDTH: f64 = 1220.0;
/// The lifelines: middles of the bands.
const LIFELINES: [f64; 2] = [346.0, 874.0];
/// Half the width of a band.
const HALF: f64 = 7.0;
/// Room for the names above.
const HEAD: f64 = 54.0;
/// Characters of a line of text inside a fold.
const FOLD_CHARS: usize = 72;

/// The whole drawing of these rows, as a document of its own.
pub fn draw(chart: &Chart, rows: &[Row<'_>], title: &str) -> String {
    let layout = axis::layout(chart, rows, lines);
    let height = layout.height + HEAD + 10.0;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="ladder" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img" aria-label="{title}"><title>{title}</title><style>{STYLE}</style><rect class="paper" width="{WIDTH}" height="{height:.0}"/>"#,
        title = Text(title)
    );
    push_heads(&mut svg, chart);
    let _ = write!(svg, r#"<g transform="translate(0 {HEAD})">"#);
    // Folds lie behind everything, labels on top.
    for (row, place) in rows.iter().zip(&layout.places) {
        if let (Row::Many(fold), Place::Block { top, bottom }) = (row, place) {
            push_box(&mut svg, fold, *top, *bottom);
        }
    }
    for side in Side::BOTH {
        push_bands(&mut svg, chart, rows, &layout, side);
    }
    let each = |svg: &mut String, layer: Layer| {
        for (row, place) in rows.iter().zip(&layout.places) {
            match (row, place) {
                (Row::One(item), place) => push_item(svg, item, *place, layer),
                (Row::Many(fold), Place::Block { top, .. }) if layer == Layer::Words => {
                    push_fold(svg, fold, *top);
                }
                _ => {}
            }
        }
    };
    each(&mut svg, Layer::Lines);
    each(&mut svg, Layer::Words);
    push_fates(&mut svg, rows, &layout);
    svg.push_str("</g></svg>");
    svg
}

/// Lines of text that a row takes between the lifelines.
fn lines(row: &Row<'_>) -> usize {
    match row {
        Row::One(item) => match &item.what {
            What::Frame(arrow) => 1 + arrow.details.len(),
            _ => 1,
        },
        Row::Many(fold) => fold_lines(fold).len(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Lines,
    Words,
}

fn push_heads(svg: &mut String, chart: &Chart) {
    for side in Side::BOTH {
        let end = &chart.ends[side.index()];
        let x = LIFELINES[side.index()];
        let _ = write!(
            svg,
            r#"<text class="name" x="{x}" y="22" text-anchor="middle">{}</text><text class="remark" x="{x}" y="40" text-anchor="middle">{}</text>"#,
            Text(&end.name),
            Text(&end.remark)
        );
    }
}

/// The lifeline: a band for each state.
fn push_bands(svg: &mut String, chart: &Chart, rows: &[Row<'_>], layout: &Layout, side: Side) {
    let mut state = &chart.ends[side.index()].first;
    let (mut top, mut since) = (0.0, Instant::ZERO);
    for (item, y) in steps(chart, rows, layout, side) {
        let Some(after) = item.state_after() else {
            continue;
        };
        if after != state {
            push_band(svg, side, state, [top, y], [since, item.at]);
            (state, top, since) = (after, y, item.at);
        }
    }
    push_band(svg, side, state, [top, layout.height], [since, chart.end()]);
}

/// The steps of one end and where they stand: labelled ones at their label, folded ones by their time.
fn steps<'a>(
    chart: &'a Chart,
    rows: &[Row<'a>],
    layout: &Layout,
    side: Side,
) -> Vec<(&'a Item, f64)> {
    let mut steps = Vec::new();
    for (row, place) in rows.iter().zip(&layout.places) {
        match (row, place) {
            (Row::One(item), Place::Beside { y }) => steps.push((*item, *y)),
            (Row::Many(fold), Place::Block { top, bottom }) => {
                let items = chart.items().get(fold.items.clone()).unwrap_or_default();
                let y = |at| layout.y(at).clamp(*top, *bottom);
                steps.extend(items.iter().map(|item| (item, y(item.at))));
            }
            _ => {}
        }
    }
    steps.retain(|(item, _)| item.side == side);
    steps
}

fn push_band(svg: &mut String, side: Side, state: &StateMark, y: [f64; 2], t: [Instant; 2]) {
    let height = y[1] - y[0];
    if height <= 0.0 {
        return;
    }
    let x = LIFELINES[side.index()] - HALF;
    // The rim of a thin band would be all there is of it.
    let rim = if height < 3.0 { " thin" } else { "" };
    let _ = write!(
        svg,
        r#"<rect class="band {}{rim}" x="{x}" y="{:.1}" width="{}" height="{height:.1}"><title>{}, {} to {} s</title></rect>"#,
        state.band().class(),
        y[0],
        2.0 * HALF,
        Text(&state.to_string()),
        seconds(t[0]),
        seconds(t[1])
    );
}

fn push_item(svg: &mut String, item: &Item, place: Place, layer: Layer) {
    match (&item.what, place, layer) {
        (What::Step { row, from, to }, Place::Beside { y }, Layer::Words) => {
            push_step(svg, item, row, [from, to], y);
        }
        (What::Note(words), Place::Beside { y }, Layer::Words) => {
            let pieces = [("note", words.clone())];
            push_beside(svg, item, y, &pieces, words);
        }
        (What::Frame(arrow), Place::Across { from, to }, Layer::Lines) => {
            push_arrow(svg, item, arrow, [from, to]);
        }
        (What::Frame(arrow), Place::Across { from, to }, Layer::Words) => {
            push_label(svg, item, arrow, [from, to]);
        }
        _ => {}
    }
}

/// What went wrong with frames, on top of everything. Where several failed at one place, one word is enough for all their crosses.
fn push_fates(svg: &mut String, rows: &[Row<'_>], layout: &Layout) {
    let mut before: Option<(Side, Fate, f64)> = None;
    for (row, place) in rows.iter().zip(&layout.places) {
        let (Row::One(item), Place::Across { from, to }) = (row, *place) else {
            continue;
        };
        let What::Frame(arrow) = &item.what else {
            continue;
        };
        let same = before.as_ref().is_some_and(|(side, fate, y)| {
            (*side, fate) == (item.side, &arrow.fate) && (to - y).abs() < LINE
        });
        if !arrow.fate.is_good() && !same {
            push_fate(svg, item, arrow, [from, to]);
            before = Some((item.side, arrow.fate.clone(), to));
        }
    }
}

fn push_step(svg: &mut String, item: &Item, row: &str, [from, to]: [&StateMark; 2], y: f64) {
    let name = if row.starts_with('E') && row.len() <= LONGEST_ROW {
        row
    } else {
        ""
    };
    let why = trigger(row);
    let words = if from == to || name.is_empty() {
        why.to_owned()
    } else {
        to.to_string()
    };
    let told = if from == to {
        format!("{name} {why}, in {from}")
    } else {
        format!("{name} {why}: {from} to {to}")
    };
    let class = if from == to { "why" } else { "state" };
    let pieces = [("row", name.to_owned()), (class, words)];
    push_beside(svg, item, y, &pieces, &told);
    let x = LIFELINES[item.side.index()];
    let _ = write!(
        svg,
        r#"<path class="tick" d="M{} {y:.1}h{}"/>"#,
        x - HALF,
        2.0 * HALF
    );
}

/// Words outside of a lifeline, the time farthest out.
fn push_beside(svg: &mut String, item: &Item, y: f64, pieces: &[(&str, String)], told: &str) {
    let x = LIFELINES[item.side.index()];
    let (x, anchor, out) = match item.side {
        Side::Left => (x - HALF - 8.0, "end", 8.0),
        Side::Right => (x + HALF + 8.0, "start", WIDTH - 8.0),
    };
    let time_anchor = if item.side == Side::Left {
        "start"
    } else {
        "end"
    };
    let time = seconds(item.at);
    let _ = write!(
        svg,
        r#"<g><title>{time} s: {}</title><text class="time" x="{out}" y="{:.1}" text-anchor="{time_anchor}">{time}</text><text x="{x}" y="{:.1}" text-anchor="{anchor}">"#,
        Text(told),
        y + 4.0,
        y + 4.0
    );
    let mut pieces: Vec<_> = pieces
        .iter()
        .filter(|(_, words)| !words.is_empty())
        .collect();
    if item.side == Side::Left {
        pieces.reverse();
    }
    for (at, (class, words)) in pieces.iter().enumerate() {
        let gap = if at == 0 { "" } else { "  " };
        let _ = write!(
            svg,
            r#"{gap}<tspan class="{class}">{}</tspan>"#,
            Text(&shortened(words))
        );
    }
    svg.push_str("</text></g>");
}

/// A note or a reason of any length, short enough for the margin.
fn shortened(words: &str) -> String {
    const ROOM: usize = 36;
    if words.chars().count() <= ROOM {
        return words.to_owned();
    }
    words.chars().take(ROOM - 1).chain(['…']).collect()
}

/// The words of a fold, a line each, and the end that says them.
fn fold_lines(fold: &Fold) -> Vec<(Option<Side>, String)> {
    let mut sides = Side::BOTH;
    sides.sort_by_key(|side| fold.tallies[side.index()].first);
    let mut lines = Vec::new();
    for side in sides {
        for line in tally_lines(&fold.tallies[side.index()]) {
            lines.push((Some(side), line));
        }
    }
    let steps = fold.steps_words();
    let span = format!("{} to {} s", seconds(fold.from), seconds(fold.to));
    lines.push((
        None,
        if steps.is_empty() {
            span
        } else {
            format!("{span}: {steps}")
        },
    ));
    lines
}

fn tally_lines(tally: &Tally) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for words in tally.words() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + words.chars().count() + 2 <= FOLD_CHARS => {
                line.push_str(", ");
                line.push_str(&words);
            }
            _ => lines.push(words),
        }
    }
    lines
}

fn push_box(svg: &mut String, fold: &Fold, top: f64, bottom: f64) {
    let [left, right] = across(Side::Left);
    let told: Vec<String> = fold_lines(fold).into_iter().map(|(_, line)| line).collect();
    let _ = write!(
        svg,
        r#"<rect class="fold" x="{left}" y="{top:.1}" width="{}" height="{:.1}"><title>{}</title></rect>"#,
        right - left,
        bottom - top,
        Text(&told.join("; "))
    );
}

fn push_fold(svg: &mut String, fold: &Fold, top: f64) {
    let [left, right] = across(Side::Left);
    let mut y = top + LINE + 2.0;
    let mut before = None;
    for (side, words) in fold_lines(fold) {
        let (x, anchor, class) = match side {
            Some(Side::Left) => (left + 14.0, "start", "label in-fold"),
            Some(Side::Right) => (right - 14.0, "end", "label in-fold"),
            None => (f64::midpoint(left, right), "middle", "detail in-fold"),
        };
        let words = match side {
            _ if side == before => words,
            Some(Side::Left) => format!("▶ {words}"),
            Some(Side::Right) => format!("{words} ◀"),
            None => words,
        };
        before = side;
        let _ = write!(
            svg,
            r#"<text class="{class}" x="{x}" y="{y:.1}" text-anchor="{anchor}">{}</text>"#,
            Text(&words)
        );
        y += LINE;
    }
}

/// The colours and lines of the drawing, as a list for a page.
pub fn legend() -> String {
    let mut html = String::from(r#"<ul class="legend ladder-legend">"#);
    for band in Band::ALL {
        let _ = write!(
            html,
            r#"<li><i class="swatch {}"></i>{}</li>"#,
            band.class(),
            band.words()
        );
    }
    html.push_str("</ul><ul class=\"legend ladder-legend\">");
    let kinds = [
        ("user", "user data"),
        ("again", "sent again"),
        ("plcw", "PLCW"),
        ("directive", "hail, directives"),
        ("turn", "token, RNMD"),
        ("failed", "✕ did not get through"),
    ];
    for (class, words) in kinds {
        let _ = write!(html, r#"<li><i class="stroke {class}"></i>{words}</li>"#);
    }
    html.push_str("</ul>");
    html
}
