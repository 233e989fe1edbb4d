//! The summary of a run in the terminal: verdict, passes, hops of the passes that broke, files.
//!
//! Colours are wished for by the caller (who knows whether it writes to a terminal); without them the text is plain. Foreign strings (names from scenario
//! and report) are stripped of control characters, so a report cannot steer the terminal. Left out: progress while the run goes on.

use std::fmt::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use comfy_table::LineStyle;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Row, Table};
use magpie_sim::report::{DeliveredFile, Outcome, PassReport, Report};

use crate::report::findings::{self, Headline, HopState, Tone};
use crate::report::{human, machines};

/// Marks of style that take no room in a table; they become escape sequences, or nothing, at the end.
const GOOD: char = '\u{2061}';
const BAD: char = '\u{2062}';
const FAINT: char = '\u{2063}';
const WARN: char = '\u{2064}';
const END: char = '\u{2060}';

/// The summary, lines ending in a newline. `width` is the room in columns (at least 40 are used); `written` are the report files, if any were written.
///
/// ```
/// use magpie_sim::report::Report;
/// let report = Report { scenario: "empty".into(), seed: 1, passes: vec![], delivered: vec![], machines: vec![], wall_s: 0.0 };
/// assert!(magpie::terminal::summary(&report, false, 80, &[]).starts_with("\n  No pass was played"));
/// ```
pub fn summary(report: &Report, colour: bool, width: usize, written: &[PathBuf]) -> String {
    let width = width.clamp(40, 160);
    let Headline { sentence, tone } = findings::headline(report);
    let style = match tone {
        Tone::Good => GOOD,
        Tone::Partial => WARN,
        Tone::Bad => BAD,
    };
    let mut text = String::from("\n");
    for line in wrapped(&plain(&sentence), width - 2) {
        let _ = writeln!(text, "  {style}{line}{END}");
    }
    if !report.passes.is_empty() {
        let _ = write!(text, "\n{}\n\n", passes(report, width));
        push_verdicts(&mut text, report, width);
        push_hops(&mut text, report, width);
    }
    push_files(&mut text, report, width);
    push_machines(&mut text, report, width);
    let scenario = plain(&report.scenario);
    text.push('\n');
    for line in wrapped(
        &format!(
            "scenario {scenario}, seed {}, {} of wall-clock time",
            report.seed,
            human::seconds(report.wall_s)
        ),
        width - 2,
    ) {
        let _ = writeln!(text, "  {FAINT}{line}{END}");
    }
    for path in written {
        let _ = writeln!(text, "  report: {}", plain(&path.display().to_string()));
    }
    styled(&text, colour)
}

/// A foreign string without control characters and without our marks.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !c.is_control()
                && !('\u{2060}'..='\u{206F}').contains(c)
                && !('\u{202A}'..='\u{202E}').contains(c)
        })
        .collect()
}

/// Replaces the marks by escape sequences, or removes them.
fn styled(text: &str, colour: bool) -> String {
    let style_of = |mark| match mark {
        GOOD => Some(Style::new().bold().fg_color(Some(AnsiColor::Green.into()))),
        BAD => Some(Style::new().bold().fg_color(Some(AnsiColor::Red.into()))),
        WARN => Some(Style::new().fg_color(Some(AnsiColor::Yellow.into()))),
        FAINT => Some(Style::new().dimmed()),
        _ => None,
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match (style_of(character), character) {
            (Some(style), _) if colour => drop(write!(out, "{style}")),
            (None, END) if colour => drop(write!(out, "{}", anstyle::Reset)),
            (Some(_), _) | (None, END) => {}
            _ => out.push(character),
        }
    }
    out
}

/// Words in lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(word);
            } else if line.chars().count() + 1 + word.chars().count() <= width {
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(word.to_owned());
            }
        }
    }
    lines
}

