//! Two endpoints and the space between them: sessions of 211.0-B-6 on a simulated channel, judged from outside.
//!
//! The world runs two real [`Endpoint`](magpie_link::endpoint::Endpoint)s in true time of whole microseconds. Frames take air time and
//! light time, get lost, spoiled, doubled, late; carriers come and go; receivers need time to lock; clocks drift; controllers give
//! directives in the wrong moment. One seed, one run.
//!
//! | Module | What |
//! |---|---|
//! | [`setup`] | two ends, a channel, what is to be sent, what goes wrong |
//! | [`trace`], [`summary`] | everything that happened, and what each frame said |
//! | [`ledger`], [`unit`](mod@unit), [`checker`] | what the judges look at, and the judges |
//! | [`swarm`] | random sessions by the thousand |
//! | [`goodput`] | a saturated sender, measured |
//!
//! ```
//! use magpie_sim::session::setup::{Duplexing, Load, Setup};
//! use magpie_sim::session::{Outcome, Side, checker, run};
//! use magpie_wire::v3::Qos;
//! let mut setup = Setup::lab(Duplexing::Full, 42);
//! setup.end_mut(Side::Caller).loads = vec![Load::packets(Qos::SequenceControlled, 20, 500)];
//! setup.channels[0].loss = 0.2;
//! let run = run(&setup)?;
//! assert_eq!(run.outcome, Outcome::Ended);
//! assert_eq!(run.ledger.deliveries.len(), 20);
//! assert!(checker::check(&setup, &run).is_empty());
//! # Ok::<(), String>(())
//! ```
mod channel;
pub mod checker;
mod end;
pub mod goodput;
pub mod ledger;
mod port;
pub mod setup;
pub mod summary;
pub mod swarm;
pub mod trace;
pub mod unit;
mod world;

pub use ledger::Ledger;
pub use setup::Setup;
pub use trace::{Entry, Side, Trace};
pub use world::World;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Both ends are inactive, and nothing more is planned.
    Ended,
    /// Nothing more will happen, but an end is not inactive: it waits for a hail, or for frames in simplex.
    Quiet,
    /// The time was over.
    TimeOver,
    /// An end never came to rest at one moment.
    Wedged,
}

/// A run, with all that checkers and renderers need.
#[derive(Debug, Clone)]
pub struct SessionRun {
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub end_us: u64,
    /// What was submitted, delivered, counted.
    pub ledger: Ledger,
    /// Everything that happened, if [`Setup::keep_trace`] asked for it.
    pub trace: Option<Trace>,
}

impl SessionRun {
    /// Octets a second that the user of this end got, between the first and the last delivery; `None` with fewer than two moments.
    pub fn goodput(&self, at: Side) -> Option<f64> {
        let mut here = self.ledger.deliveries.iter().filter(|d| d.end == at);
        let first = here.next()?.at_us;
        let (mut octets, mut last) = (0, first);
        for delivered in here {
            // What came together with the first one was on the way before the clock began.
            if delivered.at_us > first {
                octets += delivered.label.octets;
                last = delivered.at_us;
            }
        }
        (last > first).then(|| octets as f64 / ((last - first) as f64 / 1e6))
    }
}

/// Plays a setup to its end. The error says which end could not be built, and why.
pub fn run(setup: &Setup) -> Result<SessionRun, String> {
    Ok(World::new(setup)?.run())
}
