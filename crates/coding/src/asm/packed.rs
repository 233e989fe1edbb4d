//! The search for a marker in packed octets: many places at once, by [`crate::simd::search`]. Host only; what it finds is what
//! [`MarkerSearch`](super::MarkerSearch) finds, without its bits one by one.

use super::{Asm, Hit, Polarity};
use crate::engine::Engine;
use crate::simd::search::{LONGEST, TILE, Tile, Wanted, search};

/// The 64 bits of `octets` from bit `at` on, the first in the most significant place; zeros behind the end.
#[inline]
pub(crate) fn bits_at(octets: &[u8], at: usize) -> u64 {
    let (skip, shift) = (at / 8, at % 8);
    let rest = octets.get(skip..).unwrap_or_default();
    if let Some((&eight, behind)) = rest.split_first_chunk::<8>() {
        let next = u64::from(behind.first().copied().unwrap_or(0));
        return u64::from_be_bytes(eight) << shift | next << shift >> 8;
    }
    let mut eight = [0; 8];
    for (place, &octet) in eight.iter_mut().zip(rest) {
        *place = octet;
    }
    u64::from_be_bytes(eight) << shift
}

/// A marker, and how it is searched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackedMarker {
    asm: Asm,
    wanted: Wanted,
}

impl PackedMarker {
    /// `None` if the marker cannot be searched so: it must have 3, 4 or 8 octets.
    pub(crate) const fn new(asm: Asm, tolerance: u32, polarity: Polarity) -> Option<Self> {
        let Some(len @ (3 | 4 | LONGEST)) = asm.len_octets() else {
            return None;
        };
        let wanted = Wanted {
            octets: (asm.value() << (64 - asm.len_bits)).to_be_bytes(),
            len,
            tolerance,
            both: matches!(polarity, Polarity::Both),
        };
        Some(Self { asm, wanted })
    }

    /// The marker that begins at bit `at`, if no more than `tolerance` bits are wrong. Of the two polarities the one with fewer errors
    /// counts.
    #[inline]
    pub(crate) fn hit_at(&self, octets: &[u8], at: usize, tolerance: u32) -> Option<Hit> {
        let len = self.asm.len_bits;
        let wrong = (bits_at(octets, at) >> (64 - len) ^ self.asm.value()).count_ones();
        let upright = wrong <= tolerance;
        let turned = self.wanted.both && len - wrong <= tolerance;
        let inverted = turned && (!upright || len - wrong < wrong);
        let errors = if inverted { len - wrong } else { wrong } as u8;
        (upright || turned).then_some(Hit { inverted, errors })
    }
}

/// So many places are quicker looked at one by one.
const FEW: usize = 96;

/// All places of one run of octets where a marker stands.
pub(crate) struct PackedSearch<'a> {
    engine: Engine,
    marker: PackedMarker,
    octets: &'a [u8],
    /// Which octets' places `tile` has: none at first.
    first: usize,
    len: usize,
    tile: Tile,
}

impl<'a> PackedSearch<'a> {
    pub(crate) const fn new(engine: Engine, marker: PackedMarker, octets: &'a [u8]) -> Self {
        Self {
            engine,
            marker,
            octets,
            first: 0,
            len: 0,
            tile: Tile::EMPTY,
        }
    }

    /// How many places there are: markers lie in the octets as a whole.
    pub(crate) const fn places(&self) -> usize {
        let len = self.marker.asm.len_bits as usize;
        (self.octets.len() * 8 + 1).saturating_sub(len)
    }

    /// The first place from bit `from` to bit `last` where a marker begins. If they are few and not searched yet, they are looked at one by
    /// one: where a rhythm is kept, that is all there is to search.
    pub(crate) fn next_until(&mut self, from: usize, last: usize) -> Option<(usize, Hit)> {
        if last - from > FEW {
            return self.next(from).filter(|&(at, _)| at <= last);
        }
        let tolerance = self.marker.wanted.tolerance;
        (from..=last).find_map(|at| Some((at, self.marker.hit_at(self.octets, at, tolerance)?)))
    }

    /// The first place at or behind bit `from` where a marker begins.
    pub(crate) fn next(&mut self, from: usize) -> Option<(usize, Hit)> {
        let mut from = from;
        while from < self.places() {
            let octet = from / 8;
            if octet < self.first || octet >= self.first + self.len {
                self.take(octet);
            }
            let Some(at) = self.marked(from) else {
                from = (self.first + self.len) * 8;
                continue;
            };
            if at >= self.places() {
                return None;
            }
            let hit = self
                .marker
                .hit_at(self.octets, at, self.marker.wanted.tolerance)?;
            return Some((at, hit));
        }
        None
    }

    /// Searches from octet `first` on.
    fn take(&mut self, first: usize) {
        let rest = self.octets.get(first..).unwrap_or_default();
        self.first = first;
        self.len = rest.len().min(TILE);
        let stream = &mut self.tile.stream;
        let taken = rest.len().min(stream.len());
        let (now, behind) = stream.split_at_mut(taken);
        now.copy_from_slice(rest.get(..taken).unwrap_or_default());
        behind.fill(0);
        search(self.engine, &self.marker.wanted, &mut self.tile, self.len);
    }

    /// The first place marked in the tile at or behind bit `from`, which lies in it.
    fn marked(&self, from: usize) -> Option<usize> {
        let skip = from / 8 - self.first;
        let hits = self.tile.hits.get(skip..self.len)?;
        let (&first, rest) = hits.split_first()?;
        let first = first & 0xFF >> (from % 8);
        if first != 0 {
            return Some(from / 8 * 8 + first.leading_zeros() as usize);
        }
        let (words, _) = rest.as_chunks::<8>();
        let empty = words.iter().take_while(|word| **word == [0; 8]).count();
        let rest = rest.get(empty * 8..)?;
        let octet = rest.iter().position(|&octet| octet != 0)?;
        let place = rest.get(octet)?.leading_zeros() as usize;
        Some((from / 8 + 1 + empty * 8 + octet) * 8 + place)
    }
}
