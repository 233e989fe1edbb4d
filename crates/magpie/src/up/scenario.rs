//! The file of `magpie up`: a whole relay, every node with the settings that its own file has.
//!
//! ```
//! let scenario = magpie::up::scenario::Scenario::parse(r#"
//!     name = "one pass"
//!     seed = 1
//!     end_utc = "2021-11-20T23:30:00Z"
//!     clock = { begin_utc = "2021-11-20T22:29:00Z", leg = [{ until_utc = "2021-11-21T00:00:00Z", speed = 60 }] }
//!     [[rover]]
//!     name = "zhurong"
//!     picture = [66, 35]
//!     settings = { scid = 82, radio = { bit_rate = 8000 } }
//!     [[orbiter]]
//!     name = "mars-express"
//!     [orbiter.settings]
//!     scid = 41
//!     radio = { bit_rate = 8000 }
//!     earth_link = { scid = 65 }
//!     downlink = { bit_rate = 28000 }
//!     [[station]]
//!     name = "darmstadt"
//!     settings = { earth_link = { scid = 65 } }
//!     [[channel.route]]
//!     from = "zhurong.radio"
//!     to = "mars-express.radio"
//!     light_time_s = 0.013
//!     [[channel.route]]
//!     from = "mars-express.earth"
//!     to = "darmstadt.earth"
//!     light_time_s = 1234
//! "#).unwrap();
//! assert_eq!(scenario.names().count(), 4);
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use magpie_ground::station::StationSettings;
use magpie_relay::node::orbiter::OrbiterSettings;
use magpie_relay::node::rover::RoverSettings;
use serde::Deserialize;

use crate::command::Failure;
use crate::daemon::channel::{RouteSettings, TuningSettings};
use crate::daemon::clock::{Clock, ClockSettings};
use crate::daemon::settings::Durable;

/// The name of the process that lies between the others.
pub const CHANNEL: &str = "channel";
/// Most nodes of a scenario.
const MAX_NODES: usize = 64;
/// Longest name of a node, in octets.
const MAX_NAME: usize = 32;
/// Pixels of the largest picture.
const MAX_PIXELS: u64 = 16_000_000;

/// A relay in one file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What people call it.
    pub name: String,
    /// What happens in it.
    #[serde(default)]
    pub description: String,
    /// Seed of everything that is drawn, in every process.
    pub seed: u64,
    /// How far the processes write before they promise anything.
    #[serde(default)]
    pub durable: Durable,
    /// Mission time, the same for all processes.
    pub clock: ClockSettings,
    /// When it is over at the latest, in mission time; earlier when every file is in a spool.
    pub end_utc: Timestamp,
    /// The rovers.
    pub rover: Vec<RoverPart>,
    /// The orbiters.
    pub orbiter: Vec<OrbiterPart>,
    /// The stations.
    pub station: Vec<StationPart>,
    /// What lies between them.
    pub channel: ChannelPart,
}

/// `[[rover]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoverPart {
    /// Its name; its port at the channel is `NAME.radio`.
    pub name: String,
    /// The files that it sends; paths count from the folder of the scenario.
    #[serde(default)]
    pub files: Vec<PathBuf>,
    /// A synthetic picture of so many pixels, width and height, besides them.
    #[serde(default)]
    pub picture: Option<[u32; 2]>,
    /// `[rover]` of its own file.
    pub settings: RoverSettings,
}

/// `[[orbiter]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrbiterPart {
    /// Its name; its ports at the channel are `NAME.radio` and `NAME.earth`.
    pub name: String,
    /// `[orbiter]` of its own file.
    pub settings: OrbiterSettings,
}

/// `[[station]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationPart {
    /// Its name; its port at the channel is `NAME.earth`.
    pub name: String,
    /// `[station]` of its own file.
    pub settings: StationSettings,
}

/// `[channel]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelPart {
    /// The ways from port to port.
    pub route: Vec<RouteSettings>,
    /// What radios are tuned to, by port.
    #[serde(default)]
    pub tuning: BTreeMap<String, Vec<TuningSettings>>,
}

