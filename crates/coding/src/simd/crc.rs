//! CRCs by carry-less multiplication.
//!
//! A block S of 128 bits that stands D bits before the next one is S·xᴰ modulo the generator P; with its halves S = h·x⁶⁴ + l that is
//! h·(xᴰ⁺⁶⁴ mod P) + l·(xᴰ mod P), two multiplications by constants and short enough to be added to the next block. Several blocks side
//! by side hide the time a multiplication takes. At the end 128 bits are left, then 96, then 64, and those are divided by Barrett's
//! method: the quotient is the upper half of its product with ⌊x⁶⁴/P⌋. The constants are computed from P by the compiler. A CRC of 16
//! bits is the upper half of the CRC of 32 bits by P·x¹⁶.

#[cfg(target_arch = "aarch64")]
mod neon;

use crate::crc::slicing;
use crate::engine::{Engine, Kind};

/// The remainder of `remainder` · x⁸ⁿ + `octets` · x³² by x³² + `POLYNOMIAL`, n being the number of octets.
#[inline]
pub(crate) fn update<const POLYNOMIAL: u32>(engine: Engine, remainder: u32, octets: &[u8]) -> u32 {
    match engine.kind() {
        // SAFETY: an `Engine` of these kinds is only made where SSSE3, SSE4.1 and PCLMULQDQ were found.
        #[cfg(target_arch = "x86_64")]
        Kind::Sse41 | Kind::Avx2 => unsafe { x86::clmul::<POLYNOMIAL>(remainder, octets) },
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 if octets.len() < x86::WIDE_FROM => {
            // SAFETY: as above.
            unsafe { x86::clmul::<POLYNOMIAL>(remainder, octets) }
        }
        // SAFETY: an `Engine` of this kind is only made where AVX-512 F and BW, VPCLMULQDQ and PCLMULQDQ were found.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::vpclmul::<POLYNOMIAL>(remainder, octets) },
        // SAFETY: an `Engine` of this kind is only made where NEON was found, and the multiplication is asked for here.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon if neon::is_there() => unsafe { neon::pmull::<POLYNOMIAL>(remainder, octets) },
        _ => slicing::update::<POLYNOMIAL>(remainder, octets),
    }
}

/// x to the power of `exponent` modulo x³² + `polynomial`.
const fn power(exponent: u32, polynomial: u32) -> u64 {
    let mut value = 1_u32;
    let mut step = 0;
    while step < exponent {
        let carry = value >> 31;
        value = (value << 1) ^ (carry * polynomial);
        step += 1;
    }
    value as u64
}

