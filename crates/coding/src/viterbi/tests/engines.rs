//! Every engine against the portable kernel, whole state and all.

extern crate std;

use super::super::quality::{compare_block, spread_block};
use super::super::trellis::{self, Block, STEPS};
use super::super::{Precision, Survivors, advance};
use crate::convolutional::G2;
use crate::engine::Engine;
use proptest::prelude::*;

type Pairs = [[i8; 2]; STEPS];

/// Blocks one after the other by the engine and by the portable kernel.
fn compare(engine: Engine, blocks: &[Pairs], g2: G2) {
    for precision in [Precision::Full, Precision::Fast] {
        let mut own = Survivors::unknown(precision);
        let mut portable = own.clone();
        let (mut own_block, mut portable_block) = (Block::EMPTY, Block::EMPTY);
        for pairs in blocks {
            advance(engine, &mut own, pairs, g2, &mut own_block);
            match &mut portable {
                Survivors::Full(paths) => {
                    trellis::full::advance(paths, pairs, g2, &mut portable_block);
                }
                Survivors::Fast(paths) => trellis::advance(paths, pairs, g2, &mut portable_block),
            }
            assert_eq!(own, portable, "{engine}");
            assert_eq!(own_block, portable_block, "{engine}");
        }
    }
}

#[test]
fn extreme_symbols_on_every_engine() {
    for engine in Engine::available() {
        for g2 in [G2::Inverted, G2::Plain] {
            for pair in [
                [0, 0],
                [127, 127],
                [-127, 127],
                [-128, -128],
                [1, -1],
                [0, -128],
            ] {
                let alternating: Pairs = core::array::from_fn(|step| {
                    if step % 7 < 3 {
                        pair
                    } else {
                        [pair[1], pair[0]]
                    }
                });
                compare(engine, &[[pair; STEPS], alternating, [pair; STEPS]], g2);
            }
        }
    }
}

fn symbol() -> impl Strategy<Value = i8> {
    prop_oneof![
        any::<i8>(),
        Just(127),
        Just(-127),
        Just(-128),
        Just(0),
        Just(1)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_symbols_on_every_engine(symbols in proptest::collection::vec([symbol(), symbol()], 3 * STEPS), plain: bool) {
        let (blocks, _) = symbols.as_chunks::<STEPS>();
        for engine in Engine::available() {
            compare(engine, blocks, if plain { G2::Plain } else { G2::Inverted });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_block_weighs_the_same_on_every_engine(symbols in proptest::collection::vec(symbol(), 2 * STEPS), bits in proptest::collection::vec(any::<u32>(), STEPS / 16), plain: bool) {
        let symbols = symbols.first_chunk().expect("a block");
        let windows = bits.first_chunk().expect("a block").map(|bits: u32| bits & 0x3F_FFFF);
        let g2 = if plain { G2::Plain } else { G2::Inverted };
        for engine in Engine::available() {
            prop_assert_eq!(spread_block(engine, symbols), spread_block(Engine::SCALAR, symbols));
            prop_assert_eq!(compare_block(engine, &windows, symbols, g2), compare_block(Engine::SCALAR, &windows, symbols, g2));
        }
    }
}
