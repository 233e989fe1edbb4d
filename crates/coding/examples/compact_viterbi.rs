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

/// What a receiver says of a stream.
#[derive(Default)]
struct Said {
    blocks: usize,
    locked: usize,
    locks: usize,
    slips: u32,
}

fn receive(receiver: &mut CompactReceiver, symbols: &[i8], said: &mut Said) {
    let mut was_locked = receiver.is_locked();
    receiver.push(symbols, &mut |block| {
        said.blocks += 1;
        said.locked += usize::from(block.is_locked());
        said.locks += usize::from(block.is_locked() && !was_locked);
        was_locked = block.is_locked();
    });
    said.slips = receiver.slips();
}

fn print(name: &str, said: &Said) {
    let Said {
        blocks,
        locked,
        locks,
        slips,
    } = said;
    println!(
        "{name}: {blocks} blocks, {locked} with lock, {locks} locks, {slips} symbols passed over"
    );
}

fn losses(megabits: f64) {
    let count = (megabits * 1e6) as usize;
    let sent = random_bits(count, 7);
    println!(
        "{count} bits a line; loss against the large decoder where symbols with a mean magnitude of 40 are taken for {LEVELS:?}"
    );
    for db in [1.0, 2.0, 3.0, 4.0] {
        let rates = |db: f64, levels: &[u8]| {
            let symbols = quantize(&transmit(&sent, G2::Inverted, db, 8));
            let rates = levels
                .iter()
                .map(|&level| error_rate(&sent, &compact(&symbols, level)));
            (
                error_rate(&sent, &large(&symbols)),
                rates.collect::<Vec<f64>>(),
            )
        };
        let (known, ours) = rates(db, &LEVELS);
        let slope = (rates(db - 0.25, &[]).0 / known).ln() / 0.25;
        let losses = ours
            .iter()
            .map(|rate| format!("{:.3} dB", (rate / known).ln() / slope));
        let losses = losses.collect::<Vec<_>>().join(", ");
        println!("{db} dB: {known:.2e}, ours {:.2e}; {losses}", ours[2]);
    }
}

const LEVELS: [u8; 6] = [24, 30, 40, 50, 66, 100];

/// Bits that are in memory at a time.
const PIECE: usize = 1_000_000;

fn locks(megabits: usize) {
    for db in [0.0, 1.0, 1.5, 2.0, 3.0, 5.0] {
        for skipped in [0, 1] {
            let (mut receiver, mut said) = (CompactReceiver::new(G2::Inverted), Said::default());
            for seed in 0..megabits as u64 / 4 {
                // Every piece begins with the encoder's register of zeros; that is one damaged place in a million.
                let sent = random_bits(PIECE, seed);
                let symbols = quantize(&transmit(&sent, G2::Inverted, db, 1000 + seed));
                let skipped = if seed == 0 { skipped } else { 0 };
                receive(&mut receiver, &symbols[skipped..], &mut said);
            }
            print(&format!("{db} dB, phase {skipped}"), &said);
        }
    }
    for (name, hard) in [("noise", false), ("noise, hard", true)] {
        let (mut receiver, mut said) = (CompactReceiver::new(G2::Inverted), Said::default());
        for seed in 0..megabits as u64 {
            let mut symbols = quantize(&noise(2 * PIECE, seed));
            if hard {
                for symbol in &mut symbols {
                    *symbol = if *symbol > 0 { 127 } else { -127 };
                }
            }
            receive(&mut receiver, &symbols, &mut said);
        }
        print(name, &said);
    }
}

fn main() {
    let megabits = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let megabits: f64 = megabits.unwrap_or(4.0);
    losses(megabits);
    locks(megabits as usize);
}
