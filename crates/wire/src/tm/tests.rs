use super::*;
use crate::error::EmitError;
use crate::first_header::FirstHeader;
use crate::id::{Scid, Vcid};
use crate::ocf::Ocf;
use crate::seq::VcFrameCount8;
use proptest::prelude::*;

fn header(scid: u16, vcid: u8) -> TmHeader {
    // The vectors of the facts carry sync flag 1 (origin: AST `vectors/tmdl/header.json`).
    let header = TmHeader::new(Scid::new(scid).unwrap(), Vcid::new(vcid).unwrap());
    TmHeader {
        synchronization_flag: true,
        ..header
    }
}

/// Header vectors of the facts (origin: AST, spacepackets 0.32), each against a value put together by hand.
#[test]
fn header_vectors_of_the_facts() {
    //= 132.0-B-3 primary-header
    let counts = |n| VcFrameCount8::new(n);
    let cases = [
        ([0x02, 0xA0, 0x00, 0x00, 0x58, 0x00], header(42, 0)),
        (
            [0x3F, 0xFE, 0x01, 0x01, 0x58, 0x00],
            TmHeader {
                mc_frame_count: counts(1),
                vc_frame_count: counts(1),
                ..header(1023, 7)
            },
        ),
        (
            [0x02, 0xA1, 0x05, 0x05, 0x58, 0x00],
            TmHeader {
                ocf: true,
                mc_frame_count: counts(5),
                vc_frame_count: counts(5),
                ..header(42, 0)
            },
        ),
        (
            [0x02, 0xA0, 0x00, 0x00, 0x5F, 0xFE],
            TmHeader {
                first_header: FirstHeader::IdleOnly,
                ..header(42, 0)
            },
        ),
        (
            [0x02, 0xA0, 0x00, 0x00, 0x5F, 0xFF],
            TmHeader {
                first_header: FirstHeader::NoPacketStart,
                ..header(42, 0)
            },
        ),
        (
            // Facts: with sync flag 0 the status word for pointer 0 is 1800.
            [0x02, 0xA0, 0x00, 0x00, 0x18, 0x00],
            TmHeader {
                synchronization_flag: false,
                ..header(42, 0)
            },
        ),
    ];
    for (octets, value) in cases {
        assert_eq!(TmHeader::parse(&octets), Ok(value), "{octets:02X?}");
        assert_eq!(value.to_octets(), Ok(octets));
    }
}

/// All 2048 pointers in a frame whose data field has 1,000 octets.
#[test]
fn first_header_pointer_exhausted() {
    //= 132.0-B-3 first-header-pointer
    let parameters = TmParameters {
        frame_len: 1006,
        fecf: false,
    };
    for pointer in 0..2048_u16 {
        let [high, low] = (0x1800 | pointer).to_be_bytes();
        let mut octets = [0; 1006];
        octets[..6].copy_from_slice(&[0x02, 0xA0, 0, 0, high, low]);
        let first_header = TmFrame::parse(&octets, &parameters).map(|frame| frame.first_header());
        let expected = match pointer {
            2047 => Ok(Some(FirstHeader::NoPacketStart)),
            2046 => Ok(Some(FirstHeader::IdleOnly)),
            0..1000 => Ok(Some(FirstHeader::At(pointer))),
            _ => Err(TmError::FirstHeaderPointer {
                pointer,
                data_len: 1000,
            }),
        };
        assert_eq!(first_header, expected);
        octets[4] |= 0x40; // a virtual channel access SDU: the pointer says nothing
        let frame = TmFrame::parse(&octets, &parameters).unwrap();
        assert_eq!(frame.first_header(), None);
        assert!(!frame.header().is_oid());
    }
}

/// A frame put together by hand: secondary header of four octets, eight of data, a CLCW, an FECF of BEEF.
const WHOLE: [u8; 24] = [
    0x28, 0xA5, 0x01, 0x02, 0x98,
    0x03, // SCID 650, VC 2, OCF, counts 1 and 2, secondary header, FHP 3
    0x03, 0x00, 0x03, 0x63, // version 00, length 3 (four octets in all)
    0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, // data
    0x01, 0x08, 0x00, 0x07, // CLCW of VC 2, N(R) 7
    0xBE, 0xEF,
];

