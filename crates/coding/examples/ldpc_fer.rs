//! Frame-error rates of an LDPC code: the decoder that ships beside the floating-point ones, on the same blocks.
//!
//! `cargo run --release -p magpie-coding --features std --example ldpc_fer CODE EBN0,… FRAMES,… ITERATIONS [DECODER,…]`
//!
//! CODE is a name such as `(2048,1024)`; the last of FRAMES stands for all that follow. DECODER is one of `ours` (default), `bit-flip`, an
//! engine such as `scalar`, or of the floating-point ones `bp`, `bp-layered`, `min-sum`, `min-sum-layered`, `least-three-layered`. Of several decoders, it is also
//! told how many decibels each needs more than the first for one wrong block in ten, a hundred and a thousand, by straight lines through the
//! points.

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
use magpie_coding::ldpc::{BitFlipDecoder, LdpcCode, LdpcDecoder, LdpcOutcome, encode};
use magpie_coding::reference::ldpc::{Graph, Rule};
use magpie_coding::soft::bits;

#[derive(Clone, Default)]
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

fn rate(code: LdpcCode) -> f64 {
    code.qc().k as f64 / code.qc().n as f64
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

    /// A message and what is received of its codeword.
    fn next(&mut self) -> (Vec<u8>, Vec<i8>) {
        let message: Vec<u8> = (0..self.code.message_len())
            .map(|_| self.random.word() as u8)
            .collect();
        let mut codeword = vec![0; self.code.codeword_len()];
        encode(self.code, &message, &mut codeword).expect("right lengths");
        let bits: Vec<u8> = bits(&codeword).collect();
        let soft = receive(&bits, rate(self.code), self.eb_n0_db, &mut self.random);
        (message, soft)
    }
}

/// Decodes a block at an Eb/N0 in dB: whether it believes, and the iterations.
type Decoder = Box<dyn FnMut(&[i8], f64, &mut [u8]) -> (bool, usize)>;

fn of_outcome(outcome: &LdpcOutcome) -> (bool, usize) {
    (outcome.converged, outcome.iterations.into())
}

fn ours(code: LdpcCode, iterations: u16, engine: Engine) -> Decoder {
    let memory = vec![0; LdpcDecoder::memory_len(code)];
    let mut decoder = LdpcDecoder::new(code, memory)
        .expect("enough memory")
        .with_engine(engine)
        .with_max_iterations(iterations);
    Box::new(move |soft, _, message| {
        of_outcome(&decoder.decode(soft, message).expect("right lengths"))
    })
}

fn bit_flip(code: LdpcCode, iterations: u16) -> Decoder {
    let memory = vec![0; BitFlipDecoder::memory_len(code)];
    let mut decoder = BitFlipDecoder::new(code, memory)
        .expect("enough memory")
        .with_max_iterations(iterations);
    Box::new(move |soft, _, message| {
        of_outcome(&decoder.decode(soft, message).expect("right lengths"))
    })
}

fn reference(code: LdpcCode, iterations: u16, rule: Rule, layered: bool) -> Decoder {
    let (qc, iterations) = (code.qc(), usize::from(iterations));
    let graph = Graph::new(qc);
    let order: Vec<usize> = (0..qc.block_rows)
        .rev()
        .flat_map(|block| block * qc.z..(block + 1) * qc.z)
        .collect();
    Box::new(move |soft, eb_n0_db, message| {
        // 4 Es/N0 times the amplitude of a symbol, for which 32 stands.
        let scale = 4.0 * rate(code) * 10_f64.powf(eb_n0_db / 10.0) / 32.0;
        let ratios: Vec<f64> = soft.iter().map(|&x| f64::from(x) * scale).collect();
        let word = graph.mother_word(qc, &ratios);
        let decoded = if layered {
            graph.layered(&word, rule, iterations, &order)
        } else {
            graph.flood(&word, rule, iterations)
        };
        let octets = decoded.bits[qc.shortened..][..qc.k].chunks(8);
        for (octet, eight) in message.iter_mut().zip(octets) {
            *octet = eight.iter().fold(0, |sum, bit| sum << 1 | bit);
        }
        (decoded.converged, decoded.iterations)
    })
}

