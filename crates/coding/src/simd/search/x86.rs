//! Registers of 128, 256 and 512 bits.

use super::{Lanes, Tile, Wanted, search_with};
use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_and_si128, _mm_loadu_si128, _mm_or_si128, _mm_set1_epi8,
    _mm_storeu_si128, _mm_xor_si128, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_storeu_si256, _mm256_xor_si256, _mm512_and_si512, _mm512_loadu_si512,
    _mm512_set1_epi32, _mm512_storeu_si512, _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

#[target_feature(enable = "sse4.1")]
pub(super) fn search_sse41(wanted: &Wanted, tile: &mut Tile, len: usize) {
    search_with::<__m128i>(wanted, tile, len);
}

#[target_feature(enable = "avx2")]
pub(super) fn search_avx2(wanted: &Wanted, tile: &mut Tile, len: usize) {
    search_with::<__m256i>(wanted, tile, len);
}

#[target_feature(enable = "avx512f,avx512bw,avx2")]
pub(super) fn search_avx512(wanted: &Wanted, tile: &mut Tile, len: usize) {
    search_with::<__m512i>(wanted, tile, len);
}

impl Lanes for __m128i {
    const OCTETS: usize = 16;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `search_sse41`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: only called from `search_sse41`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm_storeu_si128(to.cast(), self) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(bit: bool) -> Self {
        // SAFETY: only called from `search_sse41`, whose instructions these are.
        unsafe { _mm_set1_epi8(-i8::from(bit)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: only called from `search_sse41`, whose instructions these are.
        unsafe { _mm_xor_si128(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: only called from `search_sse41`, whose instructions these are.
        unsafe { _mm_and_si128(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn odd(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn most(self, b: Self, c: Self) -> Self {
        // SAFETY: only called from `search_sse41`, whose instructions these are.
        unsafe { _mm_or_si128(self.and(b), self.xor(b).and(c)) }
    }
}

impl Lanes for __m256i {
    const OCTETS: usize = 32;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `search_avx2`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: only called from `search_avx2`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm256_storeu_si256(to.cast(), self) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(bit: bool) -> Self {
        // SAFETY: only called from `search_avx2`, whose instructions these are.
        unsafe { _mm256_set1_epi8(-i8::from(bit)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: only called from `search_avx2`, whose instructions these are.
        unsafe { _mm256_xor_si256(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: only called from `search_avx2`, whose instructions these are.
        unsafe { _mm256_and_si256(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn odd(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn most(self, b: Self, c: Self) -> Self {
        // SAFETY: only called from `search_avx2`, whose instructions these are.
        unsafe { _mm256_or_si256(self.and(b), self.xor(b).and(c)) }
    }
}

impl Lanes for __m512i {
    const OCTETS: usize = 64;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `search_avx512`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: only called from `search_avx512`, whose instructions these are; the octets are the caller's promise.
        unsafe { _mm512_storeu_si512(to.cast(), self) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(bit: bool) -> Self {
        // SAFETY: only called from `search_avx512`, whose instructions these are.
        unsafe { _mm512_set1_epi32(-i32::from(bit)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: only called from `search_avx512`, whose instructions these are.
        unsafe { _mm512_xor_si512(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: only called from `search_avx512`, whose instructions these are.
        unsafe { _mm512_and_si512(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn odd(self, b: Self, c: Self) -> Self {
        // SAFETY: only called from `search_avx512`, whose instructions these are.
        unsafe { _mm512_ternarylogic_epi64::<0x96>(self, b, c) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn most(self, b: Self, c: Self) -> Self {
        // SAFETY: only called from `search_avx512`, whose instructions these are.
        unsafe { _mm512_ternarylogic_epi64::<0xE8>(self, b, c) }
    }
}