fn table(width: usize, header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.style_mut().row_separator = LineStyle::none();
    table.set_width(u16::try_from(width).unwrap_or(80));
    let header: Vec<String> = header.into_iter().collect();
    let last = header.len().saturating_sub(1);
    table.set_header(Row::from(header));
    for column in 1..last {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Below this width the tables say less, so that no word is broken.
const NARROW: usize = 76;

/// One line a pass.
fn passes(report: &Report, width: usize) -> Table {
    let header: &[&str] = if width < NARROW {
        &["pass", "good", "recorded", "of file", "outcome"]
    } else {
        &[
            "pass", "lock", "sent", "good", "bad", "recorded", "of file", "outcome",
        ]
    };
    let mut table = table(width, header.iter().map(|title| (*title).to_owned()));
    for pass in &report.passes {
        let lock = match pass.lock_s {
            Some(lock) => human::seconds(lock),
            None if pass.signal_detected => "no lock".into(),
            None => "no signal".into(),
        };
        let share = human::percent(findings::delivered_share(report, pass));
        let (good, recorded) = (
            human::count(pass.frames_good),
            human::count(findings::frames_recorded(pass)),
        );
        table.add_row(if width < NARROW {
            vec![
                name(report, pass, width),
                good,
                recorded,
                share,
                outcome(pass),
            ]
        } else {
            let (sent, bad) = (
                human::count(pass.frames_sent),
                human::count(pass.frames_bad),
            );
            vec![
                name(report, pass, width),
                lock,
                sent,
                good,
                bad,
                recorded,
                share,
                outcome(pass),
            ]
        });
    }
    table
}

fn name(report: &Report, pass: &PassReport, width: usize) -> String {
    plain(&if width < NARROW {
        findings::short_pass_name(report, pass)
    } else {
        findings::pass_name(report, pass)
    })
}

fn outcome(pass: &PassReport) -> String {
    match pass.outcome {
        Outcome::Clean => format!("{GOOD}✓ clean{END}"),
        Outcome::Corrupted => format!("{BAD}✗ corrupted{END}"),
        Outcome::NotHeard => format!("{FAINT}○ not heard{END}"),
    }
}

/// What happened in each pass, in the world's own sentence.
fn push_verdicts(text: &mut String, report: &Report, width: usize) {
    const INDENT: usize = 4;
    for pass in &report.passes {
        let name = plain(&findings::pass_name(report, pass));
        let sentence = format!("{name}: {}", plain(&pass.verdict));
        for (at, line) in wrapped(&sentence, width - INDENT).iter().enumerate() {
            let _ = match (at, line.strip_prefix(name.as_str())) {
                (0, Some(rest)) => writeln!(text, "  {name}{FAINT}{rest}{END}"),
                _ => writeln!(text, "{:INDENT$}{FAINT}{line}{END}", ""),
            };
        }
    }
}

/// Hops by passes that broke: what each hop kept; the hop that broke is marked.
fn push_hops(text: &mut String, report: &Report, width: usize) {
    let broken: Vec<&PassReport> = report
        .passes
        .iter()
        .filter(|pass| pass.outcome == Outcome::Corrupted && findings::broken_hop(pass).is_some())
        .collect();
    let Some(longest) = broken.iter().max_by_key(|pass| pass.hops.len()) else {
        return;
    };
    let names = broken.iter().map(|pass| name(report, pass, width));
    let header = std::iter::once("hop".to_owned()).chain(names);
    let mut table = table(width, header);
    if let Some(last) = table.column_mut(broken.len()) {
        last.set_cell_alignment(CellAlignment::Right);
    }
    let fates: Vec<_> = broken.iter().map(|pass| findings::fates(pass)).collect();
    for (at, hop) in longest.hops.iter().enumerate() {
        let cells = fates.iter().map(|fates| match fates.get(at) {
            Some(fate) if fate.state == HopState::Broken => {
                format!("{BAD}✗ {}{END}", human::percent(fate.kept))
            }
            Some(fate) if fate.state == HopState::Lossy => {
                format!("{WARN}{}{END}", human::percent(fate.kept))
            }
            Some(fate) if fate.state == HopState::Intact => human::percent(fate.kept),
            _ => format!("{FAINT}–{END}"),
        });
        let mut row = vec![Cell::new(plain(&hop.name))];
        row.extend(cells.map(|cell| Cell::new(cell).set_alignment(CellAlignment::Right)));
        table.add_row(row);
    }
    let title = if broken.len() == 1 {
        "Where the pass broke (✗)"
    } else {
        "Where the passes broke (✗)"
    };
    text.push('\n');
    for line in wrapped(
        &format!("{title}: what each hop kept of what came in"),
        width - 2,
    ) {
        let _ = writeln!(text, "  {line}");
    }
    let _ = write!(text, "\n{table}\n");
}

/// Who flew it, if flight computers did.
fn push_machines(text: &mut String, report: &Report, width: usize) {
    const INDENT: usize = 4;
    for (at, machine) in machines::lines(report).enumerate() {
        if at == 0 {
            text.push('\n');
        }
        for (line, words) in wrapped(&plain(&machine), width - INDENT).iter().enumerate() {
            let indent = if line == 0 { "  " } else { "    " };
            let _ = writeln!(text, "{indent}{words}");
        }
    }
}

fn push_files(text: &mut String, report: &Report, width: usize) {
    if report.delivered.is_empty() {
        text.push_str("\n  The rover's team holds no file.\n");
        return;
    }
    let mut table = table(
        width,
        ["file", "there", "of", "SHA-256", ""].map(String::from),
    );
    for file in &report.delivered {
        let (sum, state) = file_state(file);
        table.add_row(vec![
            plain(&file.name),
            human::octets(file.octets),
            human::octets(file.size),
            sum,
            state,
        ]);
    }
    let _ = write!(text, "\n{table}\n");
}

/// The short checksum and what it says.
fn file_state(file: &DeliveredFile) -> (String, String) {
    let short = |sum: &str| plain(sum).chars().take(12).collect::<String>();
    match &file.sha256 {
        Some(sum) if *sum == file.payload_sha256 && file.complete => {
            (short(sum), format!("{GOOD}✓ complete{END}"))
        }
        Some(sum) => (short(sum), format!("{BAD}✗ differs{END}")),
        None if file.octets == 0 => ("–".into(), format!("{BAD}✗ nothing arrived{END}")),
        None => (
            "–".into(),
            format!("{WARN}{} missing{END}", human::octets(file.missing_octets)),
        ),
    }
}
