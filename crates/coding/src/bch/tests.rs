extern crate std;

use super::{BchMode, BchOutcome, decode_codeword, encode_codeword, fill_bit, syndrome};
use crate::naive::bch::{bch_distance, bch_encode, bch_is_codeword, bch_neighbours};
use proptest::prelude::*;
use std::vec::Vec;

/// Information from all zeros to arbitrary.
const SAMPLES: [[u8; 7]; 6] = [
    [0; 7],
    [0xFF; 7],
    [0x55; 7],
    [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06],
    [0x22, 0xF6, 0x00, 0xFF, 0x00, 0x00, 0x00],
    [0xC5, 0xA9, 0x13, 0x7E, 0x80, 0x01, 0x6B],
];

/// Turns over the bits of a codeword at these places of the 64.
fn with_errors(codeword: [u8; 8], places: &[u8]) -> [u8; 8] {
    let pattern = places
        .iter()
        .fold(0, |sum, place| sum ^ (1 << (63 - place)));
    (u64::from_be_bytes(codeword) ^ pattern).to_be_bytes()
}

/// All patterns of `errors` wrong bits among the 63.
fn patterns(errors: usize) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = (0..63).map(|place| Vec::from([place])).collect();
    for _ in 1..errors {
        all = all
            .iter()
            .flat_map(|some| {
                let last = *some.last().expect("there is one");
                (last + 1..63).map(move |next| [&some[..], &[next]].concat())
            })
            .collect();
    }
    all
}

/// Origin: parity octets that Yamcs 5.12.8 (`BchCltuGenerator`) gives for the all-zero information and for each of the 56 single bits, first to
/// last. The code is affine, so these determine it.
const ZERO_PARITY: u8 = 0xFE;
const SINGLE_BIT_PARITIES: [u8; 56] = [
    0x3A, 0x9C, 0x0A, 0x84, 0x06, 0x82, 0xC0, 0x24, 0x56, 0xAA, 0xD4, 0x2E, 0x96, 0xCA, 0xE4, 0x36,
    0x9A, 0xCC, 0x22, 0x90, 0x0C, 0x42, 0xA0, 0x14, 0x4E, 0xA6, 0xD2, 0xE8, 0x30, 0x5C, 0x6A, 0xB4,
    0x1E, 0x8E, 0xC6, 0xE2, 0xF0, 0x3C, 0x5A, 0xAC, 0x12, 0x88, 0x00, 0x44, 0x66, 0xB2, 0xD8, 0x28,
    0x50, 0x6C, 0x72, 0xB8, 0x18, 0x48, 0x60, 0x74,
];

#[test]
fn parities_are_those_of_another_encoder() {
    //= 231.0-B bch-code
    //= 231.0-B bch-parity
    assert_eq!(encode_codeword(&[0; 7])[7], ZERO_PARITY);
    for (place, parity) in SINGLE_BIT_PARITIES.into_iter().enumerate() {
        let mut information = [0; 7];
        information[place / 8] = 0x80 >> (place % 8);
        assert_eq!(encode_codeword(&information)[7], parity, "bit {place}");
    }
}

#[test]
fn every_single_error_is_corrected_or_detected() {
    //= 231.0-B bch-modes
    for information in SAMPLES {
        let sent = encode_codeword(&information);
        for bit in 0..63 {
            let received = with_errors(sent, &[bit]);
            let mut codeword = received;
            let outcome = decode_codeword(&mut codeword, BchMode::SingleErrorCorrect);
            assert_eq!((outcome, codeword), (BchOutcome::Corrected { bit }, sent));
            let mut codeword = received;
            let outcome = decode_codeword(&mut codeword, BchMode::TripleErrorDetect);
            assert_eq!((outcome.is_rejected(), codeword), (true, received));
        }
    }
}

#[test]
fn every_double_error_is_rejected_in_both_modes() {
    //= 231.0-B bch-modes
    for information in SAMPLES {
        let sent = encode_codeword(&information);
        for pattern in patterns(2) {
            let received = with_errors(sent, &pattern);
            for mode in [BchMode::SingleErrorCorrect, BchMode::TripleErrorDetect] {
                let mut codeword = received;
                let BchOutcome::Rejected { syndrome } = decode_codeword(&mut codeword, mode) else {
                    panic!("{pattern:?} {mode:?}");
                };
                assert_eq!((codeword, syndrome.count_ones() % 2), (received, 0));
            }
        }
    }
}

/// Triples: the detecting mode rejects all. The correcting one takes those for a single error that lie next to another codeword. How many do
/// not: the triples that are words of the Hamming code, of which there are 63 · 62 / 6 = 651.
#[test]
fn every_triple_error_is_detected_and_651_are_not_miscorrected() {
    //= 231.0-B bch-modes
    let all = patterns(3);
    assert_eq!(all.len(), 39_711);
    for information in SAMPLES {
        let sent = encode_codeword(&information);
        let mut rejected = 0;
        for pattern in &all {
            let received = with_errors(sent, pattern);
            let mut codeword = received;
            assert!(decode_codeword(&mut codeword, BchMode::TripleErrorDetect).is_rejected());
            assert_eq!(codeword, received);
            match decode_codeword(&mut codeword, BchMode::SingleErrorCorrect) {
                BchOutcome::Clean => panic!("{pattern:?}"),
                BchOutcome::Rejected { .. } => rejected += 1,
                BchOutcome::Corrected { .. } => {
                    assert!(codeword != sent && syndrome(&codeword) == 0);
                }
            }
        }
        assert_eq!(rejected, 651);
    }
}

#[test]
fn the_fill_bit_is_no_part_of_the_code() {
    //= 231.0-B bch-fill-bit
    let sent = encode_codeword(&SAMPLES[4]);
    assert!(!fill_bit(&sent));
    let mut codeword = with_errors(sent, &[63]);
    assert!(fill_bit(&codeword));
    for mode in [BchMode::SingleErrorCorrect, BchMode::TripleErrorDetect] {
        assert_eq!(decode_codeword(&mut codeword, mode), BchOutcome::Clean);
    }
    let mut codeword = with_errors(sent, &[63, 9]);
    assert_eq!(
        decode_codeword(&mut codeword, BchMode::SingleErrorCorrect),
        BchOutcome::Corrected { bit: 9 }
    );
    assert_eq!(codeword, with_errors(sent, &[63]));
}

proptest! {
    #[test]
    fn encodes_as_the_long_division(information: [u8; 7]) {
        prop_assert_eq!(encode_codeword(&information), bch_encode(&information));
    }

    #[test]
    fn decodes_as_a_search_for_the_nearest(received: [u8; 8]) {
        let mut codeword = received;
        let strict = decode_codeword(&mut codeword, BchMode::TripleErrorDetect);
        prop_assert_eq!((strict == BchOutcome::Clean, codeword), (bch_is_codeword(&received), received));
        let outcome = decode_codeword(&mut codeword, BchMode::SingleErrorCorrect);
        let neighbours = bch_neighbours(&received);
        match outcome {
            BchOutcome::Clean => prop_assert!(bch_is_codeword(&received)),
            BchOutcome::Corrected { bit } => {
                prop_assert_eq!(neighbours, [bit]);
                prop_assert_eq!((bch_distance(&codeword, &received), bch_is_codeword(&codeword)), (1, true));
            }
            BchOutcome::Rejected { .. } => prop_assert!(neighbours.is_empty() && !bch_is_codeword(&received)),
        }
    }
}
