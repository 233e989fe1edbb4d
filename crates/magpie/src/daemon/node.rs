//! `magpie rover`, `magpie orbiter` and `magpie station`: the nodes of a relay as processes.
//!
//! Each file has `[common]` and `[clock]` as every daemon's, a `seed`, the addresses of its lines, and the settings of the node in a table of its
//! own, the very one that the node takes: [`RoverSettings`] in `[rover]`, [`OrbiterSettings`] in `[orbiter]`, [`StationSettings`] in `[station]`.
//!
//! ```
//! let file: magpie::daemon::node::RoverFile = toml::from_str(r#"
//!     common = { name = "zhurong", state = "zhurong" }
//!     lines = { radio = { local = "127.0.0.1:5002", remote = "127.0.0.1:5001" } }
//!     files = ["sol-196.bin"]
//!     [rover]
//!     scid = 82
//!     radio = { bit_rate = 8000 }
//!     [[rover.pass]]
//!     id = 1
//!     peer = 41
//!     begin_utc = "2021-11-20T22:30:00Z"
//!     end_utc = "2021-11-20T22:40:00Z"
//!     mode = "blind"
//! "#).unwrap();
//! assert!(file.rover.check().is_ok());
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use magpie_ground::station::{FolderSpool, Station, StationSettings};
use magpie_relay::node::orbiter::{Orbiter, OrbiterSettings};
use magpie_relay::node::rover::{Rover, RoverSettings};
use magpie_relay::node::settings::SettingError;
use serde::{Deserialize, Serialize};

use super::clock::ClockSettings;
use super::driver::Process;
use super::line::LineSettings;
use super::settings::{self, Common, beside};
use crate::command::{Ending, Failure};
use crate::files;

/// Octets of the longest file that a rover takes.
pub const LONGEST_FILE: u64 = 64 << 20;

/// The file of `magpie rover`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoverFile {
    /// Seed of everything that is drawn.
    #[serde(default)]
    pub seed: u64,
    /// The files that it sends, each under its own name; paths count from the folder of this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PathBuf>,
    /// What every daemon has.
    pub common: Common,
    /// Mission time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockSettings>,
    /// Where its radio is.
    pub lines: RoverLines,
    /// The rover.
    pub rover: RoverSettings,
}

/// `[lines]` of a rover.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoverLines {
    /// The proximity radio, one PLTU a datagram.
    pub radio: LineSettings,
}

/// The file of `magpie orbiter`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OrbiterFile {
    /// Seed of everything that is drawn.
    #[serde(default)]
    pub seed: u64,
    /// What every daemon has.
    pub common: Common,
    /// Mission time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockSettings>,
    /// Where its radios are.
    pub lines: OrbiterLines,
    /// The orbiter.
    pub orbiter: OrbiterSettings,
}

/// `[lines]` of an orbiter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OrbiterLines {
    /// The proximity radio, one PLTU a datagram.
    pub radio: LineSettings,
    /// The Earth link, one frame or channel access data unit a datagram, as `earth_link.coding` says.
    pub earth: LineSettings,
}

/// The file of `magpie station`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StationFile {
    /// Seed of everything that is drawn.
    #[serde(default)]
    pub seed: u64,
    /// The folder where whole files go; made if it is not there. It counts from the folder of this file.
    pub spool: PathBuf,
    /// What every daemon has.
    pub common: Common,
    /// Mission time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockSettings>,
    /// Where its antenna is.
    pub lines: StationLines,
    /// The station.
    pub station: StationSettings,
}

/// `[lines]` of a station.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StationLines {
    /// The Earth link of the orbiter that it follows.
    pub earth: LineSettings,
}

/// A value that cannot be, below the table of its node.
fn wrong(path: &Path, table: &str, error: &SettingError) -> Failure {
    Failure::at(path, format!("{table}.{error}"))
}

/// Runs the rover of this file until it is stopped.
pub fn run_rover(path: &Path, stop_with_input: bool) -> Result<Ending, Failure> {
    let file: RoverFile = settings::read(path)?;
    file.rover
        .check()
        .map_err(|error| wrong(path, "rover", &error))?;
    let mut contents = Vec::new();
    for name in &file.files {
        let content = content(&beside(path, name));
        contents.push(content.map_err(|failure| Failure::at(path, failure))?);
    }
    let process = Process {
        path,
        common: &file.common,
        clock: file.clock.as_ref(),
        lines: vec![("lines.radio".into(), &file.lines.radio)],
        stop_with_input,
    };
    process.run(|ground| {
        Rover::new(file.rover.clone(), &contents, &ground.found, file.seed)
            .map_err(|error| wrong(path, "rover", &error))
    })
}

/// Runs the orbiter of this file until it is stopped.
pub fn run_orbiter(path: &Path, stop_with_input: bool) -> Result<Ending, Failure> {
    let file: OrbiterFile = settings::read(path)?;
    file.orbiter
        .check()
        .map_err(|error| wrong(path, "orbiter", &error))?;
    let lines = &file.lines;
    let process = Process {
        path,
        common: &file.common,
        clock: file.clock.as_ref(),
        lines: vec![
            ("lines.radio".into(), &lines.radio),
            ("lines.earth".into(), &lines.earth),
        ],
        stop_with_input,
    };
    process.run(|ground| {
        Orbiter::new(file.orbiter.clone(), &ground.found, file.seed)
            .map_err(|error| wrong(path, "orbiter", &error))
    })
}

/// Runs the station of this file until it is stopped.
pub fn run_station(path: &Path, stop_with_input: bool) -> Result<Ending, Failure> {
    let file: StationFile = settings::read(path)?;
    file.station
        .check()
        .map_err(|error| wrong(path, "station", &error))?;
    let folder = beside(path, &file.spool);
    let process = Process {
        path,
        common: &file.common,
        clock: file.clock.as_ref(),
        lines: vec![("lines.earth".into(), &file.lines.earth)],
        stop_with_input,
    };
    process.run(|ground| {
        files::prepare_folder(&folder).map_err(|failure| Failure::at(path, failure))?;
        let spool = FolderSpool::new(folder);
        Station::new(file.station.clone(), spool, &ground.found, file.seed)
            .map_err(|error| wrong(path, "station", &error))
    })
}

/// Name and octets of a file that a rover sends.
pub(crate) fn content(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let fail = |error: &std::io::Error| Failure::at(path, files::cause(error));
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Failure::at(path, "its name is no text"))?;
    let facts = fs::metadata(path).map_err(|error| fail(&error))?;
    if !facts.is_file() {
        return Err(Failure::at(path, "is not a file"));
    }
    if facts.len() > LONGEST_FILE {
        return Err(Failure::at(
            path,
            format!("has more than {LONGEST_FILE} octets"),
        ));
    }
    let octets = fs::read(path).map_err(|error| fail(&error))?;
    Ok((name.to_owned(), octets))
}
