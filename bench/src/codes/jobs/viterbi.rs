//! `viterbi` and `viterbi-scalar`: soft symbols of the rate 1/2 code at 4.2 dB. Zero-terminated blocks in a row: for us one stream, for peers that know
//! only blocks, blocks.

use std::hint::black_box;

use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{Precision, TAIL_BITS, Viterbi};

use super::super::input::{noisy, octets, random, write};
use super::super::job::{Effort, Job};
use super::super::peer::{Folders, Peer};
use super::super::report::{Row, Wrong};
use super::ours;

/// Information bits of a block.
const BLOCK: usize = 16_384;
const BLOCKS: usize = 8;
const TAIL: usize = 6;
const EB_N0_DB: f64 = 4.2;

struct Input {
    message: Vec<u8>,
    soft: Vec<i8>,
}

fn input() -> Input {
    let message = random("viterbi", BLOCK * BLOCKS / 8);
    let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
    let mut symbols = Vec::new();
    for block in message.chunks(BLOCK / 8) {
        symbols.extend(encoder.encode_octets(block));
        symbols.extend((0..TAIL).flat_map(|_| encoder.encode_bit(0)));
    }
    Input {
        soft: noisy("viterbi", &symbols, EB_N0_DB, 0.5),
        message,
    }
}

/// Bits that came out wrong, the tails left out.
fn judge(bits: &[u8], message: &[u8]) -> Wrong {
    let sent = message
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1));
    let decided = bits
        .chunks(BLOCK + TAIL)
        .flat_map(|block| block.iter().take(BLOCK));
    Wrong {
        wrong: sent
            .zip(decided)
            .filter(|(sent, decided)| sent != *decided)
            .count(),
        total: message.len() * 8,
    }
}

fn decode(pairs: &[[i8; 2]], engine: Engine, precision: Precision, bits: &mut Vec<u8>) {
    bits.resize(pairs.len() + TAIL_BITS + BLOCK, 0);
    let mut decoder = Viterbi::with_engine(G2::Inverted, engine).with_precision(precision);
    let done = decoder.push(black_box(pairs), bits).bits;
    decoder.finish(bits.get_mut(done..).unwrap_or_default());
    black_box(bits);
}

fn measure(
    job: &'static str,
    [ask, stretch]: [f64; 2],
    engines: impl Iterator<Item = Engine>,
    peers: &[&str],
    folders: &Folders,
    effort: Effort,
) -> Result<Row, String> {
    let input = input();
    let block = [("block_bits", BLOCK as f64)];
    write(
        &folders.files,
        "viterbi",
        &octets(&input.soft),
        &input.message,
        &block,
    )?;
    let (pairs, _) = input.soft.as_chunks::<2>();
    // The figure is that of the decoder as it comes, with all magnitudes; twelve of them are shown beside it.
    let contender = |(precision, engine): (Precision, Engine)| {
        let name = match precision {
            Precision::Full => engine.name().to_owned(),
            Precision::Fast => format!("{}, fast", engine.name()),
        };
        let pass = move |bits: &mut Vec<u8>| decode(pairs, engine, precision, bits);
        ours(&name, pass, |bits| judge(bits, &input.message))
    };
    let engines: Vec<Engine> = engines.collect();
    let all = [Precision::Fast, Precision::Full]
        .into_iter()
        .flat_map(|precision| engines.iter().map(move |&engine| (precision, engine)));
    Ok(Job {
        name: job,
        unit: "Mbit/s",
        per_pass: (BLOCK * BLOCKS) as f64 / 1e6,
        ask,
        stretch,
        input: format!("K = 7, rate 1/2, {BLOCKS} blocks of {BLOCK} bits in a row, i8 soft symbols at {EB_N0_DB} dB; information bits"),
        ours: all.map(contender).collect(),
        threads: None,
        peers: Peer::start(folders, "viterbi", peers),
    }
    .measure(effort))
}

/// With vectors.
pub(super) fn best(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let peers = ["libfec", "gnuradio", "viterbi"];
    measure(
        "viterbi",
        [300.0, 500.0],
        Engine::available(),
        &peers,
        folders,
        effort,
    )
}

/// Portable code, beside what is portable of others.
pub(super) fn scalar(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let engines = [Engine::SCALAR].into_iter();
    measure(
        "viterbi-scalar",
        [20.0, 30.0],
        engines,
        &["libfec", "viterbi"],
        folders,
        effort,
    )
}
