//! An inspection for people: one line a field, in columns that line up through the whole tree, faults under the structure that has them.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::node::{Field, Node};
use super::walk::counted;

const FAULT: Style = AnsiColor::Red.on_default();
const TITLE: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const SOUND: Style = AnsiColor::Green.on_default();

/// Columns that a child stands to the right of its parent.
const STEP: usize = 2;
/// Octets of a long run that are shown.
const RUN_SHOWN: usize = 8;

/// Widths of the columns.
#[derive(Default)]
struct Widths {
    name: usize,
    bits: usize,
    raw: usize,
}

/// The whole tree with escape sequences for colours; the stream takes them out where they do not belong.
pub fn render(node: &Node) -> String {
    let mut widths = Widths::default();
    measure(node, 0, &mut widths);
    let mut text = String::new();
    push(&mut text, node, 0, &widths);
    let verdict = match node.fault_count() {
        0 => format!("{SOUND}Nothing wrong with it.{SOUND:#}"),
        n => format!("{FAULT}{} found.{FAULT:#}", counted(n, "fault")),
    };
    let _ = write!(text, "\n{verdict}");
    text
}

fn measure(node: &Node, indent: usize, widths: &mut Widths) {
    for field in &node.fields {
        widths.name = widths.name.max(indent + STEP + field.name.chars().count());
        widths.bits = widths.bits.max(bits(field).chars().count());
        widths.raw = widths.raw.max(raw(field).chars().count());
    }
    for child in &node.children {
        measure(child, indent + STEP, widths);
    }
}

fn push(text: &mut String, node: &Node, indent: usize, widths: &Widths) {
    let _ = writeln!(
        text,
        "{:indent$}{TITLE}{}{TITLE:#}{FAINT}, {}{FAINT:#}",
        "",
        node.title,
        place(node)
    );
    let inner = indent + STEP;
    for field in &node.fields {
        let line = format!(
            "{:inner$}{:name$}  {FAINT}{:>bits$}{FAINT:#}  {:raw$}  {}",
            "",
            field.name,
            bits(field),
            raw(field),
            field.meaning,
            name = widths.name - inner,
            bits = widths.bits,
            raw = widths.raw,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for fault in &node.faults {
        let _ = writeln!(
            text,
            "{:inner$}{FAULT}✗ {}: {}{FAULT:#}",
            "", fault.rule, fault.detail
        );
    }
    for child in &node.children {
        push(text, child, inner, widths);
    }
}

fn place(node: &Node) -> String {
    let len = counted(node.octets, "octet");
    if node.first_octet == 0 {
        len
    } else {
        format!("{len} from octet {}", node.first_octet)
    }
}

fn bits(field: &Field) -> String {
    match field.bits {
        [first, last] if first == last => first.to_string(),
        [first, last] => format!("{first}–{last}"),
    }
}

/// Bits as they are; the start of a long run of octets.
fn raw(field: &Field) -> String {
    if field.value.is_some() {
        return field.raw.clone();
    }
    match field.raw.get(..2 * RUN_SHOWN) {
        Some(start) if field.raw.len() > 2 * (RUN_SHOWN + 1) => format!("{start}…"),
        _ => field.raw.clone(),
    }
}
