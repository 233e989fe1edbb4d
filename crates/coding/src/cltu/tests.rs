extern crate std;

use super::plop::{self, CarrierModulationMode as Cmm, Plop};
use super::{
    BCH_TAIL, CltuConfig, CltuEncodeError, CltuEncoder, CltuEnd, CltuEvent, CltuReceiver,
    CltuState, CltuStats,
};
use crate::asm::Polarity;
use crate::bch::{BchMode, decode_codeword};
use crate::naive::cltu::{NaiveCltu, NaiveEnd, cltus};
use crate::soft;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

const MODES: [BchMode; 2] = [BchMode::SingleErrorCorrect, BchMode::TripleErrorDetect];

fn unhex(text: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).expect("a hexadecimal digit") as u8;
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn bits(octets: &[u8]) -> Vec<u8> {
    soft::bits(octets).collect()
}

fn encode(frames: &[u8], randomized: bool) -> Vec<u8> {
    let encoder = CltuEncoder::bch().with_randomizer(randomized);
    let mut cltu = vec![0; encoder.cltu_len(frames.len())];
    assert_eq!(encoder.encode(frames, &mut cltu), Ok(cltu.len()));
    cltu
}

/// The events of a receiver put together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    at_bit: u64,
    inverted: bool,
    start_errors: u8,
    data: Vec<u8>,
    corrected: u32,
    end: Option<(u64, CltuEnd, u32)>,
}

fn note(found: &mut Vec<Found>, event: CltuEvent<'_>) {
    match event {
        CltuEvent::Start {
            at_bit,
            inverted,
            start_errors,
        } => found.push(Found {
            at_bit,
            inverted,
            start_errors,
            data: Vec::new(),
            corrected: 0,
            end: None,
        }),
        CltuEvent::Codeword {
            octets,
            corrected_bits,
            ..
        } => {
            let last = found.last_mut().expect("begun");
            assert_eq!(last.end, None);
            last.data.extend_from_slice(octets);
            last.corrected += corrected_bits;
        }
        CltuEvent::End {
            at_bit,
            reason,
            codewords,
        } => {
            let last = found.last_mut().expect("begun");
            assert_eq!(last.end.replace((at_bit, reason, codewords)), None);
        }
    }
}

fn receive(config: CltuConfig, stream: &[u8], cut: usize) -> (Vec<Found>, CltuStats) {
    let (mut found, mut receiver) = (Vec::new(), CltuReceiver::new(config));
    for piece in stream.chunks(cut) {
        receiver.handle_bits(piece, &mut |event| note(&mut found, event));
    }
    receiver.finish(&mut |event| note(&mut found, event));
    assert_eq!(receiver.state(), CltuState::Search);
    (found, *receiver.stats())
}

/// Origin: CLTUs that Yamcs 5.12.8 (`BchCltuGenerator`) makes of these frames, without and with its randomizer.
const FOREIGN: [[&str; 3]; 5] = [
    [
        "000102030405060708090A0B0C0D",
        "EB9000010203040506C60708090A0B0C0DBAC5C5C5C5C5C5C579",
        "EB90FF389C596CEC009EF2648025AA3D53F6C5C5C5C5C5C5C579",
    ],
    [
        "102D4A6784A1BEDBF815324F6C89A6C3E0FD1A37",
        "EB90102D4A6784A1BEE0DBF815324F6C8912A6C3E0FD1A37557AC5C5C5C5C5C5C579",
        "EB90EF14D43DEC48B8B82E949C1DEE5DD75EAE03B255A19955F2C5C5C5C5C5C5C579",
    ],
    [
        "22F60000FF00",
        "EB9022F60000FF00557AC5C5C5C5C5C5C579",
        "EB90DDCF9E5A97E9550AC5C5C5C5C5C5C579",
    ],
    [
        "FFFFFFFFFFFFFF",
        "EB90FFFFFFFFFFFFFF86C5C5C5C5C5C5C579",
        "EB9000C661A59716F9DEC5C5C5C5C5C5C579",
    ],
    [
        "0102030405060780402010080402018142241818244281",
        "EB900102030405060770804020100804027801814224181824AC428155555555552CC5C5C5C5C5C5C579",
        "EB90FE3B9D5E6DEF0128752CA93FA9355C340941108CA3B66A7880465555555555AEC5C5C5C5C5C5C579",
    ],
];

