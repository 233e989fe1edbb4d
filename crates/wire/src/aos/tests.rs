use super::bpdu::{BPdu, BitstreamData};
use super::mpdu::MPdu;
use super::*;
use crate::error::EmitError;
use crate::first_header::FirstHeader;
use crate::id::{AosScid, Vcid};
use crate::ocf::Ocf;
use crate::seq::VcFrameCount24;
use proptest::prelude::*;

/// The header of both frame vectors of the facts (origin: AST `vectors/aos/frame.json`).
fn header() -> AosHeader {
    AosHeader {
        vc_frame_count: VcFrameCount24::new(0x000_102).unwrap(),
        vc_frame_count_usage_flag: true,
        vc_frame_count_cycle: 3,
        ..AosHeader::new(AosScid::new(0xAB), Vcid::new(42).unwrap())
    }
}

const DATA: [u8; 4] = [0xDE, 0xAD, 0xBE, 0xEF];

#[test]
fn frame_vector_of_the_facts() {
    //= 732.0-B-4 primary-header
    //= 732.0-B-4 frame-layout
    let octets = [
        0x6A, 0xEA, 0x00, 0x01, 0x02, 0x43, 0xDE, 0xAD, 0xBE, 0xEF, 0x9E, 0x2C,
    ];
    let parameters = AosParameters {
        frame_len: 12,
        fecf: true,
        ..AosParameters::default()
    };
    let frame = AosFrame::parse(&octets, &parameters).unwrap();
    assert_eq!(frame.header(), header());
    assert_eq!(frame.header().extended_vc_frame_count(), 0x300_0102);
    assert_eq!(
        (frame.data(), frame.fhec(), frame.fecf()),
        (&DATA[..], None, Some(0x9E2C))
    );
    assert_eq!(frame.octets_under_fecf(), &octets[..10]);
    let mut again = [0xFF; 12];
    assert_eq!(
        header().emit(&parameters, &AosContent::data(&DATA), &mut again),
        Ok(10)
    );
    assert_eq!((&again[..10], &again[10..]), (&octets[..10], &[0, 0][..]));
}

#[test]
fn frame_vector_with_fhec_of_the_facts() {
    //= 732.0-B-4 frame-layout
    let octets = [
        0x6A, 0xEA, 0x00, 0x01, 0x02, 0x43, 0xCE, 0x8E, 0xDE, 0xAD, 0xBE, 0xEF, 0x39, 0x34,
    ];
    let parameters = AosParameters {
        frame_len: 14,
        fhec: true,
        fecf: true,
        ..AosParameters::default()
    };
    let frame = AosFrame::parse(&octets, &parameters).unwrap();
    assert_eq!(frame.header(), header());
    assert_eq!(
        (frame.fhec(), frame.data(), frame.fecf()),
        (Some(0xCE8E), &DATA[..], Some(0x3934))
    );
    let content = AosContent {
        fhec: Some(0xCE8E),
        ..AosContent::data(&DATA)
    };
    let mut again = [0; 14];
    assert_eq!(header().emit(&parameters, &content, &mut again), Ok(12));
    assert_eq!(again[..12], octets[..12]);
}

/// Header of 6, insert zone of 3, data of 2, OCF: put together by hand.
#[test]
fn insert_zone_and_ocf() {
    //= 732.0-B-4 frame-layout
    let octets = [
        0x40, 0x3F, 0, 0, 0, 0x80, 1, 2, 3, 0xD0, 0xD1, 0x80, 0xA, 0xB, 0xC,
    ];
    let parameters = AosParameters {
        frame_len: 15,
        insert_zone_len: 3,
        ocf: true,
        ..AosParameters::default()
    };
    let frame = AosFrame::parse(&octets, &parameters).unwrap();
    assert!(frame.header().replay_flag);
    assert!(frame.header().is_oid());
    assert_eq!(frame.insert_zone(), [1, 2, 3]);
    assert_eq!(frame.data(), [0xD0, 0xD1]);
    assert_eq!(frame.ocf(), Some(Ocf::Other([0x80, 0xA, 0xB, 0xC])));
    assert_eq!(
        (frame.fecf(), frame.octets_under_fecf()),
        (None, &octets[..])
    );
    let content = AosContent {
        insert_zone: frame.insert_zone(),
        ocf: frame.ocf(),
        ..AosContent::data(frame.data())
    };
    let mut again = [0xFF; 15];
    assert_eq!(
        frame.header().emit(&parameters, &content, &mut again),
        Ok(15)
    );
    assert_eq!(again, octets);
}

#[test]
fn frame_refusals_by_name() {
    let parameters = AosParameters {
        frame_len: 12,
        fhec: true,
        insert_zone_len: 4,
        fecf: true,
        ..AosParameters::default()
    };
    let octets = [0x40; 12];
    let error = AosError::NoRoom { need: 14, have: 12 };
    assert_eq!(AosFrame::parse(&octets, &parameters), Err(error));
    let error = AosError::Length { need: 12, have: 11 };
    assert_eq!(AosFrame::parse(&octets[..11], &parameters), Err(error));
    let absurd = AosParameters {
        insert_zone_len: usize::MAX,
        ..parameters
    };
    let error = AosError::NoRoom {
        need: usize::MAX,
        have: 12,
    };
    assert_eq!(AosFrame::parse(&octets, &absurd), Err(error));
    assert_eq!(
        AosHeader::parse(&[0; 6]),
        Err(AosError::Version { tfvn: 0 })
    );
    assert_eq!(
        AosHeader::parse(&[0x6A, 0xEA]),
        Err(AosError::Truncated { need: 6, have: 2 })
    );
}

