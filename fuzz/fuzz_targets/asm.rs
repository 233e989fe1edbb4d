//! The marker search against the obvious comparison of every window.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::{Asm, Hit, MarkerSearch, Polarity};
use magpie_fuzz::bits;

fuzz_target!(|input: &[u8]| {
    let Some((&[options, tolerance], rest)) = input.split_first_chunk() else {
        return;
    };
    let Some((marker, stream)) = rest.split_first_chunk::<8>() else {
        return;
    };
    let len_bits = u32::from(options & 63) + 1;
    let short = Asm::new(u64::from_be_bytes(*marker), len_bits);
    // Or three times those octets, as many of them as fill the longest marker.
    let long = marker.repeat(3);
    let asm = if options < 128 {
        short
    } else {
        Asm::from_octets(&long[..9 + len_bits as usize % 16])
    };
    let Some(asm) = asm else {
        return;
    };
    let len_bits = asm.len_bits();
    let (polarity, both) = if options & 64 == 0 {
        (Polarity::Both, true)
    } else {
        (Polarity::Normal, false)
    };
    let tolerance = tolerance % 33;
    let limit = u32::from(tolerance).min((len_bits - 1) / 2) as usize;
    let marker: Vec<u8> = (0..len_bits).map(|at| asm.bit(at)).collect();

    let stream = bits(stream);
    let mut search = MarkerSearch::new(asm, tolerance, polarity);
    for end in 1..=stream.len() {
        let found = search.push(stream[end - 1]);
        let window = end
            .checked_sub(marker.len())
            .map(|start| &stream[start..end]);
        let wrong = window.map(|window| window.iter().zip(&marker).filter(|(a, b)| a != b).count());
        let expected = wrong.and_then(|wrong| {
            let right = marker.len() - wrong;
            let inverted = both && right < wrong;
            let errors = if inverted { right } else { wrong };
            (errors <= limit).then_some(Hit {
                inverted,
                errors: errors as u8,
            })
        });
        assert_eq!(found, expected, "bit {end}");
    }
});
