//! A real lander's symbols: the lunar hopper LEV-1, UHF, 19 January 2024, through every stage of this crate without a hint.
//!
//! Expected numbers: the JSON beside the recording, measured by an independent decoder.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

use magpie_coding::convolutional::G2;
use magpie_coding::crc::crc16_fecf;
use magpie_coding::descrambler::Descrambler;
use magpie_coding::soft::{Quantizer, octet_from_bits};
use magpie_coding::viterbi::{AutoViterbi, G2Choice, Hypothesis, Run};
use serde_json::Value;
use std::path::PathBuf;

const MARKER: [u8; 24] = [
    1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0,
];

/// The folder of recordings: `MAGPIE_DATA`, else beside the checkout.
fn data_folder() -> Option<PathBuf> {
    let folder = match std::env::var_os("MAGPIE_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    folder.join("lev1").is_dir().then_some(folder)
}

fn recording() -> Option<(Vec<f32>, Value)> {
    let Some(folder) = data_folder() else {
        eprintln!("skipped: no recordings; set MAGPIE_DATA");
        assert!(
            std::env::var_os("MAGPIE_DATA").is_none(),
            "MAGPIE_DATA names no folder with recordings"
        );
        return None;
    };
    let octets =
        std::fs::read(folder.join("lev1/lev1_symbols.f32")).expect("the recording is readable");
    let symbols = octets
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&four| f32::from_le_bytes(four))
        .collect();
    let expected = std::fs::read(folder.join("lev1/lev1_symbols.f32.expected.json"))
        .expect("its figures are readable");
    Some((
        symbols,
        serde_json::from_slice(&expected).expect("its figures are JSON"),
    ))
}

#[derive(Default)]
struct Decoded {
    /// Descrambled.
    bits: Vec<u8>,
    /// Number of the symbol each bit begins with.
    places: Vec<u64>,
    hypotheses: Vec<Hypothesis>,
    locked: Vec<bool>,
}

fn decode(symbols: &[f32], g2: G2Choice, chunk: usize) -> Decoded {
    let mut quantizer = Quantizer::new();
    let mut decoder = AutoViterbi::new(g2);
    let mut result = Decoded::default();
    let mut sink = |run: &Run<'_>| {
        result
            .places
            .extend((0..run.bits().len()).map(|index| run.symbol_of(index)));
        result.bits.extend_from_slice(run.bits());
        result.hypotheses.push(run.hypothesis());
        result
            .locked
            .extend(vec![run.is_locked(); run.bits().len()]);
    };
    for some in symbols.chunks(chunk) {
        let mut soft = vec![0; some.len()];
        quantizer.convert(some, &mut soft);
        decoder.push(&soft, &mut sink);
    }
    decoder.finish(&mut sink);
    Descrambler::new().apply(&mut result.bits);
    result
}

fn octets(bits: &[u8]) -> Vec<u8> {
    bits.as_chunks::<8>()
        .0
        .iter()
        .map(|&eight| octet_from_bits(eight))
        .collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).expect("a hex digit") as u8)
        .collect();
    digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect()
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn every_marker_and_frame_of_the_real_recording() {
    let Some((symbols, expected)) = recording() else {
        return;
    };
    let count = |name: &str| usize::try_from(expected[name].as_u64().expect(name)).expect(name);
    let first_bits = expected["asm_first_bit"].as_array().expect("a list");
    let first_bits: Vec<usize> = first_bits
        .iter()
        .map(|bit| bit.as_u64().expect("a number") as usize)
        .collect();
    // No hint; in one piece, in odd pieces, symbol by symbol.
    for (g2, chunk) in [
        (G2Choice::Inverted, usize::MAX),
        (G2Choice::Auto, 1001),
        (G2Choice::Auto, 1),
    ] {
        let decoded = decode(&symbols, g2, chunk);
        assert_eq!(decoded.bits.len(), count("reference_bits"));
        let offset = expected["symbol_offset_of_first_pair"]
            .as_u64()
            .expect("a number");
        assert!(
            decoded
                .places
                .iter()
                .enumerate()
                .all(|(bit, &symbol)| symbol == 2 * bit as u64 + offset)
        );
        assert!(decoded.hypotheses.iter().all(|h| *h
            == Hypothesis {
                phase: 1,
                g2: G2::Inverted
            }));
        let end_of_last_frame = first_bits[28] - 16 + count("frame_bits");
        let locked = decoded.locked.iter().take_while(|locked| **locked);
        assert!(
            locked.count() >= end_of_last_frame,
            "a coded stream as long as frames come"
        );

        let found = |inverted: u8| -> Vec<usize> {
            let matches = |window: &[u8]| {
                window
                    .iter()
                    .zip(MARKER)
                    .all(|(&bit, wanted)| bit ^ inverted == wanted)
            };
            let windows = decoded.bits.windows(MARKER.len()).enumerate();
            windows
                .filter(|(_, window)| matches(window))
                .map(|(place, _)| place)
                .collect()
        };
        assert_eq!(found(0).len(), 0);
        assert_eq!(found(1).len(), count("asm_polarity_inverted"));
        assert_eq!(found(1), first_bits);

        // The frame starts with two octets of preamble, 16 bits before the marker.
        let frames: Vec<Vec<u8>> = first_bits
            .iter()
            .filter_map(|&bit| decoded.bits.get(bit - 16..bit - 16 + count("frame_bits")))
            .map(|bits| octets(&bits.iter().map(|bit| bit ^ 1).collect::<Vec<_>>()))
            .collect();
        assert_eq!(frames.len(), count("complete_frames"));
        let preambles = frames
            .iter()
            .filter(|frame| frame[..2] == [0xAA, 0xAA])
            .count();
        assert_eq!(preambles, count("preamble_aaaa_ok"));
        let good = frames
            .iter()
            .filter(|frame| crc16_fecf(&frame[8..]) == 0)
            .count();
        assert_eq!(good, count("crc16_ok_over_bytes_8_to_67"));
        assert_eq!(
            frames[0],
            from_hex(expected["first_frame_hex"].as_str().expect("a string"))
        );
        let last = frames.last().expect("29 frames");
        assert_eq!(
            *last,
            from_hex(expected["last_frame_hex"].as_str().expect("a string"))
        );
    }
}
