//! Rows of a block row, as many at once as a vector has lanes.

#![allow(
    clippy::needless_range_loop,
    reason = "an iterator that is not inlined would lose the instructions"
)]

use super::lanes::Lanes;
use crate::ldpc::{CEILING, Circulant, FEW, Tuning};

/// The posteriors and messages of one decoding.
pub(super) struct Field {
    /// First posterior of the first block.
    pub(super) posteriors: *mut i8,
    /// Octets from there to that of the next block.
    pub(super) stride: usize,
    /// Messages in the order in which they are used.
    pub(super) messages: *mut i8,
    pub(super) z: usize,
}

/// What is done to the smallest magnitudes, in vectors.
pub(super) struct Correction<L: Lanes> {
    round: L::Vector,
    limit: L::Vector,
    table: L::Vector,
}

impl<L: Lanes> Correction<L> {
    #[inline(always)]
    pub(super) unsafe fn new(tuning: Tuning) -> Self {
        // SAFETY: as promised by the caller.
        unsafe {
            Self {
                round: L::splat(3),
                limit: L::splat(tuning.limit as i8),
                table: L::table(tuning.table),
            }
        }
    }

    /// Magnitudes of the messages to all but the least, and to the least, of rows with many ones.
    #[inline(always)]
    unsafe fn of_two(&self, least: L::Vector, second: L::Vector) -> [L::Vector; 2] {
        // SAFETY: as promised by the caller.
        unsafe { [self.lessened(least), self.lessened(second)] }
    }

    #[inline(always)]
    unsafe fn lessened(&self, smallest: L::Vector) -> L::Vector {
        // SAFETY: as promised by the caller.
        unsafe {
            let limited = L::min(smallest, self.limit);
            L::sub(limited, L::shift(L::add(limited, self.round), 2))
        }
    }

    /// The same of rows with few ones.
    #[inline(always)]
    unsafe fn of_three(
        &self,
        least: L::Vector,
        second: L::Vector,
        third: L::Vector,
    ) -> [L::Vector; 2] {
        // SAFETY: as promised by the caller.
        unsafe {
            let rest = self.joined(second, third);
            let all = self.joined(L::min(least, rest), L::max(least, rest));
            [L::min(all, self.limit), L::min(rest, self.limit)]
        }
    }

    /// Of magnitudes up to [`CEILING`], the smaller first.
    #[inline(always)]
    unsafe fn joined(&self, small: L::Vector, large: L::Vector) -> L::Vector {
        // SAFETY: as promised by the caller.
        unsafe {
            let apart = L::look_up(self.table, L::sub(large, small));
            let together = L::look_up(self.table, L::add(large, small));
            L::add(L::sub(small, apart), together)
        }
    }
}

/// The ones of a row: for each, where its block starts and its shift.
pub(super) struct Ones<const D: usize> {
    bases: [*mut i8; D],
    shifts: [usize; D],
}

impl<const D: usize> Ones<D> {
    #[inline(always)]
    unsafe fn new(field: &Field, circulants: *const Circulant) -> Self {
        let mut ones = Self {
            bases: [field.posteriors; D],
            shifts: [0; D],
        };
        // No iterator here: what is not inlined into the vector code costs more than it does.
        let mut one = 0;
        while one < D {
            // SAFETY: there are D circulants, and their columns are some of the code's, for which there is memory.
            unsafe {
                let circulant = *circulants.add(one);
                ones.bases[one] =
                    (field.posteriors).add(usize::from(circulant.column) * field.stride);
                ones.shifts[one] = usize::from(circulant.shift);
            }
            one += 1;
        }
        ones
    }

    /// Where the one of row `row` lies within its block.
    #[inline(always)]
    fn place(&self, one: usize, row: usize, z: usize) -> usize {
        let place = self.shifts[one] + row;
        if place < z { place } else { place - z }
    }
}

