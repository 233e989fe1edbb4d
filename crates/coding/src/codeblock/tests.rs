//! Streams of blocks, noisy, slipped and turned over: every block that can be had is had, however the stream is cut.
//!
//! A block's symbols carry its number, and the sink judges a block by comparing it with what was sent: a decoder that corrects nothing or, with
//! `tolerance`, some wrong symbols.

extern crate std;

use super::{
    ASM, CSM, Codeblock, CodeblockConfig, CodeblockError, CodeblockSync, MAX_BLOCK_LEN, Verdict,
};
use crate::asm::Polarity;
use crate::randomizer::{Randomizer, Sequence};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

const BLOCK: usize = 500;

/// Reproducible noise.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn bit(&mut self) -> u8 {
        (self.next() >> 20 & 1) as u8
    }

    /// About normal, with this deviation.
    fn noise(&mut self, deviation: f64) -> f64 {
        let sum: f64 = (0..12)
            .map(|_| self.next() as f64 / (1_u64 << 53) as f64)
            .sum();
        (sum - 6.0) * deviation
    }
}

fn block_bits(number: u64) -> Vec<u8> {
    let mut random = Random(number * 77 + 1);
    (0..BLOCK).map(|_| random.bit()).collect()
}

fn unit(number: u64, marker: &[u8], randomizer: Option<Sequence>) -> Vec<i8> {
    let mut block = block_bits(number);
    if let Some(sequence) = randomizer {
        Randomizer::new(sequence).apply_bits(&mut block);
    }
    let bits = marker.iter().chain(&block);
    bits.map(|&bit| if bit == 1 { 32 } else { -32 }).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Found {
    number: u64,
    at_symbol: u64,
    inverted: bool,
    slip: Option<i8>,
}

/// All good blocks in the stream, pushed in pieces of these lengths in turn. A block is good if at most `tolerance` of its symbols have the wrong sign.
fn hunt(
    config: CodeblockConfig<'_>,
    stream: &[i8],
    pieces: &[usize],
    tolerance: usize,
) -> Vec<Found> {
    let blocks: Vec<Vec<u8>> = (0..40).map(block_bits).collect();
    let mut found = Vec::new();
    let mut sync = CodeblockSync::new(config, vec![0; config.memory_len()]).expect("it fits");
    let mut sink = |block: Codeblock<'_>| {
        assert_eq!(block.symbols.len(), BLOCK);
        let wrong = |bits: &Vec<u8>| {
            let pairs = bits.iter().zip(block.symbols);
            pairs
                .filter(|&(&bit, &symbol)| (bit == 1) != (symbol > 0))
                .count()
        };
        let Some(number) = blocks.iter().position(|bits| wrong(bits) <= tolerance) else {
            return Verdict::Bad;
        };
        found.push(Found {
            number: number as u64,
            at_symbol: block.at_symbol,
            inverted: block.inverted,
            slip: block.slip,
        });
        Verdict::Good
    };
    let mut rest = stream;
    for &piece in pieces.iter().cycle() {
        let (head, tail) = rest.split_at(piece.min(rest.len()));
        sync.push(head, &mut sink);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(sync.stats().symbols, stream.len() as u64);
    assert_eq!(sync.stats().good, found.len() as u64);
    found
}

fn numbers(found: &[Found]) -> Vec<u64> {
    found.iter().map(|block| block.number).collect()
}

#[test]
fn lengths_are_checked() {
    let memory = || vec![0_i8; 4096];
    let error = |config| CodeblockSync::new(config, memory()).err();
    let long = [0; 257];
    assert_eq!(error(CodeblockConfig::new(&CSM, 4016)), None);
    let have = 4096;
    let need = 4097;
    assert_eq!(
        error(CodeblockConfig::new(&CSM, 4017)),
        Some(CodeblockError::Memory { need, have })
    );
    for have in [0, 15, 257] {
        let config = CodeblockConfig::new(&long[..have], 1000);
        assert_eq!(error(config), Some(CodeblockError::MarkerLen { have }));
    }
    for have in [0, 63, MAX_BLOCK_LEN + 1, usize::MAX] {
        let config = CodeblockConfig::new(&CSM, have);
        assert_eq!(error(config), Some(CodeblockError::BlockLen { have }));
    }
}

#[test]
fn blocks_are_turned_upright_and_derandomized() {
    //= 131.0-B csm-ldpc
    //= 131.0-B asm-tm
    for marker in [&CSM[..], &ASM[..]] {
        for randomizer in [
            None,
            Some(Sequence::Tc),
            Some(Sequence::TmShort),
            Some(Sequence::TmLong),
        ] {
            let config = CodeblockConfig::new(marker, BLOCK).with_randomizer(randomizer);
            for inverted in [false, true] {
                let mut stream = vec![-1; 33];
                for number in 0..5 {
                    stream.extend(unit(number, marker, randomizer));
                }
                if inverted {
                    stream = stream.iter().map(|symbol| -symbol).collect();
                }
                let found = hunt(config, &stream, &[1000], 0);
                assert_eq!(numbers(&found), [0, 1, 2, 3, 4]);
                assert!(found.iter().all(|block| block.inverted == inverted));
                assert_eq!((found[0].at_symbol, found[0].slip), (33, None));
                assert!(found[1..].iter().all(|block| block.slip == Some(0)));
                let upright = hunt(config.with_polarity(Polarity::Normal), &stream, &[1000], 0);
                assert_eq!(upright.len(), if inverted { 0 } else { 5 });
            }
        }
    }
}

/// Symbols lost or won anywhere: no block but the one that is hit is lost, and one hit in its marker's neighbourhood need not be.
#[test]
fn every_slip_at_every_place_costs_one_block_at_most() {
    let config = CodeblockConfig::new(&CSM, BLOCK).with_randomizer(Some(Sequence::Tc));
    let mut stream = Vec::new();
    for number in 0..6 {
        stream.extend(unit(number, &CSM, Some(Sequence::Tc)));
    }
    let len = CSM.len() + BLOCK;
    for slip in [-40, -9_i32, -8, -3, -1, 1, 2, 8, 9, 200] {
        for at in (2 * len..3 * len)
            .step_by(7)
            .chain([2 * len + 1, 2 * len + 63, 3 * len - 1])
        {
            let mut slipped = stream.clone();
            if slip < 0 {
                slipped.drain(at..at + slip.unsigned_abs() as usize);
            } else {
                slipped.splice(at..at, (0..slip).map(|i| if i % 3 == 0 { 32 } else { -32 }));
            }
            let found = numbers(&hunt(config, &slipped, &[211], 0));
            let rest: Vec<u64> = found
                .iter()
                .copied()
                .filter(|&number| number != 2)
                .collect();
            // A loss that reaches over the end of the block hits the next one too.
            let next_too = slip < 0 && at + slip.unsigned_abs() as usize > 3 * len;
            let expected: &[u64] = if next_too {
                &[0, 1, 4, 5]
            } else {
                &[0, 1, 3, 4, 5]
            };
            let without_next: Vec<u64> = rest
                .iter()
                .copied()
                .filter(|&n| !next_too || n != 3)
                .collect();
            assert_eq!(without_next, expected, "slip {slip} at {at}");
        }
    }
}

/// The decoder may repair the shortened end of a block: the next one must not be lost by that.
#[test]
fn a_block_repaired_over_a_slip_does_not_hide_the_next() {
    let config = CodeblockConfig::new(&CSM, BLOCK);
    for lost in 1..=8 {
        let mut stream = Vec::new();
        for number in 0..3 {
            stream.extend(unit(number, &CSM, None));
        }
        let end = 2 * (CSM.len() + BLOCK);
        stream.drain(end - lost..end);
        let found = hunt(config, &stream, &[100], 8);
        assert_eq!(numbers(&found), [0, 1, 2], "{lost} lost");
        assert_eq!(found[2].slip, Some(-(lost as i8)));
    }
}

#[test]
fn a_marker_that_is_gone_is_bridged_by_the_flywheel() {
    let config = CodeblockConfig::new(&CSM, BLOCK);
    let len = CSM.len() + BLOCK;
    let mut stream = Vec::new();
    for number in 0..6 {
        stream.extend(unit(number, &CSM, None));
    }
    for number in 1..4 {
        stream[number * len..number * len + CSM.len()].fill(0);
    }
    assert_eq!(
        numbers(&hunt(config, &stream, &[64], 0)),
        [0, 1, 2, 3, 4, 5]
    );
    let without = config.with_flywheel_blocks(0);
    assert_eq!(numbers(&hunt(without, &stream, &[64], 0)), [0, 4, 5]);
}

#[test]
fn a_turn_of_the_phase_between_blocks_is_followed() {
    let config = CodeblockConfig::new(&CSM, BLOCK).with_randomizer(Some(Sequence::Tc));
    let mut stream = Vec::new();
    for number in 0..6 {
        let sign = if number % 2 == 0 { 1 } else { -1 };
        stream.extend(
            unit(number, &CSM, Some(Sequence::Tc))
                .iter()
                .map(|symbol| symbol * sign),
        );
    }
    let found = hunt(config, &stream, &[7], 0);
    assert_eq!(numbers(&found), [0, 1, 2, 3, 4, 5]);
    assert!(
        found
            .iter()
            .all(|block| block.inverted == (block.number % 2 == 1))
    );
}

/// Es/N0 of −1.6 dB, where the LDPC option still works: one symbol in eight has the wrong sign.
#[test]
fn blocks_are_found_in_noise_from_the_first_on() {
    let config = CodeblockConfig::new(&CSM, BLOCK).with_randomizer(Some(Sequence::Tc));
    let mut random = Random(5);
    let mut missed = 0;
    for _ in 0..20 {
        let mut stream: Vec<i8> = (0..777).map(|_| random.noise(38.0) as i8).collect();
        for number in 0..20 {
            let unit = unit(number, &CSM, Some(Sequence::Tc));
            stream.extend(
                unit.iter()
                    .map(|&symbol| (f64::from(symbol) + random.noise(27.0)) as i8),
            );
        }
        let found = hunt(config, &stream, &[300], BLOCK / 4);
        missed += 20 - found.len();
    }
    // Of 400 blocks only firsts can be missed, one in a thousand.
    assert_eq!(missed, 0);
}

/// The longer markers of the turbo codes at about the least Es/N0 at which those work: −4.5, −5.8 and −8 dB for the rates 1/3, 1/4 and 1/6, where
/// 20, 23 and 29 symbols of a hundred have the wrong sign.
#[test]
fn long_markers_are_found_in_strong_noise() {
    let third = "25D5C0CE8990F6C9461BF79C";
    let fourth = "034776C7272895B0FCB88938D8D76A4F";
    let sixth = "25D5C0CE8990F6C9461BF79CDA2A3F31766F0936B9E40863";
    for (digits, deviation) in [(third, 1.19), (fourth, 1.38), (sixth, 1.78)] {
        let nibbles = digits.chars().filter_map(|digit| digit.to_digit(16));
        let marker: Vec<u8> = nibbles
            .flat_map(|nibble| (0..4).rev().map(move |place| (nibble >> place & 1) as u8))
            .collect();
        assert_eq!(marker.len(), digits.len() * 4);
        let config = CodeblockConfig::new(&marker, BLOCK).with_randomizer(Some(Sequence::TmShort));
        let mut random = Random(99);
        let mut stream: Vec<i8> = (0..5000).map(|_| random.noise(50.0) as i8).collect();
        for number in 0..40 {
            let unit = unit(number, &marker, Some(Sequence::TmShort));
            stream.extend(
                unit.iter()
                    .map(|&symbol| (f64::from(symbol) + random.noise(32.0 * deviation)) as i8),
            );
        }
        let found = hunt(config, &stream, &[999], BLOCK * 2 / 5);
        let all: Vec<u64> = (0..40).collect();
        assert_eq!(numbers(&found), all, "{digits}");
    }
}

proptest! {
    /// What is found does not depend on how the stream is cut, and any symbols are put up with.
    #[test]
    fn cuts_do_not_matter(
        noise in proptest::collection::vec(any::<i8>(), 0..900),
        keep in proptest::collection::vec(0_usize..564, 1..5),
        pieces in proptest::collection::vec(1_usize..700, 1..6),
        threshold in 0_u8..=100,
        flywheel in 0_u8..4,
    ) {
        let config = CodeblockConfig::new(&CSM, BLOCK)
            .with_threshold(threshold)
            .with_flywheel_blocks(flywheel)
            .with_randomizer(Some(Sequence::TmShort));
        let mut stream = noise;
        for (number, &keep) in keep.iter().enumerate() {
            stream.extend(&unit(number as u64, &CSM, Some(Sequence::TmShort))[..564 - keep / 40]);
        }
        let whole = hunt(config, &stream, &[usize::MAX], 20);
        prop_assert_eq!(hunt(config, &stream, &pieces, 20), whole);
    }
}
