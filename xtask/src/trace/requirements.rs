//! `conformance/requirements.toml`: the entries, and what is wrong with an entry by itself.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::REQUIREMENTS;

/// How far a clause is taken.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    #[serde(rename = "done")]
    Done,
    #[serde(rename = "partial")]
    Partial,
    #[serde(rename = "not planned")]
    NotPlanned,
}

impl Status {
    /// The word of a conformance statement.
    pub(crate) fn support(self) -> &'static str {
        match self {
            Self::Done => "yes",
            Self::Partial => "partial",
            Self::NotPlanned => "no",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    tag: String,
    book: String,
    clause: String,
    text: String,
    evidence: String,
    status: Status,
    pics: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    requirement: Vec<Entry>,
}

/// One clause taken on.
pub(crate) struct Requirement {
    /// Line of its `id` in the file.
    pub(crate) line: usize,
    pub(crate) id: String,
    pub(crate) tag: String,
    pub(crate) book: String,
    pub(crate) clause: String,
    pub(crate) text: String,
    pub(crate) evidence: String,
    pub(crate) status: Status,
    /// Mandatory (`M`) or optional (`O`), where the facts know the book's list.
    pub(crate) pics: Option<String>,
    pub(crate) reason: Option<String>,
}

/// Reads the file; the second part has one line for each entry that is not whole.
pub(crate) fn parse(text: &str) -> Result<(Vec<Requirement>, Vec<String>), String> {
    let file: File = toml::from_str(text).map_err(|why| why.to_string())?;
    let line_of = |offset: usize| {
        text[..offset].lines().count() + usize::from(text[..offset].ends_with('\n'))
    };
    let entries: Vec<Requirement> = file
        .requirement
        .into_iter()
        .map(|entry| Requirement {
            line: line_of(entry.id.span().start),
            id: entry.id.into_inner(),
            tag: entry.tag,
            book: entry.book,
            clause: entry.clause,
            text: entry.text,
            evidence: entry.evidence,
            status: entry.status,
            pics: entry.pics,
            reason: entry.reason,
        })
        .collect();
    let report = complaints(&entries);
    Ok((entries, report))
}

fn complaints(entries: &[Requirement]) -> Vec<String> {
    let (mut ids, mut tags) = (BTreeSet::new(), BTreeSet::new());
    let mut report = Vec::new();
    for entry in entries {
        let mut complain = |what: &str| {
            report.push(format!(
                "{REQUIREMENTS}:{}: {}: {what}",
                entry.line, entry.id
            ));
        };
        if !ids.insert(&entry.id) {
            complain("the id is there twice");
        }
        if !tags.insert(&entry.tag) {
            complain("another entry has the same tag");
        }
        if !is_upper_kebab(&entry.id) {
            complain("the id is not UPPER-CASE-KEBAB");
        }
        if entry
            .tag
            .strip_prefix(&entry.book)
            .is_none_or(|rest| !rest.starts_with(' '))
        {
            complain("the tag does not begin with the book");
        }
        if entry.text.trim().is_empty() {
            complain("no text");
        }
        if !is_evidence(&entry.evidence) {
            complain("evidence is none of Sq:…, S:…, C, M:hi, M:mid, M:lo, own decision");
        }
        if entry
            .pics
            .as_ref()
            .is_some_and(|pics| !pics.starts_with(['M', 'O']))
        {
            complain("pics is neither M nor O");
        }
        if entry.status != Status::Done
            && entry
                .reason
                .as_ref()
                .is_none_or(|reason| reason.trim().is_empty())
        {
            complain("not done, and no reason");
        }
    }
    report
}

fn is_upper_kebab(id: &str) -> bool {
    let fine = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    !id.is_empty() && id.split('-').all(fine)
}

/// The sources of the facts, as the marks name them.
const SOURCES: [&str; 10] = [
    "RC-", "SC2", "JK", "LEO", "AST", "YAM", "LAB", "FEC", "PY", "CN",
];

/// One or several marks: `Sq:KEY` (clause and page quoted), `S:KEY`, more keys behind one of these, `C`, `M:hi|mid|lo`; remarks in brackets. Where we
/// decided ourselves: `own decision`.
pub(super) fn is_evidence(marks: &str) -> bool {
    if marks.starts_with("own decision") {
        return true;
    }
    let is_source = |key: &str| SOURCES.iter().any(|source| key.starts_with(source));
    let is_mark = |mark: &str| match mark.split_once(':') {
        Some(("Sq" | "S", key)) => is_source(key),
        Some(("M", grade)) => matches!(grade, "hi" | "mid" | "lo"),
        Some(_) => false,
        None => mark == "C" || is_source(mark),
    };
    let without_remarks: String = marks
        .split('(')
        .map(|part| part.split_once(')').map_or(part, |(_, rest)| rest))
        .collect();
    let mut marks = without_remarks
        .split([',', ';', ' '])
        .filter(|mark| !mark.is_empty())
        .peekable();
    marks.peek().is_some() && marks.all(is_mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, tag: &str, rest: &str) -> String {
        format!(
            "[[requirement]]\nid = \"{id}\"\ntag = \"{tag}\"\nbook = \"1.0-B\"\nclause = \"\"\ntext = \"t\"\n{rest}\n"
        )
    }

    #[test]
    fn a_whole_entry_passes_and_knows_its_line() {
        let text = format!(
            "# head\n{}",
            entry(
                "V3-HEADER",
                "1.0-B 3.2",
                "evidence = \"Sq:RC-SAD, C\"\nstatus = \"done\""
            )
        );
        let (entries, report) = parse(&text).unwrap();
        assert_eq!(
            (entries[0].line, entries[0].status, report.len()),
            (3, Status::Done, 0)
        );
    }

    #[test]
    fn evidence_is_a_row_of_known_marks() {
        for fine in [
            "C",
            "M:hi",
            "Sq:RC-D, RC-SAD",
            "S:AST, RC-conv, FEC; C",
            "M:hi; C (two recordings, one real)",
            "own decision, deviations.md",
        ] {
            assert!(is_evidence(fine), "{fine}");
        }
        for wrong in [
            "",
            "hearsay",
            "M:high",
            "S:",
            "Sq:BOOK",
            "X:AST",
            "(only a remark)",
        ] {
            assert!(!is_evidence(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_missing_or_doubled_is_said() {
        let pics = "evidence = \"C\"\nstatus = \"done\"\npics = \"maybe\"";
        assert!(parse(&entry("A", "1.0-B a", pics)).unwrap().1[0].contains("pics"));
        let twice = entry("A", "1.0-B a", "evidence = \"C\"\nstatus = \"done\"").repeat(2);
        assert_eq!(parse(&twice).unwrap().1.len(), 2, "id and tag");
        let of = |rest: &str| parse(&entry("A", "1.0-B a", rest)).unwrap().1;
        assert!(of("evidence = \"C\"\nstatus = \"partial\"")[0].contains("no reason"));
        assert!(of("evidence = \"hearsay\"\nstatus = \"done\"")[0].contains("evidence"));
        assert!(
            parse(&entry(
                "a b",
                "2.0-B a",
                "evidence = \"C\"\nstatus = \"done\""
            ))
            .unwrap()
            .1
            .len()
                == 2
        );
        assert!(
            parse(&entry(
                "A",
                "1.0-B a",
                "evidence = \"C\"\nstatus = \"nearly\""
            ))
            .is_err()
        );
    }
}
