//! One virtual channel: what waits for it, and how a data zone is filled from that.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use magpie_link::clock::Instant;
use magpie_wire::packet::packet_len;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{HEADER_LEN, emit_idle};

use super::config::{Construct, VcConfig};
use super::{ChannelStats, OfferError};

/// Data octets of idle packets and of unused zones.
pub(super) const IDLE_FILL: u8 = 0x55;

/// A space packet has at least one octet of data.
const IDLE_PACKET_MIN: usize = HEADER_LEN + 1;

/// What a zone was filled with, for the fields in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// The place where the first packet starts, if one does.
    Packets(Option<usize>),
    /// Octets of an SDU: whether it starts here, and how many are in the zone if it ends here.
    Access {
        /// Its first octet is the first of the zone.
        starts: bool,
        /// Octets up to the end of the SDU; `None` if it goes on in the next frame.
        ends: Option<usize>,
    },
    /// So many octets of a bit stream.
    Bitstream(usize),
    /// Only idle data, of no channel.
    Idle,
}

/// An SDU that waits.
#[derive(Debug, Clone)]
struct Waiting {
    octets: Vec<u8>,
    since: Instant,
}

/// An SDU of which the front went out already.
#[derive(Debug, Clone)]
struct Begun {
    sdu: Waiting,
    sent: usize,
    idle: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) config: VcConfig,
    pub(super) stats: ChannelStats,
    /// Octets of a frame's zone.
    zone_len: usize,
    /// SDUs must have exactly so many octets.
    exact: bool,
    queue: VecDeque<Waiting>,
    /// Octets in `queue`.
    queued: usize,
    begun: Option<Begun>,
    /// The count of the next frame.
    pub(super) count: u64,
    /// The sequence count of the next idle packet.
    pub(super) idle_packets: SeqCount,
    /// A frame goes out even if it is not full.
    flush: bool,
}

impl Channel {
    pub(super) fn new(config: VcConfig, zone_len: usize, exact: bool) -> Self {
        Self {
            config,
            stats: ChannelStats::default(),
            zone_len,
            exact,
            queue: VecDeque::new(),
            queued: 0,
            begun: None,
            count: 0,
            idle_packets: SeqCount::default(),
            flush: false,
        }
    }

    pub(super) fn offer(&mut self, now: Instant, sdu: &[u8]) -> Result<(), OfferError> {
        self.stats.offered += 1;
        self.stats.offered_octets += sdu.len() as u64;
        let verdict = self.judge(sdu);
        match verdict {
            Ok(()) => {
                self.stats.accepted += 1;
                self.stats.accepted_octets += sdu.len() as u64;
                self.queued += sdu.len();
                self.queue.push_back(Waiting {
                    octets: sdu.to_vec(),
                    since: now,
                });
            }
            Err(OfferError::Full) => self.stats.refused_full += 1,
            Err(_) => self.stats.refused_bad += 1,
        }
        verdict
    }

    fn judge(&self, sdu: &[u8]) -> Result<(), OfferError> {
        match self.config.construct {
            Construct::Packets if packet_len(sdu) != Ok(sdu.len()) => {
                return Err(OfferError::NotAPacket);
            }
            Construct::Access if self.exact && sdu.len() != self.zone_len => {
                return Err(OfferError::Length {
                    need: self.zone_len,
                    have: sdu.len(),
                });
            }
            _ if sdu.is_empty() => return Err(OfferError::Length { need: 1, have: 0 }),
            _ => {}
        }
        if sdu.len() > self.config.queue_octets {
            return Err(OfferError::TooLong {
                max: self.config.queue_octets,
            });
        }
        let full = self.queue.len() >= self.config.queue_units
            || sdu.len() > self.config.queue_octets - self.queued;
        if full { Err(OfferError::Full) } else { Ok(()) }
    }

    /// Octets that wait, idle ones not counted.
    pub(super) fn waiting(&self) -> usize {
        let begun = self.begun.as_ref().filter(|begun| !begun.idle);
        self.queued + begun.map_or(0, |begun| begun.sdu.octets.len() - begun.sent)
    }

