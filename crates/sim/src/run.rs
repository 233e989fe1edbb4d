//! A whole run: the passes on as many threads as the machine has, then the rover's team over all of them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as WallClock;

use magpie_ground::recording::RecordingAssembler;
use magpie_ground::tally::to_hex;
use magpie_ground::team::{Completion, FileAssembly, Team};
use magpie_relay::carousel::CarouselError;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::judge;
use crate::pass::{self, PassRun, number};
use crate::payload::{Payload, synthetic_picture};
use crate::report::{DeliveredFile, PassReport, Report};
use crate::rover::{apid, carousel_config};
use crate::scenario::{Scenario, ScenarioError};
use crate::verdict::verdict;
use crate::{Progress, checker};

/// Parts of a file in its completion map.
const PARTS: u64 = 120;

/// Why a run came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunError {
    /// The scenario has a wrong value.
    #[error("scenario: {0}")]
    Scenario(#[from] ScenarioError),
    /// The rover cannot send these files.
    #[error("payload: {0}")]
    Payload(CarouselError),
    /// A setting that one of the radios or framers refuses.
    #[error("setting: {0}")]
    Setting(String),
    /// A checker found that something was lost or gained without an account: an error in this program.
    #[error("pass {pass}: checker: {what}")]
    Violation {
        /// Identifier of the pass, or the name of a file.
        pass: String,
        /// What was found.
        what: String,
    },
    /// A pass stopped with a panic: an error in this program.
    #[error("pass {0} stopped with an internal error")]
    Panic(String),
}

/// What a run gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The files as the rover's team holds them, in the order of the payloads.
    pub files: Vec<DeliveredContent>,
}

/// A file as the rover's team holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredContent {
    /// A name that is safe in any folder.
    pub name: String,
    /// Content up to the last octet that is there; what is missing in between is zero.
    pub octets: Vec<u8>,
    /// Which octets are there.
    pub coverage: Vec<Range<u64>>,
    /// Which octets each pass brought (pass id → ranges).
    pub per_pass: BTreeMap<String, Vec<Range<u64>>>,
}

/// Plays a scenario. Without payloads the rover sends the synthetic picture. The same seed gives the same outcome, apart from `wall_s`.
pub fn run(
    scenario: &Scenario,
    payloads: Vec<Payload>,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    run_on(threads, scenario, payloads, seed, progress)
}

/// As [`run`], on at most so many threads. The outcome does not depend on their number.
pub fn run_on(
    threads: NonZeroUsize,
    scenario: &Scenario,
    payloads: Vec<Payload>,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    let began = WallClock::now();
    scenario.check()?;
    let payloads = if payloads.is_empty() {
        let [width, height] = scenario.rover.picture;
        vec![synthetic_picture(width, height)]
    } else {
        payloads
    };
    let played = play_all(threads, scenario, &payloads, seed, progress);
    let mut outcome = finish(scenario, &payloads, seed, played)?;
    outcome.report.wall_s = began.elapsed().as_secs_f64();
    Ok(outcome)
}

/// The rover's team over all passes.
pub(crate) fn finish(
    scenario: &Scenario,
    payloads: &[Payload],
    seed: u64,
    played: Vec<Played>,
) -> Result<Outcome, RunError> {
    let mut team = Team::new(pass::team_config(scenario));
    let mut passes = Vec::new();
    for (index, played) in played.into_iter().enumerate() {
        let (report, ground) = played?;
        let of_pass = |id: u16| ground.recording(number(index), apid(id));
        team.handle_pass(
            number(index),
            of_pass(scenario.orbiter.apid_frames),
            of_pass(scenario.orbiter.apid_canister),
        );
        passes.push(report);
    }
    let (mut delivered, mut files) = (Vec::new(), Vec::new());
    for (index, payload) in payloads.iter().enumerate() {
        let file = file_of(&team, scenario, index);
        if let Some(file) = file {
            checker::check_file(payload, file).map_err(|what| RunError::Violation {
                pass: payload.name.clone(),
                what,
            })?;
        }
        delivered.push(delivered_file(scenario, payload, file));
        files.push(content(scenario, payload, file));
    }
    Ok(Outcome {
        report: Report {
            scenario: scenario.name.clone(),
            seed,
            passes,
            delivered,
            machines: Vec::new(),
            wall_s: 0.0,
        },
        files,
    })
}

/// The report of a pass and the recordings that reached the ground.
pub(crate) type Played = Result<(PassReport, RecordingAssembler), RunError>;

/// Plays all passes; each thread takes the next one that nobody has.
fn play_all(
    threads: NonZeroUsize,
    scenario: &Scenario,
    payloads: &[Payload],
    seed: u64,
    progress: &dyn Progress,
) -> Vec<Played> {
    let next = AtomicUsize::new(0);
    let count = scenario.passes.len();
    let results: Vec<Mutex<Option<Played>>> = (0..count).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads.get().min(count) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = results.get(index) else {
                        return;
                    };
                    let task = std::panic::AssertUnwindSafe(|| {
                        play_one(scenario, payloads, seed, index, progress)
                    });
                    let id = || {
                        scenario
                            .passes
                            .get(index)
                            .map_or_else(String::new, |pass| pass.id.clone())
                    };
                    let played = std::panic::catch_unwind(task)
                        .unwrap_or_else(|_| Err(RunError::Panic(id())));
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(played);
                    }
                }
            });
        }
    });
    let taken = |slot: Mutex<Option<Played>>| slot.into_inner().ok().flatten();
    results
        .into_iter()
        .map(|slot| taken(slot).unwrap_or_else(|| Err(RunError::Panic(String::from("?")))))
        .collect()
}

