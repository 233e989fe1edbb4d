//! The far end of playback: records put together from any number of dumps, in whatever order, with what is still missing.
//!
//! No book rules this; the packets are those of [`playback`](super::playback). A piece goes where it says it belongs, a repeated one changes nothing, so a
//! dump can be commanded again at any time. A record is handed over once, when all its octets are here and its CRC-32 agrees; the same number never
//! comes twice, not even after [`DumpReceiver::restore`]. Memory is bounded by [`DumpLimits`]: the record whose last piece is longest ago makes room for a
//! new one and is counted; what is lost so is [missing](DumpReceiver::missing) and can be requested again.
//!
//! ```
//! use magpie_relay::earth::downlink::dump::{DumpLimits, DumpReceiver, Taken};
//! let mut receiver = DumpReceiver::new(DumpLimits::default());
//! // A packet that says that records 0 to 4 of stream 1 do not exist.
//! let mut packet = vec![0x06, 0x41, 0xC0, 0, 0, 22, 0xD2, 0, 0, 0, 1];
//! packet.extend([0_u64.to_be_bytes(), 4_u64.to_be_bytes()].concat());
//! packet.extend(magpie_coding::crc::crc16_fecf(&packet).to_be_bytes());
//! assert_eq!(receiver.handle_packet(&packet, &mut |_| {}), Taken::Absent);
//! assert_eq!(receiver.missing(1, 0, 9, 8), [5..=9]);
//! ```

mod open;
mod saved;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use magpie_coding::crc::{crc16_fecf, crc32_proximity};
use magpie_wire::space_packet::SpacePacket;

use super::playback::{ABSENT, ABSENT_LEN, CHECK_LEN, PIECE, PIECE_HEADER_LEN};
use super::ranges::Ranges;
use open::{Open, Placed};

/// Bounds of the receiver's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DumpLimits {
    /// Streams that are known.
    pub streams: usize,
    /// Runs of complete (and of absent) records of a stream.
    pub runs: usize,
    /// Records of which something is here.
    pub open_records: usize,
    /// Octets of all of them, complete or not.
    pub open_octets: usize,
    /// Runs of octets of a record that is not complete.
    pub pieces: usize,
}

impl Default for DumpLimits {
    fn default() -> Self {
        Self {
            streams: 64,
            runs: 4096,
            open_records: 1024,
            open_octets: 16 << 20,
            pieces: 256,
        }
    }
}

/// A record that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DumpedRecord<'a> {
    /// Stream.
    pub stream: u32,
    /// Number.
    pub number: u64,
    /// What the memory knew about it.
    pub header: &'a [u8],
    /// What was recorded.
    pub payload: &'a [u8],
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Taken {
    /// Octets that were missing.
    New,
    /// The last octets of a record, which was handed over.
    Complete,
    /// Nothing new.
    Repeated,
    /// Records that do not exist.
    Absent,
    /// Not a dump packet, or damaged.
    NotADump,
    /// It contradicts what came before about its record; the record goes on without it.
    Conflict,
    /// All octets were here, but their CRC-32 was wrong: the record starts anew.
    BadRecord,
    /// A bound was reached; the packet changed nothing.
    NoRoom,
}

/// Counters: one of them rises with each packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DumpStats {
    /// Packets with something new.
    pub new: u64,
    /// Records completed.
    pub complete: u64,
    /// Packets without anything new.
    pub repeated: u64,
    /// Packets about records that do not exist.
    pub absent: u64,
    /// Other packets, and damaged ones.
    pub not_a_dump: u64,
    /// Packets that contradicted others.
    pub conflicts: u64,
    /// Records with a wrong CRC-32.
    pub bad_records: u64,
    /// Packets that a bound kept out.
    pub no_room: u64,
    /// Records that made room for others; not a count of packets.
    pub evicted: u64,
}

/// What is known of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Stream {
    complete: Ranges,
    absent: Ranges,
}

/// Puts records together.
#[derive(Debug, Clone)]
pub struct DumpReceiver {
    limits: DumpLimits,
    streams: BTreeMap<u32, Stream>,
    open: BTreeMap<(u32, u64), Open>,
    /// Octets of the open records.
    held: usize,
    /// Packets so far, to know the oldest.
    clock: u64,
    stats: DumpStats,
}

