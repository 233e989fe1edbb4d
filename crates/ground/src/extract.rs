//! Packets out of the frames of one virtual channel (132.0 and 732.0: packets multiplexed into frames, first header pointer).
//!
//! Packets lie end to end across the data zones of successive frames. The *first header pointer* of each frame says where the first packet that
//! starts in it begins, so a reader that lost a frame can find its feet again. The rules, in order of who is believed:
//!
//! 1. A lost frame ([`PacketExtractor::handle_loss`]) drops the unfinished packet; nothing is taken until a pointer names a start.
//! 2. A pointer that disagrees with the unfinished packet wins; the unfinished packet is dropped.
//! 3. A frame with only idle data drops the unfinished packet.
//! 4. A packet header that cannot be (another version, longer than the limit) drops the rest of that frame and waits for the next pointer.
//!
//! Only complete packets are handed out, in order. Everything dropped is counted, with its octets, by reason. Memory is bounded by the longest
//! packet that is allowed.
//!
//! ```
//! use magpie_ground::extract::PacketExtractor;
//! use magpie_wire::first_header::FirstHeader;
//!
//! let mut extractor = PacketExtractor::default();
//! let mut found = Vec::new();
//! // A packet of APID 5 with four octets of data (133.0: length field 3), split over two frames.
//! let packet = [0x00, 0x05, 0xC0, 0x00, 0x00, 0x03, 1, 2, 3, 4];
//! extractor.handle_zone(&packet[..7], FirstHeader::At(0), &mut |p| found.push(p.octets().to_vec()));
//! extractor.handle_zone(&packet[7..], FirstHeader::NoPacketStart, &mut |p| found.push(p.octets().to_vec()));
//! assert_eq!(found, [packet.to_vec()]);
//! ```

use std::collections::BTreeMap;
use std::fmt;

use magpie_wire::first_header::FirstHeader;
use magpie_wire::packet::PacketError;
use serde::Serialize;

use crate::packet::{Packet, measure};

/// Longest space packet of 133.0: six octets of header and 65,536 of data.
pub const LONGEST_SPACE_PACKET: usize = 6 + 65_536;

/// Room that an extractor keeps between two packets; what a longer packet needed is given back.
const KEPT_ROOM: usize = 4096;

/// Why octets of a packet zone did not become a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drop {
    /// A frame was lost, the unfinished packet with it.
    FrameLost,
    /// The first header pointer disagreed with the unfinished packet.
    PointerDisagrees,
    /// A frame with only idle data came before the packet was finished.
    IdleFrame,
    /// The pointer points behind the end of the data zone.
    PointerOutside,
    /// No packet start was known: the end of a packet whose start was lost.
    NoStart,
    /// The packet header has a version that is neither space packet nor encapsulation packet.
    PacketVersion,
    /// The packet says it is longer than the limit.
    PacketTooLong,
    /// A header that breaks another rule of its book.
    PacketHeader,
    /// A field that must hold whole packets ended before the packet did.
    Truncated,
    /// Too many packets were unfinished at once.
    NoRoom,
    /// The input ended before the packet did.
    EndOfInput,
}

impl fmt::Display for Drop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FrameLost => "a frame was lost",
            Self::PointerDisagrees => "the first header pointer disagrees",
            Self::IdleFrame => "an idle frame came before the end",
            Self::PointerOutside => "the first header pointer leads out of the frame",
            Self::NoStart => "the start never came",
            Self::PacketVersion => "the packet version is unknown",
            Self::PacketTooLong => "the packet says it is too long",
            Self::PacketHeader => "the packet header cannot be",
            Self::Truncated => "the field or the last segment ended first",
            Self::NoRoom => "too many packets were unfinished at once",
            Self::EndOfInput => "the input ended first",
        })
    }
}

impl Drop {
    /// Is this the ordinary fate of the first and the last packet of a recording, or of one whose frame is counted as missing elsewhere?
    pub const fn is_expected(self) -> bool {
        matches!(self, Self::FrameLost | Self::NoStart | Self::EndOfInput)
    }
}

/// Octets dropped for one reason, and on how many occasions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// How often.
    pub times: u64,
    /// How many octets.
    pub octets: u64,
}

/// Takes the data zones of one virtual channel and gives complete packets.
#[derive(Debug, Clone)]
pub struct PacketExtractor {
    /// Octets of the packet that began in an earlier frame.
    unfinished: Vec<u8>,
    /// Is the start of the next packet (or the rest of the unfinished one) known to lie at the start of the next zone?
    synchronised: bool,
    limit: usize,
    dropped: BTreeMap<Drop, Dropped>,
}

impl Default for PacketExtractor {
    fn default() -> Self {
        Self::with_limit(LONGEST_SPACE_PACKET)
    }
}

