//! The number of a symbol, kept over gaps, and how a carrier hands over to the next.

use super::position::Position;
use super::verify::Found;
use super::{Event, Status};

/// Zeros are told in pieces of this length.
const ZEROS: [i8; 1024] = [0; 1024];

/// The place of a symbol in the count, kept over gaps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Count {
    /// Where a symbol begins, and its number.
    pub at: Position,
    pub number: u64,
    /// Symbols a second by the book, and samples a symbol as measured.
    pub rate: f64,
    pub period: f64,
    /// Likely error of the period, in parts of it.
    pub drift: f64,
}

impl Count {
    /// The number of the symbol that begins at `at`; `None` if the clock is too old to say.
    pub(crate) fn number_at(&self, at: Position, rate: f64) -> Option<u64> {
        let symbols = at.since(self.at) / self.period;
        let whole = symbols.round();
        let unsure = 0.05 + 3.0 * self.drift * symbols.abs();
        let fits = (rate - self.rate).abs() < 1e-3 * rate && (symbols - whole).abs() < 0.25;
        (fits && unsure < 0.25 && whole >= 0.0).then(|| self.number + whole as u64)
    }

    /// Tells zeros from the kept count up to symbol `number`.
    pub(crate) fn fill(&self, number: u64, teller: &mut Teller<'_, '_>) {
        let mut first = self.number;
        while first < number {
            let piece = (number - first).min(ZEROS.len() as u64) as usize;
            let at = self
                .at
                .plus((first - self.number) as f64 * self.period)
                .samples();
            let soft = ZEROS.get(..piece).unwrap_or_default();
            (teller.sink)(Event::Symbols { first, at, soft });
            first += piece as u64;
        }
    }
}

/// Where things are told, and what of them is kept for the next carrier.
pub(crate) struct Teller<'a, 'b> {
    pub sink: &'a mut dyn FnMut(Event<'_>),
    pub status: &'b mut Status,
    pub count: &'b mut Option<Count>,
}

/// Why a carrier is followed no longer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ended {
    /// It was lost, and should be found here again: in Hz above the recording's centre, beside the aid.
    Gone { at: u64, hz: f64, rate: f64 },
    /// It was none.
    None { at: u64 },
    /// Another line is tried; this one (above the search's middle) is refused for a while.
    Other { at: u64, found: Found, refused: f64 },
}
