//! The 64-bit ARM's polynomial multiplication, an extension of NEON of its own that is asked for with each message.

use super::{inverse, power};
use crate::crc::slicing;
use core::arch::aarch64::vmull_p64;

/// Whether the machine multiplies polynomials of 64 bits.
pub(super) fn is_there() -> bool {
    std::arch::is_aarch64_feature_detected!("aes")
}

/// Folding over `distance` bits: the constants for the upper and the lower half.
const fn fold_by(distance: u32, polynomial: u32) -> (u64, u64) {
    let upper = power(distance + 64, polynomial);
    (upper, power(distance, polynomial))
}

#[target_feature(enable = "neon,aes")]
fn fold(block: u128, (upper, lower): (u64, u64), next: u128) -> u128 {
    vmull_p64((block >> 64) as u64, upper) ^ vmull_p64(block as u64, lower) ^ next
}

/// The remainder of `block` · x³²: 128 bits and 32 zeros to 96 bits, those to 64, and those divided.
#[target_feature(enable = "neon,aes")]
fn reduce<const P: u32>(block: u128) -> u32 {
    let left = vmull_p64((block >> 64) as u64, const { power(96, P) });
    let left = left ^ u128::from(block as u64) << 32;
    let left = left as u64 ^ vmull_p64((left >> 64) as u64, const { power(64, P) }) as u64;
    let quotient = (vmull_p64(left >> 32, const { inverse(P) }) >> 32) as u64;
    (left ^ vmull_p64(quotient, 1 << 32 | u64::from(P)) as u64) as u32
}

/// As [`super::update`].
#[target_feature(enable = "neon,aes")]
pub(super) fn pmull<const P: u32>(remainder: u32, octets: &[u8]) -> u32 {
    let (blocks, tail) = octets.as_chunks::<16>();
    let Some((&first, mut rest)) = blocks.split_first() else {
        return slicing::update::<P>(remainder, octets);
    };
    let mut block = u128::from_be_bytes(first) ^ u128::from(remainder) << 96;
    if let Some((&[b, c, d], behind)) = rest.split_first_chunk::<3>() {
        let [b, c, d] = [b, c, d].map(u128::from_be_bytes);
        let mut four = [block, b, c, d];
        let (fours, behind) = behind.as_chunks::<4>();
        let by = const { fold_by(512, P) };
        for next in fours {
            for (block, &next) in four.iter_mut().zip(next) {
                *block = fold(*block, by, u128::from_be_bytes(next));
            }
        }
        let [a, b, c, d] = four;
        let d = fold(a, const { fold_by(384, P) }, d);
        let d = fold(b, const { fold_by(256, P) }, d);
        block = fold(c, const { fold_by(128, P) }, d);
        rest = behind;
    }
    let by = const { fold_by(128, P) };
    for &next in rest {
        block = fold(block, by, u128::from_be_bytes(next));
    }
    if !tail.is_empty() {
        // The first octets of the block, as many as the tail has, are folded onto the others with the tail behind them.
        let bits = 8 * tail.len();
        let lower = tail
            .iter()
            .fold(0, |sum, &octet| sum << 8 | u128::from(octet));
        block = fold(block >> (128 - bits), by, block << bits | lower);
    }
    reduce::<P>(block)
}
