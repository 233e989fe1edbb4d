//! USLP, TM and AOS frames, made by hand from the bit layouts of the books, through cutting and demultiplexing.
//!
//! Every expected number is counted by hand from the list of frames in the test.
#![allow(clippy::too_many_lines)] // a list of frames is best read in one piece

mod naive;

use magpie_ground::extract::Drop;
use magpie_ground::frames::{FrameKind, FrameSpec};
use naive::frames::*;
use naive::{crc16, hex};

/// Frames of every construction rule, with the packets `a` and `b` in them.
fn version_4_file(a: &[u8], b: &[u8]) -> Vec<u8> {
    let zones = [a, b, a].concat();
    [
        // Packets that span frames: pointer 0, then the start of the second packet, then none, on expedited VC 1 MAP 2.
        uslp(
            0x123,
            1,
            2,
            1,
            Some(254),
            &tfdf(0b000, UPID_PACKETS, Some(0), &zones[..30]),
        ),
        uslp(
            0x123,
            1,
            2,
            1,
            Some(255),
            &tfdf(0b000, UPID_PACKETS, Some(16), &zones[30..60]),
        ),
        uslp(
            0x123,
            1,
            2,
            1,
            Some(0),
            &tfdf(0b000, UPID_PACKETS, Some(22), &zones[60..90]),
        ),
        uslp(
            0x123,
            1,
            2,
            1,
            Some(1),
            &tfdf(0b000, UPID_PACKETS, Some(0xFFFF), &zones[90..]),
        ),
        // Its sequence-controlled frames count for themselves; segments of one packet on MAP 3, one lost in the middle of the second.
        uslp(
            0x123,
            1,
            3,
            0,
            Some(9),
            &tfdf(0b100, UPID_PACKETS, None, &a[..20]),
        ),
        uslp(
            0x123,
            1,
            3,
            0,
            Some(10),
            &tfdf(0b101, UPID_PACKETS, None, &a[20..30]),
        ),
        uslp(
            0x123,
            1,
            3,
            0,
            Some(11),
            &tfdf(0b110, UPID_PACKETS, None, &a[30..]),
        ),
        uslp(
            0x123,
            1,
            3,
            0,
            Some(12),
            &tfdf(0b100, UPID_PACKETS, None, &a[..20]),
        ),
        uslp(
            0x123,
            1,
            3,
            0,
            Some(14),
            &tfdf(0b110, UPID_PACKETS, None, &a[20..]),
        ),
        // No segmentation, an octet stream, idle data, idle virtual channel.
        uslp(0x123, 2, 0, 1, None, &tfdf(0b111, UPID_PACKETS, None, b)),
        uslp(0x123, 2, 0, 1, None, &tfdf(0b011, UPID_OCTETS, None, b)),
        uslp(0x123, 2, 0, 1, None, &tfdf(0b111, UPID_IDLE, None, b)),
        uslp(0x123, 63, 0, 1, None, &tfdf(0b111, UPID_IDLE, None, b)),
        // A truncated frame: four octets of header with the end flag, an agreed length of 20, no count.
        [
            &hex("C0123061")[..],
            &tfdf(0b111, UPID_PACKETS, None, &packet(7, &[3; 9])),
        ]
        .concat(),
    ]
    .concat()
}

//= 732.1-B-3 primary-header
#[test]
fn uslp_rules_counts_and_truncated_frames() {
    let (a, b) = (packet(5, &[1; 40]), packet(6, &[2; 30]));
    let file = version_4_file(&a, &b);
    let spec = FrameSpec {
        truncated_len: Some(20),
        ..FrameSpec::new(FrameKind::Uslp, None)
    };
    let (report, packets) = account(&spec, 0x123, &file);
    assert_eq!(
        (report.frames, report.trailing_bytes, report.skipped_bytes),
        (14, 0, 0),
        "{:?}",
        report.rejected_frames
    );
    let expected = [
        ("1.2", &a),
        ("1.2", &b),
        ("1.2", &a),
        ("1.3", &a),
        ("2.0", &b),
    ];
    let mut expected = expected
        .map(|(id, packet)| (id.to_owned(), packet.clone()))
        .to_vec();
    expected.push(("3.0".to_owned(), packet(7, &[3; 9])));
    assert_eq!(packets, expected);
    let counts = |id: &str| {
        let counter = &report.frame_counters[id];
        (
            counter.frames,
            counter.first,
            counter.last,
            counter.missing_frames_by_count,
        )
    };
    assert_eq!(counts("1 expedited"), (4, 254, 1, 0));
    assert_eq!(counts("1 sequence-controlled"), (5, 9, 14, 1));
    assert_eq!(
        (
            report.virtual_channels["2.0"].idle_frames,
            report.virtual_channels["63.0"].idle_frames
        ),
        (1, 1)
    );
    assert_eq!(report.virtual_channels["2.0"].frames_without_packets, 1);
    assert_eq!(
        report.virtual_channels["1.3"].dropped[&Drop::FrameLost].octets,
        20
    );
}

