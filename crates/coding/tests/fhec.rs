//! AOS Frame Header Error Control: the published vector, every pattern of one and two wrong half-octets, and all that is beyond.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;

use common::{Noise, unhex};
use magpie_coding::fhec::{FhecUncorrectable, HEADER_LEN, correct, encode};

/// Where the ten half-octets stand: (octet, shift).
const PLACES: [(usize, u8); 10] = [
    (0, 4),
    (0, 0),
    (1, 4),
    (1, 0),
    (5, 4),
    (5, 0),
    (6, 4),
    (6, 0),
    (7, 4),
    (7, 0),
];

fn header(noise: &mut Noise) -> [u8; HEADER_LEN] {
    let mut header: [u8; HEADER_LEN] = noise.octets(8).try_into().expect("eight octets");
    encode(&mut header);
    header
}

/// Product in GF(16) with x^4 = x + 1, shift and add.
fn mul(a: u8, b: u8) -> u8 {
    let (mut product, mut a) = (0, a);
    for bit in 0..4 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        a = a << 1 ^ if a & 8 != 0 { 0x13 } else { 0 };
    }
    product & 0xF
}

/// Is it a codeword, that is, divisible by x^4 + a^3 x^3 + a x^2 + a^3 x + 1? By long division.
fn divides(header: [u8; HEADER_LEN]) -> bool {
    let mut word = PLACES.map(|(octet, shift)| header[octet] >> shift & 0xF);
    for i in 0..6 {
        let factor = word[i];
        for (j, g) in [1, 8, 2, 8, 1].into_iter().enumerate() {
            word[i + j] ^= mul(factor, g);
        }
    }
    word == [0; 10]
}

#[test]
fn the_published_header_has_the_published_check_symbols() {
    //= 732.0-B-4 fhec
    let mut header: [u8; 8] = unhex("6AEA000102430000").try_into().expect("eight octets");
    encode(&mut header);
    assert_eq!(header[..], unhex("6AEA00010243CE8E"));
    assert_eq!(correct(&mut header), Ok(0));
}

#[test]
fn every_one_and_two_wrong_half_octets_are_mended() {
    //= 732.0-B-4 fhec
    let mut noise = Noise(5);
    for _ in 0..4 {
        let good = header(&mut noise);
        assert!(divides(good));
        for (i, &(octet, shift)) in PLACES.iter().enumerate() {
            for value in 1..16 {
                let mut one = good;
                one[octet] ^= value << shift;
                let mut mended = one;
                assert_eq!((correct(&mut mended), mended), (Ok(1), good));
                for &(octet, shift) in &PLACES[i + 1..] {
                    for value in 1..16 {
                        let mut two = one;
                        two[octet] ^= value << shift;
                        assert_eq!((correct(&mut two), two), (Ok(2), good));
                    }
                }
            }
        }
    }
}

/// Three wrong half-octets, every place and a stride through the values: refused and left alone, or taken for another codeword no more
/// than two half-octets away; never back to the true one.
#[test]
fn three_wrong_half_octets_are_refused_or_mistaken() {
    let good = header(&mut Noise(6));
    let mut refused = 0;
    for pattern in (0..1000).flat_map(|places| (0..3375_u16).step_by(7).map(move |v| (places, v))) {
        let (places, values) = pattern;
        let at = [places / 100, places / 10 % 10, places % 10];
        if at[0] >= at[1] || at[1] >= at[2] {
            continue;
        }
        let mut bad = good;
        for (place, value) in at
            .into_iter()
            .zip([values / 225, values / 15 % 15, values % 15])
        {
            let (octet, shift) = PLACES[place];
            bad[octet] ^= (1 + value as u8) << shift;
        }
        let mut taken = bad;
        match correct(&mut taken) {
            Err(FhecUncorrectable) => {
                assert_eq!(taken, bad);
                refused += 1;
            }
            Ok(n) => {
                let differs = PLACES
                    .iter()
                    .filter(|(o, s)| (taken[*o] ^ bad[*o]) >> s & 0xF != 0);
                assert!(divides(taken) && taken != good && differs.count() == usize::from(n));
            }
        }
    }
    assert!(refused > 0);
}

/// The frame count is not part of the code.
#[test]
fn the_frame_count_is_neither_protected_nor_touched() {
    let mut header = header(&mut Noise(8));
    header[2..5].copy_from_slice(&[0xAB, 0xCD, 0xEF]);
    assert_eq!(correct(&mut header), Ok(0));
    assert_eq!(header[2..5], [0xAB, 0xCD, 0xEF]);
}
