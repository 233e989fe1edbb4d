//! `conformance/rows.toml`: the state tables, row by row, and how far code and tests cover them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::requirements::{Requirement, is_evidence};
use super::{ROWS, Tag};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowEntry {
    row: Spanned<String>,
    from: Option<String>,
    to: Option<String>,
    text: String,
    evidence: Option<String>,
    explained: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableEntry {
    name: String,
    title: String,
    tag: String,
    evidence: String,
    rows: Vec<RowEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    table: Vec<TableEntry>,
}

/// One state table of a book.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) evidence: String,
    pub(crate) rows: Vec<Row>,
}

/// One row of a table.
pub(crate) struct Row {
    /// Its line in the file.
    pub(crate) line: usize,
    /// The name that the book or its source gives: `E3`, `SE1a`.
    pub(crate) name: String,
    /// The text behind `//= `: the table's tag and the row's name.
    pub(crate) tag: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) text: String,
    /// Where it differs from the table's.
    pub(crate) evidence: Option<String>,
    /// Why there is no code or no test of this row.
    pub(crate) explained: Option<String>,
}

/// How far a row is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// Tag on code and on a test.
    Covered,
    /// Not covered, but the file says why.
    Explained,
    NoCode,
    NoTest,
    Neither,
}

impl Coverage {
    /// What is missing, for a row that is neither covered nor explained.
    pub(crate) fn missing(self) -> Option<&'static str> {
        match self {
            Self::Covered | Self::Explained => None,
            Self::NoCode => Some("no code"),
            Self::NoTest => Some("no test"),
            Self::Neither => Some("no code and no test"),
        }
    }
}

impl Row {
    pub(crate) fn coverage(&self, tags: &[Tag]) -> Coverage {
        let has = |in_test| {
            tags.iter()
                .any(|tag| tag.in_test == in_test && tag.text == self.tag)
        };
        match (has(false), has(true), &self.explained) {
            (true, true, _) => Coverage::Covered,
            (_, _, Some(_)) => Coverage::Explained,
            (true, false, None) => Coverage::NoTest,
            (false, true, None) => Coverage::NoCode,
            (false, false, None) => Coverage::Neither,
        }
    }
}

/// Reads the file; the second part has one line for each row that is not whole.
pub(crate) fn parse(text: &str) -> Result<(Vec<Table>, Vec<String>), String> {
    let file: File = toml::from_str(text).map_err(|why| why.to_string())?;
    let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
    let tables: Vec<Table> = file
        .table
        .into_iter()
        .map(|table| Table {
            rows: table
                .rows
                .into_iter()
                .map(|row| Row {
                    line: line_of(row.row.span().start),
                    tag: format!("{} {}", table.tag, row.row.get_ref()),
                    name: row.row.into_inner(),
                    from: row.from,
                    to: row.to,
                    text: row.text,
                    evidence: row.evidence,
                    explained: row.explained,
                })
                .collect(),
            name: table.name,
            title: table.title,
            evidence: table.evidence,
        })
        .collect();
    let report = complaints(&tables);
    Ok((tables, report))
}

fn complaints(tables: &[Table]) -> Vec<String> {
    let mut tags = BTreeSet::new();
    let mut report = Vec::new();
    for (table, row) in rows(tables) {
        let mut complain =
            |what: &str| report.push(format!("{ROWS}:{}: {}: {what}", row.line, row.name));
        if !tags.insert(&row.tag) {
            complain("the row is there twice");
        }
        if row.text.trim().is_empty() {
            complain("no text");
        }
        if !is_evidence(row.evidence.as_ref().unwrap_or(&table.evidence)) {
            complain("evidence is none of Sq:…, S:…, C, M:hi, M:mid, M:lo, own decision");
        }
        if row
            .explained
            .as_ref()
            .is_some_and(|why| why.trim().is_empty())
        {
            complain("explained, but not a word");
        }
    }
    report
}

/// All rows, each with its table.
pub(crate) fn rows(tables: &[Table]) -> impl Iterator<Item = (&Table, &Row)> {
    tables
        .iter()
        .flat_map(|table| table.rows.iter().map(move |row| (table, row)))
}

