//! Vectors of other implementations, hostile octets, round trips.

use std::vec;
use std::vec::Vec;

use super::*;

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|digit| *digit != b' ').collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// `spacepackets` (Python and Rust), printed in the facts of 727.0-B-5.
const VECTORS: [&str; 6] = [
    "20000A000107020400DEADBEEF00000014",
    "22000C000107020400DEADBEEF00000014D6CD",
    "20001E000107020700000000140C646F776E6C696E6B2E6461740A75706C696E6B2E646174",
    "24001E000107020700000000140C646F776E6C696E6B2E6461740A75706C696E6B2E646174",
    "280011000107020800000000000000140000000800000010",
    "30000C0001070200000000534F4C2031323437",
];

fn parsed(hex: &str, see: impl Fn(&Pdu<'_>)) {
    let octets = octets(hex);
    let pdu = Pdu::parse(&octets).unwrap();
    see(&pdu);
    let mut out = vec![0; octets.len()];
    assert_eq!(pdu.emit(&mut out), Ok(octets.len()));
    assert_eq!(out, octets, "{hex}");
    assert_eq!(
        pdu.emit(&mut vec![0; octets.len() - 1]),
        Err(PduError::NoRoom)
    );
}

#[test]
fn vectors_are_read_and_written() {
    //= 727.0-B-5 pdu-header
    //= 727.0-B-5 pdu-crc
    //= 727.0-B-5 eof
    for hex in &VECTORS[..2] {
        parsed(hex, |pdu| {
            assert_eq!(pdu.header.transaction.source, EntityId(1));
            assert_eq!(pdu.header.transaction.sequence, 7);
            assert_eq!(pdu.header.destination, EntityId(2));
            let expected = Eof {
                condition: Condition::NoError,
                checksum: 0xDEAD_BEEF,
                size: 20,
                fault_location: None,
            };
            assert_eq!(pdu.body, Body::Eof(expected));
        });
    }
    //= 727.0-B-5 metadata
    for (hex, mode) in [
        (VECTORS[2], Mode::Acknowledged),
        (VECTORS[3], Mode::Unacknowledged),
    ] {
        parsed(hex, |pdu| {
            assert_eq!(pdu.header.mode, mode);
            let Body::Metadata(metadata) = pdu.body else {
                panic!("{pdu:?}")
            };
            assert_eq!(metadata.source_name, b"downlink.dat");
            assert_eq!(metadata.destination_name, b"uplink.dat");
            assert_eq!((metadata.size, metadata.checksum_type), (20, 0));
        });
    }
    //= 727.0-B-5 nak
    parsed(VECTORS[4], |pdu| {
        assert_eq!(pdu.header.direction, Direction::ToSender);
        let Body::Nak(nak) = pdu.body else {
            panic!("{pdu:?}")
        };
        assert_eq!((nak.start, nak.end), (0, 20));
        assert_eq!(nak.requests().collect::<Vec<_>>(), [(8, 16)]);
    });
    //= 727.0-B-5 file-data
    parsed(VECTORS[5], |pdu| {
        let Body::FileData(data) = pdu.body else {
            panic!("{pdu:?}")
        };
        assert_eq!((data.offset, data.octets), (0, &b"SOL 1247"[..]));
    });
}

/// What the other implementation writes.
fn written(pdu: &dyn spacepackets::cfdp::pdu::WritablePduPacket) -> Vec<u8> {
    let mut out = vec![0; pdu.len_written()];
    pdu.write_to_slice(&mut out).unwrap();
    out
}

#[test]
fn spacepackets_writes_the_same() {
    use spacepackets::cfdp::pdu::eof::EofPdu;
    use spacepackets::cfdp::pdu::finished::FinishedPduCreator;
    use spacepackets::cfdp::pdu::{CommonPduConfig, PduHeader};
    use spacepackets::cfdp::{ConditionCode, CrcFlag, LargeFileFlag};
    use spacepackets::util::{UnsignedByteFieldU16, UnsignedByteFieldU32};
    //= 727.0-B-5 finished
    let config = |crc: CrcFlag, large: LargeFileFlag| {
        CommonPduConfig::new(
            UnsignedByteFieldU16::new(0x102),
            UnsignedByteFieldU16::new(0x304),
            UnsignedByteFieldU32::new(0x0506_0708),
            spacepackets::cfdp::TransmissionMode::Acknowledged,
            large,
            crc,
            spacepackets::cfdp::Direction::TowardsReceiver,
        )
        .unwrap()
    };
    for (crc, large) in [
        (CrcFlag::NoCrc, LargeFileFlag::Normal),
        (CrcFlag::WithCrc, LargeFileFlag::Large),
    ] {
        let header = || PduHeader::new_for_file_directive(config(crc, large), 0);
        let theirs = written(&EofPdu::new_no_error(header(), 0x1234_5678, 99));
        let pdu = Pdu::parse(&theirs).unwrap();
        assert_eq!(pdu.header.transaction.sequence, 0x0506_0708);
        assert_eq!(pdu.header.destination, EntityId(0x304));
        assert!(
            matches!(pdu.body, Body::Eof(eof) if eof.checksum == 0x1234_5678 && eof.size == 99)
        );
        let mut out = vec![0; theirs.len()];
        assert_eq!(pdu.emit(&mut out), Ok(theirs.len()));
        assert_eq!(out, theirs);
        let theirs = written(&FinishedPduCreator::new(
            header(),
            ConditionCode::NakLimitReached,
            spacepackets::cfdp::pdu::finished::DeliveryCode::Incomplete,
            spacepackets::cfdp::pdu::finished::FileStatus::DiscardDeliberately,
            &[],
            None,
        ));
        let pdu = Pdu::parse(&theirs).unwrap();
        let expected = Finished {
            condition: Condition::NakLimit,
            delivery: DeliveryCode::Incomplete,
            status: FileStatus::Discarded,
            fault_location: None,
        };
        assert_eq!(pdu.body, Body::Finished(expected));
        let mut out = vec![0; theirs.len()];
        assert_eq!(pdu.emit(&mut out), Ok(theirs.len()));
        assert_eq!(out, theirs);
    }
}

fn header(entity_len: u8, sequence_len: u8, crc: bool, large: bool) -> Header {
    Header {
        direction: Direction::ToReceiver,
        mode: Mode::Acknowledged,
        crc,
        large,
        segmentation_control: false,
        segment_metadata: false,
        entity_len,
        sequence_len,
        transaction: TransactionId {
            source: EntityId(0x7F),
            sequence: 0x66,
        },
        destination: EntityId(3),
    }
}

#[test]
fn every_width_and_directive_comes_back() {
    //= 727.0-B-5 pdu-header
    //= 727.0-B-5 ack
    //= 727.0-B-5 prompt
    //= 727.0-B-5 tlv
    //= 727.0-B-5 condition-codes
    let mut options = Vec::new();
    put_tlv(&mut options, Tlv::MESSAGE, b"hello");
    put_tlv(&mut options, Tlv::FLOW_LABEL, b"");
    let mut bodies = vec![
        Body::Prompt(Prompt::Nak),
        Body::Prompt(Prompt::KeepAlive),
        Body::KeepAlive { progress: 77 },
        Body::Metadata(Metadata {
            closure: true,
            checksum_type: 15,
            size: 5,
            source_name: b"",
            destination_name: b"x",
            options: Tlvs::parse(&options).unwrap(),
        }),
    ];
    for condition in Condition::ALL {
        bodies.push(Body::Ack(Ack {
            acked: Acked::Finished,
            condition,
            status: AckStatus::Terminated,
        }));
        bodies.push(Body::Eof(Eof {
            condition,
            checksum: 1,
            size: 2,
            fault_location: Some(EntityId(0x1234)),
        }));
    }
    for entity_len in 1..=8 {
        for sequence_len in 1..=8 {
            for flags in 0..4 {
                let header = header(entity_len, sequence_len, flags & 1 != 0, flags & 2 != 0);
                for body in &bodies {
                    let pdu = Pdu {
                        header,
                        body: *body,
                    };
                    let mut out = [0; 128];
                    let len = pdu.emit(&mut out).unwrap();
                    assert_eq!(Pdu::parse(&out[..len]), Ok(pdu));
                }
            }
        }
    }
}

#[test]
fn segment_metadata_is_skipped() {
    //= 727.0-B-5 file-data
    // Header of the vector with the flag; record state 11, three octets of metadata, then offset and data.
    parsed(
        "300010080107 02 C3010203 00000005 534F4C2031323437",
        |pdu| {
            let Body::FileData(data) = pdu.body else {
                panic!("{pdu:?}")
            };
            assert_eq!(data.segment_metadata, Some((3, &[1, 2, 3][..])));
            assert_eq!((data.offset, data.octets), (5, &b"SOL 1247"[..]));
        },
    );
}

#[test]
fn hostile_octets_are_refused_by_name() {
    // Each vector cut anywhere, or with its length lowered to fit the cut, is refused or read without a panic.
    for hex in VECTORS {
        let whole = octets(hex);
        for len in 0..whole.len() {
            assert!(Pdu::parse(&whole[..len]).is_err());
            let mut short = whole[..len].to_vec();
            if let (Some(body), true) = (len.checked_sub(7), len > 3) {
                short[2] = u8::try_from(body).unwrap();
                let _ = Pdu::parse(&short);
            }
        }
    }
    let refused = |hex: &str| Pdu::parse(&octets(hex)).unwrap_err();
    assert_eq!(
        refused("00000A000107020400DEADBEEF00000014"),
        PduError::Version
    );
    assert_eq!(
        refused("20000B000107020400DEADBEEF00000014"),
        PduError::Length
    );
    assert_eq!(
        refused("22000C000107020400DEADBEEF00000014D6CC"),
        PduError::Crc
    );
    assert_eq!(refused("2200010001070200"), PduError::Truncated);
    assert_eq!(refused("2000010001070203"), PduError::Directive { code: 3 });
    assert_eq!(
        refused("20000A0001070204C0DEADBEEF00000014"),
        PduError::Condition { code: 12 }
    );
    // A NAK whose pair ends before it starts, and one with half a pair.
    assert_eq!(
        refused("280011000107020800000000000000140000001000000008"),
        PduError::OffsetOverflow
    );
    assert_eq!(
        refused("28000D0001070208000000000000001400000008"),
        PduError::Truncated
    );
    // File data of a large file at the end of 64 bits.
    assert_eq!(
        refused("31000A00010702FFFFFFFFFFFFFFFF4141"),
        PduError::OffsetOverflow
    );
    assert_eq!(refused("2000040001070206400100"), PduError::Trailing);
    assert_eq!(refused("20000300010702067001"), PduError::Value);
    // A width that the header cannot say.
    for (entity_len, sequence_len) in [(0, 1), (1, 0), (9, 1), (1, 9)] {
        let pdu = Pdu {
            header: header(entity_len, sequence_len, false, false),
            body: Body::Prompt(Prompt::Nak),
        };
        assert_eq!(pdu.emit(&mut [0; 64]), Err(PduError::Value));
    }
}
