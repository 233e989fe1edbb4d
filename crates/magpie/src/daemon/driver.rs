//! The loop of a daemon: sleep until something arrives or is due, hand it to the node, make durable what it must not forget, send.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant as Wall};

use magpie_link::clock::Instant;
use magpie_relay::node::state_log::StateLog;
use magpie_relay::node::{
    MAX_DATAGRAM, Metric, MetricKind, Node, NodeEvent as _, Port, Severity, State, StateStore,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::clock::{Clock, ClockSettings, timestamp};
use super::line::{Line, LineSettings, LineStats};
use super::metrics::Figures;
use super::settings::Common;
use crate::command::{Ending, Failure};
use crate::files;

/// Arrivals of one line handled in one go at most; then timers and the other lines get their turn.
const ARRIVALS: usize = 256;
/// Datagrams sent in one go at most.
const DEPARTURES: usize = 256;
/// The loop looks up at least so often, for the operator's wish to stop and for the figures.
const LONGEST_SLEEP: Duration = Duration::from_millis(200);
/// How often the figures are put in the window.
const FIGURES: Duration = Duration::from_millis(250);
/// A node that was asked to stop has so long.
const GRACE: Duration = Duration::from_secs(20);

/// A daemon before it runs: what its file says of everything but the node.
#[derive(Debug)]
pub struct Process<'f> {
    /// The settings file, for what goes wrong and for relative paths.
    pub path: &'f Path,
    /// What every daemon has.
    pub common: &'f Common,
    /// Mission time.
    pub clock: Option<&'f ClockSettings>,
    /// The lines in the order of the node's ports, each with the key of its settings.
    pub lines: Vec<(String, &'f LineSettings)>,
    /// The end of standard input is the wish to stop.
    pub stop_with_input: bool,
}

impl Process<'_> {
    /// Opens everything, makes the node, and drives it until it has stopped.
    pub fn run<N: Node>(
        self,
        make: impl FnOnce(&Ground) -> Result<N, Failure>,
    ) -> Result<Ending, Failure> {
        let refuse = |failure: Failure| Failure::at(self.path, failure);
        let clock = Clock::start(self.clock).map_err(refuse)?;
        let open = |(key, line): &(String, &LineSettings)| Line::open(key, line).map_err(refuse);
        let lines: Result<Vec<Line>, Failure> = self.lines.iter().map(open).collect();
        let lines = lines?;
        let ground = Ground::open(self.common, self.path, clock)?;
        let node = make(&ground)?;
        if self.stop_with_input {
            ground.stop_with_input();
        }
        ground.drive(node, lines)?;
        Ok(Ending::Complete)
    }
}

/// What a daemon opens before its node is made.
#[derive(Debug)]
pub struct Ground {
    /// Mission time.
    pub clock: Clock,
    /// What the last process of this name kept.
    pub found: State,
    store: StateLog,
    figures: Figures,
    name: String,
    stop: Arc<AtomicBool>,
}

impl Ground {
    /// Opens the folder of kept state, the window for figures, and listens for the operator's wish to stop.
    pub fn open(common: &Common, file: &Path, clock: Clock) -> Result<Self, Failure> {
        let folder = super::settings::beside(file, &common.state);
        files::prepare_folder(&folder)?;
        let (store, found) = StateLog::open(&folder.join("state.log"), common.durable.into())
            .map_err(|error| Failure::new(error.to_string()))?;
        let figures = Figures::default();
        if let Some(address) = common.metrics {
            let bound = figures.serve(address)?;
            tracing::info!(%bound, "figures at /metrics, health at /health");
        }
        let stop = Arc::new(AtomicBool::new(false));
        let wish = Arc::clone(&stop);
        ctrlc::set_handler(move || wish.store(true, Ordering::Relaxed))
            .map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
        Ok(Self {
            clock,
            found,
            store,
            figures,
            name: common.name.clone(),
            stop,
        })
    }

    /// Takes the end of standard input for the wish to stop: whoever started this process need not outlive it in good order.
    pub fn stop_with_input(&self) {
        let wish = Arc::clone(&self.stop);
        let wait = move || {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            wish.store(true, Ordering::Relaxed);
        };
        if let Err(error) = thread::Builder::new().name("input".into()).spawn(wait) {
            tracing::warn!(%error, "the end of standard input will not be noticed");
        }
    }

    /// Drives the node until it has stopped.
    pub fn drive<N: Node>(self, node: N, lines: Vec<Line>) -> Result<N, Failure> {
        tracing::info!(node = self.name, at = %timestamp(self.clock.now()), "begins");
        let mut driver = Driver {
            ground: self,
            node,
            lines,
            asked: None,
            shown: None,
            buf: vec![0; MAX_DATAGRAM],
        };
        while driver.turn()? {}
        tracing::info!(node = driver.ground.name, at = %timestamp(driver.ground.clock.now()), "ends");
        Ok(driver.node)
    }
}

