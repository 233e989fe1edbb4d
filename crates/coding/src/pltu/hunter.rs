//! The hunter: finds PLTUs in a stream of hard bits of unknown phase and polarity.
//!
//! Book: 211.2-B-3 (delimiting by the frame's own length, CRC check) and the length fields of 211.0-B-6 and 732.1-B. Rules: the leftmost
//! marker is tried first; if a good frame stands behind it, the search goes on behind that frame (for markers that end there, so that a
//! bit lost at the end of a CRC does not cost the next frame); if not, it goes on one bit behind the start of the marker, in the bits
//! kept meanwhile. So a false marker or a damaged length costs time, never a good frame, and the events depend only on the bits, not on
//! how they were cut into calls.
//!
//! On a host bits are packed first, and octets searched many places at once (`packed.rs`): 4 to 12 Gbit/s of noise with up to two wrong
//! marker bits, whatever the instructions. Without `std` it is one comparison a bit, or one look-up an octet where no wrong bits are
//! tolerated.
//!
//! Bounds. Memory: one buffer of 2052 octets, or as much as is lent. Work, over a whole stream: one marker comparison a bit and 23 a frame, and for every marker found at most
//! one pass over the buffer to align it and one CRC over at most 2048 octets; a single call may do this for all markers among the
//! buffered 16,416 bits. Delay: a false marker holds back what follows by at most the configured maximum frame length.

use super::search::{LEN, PltuSearch};
use super::{
    CRC_LEN, MAX_FRAME_LEN, MIN_FRAME_LEN, PltuConfig, PltuEvent, PltuReject, PltuStats,
    PltuVersion,
};
use crate::asm::Hit;
use crate::bit_buffer::BitBuffer;
use crate::crc::crc32_proximity;
#[cfg(feature = "std")]
use crate::engine::Engine;

#[cfg(feature = "std")]
mod packed;

const BUFFER_LEN: usize = MAX_FRAME_LEN + CRC_LEN;
/// Octets of a Version-4 primary header that is not truncated and has no VC frame count.
const MIN_V4_LEN: u16 = 7;
/// Octets of a truncated Version-4 primary header.
const MIN_V4_TRUNCATED_LEN: u16 = 4;
/// Octets of header that hold the length, for the version that has it farthest back.
const LENGTH_KNOWN_AT: usize = 6;

#[derive(Clone, Copy, Debug)]
enum State {
    /// No marker; the buffer has no bit that was not searched.
    Searching,
    /// Behind a marker; the buffer's first bit is the first bit behind it.
    Candidate { hit: Hit, need_bits: usize },
}

/// What the header says so far.
enum Delimited {
    /// This many octets of header decide more.
    NeedsHeader(usize),
    /// The frame has this many octets.
    Frame(u16),
}

/// Finds PLTUs in a stream of hard bits.
#[derive(Clone, Debug)]
pub struct PltuHunter<B = [u8; BUFFER_LEN]> {
    config: PltuConfig,
    search: PltuSearch,
    state: State,
    /// Bits behind the candidate's marker.
    pending: BitBuffer<B>,
    /// Bits that the search has passed since the last reset: those in front of the buffer.
    passed_bits: u64,
    stats: PltuStats,
    /// `None`: the fastest.
    #[cfg(feature = "std")]
    engine: Option<Engine>,
}

