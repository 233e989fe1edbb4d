//! The report for people: one page that opens in any browser, without a network.
//!
//! The figures come from [`magpie_sim::report::Report`] (the content of `report.json`). What a page can show beyond them (the delivered octets themselves,
//! for a picture with its gaps) comes in [`Extras`]. Layers: [`findings`] draws conclusions, [`human`] writes numbers, [`html`] lays the page out.
//! No book is involved here. Left out: reading a report back from HTML.
//!
//! ```
//! use magpie::report::{Extras, html};
//! use magpie_sim::report::Report;
//!
//! let report = Report { scenario: "empty".into(), seed: 1, passes: vec![], delivered: vec![], machines: vec![], wall_s: 0.0 };
//! let page = html::render(&report, &Extras::default());
//! assert!(page.starts_with("<!doctype html>"));
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

pub mod findings;
mod flow;
pub mod html;
pub mod human;
pub(crate) mod machines;
mod map;
pub(crate) mod markup;
mod passes;
mod picture;
pub(crate) mod plots;

/// What the page shows beyond the report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    /// A remark at the head of the page, e.g. that the figures are made up.
    pub note: Option<String>,
    /// Delivered files whose octets are at hand. Files that are pictures (binary PGM or PPM) are shown.
    pub contents: Vec<FileContent>,
}

/// The octets of one delivered file, as far as they are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileContent {
    /// Name of the file, as in the report.
    pub name: String,
    /// The whole length of the file; octets outside of `covered` have no meaning.
    pub octets: Vec<u8>,
    /// What arrived, over all passes.
    pub covered: Coverage,
    /// What each pass brought by itself, by pass id.
    pub per_pass: BTreeMap<String, Coverage>,
}

/// Which octets of a file are there: ranges in order, apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage(Vec<Range<usize>>);

impl Coverage {
    /// Nothing is there.
    pub fn none() -> Self {
        Self::default()
    }

    /// All of a file of `len` octets.
    pub fn whole(len: usize) -> Self {
        std::iter::once(0..len).collect()
    }

    /// From one flag an octet.
    pub fn from_mask(mask: &[bool]) -> Self {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (at, _) in mask.iter().enumerate().filter(|(_, there)| **there) {
            match ranges.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => ranges.push(at..at + 1),
            }
        }
        Self(ranges)
    }

    /// The ranges that are there, in order.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.0
    }

    /// Number of octets that are there.
    pub fn octets(&self) -> usize {
        self.0.iter().map(Range::len).sum()
    }

    /// Number of octets of `wanted` that are there.
    pub fn octets_in(&self, wanted: &Range<usize>) -> usize {
        let first = self.0.partition_point(|range| range.end <= wanted.start);
        let overlap = |range: &Range<usize>| {
            range
                .end
                .min(wanted.end)
                .saturating_sub(range.start.max(wanted.start))
        };
        let met = self.0.get(first..).unwrap_or_default().iter();
        met.take_while(|range| range.start < wanted.end)
            .map(overlap)
            .sum()
    }

    /// Is every octet of `wanted` there? An empty range always is.
    pub fn has(&self, wanted: &Range<usize>) -> bool {
        wanted.is_empty() || {
            let before = self.0.partition_point(|range| range.end <= wanted.start);
            self.0
                .get(before)
                .is_some_and(|range| range.start <= wanted.start && wanted.end <= range.end)
        }
    }
}

/// Ranges in any order; those that touch or overlap are joined, empty ones dropped.
impl FromIterator<Range<usize>> for Coverage {
    fn from_iter<I: IntoIterator<Item = Range<usize>>>(ranges: I) -> Self {
        let mut sorted: Vec<Range<usize>> = ranges
            .into_iter()
            .filter(|range| !range.is_empty())
            .collect();
        sorted.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_and_asked() {
        let coverage: Coverage = [10..20, 0..5, 5..8, 15..30, 40..40].into_iter().collect();
        assert_eq!(coverage.ranges(), [0..8, 10..30]);
        assert_eq!(coverage.octets(), 28);
        assert!(coverage.has(&(0..8)) && coverage.has(&(12..30)) && coverage.has(&(9..9)));
        assert!(!coverage.has(&(7..9)) && !coverage.has(&(29..31)) && !coverage.has(&(50..51)));
    }

    #[test]
    fn a_mask_gives_the_same_ranges() {
        let mask = [true, true, false, true, false, false, true];
        assert_eq!(Coverage::from_mask(&mask).ranges(), [0..2, 3..4, 6..7]);
        assert_eq!(Coverage::from_mask(&[true; 9]), Coverage::whole(9));
        assert_eq!(Coverage::from_mask(&[]), Coverage::whole(0));
    }
}
