use super::*;
use proptest::prelude::*;
use std::vec;

extern crate std;

fn header(
    packet_type: PacketType,
    apid: u16,
    flags: SequenceFlags,
    count: u16,
) -> SpacePacketHeader {
    SpacePacketHeader {
        sequence_flags: flags,
        sequence_count: SeqCount::new(count).unwrap(),
        ..SpacePacketHeader::new(packet_type, Apid::new(apid).unwrap())
    }
}

/// The vectors of the facts (origin: AST `vectors/spp/header.json`): octets, value, and length field + 1.
#[test]
fn header_vectors_of_the_facts() {
    //= 133.0-B-2 primary-header
    //= 133.0-B-2 data-length
    use PacketType::{Telecommand, Telemetry};
    use SequenceFlags::{Continuation, First, Last, Unsegmented};
    let cases = [
        (
            [0x00, 0x64, 0xC0, 0x00, 0x00, 0x03],
            header(Telemetry, 100, Unsegmented, 0),
            4,
        ),
        (
            [0x17, 0xFF, 0xFF, 0xFF, 0x00, 0x01],
            header(Telecommand, 2047, Unsegmented, 16383),
            2,
        ),
        (
            [0x08, 0x01, 0xC0, 0x01, 0x00, 0x07],
            SpacePacketHeader {
                secondary_header: true,
                ..header(Telemetry, 1, Unsegmented, 1)
            },
            8,
        ),
        (
            [0x00, 0x2A, 0x40, 0x05, 0x00, 0x03],
            header(Telemetry, 42, First, 5),
            4,
        ),
        (
            [0x00, 0x2A, 0x00, 0x06, 0x00, 0x03],
            header(Telemetry, 42, Continuation, 6),
            4,
        ),
        (
            [0x00, 0x2A, 0x80, 0x07, 0x00, 0x03],
            header(Telemetry, 42, Last, 7),
            4,
        ),
    ];
    for (octets, value, data_len) in cases {
        assert_eq!(SpacePacketHeader::parse(&octets), Ok((value, data_len)));
        assert_eq!(packet_len(&octets), Ok(6 + data_len));
        assert_eq!(value.to_octets(data_len), Ok(octets));
    }
}

#[test]
fn sequence_flags_exhausted() {
    //= 133.0-B-2 sequence-flags
    // Facts: 00 continuation, 01 first, 10 last, 11 unsegmented.
    let expected = [
        SequenceFlags::Continuation,
        SequenceFlags::First,
        SequenceFlags::Last,
        SequenceFlags::Unsegmented,
    ];
    for (bits, flags) in (0..4).zip(expected) {
        assert_eq!(SequenceFlags::from_bits(bits), flags);
        assert_eq!(SequenceFlags::from_bits(bits | 0xFC), flags);
        assert_eq!(flags.to_bits(), bits);
        let octets = [0, 1, bits << 6, 9, 0, 0];
        assert_eq!(
            SpacePacketHeader::parse(&octets).unwrap().0.sequence_flags,
            flags
        );
    }
}

#[test]
fn other_versions_are_refused_by_name() {
    // INTEGRAL's packets have version 4 (data README); all seven others are refused.
    for version in 1..8 {
        let error = SpacePacketError::Version { version };
        assert_eq!(packet_len(&[version << 5, 0, 0, 0, 0, 0]), Err(error));
    }
}

/// Facts: data 1 to 65,536 octets, packet 7 to 65,542.
#[test]
fn smallest_and_largest() {
    //= 133.0-B-2 data-length
    let header = header(PacketType::Telemetry, 1, SequenceFlags::Unsegmented, 0);
    let data = vec![0xA5; DATA_MAX + 1];
    let mut out = vec![0; HEADER_LEN + DATA_MAX + 1];
    assert_eq!(header.emit(&data[..1], &mut out), Ok(7));
    assert_eq!(header.emit(&data[..DATA_MAX], &mut out), Ok(65_542));
    assert_eq!(out[4..6], [0xFF, 0xFF]);
    assert_eq!(
        SpacePacket::parse(&out[..65_542]).unwrap().data().len(),
        DATA_MAX
    );
    assert_eq!(
        header.emit(&[], &mut out),
        Err(EmitError::TooShort { min: 1, have: 0 })
    );
    let error = EmitError::TooLong {
        max: DATA_MAX,
        have: DATA_MAX + 1,
    };
    assert_eq!(header.emit(&data, &mut out), Err(error));
    let error = EmitError::NoSpace { need: 8, have: 7 };
    assert_eq!(header.emit(&data[..2], &mut out[..7]), Err(error));
}

