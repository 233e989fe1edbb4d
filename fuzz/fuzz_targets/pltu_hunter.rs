//! The PLTU hunter: events do not depend on how the stream is cut, lie inside it, and a frame is what stands there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuEvent, PltuHunter, PltuReject, PltuStats};
use magpie_fuzz::{bits, pieces};

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Frame(u64, bool, u8, Vec<u8>),
    Rejected(u64, bool, u8, PltuReject),
}

fn hunt<'a>(config: PltuConfig, pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Event>, PltuStats) {
    let mut events = Vec::new();
    let mut hunter = PltuHunter::new(config);
    let mut sink = |event: PltuEvent<'_>| {
        events.push(match event {
            PltuEvent::Frame {
                at_bit,
                inverted,
                marker_errors,
                octets,
            } => Event::Frame(at_bit, inverted, marker_errors, octets.to_vec()),
            PltuEvent::Rejected {
                at_bit,
                inverted,
                marker_errors,
                reason,
            } => Event::Rejected(at_bit, inverted, marker_errors, reason),
        });
    };
    for piece in pieces {
        hunter.handle_bits(piece, &mut sink);
    }
    hunter.finish(&mut sink);
    (events, *hunter.stats())
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, managed, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let config = PltuConfig::new()
        .with_tolerance(options & 3)
        .with_truncated_frame_len((managed > 0).then_some(managed.into()));
    let stream = bits(octets);
    let (events, stats) = hunt(config, std::iter::once(&stream[..]));
    assert_eq!(hunt(config, pieces(&stream, cut)), (events.clone(), stats));

    assert_eq!(stats.frames + stats.rejected(), events.len() as u64);
    for event in events {
        let Event::Frame(at_bit, inverted, errors, frame) = event else {
            continue;
        };
        let mut pltu = vec![0; frame.len() + 7];
        PltuEncoder::new().encode(&frame, &mut pltu).unwrap();
        let at = at_bit as usize;
        let own = &stream[at..at + pltu.len() * 8];
        let wrong = bits(&pltu)
            .iter()
            .zip(own)
            .filter(|&(sent, got)| sent ^ u8::from(inverted) != *got)
            .count();
        assert_eq!(wrong, usize::from(errors));
    }
});
