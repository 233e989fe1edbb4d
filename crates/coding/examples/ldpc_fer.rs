//! Frame-error rate of an LDPC code: the decoder that ships beside the floating-point ones.
//!
//! `cargo run --release -p magpie-coding --features std --example ldpc_fer CODE EBN0 FRAMES ITERATIONS [DECODER]`
//!
//! CODE is a name such as `(2048,1024)`; DECODER one of `ours` (default), `scalar`, `bp`, `minsum`.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures for a table"
)]

#[path = "../tests/channel/mod.rs"]
mod channel;

use channel::Random;
use channel::block::receive;
use magpie_coding::engine::Engine;
use magpie_coding::ldpc::{LdpcCode, LdpcDecoder};
use magpie_coding::reference::ldpc::{Graph, Rule};

struct Count {
    frames: usize,
    failed: usize,
    undetected: usize,
    iterations: usize,
}

fn ours(
    code: LdpcCode,
    eb_n0: f64,
    frames: usize,
    iterations: u16,
    engine: Engine,
    tuning: Option<[u8; 4]>,
) -> Count {
    let memory = vec![0; LdpcDecoder::memory_len(code)];
    let mut decoder = LdpcDecoder::new(code, memory)
        .expect("enough memory")
        .with_engine(engine)
        .with_max_iterations(iterations);
    if let Some(tuning) = tuning {
        decoder = decoder.with_tuning(tuning);
    }
    let qc = code.qc();
    let mut random = Random(1);
    let mut message = vec![0; qc.k / 8];
    let mut count = Count {
        frames,
        failed: 0,
        undetected: 0,
        iterations: 0,
    };
    for _ in 0..frames {
        let soft = receive(
            &vec![0; qc.n],
            qc.k as f64 / qc.n as f64,
            eb_n0,
            &mut random,
        );
        let outcome = decoder.decode(&soft, &mut message).expect("lengths");
        let wrong = message.iter().any(|&octet| octet != 0);
        count.failed += usize::from(wrong || !outcome.converged);
        count.undetected += usize::from(wrong && outcome.converged);
        count.iterations += usize::from(outcome.iterations);
    }
    count
}

fn reference(
    code: LdpcCode,
    eb_n0: f64,
    frames: usize,
    iterations: usize,
    rule: Rule,
    layered: bool,
) -> Count {
    let qc = code.qc();
    let graph = Graph::new(qc);
    let rate = qc.k as f64 / qc.n as f64;
    // 4 Es/N0 times the amplitude of a symbol; 32 stands for amplitude 1.
    let scale = 4.0 * rate * 10_f64.powf(eb_n0 / 10.0) / 32.0;
    let order: Vec<usize> = (0..qc.block_rows)
        .rev()
        .flat_map(|b| b * qc.z..(b + 1) * qc.z)
        .collect();
    let mut random = Random(1);
    let mut count = Count {
        frames,
        failed: 0,
        undetected: 0,
        iterations: 0,
    };
    for _ in 0..frames {
        let soft = receive(&vec![0; qc.n], rate, eb_n0, &mut random);
        let ratios: Vec<f64> = soft.iter().map(|&x| f64::from(x) * scale).collect();
        let word = graph.mother_word(qc, &ratios);
        let decoded = if layered {
            graph.layered(&word, rule, iterations, &order)
        } else {
            graph.flood(&word, rule, iterations)
        };
        let wrong = decoded.bits[qc.shortened..qc.shortened + qc.k].contains(&1);
        count.failed += usize::from(wrong || !decoded.converged);
        count.undetected += usize::from(wrong && decoded.converged);
        count.iterations += decoded.iterations;
    }
    count
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = |index: usize, default: &str| arguments.get(index).cloned().unwrap_or(default.into());
    let name = at(0, "(2048,1024)");
    let code = LdpcCode::ALL
        .into_iter()
        .find(|code| code.qc().name == name)
        .expect("a code");
    let eb_n0: f64 = at(1, "1.5").parse().expect("a number");
    let frames = at(2, "10000").parse().expect("a number");
    let iterations: u16 = at(3, "50").parse().expect("a number");
    let tuning = arguments.get(5).map(|t| {
        let v: Vec<u8> = t.split(',').map(|x| x.parse().unwrap()).collect();
        [v[0], v[1], v[2], v[3]]
    });
    let many = usize::from(iterations);
    let which = at(4, "ours");
    let count = match which.as_str() {
        "ours" => ours(code, eb_n0, frames, iterations, Engine::best(), tuning),
        "bp" => reference(code, eb_n0, frames, many, Rule::SumProduct, false),
        "bplayered" => reference(code, eb_n0, frames, many, Rule::SumProduct, true),
        "minsum" => reference(code, eb_n0, frames, many, Rule::MinSum(0.75), false),
        "layered" => reference(code, eb_n0, frames, many, Rule::MinSum(0.75), true),
        other => ours(
            code,
            eb_n0,
            frames,
            iterations,
            Engine::named(other).expect("an engine"),
            tuning,
        ),
    };
    println!(
        "{name} {eb_n0} dB {which} {iterations}: {}/{} failed = {:.2e}, {} undetected, {:.2} iterations",
        count.failed,
        count.frames,
        count.failed as f64 / count.frames as f64,
        count.undetected,
        count.iterations as f64 / count.frames as f64
    );
}
