//! What a channel is told, and whether it can be.

use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_relay::node::Port;

use crate::scenario::{Fault, ScenarioError, check_fault, within, wrong};

/// Most ports and most routes.
const MOST: usize = 64;
/// Most passes of a route.
const MOST_WINDOWS: usize = 4_096;
/// Octets that a route keeps on their way if nothing is said.
const QUEUE_OCTETS: u64 = 64 << 20;

/// A channel between the nodes of a relay.
#[derive(Debug, Clone, PartialEq)]
pub struct RelayChannelConfig {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// The far ends of the ports, [`Port`] 0 first.
    pub ends: Vec<End>,
    /// The ways from end to end.
    pub routes: Vec<Route>,
}

/// The far end of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Its name, in logs and figures.
    pub name: String,
    /// Which channel it is tuned to, in order of time; channel 0 before the first.
    pub tuning: Vec<Tuning>,
}

/// A radio is tuned to another channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// From then on.
    pub from: Instant,
    /// Number of the channel, for sending and for hearing (a pair of frequencies): 0 to 15.
    pub channel: u8,
}

/// A way from end to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Where it begins.
    pub from: Port,
    /// Where it leads.
    pub to: Port,
    /// One-way light time.
    pub light_time: Duration,
    /// Bits of datagrams a second: one is sent when the one before it is out, and takes its time. Without it they take no time and do not interfere.
    pub data_rate: Option<DataRate>,
    /// Part of the datagrams that is lost, 0 to 1.
    pub loss: f64,
    /// What happens to the bits of the others.
    pub faults: Vec<Fault>,
    /// When it is open, in order of time; always, if there is none.
    pub windows: Vec<Window>,
    /// Room for what is on its way, in octets; each datagram takes [`Route::DATAGRAM_OCTETS`] besides its own.
    pub queue_octets: u64,
}

/// A pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Its name.
    pub pass: String,
    /// It is open from here.
    pub open: Instant,
    /// And not from here on.
    pub close: Instant,
    /// Loss in this pass, if it is not that of the route.
    pub loss: Option<f64>,
    /// Faults of this pass, if they are not those of the route.
    pub faults: Option<Vec<Fault>>,
}

impl End {
    /// One that is tuned to channel 0.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            tuning: Vec::new(),
        }
    }

    /// The channel at that time.
    pub(super) fn channel(&self, at: Instant) -> u8 {
        let later = self.tuning.partition_point(|tuning| tuning.from <= at);
        later
            .checked_sub(1)
            .map_or(0, |index| self.tuning[index].channel)
    }
}

impl Route {
    /// What a datagram on its way takes besides its octets.
    pub const DATAGRAM_OCTETS: u64 = 64;

    /// A way that is always open and takes no time.
    pub const fn new(from: Port, to: Port) -> Self {
        Self {
            from,
            to,
            light_time: Duration::ZERO,
            data_rate: None,
            loss: 0.0,
            faults: Vec::new(),
            windows: Vec::new(),
            queue_octets: QUEUE_OCTETS,
        }
    }
}

impl RelayChannelConfig {
    /// Checks every number; the first one that is wrong is named by its key.
    pub fn check(&self) -> Result<(), ScenarioError> {
        within("number of ports", self.ends.len(), &(1..=MOST))?;
        within("number of routes", self.routes.len(), &(0..=MOST))?;
        for (index, end) in self.ends.iter().enumerate() {
            let key = format!("port[{index}].name");
            if end.name.is_empty() || end.name.len() > 64 {
                return Err(wrong(&key, &end.name, "1 to 64 octets long"));
            }
            if self.ends[..index].iter().any(|e| e.name == end.name) {
                return Err(wrong(&key, &end.name, "different for every port"));
            }
            let mut before = None;
            for (place, tuning) in end.tuning.iter().enumerate() {
                let key = format!("port[{index}].tuning[{place}]");
                within(&format!("{key}.channel"), tuning.channel, &(0..=15))?;
                if before.is_some_and(|from| from >= tuning.from) {
                    return Err(wrong(&key, tuning.from, "after the one before it"));
                }
                before = Some(tuning.from);
            }
        }
        for (index, route) in self.routes.iter().enumerate() {
            self.check_route(&format!("route[{index}]"), route)?;
            let same = |other: &Route| (other.from, other.to) == (route.from, route.to);
            if self.routes[..index].iter().any(same) {
                let name = path_name(route, &self.ends);
                return Err(wrong(
                    &format!("route[{index}]"),
                    name,
                    "the only one from there to there",
                ));
            }
        }
        Ok(())
    }

    fn check_route(&self, key: &str, route: &Route) -> Result<(), ScenarioError> {
        for (name, port) in [("from", route.from), ("to", route.to)] {
            let ports = 0..=self.ends.len() - 1;
            within(&format!("{key}.{name}"), usize::from(port.0), &ports)?;
        }
        if route.from == route.to {
            return Err(wrong(
                &format!("{key}.to"),
                route.to,
                "another port than `from`",
            ));
        }
        check_air(key, route.loss, &route.faults)?;
        within(
            &format!("{key}.windows"),
            route.windows.len(),
            &(0..=MOST_WINDOWS),
        )?;
        let mut before = None;
        for (index, window) in route.windows.iter().enumerate() {
            let key = format!("{key}.pass[{index}]");
            if window.pass.is_empty() || window.pass.len() > 64 {
                return Err(wrong(
                    &format!("{key}.id"),
                    &window.pass,
                    "1 to 64 octets long",
                ));
            }
            if window.close <= window.open {
                return Err(wrong(
                    &format!("{key}.close"),
                    window.close,
                    "after its opening",
                ));
            }
            if before.is_some_and(|close| close > window.open) {
                return Err(wrong(
                    &format!("{key}.open"),
                    window.open,
                    "after the pass before it",
                ));
            }
            before = Some(window.close);
            let faults = window.faults.as_deref().unwrap_or_default();
            check_air(&key, window.loss.unwrap_or(0.0), faults)?;
        }
        Ok(())
    }
}

fn check_air(key: &str, loss: f64, faults: &[Fault]) -> Result<(), ScenarioError> {
    within(&format!("{key}.loss"), loss, &(0.0..=1.0))?;
    within(&format!("{key}.faults"), faults.len(), &(0..=16))?;
    for (index, fault) in faults.iter().enumerate() {
        check_fault(&format!("{key}.faults[{index}]"), fault)?;
    }
    Ok(())
}

/// `rover → orbiter`
pub(super) fn path_name(route: &Route, ends: &[End]) -> String {
    let name = |port: Port| &ends[usize::from(port.0)].name;
    format!("{} → {}", name(route.from), name(route.to))
}
