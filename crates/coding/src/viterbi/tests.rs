extern crate std;

mod engines;

use super::{BLOCK_BITS, Precision, TAIL_BITS, TRACEBACK_BITS, Viterbi};
use crate::convolutional::{ConvolutionalEncoder, G2};
use crate::naive;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

const PRECISIONS: [Precision; 2] = [Precision::Full, Precision::Fast];

/// The naive twin over what the precision leaves of the symbols, with the erasures behind the end.
fn whole_sequence(pairs: &[[i8; 2]], g2: G2, precision: Precision) -> Vec<u8> {
    let level = |symbol: i8| match precision {
        Precision::Full => symbol.max(-127),
        Precision::Fast => naive::viterbi_level(symbol),
    };
    let mut levels: Vec<[i8; 2]> = pairs.iter().map(|pair| pair.map(level)).collect();
    levels.extend([[0, 0]; 6]);
    let mut bits = naive::viterbi(&levels, g2);
    bits.truncate(pairs.len());
    bits
}

/// What the symbols cost of those that these bits would have sent, from the state before them that suits best.
fn cost(bits: &[u8], pairs: &[[i8; 2]], g2: G2) -> u32 {
    let from = |state: u8| {
        let mut encoder = ConvolutionalEncoder::new(g2);
        for place in 0..6 {
            encoder.encode_bit(state >> place & 1);
        }
        let sent = bits.iter().map(|&bit| encoder.encode_bit(bit));
        let wrong = |sent: u8, symbol: i8| (sent == 1) != (symbol > 0);
        sent.flatten()
            .zip(pairs.as_flattened())
            .filter(|&(sent, &symbol)| wrong(sent, symbol))
            .map(|(_, symbol)| u32::from(symbol.unsigned_abs().min(127)))
            .sum()
    };
    (0..64).map(from).min().unwrap_or(0)
}

/// Everything in one call of `push` and one of `finish`.
fn decode(pairs: &[[i8; 2]], g2: G2, precision: Precision) -> Vec<u8> {
    let mut decoder = Viterbi::new(g2).with_precision(precision);
    let mut bits = vec![0; pairs.len() + TAIL_BITS];
    let progress = decoder.push(pairs, &mut bits);
    assert_eq!(progress.pairs, pairs.len());
    let rest = decoder.finish(&mut bits[progress.bits..]);
    bits.truncate(progress.bits + rest);
    bits
}

/// A small linear congruence; the noise is the sum of twelve uniform numbers, near enough to normal.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 48) as i32 & 0xFFFF
    }

    /// Standard deviation 100.
    fn noise(&mut self) -> i32 {
        ((0..12).map(|_| self.uniform()).sum::<i32>() - 6 * 65_536) * 100 / 65_536
    }
}

/// Random bits and their noisy pairs; `sigma` in hundredths of the amplitude, which is 32.
fn noisy(count: usize, sigma: i32, random: &mut Random, g2: G2) -> (Vec<u8>, Vec<[i8; 2]>) {
    let mut encoder = ConvolutionalEncoder::new(g2);
    let bits: Vec<u8> = (0..count).map(|_| (random.uniform() >> 15) as u8).collect();
    let soft = |bit: u8, random: &mut Random| {
        let sent = if bit == 1 { 32 } else { -32 };
        (sent + random.noise() * sigma * 32 / 10_000).clamp(-127, 127) as i8
    };
    let pairs = bits
        .iter()
        .map(|&bit| encoder.encode_bit(bit).map(|symbol| soft(symbol, random)));
    let pairs = pairs.collect();
    (bits, pairs)
}

#[test]
fn agrees_with_whole_sequence_decoding() {
    // Origin: the naive twin. Sigma 0.56 is an Eb/N0 of 5 dB, 0.89 is 1 dB, 1.6 is hopeless.
    //= 131.0-B convolutional
    let mut random = Random(1);
    for g2 in [G2::Inverted, G2::Plain] {
        for sigma in [0, 56, 71, 89, 112, 160] {
            for count in [1, 5, 127, 128, 255, 256, 257, 700] {
                let (sent, pairs) = noisy(count, sigma, &mut random, g2);
                for precision in PRECISIONS {
                    let decided = decode(&pairs, g2, precision);
                    let whole = whole_sequence(&pairs, g2, precision);
                    // Of two paths that are equally good, Fast takes the same one as the twin, Full may take the other one.
                    let same = precision == Precision::Full
                        && cost(&decided, &pairs, g2) == cost(&whole, &pairs, g2);
                    assert!(
                        same || decided == whole,
                        "{precision:?}, sigma {sigma}, {count} bits"
                    );
                    if sigma == 0 && count > 20 {
                        assert_eq!(decided, sent, "without noise every bit is right");
                    }
                }
            }
        }
    }
}

