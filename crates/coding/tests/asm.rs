//! The marker search against counting wrong bits in a window.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;
mod naive;

use common::{Noise, bits, unhex};
use magpie_coding::asm::{Asm, Hit, MarkerSearch, Polarity};
use naive::hunters::marker_at;
use proptest::prelude::*;

#[test]
fn markers_are_those_of_the_books() {
    //= 211.2-B-3 pltu-asm
    //= 131.0-B asm-tm
    //= 131.0-B csm-ldpc
    let published = [
        (Asm::PLTU, "FAF320"),
        (Asm::TM, "1ACFFC1D"),
        (Asm::CSM, "034776C7272895B0"),
    ];
    for (asm, hex) in published {
        let mut out = [0; 8];
        let len = asm.emit(&mut out).expect("whole octets");
        assert_eq!(out[..len], unhex(hex));
        assert_eq!(asm.len_octets(), Some(len));
        assert_eq!(asm.emit(&mut out[..len - 1]), None);
        assert_eq!(
            Asm::new(
                asm.value() | if len < 8 { 1 << 63 } else { 0 },
                asm.len_bits()
            ),
            Some(asm)
        );
    }
    assert_eq!((Asm::new(1, 0), Asm::new(1, 65)), (None, None));
    //= 131.0-B asm-turbo
    let long = [
        (Asm::TURBO_THIRD, "25D5C0CE8990F6C9461BF79C"),
        (Asm::TURBO_QUARTER, "034776C7272895B0FCB88938D8D76A4F"),
        (
            Asm::TURBO_SIXTH,
            "25D5C0CE8990F6C9461BF79CDA2A3F31766F0936B9E40863",
        ),
    ];
    for (asm, hex) in published.into_iter().chain(long) {
        let octets = unhex(hex);
        assert_eq!(Asm::from_octets(&octets), Some(asm));
        let mut out = [0; 24];
        assert_eq!(asm.emit(&mut out), Some(octets.len()));
        assert_eq!(out[..octets.len()], octets);
        let all: Vec<u8> = (0..asm.len_bits()).map(|at| asm.bit(at)).collect();
        assert_eq!((all, asm.bit(asm.len_bits())), (bits(&octets), 0));
    }
    assert_eq!(
        (Asm::from_octets(&[]), Asm::from_octets(&[0; 25])),
        (None, None)
    );
    assert_eq!(Asm::new(5, 3).and_then(|odd| odd.emit(&mut [0; 8])), None);
}

/// Every stream of 14 bits, with a marker of 5 bits at every tolerance.
#[test]
fn a_short_marker_in_every_short_stream() {
    let marker = [1, 1, 0, 1, 0];
    let asm = Asm::new(0b11010, 5).expect("5 bits");
    for tolerance in 0..=4u8 {
        for both in [true, false] {
            let polarity = if both {
                Polarity::Both
            } else {
                Polarity::Normal
            };
            for stream in 0..1u32 << 14 {
                let stream: Vec<u8> = (0..14).map(|i| (stream >> i & 1) as u8).collect();
                let mut search = MarkerSearch::new(asm, tolerance, polarity);
                for (last, &bit) in stream.iter().enumerate() {
                    let hit = search.push(bit);
                    let tolerance = usize::from(tolerance.min(2));
                    let expected = last
                        .checked_sub(4)
                        .and_then(|at| marker_at(&stream, at, &marker, tolerance, both));
                    let expected = expected.map(|(inverted, errors)| Hit {
                        inverted,
                        errors: errors as u8,
                    });
                    assert_eq!(hit, expected);
                }
            }
        }
    }
}

#[test]
fn reset_wants_a_whole_marker_again() {
    let marker = bits(&unhex("FAF320"));
    let mut search = MarkerSearch::new(Asm::PLTU, 0, Polarity::Both);
    assert!(marker[..23].iter().all(|&bit| search.push(bit).is_none()));
    search.reset();
    assert_eq!(search.push(marker[23]), None);
    let hits = marker
        .iter()
        .filter(|&&bit| search.push(bit).is_some())
        .count();
    assert_eq!((hits, search.asm()), (1, Asm::PLTU));
}

proptest! {
    /// Markers of every length with some wrong bits in noise.
    #[test]
    fn hits_are_where_few_bits_are_wrong(seed: u64, value: u64, len in 1..=88u32, tolerance: u8, both: bool) {
        let mut noise = Noise(seed);
        // above 64 whole octets: 72 to 192 bits
        let asm = if len <= 64 { Asm::new(value, len) } else { Asm::from_octets(&noise.octets(len as usize - 64)) };
        let asm = asm.expect("1 to 64 bits, or 1 to 24 octets");
        let len = asm.len_bits();
        let marker: Vec<u8> = (0..len).map(|at| asm.bit(at)).collect();
        let mut stream = noise.bits(100);
        for _ in 0..10 {
            let turned = (noise.next() & 1) as u8;
            stream.extend(marker.iter().map(|bit| bit ^ turned));
            for _ in 0..noise.below(6) {
                let at = stream.len() - 1 - noise.below(len as usize);
                stream[at] ^= 1;
            }
            let gap = noise.below(40);
            stream.extend(noise.bits(gap));
        }
        let most = usize::from(tolerance).min((len as usize - 1) / 2);
        let polarity = if both { Polarity::Both } else { Polarity::Normal };
        let mut search = MarkerSearch::new(asm, tolerance, polarity);
        for (last, &bit) in stream.iter().enumerate() {
            let hit = search.push(bit).map(|hit| (hit.inverted, usize::from(hit.errors)));
            let at = (last + 1).checked_sub(len as usize);
            let expected = at.and_then(|at| marker_at(&stream, at, &marker, most, both));
            prop_assert_eq!(hit, expected);
        }
    }
}

proptest! {
    /// Octets are passed over only where no marker ends, and leave the search as if they had been pushed.
    #[test]
    fn passing_over_changes_nothing(seed: u64, tolerance in 0_u8..3, which in 0_usize..4, both: bool) {
        let odd = Asm::new(0b1_0110_0111_0001, 13).expect("a marker");
        let asm = [Asm::PLTU, Asm::TM, Asm::CSM, odd][which];
        let polarity = if both { Polarity::Both } else { Polarity::Normal };
        let mut noise = Noise(seed);
        // Markers at every phase, in both polarities, between noise.
        let mut stream = bits(&noise.octets(3));
        for number in 0..40 {
            let turned = number & 1;
            let marker = (0..asm.len_bits()).rev().map(|place| (asm.value() >> place & 1) as u8 ^ turned);
            stream.extend(marker);
            let gap = noise.octets(1)[0] as usize % 40;
            stream.extend(&bits(&noise.octets(5))[..gap]);
        }
        let (mut fast, mut slow) = (MarkerSearch::new(asm, tolerance, polarity), MarkerSearch::new(asm, tolerance, polarity));
        let mut hits = 0;
        for eight in stream.as_chunks::<8>().0 {
            let expected: Vec<_> = eight.iter().map(|&bit| slow.push(bit)).collect();
            let octet = eight.iter().fold(0, |sum, bit| sum << 1 | bit);
            let got: Vec<_> = if fast.pass_over(octet) {
                vec![None; 8]
            } else {
                eight.iter().map(|&bit| fast.push(bit)).collect()
            };
            hits += expected.iter().flatten().count();
            prop_assert_eq!(got, expected);
        }
        prop_assert!(hits >= 19);
    }
}
