//! `magpie relay`: the relay test, from the rover's payload to the rover's team, hop by hop.

use std::collections::HashSet;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use magpie_sim::payload::Payload;
use magpie_sim::report::Report;
use magpie_sim::scenario::{Scenario, Waveform};
use magpie_sim::{DeliveredContent, Outcome};

use crate::command::channel::{Coding, Mode};
use crate::command::{Ending, Failure};
use crate::emulated::place::Place;
use crate::emulated::relay::{self as flight, Crew};
use crate::files;
use crate::output;
use crate::progress::Bars;
use crate::report::{Coverage, Extras, FileContent, html};
use crate::terminal;

/// Seed of a run that names none.
const DEFAULT_SEED: u64 = 2021;
/// Largest payload in octets: what a rover could send blindly in many such passes, and no more than fits a small machine's memory.
const LARGEST_PAYLOAD: u64 = 64 << 20;
/// Width of the summary where standard output is no terminal.
const PLAIN_WIDTH: usize = 100;

/// Play the relay test: rover → orbiter, in the blind → Earth → the rover's team.
///
/// Without a scenario it replays November 2021: five passes of Mars Express over the Zhurong rover, four of them spoiled on board.
///
/// With --rover and --orbiter the flight programs of firmware/ fly it, on emulated machines, in this process, or on boards behind a serial
/// line; see docs/relay-emulated.md.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  magpie relay\n  magpie relay quiet --payload README.md --out quiet-out\n  \
    magpie relay never-heard --json\n  \
    magpie relay --rover in-process --orbiter in-process --out flown-out\n\n\
    With the images of `cargo xtask firmware build`:\n    \
    magpie relay --rover emulated:cortex-m7 --orbiter emulated:leon3\n    \
    magpie relay --rover emulated:cortex-m7 --orbiter emulated:leon3 --coding ldpc\n\nWrites report.json, report.html and the folder delivered/ into --out."
)]
pub struct Arguments {
    /// Scenario file, or one of zhurong-mex-2021, quiet, never-heard, emulated [default: zhurong-mex-2021; with --rover: emulated].
    scenario: Option<PathBuf>,
    /// A file the rover sends; may be given several times [default: a synthetic picture of 233 kB].
    #[arg(long, value_name = "FILE")]
    payload: Vec<PathBuf>,
    /// Folder for the reports and the delivered files.
    #[arg(long, value_name = "DIR", default_value = "magpie-out")]
    out: PathBuf,
    /// Seed of every random draw; the same seed gives the same report.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// The rover's flight computer: emulated:TARGET, in-process, unix:PATH or tcp:HOST:PORT.
    #[arg(long, value_name = "PLACE", requires = "orbiter")]
    rover: Option<Place>,
    /// The orbiter's flight computer.
    #[arg(long, value_name = "PLACE", requires = "rover")]
    orbiter: Option<Place>,
    /// How flight computers fly the passes.
    #[arg(long, value_enum, default_value_t = Mode::Blind, requires = "rover")]
    mode: Mode,
    /// The code that flight computers use from rover to orbiter.
    #[arg(long, value_enum, default_value_t, requires = "rover")]
    coding: Coding,
    /// Folder with their images [default: `MAGPIE_FIRMWARE`, else where `cargo xtask firmware build` leaves them].
    #[arg(long, value_name = "DIR", requires = "rover")]
    firmware: Option<PathBuf>,
    /// Play the UHF link as symbols (quick) or as I/Q samples, through modulator, Doppler and a receiver that has to find the carrier [default: as
    /// the scenario says, else symbols].
    #[arg(long, value_enum, conflicts_with = "rover")]
    waveform: Option<WaveformOption>,
    /// Print the report as one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WaveformOption {
    /// Symbol by symbol, with noise.
    Symbols,
    /// Samples of the waveform.
    Iq,
}