impl PltuHunter {
    /// A hunter at the start of a stream, with room for the longest frame.
    pub const fn new(config: PltuConfig) -> Self {
        Self::assemble(config, BitBuffer::new())
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> PltuHunter<B> {
    /// A hunter at the start of a stream. Frames of more than four octets less than `memory` are refused by their length.
    pub const fn with_memory(config: PltuConfig, memory: B) -> Self {
        Self::assemble(config, BitBuffer::over(memory))
    }

    const fn assemble(config: PltuConfig, pending: BitBuffer<B>) -> Self {
        Self {
            config,
            search: PltuSearch::new(config.tolerance, config.polarity),
            state: State::Searching,
            pending,
            passed_bits: 0,
            stats: PltuStats {
                bits: 0,
                markers: 0,
                inverted: 0,
                frames: 0,
                frame_octets: 0,
                rejected_version: 0,
                rejected_truncated_not_managed: 0,
                rejected_length: 0,
                rejected_crc: 0,
                rejected_truncated: 0,
            },
            #[cfg(feature = "std")]
            engine: None,
        }
    }

    /// Another memory, as in [`PltuHunter::with_memory`]; what was collected is dropped as in [`PltuHunter::reset`].
    pub fn lend(&mut self, memory: B) {
        self.pending = BitBuffer::over(memory);
        self.reset();
    }

    /// Whether there is room for the shortest unit at all.
    fn is_deaf(&self) -> bool {
        self.pending.capacity() < LENGTH_KNOWN_AT + CRC_LEN
    }

    /// Counters since the hunter was made.
    pub const fn stats(&self) -> &PltuStats {
        &self.stats
    }

    /// True while bits behind a marker are collected, that is, while later bits may still complete a frame.
    pub const fn is_collecting(&self) -> bool {
        matches!(self.state, State::Candidate { .. })
    }

    /// Takes hard bits, one an element (only the lowest counts), and hands every finding to `sink`.
    pub fn handle_bits(&mut self, bits: &[u8], sink: &mut impl FnMut(PltuEvent<'_>)) {
        #[cfg(feature = "std")]
        let bits = self.handle_packed_bits(bits, sink);
        self.handle_single_bits(bits, sink);
    }

    fn handle_single_bits(&mut self, bits: &[u8], sink: &mut impl FnMut(PltuEvent<'_>)) {
        self.stats.bits += bits.len() as u64;
        if self.is_deaf() {
            self.passed_bits += bits.len() as u64;
            return;
        }
        let mut rest = bits;
        while !rest.is_empty() {
            let used = match self.state {
                State::Searching => self.search_fresh(rest),
                State::Candidate { need_bits, .. } => {
                    let used = self.pending.extend(rest, need_bits);
                    self.settle(sink);
                    used
                }
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Takes eight hard bits an octet, the first in the most significant place. The same as [`PltuHunter::handle_bits`], but faster: octets in
    /// which no marker can end are passed over, and those behind a marker are kept as they are.
    pub fn handle_octets(&mut self, octets: &[u8], sink: &mut impl FnMut(PltuEvent<'_>)) {
        if self.is_deaf() {
            self.stats.bits += octets.len() as u64 * 8;
            self.passed_bits += octets.len() as u64 * 8;
            return;
        }
        let mut rest = octets;
        while let Some((&first, behind)) = rest.split_first() {
            #[cfg(feature = "std")]
            if matches!(self.state, State::Searching) && rest.len() >= packed::WORTH_IT {
                rest = self.hunt_packed(rest, sink);
                continue;
            }
            let used = match self.state {
                State::Searching => self.pass_over(rest),
                State::Candidate { need_bits, .. } => {
                    let used = self.pending.extend_octets(rest, need_bits);
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

    /// The stream has ended: what is incomplete is rejected, frames within it are found. Then as after [`PltuHunter::reset`].
    pub fn finish(&mut self, sink: &mut impl FnMut(PltuEvent<'_>)) {
        while let State::Candidate { hit, need_bits } = self.state {
            let (have_bits, need_bits) = (self.pending.len_bits() as u16, need_bits as u16);
            self.reject(
                hit,
                PltuReject::Truncated {
                    have_bits,
                    need_bits,
                },
                sink,
            );
            self.settle(sink);
        }
        self.reset();
    }

    /// Drops what was collected without an event, as after a loss of lock; positions count from here. The counters stay.
    pub fn reset(&mut self) {
        self.search.reset();
        self.pending.clear();
        self.state = State::Searching;
        self.passed_bits = 0;
    }

    /// Searches new bits up to a marker; tells how many it used.
    fn search_fresh(&mut self, bits: &[u8]) -> usize {
        let found = bits.iter().position(|&bit| self.search_bit(bit));
        found.map_or(bits.len(), |last| last + 1)
    }

    /// Passes over octets in which no marker ends; tells how many.
    fn pass_over(&mut self, octets: &[u8]) -> usize {
        let stop = octets.iter().position(|&o| !self.search.pass_over(o));
        let passed = stop.unwrap_or(octets.len());
        self.passed_bits += passed as u64 * 8;
        passed
    }

    /// Searches the buffered bits up to a marker and drops those it passed. True if there is a marker.
    fn search_pending(&mut self) -> bool {
        #[cfg(feature = "std")]
        if self.pending.len_bits() >= packed::WORTH_IT * 8 {
            return self.search_pending_packed();
        }
        self.search_pending_from(0)
    }

    /// The same, but bits in front of number `at` are already in the search.
    fn search_pending_from(&mut self, at: usize) -> bool {
        let mut at = at;
        while at < self.pending.len_bits() {
            let whole = if at.is_multiple_of(8) {
                self.pending.octet(at / 8)
            } else {
                None
            };
            if whole.is_some_and(|octet| self.search.pass_over(octet)) {
                self.passed_bits += 8;
                at += 8;
                continue;
            }
            if self.search_bit(self.pending.bit(at)) {
                self.pending.drop_front(at + 1);
                return true;
            }
            at += 1;
        }
        self.pending.clear();
        false
    }

    #[inline]
    fn search_bit(&mut self, bit: u8) -> bool {
        self.passed_bits += 1;
        let Some(hit) = self.search.push(bit) else {
            return false;
        };
        self.count_marker(hit);
        self.state = State::Candidate { hit, need_bits: 8 };
        true
    }

    fn count_marker(&mut self, hit: Hit) {
        self.stats.markers += 1;
        self.stats.inverted += u64::from(hit.inverted);
    }

    /// Goes on as far as the buffered bits allow.
    fn settle(&mut self, sink: &mut impl FnMut(PltuEvent<'_>)) {
        loop {
            match self.state {
                State::Searching => {
                    if !self.search_pending() {
                        return;
                    }
                }
                State::Candidate { need_bits, .. } if self.pending.len_bits() < need_bits => return,
                State::Candidate { hit, .. } => self.examine(hit, sink),
            }
        }
    }

    /// Reads as much of the candidate as has come; accepts it, rejects it, or asks for more bits.
    fn examine(&mut self, hit: Hit, sink: &mut impl FnMut(PltuEvent<'_>)) {
        match self.delimit_pending(hit) {
            Err(reason) => self.reject(hit, reason, sink),
            Ok(Delimited::NeedsHeader(octets)) => {
                self.state = State::Candidate {
                    hit,
                    need_bits: octets * 8,
                };
            }
            Ok(Delimited::Frame(len)) => {
                let need_bits = (usize::from(len) + CRC_LEN) * 8;
                if self.pending.len_bits() < need_bits {
                    self.state = State::Candidate { hit, need_bits };
                } else {
                    self.check_crc(hit, len, sink);
                }
            }
        }
    }

    fn delimit_pending(&self, hit: Hit) -> Result<Delimited, PltuReject> {
        let mut header = [0; LENGTH_KNOWN_AT];
        let known = (self.pending.len_bits() / 8).min(LENGTH_KNOWN_AT);
        let received = self.pending.first_octets(known).unwrap_or_default();
        for (octet, &received) in header.iter_mut().zip(received) {
            *octet = if hit.inverted { !received } else { received };
        }
        self.delimit(header, known)
    }

    /// The frame length by the header, of which `known` octets have come.
    fn delimit(
        &self,
        header: [u8; LENGTH_KNOWN_AT],
        known: usize,
    ) -> Result<Delimited, PltuReject> {
        let [h0, _, h2, h3, h4, h5] = header;
        let room = self.pending.capacity().saturating_sub(CRC_LEN);
        let max = u16::try_from(room)
            .unwrap_or(u16::MAX)
            .min(self.config.max_frame_len);
        let checked = |len: u32, min: u16| match u16::try_from(len) {
            Ok(fits) if (min..=max).contains(&fits) => Ok(Delimited::Frame(fits)),
            _ => Err(PltuReject::Length { len, min, max }),
        };
        match (h0 >> 4, known) {
            (_, 0) => Ok(Delimited::NeedsHeader(1)),
            //= 211.2-B-3 one-version
            (bits, _) if !self.admits(bits) => Err(PltuReject::Version { bits }),
            (0b1000..=0b1100, 1..=3) => Ok(Delimited::NeedsHeader(4)),
            //= 211.2-B-3 delimit-v3
            (0b1000..=0b1011, _) => checked(
                u32::from(u16::from_be_bytes([h2 & 0b111, h3])) + 1,
                MIN_FRAME_LEN as u16,
            ),
            //= 211.2-B-3 delimit-v4
            (0b1100, _) if h3 & 1 == 1 => match self.config.truncated_frame_len {
                Some(len) => checked(u32::from(len), MIN_V4_TRUNCATED_LEN),
                None => Err(PltuReject::TruncatedNotManaged),
            },
            (0b1100, 4..=5) => Ok(Delimited::NeedsHeader(LENGTH_KNOWN_AT)),
            (0b1100, _) => checked(u32::from(u16::from_be_bytes([h4, h5])) + 1, MIN_V4_LEN),
            (bits, _) => Err(PltuReject::Version { bits }), //= 211.2-B-3 delimit-other
        }
    }

    /// Whether a header that begins so can be of the version that the stream carries.
    fn admits(&self, bits: u8) -> bool {
        self.config
            .only
            .is_none_or(|only| PltuVersion::of_bits(bits) == Some(only))
    }

    fn check_crc(&mut self, hit: Hit, len: u16, sink: &mut impl FnMut(PltuEvent<'_>)) {
        let unit_len = usize::from(len) + CRC_LEN;
        if hit.inverted {
            self.pending.invert(unit_len);
        }
        let unit = self.pending.first_octets(unit_len).unwrap_or_default();
        let (octets, crc) = unit.split_at_checked(usize::from(len)).unwrap_or_default();
        let received = crc.first_chunk().map_or(0, |&crc| u32::from_be_bytes(crc));
        let computed = crc32_proximity(octets);
        //= 211.2-B-3 pltu-crc
        if received == computed {
            let at_bit = self.marker_at();
            let Hit {
                inverted,
                errors: marker_errors,
            } = hit;
            sink(PltuEvent::Frame {
                at_bit,
                inverted,
                marker_errors,
                octets,
            });
            self.stats.frames += 1;
            self.stats.frame_octets += u64::from(len);
            self.go_on_behind(hit, unit_len * 8);
        } else {
            if hit.inverted {
                self.pending.invert(unit_len); // the search goes on in the bits as received
            }
            self.reject(
                hit,
                PltuReject::Crc {
                    len,
                    received,
                    computed,
                },
                sink,
            );
        }
    }

    /// Back to searching, behind a good unit, with the last bits of its CRC in the search once more: too few to be a marker, but a unit
    /// whose last bit was lost is good all the same if the first bit of the next marker happens to be that bit.
    fn go_on_behind(&mut self, hit: Hit, unit_bits: usize) {
        self.search.reset();
        let look_back = LEN as usize - 1;
        for at in unit_bits.saturating_sub(look_back)..unit_bits {
            let _ = self
                .search
                .push(self.pending.bit(at) ^ u8::from(hit.inverted));
        }
        self.pending.drop_front(unit_bits);
        self.passed_bits += unit_bits as u64;
        self.state = State::Searching;
    }

    /// Back to searching. The search still holds the marker's bits, so the next bit tests the start one behind this marker's.
    fn reject(&mut self, hit: Hit, reason: PltuReject, sink: &mut impl FnMut(PltuEvent<'_>)) {
        self.stats.count(reason);
        let at_bit = self.marker_at();
        let Hit {
            inverted,
            errors: marker_errors,
        } = hit;
        sink(PltuEvent::Rejected {
            at_bit,
            inverted,
            marker_errors,
            reason,
        });
        self.state = State::Searching;
    }

    /// Position of the first bit of the candidate's marker.
    fn marker_at(&self) -> u64 {
        self.passed_bits - u64::from(LEN)
    }
}
