//! The turbo encoder as the book's figure reads: sequences and sums of their delayed elements.

use crate::turbo::TurboRate;
use std::vec::Vec;

/// π of the book, from 1 to k, by its formulas.
pub(crate) fn permutation(k: usize) -> Vec<usize> {
    let p = [31, 37, 43, 47, 53, 59, 61, 67];
    let (k1, k2) = (8, k / 8);
    (1..=k)
        .map(|s| {
            let m = (s - 1) % 2;
            let i = (s - 1) / (2 * k2);
            let j = (s - 1) / 2 - i * k2;
            let t = (19 * i + 1) % (k1 / 2);
            let q = t % 8 + 1;
            let c = (p[q - 1] * j + 21 * m) % k2;
            2 * (t + c * k1 / 2 + 1) - m
        })
        .collect()
}

/// What is sent as information, and what enters the register, tail included.
fn register(bits: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut sent, mut entered) = (Vec::new(), Vec::<u8>::new());
    for time in 0..bits.len() + 4 {
        let past = |delay: usize| time.checked_sub(delay).map_or(0, |at| entered[at]);
        // G0 = 10011
        let back = past(3) ^ past(4);
        let bit = bits.get(time).copied().unwrap_or(back);
        sent.push(bit);
        entered.push(bit ^ back);
    }
    (sent, entered)
}

/// The sum that a connection vector takes at each time.
fn output(entered: &[u8], vector: &str) -> Vec<u8> {
    let tap = |time: usize, delay: usize| time.checked_sub(delay).map_or(0, |at| entered[at]);
    (0..entered.len())
        .map(|time| {
            let taps = vector.bytes().enumerate().filter(|&(_, one)| one == b'1');
            taps.fold(0, |sum, (delay, _)| sum ^ tap(time, delay))
        })
        .collect()
}

/// Bits in, symbols out.
pub(crate) fn encode(bits: &[u8], rate: TurboRate) -> Vec<u8> {
    let permuted: Vec<u8> = permutation(bits.len())
        .iter()
        .map(|&at| bits[at - 1])
        .collect();
    let (sent, a) = register(bits);
    let (_, b) = register(&permuted);
    let (g1, g2, g3) = ("11011", "10101", "11111");
    let streams = match rate {
        TurboRate::Half | TurboRate::Third => [sent, output(&a, g1), output(&b, g1)].to_vec(),
        TurboRate::Quarter => [sent, output(&a, g2), output(&a, g3), output(&b, g1)].to_vec(),
        TurboRate::Sixth => [
            sent,
            output(&a, g1),
            output(&a, g2),
            output(&a, g3),
            output(&b, g1),
            output(&b, g3),
        ]
        .to_vec(),
    };
    let mut symbols = Vec::new();
    for time in 0..bits.len() + 4 {
        for (index, stream) in streams.iter().enumerate() {
            // Punctured: 0a 1a 0a 1b.
            if rate != TurboRate::Half || index == 0 || index == 1 + time % 2 {
                symbols.push(stream[time]);
            }
        }
    }
    symbols
}