/// Truncated frames carry no FECF, whatever the others do.
#[test]
fn uslp_truncated_frames_among_checked_ones() {
    let mut checked = uslp(
        0x123,
        3,
        0,
        1,
        Some(0),
        &[
            &tfdf(0b111, UPID_PACKETS, None, &packet(7, &[3; 9]))[..],
            &[0, 0],
        ]
        .concat(),
    );
    let body = checked.len() - 2;
    let crc = crc16(&checked[..body]);
    checked[body..].copy_from_slice(&crc);
    let truncated = [
        &hex("C0123061")[..],
        &tfdf(0b111, UPID_PACKETS, None, &packet(7, &[3; 9])),
    ]
    .concat();
    let spec = FrameSpec {
        fecf: true,
        truncated_len: Some(20),
        ..FrameSpec::new(FrameKind::Uslp, None)
    };
    let (report, packets) = account(&spec, 0x123, &[checked, truncated].concat());
    assert_eq!(
        (report.fecf_crc16_ok, report.fecf_crc16_bad, packets.len()),
        (Some(1), Some(0), 2)
    );
    assert!(report.rejected.is_empty(), "{:?}", report.rejected_frames);
}

/// The whole 32-bit count of the facts' vector: `C002A062009604DEADBEEF`.
#[test]
fn uslp_counts_of_four_octets() {
    let frame = |count: u32| {
        let mut frame = hex("C002A062 0000 04");
        frame.extend(count.to_be_bytes());
        frame.extend(tfdf(0b111, UPID_PACKETS, None, &packet(5, &[1, 2])));
        frame[5] = u8::try_from(frame.len() - 1).unwrap();
        frame
    };
    let file = [frame(0xDEAD_BEEF), frame(0xDEAD_BEF0), frame(0xDEAD_BFF0)].concat();
    let (report, packets) = account(&FrameSpec::new(FrameKind::Uslp, None), 42, &file);
    let counter = &report.frame_counters["3 sequence-controlled"];
    assert_eq!(
        (counter.first, counter.last, counter.missing_frames_by_count),
        (0xDEAD_BEEF, 0xDEAD_BFF0, 255)
    );
    assert_eq!(packets.len(), 3);
}

/// 132.0: sync flag 1 means a VCA service data unit; there is no first header pointer to follow. Header `02A000005800` of the facts, SCID 42.
#[test]
fn tm_vca_frames_hold_no_packets() {
    let frame = |mc: u8, vc: u8| {
        [
            &hex("02A0")[..],
            &[mc, vc],
            &hex("5800"),
            &packet(5, &[1; 20]),
        ]
        .concat()
    };
    let file = [frame(0, 0), frame(1, 1), frame(2, 3)].concat();
    let (report, packets) = account(&FrameSpec::new(FrameKind::Tm, Some(32)), 42, &file);
    let channel = &report.virtual_channels["0"];
    assert_eq!(
        (
            channel.frames,
            channel.frames_without_packets,
            channel.missing_frames_by_count
        ),
        (3, 3, 1)
    );
    assert!(packets.is_empty() && report.rejected.is_empty());
}

