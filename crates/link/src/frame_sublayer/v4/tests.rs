//! Version-4 frames against octets of another implementation, against bits read one by one, and over whole spaces.

extern crate std;

use std::vec;
use std::vec::Vec;

use magpie_wire::id::Scid;

use super::super::{ReceivingScidBuffer, accept};
use super::*;
use crate::event::{Event, Events};
use crate::mib::{MibBuilder, SourceDestinationId};

const PACKET: [u8; 7] = [0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41];

fn mib(local: u16, remote: u16, names: SourceDestinationId) -> Mib {
    MibBuilder {
        frame_version: FrameVersion::V4,
        source_destination_id: names,
        both_physical_channels: true,
        ..MibBuilder::new(Scid::new(local).unwrap(), Scid::new(remote).unwrap())
    }
    .build()
    .unwrap()
}

fn fields(qos: Qos, pcid: u8, port: u8, n_s: u8, dfc_id: DfcId) -> HeaderFields {
    HeaderFields {
        qos,
        pdu_type: PduType::User,
        dfc_id,
        pcid: Pcid::new(pcid).unwrap(),
        port_id: PortId::new(port).unwrap(),
        n_s: SeqNum::new(n_s),
        segment: None,
    }
}

fn segment(fields: HeaderFields, flags: SegmentFlags) -> HeaderFields {
    let pseudo_packet_id = match fields.qos {
        Qos::SequenceControlled => 1,
        Qos::Expedited => 2,
    };
    let header = SegmentHeader {
        flags,
        pseudo_packet_id: PseudoPacketId::new(pseudo_packet_id).unwrap(),
    };
    HeaderFields {
        dfc_id: DfcId::Segment,
        segment: Some(header),
        ..fields
    }
}

fn p_frame(pcid: u8, n_s: u8) -> HeaderFields {
    HeaderFields {
        pdu_type: PduType::Supervisory,
        ..fields(Qos::Expedited, pcid, 0, n_s, DfcId::Packets)
    }
}

fn emit(mib: &Mib, fields: HeaderFields, zone: &[u8]) -> Vec<u8> {
    let mut frame = [&[0xFF; HEADER_LEN][..], zone].concat();
    put_header(mib, &mut frame, fields);
    frame
}

/// Spacecraft and whose it is, header, data zone, octets of the frame.
type FrameVector = (
    u16,
    SourceDestinationId,
    HeaderFields,
    &'static [u8],
    &'static [u8],
);

