//! The PLTU hunter: events do not depend on how the stream is cut, lie inside it, and a frame is what stands there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::engine::Engine;
use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuEvent, PltuHunter, PltuReject, PltuStats};
use magpie_fuzz::{bits, pieces};

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Frame(u64, bool, u8, Vec<u8>),
    Rejected(u64, bool, u8, PltuReject),
}

/// Pieces of bits; those whose number leaves no rest by `octets` (if not 0) as far as possible as octets.
fn hunt<'a>(
    mut hunter: PltuHunter,
    pieces: impl Iterator<Item = &'a [u8]>,
    octets: usize,
) -> (Vec<Event>, PltuStats) {
    let mut events = Vec::new();
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
    for (number, piece) in pieces.enumerate() {
        let (whole, rest) = piece.as_chunks::<8>();
        if octets > 0 && number % octets == 0 {
            let pack = |eight: &[u8; 8]| eight.iter().fold(0, |octet, bit| octet << 1 | bit);
            let packed: Vec<u8> = whole.iter().map(pack).collect();
            hunter.handle_octets(&packed, &mut sink);
            hunter.handle_bits(rest, &mut sink);
        } else {
            hunter.handle_bits(piece, &mut sink);
        }
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
    // Bit by bit: too short for packed octets.
    let (events, stats) = hunt(PltuHunter::new(config), stream.chunks(1), 0);
    for engine in Engine::available() {
        let hunter = PltuHunter::new(config).with_engine(engine);
        let whole = std::iter::once(&stream[..]);
        assert_eq!(
            hunt(hunter.clone(), whole, 1),
            (events.clone(), stats),
            "{engine}"
        );
        let cut = hunt(hunter, pieces(&stream, cut), 2);
        assert_eq!(cut, (events.clone(), stats), "{engine}");
    }

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