/// All rows of a block row. Returns where the messages of the next one start.
///
/// # Safety
/// As [`Lanes`]; there are `D` circulants, the field has room for the code that they are of, and `messages` for D vectors each `COUNT` rows.
#[inline(always)]
pub(super) unsafe fn block_row<L: Lanes, const D: usize, const FIRST: bool>(
    field: &Field,
    circulants: *const Circulant,
    mut messages: *mut i8,
    correction: &Correction<L>,
) -> *mut i8 {
    // SAFETY: as promised by the caller.
    unsafe {
        let ones = Ones::<D>::new(field, circulants);
        let mut row = 0;
        while row + L::COUNT <= field.z {
            rows::<L, D, FIRST>(field.z, &ones, row, messages, correction, L::COUNT);
            messages = messages.add(D * L::COUNT);
            row += L::COUNT;
        }
        if row < field.z {
            rows::<L, D, FIRST>(field.z, &ones, row, messages, correction, field.z - row);
            messages = messages.add(D * L::COUNT);
        }
    }
    messages
}

/// `count` rows from `row` on.
#[inline(always)]
unsafe fn rows<L: Lanes, const D: usize, const FIRST: bool>(
    z: usize,
    ones: &Ones<D>,
    row: usize,
    messages: *mut i8,
    correction: &Correction<L>,
    count: usize,
) {
    // SAFETY: as promised by the caller of `block_row`.
    unsafe {
        let mut given = [L::splat(0); D];
        let largest = L::splat(if D <= FEW { CEILING as i8 } else { -1 });
        let (mut least, mut second, mut third) = (largest, largest, largest);
        let mut odd = L::splat(0);
        for one in 0..D {
            let place = ones.place(one, row, z);
            let posterior = L::load(ones.bases[one].add(place));
            let q = if FIRST {
                posterior
            } else {
                L::sub(posterior, L::load(messages.add(one * L::COUNT)))
            };
            let magnitude = L::magnitude(q);
            let not_least = L::max(least, magnitude);
            if D <= FEW {
                third = L::min(third, L::max(second, not_least));
            }
            second = L::min(second, not_least);
            least = L::min(least, magnitude);
            odd = L::xor(odd, q);
            given[one] = q;
        }
        let [to_others, to_least] = if D <= FEW {
            correction.of_three(least, second, third)
        } else {
            correction.of_two(least, second)
        };
        for one in 0..D {
            let q = given[one];
            let magnitude = L::choose(L::magnitude(q), least, to_least, to_others);
            let message = L::signed(magnitude, L::xor(odd, q));
            L::store(messages.add(one * L::COUNT), message);
            let place = ones.place(one, row, z);
            let mut posterior = L::add(q, message);
            if count < L::COUNT {
                let old = L::load(ones.bases[one].add(place));
                posterior = L::first(count, posterior, old);
            }
            store_twice::<L>(ones.bases[one], place, z, posterior);
        }
    }
}

/// Stores within a block, and at its copy also, if there is one of it.
#[inline(always)]
pub(super) unsafe fn store_twice<L: Lanes>(
    base: *mut i8,
    place: usize,
    z: usize,
    value: L::Vector,
) {
    // SAFETY: a block has one vector of room in front of it and two behind; `place` is less than z.
    unsafe {
        L::store(base.add(place), value);
        if place < L::COUNT {
            L::store(base.add(place + z), value);
        }
        if place + L::COUNT > z {
            L::store(base.add(place).sub(z), value);
        }
    }
}

/// Checks of a block row that do not hold; with `STOP`, of the first rows that have such a one.
///
/// # Safety
/// As [`block_row`].
#[inline(always)]
pub(super) unsafe fn unsatisfied<L: Lanes, const D: usize, const STOP: bool>(
    field: &Field,
    circulants: *const Circulant,
) -> u32 {
    let mut total = 0;
    // SAFETY: as promised by the caller.
    unsafe {
        let ones = Ones::<D>::new(field, circulants);
        let mut row = 0;
        while row < field.z {
            let mut odd = L::splat(0);
            for one in 0..D {
                let place = ones.place(one, row, field.z);
                odd = L::xor(odd, L::load(ones.bases[one].add(place)));
            }
            let mut failed = L::negative(odd);
            if field.z - row < L::COUNT {
                failed &= (1 << (field.z - row)) - 1;
            }
            total += failed.count_ones();
            if STOP && total > 0 {
                return total;
            }
            row += L::COUNT;
        }
    }
    total
}
