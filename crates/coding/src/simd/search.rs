//! The search for a marker in packed octets, all places of many octets at once.
//!
//! Bit-sliced: the stream is taken eight times, shifted by 0 to 7 bits ("planes"). Octet k + o of plane s holds, for the eight places that
//! begin in octet k, the bit that is to be compared with bit 8o + s of the marker. So the wrong bits of 8·[`Lanes::OCTETS`] places are
//! counted side by side by full adders, one for two bits of the marker. The counters start so that one comparison answers for both
//! polarities: with n bits, t of them allowed to be wrong and v = wrong − t − 1 modulo a power of two above n, a marker of either polarity
//! stands where v ≥ n − 2t − 1, an upright one where v ≥ −t − 1.
//!
//! Written once over [`Lanes`]; another set of instructions needs an implementation of that and an arm in [`search`].

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::engine::{Engine, Kind};

/// Octets in which markers may begin, at most, in one search.
pub(crate) const TILE: usize = 512;

/// Octets of the longest marker that is searched so.
pub(crate) const LONGEST: usize = 8;

/// Octets of a plane: the widest register may begin at the last octet but one of the longest marker behind the tile.
const PLANE: usize = TILE + LONGEST;

/// A marker of 3, 4 or 8 octets and what is tolerated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The first `len` count.
    pub(crate) octets: [u8; LONGEST],
    pub(crate) len: usize,
    pub(crate) tolerance: u32,
    pub(crate) both: bool,
}

/// Where a search works.
pub(crate) struct Tile {
    /// The stream; zeros behind its end.
    pub(crate) stream: [u8; PLANE + 1],
    planes: [[u8; PLANE]; 8],
    /// Bit 7 − i of octet k: a marker begins at bit i of octet k of the stream.
    pub(crate) hits: [u8; TILE],
}

impl Tile {
    pub(crate) const EMPTY: Self = Self {
        stream: [0; PLANE + 1],
        planes: [[0; PLANE]; 8],
        hits: [0; TILE],
    };

    /// The eight shifts of the first `len` octets.
    #[allow(
        clippy::inline_always,
        reason = "compiled anew for every engine, with its instructions"
    )]
    #[inline(always)]
    fn shift(&mut self, len: usize) {
        let (now, next) = (&self.stream, self.stream.get(1..).unwrap_or_default());
        for (s, plane) in (0_u32..).zip(&mut self.planes) {
            for ((place, &now), &next) in plane.iter_mut().take(len).zip(now).zip(next) {
                *place = ((u16::from(now) << 8 | u16::from(next)) >> (8 - s)) as u8;
            }
        }
    }
}

/// Bits side by side in a register.
trait Lanes: Copy {
    const OCTETS: usize;
    /// # Safety
    /// [`Self::OCTETS`] octets must be readable from `from` on.
    unsafe fn load(from: *const u8) -> Self;
    /// # Safety
    /// [`Self::OCTETS`] octets must be writable from `to` on.
    unsafe fn store(self, to: *mut u8);
    fn splat(bit: bool) -> Self;
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    /// The lower bit of a + b + c.
    fn odd(self, b: Self, c: Self) -> Self;
    /// The upper bit of a + b + c.
    fn most(self, b: Self, c: Self) -> Self;
}

/// Marks in `tile.hits` all places in the first `len` octets (at most [`TILE`]) of `tile.stream` where a marker begins, and some, which mean nothing, behind them.
pub(crate) fn search(engine: Engine, wanted: &Wanted, tile: &mut Tile, len: usize) {
    match engine.kind() {
        // SAFETY: an `Engine` of this kind is only made where AVX2 was found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::search_avx2(wanted, tile, len) },
        // SAFETY: an `Engine` of this kind is only made where AVX-512 F and BW were found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::search_avx512(wanted, tile, len) },
        // SAFETY: an `Engine` of this kind is only made where SSE4.1 was found.
        #[cfg(target_arch = "x86_64")]
        Kind::Sse41 => unsafe { x86::search_sse41(wanted, tile, len) },
        // SAFETY: an `Engine` of this kind is only made where NEON was found.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => unsafe { neon::search_neon(wanted, tile, len) },
        _ => search_with::<u64>(wanted, tile, len),
    }
}

