//! `cargo xtask trace`: every clause taken on has an entry, a tag on code and a tag on a test.
//!
//! A tag is a comment `//= <book> <clause or label>` on a line of its own or at the end of one. Tags in `crates/*/src` and `firmware/*/src` outside test code
//! count as code; tags in tests and in `conformance/` count as tests. `conformance/requirements.toml` has one entry for each distinct tag, and
//! `conformance/rows.toml` has one for each row of the state tables.

mod requirements;
mod rows;
mod state_tables;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::source::{self, Source};
use crate::{Outcome, shell};
use requirements::{Requirement, Status};
use rows::Table;

pub(crate) const HELP: &str = "
usage: cargo xtask trace [--check]

Checks that every `done` entry of conformance/requirements.toml has its tag (`//= 211.0-B-6 3.2.2`) on code and on a test, that every tag in the
sources names an entry, that each row of the state tables in conformance/rows.toml is covered likewise or explained, and that entries are whole.
Prints one line for each problem (file:line). Writes docs/CONFORMANCE.md; with --check it fails instead if the file that is there differs.";

const ROWS: &str = "conformance/rows.toml";
const REQUIREMENTS: &str = "conformance/requirements.toml";
const REPORT: &str = "docs/CONFORMANCE.md";

/// One tag in the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) text: String,
    pub(crate) path: String,
    pub(crate) line: usize,
    /// The function around or below the tag.
    pub(crate) function: Option<String>,
    pub(crate) in_test: bool,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let root = shell::root();
    let read =
        |file: &str| fs::read_to_string(root.join(file)).map_err(|why| format!("{file}: {why}"));
    let (entries, mut report) = requirements::parse(&read(REQUIREMENTS)?)
        .map_err(|why| format!("{REQUIREMENTS}: {why}"))?;
    let (tables, complaints) = rows::parse(&read(ROWS)?).map_err(|why| format!("{ROWS}: {why}"))?;
    report.extend(complaints);
    let sources = source::load(&root, &["crates", "conformance", "firmware"])?;
    let tags: Vec<Tag> = sources.iter().flat_map(tags).collect();
    report.extend(judge(&entries, &tables, &tags));

    let page = table::page(&entries, &tables, &tags);
    let written = fs::read_to_string(root.join(REPORT)).unwrap_or_default();
    if arguments.iter().any(|argument| argument == "--check") {
        if written != page {
            report.push(format!("{REPORT}:1: is not what the sources say: run `cargo xtask trace` and commit the file"));
        }
    } else if written != page {
        fs::write(root.join(REPORT), page).map_err(|why| format!("{REPORT}: {why}"))?;
    }
    for line in &report {
        println!("{line}");
    }
    if report.is_empty() {
        println!(
            "trace: {} entries, {} rows of state tables, {} tags, no problem",
            entries.len(),
            rows::rows(&tables).count(),
            tags.len()
        );
        return Ok(());
    }
    Err(format!(
        "{} problems with {} entries and {} tags",
        report.len(),
        entries.len(),
        tags.len()
    ))
}

/// The tags of one file.
fn tags(source: &Source) -> Vec<Tag> {
    let in_conformance = source.path.starts_with("conformance/");
    let lines = source
        .text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    let found = lines.filter_map(|(line, text)| {
        let text = tag_of(text)?;
        Some(Tag {
            text: text.to_owned(),
            path: source.path.clone(),
            line,
            function: source.function_at(line).map(str::to_owned),
            in_test: in_conformance || source.is_test_line(line),
        })
    });
    found.collect()
}

/// The text behind `//= ` if the comment stands at the line's beginning or behind code (`code //= tag`, blank in front).
fn tag_of(line: &str) -> Option<&str> {
    let (code, tag) = line.split_once("//= ")?;
    let starts_comment = code.is_empty() || code.ends_with(' ');
    let in_comment_or_string = code.contains("//") || code.matches('"').count() % 2 == 1;
    (starts_comment && !in_comment_or_string).then(|| tag.trim())
}

