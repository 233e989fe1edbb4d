//! The stages for CLTUs, LDPC, turbo and punctured symbols: the same frames and account however the file is cut, slips cost what they hit. That the
//! codes are those of the books is tested with the codes; here their encoders only make files.
#![allow(clippy::cast_possible_truncation)] // small counters

mod naive;

use magpie_coding::bch::BchMode;
use magpie_coding::cadu::TmRandomizer;
use magpie_coding::cltu::{CltuConfig, CltuEncoder, LdpcCltuConfig, LdpcCltuEncoder, LdpcTail};
use magpie_coding::ldpc::{self, LdpcCode, ProxLdpcSender};
use magpie_coding::pltu::PltuConfig;
use magpie_coding::randomizer::Randomizer;
use magpie_coding::turbo::{self, TurboCode, TurboRate};
use magpie_ground::decode::{BlockCode, DecodeConfig, DecodeReport, Decoder, Outer};
use magpie_ground::symbols::SymbolFormat;
use naive::frames::{AD, tc};
use naive::{Seeded, bits, crc16, floats, idle, pltu};

fn decode(
    config: &DecodeConfig,
    file: &[u8],
    chunk: &mut dyn FnMut() -> usize,
) -> (Vec<Vec<u8>>, DecodeReport) {
    let mut decoder = Decoder::new(config).unwrap();
    let (mut frames, mut rest) = (Vec::new(), file);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk().min(rest.len()));
        decoder.push(now, &mut |frame| frames.push(frame.to_vec()));
        rest = later;
    }
    let report = decoder.finish(&mut |frame| frames.push(frame.to_vec()));
    (frames, report)
}

const TURBO: (usize, TurboRate) = (1784, TurboRate::Third);

/// Marker and randomized codeword of a frame, as bits.
fn block(code: BlockCode, frame: &[u8]) -> Vec<u8> {
    let marker = code.marker();
    let mut unit: Vec<u8> = (0..marker.len_bits()).map(|at| marker.bit(at)).collect();
    let mut codeword = match code {
        BlockCode::Ldpc(code) => {
            let mut codeword = vec![0; code.codeword_len()];
            ldpc::encode(code, frame, &mut codeword).unwrap();
            bits(&codeword)
        }
        BlockCode::Turbo(code) => {
            let mut symbols = vec![0; code.n()];
            turbo::encode(code, frame, &mut symbols).unwrap();
            symbols
        }
    };
    Randomizer::tm_short().apply_bits(&mut codeword);
    unit.extend(codeword);
    unit
}

fn with_crc(mut body: Vec<u8>) -> Vec<u8> {
    body.extend(crc16(&body));
    body
}

/// Stages, units as bits, their frames.
type Case = (Outer, Vec<Vec<u8>>, Vec<Vec<u8>>);

fn cases(seed: &mut Seeded) -> Vec<Case> {
    let mut cases = Vec::new();
    let turbo = BlockCode::Turbo(TurboCode::new(TURBO.0, TURBO.1).unwrap());
    let ar4ja = BlockCode::Ldpc(LdpcCode::Ar4ja1024FourFifths);
    for code in [turbo, ar4ja, BlockCode::Ldpc(LdpcCode::C2)] {
        let frames: Vec<Vec<u8>> = (0..6)
            .map(|_| with_crc(seed.octets(code.frame_len() - 2)))
            .collect();
        let units = frames.iter().map(|frame| block(code, frame)).collect();
        let outer = Outer::Block {
            code,
            randomizer: TmRandomizer::Short,
            fecf: true,
        };
        cases.push((outer, units, frames));
    }
    let commands: Vec<Vec<u8>> = (1..8)
        .map(|n_s| tc(AD, 0xAB, 1, n_s, &seed.octets(9 * usize::from(n_s)), true))
        .collect();
    let bch = CltuEncoder::bch().with_randomizer(true);
    let short = LdpcCltuEncoder::short(LdpcTail::B4Cor1);
    let long = LdpcCltuEncoder::long();
    let sec = CltuConfig::new(BchMode::SingleErrorCorrect).with_randomizer(true);
    for (outer, encode) in [
        (
            Outer::Cltu {
                config: sec,
                fecf: true,
            },
            &(|frame: &[u8], out: &mut [u8]| bch.encode(frame, out))
                as &dyn Fn(&[u8], &mut [u8]) -> _,
        ),
        (
            Outer::CltuLdpc {
                config: LdpcCltuConfig::short(),
                fecf: true,
            },
            &|frame, out| short.encode(frame, out),
        ),
        (
            Outer::CltuLdpc {
                config: LdpcCltuConfig::long(),
                fecf: true,
            },
            &|frame, out| long.encode(frame, out),
        ),
    ] {
        let unit = |frame: &Vec<u8>| {
            let mut cltu = [0x55; 400];
            let len = encode(frame, &mut cltu).unwrap();
            bits(&cltu[..len + 70]) // idle behind it
        };
        let units = commands.iter().map(unit).collect();
        cases.push((outer, units, commands.clone()));
    }
    cases
}

