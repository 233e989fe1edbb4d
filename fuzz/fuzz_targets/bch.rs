//! BCH codewords: what is accepted is a codeword near by, what is rejected stays as it came, and errors within the mode are undone or seen.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::bch::{BchMode, BchOutcome, decode_codeword, encode_codeword, syndrome};

fuzz_target!(|input: [u8; 8 + 3]| {
    let (received, places) = input.split_first_chunk::<8>().unwrap();
    for mode in [BchMode::SingleErrorCorrect, BchMode::TripleErrorDetect] {
        let mut codeword = *received;
        let turned =
            |codeword| (u64::from_be_bytes(*received) ^ u64::from_be_bytes(codeword)).count_ones();
        match decode_codeword(&mut codeword, mode) {
            BchOutcome::Clean => assert_eq!((syndrome(received), codeword), (0, *received)),
            BchOutcome::Corrected { .. } => {
                assert_eq!((syndrome(&codeword), turned(codeword)), (0, 1))
            }
            BchOutcome::Rejected { .. } => assert_eq!(codeword, *received),
        }
    }

    let sent = encode_codeword(received.first_chunk().unwrap());
    let pattern = places
        .iter()
        .fold(0_u64, |sum, place| sum ^ 1 << (1 + place % 63));
    let damaged = (u64::from_be_bytes(sent) ^ pattern).to_be_bytes();
    let strict = decode_codeword(&mut damaged.clone(), BchMode::TripleErrorDetect);
    assert_eq!(strict.is_rejected(), pattern != 0);
    if pattern.count_ones() == 1 {
        let mut mended = damaged;
        let _ = decode_codeword(&mut mended, BchMode::SingleErrorCorrect);
        assert_eq!(mended, sent);
    }
});
