//! Turbo: any symbols decode without a panic, the same with every engine; a message sent with few errors comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::engine::Engine;
use magpie_coding::randomizer::Sequence;
use magpie_coding::turbo::chain::{TurboReceiver, TurboSender, marker};
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, TurboError};

fuzz_target!(|input: &[u8]| {
    let Some((&[which, iterations, errors], octets)) = input.split_first_chunk() else {
        return;
    };
    if octets.is_empty() {
        return;
    }
    let Some(code) = TurboCode::all().nth(usize::from(which % 16)) else {
        return;
    };
    let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
    any_symbols(code, &mut memory, octets, iterations % 8);
    few_errors(code, &mut memory, octets, errors % 16);
});

fn any_symbols(code: TurboCode, memory: &mut [Row], octets: &[u8], iterations: u8) {
    let octets = octets.iter().map(|&octet| octet.cast_signed());
    let soft: Vec<i8> = octets.clone().cycle().take(code.n()).collect();
    let mut first = None;
    for engine in Engine::available() {
        let mut decoder = TurboDecoder::new(code, memory)
            .unwrap()
            .with_engine(engine)
            .with_max_iterations(u16::from(iterations));
        let mut message = vec![0; code.message_len()];
        let result = (decoder.decode(&soft, &mut message).unwrap(), message);
        assert!(result.0.iterations <= u16::from(iterations.max(1)));
        assert!(
            *first.get_or_insert_with(|| result.clone()) == result,
            "{engine}"
        );
    }
    let cut: Vec<i8> = octets.collect();
    if cut.len() != code.n() {
        let mut decoder = TurboDecoder::new(code, memory).unwrap();
        let refused = decoder.decode(&cut, &mut vec![0; code.message_len()]);
        assert!(matches!(refused, Err(TurboError::SymbolCount { .. })));
    }
}

fn few_errors(code: TurboCode, memory: &mut [Row], octets: &[u8], errors: u8) {
    let message: Vec<u8> = octets
        .iter()
        .copied()
        .cycle()
        .take(code.message_len())
        .collect();
    let randomizer = (errors % 2 == 1).then_some(Sequence::TmShort);
    let sender = TurboSender::new(code).with_randomizer(randomizer);
    let mut symbols = vec![0; sender.unit_len()];
    sender.emit(&message, &mut symbols).unwrap();
    let (front, symbols) = symbols.split_at(marker(code.rate()).len());
    assert_eq!(front, marker(code.rate()));
    let mut soft: Vec<i8> = symbols
        .iter()
        .map(|&bit| if bit == 1 { 50 } else { -50 })
        .collect();
    for (error, &octet) in (0..errors).zip(octets) {
        // At least a hundred symbols apart.
        let place = 110 * usize::from(error) + usize::from(octet % 10);
        soft[place] = -soft[place];
    }
    let count = octets.len().min(usize::from(errors));
    let decoder = TurboDecoder::new(code, memory).unwrap();
    let mut receiver = TurboReceiver::new(decoder).with_randomizer(randomizer);
    let mut output = vec![0; code.message_len()];
    let outcome = receiver.receive(&mut soft, &mut output).unwrap();
    assert!(outcome.converged && output == message);
    assert_eq!(usize::try_from(outcome.corrected).unwrap(), count);
}
