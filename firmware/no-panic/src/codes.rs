//! Entry points of `magpie-coding`'s block codes and of what finds their blocks: LDPC, turbo, BCH, CLTUs, erasures, punctured rates.

use magpie_coding::asm::{Asm, SoftHit, SoftMarkerSearch};
use magpie_coding::bch::{self, BchMode};
use magpie_coding::cltu::{
    CltuConfig, CltuEncoder, CltuEvent, CltuReceiver, LdpcCltuConfig, LdpcCltuEncoder,
    LdpcCltuReceiver,
};
use magpie_coding::codeblock::{Codeblock, CodeblockConfig, CodeblockSync, Verdict};
use magpie_coding::convolutional::PuncturedEncoder;
use magpie_coding::ldpc::{
    self, BitFlipDecoder, LdpcBlock, LdpcChannel, LdpcCode, LdpcDecoder, LdpcReceiver,
    PROX_UNIT_LEN, ProxLdpcSender, SmallLdpcDecoder,
};
use magpie_coding::reed_solomon::ReedSolomon;
use magpie_coding::turbo::chain::{TurboReceiver, TurboSender};
use magpie_coding::turbo::{self, Row, TurboCode, TurboDecoder};
use magpie_coding::viterbi::{AutoPunctured, PuncturedRun, PuncturedViterbi};

use crate::keep;

