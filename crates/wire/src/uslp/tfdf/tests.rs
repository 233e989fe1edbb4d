use super::*;

/// All 256 first octets: rule in three bits, identifier in five, a pointer with rules 000, 001 and 010 only.
//= 732.1-B-3 tfdf-header
#[test]
fn every_first_octet() {
    for first in 0..=255_u8 {
        let octets = [first, 0x00, 0x01, 0xAA, 0xBB];
        let tfdf = Tfdf::parse(&octets).unwrap();
        assert_eq!(
            (tfdf.rule() as u8, tfdf.upid().get()),
            (first / 32, first % 32)
        );
        let pointer = match first / 32 {
            0 => Pointer::FirstHeader(1),
            1 | 2 => Pointer::LastValid(1),
            _ => Pointer::Absent,
        };
        assert_eq!(tfdf.pointer(), pointer);
        let header_len = if first < 0x60 { 3 } else { 1 };
        assert_eq!(
            (tfdf.header().header_len(), tfdf.zone()),
            (header_len, &octets[header_len..])
        );
        let mut out = [0; 5];
        assert_eq!(tfdf.header().emit(tfdf.zone(), &mut out), Ok(5));
        assert_eq!(out, octets);
        let short = Tfdf::parse(&octets[..header_len - 1]);
        let need = if header_len == 1 { 1 } else { 3 };
        assert_eq!(
            short,
            Err(TfdfError::Truncated {
                need,
                have: header_len - 1
            })
        );
    }
}

/// Pointers by hand: inside, at the last octet, behind the zone, and all ones.
//= 732.1-B-3 tfdf-header
#[test]
fn pointers() {
    let sdu = Tfdf::parse(&[0x25, 0x00, 0x00, 1, 2, 3]).unwrap();
    assert_eq!(
        (sdu.pointer(), sdu.valid_zone()),
        (Pointer::LastValid(0), &[1][..])
    );
    let none = Tfdf::parse(&[0x00, 0xFF, 0xFF, 1]).unwrap();
    assert_eq!(none.pointer(), Pointer::NoPacketStart);
    let more = Tfdf::parse(&[0x45, 0xFF, 0xFF, 1, 2]).unwrap();
    assert_eq!(
        (more.pointer(), more.valid_zone()),
        (Pointer::SduContinues, &[1, 2][..])
    );
    let outside = TfdfError::PointerOutside {
        pointer: 2,
        zone: 2,
    };
    assert_eq!(Tfdf::parse(&[0x00, 0x00, 0x02, 1, 2]), Err(outside));
    assert_eq!(
        Tfdf::parse(&[]),
        Err(TfdfError::Truncated { need: 1, have: 0 })
    );
}

#[test]
fn a_pointer_of_the_wrong_kind_is_not_emitted() {
    use ConstructionRule::{NoSegmentation, PacketsSpanning, SduStarting};
    let emit = |rule, pointer| {
        TfdfHeader {
            rule,
            upid: Upid::PACKETS,
            pointer,
        }
        .emit(&[1, 2], &mut [0; 8])
    };
    assert_eq!(emit(PacketsSpanning, Pointer::FirstHeader(1)), Ok(5));
    let behind = EmitError::OutOfRange { max: 1, have: 2 };
    assert_eq!(emit(PacketsSpanning, Pointer::FirstHeader(2)), Err(behind));
    assert_eq!(
        emit(PacketsSpanning, Pointer::Absent),
        Err(EmitError::Inconsistent)
    );
    assert_eq!(
        emit(PacketsSpanning, Pointer::LastValid(0)),
        Err(EmitError::Inconsistent)
    );
    assert_eq!(
        emit(PacketsSpanning, Pointer::FirstHeader(0xFFFF)),
        Err(EmitError::Inconsistent)
    );
    assert_eq!(
        emit(SduStarting, Pointer::NoPacketStart),
        Err(EmitError::Inconsistent)
    );
    assert_eq!(
        emit(NoSegmentation, Pointer::FirstHeader(0)),
        Err(EmitError::Inconsistent)
    );
    assert_eq!(TfdfHeader::without_pointer(SduStarting, Upid::IDLE), None);
    let bare = TfdfHeader::without_pointer(NoSegmentation, Upid::PACKETS).unwrap();
    let mut out = [0; 2];
    assert_eq!(bare.emit(&[9], &mut out), Ok(2));
    assert_eq!(out, [0xE0, 9]);
    assert_eq!(
        bare.emit(&[9, 9], &mut out),
        Err(EmitError::NoSpace { need: 3, have: 2 })
    );
}
