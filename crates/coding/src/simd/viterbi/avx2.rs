//! AVX2: 32 lanes, two registers for all states, in a layout that turns round every five steps.
//!
//! A place is a register (r), a half of it (L) and an octet in there (b3 … b0); it belongs to the state whose six bits, here by age with 1 for
//! the newest, are spread like this before a step:
//!
//! | phase | r | L | b3 | b2 | b1 | b0 | behind the step |
//! |---|---|---|---|---|---|---|---|
//! | 0 | 6 | 5 | 4 | 3 | 2 | 1 | halves change places with registers |
//! | 1 | 6 | 1 | 5 | 4 | 3 | 2 | octets are unpacked |
//! | 2 | 6 | 2 | 5 | 4 | 3 | 1 | octets are unpacked |
//! | 3 | 6 | 3 | 5 | 4 | 2 | 1 | octets are unpacked |
//! | 4 | 6 | 4 | 5 | 3 | 2 | 1 | octets are unpacked, which leads to phase 0 |
//!
//! Behind a step the newest bit is in r and the others have aged by one. The oldest bit always comes to r, so butterflies join the two registers, and
//! only one step in five has to move anything across the halves. `full` has the same layout with sixteen bits a place.

#![allow(
    clippy::inline_always,
    clippy::wildcard_imports,
    reason = "a kernel has to come together under the instructions of its entry function; intrinsics come in crowds"
)]

use crate::convolutional::G2;
use crate::viterbi::trellis::{Block, Costs, LARGEST, NUMBERS, Paths, SENT, STATES, STEPS, limit};
use core::arch::x86_64::*;
use core::mem::MaybeUninit;

pub(super) mod full;

/// Phases of the layout.
const PHASES: usize = 5;

/// Steps after which layout and octets of output are in step again.
const ROUND: usize = 8 * PHASES;

/// Above this the least metric may be too great for five steps.
const LIMIT: u8 = limit(5);

/// The state in each place before a step in this phase.
const fn states(phase: usize) -> [u8; STATES] {
    let mut table = [0; STATES];
    let mut place = 0;
    while place < STATES {
        let half_age = if phase == 0 { 5 } else { phase };
        let mut state = place >> 5 << 5 | (place >> 4 & 1) << (half_age - 1);
        let (mut bit, mut age) = (0, 1);
        while age < 6 {
            if age != half_age {
                state |= (place >> bit & 1) << (age - 1);
                bit += 1;
            }
            age += 1;
        }
        table[place] = state as u8;
        place += 1;
    }
    table
}

/// Tables of all phases.
struct Tables {
    /// Where to find the costs of the branches to a zero and to a one among the four.
    own: [[u8; STATES / 2]; PHASES],
    other: [[u8; STATES / 2]; PHASES],
    numbers: [[u8; STATES]; PHASES],
    marks: [[u8; STATES]; PHASES],
    /// From the phase's layout, its middle quarters exchanged, to natural order in each half.
    order: [[u8; 32]; PHASES],
}

static TABLES: Tables = tables();

const fn tables() -> Tables {
    let mut tables = Tables {
        own: [[0; STATES / 2]; PHASES],
        other: [[0; STATES / 2]; PHASES],
        numbers: [[0; STATES]; PHASES],
        marks: [[0; STATES]; PHASES],
        order: [[0; 32]; PHASES],
    };
    let mut phase = 0;
    while phase < PHASES {
        let states = states(phase);
        tables.numbers[phase] = states;
        let mut place = 0;
        while place < STATES {
            let state = states[place];
            tables.marks[phase][place] = state << 6;
            if place < 32 {
                tables.own[phase][place] = SENT[state as usize];
                tables.other[phase][place] = SENT[state as usize] ^ 3;
                // vpermq 0, 2, 1, 3 exchanges L and b3.
                let moved = place & 7 | (place & 8) << 1 | (place & 16) >> 1;
                let (half, lane) = (state as usize & 16, state as usize & 15);
                assert!(moved & 16 == half || phase == 0);
                tables.order[phase][half + lane] = (moved & 15) as u8;
            }
            place += 1;
        }
        phase += 1;
    }
    tables
}

