//! `magpie channel --a … --b …`: the radio channel between two flight computers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use magpie_bus::Fate;
use magpie_bus::order::{Pass, PassMode, ReturnCode};
use serde::Serialize;

use crate::channel::pass::{self, End, Plan};
use crate::channel::run::RunError;
use crate::channel::{Modem, Run, Settings, Side, Turn};
use crate::command::relay::payload;
use crate::command::{Ending, Failure};
use crate::emulated::image::Image;
use crate::emulated::place::Place;
use crate::{files, output};

/// Longest time that a run may be given, in seconds: a day.
const LONGEST_S: f64 = 86_400.0;

/// Options of the channel between two flight computers.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Between two flight computers (--a and --b)")]
pub(crate) struct FlightOptions {
    /// The rover.
    #[arg(long, value_name = "PLACE", requires = "b")]
    pub(super) a: Option<Place>,
    /// The orbiter.
    #[arg(long, value_name = "PLACE", requires = "a")]
    pub(super) b: Option<Place>,
    /// Folder with the images [default: `MAGPIE_FIRMWARE`, else where `cargo xtask firmware build` leaves them].
    #[arg(long, requires = "a", value_name = "DIR")]
    firmware: Option<PathBuf>,
    /// Order a pass of this kind and end when it is over.
    #[arg(long, requires = "a", value_enum)]
    mode: Option<Mode>,
    /// A file in the rover's payload memory; may be given several times [default: a synthetic picture of 5 kB].
    #[arg(long, requires = "a", value_name = "FILE")]
    payload: Vec<PathBuf>,
    /// Information bits a second from rover to orbiter.
    #[arg(long, requires = "a", default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(1_000..=512_000))]
    return_rate: u32,
    /// The same from orbiter to rover.
    #[arg(long, requires = "a", default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(1_000..=512_000))]
    forward_rate: u32,
    /// The rover begins so many seconds after the orbiter.
    #[arg(long, value_name = "S", default_value_t = 0.0, requires = "mode", value_parser = seconds)]
    rover_after: f64,
    /// End after so many seconds of the channel's clock.
    #[arg(long, requires = "a", value_name = "S", default_value_t = 120.0, value_parser = seconds)]
    seconds: f64,
    /// Eb/N0 from orbiter to rover in dB, where nothing is coded.
    #[arg(
        long,
        requires = "a",
        value_name = "DB",
        default_value_t = 13.0,
        allow_negative_numbers = true
    )]
    forward_eb_n0: f64,
    /// The sign of the symbols.
    #[arg(long, requires = "a", value_enum, default_value_t = Turn::Upright)]
    polarity: Turn,
    /// From antenna to antenna, in seconds.
    #[arg(long, requires = "a", value_name = "S", default_value_t = 0.0, value_parser = seconds)]
    delay: f64,
    /// Nothing passes from here to there, in seconds since the start; may be given several times.
    #[arg(long, requires = "a", value_name = "FROM..TO", value_parser = window)]
    cut: Vec<Range<u64>>,
    /// A receiver without a signal takes noise for one; as --cut.
    #[arg(long, requires = "a", value_name = "FROM..TO", value_parser = window)]
    noise: Vec<Range<u64>>,
    /// Part of the frames that is lost, either way: 0 to 1.
    #[arg(long, requires = "a", value_name = "P", default_value_t = 0.0, value_parser = part)]
    loss: f64,
    /// Mean number of symbols between two symbol slips.
    #[arg(long, requires = "a", value_name = "N", default_value_t = 0)]
    slips: u64,
    /// Write what the orbiter sends to Earth after the pass: CADUs.
    #[arg(long, value_name = "FILE", requires = "mode")]
    downlink: Option<PathBuf>,
    /// Wall-clock seconds after which a computer that says nothing counts as silent.
    #[arg(long, requires = "a", value_name = "S", default_value_t = 10.0, value_parser = seconds)]
    patience: f64,
    /// Print the account as one JSON document on standard output.
    #[arg(long, requires = "a")]
    json: bool,
}

/// What both modes are told.
pub(super) struct Shared {
    pub(super) coding: Coding,
    /// Eb/N0 from rover to orbiter in dB.
    pub(super) eb_n0: f64,
    pub(super) seed: u64,
}

/// How a pass is flown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Simplex: the rover sends, nothing is acknowledged.
    Blind,
    /// Full duplex: the orbiter hails, the rover's frames are acknowledged.
    Hailed,
}

impl From<Mode> for PassMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Blind => Self::Blind,
            Mode::Hailed => Self::Hailed,
        }
    }
}

/// The code from rover to orbiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Coding {
    /// Rate 1/2, K = 7.
    #[default]
    Convolutional,
    /// (2048,1024), the LDPC option of Proximity-1.
    Ldpc,
}

impl From<Coding> for ReturnCode {
    fn from(coding: Coding) -> Self {
        match coding {
            Coding::Convolutional => Self::Convolutional,
            Coding::Ldpc => Self::Ldpc,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=LONGEST_S).contains(&value) => Ok(value),
        _ => Err(format!("give seconds, 0 to {LONGEST_S}")),
    }
}

