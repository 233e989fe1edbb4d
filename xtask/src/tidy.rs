//! `cargo xtask tidy`: the limits that CONTRIBUTING.md states, one line for each place that breaks one.
//!
//! Exceptions stand in `xtask/tidy.toml`, each with a reason; an exception that nothing needs any more is a problem too.

mod bans;

use std::fs;

use serde::Deserialize;

use crate::source::{self, Source};
use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask tidy

Limits of the house (CONTRIBUTING.md): file and function length, banned words and calls, module documentation.
Prints one line for each problem (file:line). Exceptions, each with its reason: xtask/tidy.toml.";

const FILE_LIMIT: usize = 500;
const FUNCTION_LIMIT: usize = 70;
const STATE_TABLE_LIMIT: usize = 150;
/// A test may hold a table of vectors.
const TEST_LIMIT: usize = 100;
const FOLDERS: [&str; 5] = ["crates", "conformance", "firmware", "fuzz", "xtask"];

/// The crates that run on a microcontroller: stricter rules.
const CORE: [&str; 9] = [
    "crates/wire/src/",
    "crates/coding/src/",
    "crates/link/src/",
    "firmware/bus/src/",
    "firmware/board/src/",
    "firmware/flight/src/",
    "firmware/orbiter/src/",
    "firmware/rover/src/",
    "firmware/store/src/",
];

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    /// Short name of the rule, as used in `tidy.toml`.
    pub(crate) rule: &'static str,
    pub(crate) what: String,
}

/// One exception of `tidy.toml`: this rule may be broken in this file (and function, if one is named).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    rule: String,
    file: String,
    function: Option<String>,
    reason: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Exceptions {
    allow: Vec<Exception>,
}

pub(crate) fn run(_: &[String]) -> Outcome {
    let root = shell::root();
    let text = fs::read_to_string(root.join("xtask/tidy.toml"))
        .map_err(|why| format!("xtask/tidy.toml: {why}"))?;
    let exceptions: Exceptions =
        toml::from_str(&text).map_err(|why| format!("xtask/tidy.toml: {why}"))?;
    let sources = source::load(&root, &FOLDERS)?;
    let report = judge(&sources, &exceptions);
    for line in &report {
        println!("{line}");
    }
    if report.is_empty() {
        println!(
            "tidy: {} files, {} exceptions, no problem",
            sources.len(),
            exceptions.allow.len()
        );
        return Ok(());
    }
    Err(format!(
        "{} problems in {} files",
        report.len(),
        sources.len()
    ))
}

/// One line for each problem that no exception covers, and for each exception that covers nothing.
fn judge(sources: &[Source], exceptions: &Exceptions) -> Vec<String> {
    let mut used = vec![false; exceptions.allow.len()];
    let mut report = Vec::new();
    for source in sources {
        for problem in problems(source) {
            let function = source.function_at(problem.line);
            let excuse = exceptions.allow.iter().position(|exception| {
                let in_function = exception
                    .function
                    .as_deref()
                    .is_none_or(|name| Some(name) == function);
                exception.rule == problem.rule && exception.file == source.path && in_function
            });
            match excuse {
                Some(index) => used[index] = true,
                None => report.push(format!(
                    "{}:{}: {} [{}]",
                    source.path, problem.line, problem.what, problem.rule
                )),
            }
        }
    }
    for (exception, used) in exceptions.allow.iter().zip(used) {
        if !used {
            report.push(format!(
                "xtask/tidy.toml: the exception for {} in {} covers nothing, remove it",
                exception.rule, exception.file
            ));
        }
        if exception.reason.trim().is_empty() {
            report.push(format!(
                "xtask/tidy.toml: the exception for {} in {} has no reason",
                exception.rule, exception.file
            ));
        }
    }
    report
}

/// Everything that is wrong with one file.
fn problems(source: &Source) -> Vec<Problem> {
    let mut found = Vec::new();
    found.extend(file_length(source));
    found.extend(function_lengths(source));
    found.extend(module_doc(source));
    found.extend(bans::notes(&source.text));
    found.extend(bans::tokens(source, is_core(source)));
    found
}

fn is_core(source: &Source) -> bool {
    CORE.iter().any(|prefix| source.path.starts_with(prefix))
}

