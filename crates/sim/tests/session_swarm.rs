//! A swarm of random sessions of two real endpoints, judged from outside, and canaries that must be noticed.
//!
//! `MAGPIE_SESSIONS=100000 cargo test -p magpie-sim --test session_swarm` plays more, `MAGPIE_SEED=…` begins elsewhere.

use std::time::Instant;

use magpie_sim::session::swarm::{Kinds, judge_all};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

#[test]
fn ten_thousand_sessions_and_nothing_wrong() {
    let (first, count) = (number("MAGPIE_SEED", 0), number("MAGPIE_SESSIONS", 10_000));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let failed = judge_all(first..first + count, &Kinds::ALL, threads);
    println!(
        "{count} sessions in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let shown: Vec<&str> = failed.iter().take(5).map(String::as_str).collect();
    assert!(
        failed.is_empty(),
        "{} of {count} sessions:\n{}",
        failed.len(),
        shown.join("\n")
    );
}
