//! 64 octets.

#![allow(
    clippy::wildcard_imports,
    reason = "the names of the instructions are long and many"
)]

use crate::simd::ldpc::lanes::Lanes;
use core::arch::x86_64::*;

pub(super) struct Avx512;

impl Lanes for Avx512 {
    const COUNT: usize = 64;
    type Vector = __m512i;

    #[inline(always)]
    unsafe fn load(from: *const i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i8, value: Self::Vector) {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            _mm512_storeu_si512(to.cast(), value);
        }
    }

    #[inline(always)]
    unsafe fn splat(value: i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_set1_epi8(value) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_adds_epi8(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_subs_epi8(a, b) }
    }

    #[inline(always)]
    unsafe fn magnitude(a: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_abs_epi8(a) }
    }

    #[inline(always)]
    unsafe fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_min_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_max_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn xor(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_xor_si512(a, b) }
    }

    #[inline(always)]
    unsafe fn shift(a: Self::Vector, places: u8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let shifted = _mm512_srl_epi16(a, _mm_cvtsi32_si128(i32::from(places)));
            _mm512_and_si512(shifted, _mm512_set1_epi8((0xFF >> places) as i8))
        }
    }

    #[inline(always)]
    unsafe fn table(octets: &[i8; 16]) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it; the array has 16 octets.
        unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(octets.as_ptr().cast())) }
    }

    #[inline(always)]
    unsafe fn look_up(table: Self::Vector, places: Self::Vector) -> Self::Vector {
        // A place with its highest bit set gives zero, else the lowest four count: 16 to 127 become 128 to 239.
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_shuffle_epi8(table, _mm512_add_epi8(places, _mm512_set1_epi8(112))) }
    }

    #[inline(always)]
    unsafe fn choose(
        a: Self::Vector,
        b: Self::Vector,
        then: Self::Vector,
        otherwise: Self::Vector,
    ) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_mask_blend_epi8(_mm512_cmpeq_epi8_mask(a, b), otherwise, then) }
    }

    #[inline(always)]
    unsafe fn signed(magnitude: Self::Vector, signs: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            _mm512_mask_sub_epi8(
                magnitude,
                _mm512_movepi8_mask(signs),
                _mm512_setzero_si512(),
                magnitude,
            )
        }
    }

    #[inline(always)]
    unsafe fn first(count: usize, new: Self::Vector, old: Self::Vector) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_mask_blend_epi8(u64::MAX >> (64 - count.clamp(1, 64)), old, new) }
    }

    #[inline(always)]
    unsafe fn negative(a: Self::Vector) -> u64 {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_movepi8_mask(a) }
    }

    #[inline(always)]
    unsafe fn sum(a: Self::Vector) -> u32 {
        // SAFETY: as [`Lanes`] has it.
        unsafe { _mm512_reduce_add_epi64(_mm512_sad_epu8(a, _mm512_setzero_si512())) as u32 }
    }

    #[inline(always)]
    unsafe fn scaled(a: Self::Vector, scale: i16) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            let (none, scale) = (_mm512_setzero_si512(), _mm512_set1_epi16(-scale));
            let low = _mm512_mulhrs_epi16(_mm512_unpacklo_epi8(none, a), scale);
            let high = _mm512_mulhrs_epi16(_mm512_unpackhi_epi8(none, a), scale);
            _mm512_packs_epi16(low, high)
        }
    }

    #[inline(always)]
    unsafe fn clamp(a: Self::Vector, limit: i8) -> Self::Vector {
        // SAFETY: as [`Lanes`] has it.
        unsafe {
            _mm512_min_epi8(
                _mm512_max_epi8(a, _mm512_set1_epi8(-limit)),
                _mm512_set1_epi8(limit),
            )
        }
    }
}
