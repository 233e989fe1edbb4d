//! Bit fields as the books draw them: bit 0 is the first transmitted bit, the most significant bit of the first octet.
//!
//! A header is a `[u8; N]`; a [`Field`] names a run of bits of it by the book's own numbers. That the field lies inside the
//! header and fits its integer is checked when the program is compiled, so reading and writing cannot fail.
//!
//! ```
//! use magpie_wire::bits::Field;
//! const SCID: Field<6, 10> = Field; // bits 6-15 of a Version-3 header
//! let mut header = [0x82, 0xAA, 0xD0, 0x0B, 0xC7];
//! assert_eq!(SCID.as_u16(&header), 0x2AA);
//! SCID.put(&mut header, 0x001);
//! assert_eq!(header, [0x80, 0x01, 0xD0, 0x0B, 0xC7]);
//! ```

/// Bits `FIRST` to `FIRST + WIDTH - 1` of a header; `WIDTH` is 1 to 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<const FIRST: usize, const WIDTH: usize>;

impl<const FIRST: usize, const WIDTH: usize> Field<FIRST, WIDTH> {
    const LAST_OCTET: usize = (FIRST + WIDTH - 1) / 8;
    const SHIFT: usize = 8 * (Self::LAST_OCTET + 1) - FIRST - WIDTH;

    /// The largest value that fits.
    pub const MAX: u32 = if WIDTH == 32 {
        u32::MAX
    } else {
        (1 << WIDTH) - 1
    };

    /// Reads the field.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "masked to 32 bits or fewer"
    )]
    pub const fn get<const N: usize>(self, octets: &[u8; N]) -> u32 {
        const {
            assert!(
                WIDTH >= 1 && WIDTH <= 32 && FIRST + WIDTH <= 8 * N,
                "field outside its header"
            );
        };
        let mut window = 0_u64;
        let mut i = FIRST / 8;
        while i <= Self::LAST_OCTET {
            window = window << 8 | octets[i] as u64;
            i += 1;
        }
        (window >> Self::SHIFT) as u32 & Self::MAX
    }

    /// Reads a field of at most 16 bits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the width is checked at compile time"
    )]
    pub const fn as_u16<const N: usize>(self, octets: &[u8; N]) -> u16 {
        const { assert!(WIDTH <= 16, "field wider than 16 bits") };
        self.get(octets) as u16
    }

    /// Reads a field of at most 8 bits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the width is checked at compile time"
    )]
    pub const fn as_u8<const N: usize>(self, octets: &[u8; N]) -> u8 {
        const { assert!(WIDTH <= 8, "field wider than 8 bits") };
        self.get(octets) as u8
    }

    /// Reads a field of one bit.
    pub const fn flag<const N: usize>(self, octets: &[u8; N]) -> bool {
        const { assert!(WIDTH == 1, "a flag is one bit") };
        self.get(octets) != 0
    }

    /// Writes the field and leaves every other bit as it is.
    ///
    /// # Panics
    /// If `value` does not fit: the newtypes of [`crate::id`] exist so that it always does.
    pub const fn put<const N: usize>(self, octets: &mut [u8; N], value: u32) {
        const {
            assert!(
                WIDTH >= 1 && WIDTH <= 32 && FIRST + WIDTH <= 8 * N,
                "field outside its header"
            );
        };
        assert!(value <= Self::MAX, "value wider than its field");
        let mut mask = (Self::MAX as u64) << Self::SHIFT;
        let mut window = (value as u64) << Self::SHIFT;
        let mut i = Self::LAST_OCTET + 1;
        while i > FIRST / 8 {
            i -= 1;
            octets[i] = octets[i] & !mask.to_le_bytes()[0] | window.to_le_bytes()[0];
            mask >>= 8;
            window >>= 8;
        }
    }
}

/// Bits that a book reserves: zero when sent, but carried as received, so that nothing is lost on the way through.
///
/// `BITS` is 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Spare<const BITS: u32>(u8);

impl<const BITS: u32> Spare<BITS> {
    /// All bits zero, as the books want them.
    pub const ZERO: Self = Self(0);

    /// `None` if `value` needs more than `BITS` bits.
    pub const fn new(value: u8) -> Option<Self> {
        if (value as u32) < 1 << BITS {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The bits as an integer.
    #[expect(clippy::cast_possible_truncation, reason = "a mask of 8 bits at most")]
    pub const fn get(self) -> u8 {
        self.0 & ((1_u32 << BITS) - 1) as u8 // changes nothing; tells the compiler the width
    }

    /// Whether all bits are zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The last `BITS` bits of `value`.
    #[expect(clippy::cast_possible_truncation, reason = "masked to at most 8 bits")]
    pub(crate) const fn masked(value: u32) -> Self {
        Self((value & ((1 << BITS) - 1)) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::Field;
    use proptest::prelude::*;

    /// The slow twin: one bit after the other.
    fn naive(octets: &[u8], first: usize, width: usize) -> u32 {
        (first..first + width).fold(0, |acc, i| {
            acc << 1 | u32::from(octets[i / 8] >> (7 - i % 8) & 1)
        })
    }

    fn agrees<const F: usize, const W: usize>(octets: [u8; 6], value: u32) {
        let field = Field::<F, W>;
        assert_eq!(field.get(&octets), naive(&octets, F, W));
        let mut changed = octets;
        let value = value & Field::<F, W>::MAX;
        field.put(&mut changed, value);
        assert_eq!(naive(&changed, F, W), value);
        for i in (0..48).filter(|i| !(F..F + W).contains(i)) {
            assert_eq!(
                naive(&changed, i, 1),
                naive(&octets, i, 1),
                "bit {i} must not change"
            );
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_bit_by_bit_twin(octets: [u8; 6], value: u32) {
            agrees::<0, 1>(octets, value);
            agrees::<0, 32>(octets, value);
            agrees::<4, 16>(octets, value);
            agrees::<5, 11>(octets, value);
            agrees::<7, 32>(octets, value);
            agrees::<16, 32>(octets, value);
            agrees::<21, 11>(octets, value);
            agrees::<40, 8>(octets, value);
            agrees::<47, 1>(octets, value);
        }
    }

    #[test]
    fn flags_and_narrow_reads() {
        let octets = [0b0100_0001, 0xFF];
        assert!(Field::<1, 1>.flag(&octets));
        assert!(!Field::<2, 1>.flag(&octets));
        assert_eq!(Field::<7, 2>.as_u8(&octets), 0b11);
        assert_eq!(Field::<0, 16>.as_u16(&octets), 0x41FF);
    }

    #[test]
    #[should_panic(expected = "wider than its field")]
    fn a_value_that_does_not_fit_is_a_broken_invariant() {
        Field::<0, 3>.put(&mut [0], 8);
    }
}
