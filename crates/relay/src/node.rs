//! What the processes of a relay have in common: a node is driven by datagrams and time, and keeps what it must not forget.
//!
//! No book: the procedures inside follow theirs. A [`Node`] does no input or output. Whoever drives it, a daemon with sockets or the simulator
//! with a queue of events, keeps to this order:
//!
//! 1. [`Node::handle_datagram`] for what arrived, [`Node::handle_timeout`] when [`Node::poll_timeout`] is due;
//! 2. [`Node::poll_state`] until it is empty, and all of it made durable ([`StateStore::commit`]);
//! 3. only then [`Node::poll_transmit`] until it is empty.
//!
//! So nothing is promised to another node that a loss of power could take back. A node is made anew from its configuration and the changes
//! that were made durable; what it sent before it died and did not keep, it may send again.
//!
//! Each [`Port`] is a line to another node: a proximity radio (one PLTU a datagram), the Earth link (one channel access data unit or one CLTU a
//! datagram), a user on the ground. Which number means what is written at each node.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use magpie_link::clock::Instant;

pub mod orbiter;
mod proximity;
pub mod rover;
pub mod settings;
#[cfg(feature = "std")]
pub mod state_log;

/// The longest datagram that any node sends or takes: what UDP carries over IPv4.
pub const MAX_DATAGRAM: usize = 65_507;

/// The longest key of a piece of state, in octets.
pub const MAX_KEY: usize = 200;

/// A line of a node to another node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub u8);

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "port {}", self.0)
    }
}

/// A datagram that a node wants to have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmit {
    /// Where it goes.
    pub port: Port,
    /// Octets of the buffer that are the datagram.
    pub len: usize,
}

/// A piece of state that has changed; the last change of a key counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Which piece, at most [`MAX_KEY`] octets, the same from run to run.
    pub key: String,
    /// What it is now; none if there is nothing to keep any more.
    pub octets: Option<Vec<u8>>,
}

/// The kept state of a node: the last octets of each key.
pub type State = BTreeMap<String, Vec<u8>>;

/// Where the state of a node is kept.
pub trait StateStore {
    /// Why it could not be kept.
    type Error: core::error::Error;

    /// Takes a change; it is durable after the next [`StateStore::commit`] only.
    fn put(&mut self, change: StateChange) -> Result<(), Self::Error>;

    /// Makes all changes durable.
    fn commit(&mut self) -> Result<(), Self::Error>;
}

/// State kept in memory, for the simulator: a loss of power takes what was not committed.
#[derive(Debug, Clone, Default)]
pub struct RamState {
    durable: State,
    pending: Vec<StateChange>,
}

impl RamState {
    /// What a node finds when it starts again now.
    pub const fn durable(&self) -> &State {
        &self.durable
    }

    /// Takes away what was not committed.
    pub fn cut(&mut self) {
        self.pending.clear();
    }
}

impl StateStore for RamState {
    type Error = core::convert::Infallible;

    fn put(&mut self, change: StateChange) -> Result<(), Self::Error> {
        self.pending.push(change);
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Self::Error> {
        for StateChange { key, octets } in self.pending.drain(..) {
            match octets {
                Some(octets) => self.durable.insert(key, octets),
                None => self.durable.remove(&key),
            };
        }
        Ok(())
    }
}

/// How much an event matters to the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Of interest when looking closely.
    Detail,
    /// A step of the mission: a pass begins, a file is whole.
    Step,
    /// Something was lost or refused, and is accounted for.
    Warning,
    /// The node cannot do its job.
    Error,
}

/// Something that a node did or saw, for the log.
pub trait NodeEvent: fmt::Display {
    /// How much it matters.
    fn severity(&self) -> Severity;
}

/// Whether a figure only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// Grows from zero since the process started.
    Counter,
    /// Goes up and down.
    Gauge,
}

/// One figure of a node, named as Prometheus names it: without the prefix `magpie_` and, for a counter, without `_total`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric<'a> {
    /// Lower case with underscores, ending in its unit.
    pub name: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// Counter or gauge.
    pub kind: MetricKind,
    /// Names and values that tell figures of one name apart.
    pub labels: &'a [(&'static str, &'a str)],
    /// The figure.
    pub value: u64,
}

/// A process of the relay without its sockets, clock and files.
pub trait Node {
    /// What it reports.
    type Event: NodeEvent;

    /// Something arrived. Bad octets are counted, never an error.
    fn handle_datagram(&mut self, now: Instant, port: Port, octets: &[u8]);

    /// Time has come to what [`Node::poll_timeout`] said, or later.
    fn handle_timeout(&mut self, now: Instant);

    /// The operator asks the node to end: it stops taking on work and comes to [`Node::is_stopped`] by itself.
    fn handle_stop(&mut self, now: Instant);

    /// What must be durable before anything more is sent.
    fn poll_state(&mut self) -> Option<StateChange>;

    /// The next datagram, written to the front of `out`, which has [`MAX_DATAGRAM`] octets.
    fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> Option<Transmit>;

    /// When the node wants to be asked again; none: only when something arrives.
    fn poll_timeout(&self) -> Option<Instant>;

    /// What happened since the last call.
    fn poll_event(&mut self) -> Option<Self::Event>;

    /// Shows every figure of the node.
    fn metrics(&self, show: &mut dyn FnMut(Metric<'_>));

    /// Whether nothing is under way any more after [`Node::handle_stop`].
    fn is_stopped(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_cut_takes_what_was_not_committed() {
        let mut store = RamState::default();
        let change = |key: &str, octets: Option<Vec<u8>>| StateChange {
            key: key.into(),
            octets,
        };
        store.put(change("a", Some(vec![1]))).unwrap();
        store.put(change("b", Some(vec![2]))).unwrap();
        store.commit().unwrap();
        store.put(change("a", Some(vec![3]))).unwrap();
        store.put(change("b", None)).unwrap();
        let mut cut = store.clone();
        cut.cut();
        cut.commit().unwrap();
        assert_eq!(cut.durable().len(), 2);
        assert_eq!(cut.durable()["a"], [1]);
        store.commit().unwrap();
        assert_eq!(store.durable().len(), 1);
        assert_eq!(store.durable()["a"], [3]);
    }
}
