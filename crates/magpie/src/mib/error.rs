//! Why a file is no MIB: which file, which line, what is wrong there and what would be right.

use std::fmt;

use magpie_link::mib::MibError;
use thiserror::Error;

use super::parameter::Parameter;
use super::tables::{PARAMETERS, SETTINGS};

/// Why a MIB file was refused. Shown in one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct MibFileError {
    /// What the file is called.
    pub file: String,
    /// The line, counted from 1; `None` if it is not one line that is wrong.
    pub line: Option<usize>,
    /// What is wrong.
    #[source]
    pub cause: MibFileCause,
}

impl fmt::Display for MibFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.cause, self.line) {
            (MibFileCause::Unreadable(what), _) => write!(f, "{} {what}", self.file),
            (cause, Some(line)) => write!(f, "{}, line {line}: {cause}", self.file),
            (cause, None) => write!(f, "{}: {cause}", self.file),
        }
    }
}

/// What is wrong with a MIB file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MibFileCause {
    /// There is no text to read; says why not.
    #[error("{0}")]
    Unreadable(String),
    /// Not TOML, or a key that is there twice.
    #[error("no TOML: {}", one_line(.0))]
    Toml(String),
    /// A key that no parameter has.
    #[error("unknown key `{key}`{hint}")]
    UnknownKey {
        /// The key as written, with its table.
        key: String,
        /// What may have been meant; empty if nothing is like it.
        hint: String,
    },
    /// A value of the wrong kind or out of its range.
    #[error("{name} is {given}, must be {allowed}")]
    Value {
        /// The parameter's name in the book.
        name: String,
        /// The value as written.
        given: String,
        /// What is allowed.
        allowed: String,
    },
    /// A parameter without a default.
    #[error("{name} is missing: give `{key}`")]
    Missing {
        /// The parameter's name in the book.
        name: &'static str,
        /// The key.
        key: &'static str,
    },
    /// Each value is possible, but not together.
    #[error("{0}")]
    Refused(MibError),
}

/// The message of the parser in one line that cannot steer a terminal.
fn one_line(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    crate::files::printable(&line)
}

/// An unknown key, and the key that may have been meant.
pub(super) fn unknown(table: &str, key: &str) -> MibFileCause {
    const LONGEST: usize = 60;
    let top = meant(&PARAMETERS, key);
    let inner = meant(&SETTINGS, key);
    let hint = match (table.is_empty(), top, inner) {
        (true, Some(k), _) | (false, _, Some(k)) => format!(", did you mean `{k}`?"),
        (true, None, Some(k)) => format!("; `{k}` belongs in [transmitter] or [receiver]"),
        (false, Some(k), None) => format!("; `{k}` must stand before the first table"),
        (_, None, None) => String::new(),
    };
    let shown: String = crate::files::printable(key).chars().take(LONGEST).collect();
    MibFileCause::UnknownKey {
        key: if table.is_empty() {
            shown
        } else {
            format!("{table}.{shown}")
        },
        hint,
    }
}

/// The key that is like the written one.
fn meant<T>(parameters: &[Parameter<T>], written: &str) -> Option<&'static str> {
    parameters
        .iter()
        .map(|parameter| parameter.key)
        .find(|key| is_like(key, written))
}

/// Equal but for case, hyphens and one letter too many, too few or wrong.
fn is_like(key: &str, written: &str) -> bool {
    let written = written.to_ascii_lowercase().replace('-', "_");
    let (a, b) = (key.as_bytes(), written.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let shorter = a.len().min(b.len()) - head;
    let ends = a.iter().rev().zip(b.iter().rev());
    let tail = ends.take(shorter).take_while(|(x, y)| x == y).count();
    a.len().max(b.len()) - head - tail <= 1
}
