//! The field walker: tables of fields read from whatever bits exist.
//!
//! Bit 0 is the first transmitted bit, the most significant bit of the first octet. A field whose bits are not all there is left out.

use std::ops::Range;

use super::node::Field;

/// One field of a table.
pub(super) struct Spec {
    name: &'static str,
    first: usize,
    width: usize,
    meaning: Meaning,
}

/// The words for a value; the octets of the whole structure are there for fields whose meaning hangs on another field.
type Meaning = fn(u64, &[u8]) -> String;

impl Spec {
    /// The field of `width` bits (1 to 64) from bit `first` on.
    pub(super) const fn new(
        name: &'static str,
        first: usize,
        width: usize,
        meaning: Meaning,
    ) -> Self {
        assert!(width >= 1 && width <= 64, "a field has 1 to 64 bits");
        Self {
            name,
            first,
            width,
            meaning,
        }
    }
}

/// Some of the octets given, and where they begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// The octets.
    pub(super) octets: &'a [u8],
    /// The place of the first one, from 0.
    pub(super) at: usize,
}

impl<'a> Part<'a> {
    /// All octets.
    pub(super) const fn whole(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// As much of this range as exists.
    pub(super) fn cut(self, range: Range<usize>) -> Self {
        let start = range.start.min(self.octets.len());
        let end = range.end.clamp(start, self.octets.len());
        Self {
            octets: self.octets.get(start..end).unwrap_or_default(),
            at: self.at + start,
        }
    }

    /// Everything from this octet on.
    pub(super) fn from(self, start: usize) -> Self {
        self.cut(start..usize::MAX)
    }

    /// How many octets.
    pub(super) const fn len(self) -> usize {
        self.octets.len()
    }

    /// Whether there are none.
    pub(super) const fn is_empty(self) -> bool {
        self.octets.is_empty()
    }
}

/// Bits `first` to `first + width - 1` as a number; none unless all of them exist and there are 1 to 64.
pub(super) fn bits(octets: &[u8], first: usize, width: usize) -> Option<u64> {
    if !(1..=64).contains(&width) {
        return None;
    }
    let end = first.checked_add(width)?;
    let mut window = 0_u128;
    for octet in octets.get(first / 8..end.div_ceil(8))? {
        window = window << 8 | u128::from(*octet);
    }
    let value = window >> (8 * end.div_ceil(8) - end) & ((1 << width) - 1);
    u64::try_from(value).ok()
}

/// The bits as a number, 0 where they do not exist: for decisions on the way through octets that may be cut off.
pub(super) fn bits_or_zero(octets: &[u8], first: usize, width: usize) -> usize {
    bits(octets, first, width)
        .and_then(|value| usize::try_from(value).ok())
        .unwrap_or(0)
}

/// Whether this bit exists and is set.
pub(super) fn flag(octets: &[u8], bit: usize) -> bool {
    bits(octets, bit, 1) == Some(1)
}

/// Writes `value` into bits `first` to `first + width - 1`; bits that do not exist are passed over.
pub(super) fn put(octets: &mut [u8], first: usize, width: usize, value: u64) {
    for i in 0..width {
        let place = first + i;
        let bit = value.checked_shr(u32::try_from(width - 1 - i).unwrap_or(u32::MAX));
        if let Some(octet) = octets.get_mut(place / 8) {
            let mask = 0x80 >> (place % 8);
            if bit.unwrap_or(0) & 1 == 1 {
                *octet |= mask;
            } else {
                *octet &= !mask;
            }
        }
    }
}

/// One field of a table, if its bits exist.
pub(super) fn read(octets: &[u8], spec: &Spec) -> Option<Field> {
    let value = bits(octets, spec.first, spec.width)?;
    Some(Field {
        name: spec.name,
        bits: [spec.first, spec.first + spec.width - 1],
        raw: raw(value, spec.width),
        value: Some(value),
        meaning: (spec.meaning)(value, octets),
    })
}

/// Up to seven bits in binary, more in hexadecimal digits.
pub(super) fn raw(value: u64, width: usize) -> String {
    if width < 8 {
        format!("0b{value:0width$b}")
    } else {
        format!("0x{value:0digits$X}", digits = width.div_ceil(4))
    }
}

/// A plain number.
pub(super) fn number(value: u64, _: &[u8]) -> String {
    value.to_string()
}

/// A flag whose two states need no more words.
pub(super) fn yes_no(value: u64, _: &[u8]) -> String {
    if value == 1 { "yes" } else { "no" }.into()
}

/// Bits that the book wants to be zero.
pub(super) fn spare(value: u64, _: &[u8]) -> String {
    if value == 0 {
        "zero, as it should be"
    } else {
        "set, should be zero"
    }
    .into()
}

/// The word for a code, from a list of all codes.
pub(super) fn word(value: u64, words: &[&str]) -> String {
    let word = usize::try_from(value).ok().and_then(|code| words.get(code));
    word.map_or_else(|| format!("unknown code {value}"), |word| (*word).into())
}

/// A number of octets in words.
pub(super) fn octets(n: u64) -> String {
    counted(usize::try_from(n).unwrap_or(usize::MAX), "octet")
}

/// A count of things in words: `1 octet`, `2 octets`.
pub(super) fn counted(n: usize, thing: &str) -> String {
    if n == 1 {
        format!("1 {thing}")
    } else {
        format!("{n} {thing}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow twin: one bit after the other.
    fn naive(octets: &[u8], first: usize, width: usize) -> Option<u64> {
        (first..first + width).try_fold(0, |value, i| {
            let octet = octets.get(i / 8)?;
            Some(value << 1 | u64::from(octet >> (7 - i % 8) & 1))
        })
    }

    #[test]
    fn agrees_with_the_bit_by_bit_twin() {
        let octets: Vec<u8> = (0..12_u8).map(|i| i.wrapping_mul(0x9D) ^ 0x5A).collect();
        for first in 0..100 {
            for width in 1..=64 {
                assert_eq!(
                    bits(&octets, first, width),
                    naive(&octets, first, width),
                    "{first} {width}"
                );
                let mut changed = octets.clone();
                put(&mut changed, first, width, 0xA5A5_5A5A_C3C3_3C3C);
                if let Some(value) = bits(&changed, first, width) {
                    assert_eq!(value, 0xA5A5_5A5A_C3C3_3C3C & (u64::MAX >> (64 - width)));
                }
            }
        }
        assert_eq!(bits(&octets, 0, 0), None);
        assert_eq!(bits(&octets, usize::MAX, 1), None);
    }

    #[test]
    fn a_part_never_reaches_outside() {
        let part = Part::whole(&[1, 2, 3, 4]);
        assert_eq!(part.cut(1..3).octets, [2, 3]);
        assert_eq!(part.cut(3..9).octets, [4]);
        assert_eq!(part.cut(7..9).octets, [0_u8; 0]);
        assert_eq!(part.from(2).at, 2);
        #[expect(clippy::reversed_empty_ranges, reason = "that is what is tried")]
        let reversed = part.cut(3..1);
        assert!(reversed.is_empty());
    }
}