#[test]
fn every_field_of_a_whole_frame() {
    //= 132.0-B-3 frame-layout
    //= 132.0-B-3 secondary-header
    //= 132.0-B-3 extended-vc-frame-count
    let parameters = TmParameters {
        frame_len: 24,
        fecf: true,
    };
    let frame = TmFrame::parse(&WHOLE, &parameters).unwrap();
    assert_eq!(
        (frame.header().scid.get(), frame.header().vcid.get()),
        (650, 2)
    );
    assert_eq!(frame.header().gvcid().mcid.scid(), 650);
    assert_eq!(frame.first_header(), Some(FirstHeader::At(3)));
    let secondary = frame.secondary_header().unwrap();
    assert_eq!(secondary.data(), [0x00, 0x03, 0x63]);
    assert_eq!(secondary.extended_vc_frame_count(), Some(0x363));
    assert_eq!(frame.data(), &WHOLE[10..18]);
    assert_eq!(frame.ocf_octets(), Some([0x01, 0x08, 0x00, 0x07]));
    assert_eq!(frame.ocf().unwrap().clcw().unwrap().report_value.get(), 7);
    assert_eq!(frame.fecf(), Some(0xBEEF));
    assert_eq!(frame.octets_under_fecf(), &WHOLE[..22]);
    assert_eq!(frame.octets(), WHOLE);

    let content = TmContent {
        secondary: Some(secondary.data()),
        data: frame.data(),
        ocf: frame.ocf(),
    };
    let mut octets = [0xFF; 25];
    assert_eq!(
        frame.header().emit(&parameters, &content, &mut octets),
        Ok(22)
    );
    assert_eq!(octets[..22], WHOLE[..22]);
    assert_eq!(octets[22..], [0, 0, 0xFF]); // room for the CRC, and nothing touched behind the frame
}

#[test]
fn without_fecf_the_trailer_is_the_ocf() {
    let parameters = TmParameters {
        frame_len: 24,
        fecf: false,
    };
    let frame = TmFrame::parse(&WHOLE, &parameters).unwrap();
    assert_eq!(frame.fecf(), None);
    assert_eq!(frame.octets_under_fecf(), WHOLE);
    assert_eq!(frame.ocf_octets(), Some([0x00, 0x07, 0xBE, 0xEF]));
    assert_eq!(frame.data().len(), 10);
}

#[test]
fn refusals_by_name() {
    //= 132.0-B-3 secondary-header
    let parameters = TmParameters {
        frame_len: 24,
        fecf: true,
    };
    let with = |at: usize, octet: u8| {
        let mut octets = WHOLE;
        octets[at] = octet;
        TmFrame::parse(&octets, &parameters).unwrap_err()
    };
    assert_eq!(with(0, 0x68), TmError::Version { tfvn: 1 });
    assert_eq!(
        with(6, 0x43),
        TmError::SecondaryHeaderVersion { version: 1 }
    );
    assert_eq!(with(6, 0x00), TmError::SecondaryHeaderEmpty);
    // 12 octets lie between the header and the OCF: eleven data octets fill them, twelve do not fit.
    assert_eq!(
        with(6, 0x0C),
        TmError::SecondaryHeaderTooLong { len: 13, room: 12 }
    );
    assert_eq!(
        with(5, 0x08),
        TmError::FirstHeaderPointer {
            pointer: 8,
            data_len: 8
        }
    );
    let parse = |octets: &[u8], frame_len| {
        TmFrame::parse(
            octets,
            &TmParameters {
                frame_len,
                fecf: true,
            },
        )
        .unwrap_err()
    };
    assert_eq!(
        parse(&WHOLE[..23], 24),
        TmError::Length { need: 24, have: 23 }
    );
    assert_eq!(parse(&WHOLE[..5], 5), TmError::Truncated { have: 5 });
    assert_eq!(
        parse(&WHOLE[..11], 11),
        TmError::NoRoom { need: 12, have: 11 }
    );
    let room = TmError::SecondaryHeaderTooLong { len: 2, room: 0 };
    assert_eq!(parse(&WHOLE[..12], 12), room);
}

