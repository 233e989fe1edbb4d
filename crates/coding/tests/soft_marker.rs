//! The soft marker search against the sum written out, and against the search in hard bits where all symbols weigh the same.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "small numbers of a test"
)]

mod common;

use common::Noise;
use magpie_coding::asm::{Asm, Correlation, MarkerSearch, Polarity, SoftHit, SoftMarkerSearch};
use proptest::prelude::*;

const MARKERS: [Asm; 6] = [
    Asm::PLTU,
    Asm::TM,
    Asm::CSM,
    Asm::TURBO_THIRD,
    Asm::TURBO_QUARTER,
    Asm::TURBO_SIXTH,
];

/// The definition, with nothing saved.
fn naive(asm: Asm, symbols: &[i8], percent: i32, both: bool) -> Vec<SoftHit> {
    let len = asm.len_bits() as usize;
    let mut hits = Vec::new();
    for (at, window) in symbols.windows(len).enumerate() {
        let value = |&symbol: &i8| i32::from(symbol).max(-127);
        let sum: i32 = (0..len)
            .map(|i| (2 * i32::from(asm.bit(i as u32)) - 1) * value(&window[i]))
            .sum();
        let magnitude: i32 = window.iter().map(|symbol| value(symbol).abs()).sum();
        if magnitude > 0 && sum.abs() * 100 >= percent * magnitude && (both || sum > 0) {
            hits.push(SoftHit {
                at: at as u64,
                inverted: sum < 0,
                correlation: Correlation { sum, magnitude },
            });
        }
    }
    hits
}

fn polarity(both: bool) -> Polarity {
    if both {
        Polarity::Both
    } else {
        Polarity::Normal
    }
}

/// Every engine, or the only one.
fn searches(asm: Asm, percent: u8, both: bool) -> Vec<SoftMarkerSearch> {
    let search = SoftMarkerSearch::new(asm, percent, polarity(both));
    #[cfg(feature = "std")]
    return magpie_coding::engine::Engine::available()
        .map(|engine| search.clone().with_engine(engine))
        .chain([search.clone()])
        .collect();
    #[cfg(not(feature = "std"))]
    vec![search]
}

fn hits(
    mut search: SoftMarkerSearch,
    symbols: &[i8],
    mut chunk: impl FnMut() -> usize,
) -> Vec<SoftHit> {
    let (mut found, mut rest) = (Vec::new(), symbols);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk().min(rest.len()));
        search.handle_symbols(now, &mut |hit| found.push(hit));
        rest = later;
    }
    found
}

/// Markers of both polarities in noise, with a scale of their own, some symbols erased or saturated.
fn stream(noise: &mut Noise, asm: Asm, pieces: usize) -> Vec<i8> {
    let mut symbols = Vec::new();
    for _ in 0..pieces {
        let turned = (noise.next() & 1) as u8;
        let scale = 1 + noise.below(100) as i32;
        let spread = 1 + noise.below(127);
        for at in 0..asm.len_bits() {
            let sign = 2 * i32::from(asm.bit(at) ^ turned) - 1;
            let soft = sign * scale + noise.below(2 * spread) as i32 - spread as i32;
            symbols.push(soft.clamp(-128, 127) as i8);
        }
        let gap = noise.below(400);
        symbols.extend((0..gap).map(|_| noise.next() as u8 as i8));
        let extreme = [127, -128, 0, -127][noise.below(4)];
        symbols.extend(vec![extreme; noise.below(30)]);
    }
    symbols
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn hits_are_the_sums_written_out(seed: u64, which in 0_usize..6, percent in 1_u8..=100, both: bool) {
        let mut noise = Noise(seed);
        let asm = MARKERS[which];
        let symbols = stream(&mut noise, asm, 8);
        let expected = naive(asm, &symbols, i32::from(percent), both);
        for search in searches(asm, percent, both) {
            prop_assert_eq!(&hits(search.clone(), &symbols, || symbols.len()), &expected);
            prop_assert_eq!(&hits(search.clone(), &symbols, || 1 + noise.below(700)), &expected);
            prop_assert_eq!(&hits(search.clone(), &symbols, || 1 + noise.below(9)), &expected);
            let mut from = 0;
            for hit in expected.iter().take(50) {
                prop_assert_eq!(search.find(&symbols, from), Some(*hit));
                from = hit.at as usize + 1;
            }
            if expected.len() <= 50 {
                prop_assert_eq!(search.find(&symbols, from), None);
            }
        }
        for hit in &expected {
            prop_assert_eq!(asm.correlate(&symbols[hit.at as usize..]), Some(hit.correlation));
        }
    }

    /// p percent of equal magnitudes are (100 − p) / 200 of the bits.
    #[test]
    fn equal_magnitudes_are_hard_bits(seed: u64, which in 2_usize..6, weight in 1_i8..=127) {
        let mut noise = Noise(seed);
        let asm = MARKERS[which];
        let bits: Vec<u8> = stream(&mut noise, asm, 6).iter().map(|&soft| u8::from(soft > 0)).collect();
        let soft: Vec<i8> = bits.iter().map(|&bit| if bit == 1 { weight } else { -weight }).collect();
        let mut hard = MarkerSearch::new(asm, (asm.len_bits() / 4) as u8, Polarity::Both);
        let expected: Vec<(u64, bool)> = (1..).zip(&bits)
            .filter_map(|(end, &bit)| hard.push(bit).map(|hit| (end - u64::from(asm.len_bits()), hit.inverted)))
            .collect();
        let found = hits(SoftMarkerSearch::new(asm, 50, Polarity::Both), &soft, || 333);
        prop_assert_eq!(found.iter().map(|hit| (hit.at, hit.inverted)).collect::<Vec<_>>(), expected);
    }
}

/// All symbols the same: nothing to see, and nothing overflows.
#[test]
fn silence_and_saturation_are_no_markers() {
    for asm in MARKERS {
        for soft in [0, 127, -128, -127, 1] {
            for search in searches(asm, 60, true) {
                assert_eq!(hits(search, &[soft; 3000], || 999), []);
            }
        }
        let all: Vec<i8> = (0..asm.len_bits())
            .map(|at| if asm.bit(at) == 1 { 127 } else { -128 })
            .collect();
        for search in searches(asm, 100, false) {
            let [hit] = hits(search, &all, || 7)[..] else {
                panic!("one marker")
            };
            assert_eq!(
                (hit.at, hit.correlation.sum),
                (0, 127 * asm.len_bits() as i32)
            );
        }
    }
}

#[test]
fn reset_forgets_all_symbols() {
    let all: Vec<i8> = (0..64)
        .map(|at| if Asm::CSM.bit(at) == 1 { 5 } else { -5 })
        .collect();
    let mut search = SoftMarkerSearch::new(Asm::CSM, 90, Polarity::Both);
    let mut found = Vec::new();
    search.handle_symbols(&all[..40], &mut |hit| found.push(hit.at));
    search.reset();
    search.handle_symbols(&all[40..], &mut |hit| found.push(hit.at));
    search.handle_symbols(&all, &mut |hit| found.push(hit.at));
    assert_eq!((found, search.asm()), (vec![24], Asm::CSM));
    assert_eq!(Asm::CSM.correlate(&all[1..]), None);
    assert_eq!(search.find(&all, 65), None);
}
