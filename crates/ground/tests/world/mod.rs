//! A small world for the nodes of a relay: one queue of events, lines with delay, loss, bit errors and windows, kept state that a loss of power
//! takes what was not committed from, and nodes that are made anew at any moment.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

use magpie_ground::station::{MemorySpool, Spool, Spooled};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::contact::Amount;
use magpie_relay::node::{MAX_DATAGRAM, MetricKind, Node, Port, RamState, State, StateStore as _};

/// Numbers that look random and are the same each time (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.draw() % n
    }
}

/// A spool that outlives its station.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedSpool(pub(crate) Rc<RefCell<MemorySpool>>);

impl Spool for SharedSpool {
    type Error = Infallible;

    fn deliver(&mut self, name: &str, octets: &[u8]) -> Result<Spooled, Infallible> {
        self.0.borrow_mut().deliver(name, octets)
    }
}

/// A node with what survives it.
pub(crate) struct Slot<N> {
    pub(crate) node: N,
    make: Box<dyn Fn(&State) -> N>,
    store: RamState,
    pub(crate) events: Vec<String>,
    pub(crate) reboots: u64,
    /// Counters of lives that are over.
    past: BTreeMap<String, u64>,
}

fn add_figures<N: Node>(node: &N, figures: &mut BTreeMap<String, u64>) {
    node.metrics(&mut |metric| {
        if metric.kind == MetricKind::Counter {
            let labels = metric.labels.iter().map(|(_, value)| format!(":{value}"));
            let name = metric.name.to_owned() + &labels.collect::<String>();
            *figures.entry(name).or_default() += metric.value;
        }
    });
}

impl<N: Node> Slot<N> {
    pub(crate) fn new(make: impl Fn(&State) -> N + 'static) -> Self {
        Self {
            node: make(&State::new()),
            make: Box::new(make),
            store: RamState::default(),
            events: Vec::new(),
            reboots: 0,
            past: BTreeMap::new(),
        }
    }

    pub(crate) fn kept(&self) -> &State {
        self.store.durable()
    }

    /// Octets of what is kept.
    pub(crate) fn kept_octets(&self) -> usize {
        let kept = self.kept().iter();
        kept.map(|(key, octets)| key.len() + octets.len()).sum()
    }

    /// Figures of all its lives that have these names, label values behind a colon. A life that a loss of power has ended counts up to its last turn
    /// if that was not kept.
    pub(crate) fn figures(&self) -> BTreeMap<String, u64> {
        let mut figures = self.past.clone();
        add_figures(&self.node, &mut figures);
        figures
    }

    /// The operator ends the node in good order, and it is started again.
    pub(crate) fn reboot(&mut self, now: Instant) {
        self.node.handle_stop(now);
        self.keep();
        self.store.commit().unwrap();
        add_figures(&self.node, &mut self.past);
        self.node = (self.make)(self.store.durable());
        self.reboots += 1;
    }

    fn keep(&mut self) {
        while let Some(change) = self.node.poll_state() {
            self.store.put(change).unwrap();
        }
    }
}

/// A node as the world drives it.
pub(crate) trait Actor {
    fn due(&self) -> Option<Instant>;
    /// Everything in the order that a node asks for; `cut` ends the turn with a loss of power at that step.
    fn turn(
        &mut self,
        now: Instant,
        arrived: Option<(Port, &[u8])>,
        cut: Option<u64>,
        out: &mut Vec<(Port, Vec<u8>)>,
    );
}

impl<N: Node> Actor for Slot<N> {
    fn due(&self) -> Option<Instant> {
        self.node.poll_timeout()
    }

    fn turn(
        &mut self,
        now: Instant,
        arrived: Option<(Port, &[u8])>,
        cut: Option<u64>,
        out: &mut Vec<(Port, Vec<u8>)>,
    ) {
        let mut lived = self.past.clone();
        if cut.is_some() {
            add_figures(&self.node, &mut lived);
        }
        if let Some((port, octets)) = arrived {
            self.node.handle_datagram(now, port, octets);
        }
        if self.node.poll_timeout().is_some_and(|due| due <= now) {
            self.node.handle_timeout(now);
        }
        self.keep();
        if cut != Some(0) {
            self.store.commit().unwrap();
            let mut buf = vec![0; MAX_DATAGRAM];
            let most = if cut == Some(1) { 0 } else { usize::MAX };
            while out.len() < most
                && let Some(transmit) = self.node.poll_transmit(now, &mut buf)
            {
                out.push((transmit.port, buf[..transmit.len].to_vec()));
            }
            self.keep();
            if cut.is_none() {
                self.store.commit().unwrap();
            }
        }
        while let Some(event) = self.node.poll_event() {
            self.events
                .push(format!("{} {event}", magpie_relay::contact::Utc::from(now)));
        }
        if let Some(step) = cut {
            if step > 0 {
                lived = self.past.clone();
                add_figures(&self.node, &mut lived);
            }
            self.past = lived;
            self.store.cut();
            self.node = (self.make)(self.store.durable());
            self.reboots += 1;
        }
    }
}