    /// When the oldest octet that waits came.
    fn oldest(&self) -> Option<Instant> {
        let begun = self.begun.as_ref().filter(|begun| !begun.idle);
        begun
            .map(|begun| begun.sdu.since)
            .or_else(|| self.queue.front().map(|waiting| waiting.since))
    }

    /// When a frame of this channel has to go out, full or not.
    pub(super) fn due(&self) -> Option<Instant> {
        self.oldest().map(|since| since + self.config.latency)
    }

    /// There is a whole frame, or what there is has waited long enough.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        let waiting = self.waiting();
        let access = self.config.construct == Construct::Access;
        waiting >= self.zone_len
            || waiting > 0 && (access || self.flush || self.due().is_some_and(|due| due <= now))
    }

    /// What waits now goes out without waiting for more.
    pub(super) fn flush(&mut self) {
        self.flush = self.waiting() > 0;
    }

    /// Fills the zone of a frame.
    pub(super) fn fill(&mut self, zone: &mut [u8]) -> Filled {
        let filled = match self.config.construct {
            Construct::Packets => self.fill_packets(zone),
            Construct::Access => self.fill_access(zone),
            Construct::Bitstream => self.fill_bitstream(zone),
        };
        self.stats.frames += 1;
        self.flush &= self.waiting() > 0;
        filled
    }

    fn fill_packets(&mut self, zone: &mut [u8]) -> Filled {
        let mut first = None;
        let mut at = 0;
        while at < zone.len() {
            let left = zone.len() - at;
            if self.begun.is_none() {
                self.begin_next(left);
                first = first.or(Some(at));
            }
            at += self.move_some(zone.get_mut(at..).unwrap_or_default());
        }
        Filled::Packets(first)
    }

    /// Takes the next packet, or an idle one that fills the rest of the zone and goes on behind it if that is too short; always begins one.
    fn begin_next(&mut self, left: usize) {
        if self.begin_queued() {
            return;
        }
        let mut octets = alloc::vec![0; left.clamp(IDLE_PACKET_MIN, HEADER_LEN + 65_536)];
        let count = self.idle_packets;
        self.idle_packets = count.next();
        emit_idle(count, IDLE_FILL, &mut octets).expect("no shorter and no longer than a packet");
        self.stats.idle_octets += octets.len() as u64;
        self.begun = Some(Begun {
            sdu: Waiting {
                octets,
                since: Instant::ZERO,
            },
            sent: 0,
            idle: true,
        });
    }

    fn begin_queued(&mut self) -> bool {
        let Some(sdu) = self.queue.pop_front() else {
            return false;
        };
        self.queued -= sdu.octets.len();
        self.begun = Some(Begun {
            sdu,
            sent: 0,
            idle: false,
        });
        true
    }

    /// Moves as much of the begun SDU as there is room; tells how much.
    fn move_some(&mut self, room: &mut [u8]) -> usize {
        let Some(begun) = &mut self.begun else {
            return 0;
        };
        let rest = begun.sdu.octets.get(begun.sent..).unwrap_or_default();
        let len = rest.len().min(room.len());
        for (place, octet) in room.iter_mut().zip(rest) {
            *place = *octet;
        }
        begun.sent += len;
        if begun.sent == begun.sdu.octets.len() {
            if !begun.idle {
                self.stats.sent += 1;
                self.stats.sent_octets += begun.sent as u64;
            }
            self.begun = None;
        }
        len
    }

    fn fill_access(&mut self, zone: &mut [u8]) -> Filled {
        let starts = self.begun.is_none() && self.begin_queued();
        let len = self.move_some(zone);
        let ends = self.begun.is_none().then_some(len);
        self.pad(zone, len);
        Filled::Access { starts, ends }
    }

    fn fill_bitstream(&mut self, zone: &mut [u8]) -> Filled {
        let mut at = 0;
        while at < zone.len() && (self.begun.is_some() || self.begin_queued()) {
            at += self.move_some(zone.get_mut(at..).unwrap_or_default());
        }
        self.pad(zone, at);
        Filled::Bitstream(at)
    }

    fn pad(&mut self, zone: &mut [u8], from: usize) {
        let rest = zone.get_mut(from..).unwrap_or_default();
        rest.fill(IDLE_FILL);
        self.stats.idle_octets += rest.len() as u64;
    }
}
