//! Speed of the LDPC decoder: information bits a second, per engine.
//!
//! `cargo run --release -p magpie-coding --features std --example ldpc_speed [CODE EBN0 ITERATIONS FRAMES RUNS]`
//!
//! Without arguments: (2048,1024) at 2.5 dB and (8160,7136) at 4.2 dB. With the name of an engine in the variable `ENGINE`, that one alone.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;
#[allow(unreachable_pub, reason = "a module of an example")]
mod cpu_time;

use channel::Random;
use channel::block::receive;
use cpu_time::CpuTime;
use magpie_coding::engine::Engine;
use magpie_coding::ldpc::{LdpcCode, LdpcDecoder, encode};
use magpie_coding::soft::bits;

fn measure(code: LdpcCode, eb_n0: f64, iterations: u16, frames: usize, runs: usize) {
    let qc = code.qc();
    let mut random = Random(7);
    let rate = qc.k as f64 / qc.n as f64;
    let blocks: Vec<Vec<i8>> = (0..frames)
        .map(|_| {
            let message: Vec<u8> = (0..qc.k / 8).map(|_| random.word() as u8).collect();
            let mut codeword = vec![0; qc.n / 8];
            encode(code, &message, &mut codeword).expect("right lengths");
            let sent: Vec<u8> = bits(&codeword).collect();
            receive(&sent, rate, eb_n0, &mut random)
        })
        .collect();
    let clock = CpuTime::new();
    let only = std::env::var("ENGINE").ok();
    for engine in Engine::available() {
        if only.as_ref().is_some_and(|only| only != engine.name()) {
            continue;
        }
        let memory = vec![0; LdpcDecoder::memory_len(code)];
        let mut decoder = LdpcDecoder::new(code, memory)
            .expect("enough memory")
            .with_engine(engine)
            .with_max_iterations(iterations);
        let mut message = vec![0; qc.k / 8];
        let (mut total, mut failed) = (0, 0);
        let mut rates: Vec<f64> = (0..runs)
            .map(|_| {
                (total, failed) = (0, 0);
                let start = clock.seconds();
                for block in &blocks {
                    let outcome = decoder.decode(block, &mut message).expect("lengths");
                    total += usize::from(outcome.iterations);
                    failed += usize::from(!outcome.converged);
                }
                (frames * qc.k) as f64 / (clock.seconds() - start) / 1e6
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        println!(
            "{} {eb_n0} dB {engine}: median {:.1} Mbit/s, best {:.1} ({:.2} iterations, {failed} of {frames} failed)",
            qc.name,
            rates[runs / 2],
            rates[runs - 1],
            total as f64 / frames as f64
        );
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = |index: usize, default: &str| arguments.get(index).cloned().unwrap_or(default.into());
    let iterations = at(2, "50").parse().expect("a number");
    let frames = at(3, "200").parse().expect("a number");
    let runs = at(4, "11").parse().expect("a number");
    if let Some(name) = arguments.first() {
        let code = LdpcCode::ALL
            .into_iter()
            .find(|code| code.qc().name == name)
            .expect("a code");
        measure(
            code,
            at(1, "2.5").parse().expect("a number"),
            iterations,
            frames,
            runs,
        );
    } else {
        measure(LdpcCode::Prox1, 2.5, iterations, frames, runs);
        measure(LdpcCode::C2, 4.2, iterations, frames, runs);
    }
}
