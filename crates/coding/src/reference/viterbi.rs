//! Maximum likelihood for the convolutional code with floats: nothing is quantised and nothing is cut off.
//!
//! Books: CCSDS 131.0-B and 211.2-B-3. All survivors of the whole sequence are kept (64 octets a bit), so it is for curves, not for streams.
//! Rate 1/2 or, with erasures (zeros) put in, the punctured rates: [`decode_punctured`].
//!
//! ```
//! use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
//!
//! let sent: Vec<[f32; 2]> = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
//!     .map({
//!         let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
//!         move |bit| encoder.encode_bit(bit).map(|symbol| 2.0 * f32::from(symbol) - 1.0)
//!     })
//!     .to_vec();
//! assert_eq!(magpie_coding::reference::viterbi::decode(&sent, G2::Inverted), [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
//! ```

use crate::convolutional::{G1, G2, G2_TAPS, Rate};
use std::vec;
use std::vec::Vec;

/// States of the encoder.
const STATES: usize = 64;

/// +1 for a one, −1 for a zero: C1 and C2 that leave with a new bit; the state holds six bits, the newest on top.
fn sent(state: usize, bit: usize, g2: G2) -> [f32; 2] {
    let window = (bit << 6 | state) as u8;
    let sign = |taps: u8| 2.0 * ((window & taps).count_ones() % 2) as f32 - 1.0;
    let inversion = if g2 == G2::Inverted { -1.0 } else { 1.0 };
    [sign(G1), inversion * sign(G2_TAPS)]
}

/// The most likely bits behind pairs (C1, C2) of any scale, positive = 1, zero = erased. Any state may be the first and the last.
///
/// Of equal paths the one whose oldest bit is zero is taken, of equal ends the lowest state. NaN counts as erased.
pub fn decode(pairs: &[[f32; 2]], g2: G2) -> Vec<u8> {
    let mut metrics = [0.0_f32; STATES];
    let mut history: Vec<[u8; STATES]> = vec![[0; STATES]; pairs.len()];
    for (pair, oldest) in pairs.iter().zip(&mut history) {
        let pair = pair.map(|symbol| if symbol.is_nan() { 0.0 } else { symbol });
        let mut next = [f32::NEG_INFINITY; STATES];
        for state in 0..STATES {
            let bit = state >> 5;
            for leaving in 0..2 {
                let from = (state << 1 | leaving) & (STATES - 1);
                let [c1, c2] = sent(from, bit, g2);
                let metric = metrics[from] + c1 * pair[0] + c2 * pair[1];
                if metric > next[state] {
                    next[state] = metric;
                    oldest[state] = leaving as u8;
                }
            }
        }
        // Brought back at every step: sums of floats must not grow.
        let best = next.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        metrics = next.map(|metric| metric - best);
    }
    let mut state = 0;
    for (index, metric) in metrics.iter().enumerate() {
        if *metric > metrics[state] {
            state = index;
        }
    }
    let mut bits = vec![0; pairs.len()];
    for (bit, oldest) in bits.iter_mut().zip(&history).rev() {
        *bit = (state >> 5) as u8;
        state = (state << 1 | usize::from(oldest[state])) & (STATES - 1);
    }
    bits
}

/// The same for the symbols of a punctured rate, from the start of a period.
pub fn decode_punctured(symbols: &[f32], rate: Rate) -> Vec<u8> {
    let mut symbols = symbols.iter().copied();
    let mut pairs = Vec::new();
    'periods: loop {
        for keep in rate.pattern() {
            if symbols.len() == 0 {
                break 'periods;
            }
            pairs.push(keep.map(|keep| {
                if keep {
                    symbols.next().unwrap_or(0.0)
                } else {
                    0.0
                }
            }));
        }
    }
    decode(&pairs, rate.g2())
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_punctured};
    use crate::convolutional::{G2, PuncturedEncoder, Rate};
    use crate::naive;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn small_integers_decode_as_the_naive_twin_does(pairs in proptest::collection::vec(any::<[i8; 2]>(), 0..80), plain: bool) {
            // Origin: the naive twin, exact on integers; an end of erasures makes both of them end in state zero.
            let g2 = if plain { G2::Plain } else { G2::Inverted };
            let mut pairs = pairs;
            pairs.extend([[0, 0]; 6]);
            let floats: Vec<[f32; 2]> = pairs.iter().map(|pair| pair.map(f32::from)).collect();
            prop_assert_eq!(decode(&floats, g2), naive::viterbi(&pairs, g2));
        }
    }

    #[test]
    fn punctured_symbols_come_back() {
        for rate in Rate::ALL {
            let octets = *b"punctured symbols come back";
            let sent: Vec<f32> = PuncturedEncoder::new(rate)
                .encode_octets(&octets)
                .map(|bit| f32::from(bit) - 0.5)
                .collect();
            let wanted: Vec<u8> = crate::soft::bits(&octets).collect();
            let decided = decode_punctured(&sent, rate);
            assert_eq!(decided.len(), wanted.len());
            assert_eq!(decided[12..200], wanted[12..200], "{rate:?}");
        }
    }
}
