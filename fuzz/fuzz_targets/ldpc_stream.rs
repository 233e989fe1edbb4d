//! The LDPC option end to end: any symbols are put up with, and what was sent is received through a few wrong ones, however the stream is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::ldpc::{LdpcChannel, LdpcDecoder, LdpcReceiver, ProxLdpcSender};
use magpie_coding::soft;
use magpie_fuzz::pieces;

fuzz_target!(|input: &[u8]| {
    let Some((&[cut, at, step, lead], octets)) = input.split_first_chunk() else {
        return;
    };
    let channel = LdpcChannel::PROX1;
    let mut sent = Vec::new();
    let mut sender = ProxLdpcSender::new();
    let mut symbols: Vec<i8> = octets
        .iter()
        .take(usize::from(lead))
        .map(|&octet| octet as i8)
        .collect();
    let mut sink = |unit: &[u8; 264]| {
        sent.push(*unit);
        symbols.extend(soft::symbols(unit).map(|symbol| symbol / 4));
    };
    for octets in octets.chunks(usize::from(cut) + 1).take(9) {
        sender.send(octets, &mut sink);
        sender.send_idle(usize::from(at) % 40, &mut sink);
    }
    sender.flush(&mut sink);
    // One symbol in forty wrong at the most: far less than the code corrects.
    let start = usize::from(lead).min(octets.len());
    for symbol in symbols
        .iter_mut()
        .skip(start + 64 + usize::from(at))
        .step_by(40 + usize::from(step))
    {
        *symbol = -*symbol;
    }
    symbols.extend(octets.iter().map(|&octet| octet as i8));
    let memory = vec![0; LdpcReceiver::symbols_len(channel)];
    let decoder = vec![0; LdpcDecoder::memory_len(channel.code())];
    let mut receiver = LdpcReceiver::<_, _, 128>::new(channel, memory, decoder).unwrap();
    let mut good = 0;
    for piece in pieces(&symbols, cut) {
        receiver.push(piece, &mut |block| good += usize::from(block.good));
    }
    assert!(good >= sent.len(), "{good} of {}", sent.len());
});
