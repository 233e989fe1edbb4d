//! The CRCs against published values, and every form of them against the long division.

extern crate std;

use super::{Crc16, Crc32, crc16_fecf, crc32_proximity};
use crate::naive;
use proptest::prelude::*;

#[test]
fn crc32_of_published_vectors() {
    //= 211.2-B-3 annex C
    // Origin: public Proximity-1 corpora (a Go library, a telemetry server's tests, a flight radio's tests).
    assert_eq!(crc32_proximity(&[]), 0);
    assert_eq!(crc32_proximity(b"123456789"), 0x5169_3C0C);
    assert_eq!(crc32_proximity(&[0x12, 0x34, 0x56, 0x78]), 0x34D7_4CB3);
    assert_eq!(crc32_proximity(&[1, 2, 3, 4]), 0x55B8_622D);
    assert_eq!(crc32_proximity(&[0xFF; 4]), 0x7180_0472);
    assert_eq!(crc32_proximity(&[0xDE, 0xAD, 0xBE, 0xEF]), 0x4440_D14C);
    assert_eq!(crc32_proximity(&[0x80, 0, 0, 4, 0]), 0xBCC0_04E7);
    assert_eq!(crc32_proximity(&[0x80, 0, 0, 5, 0, 0xAA]), 0x85C4_556E);
}

#[test]
fn crc16_of_the_catalogued_check_value() {
    //= 132.0-B-3 fecf
    // Origin: the catalogue value of the CRC with poly 1021, preset FFFF, no reflection ("123456789" gives 29B1).
    assert_eq!(crc16_fecf(b"123456789"), 0x29B1);
    assert_eq!(crc16_fecf(&[]), 0xFFFF);
}

/// Every length, with octets that are all alike and with ones that are not.
#[cfg(feature = "std")]
#[test]
fn every_engine_at_every_length() {
    let noise: std::vec::Vec<u8> = (0..1200_u32)
        .map(|n| ((n * n / 7 * 37) >> 3) as u8)
        .collect();
    for source in [&noise[..], &[0xFF; 1200], &[0; 1200]] {
        for len in 0..=1200 {
            let octets = &source[..len];
            let (mut wanted32, mut wanted16) = (Crc32::new(), Crc16::new());
            wanted32.update_in_registers(octets);
            wanted16.update_in_registers(octets);
            for engine in crate::engine::Engine::available() {
                let (mut got32, mut got16) = (Crc32::new(), Crc16::new());
                got32.update_with(engine, octets);
                got16.update_with(engine, octets);
                assert_eq!((got32, got16), (wanted32, wanted16), "{engine}, {len}");
            }
        }
    }
}

proptest! {
    #[test]
    fn agree_with_the_long_division(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(crc32_proximity(&octets), naive::crc32_proximity(&octets));
        prop_assert_eq!(crc16_fecf(&octets), naive::crc16_fecf(&octets));
    }

    /// Every engine, over all lengths that end a loop in another way, and from any remainder.
    #[cfg(feature = "std")]
    #[test]
    fn every_engine_agrees_with_the_registers(
        octets in proptest::collection::vec(any::<u8>(), 0..2600), start in 0_usize..64, preset: [u8; 4],
    ) {
        let octets = octets.get(start..).unwrap_or_default();
        let (mut crc32, mut crc16) = (Crc32::new(), Crc16::new());
        crc32.update_in_registers(&preset);
        crc16.update_in_registers(&preset);
        let (mut wanted32, mut wanted16) = (crc32, crc16);
        wanted32.update_in_registers(octets);
        wanted16.update_in_registers(octets);
        for engine in crate::engine::Engine::available() {
            let (mut got32, mut got16) = (crc32, crc16);
            got32.update_with(engine, octets);
            got16.update_with(engine, octets);
            prop_assert_eq!((got32, got16), (wanted32, wanted16), "{}", engine);
        }
    }

    #[test]
    fn pieces_give_the_same_remainder(octets in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
        let (head, tail) = octets.split_at(cut.min(octets.len()));
        let mut crc32 = Crc32::new();
        crc32.update(head);
        crc32.update(tail);
        prop_assert_eq!(crc32.finish(), crc32_proximity(&octets));
        crc32.update(&crc32_proximity(&octets).to_be_bytes());
        prop_assert_eq!(crc32.finish(), 0);
        let mut crc16 = Crc16::new();
        crc16.update(head);
        crc16.update(tail);
        prop_assert_eq!(crc16.finish(), crc16_fecf(&octets));
        crc16.update(&crc16_fecf(&octets).to_be_bytes());
        prop_assert_eq!(crc16.finish(), 0);
    }
}
