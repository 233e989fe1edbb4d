//! What the quantisation costs: bit errors at 4.2 dB (or another Eb/N0) over the scale of the soft symbols, beside unquantised floats.
//!
//! `cargo run --release -p magpie-coding --features std --example viterbi_scale [MEGABITS] [DB]`

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;

use channel::{random_bits, transmit};
use magpie_coding::convolutional::G2;
use magpie_coding::reference;
use magpie_coding::viterbi::{Precision, TAIL_BITS, Viterbi};

/// Bits of one stream.
const STREAM: usize = 100_000;

/// Mean magnitudes of the symbols.
const MEANS: [f32; 8] = [8.0, 16.0, 24.0, 32.0, 40.0, 48.0, 64.0, 96.0];

const PRECISIONS: [Precision; 2] = [Precision::Full, Precision::Fast];

fn decode(symbols: &[f32], mean: f32, precision: Precision) -> Vec<u8> {
    let level = symbols.iter().map(|x| x.abs()).sum::<f32>() / symbols.len() as f32;
    let soft: Vec<i8> = symbols
        .iter()
        .map(|x| (x / level * mean).round().clamp(-127.0, 127.0) as i8)
        .collect();
    let mut decoder = Viterbi::new(G2::Inverted).with_precision(precision);
    let mut bits = vec![0; STREAM + TAIL_BITS];
    let written = decoder.push(soft.as_chunks().0, &mut bits).bits;
    let end = written + decoder.finish(&mut bits[written..]);
    bits.truncate(end);
    bits
}

fn errors(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

fn main() {
    let number = |nth, usual| {
        let argument = std::env::args().nth(nth);
        argument.and_then(|a| a.parse().ok()).unwrap_or(usual)
    };
    let (megabits, db) = (number(1, 10.0), number(2, 4.2));
    let streams = (megabits * 1e6 / STREAM as f64).ceil() as u64;
    let (mut float, mut quantised) = (0, [[0_u32; 2]; MEANS.len()]);
    for stream in 0..streams {
        let sent = random_bits(STREAM, 2 * stream);
        let symbols = transmit(&sent, G2::Inverted, db, 2 * stream + 1);
        let (pairs, _) = symbols.as_chunks::<2>();
        float += errors(&sent, &reference::viterbi::decode(pairs, G2::Inverted));
        for (counts, mean) in quantised.iter_mut().zip(MEANS) {
            for (count, precision) in counts.iter_mut().zip(PRECISIONS) {
                *count += errors(&sent, &decode(&symbols, mean, precision)) as u32;
            }
        }
    }
    let bits = streams as f64 * STREAM as f64;
    println!(
        "{bits:e} bits at {db} dB; floats {:.3e}",
        float as f64 / bits
    );
    for (mean, counts) in MEANS.into_iter().zip(quantised) {
        let [full, fast] = counts.map(|count| f64::from(count) / bits);
        println!("mean magnitude {mean}: full {full:.3e}, fast {fast:.3e}");
    }
}
