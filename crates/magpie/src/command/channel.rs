//! `magpie channel`: what lies between two radios; as I/Q samples, as symbols between two flight computers, or as datagrams between processes.

use clap::ValueEnum as _;

use crate::command::daemon_options::DaemonOptions;
use crate::command::waveform_options::CodingOption;
use crate::command::{Ending, Failure};

mod flight;
mod iq;
mod parts;

pub use flight::{Coding, Mode};
pub(crate) use flight::{await_boot, on_interrupt, was_interrupted};

/// Eb/N0 from rover to orbiter if nothing is said, in dB.
const FLIGHT_EB_N0_DB: f64 = 9.0;

/// What lies between radios: I/Q samples with noise, Doppler, fading and faults; the symbols of two flight computers; or the datagrams of processes.
///
/// With FILE.toml in place of IN it is a process between `magpie rover`, `magpie orbiter` and `magpie station`: it hands on their datagrams, each after its light
/// time, in the passes of the file, with the loss and the bit errors given there (`magpie up` writes such files). It ends with Ctrl-C.
///
/// With --a and --b it joins two flight computers: each takes this program for its modem, and for its payload memory, command unit and ground; --a is the rover,
/// --b the orbiter. A place is emulated:TARGET (a machine of firmware/targets.toml with its image), in-process (the same program in this process), or
/// unix:PATH and tcp:HOST:PORT (a serial line somewhere else, e.g. a board). Without --mode no orders are given. Time is the modem's, so a run does not depend on
/// the speed of the computers.
///
/// Otherwise it reads samples from IN and writes what is heard of them to OUT. The stages come in the order of nature: oscillator and Doppler, second ray and
/// fading, interference, noise, sample clock, and the converter's faults. Levels count from a signal of mean power 1. Either way one seed gives one run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  printf '\\200\\0\\0\\4\\0' | magpie transmit - |
    magpie channel --cn0 50 --offset-hz -9000 --drift-hz-s 100 > heard.cf32
  magpie transmit --acquisition 2 --out idle.sigmf-meta &&
    magpie channel idle.sigmf-meta faint.sigmf-meta --eb-n0 4 --bits 2
  magpie transmit --coding ldpc |
    magpie channel --fade 0.8..0.9:20 --two-ray 30,-6,90 --swap > odd.cf32
  magpie channel --a in-process --b in-process --mode blind --seconds 20
  magpie channel --a in-process --b in-process --mode hailed --loss 0.03 \\
    --eb-n0 6 --polarity random --seconds 60 --json

Between processes:
    magpie channel air.toml

With the images of `cargo xtask firmware build`:
    magpie channel --a emulated:cortex-m7 --b emulated:leon3 --mode hailed

Exit codes: 0 done; 2 the time was over first, or frames were lost for good (flight computers); 1 could not run.")]
pub struct Arguments {
    /// Eb/N0 in dB: data part of the power over information bits [default: no noise on samples; 9 from rover to orbiter].
    #[arg(long, value_name = "DB", allow_negative_numbers = true)]
    eb_n0: Option<f64>,
    /// The code, which --eb-n0 needs; between flight computers the one from rover to orbiter.
    #[arg(long, value_enum, default_value_t)]
    coding: CodingOption,
    /// Seed of every random draw.
    #[arg(long, default_value_t = 2021)]
    seed: u64,
    #[command(flatten)]
    iq: iq::IqOptions,
    #[command(flatten)]
    flight: flight::FlightOptions,
    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Arguments {
    /// How it logs, if it runs between processes.
    pub(super) fn daemon(&self) -> Option<&DaemonOptions> {
        self.iq.settings_file().map(|_| &self.daemon)
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    if let Some(file) = arguments.iq.settings_file() {
        arguments.iq.refuse_output()?;
        return crate::daemon::channel::run(file, arguments.daemon.ends_with_input());
    }
    let (Some(a), Some(b)) = (&arguments.flight.a, &arguments.flight.b) else {
        let shared = iq::Shared {
            eb_n0: arguments.eb_n0,
            coding: arguments.coding,
            seed: arguments.seed,
        };
        return iq::run(&arguments.iq, &shared);
    };
    let coding = match arguments.coding {
        CodingOption::Convolutional => Coding::Convolutional,
        CodingOption::Ldpc => Coding::Ldpc,
        CodingOption::Uncoded => {
            let name = CodingOption::Uncoded.to_possible_value();
            let name = name.map_or(String::new(), |value| value.get_name().to_owned());
            return Err(Failure::new(format!(
                "--coding {name}: a rover has a code, convolutional or ldpc"
            )));
        }
    };
    let shared = flight::Shared {
        coding,
        eb_n0: arguments.eb_n0.unwrap_or(FLIGHT_EB_N0_DB),
        seed: arguments.seed,
    };
    flight::run([a, b], &arguments.flight, &shared)
}
