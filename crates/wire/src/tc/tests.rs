use super::*;
use crate::error::EmitError;
use crate::id::{Scid, TcMapId, Vcid};
use crate::seq::SeqNum;
use proptest::prelude::*;

const PLAIN: TcParameters = TcParameters {
    segment_header: false,
    fecf: false,
};
const FULL: TcParameters = TcParameters {
    segment_header: true,
    fecf: true,
};

fn header(frame_type: TcType, n_s: u8) -> TcHeader {
    TcHeader {
        frame_type,
        scid: Scid::new(0x2AA).unwrap(),
        vcid: Vcid::new(5).unwrap(),
        n_s: SeqNum::new(n_s),
    }
}

/// All 16 values of the flag nibble below version 00: 232.0-B-4 facts, types AD 00, BD 10, BC 11, 01 reserved.
#[test]
fn frame_types_exhausted() {
    //= 232.0-B-4 frame-types
    for nibble in 0..16_u8 {
        // SCID 2AA, VC 5, length 6 - 1, N(S) 0, one octet 00 (Unlock where it is a command).
        let octets = [nibble << 2 | 0b10, 0xAA, 5 << 2, 5, 0, 0x00];
        let frame_type = TcFrame::parse(&octets, &PLAIN).map(|frame| frame.header().frame_type);
        let expected = match (nibble >> 2, nibble & 0b11) {
            (0b01, _) => Err(TcError::ReservedType),
            (_, bits) if bits != 0 => Err(TcError::ReservedBits { bits }),
            (0b00, _) => Ok(TcType::Ad),
            (0b10, _) => Ok(TcType::Bd),
            _ => Ok(TcType::Bc),
        };
        assert_eq!(frame_type, expected, "{nibble:04b}");
    }
}

/// An AD frame with everything, laid out by hand from the field table.
#[test]
fn every_field_of_a_whole_frame() {
    //= 232.0-B-4 primary-header
    //= 232.0-B-4 frame-layout
    //= 232.0-B-4 frame-length
    //= 232.0-B-4 segment-header
    // VC 5 is 000101 in bits 16-21, length 10 - 1 = 9 in the ten bits after it.
    let octets = [0x02, 0xAA, 0x14, 0x09, 0xC7, 0x7F, 0xD0, 0xD1, 0xBE, 0xEF];
    let frame = TcFrame::parse(&octets, &FULL).unwrap();
    assert_eq!(frame.header(), header(TcType::Ad, 0xC7));
    assert_eq!(frame.header().gvcid().vcid.get(), 5);
    let segment = TcSegment {
        flags: SegmentFlags::First,
        map_id: TcMapId::MAX,
    };
    let body = TcBody::Data {
        segment: Some(segment),
        data: &[0xD0, 0xD1],
    };
    assert_eq!(frame.body(), body);
    assert_eq!(
        (frame.fecf(), frame.octets_under_fecf()),
        (Some(0xBEEF), &octets[..8])
    );
    let mut again = [0xFF; 12];
    assert_eq!(frame.header().emit(&FULL, &body, &mut again), Ok(8));
    assert_eq!(
        again,
        [
            0x02, 0xAA, 0x14, 0x09, 0xC7, 0x7F, 0xD0, 0xD1, 0, 0, 0xFF, 0xFF
        ]
    );
}

#[test]
fn fill_behind_the_frame_is_left_over() {
    //= 232.0-B-4 frame-length
    let octets = [0x22, 0xAA, 0x14, 0x05, 0x00, 0xD0, 0x55, 0x55];
    assert_eq!(tc_frame_len(&octets), Ok(6));
    let (frame, rest) = TcFrame::parse_prefix(&octets, &PLAIN).unwrap();
    assert_eq!(
        frame.body(),
        TcBody::Data {
            segment: None,
            data: &[0xD0]
        }
    );
    assert_eq!(rest, [0x55, 0x55]);
    let error = TcError::Length { need: 6, have: 8 };
    assert_eq!(TcFrame::parse(&octets, &PLAIN), Err(error));
    let error = TcError::Truncated { need: 6, have: 5 };
    assert_eq!(TcFrame::parse(&octets[..5], &PLAIN), Err(error));
    let error = TcError::Truncated { need: 5, have: 4 };
    assert_eq!(tc_frame_len(&octets[..4]), Err(error));
}

