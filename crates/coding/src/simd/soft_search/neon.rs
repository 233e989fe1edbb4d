//! Registers of 128 bits of a 64-bit ARM.

use super::{SoftLanes, correlate_with};
use crate::asm::Asm;
use crate::asm::soft::Tile;
use core::arch::aarch64::{
    int16x8_t, int16x8x2_t, uint8x16_t, vabsq_s16, vaddq_s16, vdupq_n_s16, vget_high_s16,
    vget_low_s8, vget_low_s16, vget_low_u8, vld1q_u8, vmaxq_s32, vmaxvq_s32, vmlal_n_s16,
    vmovl_high_s8, vmovl_high_u8, vmovl_s8, vmovl_u8, vmull_n_s16, vmulq_s16, vpaddq_s16,
    vreinterpretq_s8_u8, vreinterpretq_s16_u8, vreinterpretq_s16_u16, vreinterpretq_u8_s16,
    vst2q_s16,
};

#[target_feature(enable = "neon")]
pub(super) fn correlate_neon(tile: &mut Tile, asm: Asm, percent: i16) {
    correlate_with::<uint8x16_t>(tile, asm, percent);
}

/// Products of neighbours, summed up.
#[target_feature(enable = "neon")]
fn multiply(symbols: uint8x16_t, taps: uint8x16_t) -> int16x8_t {
    let taps = vreinterpretq_s8_u8(taps);
    let low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(symbols)));
    let high = vreinterpretq_s16_u16(vmovl_high_u8(symbols));
    vpaddq_s16(
        vmulq_s16(low, vmovl_s8(vget_low_s8(taps))),
        vmulq_s16(high, vmovl_high_s8(taps)),
    )
}

#[target_feature(enable = "neon")]
fn passes(sums: uint8x16_t, magnitudes: uint8x16_t, percent: i16) -> bool {
    let sums = vabsq_s16(vreinterpretq_s16_u8(sums));
    let magnitudes = vreinterpretq_s16_u8(magnitudes);
    let low = vmull_n_s16(vget_low_s16(sums), 100);
    let low = vmlal_n_s16(low, vget_low_s16(magnitudes), -percent);
    let high = vmull_n_s16(vget_high_s16(sums), 100);
    let high = vmlal_n_s16(high, vget_high_s16(magnitudes), -percent);
    vmaxvq_s32(vmaxq_s32(low, high)) >= 0
}

impl SoftLanes for uint8x16_t {
    const SYMBOLS: usize = 16;

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: only called from `correlate_neon`, whose instructions these are; the octets are the caller's promise.
        unsafe { vld1q_u8(from) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn splat(value: i16) -> Self {
        // SAFETY: only called from `correlate_neon`, whose instructions these are.
        unsafe { vreinterpretq_u8_s16(vdupq_n_s16(value)) }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn correlate(self, symbols: Self, taps: Self) -> Self {
        // SAFETY: only called from `correlate_neon`, whose instructions these are.
        unsafe {
            let sums = vreinterpretq_s16_u8(self);
            vreinterpretq_u8_s16(vaddq_s16(sums, multiply(symbols, taps)))
        }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    unsafe fn store(even: Self, odd: Self, to: *mut i16) {
        // SAFETY: only called from `correlate_neon`, whose instructions these are; the sums are the caller's promise.
        unsafe {
            let both = int16x8x2_t(vreinterpretq_s16_u8(even), vreinterpretq_s16_u8(odd));
            vst2q_s16(to, both);
        }
    }

    #[allow(clippy::inline_always, reason = "part of a loop of vector code")]
    #[inline(always)]
    fn any_passes(sums: Self, magnitudes: Self, percent: i16) -> bool {
        // SAFETY: only called from `correlate_neon`, whose instructions these are.
        unsafe { passes(sums, magnitudes, percent) }
    }
}