fn play_one(
    scenario: &Scenario,
    payloads: &[Payload],
    seed: u64,
    index: usize,
    progress: &dyn Progress,
) -> Played {
    let Some(pass) = scenario.passes.get(index) else {
        return Err(RunError::Setting(format!("there is no pass {index}")));
    };
    progress.pass_started(index, &pass.id);
    let run = pass::play(scenario, payloads, seed, index, progress)?;
    let (report, ground) = judged(scenario, payloads, index, run)?;
    progress.pass_finished(index, &report);
    Ok((report, ground))
}

/// The report of a pass, after the checkers have seen it.
pub(crate) fn judged(
    scenario: &Scenario,
    payloads: &[Payload],
    index: usize,
    run: PassRun,
) -> Played {
    let Some(pass) = scenario.passes.get(index) else {
        return Err(RunError::Setting(format!("there is no pass {index}")));
    };
    let accounts = judge::accounts(&run);
    checker::check_pass(scenario, index, &run, &accounts).map_err(|what| RunError::Violation {
        pass: pass.id.clone(),
        what,
    })?;
    let mut report = judge::report(pass, &run, &accounts);
    let heard_s = run.heard.locked_bits as f64 / f64::from(scenario.uhf.bit_rate);
    report.verdict = verdict(
        pass,
        &report,
        heard_s,
        completes_alone(scenario, payloads, index, &run.leg.assembler),
    );
    Ok((report, run.leg.assembler))
}

/// Does this pass by itself complete every file?
fn completes_alone(
    scenario: &Scenario,
    payloads: &[Payload],
    index: usize,
    ground: &RecordingAssembler,
) -> bool {
    let of_pass = |id: u16| ground.recording(number(index), apid(id));
    let mut team = Team::new(pass::team_config(scenario));
    team.handle_pass(
        number(index),
        of_pass(scenario.orbiter.apid_frames),
        of_pass(scenario.orbiter.apid_canister),
    );
    (0..payloads.len()).all(|i| {
        file_of(&team, scenario, i).is_some_and(|file| file.completion() == Completion::Complete)
    })
}

/// The file of a payload: the carousel numbers its transactions in their order.
fn file_of<'t>(team: &'t Team, scenario: &Scenario, index: usize) -> Option<&'t FileAssembly> {
    let config = carousel_config(scenario);
    let number = u64::from(config.first_transaction) + index as u64;
    team.files()
        .find(|file| file.id().source == u64::from(config.source) && file.id().number == number)
}

fn delivered_file(
    scenario: &Scenario,
    payload: &Payload,
    file: Option<&FileAssembly>,
) -> DeliveredFile {
    let announced = file.and_then(FileAssembly::size);
    let size = announced.unwrap_or(payload.octets.len() as u64);
    let octets = file.map_or(0, FileAssembly::octets_there);
    let complete = file.is_some_and(|file| file.completion() == Completion::Complete);
    let hash = |octets: &[u8]| to_hex(&Sha256::digest(octets));
    let mut per_pass_octets = BTreeMap::new();
    let mut completion = vec![Vec::new(); usize::try_from(PARTS.min(size)).unwrap_or(0)];
    for (index, pass) in scenario.passes.iter().enumerate() {
        let brought = file.and_then(|file| file.coverage_by_pass().get(&number(index)));
        per_pass_octets.insert(
            pass.id.clone(),
            brought.map_or(0, |brought| brought.total_below(size)),
        );
        let parts = completion.len() as u64;
        for (part, passes) in (0..parts).zip(&mut completion) {
            let range = part * size / parts..(part + 1) * size / parts;
            if brought.is_some_and(|brought| brought.contains(&range)) {
                passes.push(number(index));
            }
        }
    }
    DeliveredFile {
        name: payload.name.clone(),
        octets,
        size,
        sha256: file.filter(|_| complete).map(|file| hash(&file.content())),
        payload_sha256: hash(&payload.octets),
        complete,
        missing_octets: size - octets,
        per_pass_octets,
        completion,
    }
}

fn content(
    scenario: &Scenario,
    payload: &Payload,
    file: Option<&FileAssembly>,
) -> DeliveredContent {
    let per_pass = scenario.passes.iter().enumerate().map(|(index, pass)| {
        let brought = file.and_then(|file| file.coverage_by_pass().get(&number(index)));
        (
            pass.id.clone(),
            brought.map_or_else(Vec::new, |brought| brought.iter().collect()),
        )
    });
    DeliveredContent {
        name: file
            .filter(|file| file.announced().is_some())
            .map_or_else(|| payload.name.clone(), FileAssembly::safe_name),
        octets: file.map_or_else(Vec::new, FileAssembly::content),
        coverage: file.map_or_else(Vec::new, |file| file.coverage().iter().collect()),
        per_pass: per_pass.collect(),
    }
}
