//! A swarm of random sessions of two real endpoints, judged from outside.
//!
//! `MAGPIE_SESSIONS=100000 cargo test -p magpie-sim --test session_swarm` plays more, `MAGPIE_SEED=…` begins elsewhere.

use std::time::Instant;

use magpie_sim::session::swarm::{Kinds, Tour, judge_all};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

/// Rows of tables 6-7 to 6-13 that sessions can take, and the four of our own; all of them have to occur.
const ROWS: &str = "E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E13 E14 E15 E16 E17 E18 E19 E20 E21 E22 E23 E24 E25 E26 E28 \
    E29 E30 E31 E32 E33 E34 E35 E36 E37 E38 E39 E40 E41 E42 E43 E44 E45 E46 E47 E48 E49 E50 E51 E52 E53 E54 E55 E56 E57 E58 \
    E61 E62 E63 E64 E65 E66 E67 E68 E69 E71 E72 E73 E80 E81 E82 E83 E84 E85 \
    HailLifetimeOver CommChangeLifetimeOver TerminationLifetimeOver Initialize";

#[test]
fn ten_thousand_sessions_and_nothing_wrong() {
    let (first, count) = (number("MAGPIE_SEED", 0), number("MAGPIE_SESSIONS", 10_000));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let tour = judge_all(first..first + count, &Kinds::ALL, threads);
    println!("{tour}{:.1} s", started.elapsed().as_secs_f64());
    let shown: Vec<&str> = tour
        .failed
        .iter()
        .take(5)
        .map(|(_, why)| why.as_str())
        .collect();
    assert!(
        tour.failed.is_empty(),
        "{} of {count} sessions:\n{}",
        tour.failed.len(),
        shown.join("\n")
    );
    if count >= 10_000 {
        went_everywhere(&tour);
    }
}

/// The swarm is worth its time only if it gets about.
fn went_everywhere(tour: &Tour) {
    let missed: Vec<&str> = ROWS
        .split_whitespace()
        .filter(|&row| !tour.rows.contains_key(row))
        .collect();
    assert!(missed.is_empty(), "rows never taken: {missed:?}");
    for why in [
        "NoMoreData",
        "HailFailed",
        "NoAnswer",
        "SetModeInactive",
        "SetInitializeMode",
    ] {
        assert!(
            tour.endings.contains_key(why),
            "no session ended with {why}"
        );
    }
    for why in ["lost", "corrupted", "cut short", "receiver off", "no lock"] {
        assert!(tour.losses[why] > 100, "{why}: {}", tour.losses[why]);
    }
    // Most of what is offered gets through, and much of it only at a second attempt.
    assert!(
        tour.delivered * 10 > tour.submitted * 7,
        "{} of {}",
        tour.delivered,
        tour.submitted
    );
    assert!(
        tour.retransmitted * 20 > tour.frames,
        "{} of {}",
        tour.retransmitted,
        tour.frames
    );
}
