//! The punctured decoders: without noise they give back what was sent; on anything else their output does not depend on how the stream is cut
//! nor on the engine, and never runs ahead of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::convolutional::{PuncturedEncoder, Rate};
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{AutoPunctured, PUNCTURED_TAIL_BITS, PuncturedViterbi};
use magpie_fuzz::{bits, pieces};

fn decode<'a>(rate: Rate, engine: Engine, pieces: impl Iterator<Item = &'a [i8]>) -> Vec<u8> {
    let mut decoder = PuncturedViterbi::with_engine(rate, engine);
    let mut output = Vec::new();
    for piece in pieces {
        let mut room = vec![0; piece.len() + PUNCTURED_TAIL_BITS];
        let progress = decoder.push(piece, &mut room);
        assert_eq!(progress.symbols, piece.len());
        output.extend_from_slice(&room[..progress.bits]);
    }
    let mut room = [0; PUNCTURED_TAIL_BITS];
    let count = decoder.finish(&mut room);
    output.extend_from_slice(&room[..count]);
    output
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let rate = Rate::ALL[usize::from(options) % Rate::ALL.len()];
    let strong: Vec<i8> = PuncturedEncoder::new(rate)
        .encode_octets(octets)
        .map(|bit| if bit == 1 { 31 } else { -31 })
        .collect();
    let decided = decode(rate, Engine::best(), pieces(&strong, cut));
    let sent = bits(octets);
    assert_eq!(decided.len(), sent.len());
    if let Some(end) = sent.len().checked_sub(160) {
        // The last bits of a punctured stream are not determined by its symbols, nor are the first ones from an unknown state.
        assert!(end < 160 || decided[160..end] == sent[160..end]);
    }

    let symbols: Vec<i8> = octets
        .iter()
        .map(|&octet| i8::from_be_bytes([octet]))
        .collect();
    let whole = decode(rate, Engine::SCALAR, std::iter::once(&symbols[..]));
    assert_eq!(decode(rate, Engine::best(), pieces(&symbols, cut)), whole);

    let mut auto = AutoPunctured::new(rate);
    let mut count = 0;
    for piece in pieces(&symbols, cut) {
        auto.push(piece, |run| count += run.bits().len());
    }
    auto.finish(|run| count += run.bits().len());
    assert!(count <= symbols.len());
});