#[test]
fn cltus_are_those_of_another_encoder() {
    //= 231.0-B cltu-start
    //= 231.0-B cltu-tail
    //= 231.0-B cltu-fill
    //= 231.0-B cltu-randomizer
    for [frames, plain, randomized] in FOREIGN {
        assert_eq!(encode(&unhex(frames), false), unhex(plain));
        assert_eq!(encode(&unhex(frames), true), unhex(randomized));
    }
}

#[test]
fn cltus_of_another_encoder_are_received() {
    for [frames, plain, randomized] in FOREIGN {
        let frames = unhex(frames);
        for (cltu, is_randomized) in [(plain, false), (randomized, true)] {
            for mode in MODES {
                let config = CltuConfig::new(mode).with_randomizer(is_randomized);
                let (found, stats) = receive(config, &bits(&unhex(cltu)), 1000);
                assert_eq!(
                    (found.len(), &found[0].data[..frames.len()]),
                    (1, &frames[..])
                );
                let codewords = frames.len().div_ceil(7);
                let end = 16 + 64 * codewords as u64;
                let tail = CltuEnd::Tail { errors: 0 };
                assert_eq!(found[0].end, Some((end, tail, codewords as u32)));
                let expected = CltuStats {
                    bits: end + 64,
                    starts: 1,
                    codewords: codewords as u64,
                    ended_tail: 1,
                    ..CltuStats::NONE
                };
                assert_eq!(stats, expected);
            }
        }
    }
}

#[test]
fn an_encoder_says_what_it_cannot_do() {
    let encoder = CltuEncoder::bch();
    assert_eq!(
        encoder.encode(&[], &mut [0; 99]),
        Err(CltuEncodeError::Empty)
    );
    let short = CltuEncodeError::Buffer { need: 26, have: 25 };
    assert_eq!(encoder.encode(&[1; 8], &mut [0; 25]), Err(short));
    assert_eq!(encoder.cltu_len(usize::MAX), usize::MAX);
}

/// The tail is rejected in both modes, and so it is with any one of its 64 bits wrong. All 1,953 ways to turn over two of its 63 code bits make
/// it look like data to a decoder that corrects: its syndrome is the one odd syndrome that no single bit makes.
#[test]
fn the_tail_is_no_codeword_even_with_a_wrong_bit() {
    //= 231.0-B cltu-end
    let tail = u64::from_be_bytes(BCH_TAIL);
    let rejected = |wrong: u64, mode| decode_codeword(&mut wrong.to_be_bytes(), mode).is_rejected();
    for mode in MODES {
        assert!(rejected(tail, mode));
        assert!((0..64).all(|place| rejected(tail ^ 1 << place, mode)));
    }
    let pairs = (1..64).flat_map(|a| (1..a).map(move |b| tail ^ 1 << a ^ 1 << b));
    let (taken, kept): (Vec<u64>, Vec<u64>) = pairs.partition(|&wrong| !rejected(wrong, MODES[0]));
    assert_eq!((taken.len(), kept.len()), (63 * 62 / 2, 0));
    assert!(taken.iter().all(|&wrong| rejected(wrong, MODES[1])));
}

/// The idle sequence in the phase that we send ends a CLTU whose tail was missed; in the other phase it does not, but the limit does.
#[test]
fn a_missed_tail_costs_no_later_cltu() {
    let (frame, cltu) = (unhex(FOREIGN[0][0]), unhex(FOREIGN[0][1]));
    let mut damaged = cltu.clone();
    damaged[18] ^= 0x11; // in the tail
    let idle = [plop::ALTERNATING; 1];
    let stream = bits(&[&damaged[..], &idle, &cltu].concat());
    let config = CltuConfig::new(BchMode::SingleErrorCorrect);
    let (found, stats) = receive(config, &stream, 7);
    // The third codeword is the tail, mended; the next one, idle and the start behind it, is rejected and searched.
    let lengths: Vec<usize> = found.iter().map(|cltu| cltu.data.len()).collect();
    assert_eq!((lengths, stats.starts), (vec![21, 14], 2));
    assert!(found.iter().all(|cltu| cltu.data[..14] == frame));

    let stream = [&bits(&damaged)[..], &[1, 0].repeat(1000), &bits(&cltu)].concat();
    let (found, stats) = receive(config.with_max_codewords(4), &stream, 7);
    assert_eq!(
        (found.last().map(|last| &last.data), stats.ended_too_long),
        (Some(&frame), 1)
    );
}

