//! Correlation of soft symbols with a marker.
//!
//! One instruction multiplies octets without a sign by octets with one and adds neighbours: symbols, moved up by 128, times two taps ±1, for
//! the places with an even number in one register and for those with an odd number in another, which begins a symbol later. What the move
//! adds, 128 times the sum of the taps, is where the sums start from, modulo 2¹⁶.
//!
//! Written once over [`SoftLanes`]; another set of instructions needs an implementation of that and an arm in [`correlate`].

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::asm::soft::{GROUP, TILE, TILE_SYMBOLS, Tile};
use crate::asm::{Asm, MAX_MARKER_BITS};
use crate::engine::{Engine, Kind};

/// Pairs of taps of the longest marker.
const PAIRS: usize = MAX_MARKER_BITS as usize / 2;

/// Registers for each parity.
const WIDE: usize = 4;

/// A register of symbols, or of half as many sums.
trait SoftLanes: Copy {
    /// Symbols in a register; places whose sums are in two.
    const SYMBOLS: usize;
    /// # Safety
    /// [`Self::SYMBOLS`] octets must be readable from `from` on.
    unsafe fn load(from: *const u8) -> Self;
    /// In every lane.
    fn splat(value: i16) -> Self;
    /// Adds two neighbouring symbols, moved up, times two taps (the first in the lower octet).
    fn correlate(self, symbols: Self, taps: Self) -> Self;
    /// Stores the sums of even and odd places in turn.
    ///
    /// # Safety
    /// [`Self::SYMBOLS`] sums must be writable from `to` on.
    unsafe fn store(even: Self, odd: Self, to: *mut i16);
    /// Whether 100 · |sum| ≥ percent · magnitude anywhere in these lanes.
    fn any_passes(sums: Self, magnitudes: Self, percent: i16) -> bool;
}

/// All sums and magnitudes of a tile, and where they are worth a look.
pub(crate) fn correlate(engine: Engine, tile: &mut Tile, asm: Asm, percent: i16) {
    match engine.kind() {
        // SAFETY: an `Engine` of this kind is only made where SSSE3 and SSE4.1 were found.
        #[cfg(target_arch = "x86_64")]
        Kind::Sse41 => unsafe { x86::correlate_sse41(tile, asm, percent) },
        // SAFETY: an `Engine` of this kind is only made where AVX2 was found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::correlate_avx2(tile, asm, percent) },
        // SAFETY: an `Engine` of this kind is only made where AVX-512 F and BW were found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::correlate_avx512(tile, asm, percent) },
        // SAFETY: an `Engine` of this kind is only made where NEON was found.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => unsafe { neon::correlate_neon(tile, asm, percent) },
        _ => tile.correlate(asm),
    }
}

/// The taps from number `pair` · 2 on, as one lane: 1, −1, or 0 behind the end.
fn taps(asm: Asm, pair: usize) -> i16 {
    let tap = |at: usize| match asm.bit(at as u32) {
        _ if at >= asm.len_bits() as usize => 0_i8,
        1 => 1,
        _ => -1,
    };
    i16::from_le_bytes([tap(pair * 2) as u8, tap(pair * 2 + 1) as u8])
}

#[allow(
    clippy::inline_always,
    reason = "compiled anew for every engine, with its instructions"
)]
#[inline(always)]
fn correlate_with<L: SoftLanes>(tile: &mut Tile, asm: Asm, percent: i16) {
    // One octet more, since the odd places begin a symbol later.
    let mut moved = [128_u8; TILE_SYMBOLS + 1];
    for (place, &symbol) in moved.iter_mut().zip(&tile.symbols) {
        *place = symbol as u8 ^ 128;
    }
    let pairs = (asm.len_bits() as usize).div_ceil(2);
    let taps: [i16; PAIRS] = core::array::from_fn(|pair| taps(asm, pair));
    let ones = (0..asm.len_bits()).filter(|&at| asm.bit(at) == 1).count() as i32;
    let start = L::splat((-128 * (2 * ones - asm.len_bits() as i32)) as i16);
    let mut at = 0;
    while at < TILE {
        let mut even = [start; WIDE];
        let mut odd = [start; WIDE];
        for (pair, &taps) in taps.iter().enumerate().take(pairs) {
            let taps = L::splat(taps);
            for wide in 0..WIDE {
                let from = at + wide * L::SYMBOLS + 2 * pair;
                // SAFETY: `TILE` is a multiple of the `WIDE` registers' symbols, so places end at `TILE` at most; `2 * pair` is at most the
                // longest marker's bits less 2, and the odd places one further: within `TILE` + those bits + 1 octets.
                let (now, next) = unsafe {
                    let from = moved.as_ptr().add(from);
                    (L::load(from), L::load(from.add(1)))
                };
                even[wide] = even[wide].correlate(now, taps);
                odd[wide] = odd[wide].correlate(next, taps);
            }
        }
        for wide in 0..WIDE {
            let place = at + wide * L::SYMBOLS;
            // SAFETY: as above, the places end at `TILE` at most.
            unsafe { L::store(even[wide], odd[wide], tile.sums.as_mut_ptr().add(place)) };
        }
        at += WIDE * L::SYMBOLS;
    }
    tile.weigh(asm);
    let lanes = L::SYMBOLS / 2;
    for (group, look) in tile.worth_a_look.iter_mut().enumerate() {
        let any = |part: usize| {
            let at = group * GROUP + part * lanes;
            // SAFETY: the groups are within the tile, and a group is a multiple of a register's lanes.
            let (sums, magnitudes) = unsafe {
                (
                    L::load(tile.sums.as_ptr().add(at).cast()),
                    L::load(tile.magnitudes.as_ptr().add(at).cast()),
                )
            };
            L::any_passes(sums, magnitudes, percent)
        };
        *look = (0..GROUP / lanes).any(any);
    }
}
