//! The Viterbi decoders: without noise they give back what was sent; on anything else their output does not depend on how the
//! stream is cut nor on the engine, and never runs ahead of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{
    AutoViterbi, BLOCK_BITS, BLOCK_OCTETS, G2Choice, Precision, Run, TAIL_BITS, Viterbi,
};
use magpie_fuzz::{bits, pieces};

/// Each bit with the number of its first symbol.
type Output = Vec<(u64, u8)>;

fn decode<'a>(choice: G2Choice, pieces: impl Iterator<Item = &'a [i8]>) -> Output {
    let mut output = Output::new();
    let mut sink = |run: &Run<'_>| {
        for (index, &bit) in run.bits().iter().enumerate() {
            output.push((run.symbol_of(index), bit));
        }
    };
    let mut decoder = AutoViterbi::new(choice);
    for piece in pieces {
        decoder.push(piece, &mut sink);
    }
    decoder.finish(&mut sink);
    output
}

/// Decided bits, packed: one block of room at a time.
fn packed<'a>(mut decoder: Viterbi, pieces: impl Iterator<Item = &'a [[i8; 2]]>) -> Vec<u8> {
    let mut output = Vec::new();
    let mut octets = [0; BLOCK_OCTETS];
    for mut piece in pieces {
        while !piece.is_empty() {
            let progress = decoder.push_packed(piece, &mut octets);
            assert!(progress.pairs > 0, "goes on");
            output.extend_from_slice(&octets[..progress.bits / 8]);
            piece = &piece[progress.pairs..];
        }
    }
    let mut tail = [0; TAIL_BITS / 8];
    let count = decoder.finish_packed(&mut tail);
    output.extend_from_slice(&tail[..count.div_ceil(8)]);
    output
}

fn engines(symbols: &[i8], cut: u8, g2: G2) {
    let (pairs, _) = symbols.as_chunks::<2>();
    for precision in [Precision::Full, Precision::Fast] {
        let mut outputs = Engine::available().map(|engine| {
            let decoder = Viterbi::with_engine(g2, engine).with_precision(precision);
            packed(decoder, pieces(pairs, cut))
        });
        let scalar = outputs.next().expect("there is always one");
        assert_eq!(scalar.len(), pairs.len().div_ceil(8));
        assert!(outputs.all(|output| output == scalar), "{precision:?}");
    }
}

fn round_trip(octets: &[u8], g2: G2) {
    let sent = bits(octets);
    let symbols: Vec<i8> = ConvolutionalEncoder::new(g2)
        .encode_octets(octets)
        .map(|bit| if bit == 1 { 31 } else { -31 })
        .collect();
    let (pairs, _) = symbols.as_chunks::<2>();
    let mut decoder = Viterbi::new(g2);
    let mut decoded = vec![0; sent.len() + BLOCK_BITS + TAIL_BITS];
    let progress = decoder.push(pairs, &mut decoded);
    assert_eq!(progress.pairs, pairs.len());
    let tail = decoder.finish(&mut decoded[progress.bits..]);
    decoded.truncate(progress.bits + tail);
    assert_eq!(decoded, sent);
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let (g2, choice) = if options & 1 == 0 {
        (G2::Inverted, G2Choice::Inverted)
    } else {
        (G2::Plain, G2Choice::Auto)
    };
    round_trip(octets, g2);

    let symbols: Vec<i8> = octets
        .iter()
        .map(|&octet| i8::from_be_bytes([octet]))
        .collect();
    engines(&symbols, cut, g2);
    let output = decode(choice, std::iter::once(&symbols[..]));
    assert_eq!(decode(choice, pieces(&symbols, cut)), output);
    assert!(
        output
            .iter()
            .all(|(symbol, _)| symbol + 1 < symbols.len() as u64)
    );
    assert!(
        output.windows(2).all(|pair| pair[0].0 < pair[1].0),
        "in order of time"
    );
});
