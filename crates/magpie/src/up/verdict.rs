//! What a run has brought: which file came down, and what became of each pass, from the files in the spools and the accounts that the nodes kept.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use magpie_ground::station::{MemorySpool, Station};
use magpie_relay::contact::Books;
use magpie_relay::contact::export::{Export, Line};
use magpie_relay::node::State;
use magpie_relay::node::orbiter::Orbiter;
use magpie_relay::node::state_log::{Flush, StateLog};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::figures::{Values, in_words};
use super::folder::{Folder, Kind, Sent};
use super::scenario::Scenario;
use crate::command::Failure;
use crate::output::table;
use crate::report::human;

/// A file of a rover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileVerdict {
    /// The rover that has it.
    pub rover: String,
    /// Its name.
    pub name: String,
    /// Its length.
    pub octets: u64,
    /// SHA-256 of what the rover has.
    pub sha256: String,
    /// Where it came down, octet by octet; nowhere so far if none.
    pub spool: Option<PathBuf>,
}

/// How often a process was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Starts {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Once, and again each time that it died.
    pub starts: u32,
    /// Its figures over all its lives, as they were seen last.
    pub figures: Values,
}

/// What a run has brought.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// The scenario's name.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// Every file is there, and nothing else is.
    pub complete: bool,
    /// Mission time at the end.
    pub end_utc: String,
    /// Seconds that the run took.
    pub wall_s: f64,
    /// The files.
    pub files: Vec<FileVerdict>,
    /// What lies in a spool and was not sent by a rover as it is.
    pub surplus: Vec<PathBuf>,
    /// The processes.
    pub processes: Vec<Starts>,
    /// What became of each pass, by node.
    #[serde(flatten)]
    pub accounts: Export,
}

/// Which files have come down so far.
#[derive(Debug)]
pub struct Awaited<'f> {
    sent: &'f [Sent],
    spools: &'f [PathBuf],
    found: Vec<Option<PathBuf>>,
}

impl<'f> Awaited<'f> {
    /// All files of the run are awaited.
    pub fn new(folder: &'f Folder) -> Self {
        Self {
            sent: &folder.sent,
            spools: &folder.spools,
            found: vec![None; folder.sent.len()],
        }
    }

    /// Looks into the spools; true when every file is there.
    pub fn look(&mut self) -> bool {
        for (file, found) in self.sent.iter().zip(&mut self.found) {
            if found.is_none() {
                let mut paths = self.spools.iter().map(|spool| spool.join(&file.name));
                *found = paths.find(|path| is_same(path, &file.octets));
            }
        }
        self.found.iter().all(Option::is_some)
    }

    fn verdicts(&self) -> Vec<FileVerdict> {
        let files = self.sent.iter().zip(&self.found);
        let verdicts = files.map(|(file, found)| FileVerdict {
            rover: file.rover.clone(),
            name: file.name.clone(),
            octets: file.octets.len() as u64,
            sha256: hex::encode(Sha256::digest(&file.octets)),
            spool: found.clone(),
        });
        verdicts.collect()
    }

    /// What else lies in the spools, hidden files apart.
    fn surplus(&self) -> Vec<PathBuf> {
        let expected: BTreeSet<&Path> = self.found.iter().flatten().map(PathBuf::as_path).collect();
        let there = self
            .spools
            .iter()
            .filter_map(|spool| fs::read_dir(spool).ok());
        let paths = there
            .flatten()
            .filter_map(Result::ok)
            .map(|entry| entry.path());
        let mut surplus: Vec<PathBuf> = paths
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let copy = self
                    .sent
                    .iter()
                    .any(|file| file.name == name && is_same(path, &file.octets));
                !name.starts_with('.') && !expected.contains(path.as_path()) && !copy
            })
            .collect();
        surplus.sort();
        surplus
    }
}

/// Whether this file has these octets.
fn is_same(path: &Path, octets: &[u8]) -> bool {
    let same_length = fs::metadata(path).is_ok_and(|facts| facts.len() == octets.len() as u64);
    same_length && fs::read(path).is_ok_and(|there| there == octets)
}

impl Verdict {
    /// Judges a run whose processes have ended.
    pub fn new(
        scenario: &Scenario,
        folder: &Folder,
        awaited: &mut Awaited<'_>,
        processes: Vec<Starts>,
    ) -> Result<Self, Failure> {
        let all = awaited.look();
        let surplus = awaited.surplus();
        Ok(Self {
            scenario: scenario.name.clone(),
            seed: scenario.seed,
            complete: all && surplus.is_empty(),
            end_utc: String::new(),
            wall_s: 0.0,
            files: awaited.verdicts(),
            surplus,
            processes,
            accounts: accounts(scenario, folder)?,
        })
    }

