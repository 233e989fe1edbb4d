//! The slow, obvious twins of the codecs: oracles for the tests, for ever.
//!
//! Each follows the book's definition bit by bit and shares no table and no trick with the code that ships.

extern crate std;

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

/// Long division of message · xⁿ by a generator given by the exponents of its terms; the first `preset.len()` bits are XORed with the preset.
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