#[test]
fn chunks_do_not_matter() {
    let mut seed = Seeded(31);
    for (outer, units, frames) in cases(&mut seed) {
        let mut symbols = seed.bits(700);
        symbols.extend(units.concat());
        symbols.extend(seed.bits(300));
        let mut file = floats(&symbols, 11.0, 9.0, 0.5, &mut seed);
        file.extend([1, 2, 3]);
        let config = DecodeConfig::new(SymbolFormat::F32, outer);
        let (found, report) = decode(&config, &file, &mut || 1 << 20);
        assert_eq!(found, frames, "{outer:?}: {report:?}");
        let report = serde_json::to_value(report).unwrap();
        for most in [3, 301, 40_000] {
            let (chunked, other) = decode(&config, &file, &mut || 1 + seed.below(most));
            assert_eq!(chunked, found);
            assert_eq!(serde_json::to_value(other).unwrap(), report);
        }
    }
}

/// A symbol lost or doubled anywhere in a unit costs that unit at most.
#[test]
fn a_slip_costs_the_unit_it_hits() {
    let mut seed = Seeded(32);
    for (outer, units, frames) in cases(&mut seed) {
        for round in 0..12 {
            let hit = seed.below(units.len() - 1);
            let mut damaged = units.clone();
            let at = seed.below(damaged[hit].len());
            if round % 2 == 0 {
                damaged[hit].remove(at);
            } else {
                damaged[hit].insert(at, 1);
            }
            let file = damaged.concat();
            let config = DecodeConfig::new(SymbolFormat::Bits, outer);
            let (found, _) = decode(&config, &file, &mut || 999);
            let kept: Vec<&Vec<u8>> = frames
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != hit)
                .map(|(_, f)| f)
                .collect();
            let found: Vec<&Vec<u8>> = found.iter().filter(|f| **f != frames[hit]).collect();
            assert_eq!(found, kept, "{outer:?}: unit {hit}, symbol {at}");
        }
    }
}

#[test]
fn proximity_units_lie_anywhere_in_the_blocks() {
    let mut seed = Seeded(33);
    let (mut stream, mut frames) = (idle(64), Vec::new());
    for fsn in 0..20_u8 {
        let frame = naive::frames::V3 {
            fsn,
            ..naive::frames::U
        }
        .with(&naive::frames::packet(5, &seed.octets(90)));
        stream.extend(pltu(&frame));
        stream.extend(idle(4));
        frames.push(frame);
    }
    let mut symbols = Vec::new();
    let mut sender = ProxLdpcSender::new();
    sender.send(&stream, &mut |unit| symbols.extend(bits(unit)));
    sender.flush(&mut |unit| symbols.extend(bits(unit)));
    let outer = Outer::Prox1Ldpc(PltuConfig::new());
    let config = DecodeConfig::new(SymbolFormat::Bits, outer);
    let (found, report) = decode(&config, &symbols, &mut || 1000);
    assert_eq!(found, frames);
    assert_eq!(report.frames_bad, 0, "{report:?}");
    // A block that is lost takes the frames with it that lie in it, and no other.
    for symbol in &mut symbols[2112 + 64..2 * 2112] {
        *symbol = u8::from(seed.below(2) == 0);
    }
    let (found, report) = decode(&config, &symbols, &mut || 1000);
    let unit = frames[0].len() + 7 + 4;
    let in_block = |at: usize| {
        (64 + at * unit) / 128 <= 1 && (64 + at * unit + frames[at].len() + 6) / 128 >= 1
    };
    let kept: Vec<Vec<u8>> = (0..20)
        .filter(|&at| !in_block(at))
        .map(|at| frames[at].clone())
        .collect();
    assert_eq!(found, kept, "{report:?}");
    assert_eq!(report.codewords.unwrap().codewords_failed, 1);
}

#[test]
fn soft_codes_have_no_inner_code() {
    let outer = Outer::Prox1Ldpc(PltuConfig::new());
    let config = DecodeConfig::new(SymbolFormat::F32, outer);
    let coded = config.convolutional(magpie_coding::viterbi::G2Choice::Auto);
    assert!(Decoder::new(&coded).is_err());
}
