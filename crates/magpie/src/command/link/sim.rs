//! `magpie link sim`: two ends of a Proximity-1 link on a simulated channel, and the sequence chart of their session.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use magpie_link::clock::DataRate;
use magpie_link::communication::CommunicationValues;
use magpie_link::mac::LocalDirective;
use magpie_link::mib::MibBuilder;
use magpie_sim::session::setup::{
    Action, ChannelSetup, Cut, Duplexing, EndSetup, Load, Setup, Timed,
};
use magpie_sim::session::{self, Side};
use magpie_wire::v3::Qos;

use crate::chart::{fold, page, svg, text};
use crate::command::{Ending, Failure};
use crate::files;
use crate::mib::{self, MibFile};
use crate::output;

mod account;
mod story;

use account::Account;

/// Width of the chart where standard output is no terminal.
const PLAIN_WIDTH: usize = 80;
/// The most octets that an end sends: the trace of more would not fit a small machine.
const MOST_OCTETS: u64 = 64 << 20;
/// Octets in front of the data of a space packet.
const PACKET_HEADER: usize = 6;
/// The shortest data of a packet of the simulator, which names itself there.
const SHORTEST_DATA: usize = 4;

/// Play a session of two ends on a simulated channel, and draw its sequence chart.
///
/// A.toml is the MIB of the caller (in simplex: of the end that sends), B.toml that of the other end from its own point of view. With one
/// file, or twice the same, B takes it the other way round. The profiles `lab`, `mars-express-melacom`, `zhurong` and `electra-like`
/// are built in. Delays are one way: the Moon is 1.3 s away, a Mars orbiter 0.001 to 0.07 s from a lander. The same seed gives the same
/// session.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  magpie link sim lab --send-a 20000
  magpie link sim lab --duplex half --send-a 4000 --send-b 4000 --loss 0.05
  magpie link sim lab --send-a 9000 --html session.html

Exit codes: 0 everything arrived and both ends know it; 2 something is missing or
nobody answered; 1 could not run.")]
pub struct Arguments {
    /// MIB of the caller: a file, or the name of a profile.
    #[arg(value_name = "A.toml")]
    a: PathBuf,
    /// MIB of the other end [default: A.toml the other way round].
    #[arg(value_name = "B.toml")]
    b: Option<PathBuf>,
    /// Both ways at once, in turn, or one way without a hail.
    #[arg(long, value_enum, default_value_t = DuplexMode::Full)]
    duplex: DuplexMode,
    /// Data rate of both ends in bits a second, in place of those of the MIBs.
    #[arg(long, value_name = "BIT/S")]
    rate: Option<u32>,
    /// One-way light time.
    #[arg(long, value_name = "SECONDS", default_value = "0.001", value_parser = seconds, allow_negative_numbers = true)]
    delay: u64,
    /// Probability that a frame is lost.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability, allow_negative_numbers = true)]
    loss: f64,
    /// Probability that bits of a frame are flipped.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability, allow_negative_numbers = true)]
    corrupt: f64,
    /// No carrier reaches either end between these seconds; may be given several times.
    #[arg(long, value_name = "FROM:TO", value_parser = cut)]
    cut: Vec<Cut>,
    /// Seed of every random draw.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Octets that the caller sends.
    #[arg(long, value_name = "OCTETS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MOST_OCTETS))]
    send_a: u64,
    /// Octets that the other end sends.
    #[arg(long, value_name = "OCTETS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MOST_OCTETS))]
    send_b: u64,
    /// By which service they are sent [default: sequence; in simplex expedited, the only one there].
    #[arg(long, value_enum)]
    service: Option<Service>,
    /// Octets of data in a packet.
    #[arg(long, value_name = "OCTETS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(SHORTEST_DATA as i64..=65_536))]
    packet_len: u32,
    /// The caller changes the data rate at this second: to the one given, or to half of the present one.
    #[arg(long, value_name = "AT[:BIT/S]", value_parser = comm_change)]
    comm_change: Option<(u64, Option<u32>)>,
    /// Stop the simulated session after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds, allow_negative_numbers = true)]
    max_seconds: u64,
    /// Write the chart as a page for a browser.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the drawing alone.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Show every frame: fold nothing.
    #[arg(long)]
    unfolded: bool,
    /// Print the account as one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DuplexMode {
    /// Both ways at once.
    Full,
    /// Both ways in turn, by token.
    Half,
    /// From A to B only.
    Simplex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Service {
    /// Sequence controlled: complete and in order, acknowledged.
    Sequence,
    /// Sent once.
    Expedited,
}

/// Seconds as microseconds.
fn seconds(text: &str) -> Result<u64, String> {
    const LONGEST: f64 = 1e6;
    match text.parse::<f64>() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in range"
        )]
        Ok(seconds) if (0.0..=LONGEST).contains(&seconds) => Ok((seconds * 1e6).round() as u64),
        _ => Err(format!("give seconds, 0 to {LONGEST}")),
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(p) if (0.0..=1.0).contains(&p) => Ok(p),
        _ => Err("give a probability, 0 to 1".into()),
    }
}