impl PacketExtractor {
    /// An extractor that refuses packets longer than `limit` octets.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            unfinished: Vec::new(),
            synchronised: false,
            limit,
            dropped: BTreeMap::new(),
        }
    }

    /// Octets of the unfinished packet.
    pub fn held(&self) -> usize {
        self.unfinished.len()
    }

    /// Drops the unfinished packet to make room for others.
    pub fn make_room(&mut self) {
        self.abandon(Drop::NoRoom);
    }

    /// What was dropped so far, by reason.
    pub fn dropped(&self) -> &BTreeMap<Drop, Dropped> {
        &self.dropped
    }

    /// The frame count jumped: drops the unfinished packet and waits for the next first header pointer.
    pub fn handle_loss(&mut self) {
        self.abandon(Drop::FrameLost);
    }

    /// The input is over: an unfinished packet is dropped and counted.
    pub fn finish(&mut self) {
        self.abandon(Drop::EndOfInput);
    }

    /// Takes the packet zone of the next frame and hands complete packets to `sink`, in order.
    //= 132.0-B-3 first-header-pointer
    //= 732.0-B-4 m-pdu
    pub fn handle_zone(
        &mut self,
        zone: &[u8],
        first: FirstHeader,
        sink: &mut dyn FnMut(Packet<'_>),
    ) {
        match first {
            FirstHeader::IdleOnly => self.abandon(Drop::IdleFrame),
            FirstHeader::NoPacketStart => self.continue_packet(zone, sink),
            FirstHeader::At(pointer) => {
                if let Some((head, tail)) = zone.split_at_checked(usize::from(pointer)) {
                    self.finish_packet(head, sink);
                    self.walk(tail, sink);
                } else {
                    self.abandon(Drop::PointerOutside);
                    self.count(Drop::PointerOutside, zone.len());
                }
            }
        }
    }

    /// Takes a data field that holds whole packets only (Proximity-1 DFC 00, TC frames without segmentation).
    pub fn handle_whole(&mut self, field: &[u8], sink: &mut dyn FnMut(Packet<'_>)) {
        self.abandon(Drop::PointerDisagrees);
        self.walk(field, sink);
        self.abandon(Drop::Truncated);
    }

    /// The last segment has come: what is unfinished now stays so.
    pub fn handle_end_of_packet(&mut self) {
        self.abandon(Drop::Truncated);
    }

    /// The zone up to the pointer must be exactly the rest of the unfinished packet.
    fn finish_packet(&mut self, head: &[u8], sink: &mut dyn FnMut(Packet<'_>)) {
        if self.unfinished.is_empty() {
            let reason = if self.synchronised {
                Drop::PointerDisagrees
            } else {
                Drop::NoStart
            };
            self.count(reason, head.len());
            return;
        }
        if self.unfinished.len() + head.len() > self.limit {
            self.count(Drop::PointerDisagrees, head.len());
            self.abandon(Drop::PointerDisagrees);
            return;
        }
        self.unfinished.extend_from_slice(head);
        match measure(&self.unfinished) {
            Ok(Some(total)) if total == self.unfinished.len() => self.hand_out(sink),
            Ok(_) => self.abandon(Drop::PointerDisagrees),
            Err(error) => self.abandon(reason_of(error)),
        }
    }

    /// A frame in which no packet starts: all of it belongs to the unfinished packet.
    fn continue_packet(&mut self, zone: &[u8], sink: &mut dyn FnMut(Packet<'_>)) {
        if self.unfinished.is_empty() {
            self.count(
                if self.synchronised {
                    Drop::PointerDisagrees
                } else {
                    Drop::NoStart
                },
                zone.len(),
            );
            self.synchronised = false;
            return;
        }
        if self.unfinished.len() + zone.len() > self.limit {
            self.count(Drop::PointerDisagrees, zone.len());
            self.abandon(Drop::PointerDisagrees);
            return;
        }
        self.unfinished.extend_from_slice(zone);
        match measure(&self.unfinished) {
            Ok(Some(total)) if total == self.unfinished.len() => self.hand_out(sink),
            Ok(Some(total)) if total < self.unfinished.len() => {
                self.abandon(Drop::PointerDisagrees);
            }
            Ok(Some(total)) if total > self.limit => self.abandon(Drop::PacketTooLong),
            Ok(_) => {}
            Err(error) => self.abandon(reason_of(error)),
        }
    }

    /// Walks packets that lie end to end from the start of `rest`; keeps the last one if it is cut off.
    fn walk(&mut self, mut rest: &[u8], sink: &mut dyn FnMut(Packet<'_>)) {
        self.synchronised = true;
        while !rest.is_empty() {
            match measure(rest) {
                Ok(Some(total)) if total > self.limit => {
                    self.count(Drop::PacketTooLong, rest.len());
                    self.synchronised = false;
                    return;
                }
                Ok(Some(total)) if total <= rest.len() => {
                    let (octets, behind) = rest.split_at(total);
                    self.offer(octets, sink);
                    rest = behind;
                }
                Ok(_) => {
                    self.unfinished.clear();
                    self.unfinished.extend_from_slice(rest);
                    return;
                }
                Err(fault) => {
                    self.count(reason_of(fault), rest.len());
                    self.synchronised = false;
                    return;
                }
            }
        }
    }

    fn offer(&mut self, octets: &[u8], sink: &mut dyn FnMut(Packet<'_>)) {
        match Packet::parse(octets) {
            Ok(packet) => sink(packet),
            Err(fault) => self.count(reason_of(fault), octets.len()),
        }
    }

    fn hand_out(&mut self, sink: &mut dyn FnMut(Packet<'_>)) {
        let octets = std::mem::take(&mut self.unfinished);
        self.offer(&octets, sink);
        self.unfinished = octets;
        self.clear();
        self.synchronised = true;
    }

    fn abandon(&mut self, reason: Drop) {
        if !self.unfinished.is_empty() {
            self.count(reason, self.unfinished.len());
        }
        self.clear();
        self.synchronised = false;
    }

    fn clear(&mut self) {
        self.unfinished.clear();
        self.unfinished.shrink_to(KEPT_ROOM);
    }

    fn count(&mut self, reason: Drop, octets: usize) {
        if octets > 0 {
            let dropped = self.dropped.entry(reason).or_default();
            dropped.times += 1;
            dropped.octets += octets as u64;
        }
    }
}

const fn reason_of(error: PacketError) -> Drop {
    match error {
        PacketError::Version { .. } => Drop::PacketVersion,
        _ => Drop::PacketHeader,
    }
}
