use super::{Row, TurboCode, TurboDecoder, TurboError, TurboRate, encode};
use crate::naive;
use std::vec;
use std::vec::Vec;

fn bits_of(octets: &[u8]) -> Vec<u8> {
    let bits = |octet: &u8| {
        (0..8).rev().map({
            let octet = *octet;
            move |place| octet >> place & 1
        })
    };
    octets.iter().flat_map(bits).collect()
}

#[test]
fn equals_the_twin() {
    for code in TurboCode::all() {
        let message: Vec<u8> = (0..code.message_len())
            .map(|i| (i * i * 7 + i / 5) as u8)
            .collect();
        let mut symbols = vec![2; code.n()];
        encode(code, &message, &mut symbols).expect("lengths fit");
        assert!(
            symbols == naive::turbo::encode(&bits_of(&message), code.rate()),
            "{code:?}"
        );
        let soft: Vec<i8> = symbols
            .iter()
            .map(|&b| if b == 1 { 20 } else { -20 })
            .collect();
        let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
        let mut decoder = TurboDecoder::new(code, &mut memory).unwrap();
        let mut out = vec![0; code.message_len()];
        let o = decoder.decode(&soft, &mut out).unwrap();
        assert!(out == message);
        assert_eq!((o.iterations, o.converged, o.corrected), (1, true, 0));
    }
}
