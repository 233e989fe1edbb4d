//! The table and the JSON document.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::job::{Job, THREADS};
use super::machine::Machine;

/// What came out wrong, of how many: bits, codewords or frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// Wrong ones.
    pub wrong: usize,
    /// All.
    pub total: usize,
}

impl Wrong {
    /// Elements of `unit` octets that differ.
    pub fn between(have: &[u8], want: &[u8], unit: usize) -> Self {
        let pairs = have.chunks(unit).zip(want.chunks(unit));
        let missing = want.len().saturating_sub(have.len()) / unit;
        Self {
            wrong: pairs.filter(|(have, want)| have != want).count() + missing,
            total: want.len() / unit,
        }
    }
}

/// Rates of a contender over its rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// The median.
    pub median: f64,
    /// Quartiles.
    pub quartiles: [f64; 2],
    /// Rounds.
    pub rounds: usize,
}

impl Measured {
    /// Of the seconds a pass.
    pub fn of(per_pass: f64, mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (times.len().saturating_sub(1)) as f64 * share;
            times
                .get(place.round() as usize)
                .map_or(0.0, |time| per_pass / time.max(1e-12))
        };
        Self {
            median: at(0.5),
            quartiles: [at(0.75), at(0.25)],
            rounds: times.len(),
        }
    }
}

/// Ours on several threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Threads {
    /// How many.
    pub threads: usize,
    /// The rate of all together.
    pub ours: f64,
}

/// A job, measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub job: &'static str,
    /// What the figures are.
    pub unit: &'static str,
    /// The best engine's.
    pub ours: f64,
    /// What the issue asks for.
    pub ask: f64,
    /// What would be better still.
    pub stretch: f64,
    /// The peers, by name.
    pub peers: BTreeMap<String, f64>,
    /// Ours over the fastest peer.
    pub ratio: Option<f64>,
    /// The engine of `ours`.
    pub engine: String,
    /// Ours, by engine.
    pub engines: BTreeMap<String, f64>,
    /// On several threads.
    pub threads: Option<Threads>,
    /// Lower and upper quartile of every contender.
    pub quartiles: BTreeMap<String, [f64; 2]>,
    /// Rounds of each.
    pub rounds: usize,
    /// What each contender got wrong of the same input.
    pub wrong: BTreeMap<String, Wrong>,
    /// The input in words.
    pub input: String,
}

impl Row {
    /// Out of what the rounds gave: name, whether it is ours, rates.
    pub(super) fn assemble(
        job: &Job<'_>,
        engine: String,
        threads: Option<usize>,
        measured: Vec<(String, bool, Measured)>,
        wrong: Vec<(String, Wrong)>,
    ) -> Self {
        let mut row = Self {
            job: job.name,
            unit: job.unit,
            ours: 0.0,
            ask: job.ask,
            stretch: job.stretch,
            peers: BTreeMap::new(),
            ratio: None,
            engine,
            engines: BTreeMap::new(),
            threads: None,
            quartiles: BTreeMap::new(),
            rounds: measured.iter().map(|(_, _, m)| m.rounds).min().unwrap_or(0),
            wrong: wrong.into_iter().collect(),
            input: job.input.clone(),
        };
        for (name, ours, m) in measured {
            row.quartiles.insert(name.clone(), m.quartiles);
            match (ours, threads) {
                (true, Some(threads)) if name == THREADS => {
                    let ours = m.median;
                    row.threads = Some(Threads { threads, ours });
                }
                (true, _) => {
                    row.engines.insert(name, m.median);
                }
                (false, _) => {
                    row.peers.insert(name, m.median);
                }
            }
        }
        row.ours = row.engines.get(&row.engine).copied().unwrap_or(0.0);
        let fastest = row.peers.values().copied().fold(0.0, f64::max);
        row.ratio = (fastest > 0.0).then(|| row.ours / fastest);
        row
    }
}

/// Everything that `cargo xtask bench` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The machine in a line.
    pub machine: String,
    /// Its parts.
    pub details: Machine,
    /// The jobs.
    pub rows: Vec<Row>,
}

impl Report {
    /// The rows of this machine.
    pub fn new(rows: Vec<Row>) -> Self {
        let details = Machine::here();
        Self {
            machine: details.line(),
            details,
            rows,
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let engines = &self.details.engines;
        let mut text = format!(
            "{}\n\n{:<16} {:<7} {:>8}",
            self.machine, "job", "unit", "ours"
        );
        for engine in engines {
            let _ = write!(text, " {engine:>8}");
        }
        let _ = writeln!(
            text,
            " {:>8} {:>7} {:>7}   {:>7}  peers",
            "threads", "ask", "stretch", "ratio"
        );
        for row in &self.rows {
            let _ = write!(
                text,
                "{:<16} {:<7} {:>8}",
                row.job,
                row.unit,
                figure(row.ours)
            );
            for engine in engines {
                let cell = row
                    .engines
                    .get(*engine)
                    .map_or_else(|| "–".to_owned(), |&x| figure(x));
                let _ = write!(text, " {cell:>8}");
            }
            let threads = row
                .threads
                .map_or_else(|| "–".to_owned(), |t| figure(t.ours));
            let ratio = row
                .ratio
                .map_or_else(|| "–".to_owned(), |r| format!("{}x", figure(r)));
            let peers: Vec<String> = row
                .peers
                .iter()
                .map(|(name, &x)| format!("{name} {}", figure(x)))
                .collect();
            let _ = writeln!(
                text,
                " {threads:>8} {:>7} {:>7} {} {ratio:>7}  {}",
                figure(row.ask),
                figure(row.stretch),
                mark(row),
                peers.join(", ")
            );
        }
        text.push_str("\nmedians of interleaved rounds, processor time of one thread (threads: time of day, all processors); * the ask is met, ** the stretch too; ratio: ours over the fastest peer\n");
        for row in &self.rows {
            let wrong: Vec<String> = row
                .wrong
                .iter()
                .filter(|(_, w)| w.wrong > 0)
                .map(|(name, w)| format!("{name} {} of {}", w.wrong, w.total))
                .collect();
            let wrong = if wrong.is_empty() {
                "none".to_owned()
            } else {
                wrong.join(", ")
            };
            let mut apart = String::new();
            for (name, &x) in &row.engines {
                if !engines.contains(&name.as_str()) {
                    let _ = write!(apart, "{name} {}; ", figure(x));
                }
            }
            let _ = writeln!(text, "{}: {}; {apart}wrong: {wrong}", row.job, row.input);
        }
        text
    }
}

fn mark(row: &Row) -> &'static str {
    if row.ours >= row.stretch {
        "**"
    } else if row.ours >= row.ask {
        "* "
    } else {
        "  "
    }
}

/// Three digits that count.
fn figure(x: f64) -> String {
    match x {
        x if x >= 100.0 => format!("{x:.0}"),
        x if x >= 10.0 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}
