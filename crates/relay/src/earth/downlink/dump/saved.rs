//! What the receiver knows, as octets: it goes on after a restart.
//!
//! The octets are ours: `MDR` and the version 1, then numbers most significant octet first, CRC-32 at the end. Records that have been handed over must be
//! durable before these octets are, or they would be missing and never asked for.

use alloc::vec::Vec;

use magpie_coding::crc::crc32_proximity;

use super::open::Open;
use super::{DumpLimits, DumpReceiver, Stream};
use crate::earth::downlink::ranges::Ranges;

const MAGIC: [u8; 4] = *b"MDR\x01";

/// Reads what was written, and never behind the end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn octets(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn ranges(&mut self) -> Option<Ranges> {
        let count = self.u32()?;
        let mut runs = Vec::new();
        for _ in 0..count {
            runs.push((self.u64()?, self.u64()?)); // ends with the octets
        }
        Ranges::from_runs(runs)
    }
}

fn put_len(octets: &mut Vec<u8>, len: usize) {
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    octets.extend_from_slice(&len.to_be_bytes());
}

fn put_ranges(octets: &mut Vec<u8>, ranges: &Ranges) {
    put_len(octets, ranges.runs().len());
    for (first, last) in ranges.runs() {
        octets.extend_from_slice(&first.to_be_bytes());
        octets.extend_from_slice(&last.to_be_bytes());
    }
}

impl DumpReceiver {
    /// All that has to be kept: what is complete, what does not exist, and the pieces of the rest. The counters are not among them.
    pub fn export(&self) -> Vec<u8> {
        let mut octets = MAGIC.to_vec();
        put_len(&mut octets, self.streams.len());
        for (number, stream) in &self.streams {
            octets.extend_from_slice(&number.to_be_bytes());
            put_ranges(&mut octets, &stream.complete);
            put_ranges(&mut octets, &stream.absent);
        }
        put_len(&mut octets, self.open.len());
        for ((stream, number), record) in &self.open {
            octets.extend_from_slice(&stream.to_be_bytes());
            octets.extend_from_slice(&number.to_be_bytes());
            octets.extend_from_slice(&record.header_len.to_be_bytes());
            octets.extend_from_slice(&record.crc.to_be_bytes());
            octets.extend_from_slice(&record.touched.to_be_bytes());
            put_ranges(&mut octets, &record.here);
            put_len(&mut octets, record.octets.len());
            octets.extend_from_slice(&record.octets);
        }
        let crc = crc32_proximity(&octets);
        octets.extend_from_slice(&crc.to_be_bytes());
        octets
    }

    /// Goes on with what was exported; `None` if that is of another version, damaged, cut, or more than the limits allow.
    pub fn restore(limits: DumpLimits, octets: &[u8]) -> Option<Self> {
        let (covered, crc) = octets.split_last_chunk()?;
        if crc32_proximity(covered) != u32::from_be_bytes(*crc) {
            return None;
        }
        let mut reader = Reader(covered.strip_prefix(&MAGIC)?);
        let mut receiver = Self::new(limits);
        for _ in 0..reader.u32()? {
            let number = reader.u32()?;
            let (complete, absent) = (reader.ranges()?, reader.ranges()?);
            let runs = complete.runs().len().max(absent.runs().len());
            if runs > limits.runs || receiver.streams.len() >= limits.streams {
                return None;
            }
            receiver.streams.insert(number, Stream { complete, absent });
        }
        for _ in 0..reader.u32()? {
            let key = (reader.u32()?, reader.u64()?);
            let record = open(&mut reader, limits.pieces)?;
            receiver.clock = receiver.clock.max(record.touched);
            receiver.held = receiver.held.checked_add(record.octets.len())?;
            let known = receiver.streams.get(&key.0)?;
            let fresh = !known.complete.contains(key.1);
            if !fresh || receiver.open.insert(key, record).is_some() {
                return None;
            }
        }
        let fits = receiver.open.len() <= limits.open_records;
        let whole = reader.0.is_empty();
        (fits && whole && receiver.held <= limits.open_octets).then_some(receiver)
    }
}

fn open(reader: &mut Reader<'_>, pieces: usize) -> Option<Open> {
    let header_len = reader.u16()?;
    let (crc, touched) = (reader.u32()?, reader.u64()?);
    let here = reader.ranges()?;
    let len = reader.u32()? as usize;
    let octets = reader.octets(len)?.to_vec();
    let inside = here.runs().last().is_none_or(|run| run.1 < len as u64);
    let fits = here.runs().len() <= pieces && usize::from(header_len) <= len;
    (inside && fits && touched < u64::MAX / 2).then_some(Open {
        header_len,
        crc,
        octets,
        here,
        touched,
    })
}
