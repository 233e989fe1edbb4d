//! `magpie up`: a whole relay as processes on this machine.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Reset};
use serde_json::Value;

use crate::command::channel::on_interrupt;
use crate::command::{Ending, Failure};
use crate::daemon::clock::{Clock, instant, timestamp};
use crate::files;
use crate::output;
use crate::up::crew::{Crew, CrewEvent, LogLine};
use crate::up::folder::Folder;
use crate::up::scenario::Scenario;
use crate::up::verdict::{Awaited, Starts, Verdict};

/// How often the processes are looked after.
const ROUND: Duration = Duration::from_millis(50);
/// The scenarios that the program brings along; a run has the first if none is named.
const SCENARIOS: [(&str, &str); 3] = [
    (
        "relay-2021",
        include_str!("../../../../scenarios/relay-2021.toml"),
    ),
    (
        "relay-two-by-two",
        include_str!("../../../../scenarios/relay-two-by-two.toml"),
    ),
    (
        "relay-moon",
        include_str!("../../../../scenarios/relay-moon.toml"),
    ),
];

/// Run a whole relay as processes on this machine: rovers, orbiters, stations, and the channel between them.
///
/// Each is a process of its own with a file, a state and a log in the folder of the run; what dies is started again and goes on. `run.json` there names them
/// with process numbers and the addresses of their figures. Mission time runs at the pace of the scenario. It is over when every file of the rovers is in a
/// spool, at the scenario's end, or with Ctrl-C; then the accounts of all passes are shown, and written to accounts.json and accounts.csv.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  magpie up
  magpie up relay-2021 --out run-1 --json

While it runs, from another terminal:
    kill -9 PID        (see run.json)

Exit codes: 0 every file came down; 2 something is missing; 1 could not run.")]
pub struct Arguments {
    /// Scenario file, or one of relay-2021, relay-two-by-two, relay-moon [default: relay-2021, the test of November 2021].
    scenario: Option<PathBuf>,
    /// Folder of the run; must be empty or not there [default: magpie-up-N, the first that is free].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on to the end of the scenario when every file is there.
    #[arg(long)]
    to_the_end: bool,
    /// Print the verdict as one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let (scenario, beside) = scenario(arguments.scenario.as_deref())?;
    let refuse = |failure| match &arguments.scenario {
        Some(path) => Failure::at(path, failure),
        None => failure,
    };
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => free_folder(),
    };
    let interrupted = Arc::new(AtomicBool::new(false));
    on_interrupt(Arc::clone(&interrupted));
    let folder = Folder::write(&out, &scenario, &beside).map_err(refuse)?;
    let began = Instant::now();
    let clock = Clock::start(Some(&folder.clock))?;
    output::note(&format!(
        "{}: {}",
        scenario.name,
        files::shown(&folder.path)
    ));
    let mut crew = Crew::start(&folder, &scenario.name)?;
    let mut awaited = Awaited::new(&folder);
    let end = instant(scenario.end_utc);
    loop {
        crew.watch(&mut show)?;
        let delivered = awaited.look() && !arguments.to_the_end;
        if delivered || clock.now() >= end || interrupted.load(Ordering::Relaxed) {
            break;
        }
        thread::sleep(ROUND);
    }
    let end_utc = timestamp(clock.now());
    crew.ask();
    let starts = crew.figures().map(|(name, kind, starts, figures)| Starts {
        name: name.into(),
        kind,
        starts,
        figures,
    });
    let starts = starts.collect();
    crew.stop(&mut show);
    let mut verdict = Verdict::new(&scenario, &folder, &mut awaited, starts)?;
    verdict.end_utc = end_utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    verdict.wall_s = began.elapsed().as_secs_f64();
    let accounts = output::json(&verdict)?;
    files::write_whole(&out.join("accounts.json"), accounts.as_bytes())?;
    files::write_whole(&out.join("accounts.csv"), verdict.accounts.csv().as_bytes())?;
    if arguments.json {
        output::print(&accounts)?;
    } else {
        let mut text = verdict.text();
        let _ = write!(text, "  accounts, logs, files: {}", files::shown(&out));
        output::print(&text)?;
    }
    Ok(Ending::complete_if(verdict.complete))
}

/// The scenario, and the folder from which its paths count.
fn scenario(path: Option<&Path>) -> Result<(Scenario, PathBuf), Failure> {
    let wanted = path.unwrap_or(Path::new(SCENARIOS[0].0));
    let brought = SCENARIOS.iter().find(|(name, _)| wanted == Path::new(name));
    if let Some((_, text)) = brought.filter(|_| path.is_none() || !wanted.exists()) {
        return Ok((Scenario::parse(text)?, PathBuf::new()));
    }
    let path = path.unwrap_or(Path::new(""));
    let text = crate::daemon::settings::text(path)?;
    let scenario = Scenario::parse(&text).map_err(|failure| Failure::at(path, failure))?;
    let beside = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok((scenario, beside))
}

/// `magpie-up-1`, or the next that is not there.
fn free_folder() -> PathBuf {
    let mut names = (1_u32..).map(|number| PathBuf::from(format!("magpie-up-{number}")));
    names.find(|path| !path.exists()).unwrap_or_default()
}

/// A line of the merged log, on standard error.
fn show(event: CrewEvent) {
    match event {
        CrewEvent::Said(line) => said(&line),
        CrewEvent::Restarted { process, how, pid } => {
            let yellow = AnsiColor::Yellow.render_fg();
            output::note(&format!(
                "{:20} {process:14} {yellow}{how}, started again as process {pid}{Reset}",
                ""
            ));
        }
    }
}

fn said(line: &LogLine) {
    let entry: Option<Value> = serde_json::from_str(&line.text).ok();
    let text = |key: &str| entry.as_ref().and_then(|entry| entry[key].as_str());
    let process = line.process.as_str();
    // Where they are is in run.json.
    if text("message").is_some_and(|message| message.starts_with("figures at ")) {
        return;
    }
    let Some(message) = text("message") else {
        // What a process says before it has a log: why it cannot run.
        output::note(&format!(
            "{:20} {process:14} {}",
            "",
            files::printable(&line.text)
        ));
        return;
    };
    let at = text("at").and_then(|at| at.get(..19)).unwrap_or("");
    let (at, message) = (at.replace('T', " "), files::printable(message));
    let colour = match text("level") {
        Some("WARN") => AnsiColor::Yellow.render_fg().to_string(),
        Some("ERROR") => AnsiColor::Red.render_fg().to_string(),
        _ => String::new(),
    };
    let reset = if colour.is_empty() {
        String::new()
    } else {
        Reset.to_string()
    };
    output::note(&format!("{at:20} {process:14} {colour}{message}{reset}"));
}
