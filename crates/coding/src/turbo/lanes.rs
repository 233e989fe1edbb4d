//! Sixteen lanes of 16-bit metrics, and what is computed with some of them at once.
//!
//! A codeblock is cut into sixteen windows, one a lane: whatever the vector width, the sums and maxima of a lane are the same, so every
//! engine gives the same bits. A new instruction set implements [`Lanes`] in `simd` and nothing else.

#![allow(
    clippy::inline_always,
    reason = "instructions are enabled for the entry functions alone; all else must become part of them"
)]

/// One value for each of the sixteen windows; the unit of memory lent to a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(32))]
pub struct Row(pub(crate) [i16; 16]);

impl Row {
    /// A row to fill memory with.
    pub const ZERO: Self = Self([0; 16]);
}

impl Default for Row {
    fn default() -> Self {
        Self::ZERO
    }
}

/// Some neighbouring lanes. No operation may overflow; `siso` says why none does.
pub(crate) trait Lanes: Copy {
    /// How many, a divisor of 16.
    const COUNT: usize;
    fn splat(value: i16) -> Self;
    /// Those of a row from `at` on, a multiple of [`Self::COUNT`] below 16.
    fn load(row: &Row, at: usize) -> Self;
    fn store(self, row: &mut Row, at: usize);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn min(self, other: Self) -> Self;
    /// The greater one, both taken as unsigned (with more bits than sixteen neither is negative).
    fn greater(self, other: Self) -> Self;
    /// The mean of both, taken as unsigned, rounded up.
    fn mean(self, other: Self) -> Self;
    /// Times `factor`/32768, rounded to the nearest, half up.
    fn scaled(self, factor: i16) -> Self;
    /// Negated where `sign` is negative, zero where it is zero.
    fn signed_by(self, sign: Self) -> Self;
    fn all_positive(self) -> bool;

    /// All sixteen values of a row from their places (rows times 16 plus lane), which lie in `from`.
    #[inline(always)]
    fn gather(to: &mut Row, from: &[Row], places: &Row) {
        for lane in 0..16 {
            let place = usize::from(places.0[lane] as u16);
            let Some(row) = from.get(place >> 4) else {
                return;
            };
            to.0[lane] = row.0[place & 15];
        }
    }

    /// The other way round.
    #[inline(always)]
    fn scatter(from: &Row, to: &mut [Row], places: &Row) {
        for lane in 0..16 {
            let place = usize::from(places.0[lane] as u16);
            let Some(row) = to.get_mut(place >> 4) else {
                return;
            };
            row.0[place & 15] = from.0[lane];
        }
    }
}

/// What machines without vectors compute with: one lane, in a register of 32 bits. (With 16 bits one compiler, Rust 1.95 for
/// x86-64 at full optimisation, gave wrong sums.)
impl Lanes for i32 {
    const COUNT: usize = 1;

    fn splat(value: i16) -> Self {
        Self::from(value)
    }

    fn load(row: &Row, at: usize) -> Self {
        Self::from(row.0[at & 15])
    }

    fn store(self, row: &mut Row, at: usize) {
        row.0[at & 15] = self as i16;
    }

    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn sub(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }

    fn max(self, other: Self) -> Self {
        Ord::max(self, other)
    }

    fn min(self, other: Self) -> Self {
        Ord::min(self, other)
    }

    fn greater(self, other: Self) -> Self {
        Ord::max(self, other)
    }

    fn mean(self, other: Self) -> Self {
        self.wrapping_add(other).wrapping_add(1) >> 1
    }

    fn scaled(self, factor: i16) -> Self {
        self.wrapping_mul(Self::from(factor)).wrapping_add(0x4000) >> 15
    }

    fn signed_by(self, sign: Self) -> Self {
        self.wrapping_mul(sign.signum())
    }

    fn all_positive(self) -> bool {
        self > 0
    }
}

/// Eight lanes in portable code: on 64-bit machines the compiler knows instructions for such arrays.
#[cfg(any(test, target_arch = "x86_64", target_arch = "aarch64"))]
#[derive(Clone, Copy)]
#[repr(align(16))]
pub(crate) struct Eight([i16; 8]);

#[cfg(any(test, target_arch = "x86_64", target_arch = "aarch64"))]
impl Eight {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(i16, i16) -> i16) -> Self {
        let mut out = self;
        for (value, other) in out.0.iter_mut().zip(other.0) {
            *value = f(*value, other);
        }
        out
    }
}

#[cfg(any(test, target_arch = "x86_64", target_arch = "aarch64"))]
impl Lanes for Eight {
    const COUNT: usize = 8;

    #[inline(always)]
    fn splat(value: i16) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    fn load(row: &Row, at: usize) -> Self {
        let (low, high) = row.0.split_at(8);
        let mut out = [0; 8];
        out.copy_from_slice(if at == 0 { low } else { high });
        Self(out)
    }

    #[inline(always)]
    fn store(self, row: &mut Row, at: usize) {
        let (low, high) = row.0.split_at_mut(8);
        if at == 0 { low } else { high }.copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, i16::wrapping_add)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, i16::wrapping_sub)
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, Ord::max)
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, Ord::min)
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        self.zip(other, |a, b| Ord::max(a as u16, b as u16) as i16)
    }

    #[inline(always)]
    fn mean(self, other: Self) -> Self {
        self.zip(other, |a, b| {
            ((u32::from(a as u16) + u32::from(b as u16) + 1) >> 1) as i16
        })
    }

    #[inline(always)]
    fn scaled(self, factor: i16) -> Self {
        self.zip(Self::splat(factor), |value, factor| {
            ((i32::from(value) * i32::from(factor) + 0x4000) >> 15) as i16
        })
    }

    #[inline(always)]
    fn signed_by(self, sign: Self) -> Self {
        self.zip(sign, |value, sign| value.wrapping_mul(sign.signum()))
    }

    #[inline(always)]
    fn all_positive(self) -> bool {
        self.0.iter().all(|&value| value > 0)
    }
}
