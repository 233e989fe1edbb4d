//! The hunter over packed octets on a host: markers are searched in all places of many octets at once, and a unit that lies in the octets
//! at hand as a whole is judged where it stands. Only what the end of the octets cuts off goes the way through the buffer.

use super::{CRC_LEN, Delimited, LEN, LENGTH_KNOWN_AT, PltuHunter, State};
use crate::asm::packed::{PackedMarker, PackedSearch, bits_at};
use crate::asm::{Asm, Hit};
use crate::bits::pack;
use crate::crc::Crc32;
use crate::engine::Engine;
use crate::pltu::{PltuEvent, PltuReject};
use crate::simd;

/// Octets from which on this is faster than one by one.
pub(super) const WORTH_IT: usize = 24;

/// Octets of the marker: they must have been searched bit by bit, since a marker may begin before them.
const SEAM: usize = LEN as usize / 8;

/// What stands behind a marker.
enum Judged {
    /// A good unit of so many bits.
    Unit { bits: usize },
    /// None.
    Rejected(PltuReject),
    /// The octets end within it; so many bits are wanted.
    Unfinished { need_bits: usize },
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> PltuHunter<B> {
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
        let tolerance = u32::from(self.config.tolerance);
        PackedMarker::new(Asm::PLTU, tolerance, self.config.polarity)
    }

    /// Takes all whole octets of `bits`, if they are many, and returns the others.
    pub(super) fn handle_packed_bits<'b>(
        &mut self,
        bits: &'b [u8],
        sink: &mut impl FnMut(PltuEvent<'_>),
    ) -> &'b [u8] {
        if bits.len() < WORTH_IT * 8 {
            return bits;
        }
        let (whole, rest) = bits.as_chunks::<8>();
        let mut octets = [0; 1024];
        for piece in whole.chunks(octets.len()) {
            self.handle_octets(pack(piece, &mut octets), sink);
        }
        rest
    }

    /// Takes octets while searching and returns those that are left, if a unit has begun whose end is not among them.
    pub(super) fn hunt_packed<'o>(
        &mut self,
        octets: &'o [u8],
        sink: &mut impl FnMut(PltuEvent<'_>),
    ) -> &'o [u8] {
        let (Some((seam, behind)), Some(marker)) =
            (octets.split_first_chunk::<SEAM>(), self.marker())
        else {
            return octets;
        };
        for octet in seam {
            let bits = core::array::from_fn::<u8, 8, _>(|i| octet >> (7 - i) & 1);
            self.handle_single_bits(&bits, sink);
        }
        if !matches!(self.state, State::Searching) {
            return behind;
        }
        // Now the search holds just those octets, and the places from their second bit on are left.
        self.stats.bits += behind.len() as u64 * 8;
        let base = self.passed_bits - u64::from(LEN);
        let mut search = PackedSearch::new(self.engine(), marker, octets);
        let mut from = 1;
        while let Some((at, hit)) = search.next(from) {
            self.count_marker(hit);
            let behind = at + LEN as usize;
            self.passed_bits = base + behind as u64;
            match self.judge(octets, behind, hit, sink) {
                Judged::Unit { bits } => from = behind + bits - (LEN as usize - 1),
                Judged::Rejected(reason) => {
                    self.reject(hit, reason, sink);
                    from = at + 1;
                }
                Judged::Unfinished { need_bits } => {
                    self.hold(octets, at);
                    self.pending.clear();
                    self.pending.extend_from(octets, behind);
                    self.state = State::Candidate { hit, need_bits };
                    return &[];
                }
            }
        }
        let end = octets.len() * 8;
        self.hold(octets, end - LEN as usize);
        self.passed_bits = base + end as u64;
        &[]
    }

    /// The search as if the marker's length of bits from number `at` on had been pushed last.
    fn hold(&mut self, octets: &[u8], at: usize) {
        self.search.set((bits_at(octets, at) >> (64 - LEN)) as u32);
    }

    /// What stands from bit `behind` on, behind a marker.
    fn judge(
        &mut self,
        octets: &[u8],
        behind: usize,
        hit: Hit,
        sink: &mut impl FnMut(PltuEvent<'_>),
    ) -> Judged {
        let have_bits = octets.len() * 8 - behind;
        let turn = if hit.inverted { u64::MAX } else { 0 };
        let header = (bits_at(octets, behind) ^ turn).to_be_bytes();
        let header: [u8; LENGTH_KNOWN_AT] = core::array::from_fn(|i| header[i]);
        let known = (have_bits / 8).min(LENGTH_KNOWN_AT);
        let len = match self.delimit(header, known) {
            Err(reason) => return Judged::Rejected(reason),
            Ok(Delimited::NeedsHeader(octets)) => {
                let need_bits = octets * 8;
                return Judged::Unfinished { need_bits };
            }
            Ok(Delimited::Frame(len)) => len,
        };
        let unit_len = usize::from(len) + CRC_LEN;
        let need_bits = unit_len * 8;
        if have_bits < need_bits {
            return Judged::Unfinished { need_bits };
        }
        let engine = self.engine();
        let unit = self.pending.aligned(octets, behind, unit_len, hit.inverted);
        let (frame, crc) = unit.split_at_checked(usize::from(len)).unwrap_or_default();
        let received = crc.first_chunk().map_or(0, |&crc| u32::from_be_bytes(crc));
        let mut computed = Crc32::new();
        computed.update_with(engine, frame);
        let computed = computed.finish();
        //= 211.2-B-3 pltu-crc
        if received != computed {
            return Judged::Rejected(PltuReject::Crc {
                len,
                received,
                computed,
            });
        }
        sink(PltuEvent::Frame {
            at_bit: self.passed_bits - u64::from(LEN),
            inverted: hit.inverted,
            marker_errors: hit.errors,
            octets: frame,
        });
        self.stats.frames += 1;
        self.stats.frame_octets += u64::from(len);
        Judged::Unit { bits: need_bits }
    }

    /// As [`PltuHunter::search_pending_from`] from the first bit on.
    pub(super) fn search_pending_packed(&mut self) -> bool {
        for at in 0..LEN as usize {
            if self.search_bit(self.pending.bit(at)) {
                self.pending.drop_front(at + 1);
                return true;
            }
        }
        let whole = self.pending.len_bits() / 8;
        let (Some(octets), Some(marker)) = (self.pending.first_octets(whole), self.marker()) else {
            return self.search_pending_from(LEN as usize);
        };
        let base = self.passed_bits - u64::from(LEN);
        let found = PackedSearch::new(self.engine(), marker, octets).next(1);
        let at = found.map_or(whole * 8 - LEN as usize, |(at, _)| at);
        self.search.set((bits_at(octets, at) >> (64 - LEN)) as u32);
        let behind = at + LEN as usize;
        self.passed_bits = base + behind as u64;
        let Some((_, hit)) = found else {
            return self.search_pending_from(behind);
        };
        self.count_marker(hit);
        self.state = State::Candidate { hit, need_bits: 8 };
        self.pending.drop_front(behind);
        true
    }
}