/// Origin: the Python package spacepackets 0.32.0 (USLP frame of variable length, no error control) with the values of our table as
/// its virtual channel, MAP, rule and protocol identifier; the first one also by hand, see the module's doc.
#[test]
fn frames_of_another_implementation() {
    //= 732.1-B-3 annex-C header
    //= 732.1-B-3 upid
    use Qos::{Expedited, SequenceControlled};
    use SegmentFlags::{Continuing, First, Last};
    use SourceDestinationId::{Destination, Source};
    let parts = |n_s| fields(SequenceControlled, 0, 3, n_s, DfcId::Segment);
    let cases: [FrameVector; 8] = [
        (
            0x052,
            Destination,
            fields(Expedited, 1, 5, 0xC7, DfcId::Packets),
            &PACKET,
            b"\xC0\x05\x2C\x0A\x00\x0F\x81\xC7\xE0\x08\x01\xC0\x00\x00\x00\x41",
        ),
        (
            0x029,
            Destination,
            p_frame(0, 0),
            &[0x80, 0x00],
            b"\xC0\x02\x98\x00\x00\x0A\xC1\x00\xE7\x80\x00",
        ),
        (
            0x052,
            Source,
            segment(parts(255), First),
            &PACKET[..4],
            b"\xC0\x05\x20\x06\x00\x0C\x01\xFF\x86\x08\x01\xC0\x00",
        ),
        (
            0x052,
            Source,
            segment(parts(0), Continuing),
            &PACKET[4..6],
            b"\xC0\x05\x20\x06\x00\x0A\x01\x00\xA6\x00\x00",
        ),
        (
            0x052,
            Source,
            segment(parts(1), Last),
            &PACKET[6..],
            b"\xC0\x05\x20\x06\x00\x09\x01\x01\xC6\x41",
        ),
        (
            0x3FF,
            Destination,
            segment(fields(Expedited, 1, 7, 128, DfcId::Segment), First),
            &[0x08],
            b"\xC0\x3F\xFC\x0E\x00\x09\x81\x80\x88\x08",
        ),
        (
            0x029,
            Destination,
            fields(SequenceControlled, 0, 1, 42, DfcId::UserDefined),
            &[0xDE, 0xAD, 0xBE, 0xEF],
            b"\xC0\x02\x98\x02\x00\x0C\x01\x2A\x64\xDE\xAD\xBE\xEF",
        ),
        (
            0x029,
            Destination,
            p_frame(1, 9),
            &[0x02, 0x2A, 0x03],
            b"\xC0\x02\x9C\x00\x00\x0B\xC1\x09\xE7\x02\x2A\x03",
        ),
    ];
    for (scid, names, header, zone, octets) in cases {
        let mib = match names {
            Source => mib(scid, 0x001, names),
            Destination => mib(0x001, scid, names),
        };
        assert_eq!(emit(&mib, header, zone), octets);
        let frame = parse(octets).unwrap();
        assert_eq!((frame.header, frame.data_field()), (header, zone));
        assert_eq!((frame.octets(), frame.scid()), (octets, scid));
    }
}

/// The value of `width` bits from bit `first` on, one by one.
fn bits(octets: &[u8], first: usize, width: usize) -> usize {
    (first..first + width).fold(0, |value, at| {
        value << 1 | usize::from(octets[at / 8] >> (7 - at % 8) & 1)
    })
}

/// Every PCID, port, service and content: the bits where the facts have them, and the same fields out again.
#[test]
fn every_mapping_of_user_frames() {
    //= 732.1-B-3 annex-C pcid-port
    //= 732.1-B-3 annex-C construction
    let mib = mib(0x001, 0x2AA, SourceDestinationId::Destination);
    let mut seen = 0;
    for (pcid, port, expedited, content, n_s) in (0..2_u8)
        .flat_map(|pcid| (0..8_u8).map(move |port| (pcid, port)))
        .flat_map(|(pcid, port)| [false, true].map(|expedited| (pcid, port, expedited)))
        .flat_map(|(pcid, port, e)| (0..6_u8).map(move |content| (pcid, port, e, content)))
        .flat_map(|(pcid, port, e, c)| [0, 1, 127, 128, 255_u8].map(|n_s| (pcid, port, e, c, n_s)))
    {
        let qos = if expedited {
            Qos::Expedited
        } else {
            Qos::SequenceControlled
        };
        let header = |dfc_id| fields(qos, pcid, port, n_s, dfc_id);
        let pseudo_packet = if expedited { 8 } else { 6 };
        let (header, rule, upid) = match content {
            0 => (header(DfcId::Packets), 0b111, 0),
            1 => (header(DfcId::UserDefined), 0b011, 4),
            2 => (
                segment(header(DfcId::Segment), SegmentFlags::First),
                0b100,
                pseudo_packet,
            ),
            3 => (
                segment(header(DfcId::Segment), SegmentFlags::Continuing),
                0b101,
                pseudo_packet,
            ),
            4 => (
                segment(header(DfcId::Segment), SegmentFlags::Last),
                0b110,
                pseudo_packet,
            ),
            _ => (
                segment(header(DfcId::Segment), SegmentFlags::Unsegmented),
                0b111,
                pseudo_packet,
            ),
        };
        let octets = emit(&mib, header, &PACKET);
        let read = |first, width| bits(&octets, first, width);
        assert_eq!((read(0, 4), read(4, 16), read(20, 1)), (0b1100, 0x2AA, 1));
        assert_eq!((read(21, 1), read(22, 5)), (usize::from(pcid), 0));
        assert_eq!((read(27, 4), read(31, 1)), (usize::from(port), 0));
        assert_eq!((read(32, 16), octets.len()), (15, 16));
        assert_eq!((read(48, 1), read(49, 1)), (usize::from(expedited), 0));
        assert_eq!((read(50, 2), read(52, 1), read(53, 3)), (0, 0, 1));
        assert_eq!(read(56, 8), usize::from(n_s));
        assert_eq!((read(64, 3), read(67, 5)), (rule, upid));
        let frame = parse(&octets).unwrap();
        assert_eq!((frame.header, frame.data_field()), (header, &PACKET[..]));
        assert_eq!(
            frame.segment(),
            header.segment.map(|segment| (segment, &PACKET[..]))
        );
        seen += 1;
    }
    assert_eq!(seen, 2 * 8 * 2 * 6 * 5);
}