fn file_length(source: &Source) -> Option<Problem> {
    let lines = source.code_lines();
    let exempt = source.path.ends_with("/tables.rs");
    (!exempt && lines > FILE_LIMIT).then(|| Problem {
        line: 1,
        rule: "file-length",
        what: format!(
            "{lines} lines without tests, the limit is {FILE_LIMIT}: split it along the book"
        ),
    })
}

/// A function over the limit may be excused as a `state-table`; over the larger limit nothing helps.
fn function_lengths(source: &Source) -> Vec<Problem> {
    let long = source.functions.iter().filter_map(|function| {
        let start = *function.lines.start();
        let lines = function.lines.end() - start + 1;
        let (rule, limit) = match lines {
            _ if source.is_test_line(start) => ("function-length", TEST_LIMIT),
            0..=STATE_TABLE_LIMIT => ("state-table", FUNCTION_LIMIT),
            _ => ("function-length", STATE_TABLE_LIMIT),
        };
        if lines <= limit {
            return None;
        }
        Some(Problem {
            line: start,
            rule,
            what: format!(
                "`{}` has {lines} lines, the limit is {limit}",
                function.name
            ),
        })
    });
    long.collect()
}

/// Every file of the core says which book it is about before its first line of code.
fn module_doc(source: &Source) -> Option<Problem> {
    let documented = source
        .text
        .lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.starts_with("//!"));
    let exempt = !is_core(source) || source.is_test_file();
    (!exempt && !documented).then(|| Problem {
        line: 1,
        rule: "module-doc",
        what: "the file must begin with a `//!` doc: book, issue, clause, what is left out"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::parse(path, text.to_owned()).unwrap()
    }

    fn function_of(lines: usize) -> String {
        format!(
            "//! Doc.\nfn long() {{\n{}}}\n",
            "    let _ = 0;\n".repeat(lines - 2)
        )
    }

    #[test]
    fn a_function_of_seventy_lines_passes_and_seventy_one_does_not() {
        assert_eq!(
            function_lengths(&source("crates/sim/src/a.rs", &function_of(70))),
            []
        );
        let found = function_lengths(&source("crates/sim/src/a.rs", &function_of(71)));
        assert_eq!((found[0].line, found[0].rule), (2, "state-table"));
        assert_eq!(
            function_lengths(&source("crates/sim/src/a.rs", &function_of(151)))[0].rule,
            "function-length"
        );
    }

    #[test]
    fn a_file_is_measured_without_its_tests_and_tables_are_exempt() {
        let body = "const A: u8 = 0;\n";
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", body.repeat(400));
        assert!(
            file_length(&source("crates/sim/src/a.rs", &(body.repeat(500) + &tests))).is_none()
        );
        assert!(
            file_length(&source("crates/sim/src/a.rs", &(body.repeat(501) + &tests))).is_some()
        );
        assert!(file_length(&source("crates/sim/src/tables.rs", &body.repeat(501))).is_none());
    }

    #[test]
    fn the_core_needs_module_docs() {
        assert!(module_doc(&source("crates/wire/src/a.rs", "use core::fmt;\n")).is_some());
        assert!(
            module_doc(&source(
                "crates/wire/src/a.rs",
                "//! Doc.\nuse core::fmt;\n"
            ))
            .is_none()
        );
        assert!(module_doc(&source("crates/sim/src/a.rs", "use core::fmt;\n")).is_none());
    }

    #[test]
    fn an_exception_covers_its_function_only_and_must_be_needed() {
        let text = "//! Doc.\nfn a() { b.unwrap() }\nfn c() { d.unwrap() }\n";
        let exception = |function: &str| Exception {
            rule: "panic".to_owned(),
            file: "crates/wire/src/a.rs".to_owned(),
            function: Some(function.to_owned()),
            reason: "invariant".to_owned(),
        };
        let both = Exceptions {
            allow: vec![exception("a"), exception("nobody")],
        };
        let report = judge(&[source("crates/wire/src/a.rs", text)], &both);
        assert_eq!(report.len(), 2, "{report:?}");
        assert!(report[0].starts_with("crates/wire/src/a.rs:3: "));
        assert!(report[1].contains("covers nothing"));
    }
}
