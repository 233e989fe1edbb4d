//! Plays sessions of the swarm and says in one line each what is wrong: `session_swarm FROM COUNT [KIND LEFT OUT]...`.
//!
//! ```text
//! cargo run --release -p magpie-sim --example session_swarm -- 0 1000
//! ```

use std::collections::BTreeMap;
use std::time::Instant;

use magpie_sim::session::setup::Duplexing;
use magpie_sim::session::swarm::{Kinds, judge_all};

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse().ok());
    let from = args.next().flatten().unwrap_or(0);
    let count = args.next().flatten().unwrap_or(1_000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    // A kind of fault that is known to find something can be left out by its name.
    let mut kinds = Kinds::ALL;
    let without: Vec<String> = std::env::args().skip(3).collect();
    for name in &without {
        match name.as_str() {
            "comm_change" => kinds.comm_change = false,
            "directives" => kinds.directives = false,
            "restart" => kinds.restart = false,
            "cop_p" => kinds.cop_p = false,
            "duplication" => kinds.duplication = false,
            "reorder" => kinds.reorder = false,
            "full" => kinds.duplexing = Some(Duplexing::Half),
            "half" => kinds.duplexing = Some(Duplexing::Full),
            other => println!("no kind is called {other}"),
        }
    }
    let tour = judge_all(from..from + count, &kinds, threads);
    let mut sentences: BTreeMap<String, u32> = BTreeMap::new();
    for (_, why) in &tour.failed {
        let lines: Vec<&str> = why.lines().take(2).collect();
        println!("{}", lines.join(" | "));
        // Numbers apart, equal sentences are one kind.
        let sentence = lines.get(1).copied().unwrap_or_default();
        let kind = sentence.chars().filter(|c| !c.is_ascii_digit()).collect();
        *sentences.entry(kind).or_default() += 1;
    }
    for (kind, n) in sentences {
        println!("{n:>6} x {kind}");
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{tour}{} of {count} sessions wrong, {seconds:.1} s",
        tour.failed.len()
    );
}
