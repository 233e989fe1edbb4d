//! `docs/radio`: what the receiver reaches, measured with seeded signals, theory beside it. `cargo xtask radio` starts it.
//!
//! Each experiment is a table of its own and mostly a drawing; the page has all of them with what was asked. The same seed gives the same figures, but for
//! speed and memory.

pub mod acquire;
pub mod ber;
pub mod canister;
pub mod frequency;
mod kept;
pub mod load;
mod page;
mod plot;
mod signal;
pub mod track;

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What docs/radio has.
    Full,
    /// To see that it works, and what CI does.
    Slice,
}

impl Effort {
    /// One of two figures.
    pub const fn pick<T: Copy>(self, full: T, slice: T) -> T {
        match self {
            Self::Full => full,
            Self::Slice => slice,
        }
    }
}

/// A row of the page's first table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was measured.
    pub what: String,
    /// What was asked.
    pub ask: String,
    /// What came out.
    pub have: String,
    /// Is the ask met?
    pub met: bool,
}

/// What an experiment gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Result {
    /// Its name: of the drawing and the table.
    pub name: &'static str,
    /// Heading on the page.
    pub title: String,
    /// How it was made.
    pub how: String,
    /// Against the asks.
    pub findings: Vec<Finding>,
    /// Head and rows.
    pub table: Vec<Vec<String>>,
    /// The drawing; empty: there is none.
    pub svg: String,
}

type Experiment = fn(Effort) -> Result;

/// All experiments in the order of the page.
pub const EXPERIMENTS: [(&str, Experiment); 7] = [
    ("ber", ber::run),
    ("acquire", acquire::run),
    ("track", track::run),
    ("frequency", frequency::run),
    ("canister", canister::run),
    ("speed", load::speed),
    ("memory", load::memory),
];

/// Runs the experiments that are named (all if none is), prints their tables, and writes their drawings and the page into `folder`, where the parts that
/// did not run keep what `results.json` has of them.
///
/// # Errors
/// If a name is unknown, a file cannot be written, or an ask is not met.
pub fn run(
    folder: Option<&Path>,
    names: &[&str],
    effort: Effort,
) -> std::result::Result<(), String> {
    if let Some(name) = names
        .iter()
        .find(|name| EXPERIMENTS.iter().all(|(known, _)| known != *name))
    {
        return Err(format!(
            "no experiment `{name}`; there are {}",
            EXPERIMENTS.map(|(known, _)| known).join(", ")
        ));
    }
    let mut results = Vec::new();
    for (name, experiment) in EXPERIMENTS {
        if names.is_empty() || names.contains(&name) {
            let from = Instant::now();
            let result = experiment(effort);
            println!("{}", page::text(&result));
            eprintln!("{name}: {:.0} s", from.elapsed().as_secs_f64());
            results.push(result);
        }
    }
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        let parts = kept::with(folder, &results)?;
        let mut files = page::drawings(&results);
        files.push(page::page(&parts, effort));
        files.push(kept::file(&parts)?);
        for (file, text) in files {
            let path = folder.join(file);
            fs::write(&path, text).map_err(|why| format!("{}: {why}", path.display()))?;
        }
    }
    let missed: Vec<&Finding> = results
        .iter()
        .flat_map(|result| &result.findings)
        .filter(|finding| !finding.met)
        .collect();
    match missed.first() {
        None => Ok(()),
        Some(first) => Err(format!(
            "{} of the asks missed, first: {} (asked {}, have {})",
            missed.len(),
            first.what,
            first.ask,
            first.have
        )),
    }
}
