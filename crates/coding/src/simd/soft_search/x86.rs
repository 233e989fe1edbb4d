//! Registers of 128, 256 and 512 bits.

use super::{SoftLanes, correlate_with};
use crate::asm::Asm;
use crate::asm::soft::Tile;
use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_abs_epi16, _mm_add_epi16, _mm_and_si128, _mm_cmplt_epi32,
    _mm_loadu_si128, _mm_madd_epi16, _mm_maddubs_epi16, _mm_movemask_epi8, _mm_set1_epi16,
    _mm_set1_epi32, _mm_setzero_si128, _mm_storeu_si128, _mm_unpackhi_epi16, _mm_unpacklo_epi16,
    _mm256_abs_epi16, _mm256_add_epi16, _mm256_and_si256, _mm256_cmpgt_epi32, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_movemask_epi8, _mm256_permute2x128_si256,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi16, _mm512_abs_epi16, _mm512_add_epi16,
    _mm512_cmpge_epi32_mask, _mm512_loadu_si512, _mm512_madd_epi16, _mm512_maddubs_epi16,
    _mm512_permutex2var_epi64, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_setr_epi64,
    _mm512_setzero_si512, _mm512_storeu_si512, _mm512_unpackhi_epi16, _mm512_unpacklo_epi16,
};

#[target_feature(enable = "ssse3,sse4.1")]
pub(super) fn correlate_sse41(tile: &mut Tile, asm: Asm, percent: i16) {
    correlate_with::<__m128i>(tile, asm, percent);
}

#[target_feature(enable = "avx2")]
pub(super) fn correlate_avx2(tile: &mut Tile, asm: Asm, percent: i16) {
    correlate_with::<__m256i>(tile, asm, percent);
}

#[target_feature(enable = "avx512f,avx512bw,avx2")]
pub(super) fn correlate_avx512(tile: &mut Tile, asm: Asm, percent: i16) {
    correlate_with::<__m512i>(tile, asm, percent);
}

/// The weights of a sum and a magnitude: 100 and −percent.
const fn weights(percent: i16) -> i32 {
    100 + (-(percent as i32) << 16)
}

impl SoftLanes for __m128i {
    const SYMBOLS: usize = 16;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `correlate_sse41`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: only called from `correlate_sse41`, whose instructions these are.
        unsafe { _mm_set1_epi16(value) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn correlate(self, symbols: Self, taps: Self) -> Self {
        // SAFETY: only called from `correlate_sse41`, whose instructions these are.
        unsafe { _mm_add_epi16(self, _mm_maddubs_epi16(symbols, taps)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(even: Self, odd: Self, to: *mut i16) {
        // SAFETY: only called from `correlate_sse41`, whose instructions these are; the octets are the caller's promise.
        unsafe {
            let (low, high) = (_mm_unpacklo_epi16(even, odd), _mm_unpackhi_epi16(even, odd));
            _mm_storeu_si128(to.cast(), low);
            _mm_storeu_si128(to.add(8).cast(), high);
        }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn any_passes(sums: Self, magnitudes: Self, percent: i16) -> bool {
        // SAFETY: only called from `correlate_sse41`, whose instructions these are.
        unsafe {
            let (sums, weights) = (_mm_abs_epi16(sums), _mm_set1_epi32(weights(percent)));
            let low = _mm_madd_epi16(_mm_unpacklo_epi16(sums, magnitudes), weights);
            let high = _mm_madd_epi16(_mm_unpackhi_epi16(sums, magnitudes), weights);
            // all below zero: no one passes
            let (zero, both) = (_mm_setzero_si128(), _mm_and_si128(low, high));
            _mm_movemask_epi8(_mm_cmplt_epi32(both, zero)) != 0xFFFF
        }
    }
}

impl SoftLanes for __m256i {
    const SYMBOLS: usize = 32;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `correlate_avx2`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: only called from `correlate_avx2`, whose instructions these are.
        unsafe { _mm256_set1_epi16(value) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn correlate(self, symbols: Self, taps: Self) -> Self {
        // SAFETY: only called from `correlate_avx2`, whose instructions these are.
        unsafe { _mm256_add_epi16(self, _mm256_maddubs_epi16(symbols, taps)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(even: Self, odd: Self, to: *mut i16) {
        // SAFETY: only called from `correlate_avx2`, whose instructions these are; the octets are the caller's promise.
        unsafe {
            let (low, high) = (
                _mm256_unpacklo_epi16(even, odd),
                _mm256_unpackhi_epi16(even, odd),
            );
            let (first, last) = (
                _mm256_permute2x128_si256::<0x20>(low, high),
                _mm256_permute2x128_si256::<0x31>(low, high),
            );
            _mm256_storeu_si256(to.cast(), first);
            _mm256_storeu_si256(to.add(16).cast(), last);
        }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn any_passes(sums: Self, magnitudes: Self, percent: i16) -> bool {
        // SAFETY: only called from `correlate_avx2`, whose instructions these are.
        unsafe {
            let (sums, weights) = (_mm256_abs_epi16(sums), _mm256_set1_epi32(weights(percent)));
            let low = _mm256_madd_epi16(_mm256_unpacklo_epi16(sums, magnitudes), weights);
            let high = _mm256_madd_epi16(_mm256_unpackhi_epi16(sums, magnitudes), weights);
            // all below zero: no one passes
            let (zero, both) = (_mm256_setzero_si256(), _mm256_and_si256(low, high));
            _mm256_movemask_epi8(_mm256_cmpgt_epi32(zero, both)) != -1
        }
    }
}

impl SoftLanes for __m512i {
    const SYMBOLS: usize = 64;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `correlate_avx512`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: only called from `correlate_avx512`, whose instructions these are.
        unsafe { _mm512_set1_epi16(value) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn correlate(self, symbols: Self, taps: Self) -> Self {
        // SAFETY: only called from `correlate_avx512`, whose instructions these are.
        unsafe { _mm512_add_epi16(self, _mm512_maddubs_epi16(symbols, taps)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(even: Self, odd: Self, to: *mut i16) {
        // SAFETY: only called from `correlate_avx512`, whose instructions these are; the octets are the caller's promise.
        unsafe {
            let (low, high) = (
                _mm512_unpacklo_epi16(even, odd),
                _mm512_unpackhi_epi16(even, odd),
            );
            let first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
            let last = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
            let (first, last) = (
                _mm512_permutex2var_epi64(low, first, high),
                _mm512_permutex2var_epi64(low, last, high),
            );
            _mm512_storeu_si512(to.cast(), first);
            _mm512_storeu_si512(to.add(32).cast(), last);
        }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn any_passes(sums: Self, magnitudes: Self, percent: i16) -> bool {
        // SAFETY: only called from `correlate_avx512`, whose instructions these are.
        unsafe {
            let (sums, weights) = (_mm512_abs_epi16(sums), _mm512_set1_epi32(weights(percent)));
            let low = _mm512_madd_epi16(_mm512_unpacklo_epi16(sums, magnitudes), weights);
            let high = _mm512_madd_epi16(_mm512_unpackhi_epi16(sums, magnitudes), weights);
            let zero = _mm512_setzero_si512();
            _mm512_cmpge_epi32_mask(low, zero) | _mm512_cmpge_epi32_mask(high, zero) != 0
        }
    }
}
