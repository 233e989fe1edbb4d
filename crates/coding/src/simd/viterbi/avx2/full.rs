//! AVX2 with all magnitudes: four registers of sixteen lanes.
//!
//! The place of a state is that of the parent module, and b3 tells the two registers with the same r apart; packing the two gives the parent's register. A
//! lane is a metric and a tag below it, so the smaller one brings its history along (`viterbi/trellis/full.rs`).

use super::{PHASES, ROUND, Two, load, states, sums};
use crate::convolutional::G2;
use crate::viterbi::trellis::full::{Costs, FullPaths, NEWER, OLDER, SPREAD, TAG, UNIT, newest};
use crate::viterbi::trellis::{Block, SENT, STATES, STEPS};
use core::arch::x86_64::*;
use core::mem::MaybeUninit;

/// Tables of all phases, those of two registers each.
struct Tables {
    /// Where to find the costs of the branches to a zero and to a one among the octets of the four.
    own: [[[u8; 32]; 2]; PHASES],
    other: [[[u8; 32]; 2]; PHASES],
    /// The oldest four bits of each state, those whose r is zero first.
    tags: [[[u16; 16]; 4]; PHASES],
}

static TABLES: Tables = tables();

const fn tables() -> Tables {
    let mut tables = Tables {
        own: [[[0; 32]; 2]; PHASES],
        other: [[[0; 32]; 2]; PHASES],
        tags: [[[0; 16]; 4]; PHASES],
    };
    let mut phase = 0;
    while phase < PHASES {
        let states = states(phase);
        let mut place = 0;
        while place < STATES {
            let state = states[place];
            let register = place >> 4 & 2 | place >> 3 & 1;
            let lane = place >> 1 & 8 | place & 7;
            tables.tags[phase][register][lane] = (state >> 2) as u16;
            if register < 2 {
                let (own, other) = (SENT[state as usize], SENT[state as usize] ^ 3);
                tables.own[phase][register][2 * lane] = 2 * own;
                tables.own[phase][register][2 * lane + 1] = 2 * own + 1;
                tables.other[phase][register][2 * lane] = 2 * other;
                tables.other[phase][register][2 * lane + 1] = 2 * other + 1;
            }
            place += 1;
        }
        phase += 1;
    }
    tables
}

/// Takes a block.
#[target_feature(enable = "avx2")]
pub(in crate::simd::viterbi) fn advance(
    paths: &mut FullPaths,
    pairs: &[[i8; 2]; STEPS],
    g2: G2,
    block: &mut Block,
) {
    let mut costs = [const { MaybeUninit::<[Costs; 16]>::uninit() }; STEPS / 16];
    let (sixteens, _) = pairs.as_chunks::<16>();
    for (out, sixteen) in costs.iter_mut().zip(sixteens) {
        sixteen_costs(sixteen, g2, out);
    }
    // SAFETY: all of the ten were written, and together they are as many costs as there are steps.
    let costs: &[Costs; STEPS] = unsafe { &*costs.as_ptr().cast() };
    let mut four = Four::load(&paths.states);
    let (rounds, _) = costs.as_chunks::<ROUND>();
    let (rooms, _) = block.groups.as_chunks_mut::<PHASES>();
    for (costs, groups) in rounds.iter().zip(rooms) {
        let (eights, _) = costs.as_chunks::<8>();
        let [g0, g1, g2, g3, g4] = groups;
        four = octet::<0>(four, &eights[0], g0);
        four = octet::<3>(four, &eights[1], g1);
        four = octet::<1>(four, &eights[2], g2);
        four = octet::<4>(four, &eights[3], g3);
        four = octet::<2>(four, &eights[4], g4);
    }
    let (four, history) = four.settled();
    four.store(&mut paths.states);
    block.newest = history;
}

