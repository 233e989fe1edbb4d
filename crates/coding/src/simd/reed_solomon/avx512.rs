//! AVX-512 with GFNI: 32 octets in one register where the kernel is common, whole registers of 64 in the division, and a processor that
//! multiplies in GF(256) by itself.

use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_setzero_si128, _mm256_gf2p8affine_epi64_epi8,
    _mm256_gf2p8mul_epi8, _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi64x,
    _mm512_cvtepi32_epi8, _mm512_gf2p8mul_epi8, _mm512_loadu_si512, _mm512_set1_epi32,
    _mm512_setzero_si512, _mm512_srli_epi32, _mm512_xor_si512,
};

use super::avx2::Avx2;
use super::kernel;
use super::lanes::{Lanes, Word};
use super::tables::gfni::{MATRIX_E8, MATRIX_E16, Matrix, PUT_OUT, Row, TABLES, TAKE_IN};
use super::tables::{Tables, index};
use crate::reed_solomon::{Basis, Erasures, ReedSolomon, RsCode, RsReport};

/// The proof that AVX-512 F, BW, VL, DQ and GFNI are there, and AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx512(Avx2);

impl Avx512 {
    /// Safe to call only where the features are known to be there.
    #[inline]
    #[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq,gfni")]
    fn new() -> Self {
        Self(Avx2::new())
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512dq,gfni")]
pub(super) fn decode(rs: &ReedSolomon, block: &mut [u8], erasures: Option<&Erasures>) -> RsReport {
    kernel::decode(Avx512::new(), rs, block, erasures)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512dq,gfni")]
pub(super) fn encode(rs: &ReedSolomon, frame: &[u8], parity: &mut [u8]) {
    kernel::encode(Avx512::new(), rs, frame, parity);
}

/// Each message symbol times what a one in its place leaves, four symbols a step; no step waits for another.
#[inline(always)]
fn divide_by_matrix<const VECTORS: usize, const FOURS: usize, const W: usize>(
    _proof: Avx512,
    matrix: &Matrix<VECTORS, FOURS>,
    words: &[Word; W],
    from: usize,
) -> [[__m512i; VECTORS]; W] {
    let fours = words.each_ref().map(|word| word.0.as_chunks::<4>().0);
    // SAFETY: AVX-512 F is there, as `Avx512` proves.
    let zero = unsafe { _mm512_setzero_si512() };
    let mut sums = [[zero; VECTORS]; W];
    for (at, rows) in matrix.0.iter().enumerate().skip(from / 4) {
        let mut vectors = [zero; VECTORS];
        for (v, row) in vectors.iter_mut().zip(rows) {
            // SAFETY: a reference to 64 octets may be read; AVX-512 F is there, as `Avx512` proves.
            *v = unsafe { _mm512_loadu_si512(row.as_ptr().cast()) };
        }
        for (sums, fours) in sums.iter_mut().zip(&fours) {
            let four = fours
                .get(at % 64)
                .map_or(0, |&four| i32::from_le_bytes(four));
            for (sum, row) in sums.iter_mut().zip(vectors) {
                // SAFETY: AVX-512 F and GFNI are there, as `Avx512` proves.
                unsafe {
                    let product = _mm512_gf2p8mul_epi8(row, _mm512_set1_epi32(four));
                    *sum = _mm512_xor_si512(*sum, product);
                }
            }
        }
    }
    sums
}

/// Sums of each four neighbours, 16 octets.
#[inline(always)]
fn fold(_proof: Avx512, sum: __m512i) -> __m128i {
    // SAFETY: AVX-512 F is there, as `Avx512` proves.
    unsafe {
        let sum = _mm512_xor_si512(sum, _mm512_srli_epi32::<16>(sum));
        _mm512_cvtepi32_epi8(_mm512_xor_si512(sum, _mm512_srli_epi32::<8>(sum)))
    }
}

/// The first 16 check symbols and the others.
#[inline(always)]
fn join(_proof: Avx512, first: __m128i, second: __m128i) -> __m256i {
    // SAFETY: AVX2 is there, as `Avx512` proves.
    unsafe { _mm256_set_m128i(second, first) }
}

/// Every octet times a bit matrix.
#[inline(always)]
fn change(_proof: Avx512, v: __m256i, matrix: u64) -> __m256i {
    // SAFETY: AVX-512 VL and GFNI are there, as `Avx512` proves.
    unsafe { _mm256_gf2p8affine_epi64_epi8::<0>(v, _mm256_set1_epi64x(matrix.cast_signed())) }
}

impl Lanes for Avx512 {
    type V = __m256i;
    type Factor = __m256i;
    type Row = Row;

    #[inline(always)]
    fn tables(self) -> &'static Tables<Row> {
        &TABLES
    }

    #[inline(always)]
    fn zero(self) -> __m256i {
        self.0.zero()
    }

    #[inline(always)]
    fn load(self, octets: &[u8; 32]) -> __m256i {
        self.0.load(octets)
    }

    #[inline(always)]
    fn load_halves(self, first: &[u8; 16], second: &[u8; 16]) -> __m256i {
        self.0.load_halves(first, second)
    }

    #[inline(always)]
    fn store(self, v: __m256i, octets: &mut [u8; 32]) {
        self.0.store(v, octets);
    }

    #[inline(always)]
    fn xor(self, a: __m256i, b: __m256i) -> __m256i {
        self.0.xor(a, b)
    }

    #[inline(always)]
    fn and(self, a: __m256i, b: __m256i) -> __m256i {
        self.0.and(a, b)
    }

    #[inline(always)]
    fn is_zero(self, v: __m256i) -> bool {
        self.0.is_zero(v)
    }

    #[inline(always)]
    fn equal(self, a: __m256i, b: __m256i) -> u32 {
        self.0.equal(a, b)
    }

    #[inline(always)]
    fn first(self, v: __m256i) -> u8 {
        self.0.first(v)
    }

    #[inline(always)]
    fn down(self, v: __m256i) -> __m256i {
        self.0.down(v)
    }

    #[inline(always)]
    fn up(self, v: __m256i) -> __m256i {
        self.0.up(v)
    }

    #[inline(always)]
    fn shuffle(self, v: __m256i, mask: &[u8; 16]) -> __m256i {
        self.0.shuffle(v, mask)
    }

    #[inline(always)]
    fn factor(self, scalar: u8) -> __m256i {
        // SAFETY: AVX2 is there, as `self` proves.
        unsafe { _mm256_set1_epi8(scalar.cast_signed()) }
    }

    #[inline(always)]
    fn scale(self, v: __m256i, by: __m256i) -> __m256i {
        // SAFETY: AVX-512 VL and GFNI are there, as `self` proves.
        unsafe { _mm256_gf2p8mul_epi8(v, by) }
    }

    #[inline(always)]
    fn scale_row(self, row: &Row, by: __m256i) -> __m256i {
        self.scale(self.load(&row.0), by)
    }

    #[inline(always)]
    fn take_in(self, v: __m256i, basis: Basis) -> __m256i {
        change(self, v, TAKE_IN[index(basis)])
    }

    #[inline(always)]
    fn put_out(self, v: __m256i, basis: Basis) -> __m256i {
        change(self, v, PUT_OUT[index(basis)])
    }

    #[inline(always)]
    fn to_field(self, v: __m256i, _: Basis) -> __m256i {
        v
    }

    #[inline(always)]
    fn divide<const W: usize>(
        self,
        code: RsCode,
        _: Basis,
        words: &[Word; W],
        from: usize,
    ) -> [__m256i; W] {
        // No closures here: they would not become part of the function that was entered with the instructions.
        let mut checks = [self.zero(); W];
        match code {
            RsCode::E16 => {
                let sums = divide_by_matrix(self, &MATRIX_E16, words, from);
                for (to, [first, second]) in checks.iter_mut().zip(sums) {
                    *to = join(self, fold(self, first), fold(self, second));
                }
            }
            RsCode::E8 => {
                let sums = divide_by_matrix(self, &MATRIX_E8, words, from);
                // SAFETY: SSE2 is on every 64-bit x86.
                let zero = unsafe { _mm_setzero_si128() };
                for (to, [sum]) in checks.iter_mut().zip(sums) {
                    *to = join(self, fold(self, sum), zero);
                }
            }
        }
        checks
    }
}
