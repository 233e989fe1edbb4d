//! A set of octets of a file as disjoint intervals.
//!
//! ```
//! use magpie_ground::team::Intervals;
//! let mut there = Intervals::default();
//! there.insert(10..20);
//! there.insert(0..10);
//! assert_eq!((there.total(), there.gaps_below(25).collect::<Vec<_>>()), (20, vec![20..25]));
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

/// Disjoint, non-adjacent intervals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intervals {
    /// Start → end.
    ends: BTreeMap<u64, u64>,
}

impl Intervals {
    /// Adds an interval; parts that are there already stay.
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let (mut start, mut end) = (range.start, range.end);
        // Everything that begins at or before the end and reaches the start melts into one.
        while let Some((&other, &other_end)) = self.ends.range(..=end).next_back() {
            if other_end < start {
                break;
            }
            start = start.min(other);
            end = end.max(other_end);
            self.ends.remove(&other);
        }
        self.ends.insert(start, end);
    }

    /// Octets in the set.
    pub fn total(&self) -> u64 {
        self.ends.iter().map(|(start, end)| end - start).sum()
    }

    /// Octets of the set below `size`.
    pub fn total_below(&self, size: u64) -> u64 {
        self.ends
            .iter()
            .map(|(&start, &end)| end.min(size).saturating_sub(start))
            .sum()
    }

    /// Is every octet of the range there?
    pub fn contains(&self, range: &Range<u64>) -> bool {
        range.is_empty()
            || self
                .ends
                .range(..=range.start)
                .next_back()
                .is_some_and(|(_, &end)| end >= range.end)
    }

    /// The intervals in order.
    pub fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.ends.iter().map(|(&start, &end)| start..end)
    }

    /// What is missing below `size`, in order.
    pub fn gaps_below(&self, size: u64) -> impl Iterator<Item = Range<u64>> + '_ {
        let starts = self.ends.keys().copied().chain(std::iter::once(u64::MAX));
        let ends = std::iter::once(0).chain(self.ends.values().copied());
        ends.zip(starts)
            .map(move |(from, to)| from..to.min(size))
            .filter(|gap| !gap.is_empty())
    }

    /// The end of the last interval.
    pub fn end(&self) -> u64 {
        self.ends.values().next_back().copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn like_a_row_of_flags(ranges in proptest::collection::vec((0u8..60, 0u8..20), 0..20), size in 0u8..90) {
            let mut flags = [false; 100];
            let mut set = Intervals::default();
            for (start, len) in ranges {
                set.insert(u64::from(start)..u64::from(start + len));
                flags[usize::from(start)..usize::from(start + len)].fill(true);
            }
            let count = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count() as u64;
            let below = u64::from(size);
            prop_assert_eq!(set.total(), count(&flags));
            prop_assert_eq!(set.total_below(below), count(&flags[..usize::from(size)]));
            let gaps: u64 = set.gaps_below(below).map(|gap| gap.end - gap.start).sum();
            prop_assert_eq!(gaps, below - set.total_below(below));
            for (at, &flag) in (0u64..).zip(&flags) {
                prop_assert_eq!(set.contains(&(at..at + 1)), flag);
            }
            let rows: Vec<_> = set.iter().collect();
            prop_assert!(rows.windows(2).all(|pair| pair[0].end < pair[1].start), "disjoint and not adjacent");
        }
    }
}
