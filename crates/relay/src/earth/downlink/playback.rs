//! Playback by command: a range of a recording as dump packets that can be sent any number of times.
//!
//! No book rules this. A dump packet is a space packet (133.0-B, telemetry, unsegmented) whose data field names stream, record and place, so that the
//! far end ([`dump`](super::dump)) puts every octet where it belongs, however often, in whatever order and in how many passes it comes. All numbers are
//! sent most significant octet first.
//!
//! | Octets | Field |
//! |---|---|
//! | 1 | kind: `D1` a piece of a record, `D2` records that do not exist |
//! | 4 | stream |
//! | 8 | record number; `D2`: the first |
//! | 8 | `D2`: the last, both included |
//! | 4 | `D1`: octets of the record, header and payload |
//! | 2 | `D1`: octets of its header, which stands first |
//! | 4 | `D1`: CRC-32 of the record (that of 211.2-B-3, which the project has) |
//! | 4 | `D1`: place of the piece in the record |
//! | … | `D1`: the piece |
//! | 2 | CRC-16 of the packet up to here |
//!
//! ```
//! use magpie_relay::earth::downlink::playback::{DumpRecord, DumpRequest, DumpSource, Playback, PlaybackConfig, SourceFault};
//! use magpie_wire::id::Apid;
//! struct Two;
//! impl DumpSource for Two {
//!     fn end(&self, _stream: u32) -> u64 { 2 }
//!     fn next(&mut self, _stream: u32, from: u64, record: &mut DumpRecord) -> Result<bool, SourceFault> {
//!         record.number = from;
//!         record.payload.extend_from_slice(b"sol 196");
//!         Ok(from < 2)
//!     }
//! }
//! let mut playback = Playback::new(PlaybackConfig::new(Apid::new(0x641).unwrap())).unwrap();
//! playback.request(DumpRequest { stream: 1, first: 0, last: 9 }).unwrap();
//! let mut packet = [0; 1024];
//! assert!(playback.next_packet(&mut Two, &mut packet).unwrap() > 0);
//! ```

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use magpie_coding::crc::{crc16_fecf, crc32_proximity};
use magpie_link::clock::Instant;
use magpie_wire::id::{Apid, Vcid};
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{HEADER_LEN, PacketType, SpacePacketHeader};

use super::{Downlink, OfferError};

/// First octet of a data field with a piece of a record.
pub(super) const PIECE: u8 = 0xD1;
/// First octet of a data field that names records that do not exist.
pub(super) const ABSENT: u8 = 0xD2;
/// Octets of a data field in front of the piece.
pub(super) const PIECE_HEADER_LEN: usize = 27;
/// Octets of a data field that names absent records, the check not counted.
pub(super) const ABSENT_LEN: usize = 21;
/// Octets of the check.
pub(super) const CHECK_LEN: usize = 2;

/// A record as the source hands it over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DumpRecord {
    /// Its number in the stream.
    pub number: u64,
    /// What the memory knows about it (time, source, pass …).
    pub header: Vec<u8>,
    /// What was recorded.
    pub payload: Vec<u8>,
}

/// The memory could not read a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceFault {
    /// The record that could not be read; those before it do not exist.
    pub number: u64,
}

/// A memory with recordings.
pub trait DumpSource {
    /// The number that the next record of this stream will get: all records there are have smaller ones.
    fn end(&self, stream: u32) -> u64;

    /// Reads the first record whose number is `from` or greater into `record`, which comes empty. `false` if there is none.
    ///
    /// # Errors
    /// [`SourceFault`] if there is one that cannot be read; it is counted and passed over.
    fn next(
        &mut self,
        stream: u32,
        from: u64,
        record: &mut DumpRecord,
    ) -> Result<bool, SourceFault>;
}

/// Records to be sent, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DumpRequest {
    /// Stream.
    pub stream: u32,
    /// First record.
    pub first: u64,
    /// Last record; what is not recorded yet is left out.
    pub last: u64,
}

/// How dump packets are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaybackConfig {
    /// Their application.
    pub apid: Apid,
    /// Octets of the longest dump packet, its header counted.
    pub packet_max: usize,
    /// Requests that wait at the most.
    pub requests_max: usize,
}

impl PlaybackConfig {
    /// Packets of 1024 octets at the most, 64 requests.
    pub const fn new(apid: Apid) -> Self {
        Self {
            apid,
            packet_max: 1024,
            requests_max: 64,
        }
    }
}