// Phase 0 is the natural order.
const _: () = {
    let mut place = 0;
    while place < STATES {
        assert!(states(0)[place] == NUMBERS[place]);
        place += 1;
    }
};

/// Takes a block.
#[target_feature(enable = "avx2")]
pub(super) fn advance(paths: &mut Paths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    let mut costs = [const { MaybeUninit::<[Costs; 16]>::uninit() }; STEPS / 16];
    let (sixteens, _) = pairs.as_chunks::<16>();
    for (out, sixteen) in costs.iter_mut().zip(sixteens) {
        sixteen_costs(sixteen, g2, out);
    }
    // SAFETY: all of the ten were written, and together they are as many costs as there are steps.
    let costs: &[Costs; STEPS] = unsafe { &*costs.as_ptr().cast() };
    let mut states = States {
        metrics: Two::load(&paths.metrics),
        histories: Two::load(&paths.history),
    };
    let (rounds, _) = costs.as_chunks::<ROUND>();
    let (rooms, _) = block.groups.as_chunks_mut::<PHASES>();
    for (costs, groups) in rounds.iter().zip(rooms) {
        let (eights, _) = costs.as_chunks::<8>();
        let [g0, g1, g2, g3, g4] = groups;
        states = octet::<0>(states, &eights[0], g0);
        states = octet::<3>(states, &eights[1], g1);
        states = octet::<1>(states, &eights[2], g2);
        states = octet::<4>(states, &eights[3], g3);
        states = octet::<2>(states, &eights[4], g4);
    }
    let (metrics, best) = states.metrics.settled();
    metrics.store(&mut paths.metrics);
    states.histories.store(&mut paths.history);
    block.newest = paths.history[best % STATES];
}

/// Eight steps, the first in phase `P`.
#[inline(always)]
fn octet<const P: usize>(
    mut states: States,
    costs: &[Costs; 8],
    group: &mut [u8; STATES],
) -> States {
    states = step(states, costs[0], P);
    states = step(states, costs[1], (P + 1) % PHASES);
    states = step(states, costs[2], (P + 2) % PHASES);
    states = step(states, costs[3], (P + 3) % PHASES);
    states = step(states, costs[4], (P + 4) % PHASES);
    states = step(states, costs[5], P);
    let phase = (P + 1) % PHASES;
    states.histories.ordered(phase).store(group);
    states.histories = Two::load(&TABLES.numbers[phase]);
    states = step(states, costs[6], phase);
    states = step(states, costs[7], (P + 2) % PHASES);
    let marks = Two::load(&TABLES.marks[(P + 3) % PHASES]);
    states.histories = states.histories.or(marks);
    states
}

/// Metrics and histories of all states.
#[derive(Clone, Copy)]
struct States {
    metrics: Two,
    histories: Two,
}

#[inline(always)]
fn step(mut states: States, costs: Costs, phase: usize) -> States {
    if phase == 0 {
        states.metrics = states.metrics.lowered();
    }
    let (own, other) = branches(costs, phase);
    let Two(low, high) = states.metrics;
    let Two(low_history, high_history) = states.histories;
    // SAFETY: under AVX2, as all of this file.
    unsafe {
        let (a, b) = (_mm256_add_epi8(low, own), _mm256_add_epi8(high, other));
        let (c, d) = (_mm256_add_epi8(low, other), _mm256_add_epi8(high, own));
        let (even, odd) = (_mm256_min_epu8(a, b), _mm256_min_epu8(c, d));
        let (from_a, from_c) = (_mm256_cmpeq_epi8(even, a), _mm256_cmpeq_epi8(odd, c));
        let even_history = _mm256_blendv_epi8(high_history, low_history, from_a);
        let odd_history = _mm256_blendv_epi8(high_history, low_history, from_c);
        States {
            metrics: Two(even, odd).turned(phase),
            histories: Two(even_history, odd_history).turned(phase),
        }
    }
}

