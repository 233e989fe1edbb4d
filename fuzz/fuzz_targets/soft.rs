//! Soft symbols out of floats: never -128, the sign is kept, cutting does not matter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::soft::{Quantizer, bits_from_octet, octet_from_bits};
use magpie_fuzz::pieces;

fn quantize<'a>(pieces: impl Iterator<Item = &'a [f32]>) -> Vec<i8> {
    let mut quantizer = Quantizer::new();
    let convert = |piece: &[f32]| {
        let mut out = vec![0; piece.len()];
        assert_eq!(quantizer.convert(piece, &mut out), piece.len());
        out
    };
    pieces.flat_map(convert).collect()
}

fuzz_target!(|input: &[u8]| {
    let Some((&cut, octets)) = input.split_first() else {
        return;
    };
    let symbols: Vec<f32> = octets
        .chunks_exact(4)
        .map(|octets| f32::from_le_bytes(octets.try_into().unwrap()))
        .collect();
    let soft = quantize(std::iter::once(&symbols[..]));
    assert_eq!(quantize(pieces(&symbols, cut)), soft);
    for (&symbol, &soft) in symbols.iter().zip(&soft) {
        assert!(soft != i8::MIN && !(symbol > 0.0 && soft < 0) && !(symbol < 0.0 && soft > 0));
        assert!(symbol.is_finite() || soft == 0);
    }
    for &octet in octets {
        assert_eq!(octet_from_bits(bits_from_octet(octet)), octet);
    }
});
