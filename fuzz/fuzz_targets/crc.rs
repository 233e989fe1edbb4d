//! The CRCs of every engine, in pieces, against the long division.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::crc::{Crc16, Crc32};
use magpie_coding::engine::Engine;
use magpie_fuzz::pieces;

/// Division bit by bit by xⁿ + `polynomial`, n being 16 or 32.
fn divided(octets: &[u8], bits: u32, polynomial: u32, preset: u32) -> u32 {
    octets.iter().fold(preset, |remainder, &octet| {
        (0..8).rev().fold(remainder, |remainder, place| {
            let out = remainder >> (bits - 1) & 1 ^ u32::from(octet >> place & 1);
            remainder << 1 & (u32::MAX >> (32 - bits)) ^ (out * polynomial)
        })
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((&cut, octets)) = input.split_first() else {
        return;
    };
    let wanted_32 = divided(octets, 32, 0x00A0_0805, 0);
    let wanted_16 = divided(octets, 16, 0x1021, 0xFFFF);
    for engine in Engine::available() {
        let (mut whole_32, mut cut_32) = (Crc32::new(), Crc32::new());
        let (mut whole_16, mut cut_16) = (Crc16::new(), Crc16::new());
        whole_32.update_with(engine, octets);
        whole_16.update_with(engine, octets);
        for piece in pieces(octets, cut) {
            cut_32.update_with(engine, piece);
            cut_16.update_with(engine, piece);
        }
        assert_eq!(
            (whole_32.finish(), cut_32.finish()),
            (wanted_32, wanted_32),
            "{engine}"
        );
        let got_16 = (u32::from(whole_16.finish()), u32::from(cut_16.finish()));
        assert_eq!(got_16, (wanted_16, wanted_16), "{engine}");
    }
});