    /// The verdict for people, lines ending in a newline.
    pub fn text(&self) -> String {
        let mut text = String::from("\n");
        let there = self
            .files
            .iter()
            .filter(|file| file.spool.is_some())
            .count();
        let restarts: u32 = self
            .processes
            .iter()
            .map(|process| process.starts - 1)
            .sum();
        let head = if self.complete {
            format!(
                "{} delivered, octet by octet",
                human::counted(there, "file", "files")
            )
        } else if !self.surplus.is_empty() {
            format!(
                "{} in the spools that no rover sent",
                human::counted(self.surplus.len(), "file", "files")
            )
        } else {
            format!(
                "{there} of {} delivered",
                human::counted(self.files.len(), "file", "files")
            )
        };
        let fate = match restarts {
            0 => "none died".into(),
            1 => "one died and was started again".into(),
            more => format!("{more} deaths, each time started again"),
        };
        let processes = human::counted(self.processes.len(), "process", "processes");
        let _ = writeln!(text, "  {head}; {processes}, {fate}.\n");
        self.push_passes(&mut text);
        self.push_processes(&mut text);
        self.push_files(&mut text);
        let _ = writeln!(
            text,
            "  scenario {}, seed {}, ended at {} after {}",
            crate::files::printable(&self.scenario),
            self.seed,
            self.end_utc,
            human::seconds(self.wall_s)
        );
        text
    }

    fn push_passes(&self, text: &mut String) {
        let mut table = table(["pass", "node", "records", "good", "lost", "why"]);
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
        if let Some(column) = table.column_mut(5) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
        let mut lines = 0;
        for pass in &self.accounts.passes {
            let begin = pass.plan.as_ref().map(|plan| plan.begin_utc.to_string());
            let begin = begin.as_deref().and_then(human::day);
            let mut title = begin.map_or_else(
                || pass.pass.to_string(),
                |(day, _)| {
                    let (day, month) = day.split_once(' ').unwrap_or((&day, ""));
                    let month: String = month.chars().take(3).collect();
                    format!("{} · {day} {month}", pass.pass.0)
                },
            );
            for line in &pass.accounts {
                let lost: u64 = line.lost.iter().map(|lost| lost.amount.units).sum();
                table.add_row(vec![
                    std::mem::take(&mut title),
                    line.node.clone(),
                    human::count(line.offered.units),
                    human::count(line.delivered.units),
                    human::count(lost),
                    reasons(line),
                ]);
                lines += 1;
            }
        }
        if lines > 0 {
            let _ = writeln!(text, "{table}\n");
        }
    }

    fn push_processes(&self, text: &mut String) {
        let mut table = table(["process", "starts", "what it counted"]);
        if let Some(column) = table.column_mut(2) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
        for process in &self.processes {
            table.add_row(vec![
                process.name.clone(),
                process.starts.to_string(),
                in_words(process.kind, &process.figures).join("\n"),
            ]);
        }
        let _ = writeln!(text, "{table}\n");
    }

    fn push_files(&self, text: &mut String) {
        let mut table = table(["file", "from", "octets", "SHA-256", ""]);
        for file in &self.files {
            let state = if file.spool.is_some() {
                "✓ complete"
            } else {
                "✗ not there"
            };
            table.add_row(vec![
                crate::files::printable(&file.name),
                file.rover.clone(),
                human::count(file.octets),
                file.sha256.chars().take(12).collect(),
                state.into(),
            ]);
        }
        for path in &self.surplus {
            table.add_row(vec![
                crate::files::shown(path),
                "?".into(),
                String::new(),
                String::new(),
                "✗ surplus".into(),
            ]);
        }
        let _ = writeln!(text, "{table}\n");
    }
}

/// `interface: bad-checksum`, and so on.
fn reasons(line: &Line) -> String {
    let reasons = line.lost.iter().filter(|lost| lost.amount.units > 0);
    let reasons = reasons.map(|lost| format!("{}: {}", lost.hop.name(), lost.reason.name()));
    reasons.collect::<Vec<_>>().join(", ")
}

/// The accounts of orbiters and stations, from the state that they kept; the orbiters first, as the octets go.
fn accounts(scenario: &Scenario, folder: &Folder) -> Result<Export, Failure> {
    let mut books: Vec<(String, Books)> = Vec::new();
    let cannot = |name: &str, error| Failure::new(format!("{name}: {error}"));
    for part in &scenario.orbiter {
        let state = kept(folder, &part.name)?;
        let node = Orbiter::new(part.settings.clone(), &state, scenario.seed)
            .map_err(|error| cannot(&part.name, error))?;
        books.push((part.name.clone(), node.books().clone()));
    }
    for part in &scenario.station {
        let state = kept(folder, &part.name)?;
        let spool = MemorySpool::default();
        let node = Station::new(part.settings.clone(), spool, &state, scenario.seed)
            .map_err(|error| cannot(&part.name, error))?;
        let alone = node.orbiters().len() == 1;
        for followed in node.orbiters() {
            let name = if alone {
                part.name.clone()
            } else {
                format!("{} ({})", part.name, followed.scid())
            };
            books.push((name, followed.books().clone()));
        }
    }
    let lines: Vec<(&str, &Books)> = books.iter().map(|(name, b)| (name.as_str(), b)).collect();
    let passes = scenario
        .orbiter
        .iter()
        .flat_map(|part| &part.settings.passes);
    Ok(Export::new(passes, &lines))
}

/// What a process kept.
fn kept(folder: &Folder, name: &str) -> Result<State, Failure> {
    let path = folder.path.join(name).join("state.log");
    let kept = StateLog::open(&path, Flush::ToSystem);
    let (_, state) = kept.map_err(|error| Failure::new(error.to_string()))?;
    Ok(state)
}
