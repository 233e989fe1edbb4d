//! Received symbols in units of the decoder: eighths of a natural unit of L = ln P(1)/P(0).
//!
//! Book: none. The corrected maximum of [`siso`](super::siso) adds up probabilities, so it has to know what a symbol of 40 is worth. That is 2A/σ², amplitude over
//! the noise's power; but near the limit of the low rates amplitude and noise cannot be told apart from one codeblock (at rate 1/6 the mean magnitude and
//! the mean square are, but for 0.6 %, those of noise alone). What can be measured is the mean magnitude, and it is set to what it is in white noise
//! where the code starts to work. With a better signal the symbols are then worth more than the decoder believes, and it has no need of that.
//!
//! Erased symbols (0) do not count. The definition: with ⌊ ⌋ for whole numbers, m = ⌊16 Σ|r| / number of r ≠ 0⌋ and f = ⌊8192 [`target`] / m⌋, a symbol becomes
//! ⌊(r f + 2048) / 4096⌋, at most ±127.

use super::TurboRate;

/// The greatest value of a symbol: sixteen natural units.
pub(super) const SYMBOL_MAX: i32 = 127;

/// Mean magnitude of L for white noise where the code starts to work, in 1/64: 2.81, 1.83, 1.44 and 1.06. That is the mean of |x| for x normal
/// with mean μ and variance 2μ, where μ = 4 Es/N0 and Eb/N0 is 1.0, 0.4, 0.2 and −0.05 dB.
const fn target(rate: TurboRate) -> u32 {
    match rate {
        TurboRate::Half => 180,
        TurboRate::Third => 117,
        TurboRate::Quarter => 92,
        TurboRate::Sixth => 68,
    }
}

/// What a codeblock's symbols are multiplied by, in 1/4096.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level(i32);

impl Level {
    /// Of these symbols. If all are erased, 0: no symbol needs more.
    pub(super) fn of(rate: TurboRate, soft: &[i8]) -> Self {
        // 53,544 symbols of 127 at most, times 16, stay below 2^27.
        let mut sum = 0_u32;
        let mut count = 0_u32;
        for &symbol in soft {
            sum = sum.wrapping_add(u32::from(symbol.unsigned_abs().min(127)));
            count = count.wrapping_add(u32::from(symbol != 0));
        }
        let mean = (sum << 4).checked_div(count).unwrap_or(0);
        // 16 is the least, so 92,160 the most.
        Self((target(rate) << 13).checked_div(mean).unwrap_or(0) as i32)
    }

    /// A received symbol in eighths.
    pub(super) fn apply(self, symbol: i8) -> i16 {
        let product = i32::from(symbol.max(-127)).wrapping_mul(self.0);
        (product.wrapping_add(0x800) >> 12).clamp(-SYMBOL_MAX, SYMBOL_MAX) as i16
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{Level, TurboRate};
    use std::vec;

    #[test]
    fn symbols_of_one_magnitude_become_the_target() {
        // 180/8, 117/8, 92/8 and 68/8, rounded half up.
        for (rate, plus, minus) in [
            (TurboRate::Half, 23, -22),
            (TurboRate::Third, 15, -15),
            (TurboRate::Quarter, 12, -11),
            (TurboRate::Sixth, 9, -8),
        ] {
            for magnitude in [1, 2, 32, 64] {
                let level = Level::of(rate, &[magnitude, -magnitude, magnitude]);
                assert_eq!(
                    [level.apply(magnitude), level.apply(-magnitude)],
                    [plus, minus]
                );
            }
        }
    }

    #[test]
    fn erased_symbols_do_not_count_and_silence_stays_silence() {
        let whole = Level::of(TurboRate::Half, &[40, -20, 7]);
        assert_eq!(whole, Level::of(TurboRate::Half, &[0, 40, 0, -20, 0, 0, 7]));
        for silence in [&[][..], &[0; 9]] {
            let level = Level::of(TurboRate::Third, silence);
            assert_eq!([level.apply(127), level.apply(0)], [0, 0]);
        }
    }

    #[test]
    fn nothing_runs_over() {
        // One strong symbol among the weakest, as many as there can be; −128 is −127.
        let mut soft = vec![1; 53_544];
        soft[0] = -128;
        let level = Level::of(TurboRate::Half, &soft);
        assert_eq!([level.apply(-128), level.apply(127)], [-127, 127]);
        let level = Level::of(TurboRate::Half, &vec![-128; 53_544]);
        assert_eq!([level.apply(-128), level.apply(127)], [-22, 22]);
    }
}
