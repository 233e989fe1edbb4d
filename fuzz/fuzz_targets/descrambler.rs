//! Scramblers and randomizers: the receiving end undoes the sending end, however the stream is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::descrambler::{Descrambler, Scrambler};
use magpie_coding::randomizer::Randomizer;
use magpie_fuzz::{bits, pieces};

fuzz_target!(|input: &[u8]| {
    let Some((&cut, octets)) = input.split_first() else {
        return;
    };
    let data = bits(octets);
    let mut channel = data.clone();
    Scrambler::new().apply(&mut channel);
    let mut descrambler = Descrambler::new();
    let received: Vec<u8> = pieces(&channel, cut)
        .flatten()
        .map(|&bit| descrambler.push(bit))
        .collect();
    assert_eq!(received, data);

    for new in [Randomizer::tm_short, Randomizer::tm_long, Randomizer::tc] {
        let (mut whole, mut bitwise) = (octets.to_vec(), data.clone());
        new().apply(&mut whole);
        new().apply_bits(&mut bitwise);
        assert_eq!(bits(&whole), bitwise);
        new().apply(&mut whole);
        assert_eq!(whole, octets);
    }
});
