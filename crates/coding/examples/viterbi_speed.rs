//! Speed of the Viterbi decoders on every engine: information bits a second, median of some runs over the same symbols at 4.2 dB. Runs are short,
//! so that most of them are not disturbed by other programs.
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
use magpie_coding::convolutional::{G2, PuncturedEncoder, Rate};
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{
    AutoPunctured, AutoViterbi, BLOCK_BITS, G2Choice, Precision, PuncturedViterbi, TAIL_BITS,
    Viterbi,
};
use std::time::Instant;

fn packed(symbols: &[i8], engine: Engine, precision: Precision, out: &mut [u8]) -> usize {
    let mut decoder = Viterbi::with_engine(G2::Inverted, engine).with_precision(precision);
    decoder.push_packed(symbols.as_chunks::<2>().0, out).bits
}

fn unpacked(symbols: &[i8], engine: Engine, out: &mut [u8]) -> usize {
    let mut decoder = Viterbi::with_engine(G2::Inverted, engine).with_precision(Precision::Fast);
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

fn punctured(symbols: &[i8], rate: Rate, engine: Engine, out: &mut [u8]) -> usize {
    PuncturedViterbi::with_engine(rate, engine)
        .push_packed(symbols, out)
        .bits
}

fn auto_punctured(symbols: &[i8], rate: Rate) -> usize {
    let mut decoder = AutoPunctured::new(rate);
    let mut bits = 0;
    decoder.push(symbols, |run| bits += run.bits().len());
    assert!(decoder.phase().is_some());
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
    let number = |nth, usual| {
        std::env::args()
            .nth(nth)
            .and_then(|a| a.parse().ok())
            .unwrap_or(usual)
    };
    let (bits, runs) = (number(1, 200) * 1000, number(2, 101).max(1));
    let symbols = quantize(&transmit(&random_bits(bits, 1), G2::Inverted, 4.2, 2));
    let mut out = vec![0; bits / 8 + TAIL_BITS];
    let mut few = vec![0; 65 * BLOCK_BITS];
    println!("{bits} bits at 4.2 dB, {runs} runs, median");
    for engine in Engine::available() {
        for precision in [Precision::Full, Precision::Fast] {
            measure(&format!("{engine}, {precision:?}, octets"), runs, || {
                packed(&symbols, engine, precision, &mut out)
            });
        }
        measure(&format!("{engine}, Fast, bits"), runs, || {
            unpacked(&symbols, engine, &mut few)
        });
    }
    let rate = Rate::SevenEighths;
    let mut encoder = PuncturedEncoder::new(rate);
    let sent = random_bits(bits, 3);
    let sent = sent.iter().flat_map(|&bit| encoder.encode_bit(bit));
    let strong: Vec<i8> = sent
        .flatten()
        .map(|bit| if bit == 1 { 40 } else { -40 })
        .collect();
    for engine in Engine::available() {
        measure(&format!("{engine}, rate 7/8, octets"), runs, || {
            punctured(&strong, rate, engine, &mut out)
        });
    }
    measure("rate 7/8, phase unknown", runs, || {
        auto_punctured(&strong, rate)
    });
    measure("no hint, G2 known", runs, || {
        auto(&symbols, G2Choice::Inverted)
    });
    measure("no hint, G2 unknown", runs, || {
        auto(&symbols, G2Choice::Auto)
    });
}
