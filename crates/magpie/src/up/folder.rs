//! The folder of a run: `NAME.toml` for each process, its state in `NAME/`, its log in `NAME.log`, delivered files in `STATION-files/`.
//!
//! Addresses are taken from what the machine has free on the loopback interface. Left out: processes on other machines, for which the same files
//! can be written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use magpie_sim::payload::synthetic_picture;
use serde::Serialize;

use super::scenario::{CHANNEL, Scenario};
use crate::command::Failure;
use crate::daemon::channel::{ChannelFile, PortSettings};
use crate::daemon::clock::ClockSettings;
use crate::daemon::line::LineSettings;
use crate::daemon::node::{
    OrbiterFile, OrbiterLines, RoverFile, RoverLines, StationFile, StationLines, content,
};
use crate::daemon::settings::Common;
use crate::files;

/// What a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `magpie rover`.
    Rover,
    /// `magpie orbiter`.
    Orbiter,
    /// `magpie station`.
    Station,
    /// `magpie channel`.
    Channel,
}

impl Kind {
    /// The sub-command.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Rover => "rover",
            Self::Orbiter => "orbiter",
            Self::Station => "station",
            Self::Channel => "channel",
        }
    }
}

/// A process to start.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its settings file.
    pub file: PathBuf,
    /// Where it answers `/metrics`.
    pub metrics: SocketAddr,
}

/// A file that a rover sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The rover.
    pub rover: String,
    /// Its name.
    pub name: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// The folder of a run, written.
#[derive(Debug)]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// The processes, the channel first, so that nobody speaks before it listens.
    pub places: Vec<Place>,
    /// What should come down.
    pub sent: Vec<Sent>,
    /// Where whole files come to be.
    pub spools: Vec<PathBuf>,
    /// Mission time.
    pub clock: ClockSettings,
}

/// Both ends of a line: at the node, at the channel.
struct Ends {
    node: SocketAddr,
    channel: SocketAddr,
}

impl Ends {
    const fn of_node(&self) -> LineSettings {
        LineSettings {
            local: self.node,
            remote: self.channel,
        }
    }

    const fn of_channel(&self) -> LineSettings {
        LineSettings {
            local: self.channel,
            remote: self.node,
        }
    }
}

/// Writes a run's folder.
struct Writer<'s> {
    scenario: &'s Scenario,
    path: PathBuf,
    clock: ClockSettings,
    ends: BTreeMap<String, Ends>,
    metrics: BTreeMap<String, SocketAddr>,
}

impl Folder {
    /// Writes the folder, which must be empty or not there; `beside` is the folder of the scenario. Mission time begins now.
    pub fn write(path: &Path, scenario: &Scenario, beside: &Path) -> Result<Self, Failure> {
        let full = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
        if full {
            return Err(Failure::at(
                path,
                "is not empty; an earlier run is not written over",
            ));
        }
        let sent = contents(scenario, beside)?;
        let (ends, metrics) = addresses(scenario)
            .map_err(|error| Failure::new(format!("127.0.0.1: {}", files::cause(&error))))?;
        let writer = Writer {
            scenario,
            path: path.into(),
            clock: ClockSettings {
                started_utc: Some(Timestamp::now()),
                ..scenario.clock.clone()
            },
            ends,
            metrics,
        };
        writer.channel().config()?;
        files::prepare_folder(path)?;
        let places = writer.write(&sent)?;
        let stations = scenario.station.iter();
        Ok(Self {
            path: path.into(),
            places,
            sent,
            spools: stations.map(|part| path.join(spool(&part.name))).collect(),
            clock: writer.clock,
        })
    }
}

/// The folder of a station's files.
fn spool(station: &str) -> String {
    format!("{station}-files")
}

/// The folder of what a rover sends.
fn payload(rover: &str) -> String {
    format!("{rover}-files")
}

/// What the rovers send.
fn contents(scenario: &Scenario, beside: &Path) -> Result<Vec<Sent>, Failure> {
    let mut sent: Vec<Sent> = Vec::new();
    for part in &scenario.rover {
        let mut of_rover = Vec::new();
        for path in &part.files {
            of_rover.push(content(&beside.join(path))?);
        }
        if let Some([width, height]) = part.picture {
            let picture = synthetic_picture(width, height);
            let name = if scenario.rover.len() == 1 {
                picture.name
            } else {
                format!("{}-{}", part.name, picture.name)
            };
            of_rover.push((name, picture.octets));
        }
        for (name, octets) in of_rover {
            if sent.iter().any(|file| file.name == name) {
                return Err(Failure::new(format!(
                    "{}: {name} is sent by another rover too, or twice; the stations could not tell them apart",
                    part.name
                )));
            }
            let rover = part.name.clone();
            sent.push(Sent {
                rover,
                name,
                octets,
            });
        }
    }
    Ok(sent)
}