fn cut(text: &str) -> Result<Cut, String> {
    let (from, to) = text
        .split_once(':')
        .ok_or("give two times in seconds, FROM:TO")?;
    let (from_us, until_us) = (seconds(from)?, seconds(to)?);
    if until_us <= from_us {
        return Err("TO must be later than FROM".into());
    }
    Ok(Cut { from_us, until_us })
}

fn comm_change(text: &str) -> Result<(u64, Option<u32>), String> {
    let Some((at, rate)) = text.split_once(':') else {
        return Ok((seconds(text)?, None));
    };
    let rate = rate
        .parse()
        .map_err(|_| "give a rate in bits a second behind the colon")?;
    Ok((seconds(at)?, Some(rate)))
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    check_outputs(arguments)?;
    let mibs = mibs(arguments)?;
    let setup = setup(arguments, &mibs)?;
    warn_of_distance(&setup);
    let run = session::run(&setup).map_err(Failure::new)?;
    let chart = story::chart(&setup, &run, names(arguments));
    let account = Account::of(&setup, &run, &chart);
    let rows = fold::rows(&chart, arguments.unfolded);
    if let Some(path) = &arguments.html {
        let page = account.page(&title(arguments), facts(arguments));
        files::write_whole(path, page::render(&page, &chart, &rows).as_bytes())?;
    }
    if let Some(path) = &arguments.svg {
        files::write_whole(path, svg::draw(&chart, &rows, &title(arguments)).as_bytes())?;
    }
    if arguments.json {
        output::print(&output::json(&account)?)?;
    } else if !is_on_standard_output(arguments) {
        let (width, colour) = terminal_facts();
        let drawn = text::draw_rows(&chart, &rows, width, colour);
        let told = account.text(width);
        output::print(&format!(
            "{drawn}\n{}\n\n{}",
            text::legend(),
            told.trim_end()
        ))?;
    }
    Ok(Ending::complete_if(account.complete))
}

/// Standard output carries one thing.
fn check_outputs(arguments: &Arguments) -> Result<(), Failure> {
    let standard = [&arguments.html, &arguments.svg]
        .into_iter()
        .flatten()
        .filter(|path| files::is_standard(path))
        .count();
    if standard + usize::from(arguments.json) > 1 {
        return Err(Failure::new(
            "--json, --html - and --svg - all want standard output; give all but one a file",
        ));
    }
    Ok(())
}

fn is_on_standard_output(arguments: &Arguments) -> bool {
    let mut paths = [&arguments.html, &arguments.svg].into_iter().flatten();
    paths.any(|path| files::is_standard(path))
}

fn terminal_facts() -> (usize, bool) {
    let is_terminal = std::io::stdout().is_terminal();
    let width = terminal_size::terminal_size().filter(|_| is_terminal);
    let width = width.map_or(PLAIN_WIDTH, |(width, _)| usize::from(width.0));
    let colour = is_terminal
        && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    (width, colour)
}

/// The MIB that a path or the name of a profile means.
fn mib_file(path: &Path) -> Result<MibFile, Failure> {
    let profile = mib::PROFILES
        .iter()
        .find(|(name, _)| path.as_os_str() == *name && !path.exists());
    match profile {
        Some((name, text)) => MibFile::parse(name, text),
        None => mib::load(path),
    }
    .map_err(|error| Failure::new(error.to_string()))
}

/// The MIBs of both ends, each from its own point of view, with the data rate of the command line.
fn mibs(arguments: &Arguments) -> Result<[MibBuilder; 2], Failure> {
    let a = mib_file(&arguments.a)?;
    let mut mibs = match arguments.b.as_deref().filter(|b| *b != arguments.a) {
        None => [a.caller(), a.responder()],
        Some(path) => [a.caller(), mib_file(path)?.caller()],
    };
    if mibs[0].local_spacecraft_id == mibs[1].local_spacecraft_id {
        return Err(Failure::new(format!(
            "{}: Local_Spacecraft_ID is {}, the same as in {}; write it from its own point of view",
            files::shown(arguments.b.as_deref().unwrap_or(&arguments.a)),
            mibs[1].local_spacecraft_id.get(),
            files::shown(&arguments.a),
        )));
    }
    if let Some(rate) = arguments.rate {
        for mib in &mut mibs {
            mib.communication_values = values(rate, "--rate")?;
        }
    }
    Ok(mibs)
}

/// Uncoded at this rate, if a table has it.
fn values(rate: u32, option: &str) -> Result<CommunicationValues, Failure> {
    CommunicationValues::uncoded(rate).ok_or_else(|| {
        Failure::new(format!(
            "{option}: no table of 211.0-B-6 has {rate} bit/s; take 1000, 2000, 4000, 8000 … 2048000"
        ))
    })
}

