//! A long run of the streaming Viterbi decoder: the bit error rate of every part of the stream, which must stay what it is.
//!
//! `cargo run --release -p magpie-coding --features std --example viterbi_endurance [BITS] [ENGINE]` (10^9 bits unless told), with all
//! magnitudes of the symbols, then with `Precision::Fast`. Exit code 1 if the rate of a part is far from that of the whole or above the union bound.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;
#[path = "../tests/viterbi_endurance/mod.rs"]
mod viterbi_endurance;

use magpie_coding::engine::Engine;
use magpie_coding::viterbi::Precision;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let bits: u64 = arguments
        .next()
        .and_then(|a| a.parse().ok())
        .unwrap_or(1_000_000_000);
    let engine = arguments
        .next()
        .and_then(|name| Engine::named(&name))
        .unwrap_or_default();
    let good =
        [Precision::Full, Precision::Fast].map(|precision| long_run(bits, engine, precision));
    ExitCode::from(u8::from(good.contains(&false)))
}

/// Ten parts; whether all is well.
fn long_run(bits: u64, engine: Engine, precision: Precision) -> bool {
    let part = (bits / 10).max(1);
    let verdict = viterbi_endurance::run(bits, part, (engine, precision), |number, rate| {
        println!("{precision:?}, part {number}, {part} bits: bit error rate {rate:.3e}");
    });
    let told = match &verdict {
        Ok(rate) => format!("4.2 dB: {rate:.3e}; no degradation"),
        Err(why) => why.clone(),
    };
    println!("{bits} bits on {engine}, {precision:?}: {told}");
    verdict.is_ok()
}
