//! `magpie link run`: one real end of a Proximity-1 link, over UDP, TCP or a serial port.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use magpie_link::clock::Duration;
use magpie_link::mac::Duplex;
use magpie_link::mib::{LONGEST_DURATION, Mib};
use magpie_link::transceiver::Transceiver;
use magpie_wire::id::{Apid, PortId};
use magpie_wire::space_packet::{DATA_MAX, HEADER_LEN};
use magpie_wire::v3::Qos;

use crate::command::{Ending, Failure};
use crate::files;
use crate::link::driver::Driver;
use crate::link::line::{Datagrams, Line, Stream};
use crate::link::medium::{self, Wake, Wakes};
use crate::link::setup::{self, Plan};
use crate::link::sink::Sink;
use crate::link::source::Source;
use crate::link::{account, address};
use crate::output;

/// Arrivals that wait for the driver at most; more wait in the operating system.
const WAITING: usize = 256;

/// Be one end of a link: hold a session with another process, a board, or somebody else's implementation.
///
/// Over UDP a datagram carries exactly one PLTU, uncoded, from the marker FAF320 to the CRC-32; nothing is sent for carrier, acquisition,
/// idle and tail, whose durations pass on the timers; frames leave at the data rate of the MIB. Carrier and symbol lock count as there
/// from the first datagram on. TCP and serial ports carry the stream of PLTUs with idle between them, and the other end hunts.
///
/// --send cuts a file into space packets; the other end writes them to --out without their headers. A duplex session ends when
/// neither end has more data, simplex transmission after the last frame, simplex reception with --max-seconds, --phy-timeout or Ctrl-C.
/// What is not whole is kept as FILE.partial.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples, both ends on this machine:
  seq 9999 >some.txt
    magpie link run --role responder --local :5102 --remote :5101 \\
    --out copy.txt --max-seconds 60 &
    magpie link run --role caller --local :5101 --remote :5102 \\
    --send some.txt
    wait; cmp some.txt copy.txt
  seq 9999 >some.txt
    magpie link run --role simplex-receive --local :5104 \\
    --phy-timeout 1 --max-seconds 60 --out heard.txt &
    sleep 1
    magpie link run --role simplex-transmit --local :5103 \\
    --remote :5104 --send some.txt
    wait; cmp some.txt heard.txt
  seq 9999 >some.txt
    magpie link run --role responder --duplex half --transport tcp \\
    --local :5105 --out turns.txt --max-seconds 60 &
    magpie link run --role caller --duplex half --transport tcp \\
    --remote :5105 --send some.txt
    wait; cmp some.txt turns.txt

