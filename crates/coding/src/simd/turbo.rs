//! The lanes of the turbo decoder in vector registers, and entry points compiled for each engine.
//!
//! All arithmetic is in `turbo::siso`, written once; here is only what a sum or a maximum of some lanes is called. ARM: eight lanes in
//! a NEON register.

#![allow(
    clippy::inline_always,
    reason = "instructions are enabled for the entry functions alone; all else must become part of them"
)]

use crate::engine::{Engine, Kind};
use crate::turbo::siso::Half;

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Half an iteration, if there is vector code for this engine; else the work is given back.
pub(crate) fn half(engine: Engine, half: Half<'_>) -> Result<bool, Half<'_>> {
    match engine.kind() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an `Engine` of this kind exists only if the machine has its instructions.
        Kind::Sse41 => Ok(unsafe { x86::half_sse41(half) }),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx2 => Ok(unsafe { x86::half_avx2(half) }),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx512 => Ok(unsafe { x86::half_avx512(half) }),
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kind::Neon => Ok(unsafe { neon::half_neon(half) }),
        _ => Err(half),
    }
}
