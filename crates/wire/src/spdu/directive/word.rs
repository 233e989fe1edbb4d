//! Where a field of a directive lies in its 16-bit word: **the one place that knows the bit order**.
//!
//! The sources disagree (see `docs/deviations.md`): with bit 0 as the most significant bit, sent first, SET V(R) with 42 is
//! `2A03`; with bit 0 as the least significant one it is `602A`. Everything else in the PLCW and the frame header counts from
//! the most significant bit, so we do here too. To change it, change [`BIT_ORDER`].

/// Which end of the word is bit 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "one of the two orders is always the other")
)]
pub(super) enum BitOrder {
    /// Bit 0 is the most significant bit.
    MsbFirst,
    /// Bit 0 is the least significant bit.
    LsbFirst,
}

/// The order in use.
pub(super) const BIT_ORDER: BitOrder = BitOrder::MsbFirst; //= 211.0-B-6 B1.2.1

/// Bits `first` to `first + width - 1` of a directive, by the book's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits {
    shift: u32,
    mask: u16,
}

impl Bits {
    /// The field in the order in use. `first + width` is at most 16, checked where the constant is evaluated.
    pub(super) const fn new(first: u32, width: u32) -> Self {
        Self::in_order(BIT_ORDER, first, width)
    }

    /// The field in a given order.
    pub(super) const fn in_order(order: BitOrder, first: u32, width: u32) -> Self {
        assert!(
            width >= 1 && width <= 8 + 8 && first + width <= 16,
            "field outside its word"
        );
        let shift = match order {
            BitOrder::MsbFirst => 16 - first - width,
            BitOrder::LsbFirst => first,
        };
        Self {
            shift,
            mask: u16::MAX >> (16 - width),
        }
    }

    /// The field's value in `word`.
    pub(super) const fn of(self, word: u16) -> u16 {
        word >> self.shift & self.mask
    }

    /// The field's value in `word`, for fields of at most 8 bits.
    pub(super) const fn octet_of(self, word: u16) -> u8 {
        self.of(word).to_be_bytes()[1]
    }

    /// Whether the (one-bit) field is set in `word`.
    pub(super) const fn flag(self, word: u16) -> bool {
        self.of(word) != 0
    }

    /// A word with `value` in this field and zeros elsewhere.
    pub(super) const fn at(self, value: u16) -> u16 {
        (value & self.mask) << self.shift
    }
}