/// A start in front of which the acquisition or idle sequence stands is found once and where it is, in either phase, with no or one bit wrong.
#[test]
fn starts_behind_alternating_bits_are_found_where_they_are() {
    //= 231.0-B cltu-start-errors
    let cltu = bits(&unhex(FOREIGN[0][1]));
    for lead in 0..200 {
        for phase in [0_u8, 1] {
            let lead: Vec<u8> = (0..lead).map(|i| (i as u8 & 1) ^ phase).collect();
            for wrong in 0..=16 {
                let mut stream = [&lead[..], &cltu].concat();
                let mut errors = 0;
                if wrong < 16 {
                    stream[lead.len() + wrong] ^= 1;
                    errors = 1;
                }
                let (found, _) = receive(CltuConfig::new(BchMode::SingleErrorCorrect), &stream, 99);
                let real = found
                    .iter()
                    .find(|found| !found.data.is_empty())
                    .expect("it is there");
                assert_eq!(
                    (real.at_bit, real.start_errors),
                    (lead.len() as u64, errors)
                );
                let (found, _) = receive(CltuConfig::new(BchMode::TripleErrorDetect), &stream, 99);
                assert_eq!(
                    found.iter().filter(|f| !f.data.is_empty()).count(),
                    usize::from(errors == 0)
                );
            }
        }
    }
}

#[test]
fn polarity_is_found_or_fixed() {
    let frame = unhex(FOREIGN[1][0]);
    let turned: Vec<u8> = bits(&unhex(FOREIGN[1][2]))
        .iter()
        .map(|bit| bit ^ 1)
        .collect();
    let config = CltuConfig::new(BchMode::TripleErrorDetect).with_randomizer(true);
    let (found, stats) = receive(config, &turned, 1);
    assert_eq!((stats.inverted, &found[0].data[..20]), (1, &frame[..]));
    let (found, _) = receive(config.with_polarity(Polarity::Normal), &turned, 1);
    assert!(found.is_empty());
}

#[test]
fn every_end_has_its_reason() {
    let cltu = bits(&unhex(FOREIGN[1][1])); // three codewords
    let config = CltuConfig::new(BchMode::TripleErrorDetect);
    let end = |config, stream: &[u8]| receive(config, stream, 5).0[0].end;
    let deactivated = CltuEnd::Deactivated { have_bits: 63 };
    assert_eq!(end(config, &cltu[..143]), Some((80, deactivated, 1)));
    let mut damaged = cltu.clone();
    damaged[100] ^= 1;
    assert_eq!(end(config, &damaged), Some((80, CltuEnd::Uncorrectable, 1)));
    let limited = config.with_max_codewords(2);
    assert_eq!(end(limited, &cltu), Some((144, CltuEnd::TooLong, 2)));
    let mut late = cltu.clone();
    late[16 + 3 * 64] ^= 1;
    let tail = CltuEnd::Tail { errors: 1 };
    assert_eq!(end(config, &late), Some((208, tail, 3)));
    assert_eq!(end(config, &cltu[..16]).map(|end| end.2), Some(0));
}

#[test]
fn procedures_are_those_of_the_book() {
    //= 231.0-B plop-1
    //= 231.0-B plop-2
    //= 231.0-B plop-acquisition
    //= 231.0-B plop-idle
    let one: Vec<Cmm> = Plop::One.steps(2).collect();
    let pass = [
        Cmm::UnmodulatedCarrier,
        Cmm::Acquisition,
        Cmm::Cltu,
        Cmm::CarrierOff,
    ];
    assert_eq!(one, [pass, pass].concat());
    let two: Vec<Cmm> = Plop::Two.steps(3).collect();
    let between = [Cmm::Cltu, Cmm::Idle].repeat(3);
    let whole = [
        &[Cmm::UnmodulatedCarrier, Cmm::Acquisition],
        &between[..],
        &[Cmm::CarrierOff],
    ];
    assert_eq!(two, whole.concat());
    assert_eq!(
        (Plop::One.steps(0).next(), Plop::Two.steps(0).next()),
        (None, None)
    );
    let lengths = [0, 128, 129, 1000].map(plop::acquisition_len);
    assert_eq!(lengths, [16, 16, 17, 125]);
    assert_eq!([0, 8, 9].map(plop::idle_len), [1, 1, 2]);
}

