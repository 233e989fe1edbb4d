//! The framer with recordings that are lent call by call: one device for all of them, recordings that grow, memory that fails.

use magpie_relay::downlink::{Downlink, DownlinkConfig, DownlinkError, FrameKind, Framer, Sources};
use magpie_relay::store::{LentStore, Store};
use magpie_wire::clcw::Clcw;
use magpie_wire::id::{Scid, Vcid};
use magpie_wire::seq::SeqNum;
use magpie_wire::space_packet::packet_len;
use magpie_wire::tm::{TmContent, TmFrame, TmParameters};

const FRAME_LEN: usize = 100;
/// 100 octets less header, operational control field and FECF.
const ZONE: usize = 88;
const PARAMETERS: TmParameters = TmParameters {
    frame_len: FRAME_LEN,
    fecf: true,
};

fn config() -> DownlinkConfig {
    DownlinkConfig {
        frame_len: FRAME_LEN,
        ..DownlinkConfig::new(Scid::new(65).unwrap())
    }
}

fn vcid(number: u8) -> Vcid {
    Vcid::new(number).unwrap()
}

/// A packet with this many octets of data.
fn packet(len: usize) -> Vec<u8> {
    let field = u16::try_from(len - 1).unwrap().to_be_bytes();
    let mut octets = vec![0x06, 0x41, 0xC0, 0, field[0], field[1]];
    octets.extend((0..251).cycle().take(len));
    octets
}

/// Two recordings on one device that says how much of them may be known yet.
struct Device {
    rows: [Vec<u8>; 2],
    known: [u64; 2],
    /// Reads of the first recording end here, whatever was promised.
    fails_at: u64,
}

impl Sources for Device {
    fn len(&self, channel: usize) -> u64 {
        self.known[channel]
    }

    fn read(&mut self, channel: usize, from: u64, out: &mut [u8]) -> usize {
        let row = &self.rows[channel];
        let end = if channel == 0 {
            usize::try_from(self.fails_at).map_or(row.len(), |end| row.len().min(end))
        } else {
            row.len()
        };
        let from = usize::try_from(from).unwrap().min(end);
        let len = (end - from).min(out.len());
        out[..len].copy_from_slice(&row[from..from + len]);
        len
    }
}

/// Data fields of a channel, end to end.
fn row_of(frames: &[(FrameKind, Vec<u8>)], vcid: Vcid) -> Vec<u8> {
    let of_channel = frames
        .iter()
        .filter(|(kind, _)| *kind == FrameKind::Data(vcid));
    of_channel
        .flat_map(|(_, frame)| &frame[6..6 + ZONE])
        .copied()
        .collect()
}

/// Packets of a row that are not idle, by the length fields alone.
fn packets_of(row: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut rest = row;
    while let Some((packet, behind)) = packet_len(rest)
        .ok()
        .and_then(|len| rest.split_at_checked(len))
    {
        if packet[..2] != [0x07, 0xFF] {
            packets.push(packet.to_vec());
        }
        rest = behind;
    }
    packets
}

#[test]
fn recordings_that_grow_arrive_whole_and_in_order() {
    // Every packet becomes known before some frame; idle packets stand between them, and first header pointers still find every start.
    let lengths = [1, 70, 81, 82, 83, 300, 12, 88, 2, 500, 3, 40];
    for every in 1..5 {
        let sent: Vec<Vec<u8>> = lengths.map(packet).to_vec();
        let mut device = Device {
            rows: [sent.concat(), packet(9)],
            known: [0, 15],
            fails_at: u64::MAX,
        };
        let mut framer = Framer::new(config(), [vcid(1), vcid(2)]).unwrap();
        let mut taken = Vec::new();
        let mut coming = sent.iter();
        for turn in 0..100 {
            if turn % every == 0 {
                device.known[0] += coming.next().map_or(0, |packet| packet.len() as u64);
            }
            let mut frame = vec![0; FRAME_LEN];
            let kind = framer.next_frame(&mut device, &mut frame).unwrap();
            taken.push((kind, frame));
        }
        assert!(framer.is_finished(&device));
        assert_eq!(packets_of(&row_of(&taken, vcid(1))), sent);
        assert_eq!(packets_of(&row_of(&taken, vcid(2))), [packet(9)]);
        let mut at = 0;
        for (_, frame) in taken
            .iter()
            .filter(|(kind, _)| *kind == FrameKind::Data(vcid(1)))
        {
            //= 132.0-B-3 first-header-pointer
            let pointer = u16::from_be_bytes([frame[4], frame[5]]) & 0x7FF;
            let row = row_of(&taken, vcid(1));
            let starts = starts_of(&row);
            let first = starts
                .iter()
                .find(|&&start| (at..at + ZONE).contains(&start));
            assert_eq!(
                usize::from(pointer),
                first.map_or(0x7FF, |start| start - at)
            );
            at += ZONE;
        }
    }
}

