//! SSE4.1: eight lanes; AVX2 and AVX-512: sixteen. With AVX-512 the registers stay 256 bits wide (a codeblock has sixteen windows), but
//! there are 32 of them, so the sixteen states stay in registers.

use crate::turbo::lanes::{Lanes, Row};
use crate::turbo::siso::Half;
use core::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi16, _mm_avg_epu16, _mm_cmpgt_epi16, _mm_loadu_si128,
    _mm_max_epi16, _mm_max_epu16, _mm_min_epi16, _mm_movemask_epi8, _mm_mulhrs_epi16,
    _mm_set1_epi16, _mm_setzero_si128, _mm_sign_epi16, _mm_storeu_si128, _mm_sub_epi16,
    _mm256_add_epi16, _mm256_avg_epu16, _mm256_cmpgt_epi16, _mm256_loadu_si256, _mm256_max_epi16,
    _mm256_max_epu16, _mm256_min_epi16, _mm256_movemask_epi8, _mm256_mulhrs_epi16,
    _mm256_set1_epi16, _mm256_setzero_si256, _mm256_sign_epi16, _mm256_storeu_si256,
    _mm256_sub_epi16,
};

/// # Safety
/// The machine has SSSE3 and SSE4.1.
#[target_feature(enable = "ssse3,sse4.1")]
pub(super) unsafe fn half_sse41(half: Half<'_>) -> bool {
    half.run::<Eight>()
}

/// # Safety
/// The machine has AVX2.
#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) unsafe fn half_avx2(half: Half<'_>) -> bool {
    half.run::<Sixteen>()
}

/// # Safety
/// The machine has AVX-512 F, BW and VL, and AVX2.
#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512vl")]
pub(super) unsafe fn half_avx512(half: Half<'_>) -> bool {
    half.run::<Sixteen>()
}

/// Lanes of SSE4.1. Made in [`half_sse41`] alone, so wherever there is one, the instructions are there.
#[derive(Clone, Copy)]
struct Eight(__m128i);

// SAFETY of every block below: the instructions are there (see the type); loads and stores need no alignment and stay inside the half of
// the row that `split_at` gives.
impl Lanes for Eight {
    const COUNT: usize = 8;

    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_set1_epi16(value) })
    }

    #[inline(always)]
    fn load(row: &Row, at: usize) -> Self {
        let (low, high) = row.0.split_at(8);
        let half = if at == 0 { low } else { high };
        // SAFETY: as said above; a half has 16 octets.
        Self(unsafe { _mm_loadu_si128(half.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, row: &mut Row, at: usize) {
        let (low, high) = row.0.split_at_mut(8);
        let half = if at == 0 { low } else { high };
        // SAFETY: as said above; a half has 16 octets.
        unsafe { _mm_storeu_si128(half.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_add_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_sub_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_max_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_min_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_max_epu16(self.0, other.0) })
    }

    #[inline(always)]
    fn mean(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_avg_epu16(self.0, other.0) })
    }

    #[inline(always)]
    fn scaled(self, factor: i16) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_mulhrs_epi16(self.0, _mm_set1_epi16(factor)) })
    }

    #[inline(always)]
    fn signed_by(self, sign: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm_sign_epi16(self.0, sign.0) })
    }

    #[inline(always)]
    fn all_positive(self) -> bool {
        // SAFETY: as said above.
        unsafe { _mm_movemask_epi8(_mm_cmpgt_epi16(self.0, _mm_setzero_si128())) == 0xFFFF }
    }
}

/// All places lie below `len` rows.
#[inline(always)]
fn inside(places: &Row, len: usize) -> bool {
    // Branch-free, and all of it vectorised.
    let highest = places
        .0
        .iter()
        .fold(0, |highest, &place| core::cmp::max(highest, place as u16));
    usize::from(highest) < 16 * len
}

/// Lanes of AVX2. Made in [`half_avx2`] and [`half_avx512`] alone, so wherever there is one, the instructions are there.
#[derive(Clone, Copy)]
struct Sixteen(__m256i);

// SAFETY of every block below: the instructions are there (see the type); loads and stores need no alignment, and a row has 32 octets.
impl Lanes for Sixteen {
    const COUNT: usize = 16;

    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_set1_epi16(value) })
    }

    #[inline(always)]
    fn load(row: &Row, _: usize) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_loadu_si256(row.0.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, row: &mut Row, _: usize) {
        // SAFETY: as said above.
        unsafe { _mm256_storeu_si256(row.0.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_add_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_sub_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_max_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_min_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_max_epu16(self.0, other.0) })
    }

    #[inline(always)]
    fn mean(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_avg_epu16(self.0, other.0) })
    }

    #[inline(always)]
    fn scaled(self, factor: i16) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_mulhrs_epi16(self.0, _mm256_set1_epi16(factor)) })
    }

    #[inline(always)]
    fn signed_by(self, sign: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { _mm256_sign_epi16(self.0, sign.0) })
    }

    #[inline(always)]
    fn gather(to: &mut Row, from: &[Row], places: &Row) {
        if !inside(places, from.len()) {
            return;
        }
        let from = from.as_ptr().cast::<i16>();
        for lane in 0..16 {
            // SAFETY: rows are 16 values and nothing else (`repr(C)`, 32 octets), and the place is inside.
            to.0[lane] = unsafe { *from.add(usize::from(places.0[lane] as u16)) };
        }
    }

    #[inline(always)]
    fn scatter(from: &Row, to: &mut [Row], places: &Row) {
        if !inside(places, to.len()) {
            return;
        }
        let to = to.as_mut_ptr().cast::<i16>();
        for lane in 0..16 {
            // SAFETY: rows are 16 values and nothing else (`repr(C)`, 32 octets), and the place is inside.
            unsafe { *to.add(usize::from(places.0[lane] as u16)) = from.0[lane] };
        }
    }

    #[inline(always)]
    fn all_positive(self) -> bool {
        // SAFETY: as said above.
        unsafe { _mm256_movemask_epi8(_mm256_cmpgt_epi16(self.0, _mm256_setzero_si256())) == -1 }
    }
}
