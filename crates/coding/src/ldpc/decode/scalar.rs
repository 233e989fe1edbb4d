//! The decoder in plain code: the definition that the vector forms give bit by bit.
//!
//! No book rules this. Each bit of the mother codeword has a posterior, an `i8` that is negative for 1. One iteration goes through the block rows
//! from the last to the first (that of AR4JA with only one punctured column in it is the last) and through the rows of each in order. For one row:
//!
//! 1. q = posterior − old message of this row, saturated to −128 … 127, for each of its ones;
//! 2. of the least, the second and the third least |q| (0 … 128), [`Tuning::of_three`] or [`Tuning::of_two`] make two magnitudes;
//! 3. the new message has one of them for each whose |q| is the least, the other for all others, and is negative if an odd number of the
//!    *other* q are;
//! 4. posterior = q + new message, saturated.
//!
//! Of the messages of a row no more is kept than both magnitudes, which have the least, and the signs.

use super::tuning::{CEILING, FEW, Tuning, level, scale_of, scaled};
use super::{BlockRows, LdpcOutcome, MAX_DEGREE};
use crate::ldpc::{Circulant, LdpcError, QcCode};

/// Certainty of a zero that was not sent.
pub(crate) const KNOWN: i8 = 127;

/// Octets kept of a row: two magnitudes, and for each one of the row whether it is the least, and a sign.
const fn record_len(code: &QcCode) -> usize {
    2 + 2 * max_degree(code).div_ceil(8)
}

/// The most ones of a row.
const fn max_degree(code: &QcCode) -> usize {
    let (mut most, mut run, mut at) = (0, 0, 0);
    while at < code.circulants.len() {
        if at > 0 && code.circulants[at].row == code.circulants[at - 1].row {
            run += 1;
        } else {
            run = 1;
        }
        if run > most {
            most = run;
        }
        at += 1;
    }
    most
}

pub(super) const fn memory_len(code: &QcCode) -> usize {
    code.columns() + code.rows() * record_len(code)
}

/// A code and the lent memory, parted.
pub(super) struct Scalar<'a> {
    code: &'static QcCode,
    tuning: Tuning,
    posteriors: &'a mut [i8],
    records: &'a mut [i8],
    record_len: usize,
}

/// All messages of one row.
#[derive(Clone, Copy, Default)]
struct Row {
    to_others: u8,
    to_least: u8,
    /// One bit a place, the first the lowest.
    least: u32,
    negative: u32,
}

impl Row {
    #[inline]
    fn load(record: &[i8]) -> Self {
        let mut row = Self::default();
        if let [to_others, to_least, places @ ..] = record {
            (row.to_others, row.to_least) = (*to_others as u8, *to_least as u8);
            for (eight, two) in places.chunks_exact(2).take(4).enumerate() {
                if let &[least, negative] = two {
                    row.least |= u32::from(least as u8) << (8 * eight);
                    row.negative |= u32::from(negative as u8) << (8 * eight);
                }
            }
        }
        row
    }

    #[inline]
    fn store(self, record: &mut [i8]) {
        if let [to_others, to_least, places @ ..] = record {
            (*to_others, *to_least) = (self.to_others as i8, self.to_least as i8);
            for (eight, two) in places.chunks_exact_mut(2).take(4).enumerate() {
                if let [least, negative] = two {
                    *least = (self.least >> (8 * eight)) as i8;
                    *negative = (self.negative >> (8 * eight)) as i8;
                }
            }
        }
    }

    /// The message to the one at this place; magnitudes are 127 at the most.
    #[inline]
    fn message(self, place: usize) -> i8 {
        let is_least = (self.least >> (place & 31)) & 1 == 1;
        let magnitude = if is_least {
            self.to_least
        } else {
            self.to_others
        };
        let negative = ((self.negative >> (place & 31)) & 1) as i8;
        (magnitude as i8 ^ -negative).wrapping_add(negative)
    }
}

impl<'a> Scalar<'a> {
    pub(super) fn new(
        code: &'static QcCode,
        tuning: Tuning,
        memory: &'a mut [i8],
    ) -> Result<Self, LdpcError> {
        let (need, have) = (memory_len(code), memory.len());
        let error = LdpcError::Memory { need, have };
        let (posteriors, rest) = memory.split_at_mut_checked(code.columns()).ok_or(error)?;
        let record_len = record_len(code);
        let records = rest.get_mut(..code.rows() * record_len).ok_or(error)?;
        Ok(Self {
            code,
            tuning,
            posteriors,
            records,
            record_len,
        })
    }

    pub(super) fn decode(
        &mut self,
        soft: &[i8],
        message: &mut [u8],
        max_iterations: u16,
    ) -> LdpcOutcome {
        let sent = self.code.n - self.code.appended;
        let soft = soft.get(..sent).unwrap_or(soft);
        self.load(soft);
        let mut iterations = 0;
        while iterations < max_iterations && !self.holds() {
            self.iterate();
            iterations += 1;
        }
        let unsatisfied = self.unsatisfied();
        self.put_out(message);
        LdpcOutcome {
            converged: unsatisfied == 0,
            iterations,
            unsatisfied,
            corrected: self.corrected(soft),
        }
    }

    fn load(&mut self, soft: &[i8]) {
        let (sum, count) = level(soft);
        let scale = scale_of(sum, count, self.tuning.mean);
        let limit = self.tuning.largest;
        let mut posteriors = self.posteriors.iter_mut();
        for posterior in posteriors.by_ref().take(self.code.shortened) {
            *posterior = KNOWN;
        }
        // The symbols come first: a zip that ends has already taken from its first.
        for (&symbol, posterior) in soft.iter().zip(posteriors.by_ref()) {
            *posterior = scaled(symbol, scale, limit);
        }
        for posterior in posteriors {
            *posterior = 0;
        }
        self.records.fill(0);
    }