#[unsafe(no_mangle)]
pub fn np_coding_rs_decode_with_erasures(rs: &ReedSolomon, block: &mut [u8], erasures: &[u8]) {
    let places = erasures.iter().map(|&place| usize::from(place) * 7);
    keep(rs.decode_with_erasures(block, places));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_decode(
    code: LdpcCode,
    memory: &mut [i8],
    iterations: u16,
    soft: &[i8],
    message: &mut [u8],
) {
    let decoder = LdpcDecoder::new(code, memory);
    if let Ok(decoder) = decoder {
        let mut decoder = decoder.with_max_iterations(iterations);
        keep(decoder.decode(soft, message));
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_decode_again(
    decoder: &mut LdpcDecoder<&mut [i8]>,
    soft: &[i8],
    message: &mut [u8],
) {
    keep(decoder.decode(soft, message));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_small(
    decoder: &mut SmallLdpcDecoder,
    soft: &[i8; 2_048],
    message: &mut [u8; 128],
    iterations: u16,
) {
    keep(decoder.decode(soft, message, iterations));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_bit_flip(code: LdpcCode, memory: &mut [u8], soft: &[i8], message: &mut [u8]) {
    if let Ok(mut decoder) = BitFlipDecoder::new(code, memory) {
        keep(decoder.decode(soft, message));
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_receiver_new(
    channel: LdpcChannel,
    symbols: &mut [i8],
    decoder: &mut [i8],
    sink: fn(LdpcBlock<'_>),
) {
    if let Ok(mut receiver) = LdpcReceiver::<_, _, 128>::new(channel, symbols, decoder) {
        receiver.push(&[1, -1], &mut |block| sink(block));
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_receiver_push(
    receiver: &mut LdpcReceiver<&mut [i8], &mut [i8], 2_048>,
    symbols: &[i8],
    sink: fn(LdpcBlock<'_>),
) {
    receiver.push(symbols, &mut |block| sink(block));
    keep((receiver.is_locked(), receiver.stats().good));
    receiver.reset();
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_encode(code: LdpcCode, message: &[u8], codeword: &mut [u8]) {
    keep(ldpc::encode(code, message, codeword));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_channel(channel: LdpcChannel, message: &[u8], unit: &mut [u8]) {
    keep(channel.encode(message, unit));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_sender(
    sender: &mut ProxLdpcSender,
    octets: &[u8],
    idle: usize,
    sink: fn(&[u8; PROX_UNIT_LEN]),
) {
    sender.send(octets, &mut |unit| sink(unit));
    sender.send_bits(octets, &mut |unit| sink(unit));
    sender.send_idle(idle, &mut |unit| sink(unit));
    sender.flush(&mut |unit| sink(unit));
}

#[unsafe(no_mangle)]
pub fn np_coding_codeblock_new(
    config: CodeblockConfig<'_>,
    memory: &mut [i8],
    sink: fn(Codeblock<'_>) -> Verdict,
) {
    if let Ok(mut sync) = CodeblockSync::new(config, memory) {
        sync.push(&[1, -1], &mut |block| sink(block));
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_codeblock_push(
    sync: &mut CodeblockSync<'_, &mut [i8]>,
    symbols: &[i8],
    sink: fn(Codeblock<'_>) -> Verdict,
) {
    sync.push(symbols, &mut |block| sink(block));
    keep((sync.is_locked(), sync.stats().bad));
    sync.reset();
}

#[unsafe(no_mangle)]
pub fn np_coding_turbo_decode(
    code: TurboCode,
    memory: &mut [Row],
    soft: &[i8],
    message: &mut [u8],
    check: fn(&[u8]) -> bool,
) {
    if let Ok(mut decoder) = TurboDecoder::new(code, memory) {
        keep(decoder.decode(soft, message));
        keep(decoder.decode_until(soft, message, check));
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_turbo_receiver(
    receiver: &mut TurboReceiver<'_>,
    block: &mut [i8],
    message: &mut [u8],
) {
    keep(receiver.receive(block, message));
}

#[unsafe(no_mangle)]
pub fn np_coding_turbo_encode(code: TurboCode, message: &[u8], symbols: &mut [u8]) {
    keep(turbo::encode(code, message, symbols));
}

#[unsafe(no_mangle)]
pub fn np_coding_turbo_sender(sender: &TurboSender, message: &[u8], symbols: &mut [u8]) {
    keep(sender.emit(message, symbols));
}

#[unsafe(no_mangle)]
pub fn np_coding_bch(codeword: &mut [u8; bch::CODEWORD_LEN], mode: BchMode) {
    keep(bch::decode_codeword(codeword, mode));
    keep((bch::syndrome(codeword), bch::fill_bit(codeword)));
}

#[unsafe(no_mangle)]
pub fn np_coding_bch_encode(information: &[u8; bch::INFORMATION_LEN]) {
    keep(bch::encode_codeword(information));
}

#[unsafe(no_mangle)]
pub fn np_coding_cltu_new(config: CltuConfig) -> CltuReceiver {
    CltuReceiver::new(config)
}

#[unsafe(no_mangle)]
pub fn np_coding_cltu_receiver(
    receiver: &mut CltuReceiver,
    octets: &[u8],
    bits: &[u8],
    sink: fn(CltuEvent<'_>),
) {
    receiver.handle_octets(octets, &mut |event| sink(event));
    receiver.handle_bits(bits, &mut |event| sink(event));
}

#[unsafe(no_mangle)]
pub fn np_coding_cltu_end(receiver: &mut CltuReceiver, sink: fn(CltuEvent<'_>)) {
    receiver.finish(&mut |event| sink(event));
    keep((receiver.state(), receiver.stats().bits));
}

#[unsafe(no_mangle)]
pub fn np_coding_cltu_encode(encoder: CltuEncoder, frames: &[u8], out: &mut [u8]) {
    keep(encoder.encode(frames, out));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_cltu_new(config: LdpcCltuConfig, memory: &mut [i8], sink: fn(CltuEvent<'_>)) {
    if let Ok(mut receiver) = LdpcCltuReceiver::new(config, memory) {
        receiver.handle_symbols(&[1, -1], &mut |event| sink(event));
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_cltu_receiver(
    receiver: &mut LdpcCltuReceiver<&mut [i8]>,
    symbols: &[i8],
    sink: fn(CltuEvent<'_>),
) {
    receiver.handle_symbols(symbols, &mut |event| sink(event));
    receiver.finish(&mut |event| sink(event));
    keep((receiver.state(), receiver.stats().bits));
}

#[unsafe(no_mangle)]
pub fn np_coding_ldpc_cltu_encode(encoder: LdpcCltuEncoder, frames: &[u8], out: &mut [u8]) {
    keep(encoder.encode(frames, out));
}

#[unsafe(no_mangle)]
pub fn np_coding_soft_search(
    search: &mut SoftMarkerSearch,
    symbols: &[i8],
    from: usize,
    sink: fn(SoftHit),
) {
    search.handle_symbols(symbols, &mut |hit| sink(hit));
    if let Some(hit) = search.find(symbols, from) {
        keep((hit, hit.percent()));
    }
    search.reset();
}

#[unsafe(no_mangle)]
pub fn np_coding_soft_correlate(marker: Asm, symbols: &[i8]) {
    keep(marker.correlate(symbols).map(|all| all.percent()));
}

#[unsafe(no_mangle)]
pub fn np_coding_punctured_push(
    decoder: &mut PuncturedViterbi,
    symbols: &[i8],
    bits: &mut [u8],
    octets: &mut [u8],
) {
    keep(decoder.push(symbols, bits));
    keep(decoder.push_packed(symbols, octets));
}

#[unsafe(no_mangle)]
pub fn np_coding_punctured_finish(decoder: &mut PuncturedViterbi, bits: &mut [u8]) {
    keep((decoder.finish(bits), decoder.held_bits()));
}

#[unsafe(no_mangle)]
pub fn np_coding_auto_punctured_push(
    decoder: &mut AutoPunctured,
    symbols: &[i8],
    sink: fn(&PuncturedRun<'_>),
) {
    decoder.push(symbols, sink);
    keep((decoder.phase(), decoder.slips()));
}

#[unsafe(no_mangle)]
pub fn np_coding_auto_punctured_finish(decoder: &mut AutoPunctured, sink: fn(&PuncturedRun<'_>)) {
    decoder.finish(sink);
}

#[unsafe(no_mangle)]
pub fn np_coding_punctured_encode(
    encoder: &mut PuncturedEncoder,
    octets: &[u8],
    symbols: &mut [u8],
) {
    for (symbol, place) in encoder.encode_octets(octets).zip(symbols) {
        *place = symbol;
    }
}
