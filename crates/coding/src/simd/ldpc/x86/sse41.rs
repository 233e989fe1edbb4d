//! 16 octets.

#![allow(
    clippy::wildcard_imports,
    reason = "the names of the instructions are long and many"
)]

use super::COUNTING;
use crate::simd::ldpc::lanes::Lanes;
use core::arch::x86_64::*;

pub(super) struct Sse41;

impl Lanes for Sse41 {
    const COUNT: usize = 16;
    type Vector = __m128i;

    #[inline(always)]
    unsafe fn load(from: *const i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i8, value: Self::Vector) {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            _mm_storeu_si128(to.cast(), value);
        }
    }

    #[inline(always)]
    unsafe fn splat(value: i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_set1_epi8(value) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_adds_epi8(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_subs_epi8(a, b) }
    }

    #[inline(always)]
    unsafe fn magnitude(a: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_abs_epi8(a) }
    }

    #[inline(always)]
    unsafe fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_min_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_max_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn xor(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_xor_si128(a, b) }
    }

    #[inline(always)]
    unsafe fn shift(a: Self::Vector, places: u8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let shifted = _mm_srl_epi16(a, _mm_cvtsi32_si128(i32::from(places)));
            _mm_and_si128(shifted, _mm_set1_epi8((0xFF >> places) as i8))
        }
    }

    #[inline(always)]
    unsafe fn table(octets: &[i8; 16]) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it; the array has 16 octets.
        unsafe { _mm_loadu_si128(octets.as_ptr().cast()) }
    }

    #[inline(always)]
    unsafe fn look_up(table: Self::Vector, places: Self::Vector) -> Self::Vector {
        // A place with its highest bit set gives zero, else the lowest four count: 16 to 127 become 128 to 239.
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_shuffle_epi8(table, _mm_add_epi8(places, _mm_set1_epi8(112))) }
    }

    #[inline(always)]
    unsafe fn choose(
        a: Self::Vector,
        b: Self::Vector,
        then: Self::Vector,
        otherwise: Self::Vector,
    ) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_blendv_epi8(otherwise, then, _mm_cmpeq_epi8(a, b)) }
    }

    #[inline(always)]
    unsafe fn signed(magnitude: Self::Vector, signs: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_sign_epi8(magnitude, _mm_or_si128(signs, _mm_set1_epi8(1))) }
    }

    #[inline(always)]
    unsafe fn first(count: usize, new: Self::Vector, old: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let mask = _mm_cmpgt_epi8(
                _mm_set1_epi8(count as i8),
                _mm_loadu_si128(COUNTING.as_ptr().cast()),
            );
            _mm_blendv_epi8(old, new, mask)
        }
    }

    #[inline(always)]
    unsafe fn negative(a: Self::Vector) -> u64 {
        // SAFETY: as [`Lanes`] has it.
        unsafe { u64::from(_mm_movemask_epi8(a) as u32) }
    }

    #[inline(always)]
    unsafe fn sum(a: Self::Vector) -> u32 {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let sums = _mm_sad_epu8(a, _mm_setzero_si128());
            (_mm_cvtsi128_si32(sums) + _mm_extract_epi32::<2>(sums)) as u32
        }
    }

    #[inline(always)]
    unsafe fn scaled(a: Self::Vector, scale: i16) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let (none, scale) = (_mm_setzero_si128(), _mm_set1_epi16(-scale));
            let low = _mm_mulhrs_epi16(_mm_unpacklo_epi8(none, a), scale);
            let high = _mm_mulhrs_epi16(_mm_unpackhi_epi8(none, a), scale);
            _mm_packs_epi16(low, high)
        }
    }

    #[inline(always)]
    unsafe fn clamp(a: Self::Vector, limit: i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm_min_epi8(_mm_max_epi8(a, _mm_set1_epi8(-limit)), _mm_set1_epi8(limit)) }
    }
}