/// One line for each broken promise.
fn judge(entries: &[Requirement], tables: &[Table], tags: &[Tag]) -> Vec<String> {
    let mut by_text: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for tag in tags {
        let (code, test) = by_text.entry(&tag.text).or_default();
        *(if tag.in_test { test } else { code }) += 1;
    }
    let mut report = Vec::new();
    for entry in entries {
        let (code, test) = by_text.get(entry.tag.as_str()).copied().unwrap_or_default();
        let at = format!("{REQUIREMENTS}:{}: {}", entry.line, entry.id);
        match entry.status {
            Status::Done if code == 0 => report.push(format!(
                "{at} is done but no code has the tag `//= {}`",
                entry.tag
            )),
            Status::Done if test == 0 => report.push(format!(
                "{at} is done but no test has the tag `//= {}`",
                entry.tag
            )),
            Status::Partial if code == 0 => report.push(format!(
                "{at} is partial but no code has the tag `//= {}`",
                entry.tag
            )),
            Status::NotPlanned if code > 0 => report.push(format!(
                "{at} is not planned, yet code has the tag `//= {}`",
                entry.tag
            )),
            _ => {}
        }
    }
    report.extend(rows::judge(tables, entries, tags));
    let known: BTreeSet<&str> = entries
        .iter()
        .map(|entry| entry.tag.as_str())
        .chain(rows::rows(tables).map(|(_, row)| row.tag.as_str()))
        .collect();
    let unknown = tags.iter().filter(|tag| !known.contains(tag.text.as_str()));
    report.extend(unknown.map(|tag| {
        format!(
            "{}:{}: the tag `//= {}` has no entry in {REQUIREMENTS} and is no row of {ROWS}",
            tag.path, tag.line, tag.text
        )
    }));
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "\
//! Doc.
fn header() {
    let a = 1; //= 1.0 a
    let b = \"//= 1.0 b\";
}
// about //= 1.0 c
#[cfg(test)]
mod tests {
    //= 1.0 a
    #[test]
    fn shows_it() {}
}
";

    fn tags_of(path: &str) -> Vec<Tag> {
        tags(&Source::parse(path, CODE.to_owned()).unwrap())
    }

    fn entries(status: &str) -> Vec<Requirement> {
        let text = format!(
            "[[requirement]]\nid = \"A\"\ntag = \"1.0 a\"\nbook = \"1.0\"\nclause = \"a\"\ntext = \"t\"\nevidence = \"C\"\nstatus = \"{status}\"\nreason = \"r\"\n"
        );
        requirements::parse(&text).unwrap().0
    }

    #[test]
    fn tags_stand_on_their_own_line_or_behind_code_and_know_their_function() {
        let found = tags_of("crates/wire/src/a.rs");
        let found: Vec<_> = found
            .iter()
            .map(|tag| (tag.line, tag.function.as_deref(), tag.in_test))
            .collect();
        assert_eq!(
            found,
            [(3, Some("header"), false), (9, Some("shows_it"), true)]
        );
    }

    #[test]
    fn done_needs_code_and_test() {
        let both = tags_of("crates/wire/src/a.rs");
        assert_eq!(judge(&entries("done"), &[], &both), [""; 0]);
        let code_only: Vec<_> = both.iter().filter(|tag| !tag.in_test).cloned().collect();
        assert!(judge(&entries("done"), &[], &code_only)[0].contains("no test"));
        let tests_only = tags_of("conformance/tests/a.rs");
        assert!(tests_only.iter().all(|tag| tag.in_test));
        assert!(judge(&entries("done"), &[], &tests_only)[0].contains("no code"));
    }

    #[test]
    fn unknown_tags_and_code_for_what_is_not_planned_are_problems() {
        let found = tags_of("crates/wire/src/a.rs");
        assert!(judge(&[], &[], &found)[0].starts_with("crates/wire/src/a.rs:3: "));
        assert!(judge(&entries("not planned"), &[], &found)[0].contains("not planned"));
    }
}
