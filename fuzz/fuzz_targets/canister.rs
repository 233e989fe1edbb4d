//! Two receptions of the same symbols made one: nothing is invented, and the order is kept.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_radio::canister::merge::{Placed, Stretch, merge_pairs};

/// Symbols of all receptions, at most: each may have a gap of a million zeros in front of it.
const MOST: usize = 64;
const WIDEST_GAP: usize = 1_000_000;

/// Receptions as the octets say: pieces of symbols at places with a small or any distance from the one before, of any period.
fn receptions(octets: &[u8]) -> [Placed; 4] {
    let mut placed: [Placed; 4] = Default::default();
    let (mut rest, mut ats, mut left) = (octets, [0.0; 4], MOST);
    while let Some((&[which, step, count, len], behind)) = rest.split_first_chunk() {
        let (period, behind) = if which & 0x10 == 0 {
            (1.0 + f64::from(which >> 5), behind)
        } else if let Some((&octets, behind)) = behind.split_first_chunk() {
            (f64::from_le_bytes(octets), behind)
        } else {
            break;
        };
        let len = usize::from(len % 32).min(behind.len()).min(left);
        let (soft, behind) = behind.split_at(len);
        let soft: Vec<i8> = soft
            .iter()
            .map(|octet| octet.cast_signed().max(-127))
            .collect();
        (rest, left) = (behind, left - len);
        let index = usize::from(which & 3);
        ats[index] +=
            0.25 * f64::from(step.cast_signed()) * if which & 4 == 0 { 1.0 } else { period };
        let first = if which & 8 == 0 {
            u64::from(count)
        } else {
            u64::MAX - u64::from(count)
        };
        placed[index].push(first, ats[index], &soft, period);
        ats[index] += len as f64 * period;
    }
    placed
}

/// What is told is bounded by what was heard.
fn check(stretches: &[Stretch], heard: &[&Placed]) {
    let symbols: usize = heard.iter().map(|placed| placed.len()).sum();
    let told = stretches
        .iter()
        .flat_map(|stretch| &stretch.soft)
        .filter(|soft| **soft != 0);
    assert!(told.count() <= symbols && stretches.len() <= symbols);
    let all: usize = stretches.iter().map(|stretch| stretch.soft.len()).sum();
    assert!(all <= symbols * WIDEST_GAP);
    for stretch in stretches {
        assert!(!stretch.soft.is_empty() && !stretch.at.is_nan());
    }
    assert!(
        stretches.windows(2).all(|two| two[0].at <= two[1].at),
        "{stretches:?}"
    );
}

fuzz_target!(|input: &[u8]| {
    let Some((&[samples], octets)) = input.split_first_chunk() else {
        return;
    };
    let [a, b, c, d] = receptions(octets);
    let b = if samples == 0 {
        b
    } else {
        b.turned(u64::from(samples) * 8)
    };
    let none = Placed::default();
    let merge = |one, other| merge_pairs([one, other], [&none, &none]);
    check(&merge(&a, &b), &[&a, &b]);
    check(&merge(&b, &a), &[&a, &b]);
    check(&merge_pairs([&a, &b], [&c, &d]), &[&a, &b, &c, &d]);
    // One reception alone.
    check(&merge(&a, &none), &[&a]);
});
