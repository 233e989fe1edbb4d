//! S-NPP (a weather satellite): real CADUs, randomized, RS(255,223) in the dual basis at interleaving depth 4.
//!
//! Expected numbers: the JSON beside the recordings, measured by an independent decoder.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;

use common::{Noise, bits, hex};
use magpie_coding::cadu::{
    CaduConfig, CaduEncoder, CaduHunt, CaduHunter, CaduStats, CaduUnit, Verdict, decode_unit,
};
use magpie_coding::reed_solomon::{CodewordOutcome, RsCode};
use std::collections::BTreeMap;

const FILES: [&str; 2] = [
    "snpp/snpp_synchronized_cadus.dat",
    "snpp/snpp_7cadus_2vcids.dat",
];

fn config() -> CaduConfig {
    CaduConfig::reed_solomon(RsCode::E16, 4, 892).expect("892 = 4 · 223")
}

#[derive(Default)]
struct Decoded {
    frames: Vec<Vec<u8>>,
    symbols: BTreeMap<u8, u64>,
    stats: CaduStats,
}

/// `stream`: hard bits, handed over in chunks of `chunk`.
fn decode(stream: &[u8], chunk: usize) -> Decoded {
    let config = config();
    let mut decoded = Decoded::default();
    let mut hunter = CaduHunter::<1020>::new(CaduHunt::for_config(&config)).expect("it fits");
    let mut sink = |unit: CaduUnit<'_>| {
        let mut block = unit.octets.to_vec();
        let report = decode_unit(&config, &mut block).expect("the length fits");
        if !report.is_good() {
            return Verdict::Bad;
        }
        for outcome in report.codewords() {
            if let CodewordOutcome::Corrected { symbols } = *outcome {
                *decoded.symbols.entry(symbols).or_default() += 1;
            }
        }
        block.truncate(config.frame_len());
        decoded.frames.push(block);
        Verdict::Good
    };
    for some in stream.chunks(chunk) {
        hunter.handle_bits(some, &mut sink);
    }
    hunter.finish();
    decoded.stats = *hunter.stats();
    decoded
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn every_unit_decodes_clean() {
    //= 131.0-B rs-interleave
    //= 131.0-B rs-dual-basis
    //= 131.0-B randomizer-scope
    //= 131.0-B asm-tm
    for name in FILES {
        let Some((recording, expected)) = common::recording(name) else {
            return;
        };
        let decoded = decode(&bits(&recording), 4096);
        let cadus = expected["cadus"].as_u64().expect("a count");
        assert_eq!(
            decoded.stats.markers,
            expected["asm_matches"].as_u64().expect("a count")
        );
        assert_eq!((decoded.stats.good, decoded.stats.rejected), (cadus, 0));
        assert_eq!(decoded.stats.flywheel_hits, cadus - 1);
        let clean = expected["rs_symbol_errors_histogram"]["0"]
            .as_u64()
            .expect("a count");
        assert_eq!(decoded.symbols, BTreeMap::from([(0, clean)]));
        let (first, last) = (
            &decoded.frames[0],
            &decoded.frames[decoded.frames.len() - 1],
        );
        assert_eq!(hex(&first[..16]), expected["first_frame_first_16_bytes"]);
        assert_eq!(hex(&last[..16]), expected["last_frame_first_16_bytes"]);
    }
}

/// The inverse: encoding the decoded frames gives the recording, octet for octet.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn the_encoder_makes_the_very_units_of_the_satellite() {
    //= 131.0-B rs-interleave
    for name in FILES {
        let Some((recording, _)) = common::recording(name) else {
            return;
        };
        let encoder = CaduEncoder::new(config());
        let mut again = Vec::new();
        for frame in decode(&bits(&recording), 999).frames {
            let mut cadu = vec![0; encoder.config().cadu_len()];
            encoder.encode(&frame, &mut cadu).expect("the length fits");
            again.extend(cadu);
        }
        assert!(again == recording);
    }
}

/// The recording at an odd bit phase, turned over from the middle on, one bit lost in unit 10 and one doubled in unit 20, octets hit in
/// unit 30: the two slipped units are gone, everything else is as before.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn slips_cost_the_unit_they_hit() {
    let Some((recording, _)) = common::recording(FILES[0]) else {
        return;
    };
    let clean = decode(&bits(&recording), 4096).frames;
    let cadu_bits = 1024 * 8;
    let mut damaged = recording.clone();
    for octet in &mut damaged[30 * 1024 + 100..][..64] {
        *octet ^= 0x5A; // 16 in each of the four codewords
    }
    let mut stream = bits(&damaged);
    for bit in &mut stream[40 * cadu_bits..] {
        *bit ^= 1;
    }
    let doubled = stream[20 * cadu_bits + 3333];
    stream.insert(20 * cadu_bits + 3333, doubled);
    stream.remove(10 * cadu_bits + 4444);
    stream.splice(0..0, Noise(7).bits(1237));
    for chunk in [1, 7, 8192, stream.len()] {
        let decoded = decode(&stream, chunk);
        let mut expected = clean.clone();
        expected.remove(20);
        expected.remove(10);
        assert!(
            decoded.frames == expected,
            "{} frames",
            decoded.frames.len()
        );
        assert_eq!(decoded.symbols, BTreeMap::from([(0, 62 * 4), (16, 4)]));
        assert_eq!(decoded.stats.inverted, 25);
    }
}