#[test]
fn idle_packets() {
    //= 133.0-B-2 idle
    let mut out = [0; 9];
    assert_eq!(emit_idle(SeqCount::new(3).unwrap(), 0x55, &mut out), Ok(()));
    assert_eq!(out, [0x07, 0xFF, 0xC0, 0x03, 0x00, 0x02, 0x55, 0x55, 0x55]);
    assert!(SpacePacket::parse(&out).unwrap().is_idle());
    let error = EmitError::NoSpace { need: 7, have: 6 };
    assert_eq!(emit_idle(SeqCount::default(), 0, &mut out[..6]), Err(error));
}

#[test]
fn a_stream_of_packets() {
    let stream = [
        0x00, 0x64, 0xC0, 0x00, 0x00, 0x00, 0xA1, // APID 100, one octet
        0x07, 0xFF, 0xC0, 0x00, 0x00, 0x01, 0x00, 0x00, // idle, two octets
        0x00, 0x65, 0xC0, // cut off
    ];
    let (first, rest) = SpacePacket::parse_prefix(&stream).unwrap();
    assert_eq!(
        (first.apid().get(), first.data(), first.octets()),
        (100, &[0xA1][..], &stream[..7])
    );
    let (second, rest) = SpacePacket::parse_prefix(rest).unwrap();
    assert!(second.is_idle());
    let error = SpacePacketError::Truncated { need: 6, have: 3 };
    assert_eq!(SpacePacket::parse_prefix(rest), Err(error));
    let error = SpacePacketError::Length { need: 7, have: 18 };
    assert_eq!(SpacePacket::parse(&stream), Err(error));
    let error = SpacePacketError::Truncated { need: 7, have: 6 };
    assert_eq!(SpacePacket::parse(&stream[..6]), Err(error));
}

proptest! {
    #[test]
    fn octets_round_trip(octets in proptest::collection::vec(any::<u8>(), 0..40), version_0: bool) {
        let mut octets = octets;
        if let (true, Some(first)) = (version_0, octets.first_mut()) {
            *first &= 0x1F;
        }
        if let Some(length) = octets.get_mut(4..6).filter(|_| version_0) {
            length[0] = 0;
            length[1] %= 32;
        }
        if let Ok((packet, rest)) = SpacePacket::parse_prefix(&octets) {
            let mut again = octets.clone();
            again[..octets.len() - rest.len()].fill(0xFF);
            let len = packet.header().emit(packet.data(), &mut again).unwrap();
            prop_assert_eq!(len + rest.len(), octets.len());
            prop_assert_eq!(again, octets);
        }
    }

    #[test]
    fn values_round_trip(
        telecommand: bool, secondary_header: bool, apid in 0..2048_u16, flags in 0..4_u8,
        count in 0..16384_u16, data in proptest::collection::vec(any::<u8>(), 1..50),
    ) {
        let packet_type = if telecommand { PacketType::Telecommand } else { PacketType::Telemetry };
        let header = SpacePacketHeader {
            secondary_header,
            ..header(packet_type, apid, SequenceFlags::from_bits(flags), count)
        };
        let mut out = [0; 60];
        let len = header.emit(&data, &mut out).unwrap();
        let packet = SpacePacket::parse(&out[..len]).unwrap();
        prop_assert_eq!(packet.header(), header);
        prop_assert_eq!(packet.data(), data);
    }
}
