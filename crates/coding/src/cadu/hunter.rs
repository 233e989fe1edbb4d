//! The hunter: finds units of fixed length behind a marker in a stream of hard bits, and keeps their rhythm.
//!
//! Book: 131.0-B (attached sync marker; frame synchronisation is the implementer's). The judge of a unit is whoever decodes it: the sink
//! answers [`Verdict::Good`] or [`Verdict::Bad`]. Candidates are tried in the order of their first bit. A candidate is a place where the
//! marker stands with no more wrong bits than the search tolerates, or the place where the rhythm of the last good unit (the flywheel)
//! expects one, with a looser tolerance. Behind a good unit the search goes on, looking back over one marker length because the
//! decoder may have repaired the end of a unit that a slip had shortened; behind a bad one it goes on one bit behind the start of its
//! marker, in the bits kept meanwhile. So a slip costs the unit it hits, and the result depends only on the bits and the verdicts.
//!
//! Bounds. Memory: one unit. Work, over a whole stream: one marker comparison a bit and one more marker length a unit, and for every
//! candidate one verdict and one pass over the buffer. On a host markers of 3, 4 and 8 octets are searched in all places of many octets at
//! once, a unit that stands on octets as a whole is handed over where it stands, and behind a good unit only the places up to the
//! flywheel's are looked at.

#[cfg(feature = "std")]
mod packed;

use super::{CaduConfig, CaduError};
use crate::asm::{Asm, Hit, MarkerSearch, Polarity};
use crate::bit_buffer::BitBuffer;
#[cfg(feature = "std")]
use crate::engine::Engine;

/// What a [`CaduHunter`] is to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaduHunt {
    marker: Asm,
    unit_len: usize,
    tolerance: u8,
    flywheel_tolerance: u8,
    flywheel_units: u8,
    polarity: Polarity,
}

impl CaduHunt {
    /// Units of `unit_len` octets behind `marker`, both polarities; 1 bit of 16 of the marker may be wrong, 1 of 4 where the flywheel
    /// expects it, and the flywheel turns on for 4 units without a good one.
    pub const fn new(marker: Asm, unit_len: usize) -> Self {
        let len_bits = marker.len_bits() as u8;
        Self {
            marker,
            unit_len,
            tolerance: len_bits / 16,
            flywheel_tolerance: len_bits / 4,
            flywheel_units: 4,
            polarity: Polarity::Both,
        }
    }

    /// The units of `config`.
    pub const fn for_config(config: &CaduConfig) -> Self {
        Self::new(config.marker(), config.unit_len())
    }

    /// How many bits of a marker may be wrong anywhere (limited to less than half of them).
    #[must_use]
    pub const fn with_tolerance(self, bits: u8) -> Self {
        Self {
            tolerance: bits,
            ..self
        }
    }

    /// How many may be wrong where the flywheel expects the marker; the marker's length or more takes the unit in any case.
    #[must_use]
    pub const fn with_flywheel_tolerance(self, bits: u8) -> Self {
        Self {
            flywheel_tolerance: bits,
            ..self
        }
    }

    /// For how many units without a good one the flywheel turns on; 0 switches it off.
    #[must_use]
    pub const fn with_flywheel_units(self, units: u8) -> Self {
        Self {
            flywheel_units: units,
            ..self
        }
    }

    /// Which polarities to search.
    #[must_use]
    pub const fn with_polarity(self, polarity: Polarity) -> Self {
        Self { polarity, ..self }
    }

    const fn unit_bits(&self) -> usize {
        self.unit_len * 8
    }

    /// Bits at the end of a good unit that are searched once more.
    const fn look_back(&self) -> usize {
        let marker = self.marker.len_bits() as usize - 1;
        if marker < self.unit_bits() {
            marker
        } else {
            self.unit_bits()
        }
    }

    const fn cadu_bits(&self) -> u64 {
        self.unit_bits() as u64 + self.marker.len_bits() as u64
    }
}

/// What the sink thinks of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is a unit: its code or its frame check passed.
    Good,
    /// It is not, or it is damaged beyond repair.
    Bad,
}

/// A candidate, handed to the sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaduUnit<'a> {
    /// Position of the first bit of the marker, counted from the last [`CaduHunter::reset`] on.
    pub at_bit: u64,
    /// The bits came turned over; `octets` are as sent.
    pub inverted: bool,
    /// Wrong bits in the marker.
    pub marker_errors: u8,
    /// It stands where the flywheel expected it.
    pub flywheel: bool,
    /// What stands behind the marker, still randomized and encoded. To decode it in place, copy it.
    pub octets: &'a [u8],
}

