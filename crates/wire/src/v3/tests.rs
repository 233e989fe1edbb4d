extern crate std;
use super::*;
use std::string::ToString;
use std::vec;

fn scid(value: u16) -> Scid {
    Scid::new(value).unwrap()
}

/// Origin: table "Proximity-1 vectors computed here" of the facts; header bits 1000 0010 1010 1010 1101 0000 0000 1011 1100 0111.
//= 211.0-B-6 3.2.2
#[test]
fn u_frame_of_the_facts() {
    let octets = [
        0x82, 0xAA, 0xD0, 0x0B, 0xC7, 0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41,
    ];
    let frame = V3Frame::parse(&octets).unwrap();
    let expected = V3Header {
        qos: Qos::SequenceControlled,
        pdu_type: PduType::User,
        dfc_id: DfcId::Packets,
        scid: scid(0x2AA),
        pcid: Pcid::Pcid1,
        port_id: PortId::new(5).unwrap(),
        scid_role: ScidRole::Source,
        n_s: SeqNum::new(0xC7),
    };
    assert_eq!(frame.header(), expected);
    assert!(frame.is_u_frame() && !frame.is_p_frame());
    assert_eq!(
        frame.data_field(),
        [0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41]
    );
    assert_eq!(frame.check(), Ok(()));
    let mut out = [0; 12];
    assert_eq!(expected.emit(frame.data_field(), &mut out), Ok(12));
    assert_eq!(out, octets);
}

/// Origin: the same table, P-frames with a PLCW and with a hail, both SCID 0x123, destination, FSN 0.
//= 211.0-B-6 p-frame
#[test]
fn p_frames_of_the_facts() {
    let plcw = [0xB1, 0x23, 0x08, 0x06, 0x00, 0x80, 0x00];
    let hail = [0xB1, 0x23, 0x08, 0x09, 0x00, 0x04, 0x21, 0x88, 0x21, 0x8A];
    let header = V3Header::p_frame(scid(0x123), ScidRole::Destination);
    for octets in [&plcw[..], &hail] {
        let frame = V3Frame::parse(octets).unwrap();
        assert_eq!(frame.header(), header);
        assert_eq!(frame.check(), Ok(()));
        let mut out = [0; 16];
        let len = header.emit(frame.data_field(), &mut out).unwrap();
        assert_eq!(&out[..len], octets);
    }
}

/// Each field filled with ones alone, by hand from the bit numbers of the header table; the length is that of an empty frame.
//= 211.0-B-6 3.2.2
#[test]
fn each_field_lies_where_the_table_says() {
    let zero = V3Header::u_frame(Qos::SequenceControlled, scid(0), ScidRole::Source);
    let cases = [
        (zero, [0x80, 0x00, 0x00, 0x04, 0x00]),
        (
            V3Header {
                qos: Qos::Expedited,
                ..zero
            },
            [0xA0, 0x00, 0x00, 0x04, 0x00],
        ),
        (
            V3Header {
                pdu_type: PduType::Supervisory,
                ..zero
            },
            [0x90, 0x00, 0x00, 0x04, 0x00],
        ),
        (
            V3Header {
                dfc_id: DfcId::UserDefined,
                ..zero
            },
            [0x8C, 0x00, 0x00, 0x04, 0x00],
        ),
        (
            V3Header {
                scid: Scid::MAX,
                ..zero
            },
            [0x83, 0xFF, 0x00, 0x04, 0x00],
        ),
        (
            V3Header {
                pcid: Pcid::Pcid1,
                ..zero
            },
            [0x80, 0x00, 0x80, 0x04, 0x00],
        ),
        (
            V3Header {
                port_id: PortId::MAX,
                ..zero
            },
            [0x80, 0x00, 0x70, 0x04, 0x00],
        ),
        (
            V3Header {
                scid_role: ScidRole::Destination,
                ..zero
            },
            [0x80, 0x00, 0x08, 0x04, 0x00],
        ),
        (
            V3Header {
                n_s: SeqNum::new(255),
                ..zero
            },
            [0x80, 0x00, 0x00, 0x04, 0xFF],
        ),
    ];
    for (header, octets) in cases {
        let mut out = [0; 5];
        assert_eq!(header.emit(&[], &mut out), Ok(5));
        assert_eq!(out, octets);
        assert_eq!(V3Frame::parse(&octets).unwrap().header(), header);
    }
}