struct Driver<N> {
    ground: Ground,
    node: N,
    lines: Vec<Line>,
    /// When the operator asked it to stop.
    asked: Option<Wall>,
    shown: Option<Wall>,
    buf: Vec<u8>,
}

impl<N: Node> Driver<N> {
    /// One turn; false when the node has stopped.
    fn turn(&mut self) -> Result<bool, Failure> {
        self.receive();
        let now = self.ground.clock.now();
        if self.node.poll_timeout().is_some_and(|due| due <= now) {
            self.node.handle_timeout(now);
        }
        self.heed_stop(now);
        self.keep()?;
        let more = self.send();
        self.log();
        self.show();
        if self.asked.is_some_and(|at| at.elapsed() > GRACE) {
            tracing::warn!(node = self.ground.name, "gave up waiting, ends");
            return Ok(false);
        }
        if self.asked.is_some() && self.node.is_stopped() {
            self.keep()?;
            return Ok(false);
        }
        if !more {
            self.sleep()?;
        }
        Ok(true)
    }

    fn receive(&mut self) {
        for (index, line) in self.lines.iter_mut().enumerate() {
            for _ in 0..ARRIVALS {
                let Some(octets) = line.receive(&mut self.buf) else {
                    break;
                };
                let port = Port(u8::try_from(index).unwrap_or(u8::MAX));
                self.node
                    .handle_datagram(self.ground.clock.now(), port, octets);
            }
        }
    }

    fn heed_stop(&mut self, now: Instant) {
        if self.asked.is_none() && self.ground.stop.load(Ordering::Relaxed) {
            self.asked = Some(Wall::now());
            self.node.handle_stop(now);
        }
    }

    /// Makes durable what the node must not forget.
    fn keep(&mut self) -> Result<(), Failure> {
        let fail = |error: magpie_relay::node::state_log::StateLogError| {
            Failure::new(format!("kept state: {error}"))
        };
        while let Some(change) = self.node.poll_state() {
            self.ground.store.put(change).map_err(fail)?;
        }
        self.ground.store.commit().map_err(fail)
    }

    /// Sends what is due; true if there may be more.
    fn send(&mut self) -> bool {
        for _ in 0..DEPARTURES {
            let now = self.ground.clock.now();
            let Some(transmit) = self.node.poll_transmit(now, &mut self.buf) else {
                return false;
            };
            if let Some(line) = self.lines.get_mut(usize::from(transmit.port.0)) {
                line.send(&self.buf[..transmit.len]);
            }
        }
        true
    }

    fn log(&mut self) {
        while let Some(event) = self.node.poll_event() {
            let at = timestamp(self.ground.clock.now());
            let node = self.ground.name.as_str();
            match event.severity() {
                Severity::Detail => tracing::debug!(node, %at, "{event}"),
                Severity::Step => tracing::info!(node, %at, "{event}"),
                Severity::Warning => tracing::warn!(node, %at, "{event}"),
                Severity::Error => tracing::error!(node, %at, "{event}"),
            }
        }
    }

    fn show(&mut self) {
        if self.shown.is_some_and(|at| at.elapsed() < FIGURES) {
            return;
        }
        self.shown = Some(Wall::now());
        let (node, lines) = (&self.node, &self.lines);
        let now = self.ground.clock.now();
        self.ground.figures.put(&self.ground.name, |show| {
            show(Metric {
                name: "mission_time_seconds",
                help: "Mission time, seconds of UTC since 1970.",
                kind: MetricKind::Gauge,
                labels: &[],
                value: now.as_micros() / 1_000_000,
            });
            for (index, line) in lines.iter().enumerate() {
                show_line(&index.to_string(), line.stats(), show);
            }
            node.metrics(show);
        });
    }

    /// Sleeps until something arrives or is due.
    fn sleep(&mut self) -> Result<(), Failure> {
        let due = self
            .node
            .poll_timeout()
            .map_or(LONGEST_SLEEP, |due| self.ground.clock.sleep_until(due));
        let span = Timespec::try_from(due.min(LONGEST_SLEEP)).unwrap_or_default();
        let mut sockets: Vec<PollFd<'_>> = self
            .lines
            .iter()
            .map(|line| PollFd::new(&line.socket, PollFlags::IN))
            .collect();
        match poll(&mut sockets, Some(&span)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(Failure::new(format!(
                "cannot wait for datagrams: {}",
                files::cause(&io::Error::from(error))
            ))),
        }
    }
}

fn show_line(line: &str, stats: &LineStats, show: &mut dyn FnMut(Metric<'_>)) {
    let figures = [
        ("sent", stats.sent),
        ("not_sent", stats.not_sent),
        ("received", stats.received),
        ("from_strangers", stats.from_strangers),
    ];
    for (what, value) in figures {
        show(Metric {
            name: "datagrams",
            help: "Datagrams by line and by what became of them.",
            kind: MetricKind::Counter,
            labels: &[("line", line), ("what", what)],
            value,
        });
    }
}
