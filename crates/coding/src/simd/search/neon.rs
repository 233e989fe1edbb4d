//! Registers of 128 bits of a 64-bit ARM.

use super::{Lanes, Tile, Wanted, search_with};
use core::arch::aarch64::{
    uint8x16_t, vandq_u8, vbslq_u8, vdupq_n_u8, veorq_u8, vld1q_u8, vst1q_u8,
};

#[target_feature(enable = "neon")]
pub(super) fn search_neon(wanted: &Wanted, tile: &mut Tile, len: usize) {
    search_with::<uint8x16_t>(wanted, tile, len);
}

impl Lanes for uint8x16_t {
    const OCTETS: usize = 16;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `search_neon`, whose instructions these are; the octets are the caller's promise.
        unsafe { vld1q_u8(from) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: only called from `search_neon`, whose instructions these are; the octets are the caller's promise.
        unsafe { vst1q_u8(to, self) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(bit: bool) -> Self {
        // SAFETY: only called from `search_neon`, whose instructions these are.
        unsafe { vdupq_n_u8(if bit { 0xFF } else { 0 }) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: only called from `search_neon`, whose instructions these are.
        unsafe { veorq_u8(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: only called from `search_neon`, whose instructions these are.
        unsafe { vandq_u8(self, other) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn odd(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn most(self, b: Self, c: Self) -> Self {
        // Where two differ the third decides.
        // SAFETY: only called from `search_neon`, whose instructions these are.
        unsafe { vbslq_u8(self.xor(b), c, self) }
    }
}