#[test]
fn what_cannot_be_emitted() {
    let parameters = TmParameters {
        frame_len: 16,
        fecf: true,
    };
    let header = TmHeader::new(Scid::new(1).unwrap(), Vcid::new(0).unwrap());
    let emit =
        |header: TmHeader, content: &TmContent<'_>| header.emit(&parameters, content, &mut [0; 16]);
    let data = TmContent::data(&[1; 8]);
    assert_eq!(emit(header, &data), Ok(14));
    let short = TmContent::data(&[1; 7]);
    assert_eq!(
        emit(header, &short),
        Err(EmitError::TooShort { min: 8, have: 7 })
    );
    let long = TmContent::data(&[1; 9]);
    assert_eq!(
        emit(header, &long),
        Err(EmitError::TooLong { max: 8, have: 9 })
    );
    let ocf = TmContent {
        ocf: Some(Ocf::Other([0x80; 4])),
        ..data
    };
    assert_eq!(emit(header, &ocf), Err(EmitError::Inconsistent));
    let secondary = TmHeader {
        secondary_header: true,
        ..header
    };
    assert_eq!(emit(secondary, &data), Err(EmitError::Inconsistent));
    let empty = TmContent {
        secondary: Some(&[]),
        ..data
    };
    assert_eq!(
        emit(secondary, &empty),
        Err(EmitError::TooShort { min: 1, have: 0 })
    );
    let wide = TmContent {
        secondary: Some(&[0; 64]),
        ..data
    };
    assert_eq!(
        emit(secondary, &wide),
        Err(EmitError::TooLong { max: 63, have: 64 })
    );
    let vcid = TmHeader {
        vcid: Vcid::new(8).unwrap(),
        ..header
    };
    assert_eq!(
        emit(vcid, &data),
        Err(EmitError::OutOfRange { max: 7, have: 8 })
    );
    let pointer = TmHeader {
        first_header: FirstHeader::At(8),
        ..header
    };
    assert_eq!(
        emit(pointer, &data),
        Err(EmitError::OutOfRange { max: 7, have: 8 })
    );
    let none = header.emit(&parameters, &data, &mut [0; 15]);
    assert_eq!(none, Err(EmitError::NoSpace { need: 16, have: 15 }));
}

proptest! {
    #[test]
    fn any_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..90), fecf: bool) {
        let _ = TmFrame::parse(&octets, &TmParameters { frame_len: octets.len(), fecf });
        let _ = TmFrame::parse(&octets, &TmParameters { frame_len: 64, fecf });
    }

    /// Whatever parses is emitted again octet by octet; parts add up to the whole.
    #[test]
    fn octets_round_trip(mut octets in proptest::collection::vec(any::<u8>(), 14..90), fecf: bool) {
        octets[0] &= 0x3F;
        let parameters = TmParameters { frame_len: octets.len(), fecf };
        if let Ok(frame) = TmFrame::parse(&octets, &parameters) {
            let content = TmContent {
                secondary: frame.secondary_header().map(|secondary| secondary.data()),
                data: frame.data(),
                ocf: frame.ocf(),
            };
            let mut again = octets.clone();
            again.fill(0xFF);
            let end = frame.header().emit(&parameters, &content, &mut again).unwrap();
            prop_assert_eq!(&again[..end], frame.octets_under_fecf());
        }
    }

    #[test]
    fn header_round_trip(octets: [u8; 6]) {
        match TmHeader::parse(&octets) {
            Ok(header) => prop_assert_eq!(header.to_octets(), Ok(octets)),
            Err(error) => prop_assert_eq!(error, TmError::Version { tfvn: octets[0] >> 6 }),
        }
    }
}
