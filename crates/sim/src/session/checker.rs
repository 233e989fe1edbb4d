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
//! sequence-controlled service (docs/deviations.md), and nothing else may. The world writes these down as excuses. What is still promised then: each unit delivered
//! is one that was submitted, whole; and a unit is missing or doubled only if it was submitted before the excuse.

pub mod account;
pub mod delivery;
pub mod states;

use magpie_link::mac::LocalDirective;

use super::ledger::ExcuseKind;
use super::setup::{Action, ChannelSetup, Setup, Timed};
use super::{Outcome, SessionRun};

/// Everything that is wrong with a run; empty if nothing is.
pub fn check(setup: &Setup, run: &SessionRun) -> Vec<String> {
    let mut wrong = run.ledger.violations.clone();
    match run.outcome {
        Outcome::Ended | Outcome::Quiet => {}
        Outcome::TimeOver => wrong.push(still_running(run)),
        Outcome::Wedged => wrong.push(String::from("an end never came to rest at one moment")),
    }
    out_of_step(setup, run, &mut wrong);
    delivery::check(setup, &run.ledger, &mut wrong);
    account::check(setup, &run.ledger, &mut wrong);
    states::check(run, &mut wrong);
    wrong
}

/// Losses and cuts alone never make the two ends disagree about their numbers: in its first session V(R) of an end jumps only
/// if a controller or a new process has had a hand in it.
fn out_of_step(setup: &Setup, run: &SessionRun, wrong: &mut Vec<String>) {
    let meddles = |timed: &Timed| match timed.action {
        Action::Resynchronise(_) | Action::ResetCopP(_) | Action::Restart => true,
        Action::Directive(directive) => matches!(
            directive,
            LocalDirective::SetMode(_) | LocalDirective::SetInitializeMode
        ),
        Action::TimeSamples(_) | Action::RequestReport(_) | Action::StatusReport(_) => false,
    };
    // A PLCW that comes late or twice is invalid; if a cut follows, SYNCH_TIMER expires over it, and SET V(R) goes back to what was acknowledged.
    let strays = |channel: &ChannelSetup| channel.duplication + channel.reorder > 0.0;
    let has_meddler = setup.ends.iter().any(|end| end.actions.iter().any(meddles));
    if has_meddler || setup.channels.iter().any(strays) {
        return;
    }
    let first_end = run.ledger.endings.first().map_or(u64::MAX, |e| e.at_us);
    let jump = run
        .ledger
        .excuses
        .iter()
        .find(|e| e.kind == ExcuseKind::SetVR && e.at_us < first_end);
    if let Some(jump) = jump {
        wrong.push(format!(
            "{} us: a SET V(R) of {} names another frame than the one expected, and nobody meddled",
            jump.at_us, jump.from
        ));
    }
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