/// The fields of a piece.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    key: (u32, u64),
    len: u32,
    header_len: u16,
    crc: u32,
    at: u32,
    octets: &'a [u8],
}

/// A dump packet.
enum Dump<'a> {
    Piece(Piece<'a>),
    Absent { stream: u32, first: u64, last: u64 },
}

fn parse(packet: &[u8]) -> Option<Dump<'_>> {
    let data = SpacePacket::parse(packet).ok()?.data();
    let (covered, check) = packet.split_last_chunk::<CHECK_LEN>()?;
    if crc16_fecf(covered) != u16::from_be_bytes(*check) {
        return None;
    }
    let (data, _) = data.split_last_chunk::<CHECK_LEN>()?;
    match *data.first()? {
        PIECE => {
            let (head, octets) = data.split_first_chunk::<PIECE_HEADER_LEN>()?;
            let [_, s0, s1, s2, s3, n0, n1, n2, n3, n4, n5, n6, n7, rest @ ..] = *head;
            let [l0, l1, l2, l3, h0, h1, c0, c1, c2, c3, a0, a1, a2, a3] = rest;
            Some(Dump::Piece(Piece {
                key: (
                    u32::from_be_bytes([s0, s1, s2, s3]),
                    u64::from_be_bytes([n0, n1, n2, n3, n4, n5, n6, n7]),
                ),
                len: u32::from_be_bytes([l0, l1, l2, l3]),
                header_len: u16::from_be_bytes([h0, h1]),
                crc: u32::from_be_bytes([c0, c1, c2, c3]),
                at: u32::from_be_bytes([a0, a1, a2, a3]),
                octets,
            }))
        }
        ABSENT => {
            let head: &[u8; ABSENT_LEN] = data.try_into().ok()?;
            let (stream, numbers) = head.get(1..)?.split_first_chunk::<4>()?;
            let (first, last) = numbers.split_first_chunk::<8>()?;
            let (first, last) = (
                u64::from_be_bytes(*first),
                u64::from_be_bytes(last.try_into().ok()?),
            );
            let stream = u32::from_be_bytes(*stream);
            (first <= last).then_some(Dump::Absent {
                stream,
                first,
                last,
            })
        }
        _ => None,
    }
}

impl DumpReceiver {
    /// A receiver that knows nothing.
    pub const fn new(limits: DumpLimits) -> Self {
        Self {
            limits,
            streams: BTreeMap::new(),
            open: BTreeMap::new(),
            held: 0,
            clock: 0,
            stats: DumpStats {
                new: 0,
                complete: 0,
                repeated: 0,
                absent: 0,
                not_a_dump: 0,
                conflicts: 0,
                bad_records: 0,
                no_room: 0,
                evicted: 0,
            },
        }
    }

    /// Counters.
    pub const fn stats(&self) -> &DumpStats {
        &self.stats
    }

