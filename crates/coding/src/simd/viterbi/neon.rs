//! NEON of a 64-bit ARM: sixteen lanes, natural order, and the sums that say how well a block is explained.

#![allow(
    clippy::inline_always,
    clippy::wildcard_imports,
    reason = "a kernel has to come together under the instructions of its entry function; intrinsics come in crowds"
)]

pub(super) mod full;

use super::natural::{self, Sixteen};
use crate::convolutional::G2;
use crate::viterbi::quality::{Grains, Quality, Spread, Symbols, sent};
use crate::viterbi::trellis::{Block, Costs, LARGEST, Paths, STEPS};
use core::arch::aarch64::*;

/// Takes a block.
#[target_feature(enable = "neon")]
pub(super) fn advance(paths: &mut Paths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    let mut costs = [[0; 4]; STEPS];
    let (eights, _) = pairs.as_chunks::<8>();
    let (outs, _) = costs.as_chunks_mut::<8>();
    for (out, eight) in outs.iter_mut().zip(eights) {
        eight_costs(eight, g2, out);
    }
    natural::advance::<Lanes>(paths, &costs, block);
}

/// Of a pair in four octets (what C1 and C2 cost as zeros, then as ones): the cost of C1 in a branch that sends 00, 01, 10 or 11.
const FIRST: [u8; 16] = [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14];
/// The cost of C2, and the same where it is sent inverted.
const SECOND: [u8; 16] = [1, 3, 1, 3, 5, 7, 5, 7, 9, 11, 9, 11, 13, 15, 13, 15];
const SECOND_INVERTED: [u8; 16] = [3, 1, 3, 1, 7, 5, 7, 5, 11, 9, 11, 9, 15, 13, 15, 13];

/// Costs of eight pairs of symbols.
#[target_feature(enable = "neon")]
#[inline]
fn eight_costs(pairs: &[[i8; 2]; 8], g2: G2, out: &mut [Costs; 8]) {
    let symbols = signed(pairs.as_flattened());
    // Without a sign: the magnitude of −128 is 128.
    let rounded = vaddq_u8(vreinterpretq_u8_s8(vabsq_s8(symbols)), vdupq_n_u8(4));
    let eighths = vminq_u8(vshrq_n_u8::<3>(rounded), vdupq_n_u8(LARGEST));
    let magnitude = vmaxq_u8(eighths, vdupq_n_u8(1));
    // A zero costs the magnitude of a positive symbol, which is a one; an erased symbol costs nothing.
    let zeros = vandq_u8(magnitude, vcgtzq_s8(symbols));
    let ones = vandq_u8(magnitude, vcltzq_s8(symbols));
    let Lanes(first) = Lanes::load(&FIRST);
    let Lanes(second) = Lanes::load(match g2 {
        G2::Plain => &SECOND,
        G2::Inverted => &SECOND_INVERTED,
    });
    let (zeros, ones) = (vreinterpretq_u16_u8(zeros), vreinterpretq_u16_u8(ones));
    let both = [vzip1q_u16(zeros, ones), vzip2q_u16(zeros, ones)];
    let (halves, _) = out.as_flattened_mut().as_chunks_mut::<16>();
    for (half, both) in halves.iter_mut().zip(both) {
        let both = vreinterpretq_u8_u16(both);
        let sum = vaddq_u8(vqtbl1q_u8(both, first), vqtbl1q_u8(both, second));
        Lanes(sum).store(half);
    }
}

/// The first sixteen symbols; erased ones in the place of those that are missing.
#[target_feature(enable = "neon")]
#[inline]
fn signed(symbols: &[i8]) -> int8x16_t {
    match symbols.first_chunk::<16>() {
        // SAFETY: sixteen octets are read.
        Some(sixteen) => unsafe { vld1q_s8(sixteen.as_ptr()) },
        None => vdupq_n_s8(0),
    }
}

/// How the magnitudes of each grain are spread.
#[target_feature(enable = "neon")]
pub(super) fn spread(symbols: &Symbols, spreads: &mut Grains<Spread>) {
    let (grains, _) = symbols.as_chunks::<32>();
    for (symbols, spread) in grains.iter().zip(spreads) {
        let mut energy = vdupq_n_u32(0);
        let mut sums = Sums::default();
        for symbols in symbols.as_chunks::<16>().0 {
            let symbols = signed(symbols);
            sums.add(symbols, vdupq_n_u8(0));
            let magnitudes = vreinterpretq_u8_s8(vabsq_s8(symbols));
            let low = vget_low_u8(magnitudes);
            energy = vpadalq_u16(energy, vmull_u8(low, low));
            energy = vpadalq_u16(energy, vmull_high_u8(magnitudes, magnitudes));
        }
        *spread = Spread {
            symbols: 32,
            count: sums.present,
            magnitude: sums.magnitude,
            energy: vaddvq_u32(energy),
        };
    }
}

