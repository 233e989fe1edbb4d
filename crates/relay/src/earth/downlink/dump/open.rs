//! A record of which some octets are here.

use alloc::vec::Vec;

use super::Piece;
use crate::earth::downlink::ranges::Ranges;

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    New,
    Repeated,
    Conflict,
    NoRoom,
    Whole,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) header_len: u16,
    pub(super) crc: u32,
    /// All octets; what is not here is zero.
    pub(super) octets: Vec<u8>,
    pub(super) here: Ranges,
    /// When its last piece came.
    pub(super) touched: u64,
}

/// A piece lies in its record, and says something unless the record is empty.
pub(super) fn is_possible(piece: &Piece<'_>) -> bool {
    let end = u64::from(piece.at) + piece.octets.len() as u64;
    end <= u64::from(piece.len)
        && u32::from(piece.header_len) <= piece.len
        && (piece.len == 0) == piece.octets.is_empty()
}

impl Open {
    pub(super) fn new(piece: &Piece<'_>) -> Self {
        Self {
            header_len: piece.header_len,
            crc: piece.crc,
            octets: alloc::vec![0; piece.len as usize],
            here: Ranges::default(),
            touched: 0,
        }
    }

    pub(super) fn place(&mut self, piece: &Piece<'_>, pieces: usize, clock: u64) -> Placed {
        let same = (piece.len as usize, piece.header_len, piece.crc)
            == (self.octets.len(), self.header_len, self.crc);
        if !same {
            return Placed::Conflict;
        }
        self.touched = clock;
        if piece.octets.is_empty() {
            return Placed::Whole;
        }
        let (first, from) = (u64::from(piece.at), piece.at as usize);
        let (last, to) = (
            first + piece.octets.len() as u64 - 1,
            from + piece.octets.len(),
        );
        // What is here already was good when it came, and stays: only gaps are filled.
        let gaps: Vec<_> = self.here.gaps(first, last).collect();
        let mut at = first;
        for run in gaps.iter().map(|gap| *gap.start()..*gap.end() + 1) {
            if self.differs(piece, at, run.start) {
                return Placed::Conflict;
            }
            at = run.end;
        }
        if self.differs(piece, at, last + 1) {
            return Placed::Conflict;
        }
        if gaps.is_empty() {
            return Placed::Repeated;
        }
        if self.here.insert(first, last, pieces).is_err() {
            return Placed::NoRoom;
        }
        if let Some(place) = self.octets.get_mut(from..to) {
            place.copy_from_slice(piece.octets);
        }
        let end = self.octets.len() as u64 - 1;
        if self.here.contains_all(0, end) {
            Placed::Whole
        } else {
            Placed::New
        }
    }

    /// The octets from `at` up to `end`, which are here, are others in the piece.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "both lie in a record whose length has 32 bits"
    )]
    fn differs(&self, piece: &Piece<'_>, at: u64, end: u64) -> bool {
        let (at, end, from) = (at as usize, end as usize, piece.at as usize);
        at < end && self.octets.get(at..end) != piece.octets.get(at - from..end - from)
    }
}
