//! 32 octets in two SSE registers (SSSE3 and SSE4.1).

use core::arch::x86_64::{
    __m128i, _mm_alignr_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi128_si32, _mm_extract_epi64,
    _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_slli_si128, _mm_srli_epi16, _mm_srli_si128, _mm_storeu_si128,
    _mm_testz_si128, _mm_xor_si128,
};

use super::kernel::{self, divide_by_steps};
use super::lanes::{HalfTables, Lanes, Word};
use super::tables::{FROM_DUAL_HALVES, PRODUCTS, SPLIT, SplitRow, Tables};
use crate::reed_solomon::{Basis, Erasures, ReedSolomon, RsCode, RsReport};

/// The proof that SSSE3 and SSE4.1 are there.
#[derive(Clone, Copy)]
struct Sse41(());

impl Sse41 {
    /// Safe to call only where the features are known to be there.
    #[inline]
    #[target_feature(enable = "ssse3,sse4.1")]
    fn new() -> Self {
        Self(())
    }
}

#[target_feature(enable = "ssse3,sse4.1")]
pub(super) fn decode(rs: &ReedSolomon, block: &mut [u8], erasures: Option<&Erasures>) -> RsReport {
    kernel::decode(Sse41::new(), rs, block, erasures)
}

#[target_feature(enable = "ssse3,sse4.1")]
pub(super) fn encode(rs: &ReedSolomon, frame: &[u8], parity: &mut [u8]) {
    kernel::encode(Sse41::new(), rs, frame, parity);
}

type Pair = [__m128i; 2];

#[inline(always)]
fn load(_proof: Sse41, octets: &[u8; 16]) -> __m128i {
    // SAFETY: a reference to 16 octets may be read; SSE2 is on every 64-bit x86.
    unsafe { _mm_loadu_si128(octets.as_ptr().cast()) }
}

/// For each half octet its image.
#[inline(always)]
fn look_up(_proof: Sse41, table: __m128i, of: Pair) -> Pair {
    // SAFETY: SSSE3 is there, as `Sse41` proves.
    unsafe {
        [
            _mm_shuffle_epi8(table, of[0]),
            _mm_shuffle_epi8(table, of[1]),
        ]
    }
}

impl Lanes for Sse41 {
    type V = Pair;
    /// Products with the lower and with the upper half octets.
    type Factor = Pair;
    type Row = SplitRow;