/// What the branches to a zero and to a one cost from the 32 states whose oldest bit is zero.
#[inline(always)]
fn branches(costs: Costs, phase: usize) -> (__m256i, __m256i) {
    // SAFETY: under AVX2, as all of this file.
    unsafe {
        let costs = _mm256_set1_epi32(i32::from_le_bytes(costs));
        (
            _mm256_shuffle_epi8(costs, load(&TABLES.own[phase])),
            _mm256_shuffle_epi8(costs, load(&TABLES.other[phase])),
        )
    }
}

/// An octet for each state, those whose r is zero first.
#[derive(Clone, Copy)]
struct Two(__m256i, __m256i);

#[inline(always)]
fn load(octets: &[u8; 32]) -> __m256i {
    // SAFETY: 32 octets are read; under AVX2, as all of this file.
    unsafe { _mm256_loadu_si256(octets.as_ptr().cast()) }
}

impl Two {
    #[inline(always)]
    fn load(octets: &[u8; STATES]) -> Self {
        let (halves, _) = octets.as_chunks::<32>();
        Self(load(&halves[0]), load(&halves[1]))
    }

    #[inline(always)]
    fn store(self, octets: &mut [u8; STATES]) {
        let (halves, _) = octets.as_chunks_mut::<32>();
        for (half, register) in halves.iter_mut().zip([self.0, self.1]) {
            // SAFETY: 32 octets are written; under AVX2, as all of this file.
            unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), register) }
        }
    }

    /// In natural order what is in the order of a phase.
    #[inline(always)]
    fn ordered(self, phase: usize) -> Self {
        if phase == 0 {
            return self;
        }
        // SAFETY: under AVX2, as all of this file.
        let ordered = |register| unsafe {
            let moved = _mm256_permute4x64_epi64::<0b1101_1000>(register);
            _mm256_shuffle_epi8(moved, load(&TABLES.order[phase]))
        };
        Self(ordered(self.0), ordered(self.1))
    }

    /// Octets below 16, each four bits higher.
    #[inline(always)]
    fn shifted(self) -> Self {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            Self(
                _mm256_slli_epi16::<4>(self.0),
                _mm256_slli_epi16::<4>(self.1),
            )
        }
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            Self(
                _mm256_or_si256(self.0, other.0),
                _mm256_or_si256(self.1, other.1),
            )
        }
    }

    /// What follows a step in this phase.
    #[inline(always)]
    fn turned(self, phase: usize) -> Self {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            if phase == 0 {
                Self(
                    _mm256_permute2x128_si256::<0x20>(self.0, self.1),
                    _mm256_permute2x128_si256::<0x31>(self.0, self.1),
                )
            } else {
                Self(
                    _mm256_unpacklo_epi8(self.0, self.1),
                    _mm256_unpackhi_epi8(self.0, self.1),
                )
            }
        }
    }

    /// Takes the least metric off all and tells where it is, in natural order the lowest state of equals.
    #[inline(always)]
    fn settled(self) -> (Self, usize) {
        // SAFETY: under AVX2, as all of this file.
        unsafe {
            let least = _mm256_min_epu8(self.0, self.1);
            let (low, high) = (
                _mm256_castsi256_si128(least),
                _mm256_extracti128_si256::<1>(least),
            );
            let least = _mm_min_epu8(low, high);
            // Two octets to one number: the lesser of them.
            let least = _mm_min_epu8(least, _mm_srli_epi16::<8>(least));
            let least = _mm_minpos_epu16(_mm_and_si128(least, _mm_set1_epi16(0xFF)));
            let least = _mm256_broadcastb_epi8(least);
            let lowered = Self(
                _mm256_sub_epi8(self.0, least),
                _mm256_sub_epi8(self.1, least),
            );
            let zero = _mm256_setzero_si256();
            let places_0 = _mm256_movemask_epi8(_mm256_cmpeq_epi8(lowered.0, zero)) as u32;
            let places_1 = _mm256_movemask_epi8(_mm256_cmpeq_epi8(lowered.1, zero)) as u32;
            let places = u64::from(places_0) | u64::from(places_1) << 32;
            (lowered, places.trailing_zeros() as usize)
        }
    }

    /// Takes the least metric off all if that of state zero, which is in the first place in every phase, is not low enough.
    #[inline(always)]
    fn lowered(self) -> Self {
        // SAFETY: under AVX2, as all of this file.
        let zero = unsafe { _mm256_cvtsi256_si32(self.0) as u8 };
        if zero > LIMIT { self.settled().0 } else { self }
    }
}

