//! `magpie rover`, `magpie orbiter`, `magpie station`: the nodes of a relay as processes, each by its file.

use std::path::PathBuf;

use super::daemon_options::DaemonOptions;
use crate::command::{Ending, Failure};
use crate::daemon::node::{run_orbiter, run_rover, run_station};

/// The file of a node, and how it runs.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct NodeFile {
    /// Its settings.
    #[arg(value_name = "FILE.toml")]
    path: PathBuf,
    #[command(flatten)]
    pub(super) daemon: DaemonOptions,
}

/// Run the rover of a relay as a process: in each pass of its plan it sends its files to the orbiter overhead.
///
/// Its radio is a UDP socket, one PLTU a datagram. How often the transmitter was switched on is kept in the folder `common.state`; ended in any way and
/// started again, it goes on from there. It ends with Ctrl-C. `magpie up` starts all processes of a relay together and writes such files.
#[derive(Debug, clap::Args)]
#[command(after_help = "The file:
  files = [\"sol-196.bin\"]
  common = { name = \"zhurong\", state = \"zhurong\", metrics = \"127.0.0.1:9101\" }
  lines.radio = { local = \"127.0.0.1:5002\", remote = \"127.0.0.1:5001\" }
  [rover]
  scid = 82
  radio = { bit_rate = 8000 }
  [[rover.pass]]
  id = 1
  peer = 41
  begin_utc = \"2021-11-20T22:30:00Z\"
  end_utc = \"2021-11-20T22:40:00Z\"
  mode = \"blind\"

Exit codes: 0 ended as asked; 1 could not run.")]
pub struct RoverArguments {
    #[command(flatten)]
    pub(super) file: NodeFile,
}

/// Run the orbiter of a relay as a process: it records what it hears in its passes and sends the recordings to Earth.
///
/// Its radios are UDP sockets: one PLTU, and one frame or channel access data unit, a datagram. Records, accounts and what is still to be sent are kept in the
/// folder `common.state`; ended in any way and started again, it goes on from there. It ends with Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = "The file:
  common = { name = \"mars-express\", state = \"mex\", metrics = \"127.0.0.1:9102\" }
  [lines]
  radio = { local = \"127.0.0.1:5004\", remote = \"127.0.0.1:5003\" }
  earth = { local = \"127.0.0.1:5006\", remote = \"127.0.0.1:5005\" }
  [orbiter]
  scid = 41
  radio = { bit_rate = 8000 }
  earth_link = { scid = 65, coding = \"reed-solomon\", frame_octets = 1115 }
  downlink = { bit_rate = 28000, dumps = 3 }
  [[orbiter.pass]]
  id = 1
  peer = 82
  begin_utc = \"2021-11-20T22:30:00Z\"
  end_utc = \"2021-11-20T22:40:00Z\"
  mode = \"canister\"

Exit codes: 0 ended as asked; 1 could not run.")]
pub struct OrbiterArguments {
    #[command(flatten)]
    pub(super) file: NodeFile,
}

/// Run the ground station of a relay as a process: datagrams of the Earth link in, whole files out, each once.
///
/// What is known of recordings and files is kept in the folder `common.state`, whole files go to the folder `spool`; ended in any way and started again, it
/// goes on from there. It ends with Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = "The file:
  spool = \"delivered\"
  common = { name = \"darmstadt\", state = \"darmstadt\", metrics = \"127.0.0.1:9103\" }
  lines.earth = { local = \"127.0.0.1:5008\", remote = \"127.0.0.1:5007\" }
  [station]
  earth_link = { scid = 65, coding = \"reed-solomon\", frame_octets = 1115 }

Exit codes: 0 ended as asked; 1 could not run.")]
pub struct StationArguments {
    #[command(flatten)]
    pub(super) file: NodeFile,
}

impl RoverArguments {
    /// Runs the command.
    pub(super) fn run(&self) -> Result<Ending, Failure> {
        run_rover(&self.file.path, self.file.daemon.ends_with_input())
    }
}

impl OrbiterArguments {
    /// Runs the command.
    pub(super) fn run(&self) -> Result<Ending, Failure> {
        run_orbiter(&self.file.path, self.file.daemon.ends_with_input())
    }
}

impl StationArguments {
    /// Runs the command.
    pub(super) fn run(&self) -> Result<Ending, Failure> {
        run_station(&self.file.path, self.file.daemon.ends_with_input())
    }
}
