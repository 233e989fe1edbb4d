//! The carousel's packets against octets put together by hand from the field tables of 727.0-B-5 and 133.0-B-2.

use magpie_relay::carousel::{Carousel, CarouselConfig, CarouselError, CarouselFile, Content};
use magpie_wire::id::Apid;

fn config() -> CarouselConfig {
    CarouselConfig {
        source: 82,
        destination: 1,
        apid: Apid::new(1024).unwrap(),
        segment_octets: 4,
        first_transaction: 7,
    }
}

fn file(name: &str, octets: &[u8]) -> CarouselFile {
    CarouselFile {
        name: name.into(),
        octets: octets.to_vec(),
    }
}

fn packets<F: Content>(carousel: &mut Carousel<F>, count: usize) -> Vec<Vec<u8>> {
    let mut packet = vec![0; carousel.longest_packet()];
    (0..count)
        .map(|_| {
            let len = carousel.next_packet(&mut packet).unwrap();
            packet[..len].to_vec()
        })
        .collect()
}

/// Octets from hexadecimal digits and blanks.
fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| u8::try_from(d).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

#[test]
fn one_round_is_metadata_segments_and_eof() {
    //= 727.0-B-5 class-1
    //= 727.0-B-5 pdu-in-space-packet
    //= 727.0-B-5 checksum-type-1
    // Space packet: telemetry, APID 1024, unsegmented. PDU header: version 1, to receiver, unacknowledged, no CRC, two-octet entities and numbers
    // (82 -> 1, transaction 7). The CRC-32 of "123456789" is 51693C0C by the published vectors of 211.2-B annex C.
    let mut carousel = Carousel::new(config(), vec![file("ab", b"123456789")]).unwrap();
    let round = packets(&mut carousel, 5);
    let header = "11 0052 0007 0001";
    let expected = [
        format!("0400 C000 0015  24 000C {header}  07 01 00000009 02 6162 02 6162"),
        format!("0400 C001 0011  34 0008 {header}  00000000 31323334"),
        format!("0400 C002 0011  34 0008 {header}  00000004 35363738"),
        format!("0400 C003 000E  34 0005 {header}  00000008 39"),
        format!("0400 C004 0013  24 000A {header}  04 00 51693C0C 00000009"),
    ];
    for (packet, expected) in round.iter().zip(&expected) {
        assert_eq!(*packet, hex(expected));
    }
    assert_eq!(carousel.rounds(), 1);
}

#[test]
fn every_round_repeats_the_same_pdus() {
    let files = vec![file("a", b"12345678"), file("b", b""), file("c", b"xyz")];
    let mut carousel = Carousel::new(config(), files).unwrap();
    // 4 + 2 + 3 packets a round: metadata, segments, EOF of each file; an empty file has no segment.
    let (first, second) = (packets(&mut carousel, 9), packets(&mut carousel, 9));
    assert_eq!(carousel.rounds(), 2);
    for (one, two) in first.iter().zip(&second) {
        assert_eq!(one[6..], two[6..], "the PDUs are the same");
        assert_ne!(one[2..4], two[2..4], "the packet counts go on");
    }
    let numbers: Vec<u8> = first.iter().map(|packet| packet[13]).collect();
    assert_eq!(
        numbers,
        [7, 7, 7, 7, 8, 8, 9, 9, 9],
        "one transaction a file"
    );
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let refused = |config: CarouselConfig, files: Vec<CarouselFile>| {
        Carousel::new(config, files).unwrap_err()
    };
    assert_eq!(refused(config(), vec![]), CarouselError::NoFiles);
    assert_eq!(
        refused(config(), vec![file("", b"1")]),
        CarouselError::NameLength { len: 0 }
    );
    assert_eq!(
        refused(config(), vec![file(&"x".repeat(256), b"1")]),
        CarouselError::NameLength { len: 256 }
    );
    assert_eq!(
        refused(
            CarouselConfig {
                segment_octets: 0,
                ..config()
            },
            vec![file("a", b"1")]
        ),
        CarouselError::NoSegmentLength
    );
    let last = CarouselConfig {
        first_transaction: u16::MAX,
        ..config()
    };
    assert_eq!(
        refused(last, vec![file("a", b"1"), file("b", b"2")]),
        CarouselError::TooManyFiles
    );
    assert!(Carousel::new(last, vec![file("a", b"1")]).is_ok());
}

#[test]
fn a_short_buffer_costs_nothing() {
    let mut carousel = Carousel::new(config(), vec![file(&"n".repeat(255), &[9; 40])]).unwrap();
    let expected = packets(&mut carousel.clone(), 3);
    let mut short = [0; 20];
    assert!(carousel.next_packet(&mut short).is_err());
    assert!(carousel.next_packet(&mut []).is_err());
    assert_eq!(
        packets(&mut carousel, 3),
        expected,
        "the packet comes next time"
    );
}
