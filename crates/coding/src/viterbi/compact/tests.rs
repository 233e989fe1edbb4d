extern crate std;

use super::*;
use crate::convolutional::ConvolutionalEncoder;
use crate::naive;
use std::vec;
use std::vec::Vec;

/// A linear congruence; numbers from the upper bits.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i32) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64 * i64::from(limit) >> 31) as i32
    }
}

fn bits_of(octets: &[u8], count: usize) -> Vec<u8> {
    let mut bits: Vec<u8> = octets
        .iter()
        .flat_map(|o| (0..8).rev().map(move |p| o >> p & 1))
        .collect();
    bits.truncate(count);
    bits
}

fn pack(pairs: &[[i8; 2]]) -> Vec<u8> {
    pairs
        .iter()
        .map(|[a, b]| (*a as u8) << 4 | *b as u8 & 15)
        .collect()
}

fn decode(pairs: &[[i8; 2]], g2: G2) -> Vec<u8> {
    let mut decoder = CompactViterbi::new(g2);
    let mut octets = vec![0; pairs.len() / 8 + 8];
    let progress = decoder.push_packed(&pack(pairs), &mut octets);
    assert_eq!(progress.pairs, pairs.len());
    let mut bits = bits_of(&octets, progress.octets * 8);
    let mut tail = [0; TAIL_OCTETS];
    let count = decoder.finish(&mut tail);
    bits.extend(bits_of(&tail, count));
    bits
}

#[test]
fn agrees_with_whole_sequence_decoding() {
    let mut random = Random(1);
    for g2 in [G2::Inverted, G2::Plain] {
        for noise in [0, 6, 9, 12, 16] {
            for count in [4, 8, 60, 64, 124, 128, 132, 192, 256, 700] {
                let mut encoder = ConvolutionalEncoder::new(g2);
                let sent: Vec<u8> = (0..count).map(|_| random.below(2) as u8).collect();
                let pairs: Vec<[i8; 2]> = sent
                    .iter()
                    .map(|&bit| {
                        encoder.encode_bit(bit).map(|symbol| {
                            let clean = if symbol == 1 { 4 } else { -4 };
                            (clean + random.below(noise + 1) - random.below(noise + 1)).clamp(-8, 7)
                                as i8
                        })
                    })
                    .collect();
                let decided = decode(&pairs, g2);
                let best = naive::viterbi(&pairs, g2);
                if noise <= 9 || count < 128 {
                    assert_eq!(decided, best, "noise {noise}, {count} bits");
                }
            }
        }
    }
}
