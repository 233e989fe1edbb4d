//! SSE4.1: sixteen lanes, natural order.

#![allow(
    clippy::inline_always,
    clippy::wildcard_imports,
    reason = "a kernel has to come together under the instructions of its entry function; intrinsics come in crowds"
)]

pub(super) mod full;

use super::natural::{self, Sixteen};
use crate::convolutional::G2;
use crate::viterbi::trellis::{Block, Costs, LARGEST, Paths, STEPS};
use core::arch::x86_64::*;

/// Takes a block.
#[target_feature(enable = "ssse3,sse4.1")]
pub(super) fn advance(paths: &mut Paths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    let mut costs = [[0; 4]; STEPS];
    let (eights, _) = pairs.as_chunks::<8>();
    let (outs, _) = costs.as_chunks_mut::<8>();
    for (out, eight) in outs.iter_mut().zip(eights) {
        eight_costs(eight, g2, out);
    }
    natural::advance::<Lanes>(paths, &costs, block);
}

/// Costs of eight pairs of symbols.
#[target_feature(enable = "ssse3,sse4.1")]
#[inline]
fn eight_costs(pairs: &[[i8; 2]; 8], g2: G2, out: &mut [Costs; 8]) {
    // SAFETY: sixteen octets are read.
    let symbols = unsafe { _mm_loadu_si128(pairs.as_ptr().cast()) };
    let rounded = _mm_add_epi8(_mm_abs_epi8(symbols), _mm_set1_epi8(4));
    let eighths = _mm_and_si128(_mm_srli_epi16::<3>(rounded), _mm_set1_epi8(0x1F));
    let magnitude = _mm_max_epu8(
        _mm_min_epu8(eighths, _mm_set1_epi8(LARGEST as i8)),
        _mm_set1_epi8(1),
    );
    let signed = _mm_sign_epi8(magnitude, symbols);
    let zeros = _mm_max_epi8(signed, _mm_setzero_si128());
    let ones = _mm_sub_epi8(zeros, signed);
    // Of a pair in four octets: what C1 and C2 cost as zeros, then as ones.
    let first = _mm_setr_epi8(0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14);
    let second = match g2 {
        G2::Plain => _mm_setr_epi8(1, 3, 1, 3, 5, 7, 5, 7, 9, 11, 9, 11, 13, 15, 13, 15),
        G2::Inverted => _mm_setr_epi8(3, 1, 3, 1, 7, 5, 7, 5, 11, 9, 11, 9, 15, 13, 15, 13),
    };
    let (fours, _) = out.as_chunks_mut::<4>();
    let both = [
        _mm_unpacklo_epi16(zeros, ones),
        _mm_unpackhi_epi16(zeros, ones),
    ];
    for (four, both) in fours.iter_mut().zip(both) {
        let sum = _mm_add_epi8(
            _mm_shuffle_epi8(both, first),
            _mm_shuffle_epi8(both, second),
        );
        // SAFETY: sixteen octets are written.
        unsafe { _mm_storeu_si128(four.as_mut_ptr().cast(), sum) };
    }
}

/// Sixteen octets in a register. Used by [`advance`] alone, under the features that it enables.
#[derive(Clone, Copy)]
struct Lanes(__m128i);

impl Sixteen for Lanes {
    #[inline(always)]
    fn load(octets: &[u8; 16]) -> Self {
        // SAFETY: sixteen octets are read; SSE2 is part of the target.
        Self(unsafe { _mm_loadu_si128(octets.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, octets: &mut [u8; 16]) {
        // SAFETY: sixteen octets are written; SSE2 is part of the target.
        unsafe { _mm_storeu_si128(octets.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn copies(costs: Costs) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_set1_epi32(i32::from_le_bytes(costs)) })
    }

    #[inline(always)]
    fn pick(self, lanes: Self) -> Self {
        // SAFETY: under SSSE3, see the type.
        Self(unsafe { _mm_shuffle_epi8(self.0, lanes.0) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_add_epi8(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_min_epu8(self.0, other.0) })
    }

    #[inline(always)]
    fn equal(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_cmpeq_epi8(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_or_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn choose(self, one: Self, other: Self) -> Self {
        // SAFETY: under SSE4.1, see the type.
        Self(unsafe { _mm_blendv_epi8(other.0, one.0, self.0) })
    }

    #[inline(always)]
    fn zip_low(self, odd: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_unpacklo_epi8(self.0, odd.0) })
    }

    #[inline(always)]
    fn zip_high(self, odd: Self) -> Self {
        // SAFETY: SSE2 is part of the target.
        Self(unsafe { _mm_unpackhi_epi8(self.0, odd.0) })
    }

    #[inline(always)]
    fn first(self) -> u8 {
        // SAFETY: SSE2 is part of the target.
        unsafe { _mm_cvtsi128_si32(self.0) as u8 }
    }
}
