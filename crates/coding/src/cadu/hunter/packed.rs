//! The hunter over packed octets on a host: markers are searched in all places of many octets at once, and a unit that lies in the octets
//! at hand as a whole is judged where it stands. Only what the end of the octets cuts off goes the way through the buffer.

use super::{CaduHunter, CaduUnit, State, Verdict};
use crate::asm::Hit;
use crate::asm::packed::{PackedMarker, PackedSearch};
use crate::bits::pack;
use crate::engine::Engine;
use crate::simd;
use core::ops::Range;

/// Octets behind the marker's length from which on this is faster than bit by bit.
const WORTH_IT: usize = 16;

impl<const OCTETS: usize> CaduHunter<OCTETS> {
    /// With these instructions instead of the fastest.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self {
            engine: Some(engine),
            ..self
        }
    }

    fn engine(&self) -> Engine {
        self.engine.unwrap_or_else(simd::best)
    }

    fn marker(&self) -> Option<PackedMarker> {
        let tolerance = self.search.tolerance();
        PackedMarker::new(self.hunt.marker, tolerance, self.hunt.polarity)
    }

    /// Whether octets are enough, and the marker is one that is searched so.
    pub(super) fn can_pack(&self, octets: &[u8]) -> bool {
        let seam = self.hunt.marker.len_octets();
        seam.is_some_and(|seam| octets.len() >= seam + WORTH_IT) && self.marker().is_some()
    }

    /// Takes all whole octets of `bits`, if they are many, and returns the others.
    pub(super) fn handle_packed_bits<'b>(
        &mut self,
        bits: &'b [u8],
        sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict,
    ) -> &'b [u8] {
        if bits.len() < WORTH_IT * 8 {
            return bits;
        }
        let (whole, rest) = bits.as_chunks::<8>();
        let mut octets = [0; 2048];
        for piece in whole.chunks(octets.len()) {
            self.handle_octets(pack(piece, &mut octets), sink);
        }
        rest
    }

    /// Takes octets while searching and returns those that are left, if a unit has begun whose end is not among them.
    pub(super) fn hunt_packed<'o>(
        &mut self,
        octets: &'o [u8],
        sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict,
    ) -> &'o [u8] {
        let len = self.hunt.marker.len_bits() as usize;
        let (Some((seam, behind)), Some(marker)) =
            (octets.split_at_checked(len / 8), self.marker())
        else {
            return octets;
        };
        // A marker may begin before these octets.
        for (octet, left) in (1..).zip(seam) {
            let bits = core::array::from_fn::<u8, 8, _>(|i| left >> (7 - i) & 1);
            self.handle_single_bits(&bits, sink);
            if !matches!(self.state, State::Searching) {
                return octets.get(octet..).unwrap_or_default();
            }
        }
        // Now the search holds just those octets, and the places from their second bit on are left.
        self.stats.bits += behind.len() as u64 * 8;
        let base = self.passed_bits - len as u64;
        let mut search = PackedSearch::new(self.engine(), marker, octets);
        let mut from = 1;
        while let Some((at, hit, expected)) = self.next_place(&mut search, base, from) {
            let behind = at + len;
            self.passed_bits = base + behind as u64;
            let loose = u32::from(self.hunt.flywheel_tolerance);
            let Some(hit) = hit.or_else(|| marker.hit_at(octets, at, loose)) else {
                self.stats.flywheel_misses += 1;
                self.turn_flywheel();
                from = at + 1;
                continue;
            };
            self.count_marker(hit, expected);
            if octets.len() * 8 - behind < self.hunt.unit_bits() {
                self.hold(octets, at..behind);
                self.pending.clear();
                self.pending.extend_from(octets, behind);
                self.state = State::Candidate {
                    hit,
                    flywheel: expected,
                };
                return &[];
            }
            from = match self.judge_in(octets, behind, hit, expected, sink) {
                Verdict::Good => behind + self.hunt.unit_bits() - self.hunt.look_back(),
                Verdict::Bad => at + 1,
            };
        }
        // A unit shorter than its marker may end so late that bits of the marker before it are among the last.
        let end = octets.len() * 8;
        self.hold(octets, from.max(end - len)..end);
        self.passed_bits = base + end as u64;
        &[]
    }

    /// The next place at or behind bit `from` where a marker stands or the flywheel expects one; the first bit is number `base`.
    fn next_place(
        &self,
        search: &mut PackedSearch<'_>,
        base: u64,
        from: usize,
    ) -> Option<(usize, Option<Hit>, bool)> {
        let expected = self
            .flywheel
            .and_then(|wheel| usize::try_from(wheel.at_bit.checked_sub(base)?).ok())
            .filter(|at| (from..search.places()).contains(at));
        let Some(at) = expected else {
            let (at, hit) = search.next(from)?;
            return Some((at, Some(hit), false));
        };
        match search.next_until(from, at) {
            Some((found, hit)) => Some((found, Some(hit), found == at)),
            None => Some((at, None, true)),
        }
    }

    /// The search as if these bits, no more than the marker has, were all that it was given.
    fn hold(&mut self, octets: &[u8], places: Range<usize>) {
        self.search.reset();
        for place in places {
            let octet = octets.get(place / 8).copied().unwrap_or(0);
            let _ = self.search.push(octet >> (7 - place % 8) & 1);
        }
    }

    /// Judges the unit that begins with bit `behind` and lies in the octets as a whole.
    fn judge_in(
        &mut self,
        octets: &[u8],
        behind: usize,
        hit: Hit,
        flywheel: bool,
        sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict,
    ) -> Verdict {
        let at_bit = self.marker_at().unwrap_or_default();
        let unit_len = self.hunt.unit_len;
        let verdict = sink(CaduUnit {
            at_bit,
            inverted: hit.inverted,
            marker_errors: hit.errors,
            flywheel,
            octets: self.pending.aligned(octets, behind, unit_len, hit.inverted),
        });
        match verdict {
            Verdict::Good => {
                self.passed_bits += self.hunt.unit_bits() as u64;
                self.start_flywheel();
            }
            Verdict::Bad => self.refuse(flywheel),
        }
        verdict
    }

    /// As [`CaduHunter::search_pending_from`] from the first bit on.
    pub(super) fn search_pending_packed(&mut self) -> bool {
        let len = self.hunt.marker.len_bits() as usize;
        for at in 0..len {
            if self.search_bit(self.pending.bit(at)) {
                self.pending.drop_front(at + 1);
                return true;
            }
        }
        let Some(marker) = self.marker() else {
            return self.search_pending_from(len);
        };
        let base = self.passed_bits - len as u64;
        let octets = self.pending.octets();
        let whole = octets.len() * 8;
        let mut search = PackedSearch::new(self.engine(), marker, octets);
        let next = self.next_place(&mut search, base, 1);
        // Up to just before that place at once, and from there on bit by bit.
        let at = next.map_or(whole - len, |(at, _, _)| at - 1);
        for place in at..at + len {
            let _ = self.search.push(self.pending.bit(place));
        }
        self.passed_bits = base + (at + len) as u64;
        self.search_pending_from(at + len)
    }
}