/// Bits 4-5 by table 3-1: 00 packets, 01 segment, 10 reserved, 11 user-defined.
//= 211.0-B-6 table 3-1
#[test]
fn all_four_constructions_are_carried_and_the_reserved_one_refused() {
    let cases = [
        (0x80, DfcId::Packets, Ok(())),
        (0x84, DfcId::Segment, Ok(())),
        (0x88, DfcId::Reserved, Err(FrameError::ReservedDfc)),
        (0x8C, DfcId::UserDefined, Ok(())),
    ];
    for (first, dfc_id, verdict) in cases {
        let octets = [first, 0x00, 0x00, 0x05, 0x00, 0xC0];
        let frame = V3Frame::parse(&octets).unwrap();
        assert_eq!(frame.dfc_id(), dfc_id);
        assert_eq!(frame.check(), verdict);
        let mut out = [0; 6];
        assert_eq!(frame.header().emit(frame.data_field(), &mut out), Ok(6));
        assert_eq!(out, octets);
    }
    let no_header = [0x84, 0x00, 0x00, 0x04, 0x00];
    assert_eq!(
        V3Frame::parse(&no_header).unwrap().check(),
        Err(FrameError::NoSegmentHeader)
    );
}

/// The facts: P-frames are expedited, construction 00, port 000, with one SPDU or more. Base frame B1230806008000.
//= 211.0-B-6 p-frame
#[test]
fn p_frame_rules_are_refused_by_name() {
    let cases = [
        (
            [0x91, 0x23, 0x08, 0x06, 0x00, 0x80, 0x00],
            FrameError::PFrameNotExpedited,
        ),
        (
            [0xB5, 0x23, 0x08, 0x06, 0x00, 0x80, 0x00],
            FrameError::PFrameDfc {
                dfc_id: DfcId::Segment,
            },
        ),
        (
            [0xB1, 0x23, 0x38, 0x06, 0x00, 0x80, 0x00],
            FrameError::PFramePort {
                port_id: PortId::new(3).unwrap(),
            },
        ),
    ];
    for (octets, rule) in cases {
        assert_eq!(V3Frame::parse(&octets).unwrap().check(), Err(rule));
    }
    let empty = [0xB1, 0x23, 0x08, 0x04, 0x00];
    assert_eq!(
        V3Frame::parse(&empty).unwrap().check(),
        Err(FrameError::PFrameEmpty)
    );
}

/// Limits of the facts: data field 0 to 2043 octets, frame 5 to 2048, C = 4 to 2047.
//= 211.0-B-6 3.2.2 length
#[test]
fn lengths_from_the_smallest_to_the_largest() {
    let header = V3Header::u_frame(Qos::Expedited, scid(1), ScidRole::Source);
    let mut out = vec![0; V3_FRAME_MAX];
    for data_len in [0, 1, 250, 251, 252, 2042, 2043] {
        let data = vec![0x55; data_len];
        let len = header.emit(&data, &mut out).unwrap();
        assert_eq!(len, data_len + 5);
        let c = usize::from(out[2] & 7) << 8 | usize::from(out[3]);
        assert_eq!(c, len - 1);
        assert_eq!(V3Frame::parse(&out[..len]).unwrap().data_field(), data);
    }
    assert_eq!(
        header.emit(&vec![0; 2044], &mut vec![0; 4096]),
        Err(EmitError::TooLong {
            max: 2043,
            have: 2044
        })
    );
    assert_eq!(
        header.emit(&[1, 2], &mut [0; 6]),
        Err(EmitError::NoSpace { need: 7, have: 6 })
    );
}

//= 211.0-B-6 3.2.2 length
#[test]
fn broken_structure_is_refused_by_name() {
    assert_eq!(V3Frame::parse(&[]), Err(FrameError::Truncated { have: 0 }));
    assert_eq!(
        V3Frame::parse(&[0x80, 0, 0, 4]),
        Err(FrameError::Truncated { have: 4 })
    );
    assert_eq!(
        V3Frame::parse(&[0xC0, 0, 0, 4, 0]),
        Err(FrameError::Version { tfvn: 3 })
    );
    assert_eq!(
        V3Frame::parse(&[0x00, 0, 0, 4, 0]),
        Err(FrameError::Version { tfvn: 0 })
    );
    assert_eq!(
        V3Frame::parse(&[0x80, 0, 0, 3, 0]),
        Err(FrameError::LengthField { need: 4 })
    );
    assert_eq!(
        V3Frame::parse(&[0x80, 0, 0, 5, 0]),
        Err(FrameError::Length { need: 6, have: 5 })
    );
    assert_eq!(
        V3Frame::parse(&[0x80, 0, 0, 4, 0, 9]),
        Err(FrameError::Length { need: 5, have: 6 })
    );
    let (frame, rest) = V3Frame::parse_prefix(&[0x80, 0, 0, 4, 0, 9]).unwrap();
    assert_eq!((frame.octets().len(), rest), (5, &[9][..]));
    assert_eq!(
        FrameError::Length { need: 6, have: 5 }.to_string(),
        "length field announces 6 octets, 5 given"
    );
}