fn part(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err(String::from("give a part, 0 to 1")),
    }
}

fn window(text: &str) -> Result<Range<u64>, String> {
    let ends = text.split_once("..");
    let ends = ends.and_then(|(from, to)| Some((seconds(from).ok()?, seconds(to).ok()?)));
    match ends {
        Some((from, to)) if from < to => Ok(micros(from)..micros(to)),
        _ => Err(String::from("give FROM..TO in seconds")),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked: a day at most
fn micros(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

/// What a run came to.
#[derive(Debug, Serialize)]
struct Account {
    /// `done`, `time_over` or `interrupted`.
    ended_by: &'static str,
    seed: u64,
    /// On the channel's clock.
    seconds: f64,
    stretches: u64,
    wall_s: f64,
    rover: OneEnd,
    orbiter: OneEnd,
}

/// One end of it.
#[derive(Debug, Serialize)]
struct OneEnd {
    computer: String,
    boots: usize,
    /// Why it began the last time.
    last_reset: Option<String>,
    /// Stretches without an answer.
    silent: u64,
    /// State of its link at the end.
    state: u8,
    frames_sent: u64,
    /// Spoiled on purpose.
    frames_spoiled: u64,
    /// What its receiver found, by what became of it.
    found: BTreeMap<&'static str, u64>,
    downlink_octets: usize,
    line_spoiled: u32,
    counters: BTreeMap<String, u32>,
    log: Vec<String>,
}

/// Runs the command.
pub(super) fn run(
    [a, b]: [&Place; 2],
    arguments: &FlightOptions,
    shared: &Shared,
) -> Result<Ending, Failure> {
    output::only_one_on_standard_output(arguments.json, arguments.downlink.as_deref())?;
    let began = Instant::now();
    let mut run = start([a, b], arguments, shared)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    on_interrupt(Arc::clone(&interrupted));
    let ended_by = match play(arguments, shared, &mut run, &interrupted) {
        // Ctrl-C reaches the emulators too: there is nobody left to ask.
        Err(_) if was_interrupted(&interrupted) => "interrupted",
        ended => {
            let ended_by = ended.map_err(|error| broken(&error))?;
            ask_both(arguments, &mut run)?;
            ended_by
        }
    };
    let account = account(shared, &run, ended_by, began.elapsed());
    output::account(
        &account,
        arguments.json,
        arguments.downlink.as_deref(),
        || text(&account),
    )?;
    let frames_kept = !account.orbiter.found.contains_key("not_recorded");
    Ok(Ending::complete_if(ended_by == "done" && frames_kept))
}

/// What is recorded, if it is wanted, and the counters.
fn ask_both(arguments: &FlightOptions, run: &mut Run) -> Result<(), Failure> {
    if let Some(path) = &arguments.downlink {
        fetch(run, path)?;
    }
    for side in Side::BOTH {
        let told = run.modem_mut(side).report();
        told.map_err(|error| broken(&RunError { side, error }))?;
    }
    Ok(())
}

/// Has Ctrl-C come? The handler's thread may be a moment behind an emulator that heard it too.
pub(crate) fn was_interrupted(interrupted: &AtomicBool) -> bool {
    std::thread::sleep(Duration::from_millis(100));
    interrupted.load(Ordering::Relaxed)
}

fn broken(error: &RunError) -> Failure {
    Failure::new(error.to_string())
}

/// Opens both computers and waits for them.
fn start([a, b]: [&Place; 2], arguments: &FlightOptions, shared: &Shared) -> Result<Run, Failure> {
    let mut payloads = Vec::new();
    for path in &arguments.payload {
        payloads.push(payload(path)?);
    }
    if payloads.is_empty() {
        payloads.push(magpie_sim::payload::synthetic_picture(100, 50));
    }
    let firmware = arguments.firmware.as_deref();
    let patience = Duration::from_secs_f64(arguments.patience.max(0.001));
    let rover = a.open(Image::Rover, firmware)?;
    let orbiter = b.open(Image::Orbiter, firmware)?;
    let settings = Settings {
        seed: shared.seed,
        return_code: shared.coding.into(),
        return_eb_n0_db: shared.eb_n0,
        forward_eb_n0_db: arguments.forward_eb_n0,
        polarity: arguments.polarity,
        delay_us: micros(arguments.delay),
        cuts: arguments.cut.clone(),
        noise: arguments.noise.clone(),
        loss: arguments.loss,
        slip_every_symbols: arguments.slips,
    };
    let rover = Modem::new(rover, payloads, patience);
    let orbiter = Modem::new(orbiter, Vec::new(), patience);
    let mut run = Run::new(&settings, rover, orbiter, 0);
    for (side, place) in [(Side::Rover, a), (Side::Orbiter, b)] {
        await_boot(&mut run, side, place)?;
    }
    Ok(run)
}

/// Waits for the first word of a computer that begins now.
pub(crate) fn await_boot(run: &mut Run, side: Side, place: &Place) -> Result<(), Failure> {
    if !place.boots_now() {
        return Ok(());
    }
    let begun = run.modem_mut(side).await_boot();
    if begun.map_err(|error| broken(&RunError { side, error }))? {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "{}: says nothing; is its image the right one?",
            side.name()
        )))
    }
}

