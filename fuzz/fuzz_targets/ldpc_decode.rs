//! LDPC decoders: on any symbols every engine gives the same, what converges is the codeword of its message, and a few weak errors are undone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::engine::Engine;
use magpie_coding::ldpc::{BitFlipDecoder, LdpcCode, LdpcDecoder, LdpcOutcome, encode};
use magpie_coding::soft::symbols;

fuzz_target!(|input: &[u8]| {
    let Some((&[which, iterations, shift], octets)) = input.split_first_chunk() else {
        return;
    };
    let code = LdpcCode::ALL[usize::from(which) % LdpcCode::ALL.len()];
    // The long codes take their time under a sanitizer.
    let most = if code.qc().n > 10_000 { 3 } else { 16 };
    let iterations = u16::from(iterations % most);
    let endless = octets.iter().copied().chain([0]).cycle();
    let soft: Vec<i8> = endless
        .take(code.qc().n)
        .map(|octet| (octet as i8) >> (shift & 7))
        .collect();
    any_symbols(code, &soft, iterations);
    few_errors(code, octets);
});

fn any_symbols(code: LdpcCode, soft: &[i8], iterations: u16) {
    let mut memory = vec![0x55; LdpcDecoder::memory_len(code)];
    let mut first: Option<(Vec<u8>, LdpcOutcome)> = None;
    for engine in Engine::available() {
        let mut message = vec![0; code.message_len()];
        let mut decoder = LdpcDecoder::new(code, &mut memory[..])
            .unwrap()
            .with_engine(engine)
            .with_max_iterations(iterations);
        let outcome = decoder.decode(soft, &mut message).unwrap();
        assert!(outcome.iterations <= iterations);
        is_codeword(code, soft, &message, outcome);
        let wanted = first.get_or_insert_with(|| (message.clone(), outcome));
        assert_eq!(*wanted, (message, outcome), "{engine}");
    }
    let mut message = vec![0; code.message_len()];
    let memory = vec![0x55; BitFlipDecoder::memory_len(code)];
    let mut decoder = BitFlipDecoder::new(code, memory).unwrap();
    let outcome = decoder.decode(soft, &mut message).unwrap();
    is_codeword(code, soft, &message, outcome);
}

/// The matrix of C2 allows a few words that its encoder never makes.
fn is_codeword(code: LdpcCode, soft: &[i8], message: &[u8], outcome: LdpcOutcome) {
    assert_eq!(outcome.converged, outcome.unsatisfied == 0);
    if !outcome.converged || code == LdpcCode::C2 {
        return;
    }
    let mut codeword = vec![0; code.codeword_len()];
    encode(code, message, &mut codeword).unwrap();
    let differ = symbols(&codeword)
        .zip(soft)
        .filter(|&(sent, &symbol)| symbol != 0 && (sent > 0) != (symbol > 0));
    assert_eq!(differ.count() as u32, outcome.corrected);
}

/// A codeword with one symbol in 128 erased.
fn few_errors(code: LdpcCode, octets: &[u8]) {
    let sent: Vec<u8> = octets
        .iter()
        .copied()
        .chain([1])
        .cycle()
        .take(code.message_len())
        .collect();
    let mut codeword = vec![0; code.codeword_len()];
    encode(code, &sent, &mut codeword).unwrap();
    let mut soft: Vec<i8> = symbols(&codeword).collect();
    for symbol in soft.iter_mut().skip(octets.len() % 128).step_by(128) {
        *symbol = 0;
    }
    let mut message = vec![0; code.message_len()];
    let memory = vec![0x55; LdpcDecoder::memory_len(code)];
    let mut decoder = LdpcDecoder::new(code, memory).unwrap();
    let outcome = decoder.decode(&soft, &mut message).unwrap();
    assert!(outcome.converged && message == sent && outcome.corrected == 0);
}
