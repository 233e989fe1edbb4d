//! A page around the drawing: what came of the session, its figures, the ladder, the same as text.
//!
//! One file that opens in any browser without a network; a content security policy in the page forbids every request. The look is that of the
//! relay report.

use std::fmt::Write;

use super::fold::Row;
use super::{Chart, svg, text};
use crate::report::markup::Text;

const REPORT_STYLE: &str = include_str!("../report/assets/report.css");
const PAGE_STYLE: &str = include_str!("assets/page.css");
const GUIDE: &str = include_str!("assets/guide.html");

/// How a session went, for the colour of the headline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything arrived and both ends know it.
    Complete,
    /// It ran, but something is missing.
    Missing,
    /// The two never talked.
    Failed,
}

/// A figure with its label and a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: String,
    /// What to know about it.
    pub remark: String,
}

impl Figure {
    /// A figure.
    pub fn new(
        label: impl Into<String>,
        value: impl Into<String>,
        remark: impl Into<String>,
    ) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            remark: remark.into(),
        }
    }
}

/// What the page says beside the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What was played: "caller.toml and responder.toml".
    pub title: String,
    /// What came of it, a sentence.
    pub headline: String,
    /// How it went.
    pub outcome: Outcome,
    /// The figures on top.
    pub figures: Vec<Figure>,
    /// A table: its head, then rows of the same length.
    pub table: Vec<Vec<String>>,
    /// What it was played with: name and value.
    pub facts: Vec<(String, String)>,
}

/// The whole page.
pub fn render(page: &Page, chart: &Chart, rows: &[Row<'_>]) -> String {
    let tone = match page.outcome {
        Outcome::Complete => "good",
        Outcome::Missing => "warn",
        Outcome::Failed => "bad",
    };
    let title = Text(&page.title);
    let mut html = format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark"><meta name="generator" content="magpie">
<title>{title}: link session</title><style>{REPORT_STYLE}{ladder}{PAGE_STYLE}</style></head><body class="session">
<header class="top {tone}"><p class="kicker">Magpie link session <span>{title}</span></p><h1>{}</h1>"#,
        Text(&page.headline),
        ladder = svg::STYLE,
    );
    push_figures(&mut html, &page.figures);
    html.push_str("</header><main><section><h2>Sequence chart</h2>");
    html.push_str(&svg::legend());
    let drawing = svg::draw(chart, rows, &format!("Sequence chart: {}", page.title));
    let _ = write!(html, r#"<div class="card wide">{drawing}</div></section>"#);
    push_table(&mut html, &page.table);
    let words = text::draw_rows(chart, rows, 100, false);
    let _ = write!(
        html,
        r#"<section><details><summary>The chart as text</summary><pre class="card wide">{}</pre></details></section><section><h2>How to read the chart</h2>{GUIDE}</section></main><footer><dl class="facts">"#,
        Lines(&words)
    );
    for (name, value) in &page.facts {
        let _ = write!(
            html,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            Text(name),
            Text(value)
        );
    }
    html.push_str("</dl></footer></body></html>\n");
    html
}

/// Text of several lines, each escaped.
struct Lines<'a>(&'a str);

impl std::fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .lines()
            .try_for_each(|line| writeln!(f, "{}", Text(line)))
    }
}

fn push_figures(html: &mut String, figures: &[Figure]) {
    html.push_str(r#"<dl class="key">"#);
    for figure in figures {
        let _ = write!(
            html,
            "<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>",
            Text(&figure.label),
            Text(&figure.value),
            Text(&figure.remark)
        );
    }
    html.push_str("</dl>");
}

fn push_table(html: &mut String, table: &[Vec<String>]) {
    let Some((head, rows)) = table.split_first() else {
        return;
    };
    html.push_str(r#"<section><h2>Figures</h2><div class="card wide"><table><thead><tr>"#);
    for (at, title) in head.iter().enumerate() {
        let class = if at == 0 { "" } else { r#" class="n""# };
        let _ = write!(html, "<th{class}>{}</th>", Text(title));
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows {
        html.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _ = if at == 0 {
                write!(html, "<th>{}</th>", Text(cell))
            } else {
                write!(html, r#"<td class="n">{}</td>"#, Text(cell))
            };
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div></section>");
}