fn decoder(name: &str, code: LdpcCode, iterations: u16) -> Decoder {
    let min_sum = Rule::MinSum(0.75);
    match name {
        "ours" => ours(code, iterations, Engine::best()),
        "bit-flip" => bit_flip(code, iterations),
        "bp" => reference(code, iterations, Rule::SumProduct, false),
        "bp-layered" => reference(code, iterations, Rule::SumProduct, true),
        "least-three-layered" => reference(code, iterations, Rule::LeastThree, true),
        "min-sum" => reference(code, iterations, min_sum, false),
        "min-sum-layered" => reference(code, iterations, min_sum, true),
        other => ours(code, iterations, Engine::named(other).expect("an engine")),
    }
}

/// The same blocks by every decoder.
fn count(code: LdpcCode, eb_n0_db: f64, frames: usize, decoders: &mut [Decoder]) -> Vec<Count> {
    let mut channel = Channel::new(code, eb_n0_db);
    let mut counts = vec![Count::default(); decoders.len()];
    let mut message = vec![0; code.message_len()];
    for _ in 0..frames {
        let (sent, soft) = channel.next();
        for (decoder, count) in decoders.iter_mut().zip(&mut counts) {
            let (believes, iterations) = decoder(&soft, eb_n0_db, &mut message);
            count.failed += usize::from(sent != message);
            count.undetected += usize::from(sent != message && believes);
            count.iterations += iterations;
        }
    }
    counts
}

/// Eb/N0 at which a rate is reached, by straight lines of its logarithm.
fn reached(rates: &[(f64, f64)], wanted: f64) -> Option<f64> {
    rates.windows(2).find_map(|two| {
        let [(from, before), (to, after)] = [two[0], two[1]];
        let within = before >= wanted && wanted >= after && after > 0.0;
        within.then(|| from + (to - from) * (wanted / before).ln() / (after / before).ln())
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = |index: usize, default: &str| arguments.get(index).cloned().unwrap_or(default.into());
    let name = at(0, "(2048,1024)");
    let code = LdpcCode::ALL
        .into_iter()
        .find(|code| code.qc().name == name)
        .expect("a code");
    let points = at(1, "1.5");
    let points = points.split(',').map(|x| x.parse().expect("a number"));
    let frames = at(2, "10000");
    let frames: Vec<usize> = frames
        .split(',')
        .map(|x| x.parse().expect("a number"))
        .collect();
    let iterations: u16 = at(3, "50").parse().expect("a number");
    let which = at(4, "ours");
    let which: Vec<&str> = which.split(',').collect();
    let mut decoders: Vec<_> = which
        .iter()
        .map(|name| decoder(name, code, iterations))
        .collect();
    let mut rates = vec![Vec::new(); which.len()];
    for (place, eb_n0) in points.enumerate() {
        let frames = frames[place.min(frames.len() - 1)];
        let counts = count(code, eb_n0, frames, &mut decoders);
        for ((count, which), rates) in counts.iter().zip(&which).zip(&mut rates) {
            let rate = count.failed as f64 / frames as f64;
            rates.push((eb_n0, rate));
            println!(
                "{name} {eb_n0} dB {which}, {iterations} iterations: {}/{frames} wrong = {rate:.2e}, {} undetected, {:.2} iterations",
                count.failed,
                count.undetected,
                count.iterations as f64 / frames as f64
            );
        }
    }
    for (which, those) in which.iter().zip(&rates).skip(1) {
        for wanted in [1e-1, 1e-2, 1e-3] {
            if let (Some(first), Some(this)) = (reached(&rates[0], wanted), reached(those, wanted))
            {
                println!(
                    "{name} at {wanted:.0e}: {which} {this:.3} dB, {:+.3}",
                    this - first
                );
            }
        }
    }
}