/// Compares each grain's symbols with what its bits send; the windows hold the bits, and the six before them above.
#[target_feature(enable = "neon")]
pub(super) fn compare(
    windows: &Grains<u32>,
    symbols: &Symbols,
    g2: G2,
    qualities: &mut Grains<Quality>,
) {
    // The first symbol is the top bit of the word.
    let places = vreinterpretq_u8_u64(vdupq_n_u64(0x0102_0408_1020_4080));
    let (grains, _) = symbols.as_chunks::<32>();
    for ((symbols, &window), quality) in grains.iter().zip(windows).zip(qualities) {
        let [a, b, c, d] = sent(window, g2).to_be_bytes();
        let mut sums = Sums::default();
        for (symbols, [a, b]) in symbols.as_chunks::<16>().0.iter().zip([[a, b], [c, d]]) {
            let symbols = signed(symbols);
            let own = vcombine_u8(vdup_n_u8(a), vdup_n_u8(b));
            let ones = vtstq_u8(own, places);
            sums.add(symbols, veorq_u8(ones, vcgtzq_s8(symbols)));
        }
        *quality = Quality {
            mismatch: sums.mismatch,
            magnitude: sums.magnitude,
            errors: sums.errors,
            symbols: sums.present,
        };
    }
}

/// What is summed up over a grain.
#[derive(Default)]
struct Sums {
    magnitude: u32,
    /// Symbols that are not erased.
    present: u32,
    /// Magnitude and number of those that are wrong.
    mismatch: u32,
    errors: u32,
}

impl Sums {
    /// Adds sixteen symbols; `wrong` is all ones where one has the other sign than it should.
    #[target_feature(enable = "neon")]
    #[inline]
    fn add(&mut self, symbols: int8x16_t, wrong: uint8x16_t) {
        let magnitudes = vreinterpretq_u8_s8(vabsq_s8(symbols));
        let present = vandq_u8(vtstq_u8(magnitudes, magnitudes), vdupq_n_u8(1));
        self.magnitude += u32::from(vaddlvq_u8(magnitudes));
        self.present += u32::from(vaddvq_u8(present));
        self.mismatch += u32::from(vaddlvq_u8(vandq_u8(magnitudes, wrong)));
        self.errors += u32::from(vaddvq_u8(vandq_u8(present, wrong)));
    }
}

/// Sixteen octets in a register. Used by the functions above alone, under the feature that they enable.
#[derive(Clone, Copy)]
struct Lanes(uint8x16_t);

// SAFETY of every block below: NEON is enabled, see the type; pointers are those of references to sixteen octets.
impl Sixteen for Lanes {
    #[inline(always)]
    fn load(octets: &[u8; 16]) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vld1q_u8(octets.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, octets: &mut [u8; 16]) {
        // SAFETY: as said above.
        unsafe { vst1q_u8(octets.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn copies(costs: Costs) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vreinterpretq_u8_u32(vdupq_n_u32(u32::from_ne_bytes(costs))) })
    }

    #[inline(always)]
    fn pick(self, lanes: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vqtbl1q_u8(self.0, lanes.0) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vaddq_u8(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vminq_u8(self.0, other.0) })
    }

    #[inline(always)]
    fn equal(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vceqq_u8(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vorrq_u8(self.0, other.0) })
    }

    #[inline(always)]
    fn choose(self, one: Self, other: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vbslq_u8(self.0, one.0, other.0) })
    }

    #[inline(always)]
    fn zip_low(self, odd: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vzip1q_u8(self.0, odd.0) })
    }

    #[inline(always)]
    fn zip_high(self, odd: Self) -> Self {
        // SAFETY: as said above.
        Self(unsafe { vzip2q_u8(self.0, odd.0) })
    }

    #[inline(always)]
    fn first(self) -> u8 {
        // SAFETY: as said above.
        unsafe { vgetq_lane_u8::<0>(self.0) }
    }
}
