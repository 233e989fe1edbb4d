//! The sub-commands, and the manners they share: exit codes, one-line errors, JSON alone on standard output.

use std::ffi::OsString;
use std::fmt;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use daemon_options::DaemonOptions;

mod cadu_options;
pub mod channel;
mod code_options;
pub mod curve;
mod daemon_options;
pub mod decode;
pub mod encode;
pub mod frames;
pub mod inspect;
pub mod link;
pub mod listen;
pub mod node;
pub mod packets;
pub mod relay;
mod samples;
pub mod transmit;
pub mod up;
mod waveform_options;

/// The open relay and telemetry stack: rover → orbiter → Earth.
#[derive(Debug, Parser)]
#[command(
    name = "magpie",
    version,
    propagate_version = true,
    max_term_width = 110
)]
#[command(
    after_help = "Exit codes: 0 done and complete; 2 ran, but nothing was heard or something is missing; 1 could not run.\n\n\
    Example: magpie relay"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Log more (-v what happens, -vv details); logs go to standard error.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Relay(Box<relay::Arguments>),
    Decode(decode::Arguments),
    Frames(frames::Arguments),
    Packets(packets::Arguments),
    Inspect(inspect::Arguments),
    Encode(encode::Arguments),
    Link(link::Arguments),
    Listen(Box<listen::Arguments>),
    Transmit(Box<transmit::Arguments>),
    Up(up::Arguments),
    Rover(node::RoverArguments),
    Orbiter(node::OrbiterArguments),
    Station(node::StationArguments),
    Channel(Box<channel::Arguments>),
    Curve(curve::Arguments),
}

impl Command {
    /// How it logs, if it is a daemon.
    fn daemon(&self) -> Option<&DaemonOptions> {
        match self {
            Self::Channel(arguments) => arguments.daemon(),
            Self::Rover(arguments) => Some(&arguments.file.daemon),
            Self::Orbiter(arguments) => Some(&arguments.file.daemon),
            Self::Station(arguments) => Some(&arguments.file.daemon),
            _ => None,
        }
    }
}

/// How a command that could run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Done, and nothing is missing.
    Complete,
    /// It ran, but nothing was heard or something is missing; the output says what.
    Missing,
}

impl Ending {
    /// [`Ending::Complete`] if `complete`, else [`Ending::Missing`].
    pub const fn complete_if(complete: bool) -> Self {
        if complete {
            Self::Complete
        } else {
            Self::Missing
        }
    }
}

/// Why a command could not run: what, where, and what to do about it, in one line.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure with its whole line.
    pub fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// Something about a file or folder went wrong.
    pub fn at(path: &Path, what: impl fmt::Display) -> Self {
        Self(format!("{}: {what}", crate::files::shown(path)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever an inner error or a file name brought along.
        let line = self.0.split_whitespace().collect::<Vec<_>>().join(" ");
        f.write_str(&crate::files::printable(&line))
    }
}

/// Runs the program with these arguments and gives its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            return refuse_command_line(&error);
        }
    };
    start_log(cli.verbose, cli.command.daemon());
    let ending = match cli.command {
        Command::Relay(arguments) => relay::run(&arguments),
        Command::Decode(arguments) => decode::run(&arguments),
        Command::Frames(arguments) => frames::run(&arguments),
        Command::Packets(arguments) => packets::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Encode(arguments) => encode::run(&arguments),
        Command::Link(arguments) => link::run(&arguments),
        Command::Listen(arguments) => listen::run(&arguments),
        Command::Transmit(arguments) => transmit::run(&arguments),
        Command::Up(arguments) => up::run(&arguments),
        Command::Rover(arguments) => arguments.run(),
        Command::Orbiter(arguments) => arguments.run(),
        Command::Station(arguments) => arguments.run(),
        Command::Channel(arguments) => channel::run(&arguments),
        Command::Curve(arguments) => curve::run(&arguments),
    };
    match ending {
        Ok(Ending::Complete) => ExitCode::SUCCESS,
        Ok(Ending::Missing) => ExitCode::from(2),
        Err(failure) => complain(&failure),
    }
}

/// The one line of a command that could not run.
fn complain(failure: &Failure) -> ExitCode {
    crate::output::note(&format!(
        "{}error:{} {failure}",
        anstyle::AnsiColor::Red.render_fg(),
        anstyle::Reset.render()
    ));
    ExitCode::from(1)
}

/// A command line that cannot be: one line, like every other failure. Help and version are not failures.
fn refuse_command_line(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(1);
    }
    // clap's first paragraph and its tips say what is wrong; usage and the pointer to the help take many lines.
    let text = error.to_string();
    let said = text.split("\n\nUsage:").next().unwrap_or(&text);
    let said = said.strip_prefix("error: ").unwrap_or(said);
    let said = said.replace("\n\n", "; ");
    let said = said
        .trim_end()
        .trim_end_matches("For more information, try '--help'.");
    complain(&Failure::new(format!("{}; see --help", said.trim_end())))
}

fn start_log(verbose: u8, daemon: Option<&DaemonOptions>) {
    // A daemon has nobody to print a result for: what it does is in its log.
    let level = match (verbose, daemon) {
        (0, None) => tracing::Level::WARN,
        (0, Some(_)) | (1, None) => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false);
    // Fails only if a log exists already (tests that run several commands in one process).
    let _ = if daemon.is_some_and(|daemon| daemon.json_log) {
        log.json().flatten_event(true).try_init()
    } else {
        log.with_ansi(std::io::stderr().is_terminal())
            .without_time()
            .try_init()
    };
}