    /// One iteration over all rows.
    fn iterate(&mut self) {
        let records = self
            .records
            .chunks_exact_mut((self.record_len * self.code.z).max(1));
        // No code has a block row without circulants.
        for (circulants, records) in BlockRows::of(self.code).zip(records.rev()) {
            let layer = Layer {
                posteriors: self.posteriors,
                records: records.chunks_exact_mut(self.record_len.max(1)),
                z: self.code.z,
                tuning: self.tuning,
            };
            // The degrees of all codes.
            match circulants.len() {
                3 => layer.update::<3>(circulants),
                6 => layer.update::<6>(circulants),
                8 => layer.update::<8>(circulants),
                10 => layer.update::<10>(circulants),
                18 => layer.update::<18>(circulants),
                _ => layer.update::<MAX_DEGREE>(circulants),
            }
        }
    }

    /// Whether all rows have an even number of ones.
    fn holds(&self) -> bool {
        BlockRows::of(self.code).all(|circulants| self.odd_rows(circulants).next().is_none())
    }

    fn unsatisfied(&self) -> u32 {
        BlockRows::of(self.code)
            .map(|circulants| self.odd_rows(circulants).count() as u32)
            .sum()
    }

    /// An item for each row of a block row that has an odd number of ones.
    fn odd_rows(&self, circulants: &[Circulant]) -> impl Iterator<Item = ()> {
        let mut ones = Ones::<MAX_DEGREE>::new(circulants, self.code.z);
        let degree = circulants.len();
        (0..self.code.z).filter_map(move |_| {
            let ones_of_row = ones.places.iter().take(degree);
            let posteriors = ones_of_row.map(|one| self.posteriors.get(one.at));
            let odd = posteriors.fold(0, |sum, posterior| sum ^ posterior.unwrap_or(&0));
            ones.next_row();
            (odd < 0).then_some(())
        })
    }

    fn put_out(&self, message: &mut [u8]) {
        let bits = self.posteriors.get(self.code.shortened..).unwrap_or(&[]);
        for (octet, eight) in message.iter_mut().zip(bits.chunks_exact(8)) {
            *octet = eight
                .iter()
                .fold(0, |octet, &posterior| octet << 1 | u8::from(posterior < 0));
        }
    }

    fn corrected(&self, soft: &[i8]) -> u32 {
        let decided = self.posteriors.iter().skip(self.code.shortened);
        let differ = |&(&posterior, &symbol): &(&i8, &i8)| {
            (symbol > 0 && posterior >= 0) || (symbol < 0 && posterior < 0)
        };
        decided.zip(soft).filter(differ).count() as u32
    }
}

/// Where the ones of a row are, each a column of the mother codeword.
struct Ones<const D: usize> {
    places: [One; D],
    z: usize,
}

#[derive(Clone, Copy, Default)]
struct One {
    at: usize,
    /// Where its block ends.
    end: usize,
}

impl<const D: usize> Ones<D> {
    /// Those of the first row of a block row.
    fn new(circulants: &[Circulant], z: usize) -> Self {
        let mut places = [One::default(); D];
        for (one, circulant) in places.iter_mut().zip(circulants) {
            let start = usize::from(circulant.column) * z;
            (one.at, one.end) = (start + usize::from(circulant.shift), start + z);
        }
        Self { places, z }
    }

    #[inline]
    fn next_row(&mut self) {
        for one in &mut self.places {
            one.at += 1;
            one.at -= if one.at == one.end { self.z } else { 0 };
        }
    }
}

/// A block row about to be gone through.
struct Layer<'a> {
    posteriors: &'a mut [i8],
    records: core::slice::ChunksExactMut<'a, i8>,
    z: usize,
    tuning: Tuning,
}

impl Layer<'_> {
    /// Steps 1 to 4 for each of its rows, which have `D` ones.
    fn update<const D: usize>(self, circulants: &[Circulant]) {
        let mut ones = Ones::<D>::new(circulants, self.z);
        for record in self.records {
            let row = update(
                self.posteriors,
                &ones.places,
                Row::load(record),
                self.tuning,
            );
            row.store(record);
            ones.next_row();
        }
    }
}

/// Steps 1 to 4 for one row: the messages anew.
#[inline]
fn update<const D: usize>(posteriors: &mut [i8], ones: &[One; D], old: Row, tuning: Tuning) -> Row {
    let (mut given, mut new) = ([0_i8; D], Row::default());
    let largest = if D <= FEW { CEILING } else { u8::MAX };
    let (mut least, mut second, mut third) = (largest, largest, largest);
    for (place, (one, q)) in ones.iter().zip(&mut given).enumerate() {
        let posterior = posteriors.get(one.at).copied().unwrap_or(0);
        *q = posterior.saturating_sub(old.message(place));
        let magnitude = q.unsigned_abs();
        let not_least = least.max(magnitude);
        third = third.min(second.max(not_least));
        second = second.min(not_least);
        least = least.min(magnitude);
        new.negative |= u32::from(*q < 0) << place;
    }
    new.negative ^= 0_u32.wrapping_sub(new.negative.count_ones() & 1);
    for (place, q) in given.iter().enumerate() {
        new.least |= u32::from(q.unsigned_abs() == least) << place;
    }
    [new.to_others, new.to_least] = if D <= FEW {
        tuning.of_three(least, second, third)
    } else {
        tuning.of_two(least, second)
    };
    for (place, (one, q)) in ones.iter().zip(&given).enumerate() {
        if let Some(posterior) = posteriors.get_mut(one.at) {
            *posterior = q.saturating_add(new.message(place));
        }
    }
    new
}