    /// Octets held for records that are not complete.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Takes a packet of the playback channel; a record that it completes goes to `sink`.
    pub fn handle_packet(
        &mut self,
        packet: &[u8],
        sink: &mut dyn FnMut(DumpedRecord<'_>),
    ) -> Taken {
        self.clock += 1;
        let taken = match parse(packet) {
            None => Taken::NotADump,
            Some(Dump::Piece(piece)) => self.take_piece(&piece, sink),
            Some(Dump::Absent {
                stream,
                first,
                last,
            }) => self.take_absent(stream, first, last),
        };
        let counter = match taken {
            Taken::New => &mut self.stats.new,
            Taken::Complete => &mut self.stats.complete,
            Taken::Repeated => &mut self.stats.repeated,
            Taken::Absent => &mut self.stats.absent,
            Taken::NotADump => &mut self.stats.not_a_dump,
            Taken::Conflict => &mut self.stats.conflicts,
            Taken::BadRecord => &mut self.stats.bad_records,
            Taken::NoRoom => &mut self.stats.no_room,
        };
        *counter += 1;
        taken
    }

    /// The stream, made known if there is room for one more.
    fn stream_mut(&mut self, stream: u32) -> Option<&mut Stream> {
        let room = self.streams.len() < self.limits.streams;
        if !room && !self.streams.contains_key(&stream) {
            return None;
        }
        Some(self.streams.entry(stream).or_default())
    }

    fn take_absent(&mut self, stream: u32, first: u64, last: u64) -> Taken {
        let runs = self.limits.runs;
        let Some(known) = self.stream_mut(stream) else {
            return Taken::NoRoom;
        };
        if known.absent.contains_all(first, last) {
            return Taken::Repeated;
        }
        match known.absent.insert(first, last, runs) {
            Ok(()) => Taken::Absent,
            Err(_) => Taken::NoRoom,
        }
    }

    fn take_piece(&mut self, piece: &Piece<'_>, sink: &mut dyn FnMut(DumpedRecord<'_>)) -> Taken {
        if !open::is_possible(piece) {
            return Taken::Conflict;
        }
        let Some(stream) = self.stream_mut(piece.key.0) else {
            return Taken::NoRoom;
        };
        if stream.complete.contains(piece.key.1) {
            return Taken::Repeated;
        }
        if !self.open.contains_key(&piece.key) && !self.make_room(piece) {
            return Taken::NoRoom;
        }
        let (pieces, clock) = (self.limits.pieces, self.clock);
        let record = self
            .open
            .entry(piece.key)
            .or_insert_with(|| Open::new(piece));
        match record.place(piece, pieces, clock) {
            Placed::New => Taken::New,
            Placed::Repeated => Taken::Repeated,
            Placed::Conflict => Taken::Conflict,
            Placed::NoRoom => Taken::NoRoom,
            Placed::Whole => self.complete(piece.key, sink),
        }
    }

    /// Room for one more record, at the cost of the ones whose last piece is longest ago.
    fn make_room(&mut self, piece: &Piece<'_>) -> bool {
        let need = piece.len as usize;
        if need > self.limits.open_octets || self.limits.open_records == 0 {
            return false;
        }
        while self.open.len() >= self.limits.open_records
            || self.held > self.limits.open_octets - need
        {
            let oldest = self.open.iter().min_by_key(|(_, record)| record.touched);
            let Some(key) = oldest.map(|(key, _)| *key) else {
                return false;
            };
            self.close(key);
            self.stats.evicted += 1;
        }
        self.held += need;
        true
    }

    fn close(&mut self, key: (u32, u64)) -> Option<Open> {
        let record = self.open.remove(&key)?;
        self.held -= record.octets.len();
        Some(record)
    }

    fn complete(&mut self, key: (u32, u64), sink: &mut dyn FnMut(DumpedRecord<'_>)) -> Taken {
        let Some(record) = self.close(key) else {
            return Taken::NoRoom;
        };
        if crc32_proximity(&record.octets) != record.crc {
            return Taken::BadRecord;
        }
        let runs = self.limits.runs;
        let known = self.stream_mut(key.0);
        let noted = known.map(|stream| stream.complete.insert(key.1, key.1, runs));
        if !matches!(noted, Some(Ok(()))) {
            return Taken::NoRoom; // not handed over, so it cannot come twice
        }
        let header_len = usize::from(record.header_len);
        let (header, payload) = record
            .octets
            .split_at_checked(header_len)
            .unwrap_or_default();
        sink(DumpedRecord {
            stream: key.0,
            number: key.1,
            header,
            payload,
        });
        Taken::Complete
    }

    /// The first `max` runs of records from `first` to `last` that have not been handed over and may exist: what to request again.
    pub fn missing(
        &self,
        stream: u32,
        first: u64,
        last: u64,
        max: usize,
    ) -> Vec<RangeInclusive<u64>> {
        let nothing = Stream::default();
        let known = self.streams.get(&stream).unwrap_or(&nothing);
        let not_complete = known.complete.gaps(first, last);
        let not_absent = not_complete.flat_map(|run| known.absent.gaps(*run.start(), *run.end()));
        not_absent.take(max).collect()
    }

    /// Records of a stream that have been handed over, as runs.
    pub fn complete_runs(&self, stream: u32) -> impl Iterator<Item = RangeInclusive<u64>> {
        let runs = self.streams.get(&stream);
        let runs = runs.map_or(&[][..], |stream| stream.complete.runs());
        runs.iter().map(|&(first, last)| first..=last)
    }
}