#[test]
fn what_cannot_be_emitted() {
    let parameters = AosParameters {
        frame_len: 12,
        fecf: true,
        ..AosParameters::default()
    };
    let emit = |header: AosHeader, content: &AosContent<'_>| {
        header.emit(&parameters, content, &mut [0; 12])
    };
    let data = AosContent::data(&DATA);
    assert_eq!(emit(header(), &data), Ok(10));
    let fhec = AosContent {
        fhec: Some(0),
        ..data
    };
    assert_eq!(emit(header(), &fhec), Err(EmitError::Inconsistent));
    let insert = AosContent {
        insert_zone: &[0],
        ..data
    };
    assert_eq!(emit(header(), &insert), Err(EmitError::Inconsistent));
    let short = AosContent::data(&DATA[..3]);
    assert_eq!(
        emit(header(), &short),
        Err(EmitError::TooShort { min: 4, have: 3 })
    );
    let long = AosContent::data(&[0; 5]);
    assert_eq!(
        emit(header(), &long),
        Err(EmitError::TooLong { max: 4, have: 5 })
    );
    let cycle = AosHeader {
        vc_frame_count_cycle: 16,
        ..header()
    };
    assert_eq!(
        emit(cycle, &data),
        Err(EmitError::OutOfRange { max: 15, have: 16 })
    );
}

/// All 2048 pointers before a zone of 1,000 octets; the two specials also as in AST `vectors/aos/mpdu.json`.
#[test]
fn mpdu_pointer_exhausted() {
    //= 732.0-B-4 m-pdu
    let mut field = [0xAA; 1002];
    for pointer in 0..2048_u16 {
        field[..2].copy_from_slice(&pointer.to_be_bytes());
        let first_header = MPdu::parse(&field).map(|mpdu| mpdu.first_header());
        match pointer {
            2047 => assert_eq!(first_header, Ok(FirstHeader::NoPacketStart)),
            2046 => assert_eq!(first_header, Ok(FirstHeader::IdleOnly)),
            0..1000 => assert_eq!(first_header, Ok(FirstHeader::At(pointer))),
            _ => {
                let error = AosError::FirstHeaderPointer {
                    pointer,
                    zone_len: 1000,
                };
                assert_eq!(first_header, Err(error));
            }
        }
        if let Ok(first_header) = first_header {
            let mut again = [0; 1002];
            assert_eq!(MPdu::emit(first_header, &field[2..], &mut again), Ok(1002));
            assert_eq!(again, field);
        }
    }
    let all_idle = MPdu::parse(&[0x07, 0xFE, 0xAA]).unwrap();
    assert_eq!(
        (all_idle.first_header(), all_idle.packet_zone()),
        (FirstHeader::IdleOnly, &[0xAA][..])
    );
    assert_eq!(
        MPdu::parse(&[7]),
        Err(AosError::Truncated { need: 2, have: 1 })
    );
}

/// All 16,384 pointers before a zone of 100 octets (800 bits).
#[test]
fn bpdu_pointer_exhausted() {
    //= 732.0-B-4 b-pdu
    let mut field = [0xAA; 102];
    for pointer in 0..0x4000_u16 {
        field[..2].copy_from_slice(&pointer.to_be_bytes());
        let bits = BPdu::parse(&field).map(|bpdu| bpdu.valid_bits());
        match pointer {
            0x3FFF => assert_eq!(bits, Ok(800)),
            0x3FFE => assert_eq!(bits, Ok(0)),
            0..800 => assert_eq!(bits, Ok(usize::from(pointer) + 1)),
            _ => {
                let error = AosError::BitstreamDataPointer {
                    pointer,
                    zone_bits: 800,
                };
                assert_eq!(bits, Err(error));
            }
        }
        assert_eq!(BitstreamData::from_bits(pointer).to_bits(), Ok(pointer));
        if let Ok(bpdu) = BPdu::parse(&field) {
            let mut again = [0; 102];
            assert_eq!(BPdu::emit(bpdu.data(), bpdu.zone(), &mut again), Ok(102));
            assert_eq!(again, field);
        }
    }
    assert!(BitstreamData::LastBit(0x3FFE).to_bits().is_err());
}

proptest! {
    #[test]
    fn header_round_trip(octets: [u8; 6]) {
        match AosHeader::parse(&octets) {
            Ok(header) => prop_assert_eq!(header.to_octets(), Ok(octets)),
            Err(error) => prop_assert_eq!(error, AosError::Version { tfvn: octets[0] >> 6 }),
        }
    }

    #[test]
    fn any_octets_never_panic_and_round_trip(
        mut octets in proptest::collection::vec(any::<u8>(), 0..60),
        fhec: bool, ocf: bool, fecf: bool, insert_zone_len in 0..70_usize,
    ) {
        if let Some(first) = octets.first_mut() {
            *first = *first & 0x3F | 0x40;
        }
        let frame_len = octets.len();
        let parameters = AosParameters { frame_len, fhec, insert_zone_len, ocf, fecf };
        match AosFrame::parse(&octets, &parameters) {
            Ok(frame) => {
                let content = AosContent {
                    fhec: frame.fhec(),
                    insert_zone: frame.insert_zone(),
                    data: frame.data(),
                    ocf: frame.ocf(),
                };
                let mut again = octets.clone();
                again.fill(0xFF);
                let end = frame.header().emit(&parameters, &content, &mut again).unwrap();
                prop_assert_eq!(&again[..end], frame.octets_under_fecf());
                let _ = (MPdu::parse(frame.data()), BPdu::parse(frame.data()));
            }
            Err(_) => prop_assert!(frame_len < 6 || parameters.data_len().is_none()),
        }
    }
}
