extern crate std;
use super::*;
use std::vec;

/// The slow CRC of the facts: polynomial 00A00805, preset 0, most significant bit first, no inversion.
fn crc32(octets: &[u8]) -> u32 {
    let bits = octets
        .iter()
        .flat_map(|&o| (0..8).rev().map(move |i| o >> i & 1));
    bits.fold(0, |crc: u32, bit| {
        let carry = crc >> 31 != u32::from(bit);
        crc << 1 ^ if carry { 0x00A0_0805 } else { 0 }
    })
}

/// Origin: "123456789" row of the CRC table of the facts; it only shows that the CRC of this test is the right one.
#[test]
fn the_crc_of_this_test_is_right() {
    assert_eq!(crc32(b"123456789"), 0x5169_3C0C);
}

/// Origin: the PLTUs of test-vectors.md and of the CRC table (empty frame and one-octet frame).
//= 211.2-B-3 pltu
#[test]
fn units_of_the_facts() {
    let vectors: [&[u8]; 5] = [
        b"\xFA\xF3\x20\xB1\x23\x08\x06\x00\x80\x00\xD8\xA3\xC0\xFE",
        b"\xFA\xF3\x20\xB1\x23\x08\x09\x00\x04\x21\x88\x21\x8A\x1E\xA4\x02\x2D",
        b"\xFA\xF3\x20\x82\xAA\xD0\x0B\xC7\x08\x01\xC0\x00\x00\x00\x41\x34\xF3\xE3\x3D",
        b"\xFA\xF3\x20\x80\x00\x00\x04\x00\xBC\xC0\x04\xE7",
        b"\xFA\xF3\x20\x80\x00\x00\x05\x00\xAA\x85\xC4\x55\x6E",
    ];
    for octets in vectors {
        let unit = Pltu::parse(octets, None).unwrap();
        assert_eq!(unit.frame(), &octets[3..octets.len() - 4]);
        assert!(unit.is_intact(crc32));
        assert!(!unit.is_intact(|frame| !crc32(frame)));
        let mut out = vec![0; octets.len()];
        assert_eq!(
            Pltu::emit(unit.frame(), unit.crc(), &mut out),
            Ok(octets.len())
        );
        assert_eq!(out, octets);
        assert_eq!(
            Pltu::emit_with(unit.frame(), crc32, &mut out),
            Ok(octets.len())
        );
        assert_eq!(out, octets);
    }
}

/// First octets by hand: Version-3 length in the low 11 bits of octets 2-3, USLP length in octets 4-5, truncated by octet 3.
//= 211.2-B-3 frame-length
#[test]
fn frame_length_from_the_first_octets() {
    assert_eq!(frame_len(&[], None), Ok(FrameLen::Need(4)));
    assert_eq!(frame_len(&[0x80, 0, 0], None), Ok(FrameLen::Need(4)));
    assert_eq!(
        frame_len(&[0x80, 0, 0xF8, 0x04], None),
        Ok(FrameLen::Octets(5))
    );
    assert_eq!(
        frame_len(&[0xBF, 0, 0x07, 0xFF], None),
        Ok(FrameLen::Octets(2048))
    );
    assert_eq!(
        frame_len(&[0x80, 0, 0, 3], None),
        Err(PltuError::FrameLength { need: 4 })
    );
    assert_eq!(frame_len(&[0xC0, 0, 0], None), Ok(FrameLen::Need(4)));
    assert_eq!(frame_len(&[0xC0, 0, 0, 0, 0], None), Ok(FrameLen::Need(6)));
    assert_eq!(
        frame_len(&[0xC0, 0, 0, 0, 0x07, 0xFF], None),
        Ok(FrameLen::Octets(2048))
    );
    let long = frame_len(&[0xC0, 0, 0, 0, 0x08, 0x00], None);
    assert_eq!(long, Err(PltuError::FrameLength { need: 2049 }));
    assert_eq!(
        frame_len(&[0xC0, 0, 0, 1], None),
        Err(PltuError::TruncatedUnmanaged)
    );
    assert_eq!(
        frame_len(&[0xC0, 0, 0, 1], Some(12)),
        Ok(FrameLen::Octets(12))
    );
    for first_octet in (0..0x80).chain(0xD0..=0xFF) {
        assert_eq!(
            frame_len(&[first_octet], None),
            Err(PltuError::Version { first_octet })
        );
    }
}

//= 211.2-B-3 pltu
#[test]
fn broken_units_are_refused_by_name() {
    let good = b"\xFA\xF3\x20\x80\x00\x00\x04\x00\xBC\xC0\x04\xE7";
    assert_eq!(Pltu::parse(&good[1..], None), Err(PltuError::Marker));
    assert_eq!(
        Pltu::parse(&good[..11], None),
        Err(PltuError::Length { need: 12, have: 11 })
    );
    assert_eq!(
        Pltu::parse(&good[..4], None),
        Err(PltuError::Length { need: 11, have: 4 })
    );
    let long = [&good[..], &[0]].concat();
    assert_eq!(
        Pltu::parse(&long, None),
        Err(PltuError::Length { need: 12, have: 13 })
    );
    let mut out = [0; 11];
    assert_eq!(
        Pltu::emit(&good[3..8], 0, &mut out),
        Err(EmitError::NoSpace { need: 12, have: 11 })
    );
    assert_eq!(
        Pltu::emit(&good[3..7], 0, &mut out),
        Err(EmitError::TooShort { min: 5, have: 4 })
    );
    let too_long = EmitError::TooLong {
        max: 2048,
        have: 2049,
    };
    assert_eq!(Pltu::emit(&[0x80; 2049], 0, &mut out), Err(too_long));
}
