//! Cyclic redundancy checks: the PLTU's CRC-32 and the frames' CRC-16.
//!
//! Books: CCSDS 211.2-B-3 annex C (CRC-32 of the Proximity Link Transmission Unit) and the Frame Error Control Field that
//! 132.0-B, 732.0-B, 732.1-B and 232.0-B share (CRC-16). Both work MSB first, without reflection and without a final XOR, so the
//! check over a message followed by its own remainder is zero; see [`Crc32::finish`].
//!
//! Without tables: four octets w are divided at once. With the generator xⁿ + g, the quotient q of w·xⁿ satisfies q = w + A·q, where
//! A shifts right by n minus each exponent of g (down to zero) and drops what falls out; so q = (1 + A)⁻¹ w = (1 + A)(1 + A²)(1 + A⁴) … w,
//! where the powers have as few terms as A itself (squaring doubles the shifts) and soon none. The remainder is the lower end of q·g.
//! That is some 16 operations for four octets, all in registers; counted under emulation, all in: 4 instructions an octet on a Cortex-M7, 8
//! on RV32 and on a LEON3, for either check.
//!
//! Where `std` is, that is for the shortest messages only. Others are taken 16 to 256 octets at once by carry-less multiplication (on one
//! machine 14 octets a nanosecond from 2,048 octets on, 45 with 512-bit registers, 10 ns for 64 octets), or, without it, by tables of 8 KiB a
//! CRC (1.7 octets a nanosecond).
//!
//! Left out: CRC-32 of CFDP checksums (727.0-B), which is another polynomial and belongs to the file delivery.
//!
//! ```
//! use magpie_coding::crc::{crc16_fecf, crc32_proximity};
//!
//! assert_eq!(crc32_proximity(b"123456789"), 0x5169_3C0C);
//! assert_eq!(crc16_fecf(b"123456789"), 0x29B1);
//! // Over a frame and its own CRC the remainder is zero: that is the receiver's check.
//! assert_eq!(crc32_proximity(&[0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7]), 0);
//! ```

#[cfg(feature = "std")]
pub(crate) mod slicing;

#[cfg(feature = "std")]
use crate::engine::Engine;
#[cfg(feature = "std")]
use crate::simd;

/// Generator of the PLTU's CRC-32: x³² + x²³ + x²¹ + x¹¹ + x² + 1, without its leading term.
pub const CRC32_POLYNOMIAL: u32 = 0x00A0_0805; //= 211.2-B-3 annex C

/// Generator of the FECF: x¹⁶ + x¹² + x⁵ + 1, without its leading term.
pub const CRC16_POLYNOMIAL: u16 = 0x1021;

/// Generator of the CRC-16 times x¹⁶, as the wide forms take it.
#[cfg(feature = "std")]
const CRC16_RAISED: u32 = (CRC16_POLYNOMIAL as u32) << 16;

/// Messages of fewer octets are divided in registers.
#[cfg(feature = "std")]
const WIDE_FROM: usize = 13;

/// The PLTU's CRC-32, taken in pieces.
///
/// ```
/// use magpie_coding::crc::{Crc32, crc32_proximity};
///
/// let mut crc = Crc32::new();
/// crc.update(b"1234");
/// crc.update(b"56789");
/// assert_eq!(crc.finish(), crc32_proximity(b"123456789"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crc32 {
    remainder: u32,
}

impl Crc32 {
    /// Starts with the book's preset, all zeros.
    pub const fn new() -> Self {
        Self { remainder: 0 }
    }

    /// Takes the next octets of the message.
    pub fn update(&mut self, octets: &[u8]) {
        #[cfg(feature = "std")]
        if octets.len() >= WIDE_FROM {
            return self.update_with(simd::best(), octets);
        }
        self.update_in_registers(octets);
    }

    /// The same with these instructions instead of the fastest.
    #[cfg(feature = "std")]
    pub fn update_with(&mut self, engine: Engine, octets: &[u8]) {
        self.remainder = simd::crc::update::<CRC32_POLYNOMIAL>(engine, self.remainder, octets);
    }

