//! Packet extraction against a twin that knows where every packet lies.

use magpie_ground::extract::{Drop, PacketExtractor};
use magpie_wire::first_header::FirstHeader;
use proptest::prelude::*;

/// A telemetry space packet by hand (133.0): APID 1 to 7, unsegmented.
fn packet(apid: u8, data_len: usize) -> Vec<u8> {
    let length = u16::try_from(data_len - 1).unwrap().to_be_bytes();
    let mut octets = vec![0x00, apid, 0xC0, 0x00, length[0], length[1]];
    octets.extend((0..data_len).map(|i| u8::try_from(i % 251).unwrap()));
    octets
}

/// Cuts a stream of packets into zones of `len` octets with the pointers that 132.0 and 732.0 ask for.
fn zones(packets: &[Vec<u8>], len: usize) -> Vec<(Vec<u8>, FirstHeader)> {
    let stream: Vec<u8> = packets.concat();
    let starts: Vec<usize> = packets
        .iter()
        .scan(0, |at, packet| {
            let start = *at;
            *at += packet.len();
            Some(start)
        })
        .collect();
    stream
        .chunks_exact(len)
        .enumerate()
        .map(|(index, zone)| {
            let (from, to) = (index * len, (index + 1) * len);
            let first = starts
                .iter()
                .find(|&&start| (from..to).contains(&start))
                .map_or(FirstHeader::NoPacketStart, |start| {
                    FirstHeader::At(u16::try_from(start - from).unwrap())
                });
            (zone.to_vec(), first)
        })
        .collect()
}

/// The packets that lie wholly in zones that came, without a lost zone inside.
fn deliverable(packets: &[Vec<u8>], len: usize, zones: usize, lost: &[bool]) -> Vec<Vec<u8>> {
    let mut at = 0;
    let mut whole = Vec::new();
    for packet in packets {
        let (from, to) = (at / len, (at + packet.len() - 1) / len);
        if to < zones && (from..=to).all(|zone| !lost[zone]) {
            whole.push(packet.clone());
        }
        at += packet.len();
    }
    whole
}

proptest! {
    //= 132.0-B-3 first-header-pointer
    //= 732.0-B-4 m-pdu
    #[test]
    fn every_packet_that_lies_in_the_frames_that_came(
        lens in proptest::collection::vec(1usize..700, 1..40),
        zone_len in 1usize..300,
        losses in proptest::collection::vec(proptest::bool::weighted(0.1), 400),
    ) {
        let packets: Vec<Vec<u8>> = lens.iter().enumerate().map(|(i, &len)| packet(u8::try_from(i % 7 + 1).unwrap(), len)).collect();
        let zones = zones(&packets, zone_len);
        let lost: Vec<bool> = (0..zones.len()).map(|i| losses[i % losses.len()]).collect();
        let mut extractor = PacketExtractor::default();
        let mut found = Vec::new();
        for (index, (zone, first)) in zones.iter().enumerate() {
            if lost[index] {
                extractor.handle_loss();
            } else {
                extractor.handle_zone(zone, *first, &mut |packet| found.push(packet.octets().to_vec()));
            }
        }
        prop_assert_eq!(found, deliverable(&packets, zone_len, zones.len(), &lost));
    }

    /// Every octet that goes in comes out in a packet, is counted as dropped, or waits unfinished.
    #[test]
    fn no_octet_vanishes_whatever_comes(
        zones in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..200), any::<u16>()), 0..30),
        limit in 7usize..400,
    ) {
        let mut extractor = PacketExtractor::with_limit(limit);
        let (mut octets_in, mut octets_out) = (0u64, 0u64);
        for (zone, pointer) in &zones {
            let first = FirstHeader::from_bits(pointer & 0x7FF);
            let idle = matches!(first, FirstHeader::IdleOnly);
            octets_in += if idle { 0 } else { zone.len() as u64 };
            extractor.handle_zone(zone, first, &mut |packet| {
                assert!(packet.octets().len() <= limit);
                octets_out += packet.octets().len() as u64;
            });
        }
        extractor.finish();
        let dropped: u64 = extractor.dropped().values().map(|dropped| dropped.octets).sum();
        prop_assert_eq!(octets_in, octets_out + dropped);
    }
}

fn run(steps: &[(&[u8], FirstHeader)]) -> (Vec<Vec<u8>>, Vec<Drop>) {
    let mut extractor = PacketExtractor::default();
    let mut found = Vec::new();
    for (zone, first) in steps {
        extractor.handle_zone(zone, *first, &mut |packet| {
            found.push(packet.octets().to_vec());
        });
    }
    extractor.finish();
    (found, extractor.dropped().keys().copied().collect())
}

#[test]
fn a_pointer_that_disagrees_wins() {
    let (long, short) = (packet(1, 20), packet(2, 4));
    // The frame says a packet starts at 3, but the unfinished one has 16 octets to come.
    let second = [&long[10..13], &short[..]].concat();
    let (found, dropped) = run(&[
        (&long[..10], FirstHeader::At(0)),
        (&second, FirstHeader::At(3)),
    ]);
    assert_eq!(
        (found, dropped),
        (vec![short], vec![Drop::PointerDisagrees])
    );
}

#[test]
fn idle_frames_drop_the_unfinished_packet() {
    let long = packet(1, 20);
    let (found, dropped) = run(&[
        (&long[..10], FirstHeader::At(0)),
        (&[0; 16], FirstHeader::IdleOnly),
        (&long[10..], FirstHeader::NoPacketStart),
    ]);
    assert_eq!(
        (found.len(), dropped),
        (0, vec![Drop::IdleFrame, Drop::NoStart])
    );
}

#[test]
fn a_foreign_packet_version_costs_the_rest_of_its_frame() {
    let good = packet(3, 9);
    let zone = [&good[..], &[0x80, 1, 2, 3, 4, 5, 6]].concat();
    let (found, dropped) = run(&[(&zone, FirstHeader::At(0)), (&good, FirstHeader::At(0))]);
    assert_eq!(
        (found, dropped),
        (vec![good.clone(), good], vec![Drop::PacketVersion])
    );
}

#[test]
fn a_packet_that_ends_with_its_frame_is_followed_by_a_fresh_one() {
    let (a, b) = (packet(1, 4), packet(2, 4));
    let (found, dropped) = run(&[
        (&a[..6], FirstHeader::At(0)),
        (&a[6..], FirstHeader::NoPacketStart),
        (&b, FirstHeader::At(0)),
    ]);
    assert_eq!((found, dropped), (vec![a, b], vec![]));
}

#[test]
fn a_pointer_behind_the_zone_is_named() {
    let (found, dropped) = run(&[(&[1, 2, 3], FirstHeader::At(4))]);
    assert_eq!((found.len(), dropped), (0, vec![Drop::PointerOutside]));
}