impl Scenario {
    /// Reads and checks a scenario; a failure names line or key.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let scenario: Self = toml::from_str(text)
            .map_err(|error| Failure::new(crate::daemon::settings::refusal(text, &error)))?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The names of all processes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let rovers = self.rover.iter().map(|part| part.name.as_str());
        let orbiters = self.orbiter.iter().map(|part| part.name.as_str());
        let stations = self.station.iter().map(|part| part.name.as_str());
        let nodes = rovers.chain(orbiters).chain(stations);
        nodes.chain(std::iter::once(CHANNEL))
    }

    /// The ports of the channel, in the order of its file.
    pub fn ports(&self) -> Vec<String> {
        let mut ports = Vec::new();
        ports.extend(self.rover.iter().map(|part| format!("{}.radio", part.name)));
        for part in &self.orbiter {
            ports.push(format!("{}.radio", part.name));
            ports.push(format!("{}.earth", part.name));
        }
        let stations = self.station.iter();
        ports.extend(stations.map(|part| format!("{}.earth", part.name)));
        ports
    }

    fn check(&self) -> Result<(), Failure> {
        let mut seen = BTreeSet::new();
        for name in self.names() {
            check_name(name)?;
            if !seen.insert(name) {
                return Err(Failure::new(format!(
                    "name = {name}: two processes have it"
                )));
            }
        }
        if seen.len() > MAX_NODES {
            return Err(Failure::new(format!(
                "{} processes are more than {MAX_NODES}",
                seen.len()
            )));
        }
        self.check_nodes()?;
        Clock::start(Some(&self.clock))?;
        if self.end_utc <= self.clock.begin_utc {
            return Err(Failure::new("end_utc: is not after clock.begin_utc"));
        }
        if self.clock.started_utc.is_some() {
            return Err(Failure::new("clock.started_utc: is that of the run"));
        }
        let ports = self.ports();
        let unknown = |port: &&String| !ports.contains(*port);
        if let Some(port) = self.channel.tuning.keys().find(unknown) {
            return Err(Failure::new(format!(
                "channel.tuning: {port}: no node has this port"
            )));
        }
        for (index, route) in self.channel.route.iter().enumerate() {
            for (end, port) in [("from", &route.from), ("to", &route.to)] {
                if unknown(&port) {
                    return Err(Failure::new(format!(
                        "channel.route[{index}].{end} = {port}: no node has this port"
                    )));
                }
            }
        }
        Ok(())
    }

    fn check_nodes(&self) -> Result<(), Failure> {
        for (index, part) in self.rover.iter().enumerate() {
            let key = format!("rover[{index}]");
            let fail = |error| Failure::new(format!("{key}.settings.{error}"));
            part.settings.check().map_err(fail)?;
            let pixels = |[width, height]: [u32; 2]| u64::from(width) * u64::from(height);
            if part
                .picture
                .is_some_and(|size| !(1..=MAX_PIXELS).contains(&pixels(size)))
            {
                return Err(Failure::new(format!(
                    "{key}.picture: must have 1 to {MAX_PIXELS} pixels"
                )));
            }
            if part.files.is_empty() && part.picture.is_none() {
                return Err(Failure::new(format!("{key}.files: nothing to send")));
            }
        }
        for (index, part) in self.orbiter.iter().enumerate() {
            let fail = |error| Failure::new(format!("orbiter[{index}].settings.{error}"));
            part.settings.check().map_err(fail)?;
        }
        for (index, part) in self.station.iter().enumerate() {
            let fail = |error| Failure::new(format!("station[{index}].settings.{error}"));
            part.settings.check().map_err(fail)?;
        }
        Ok(())
    }
}

/// A name is a file's name in the folder of the run.
fn check_name(name: &str) -> Result<(), Failure> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(good) {
        return Err(Failure::new(format!(
            "name = {name}: must be 1 to {MAX_NAME} small letters, digits and hyphens"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../../../scenarios/relay-2021.toml");

    #[test]
    fn a_scenario_that_cannot_be_is_refused_with_its_key() {
        assert!(Scenario::parse(GOOD).is_ok());
        let refused = |from: &str, to: &str| {
            assert!(GOOD.contains(from), "{from}");
            let text = GOOD.replacen(from, to, 1);
            Scenario::parse(&text).unwrap_err().to_string()
        };
        let said = refused("name = \"zhurong\"", "name = \"../zhurong\"");
        assert!(said.starts_with("name = ../zhurong: must be"), "{said}");
        let said = refused("name = \"darmstadt\"", "name = \"zhurong\"");
        assert_eq!(said, "name = zhurong: two processes have it");
        let said = refused("name = \"darmstadt\"", "name = \"channel\"");
        assert_eq!(said, "name = channel: two processes have it");
        let said = refused("scid = 82", "scid = 1082");
        assert!(said.starts_with("rover[0].settings.scid: "), "{said}");
        let said = refused("picture = [660, 353]", "picture = [0, 353]");
        assert!(said.starts_with("rover[0].picture: "), "{said}");
        let said = refused("picture = [660, 353]", "");
        assert_eq!(said, "rover[0].files: nothing to send");
        let said = refused("seed = 2021", "sead = 2021");
        assert!(said.contains("unknown field `sead`"), "{said}");
    }
}