/// Counters of a [`CaduHunter`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaduStats {
    /// Bits taken in.
    pub bits: u64,
    /// Markers found, true and false ones.
    pub markers: u64,
    /// Those of them that were turned over.
    pub inverted: u64,
    /// Those of them that stood where the flywheel expected one.
    pub flywheel_hits: u64,
    /// Places where the flywheel expected a marker and too many bits were wrong.
    pub flywheel_misses: u64,
    /// Units judged good.
    pub good: u64,
    /// Units judged bad.
    pub rejected: u64,
    /// Units that the end of a stream cut off.
    pub truncated: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// No marker; the buffer has no bit that was not searched.
    Searching,
    /// Behind a marker; the buffer's first bit is the first bit behind it.
    Candidate { hit: Hit, flywheel: bool },
}

/// The rhythm of the last good unit.
#[derive(Clone, Copy, Debug)]
struct Flywheel {
    /// Where it expects the next marker to begin.
    at_bit: u64,
    /// Units it has turned on for without a good one.
    idle_units: u8,
}

/// Finds units of up to `OCTETS` octets behind a marker in a stream of hard bits.
#[derive(Clone, Debug)]
pub struct CaduHunter<const OCTETS: usize = 2048> {
    hunt: CaduHunt,
    search: MarkerSearch,
    state: State,
    /// Bits behind the candidate's marker.
    pending: BitBuffer<[u8; OCTETS]>,
    /// Bits that the search has passed since the last reset: those in front of the buffer.
    passed_bits: u64,
    flywheel: Option<Flywheel>,
    stats: CaduStats,
    /// `None`: the fastest.
    #[cfg(feature = "std")]
    engine: Option<Engine>,
}

impl<const OCTETS: usize> CaduHunter<OCTETS> {
    /// A hunter at the start of a stream.
    ///
    /// # Errors
    /// [`CaduError::Buffer`] if a unit has more than `OCTETS` octets, [`CaduError::NoFrame`] if it has none.
    pub fn new(hunt: CaduHunt) -> Result<Self, CaduError> {
        if hunt.unit_len > OCTETS {
            return Err(CaduError::Buffer {
                need: hunt.unit_len,
                have: OCTETS,
            });
        }
        if hunt.unit_len == 0 {
            return Err(CaduError::NoFrame);
        }
        Ok(Self {
            hunt,
            search: MarkerSearch::new(hunt.marker, hunt.tolerance, hunt.polarity),
            state: State::Searching,
            pending: BitBuffer::new(),
            passed_bits: 0,
            flywheel: None,
            stats: CaduStats::default(),
            #[cfg(feature = "std")]
            engine: None,
        })
    }

    /// Counters since the hunter was made.
    pub const fn stats(&self) -> &CaduStats {
        &self.stats
    }

    /// True while the rhythm of a good unit is kept.
    pub const fn is_locked(&self) -> bool {
        self.flywheel.is_some()
    }

    /// Takes hard bits, one an element (only the lowest counts), and hands every candidate to `sink`, which judges it.
    pub fn handle_bits(&mut self, bits: &[u8], sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict) {
        #[cfg(feature = "std")]
        let bits = self.handle_packed_bits(bits, sink);
        self.handle_single_bits(bits, sink);
    }