/// The literal frame of the facts: SCID AB, VC 42, count 000102, usage 1, cycle 3, data DEADBEEF, FECF; and with header error control.
//= 732.0-B-4 frame-layout
#[test]
fn aos_bitstream_idle_and_header_error_control() {
    let plain = hex("6AEA00010243 DEADBEEF 9E2C");
    let spec = FrameSpec {
        fecf: true,
        packets: false,
        ..FrameSpec::new(FrameKind::Aos, Some(12))
    };
    let (report, _) = account(&spec, 0xAB, &plain);
    assert_eq!(
        (report.fecf_crc16_ok, report.virtual_channels["42"].frames),
        (Some(1), 1)
    );
    assert_eq!(report.virtual_channels["42"].first_vcfc, Some(0x0102));

    // Two half-octets of the header are mended, wherever they are (the frame count is not protected).
    let protected = hex("6AEA00010243 CE8E DEADBEEF 3934");
    let spec = FrameSpec {
        fhec: true,
        ..FrameSpec {
            frame_len: Some(14),
            ..spec
        }
    };
    let places = [0, 1, 2, 3, 10, 11, 12, 13, 14, 15];
    for (i, first) in places.iter().enumerate() {
        for second in &places[i + 1..] {
            let mut hurt = protected.clone();
            for half in [first, second] {
                hurt[half / 2] ^= if half % 2 == 0 { 0xF0 } else { 0x0F };
            }
            let (report, _) = account(&spec, 0xAB, &hurt);
            assert_eq!(
                report.virtual_channels["42"].frames, 1,
                "half-octets {first} and {second}"
            );
            assert_eq!(report.version_field["1"], 1);
        }
    }
    let mut beyond = protected.clone();
    beyond[..2].copy_from_slice(&[0x55, 0x15]);
    let (report, _) = account(
        &FrameSpec {
            fecf: false,
            ..spec
        },
        0xAB,
        &beyond,
    );
    assert_eq!(
        (report.rejected.len(), report.virtual_channels.len()),
        (1, 0)
    );
}

#[test]
fn aos_operational_control_and_idle_channel() {
    // M_PDU header with pointer 0 and one packet, then an OCF of four octets; VC 63 carries only idle data.
    let frame = |vcid: u8, count: u8| {
        [
            &[0x6A, 0xC0 | vcid, 0, 0, count, 0, 0, 0][..],
            &packet(5, &[1; 10]),
            &hex("01000000"),
        ]
        .concat()
    };
    let file = [frame(1, 0), frame(63, 0), frame(1, 1)].concat();
    let spec = FrameSpec {
        ocf: true,
        ..FrameSpec::new(FrameKind::Aos, Some(28))
    };
    let (report, packets) = account(&spec, 0xAB, &file);
    assert_eq!(
        (report.virtual_channels["63"].idle_frames, packets.len()),
        (1, 2)
    );
    assert!(
        packets
            .iter()
            .all(|(_, found)| *found == packet(5, &[1; 10]))
    );
    let (report, _) = account(&FrameSpec { ocf: false, ..spec }, 0xAB, &file);
    assert!(
        !report.virtual_channels["1"].dropped.is_empty(),
        "the OCF is no packet"
    );
}

/// A long packet begun in each of a thousand channels: what does not fit into the bound is dropped by name, the rest goes on.
#[test]
fn unfinished_packets_are_bounded_over_all_channels() {
    let long = packet(5, &vec![7; 60_000]);
    let begun = tfdf(0b100, UPID_PACKETS, None, &long[..50_000]);
    let rest = tfdf(0b110, UPID_PACKETS, None, &long[50_000..]);
    let channels: Vec<(u32, u32)> = (0..63)
        .flat_map(|vcid| (0..16).map(move |map| (vcid, map)))
        .collect();
    let each = |field: &[u8]| -> Vec<u8> {
        let frame = |&(vcid, map)| uslp(0x123, vcid, map, 1, None, field);
        channels.iter().flat_map(frame).collect()
    };
    let file = [each(&begun), each(&rest)].concat();
    let (report, packets) = account(&FrameSpec::new(FrameKind::Uslp, None), 0x123, &file);
    // 24 MiB hold 503 packets of 50,000 octets; 1,008 were begun.
    assert_eq!(packets.len(), 503);
    assert!(packets.iter().all(|(_, found)| *found == long));
    let dropped: u64 = report
        .virtual_channels
        .values()
        .filter_map(|channel| channel.dropped.get(&Drop::NoRoom))
        .map(|dropped| dropped.octets)
        .sum();
    assert_eq!(dropped, (1_008 - 503) * 50_000);
}
