//! The soft marker search of every engine, in pieces, against the correlation at every place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::{Asm, Polarity, SoftHit, SoftMarkerSearch};
use magpie_coding::engine::Engine;
use magpie_fuzz::pieces;

fuzz_target!(|input: &[u8]| {
    let Some((&[len, percent, cut, both], rest)) = input.split_first_chunk() else {
        return;
    };
    let Some((marker, symbols)) = rest.split_at_checked(usize::from(len % 24) + 1) else {
        return;
    };
    let Some(asm) = Asm::from_octets(marker) else {
        return;
    };
    let polarity = if both & 1 == 0 {
        Polarity::Both
    } else {
        Polarity::Normal
    };
    let symbols: Vec<i8> = symbols.iter().map(|&octet| octet.cast_signed()).collect();
    let percent = percent % 100 + 1;
    let expected: Vec<SoftHit> = (0..symbols.len())
        .filter_map(|at| {
            let correlation = asm.correlate(&symbols[at..])?;
            let inverted = correlation.sum < 0;
            let enough = correlation.sum.abs() * 100 >= i32::from(percent) * correlation.magnitude;
            let seen = enough && correlation.magnitude > 0 && (both & 1 == 0 || !inverted);
            seen.then_some(SoftHit {
                at: at as u64,
                inverted,
                correlation,
            })
        })
        .collect();
    for engine in Engine::available() {
        let mut search = SoftMarkerSearch::new(asm, percent, polarity).with_engine(engine);
        assert_eq!(
            search.find(&symbols, 0),
            expected.first().copied(),
            "{engine}"
        );
        let mut found = Vec::new();
        for piece in pieces(&symbols, cut) {
            search.handle_symbols(piece, &mut |hit| found.push(hit));
        }
        assert_eq!(found, expected, "{engine}");
    }
});
