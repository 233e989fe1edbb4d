//! Entry points of `magpie-coding`: everything between the channel's symbols and the octets of frames, both ways.

use magpie_coding::asm::{Asm, MarkerSearch};
use magpie_coding::cadu::{self, CaduConfig, CaduEncoder, CaduHunt, CaduHunter, CaduUnit, Verdict};
use magpie_coding::convolutional::ConvolutionalEncoder;
use magpie_coding::crc::{Crc16, Crc32, crc16_fecf, crc32_proximity};
use magpie_coding::descrambler::{Descrambler, Scrambler};
use magpie_coding::fhec;
use magpie_coding::idle::Idle;
use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuEvent, PltuHunter};
use magpie_coding::randomizer::Randomizer;
use magpie_coding::reed_solomon::{ReedSolomon, RsReport};
use magpie_coding::soft::{self, Quantizer};
use magpie_coding::viterbi::compact::{Block, TAIL_OCTETS};
use magpie_coding::viterbi::{
    AutoViterbi, CompactReceiver, CompactViterbi, G2Choice, Run, Viterbi,
};

use crate::keep;

#[unsafe(no_mangle)]
pub fn np_coding_pltu_hunter_octets(
    hunter: &mut PltuHunter,
    octets: &[u8],
    sink: fn(PltuEvent<'_>),
) {
    hunter.handle_octets(octets, &mut |event| sink(event));
}

#[unsafe(no_mangle)]
pub fn np_coding_pltu_hunter_bits(hunter: &mut PltuHunter, bits: &[u8], sink: fn(PltuEvent<'_>)) {
    hunter.handle_bits(bits, &mut |event| sink(event));
}

#[unsafe(no_mangle)]
pub fn np_coding_pltu_hunter_end(hunter: &mut PltuHunter, sink: fn(PltuEvent<'_>)) {
    hunter.finish(&mut |event| sink(event));
    keep((hunter.stats().rejected(), hunter.is_collecting()));
    hunter.reset();
}

#[unsafe(no_mangle)]
pub fn np_coding_pltu_hunter_new(config: PltuConfig) -> PltuHunter {
    PltuHunter::new(config)
}

#[unsafe(no_mangle)]
pub fn np_coding_pltu_encode(frame: &[u8], out: &mut [u8]) {
    keep(PltuEncoder::new().encode(frame, out));
}

#[unsafe(no_mangle)]
pub fn np_coding_marker_search(search: &mut MarkerSearch, bit: u8, tolerance: u32) {
    keep((search.push(bit), search.hit_within(tolerance), search.asm()));
}

#[unsafe(no_mangle)]
pub fn np_coding_marker(marker: Asm, out: &mut [u8]) {
    keep((marker.emit(out), marker.len_octets()));
}

#[unsafe(no_mangle)]
pub fn np_coding_crc(octets: &[u8], crc32: &mut Crc32, crc16: &mut Crc16) {
    keep((crc32_proximity(octets), crc16_fecf(octets)));
    crc32.update(octets);
    crc16.update(octets);
    keep((crc32.finish(), crc16.finish()));
}

#[unsafe(no_mangle)]
pub fn np_coding_viterbi_push(decoder: &mut Viterbi, pairs: &[[i8; 2]], bits: &mut [u8]) {
    keep(decoder.push(pairs, bits));
}

#[unsafe(no_mangle)]
pub fn np_coding_viterbi_finish(decoder: &mut Viterbi, bits: &mut [u8]) -> usize {
    decoder.finish(bits)
}

#[unsafe(no_mangle)]
pub fn np_coding_compact_push(
    decoder: &mut CompactViterbi,
    pairs: &[[i8; 2]],
    packed: &[u8],
    octets: &mut [u8],
) {
    keep(decoder.push(pairs, octets));
    keep(decoder.push_packed(packed, octets));
}

#[unsafe(no_mangle)]
pub fn np_coding_compact_finish(decoder: &mut CompactViterbi, octets: &mut [u8; TAIL_OCTETS]) {
    keep((decoder.finish(octets), decoder.held_bits()));
}

#[unsafe(no_mangle)]
pub fn np_coding_compact_receiver_push(
    receiver: &mut CompactReceiver,
    symbols: &[i8],
    packed: &[u8],
    magnitude: u8,
    sink: fn(&Block),
) {
    receiver.set_mean_magnitude(magnitude);
    receiver.push(symbols, &mut |block| np_coding_compact_block(block, sink));
    receiver.push_packed(packed, &mut |block| np_coding_compact_block(block, sink));
}

#[unsafe(no_mangle)]
pub fn np_coding_compact_receiver_finish(receiver: &mut CompactReceiver, sink: fn(&Block)) {
    receiver.finish(&mut |block| np_coding_compact_block(block, sink));
    keep((receiver.is_locked(), receiver.slips()));
}

#[unsafe(no_mangle)]
pub fn np_coding_compact_block(block: &Block, sink: fn(&Block)) {
    keep((block.octets(), block.len_bits(), block.first_symbol()));
    sink(block);
}

#[unsafe(no_mangle)]
pub fn np_coding_auto_viterbi_push(decoder: &mut AutoViterbi, symbols: &[i8], sink: fn(&Run<'_>)) {
    decoder.push(symbols, |run| {
        keep((
            run.bits(),
            run.first_symbol(),
            run.symbol_of(7),
            run.is_locked(),
        ));
        keep(run.quality().mismatch_ratio());
        sink(run);
    });
}

#[unsafe(no_mangle)]
pub fn np_coding_auto_viterbi_finish(decoder: &mut AutoViterbi, sink: fn(&Run<'_>)) {
    decoder.finish(sink);
    keep((decoder.is_locked(), decoder.hypothesis(), decoder.quality()));
}

#[unsafe(no_mangle)]
pub fn np_coding_auto_viterbi_new(decoder: &mut AutoViterbi, g2: G2Choice) {
    *decoder = AutoViterbi::new(g2);
}

#[unsafe(no_mangle)]
pub fn np_coding_rs_decode(rs: &ReedSolomon, block: &mut [u8]) {
    keep(rs.decode(block));
}

#[unsafe(no_mangle)]
pub fn np_coding_rs_report(report: &RsReport) {
    keep((report.codewords(), report.is_good(), report.uncorrectable()));
    keep(report.corrected_symbols());
}

#[unsafe(no_mangle)]
pub fn np_coding_rs_encode(rs: &ReedSolomon, block: &mut [u8]) {
    keep(rs.encode(block));
}

#[unsafe(no_mangle)]
pub fn np_coding_cadu_hunter_octets(
    hunter: &mut CaduHunter,
    octets: &[u8],
    sink: fn(CaduUnit<'_>) -> Verdict,
) {
    hunter.handle_octets(octets, &mut |unit| sink(unit));
}

#[unsafe(no_mangle)]
pub fn np_coding_cadu_hunter_bits(
    hunter: &mut CaduHunter,
    bits: &[u8],
    sink: fn(CaduUnit<'_>) -> Verdict,
) {
    hunter.handle_bits(bits, &mut |unit| sink(unit));
}

#[unsafe(no_mangle)]
pub fn np_coding_cadu_hunter_end(hunter: &mut CaduHunter) {
    hunter.finish();
    keep((hunter.stats().bits, hunter.is_locked()));
    hunter.reset();
}

#[unsafe(no_mangle)]
pub fn np_coding_cadu_hunter_new(hunter: &mut CaduHunter, hunt: CaduHunt) {
    if let Ok(new) = CaduHunter::new(hunt) {
        *hunter = new;
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_cadu_decode(config: &CaduConfig, unit: &mut [u8]) {
    keep(cadu::decode_unit(config, unit));
}

#[unsafe(no_mangle)]
pub fn np_coding_cadu_encode(encoder: &CaduEncoder, frame: &[u8], out: &mut [u8]) {
    keep(encoder.encode(frame, out));
}

#[unsafe(no_mangle)]
pub fn np_coding_randomizer(randomizer: &mut Randomizer, octets: &mut [u8], soft: &mut [i8]) {
    randomizer.apply(octets);
    randomizer.apply_bits(octets);
    randomizer.apply_soft(soft);
    keep((randomizer.next_bit(), randomizer.next_octet()));
}

#[unsafe(no_mangle)]
pub fn np_coding_scrambler(receive: &mut Descrambler, send: &mut Scrambler, bits: &mut [u8]) {
    receive.apply(bits);
    send.apply(bits);
    keep((receive.push(1), send.push(1)));
}

#[unsafe(no_mangle)]
pub fn np_coding_fhec(header: &mut [u8; fhec::HEADER_LEN]) {
    keep(fhec::correct(header));
    fhec::encode(header);
}

#[unsafe(no_mangle)]
pub fn np_coding_idle(idle: &mut Idle, octets: &mut [u8]) {
    idle.fill(octets);
    idle.fill_bits(octets);
    keep((idle.next_bit(), idle.next_octet(), idle.offset_bits()));
}

#[unsafe(no_mangle)]
pub fn np_coding_soft(quantizer: &mut Quantizer, symbols: &[f32], octets: &[u8], out: &mut [i8]) {
    keep(quantizer.convert(symbols, out));
    for (symbol, out) in soft::symbols(octets).zip(out) {
        *out = symbol;
    }
}

#[unsafe(no_mangle)]
pub fn np_coding_convolutional(
    encoder: &mut ConvolutionalEncoder,
    octets: &[u8],
    symbols: &mut [u8],
) {
    keep(encoder.encode_packed(octets, symbols));
    for (symbol, out) in encoder.encode_octets(octets).zip(symbols) {
        *out = symbol;
    }
}
