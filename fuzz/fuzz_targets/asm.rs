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
    let Some(asm) = Asm::new(u64::from_be_bytes(*marker), len_bits) else {
        return;
    };
    let (polarity, both) = if options & 64 == 0 {
        (Polarity::Both, true)
    } else {
        (Polarity::Normal, false)
    };
    let tolerance = tolerance % 33;
    let limit = u32::from(tolerance).min((len_bits - 1) / 2) as usize;
    let marker: Vec<u8> = (0..len_bits)
        .rev()
        .map(|place| (asm.value() >> place & 1) as u8)
        .collect();

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