/// Where packets of a row begin.
fn starts_of(row: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < row.len() {
        starts.push(at);
        at += packet_len(row.get(at..).unwrap_or(&[])).unwrap_or(usize::MAX - at);
    }
    starts
}

#[test]
fn a_recording_whose_memory_fails_ends_there() {
    let row = packet(1_000);
    for fails_at in 0..row.len() as u64 {
        let mut device = Device {
            rows: [row.clone(), packet(300)],
            known: [1_006, 306],
            fails_at,
        };
        let mut framer = Framer::new(config(), [vcid(1), vcid(2)]).unwrap();
        let mut taken = Vec::new();
        while !framer.is_finished(&device) {
            let mut frame = vec![0; FRAME_LEN];
            let kind = framer.next_frame(&mut device, &mut frame).unwrap();
            taken.push((kind, frame));
            assert!(taken.len() < 20, "it would go on for ever");
        }
        let there = usize::try_from(fails_at).unwrap();
        assert_eq!(row_of(&taken, vcid(1))[..there], row[..there]);
        assert_eq!(packets_of(&row_of(&taken, vcid(2))), [packet(300)]);
    }
}

#[test]
fn a_frame_is_what_the_frame_format_makes_of_its_fields() {
    // The format's own way of writing takes header, data and report apart and copies them; the framer writes in place.
    let mut one = LentStore::new([0; 1_000]);
    for len in [5, 200, 1, 90, 310] {
        one.append(&packet(len)).unwrap();
    }
    let mut two = LentStore::new([0; 1_000]);
    two.append(&packet(77)).unwrap();
    let mut downlink = Downlink::new(config(), [(vcid(0), one), (vcid(6), two)]).unwrap();
    for _ in 0..20 {
        // Octets behind the frame are not touched.
        let mut out = [0xEE; FRAME_LEN + 5];
        downlink.next_frame(&mut out).unwrap();
        let (octets, behind) = out.split_at(FRAME_LEN);
        assert_eq!(behind, [0xEE; 5]);
        let frame = TmFrame::parse(octets, &PARAMETERS).unwrap();
        let content = TmContent {
            secondary: None,
            data: frame.data(),
            ocf: frame.ocf(),
        };
        let mut again = [0; FRAME_LEN];
        let fecf_at = frame.header().emit(&PARAMETERS, &content, &mut again);
        assert_eq!(fecf_at, Ok(FRAME_LEN - 2));
        assert_eq!(octets[..FRAME_LEN - 2], again[..FRAME_LEN - 2]);
    }
    assert!(downlink.is_finished());
}

#[test]
fn the_shortest_frames_end_every_recording() {
    // Header 6, report 4, FECF 2; a data field of 13 takes six octets of an idle packet and a whole one of seven.
    let config = |frame_len| DownlinkConfig {
        frame_len,
        ..config()
    };
    for frame_len in 0..25 {
        let refused = Framer::new(config(frame_len), [vcid(1)]);
        assert_eq!(
            refused.unwrap_err(),
            DownlinkError::FrameLength { len: frame_len }
        );
    }
    for (frame_len, len) in (25..40).flat_map(|frame_len| (1..40).map(move |len| (frame_len, len)))
    {
        let mut store = LentStore::new([0; 64]);
        store.append(&packet(len)).unwrap();
        let mut downlink = Downlink::new(config(frame_len), [(vcid(1), store)]).unwrap();
        let mut frames = 0;
        while !downlink.is_finished() {
            downlink.next_frame(&mut [0; 40]).unwrap();
            frames += 1;
        }
        // At most six octets of an idle packet go one frame further.
        assert!(frames <= (len + 6).div_ceil(frame_len - 12) + 1);
    }
}

#[test]
fn the_report_on_the_command_link_may_change() {
    let mut framer = Framer::new(config(), []).unwrap();
    let mut nothing: [LentStore<[u8; 0]>; 0] = [];
    let mut frame = [0; FRAME_LEN];
    framer.next_frame(&mut nothing, &mut frame).unwrap();
    // A nominal CLCW by the published vectors: COP-1 in effect, all else 0; then V(R) = 0x2A in the last octet.
    assert_eq!(frame[94..98], [0x01, 0, 0, 0]);
    framer.set_clcw(Clcw::nominal(vcid(0), SeqNum::new(0x2A)));
    framer.next_frame(&mut nothing, &mut frame).unwrap();
    assert_eq!(frame[94..98], [0x01, 0, 0, 0x2A]);
}
