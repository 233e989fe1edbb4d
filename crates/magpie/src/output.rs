//! What the commands print: one JSON document or a text for people on standard output, notes on standard error.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, LineStyle, Table};
use serde::Serialize;

use crate::command::Failure;
use crate::files;
use crate::report::human;

mod decode;
mod frames;
mod packets;

pub(crate) use decode::decode_text;
pub(crate) use frames::{frames_text, spec_options};
pub(crate) use packets::packets_text;

/// Columns that a list of short items may fill.
const LIST_WIDTH: usize = 96;

/// A value as one JSON document.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}

/// Prints a text and a line end on standard output. A reader that has gone (`| head`) has had enough; that is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "standard output: cannot write: {}",
            files::cause(&error)
        ))),
        _ => Ok(()),
    }
}

/// A line for people on standard error; where nobody listens there, it is dropped.
pub(crate) fn note(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// The account of a command: the JSON document or the text, on standard output unless that carries the octets of `--out -`.
pub(crate) fn account(
    report: &impl Serialize,
    as_json: bool,
    out: Option<&Path>,
    text: impl FnOnce() -> String,
) -> Result<(), Failure> {
    if as_json {
        print(&json(report)?)
    } else if out.is_some_and(files::is_standard) {
        note(&text());
        Ok(())
    } else {
        print(&text())
    }
}

/// Standard output can carry the JSON document or the octets, not both.
pub(crate) fn only_one_on_standard_output(json: bool, out: Option<&Path>) -> Result<(), Failure> {
    if json && out.is_some_and(files::is_standard) {
        return Err(Failure::new(
            "--json and --out - both want standard output; give --out a file",
        ));
    }
    Ok(())
}

/// `1 frame`, `1,234 frames`.
fn counted(n: u64, unit: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", human::count(n))
}

/// A calm table: numbers to the right, no vertical lines.
pub(crate) fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.style_mut().row_separator = LineStyle::none();
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Short items behind a title, as many to a line as fit.
fn push_list(text: &mut String, title: &str, items: impl IntoIterator<Item = String>) {
    let mut line = title.to_owned();
    let mut first = true;
    for item in items {
        if !first {
            line.push(',');
        }
        if !first && line.chars().count() + 1 + item.chars().count() > LIST_WIDTH {
            let _ = writeln!(text, "{line}");
            line = " ".repeat(title.chars().count());
        }
        line.push(' ');
        line.push_str(&item);
        first = false;
    }
    if !first {
        let _ = writeln!(text, "{line}");
    }
}