impl From<WaveformOption> for Waveform {
    fn from(option: WaveformOption) -> Self {
        match option {
            WaveformOption::Symbols => Self::Symbols,
            WaveformOption::Iq => Self::Iq,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let crew = arguments.rover.as_ref().zip(arguments.orbiter.as_ref());
    let crew = crew.map(|(rover, orbiter)| Crew {
        rover,
        orbiter,
        firmware: arguments.firmware.as_deref(),
        mode: arguments.mode.into(),
        code: arguments.coding.into(),
    });
    let own = crew.as_ref().map(|_| Path::new("emulated"));
    let mut scenario = scenario(arguments.scenario.as_deref().or(own))?;
    if let Some(waveform) = arguments.waveform {
        scenario.uhf.waveform = waveform.into();
    }
    let payloads = arguments
        .payload
        .iter()
        .map(|path| payload(path))
        .collect::<Result<Vec<_>, _>>()?;
    check_names(&payloads)?;
    // Said now, not after the run: a folder that cannot be written.
    let delivered = arguments.out.join("delivered");
    files::prepare_folder(&delivered)?;
    let bars = Bars::new(&scenario);
    let outcome = match &crew {
        Some(crew) => flight::fly(crew, &scenario, payloads, arguments.seed, &bars),
        None => magpie_sim::run(&scenario, payloads, arguments.seed, &bars)
            .map_err(|error| Failure::new(format!("{}: {error}", scenario.name))),
    };
    bars.clear();
    let outcome = outcome?;
    let written = write(&outcome, &arguments.out, &delivered)?;
    if arguments.json {
        output::print(&output::json(&outcome.report)?)?;
    } else {
        let (width, colour) = terminal_facts();
        output::print(&terminal::summary(&outcome.report, colour, width, &written))?;
    }
    Ok(Ending::complete_if(is_complete(&outcome.report)))
}

fn is_complete(report: &Report) -> bool {
    report.delivered.iter().all(|file| file.complete)
}

fn terminal_facts() -> (usize, bool) {
    let is_terminal = std::io::stdout().is_terminal();
    let width = terminal_size::terminal_size().filter(|_| is_terminal);
    let width = width.map_or(PLAIN_WIDTH, |(width, _)| usize::from(width.0));
    let colour = is_terminal
        && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    (width.clamp(60, 140), colour)
}

fn scenario(path: Option<&Path>) -> Result<Scenario, Failure> {
    let built_in = |name: &str| match name {
        "zhurong-mex-2021" => Some(Scenario::ZHURONG_MEX_2021),
        "quiet" => Some(Scenario::QUIET),
        "never-heard" => Some(Scenario::NEVER_HEARD),
        "emulated" => Some(Scenario::EMULATED),
        _ => None,
    };
    let Some(path) = path else {
        return Ok(Scenario::zhurong_mex_2021());
    };
    let text = match path.to_str().and_then(built_in).filter(|_| !path.exists()) {
        Some(text) => text.to_owned(),
        None => read_text(path)?,
    };
    Scenario::parse(&text).map_err(|error| Failure::at(path, error))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let mut octets = Vec::new();
    let read = files::open(path)?.take(1 << 20).read_to_end(&mut octets);
    read.map_err(|error| Failure::at(path, format!("cannot read: {error}")))?;
    String::from_utf8(octets).map_err(|error| {
        Failure::at(
            path,
            format!("is no text (octet {})", error.utf8_error().valid_up_to()),
        )
    })
}

pub(crate) fn payload(path: &Path) -> Result<Payload, Failure> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| Failure::at(path, "names no file"))?;
    let mut octets = Vec::new();
    let read = files::open(path)?
        .take(LARGEST_PAYLOAD + 1)
        .read_to_end(&mut octets);
    read.map_err(|error| Failure::at(path, format!("cannot read: {error}")))?;
    if octets.len() as u64 > LARGEST_PAYLOAD {
        return Err(Failure::at(
            path,
            format!(
                "is larger than {} MiB, too much for a payload",
                LARGEST_PAYLOAD >> 20
            ),
        ));
    }
    Ok(Payload { name, octets })
}

/// Two payloads of one name would overwrite each other at the far end.
fn check_names(payloads: &[Payload]) -> Result<(), Failure> {
    let mut names = HashSet::new();
    match payloads.iter().find(|payload| !names.insert(&payload.name)) {
        Some(twice) => Err(Failure::new(format!(
            "--payload: two files are named {}; rename one",
            twice.name
        ))),
        None => Ok(()),
    }
}

/// Writes the delivered files, then the reports; gives what was written, for the summary.
fn write(outcome: &Outcome, out: &Path, delivered: &Path) -> Result<Vec<PathBuf>, Failure> {
    for (file, facts) in outcome.files.iter().zip(&outcome.report.delivered) {
        // What has gaps does not look whole.
        let name = if facts.complete {
            file.name.clone()
        } else {
            format!("{}.partial", file.name)
        };
        let stale = delivered.join(if facts.complete {
            format!("{}.partial", file.name)
        } else {
            file.name.clone()
        });
        files::remove_stale(&stale)?;
        if facts.octets > 0 || facts.complete {
            files::write_whole(&delivered.join(name), &file.octets)?;
        }
    }
    let extras = Extras {
        note: None,
        contents: contents(outcome),
    };
    let page = html::render(&outcome.report, &extras);
    let paths = [out.join("report.html"), out.join("report.json")];
    files::write_whole(&paths[0], page.as_bytes())?;
    files::write_whole(&paths[1], output::json(&outcome.report)?.as_bytes())?;
    Ok(paths.to_vec())
}

fn contents(outcome: &Outcome) -> Vec<FileContent> {
    outcome
        .files
        .iter()
        .zip(&outcome.report.delivered)
        .map(|(file, facts)| content(file, &facts.name, facts.size))
        .collect()
}

fn content(file: &DeliveredContent, name: &str, size: u64) -> FileContent {
    let len = usize::try_from(size.min(LARGEST_PAYLOAD)).unwrap_or(0);
    let coverage = |ranges: &[std::ops::Range<u64>]| -> Coverage {
        let at = |octet: u64| usize::try_from(octet).unwrap_or(usize::MAX).min(len);
        ranges
            .iter()
            .map(|range| at(range.start)..at(range.end))
            .collect()
    };
    let mut octets = file.octets.clone();
    octets.resize(len, 0);
    let per_pass = file
        .per_pass
        .iter()
        .map(|(id, ranges)| (id.clone(), coverage(ranges)))
        .collect();
    FileContent {
        name: name.to_owned(),
        octets,
        covered: coverage(&file.coverage),
        per_pass,
    }
}
