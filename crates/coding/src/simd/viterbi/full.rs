//! The portable steps with all magnitudes, compiled once for each set of instructions: sixteen-bit lanes need no kernel by hand.

use crate::convolutional::G2;
use crate::viterbi::trellis::full::{FullPaths, advance};
use crate::viterbi::trellis::{Block, STEPS};

#[target_feature(enable = "sse4.1,ssse3")]
pub(super) fn sse41(paths: &mut FullPaths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    advance(paths, pairs, g2, block);
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) fn avx2(paths: &mut FullPaths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    advance(paths, pairs, g2, block);
}

#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")]
pub(super) fn avx512(paths: &mut FullPaths, pairs: &[[i8; 2]; STEPS], g2: G2, block: &mut Block) {
    advance(paths, pairs, g2, block);
}
