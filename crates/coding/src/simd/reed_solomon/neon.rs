//! 32 octets in two NEON registers of a 64-bit ARM.

use core::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vdupq_n_u8, veorq_u8, vextq_u8, vgetq_lane_u8, vgetq_lane_u64,
    vld1q_u8, vmaxvq_u8, vorrq_u8, vqtbl1q_u8, vreinterpretq_u64_u8, vshrq_n_u8, vst1q_u8,
};

use super::kernel::{self, divide_by_steps};
use super::lanes::{HalfTables, Lanes, Word};
use super::tables::{FROM_DUAL_HALVES, PRODUCTS, SPLIT, SplitRow, Tables};
use crate::reed_solomon::{Basis, Erasures, ReedSolomon, RsCode, RsReport};

/// The proof that NEON is there.
#[derive(Clone, Copy)]
struct Neon(());

impl Neon {
    /// Safe to call only where the feature is known to be there.
    #[inline]
    #[target_feature(enable = "neon")]
    fn new() -> Self {
        Self(())
    }
}

#[target_feature(enable = "neon")]
pub(super) fn decode(rs: &ReedSolomon, block: &mut [u8], erasures: Option<&Erasures>) -> RsReport {
    kernel::decode(Neon::new(), rs, block, erasures)
}

#[target_feature(enable = "neon")]
pub(super) fn encode(rs: &ReedSolomon, frame: &[u8], parity: &mut [u8]) {
    kernel::encode(Neon::new(), rs, frame, parity);
}

type Pair = [uint8x16_t; 2];

#[inline(always)]
fn load(_proof: Neon, octets: &[u8; 16]) -> uint8x16_t {
    // SAFETY: a reference to 16 octets may be read; NEON is there, as `Neon` proves.
    unsafe { vld1q_u8(octets.as_ptr()) }
}

/// For each half octet its image.
#[inline(always)]
fn look_up(_proof: Neon, table: uint8x16_t, of: Pair) -> Pair {
    // SAFETY: NEON is there, as `Neon` proves.
    unsafe { [vqtbl1q_u8(table, of[0]), vqtbl1q_u8(table, of[1])] }
}

impl Lanes for Neon {
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
        // SAFETY: NEON is there, as `self` proves.
        [unsafe { vdupq_n_u8(0) }; 2]
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
            // SAFETY: an exclusive reference to 16 octets may be written; NEON is there, as `self` proves.
            unsafe { vst1q_u8(to.as_mut_ptr(), v) }
        }
    }

    #[inline(always)]
    fn xor(self, a: Pair, b: Pair) -> Pair {
        // SAFETY: NEON is there, as `self` proves.
        unsafe { [veorq_u8(a[0], b[0]), veorq_u8(a[1], b[1])] }
    }

    #[inline(always)]
    fn and(self, a: Pair, b: Pair) -> Pair {
        // SAFETY: NEON is there, as `self` proves.
        unsafe { [vandq_u8(a[0], b[0]), vandq_u8(a[1], b[1])] }
    }

    #[inline(always)]
    fn is_zero(self, v: Pair) -> bool {
        // SAFETY: NEON is there, as `self` proves.
        unsafe { vmaxvq_u8(vorrq_u8(v[0], v[1])) == 0 }
    }

    #[inline(always)]
    fn equal(self, a: Pair, b: Pair) -> u32 {
        let mut octets = [0; 32];
        // SAFETY: NEON is there, as `self` proves.
        self.store(
            unsafe { [vceqq_u8(a[0], b[0]), vceqq_u8(a[1], b[1])] },
            &mut octets,
        );
        let bits = octets
            .iter()
            .enumerate()
            .map(|(i, octet)| u32::from(octet & 1) << i);
        bits.sum()
    }

    #[inline(always)]
    fn first(self, v: Pair) -> u8 {
        // SAFETY: NEON is there, as `self` proves.
        unsafe { vgetq_lane_u8::<0>(v[0]) }
    }

    #[inline(always)]
    fn down(self, v: Pair) -> Pair {
        let zero = self.zero()[0];
        // SAFETY: NEON is there, as `self` proves.
        unsafe { [vextq_u8::<1>(v[0], v[1]), vextq_u8::<1>(v[1], zero)] }
    }

    #[inline(always)]
    fn up(self, v: Pair) -> Pair {
        let zero = self.zero()[0];
        // SAFETY: NEON is there, as `self` proves.
        unsafe { [vextq_u8::<15>(zero, v[0]), vextq_u8::<15>(v[0], v[1])] }
    }

    #[inline(always)]
    fn shuffle(self, v: Pair, mask: &[u8; 16]) -> Pair {
        let mask = load(self, mask);
        // SAFETY: NEON is there, as `self` proves.
        unsafe { [vqtbl1q_u8(v[0], mask), vqtbl1q_u8(v[1], mask)] }
    }

    #[inline(always)]
    fn factor(self, scalar: u8) -> Pair {
        self.load(&PRODUCTS.0[usize::from(scalar)])
    }

    #[inline(always)]
    fn scale(self, v: Pair, by: Pair) -> Pair {
        // SAFETY: NEON is there, as `self` proves.
        let [low, high] = unsafe {
            let mask = vdupq_n_u8(15);
            [
                [vandq_u8(v[0], mask), vandq_u8(v[1], mask)],
                [vshrq_n_u8::<4>(v[0]), vshrq_n_u8::<4>(v[1])],
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

impl HalfTables for Neon {
    #[inline(always)]
    fn eight<const WHICH: i32>(self, v: Pair) -> u64 {
        // SAFETY: NEON is there, as `self` proves.
        unsafe { vgetq_lane_u64::<WHICH>(vreinterpretq_u64_u8(v[0])) }
    }

    #[inline(always)]
    fn down_eight(self, v: Pair) -> Pair {
        // SAFETY: NEON is there, as `self` proves.
        unsafe {
            [
                vextq_u8::<8>(v[0], v[1]),
                vextq_u8::<8>(v[1], self.zero()[0]),
            ]
        }
    }
}