/// Why a playback or a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaybackError {
    /// As many requests wait as may.
    Full,
    /// The last record comes before the first.
    Reversed,
    /// No room for a piece in a packet, or a packet longer than 65,542 octets, or the APID of idle packets.
    Config,
}

impl fmt::Display for PlaybackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "as many dumps wait as may",
            Self::Reversed => "last record before the first",
            Self::Config => "packet_max or apid cannot be used for dumps",
        })
    }
}

impl core::error::Error for PlaybackError {}

/// Counters of a playback.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlaybackStats {
    /// Requests taken.
    pub requests: u64,
    /// Requests refused because as many waited as may.
    pub refused_full: u64,
    /// Requests refused because their ends were reversed.
    pub refused_bad: u64,
    /// Records of which the last piece was sent.
    pub records: u64,
    /// Packets.
    pub packets: u64,
    /// Records that the memory could not read.
    pub faults: u64,
    /// Records that are longer than a dump packet can say.
    pub too_long: u64,
}

/// The record that is being sent, as octets.
#[derive(Debug, Clone)]
struct Open {
    number: u64,
    header_len: u16,
    octets: Vec<u8>,
    crc: u32,
    sent: usize,
}

/// A request at work.
#[derive(Debug, Clone)]
struct Job {
    stream: u32,
    next: u64,
    /// Nothing is left behind `last`.
    last: u64,
    done: bool,
    open: Option<Open>,
}

/// Turns requests into dump packets, first come, first served.
#[derive(Debug, Clone)]
pub struct Playback {
    config: PlaybackConfig,
    waiting: VecDeque<DumpRequest>,
    job: Option<Job>,
    sequence: SeqCount,
    stats: PlaybackStats,
    data: Vec<u8>,
    held: Vec<u8>,
}

impl Playback {
    /// A playback with nothing to do.
    ///
    /// # Errors
    /// [`PlaybackError::Config`].
    pub fn new(config: PlaybackConfig) -> Result<Self, PlaybackError> {
        let least = HEADER_LEN + PIECE_HEADER_LEN + 1 + CHECK_LEN;
        let fits = (least..=HEADER_LEN + 65_536).contains(&config.packet_max);
        if !fits || config.apid.is_idle() || config.requests_max == 0 {
            return Err(PlaybackError::Config);
        }
        Ok(Self {
            config,
            waiting: VecDeque::new(),
            job: None,
            sequence: SeqCount::default(),
            stats: PlaybackStats::default(),
            data: Vec::new(),
            held: Vec::new(),
        })
    }

    /// Takes a request.
    ///
    /// # Errors
    /// [`PlaybackError::Full`], [`PlaybackError::Reversed`]; both are counted.
    pub fn request(&mut self, request: DumpRequest) -> Result<(), PlaybackError> {
        if request.first > request.last {
            self.stats.refused_bad += 1;
            return Err(PlaybackError::Reversed);
        }
        if self.waiting.len() >= self.config.requests_max {
            self.stats.refused_full += 1;
            return Err(PlaybackError::Full);
        }
        self.stats.requests += 1;
        self.waiting.push_back(request);
        Ok(())
    }

    /// Forgets everything that was requested; a packet that the downlink could not take yet is forgotten too.
    pub fn stop(&mut self) {
        self.waiting.clear();
        self.job = None;
        self.held.clear();
    }

