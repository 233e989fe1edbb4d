//! A bounded set of whole numbers, kept as runs: which records, and which octets of a record, are here.
//!
//! No book. Runs that touch are one, so a complete recording is one run however often and in whatever order it came.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// One run more than the set may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyRuns;

/// The set; runs are in order, with a gap of one number at least between two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    runs: Vec<(u64, u64)>,
}

impl Ranges {
    pub(super) fn runs(&self) -> &[(u64, u64)] {
        &self.runs
    }

    /// Runs as they were kept; `None` unless they are in order and apart.
    pub(super) fn from_runs(runs: Vec<(u64, u64)>) -> Option<Self> {
        let each = runs.iter().all(|(first, last)| first <= last);
        let apart = runs.windows(2).all(|pair| match pair {
            [(_, last), (first, _)] => last.checked_add(1).is_some_and(|next| next < *first),
            _ => true,
        });
        (each && apart).then_some(Self { runs })
    }

    /// Where the first run stands that ends at `number` or behind it.
    fn at(&self, number: u64) -> usize {
        self.runs.partition_point(|&(_, last)| last < number)
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        let run = self.runs.get(self.at(number));
        run.is_some_and(|&(first, _)| first <= number)
    }

    /// All of them are in the set.
    pub(super) fn contains_all(&self, first: u64, last: u64) -> bool {
        let run = self.runs.get(self.at(first));
        run.is_some_and(|&(from, to)| from <= first && last <= to)
    }

    /// Adds all numbers from `first` to `last`, unless that took more runs than `max`.
    pub(super) fn insert(&mut self, first: u64, last: u64, max: usize) -> Result<(), TooManyRuns> {
        let from = self.at(first.saturating_sub(1));
        let behind = last.saturating_add(1);
        let to = self.runs.partition_point(|&(start, _)| start <= behind);
        if from >= to {
            if self.runs.len() >= max {
                return Err(TooManyRuns);
            }
            self.runs.insert(from, (first, last));
            return Ok(());
        }
        let joined = self.runs.get(from..to).unwrap_or_default();
        let start = joined.first().map_or(first, |run| run.0.min(first));
        let end = joined.last().map_or(last, |run| run.1.max(last));
        self.runs.splice(from..to, [(start, end)]);
        Ok(())
    }

    /// The numbers from `first` to `last` that are not in the set, in order, as runs.
    pub(super) fn gaps(&self, first: u64, last: u64) -> impl Iterator<Item = RangeInclusive<u64>> {
        let mut runs = self.runs.get(self.at(first)..).unwrap_or_default().iter();
        let mut next = (first <= last).then_some(first);
        core::iter::from_fn(move || {
            loop {
                let from = next?;
                match runs.next() {
                    Some(&(start, end)) if start <= last => {
                        next = end.checked_add(1).filter(|next| *next <= last);
                        if start > from {
                            return Some(from..=start - 1);
                        }
                    }
                    _ => {
                        next = None;
                        return Some(from..=last);
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Ranges;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn it_is_a_set_of_numbers(runs in prop::collection::vec((0_u64..60, 0_u64..8), 0..20), window in (0_u64..60, 0_u64..60)) {
            let (mut ranges, mut naive) = (Ranges::default(), BTreeSet::new());
            for (first, more) in runs {
                let last = first + more;
                if ranges.insert(first, last, 5).is_ok() {
                    naive.extend(first..=last);
                } else {
                    prop_assert!(!(first.saturating_sub(1)..=last + 1).any(|n| naive.contains(&n)));
                }
                prop_assert!(ranges.runs().len() <= 5);
                prop_assert_eq!(Ranges::from_runs(ranges.runs().to_vec()), Some(ranges.clone()));
                prop_assert_eq!(ranges.contains_all(first, last), (first..=last).all(|n| naive.contains(&n)));
            }
            for number in 0..70 {
                prop_assert_eq!(ranges.contains(number), naive.contains(&number));
            }
            let (first, last) = window;
            let gaps: Vec<u64> = ranges.gaps(first, last).flatten().collect();
            let absent: Vec<u64> = (first..=last).filter(|n| !naive.contains(n)).collect();
            prop_assert_eq!(gaps, absent);
        }
    }

    #[test]
    fn the_ends_of_all_numbers() {
        let mut ranges = Ranges::default();
        ranges.insert(u64::MAX, u64::MAX, 2).unwrap();
        ranges.insert(0, 0, 2).unwrap();
        assert_eq!(ranges.insert(7, 7, 2), Err(super::TooManyRuns));
        let gaps: Vec<_> = ranges.gaps(0, u64::MAX).collect();
        assert_eq!(gaps, [1..=u64::MAX - 1]);
        ranges.insert(1, u64::MAX - 1, 2).unwrap();
        assert_eq!(ranges.runs(), [(0, u64::MAX)]);
        assert_eq!(Ranges::from_runs([(0, 1), (2, 3)].to_vec()), None);
        assert_eq!(Ranges::from_runs([(3, 2)].to_vec()), None);
    }
}
