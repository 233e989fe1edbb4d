//! The lanes of x86: 16, 32 or 64 octets.

mod avx2;
mod avx512;
mod sse41;

use super::Job;
use super::frame::decode;
use crate::ldpc::LdpcOutcome;
use avx2::Avx2;
use avx512::Avx512;
use sse41::Sse41;

/// Decodes, 16 rows at once.
///
/// # Safety
/// As [`decode`].
#[target_feature(enable = "ssse3,sse4.1")]
pub(super) unsafe fn decode_sse41(job: &mut Job<'_>) -> LdpcOutcome {
    // SAFETY: as promised by the caller; the instructions are enabled here.
    unsafe { decode::<Sse41>(job) }
}

/// Decodes, 32 rows at once.
///
/// # Safety
/// As [`decode`].
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn decode_avx2(job: &mut Job<'_>) -> LdpcOutcome {
    // SAFETY: as promised by the caller; the instructions are enabled here.
    unsafe { decode::<Avx2>(job) }
}

/// Decodes, 64 rows at once.
///
/// # Safety
/// As [`decode`].
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512vl")]
pub(super) unsafe fn decode_avx512(job: &mut Job<'_>) -> LdpcOutcome {
    // SAFETY: as promised by the caller; the instructions are enabled here.
    unsafe { decode::<Avx512>(job) }
}

/// 0, 1, 2 …
const COUNTING: [i8; 64] = {
    let (mut numbers, mut at) = ([0; 64], 0);
    while at < 64 {
        numbers[at] = at as i8;
        at += 1;
    }
    numbers
};