/// All 65,536 pairs of the octet with the flags and the data field header, before a zone of one octet.
#[test]
fn every_pair_of_flags_and_data_field_header() {
    //= 732.1-B-3 annex-C p-frame
    //= 732.1-B-3 annex-C construction
    let mut good = 0;
    for flags in 0..=255_u8 {
        for tfdf in 0..=255_u8 {
            // With a frame count of n octets, 7 + n octets of header; then the data field header and whatever is left.
            let count_len = usize::from(flags & 7);
            let mut octets = vec![0; 7 + count_len + 1 + 6];
            octets[..4].copy_from_slice(&[0xC0, 0x02, 0x98, 0x00]);
            octets[5] = u8::try_from(octets.len() - 1).unwrap();
            octets[6] = flags;
            octets[7 + count_len] = tfdf;
            let (rule, upid) = (tfdf >> 5, tfdf & 0x1F);
            let expedited_control = flags >> 6 == 0b11;
            let expected = if flags & 0b0011_1111 != 1 || rule <= 0b010 {
                Err(Rejection::FrameProfile)
            } else if flags & 0b0100_0000 != 0 {
                match (expedited_control, rule, upid) {
                    (true, 0b111, 7) => Ok(DfcId::Packets),
                    _ => Err(Rejection::PFrameRule),
                }
            } else {
                match (rule, upid) {
                    (0b111, 0) => Ok(DfcId::Packets),
                    (0b011, 4) => Ok(DfcId::UserDefined),
                    (0b100..=0b111, 6 | 8) => Ok(DfcId::Segment),
                    _ => Err(Rejection::ReservedDfc),
                }
            };
            let outcome = parse(&octets).map(|frame| frame.dfc_id());
            assert_eq!(
                outcome, expected,
                "flags {flags:02X}, data field {tfdf:02X}"
            );
            good += usize::from(outcome.is_ok());
        }
    }
    // One P-frame; two services with packets, user octets, and four rules on two pseudo packets.
    assert_eq!(good, 1 + 2 * (1 + 1 + 4 * 2));
}

/// All 65,536 values of virtual channel, MAP and their neighbours in octets 2 and 3.
#[test]
fn every_virtual_channel_and_map() {
    //= 732.1-B-3 annex-C pcid-port
    for octet_2 in 0..=255_u8 {
        for octet_3 in 0..=255_u8 {
            let octets = [0xC0, 0x02, octet_2, octet_3, 0x00, 0x08, 0x81, 0x07, 0xE0];
            let vcid = (octet_2 & 7) << 3 | octet_3 >> 5;
            let map = octet_3 >> 1 & 15;
            let fits = octet_3 & 1 == 0 && (vcid == 0 || vcid == 32) && map < 8;
            let expected = if fits {
                Ok((vcid / 32, map))
            } else {
                Err(Rejection::FrameProfile)
            };
            let outcome = parse(&octets).map(|f| (f.pcid().get(), f.port_id().get()));
            assert_eq!(outcome, expected, "{octet_2:02X}{octet_3:02X}");
        }
    }
}

