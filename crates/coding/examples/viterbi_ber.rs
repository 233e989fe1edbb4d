//! Bit error rate and speed of the Viterbi decoders, and how well noise and signal are told apart.
//!
//! `cargo run --release -p magpie-coding --example viterbi_ber [MEGABITS]`

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;

use channel::{noise, quantize, random_bits, transmit, union_bound};
use magpie_coding::convolutional::G2;
use magpie_coding::viterbi::{AutoViterbi, G2Choice, Run, TAIL_BITS, Viterbi};
use std::time::Instant;

fn decode_known(symbols: &[i8]) -> Vec<u8> {
    let mut decoder = Viterbi::new(G2::Inverted);
    let mut out = vec![0; symbols.len() / 2 + TAIL_BITS];
    let written = decoder.push(symbols.as_chunks::<2>().0, &mut out).bits;
    let end = written + decoder.finish(&mut out[written..]);
    out.truncate(end);
    out
}

#[derive(Default)]
struct Decoded {
    bits: Vec<u8>,
    locked_bits: usize,
    locks: usize,
    changes: usize,
}

fn decode_auto(symbols: &[i8], g2: G2Choice) -> Decoded {
    let mut decoder = AutoViterbi::new(g2);
    let mut result = Decoded::default();
    let (mut last, mut was_locked) = (None, false);
    let mut sink = |run: &Run<'_>| {
        result.bits.extend_from_slice(run.bits());
        result.locked_bits += if run.is_locked() { run.bits().len() } else { 0 };
        result.locks += usize::from(run.is_locked() && !was_locked);
        was_locked = run.is_locked();
        result.changes +=
            usize::from(last.is_some_and(|hypothesis| hypothesis != run.hypothesis()));
        last = Some(run.hypothesis());
    };
    decoder.push(symbols, &mut sink);
    decoder.finish(&mut sink);
    result
}

fn error_rate(sent: &[u8], decided: &[u8]) -> f64 {
    let errors = sent.iter().zip(decided).filter(|(a, b)| a != b).count();
    errors as f64 / sent.len() as f64
}

/// A decoder of hard symbols sees signs only.
fn hard(symbols: &[i8]) -> Vec<i8> {
    symbols
        .iter()
        .map(|&symbol| if symbol > 0 { 127 } else { -127 })
        .collect()
}

fn main() {
    let megabits: f64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(2.0);
    let count = (megabits * 1e6) as usize;
    let sent = random_bits(count, 7);
    println!("{count} bits a line; lock: share of bits without it, soft and hard symbols");
    println!(
        "Eb/N0   known phase    no hint   union bound   changes   no lock, soft   no lock, hard"
    );
    for db in [1.0, 2.0, 3.0, 4.0, 5.0] {
        let symbols = quantize(&transmit(&sent, G2::Inverted, db, 8));
        let known = error_rate(&sent, &decode_known(&symbols));
        let auto = decode_auto(&symbols, G2Choice::Auto);
        let rate = error_rate(&sent, &auto.bits);
        let without = 1.0 - auto.locked_bits as f64 / count as f64;
        let without_hard =
            1.0 - decode_auto(&hard(&symbols), G2Choice::Auto).locked_bits as f64 / count as f64;
        let (bound, changes) = (union_bound(db), auto.changes);
        println!(
            "{db:3} dB  {known:11.2e}  {rate:9.2e}   {bound:11.2e}   {changes:7}   {without:13.2e}   {without_hard:13.2e}"
        );
    }
    let symbols = quantize(&noise(2 * count, 9));
    for (name, symbols) in [("soft", symbols.clone()), ("hard", hard(&symbols))] {
        let auto = decode_auto(&symbols, G2Choice::Auto);
        println!(
            "noise alone, {name}: {} false locks, {} bits under them",
            auto.locks, auto.locked_bits
        );
    }

    let symbols = quantize(&transmit(&sent, G2::Inverted, 4.0, 10));
    let speed = |name: &str, decode: &dyn Fn() -> usize| {
        let start = Instant::now();
        let bits = decode();
        println!(
            "{name}: {:.1} Mbit/s",
            bits as f64 / start.elapsed().as_secs_f64() / 1e6
        );
    };
    speed("known phase", &|| decode_known(&symbols).len());
    speed("no hint, G2 known", &|| {
        decode_auto(&symbols, G2Choice::Inverted).bits.len()
    });
    speed("no hint, G2 unknown", &|| {
        decode_auto(&symbols, G2Choice::Auto).bits.len()
    });
}