fn setup(arguments: &Arguments, mibs: &[MibBuilder; 2]) -> Result<Setup, Failure> {
    let duplexing = match arguments.duplex {
        DuplexMode::Full => Duplexing::Full,
        DuplexMode::Half => Duplexing::Half,
        DuplexMode::Simplex => Duplexing::Simplex,
    };
    let qos = qos(arguments)?;
    let mut setup = Setup::lab(duplexing, arguments.seed);
    setup.keep_trace = true;
    // In simplex no hail sets the rate: the one of the end that sends holds.
    if let Some(rate) = mibs[0].communication_values.transmitter.data_rate() {
        setup.rate = rate.bits_per_s();
    }
    setup.max_us = arguments.max_seconds;
    setup.ends = (*mibs).map(EndSetup::new);
    for (side, octets) in [
        (Side::Caller, arguments.send_a),
        (Side::Responder, arguments.send_b),
    ] {
        setup.end_mut(side).loads = loads(qos, octets, arguments.packet_len as usize);
    }
    let channel = ChannelSetup {
        loss: arguments.loss,
        corruption: arguments.corrupt,
        cuts: arguments.cut.clone(),
        ..ChannelSetup::sound(arguments.delay)
    };
    setup.channels = [channel.clone(), channel];
    if let Some((at_us, rate)) = arguments.comm_change {
        let actions = actions(at_us, rate, &setup.ends[0].mib)?;
        setup.end_mut(Side::Caller).actions = actions;
    }
    Ok(setup)
}

fn qos(arguments: &Arguments) -> Result<Qos, Failure> {
    let simplex = arguments.duplex == DuplexMode::Simplex;
    if simplex && arguments.send_b > 0 {
        return Err(Failure::new(
            "--send-b: in simplex only A sends; leave it out, or take --duplex full",
        ));
    }
    if simplex && arguments.comm_change.is_some() {
        return Err(Failure::new(
            "--comm-change: nobody can answer in simplex; take --duplex full or half",
        ));
    }
    match (arguments.service, simplex) {
        (Some(Service::Sequence), true) => Err(Failure::new(
            "--service sequence: nobody can acknowledge in simplex; take expedited",
        )),
        (Some(Service::Expedited), _) | (None, true) => Ok(Qos::Expedited),
        (Some(Service::Sequence) | None, false) => Ok(Qos::SequenceControlled),
    }
}

/// Packets that hold so many octets of data, the last one what is left.
fn loads(qos: Qos, octets: u64, packet_len: usize) -> Vec<Load> {
    let whole = u32::try_from(octets / packet_len as u64).unwrap_or(u32::MAX);
    let rest = usize::try_from(octets % packet_len as u64).unwrap_or(0);
    let mut loads = Vec::new();
    if whole > 0 {
        loads.push(Load::packets(qos, whole, packet_len + PACKET_HEADER));
    }
    if rest > 0 {
        let rest = rest.max(SHORTEST_DATA);
        loads.push(Load::packets(qos, 1, rest + PACKET_HEADER));
    }
    loads
}

/// What the caller's controller does for `--comm-change`.
fn actions(at_us: u64, rate: Option<u32>, mib: &MibBuilder) -> Result<Vec<Timed>, Failure> {
    let now = mib.communication_values.transmitter.data_rate();
    let now = now.map_or(0, DataRate::bits_per_s);
    let values = values(rate.unwrap_or(now / 2), "--comm-change")?;
    let directives = [
        LocalDirective::LoadCommunicationValueBuffer(values),
        LocalDirective::LocalCommChange,
    ];
    let timed = |directive| Timed {
        at_us,
        action: Action::Directive(directive),
    };
    Ok(directives.map(timed).into())
}

/// Timers that cannot wait for an answer from so far away end every session; better said than puzzled over.
fn warn_of_distance(setup: &Setup) {
    let round_trip: u64 = setup.channels.iter().map(|channel| channel.delay_us).sum();
    let mib = &setup.ends[0].mib;
    let wait = mib.hail_wait_duration.as_micros();
    if setup.duplexing != Duplexing::Simplex && wait <= round_trip {
        tracing::warn!(
            "Hail_Wait_Duration of the caller is {}, not longer than the round trip of {:.3} s: answers may come too late",
            mib.hail_wait_duration,
            std::time::Duration::from_micros(round_trip).as_secs_f64()
        );
    }
}

/// What the two ends are called in the chart.
fn names(arguments: &Arguments) -> [String; 2] {
    let b = arguments.b.as_deref().unwrap_or(&arguments.a);
    [&arguments.a, b].map(|path| {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        files::printable(&name.unwrap_or_else(|| files::shown(path)))
    })
}

fn title(arguments: &Arguments) -> String {
    let [a, b] = names(arguments);
    if a == b { a } else { format!("{a} and {b}") }
}

/// What the session was played with, for the foot of the page.
fn facts(arguments: &Arguments) -> Vec<(String, String)> {
    let span = |us: u64| format!("{} s", std::time::Duration::from_micros(us).as_secs_f64());
    let mut facts = vec![
        ("one-way light time", span(arguments.delay)),
        ("frames lost", crate::report::human::percent(arguments.loss)),
        (
            "frames corrupted",
            crate::report::human::percent(arguments.corrupt),
        ),
        ("octets in a packet", arguments.packet_len.to_string()),
        ("seed", arguments.seed.to_string()),
    ];
    for cut in &arguments.cut {
        facts.push((
            "cut",
            format!("{} to {}", span(cut.from_us), span(cut.until_us)),
        ));
    }
    facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
