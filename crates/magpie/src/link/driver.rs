//! The loop of one run: what arrived, what has expired, what is offered, what goes out.
//!
//! One thread, one endpoint. It sleeps until the first of: the endpoint's next timer, the moment the line is free for the next frame,
//! an arrival, a limit of the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};

use indicatif::ProgressBar;
use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::{Endpoint, SubmitError};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{LocalDirective, Mode, PhyStatus, State};

use super::chronicle::Chronicle;
use super::clock::{Clock, seconds};
use super::line::Line;
use super::medium::Wake;
use super::setup::{Plan, Role};
use super::sink::Sink;
use super::source::{Next, Source};
use crate::command::Failure;
use crate::files;

/// Arrivals handled in one go at most; then timers and the transmitter get their turn.
const ARRIVALS: usize = 256;
/// How soon a slow input is asked again.
const SLOW_INPUT: Duration = Duration::from_millis(10);
/// How soon the driver looks up when nothing is due.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// Timers may be zero long; they do not keep the driver from arrivals.
const SHORTEST_SLEEP: Duration = Duration::from_micros(50);
/// What is under way when a connection is closed may bring the session to its end by itself within this time.
const AFTERMATH: Duration = Duration::from_secs(5);

/// What ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndedBy {
    /// The endpoint itself.
    SessionOver,
    /// `--max-seconds`.
    MaxSeconds,
    /// Ctrl-C, or a request to terminate.
    Interrupted,
    /// Simplex receive: no signal for `--phy-timeout`.
    SignalGone,
    /// The other end closed the connection.
    ConnectionClosed,
}

impl EndedBy {
    /// As a key for reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SessionOver => "session_over",
            Self::MaxSeconds => "max_seconds",
            Self::Interrupted => "interrupted",
            Self::SignalGone => "signal_gone",
            Self::ConnectionClosed => "connection_closed",
        }
    }
}

/// What the endpoint was seen to do, for the verdict.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) established: Option<Instant>,
    /// The other end said that it has no more data.
    pub(crate) remote_no_more_data: bool,
    /// The session came to its proper end.
    pub(crate) ended_properly: bool,
    /// When everything offered had been sent, and acknowledged where it can be.
    pub(crate) all_sent: Option<Instant>,
    pub(crate) all_acknowledged: Option<Instant>,
    pub(crate) first_frame: Option<Instant>,
    pub(crate) last_delivery: Option<Instant>,
}

impl Seen {
    /// Within a session: how far what was offered has come.
    fn watch(&mut self, now: Instant, handed_over: bool, endpoint: &Endpoint<Vec<u8>>) {
        if handed_over && !endpoint.has_data_to_send() {
            self.all_sent.get_or_insert(now);
            if endpoint.all_acknowledged() {
                self.all_acknowledged.get_or_insert(now);
            }
        }
    }

    /// The endpoint has ended the session. It does so by itself only when everything handed over has been sent and acknowledged.
    fn end(&mut self, now: Instant, why: EndOfSession, handed_over: bool) {
        self.ended_properly = why == EndOfSession::NoMoreData;
        if self.ended_properly && handed_over {
            self.all_sent.get_or_insert(now);
            self.all_acknowledged.get_or_insert(now);
        }
    }
}

/// Drives one endpoint from start to end.
pub(crate) struct Driver {
    pub(crate) plan: Plan,
    pub(crate) line: Box<dyn Line>,
    pub(crate) source: Option<Source>,
    pub(crate) sink: Sink,
    pub(crate) chronicle: Chronicle,
    pub(crate) progress: ProgressBar,
    pub(crate) seen: Seen,
    /// Set by Ctrl-C.
    pub(crate) interrupted: Arc<AtomicBool>,
    clock: Clock,
    /// The last signal, and whether the endpoint was told of it as carrier.
    signal: Option<Instant>,
    carrier: bool,
    closed_at: Option<Instant>,
    ended: Option<EndedBy>,
    delivery: Vec<u8>,
}

impl Driver {
    pub(crate) fn new(
        plan: Plan,
        mut line: Box<dyn Line>,
        source: Option<Source>,
        sink: Sink,
    ) -> Self {
        let longest = line.endpoint().mib().longest_delivery();
        Self {
            plan,
            line,
            source,
            sink,
            chronicle: Chronicle::default(),
            progress: ProgressBar::hidden(),
            seen: Seen::default(),
            interrupted: Arc::default(),
            clock: Clock::start(),
            signal: None,
            carrier: false,
            closed_at: None,
            ended: None,
            delivery: vec![0; longest],
        }
    }