Exit codes: 0 all acknowledged or sent, and all that came is whole; 2 something is missing; 1 could not run.")]
pub struct Arguments {
    /// Which end this is. TCP: caller and simplex-transmit connect, the others listen.
    #[arg(long, value_enum)]
    role: Role,
    /// Both ways at once, or in turn [default: full].
    #[arg(long, value_enum)]
    duplex: Option<DuplexMode>,
    /// This end: HOST:PORT (a port alone is on loopback), or a serial port as /dev/ttyX[:BAUD].
    #[arg(long, value_name = "ADDR")]
    local: Option<String>,
    /// The other end: HOST:PORT.
    #[arg(long, value_name = "ADDR")]
    remote: Option<String>,
    /// What carries the PLTUs.
    #[arg(long, value_enum, default_value_t = Transport::Udp)]
    transport: Transport,
    /// Managed parameters, from the caller's point of view [default: the profile `lab`].
    #[arg(long, value_name = "FILE")]
    mib: Option<PathBuf>,
    /// Send this file, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    send: Option<PathBuf>,
    /// By which service to send it [default: sequence; in simplex expedited, the only one there].
    #[arg(long, value_enum, requires = "send")]
    service: Option<Service>,
    /// Port of the packets sent, 0 to 7.
    #[arg(long, default_value_t = 0, requires = "send", value_parser = clap::value_parser!(u8).range(0..=7))]
    port: u8,
    /// Application process of the packets sent, 0 to 2046.
    #[arg(long, default_value_t = 1, requires = "send", value_parser = clap::value_parser!(u16).range(0..=2046))]
    apid: u16,
    /// Octets of the file in a packet; at most what the MIB's largest packet leaves.
    #[arg(long, default_value_t = 1000, requires = "send", value_parser = clap::value_parser!(u32).range(1..=DATA_MAX as i64))]
    packet_len: u32,
    /// Write what arrives here, `-` for standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End the session after so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = span)]
    max_seconds: Option<Duration>,
    /// Take the carrier for lost when nothing came for so many seconds [default: never].
    #[arg(long, value_name = "SECONDS", value_parser = span)]
    phy_timeout: Option<Duration>,
    /// Print the account as one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Hails, and reads the MIB as it stands.
    Caller,
    /// Waits for a hail, and reads the MIB the other way round.
    Responder,
    /// Only sends: the caller's side of the MIB.
    SimplexTransmit,
    /// Only listens: the responder's side of the MIB.
    SimplexReceive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DuplexMode {
    /// Both ways at once.
    Full,
    /// Both ways in turn, by token.
    Half,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Transport {
    /// One PLTU a datagram.
    Udp,
    /// A stream with idle between the PLTUs.
    Tcp,
    /// The same through a serial port.
    Serial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Service {
    /// Sequence controlled: complete and in order, acknowledged.
    Sequence,
    /// Sent once.
    Expedited,
}

/// Seconds, with a fraction if wished.
fn span(text: &str) -> Result<Duration, String> {
    let longest = std::time::Duration::from(LONGEST_DURATION).as_secs_f64();
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= longest => {
            Ok(std::time::Duration::from_secs_f64(seconds).into())
        }
        _ => Err(format!("give seconds, above 0 and up to {longest}")),
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    output::only_one_on_standard_output(arguments.json, arguments.out.as_deref())?;
    let plan = plan(arguments)?;
    let mib = setup::mib(plan.role, arguments.mib.as_deref())?;
    let (source, progress) = source(arguments, &mib)?;
    let sink = Sink::create(arguments.out.as_deref())?;
    let (wakes, arrivals) = sync_channel(WAITING);
    let line = line(arguments, &plan, mib, &wakes)?;
    on_interrupt(wakes);
    let mut driver = Driver::new(plan, line, source, sink);
    driver.progress = progress;
    conduct(arguments, &mut driver, &arrivals)
}

/// Runs the session and gives the account of it.
fn conduct(
    arguments: &Arguments,
    driver: &mut Driver,
    arrivals: &Receiver<Wake>,
) -> Result<Ending, Failure> {
    let ended = match driver.run(arrivals) {
        Ok(ended) => ended,
        Err(failure) => {
            // What came is kept as far as it can be; the failure is told, not this.
            let _ = driver.sink.finish(false);
            return Err(failure);
        }
    };
    driver.conclude(ended);
    let kept = driver.sink.finish(driver.heard_all(ended))?;
    let chronicle = &mut driver.chronicle;
    chronicle.received.kept_in = kept.map(|path| path.display().to_string());
    chronicle.transport = match arguments.transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Serial => "serial",
    };
    chronicle.local.clone_from(&arguments.local);
    chronicle.remote.clone_from(&arguments.remote);
    output::account(chronicle, arguments.json, arguments.out.as_deref(), || {
        account::text(chronicle)
    })?;
    Ok(Ending::complete_if(chronicle.missing.is_empty()))
}

fn plan(arguments: &Arguments) -> Result<Plan, Failure> {
    let (role, simplex) = match arguments.role {
        Role::Caller => (setup::Role::Caller, None),
        Role::Responder => (setup::Role::Responder, None),
        Role::SimplexTransmit => (setup::Role::SimplexTransmit, Some(Duplex::SimplexTransmit)),
        Role::SimplexReceive => (setup::Role::SimplexReceive, Some(Duplex::SimplexReceive)),
    };
    let duplex = match (simplex, arguments.duplex) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(
                "--duplex: the role says simplex; leave it away",
            ));
        }
        (Some(simplex), None) => simplex,
        (None, Some(DuplexMode::Half)) => Duplex::Half,
        (None, _) => Duplex::Full,
    };
    match arguments.role {
        Role::SimplexReceive if arguments.send.is_some() => {
            return Err(Failure::new("--send: simplex-receive only listens"));
        }
        Role::SimplexTransmit if arguments.out.is_some() => {
            return Err(Failure::new("--out: simplex-transmit hears nothing"));
        }
        Role::SimplexTransmit if arguments.send.is_none() => {
            return Err(Failure::new("--send FILE is needed: what to transmit"));
        }
        _ => {}
    }
    let qos = match (arguments.service, simplex) {
        (Some(Service::Sequence), Some(_)) => {
            return Err(Failure::new(
                "--service sequence: in simplex nothing can be acknowledged; give expedited",
            ));
        }
        (Some(Service::Expedited), _) | (None, Some(_)) => Qos::Expedited,
        (Some(Service::Sequence) | None, None) => Qos::SequenceControlled,
    };
    Ok(Plan {
        role,
        duplex,
        qos,
        port: PortId::new(arguments.port).unwrap_or_default(),
        sends: arguments.send.is_some(),
        keeps: arguments.out.is_some(),
        phy_timeout: arguments.phy_timeout,
        max: arguments.max_seconds,
    })
}

