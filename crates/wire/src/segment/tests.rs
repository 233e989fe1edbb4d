use super::*;

/// All 256 headers against flags and identifier written out by hand: 01 first, 00 continuing, 10 last, 11 whole.
//= 211.0-B-6 3.2.3.3
#[test]
fn every_segment_header() {
    for octet in 0..=255_u8 {
        let header = SegmentHeader::from_octet(octet);
        let flags = match octet {
            0..=63 => SegmentFlags::Continuing,
            64..=127 => SegmentFlags::First,
            128..=191 => SegmentFlags::Last,
            192..=255 => SegmentFlags::Unsegmented,
        };
        assert_eq!(header.flags, flags);
        assert_eq!(header.pseudo_packet_id.get(), octet % 64);
        assert_eq!(header.octet(), octet);
    }
    assert_eq!(PseudoPacketId::new(64), None);
}

//= 211.0-B-6 3.2.3.3
#[test]
fn segments_with_and_without_data() {
    assert_eq!(Segment::parse(&[]), Err(SegmentError::NoHeader));
    assert_eq!(Segment::parse(&[0xC0]), Err(SegmentError::NoData));
    let header = SegmentHeader {
        flags: SegmentFlags::Last,
        pseudo_packet_id: PseudoPacketId::new(63).unwrap(),
    };
    let mut out = [0; 4];
    assert_eq!(header.emit(&[7, 8], &mut out), Ok(3));
    assert_eq!(out, [0xBF, 7, 8, 0]);
    let segment = Segment::parse(&out[..3]).unwrap();
    assert_eq!((segment.header(), segment.data()), (header, &[7, 8][..]));
    assert_eq!(
        header.emit(&[], &mut out),
        Err(EmitError::TooShort { min: 1, have: 0 })
    );
    assert_eq!(
        header.emit(&[1; 4], &mut out),
        Err(EmitError::NoSpace { need: 5, have: 4 })
    );
    assert_eq!(
        header.emit(&[1; 2043], &mut out),
        Err(EmitError::TooLong {
            max: 2042,
            have: 2043
        })
    );
}
