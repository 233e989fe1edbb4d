//! Soft symbols out of floats, octets and hard bits.
//!
//! A soft symbol is an `i8`: positive = 1, magnitude = confidence, zero = erased, never −128. No book rules this; 211.2-B-3 only
//! recommends three bits or more of soft decision.
//!
//! ```
//! use magpie_coding::soft::{Quantizer, bits_from_octet};
//!
//! let mut symbols = [0; 4];
//! Quantizer::new().convert(&[1.5e-6, -1.5e-6, f32::NAN, 1.5e-6], &mut symbols);
//! assert_eq!(symbols, [40, -40, 0, 40]);
//! assert_eq!(bits_from_octet(0xA5), [1, 0, 1, 0, 0, 1, 0, 1]);
//! ```

/// Mean magnitude that [`Quantizer`] brings the symbols to: noisy symbols up to three times the mean are still in range.
///
/// Bit error rate of the Viterbi decoder at 3 dB over the mean magnitude (example `viterbi_scale`, 20 million bits, ± 1.2 %), floats 3.61e-4:
/// 8 3.73e-4, 16 3.57e-4, 24 3.59e-4, 40 3.60e-4, 64 3.63e-4, 96 4.07e-4; and of [`Precision::Fast`](crate::viterbi::Precision::Fast):
/// 8 7.2e-3, 16 1.1e-3, 24 5.9e-4, 32 4.6e-4, 40 4.2e-4, 48 4.0e-4, 64 4.1e-4, 96 5.7e-4.
pub const MEAN_MAGNITUDE: f32 = 40.0;

/// Symbols over which the level is averaged.
const WINDOW: u32 = 1024;

/// Above this multiple of the level a symbol counts no more than this for the average.
const OUTLIER: f32 = 4.0;

/// So many symbols in a row below 1/[`COLLAPSE_RATIO`] of the level start the average anew.
const COLLAPSE_RUN: u32 = 64;
const COLLAPSE_RATIO: f32 = 64.0;

/// Brings floats of any scale to soft symbols, symbol by symbol.
///
/// The scale follows the mean magnitude of the last thousand symbols or so. Zeros, NaN and infinities become erasures and do not
/// count for the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantizer {
    level: f32,
    seen: u32,
    tiny: u32,
}

impl Quantizer {
    /// A quantizer that knows nothing of the scale yet.
    pub const fn new() -> Self {
        Self {
            level: 0.0,
            seen: 0,
            tiny: 0,
        }
    }

    /// Converts one symbol.
    pub fn quantize(&mut self, symbol: f32) -> i8 {
        if !symbol.is_finite() || symbol == 0.0 {
            return 0;
        }
        self.follow(symbol.abs());
        let scaled = symbol / self.level * MEAN_MAGNITUDE;
        let rounded = scaled + 0.5_f32.copysign(scaled);
        rounded.clamp(-127.0, 127.0) as i8
    }

    /// Converts as many symbols as both slices hold and returns that number.
    pub fn convert(&mut self, symbols: &[f32], out: &mut [i8]) -> usize {
        for (soft, &symbol) in out.iter_mut().zip(symbols) {
            *soft = self.quantize(symbol);
        }
        symbols.len().min(out.len())
    }

    /// The mean magnitude of late, in the units of the input; zero before the first symbol.
    pub const fn level(&self) -> f32 {
        self.level
    }

    fn follow(&mut self, magnitude: f32) {
        self.tiny = if magnitude * COLLAPSE_RATIO < self.level {
            self.tiny + 1
        } else {
            0
        };
        if self.seen == 0 || self.tiny == COLLAPSE_RUN {
            *self = Self {
                level: magnitude,
                seen: 1,
                tiny: 0,
            };
            return;
        }
        self.seen = (self.seen + 1).min(WINDOW);
        let counted = magnitude.min(OUTLIER * self.level);
        self.level += (counted - self.level) / self.seen as f32;
        // Magnitudes at the lower end of the float range must not bring the divisor to zero.
        self.level = self.level.clamp(f32::MIN_POSITIVE, f32::MAX);
    }
}

/// The eight bits of an octet, most significant first.
pub const fn bits_from_octet(octet: u8) -> [u8; 8] {
    let mut bits = [0; 8];
    let mut place = 0;
    while place < 8 {
        bits[place] = octet >> (7 - place) & 1;
        place += 1;
    }
    bits
}

/// The octet of eight bits, most significant first; only the lowest place of each element counts.
pub const fn octet_from_bits(bits: [u8; 8]) -> u8 {
    let mut octet = 0;
    let mut place = 0;
    while place < 8 {
        octet = octet << 1 | bits[place] & 1;
        place += 1;
    }
    octet
}

