//! The page `docs/CONFORMANCE.md`: counts on top, then one PICS-style table for each book.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::requirements::{Requirement, Status};
use super::rows::Table;
use super::{Tag, state_tables};

const HEAD: &str = "\
# What Magpie conforms to, clause by clause

Written by `cargo xtask trace` from `conformance/requirements.toml`, `conformance/rows.toml` and the `//=` tags in the sources; do not edit. It is
laid out as an implementation conformance statement (PICS): a table for each book, then the state tables of the data link row by row.

The Blue Books are not at hand, only facts about them. *Evidence* says how each fact is known: `Sq:` a public source that quotes the book with its
clause, `S:` a public source, `C` computed or cross-checked, `M:hi`, `M:mid`, `M:lo` from memory, with confidence. An empty clause means that no
source gives its number. *Status* is the book's own, M mandatory or O optional; empty where no source gives the book's list. *Support* is ours.
Places are `file` (from `crates/` or `conformance/`) and function.
";

/// The whole page.
pub(super) fn page(entries: &[Requirement], tables: &[Table], tags: &[Tag]) -> String {
    let mut books: BTreeMap<&str, Vec<&Requirement>> = BTreeMap::new();
    for entry in entries {
        books.entry(&entry.book).or_default().push(entry);
    }
    let mut page = String::from(HEAD);
    page.push_str("\n| Book | Items | Yes | Partial | No |\n|---|--:|--:|--:|--:|\n");
    for (book, entries) in &books {
        page.push_str(&counts(book, entries));
    }
    let all: Vec<&Requirement> = entries.iter().collect();
    page.push_str(&counts("**all**", &all));
    page.push_str(&state_tables::summary(tables, tags));
    for (book, entries) in &mut books {
        entries.sort_by(|a, b| (clause_key(&a.clause), &a.id).cmp(&(clause_key(&b.clause), &b.id)));
        let _ = write!(
            page,
            "\n## {book}\n\n| Item | Clause | What | Status | Support | Evidence | Code | Tests |\n|---|---|---|---|---|---|---|---|\n"
        );
        for entry in entries {
            page.push_str(&row(entry, tags));
        }
    }
    page.push_str(&state_tables::section(tables, tags));
    page
}

fn counts(book: &str, entries: &[&Requirement]) -> String {
    let of = |status: Status| {
        entries
            .iter()
            .filter(|entry| entry.status == status)
            .count()
    };
    let (done, partial, not_planned) = (
        of(Status::Done),
        of(Status::Partial),
        of(Status::NotPlanned),
    );
    format!(
        "| {book} | {} | {done} | {partial} | {not_planned} |\n",
        entries.len()
    )
}

fn row(entry: &Requirement, tags: &[Tag]) -> String {
    let support = entry.status.support();
    let support = entry.reason.as_ref().map_or_else(
        || support.to_owned(),
        |reason| format!("{support}: {reason}"),
    );
    line(&[
        &entry.id,
        &entry.clause,
        &entry.text,
        entry.pics.as_deref().unwrap_or_default(),
        &support,
        &entry.evidence,
        &places(&entry.tag, tags, false),
        &places(&entry.tag, tags, true),
    ])
}

/// One line of a table.
pub(super) fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| cell.trim().replace('|', "\\|").replace('\n', " "))
        .collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Where the tag stands: by file and function, since lines move with every edit.
pub(super) fn places(text: &str, tags: &[Tag], in_test: bool) -> String {
    let tags = tags
        .iter()
        .filter(|tag| tag.text == text && tag.in_test == in_test);
    let place = |tag: &Tag| {
        let file = tag
            .path
            .strip_prefix("crates/")
            .unwrap_or(&tag.path)
            .replace("/src/", "/");
        tag.function.as_ref().map_or_else(
            || format!("`{file}`"),
            |function| format!("`{file}` {function}"),
        )
    };
    let places: BTreeSet<String> = tags.map(place).collect();
    places.into_iter().collect::<Vec<_>>().join("<br>")
}

/// Clauses sort by their numbers, not as text: 3.2 before 3.10.
fn clause_key(clause: &str) -> Vec<(u32, String)> {
    clause
        .split(['.', ' ', '-'])
        .map(|part| (part.parse().unwrap_or(u32::MAX), part.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::requirements;

    #[test]
    fn one_table_a_book_sorted_by_clause_with_counts() {
        let entry = |id: &str, clause: &str, status: &str| {
            format!(
                "[[requirement]]\nid = \"{id}\"\ntag = \"1.0-B {clause}\"\nbook = \"1.0-B\"\nclause = \"{clause}\"\ntext = \"a | b\"\nevidence = \"C\"\nstatus = \"{status}\"\nreason = \"so\"\n"
            )
        };
        let entries =
            requirements::parse(&(entry("B", "3.10", "partial") + &entry("A", "3.2", "done")))
                .unwrap()
                .0;
        let tag = |path: &str, in_test| Tag {
            text: "1.0-B 3.2".to_owned(),
            path: path.to_owned(),
            line: 7,
            function: Some("f".to_owned()),
            in_test,
        };
        let page = page(
            &entries,
            &[],
            &[
                tag("crates/wire/src/a.rs", false),
                tag("crates/wire/tests/a.rs", true),
            ],
        );
        assert!(page.contains("| 1.0-B | 2 | 1 | 1 | 0 |\n| **all** | 2 | 1 | 1 | 0 |"));
        let rows: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with("| A |") || line.starts_with("| B |"))
            .collect();
        assert_eq!(
            rows[0],
            "| A | 3.2 | a \\| b |  | yes: so | C | `wire/a.rs` f | `wire/tests/a.rs` f |"
        );
        assert_eq!(rows[1], "| B | 3.10 | a \\| b |  | partial: so | C |  |  |");
    }
}
