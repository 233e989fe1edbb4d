//! Reed–Solomon on vectors: dispatch to the engine of the machine.
//!
//! Book: 131.0-B, Reed–Solomon section; `crate::reed_solomon` is the definition and gives the same octets and reports. The kernel
//! ([`kernel`], [`correct`]) is written once over [`lanes::Lanes`]; each engine's file says how 32 octets are held and multiplied.
//! Constants: 64 KiB of division steps (16 a code and basis), 8 KiB of products, 20 KiB of powers, 8 KiB of masks that sort interleaved
//! octets; with GFNI 21 KiB instead of the first three. Nothing is allocated; the
//! stack holds eight words of 256 octets. Example: an encoder with [`Engine::best`] writes the parity that [`Engine::SCALAR`] writes.
#![allow(
    clippy::inline_always,
    reason = "a method of a vector unit must become part of the function that was entered with its instructions"
)]
#![cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    allow(unused_variables, reason = "there is only the scalar code")
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod correct;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod kernel;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sse41;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod tables;

use crate::engine::{Engine, Kind};
use crate::reed_solomon::{Erasures, ReedSolomon, RsReport};

/// The engine asked for, or the machine's best.
fn kind(engine: Option<Engine>) -> Kind {
    engine.unwrap_or_else(super::best).kind()
}

/// Corrects a codeblock of the right length; `None` if the scalar code is to do it.
pub(crate) fn decode(
    rs: &ReedSolomon,
    engine: Option<Engine>,
    block: &mut [u8],
    erasures: Option<&Erasures>,
) -> Option<RsReport> {
    match kind(engine) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an engine of this kind exists only on a machine with these instructions.
        Kind::Sse41 => Some(unsafe { sse41::decode(rs, block, erasures) }),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx2 => Some(unsafe { avx2::decode(rs, block, erasures) }),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx512 => Some(unsafe { avx512::decode(rs, block, erasures) }),
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kind::Neon => Some(unsafe { neon::decode(rs, block, erasures) }),
        _ => None,
    }
}

/// Writes the check symbols of a frame, both of the right length; false if the scalar code is to do it.
pub(crate) fn encode(
    rs: &ReedSolomon,
    engine: Option<Engine>,
    frame: &[u8],
    parity: &mut [u8],
) -> bool {
    match kind(engine) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an engine of this kind exists only on a machine with these instructions.
        Kind::Sse41 => unsafe { sse41::encode(rs, frame, parity) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx2 => unsafe { avx2::encode(rs, frame, parity) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx512 => unsafe { avx512::encode(rs, frame, parity) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kind::Neon => unsafe { neon::encode(rs, frame, parity) },
        _ => return false,
    }
    true
}
