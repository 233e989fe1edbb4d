//! Cyclic redundancy checks: the PLTU's CRC-32 and the frames' CRC-16.
//!
//! Books: CCSDS 211.2-B-3 annex C (CRC-32 of the Proximity Link Transmission Unit) and the Frame Error Control Field that
//! 132.0-B, 732.0-B, 732.1-B and 232.0-B share (CRC-16). Both work MSB first, without reflection and without a final XOR, so the
//! check over a message followed by its own remainder is zero; see [`Crc32::finish`].
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

/// Generator of the PLTU's CRC-32: x³² + x²³ + x²¹ + x¹¹ + x² + 1, without its leading term.
pub const CRC32_POLYNOMIAL: u32 = 0x00A0_0805; //= 211.2-B-3 annex C

/// Generator of the FECF: x¹⁶ + x¹² + x⁵ + 1, without its leading term.
pub const CRC16_POLYNOMIAL: u16 = 0x1021;

const TABLE_32: [u32; 256] = table_32();
const TABLE_16: [u16; 256] = table_16();

const fn table_32() -> [u32; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let mut remainder = (octet as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            let carry = remainder >> 31;
            remainder = (remainder << 1) ^ (carry * CRC32_POLYNOMIAL);
            bit += 1;
        }
        table[octet] = remainder;
        octet += 1;
    }
    table
}

const fn table_16() -> [u16; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let mut remainder = (octet as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            let carry = remainder >> 15;
            remainder = (remainder << 1) ^ (carry * CRC16_POLYNOMIAL);
            bit += 1;
        }
        table[octet] = remainder;
        octet += 1;
    }
    table
}

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
        for &octet in octets {
            let index = (self.remainder >> 24) as u8 ^ octet;
            self.remainder = (self.remainder << 8) ^ TABLE_32[usize::from(index)];
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
        for &octet in octets {
            let index = (self.remainder >> 8) as u8 ^ octet;
            self.remainder = (self.remainder << 8) ^ TABLE_16[usize::from(index)];
        }
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
mod tests {
    use super::{crc16_fecf, crc32_proximity};
    use crate::naive;
    use proptest::prelude::*;

    #[test]
    fn crc32_of_published_vectors() {
        //= 211.2-B-3 annex C
        // Origin: public Proximity-1 corpora (a Go library, a telemetry server's tests, a flight radio's tests).
        assert_eq!(crc32_proximity(&[]), 0);
        assert_eq!(crc32_proximity(b"123456789"), 0x5169_3C0C);
        assert_eq!(crc32_proximity(&[0x12, 0x34, 0x56, 0x78]), 0x34D7_4CB3);
        assert_eq!(crc32_proximity(&[1, 2, 3, 4]), 0x55B8_622D);
        assert_eq!(crc32_proximity(&[0xFF; 4]), 0x7180_0472);
        assert_eq!(crc32_proximity(&[0xDE, 0xAD, 0xBE, 0xEF]), 0x4440_D14C);
        assert_eq!(crc32_proximity(&[0x80, 0, 0, 4, 0]), 0xBCC0_04E7);
        assert_eq!(crc32_proximity(&[0x80, 0, 0, 5, 0, 0xAA]), 0x85C4_556E);
    }

    #[test]
    fn crc16_of_the_catalogued_check_value() {
        //= 132.0-B-3 fecf
        // Origin: the catalogue value of the CRC with poly 1021, preset FFFF, no reflection ("123456789" gives 29B1).
        assert_eq!(crc16_fecf(b"123456789"), 0x29B1);
        assert_eq!(crc16_fecf(&[]), 0xFFFF);
    }

    proptest! {
        #[test]
        fn tables_agree_with_the_long_division(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(crc32_proximity(&octets), naive::crc32_proximity(&octets));
            prop_assert_eq!(crc16_fecf(&octets), naive::crc16_fecf(&octets));
        }

        #[test]
        fn pieces_give_the_same_remainder(octets in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
            let (head, tail) = octets.split_at(cut.min(octets.len()));
            let mut crc32 = super::Crc32::new();
            crc32.update(head);
            crc32.update(tail);
            prop_assert_eq!(crc32.finish(), crc32_proximity(&octets));
            crc32.update(&crc32_proximity(&octets).to_be_bytes());
            prop_assert_eq!(crc32.finish(), 0);
            let mut crc16 = super::Crc16::new();
            crc16.update(head);
            crc16.update(tail);
            prop_assert_eq!(crc16.finish(), crc16_fecf(&octets));
            crc16.update(&crc16_fecf(&octets).to_be_bytes());
            prop_assert_eq!(crc16.finish(), 0);
        }
    }
}
