//! Eight lanes in a NEON register.

use crate::turbo::lanes::{Lanes, Row};
use crate::turbo::siso::Half;
use core::arch::aarch64::{
    int16x8_t, vaddq_s16, vcgtzq_s16, vcltzq_s16, vdupq_n_s16, vld1q_s16, vmaxq_s16, vmaxq_u16,
    vminq_s16, vminvq_s16, vmulq_s16, vorrq_s16, vqrdmulhq_s16, vreinterpretq_s16_u16,
    vreinterpretq_u16_s16, vrhaddq_u16, vshrq_n_s16, vst1q_s16, vsubq_s16,
};

/// # Safety
/// The machine has NEON.
#[target_feature(enable = "neon")]
pub(super) unsafe fn half_neon(half: Half<'_>) -> bool {
    half.run::<Eight>()
}

/// Made in [`half_neon`] alone, so wherever there is one, the instructions are there.
#[derive(Clone, Copy)]
struct Eight(int16x8_t);

// SAFETY of every block below: the instructions are there (see the type); loads and stores need no alignment and stay inside the half of
// the row that `split_at` gives.
impl Lanes for Eight {
    const COUNT: usize = 8;

    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vdupq_n_s16(value) })
    }

    #[inline(always)]
    fn load(row: &Row, at: usize) -> Self {
        let (low, high) = row.0.split_at(8);
        let half = if at == 0 { low } else { high };
        // SAFETY: as said above; a half has 16 octets.
        Self(unsafe { vld1q_s16(half.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, row: &mut Row, at: usize) {
        let (low, high) = row.0.split_at_mut(8);
        let half = if at == 0 { low } else { high };
        // SAFETY: as said above; a half has 16 octets.
        unsafe { vst1q_s16(half.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vaddq_s16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vsubq_s16(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vmaxq_s16(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vminq_s16(self.0, other.0) })
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        // SAFETY: as said above.
        unsafe {
            let [a, b] = [self.0, other.0].map(|lanes| vreinterpretq_u16_s16(lanes));
            Self(vreinterpretq_s16_u16(vmaxq_u16(a, b)))
        }
    }

    #[inline(always)]
    fn mean(self, other: Self) -> Self {
        // SAFETY: as said above.
        unsafe {
            let [a, b] = [self.0, other.0].map(|lanes| vreinterpretq_u16_s16(lanes));
            Self(vreinterpretq_s16_u16(vrhaddq_u16(a, b)))
        }
    }

    #[inline(always)]
    fn scaled(self, factor: i16) -> Self {
        // Doubled, rounded, high half: (2ab + 2^15) >> 16, the same as (ab + 2^14) >> 15.
        // SAFETY: as said above.
        Self(unsafe { vqrdmulhq_s16(self.0, vdupq_n_s16(factor)) })
    }

    #[inline(always)]
    fn signed_by(self, sign: Self) -> Self {
        // −1 where negative, else 0; or 1 where positive: the sign as a factor.
        // SAFETY: as said above.
        unsafe {
            let negative = vreinterpretq_s16_u16(vcltzq_s16(sign.0));
            let positive = vshrq_n_s16::<15>(vreinterpretq_s16_u16(vcgtzq_s16(sign.0)));
            let factor = vorrq_s16(negative, vsubq_s16(vdupq_n_s16(0), positive));
            Self(vmulq_s16(self.0, factor))
        }
    }

    #[inline(always)]
    fn all_positive(self) -> bool {
        // SAFETY: as said above.
        unsafe { vminvq_s16(self.0) > 0 }
    }
}