/// A stream of noise, idle, CLTUs and pieces of them, then bits turned over in it.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(0..=1_u8, 0..90),
        (0..70_usize, 0..=1_u8)
            .prop_map(|(len, phase)| (0..len).map(|i| (i as u8 & 1) ^ phase).collect()),
        (
            proptest::collection::vec(any::<u8>(), 1..40),
            any::<bool>(),
            0..60_usize
        )
            .prop_map(|(frame, turned, lost)| {
                let mut cltu = bits(&encode(&frame, false));
                cltu.truncate(cltu.len().saturating_sub(lost.saturating_sub(30)));
                cltu.iter().map(|bit| bit ^ u8::from(turned)).collect()
            }),
    ];
    (
        proptest::collection::vec(piece, 1..6),
        proptest::collection::vec(any::<u16>(), 0..6),
    )
        .prop_map(|(pieces, errors)| {
            let mut stream: Vec<u8> = pieces.concat();
            for error in errors {
                let len = stream.len().max(1);
                if let Some(bit) = stream.get_mut(usize::from(error) % len) {
                    *bit ^= 1;
                }
            }
            stream
        })
}

/// As the slow twin would have said it.
fn as_naive(found: &Found) -> NaiveCltu {
    let (end_bit, reason, codewords) = found.end.expect("every one ends");
    let (information, rest) = found.data.as_chunks();
    assert_eq!((information.len(), rest.len()), (codewords as usize, 0));
    NaiveCltu {
        at_bit: found.at_bit as usize,
        inverted: found.inverted,
        start_errors: found.start_errors.into(),
        information: information.to_vec(),
        end_bit: end_bit as usize,
        end: match reason {
            CltuEnd::Tail { .. } | CltuEnd::Uncorrectable => NaiveEnd::Rejected,
            CltuEnd::TooLong => NaiveEnd::TooLong,
            CltuEnd::Deactivated { .. } => NaiveEnd::Deactivated,
        },
    }
}

proptest! {
    #[test]
    fn finds_what_the_slow_twin_finds_however_cut(
        stream in streams(), cut in 1..200_usize, tolerance in 0..3_u8, limit in 1..8_u32, strict: bool,
    ) {
        let mode = MODES[usize::from(strict)];
        let config = CltuConfig::new(mode).with_start_errors(tolerance).with_max_codewords(limit);
        let (found, stats) = receive(config, &stream, stream.len().max(1));
        let slow = cltus(&stream, mode, tolerance.into(), limit as usize);
        prop_assert_eq!(found.iter().map(as_naive).collect::<Vec<_>>(), slow);
        prop_assert_eq!(receive(config, &stream, cut), (found.clone(), stats));

        // Octets behind an odd number of bits.
        let lead = cut % 8;
        let (head, rest) = stream.split_at(lead.min(stream.len()));
        let (octets, tail) = rest.as_chunks::<8>();
        let packed: Vec<u8> = octets.iter().map(|&eight| soft::octet_from_bits(eight)).collect();
        let (mut again, mut receiver) = (Vec::new(), CltuReceiver::new(config));
        let mut sink = |event: CltuEvent<'_>| note(&mut again, event);
        receiver.handle_bits(head, &mut sink);
        receiver.handle_octets(&packed, &mut sink);
        receiver.handle_bits(tail, &mut sink);
        receiver.finish(&mut sink);
        prop_assert_eq!((again, *receiver.stats()), (found, stats));
    }

    #[test]
    fn a_wrong_bit_in_each_codeword_start_and_tail_does_no_harm(
        frame in proptest::collection::vec(any::<u8>(), 1..60), randomized: bool, wrong in proptest::collection::vec(0..64_usize, 12),
    ) {
        let mut cltu = bits(&encode(&frame, randomized));
        cltu[wrong[0] % 16] ^= 1;
        for (codeword, wrong) in cltu[16..].chunks_mut(64).zip(&wrong[1..]) {
            codeword[*wrong] ^= 1;
        }
        let config = CltuConfig::new(BchMode::SingleErrorCorrect).with_randomizer(randomized);
        let (found, stats) = receive(config, &cltu, 64);
        let real = found.iter().find(|found| found.at_bit == 0).expect("found");
        prop_assert_eq!(&real.data[..frame.len()], &frame[..]);
        prop_assert_eq!((real.end.map(|end| end.1), stats.ended_tail), (Some(CltuEnd::Tail { errors: 1 }), 1));
    }
}
