//! NEON with all magnitudes: eight lanes, natural order.

use crate::convolutional::G2;
use crate::simd::viterbi::natural::full::{self, Eight};
use crate::viterbi::trellis::full::{Costs, FullPaths, all_costs};
use crate::viterbi::trellis::{Block, STEPS};
use core::arch::aarch64::*;

/// Takes a block.
#[target_feature(enable = "neon")]
pub(in crate::simd::viterbi) fn advance(
    paths: &mut FullPaths,
    pairs: &[[i8; 2]; STEPS],
    g2: G2,
    block: &mut Block,
) {
    full::advance::<Lanes>(paths, &all_costs(pairs, g2), block);
}

/// Eight lanes in a register. Used by [`advance`] alone, under the feature that it enables.
#[derive(Clone, Copy)]
struct Lanes(uint16x8_t);

impl Eight for Lanes {
    #[inline(always)]
    fn load(lanes: &[u16; 8]) -> Self {
        // SAFETY: sixteen octets are read; under NEON, see the type.
        Self(unsafe { vld1q_u16(lanes.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, lanes: &mut [u16; 8]) {
        // SAFETY: sixteen octets are written; under NEON, see the type.
        unsafe { vst1q_u16(lanes.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn copies(costs: Costs) -> Self {
        // SAFETY: eight octets are read; under NEON, see the type.
        Self(unsafe {
            let four = vld1_u16(costs.as_ptr());
            vcombine_u16(four, four)
        })
    }

    #[inline(always)]
    fn pick(self, octets: &[u8; 16]) -> Self {
        // SAFETY: sixteen octets are read; under NEON, see the type.
        Self(unsafe {
            let picked = vqtbl1q_u8(vreinterpretq_u8_u16(self.0), vld1q_u8(octets.as_ptr()));
            vreinterpretq_u16_u8(picked)
        })
    }

    #[inline(always)]
    fn all(lane: u16) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vdupq_n_u16(lane) })
    }

    #[inline(always)]
    fn firsts(self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vdupq_laneq_u16::<0>(self.0) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vaddq_u16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vsubq_u16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub_to_zero(self, other: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vqsubq_u16(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vminq_u16(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vandq_u16(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vorrq_u16(self.0, other.0) })
    }

    #[inline(always)]
    fn up(self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vshlq_n_u16::<4>(self.0) })
    }

    #[inline(always)]
    fn zip_low(self, odd: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vzip1q_u16(self.0, odd.0) })
    }

    #[inline(always)]
    fn zip_high(self, odd: Self) -> Self {
        // SAFETY: under NEON, see the type.
        Self(unsafe { vzip2q_u16(self.0, odd.0) })
    }

    #[inline(always)]
    fn store_octets(self, above: Self, octets: &mut [u8; 16]) {
        // SAFETY: sixteen octets are written; under NEON, see the type.
        unsafe {
            let both = vcombine_u8(vmovn_u16(self.0), vmovn_u16(above.0));
            vst1q_u8(octets.as_mut_ptr(), both);
        }
    }
}