/// The file to send, and its bar.
fn source(arguments: &Arguments, mib: &Mib) -> Result<(Option<Source>, ProgressBar), Failure> {
    let Some(path) = &arguments.send else {
        return Ok((None, bar(None)));
    };
    let most = (mib.maximum_packet_size as usize).saturating_sub(HEADER_LEN);
    let packet_len = arguments.packet_len as usize;
    if packet_len > most {
        return Err(Failure::new(format!(
            "--packet-len {packet_len}: Maximum_Packet_Size of the MIB leaves {most} octets"
        )));
    }
    let len = std::fs::metadata(path)
        .ok()
        .filter(std::fs::Metadata::is_file);
    let apid = Apid::new(arguments.apid).unwrap_or(Apid::IDLE);
    // Opened here, so that a file that is not there is told before anything is sent; read in a thread.
    let input = files::open(path)?;
    let source = Source::start(input, apid, packet_len);
    Ok((Some(source), bar(len.map(|facts| facts.len()))))
}

/// Progress in octets, on a terminal only.
fn bar(len: Option<u64>) -> ProgressBar {
    let (bar, template) = match len {
        Some(len) => (
            ProgressBar::new(len),
            "{bar:32.cyan/dim} {bytes} of {total_bytes}, {bytes_per_sec}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}, {elapsed}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Opens the transport and puts an endpoint on it.
fn line(
    arguments: &Arguments,
    plan: &Plan,
    mib: Mib,
    wakes: &Wakes,
) -> Result<Box<dyn Line>, Failure> {
    let local = arguments.local.as_deref();
    let remote = arguments.remote.as_deref();
    let needed = |option: &str, what: &str| Failure::new(format!("{option} is needed: {what}"));
    let rate = setup::own_rate(&mib);
    let endpoint = setup::endpoint(mib)?;
    let writer = match arguments.transport {
        Transport::Udp => {
            let local = local.ok_or_else(|| needed("--local ADDR", "where to receive"))?;
            let remote = remote.map(|remote| address::socket("--remote", remote));
            if remote.is_none() && plan.role != setup::Role::SimplexReceive {
                return Err(needed("--remote ADDR", "where to send"));
            }
            let (local, remote) = (address::socket("--local", local)?, remote.transpose()?);
            let socket = medium::open_udp(local, remote, wakes.clone())?;
            return Ok(Box::new(Datagrams::new(endpoint, socket, remote)));
        }
        Transport::Tcp if plan.role.is_calling_side() => {
            let remote = remote.ok_or_else(|| needed("--remote ADDR", "where to connect"))?;
            let remote = address::socket("--remote", remote)?;
            Some(medium::connect_tcp(
                remote,
                plan.max.map(Into::into),
                wakes.clone(),
            )?)
        }
        Transport::Tcp => {
            let local = local.ok_or_else(|| needed("--local ADDR", "where to listen"))?;
            medium::listen_tcp(address::socket("--local", local)?, wakes.clone())?;
            None
        }
        Transport::Serial => {
            let local = local.ok_or_else(|| needed("--local /dev/ttyX[:BAUD]", "the port"))?;
            let (path, baud) = address::serial(local);
            Some(medium::open_serial(path, baud, wakes.clone())?)
        }
    };
    Ok(Box::new(Stream::new(
        Transceiver::new(endpoint, rate),
        writer,
    )))
}

/// Ctrl-C and requests to terminate end the session; where no handler can be set, they end the program.
fn on_interrupt(wakes: Wakes) {
    let set = ctrlc::set_handler(move || {
        // If the queue is full, the next press finds room.
        let _ = wakes.try_send(Wake::Interrupted);
    });
    if let Err(error) = set {
        tracing::warn!("Ctrl-C will not end the session properly: {error}");
    }
}