/// Eight steps, the first in phase `P`.
#[inline(always)]
fn octet<const P: usize>(mut four: Four, costs: &[Costs; 8], group: &mut [u8; STATES]) -> Four {
    const { assert!(OLDER == 1 && NEWER == 5) };
    four = four.step(&costs[0], P);
    four = four.step(&costs[1], (P + 1) % PHASES);
    let phase = (P + 2) % PHASES;
    let older = four.tags().ordered(phase).shifted();
    four = four.tagged(phase);
    four = four.step(&costs[2], phase);
    four = four.step(&costs[3], (P + 3) % PHASES);
    four = four.step(&costs[4], (P + 4) % PHASES);
    four = four.step(&costs[5], P);
    let phase = (P + 1) % PHASES;
    older.or(four.tags().ordered(phase)).store(group);
    four = four.tagged(phase).lowered();
    four = four.step(&costs[6], phase);
    four.step(&costs[7], (P + 2) % PHASES)
}

/// All states, those whose r is zero first, then those whose b3 is zero.
#[derive(Clone, Copy)]
struct Four([__m256i; 4]);

#[inline(always)]
fn load_tags(tags: &[u16; 16]) -> __m256i {
    // SAFETY: 32 octets are read; under AVX2, as all of this file.
    unsafe { _mm256_loadu_si256(tags.as_ptr().cast()) }
}

impl Four {
    /// From natural order, which phase 0 has but for the quarters in the middle of each half.
    #[inline(always)]
    fn load(states: &[u16; STATES]) -> Self {
        let (four, _) = states.as_chunks::<16>();
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            let [a, b, c, d] = [&four[0], &four[1], &four[2], &four[3]].map(load_tags);
            Self([
                _mm256_permute2x128_si256::<0x20>(a, b),
                _mm256_permute2x128_si256::<0x31>(a, b),
                _mm256_permute2x128_si256::<0x20>(c, d),
                _mm256_permute2x128_si256::<0x31>(c, d),
            ])
        }
    }

    #[inline(always)]
    fn store(self, states: &mut [u16; STATES]) {
        let Self([a, b, c, d]) = self;
        let (four, _) = states.as_chunks_mut::<16>();
        // SAFETY: 32 octets are written each time; under AVX2, as all of this file.
        unsafe {
            let registers = [
                _mm256_permute2x128_si256::<0x20>(a, b),
                _mm256_permute2x128_si256::<0x31>(a, b),
                _mm256_permute2x128_si256::<0x20>(c, d),
                _mm256_permute2x128_si256::<0x31>(c, d),
            ];
            for (place, register) in four.iter_mut().zip(registers) {
                _mm256_storeu_si256(place.as_mut_ptr().cast(), register);
            }
        }
    }

    /// As [`FullPaths::settle`], in phase 0.
    #[inline(always)]
    fn settled(self) -> (Self, u8) {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            let [a, b, c, d] = self.0;
            let least = _mm256_min_epu16(_mm256_min_epu16(a, b), _mm256_min_epu16(c, d));
            let least = _mm_minpos_epu16(_mm_min_epu16(
                _mm256_castsi256_si128(least),
                _mm256_extracti128_si256::<1>(least),
            ));
            let least = _mm256_broadcastw_epi16(least);
            let [a, b, c, d] = self.0.map(|register| _mm256_cmpeq_epi16(register, least));
            // Packed, phase 0 is the natural order.
            let low = _mm256_movemask_epi8(_mm256_packs_epi16(a, b)) as u32;
            let high = _mm256_movemask_epi8(_mm256_packs_epi16(c, d)) as u32;
            let best = (u64::from(low) | u64::from(high) << 32).trailing_zeros();
            let off = _mm256_andnot_si256(_mm256_set1_epi16(TAG as i16), least);
            let lowered = self.0.map(|register| _mm256_sub_epi16(register, off));
            let tag = _mm256_cvtsi256_si32(least) as u16 & TAG;
            (Self(lowered), newest(tag, best as u8))
        }
    }

    #[inline(always)]
    fn step(self, costs: &Costs, phase: usize) -> Self {
        let Self([low_0, low_1, high_0, high_1]) = self;
        let (own, other) = (&TABLES.own[phase], &TABLES.other[phase]);
        // SAFETY: eight octets are read; under AVX2, as all of this file.
        unsafe {
            let costs = _mm256_set1_epi64x(costs.as_ptr().cast::<i64>().read_unaligned());
            let pick = |lanes| _mm256_shuffle_epi8(costs, load(lanes));
            let butterflies = |low, high, own, other| {
                (
                    _mm256_min_epu16(_mm256_add_epi16(low, own), _mm256_add_epi16(high, other)),
                    _mm256_min_epu16(_mm256_add_epi16(low, other), _mm256_add_epi16(high, own)),
                )
            };
            let (even_0, odd_0) = butterflies(low_0, high_0, pick(&own[0]), pick(&other[0]));
            let (even_1, odd_1) = butterflies(low_1, high_1, pick(&own[1]), pick(&other[1]));
            // As the parent's `turned`.
            Self(if phase == 0 {
                [
                    _mm256_permute2x128_si256::<0x20>(even_0, odd_0),
                    _mm256_permute2x128_si256::<0x20>(even_1, odd_1),
                    _mm256_permute2x128_si256::<0x31>(even_0, odd_0),
                    _mm256_permute2x128_si256::<0x31>(even_1, odd_1),
                ]
            } else {
                [
                    _mm256_unpacklo_epi16(even_0, odd_0),
                    _mm256_unpackhi_epi16(even_0, odd_0),
                    _mm256_unpacklo_epi16(even_1, odd_1),
                    _mm256_unpackhi_epi16(even_1, odd_1),
                ]
            })
        }
    }

    /// The tags, an octet each.
    #[inline(always)]
    fn tags(self) -> Two {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            let mask = _mm256_set1_epi16(TAG as i16);
            let [a, b, c, d] = self.0.map(|register| _mm256_and_si256(register, mask));
            Two(_mm256_packus_epi16(a, b), _mm256_packus_epi16(c, d))
        }
    }

    /// All tags written anew.
    #[inline(always)]
    fn tagged(mut self, phase: usize) -> Self {
        for (register, tags) in self.0.iter_mut().zip(&TABLES.tags[phase]) {
            // SAFETY: under AVX2, as all of this file.
            *register = unsafe {
                let metrics = _mm256_andnot_si256(_mm256_set1_epi16(TAG as i16), *register);
                _mm256_or_si256(metrics, load_tags(tags))
            };
        }
        self
    }

    /// Takes as much off all metrics as the least one must have: what that of state zero, which is in the first place in every phase and has a tag
    /// of zero, has more than [`SPREAD`].
    #[inline(always)]
    fn lowered(mut self) -> Self {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            let zero = _mm256_broadcastw_epi16(_mm256_castsi256_si128(self.0[0]));
            let off = _mm256_subs_epu16(zero, _mm256_set1_epi16((SPREAD * UNIT) as i16));
            for register in &mut self.0 {
                *register = _mm256_sub_epi16(*register, off);
            }
        }
        self
    }
}

