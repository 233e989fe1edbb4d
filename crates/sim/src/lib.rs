//! A seeded world that runs the shipping code, hop by hop.
//!
//! ```no_run
//! use magpie_sim::scenario::Scenario;
//! let scenario = Scenario::zhurong_mex_2021();
//! let outcome = magpie_sim::run(&scenario, Vec::new(), 1, &())?;
//! for pass in &outcome.report.passes {
//!     println!("{}: {}", pass.id, pass.verdict);
//! }
//! # Ok::<(), magpie_sim::RunError>(())
//! ```
//!
//! The world is only what no hardware here is: the two radio channels, the fault on board, the clock. Everything that a bit passes on its way is the code
//! that ships: carousel, link, coding, recorder, downlink, ground station, the rover's team. [`checker`] judges every run from outside.
//!
//! | Module | What |
//! |---|---|
//! | [`scenario`], [`payload`], [`random`] | what is played, with which files, from which seed |
//! | [`rover`], [`channel`], [`orbiter`], [`fault`], [`earth`] | the hops |
//! | `air`, `waves` | the UHF link symbol by symbol, or as I/Q samples through a receiver |
//! | [`pass`], [`run()`] | one pass; all of them on threads, and the merge |
//! | [`session`] | apart from the hops: two endpoints of Proximity-1 on a simulated channel, one session or a swarm of them |
//! | [`relay_channel`] | apart from them too: what lies between nodes that run as processes, or in a simulation of whole missions |
//! | [`curve`] | apart from all that: error rates of the codes over Eb/N0 |
//! | [`flown`] | passes that flight computers flew: from their downlink on |
//! | [`judge`], [`verdict`], [`checker`], [`report`] | what happened, whether the books balance, how it is told |
#![forbid(unsafe_code)]
// Signal levels, times and counts change between floating point and integers all the time here; ranges are kept by the scenario's checks.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]
// The few `expect`s state what the scenario's check has made sure.
#![allow(clippy::missing_panics_doc)]

mod air;
pub mod channel;
pub mod checker;
pub mod curve;
pub mod earth;
pub mod fault;
pub mod flown;
pub mod judge;
pub mod orbiter;
pub mod pass;
pub mod payload;
mod progress;
pub mod random;
pub mod relay_channel;
pub mod report;
pub mod rover;
mod run;
pub mod scenario;
pub mod session;
pub mod verdict;
mod waves;

pub use progress::{Progress, Stage};
pub use run::{DeliveredContent, Outcome, RunError, run, run_on};