/// Free addresses for all lines and all figures.
type Addresses = (BTreeMap<String, Ends>, BTreeMap<String, SocketAddr>);

fn addresses(scenario: &Scenario) -> std::io::Result<Addresses> {
    // All are held until the last is known, so that none is given twice.
    let (mut sockets, mut listeners) = (Vec::new(), Vec::new());
    let (mut ends, mut metrics) = (BTreeMap::new(), BTreeMap::new());
    let mut free = || {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let address = socket.local_addr();
        sockets.push(socket);
        address
    };
    for port in scenario.ports() {
        let (node, channel) = (free()?, free()?);
        ends.insert(port, Ends { node, channel });
    }
    for name in scenario.names() {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        metrics.insert(name.to_owned(), listener.local_addr()?);
        listeners.push(listener);
    }
    Ok((ends, metrics))
}

impl Writer<'_> {
    fn write(&self, sent: &[Sent]) -> Result<Vec<Place>, Failure> {
        let seed = self.scenario.seed;
        let clock = Some(self.clock.clone());
        let mut places = vec![self.put(CHANNEL, Kind::Channel, &self.channel())?];
        for part in &self.scenario.station {
            let file = StationFile {
                seed,
                spool: spool(&part.name).into(),
                common: self.common(&part.name),
                clock: clock.clone(),
                lines: StationLines {
                    earth: self.line(&part.name, "earth"),
                },
                station: part.settings.clone(),
            };
            places.push(self.put(&part.name, Kind::Station, &file)?);
        }
        for part in &self.scenario.orbiter {
            let file = OrbiterFile {
                seed,
                common: self.common(&part.name),
                clock: clock.clone(),
                lines: OrbiterLines {
                    radio: self.line(&part.name, "radio"),
                    earth: self.line(&part.name, "earth"),
                },
                orbiter: part.settings.clone(),
            };
            places.push(self.put(&part.name, Kind::Orbiter, &file)?);
        }
        for part in &self.scenario.rover {
            let folder = PathBuf::from(payload(&part.name));
            let mut names = Vec::new();
            for file in sent.iter().filter(|file| file.rover == part.name) {
                files::prepare_folder(&self.path.join(&folder))?;
                names.push(folder.join(&file.name));
                files::write_whole(&self.path.join(&folder).join(&file.name), &file.octets)?;
            }
            let file = RoverFile {
                seed,
                files: names,
                common: self.common(&part.name),
                clock: clock.clone(),
                lines: RoverLines {
                    radio: self.line(&part.name, "radio"),
                },
                rover: part.settings.clone(),
            };
            places.push(self.put(&part.name, Kind::Rover, &file)?);
        }
        Ok(places)
    }

    fn channel(&self) -> ChannelFile {
        let ports = self.scenario.ports().into_iter().map(|name| PortSettings {
            line: self.ends[&name].of_channel(),
            tuning: self
                .scenario
                .channel
                .tuning
                .get(&name)
                .cloned()
                .unwrap_or_default(),
            name,
        });
        ChannelFile {
            seed: self.scenario.seed,
            common: self.common(CHANNEL),
            clock: Some(self.clock.clone()),
            port: ports.collect(),
            route: self.scenario.channel.route.clone(),
        }
    }

    fn common(&self, name: &str) -> Common {
        Common {
            name: name.into(),
            state: name.into(),
            metrics: self.metrics.get(name).copied(),
            durable: self.scenario.durable,
        }
    }

    fn line(&self, name: &str, port: &str) -> LineSettings {
        self.ends[&format!("{name}.{port}")].of_node()
    }

    fn put(&self, name: &str, kind: Kind, file: &impl Serialize) -> Result<Place, Failure> {
        let path = self.path.join(format!("{name}.toml"));
        let text = toml::to_string(file)
            .map_err(|error| Failure::at(&path, format!("cannot be written: {error}")))?;
        files::write_whole(&path, text.as_bytes())?;
        Ok(Place {
            name: name.into(),
            kind,
            file: path,
            metrics: self.metrics[name],
        })
    }
}
