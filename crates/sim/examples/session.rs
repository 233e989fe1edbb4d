//! Plays a session of two endpoints and prints what happened: `session full|half|simplex`, `session seed N` for one of the swarm, or
//! `session calm N` for the same seed without `COMM_CHANGE`.
//!
//! ```text
//! cargo run -p magpie-sim --example session -- full
//! ```

use magpie_sim::session::checker::check;
use magpie_sim::session::setup::{Duplexing, Load, Setup};
use magpie_sim::session::swarm::{Kinds, swarm, swarm_of};
use magpie_sim::session::{Side, run};
use magpie_wire::v3::Qos;

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut setup = match words[..] {
        ["seed", seed] => swarm(number(seed)?),
        ["calm", seed] => {
            let kinds = Kinds {
                comm_change: false,
                ..Kinds::ALL
            };
            swarm_of(number(seed)?, &kinds)
        }
        ["half"] => lab(Duplexing::Half),
        ["simplex"] => lab(Duplexing::Simplex),
        _ => lab(Duplexing::Full),
    };
    setup.keep_trace = true;
    let run = run(&setup)?;
    if let Some(trace) = &run.trace {
        println!("{trace}");
    }
    println!("{:?} after {} us", run.outcome, run.end_us);
    for side in Side::BOTH {
        println!("{side} gets {:?} octets/s", run.goodput(side));
    }
    for wrong in check(&setup, &run) {
        println!("wrong: {wrong}");
    }
    Ok(())
}

fn number(seed: &str) -> Result<u64, String> {
    seed.parse().map_err(|why| format!("{seed}: {why}"))
}

fn lab(duplexing: Duplexing) -> Setup {
    let mut setup = Setup::lab(duplexing, 1);
    let service = match duplexing {
        Duplexing::Simplex => Qos::Expedited,
        Duplexing::Full | Duplexing::Half => Qos::SequenceControlled,
    };
    setup.end_mut(Side::Caller).loads = vec![Load::packets(service, 20, 1_000)];
    setup
}