    /// Runs to the end and says what ended it. A failure is one of the files; the session has been ended then too.
    pub(crate) fn run(&mut self, wakes: &Receiver<Wake>) -> Result<EndedBy, Failure> {
        self.clock = Clock::start();
        let start = self.plan.start(self.clock.now(), self.line.endpoint());
        start.map_err(|error| Failure::new(format!("the session cannot begin: {error}")))?;
        let result = self.until_the_end(wakes);
        if result.is_err() {
            self.end(self.clock.now(), EndedBy::SessionOver);
        }
        self.progress.finish_and_clear();
        self.chronicle.seconds = seconds(self.clock.now());
        result
    }

    fn until_the_end(&mut self, wakes: &Receiver<Wake>) -> Result<EndedBy, Failure> {
        loop {
            for _ in 0..ARRIVALS {
                match wakes.try_recv() {
                    Ok(wake) => self.take(wake)?,
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            let until = self.step()?;
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
            let pause = until.duration_since(self.clock.now());
            match wakes.recv_timeout(pause.into()) {
                Ok(wake) => self.take(wake)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(pause.into()),
            }
        }
    }

    /// Everything that is due now; answers when something is due again.
    fn step(&mut self) -> Result<Instant, Failure> {
        let now = self.clock.now();
        self.line.endpoint().handle_timeout(now);
        let limit = self.watch_limits(now);
        let slow_input = self.offer(now)?;
        let free = self.line.transmit(now);
        self.observe(now)?;
        self.show_progress();
        let timer = self.line.endpoint().poll_timeout();
        // A deadline that is over although everything due was done waits for the line to be free.
        let timer = timer.map(|timer| match free {
            Some(free) if timer <= now => free,
            _ => timer.max(now + SHORTEST_SLEEP),
        });
        let deadlines = [limit, slow_input, free, timer];
        let first = deadlines.into_iter().flatten().min();
        Ok(first.map_or(now + LONGEST_SLEEP, |first| first.min(now + LONGEST_SLEEP)))
    }

    fn take(&mut self, wake: Wake) -> Result<(), Failure> {
        let now = self.clock.now();
        match wake {
            Wake::Octets {
                octets,
                from_elsewhere,
            } => {
                self.chronicle.transport_units.from_elsewhere += u64::from(from_elsewhere);
                self.hear(now, &octets)?;
            }
            Wake::Connected(writer) => self.line.connect(writer),
            Wake::Closed(why) => {
                if let Some(why) = why {
                    tracing::warn!("the connection broke: {why}");
                }
                self.line.close(now);
                self.tell_carrier(now, false);
                self.closed_at = Some(now);
                self.observe(now)?;
            }
            // Seen in the next step.
            Wake::Interrupted => {}
        }
        Ok(())
    }

    /// Octets are a signal, whatever is in them.
    fn hear(&mut self, now: Instant, octets: &[u8]) -> Result<(), Failure> {
        self.line.endpoint().handle_timeout(now);
        self.signal = Some(now);
        self.tell_carrier(now, true);
        let mut rest = octets;
        loop {
            let taken = self.line.handle(now, rest);
            self.observe(now)?;
            rest = rest.get(taken..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Told again with every signal: after a turnaround in half duplex the endpoint has forgotten.
    fn tell_carrier(&mut self, now: Instant, there: bool) {
        let status = PhyStatus {
            carrier_acquired: there,
            symbol_inlock_status: there,
        };
        self.line.endpoint().handle_phy_status(now, status);
        self.carrier = there;
    }

    /// Ctrl-C, `--max-seconds`, `--phy-timeout` and closed connections. Answers when to look again.
    fn watch_limits(&mut self, now: Instant) -> Option<Instant> {
        let end = self.plan.max.map(|most| Instant::ZERO + most);
        let aftermath = self.closed_at.map(|at| {
            let simplex = !self.plan.role.is_duplex();
            at + if simplex { Duration::ZERO } else { AFTERMATH }
        });
        let silence = self
            .signal
            .filter(|_| self.carrier)
            .zip(self.plan.phy_timeout);
        let silence = silence.map(|(last, most)| last + most);
        if self.interrupted.load(Ordering::Relaxed) {
            self.end(now, EndedBy::Interrupted);
        } else if end.is_some_and(|end| now >= end) {
            self.end(now, EndedBy::MaxSeconds);
        } else if aftermath.is_some_and(|aftermath| now >= aftermath) {
            self.end(now, EndedBy::ConnectionClosed);
        } else if silence.is_some_and(|silence| now >= silence) {
            self.tell_carrier(now, false);
            if self.plan.role == Role::SimplexReceive {
                self.end(now, EndedBy::SignalGone);
            }
        }
        [end, aftermath, silence].into_iter().flatten().min()
    }

    /// Ends the session from this side.
    fn end(&mut self, now: Instant, why: EndedBy) {
        if self.ended.is_some() {
            return;
        }
        self.ended = Some(why);
        let endpoint = self.line.endpoint();
        let inactive = LocalDirective::SetMode(Mode::Inactive);
        if endpoint.handle_directive(now, inactive).is_err() {
            // SET INITIALIZE MODE is possible in every state.
            let _ = endpoint.handle_directive(now, LocalDirective::SetInitializeMode);
        }
    }

    /// Offers packets until the link is full, then says that there are no more. Answers when a slow input is to be asked again.
    fn offer(&mut self, now: Instant) -> Result<Option<Instant>, Failure> {
        if !is_session(self.line.endpoint().status().state) {
            return Ok(None);
        }
        if let Some(source) = &mut self.source {
            loop {
                let next = source.next().map_err(|error| {
                    Failure::new(format!("--send: cannot read on: {}", files::cause(&error)))
                })?;
                let packet = match next {
                    Next::Packet(packet) => packet,
                    Next::Waiting => return Ok(Some(now + SLOW_INPUT)),
                    Next::Finished => break,
                };
                let endpoint = self.line.endpoint();
                match endpoint.submit(now, self.plan.port, self.plan.qos, packet) {
                    Ok(()) => source.taken(),
                    Err(SubmitError::QueueFull { .. }) => return Ok(None),
                    Err(error) => return Err(Failure::new(format!("--send: {error}"))),
                }
            }
        }
        let endpoint = self.line.endpoint();
        let vars = endpoint.status();
        if vars.state != State::S72SimplexReceive && !vars.local_no_more_data {
            // Refused where no row has it; asked again then.
            let _ = endpoint.handle_directive(now, LocalDirective::LocalNoMoreData);
        }
        Ok(None)
    }

    /// Fetches deliveries and events.
    fn observe(&mut self, now: Instant) -> Result<(), Failure> {
        let endpoint = self.line.endpoint();
        while let Ok(Some(delivery)) = endpoint.poll_delivery(&mut self.delivery) {
            self.seen.last_delivery = Some(now);
            self.sink.put(&delivery)?;
        }
        if self.seen.first_frame.is_none() && endpoint.stats().frames_accepted > 0 {
            self.seen.first_frame = Some(now);
        }
        let handed_over = self.source.as_ref().is_none_or(Source::is_finished);
        if self.seen.established.is_some() && is_session(endpoint.status().state) {
            self.seen.watch(now, handed_over, endpoint);
        }
        while let Some(event) = endpoint.poll_event() {
            match event {
                Event::Transition { to, .. } if is_session(to) => {
                    self.seen.established.get_or_insert(now);
                }
                Event::RemoteNoMoreData => self.seen.remote_no_more_data = true,
                Event::EndOfSession(why) => {
                    self.ended.get_or_insert(EndedBy::SessionOver);
                    self.seen.end(now, why, handed_over);
                }
                _ => {}
            }
            self.chronicle.note(now, &event);
        }
        Ok(())
    }

    fn show_progress(&self) {
        let octets = self
            .source
            .as_ref()
            .map_or(self.sink.octets, Source::octets);
        self.progress.set_position(octets);
    }
}

/// Whether data services run in this state, or the end of the session is under way.
fn is_session(state: State) -> bool {
    match state {
        State::S1Inactive
        | State::S2WaitingForHail
        | State::S11HailCarrier
        | State::S12HailAcquisition
        | State::S13HailDirectives
        | State::S14HailTail
        | State::S31HailCarrier
        | State::S32HailAcquisition
        | State::S33HailDirectives
        | State::S34HailTail
        | State::S35HailResponse
        | State::S36HailResponse
        | State::S80Reconnect => false,
        State::S40DataServices
        | State::S41CarrierOnly
        | State::S42AcquisitionIdle
        | State::S45TerminatingTail
        | State::S48CommChange
        | State::S50DataServicesSending
        | State::S51CarrierOnly
        | State::S52AcquisitionIdle
        | State::S54SendRnmd
        | State::S55TerminatingTail
        | State::S56SendToken
        | State::S58TailBeforeTurnaround
        | State::S60DataServicesReceiving
        | State::S61AwaitingFirstFrame
        | State::S62AwaitingCarrier
        | State::S71SimplexTransmit
        | State::S72SimplexReceive => true,
    }
}
