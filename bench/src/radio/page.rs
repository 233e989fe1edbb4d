//! The page, and what is printed.

use std::fmt::Write as _;

use super::kept::Part;
use super::{Effort, Result};

/// A result for the terminal.
pub(super) fn text(result: &Result) -> String {
    let mut text = format!("{}\n  {}\n", result.title, result.how);
    let widths: Vec<usize> = (0..result.table.first().map_or(0, Vec::len))
        .map(|column| {
            let cells = result.table.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in &result.table {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
    for finding in &result.findings {
        let mark = if finding.met { "met" } else { "MISSED" };
        let _ = writeln!(
            text,
            "  {}: {} (asked {}): {mark}",
            finding.what, finding.have, finding.ask
        );
    }
    text
}

/// The drawings: names and texts.
pub(super) fn drawings(results: &[Result]) -> Vec<(String, String)> {
    let drawn = results.iter().filter(|result| !result.svg.is_empty());
    drawn
        .map(|result| (format!("{}.svg", result.name), result.svg.clone()))
        .collect()
}

/// The page: name and text.
pub(super) fn page(parts: &[Part], effort: Effort) -> (String, String) {
    let mut page = String::from(
        "# What the receiver reaches\n\nWritten by `cargo xtask radio`; the same seeds give the same figures, but for speed and memory. Signals are made by `magpie-radio`'s \
         modulator and channel (proved against NumPy and GNU Radio by `cargo xtask oracles radio`) and heard by its receiver. Eb/N0 and Es/N0 count the data part of \
         the power (sin² 60°), C/N0 all of it.\n\n",
    );
    if effort == Effort::Slice {
        page.push_str("This is a slice: too short to judge by.\n\n");
    }
    page.push_str("| Quantity | asked | measured | |\n|---|---|---|---|\n");
    for finding in parts.iter().flat_map(|part| &part.findings) {
        let mark = if finding.met { "met" } else { "**missed**" };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {mark} |",
            finding.what, finding.ask, finding.have
        );
    }
    for part in parts {
        let _ = write!(page, "\n## {}\n\n{}\n\n", part.title, part.how);
        if part.drawn {
            let _ = write!(page, "![{}]({}.svg)\n\n", part.title, part.name);
        }
        for (index, row) in part.table.iter().enumerate() {
            let _ = writeln!(page, "| {} |", row.join(" | "));
            if index == 0 {
                let _ = writeln!(page, "|{}", "--:|".repeat(row.len()));
            }
        }
    }
    ("README.md".to_owned(), page)
}