    /// Nothing is left to send.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.job.is_none() && self.held.is_empty()
    }

    /// Counters.
    pub const fn stats(&self) -> &PlaybackStats {
        &self.stats
    }

    /// Gives packets to a virtual channel until its queue is full or nothing is left; tells how many. The packet that found no room is kept. When
    /// nothing is left, the channel is flushed.
    ///
    /// # Errors
    /// An [`OfferError`] other than `Full`: the channel does not take such packets.
    pub fn pump(
        &mut self,
        now: Instant,
        source: &mut impl DumpSource,
        downlink: &mut Downlink,
        vcid: Vcid,
    ) -> Result<u64, OfferError> {
        let mut packets = 0;
        let mut held = core::mem::take(&mut self.held);
        let verdict = loop {
            if held.is_empty() {
                held.resize(self.config.packet_max, 0);
                let Some(len) = self.next_packet(source, &mut held) else {
                    held.clear();
                    downlink.flush(vcid);
                    break Ok(packets);
                };
                held.truncate(len);
            }
            match downlink.offer(now, vcid, &held) {
                Ok(()) => {
                    packets += 1;
                    held.clear();
                }
                Err(OfferError::Full) => break Ok(packets),
                Err(error) => break Err(error),
            }
        };
        self.held = held;
        verdict
    }

    /// Writes the next dump packet to the front of `out`, which holds [`PlaybackConfig::packet_max`] octets, and tells its length; `None` if nothing is
    /// left or `out` is too short.
    pub fn next_packet(&mut self, source: &mut impl DumpSource, out: &mut [u8]) -> Option<usize> {
        if out.len() < self.config.packet_max {
            return None;
        }
        loop {
            if self.job.is_none() {
                let request = self.waiting.pop_front()?;
                let end = source.end(request.stream);
                self.job = Some(Job {
                    stream: request.stream,
                    next: request.first,
                    last: request.last.min(end.saturating_sub(1)),
                    done: end == 0,
                    open: None,
                });
            }
            let mut job = self.job.take()?;
            self.data.clear();
            if let Some(open) = &mut job.open {
                self.put_piece(job.stream, open);
                if open.sent == open.octets.len() {
                    self.stats.records += 1;
                    job.open = None;
                }
                self.job = Some(job);
            } else if job.done || job.next > job.last {
                continue; // this request is done
            } else {
                self.advance(&mut job, source);
                self.job = Some(job);
            }
            if !self.data.is_empty() {
                return self.emit(out);
            }
        }
    }

    /// Opens the next record; records that are passed over because they do not exist are told.
    fn advance(&mut self, job: &mut Job, source: &mut impl DumpSource) {
        let mut record = DumpRecord::default();
        let from = job.next;
        let (found, readable) = match source.next(job.stream, from, &mut record) {
            Ok(true) => (Some(record.number), true),
            Ok(false) => (None, true),
            Err(fault) => (Some(fault.number.max(from)), false),
        };
        let Some(number) = found.filter(|number| (from..=job.last).contains(number)) else {
            self.put_absent(job.stream, from, job.last);
            job.done = true;
            return;
        };
        if number > from {
            self.put_absent(job.stream, from, number - 1);
        }
        job.next = number.saturating_add(1);
        job.done = number == job.last;
        if !readable {
            self.stats.faults += 1;
            return;
        }
        let header_len = u16::try_from(record.header.len());
        let mut octets = record.header;
        octets.append(&mut record.payload);
        match (header_len, u32::try_from(octets.len())) {
            (Ok(header_len), Ok(_)) => {
                let crc = crc32_proximity(&octets);
                job.open = Some(Open {
                    number,
                    header_len,
                    octets,
                    crc,
                    sent: 0,
                });
            }
            _ => self.stats.too_long += 1,
        }
    }

    fn put_absent(&mut self, stream: u32, first: u64, last: u64) {
        self.data.push(ABSENT);
        self.data.extend_from_slice(&stream.to_be_bytes());
        self.data.extend_from_slice(&first.to_be_bytes());
        self.data.extend_from_slice(&last.to_be_bytes());
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the record was opened because its length has 32 bits"
    )]
    fn put_piece(&mut self, stream: u32, open: &mut Open) {
        let room = self.config.packet_max - HEADER_LEN - PIECE_HEADER_LEN - CHECK_LEN;
        let rest = open.octets.get(open.sent..).unwrap_or_default();
        let piece = rest.get(..room).unwrap_or(rest);
        self.data.push(PIECE);
        self.data.extend_from_slice(&stream.to_be_bytes());
        self.data.extend_from_slice(&open.number.to_be_bytes());
        let len = open.octets.len() as u32;
        self.data.extend_from_slice(&len.to_be_bytes());
        self.data.extend_from_slice(&open.header_len.to_be_bytes());
        self.data.extend_from_slice(&open.crc.to_be_bytes());
        let at = open.sent as u32;
        self.data.extend_from_slice(&at.to_be_bytes());
        self.data.extend_from_slice(piece);
        open.sent += piece.len();
    }

    fn emit(&mut self, out: &mut [u8]) -> Option<usize> {
        self.data.extend_from_slice(&[0; CHECK_LEN]);
        let header = SpacePacketHeader {
            sequence_count: self.sequence,
            ..SpacePacketHeader::new(PacketType::Telemetry, self.config.apid)
        };
        let len = header.emit(&self.data, out).ok()?;
        let (covered, check) = out.get_mut(..len)?.split_last_chunk_mut()?;
        *check = crc16_fecf(covered).to_be_bytes();
        self.sequence = self.sequence.next();
        self.stats.packets += 1;
        Some(len)
    }
}
