//! Reed–Solomon over many codewords with 0 to 20 errors: never a miscorrection within the code's capacity, and how often beyond.
//!
//! `cargo run --release -p magpie-coding --features std --example rs_endurance [CODEWORDS] [ENGINE]`
//!
//! CODEWORDS (1,000,000 unless told) are run for each code and each engine of the machine (or the one named). Exit code 1 if any
//! codeword within capacity was not restored, if an uncorrectable one was changed, or if a correction is no codeword.

#[path = "../tests/endurance/mod.rs"]
mod endurance;

use std::process::ExitCode;

use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::RsCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let codewords = match arguments.next().map(|count| count.parse()) {
        None => 1_000_000,
        Some(Ok(count)) => count,
        Some(Err(_)) => {
            eprintln!("rs_endurance: the first argument is a number of codewords");
            return ExitCode::FAILURE;
        }
    };
    let engine = arguments.next();
    let mut good = true;
    for (code, name) in [(RsCode::E16, "(255,223)"), (RsCode::E8, "(255,239)")] {
        for (seed, which) in (1..).zip(Engine::available()) {
            if engine.as_ref().is_some_and(|name| name != which.name()) {
                continue;
            }
            let tally = endurance::run(code, which, codewords, seed);
            #[allow(clippy::cast_precision_loss, reason = "counts of a run")]
            let rate = |i: usize| tally.miscorrected[i] as f64 / tally.beyond[i].max(1) as f64;
            println!(
                "{name} {which}: {} within capacity, {} of them not restored; beyond: {} with errors alone, {} miscorrected (rate {:.1e}), \
                 {} with erasures too, {} miscorrected (rate {:.1e}); {} wrongly reported",
                tally.within,
                tally.failed_within,
                tally.beyond[0],
                tally.miscorrected[0],
                rate(0),
                tally.beyond[1],
                tally.miscorrected[1],
                rate(1),
                tally.failed_beyond
            );
            good &= tally.is_good();
        }
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