fn play(
    arguments: &FlightOptions,
    shared: &Shared,
    run: &mut Run,
    interrupted: &AtomicBool,
) -> Result<&'static str, RunError> {
    let window_us = micros(arguments.seconds);
    let Some(mode) = arguments.mode else {
        let stopped = run.run_until(window_us, |_| interrupted.load(Ordering::Relaxed))?;
        return Ok(if stopped { "interrupted" } else { "done" });
    };
    // A blind rover repeats its files until it is told to end: long enough for them all, and the tail before the window is over.
    let send_ms = match mode {
        Mode::Blind => u32::try_from(window_us.saturating_sub(2_000_000) / 1_000),
        Mode::Hailed => Ok(0),
    };
    let plan = Plan {
        pass: Pass {
            number: 1,
            mode: mode.into(),
            return_rate: arguments.return_rate,
            forward_rate: arguments.forward_rate,
            send_ms: send_ms.unwrap_or(u32::MAX),
            return_code: shared.coding.into(),
        },
        rover_after_us: micros(arguments.rover_after),
        window_us,
    };
    let mut watch = |_: &mut Run| Ok(!interrupted.load(Ordering::Relaxed));
    Ok(match pass::fly(run, &plan, &mut watch)? {
        End::Done => "done",
        End::Window => "time_over",
        End::Stopped => "interrupted",
    })
}

/// What is recorded, as it goes to Earth.
fn fetch(run: &mut Run, path: &Path) -> Result<(), Failure> {
    let side = Side::Orbiter;
    let modem = run.modem_mut(side);
    let whole = modem.dump();
    if !whole.map_err(|error| broken(&RunError { side, error }))? {
        return Err(Failure::new("orbiter: its downlink stopped half-way"));
    }
    files::write_whole(path, &modem.book().downlink)
}

/// Ctrl-C and requests to terminate end the run; the machines end with it.
pub(crate) fn on_interrupt(interrupted: Arc<AtomicBool>) {
    let set = ctrlc::set_handler(move || interrupted.store(true, Ordering::Relaxed));
    if let Err(error) = set {
        tracing::warn!("Ctrl-C will not end the run properly: {error}");
    }
}

#[allow(clippy::cast_precision_loss)] // a day in microseconds
fn account(shared: &Shared, run: &Run, ended_by: &'static str, wall: Duration) -> Account {
    Account {
        ended_by,
        seed: shared.seed,
        seconds: run.elapsed_us() as f64 / 1e6,
        stretches: run.stretches(),
        wall_s: wall.as_secs_f64(),
        rover: one_end(run, Side::Rover),
        orbiter: one_end(run, Side::Orbiter),
    }
}

fn one_end(run: &Run, side: Side) -> OneEnd {
    let (modem, tap) = (run.modem(side), run.air(side).tap());
    let book = modem.book();
    let mut found = BTreeMap::new();
    for entry in &book.found {
        let fate = match entry.fate {
            Fate::Recorded => "recorded",
            Fate::NotRecorded => "not_recorded",
            Fate::Refused => "refused",
            Fate::Candidate => "candidate",
        };
        *found.entry(fate).or_default() += 1;
    }
    OneEnd {
        computer: modem.description(),
        boots: book.boots.len(),
        last_reset: book.boots.last().map(|boot| format!("{:?}", boot.cause)),
        silent: book.silent,
        state: book.state,
        frames_sent: tap.frames(),
        frames_spoiled: tap.lost(),
        found,
        downlink_octets: book.downlink.len(),
        line_spoiled: modem.line_stats().spoiled,
        counters: book.counters.clone(),
        log: book.log.clone(),
    }
}

fn text(account: &Account) -> String {
    let mut text = String::new();
    for (name, end) in [("rover", &account.rover), ("orbiter", &account.orbiter)] {
        let _ = writeln!(text, "{name}: {}", end.computer);
        let _ = writeln!(
            text,
            "  {} frames sent, {} of them spoiled on the way; {} resets, {} stretches without an answer",
            end.frames_sent,
            end.frames_spoiled,
            end.boots.saturating_sub(1),
            end.silent
        );
        let found: Vec<String> = end
            .found
            .iter()
            .map(|(fate, n)| format!("{n} {fate}"))
            .collect();
        if !found.is_empty() {
            let _ = writeln!(text, "  found: {}", found.join(", "));
        }
        if let Some(stack) = end.counters.get("stack_peak") {
            let _ = writeln!(text, "  stack: {stack} octets at the worst");
        }
    }
    let ended = match account.ended_by {
        "done" => "done",
        "time_over" => "not done when the time was over",
        _ => "interrupted",
    };
    let _ = write!(
        text,
        "{ended}: {:.1} s on the channel's clock, {} exchanges, {:.1} s of wall-clock time",
        account.seconds, account.stretches, account.wall_s
    );
    text
}
