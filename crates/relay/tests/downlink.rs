//! TM frames of a downlink against an obvious reader: header fields picked by hand, packets walked by their length fields alone.

use magpie_relay::downlink::{Downlink, DownlinkConfig, DownlinkError, FrameKind};
use magpie_relay::store::{RamStore, Store};
use magpie_wire::id::{Scid, Vcid};
use magpie_wire::seq::VcFrameCount8;

const FRAME_LEN: usize = 100;
/// 100 octets less header, operational control field and FECF.
const ZONE: usize = 88;

fn config() -> DownlinkConfig {
    DownlinkConfig {
        frame_len: FRAME_LEN,
        ..DownlinkConfig::new(Scid::new(65).unwrap())
    }
}

/// A row of packets with these data lengths, content counted up.
fn recording(lengths: &[usize]) -> Vec<u8> {
    let mut octets = Vec::new();
    for (index, &len) in lengths.iter().enumerate() {
        let count = u8::try_from(index % 256).unwrap();
        let field = u16::try_from(len - 1).unwrap().to_be_bytes();
        octets.extend([0x06, 0x41, 0xC0, count, field[0], field[1]]);
        octets.extend((0..len).map(|i| u8::try_from((i + index) % 251).unwrap()));
    }
    octets
}

fn store(octets: &[u8]) -> RamStore {
    let mut store = RamStore::new(1 << 24);
    store.append(octets).unwrap();
    store
}

/// Frames until the recordings are out and two idle ones.
fn frames<const N: usize>(
    config: DownlinkConfig,
    recordings: [(Vcid, RamStore); N],
) -> Vec<(FrameKind, Vec<u8>)> {
    let mut downlink = Downlink::new(config, recordings).unwrap();
    let mut frames = Vec::new();
    let mut idle = 0;
    while idle < 2 {
        let mut frame = vec![0; FRAME_LEN];
        let kind = downlink.next_frame(&mut frame).unwrap();
        idle += usize::from(kind == FrameKind::Idle);
        frames.push((kind, frame));
        assert!(frames.len() < 100_000);
    }
    frames
}

/// CRC-16 bit by bit: x^16 + x^12 + x^5 + 1, preset to ones.
fn crc16(octets: &[u8]) -> u16 {
    let mut remainder = 0xFFFFu16;
    for octet in octets {
        remainder ^= u16::from(*octet) << 8;
        for _ in 0..8 {
            let carry = remainder >> 15;
            remainder = (remainder << 1) ^ (carry * 0x1021);
        }
    }
    remainder
}

/// Where packets begin in a row of packets.
fn starts(row: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at + 6 <= row.len() {
        starts.push(at);
        at += 7 + usize::from(u16::from_be_bytes([row[at + 4], row[at + 5]]));
    }
    starts
}

fn check_channel(frames: &[(FrameKind, Vec<u8>)], vcid: Vcid, sent: &[u8]) {
    let of_channel: Vec<&Vec<u8>> = frames
        .iter()
        .filter(|(kind, _)| *kind == FrameKind::Data(vcid))
        .map(|(_, frame)| frame)
        .collect();
    let row: Vec<u8> = of_channel
        .iter()
        .flat_map(|frame| &frame[6..6 + ZONE])
        .copied()
        .collect();
    assert_eq!(row[..sent.len()], *sent);
    let starts = starts(&row);
    for &idle in starts.iter().filter(|&&start| start >= sent.len()) {
        assert_eq!(
            row[idle..idle + 2],
            [0x07, 0xFF],
            "only idle packets behind the recording"
        );
    }
    for (index, frame) in of_channel.iter().enumerate() {
        let zone = index * ZONE..(index + 1) * ZONE;
        let first = starts
            .iter()
            .find(|start| zone.contains(start))
            .map_or(0x7FF, |start| start - zone.start);
        //= 132.0-B-3 first-header-pointer
        let pointer = u16::from_be_bytes([frame[4], frame[5]]);
        assert_eq!(usize::from(pointer & 0x7FF), first, "frame {index}");
        assert_eq!(
            pointer >> 11,
            0b00011,
            "packets, segment length identifier 11"
        );
        assert_eq!(
            usize::from(frame[3]),
            (250 + index) % 256,
            "virtual channel count"
        );
    }
}

