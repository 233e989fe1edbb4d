//! `magpie channel FILE.toml`: the channel between the nodes of a relay as a process.
//!
//! The file has `[common]` and `[clock]` as every daemon's, `seed`, and two kinds of tables. Each `[[port]]` has a name and the line to one node;
//! each `[[route]]` leads from one of these names to another and says what happens on the way
//! ([`magpie_sim::relay_channel`] has the meaning of every key).
//!
//! ```
//! let file: magpie::daemon::channel::ChannelFile = toml::from_str(r#"
//!     seed = 1
//!     common = { name = "air", state = "air" }
//!     [[port]]
//!     name = "rover"
//!     line = { local = "127.0.0.1:5001", remote = "127.0.0.1:5002" }
//!     [[port]]
//!     name = "orbiter"
//!     line = { local = "127.0.0.1:5003", remote = "127.0.0.1:5004" }
//!     [[route]]
//!     from = "rover"
//!     to = "orbiter"
//!     light_time_s = 0.013
//!     bit_rate = 8000
//!     bit_error_rate = 1e-6
//!     pass = [{ id = "sol-196", open_utc = "2021-11-20T22:30:00Z", close_utc = "2021-11-20T22:40:00Z" }]
//! "#).unwrap();
//! let config = file.config().unwrap();
//! assert_eq!((config.ends.len(), config.routes[0].windows.len()), (2, 1));
//! ```

use std::path::Path;

use jiff::Timestamp;
use magpie_link::clock::{DataRate, Duration};
use magpie_relay::node::Port;
use magpie_sim::relay_channel::{End, RelayChannel, RelayChannelConfig, Route, Tuning, Window};
use magpie_sim::scenario::Fault;
use serde::{Deserialize, Serialize};

use super::clock::{ClockSettings, instant};
use super::driver::Process;
use super::line::LineSettings;
use super::settings::{self, Common};
use crate::command::{Ending, Failure};

/// Longest light time: a day, far beyond the last planet.
const LONGEST_LIGHT_TIME_S: f64 = 86_400.0;

/// The file of a channel between processes.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelFile {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// What every daemon has.
    pub common: Common,
    /// Mission time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockSettings>,
    /// The lines to the nodes.
    pub port: Vec<PortSettings>,
    /// The ways between them.
    #[serde(default)]
    pub route: Vec<RouteSettings>,
}

/// The line to one node.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PortSettings {
    /// Its name, for the routes.
    pub name: String,
    /// Addresses here and there.
    pub line: LineSettings,
    /// The channel that the radio behind it is tuned to, in order of time; 0 before that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuning: Vec<TuningSettings>,
}

/// A radio is tuned to another channel.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TuningSettings {
    /// From then on.
    pub from_utc: Timestamp,
    /// Number of the channel, 0 to 15.
    pub channel: u8,
}

/// A way from node to node.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSettings {
    /// Name of the port where it begins.
    pub from: String,
    /// Name of the port where it leads.
    pub to: String,
    /// One-way light time in seconds.
    #[serde(default)]
    pub light_time_s: f64,
    /// Bits a second; without it datagrams take no time, and do not interfere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bit_rate: Option<u32>,
    /// Part of the datagrams that is lost, 0 to 1.
    #[serde(default)]
    pub loss: f64,
    /// Part of the bits that is turned, besides [`RouteSettings::faults`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bit_error_rate: Option<f64>,
    /// What else happens to the bits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Room for what is on its way, in octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_octets: Option<u64>,
    /// When it is open; always, without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<PassSettings>,
}

/// A pass.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PassSettings {
    /// Its name.
    pub id: String,
    /// When it opens, as the sender sees it.
    pub open_utc: Timestamp,
    /// When it closes.
    pub close_utc: Timestamp,
    /// Loss in this pass, instead of the route's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Faults of this pass, instead of the route's with its bit error rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<Vec<Fault>>,
}