/// One line for each row that is neither covered nor explained, for each explanation that nothing needs, and for each entry that says a row again.
pub(crate) fn judge(tables: &[Table], entries: &[Requirement], tags: &[Tag]) -> Vec<String> {
    let mut report = Vec::new();
    let by_tag: BTreeMap<&str, &Requirement> = entries
        .iter()
        .map(|entry| (entry.tag.as_str(), entry))
        .collect();
    for (table, row) in rows(tables) {
        let at = format!("{ROWS}:{}: table {} row {}", row.line, table.name, row.name);
        let coverage = row.coverage(tags);
        if let Some(missing) = coverage.missing() {
            report.push(format!(
                "{at}: {missing} has the tag `//= {}`, and nothing explains that",
                row.tag
            ));
        }
        if coverage == Coverage::Covered && row.explained.is_some() {
            report.push(format!("{at} is covered, take its explanation out"));
        }
        if let Some(entry) = by_tag.get(row.tag.as_str()) {
            report.push(format!(
                "{}:{}: {} is a row of {ROWS}, take the entry out",
                super::REQUIREMENTS,
                entry.line,
                entry.id
            ));
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::requirements;

    const FILE: &str = "\
# head
[[table]]
name = \"6-7\"
title = \"t\"
tag = \"1.0-B table-6-7\"
evidence = \"S:RC-mac\"
rows = [
  { row = \"E1\", from = \"S1\", to = \"S2\", text = \"listen\" },
  { row = \"E2\", text = \"hail\", evidence = \"M:mid\", explained = \"because\" },
]
";

    fn tag(text: &str, in_test: bool) -> Tag {
        Tag {
            text: text.to_owned(),
            path: "crates/link/src/a.rs".to_owned(),
            line: 1,
            function: None,
            in_test,
        }
    }

    #[test]
    fn a_row_has_the_tag_of_its_table_and_its_name() {
        let (tables, report) = parse(FILE).unwrap();
        assert_eq!(report, [""; 0]);
        let rows = &tables[0].rows;
        assert_eq!(
            (rows[0].line, rows[0].tag.as_str()),
            (8, "1.0-B table-6-7 E1")
        );
        assert_eq!(rows[1].line, 9);
    }

    #[test]
    fn a_row_needs_code_and_test_or_an_explanation() {
        let (tables, _) = parse(FILE).unwrap();
        let of = |tags: &[Tag]| tables[0].rows[0].coverage(tags);
        let (code, test) = (
            tag("1.0-B table-6-7 E1", false),
            tag("1.0-B table-6-7 E1", true),
        );
        assert_eq!(of(&[]), Coverage::Neither);
        assert_eq!(of(std::slice::from_ref(&code)), Coverage::NoTest);
        assert_eq!(of(std::slice::from_ref(&test)), Coverage::NoCode);
        assert_eq!(of(&[code, test]), Coverage::Covered);
        assert_eq!(tables[0].rows[1].coverage(&[]), Coverage::Explained);
    }

    #[test]
    fn what_is_open_or_said_twice_or_explained_in_vain_is_a_problem() {
        let (tables, _) = parse(FILE).unwrap();
        let both = |row: &str| {
            [false, true].map(|in_test| tag(&format!("1.0-B table-6-7 {row}"), in_test))
        };
        assert!(judge(&tables, &[], &[])[0].contains("no code and no test"));
        assert_eq!(judge(&tables, &[], &both("E1")), [""; 0]);
        let all = [both("E1"), both("E2")].concat();
        assert!(judge(&tables, &[], &all)[0].contains("take its explanation out"));
        let entry = "[[requirement]]\nid = \"A\"\ntag = \"1.0-B table-6-7 E1\"\nbook = \"1.0-B\"\nclause = \"\"\ntext = \"t\"\nevidence = \"C\"\nstatus = \"done\"\n";
        let (entries, _) = requirements::parse(entry).unwrap();
        assert!(judge(&tables, &entries, &both("E1"))[0].contains("take the entry out"));
    }

    #[test]
    fn rows_that_are_not_whole_are_said() {
        let wrong = FILE
            .replace("\"E2\"", "\"E1\"")
            .replace("M:mid", "hearsay")
            .replace("because", " ");
        assert_eq!(
            parse(&wrong).unwrap().1.len(),
            3,
            "twice, evidence, explanation"
        );
    }
}
