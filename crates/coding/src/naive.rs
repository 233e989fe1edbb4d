//! The slow, obvious twins of the codecs: oracles for the tests, for ever.
//!
//! Each follows the book's definition bit by bit and shares no table and no trick with the code that ships.

extern crate std;

pub(crate) mod bch;
pub(crate) mod cltu;
pub(crate) mod ldpc;
pub(crate) mod turbo;

use crate::convolutional::G2;
use crate::randomizer::Sequence;
use std::vec;
use std::vec::Vec;

fn bits_of(octets: &[u8]) -> Vec<u8> {
    octets
        .iter()
        .flat_map(|&octet| (0..8).rev().map(move |place| (octet >> place) & 1))
        .collect()
}

/// Long division of message · xⁿ by a generator given by the exponents of its terms; the first n bits are inverted if `preset` is 1.
fn long_division(octets: &[u8], degree: usize, exponents: &[usize], preset: u8) -> u64 {
    let mut bits = bits_of(octets);
    bits.extend(vec![0; degree]);
    for bit in bits.iter_mut().take(degree) {
        *bit ^= preset;
    }
    for start in 0..bits.len() - degree {
        if bits[start] == 1 {
            for exponent in exponents {
                bits[start + degree - exponent] ^= 1;
            }
        }
    }
    bits[bits.len() - degree..]
        .iter()
        .fold(0, |value, &bit| (value << 1) | u64::from(bit))
}

pub(crate) fn crc32_proximity(octets: &[u8]) -> u32 {
    u32::try_from(long_division(octets, 32, &[32, 23, 21, 11, 2, 0], 0)).expect("32 bits")
}

pub(crate) fn crc16_fecf(octets: &[u8]) -> u16 {
    u16::try_from(long_division(octets, 16, &[16, 12, 5, 0], 1)).expect("16 bits")
}

/// The sequence as a linear recurrence over its own past: `a[n]` is the sum of `a[n - d]` over the given delays.
pub(crate) fn random_bits(sequence: Sequence, count: usize) -> Vec<u8> {
    let (mut bits, delays): (Vec<u8>, &[usize]) = match sequence {
        // h(x) = x^8 + x^7 + x^5 + x^3 + 1
        Sequence::TmShort => (vec![1; 8], &[8, 5, 3, 1]),
        // h(x) = x^17 + x^14 + 1, seed 11000111000111000 put out from its right end
        Sequence::TmLong => (
            "00011100011100011".bytes().map(|b| b - b'0').collect(),
            &[17, 3],
        ),
        // h(x) = x^8 + x^6 + x^4 + x^3 + x^2 + x + 1
        Sequence::Tc => (vec![1; 8], &[8, 7, 6, 5, 4, 2]),
        // h(x) = x^32 + x^22 + x^2 + x + 1
        Sequence::IdleFill => (vec![1; 32], &[32, 22, 2, 1]),
    };
    while bits.len() < count {
        let next = delays
            .iter()
            .fold(0, |sum, delay| sum ^ bits[bits.len() - delay]);
        bits.push(next);
    }
    bits.truncate(count);
    bits
}

/// C1 and C2 as sums of delayed bits, written out from 171 and 133 octal.
pub(crate) fn convolutional_encode(bits: &[u8], g2: G2) -> Vec<u8> {
    let at = |index: usize, delay: usize| {
        if index >= delay {
            bits[index - delay]
        } else {
            0
        }
    };
    let mut symbols = Vec::new();
    for index in 0..bits.len() {
        let c1 = at(index, 0) ^ at(index, 1) ^ at(index, 2) ^ at(index, 3) ^ at(index, 6);
        let c2 = at(index, 0) ^ at(index, 2) ^ at(index, 3) ^ at(index, 5) ^ at(index, 6);
        symbols.push(c1);
        symbols.push(if g2 == G2::Inverted { c2 ^ 1 } else { c2 });
    }
    symbols
}

/// What the streaming decoder makes of a symbol: the nearest eighth, at least 1 and at most 12 away from zero.
pub(crate) fn viterbi_level(symbol: i8) -> i8 {
    let nearest = (f64::from(symbol).abs() / 8.0 + 0.5).floor();
    let level = if symbol == 0 {
        0.0
    } else {
        nearest.clamp(1.0, 12.0)
    };
    (level * f64::from(symbol).signum()) as i8
}

/// Maximum-likelihood decoding by the definition: all survivors of the whole sequence are kept, nothing is cut off.
///
/// A state is the last six bits, the newest lowest; any state may be the first. Of two equal paths the one whose oldest bit is
/// zero wins, of equal ends the lowest state.
pub(crate) fn viterbi(pairs: &[[i8; 2]], g2: G2) -> Vec<u8> {
    let mut metrics = vec![0_i64; 64];
    let mut history: Vec<Vec<u8>> = Vec::new();
    for pair in pairs {
        let mut next = vec![i64::MIN; 64];
        let mut oldest = vec![0; 64];
        for leaving in 0..2_u8 {
            for state in 0..64_u8 {
                let from = (leaving << 5) | (state >> 1);
                // From the oldest of the seven bits to the newest, which is the one that leads to `state`.
                let bits: Vec<u8> = (0..6)
                    .rev()
                    .map(|k| (from >> k) & 1)
                    .chain([state & 1])
                    .collect();
                let sent = convolutional_encode(&bits, g2);
                let gain: i64 = sent[12..]
                    .iter()
                    .zip(pair)
                    .map(|(&bit, &soft)| {
                        if bit == 1 {
                            i64::from(soft)
                        } else {
                            -i64::from(soft)
                        }
                    })
                    .sum();
                let metric = metrics[usize::from(from)] + gain;
                if metric > next[usize::from(state)] {
                    next[usize::from(state)] = metric;
                    oldest[usize::from(state)] = leaving;
                }
            }
        }
        metrics = next;
        history.push(oldest);
    }
    let mut state = 0;
    for (index, metric) in metrics.iter().enumerate() {
        if *metric > metrics[state] {
            state = index;
        }
    }
    let mut bits = Vec::new();
    for oldest in history.iter().rev() {
        bits.push(u8::try_from(state & 1).expect("a bit"));
        state = (state >> 1) | (usize::from(oldest[state]) << 5);
    }
    bits.reverse();
    bits
}

/// The descrambler as its formula reads, every bit from the whole past; bits before the start are zeros.
pub(crate) fn descramble(channel: &[u8]) -> Vec<u8> {
    let at = |index: usize, delay: usize| {
        if index >= delay {
            channel[index - delay]
        } else {
            0
        }
    };
    let mut data = Vec::new();
    for index in 0..channel.len() {
        let alike = (0..index)
            .rev()
            .take_while(|&place| at(place, 1) == at(place, 9))
            .count();
        let adverse = u8::from(alike % 32 == 31);
        data.push(1 ^ at(index, 0) ^ at(index, 3) ^ at(index, 20) ^ adverse);
    }
    data
}
