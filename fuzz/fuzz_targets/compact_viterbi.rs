//! The compact Viterbi decoders: without noise they give back what was sent; on any symbols or nibbles their output does not depend on how the
//! stream is cut, and what the receiver hands out lies in the stream, in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::viterbi::compact::{BLOCK_OCTETS, Block, TAIL_OCTETS};
use magpie_coding::viterbi::{CompactReceiver, CompactViterbi};
use magpie_fuzz::pieces;

/// Decided octets and how many bits they hold. `room` octets at a time, none at all now and then.
fn decode<'a, T: 'a>(
    mut decoder: CompactViterbi,
    pieces: impl Iterator<Item = &'a [T]>,
    push: impl Fn(&mut CompactViterbi, &[T], &mut [u8]) -> (usize, usize),
    room: usize,
) -> (Vec<u8>, usize) {
    let mut decided = Vec::new();
    let mut octets = vec![0; room];
    for mut piece in pieces {
        let (taken, written) = push(&mut decoder, piece, &mut []);
        assert_eq!(written, 0);
        piece = &piece[taken..];
        while !piece.is_empty() {
            let (taken, written) = push(&mut decoder, piece, &mut octets);
            assert!(taken > 0 && written % BLOCK_OCTETS == 0, "goes on");
            decided.extend_from_slice(&octets[..written]);
            piece = &piece[taken..];
        }
    }
    let mut tail = [0; TAIL_OCTETS];
    let held = decoder.held_bits();
    let count = decoder.finish(&mut tail);
    assert_eq!(count, held);
    let bits = decided.len() * 8 + count;
    decided.extend_from_slice(&tail[..count.div_ceil(8)]);
    (decided, bits)
}

fn pairs(decoder: &mut CompactViterbi, pairs: &[[i8; 2]], octets: &mut [u8]) -> (usize, usize) {
    let progress = decoder.push(pairs, octets);
    (progress.pairs, progress.octets)
}

fn packed(decoder: &mut CompactViterbi, pairs: &[u8], octets: &mut [u8]) -> (usize, usize) {
    let progress = decoder.push_packed(pairs, octets);
    (progress.pairs, progress.octets)
}

fn round_trip(octets: &[u8], g2: G2) {
    let symbols: Vec<i8> = ConvolutionalEncoder::new(g2)
        .encode_octets(octets)
        .map(|bit| if bit == 1 { 40 } else { -40 })
        .collect();
    let (sent, _) = symbols.as_chunks::<2>();
    let (decided, bits) = decode(
        CompactViterbi::new(g2),
        std::iter::once(sent),
        pairs,
        BLOCK_OCTETS,
    );
    assert_eq!((&decided[..], bits), (octets, 8 * octets.len()));
}

/// What the receiver hands out, bit by bit with its place; the lock of each block.
fn receive<'a>(
    mut receiver: CompactReceiver,
    pieces: impl Iterator<Item = &'a [i8]>,
) -> Vec<(u64, u8, bool)> {
    let mut output = Vec::new();
    let mut sink = |block: &Block| {
        assert_eq!(block.octets().len(), block.len_bits().div_ceil(8));
        for bit in 0..block.len_bits() {
            let value = block.octets()[bit / 8] >> (7 - bit % 8) & 1;
            output.push((
                block.first_symbol() + 2 * bit as u64,
                value,
                block.is_locked(),
            ));
        }
    };
    for piece in pieces {
        receiver.push(piece, &mut sink);
    }
    receiver.finish(&mut sink);
    output
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, mean, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let g2 = if options & 1 == 0 {
        G2::Inverted
    } else {
        G2::Plain
    };
    round_trip(octets, g2);

    let room = BLOCK_OCTETS * (1 + usize::from(options >> 1 & 7));
    let mut decoder = CompactViterbi::new(g2);
    decoder.set_mean_magnitude(mean);
    let whole = decode(decoder.clone(), std::iter::once(octets), packed, room);
    assert_eq!(whole.1, octets.len());
    assert_eq!(
        decode(decoder.clone(), pieces(octets, cut), packed, room),
        whole
    );

    let symbols: Vec<i8> = octets.iter().map(|octet| octet.cast_signed()).collect();
    let (both, _) = symbols.as_chunks::<2>();
    let whole = decode(decoder.clone(), std::iter::once(both), pairs, room);
    assert_eq!(decode(decoder, pieces(both, cut), pairs, room), whole);

    let mut receiver = CompactReceiver::new(g2);
    receiver.set_mean_magnitude(mean);
    let whole = receive(receiver.clone(), std::iter::once(&symbols[..]));
    assert_eq!(receive(receiver.clone(), pieces(&symbols, cut)), whole);
    assert!(whole.windows(2).all(|two| two[0].0 < two[1].0), "in order");
    let inside = |&(place, ..): &(u64, u8, bool)| place + 1 < symbols.len() as u64;
    assert!(whole.iter().all(inside));
    // As levels, and more of them announced than there are.
    receiver.push_levels(
        usize::from(mean) * 16 + usize::from(cut),
        octets,
        &mut |_| {},
    );
    receiver.finish(&mut |_| {});
});
