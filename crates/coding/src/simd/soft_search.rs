//! Correlation of soft symbols with a marker: the portable loops of [`Tile::correlate`], compiled for wider registers.

use crate::asm::Asm;
use crate::asm::soft::Tile;
use crate::engine::{Engine, Kind};

/// All sums and magnitudes of a tile.
pub(crate) fn correlate(engine: Engine, tile: &mut Tile, asm: Asm) {
    match engine.kind() {
        // SAFETY: an `Engine` of this kind is only made where AVX2 was found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { avx2(tile, asm) },
        // SAFETY: an `Engine` of this kind is only made where AVX-512 F and BW were found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { avx512(tile, asm) },
        _ => tile.correlate(asm),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(tile: &mut Tile, asm: Asm) {
    tile.correlate(asm);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn avx512(tile: &mut Tile, asm: Asm) {
    tile.correlate(asm);
}
