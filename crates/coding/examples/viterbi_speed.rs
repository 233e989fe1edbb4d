//! Speed of the Viterbi decoders on every engine: information bits a second, median of some runs over the same symbols at 4.2 dB.
//!
//! `cargo run --release -p magpie-coding --features std --example viterbi_speed [KILOBITS] [RUNS]`

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;

use channel::{quantize, random_bits, transmit};
use magpie_coding::convolutional::G2;
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{AutoViterbi, BLOCK_BITS, G2Choice, TAIL_BITS, Viterbi};
use std::time::Instant;

fn packed(symbols: &[i8], engine: Engine, out: &mut [u8]) -> usize {
    let mut decoder = Viterbi::with_engine(G2::Inverted, engine);
    decoder.push_packed(symbols.as_chunks::<2>().0, out).bits
}

fn unpacked(symbols: &[i8], engine: Engine, out: &mut [u8]) -> usize {
    let mut decoder = Viterbi::with_engine(G2::Inverted, engine);
    // By pieces, as a receiver would: the bits stay in the cache.
    let mut bits = 0;
    for piece in symbols.as_chunks::<2>().0.chunks(64 * BLOCK_BITS) {
        bits += decoder.push(piece, out).bits;
    }
    bits
}

fn auto(symbols: &[i8], choice: G2Choice) -> usize {
    let mut decoder = AutoViterbi::new(choice);
    let mut bits = 0;
    decoder.push(symbols, |run| bits += run.bits().len());
    assert!(decoder.is_locked());
    bits
}

fn measure(name: &str, runs: usize, mut decode: impl FnMut() -> usize) {
    let mut rates: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let bits = decode();
            bits as f64 / start.elapsed().as_secs_f64() / 1e6
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "{name:34} {:7.1} Mbit/s   (best {:.1}, worst {:.1})",
        rates[runs / 2],
        rates[runs - 1],
        rates[0]
    );
}

fn main() {
    let number = |nth, usual| std::env::args().nth(nth).and_then(|a| a.parse().ok()).unwrap_or(usual);
    let (bits, runs) = (number(1, 1000) * 1000, number(2, 11).max(1));
    let symbols = quantize(&transmit(&random_bits(bits, 1), G2::Inverted, 4.2, 2));
    let mut out = vec![0; bits / 8 + TAIL_BITS];
    let mut few = vec![0; 65 * BLOCK_BITS];
    println!("{bits} bits at 4.2 dB, {runs} runs, median");
    for engine in Engine::available().filter(|_| std::env::var("AUTO").is_err()) {
        measure(&format!("{engine}, octets"), runs, || packed(&symbols, engine, &mut out));
        measure(&format!("{engine}, bits"), runs, || unpacked(&symbols, engine, &mut few));
    }
    measure("no hint, G2 known", runs, || auto(&symbols, G2Choice::Inverted));
    measure("no hint, G2 unknown", runs, || auto(&symbols, G2Choice::Auto));
}
