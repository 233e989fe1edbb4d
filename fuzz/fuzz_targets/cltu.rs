//! The CLTU receiver: events do not depend on how the stream is cut, follow each other as they should, and lie inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::bch::BchMode;
use magpie_coding::cltu::{CltuConfig, CltuEncoder, CltuEnd, CltuEvent, CltuReceiver, CltuStats};
use magpie_fuzz::{bits, pieces};

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Start(u64, bool, u8),
    Codeword(Vec<u8>, u32),
    End(u64, CltuEnd, u32),
}

fn note(events: &mut Vec<Event>, event: CltuEvent<'_>) {
    events.push(match event {
        CltuEvent::Start {
            at_bit,
            inverted,
            start_errors,
        } => Event::Start(at_bit, inverted, start_errors),
        CltuEvent::Codeword {
            octets,
            corrected_bits,
            ..
        } => Event::Codeword(octets.to_vec(), corrected_bits),
        CltuEvent::End {
            at_bit,
            reason,
            codewords,
        } => Event::End(at_bit, reason, codewords),
    });
}

fn receive<'a>(
    config: CltuConfig,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Event>, CltuStats) {
    let mut events = Vec::new();
    let mut receiver = CltuReceiver::new(config);
    for piece in pieces {
        receiver.handle_bits(piece, &mut |event| note(&mut events, event));
    }
    receiver.finish(&mut |event| note(&mut events, event));
    (events, *receiver.stats())
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, limit, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let mode = if options & 1 == 0 {
        BchMode::SingleErrorCorrect
    } else {
        BchMode::TripleErrorDetect
    };
    let config = CltuConfig::new(mode)
        .with_randomizer(options & 2 != 0)
        .with_start_errors(options >> 2 & 7)
        .with_max_codewords(limit.into());
    // The octets as they are, and the CLTU of them behind.
    let mut stream = bits(octets);
    let encoder = CltuEncoder::bch().with_randomizer(options & 2 != 0);
    let mut cltu = vec![0; encoder.cltu_len(octets.len())];
    if encoder.encode(octets, &mut cltu).is_ok() {
        stream.extend(bits(&cltu));
    }
    let (events, stats) = receive(config, std::iter::once(&stream[..]));
    assert_eq!(
        receive(config, pieces(&stream, cut)),
        (events.clone(), stats)
    );

    let packed: Vec<u8> = octets.iter().chain(&cltu).copied().collect();
    let (mut again, mut receiver) = (Vec::new(), CltuReceiver::new(config));
    if octets.is_empty() {
        return;
    }
    receiver.handle_octets(&packed, &mut |event| note(&mut again, event));
    receiver.finish(&mut |event| note(&mut again, event));
    assert_eq!((&again, *receiver.stats()), (&events, stats));

    let mut open: Option<(u64, u32)> = None;
    for event in events {
        open = match (open, event) {
            (None, Event::Start(at_bit, ..)) => Some((at_bit, 0)),
            (Some((at_bit, codewords)), Event::Codeword(octets, corrected)) => {
                assert!(octets.len() == 7 && corrected <= 1);
                Some((at_bit, codewords + 1))
            }
            (Some((at_bit, codewords)), Event::End(end_bit, _, counted)) => {
                assert_eq!(
                    (end_bit, counted),
                    (at_bit + 16 + 64 * u64::from(codewords), codewords)
                );
                assert!(end_bit <= stream.len() as u64);
                None
            }
            (_, event) => panic!("out of order: {event:?}"),
        };
    }
    assert_eq!(open, None);
});
