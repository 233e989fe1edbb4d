//! A job, its contenders, and their rounds.
//!
//! The clock is the processor time of the thread, so that what else runs on the machine counts as little as can be; where there is no such clock, and for
//! several threads, it is the time of day.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::peer::Peer;
use super::report::{Measured, Row, Wrong};

/// How long is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds of each contender.
    pub rounds: usize,
    /// Time of a round, about.
    pub round: Duration,
}

impl Effort {
    /// For figures.
    pub const FULL: Self = Self {
        rounds: 41,
        // Short, so that most rounds fit between two interruptions on a busy machine.
        round: Duration::from_millis(4),
    };

    /// To see that it works.
    pub const QUICK: Self = Self {
        rounds: 3,
        round: Duration::from_millis(1),
    };
}

/// Our code, ready to do its job any number of times.
pub struct Ours<'a> {
    /// The engine's name, or `threads`.
    pub name: String,
    /// Does the job once.
    pub pass: Box<dyn FnMut() + 'a>,
    /// What the passes before the clock got wrong.
    pub wrong: Wrong,
}

/// A job: what is to be done, how fast it should be, and who does it.
pub struct Job<'a> {
    /// Its name in the JSON document.
    pub name: &'static str,
    /// What is counted a second: `Mbit/s`, `Gbit/s`, `MB/s`, `GB/s`.
    pub unit: &'static str,
    /// Units in one pass: bits or octets over 10⁶ or 10⁹.
    pub per_pass: f64,
    /// What the issue asks for.
    pub ask: f64,
    /// What would be better still.
    pub stretch: f64,
    /// The input in words.
    pub input: String,
    /// Our engines, from slow to fast.
    pub ours: Vec<Ours<'a>>,
    /// Ours on several threads, apart.
    pub threads: Option<(usize, Ours<'a>)>,
    /// Others.
    pub peers: Vec<Peer>,
}

/// The name of ours on several threads.
pub const THREADS: &str = "threads";

/// Nanoseconds of processor time of this thread.
#[cfg(unix)]
pub fn of_thread() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Nanoseconds since the program first asked: there is no better clock here.
#[cfg(not(unix))]
pub fn of_thread() -> f64 {
    of_day()
}

/// Nanoseconds since the program first asked.
fn of_day() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as f64
}

/// Somebody who can do the job, with the times so far.
struct Runner<'a, 'b> {
    name: String,
    kind: Kind<'a, 'b>,
    passes: u32,
    /// Seconds a pass.
    times: Vec<f64>,
}

enum Kind<'a, 'b> {
    Ours(&'b mut Ours<'a>),
    Peer(&'b mut Peer),
}

impl Runner<'_, '_> {
    /// Nanoseconds that so many passes take.
    fn run(&mut self, passes: u32) -> Result<f64, String> {
        match &mut self.kind {
            Kind::Peer(peer) => peer.run(passes),
            Kind::Ours(ours) => {
                let clock = if ours.name == THREADS {
                    of_day
                } else {
                    of_thread
                };
                let from = clock();
                for _ in 0..passes {
                    (ours.pass)();
                }
                Ok(clock() - from)
            }
        }
    }

    /// Finds how many passes make a round.
    fn calibrate(&mut self, round: Duration) -> Result<(), String> {
        let wanted = round.as_nanos() as f64;
        self.passes = 1;
        loop {
            let took = self.run(self.passes)?.max(1.0);
            if took >= wanted / 4.0 || self.passes >= 1 << 24 {
                let passes = f64::from(self.passes) * wanted / took;
                self.passes = passes.clamp(1.0, 1e8) as u32;
                return Ok(());
            }
            self.passes *= 4;
        }
    }

    fn round(&mut self) -> Result<(), String> {
        let took = self.run(self.passes)?;
        self.times.push(took * 1e-9 / f64::from(self.passes));
        Ok(())
    }
}

impl Job<'_> {
    /// Runs all contenders in turn. A peer that fails on the way is left out with a line on standard error.
    pub fn measure(mut self, effort: Effort) -> Row {
        let fastest = self
            .ours
            .last()
            .map_or_else(String::new, |ours| ours.name.clone());
        let mut wrong: Vec<(String, Wrong)> = Vec::new();
        let mut runners = Vec::new();
        for ours in &mut self.ours {
            wrong.push((ours.name.clone(), ours.wrong));
            runners.push(Runner::new(ours.name.clone(), Kind::Ours(ours)));
        }
        let threads = self.threads.as_mut().map(|(count, ours)| {
            runners.push(Runner::new(THREADS.to_owned(), Kind::Ours(ours)));
            *count
        });
        for peer in &mut self.peers {
            wrong.push((peer.name().to_owned(), peer.wrong()));
            runners.push(Runner::new(peer.name().to_owned(), Kind::Peer(peer)));
        }
        let job = self.name;
        runners
            .retain_mut(|runner| kept(job, &runner.name.clone(), runner.calibrate(effort.round)));
        for _ in 0..effort.rounds {
            runners.retain_mut(|runner| kept(job, &runner.name.clone(), runner.round()));
        }
        let measured = runners_to_rates(runners, self.per_pass);
        Row::assemble(&self, fastest, threads, measured, wrong)
    }
}

/// The jobs borrow their contenders; what leaves the rounds does not.
fn runners_to_rates(runners: Vec<Runner<'_, '_>>, per_pass: f64) -> Vec<(String, bool, Measured)> {
    let of = |runner: Runner<'_, '_>| {
        let ours = matches!(runner.kind, Kind::Ours(_));
        (runner.name, ours, Measured::of(per_pass, runner.times))
    };
    runners.into_iter().map(of).collect()
}

impl<'a, 'b> Runner<'a, 'b> {
    const fn new(name: String, kind: Kind<'a, 'b>) -> Self {
        Self {
            name,
            kind,
            passes: 1,
            times: Vec::new(),
        }
    }
}

fn kept(job: &str, name: &str, result: Result<(), String>) -> bool {
    result
        .map_err(|why| eprintln!("{job}: {name} is left out: {why}"))
        .is_ok()
}