/// Costs of sixteen pairs of symbols.
#[inline(always)]
fn sixteen_costs(pairs: &[[i8; 2]; 16], g2: G2, out: &mut MaybeUninit<[Costs; 16]>) {
    // SAFETY: 32 octets are read, and 32 written four times; under AVX2, as all of this file.
    unsafe {
        let symbols = _mm256_loadu_si256(pairs.as_ptr().cast());
        let magnitude = _mm256_min_epu8(_mm256_abs_epi8(symbols), _mm256_set1_epi8(127));
        let signed = _mm256_sign_epi8(magnitude, symbols);
        let zeros = _mm256_max_epi8(signed, _mm256_setzero_si256());
        let ones = _mm256_sub_epi8(zeros, signed);
        let out: *mut __m256i = out.as_mut_ptr().cast();
        for (number, eight) in sums(zeros, ones, g2).into_iter().enumerate() {
            let halves = [
                _mm256_castsi256_si128(eight),
                _mm256_extracti128_si256::<1>(eight),
            ];
            for (half, costs) in halves.into_iter().enumerate() {
                let wide = _mm256_slli_epi16::<4>(_mm256_cvtepu8_epi16(costs));
                _mm256_storeu_si256(out.add(2 * number + half), wide);
            }
        }
    }
}

const _: () = assert!(UNIT == 1 << 4);
