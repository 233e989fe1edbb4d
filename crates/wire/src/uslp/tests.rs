extern crate std;
use super::*;
use crate::bits::Spare;
use crate::id::{MapId, UslpScid, Vcid};
use crate::v3::ScidRole;
use std::vec;

fn non_truncated(vcid: u8, map_id: u8, vcf_count: VcfCount) -> UslpHeader {
    UslpHeader {
        scid: UslpScid::new(42),
        scid_role: ScidRole::Source,
        vcid: Vcid::new(vcid).unwrap(),
        map_id: MapId::new(map_id).unwrap(),
        form: UslpForm::NonTruncated {
            qos: Qos::SequenceControlled,
            protocol_control_command: false,
            spare: Spare::ZERO,
            vcf_count,
        },
    }
}

fn with_flags(qos: Qos, protocol_control_command: bool) -> UslpHeader {
    let mut header = non_truncated(0, 0, VcfCount::NONE);
    header.form = UslpForm::NonTruncated {
        qos,
        protocol_control_command,
        spare: Spare::ZERO,
        vcf_count: VcfCount::NONE,
    };
    header
}

/// Header, octets of the frame it announces, OCF, octets of the header.
type HeaderVector = (UslpHeader, usize, Option<[u8; 4]>, &'static [u8]);

/// Origin: the header vectors of the 732.1 facts. Each header is emitted in a frame of the length it announces, and read back.
//= 732.1-B-3 primary-header
#[test]
fn header_vectors_of_the_facts() {
    let plain = non_truncated(0, 0, VcfCount::NONE);
    let all_max = UslpHeader {
        scid: UslpScid::new(0xFFFF),
        ..non_truncated(63, 15, VcfCount::NONE)
    };
    let count = |octets, value| VcfCount::new(octets, value).unwrap();
    let ocf = Some([1, 2, 3, 4]);
    let to_destination = UslpHeader {
        scid_role: ScidRole::Destination,
        ..plain
    };
    let cases: [HeaderVector; 8] = [
        (plain, 101, None, b"\xC0\x02\xA0\x00\x00\x64\x00"),
        (to_destination, 101, None, b"\xC0\x02\xA8\x00\x00\x64\x00"),
        (all_max, 65_536, None, b"\xCF\xFF\xF7\xFE\xFF\xFF\x00"),
        (
            non_truncated(1, 2, VcfCount::NONE),
            201,
            ocf,
            b"\xC0\x02\xA0\x24\x00\xC8\x08",
        ),
        (
            with_flags(Qos::Expedited, false),
            101,
            None,
            b"\xC0\x02\xA0\x00\x00\x64\x80",
        ),
        (
            with_flags(Qos::SequenceControlled, true),
            101,
            None,
            b"\xC0\x02\xA0\x00\x00\x64\x40",
        ),
        (
            non_truncated(3, 1, count(1, 200)),
            151,
            None,
            b"\xC0\x02\xA0\x62\x00\x96\x01\xC8",
        ),
        (
            non_truncated(3, 1, count(4, 0xDEAD_BEEF)),
            151,
            None,
            b"\xC0\x02\xA0\x62\x00\x96\x04\xDE\xAD\xBE\xEF",
        ),
    ];
    for (header, frame_len, ocf, octets) in cases {
        let ocf_len = if ocf.is_some() { 4 } else { 0 };
        let tfdf = vec![0xE0; frame_len - octets.len() - ocf_len];
        let mut out = vec![0; frame_len];
        let content = UslpContent {
            tfdf: &tfdf,
            ocf,
            ..UslpContent::default()
        };
        assert_eq!(header.emit(&content, &mut out), Ok(frame_len));
        assert_eq!(&out[..octets.len()], octets);
        let prefix = UslpPrefix::parse(octets).unwrap();
        assert_eq!((prefix.header, prefix.header_len), (header, octets.len()));
        assert_eq!(
            (prefix.frame_len, prefix.ocf_flag),
            (Some(frame_len), ocf.is_some())
        );
        let frame = UslpFrame::parse(&out, &UslpManaged::default()).unwrap();
        assert_eq!(
            (*frame.header(), frame.tfdf(), frame.ocf()),
            (header, &tfdf[..], ocf)
        );
    }
}

fn sum16(octets: &[u8]) -> u16 {
    octets.iter().fold(0, |sum, &o| sum + u16::from(o))
}

/// A frame with every field, cut by hand: 7 + 1 header, 2 insert zone, 3 data field, 4 OCF, 2 error control = 19 octets.
//= 732.1-B-3 primary-header
#[test]
fn every_field_at_its_place() {
    let managed = UslpManaged {
        insert_zone_len: 2,
        fecf: true,
        truncated_len: None,
    };
    let octets = [
        0xC0, 0x02, 0xA0, 0x62, 0x00, 0x12, 0x09, 0xC8, // header, OCF flag, count 200
        0x11, 0x22, 0xE0, 0x33, 0x44, // insert zone, data field
        0x01, 0x02, 0x03, 0x04, 0xBE, 0xEF,
    ];
    let frame = UslpFrame::parse(&octets, &managed).unwrap();
    assert_eq!(frame.insert_zone(), [0x11, 0x22]);
    assert_eq!(frame.tfdf(), [0xE0, 0x33, 0x44]);
    assert_eq!(frame.ocf(), Some([1, 2, 3, 4]));
    assert_eq!(frame.fecf(), Some(0xBEEF));
    assert_eq!(
        frame.is_intact(|covered| if covered == &octets[..17] { 0xBEEF } else { 0 }),
        Some(true)
    );
    assert_eq!(frame.is_intact(|_| 0), Some(false));
    assert_eq!(frame.check(), Ok(()));
    assert!(!frame.is_oid() && !frame.is_truncated());

    let content = UslpContent {
        insert_zone: &[0x11, 0x22],
        tfdf: &[0xE0, 0x33, 0x44],
        ocf: Some([1, 2, 3, 4]),
        crc16: Some(sum16),
    };
    let mut out = [0; 19];
    assert_eq!(frame.header().emit(&content, &mut out), Ok(19));
    assert_eq!(out[..17], octets[..17]);
    assert_eq!(out[17..], sum16(&octets[..17]).to_be_bytes());
    assert_eq!(
        frame.header().emit(&content, &mut out[..18]),
        Err(EmitError::NoSpace { need: 19, have: 18 })
    );
}

/// Truncated frames: 4 octets of header, 6 to 32 in all as agreed, no insert zone, OCF or error control.
//= 732.1-B-3 truncated
#[test]
fn truncated_frames() {
    let managed = |truncated_len| UslpManaged {
        insert_zone_len: 3,
        fecf: true,
        truncated_len,
    };
    let octets = [0xC0, 0x02, 0xA0, 0x03, 0xE0, 0xAA];
    let frame = UslpFrame::parse(&octets, &managed(Some(6))).unwrap();
    assert!(frame.is_truncated());
    assert_eq!(
        (frame.header().map_id.get(), frame.tfdf()),
        (1, &[0xE0, 0xAA][..])
    );
    assert_eq!(
        (frame.ocf(), frame.fecf(), frame.insert_zone()),
        (None, None, &[][..])
    );
    assert_eq!((frame.qos(), frame.is_intact(sum16)), (None, None));

    assert_eq!(
        UslpFrame::parse(&octets, &managed(None)),
        Err(UslpError::TruncatedUnmanaged)
    );
    let other = UslpFrame::parse(&octets, &managed(Some(7)));
    assert_eq!(other, Err(UslpError::Length { need: 7, have: 6 }));
    for len in [5, 33] {
        let refused = UslpFrame::parse(&octets, &managed(Some(len)));
        assert_eq!(refused, Err(UslpError::TruncatedLength { len }));
    }

    let header = *frame.header();
    let mut out = [0; 40];
    let tfdf = |tfdf| UslpContent {
        tfdf,
        ..UslpContent::default()
    };
    assert_eq!(header.emit(&tfdf(&[0xE0, 0xAA]), &mut out), Ok(6));
    assert_eq!(out[..6], octets);
    let short = EmitError::TooShort { min: 6, have: 5 };
    assert_eq!(header.emit(&tfdf(&[0xE0]), &mut out), Err(short));
    let long = EmitError::TooLong { max: 32, have: 33 };
    assert_eq!(header.emit(&tfdf(&[0xE0; 29]), &mut out), Err(long));
    let with_ocf = UslpContent {
        ocf: Some([0; 4]),
        ..tfdf(&[0xE0, 0xAA])
    };
    assert_eq!(
        header.emit(&with_ocf, &mut out),
        Err(EmitError::Inconsistent)
    );
}

//= 732.1-B-3 primary-header
#[test]
fn broken_structure_is_refused_by_name() {
    let managed = UslpManaged::default();
    let parse = |octets: &[u8]| UslpFrame::parse(octets, &managed).map(drop);
    assert_eq!(parse(&[]), Err(UslpError::Truncated { need: 4, have: 0 }));
    assert_eq!(parse(&[0x80, 0, 0, 0]), Err(UslpError::Version { tfvn: 8 }));
    assert_eq!(
        parse(&[0xC0, 0, 0, 0, 0]),
        Err(UslpError::Truncated { need: 7, have: 5 })
    );
    assert_eq!(
        parse(&[0xC0, 0, 0, 0, 0, 7, 2, 0]),
        Err(UslpError::Truncated { need: 9, have: 8 })
    );
    assert_eq!(
        parse(&[0xC0, 0, 0, 0, 0, 8, 0]),
        Err(UslpError::Length { need: 9, have: 7 })
    );
    let no_room = UslpError::FieldsDoNotFit { need: 11, have: 9 };
    assert_eq!(parse(&[0xC0, 0, 0, 0, 0, 8, 8, 0xE0, 0]), Err(no_room));
    let absurd = UslpManaged {
        insert_zone_len: usize::MAX,
        ..managed
    };
    let refused = UslpFrame::parse(&[0xC0, 0, 0, 0, 0, 7, 0, 0xE0], &absurd);
    assert!(matches!(
        refused,
        Err(UslpError::FieldsDoNotFit { have: 8, .. })
    ));
    let spare = [0xC0, 0, 0, 0, 0, 7, 0x30, 0xE0];
    let frame = UslpFrame::parse(&spare, &managed).unwrap();
    assert_eq!(frame.check(), Err(UslpError::SpareSet { bits: 3 }));
    let empty = [0xC0, 0, 0, 0, 0, 6, 0];
    assert_eq!(
        UslpFrame::parse(&empty, &managed).unwrap().check(),
        Err(UslpError::NoDataField)
    );
}

/// The facts: over Proximity-1 the VC frame count has one octet, the data field header one, and there is no insert zone.
//= 732.1-B-3 over-proximity-1
#[test]
fn rules_over_proximity_1() {
    let check = |octets: &[u8], insert_zone_len| {
        let managed = UslpManaged {
            insert_zone_len,
            ..UslpManaged::default()
        };
        UslpFrame::parse(octets, &managed)
            .unwrap()
            .check_proximity_1()
    };
    assert_eq!(check(&[0xC0, 0, 0, 0, 0, 8, 1, 0, 0xE0], 0), Ok(()));
    let insert_zone = UslpError::ProximityInsertZone { len: 1 };
    assert_eq!(
        check(&[0xC0, 0, 0, 0, 0, 9, 1, 0, 0, 0xE0], 1),
        Err(insert_zone)
    );
    let count = UslpError::ProximityVcfCount { octets: 0 };
    assert_eq!(check(&[0xC0, 0, 0, 0, 0, 7, 0, 0xE0], 0), Err(count));
    let pointer = UslpError::ProximityPointer { rule: 0 };
    assert_eq!(check(&[0xC0, 0, 0, 0, 0, 8, 1, 0, 0x00], 0), Err(pointer));
}

#[test]
fn vc_frame_counts_of_every_size() {
    assert_eq!(VcfCount::new(8, 0), None);
    assert_eq!(VcfCount::new(0, 1), None);
    assert_eq!(VcfCount::NONE.next(), VcfCount::NONE);
    assert_eq!(VcfCount::NONE.gap_since(VcfCount::NONE), None);
    for octets in 1..=7_u8 {
        let max = u64::MAX >> (64 - 8 * u32::from(octets));
        let last = VcfCount::new(octets, max).unwrap();
        assert_eq!(VcfCount::new(octets, max + 1), None);
        assert_eq!(last.next().get(), 0);
        assert_eq!(last.next().gap_since(last), Some(0));
        assert_eq!(last.next().next().next().gap_since(last), Some(2));
        assert_eq!(last.gap_since(last), Some(max));
        assert_eq!(last.gap_since(VcfCount::NONE), None);
    }
}