/// Runs the channel of this file until it is stopped.
pub fn run(path: &Path, stop_with_input: bool) -> Result<Ending, Failure> {
    let file: ChannelFile = settings::read(path)?;
    let refuse = |failure: Failure| Failure::at(path, failure);
    let config = file.config().map_err(refuse)?;
    let ports = file.port.iter().enumerate();
    let process = Process {
        path,
        common: &file.common,
        clock: file.clock.as_ref(),
        lines: ports
            .map(|(index, port)| (format!("port[{index}].line"), &port.line))
            .collect(),
        stop_with_input,
    };
    process.run(|ground| {
        RelayChannel::restore(config, ground.clock.now(), &ground.found)
            .map_err(|error| refuse(Failure::new(error.to_string())))
    })
}

impl ChannelFile {
    /// What the node is told.
    pub fn config(&self) -> Result<RelayChannelConfig, Failure> {
        let ends = self.port.iter().map(end).collect();
        let routes = self.route.iter().enumerate();
        let routes: Result<_, _> = routes.map(|(at, r)| self.route_config(at, r)).collect();
        let config = RelayChannelConfig {
            seed: self.seed,
            ends,
            routes: routes?,
        };
        config
            .check()
            .map_err(|error| Failure::new(error.to_string()))?;
        Ok(config)
    }

    fn route_config(&self, index: usize, route: &RouteSettings) -> Result<Route, Failure> {
        let key = format!("route[{index}]");
        let port = |name: &str, end: &str| {
            let place = self.port.iter().position(|port| port.name == end);
            let number = place.and_then(|place| u8::try_from(place).ok());
            number.map(Port).ok_or_else(|| {
                Failure::new(format!("{key}.{name} = {end}: no [[port]] has this name"))
            })
        };
        let (from, to) = (port("from", &route.from)?, port("to", &route.to)?);
        let light_time_s = route.light_time_s;
        if !(0.0..=LONGEST_LIGHT_TIME_S).contains(&light_time_s) {
            return Err(Failure::new(format!(
                "{key}.light_time_s = {light_time_s}: must be from 0 to {LONGEST_LIGHT_TIME_S}"
            )));
        }
        let rate = |bits: u32| {
            DataRate::from_bits_per_s(bits)
                .ok_or_else(|| Failure::new(format!("{key}.bit_rate = {bits}: must be at least 1")))
        };
        let mut config = Route::new(from, to);
        config.light_time = Duration::from(std::time::Duration::from_secs_f64(light_time_s));
        config.data_rate = route.bit_rate.map(rate).transpose()?;
        config.loss = route.loss;
        config.faults = route.all_faults(&key)?;
        config.queue_octets = route.queue_octets.unwrap_or(config.queue_octets);
        config.windows = route.pass.iter().map(window).collect();
        Ok(config)
    }
}

impl RouteSettings {
    /// Bit errors first, then the faults in their order.
    fn all_faults(&self, key: &str) -> Result<Vec<Fault>, Failure> {
        let mut faults = Vec::new();
        match self.bit_error_rate {
            Some(rate) if rate > 0.0 && rate <= 0.125 => faults.push(Fault::BitFlips {
                every_bits: rate.recip(),
            }),
            None | Some(0.0) => {}
            Some(rate) => {
                return Err(Failure::new(format!(
                    "{key}.bit_error_rate = {rate}: must be from 0 to 0.125"
                )));
            }
        }
        faults.extend_from_slice(&self.faults);
        Ok(faults)
    }
}

fn end(port: &PortSettings) -> End {
    let tuning = port.tuning.iter().map(|tuning| Tuning {
        from: instant(tuning.from_utc),
        channel: tuning.channel,
    });
    End {
        name: port.name.clone(),
        tuning: tuning.collect(),
    }
}

fn window(pass: &PassSettings) -> Window {
    Window {
        pass: pass.id.clone(),
        open: instant(pass.open_utc),
        close: instant(pass.close_utc),
        loss: pass.loss,
        faults: pass.faults.clone(),
    }
}