/// The integer part of x⁶⁴ / (x³² + `polynomial`): 33 bits.
const fn inverse(polynomial: u32) -> u64 {
    let divisor = 1 << 32 | polynomial as u128;
    let (mut rest, mut quotient) = (1_u128 << 64, 0);
    let mut place = 64;
    while place >= 32 {
        if rest >> place & 1 == 1 {
            quotient |= 1 << (place - 32);
            rest ^= divisor << (place - 32);
        }
        place -= 1;
    }
    quotient
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{inverse, power};
    use crate::crc::slicing;
    use core::arch::x86_64::{
        __m128i, __m512i, _mm_add_epi8, _mm_and_si128, _mm_clmulepi64_si128, _mm_cmpgt_epi8,
        _mm_cvtsi128_si64, _mm_loadu_si128, _mm_move_epi64, _mm_or_si128, _mm_set_epi64x,
        _mm_set1_epi8, _mm_setr_epi8, _mm_shuffle_epi8, _mm_slli_si128, _mm_srli_epi64,
        _mm_sub_epi8, _mm_xor_si128, _mm512_broadcast_i32x4, _mm512_castsi512_si128,
        _mm512_clmulepi64_epi128, _mm512_extracti32x4_epi32, _mm512_loadu_si512, _mm512_set_epi64,
        _mm512_shuffle_epi8, _mm512_ternarylogic_epi64, _mm512_xor_si512, _mm512_zextsi128_si512,
    };

    /// From this length on 512-bit registers are of use.
    pub(super) const WIDE_FROM: usize = 512;

    /// Folding over `D` bits: the constants for the upper and the lower half.
    const fn fold_by(distance: u32, polynomial: u32) -> (i64, i64) {
        let upper = power(distance + 64, polynomial);
        (upper as i64, power(distance, polynomial) as i64)
    }

    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn constants((upper, lower): (i64, i64)) -> __m128i {
        _mm_set_epi64x(upper, lower)
    }

    /// The mirror of sixteen octets: the first one becomes the most significant.
    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn mirror() -> __m128i {
        _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
    }

    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn load(octets: &[u8; 16]) -> __m128i {
        // SAFETY: sixteen octets are there, and no alignment is asked for.
        let block = unsafe { _mm_loadu_si128(octets.as_ptr().cast()) };
        _mm_shuffle_epi8(block, mirror())
    }

    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn fold(block: __m128i, by: __m128i, next: __m128i) -> __m128i {
        let upper = _mm_clmulepi64_si128::<0x11>(block, by);
        let lower = _mm_clmulepi64_si128::<0x00>(block, by);
        _mm_xor_si128(_mm_xor_si128(upper, lower), next)
    }

    /// The remainder of `block` · x³².
    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn reduce<const P: u32>(block: __m128i) -> u32 {
        let by = _mm_set_epi64x(const { power(64, P) as i64 }, const { power(96, P) as i64 });
        // 128 bits and 32 zeros to 96 bits, those to 64.
        let upper = _mm_clmulepi64_si128::<0x01>(block, by);
        let lower = _mm_slli_si128::<4>(_mm_move_epi64(block));
        let left = _mm_xor_si128(upper, lower);
        let left = _mm_xor_si128(left, _mm_clmulepi64_si128::<0x11>(left, by));
        // The quotient, and what it leaves.
        let barrett = _mm_set_epi64x(
            const { (1 << 32 | P as u64) as i64 },
            const { inverse(P) as i64 },
        );
        let quotient = _mm_clmulepi64_si128::<0x00>(_mm_srli_epi64::<32>(left), barrett);
        let quotient = _mm_srli_epi64::<32>(quotient);
        let product = _mm_clmulepi64_si128::<0x10>(quotient, barrett);
        _mm_cvtsi128_si64(_mm_xor_si128(left, product)) as u32
    }

    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    pub(super) fn clmul<const P: u32>(remainder: u32, octets: &[u8]) -> u32 {
        let Some((first, rest)) = octets.split_first_chunk::<16>() else {
            return short::<P>(remainder, octets);
        };
        let start = _mm_set_epi64x(i64::from(remainder) << 32, 0);
        let mut block = _mm_xor_si128(load(first), start);
        let mut rest = rest;
        if let Some(([b, c, d], behind)) = split_blocks(rest) {
            let mut blocks = [block, load(b), load(c), load(d)];
            rest = behind;
            let by = constants(const { fold_by(512, P) });
            while let Some((four, behind)) = split_blocks::<4>(rest) {
                for (block, next) in blocks.iter_mut().zip(four) {
                    *block = fold(*block, by, load(next));
                }
                rest = behind;
            }
            let [a, b, c, d] = blocks;
            let d = fold(a, constants(const { fold_by(384, P) }), d);
            let d = fold(b, constants(const { fold_by(256, P) }), d);
            block = fold(c, constants(const { fold_by(128, P) }), d);
        }
        narrow::<P>(block, rest, octets)
    }

    /// Goes on with single blocks: `rest` is the end of `all`, which has sixteen octets at least.
    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn narrow<const P: u32>(mut block: __m128i, rest: &[u8], all: &[u8]) -> u32 {
        let by = constants(const { fold_by(128, P) });
        let (blocks, tail) = rest.as_chunks::<16>();
        for next in blocks {
            block = fold(block, by, load(next));
        }
        let (false, Some(last)) = (tail.is_empty(), all.last_chunk::<16>()) else {
            return reduce::<P>(block);
        };
        // The tail has t octets: the first t of the block are folded onto the others with the tail behind them. Numbers of places, and where
        // an octet of the whole (16 of the block, t of the tail) comes to lie; one without a source has its top bit set, which gives zero.
        let t = _mm_set1_epi8(tail.len() as i8);
        let places = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let up = _mm_sub_epi8(places, t);
        let upper = _mm_shuffle_epi8(block, up);
        let down = _mm_sub_epi8(_mm_add_epi8(places, _mm_set1_epi8(16)), t);
        let beyond = _mm_cmpgt_epi8(down, _mm_set1_epi8(15));
        let overflow = _mm_shuffle_epi8(block, _mm_or_si128(down, beyond));
        // The tail is the lower t octets of the last sixteen.
        let within = _mm_cmpgt_epi8(t, places);
        let lower = _mm_and_si128(load(last), within);
        reduce::<P>(fold(overflow, by, _mm_or_si128(upper, lower)))
    }

    /// Fewer than sixteen octets: at the lower end of a block, zeros in front.
    #[target_feature(enable = "ssse3,sse4.1,pclmulqdq")]
    fn short<const P: u32>(remainder: u32, octets: &[u8]) -> u32 {
        let n = octets.len();
        let value = if let (Some(head), Some(tail)) =
            (octets.first_chunk::<8>(), octets.last_chunk())
        {
            let head = u128::from(u64::from_be_bytes(*head));
            head << (8 * (n - 8)) | u128::from(u64::from_be_bytes(*tail))
        } else if let (Some(head), Some(tail)) = (octets.first_chunk::<4>(), octets.last_chunk()) {
            let head = u128::from(u32::from_be_bytes(*head));
            head << (8 * (n - 4)) | u128::from(u32::from_be_bytes(*tail))
        } else {
            return slicing::update::<P>(remainder, octets);
        };
        let value = value ^ u128::from(remainder) << (8 * (n - 4));
        reduce::<P>(_mm_set_epi64x((value >> 64) as i64, value as i64))
    }

    type Block = [u8; 16];

    /// The first `N` blocks and what follows them.
    #[inline]
    fn split_blocks<const N: usize>(octets: &[u8]) -> Option<(&[Block; N], &[u8])> {
        let (blocks, rest) = octets.split_at_checked(16 * N)?;
        Some((blocks.as_chunks().0.first_chunk()?, rest))
    }

    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq")]
    fn load_wide(octets: &[u8; 64]) -> __m512i {
        // SAFETY: 64 octets are there, and no alignment is asked for.
        let blocks = unsafe { _mm512_loadu_si512(octets.as_ptr().cast()) };
        _mm512_shuffle_epi8(blocks, _mm512_broadcast_i32x4(mirror()))
    }

    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq")]
    fn fold_wide(blocks: __m512i, by: __m512i, next: __m512i) -> __m512i {
        let upper = _mm512_clmulepi64_epi128::<0x11>(blocks, by);
        let lower = _mm512_clmulepi64_epi128::<0x00>(blocks, by);
        _mm512_ternarylogic_epi64::<0x96>(upper, lower, next)
    }

    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq")]
    fn wide((upper, lower): (i64, i64)) -> __m512i {
        _mm512_broadcast_i32x4(_mm_set_epi64x(upper, lower))
    }

    /// Four registers of four blocks each.
    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,ssse3,sse4.1")]
    pub(super) fn vpclmul<const P: u32>(remainder: u32, octets: &[u8]) -> u32 {
        let (groups, rest) = octets.as_chunks::<256>();
        let Some((first, groups)) = groups.split_first() else {
            return clmul::<P>(remainder, octets);
        };
        let start = _mm_set_epi64x(i64::from(remainder) << 32, 0);
        let start = _mm512_zextsi128_si512(start);
        let [a, b, c, d] = quarters(first);
        let mut blocks = [
            _mm512_xor_si512(load_wide(a), start),
            load_wide(b),
            load_wide(c),
            load_wide(d),
        ];
        let by = wide(const { fold_by(2048, P) });
        for group in groups {
            for (block, next) in blocks.iter_mut().zip(quarters(group)) {
                *block = fold_wide(*block, by, load_wide(next));
            }
        }
        let [a, b, c, d] = blocks;
        let d = fold_wide(a, wide(const { fold_by(1536, P) }), d);
        let d = fold_wide(b, wide(const { fold_by(1024, P) }), d);
        let by = wide(const { fold_by(512, P) });
        let mut last = fold_wide(c, by, d);
        let (pieces, rest) = rest.as_chunks::<64>();
        for piece in pieces {
            last = fold_wide(last, by, load_wide(piece));
        }
        // Three blocks of the register onto the last one.
        let ((a1, a0), (b1, b0), (c1, c0)) =
            const { (fold_by(384, P), fold_by(256, P), fold_by(128, P)) };
        let by = _mm512_set_epi64(0, 0, c1, c0, b1, b0, a1, a0);
        let upper = _mm512_clmulepi64_epi128::<0x11>(last, by);
        let lower = _mm512_clmulepi64_epi128::<0x00>(last, by);
        let folded = _mm512_xor_si512(upper, lower);
        let block = _mm_xor_si128(
            _mm_xor_si128(
                _mm512_castsi512_si128(folded),
                _mm512_extracti32x4_epi32::<1>(folded),
            ),
            _mm_xor_si128(
                _mm512_extracti32x4_epi32::<2>(folded),
                _mm512_extracti32x4_epi32::<3>(last),
            ),
        );
        narrow::<P>(block, rest, octets)
    }

    fn quarters(group: &[u8; 256]) -> [&[u8; 64]; 4] {
        let (quarters, _) = group.as_chunks::<64>();
        core::array::from_fn(|i| &quarters[i])
    }
}