/// Costs of sixteen pairs of symbols.
#[inline(always)]
fn sixteen_costs(pairs: &[[i8; 2]; 16], g2: G2, out: &mut MaybeUninit<[Costs; 16]>) {
    // SAFETY: 32 octets are read, and 32 written twice; under AVX2, as all of this file.
    unsafe {
        let symbols = _mm256_loadu_si256(pairs.as_ptr().cast());
        let rounded = _mm256_add_epi8(_mm256_abs_epi8(symbols), _mm256_set1_epi8(4));
        let eighths = _mm256_and_si256(_mm256_srli_epi16::<3>(rounded), _mm256_set1_epi8(0x1F));
        let magnitude = _mm256_max_epu8(
            _mm256_min_epu8(eighths, _mm256_set1_epi8(LARGEST as i8)),
            _mm256_set1_epi8(1),
        );
        let signed = _mm256_sign_epi8(magnitude, symbols);
        let zeros = _mm256_max_epi8(signed, _mm256_setzero_si256());
        let ones = _mm256_sub_epi8(zeros, signed);
        let [low, high] = sums(zeros, ones, g2);
        let out: *mut __m256i = out.as_mut_ptr().cast();
        _mm256_storeu_si256(out, low);
        _mm256_storeu_si256(out.add(1), high);
    }
}

/// Costs of sixteen pairs, eight each, given what their symbols cost as zeros and as ones.
#[inline(always)]
fn sums(zeros: __m256i, ones: __m256i, g2: G2) -> [__m256i; 2] {
    let second: [u8; 16] = match g2 {
        G2::Plain => [1, 3, 1, 3, 5, 7, 5, 7, 9, 11, 9, 11, 13, 15, 13, 15],
        G2::Inverted => [3, 1, 3, 1, 7, 5, 7, 5, 11, 9, 11, 9, 15, 13, 15, 13],
    };
    let first: [u8; 16] = [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14];
    // SAFETY: under AVX2, as all of this file.
    unsafe {
        let (first, second) = (twice(&first), twice(&second));
        // Of a pair in four octets: what C1 and C2 cost as zeros, then as ones.
        let low = four_costs(_mm256_unpacklo_epi16(zeros, ones), first, second);
        let high = four_costs(_mm256_unpackhi_epi16(zeros, ones), first, second);
        [
            _mm256_permute2x128_si256::<0x20>(low, high),
            _mm256_permute2x128_si256::<0x31>(low, high),
        ]
    }
}

/// Both halves alike.
#[inline(always)]
fn twice(octets: &[u8; 16]) -> __m256i {
    // SAFETY: sixteen octets are read; under AVX2, as all of this file.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(octets.as_ptr().cast())) }
}

/// Costs of four pairs of each half, given what their symbols cost as zeros and as ones.
#[inline(always)]
fn four_costs(both: __m256i, first: __m256i, second: __m256i) -> __m256i {
    // SAFETY: under AVX2, as all of this file.
    unsafe {
        _mm256_add_epi8(
            _mm256_shuffle_epi8(both, first),
            _mm256_shuffle_epi8(both, second),
        )
    }
}