    fn handle_single_bits(&mut self, bits: &[u8], sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict) {
        self.stats.bits += bits.len() as u64;
        let mut rest = bits;
        while !rest.is_empty() {
            let used = match self.state {
                State::Searching => self.search_fresh(rest),
                State::Candidate { .. } => {
                    let used = self.pending.extend(rest, self.hunt.unit_bits());
                    self.settle(sink);
                    used
                }
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Takes eight hard bits an octet, the first in the most significant place.
    pub fn handle_octets(&mut self, octets: &[u8], sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict) {
        let mut rest = octets;
        while let Some((&first, behind)) = rest.split_first() {
            let used = match self.state {
                #[cfg(feature = "std")]
                State::Searching if self.can_pack(rest) => {
                    rest = self.hunt_packed(rest, sink);
                    continue;
                }
                State::Searching => 0,
                State::Candidate { .. } => {
                    let used = self.pending.extend_octets(rest, self.hunt.unit_bits());
                    self.settle(sink);
                    used
                }
            };
            self.stats.bits += used as u64 * 8;
            rest = if used == 0 {
                let bits = core::array::from_fn::<u8, 8, _>(|i| first >> (7 - i) & 1);
                self.handle_single_bits(&bits, sink);
                behind
            } else {
                rest.get(used..).unwrap_or_default()
            };
        }
    }

    /// The stream has ended; a unit that is not complete is counted. Then as after [`CaduHunter::reset`].
    pub fn finish(&mut self) {
        // All units are equally long: whatever begins later in the buffer is cut off too.
        self.stats.truncated += u64::from(matches!(self.state, State::Candidate { .. }));
        self.reset();
    }

    /// Drops what was collected and the rhythm, as after a loss of lock; positions count from here. The counters stay.
    pub fn reset(&mut self) {
        self.search.reset();
        self.pending.clear();
        self.state = State::Searching;
        self.passed_bits = 0;
        self.flywheel = None;
    }

    /// Searches new bits up to a marker; tells how many it used.
    fn search_fresh(&mut self, bits: &[u8]) -> usize {
        let found = bits.iter().position(|&bit| self.search_bit(bit));
        found.map_or(bits.len(), |last| last + 1)
    }

    /// Searches the buffered bits up to a marker and drops those it passed. True if there is a marker.
    fn search_pending(&mut self) -> bool {
        #[cfg(feature = "std")]
        if self.can_pack(self.pending.octets()) {
            return self.search_pending_packed();
        }
        self.search_pending_from(0)
    }

    /// The same, but bits in front of number `from` are already in the search.
    fn search_pending_from(&mut self, from: usize) -> bool {
        for at in from..self.pending.len_bits() {
            if self.search_bit(self.pending.bit(at)) {
                self.pending.drop_front(at + 1);
                return true;
            }
        }
        self.pending.clear();
        false
    }

    #[inline]
    fn search_bit(&mut self, bit: u8) -> bool {
        self.passed_bits += 1;
        let found = self.search.push(bit);
        let expected = self
            .flywheel
            .is_some_and(|wheel| Some(wheel.at_bit) == self.marker_at());
        if found.is_none() && !expected {
            return false;
        }
        self.take_marker(found, expected)
    }

    /// A marker ends with the last bit, or the flywheel expected one to.
    fn take_marker(&mut self, found: Option<Hit>, expected: bool) -> bool {
        let loose = u32::from(self.hunt.flywheel_tolerance);
        let Some(hit) = found.or_else(|| self.search.hit_within(loose)) else {
            self.stats.flywheel_misses += 1;
            self.turn_flywheel();
            return false;
        };
        self.count_marker(hit, expected);
        self.state = State::Candidate {
            hit,
            flywheel: expected,
        };
        true
    }

    fn count_marker(&mut self, hit: Hit, expected: bool) {
        self.stats.markers += 1;
        self.stats.inverted += u64::from(hit.inverted);
        self.stats.flywheel_hits += u64::from(expected);
    }

    /// The expected place passed without a good unit: expect the next one, or give up.
    fn turn_flywheel(&mut self) {
        self.flywheel = self.flywheel.and_then(|wheel| {
            let idle_units = wheel.idle_units.saturating_add(1);
            let at_bit = wheel.at_bit + self.hunt.cadu_bits();
            (idle_units < self.hunt.flywheel_units).then_some(Flywheel { at_bit, idle_units })
        });
    }

    /// Goes on as far as the buffered bits allow.
    fn settle(&mut self, sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict) {
        let unit_bits = self.hunt.unit_bits();
        loop {
            match self.state {
                State::Searching => {
                    if !self.search_pending() {
                        return;
                    }
                }
                State::Candidate { .. } if self.pending.len_bits() < unit_bits => return,
                State::Candidate { hit, flywheel } => self.judge(hit, flywheel, sink),
            }
        }
    }

    fn judge(&mut self, hit: Hit, flywheel: bool, sink: &mut impl FnMut(CaduUnit<'_>) -> Verdict) {
        let unit_len = self.hunt.unit_len;
        if hit.inverted {
            self.pending.invert(unit_len);
        }
        let verdict = sink(CaduUnit {
            at_bit: self.marker_at().unwrap_or_default(),
            inverted: hit.inverted,
            marker_errors: hit.errors,
            flywheel,
            octets: self.pending.first_octets(unit_len).unwrap_or_default(),
        });
        if hit.inverted {
            self.pending.invert(unit_len); // the search goes on in the bits as received
        }
        match verdict {
            Verdict::Good => self.accept(),
            // The search still holds the marker's bits: its next bit tests the start one behind this marker's.
            Verdict::Bad => self.refuse(flywheel),
        }
        self.state = State::Searching;
    }

    fn refuse(&mut self, flywheel: bool) {
        self.stats.rejected += 1;
        if flywheel {
            self.turn_flywheel();
        }
    }

    /// Goes on behind a good unit, with the unit's last bits in the search once more.
    fn accept(&mut self) {
        let unit_bits = self.hunt.unit_bits();
        self.passed_bits += unit_bits as u64;
        self.search.reset();
        let look_back = self.hunt.look_back();
        for at in unit_bits - look_back..unit_bits {
            // fewer bits than a marker: cannot be one yet
            let _ = self.search.push(self.pending.bit(at));
        }
        self.pending.drop_front(unit_bits);
        self.start_flywheel();
    }

    /// A good unit ends with the last bit passed: the next marker is expected there.
    fn start_flywheel(&mut self) {
        self.stats.good += 1;
        let wheel = Flywheel {
            at_bit: self.passed_bits,
            idle_units: 0,
        };
        self.flywheel = (self.hunt.flywheel_units > 0).then_some(wheel);
    }

    /// Position of the first bit of a marker that ends with the last bit passed; `None` if the stream is not that long yet.
    #[inline]
    fn marker_at(&self) -> Option<u64> {
        self.passed_bits
            .checked_sub(u64::from(self.hunt.marker.len_bits()))
    }
}