#[test]
fn structure_and_version_are_refused_by_name() {
    //= 211.0-B-6 frame-version
    let good = b"\xC0\x02\x98\x02\x00\x0C\x01\x2A\x64\xDE\xAD\xBE\xEF";
    assert!(parse(good).is_ok());
    for len in 0..good.len() {
        assert_eq!(
            parse(&good[..len]),
            Err(Rejection::FrameStructure),
            "{len} octets"
        );
    }
    assert_eq!(
        parse(&[&good[..], &[0]].concat()),
        Err(Rejection::FrameStructure)
    );
    // A Version-3 frame, and every other version.
    for version in (0..16).filter(|&version| version != 0b1100) {
        let mut other = *good;
        other[0] = version << 4;
        assert_eq!(parse(&other), Err(Rejection::FrameVersion));
    }
    assert_eq!(
        parse(&[0xA0, 0x29, 0x08, 0x04, 0]),
        Err(Rejection::FrameVersion)
    );
    // No data field header; a segment without data; a P-frame without an SPDU; user octets may be none.
    let bare = |flags, tfdf: &[u8]| {
        let len = u8::try_from(7 + tfdf.len()).unwrap();
        parse(&[&[0xC0, 0x02, 0x98, 0x00, 0x00, len, flags, 0x00][..], tfdf].concat()).map(|_| ())
    };
    assert_eq!(bare(0x01, &[]), Err(Rejection::FrameStructure));
    assert_eq!(bare(0x01, &[0x86]), Err(Rejection::SegmentStructure));
    assert_eq!(bare(0xC1, &[0xE7]), Err(Rejection::PFrameRule));
    assert_eq!(bare(0x01, &[0xE0]), Ok(()));
    // 2048 octets are the most, although the header has room for 65,536.
    for (len, expected) in [(2048, Ok(())), (2049, Err(Rejection::FrameStructure))] {
        let mut long = vec![0; len];
        long[..9].copy_from_slice(&good[..9]);
        long[4..6].copy_from_slice(&u16::try_from(len - 1).unwrap().to_be_bytes());
        assert_eq!(parse(&long).map(|_| ()), expected);
    }
}

/// The sixteen bits of the identifier are compared whole: 0x0452 is not 0x052, whose ten bits it ends in.
#[test]
fn a_spacecraft_beyond_ten_bits_is_a_stranger() {
    //= 211.0-B-6 6.7 frame-acceptance
    let to_0452 = [0xC0, 0x45, 0x28, 0x00, 0x00, 0x08, 0x81, 0x00, 0xE0];
    let from_0452 = [0xC0, 0x45, 0x20, 0x00, 0x00, 0x08, 0x81, 0x00, 0xE0];
    let from_0052 = [0xC0, 0x05, 0x20, 0x00, 0x00, 0x08, 0x81, 0x00, 0xE0];
    let judge = |octets: &[u8], test_source| {
        let mut builder = *mib(0x052, 0x029, SourceDestinationId::Destination);
        builder.test_source = test_source;
        let (mut buffer, mut events) = (ReceivingScidBuffer::default(), Events::new());
        let verdict = accept(octets, &builder.build().unwrap(), &mut buffer, &mut events);
        (verdict.map(|frame| frame.scid()), events.pop())
    };
    let wrong = Some(Event::WrongScid(0x0452));
    assert_eq!(
        judge(&to_0452, false),
        (Err(Rejection::WrongDestination), wrong)
    );
    assert_eq!(
        judge(&from_0452, true),
        (Err(Rejection::WrongSource), wrong)
    );
    assert_eq!(judge(&from_0452, false), (Ok(0x0452), None));
    let learnt = Some(Event::ReceivingScidLearnt(Scid::new(0x052).unwrap()));
    assert_eq!(judge(&from_0052, true), (Ok(0x052), learnt));
}
