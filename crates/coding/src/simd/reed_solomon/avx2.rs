//! 32 octets in one AVX2 register.

use core::arch::x86_64::{
    __m256i, _mm_cvtsi128_si32, _mm_extract_epi64, _mm_loadu_si128, _mm256_alignr_epi8,
    _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_castsi256_si128, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_permute2x128_si256, _mm256_set_m128i,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    _mm256_storeu_si256, _mm256_testz_si256, _mm256_xor_si256,
};

use super::kernel::{self, divide_by_steps};
use super::lanes::{HalfTables, Lanes, Word};
use super::tables::{FROM_DUAL_HALVES, PRODUCTS, SPLIT, SplitRow, Tables};
use crate::reed_solomon::{Basis, Erasures, ReedSolomon, RsCode, RsReport};

/// The proof that AVX2 is there.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// Safe to call only where the feature is known to be there.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn new() -> Self {
        Self(())
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
pub(super) fn decode(rs: &ReedSolomon, block: &mut [u8], erasures: Option<&Erasures>) -> RsReport {
    kernel::decode(Avx2::new(), rs, block, erasures)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
pub(super) fn encode(rs: &ReedSolomon, frame: &[u8], parity: &mut [u8]) {
    kernel::encode(Avx2::new(), rs, frame, parity);
}

/// Both halves hold these 16 octets.
#[inline(always)]
fn both(_proof: Avx2, octets: &[u8; 16]) -> __m256i {
    // SAFETY: a reference to 16 octets may be read; AVX2 is there, as `Avx2` proves.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(octets.as_ptr().cast())) }
}

/// Both tables of half octets, each in both halves.
#[inline(always)]
fn tables_of(proof: Avx2, halves: &[u8; 32]) -> [__m256i; 2] {
    let [low, high] = halves.as_chunks::<16>().0 else {
        return [proof.zero(); 2];
    };
    [both(proof, low), both(proof, high)]
}

impl Lanes for Avx2 {
    type V = __m256i;
    type Factor = [__m256i; 2];
    type Row = SplitRow;

    #[inline(always)]
    fn tables(self) -> &'static Tables<SplitRow> {
        &SPLIT
    }

    #[inline(always)]
    fn zero(self) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn load(self, octets: &[u8; 32]) -> __m256i {
        // SAFETY: a reference to 32 octets may be read; AVX2 is there, as `self` proves.
        unsafe { _mm256_loadu_si256(octets.as_ptr().cast()) }
    }

    #[inline(always)]
    fn load_halves(self, first: &[u8; 16], second: &[u8; 16]) -> __m256i {
        // SAFETY: references to 16 octets may be read; AVX2 is there, as `self` proves.
        unsafe {
            _mm256_set_m128i(
                _mm_loadu_si128(second.as_ptr().cast()),
                _mm_loadu_si128(first.as_ptr().cast()),
            )
        }
    }

    #[inline(always)]
    fn store(self, v: __m256i, octets: &mut [u8; 32]) {
        // SAFETY: an exclusive reference to 32 octets may be written; AVX2 is there, as `self` proves.
        unsafe { _mm256_storeu_si256(octets.as_mut_ptr().cast(), v) }
    }

    #[inline(always)]
    fn xor(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_xor_si256(a, b) }
    }

    #[inline(always)]
    fn and(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_and_si256(a, b) }
    }

    #[inline(always)]
    fn is_zero(self, v: __m256i) -> bool {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_testz_si256(v, v) == 1 }
    }

    #[inline(always)]
    fn equal(self, a: __m256i, b: __m256i) -> u32 {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)).cast_unsigned() }
    }

    #[inline(always)]
    fn first(self, v: __m256i) -> u8 {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm_cvtsi128_si32(_mm256_castsi256_si128(v)) as u8 }
    }

    #[inline(always)]
    fn down(self, v: __m256i) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_alignr_epi8::<1>(_mm256_permute2x128_si256::<0x81>(v, v), v) }
    }

    #[inline(always)]
    fn up(self, v: __m256i) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_alignr_epi8::<15>(v, _mm256_permute2x128_si256::<0x08>(v, v)) }
    }

    #[inline(always)]
    fn shuffle(self, v: __m256i, mask: &[u8; 16]) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_shuffle_epi8(v, both(self, mask)) }
    }

    #[inline(always)]
    fn factor(self, scalar: u8) -> [__m256i; 2] {
        tables_of(self, &PRODUCTS.0[usize::from(scalar)])
    }

    #[inline(always)]
    fn scale(self, v: __m256i, by: [__m256i; 2]) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe {
            let mask = _mm256_set1_epi8(15);
            let low = _mm256_and_si256(v, mask);
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(v), mask);
            _mm256_xor_si256(
                _mm256_shuffle_epi8(by[0], low),
                _mm256_shuffle_epi8(by[1], high),
            )
        }
    }

    #[inline(always)]
    fn scale_row(self, row: &SplitRow, by: [__m256i; 2]) -> __m256i {
        let [low, high] = [self.load(&row.low), self.load(&row.high)];
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe {
            _mm256_xor_si256(
                _mm256_shuffle_epi8(by[0], low),
                _mm256_shuffle_epi8(by[1], high),
            )
        }
    }

    #[inline(always)]
    fn take_in(self, v: __m256i, _: Basis) -> __m256i {
        v
    }

    #[inline(always)]
    fn put_out(self, v: __m256i, _: Basis) -> __m256i {
        v
    }

    #[inline(always)]
    fn to_field(self, v: __m256i, basis: Basis) -> __m256i {
        match basis {
            Basis::Conventional => v,
            Basis::Dual => self.scale(v, tables_of(self, &FROM_DUAL_HALVES)),
        }
    }

    #[inline(always)]
    fn divide<const W: usize>(
        self,
        code: RsCode,
        basis: Basis,
        words: &[Word; W],
        from: usize,
    ) -> [__m256i; W] {
        divide_by_steps(self, code, basis, words, from)
    }
}

impl HalfTables for Avx2 {
    #[inline(always)]
    fn eight<const WHICH: i32>(self, v: __m256i) -> u64 {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm_extract_epi64::<WHICH>(_mm256_castsi256_si128(v)).cast_unsigned() }
    }

    #[inline(always)]
    fn down_eight(self, v: __m256i) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_alignr_epi8::<8>(_mm256_permute2x128_si256::<0x81>(v, v), v) }
    }
}
