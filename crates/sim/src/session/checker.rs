//! Judges a session from outside: what the users saw, what the counters say, which rows were taken, and whether it came to an end.
//!
//! The judges look at the [`Ledger`](super::ledger::Ledger) only: at what the world itself saw on both sides of the two endpoints and on the
//! channel. They know nothing of how an endpoint works, only what the book promises:
//!
//! | Judge | Promise |
//! |---|---|
//! | [`delivery`] | nothing arrives that was not submitted, octet for octet; sequence controlled exactly once, in order, without a gap; expedited at most once, in order |
//! | [`account`] | the counters of both ends agree with the world's own count and with the channel's |
//! | [`states`] | rows lead where the tables say; sessions end, and say why |
//!
//! By the book a SET V(R) to a frame other than the expected one, a reset of COP-P and a new process may lose or double units of the
//! sequence-controlled service (docs/deviations.md). The world writes these down as excuses. What is still promised then: each unit delivered
//! is one that was submitted, whole; and a unit is missing or doubled only if it was submitted before the excuse.

pub mod account;
pub mod delivery;
pub mod states;

use super::setup::Setup;
use super::{Outcome, SessionRun};

/// Everything that is wrong with a run; empty if nothing is.
pub fn check(setup: &Setup, run: &SessionRun) -> Vec<String> {
    let mut wrong = run.ledger.violations.clone();
    match run.outcome {
        Outcome::Ended | Outcome::Quiet => {}
        Outcome::TimeOver => wrong.push(still_running(run)),
        Outcome::Wedged => wrong.push(String::from("an end never came to rest at one moment")),
    }
    delivery::check(setup, &run.ledger, &mut wrong);
    account::check(setup, &run.ledger, &mut wrong);
    states::check(run, &mut wrong);
    wrong
}

fn still_running(run: &SessionRun) -> String {
    let states: Vec<String> = run
        .ledger
        .incarnations
        .iter()
        .rev()
        .take(2)
        .map(|i| {
            format!(
                "{} in {}, {} to send, {}, timer {:?}",
                i.end,
                i.state,
                if i.has_data_to_send {
                    "data"
                } else {
                    "nothing"
                },
                if i.all_acknowledged {
                    "all acknowledged"
                } else {
                    "not all acknowledged"
                },
                i.next_timeout_us,
            )
        })
        .collect();
    format!(
        "no end after {} s: {}",
        run.end_us / 1_000_000,
        states.join("; ")
    )
}
