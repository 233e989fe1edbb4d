//! What lies between the nodes of a relay, as a node itself: light time, passes, loss, bit errors, channels, one signal spoiling another.
//!
//! No book; the numbers of channels are those of 211.1-B's channel assignments, where a radio hears what is sent on the channel it is tuned to.
//! Each port is the far end of one line: a rover's radio, an orbiter's radio, an orbiter's Earth link, an antenna on Earth. A [`Route`] leads from
//! port to port, one way. What arrives on a port goes to every route that begins there and has one of these fates there ([`Fate`]); the tallies
//! always balance: what was offered is what has a fate and what is still on its way.
//!
//! Whether a datagram gets through is settled when it leaves: a pass is open or not at the moment of departure, seen from the sender. Whatever is
//! drawn at random hangs on the seed, the names of the ports, the pass and how many datagrams came before, not on time, and not on other routes.
//! What is on its way for a second or longer is kept: a channel that is made anew with [`RelayChannel::restore`] still delivers it, at its time.
//!
//! Left out: Doppler and levels (`magpie channel --a --b` plays links symbol by symbol), radios that cannot send while they hear.
//!
//! ```
//! use magpie_link::clock::{Duration, Instant};
//! use magpie_relay::node::{Node as _, Port};
//! use magpie_sim::relay_channel::{End, RelayChannel, RelayChannelConfig, Route};
//!
//! let ends = vec![End::new("rover"), End::new("orbiter")];
//! let mut route = Route::new(Port(0), Port(1));
//! route.light_time = Duration::from_millis(5);
//! let config = RelayChannelConfig { seed: 1, ends, routes: vec![route] };
//! let at = Instant::from_micros;
//! let mut channel = RelayChannel::new(config, at(0)).unwrap();
//! channel.handle_datagram(at(1_000), Port(0), b"hello");
//! let mut out = [0; 64];
//! assert!(channel.poll_transmit(at(5_999), &mut out).is_none());
//! let sent = channel.poll_transmit(at(6_000), &mut out).unwrap();
//! assert_eq!((sent.port, &out[..sent.len]), (Port(1), b"hello".as_slice()));
//! ```

mod config;
mod kept;
mod path;
mod tally;

use std::collections::VecDeque;
use std::fmt;

use magpie_link::clock::Instant;
use magpie_relay::node::{
    MAX_DATAGRAM, Metric, MetricKind, Node, NodeEvent, Port, Severity, State, StateChange, Transmit,
};

pub use config::{End, RelayChannelConfig, Route, Tuning, Window};
pub use tally::{Count, Fate, Tally};

use crate::scenario::ScenarioError;
use path::Path;

/// Events that wait to be told at most; older ones give way.
const EVENTS: usize = 1_024;
/// Octets of the longest datagram.
const LONGEST: usize = MAX_DATAGRAM;

/// The air and the deep space between the nodes of a relay.
#[derive(Debug)]
pub struct RelayChannel {
    ends: Vec<End>,
    paths: Vec<Path>,
    /// Moments at which there is something to tell, the next one first.
    moments: VecDeque<Moment>,
    events: VecDeque<RelayChannelEvent>,
    /// Datagrams on ports where no route begins.
    unrouted: u64,
    stopped: bool,
    /// How often the channel was made, this time included, while that is not kept.
    runs: Option<u32>,
    /// What is kept and of no use.
    strays: Vec<String>,
}

/// A pass that opens or is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    at: Instant,
    path: usize,
    window: usize,
    opens: bool,
}

/// What a channel tells the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayChannelEvent {
    /// From now on what is sent gets through.
    Opens {
        /// Names of the two ports.
        route: String,
        /// The pass.
        pass: String,
    },
    /// The last octets of a pass have arrived.
    Over {
        /// Names of the two ports.
        route: String,
        /// The pass.
        pass: String,
        /// What became of everything in it.
        tally: Tally,
    },
    /// A datagram found no room, the first one since a pass began.
    Overflow {
        /// Names of the two ports.
        route: String,
    },
}

impl fmt::Display for RelayChannelEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opens { route, pass } => write!(f, "pass {pass} opens, {route}"),
            Self::Over { route, pass, tally } => {
                write!(f, "pass {pass} is over, {route}: {tally}")
            }
            Self::Overflow { route } => {
                write!(
                    f,
                    "{route}: more on its way than there is room for, dropped"
                )
            }
        }
    }
}

impl NodeEvent for RelayChannelEvent {
    fn severity(&self) -> Severity {
        match self {
            Self::Opens { .. } | Self::Over { .. } => Severity::Step,
            Self::Overflow { .. } => Severity::Warning,
        }
    }
}

impl RelayChannel {
    /// A channel that begins its work now; passes that are over are not told any more.
    pub fn new(config: RelayChannelConfig, now: Instant) -> Result<Self, ScenarioError> {
        Self::restore(config, now, &State::new())
    }

    /// A channel that goes on from what another one kept: what was on its way still is, and what is drawn is not what was drawn before.
    pub fn restore(
        config: RelayChannelConfig,
        now: Instant,
        state: &State,
    ) -> Result<Self, ScenarioError> {
        config.check()?;
        let runs = state.get(kept::RUNS);
        let runs = runs.and_then(|octets| octets.as_slice().try_into().ok());
        let runs = runs.map_or(0, u32::from_be_bytes);
        let mut moments = Vec::new();
        for (path, route) in config.routes.iter().enumerate() {
            for (window, pass) in route.windows.iter().enumerate() {
                let last = pass.close + route.light_time;
                for (at, opens) in [(pass.open, true), (last, false)] {
                    let moment = Moment {
                        at,
                        path,
                        window,
                        opens,
                    };
                    // A pass under way is told as one that opens.
                    if last > now {
                        moments.push(moment);
                    }
                }
            }
        }
        moments.sort_unstable();
        let (seed, ends) = (config.seed, config.ends);
        let routes = config.routes.into_iter().enumerate();
        let paths: Vec<Path> = routes
            .map(|(index, route)| {
                let mut path = Path::new(route, &ends, seed, runs);
                path.restore(index, state);
                path
            })
            .collect();
        let routes = paths.len();
        let strays = kept::keys(state).filter(|key| !kept::is_of_a_route(key, routes));
        let strays = strays.cloned().collect();
        Ok(Self {
            runs: Some(runs.wrapping_add(1)),
            strays,
            ends,
            paths,
            moments: moments.into(),
            events: VecDeque::new(),
            unrouted: 0,
            stopped: false,
        })
    }