#[test]
fn differs_from_whole_sequence_decoding_on_noise_alone_only_where_it_was_cut_off() {
    // Without a signal survivors may stay apart for longer than the traceback; that must stay rare.
    let mut random = Random(2);
    let (mut different, mut all) = (0, 0);
    for number in 0..20 {
        let mut soft = || (random.noise() * 40 / 100).clamp(-127, 127) as i8;
        let pairs: Vec<[i8; 2]> = (0..1500).map(|_| [soft(), soft()]).collect();
        let precision = PRECISIONS[number % 2];
        let (ours, best) = (
            decode(&pairs, G2::Inverted, precision),
            whole_sequence(&pairs, G2::Inverted, precision),
        );
        different += ours.iter().zip(&best).filter(|(a, b)| a != b).count();
        all += pairs.len();
    }
    assert!(different * 100 < all, "{different} of {all}");
}

#[test]
fn metrics_do_not_drift_on_a_long_loud_stream() {
    // Both extremes of the input, far longer than any overflow of 16 bits would need (254 a bit).
    let mut random = Random(3);
    let (sent, pairs) = noisy(400_000, 0, &mut random, G2::Inverted);
    for loud in [127, -128] {
        let pairs: Vec<[i8; 2]> = pairs
            .iter()
            .map(|pair| pair.map(|s| if (s > 0) == (loud > 0) { 127 } else { -128 }))
            .collect();
        let inverted = u8::from(loud < 0);
        for precision in PRECISIONS {
            let decided = decode(&pairs, G2::Inverted, precision);
            assert!(
                decided.iter().zip(&sent).all(|(a, b)| a ^ inverted == *b),
                "inverted symbols give inverted bits"
            );
        }
    }
}

#[test]
fn silence_gives_bits_and_no_harm() {
    for precision in PRECISIONS {
        let decided = decode(&[[0, 0]; 1000], G2::Inverted, precision);
        assert_eq!(decided, vec![0; 1000]);
    }
}

#[test]
fn erased_symbols_are_bridged() {
    // Rate 3/4 by the pattern of 131.0-B (C1 101, C2 110), the missing places filled with zeros.
    let (sent, mut pairs) = noisy(3000, 0, &mut Random(4), G2::Plain);
    for three in pairs.chunks_exact_mut(3) {
        three[1][0] = 0;
        three[2][1] = 0;
    }
    for precision in PRECISIONS {
        let decided = decode(&pairs, G2::Plain, precision);
        assert_eq!(decided[20..2980], sent[20..2980]);
    }
}

#[test]
fn blocks_come_out_as_promised() {
    let pairs = [[9, -9]; 1000];
    let mut decoder = Viterbi::new(G2::Inverted);
    let mut room = [0; BLOCK_BITS];
    let (mut taken, mut written) = (0, 0);
    for pair in pairs {
        let progress = decoder.push(&[pair], &mut room);
        taken += progress.pairs;
        written += progress.bits;
        let expected = if taken < TAIL_BITS {
            0
        } else {
            BLOCK_BITS * ((taken - TRACEBACK_BITS) / BLOCK_BITS)
        };
        assert_eq!((progress.pairs, written), (1, expected));
    }
    assert_eq!(decoder.held_bits(), taken - written);
}

#[test]
fn a_call_without_room_stops_before_the_block_and_goes_on_later() {
    let (_, pairs) = noisy(1000, 80, &mut Random(5), G2::Inverted);
    let mut decoder = Viterbi::new(G2::Inverted);
    let first = decoder.push(&pairs, &mut [0; BLOCK_BITS - 1]);
    assert_eq!((first.pairs, first.bits), (TAIL_BITS - 1, 0));
    let again = decoder.push(&pairs[first.pairs..], &mut []);
    assert_eq!((again.pairs, again.bits), (0, 0));
    let mut bits = vec![0; 1000];
    let second = decoder.push(&pairs[first.pairs..], &mut bits);
    assert_eq!(second.pairs, 1000 - first.pairs);
    let rest = decoder.finish(&mut bits[second.bits..]);
    assert_eq!(second.bits + rest, 1000);
    assert_eq!(bits, decode(&pairs, G2::Inverted, Precision::Full));
    assert_eq!(decoder.finish(&mut []), 0, "ready for another stream");
}

proptest! {
    #[test]
    fn any_input_in_any_pieces(soft in proptest::collection::vec(any::<[i8; 2]>(), 0..900), cuts in proptest::collection::vec(0_usize..300, 0..6)) {
        let whole = decode(&soft, G2::Inverted, Precision::Full);
        prop_assert_eq!(whole.len(), soft.len());
        prop_assert!(whole.iter().all(|bit| *bit < 2));
        let mut decoder = Viterbi::new(G2::Inverted);
        let (mut bits, mut rest) = (Vec::new(), &soft[..]);
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            let mut room = vec![0; head.len() + BLOCK_BITS];
            let progress = decoder.push(head, &mut room);
            prop_assert_eq!(progress.pairs, head.len());
            bits.extend_from_slice(&room[..progress.bits]);
            rest = tail;
        }
        let mut room = [0; TAIL_BITS];
        let count = decoder.finish(&mut room);
        bits.extend_from_slice(&room[..count]);
        prop_assert_eq!(bits, whole);
    }
}