/// A way from a port of a node to one of another.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) from: (usize, Port),
    pub(crate) to: (usize, Port),
    pub(crate) delay: Duration,
    /// One datagram of so many is lost; none if it is 0.
    pub(crate) loses_one_of: u64,
    /// One bit of so many is turned; none if it is 0.
    pub(crate) flips_one_of: u64,
    /// Open from to; always if there is none.
    pub(crate) windows: Vec<(Instant, Instant)>,
}

impl Route {
    pub(crate) fn new(from: (usize, Port), to: (usize, Port), delay: Duration) -> Self {
        Self {
            from,
            to,
            delay,
            loses_one_of: 0,
            flips_one_of: 0,
            windows: Vec::new(),
        }
    }
}

/// What is on its way: when, in order; the node, its port, the octets.
type Flight = BTreeMap<(Instant, u64), (usize, Port, Vec<u8>)>;

/// The world.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) random: Random,
    pub(crate) routes: Vec<Route>,
    /// Losses of power to come, and of which node.
    pub(crate) cuts: Vec<(Instant, usize)>,
    /// Losses of power that wait for the first datagram that this node hears from then on, and come while it is at work on that.
    pub(crate) strikes: Vec<(Instant, usize)>,
    /// Octets and datagrams that went out on each route, and those of them that the route lost.
    pub(crate) sent: Vec<(Amount, Amount)>,
    /// What arrived in a turn that a loss of power took back, by node and port.
    pub(crate) unheard: BTreeMap<(usize, Port), Amount>,
    flight: Flight,
    count: u64,
}

impl World {
    pub(crate) fn new(now: Instant, seed: u64, routes: Vec<Route>) -> Self {
        Self {
            now,
            random: Random(seed),
            sent: vec![<(Amount, Amount)>::default(); routes.len()],
            unheard: BTreeMap::new(),
            routes,
            cuts: Vec::new(),
            strikes: Vec::new(),
            flight: Flight::new(),
            count: 0,
        }
    }

    /// Datagrams on their way.
    pub(crate) fn under_way(&self) -> usize {
        self.flight.len()
    }

    /// Runs these nodes until `end`.
    pub(crate) fn run(&mut self, nodes: &mut [&mut dyn Actor], end: Instant) {
        loop {
            let dues = nodes.iter().filter_map(|node| node.due()).min();
            // A node that is due over and over is asked again a little later, as a busy processor would.
            let dues = dues.map(|due| due.max(self.now + Duration::from_micros(100)));
            let arrival = self.flight.keys().next().map(|(at, _)| *at);
            let cut = self.cuts.iter().map(|(at, _)| *at).min();
            let next = [dues, arrival, cut].into_iter().flatten().min();
            self.now = match next {
                Some(next) if next <= end => next.max(self.now),
                _ => {
                    self.now = end;
                    return;
                }
            };
            let now = self.now;
            while let Some(entry) = self.flight.first_entry().filter(|e| e.key().0 <= now) {
                let (index, port, octets) = entry.remove();
                self.turn(nodes, index, Some((port, &octets)));
            }
            for index in 0..nodes.len() {
                let cut = self.cuts.iter().any(|&(at, of)| of == index && at <= now);
                if cut || nodes[index].due().is_some_and(|due| due <= now) {
                    self.turn(nodes, index, None);
                }
            }
        }
    }

    fn turn(&mut self, nodes: &mut [&mut dyn Actor], index: usize, arrived: Option<(Port, &[u8])>) {
        let now = self.now;
        let due = |cuts: &mut Vec<(Instant, usize)>| {
            let place = cuts.iter().position(|&(at, of)| of == index && at <= now);
            place.map(|place| cuts.remove(place))
        };
        let strikes = arrived.and_then(|_| due(&mut self.strikes));
        let cut = strikes.or_else(|| due(&mut self.cuts));
        let cut = cut.map(|_| self.random.below(3));
        if let (Some(0), Some((port, octets))) = (cut, arrived) {
            *self.unheard.entry((index, port)).or_default() += Amount::one(octets.len() as u64);
        }
        let mut out = Vec::new();
        nodes[index].turn(now, arrived, cut, &mut out);
        for (port, octets) in out {
            self.send((index, port), &octets);
        }
    }

    fn send(&mut self, from: (usize, Port), octets: &[u8]) {
        let now = self.now;
        for (route, sent) in self.routes.iter().zip(&mut self.sent) {
            if route.from != from {
                continue;
            }
            sent.0 += Amount::one(octets.len() as u64);
            let open =
                route.windows.is_empty() || route.windows.iter().any(|&(a, b)| a <= now && now < b);
            let lost = route.loses_one_of > 0 && self.random.below(route.loses_one_of) == 0;
            if !open || lost {
                sent.1 += Amount::one(octets.len() as u64);
                continue;
            }
            let mut octets = octets.to_vec();
            if route.flips_one_of > 0 {
                let gap = 2 * route.flips_one_of - 1;
                let mut at = self.random.below(gap);
                while at < octets.len() as u64 * 8 {
                    octets[usize::try_from(at / 8).unwrap()] ^= 0x80 >> (at % 8);
                    at += 1 + self.random.below(gap);
                }
            }
            self.count += 1;
            let (index, port) = route.to;
            self.flight
                .insert((now + route.delay, self.count), (index, port, octets));
        }
    }
}
