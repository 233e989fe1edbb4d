//! The LDPC CLTU receiver: any soft symbols, events that do not depend on how they are cut, and what was sent is in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::cltu::{
    CltuEnd, CltuEvent, CltuStats, LdpcCltuConfig, LdpcCltuEncoder, LdpcCltuReceiver, LdpcTail,
};
use magpie_coding::ldpc::LdpcDecoder;
use magpie_coding::soft;
use magpie_fuzz::pieces;

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Start(u64, bool, u8),
    Codeword(Vec<u8>, u32, u16),
    End(u64, CltuEnd, u32),
}

fn receive<'a>(
    config: LdpcCltuConfig,
    pieces: impl Iterator<Item = &'a [i8]>,
) -> (Vec<Event>, CltuStats) {
    let mut events = Vec::new();
    let memory = vec![0; LdpcDecoder::memory_len(config.code())];
    let mut receiver = LdpcCltuReceiver::new(config, memory).expect("enough memory");
    let mut sink = |event: CltuEvent<'_>| {
        events.push(match event {
            CltuEvent::Start {
                at_bit,
                inverted,
                start_errors,
            } => Event::Start(at_bit, inverted, start_errors),
            CltuEvent::Codeword {
                octets,
                corrected_bits,
                iterations,
            } => Event::Codeword(octets.to_vec(), corrected_bits, iterations),
            CltuEvent::End {
                at_bit,
                reason,
                codewords,
            } => Event::End(at_bit, reason, codewords),
        });
    };
    for piece in pieces {
        receiver.handle_symbols(piece, &mut sink);
    }
    receiver.finish(&mut sink);
    (events, *receiver.stats())
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, limit, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let (config, encoder) = match options & 3 {
        0 => (
            LdpcCltuConfig::short(),
            LdpcCltuEncoder::short(LdpcTail::None),
        ),
        1 => (
            LdpcCltuConfig::short(),
            LdpcCltuEncoder::short(LdpcTail::B4),
        ),
        2 => (
            LdpcCltuConfig::short(),
            LdpcCltuEncoder::short(LdpcTail::B4Cor1),
        ),
        _ => (LdpcCltuConfig::long(), LdpcCltuEncoder::long()),
    };
    let config = config
        .with_start_errors(options >> 2 & 15)
        .with_max_codewords(limit.into())
        .with_max_iterations(6);
    // The octets as soft symbols, or a CLTU of them.
    let symbols: Vec<i8> = if options & 64 == 0 {
        octets.iter().map(|octet| octet.cast_signed()).collect()
    } else {
        let mut cltu = vec![0; encoder.cltu_len(octets.len())];
        let _ = encoder.encode(octets, &mut cltu);
        soft::symbols(&cltu).collect()
    };
    let (events, stats) = receive(config, std::iter::once(&symbols[..]));
    assert_eq!(
        receive(config, pieces(&symbols, cut)),
        (events.clone(), stats)
    );
    if options & 64 != 0 && limit == 255 && (1..300).contains(&octets.len()) {
        let data: Vec<u8> = events
            .iter()
            .filter_map(|event| match event {
                Event::Codeword(octets, ..) => Some(octets.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        assert!(data.starts_with(octets));
    }
});