    #[inline(always)]
    fn tables(self) -> &'static Tables<SplitRow> {
        &SPLIT
    }

    #[inline(always)]
    fn zero(self) -> Pair {
        // SAFETY: SSE2 is on every 64-bit x86.
        [unsafe { _mm_setzero_si128() }; 2]
    }

    #[inline(always)]
    fn load(self, octets: &[u8; 32]) -> Pair {
        let [first, second] = octets.as_chunks::<16>().0 else {
            return self.zero();
        };
        self.load_halves(first, second)
    }

    #[inline(always)]
    fn load_halves(self, first: &[u8; 16], second: &[u8; 16]) -> Pair {
        [load(self, first), load(self, second)]
    }

    #[inline(always)]
    fn store(self, v: Pair, octets: &mut [u8; 32]) {
        for (to, v) in octets.as_chunks_mut::<16>().0.iter_mut().zip(v) {
            // SAFETY: an exclusive reference to 16 octets may be written; SSE2 is on every 64-bit x86.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), v) }
        }
    }

    #[inline(always)]
    fn xor(self, a: Pair, b: Pair) -> Pair {
        // SAFETY: SSE2 is on every 64-bit x86.
        unsafe { [_mm_xor_si128(a[0], b[0]), _mm_xor_si128(a[1], b[1])] }
    }

    #[inline(always)]
    fn and(self, a: Pair, b: Pair) -> Pair {
        // SAFETY: SSE2 is on every 64-bit x86.
        unsafe { [_mm_and_si128(a[0], b[0]), _mm_and_si128(a[1], b[1])] }
    }

    #[inline(always)]
    fn is_zero(self, v: Pair) -> bool {
        // SAFETY: SSE4.1 is there, as `self` proves.
        unsafe {
            let any = _mm_or_si128(v[0], v[1]);
            _mm_testz_si128(any, any) == 1
        }
    }

    #[inline(always)]
    fn equal(self, a: Pair, b: Pair) -> u32 {
        // SAFETY: SSE2 is on every 64-bit x86.
        let [low, high] = unsafe {
            [
                _mm_movemask_epi8(_mm_cmpeq_epi8(a[0], b[0])),
                _mm_movemask_epi8(_mm_cmpeq_epi8(a[1], b[1])),
            ]
        };
        low.cast_unsigned() | high.cast_unsigned() << 16
    }

    #[inline(always)]
    fn first(self, v: Pair) -> u8 {
        // SAFETY: SSE2 is on every 64-bit x86.
        unsafe { _mm_cvtsi128_si32(v[0]) as u8 }
    }

    #[inline(always)]
    fn down(self, v: Pair) -> Pair {
        // SAFETY: SSSE3 is there, as `self` proves.
        unsafe { [_mm_alignr_epi8::<1>(v[1], v[0]), _mm_srli_si128::<1>(v[1])] }
    }

    #[inline(always)]
    fn up(self, v: Pair) -> Pair {
        // SAFETY: SSSE3 is there, as `self` proves.
        unsafe { [_mm_slli_si128::<1>(v[0]), _mm_alignr_epi8::<15>(v[1], v[0])] }
    }

    #[inline(always)]
    fn shuffle(self, v: Pair, mask: &[u8; 16]) -> Pair {
        let mask = load(self, mask);
        // SAFETY: SSSE3 is there, as `self` proves.
        unsafe { [_mm_shuffle_epi8(v[0], mask), _mm_shuffle_epi8(v[1], mask)] }
    }

    #[inline(always)]
    fn factor(self, scalar: u8) -> Pair {
        self.load(&PRODUCTS.0[usize::from(scalar)])
    }

    #[inline(always)]
    fn scale(self, v: Pair, by: Pair) -> Pair {
        // SAFETY: SSE2 is on every 64-bit x86.
        let [low, high] = unsafe {
            let mask = _mm_set1_epi8(15);
            [
                [_mm_and_si128(v[0], mask), _mm_and_si128(v[1], mask)],
                [
                    _mm_and_si128(_mm_srli_epi16::<4>(v[0]), mask),
                    _mm_and_si128(_mm_srli_epi16::<4>(v[1]), mask),
                ],
            ]
        };
        self.xor(look_up(self, by[0], low), look_up(self, by[1], high))
    }

    #[inline(always)]
    fn scale_row(self, row: &SplitRow, by: Pair) -> Pair {
        let [low, high] = [self.load(&row.low), self.load(&row.high)];
        self.xor(look_up(self, by[0], low), look_up(self, by[1], high))
    }

    #[inline(always)]
    fn take_in(self, v: Pair, _: Basis) -> Pair {
        v
    }

    #[inline(always)]
    fn put_out(self, v: Pair, _: Basis) -> Pair {
        v
    }

    #[inline(always)]
    fn to_field(self, v: Pair, basis: Basis) -> Pair {
        match basis {
            Basis::Conventional => v,
            Basis::Dual => self.scale(v, self.load(&FROM_DUAL_HALVES)),
        }
    }

    #[inline(always)]
    fn divide<const W: usize>(
        self,
        code: RsCode,
        basis: Basis,
        words: &[Word; W],
        from: usize,
    ) -> [Pair; W] {
        divide_by_steps(self, code, basis, words, from)
    }
}

impl HalfTables for Sse41 {
    #[inline(always)]
    fn eight<const WHICH: i32>(self, v: Pair) -> u64 {
        // SAFETY: SSSE3 and SSE4.1 are there, as `self` proves.
        unsafe { _mm_extract_epi64::<WHICH>(v[0]).cast_unsigned() }
    }

    #[inline(always)]
    fn down_eight(self, v: Pair) -> Pair {
        // SAFETY: SSSE3 and SSE4.1 are there, as `self` proves.
        unsafe { [_mm_alignr_epi8::<8>(v[1], v[0]), _mm_srli_si128::<8>(v[1])] }
    }
}
