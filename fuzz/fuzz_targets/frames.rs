//! A file of frames of each kind: every octet belongs to a frame, to garbage or to the rest, and all frames are accounted for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_ground::cut::{Cut, cut_frames};
use magpie_ground::demux::{Demux, Spacecraft};
use magpie_ground::frames::{FrameKind, FrameSpec};

fuzz_target!(|input: &[u8]| {
    let Some((&[kind, options, len, scid], octets)) = input.split_first_chunk() else {
        return;
    };
    let kind = [
        FrameKind::Tm,
        FrameKind::Aos,
        FrameKind::Tc,
        FrameKind::V3,
        FrameKind::Uslp,
    ][usize::from(kind % 5)];
    let frame_len = (!kind.delimits_itself()).then_some(usize::from(len) + 1);
    let spec = FrameSpec {
        insert_zone: usize::from(options >> 6),
        fecf: options & 1 == 1,
        ocf: options & 2 == 2,
        fhec: options & 4 == 4,
        packets: options & 8 == 0,
        segment_header: options & 16 == 16,
        truncated_len: (options & 32 == 32).then_some(12),
        ..FrameSpec::new(kind, frame_len)
    };
    if spec.check().is_err() {
        return;
    }
    let mut demux = Demux::new(
        spec,
        if scid == 0 {
            Spacecraft::Survey
        } else {
            Spacecraft::Only(scid.into())
        },
    );
    let (mut at, mut frames, mut rest, mut packet_octets) = (0, 0, 0, 0);
    cut_frames(&spec, octets, &mut |cut| match cut {
        Cut::Frame { offset, octets } => {
            assert_eq!(offset, at);
            at += octets.len() as u64;
            frames += 1;
            demux.handle_frame(offset, octets, &mut |packet| {
                packet_octets += packet.packet.octets().len() as u64
            });
        }
        Cut::Garbage {
            offset,
            octets,
            detail,
        } => {
            assert_eq!(offset, at);
            at += octets;
            demux.handle_garbage(offset, octets, detail);
        }
        Cut::End { trailing } => rest = trailing,
    })
    .unwrap();
    assert_eq!(at + rest, octets.len() as u64);
    let report = demux.finish(rest);
    assert_eq!((report.frames, report.trailing_bytes), (frames, rest));
    assert!(packet_octets <= at);
});
