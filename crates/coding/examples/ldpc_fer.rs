//! Frame-error rate of an LDPC code: the decoder that ships beside the floating-point ones.
//!
//! `cargo run --release -p magpie-coding --features std --example ldpc_fer CODE EBN0 FRAMES ITERATIONS [DECODER]`
//!
//! CODE is a name such as `(2048,1024)`; DECODER one of `ours` (default), `bit-flip`, an engine such as `scalar`, or of the
//! floating-point ones `bp`, `bp-layered`, `min-sum`, `min-sum-layered`.

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
use magpie_coding::ldpc::{BitFlipDecoder, LdpcCode, LdpcDecoder, encode};
use magpie_coding::reference::ldpc::{Graph, Rule};
use magpie_coding::soft::bits;

#[derive(Default)]
struct Count {
    failed: usize,
    undetected: usize,
    iterations: usize,
}

/// Codewords of random messages with noise, the same for every decoder.
struct Channel {
    code: LdpcCode,
    eb_n0_db: f64,
    random: Random,
}

impl Channel {
    fn new(code: LdpcCode, eb_n0_db: f64) -> Self {
        let random = Random(1);
        Self {
            code,
            eb_n0_db,
            random,
        }
    }

    fn rate(&self) -> f64 {
        self.code.qc().k as f64 / self.code.qc().n as f64
    }

    /// A message and what is received of its codeword.
    fn next(&mut self) -> (Vec<u8>, Vec<i8>) {
        let message: Vec<u8> = (0..self.code.message_len())
            .map(|_| self.random.word() as u8)
            .collect();
        let mut codeword = vec![0; self.code.codeword_len()];
        encode(self.code, &message, &mut codeword).expect("right lengths");
        let bits: Vec<u8> = bits(&codeword).collect();
        let soft = receive(&bits, self.rate(), self.eb_n0_db, &mut self.random);
        (message, soft)
    }
}

fn ours(mut channel: Channel, frames: usize, iterations: u16, engine: Engine) -> Count {
    let code = channel.code;
    let memory = vec![0; LdpcDecoder::memory_len(code)];
    let mut decoder = LdpcDecoder::new(code, memory)
        .expect("enough memory")
        .with_engine(engine)
        .with_max_iterations(iterations);
    let mut message = vec![0; code.message_len()];
    let mut count = Count::default();
    for _ in 0..frames {
        let (sent, soft) = channel.next();
        let outcome = decoder.decode(&soft, &mut message).expect("right lengths");
        count.failed += usize::from(sent != message);
        count.undetected += usize::from(sent != message && outcome.converged);
        count.iterations += usize::from(outcome.iterations);
    }
    count
}

fn bit_flip(mut channel: Channel, frames: usize, iterations: u16) -> Count {
    let code = channel.code;
    let memory = vec![0; BitFlipDecoder::memory_len(code)];
    let mut decoder = BitFlipDecoder::new(code, memory)
        .expect("enough memory")
        .with_max_iterations(iterations);
    let mut message = vec![0; code.message_len()];
    let mut count = Count::default();
    for _ in 0..frames {
        let (sent, soft) = channel.next();
        let outcome = decoder.decode(&soft, &mut message).expect("right lengths");
        count.failed += usize::from(sent != message);
        count.undetected += usize::from(sent != message && outcome.converged);
        count.iterations += usize::from(outcome.iterations);
    }
    count
}

fn reference(
    mut channel: Channel,
    frames: usize,
    iterations: usize,
    rule: Rule,
    layered: bool,
) -> Count {
    let qc = channel.code.qc();
    let graph = Graph::new(qc);
    // 4 Es/N0 times the amplitude of a symbol, for which 32 stands.
    let scale = 4.0 * channel.rate() * 10_f64.powf(channel.eb_n0_db / 10.0) / 32.0;
    let order: Vec<usize> = (0..qc.block_rows)
        .rev()
        .flat_map(|block| block * qc.z..(block + 1) * qc.z)
        .collect();
    let mut count = Count::default();
    for _ in 0..frames {
        let (sent, soft) = channel.next();
        let ratios: Vec<f64> = soft.iter().map(|&x| f64::from(x) * scale).collect();
        let word = graph.mother_word(qc, &ratios);
        let decoded = if layered {
            graph.layered(&word, rule, iterations, &order)
        } else {
            graph.flood(&word, rule, iterations)
        };
        let wrong = bits(&sent).ne(decoded.bits[qc.shortened..][..qc.k].iter().copied());
        count.failed += usize::from(wrong);
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
    let many = usize::from(iterations);
    let which = at(4, "ours");
    let channel = Channel::new(code, eb_n0);
    let min_sum = Rule::MinSum(0.75);
    let count = match which.as_str() {
        "ours" => ours(channel, frames, iterations, Engine::best()),
        "bit-flip" => bit_flip(channel, frames, iterations),
        "bp" => reference(channel, frames, many, Rule::SumProduct, false),
        "bp-layered" => reference(channel, frames, many, Rule::SumProduct, true),
        "min-sum" => reference(channel, frames, many, min_sum, false),
        "min-sum-layered" => reference(channel, frames, many, min_sum, true),
        other => ours(
            channel,
            frames,
            iterations,
            Engine::named(other).expect("an engine"),
        ),
    };
    println!(
        "{name} {eb_n0} dB {which}, {iterations} iterations: {}/{frames} wrong = {:.2e}, {} undetected, {:.2} iterations",
        count.failed,
        count.failed as f64 / frames as f64,
        count.undetected,
        count.iterations as f64 / frames as f64
    );
}
