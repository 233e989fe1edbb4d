//! 32 octets.

#![allow(
    clippy::wildcard_imports,
    reason = "the names of the instructions are long and many"
)]

use super::COUNTING;
use crate::simd::ldpc::lanes::Lanes;
use core::arch::x86_64::*;

pub(super) struct Avx2;

impl Lanes for Avx2 {
    const COUNT: usize = 32;
    type Vector = __m256i;

    #[inline(always)]
    unsafe fn load(from: *const i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i8, value: Self::Vector) {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            _mm256_storeu_si256(to.cast(), value);
        }
    }

    #[inline(always)]
    unsafe fn splat(value: i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_set1_epi8(value) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_adds_epi8(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_subs_epi8(a, b) }
    }

    #[inline(always)]
    unsafe fn magnitude(a: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_abs_epi8(a) }
    }

    #[inline(always)]
    unsafe fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_min_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_max_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn xor(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_xor_si256(a, b) }
    }

    #[inline(always)]
    unsafe fn shift(a: Self::Vector, places: u8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let shifted = _mm256_srl_epi16(a, _mm_cvtsi32_si128(i32::from(places)));
            _mm256_and_si256(shifted, _mm256_set1_epi8((0xFF >> places) as i8))
        }
    }

    #[inline(always)]
    unsafe fn table(octets: &[i8; 16]) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it; the array has 16 octets.
        unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(octets.as_ptr().cast())) }
    }

    #[inline(always)]
    unsafe fn look_up(table: Self::Vector, places: Self::Vector) -> Self::Vector {
        // A place with its highest bit set gives zero, else the lowest four count: 16 to 127 become 128 to 239.
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_shuffle_epi8(table, _mm256_add_epi8(places, _mm256_set1_epi8(112))) }
    }

    #[inline(always)]
    unsafe fn choose(
        a: Self::Vector,
        b: Self::Vector,
        then: Self::Vector,
        otherwise: Self::Vector,
    ) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_blendv_epi8(otherwise, then, _mm256_cmpeq_epi8(a, b)) }
    }

    #[inline(always)]
    unsafe fn signed(magnitude: Self::Vector, signs: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm256_sign_epi8(magnitude, _mm256_or_si256(signs, _mm256_set1_epi8(1))) }
    }

    #[inline(always)]
    unsafe fn first(count: usize, new: Self::Vector, old: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let mask = _mm256_cmpgt_epi8(
                _mm256_set1_epi8(count as i8),
                _mm256_loadu_si256(COUNTING.as_ptr().cast()),
            );
            _mm256_blendv_epi8(old, new, mask)
        }
    }

    #[inline(always)]
    unsafe fn negative(a: Self::Vector) -> u64 {
        // SAFETY: as [`Lanes`] has it.
        unsafe { u64::from(_mm256_movemask_epi8(a) as u32) }
    }

    #[inline(always)]
    unsafe fn sum(a: Self::Vector) -> u32 {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let sums = _mm256_sad_epu8(a, _mm256_setzero_si256());
            let sums = _mm_add_epi64(
                _mm256_castsi256_si128(sums),
                _mm256_extracti128_si256::<1>(sums),
            );
            (_mm_cvtsi128_si32(sums) + _mm_extract_epi32::<2>(sums)) as u32
        }
    }

    #[inline(always)]
    unsafe fn scaled(a: Self::Vector, scale: i16) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let (none, scale) = (_mm256_setzero_si256(), _mm256_set1_epi16(-scale));
            let low = _mm256_mulhrs_epi16(_mm256_unpacklo_epi8(none, a), scale);
            let high = _mm256_mulhrs_epi16(_mm256_unpackhi_epi8(none, a), scale);
            _mm256_packs_epi16(low, high)
        }
    }

    #[inline(always)]
    unsafe fn clamp(a: Self::Vector, limit: i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            _mm256_min_epi8(
                _mm256_max_epi8(a, _mm256_set1_epi8(-limit)),
                _mm256_set1_epi8(limit),
            )
        }
    }
}