#[test]
fn two_recordings_take_turns_and_arrive_whole() {
    let one = recording(&[1, 70, 300, 12, 88, 82, 500, 3, 1000]);
    let two = recording(&[40; 11]);
    let (a, b) = (Vcid::new(1).unwrap(), Vcid::new(2).unwrap());
    let config = DownlinkConfig {
        first_mc_count: VcFrameCount8::new(200),
        first_vc_count: VcFrameCount8::new(250),
        ..config()
    };
    let frames = frames(config, [(a, store(&one)), (b, store(&two))]);
    let order: Vec<FrameKind> = frames.iter().take(4).map(|(kind, _)| *kind).collect();
    assert_eq!(
        order,
        [
            FrameKind::Data(a),
            FrameKind::Data(b),
            FrameKind::Data(a),
            FrameKind::Data(b)
        ]
    );
    for (index, (kind, frame)) in frames.iter().enumerate() {
        assert_eq!(
            usize::from(frame[2]),
            (200 + index) % 256,
            "master channel count"
        );
        assert_eq!(crc16(&frame[..98]).to_be_bytes(), frame[98..]);
        // Spacecraft 65: version 00, identifier 0001000001; operational control field present.
        let vcid = match kind {
            FrameKind::Data(vcid) => vcid.get(),
            FrameKind::Idle => 7,
        };
        assert_eq!(frame[..2], [0x04, 0x10 | vcid << 1 | 1]);
        // A nominal CLCW by the published vectors: COP-1 in effect, all else 0.
        assert_eq!(frame[94..98], [0x01, 0, 0, 0]);
    }
    check_channel(&frames, a, &one);
    check_channel(&frames, b, &two);
}

#[test]
fn every_length_of_the_gap_behind_a_recording() {
    let vcid = Vcid::new(3).unwrap();
    let config = DownlinkConfig {
        first_vc_count: VcFrameCount8::new(250),
        ..config()
    };
    for len in 1..200 {
        let sent = recording(&[len]);
        check_channel(&frames(config, [(vcid, store(&sent))]), vcid, &sent);
    }
}

#[test]
fn idle_frames_carry_the_pseudo_random_sequence() {
    //= 132.0-B-3 oid-frame
    let frames = frames(config(), []);
    assert!(frames.iter().all(|(kind, _)| *kind == FrameKind::Idle));
    let (_, first) = &frames[0];
    // Pointer 11111111110, and the first octets of the 32-cell register's sequence.
    assert_eq!(first[4..6], [0x1F, 0xFE]);
    assert_eq!(
        first[6..16],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x6D, 0xB6, 0xD8, 0x61, 0x45, 0x1F]
    );
    assert_ne!(frames[1].1[6..94], first[6..94], "the sequence goes on");
}

#[test]
fn what_cannot_be_is_refused() {
    let channel = |vcid| (Vcid::new(vcid).unwrap(), RamStore::new(0));
    assert_eq!(
        Downlink::new(config(), [channel(7)]).unwrap_err(),
        DownlinkError::Vcid { vcid: 7 }
    );
    assert_eq!(
        Downlink::new(config(), [channel(1), channel(1)]).unwrap_err(),
        DownlinkError::Vcid { vcid: 1 }
    );
    for frame_len in [0, 12, 18, 3000] {
        let config = DownlinkConfig {
            frame_len,
            ..config()
        };
        assert_eq!(
            Downlink::<RamStore, 0>::new(config, []).unwrap_err(),
            DownlinkError::FrameLength { len: frame_len }
        );
    }
    let mut downlink = Downlink::<RamStore, 0>::new(config(), []).unwrap();
    assert!(downlink.next_frame(&mut [0; FRAME_LEN - 1]).is_err());
}

#[test]
fn a_store_that_is_no_row_of_packets_still_ends() {
    let vcid = Vcid::new(0).unwrap();
    let frames = frames(config(), [(vcid, store(&[0xFF; 1_000]))]);
    let data = frames
        .iter()
        .filter(|(kind, _)| *kind == FrameKind::Data(vcid))
        .count();
    assert_eq!(data, 1_000usize.div_ceil(ZONE));
}