    /// The tallies: names of the two ports, the pass (none: outside of all passes), and what became of everything.
    pub fn tallies(&self) -> impl Iterator<Item = (&str, Option<&str>, &Tally)> {
        self.paths.iter().flat_map(Path::tallies)
    }

    /// Datagrams on their way.
    pub fn in_flight(&self) -> usize {
        self.paths.iter().map(|path| path.flight.len()).sum()
    }

    /// Datagrams that came on ports where no route begins.
    pub const fn unrouted(&self) -> u64 {
        self.unrouted
    }

    fn tell(&mut self, event: RelayChannelEvent) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// Two signals on one channel at one receiver at one time: neither can be read.
    fn interfere(&mut self, newest: usize) {
        let Some(mut signal) = self.paths[newest].newest() else {
            return;
        };
        let (from, to) = (self.paths[newest].route.from, self.paths[newest].route.to);
        let mut spoiled = false;
        for path in &mut self.paths {
            if path.route.to == to && path.route.from != from {
                spoiled |= path.interfere(&signal);
            }
        }
        if spoiled {
            signal.fate = Fate::Interfered;
            self.paths[newest].mark_newest(signal.fate);
        }
    }

    /// The path whose next datagram is the first to arrive.
    fn first(&self) -> Option<(Instant, usize)> {
        self.paths
            .iter()
            .enumerate()
            .filter_map(|(index, path)| Some((path.next_arrival()?, index)))
            .min()
    }
}

impl Node for RelayChannel {
    type Event = RelayChannelEvent;

    fn handle_datagram(&mut self, now: Instant, port: Port, octets: &[u8]) {
        let mut routed = false;
        for index in 0..self.paths.len() {
            if self.paths[index].route.from != port {
                continue;
            }
            routed = true;
            let path = &mut self.paths[index];
            match path.offer(now, &self.ends, octets) {
                None => self.interfere(index),
                Some(Fate::Overflow) if path.first_overflow() => {
                    let route = path.name.clone();
                    self.tell(RelayChannelEvent::Overflow { route });
                }
                Some(_) => {}
            }
        }
        self.unrouted += u64::from(!routed);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(&moment) = self.moments.front().filter(|moment| moment.at <= now) {
            self.moments.pop_front();
            let path = &mut self.paths[moment.path];
            let (route, pass) = (
                path.name.clone(),
                path.route.windows[moment.window].pass.clone(),
            );
            let event = if moment.opens {
                path.forgive_overflow();
                RelayChannelEvent::Opens { route, pass }
            } else {
                let tally = path.tally(moment.window).clone();
                RelayChannelEvent::Over { route, pass, tally }
            };
            self.tell(event);
        }
    }

    /// What is still on its way and not kept does not arrive: it is abandoned, and counted.
    fn handle_stop(&mut self, _now: Instant) {
        for path in &mut self.paths {
            path.abandon();
        }
        self.stopped = true;
    }

    fn poll_state(&mut self) -> Option<StateChange> {
        if let Some(runs) = self.runs.take() {
            return Some(StateChange {
                key: kept::RUNS.into(),
                octets: Some(runs.to_be_bytes().into()),
            });
        }
        if let Some(key) = self.strays.pop() {
            return Some(StateChange { key, octets: None });
        }
        let mut paths = self.paths.iter_mut().enumerate();
        paths.find_map(|(index, path)| path.poll_state(index))
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> Option<Transmit> {
        while let Some((_, index)) = self.first().filter(|&(at, _)| at <= now) {
            let path = &mut self.paths[index];
            if let Some(octets) = path.arrive() {
                // No datagram is longer than the buffer: the longest that comes in is the longest that goes out.
                let len = octets.len().min(out.len());
                out[..len].copy_from_slice(&octets[..len]);
                return Some(Transmit {
                    port: path.route.to,
                    len,
                });
            }
        }
        None
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let told = self.moments.front().map(|moment| moment.at);
        let arrives = self.first().map(|(at, _)| at);
        told.into_iter().chain(arrives).min()
    }

    fn poll_event(&mut self) -> Option<RelayChannelEvent> {
        self.events.pop_front()
    }

    fn metrics(&self, show: &mut dyn FnMut(Metric<'_>)) {
        for (route, pass, tally) in self.tallies() {
            tally.show(route, pass.unwrap_or(""), show);
        }
        for path in &self.paths {
            show(Metric {
                name: "air_in_flight_octets",
                help: "Octets on their way.",
                kind: MetricKind::Gauge,
                labels: &[("route", &path.name)],
                value: path.in_flight_octets(),
            });
        }
        show(Metric {
            name: "air_unrouted_datagrams",
            help: "Datagrams on ports where no route begins.",
            kind: MetricKind::Counter,
            labels: &[],
            value: self.unrouted,
        });
    }

    fn is_stopped(&self) -> bool {
        self.stopped
    }
}

#[cfg(test)]
mod tests;
