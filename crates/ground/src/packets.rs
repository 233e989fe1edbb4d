//! A file of packets that lie end to end, read as a stream.
//!
//! Where the octets are no packet, the reader goes on octet by octet until two packets in a row (or one up to the end of the input) make sense
//! again; what it skipped is counted.

use serde::Serialize;

use crate::extract::LONGEST_SPACE_PACKET;
use crate::packet::{Packet, measure};
use crate::tally::{PacketSummary, PacketTally};

/// Octets that must be at hand to look at two packets in a row.
const LOOKAHEAD: usize = 2 * LONGEST_SPACE_PACKET;

/// Takes a file in chunks and counts its packets.
#[derive(Debug, Default)]
pub struct PacketFile {
    pending: Vec<u8>,
    tally: PacketTally,
    skipped: u64,
    lost: bool,
}

/// The account of a file of packets, as `magpie packets --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PacketsReport {
    /// Counts and hash of the complete packets.
    #[serde(flatten)]
    pub summary: PacketSummary,
    /// Octets of an unfinished packet at the end.
    pub trailing_bytes: u64,
    /// Octets in the middle that belong to no packet.
    pub skipped_bytes: u64,
}

impl PacketFile {
    /// Takes the next octets of the file.
    pub fn push(&mut self, octets: &[u8]) {
        self.pending.extend_from_slice(octets);
        self.walk(LOOKAHEAD);
    }

    /// The file is over.
    pub fn finish(mut self) -> PacketsReport {
        self.walk(0);
        PacketsReport {
            summary: self.tally.summary(),
            trailing_bytes: self.pending.len() as u64,
            skipped_bytes: self.skipped,
        }
    }

    /// Counts packets as long as more than `keep` octets are at hand; with 0 the input is over.
    fn walk(&mut self, keep: usize) {
        let mut at = 0;
        while self.pending.len() - at > keep {
            let rest = &self.pending[at..];
            match measure(rest) {
                Ok(Some(len))
                    if len <= LONGEST_SPACE_PACKET
                        && len <= rest.len()
                        && (!self.lost || makes_sense(&rest[len..])) =>
                {
                    if let Ok(packet) = Packet::parse(&rest[..len]) {
                        self.tally.count(packet.apid(), packet.octets());
                    }
                    self.lost = false;
                    at += len;
                }
                // The last packet is cut off: what is left is the tail, unless we are lost anyway.
                Ok(length)
                    if !self.lost && length.is_none_or(|len| len <= LONGEST_SPACE_PACKET) =>
                {
                    break;
                }
                _ => {
                    self.lost = true;
                    self.skipped += 1;
                    at += 1;
                }
            }
        }
        self.pending.drain(..at);
    }
}

/// Does a packet follow here, or the end?
fn makes_sense(rest: &[u8]) -> bool {
    rest.is_empty() || measure(rest).is_ok_and(|len| len.is_some_and(|len| len <= rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 133.0 by hand: telemetry, APID 5, unsegmented, count 0, four octets of data.
    const PACKET: [u8; 10] = [0x00, 0x05, 0xC0, 0x00, 0x00, 0x03, 1, 2, 3, 4];

    fn read(octets: &[u8], chunk: usize) -> PacketsReport {
        let mut file = PacketFile::default();
        octets.chunks(chunk).for_each(|chunk| file.push(chunk));
        file.finish()
    }

    #[test]
    fn whole_packets_and_a_tail() {
        let mut octets = PACKET.repeat(3);
        octets.extend_from_slice(&PACKET[..7]);
        for chunk in [1, 3, 1000] {
            let report = read(&octets, chunk);
            assert_eq!(
                (
                    report.summary.packets,
                    report.trailing_bytes,
                    report.skipped_bytes
                ),
                (3, 7, 0)
            );
        }
    }

    #[test]
    fn rubbish_in_the_middle_costs_only_itself() {
        // 0x40 is packet version 2.
        let octets = [&PACKET[..], &[0x40; 9], &PACKET[..], &PACKET[..]].concat();
        for chunk in [1, 7, 1000] {
            let report = read(&octets, chunk);
            assert_eq!(
                (
                    report.summary.packets,
                    report.trailing_bytes,
                    report.skipped_bytes
                ),
                (3, 0, 9)
            );
        }
    }
}
