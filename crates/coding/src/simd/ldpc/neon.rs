//! The lanes of a 64-bit ARM: 16 octets.

#![allow(
    clippy::wildcard_imports,
    reason = "the names of the instructions are long and many"
)]

use super::Job;
use super::frame::decode;
use super::lanes::Lanes;
use crate::ldpc::LdpcOutcome;
use core::arch::aarch64::*;

/// Decodes, 16 rows at once.
///
/// # Safety
/// As [`decode`].
#[target_feature(enable = "neon")]
pub(super) unsafe fn decode_neon(job: &mut Job<'_>) -> LdpcOutcome {
    // SAFETY: as promised by the caller; the instructions are enabled here.
    unsafe { decode::<Neon>(job) }
}

struct Neon;

const COUNTING: [i8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The bit of each lane in the octet of its half.
const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

// SAFETY of every block below: as [`Lanes`] has it.
impl Lanes for Neon {
    const COUNT: usize = 16;
    type Vector = int8x16_t;

    #[inline(always)]
    unsafe fn load(from: *const i8) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vld1q_s8(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i8, value: Self::Vector) {
        // SAFETY: as said above.
        unsafe { vst1q_s8(to, value) }
    }

    #[inline(always)]
    unsafe fn splat(value: i8) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vdupq_n_s8(value) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vqaddq_s8(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vqsubq_s8(a, b) }
    }

    #[inline(always)]
    unsafe fn magnitude(a: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vabsq_s8(a) }
    }

    #[inline(always)]
    unsafe fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe {
            let (a, b) = (vreinterpretq_u8_s8(a), vreinterpretq_u8_s8(b));
            vreinterpretq_s8_u8(vminq_u8(a, b))
        }
    }

    #[inline(always)]
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe {
            let (a, b) = (vreinterpretq_u8_s8(a), vreinterpretq_u8_s8(b));
            vreinterpretq_s8_u8(vmaxq_u8(a, b))
        }
    }

    #[inline(always)]
    unsafe fn xor(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { veorq_s8(a, b) }
    }

    #[inline(always)]
    unsafe fn shift(a: Self::Vector, places: u8) -> Self::Vector {
        // SAFETY: as said above.
        unsafe {
            let places = vdupq_n_s8(-(places as i8));
            vreinterpretq_s8_u8(vshlq_u8(vreinterpretq_u8_s8(a), places))
        }
    }

    #[inline(always)]
    unsafe fn table(octets: &[i8; 16]) -> Self::Vector {
        // SAFETY: as said above; the array has 16 octets.
        unsafe { vld1q_s8(octets.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn look_up(table: Self::Vector, places: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vqtbl1q_s8(table, vreinterpretq_u8_s8(places)) }
    }

    #[inline(always)]
    unsafe fn choose(
        a: Self::Vector,
        b: Self::Vector,
        then: Self::Vector,
        otherwise: Self::Vector,
    ) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vbslq_s8(vceqq_s8(a, b), then, otherwise) }
    }

    #[inline(always)]
    unsafe fn signed(magnitude: Self::Vector, signs: Self::Vector) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vbslq_s8(vcltzq_s8(signs), vnegq_s8(magnitude), magnitude) }
    }

    #[inline(always)]
    unsafe fn first(count: usize, new: Self::Vector, old: Self::Vector) -> Self::Vector {
        // SAFETY: as said above; the constant has 16 octets.
        unsafe {
            let place = vld1q_s8(COUNTING.as_ptr());
            vbslq_s8(vcltq_s8(place, vdupq_n_s8(count as i8)), new, old)
        }
    }

    #[inline(always)]
    unsafe fn negative(a: Self::Vector) -> u64 {
        // SAFETY: as said above; the constant has 16 octets.
        unsafe {
            let bits = vandq_u8(vcltzq_s8(a), vld1q_u8(BITS.as_ptr()));
            let low = vaddv_u8(vget_low_u8(bits));
            let high = vaddv_u8(vget_high_u8(bits));
            u64::from(low) | u64::from(high) << 8
        }
    }

    #[inline(always)]
    unsafe fn sum(a: Self::Vector) -> u32 {
        // SAFETY: as said above.
        unsafe { u32::from(vaddlvq_u8(vreinterpretq_u8_s8(a))) }
    }

    #[inline(always)]
    unsafe fn scaled(a: Self::Vector, scale: i16) -> Self::Vector {
        // Doubled, rounded, high half: (2ab + 2^15) >> 16 of a · 256, the same as (ab + 64) >> 7 of a.
        // SAFETY: as said above.
        unsafe {
            let scale = vdupq_n_s16(-scale);
            let low = vshlq_n_s16::<8>(vmovl_s8(vget_low_s8(a)));
            let high = vshlq_n_s16::<8>(vmovl_s8(vget_high_s8(a)));
            let low = vqmovn_s16(vqrdmulhq_s16(low, scale));
            vcombine_s8(low, vqmovn_s16(vqrdmulhq_s16(high, scale)))
        }
    }

    #[inline(always)]
    unsafe fn clamp(a: Self::Vector, limit: i8) -> Self::Vector {
        // SAFETY: as said above.
        unsafe { vminq_s8(vmaxq_s8(a, vdupq_n_s8(-limit)), vdupq_n_s8(limit)) }
    }
}