/// A hard bit as a soft symbol of full confidence: ±127, one positive. Only the lowest place of `bit` counts.
pub const fn soft_from_bit(bit: u8) -> i8 {
    if bit & 1 == 1 { 127 } else { -127 }
}

/// The hard decision of a soft symbol; an erasure counts as 0.
pub const fn bit_from_soft(symbol: i8) -> u8 {
    (symbol > 0) as u8
}

/// Octets as hard bits, first bit from the most significant place.
pub fn bits(octets: &[u8]) -> impl Iterator<Item = u8> + '_ {
    octets.iter().flat_map(|&octet| bits_from_octet(octet))
}

/// Octets as soft symbols of full confidence, first symbol from the most significant place.
pub fn symbols(octets: &[u8]) -> impl Iterator<Item = i8> + '_ {
    bits(octets).map(soft_from_bit)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{Quantizer, bit_from_soft, bits, bits_from_octet, octet_from_bits, symbols};
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn convert(input: &[f32]) -> Vec<i8> {
        let mut out = vec![0; input.len()];
        assert_eq!(Quantizer::new().convert(input, &mut out), input.len());
        out
    }

    /// Amplitudes 0.5, 1 and 1.5 times the scale with both signs: their mean is the scale.
    fn wave(scale: f32, count: usize) -> Vec<f32> {
        [0.5, -1.5, 1.0, -0.5, 1.5, -1.0]
            .iter()
            .cycle()
            .take(count)
            .map(|x| x * scale)
            .collect()
    }

    #[test]
    fn any_scale_ends_at_the_same_symbols() {
        for scale in [1e-37, 1e-6, 1.0, 30_000.0, 1e37] {
            let out = convert(&wave(scale, 600));
            for (out, expected) in out[594..].iter().zip([20_i16, -60, 40, -20, 60, -40]) {
                assert!(
                    (i16::from(*out) - expected).abs() <= 1,
                    "scale {scale}: {out} for {expected}"
                );
            }
        }
    }

    #[test]
    fn the_scale_follows_a_step_up_and_down() {
        for (first, then) in [(1.0, 1000.0), (1000.0, 1.0), (1e30, 1e-30), (1e-30, 1e30)] {
            let mut input = wave(first, 6000);
            input.extend(wave(then, 60_000));
            let out = convert(&input);
            assert!(
                input
                    .iter()
                    .zip(&out)
                    .skip(6600)
                    .all(|(x, y)| (*x > 0.0) == (*y > 0) || *y == 0)
            );
            let end = &out[65_994..];
            let expected = [20_i16, -60, 40, -20, 60, -40];
            assert!(
                end.iter()
                    .zip(expected)
                    .all(|(y, e)| (i16::from(*y) - e).abs() <= 1),
                "{first} to {then}: {end:?}"
            );
        }
    }

    #[test]
    fn one_monstrous_symbol_at_the_start_is_forgotten() {
        let mut input = vec![3e38];
        input.extend(wave(1.0, 600));
        let out = convert(&input);
        assert_eq!(out[0], 40);
        assert!(out[200..].iter().all(|y| *y != 0));
    }

    #[test]
    fn what_is_no_number_is_an_erasure_and_leaves_the_scale() {
        let mut quantizer = Quantizer::new();
        for symbol in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0] {
            assert_eq!(quantizer.quantize(symbol), 0);
        }
        assert_eq!(quantizer, Quantizer::new());
        assert_eq!(quantizer.quantize(-2.0), -40);
    }

    #[test]
    fn loud_symbols_saturate_at_127() {
        let mut quantizer = Quantizer::new();
        quantizer.convert(&wave(1.0, 1200), &mut [0; 1200]);
        assert_eq!(
            [10.0, -10.0, 3.0, -3.0].map(|x| quantizer.quantize(x)),
            [127, -127, 119, -119]
        );
    }

    #[test]
    fn every_octet_there_and_back() {
        for octet in 0..=255_u8 {
            let eight = bits_from_octet(octet);
            assert_eq!(octet_from_bits(eight), octet);
            assert!((0..8).all(|place| eight[place] == octet.rotate_left(place as u32 + 1) & 1));
            assert!(symbols(&[octet]).map(bit_from_soft).eq(bits(&[octet])));
        }
    }

    proptest! {
        #[test]
        fn any_float_gives_a_valid_symbol(words in proptest::collection::vec(any::<u32>(), 0..3000)) {
            let input: Vec<f32> = words.into_iter().map(f32::from_bits).collect();
            for (x, y) in input.iter().zip(convert(&input)) {
                prop_assert!(y != i8::MIN);
                prop_assert!(y == 0 || (x.is_finite() && (*x > 0.0) == (y > 0)));
            }
        }
    }
}
