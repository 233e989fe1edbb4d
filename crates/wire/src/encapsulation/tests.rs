use super::*;
use proptest::prelude::*;
use std::vec;

extern crate std;

/// Header vectors published by AST (`vectors/epp/header.json`), each against a value put together by hand.
#[test]
fn header_vectors_of_ast() {
    //= 133.1-B-3 header
    //= 133.1-B-3 length-of-length
    //= 133.1-B-3 protocol-id
    use LengthOfLength::{Four, One, Two, Zero};
    let new = EncapsulationHeader::new;
    let user = EncapsulationHeader {
        user_defined: 5,
        ..new(ProtocolId::IPE, Two)
    };
    let extended = EncapsulationHeader {
        protocol_id_extension: 3,
        ..new(ProtocolId::EXTENDED, Two)
    };
    let full = EncapsulationHeader {
        user_defined: 0xA,
        protocol_id_extension: 3,
        ccsds_defined: 0x1234,
        ..new(ProtocolId::EXTENDED, Four)
    };
    let cases: [(&[u8], EncapsulationHeader, usize); 10] = [
        (&[0xE0], new(ProtocolId::IDLE, Zero), 1),
        (&[0xE1, 8], new(ProtocolId::IDLE, One), 8),
        (&[0xE5, 3], new(ProtocolId::LTP, One), 3),
        (&[0xE9, 6], new(ProtocolId::IPE, One), 6),
        (&[0xED, 4], new(ProtocolId::CFDP, One), 4),
        (&[0xF1, 4], new(ProtocolId::BP, One), 4),
        (&[0xFD, 5], new(ProtocolId::MISSION, One), 5),
        (&[0xEA, 0x50, 0, 6], user, 6),
        (&[0xFA, 0x03, 0, 6], extended, 6),
        (
            &[0xFB, 0xA3, 0x12, 0x34, 0x00, 0x01, 0x11, 0x70],
            full,
            70_000,
        ),
    ];
    let data = vec![0; 70_000];
    let mut out = vec![0xFF; 70_000];
    for (octets, value, len) in cases {
        assert_eq!(
            EncapsulationHeader::parse(octets),
            Ok((value, len)),
            "{octets:02X?}"
        );
        assert_eq!(packet_len(octets), Ok(len));
        assert_eq!(value.emit(&data[..len - octets.len()], &mut out), Ok(len));
        assert_eq!(&out[..octets.len()], octets);
        let packet = EncapsulationPacket::parse(&out[..len]).unwrap();
        assert_eq!((packet.header(), packet.octets().len()), (value, len));
        assert_eq!(packet.is_idle(), octets[0] & 0x1C == 0);
    }
}

/// The rejections of the same corpus, and our own rules.
#[test]
fn refusals_by_name() {
    //= 133.1-B-3 length-of-length
    use EncapsulationError as Error;
    let parse = |octets: &[u8]| EncapsulationPacket::parse(octets).unwrap_err();
    assert_eq!(parse(&[0x00]), Error::Version { version: 0 });
    assert_eq!(
        parse(&[0xE4]),
        Error::NoLength {
            protocol_id: ProtocolId::LTP
        }
    );
    assert_eq!(parse(&[0xFB, 0xA3]), Error::Truncated { need: 8, have: 2 });
    assert_eq!(parse(&[]), Error::Truncated { need: 1, have: 0 });
    assert_eq!(
        parse(&[0xE5, 1]),
        Error::ShorterThanHeader {
            header: 2,
            packet: 1
        }
    );
    assert_eq!(parse(&[0xE5, 3, 9, 9]), Error::Length { need: 3, have: 4 });
    assert_eq!(parse(&[0xE5, 3]), Error::Truncated { need: 3, have: 2 });
    let huge = [0xE7, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(
        parse(&huge),
        Error::Truncated {
            need: 0xFFFF_FFFF,
            have: 8
        }
    );
}

#[test]
fn what_cannot_be_emitted() {
    let mut out = [0; 300];
    let new = EncapsulationHeader::new;
    let one = new(ProtocolId::LTP, LengthOfLength::One);
    assert_eq!(one.emit(&[0; 253], &mut out), Ok(255));
    assert_eq!(
        one.emit(&[0; 254], &mut out),
        Err(EmitError::TooLong {
            max: 253,
            have: 254
        })
    );
    let zero = new(ProtocolId::IDLE, LengthOfLength::Zero);
    assert_eq!(
        zero.emit(&[0], &mut out),
        Err(EmitError::TooLong { max: 0, have: 1 })
    );
    let unlengthed = new(ProtocolId::LTP, LengthOfLength::Zero);
    assert_eq!(unlengthed.emit(&[], &mut out), Err(EmitError::Inconsistent));
    let no_place = EncapsulationHeader {
        user_defined: 1,
        ..one
    };
    assert_eq!(no_place.emit(&[], &mut out), Err(EmitError::Inconsistent));
    let no_place = EncapsulationHeader {
        ccsds_defined: 1,
        ..new(ProtocolId::LTP, LengthOfLength::Two)
    };
    assert_eq!(no_place.emit(&[], &mut out), Err(EmitError::Inconsistent));
    let wide = EncapsulationHeader {
        user_defined: 16,
        ..new(ProtocolId::LTP, LengthOfLength::Two)
    };
    assert_eq!(
        wide.emit(&[], &mut out),
        Err(EmitError::OutOfRange { max: 15, have: 16 })
    );
    assert_eq!(ProtocolId::new(8), None);
}

proptest! {
    #[test]
    fn any_octets_never_panic_and_round_trip(
        mut octets in proptest::collection::vec(any::<u8>(), 0..40), ours: bool,
    ) {
        let len = u32::try_from(octets.len()).unwrap();
        if let (true, Some(first)) = (ours, octets.first_mut()) {
            *first |= 0xE0;
            let width = [0, 1, 2, 4][usize::from(*first & 0b11)];
            let header = [1, 2, 4, 8][usize::from(*first & 0b11)];
            if let Some(length) = octets.get_mut(header - width..header) {
                length.copy_from_slice(&len.to_be_bytes()[4 - width..]);
            }
        }
        if let Ok((packet, rest)) = EncapsulationPacket::parse_prefix(&octets) {
            let mut again = octets.clone();
            again[..octets.len() - rest.len()].fill(0xFF);
            packet.header().emit(packet.data(), &mut again).unwrap();
            prop_assert_eq!(again, octets);
        }
    }
}
