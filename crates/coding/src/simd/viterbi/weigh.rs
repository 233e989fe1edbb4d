//! AVX2: the sums that say how well a block is explained, 32 symbols (16 bits, a grain) at a time.

use crate::convolutional::G2;
use crate::viterbi::quality::{Grains, Quality, Spread, Symbols, sent};
use core::arch::x86_64::*;

/// How the magnitudes of each grain are spread.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn spread(symbols: &Symbols, spreads: &mut Grains<Spread>) {
    let (grains, _) = symbols.as_chunks::<32>();
    for (symbols, spread) in grains.iter().zip(spreads) {
        let (magnitudes, present) = magnitudes(load(symbols));
        let zero = _mm256_setzero_si256();
        let low = _mm256_unpacklo_epi8(magnitudes, zero);
        let high = _mm256_unpackhi_epi8(magnitudes, zero);
        let squares = _mm256_add_epi32(_mm256_madd_epi16(low, low), _mm256_madd_epi16(high, high));
        let four = _mm256_add_epi64(
            _mm256_unpacklo_epi32(squares, zero),
            _mm256_unpackhi_epi32(squares, zero),
        );
        *spread = Spread {
            symbols: 32,
            count: present.count_ones(),
            magnitude: sum(_mm256_sad_epu8(magnitudes, zero)),
            energy: sum(four),
        };
    }
}

/// Compares each grain's symbols with what its bits send; the windows hold the bits, and the six before them above.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn compare(
    windows: &Grains<u32>,
    symbols: &Symbols,
    g2: G2,
    qualities: &mut Grains<Quality>,
) {
    // The first symbol is the top bit of the word.
    let octets = _mm256_setr_epi8(
        3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
        0, 0,
    );
    let places = _mm256_set1_epi64x(0x0102_0408_1020_4080);
    let (grains, _) = symbols.as_chunks::<32>();
    let all = grains.iter().zip(windows).zip(qualities);
    for ((symbols, &window), quality) in all {
        let symbols = load(symbols);
        let (magnitudes, present) = magnitudes(symbols);
        let zero = _mm256_setzero_si256();
        let copies = _mm256_set1_epi32(sent(window, g2) as i32);
        let own = _mm256_and_si256(_mm256_shuffle_epi8(copies, octets), places);
        let ones = _mm256_cmpeq_epi8(own, places);
        let wrong = _mm256_xor_si256(ones, _mm256_cmpgt_epi8(symbols, zero));
        let mismatch = _mm256_sad_epu8(_mm256_and_si256(magnitudes, wrong), zero);
        *quality = Quality {
            mismatch: sum(mismatch),
            magnitude: sum(_mm256_sad_epu8(magnitudes, zero)),
            errors: (_mm256_movemask_epi8(wrong) as u32 & present).count_ones(),
            symbols: present.count_ones(),
        };
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(symbols: &[i8; 32]) -> __m256i {
    // SAFETY: 32 octets are read.
    unsafe { _mm256_loadu_si256(symbols.as_ptr().cast()) }
}

/// Magnitudes without sign, and which are not zero.
#[target_feature(enable = "avx2")]
#[inline]
fn magnitudes(symbols: __m256i) -> (__m256i, u32) {
    let erased = _mm256_cmpeq_epi8(symbols, _mm256_setzero_si256());
    (
        _mm256_abs_epi8(symbols),
        !(_mm256_movemask_epi8(erased) as u32),
    )
}

/// The sum of four numbers.
#[target_feature(enable = "avx2")]
#[inline]
fn sum(four: __m256i) -> u32 {
    let two = _mm_add_epi64(
        _mm256_castsi256_si128(four),
        _mm256_extracti128_si256::<1>(four),
    );
    _mm_cvtsi128_si32(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))) as u32
}
