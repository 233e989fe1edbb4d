//! Kernels of the Viterbi decoder: a block of 160 steps with all 64 states in vector registers.
//!
//! The portable form and the meaning of metrics and histories are in `viterbi/trellis.rs`. `natural` is written over a vector of sixteen
//! octets, in which unpacking puts the states back into order after every step, `natural::full` over eight numbers of sixteen bits; both serve SSE4.1 and NEON
//! (and, with one more implementation of their traits, any other set with registers of sixteen octets). `avx2` and `avx2::full` have a layout of their own.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod natural;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sse41;
#[cfg(target_arch = "x86_64")]
mod weigh;

use crate::convolutional::G2;
use crate::engine::Engine;
use crate::viterbi::quality::{Grains, Quality, Spread, Symbols};
use crate::viterbi::trellis::full::FullPaths;
use crate::viterbi::trellis::{Block, Paths, STEPS};

/// Takes a block with the engine's instructions and tells whether there is a kernel for them.
pub(crate) fn advance(
    engine: Engine,
    paths: &mut Paths,
    pairs: &[[i8; 2]; STEPS],
    g2: G2,
    block: &mut Block,
) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use crate::engine::Kind;
        match engine.kind() {
            // Wider registers are no gain: all states fill two of 32 octets, and each step waits for the one before.
            // SAFETY: an engine of this kind exists only on a machine that has these instructions.
            Kind::Avx2 | Kind::Avx512 => unsafe { avx2::advance(paths, pairs, g2, block) },
            // SAFETY: as above.
            Kind::Sse41 => unsafe { sse41::advance(paths, pairs, g2, block) },
            Kind::Scalar | Kind::Neon => return false,
        }
        true
    }
    #[cfg(target_arch = "aarch64")]
    if engine.kind() == crate::engine::Kind::Neon {
        // SAFETY: an engine of this kind exists only on a machine that has these instructions.
        unsafe { neon::advance(paths, pairs, g2, block) };
        return true;
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (engine, paths, pairs, g2, block);
        false
    }
}

/// The same with all magnitudes.
pub(crate) fn advance_full(
    engine: Engine,
    paths: &mut FullPaths,
    pairs: &[[i8; 2]; STEPS],
    g2: G2,
    block: &mut Block,
) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use crate::engine::Kind;
        match engine.kind() {
            // SAFETY: an engine of this kind exists only on a machine that has these instructions.
            Kind::Avx2 | Kind::Avx512 => unsafe { avx2::full::advance(paths, pairs, g2, block) },
            // SAFETY: as above.
            Kind::Sse41 => unsafe { sse41::full::advance(paths, pairs, g2, block) },
            Kind::Scalar | Kind::Neon => return false,
        }
        true
    }
    #[cfg(target_arch = "aarch64")]
    if engine.kind() == crate::engine::Kind::Neon {
        // SAFETY: an engine of this kind exists only on a machine that has these instructions.
        unsafe { neon::full::advance(paths, pairs, g2, block) };
        return true;
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (engine, paths, pairs, g2, block);
        false
    }
}

/// Sums up a block's magnitudes and tells whether there is a kernel for that.
pub(crate) fn spread(engine: Engine, symbols: &Symbols, spreads: &mut Grains<Spread>) -> bool {
    #[cfg(target_arch = "x86_64")]
    if matches!(
        engine.kind(),
        crate::engine::Kind::Avx2 | crate::engine::Kind::Avx512
    ) {
        // SAFETY: an engine of this kind exists only on a machine that has these instructions.
        unsafe { weigh::spread(symbols, spreads) };
        return true;
    }
    #[cfg(target_arch = "aarch64")]
    if engine.kind() == crate::engine::Kind::Neon {
        // SAFETY: an engine of this kind exists only on a machine that has these instructions.
        unsafe { neon::spread(symbols, spreads) };
        return true;
    }
    let _ = (engine, symbols, spreads);
    false
}

/// Compares a block's bits with its symbols and tells whether there is a kernel for that.
pub(crate) fn compare(
    engine: Engine,
    windows: &Grains<u32>,
    symbols: &Symbols,
    g2: G2,
    qualities: &mut Grains<Quality>,
) -> bool {
    #[cfg(target_arch = "x86_64")]
    if matches!(
        engine.kind(),
        crate::engine::Kind::Avx2 | crate::engine::Kind::Avx512
    ) {
        // SAFETY: an engine of this kind exists only on a machine that has these instructions.
        unsafe { weigh::compare(windows, symbols, g2, qualities) };
        return true;
    }
    #[cfg(target_arch = "aarch64")]
    if engine.kind() == crate::engine::Kind::Neon {
        // SAFETY: an engine of this kind exists only on a machine that has these instructions.
        unsafe { neon::compare(windows, symbols, g2, qualities) };
        return true;
    }
    let _ = (engine, windows, symbols, g2, qualities);
    false
}
