//! SSE4.1 with all magnitudes: eight lanes, natural order.

use crate::convolutional::G2;
use crate::simd::viterbi::natural::full::{self, Eight};
use crate::viterbi::trellis::full::{Costs, FullPaths, all_costs};
use crate::viterbi::trellis::{Block, STEPS};
use core::arch::x86_64::*;

/// Takes a block.
#[target_feature(enable = "ssse3,sse4.1")]
pub(in crate::simd::viterbi) fn advance(
    paths: &mut FullPaths,
    pairs: &[[i8; 2]; STEPS],
    g2: G2,
    block: &mut Block,
) {
    full::advance::<Lanes>(paths, &all_costs(pairs, g2), block);
}

/// Eight lanes in a register. Used by [`advance`] alone, under the features that it enables.
#[derive(Clone, Copy)]
struct Lanes(__m128i);

impl Eight for Lanes {
    #[inline(always)]
    fn load(lanes: &[u16; 8]) -> Self {
        // SAFETY: sixteen octets are read; SSE2 is part of the target.
        Self(unsafe { _mm_loadu_si128(lanes.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, lanes: &mut [u16; 8]) {
        // SAFETY: sixteen octets are written; SSE2 is part of the target.
        unsafe { _mm_storeu_si128(lanes.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn copies(costs: Costs) -> Self {
        // SAFETY: eight octets are read; SSE2 is part of the target.
        Self(unsafe { _mm_set1_epi64x(costs.as_ptr().cast::<i64>().read_unaligned()) })
    }

    #[inline(always)]
    fn pick(self, octets: &[u8; 16]) -> Self {
        // SAFETY: sixteen octets are read; under SSSE3, see the type.
        Self(unsafe { _mm_shuffle_epi8(self.0, _mm_loadu_si128(octets.as_ptr().cast())) })
    }

    #[inline(always)]
    fn all(lane: u16) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_set1_epi16(lane as i16) })
    }

    #[inline(always)]
    fn firsts(self) -> Self {
        // SAFETY: under SSSE3, see the type.
        Self(unsafe { _mm_shuffle_epi8(self.0, _mm_set1_epi16(0x0100)) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_add_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_sub_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub_to_zero(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_subs_epu16(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: under SSE4.1, see the type.
        Self(unsafe { _mm_min_epu16(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_and_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_or_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn up(self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_slli_epi16::<4>(self.0) })
    }

    #[inline(always)]
    fn zip_low(self, odd: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_unpacklo_epi16(self.0, odd.0) })
    }

    #[inline(always)]
    fn zip_high(self, odd: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_unpackhi_epi16(self.0, odd.0) })
    }

    #[inline(always)]
    fn store_octets(self, above: Self, octets: &mut [u8; 16]) {
        // SAFETY: sixteen octets are written; SSE2 is part of the target.
        unsafe {
            _mm_storeu_si128(
                octets.as_mut_ptr().cast(),
                _mm_packus_epi16(self.0, above.0),
            );
        }
    }
}
