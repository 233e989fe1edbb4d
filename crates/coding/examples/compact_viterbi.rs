//! Bit error rate of the compact Viterbi decoder against the large one, and its lock.
//!
//! `cargo run --release -p magpie-coding --example compact_viterbi [MEGABITS]`

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;

use channel::{noise, quantize, random_bits, transmit};
use magpie_coding::convolutional::G2;
use magpie_coding::viterbi::{CompactReceiver, CompactViterbi, TAIL_BITS, Viterbi};

fn large(symbols: &[i8]) -> Vec<u8> {
    let mut decoder = Viterbi::new(G2::Inverted);
    let mut out = vec![0; symbols.len() / 2 + TAIL_BITS];
    let written = decoder.push(symbols.as_chunks::<2>().0, &mut out).bits;
    out.truncate(written);
    out
}

/// `level` is the mean magnitude that the symbols are taken for.
fn compact(symbols: &[i8], level: u8) -> Vec<u8> {
    let mut decoder = CompactViterbi::new(G2::Inverted);
    decoder.set_mean_magnitude(level);
    let mut out = vec![0; symbols.len() / 16 + 8];
    let progress = decoder.push(symbols.as_chunks::<2>().0, &mut out);
    let bits = |octet: &u8| {
        (0..8)
            .rev()
            .map(|place| octet >> place & 1)
            .collect::<Vec<_>>()
    };
    out[..progress.octets].iter().flat_map(bits).collect()
}

fn error_rate(sent: &[u8], decided: &[u8]) -> f64 {
    let errors = sent.iter().zip(decided).filter(|(a, b)| a != b).count();
    errors as f64 / decided.len() as f64
}

/// Blocks, blocks with lock, locks, symbols passed over.
fn receive(symbols: &[i8]) -> [usize; 4] {
    let mut receiver = CompactReceiver::new(G2::Inverted);
    let (mut counts, mut was_locked) = ([0; 4], false);
    receiver.push(symbols, &mut |block| {
        counts[0] += 1;
        counts[1] += usize::from(block.is_locked());
        counts[2] += usize::from(block.is_locked() && !was_locked);
        was_locked = block.is_locked();
    });
    counts[3] = receiver.slips() as usize;
    counts
}

fn main() {
    let megabits: f64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(2.0);
    let count = (megabits * 1e6) as usize;
    let sent = random_bits(count, 7);
    const LEVELS: [u8; 6] = [24, 30, 40, 50, 66, 100];
    println!(
        "{count} bits a line; loss in dB of the compact decoder set for mean magnitudes {LEVELS:?}, symbols have 40"
    );
    let rates = |db: f64| {
        let symbols = quantize(&transmit(&sent, G2::Inverted, db, 8));
        let known = error_rate(&sent, &large(&symbols));
        (
            known,
            LEVELS.map(|level| error_rate(&sent, &compact(&symbols, level))),
        )
    };
    for db in if std::env::args().len() > 2 {
        vec![]
    } else {
        vec![1.0, 2.0, 3.0, 4.0]
    } {
        let (known, rates) = rates(db);
        let symbols = quantize(&transmit(&sent, G2::Inverted, db - 0.25, 8));
        let slope = (error_rate(&sent, &large(&symbols)) / known).ln() / 0.25;
        let losses = rates.map(|rate| format!("{:6.3}", (rate / known).ln() / slope));
        println!("{db:4} dB: {known:9.2e} {:9.2e} loss {losses:?}", rates[2]);
    }
    for db in [0.0, 1.0, 2.0, 3.0, 5.0] {
        let symbols = quantize(&transmit(&sent, G2::Inverted, db, 11));
        println!(
            "{db} dB: blocks, locked, locks, slips {:?}; from the wrong phase {:?}",
            receive(&symbols),
            receive(&symbols[1..])
        );
    }
    let symbols = quantize(&noise(2 * count, 9));
    println!("noise {:?}", receive(&symbols));
    let hard: Vec<i8> = symbols
        .iter()
        .map(|&s| if s > 0 { 127 } else { -127 })
        .collect();
    println!("noise, hard {:?}", receive(&hard));
}