#[allow(
    clippy::inline_always,
    reason = "compiled anew for every engine, with its instructions"
)]
#[inline(always)]
fn search_with<L: Lanes>(wanted: &Wanted, tile: &mut Tile, len: usize) {
    let len = len.min(TILE);
    tile.shift(len.next_multiple_of(L::OCTETS) + LONGEST);
    match wanted.len {
        3 => count::<L, 3, 5>(wanted, tile, len),
        4 => count::<L, 4, 6>(wanted, tile, len),
        _ => count::<L, 8, 7>(wanted, tile, len),
    }
}

/// A marker of `O` octets, counters of `M` bits.
#[allow(
    clippy::inline_always,
    reason = "compiled anew for every engine, with its instructions"
)]
#[inline(always)]
fn count<L: Lanes, const O: usize, const M: usize>(wanted: &Wanted, tile: &mut Tile, len: usize) {
    let bits = 8 * O as u32;
    let below = wanted.tolerance + 1;
    let start = (1 << M as u32) - below;
    let limit = if wanted.both {
        bits.saturating_sub(2 * wanted.tolerance + 1)
    } else {
        start
    };
    let plane_of = |number: u32, bit: usize| L::splat(number >> bit & 1 == 1);
    let start: [L; M] = core::array::from_fn(|bit| plane_of(start, bit));
    let limit: [L; M] = core::array::from_fn(|bit| plane_of(!limit, bit));
    let marker: [[L; 8]; O] = core::array::from_fn(|o| {
        core::array::from_fn(|s| plane_of(u32::from(wanted.octets[o]), 7 - s))
    });
    let mut at = 0;
    while at < len {
        let mut counter = start;
        for (o, marker) in marker.iter().enumerate() {
            let wrong: [L; 8] = core::array::from_fn(|s| {
                // SAFETY: `at` is a multiple of the register's octets below `TILE`, itself a multiple of them, so at most `TILE` minus
                // those; with `o` below `LONGEST` the register ends within the plane's `TILE` + `LONGEST` octets.
                let plane = unsafe { L::load(tile.planes[s].as_ptr().add(at + o)) };
                plane.xor(marker[s])
            });
            add_eight(&mut counter, wrong);
        }
        // The carry out of counter + (2ᴹ − limit): is the counter not below the limit?
        let reached = counter
            .iter()
            .zip(&limit)
            .fold(L::splat(true), |carry, (bit, limit)| {
                bit.most(carry, *limit)
            });
        // SAFETY: as above, the register ends within the tile.
        unsafe { reached.store(tile.hits.as_mut_ptr().add(at)) };
        at += L::OCTETS;
    }
}

/// Adds eight bits to counters of `M` bits, 4 or more.
#[allow(
    clippy::inline_always,
    reason = "compiled anew for every engine, with its instructions"
)]
#[inline(always)]
fn add_eight<L: Lanes, const M: usize>(counter: &mut [L; M], bits: [L; 8]) {
    let mut full = |place: usize, b: L, c: L| {
        let a = counter[place];
        counter[place] = a.odd(b, c);
        a.most(b, c)
    };
    let twos_1 = full(0, bits[0], bits[1]);
    let twos_2 = full(0, bits[2], bits[3]);
    let fours_1 = full(1, twos_1, twos_2);
    let twos_3 = full(0, bits[4], bits[5]);
    let twos_4 = full(0, bits[6], bits[7]);
    let fours_2 = full(1, twos_3, twos_4);
    let mut carry = full(2, fours_1, fours_2);
    for bit in counter.iter_mut().skip(3) {
        let sum = bit.xor(carry);
        carry = bit.and(carry);
        *bit = sum;
    }
}

impl Lanes for u64 {
    const OCTETS: usize = 8;

    #[inline]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller's promise; no alignment is asked for.
        unsafe { from.cast::<u64>().read_unaligned() }
    }

    #[inline]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller's promise; no alignment is asked for.
        unsafe { to.cast::<u64>().write_unaligned(self) }
    }

    #[inline]
    fn splat(bit: bool) -> Self {
        if bit { u64::MAX } else { 0 }
    }

    #[inline]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline]
    fn odd(self, b: Self, c: Self) -> Self {
        self ^ b ^ c
    }

    #[inline]
    fn most(self, b: Self, c: Self) -> Self {
        self & b | (self ^ b) & c
    }
}