    /// The definition: without tables, without vectors.
    fn update_in_registers(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<4>();
        for &word in words {
            self.remainder = divide_32(self.remainder ^ u32::from_be_bytes(word));
        }
        for &octet in rest {
            let top = self.remainder >> 24 ^ u32::from(octet);
            self.remainder = self.remainder << 8 ^ times_g32(top);
        }
    }

    /// The remainder of all octets so far; it is zero after a message and its own CRC, most significant octet first.
    pub const fn finish(&self) -> u32 {
        self.remainder
    }
}

/// The FECF's CRC-16, taken in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc16 {
    remainder: u16,
}

impl Crc16 {
    /// Starts with the preset of the frame books, all ones.
    pub const fn new() -> Self {
        Self { remainder: 0xFFFF }
    }

    /// Takes the next octets of the message.
    pub fn update(&mut self, octets: &[u8]) {
        #[cfg(feature = "std")]
        if octets.len() >= WIDE_FROM {
            return self.update_with(simd::best(), octets);
        }
        self.update_in_registers(octets);
    }

    /// The same with these instructions instead of the fastest.
    #[cfg(feature = "std")]
    pub fn update_with(&mut self, engine: Engine, octets: &[u8]) {
        let raised = u32::from(self.remainder) << 16;
        let raised = simd::crc::update::<CRC16_RAISED>(engine, raised, octets);
        self.remainder = (raised >> 16) as u16;
    }

    /// The definition: without tables, without vectors.
    fn update_in_registers(&mut self, octets: &[u8]) {
        let mut remainder = u32::from(self.remainder);
        let (words, rest) = octets.as_chunks::<4>();
        for &word in words {
            remainder = divide_16(remainder << 16 ^ u32::from_be_bytes(word));
        }
        for &octet in rest {
            let top = remainder >> 8 & 0xFF ^ u32::from(octet);
            remainder = remainder << 8 ^ times_g16(top ^ top >> 4);
        }
        self.remainder = remainder as u16;
    }

    /// The remainder of all octets so far; it is zero after a frame and its own FECF.
    pub const fn finish(&self) -> u16 {
        self.remainder
    }
}

impl Default for Crc16 {
    fn default() -> Self {
        Self::new()
    }
}

/// The remainder of w·x³² by the generator of the CRC-32.
#[inline]
const fn divide_32(w: u32) -> u32 {
    // A shifts by 9, 11, 21 and 30, A² by 18 and 22, A⁴ by more than there is.
    let w = w ^ w >> 18 ^ w >> 22;
    let near = w ^ w >> 9;
    times_g32(near ^ w >> 11 ^ near >> 21)
}

/// q·(x²³ + x²¹ + x¹¹ + x² + 1), its lower 32 bits.
#[inline]
const fn times_g32(q: u32) -> u32 {
    let near = q ^ q << 2;
    near ^ q << 11 ^ near << 21
}

/// The remainder of w·x¹⁶ by the generator of the CRC-16 in the lower 16 bits; those above are of no use.
#[inline]
const fn divide_16(w: u32) -> u32 {
    // A shifts by 4, 11 and 16, A² by 8 and 22, A⁴ by 16, A⁸ by all there is.
    let w = w ^ w >> 16;
    let w = w ^ w >> 8 ^ w >> 22;
    times_g16(w ^ w >> 4 ^ w >> 11 ^ w >> 16)
}

/// q·(x¹² + x⁵ + 1).
#[inline]
const fn times_g16(q: u32) -> u32 {
    q ^ q << 5 ^ q << 12
}

/// CRC-32 over a whole transfer frame (without the ASM): preset zero, no inversion, MSB first.
pub fn crc32_proximity(frame: &[u8]) -> u32 {
    let mut crc = Crc32::new(); //= 211.2-B-3 annex C
    crc.update(frame);
    crc.finish()
}

/// CRC-16 of the Frame Error Control Field over a frame without its last two octets: preset all ones, MSB first.
pub fn crc16_fecf(frame: &[u8]) -> u16 {
    let mut crc = Crc16::new(); //= 132.0-B-3 fecf
    crc.update(frame);
    crc.finish()
}

#[cfg(test)]
mod tests;