/// Facts: Unlock is 00, Set V(R) is 82 00 V(R); nothing else is a command, whatever its length.
#[test]
fn control_commands_exhausted() {
    //= 232.0-B-4 4.1.3.3
    for first in 0..=255_u8 {
        let one = ControlCommand::parse(&[first]);
        assert_eq!(one.is_ok(), first == 0);
        let expected = TcError::UnknownControlCommand {
            first: Some(first),
            len: 2,
        };
        assert_eq!(ControlCommand::parse(&[first, 0]), Err(expected));
        for v_r in [0, 1, 255] {
            let three = ControlCommand::parse(&[first, 0, v_r]);
            let expected = (first == 0x82).then(|| ControlCommand::SetVR(SeqNum::new(v_r)));
            assert_eq!(three.ok(), expected);
        }
    }
    assert!(ControlCommand::parse(&[0x82, 1, 0]).is_err());
    let empty = TcError::UnknownControlCommand {
        first: None,
        len: 0,
    };
    assert_eq!(ControlCommand::parse(&[]), Err(empty));
    // A BC frame never has a segment header, whatever is managed for the data frames.
    let octets = [0x32, 0xAA, 0x14, 0x07, 0x00, 0x00, 0xBE, 0xEF];
    let frame = TcFrame::parse(&octets, &FULL).unwrap();
    assert_eq!(frame.body(), TcBody::Control(ControlCommand::Unlock));
    let mut again = [0; 8];
    assert_eq!(frame.header().emit(&FULL, &frame.body(), &mut again), Ok(6));
    assert_eq!(again[..6], octets[..6]);
    let set = TcBody::Control(ControlCommand::SetVR(SeqNum::new(7)));
    assert_eq!(header(TcType::Bc, 0).emit(&PLAIN, &set, &mut again), Ok(8));
    assert_eq!(again, [0x32, 0xAA, 0x14, 0x07, 0x00, 0x82, 0x00, 0x07]);
}

#[test]
fn refusals_by_name() {
    let octets = [0x42, 0xAA, 0x14, 0x05, 0, 0];
    assert_eq!(
        TcFrame::parse(&octets, &PLAIN),
        Err(TcError::Version { tfvn: 1 })
    );
    let octets = [0x22, 0xAA, 0x14, 0x03, 0];
    assert_eq!(
        tc_frame_len(&octets),
        Err(TcError::NoRoom { need: 5, have: 4 })
    );
    let error = TcError::NoRoom { need: 5, have: 4 };
    assert_eq!(TcFrame::parse_prefix(&octets, &PLAIN), Err(error));
    let octets = [0x22, 0xAA, 0x14, 0x06, 0, 0, 0];
    let error = TcError::NoRoom { need: 8, have: 7 };
    assert_eq!(TcFrame::parse(&octets, &FULL), Err(error));
}

#[test]
fn what_cannot_be_emitted() {
    let mut out = [0; 1100];
    let data = TcBody::Data {
        segment: None,
        data: &[0; 1019],
    };
    assert_eq!(
        header(TcType::Ad, 3).emit(&PLAIN, &data, &mut out),
        Ok(1024)
    );
    let long = TcBody::Data {
        segment: None,
        data: &[0; 1020],
    };
    let error = EmitError::TooLong {
        max: 1024,
        have: 1025,
    };
    assert_eq!(
        header(TcType::Ad, 3).emit(&PLAIN, &long, &mut out),
        Err(error)
    );
    for (header, parameters, body) in [
        (header(TcType::Bd, 1), PLAIN, data), // N(S) in a type-B frame
        (header(TcType::Bc, 0), PLAIN, data),
        (
            header(TcType::Ad, 0),
            PLAIN,
            TcBody::Control(ControlCommand::Unlock),
        ),
        (header(TcType::Ad, 0), FULL, data), // no segment header where there must be one
    ] {
        assert_eq!(
            header.emit(&parameters, &body, &mut out),
            Err(EmitError::Inconsistent)
        );
    }
}

proptest! {
    #[test]
    fn any_octets_never_panic_and_round_trip(
        mut octets in proptest::collection::vec(any::<u8>(), 0..40),
        segment_header: bool, fecf: bool, lengthen: bool,
    ) {
        let parameters = TcParameters { segment_header, fecf };
        let _ = TcFrame::parse_prefix(&octets, &parameters);
        // Help the length and version along, else nearly nothing parses.
        let length = octets.len().wrapping_sub(1);
        if let (true, Some(header)) = (lengthen, octets.first_chunk_mut::<4>()) {
            header[0] &= 0x23;
            header[2] &= 0xFC;
            header[3] = u8::try_from(length).unwrap();
        }
        if let Ok(frame) = TcFrame::parse(&octets, &parameters) {
            let mut again = octets.clone();
            again.fill(0xFF);
            match frame.header().emit(&parameters, &frame.body(), &mut again) {
                Ok(end) => prop_assert_eq!(&again[..end], frame.octets_under_fecf()),
                Err(error) => {
                    prop_assert_eq!(error, EmitError::Inconsistent);
                    prop_assert!(frame.header().frame_type != TcType::Ad && octets[4] != 0);
                }
            }
        }
    }
}
