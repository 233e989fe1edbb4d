//! One virtual channel of the uplink: FARM-1, segments put together, packets that wait.
//!
//! Books: 232.1-B-2 (FARM-1), 232.0-B-4 (segment header: a packet in segments of one MAP, or whole packets in a frame). Whether there is a buffer (E1 or
//! E2) is decided for the octets of the frame and the packet they may complete. Type-BD frames that find no buffer are accepted by FARM-1, as its
//! table says, and their content is dropped and counted.
//!
//! Example: [`uplink`](super).

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::fmt;

use magpie_link::cop_1::{Farm1, Farm1State, FarmDiscard, FarmVerdict};
use magpie_wire::clcw::Clcw;
use magpie_wire::id::{TcMapId, Vcid};
use magpie_wire::space_packet::SpacePacket;
use magpie_wire::tc::{SegmentFlags, TcBody, TcFrame, TcParameters, TcSegment, TcType};

use super::{UplinkChannel, UplinkEvent, UplinkPacket};

/// Why the content of an accepted frame went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dropped {
    /// The octets are no space packet.
    NotAPacket,
    /// A packet longer than the longest that is agreed.
    PacketTooLong,
    /// A segment without the ones before it, or a packet without its last segment.
    SegmentMissing,
    /// More MAPs at the same time than are agreed.
    TooManyMaps,
    /// No room for the content of a type-BD frame.
    NoBuffer,
}

impl Dropped {
    const ALL: usize = 5;
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPacket => "no space packet",
            Self::PacketTooLong => "a packet longer than agreed",
            Self::SegmentMissing => "a segment is missing",
            Self::TooManyMaps => "more MAPs at the same time than agreed",
            Self::NoBuffer => "no buffer for a type-BD frame",
        })
    }
}

/// Counters of a virtual channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChannelStats {
    /// Type-AD frames accepted.
    pub accepted_ad: u64,
    /// Type-BD frames accepted.
    pub accepted_bd: u64,
    /// Control commands done.
    pub control: u64,
    /// Type-AD frames that FARM-1 dropped.
    pub discarded: u64,
    /// Packets put into the queue.
    pub packets: u64,
    /// Idle packets, which nobody wants.
    pub idle_packets: u64,
    dropped: [u64; Dropped::ALL],
}

impl ChannelStats {
    /// How often content was dropped for this reason.
    pub const fn dropped(&self, reason: Dropped) -> u64 {
        self.dropped[reason as usize]
    }
}

#[derive(Debug)]
pub(super) struct Channel {
    config: UplinkChannel,
    farm: Farm1,
    /// What was last given to be kept.
    kept: Farm1State,
    /// Packets under way in segments: FARM-1 has acknowledged them, so a restart must find them again.
    open: BTreeMap<TcMapId, Vec<u8>>,
    /// MAPs whose packet under way is not what was last given to be kept.
    open_changed: BTreeSet<TcMapId>,
    queue: VecDeque<UplinkPacket>,
    queued: usize,
    /// Octets that the frame needed for which there was no buffer.
    wanted: usize,
    stats: ChannelStats,
}

impl Channel {
    pub(super) fn new(config: UplinkChannel) -> Self {
        let farm = Farm1::new(config.window);
        Self {
            config,
            kept: farm.export(),
            farm,
            open: BTreeMap::new(),
            open_changed: BTreeSet::new(),
            queue: VecDeque::new(),
            queued: 0,
            wanted: 0,
            stats: ChannelStats::default(),
        }
    }

    pub(super) const fn vcid(&self) -> Vcid {
        self.config.vcid
    }

    pub(super) const fn stats(&self) -> &ChannelStats {
        &self.stats
    }

    pub(super) const fn parameters(&self, fecf: bool) -> TcParameters {
        TcParameters {
            segment_header: self.config.segment_header,
            fecf,
        }
    }

    pub(super) fn clcw(&self) -> Clcw {
        self.farm.clcw(self.config.vcid)
    }

    /// The queue is empty after a restart, so nobody has to wait.
    pub(super) fn restore(&mut self, state: Farm1State) {
        self.farm = Farm1::restore(self.config.window, state);
        self.kept = state;
        self.farm.handle_buffer_release();
    }

    pub(super) fn changed(&mut self) -> Option<Farm1State> {
        let state = self.farm.export();
        let changed = state != self.kept;
        self.kept = state;
        changed.then_some(state)
    }

    /// A packet that was under way; dropped if the bounds are others now.
    pub(super) fn restore_open(&mut self, map_id: TcMapId, octets: &[u8]) {
        // A refusal is no loss that anybody could mend: the settings were made smaller.
        let _ = self.keep(map_id, octets.to_vec());
        self.open_changed.clear();
    }

    /// A packet under way that has changed; none if it is over.
    pub(super) fn changed_open(&mut self) -> Option<(TcMapId, Option<Vec<u8>>)> {
        let map_id = self.open_changed.pop_first()?;
        Some((map_id, self.open.get(&map_id).cloned()))
    }

    pub(super) fn pop(&mut self) -> Option<UplinkPacket> {
        let packet = self.queue.pop_front()?;
        self.queued -= packet.octets.len();
        if self.wanted > 0 && self.wanted <= self.room() {
            self.wanted = 0;
            self.farm.handle_buffer_release();
        }
        Some(packet)
    }

    fn room(&self) -> usize {
        self.config.queue_octets - self.queued
    }

    pub(super) fn handle(&mut self, frame: &TcFrame<'_>) -> Option<UplinkEvent> {
        let vcid = self.config.vcid;
        let (segment, data) = match frame.body() {
            TcBody::Control(command) => {
                self.farm.handle_control(command);
                self.stats.control += 1;
                return None;
            }
            TcBody::Data { segment, data } => (segment, data),
        };
        let open = segment.and_then(|segment| self.open.get(&segment.map_id));
        let need = data.len() + open.map_or(0, Vec::len);
        let fits = need <= self.room();
        let content = if frame.header().frame_type == TcType::Ad {
            let verdict = self.farm.handle_ad(frame.header().n_s, fits);
            if let FarmVerdict::Discard(reason) = verdict {
                if reason == FarmDiscard::NoBuffer {
                    self.wanted = need;
                }
                self.stats.discarded += 1;
                return Some(UplinkEvent::Discarded { vcid, reason });
            }
            self.stats.accepted_ad += 1;
            self.deliver(segment, data)
        } else {
            self.farm.handle_bd();
            self.stats.accepted_bd += 1;
            if fits {
                self.deliver(segment, data)
            } else {
                Err(Dropped::NoBuffer)
            }
        };
        let reason = content.err()?;
        if let Some(count) = self.stats.dropped.get_mut(reason as usize) {
            *count += 1;
        }
        Some(UplinkEvent::Dropped { vcid, reason })
    }

    //= 232.0-B-4 segment-header
    fn deliver(&mut self, segment: Option<TcSegment>, data: &[u8]) -> Result<(), Dropped> {
        let Some(TcSegment { flags, map_id }) = segment else {
            return self.packets(None, data);
        };
        let open = self.open.remove(&map_id);
        if open.is_some() {
            self.open_changed.insert(map_id);
        }
        match (flags, open) {
            (SegmentFlags::Unsegmented, open) => {
                self.packets(Some(map_id), data)?;
                open.map_or(Ok(()), |_| Err(Dropped::SegmentMissing))
            }
            (SegmentFlags::First, open) => {
                self.keep(map_id, data.to_vec())?;
                open.map_or(Ok(()), |_| Err(Dropped::SegmentMissing))
            }
            (SegmentFlags::Continuing | SegmentFlags::Last, None) => Err(Dropped::SegmentMissing),
            (SegmentFlags::Continuing, Some(mut octets)) => {
                octets.extend_from_slice(data);
                self.keep(map_id, octets)
            }
            (SegmentFlags::Last, Some(mut octets)) => {
                octets.extend_from_slice(data);
                let whole = SpacePacket::parse(&octets).map_err(|_| Dropped::NotAPacket)?;
                self.push(Some(map_id), &whole)
            }
        }
    }

    fn keep(&mut self, map_id: TcMapId, octets: Vec<u8>) -> Result<(), Dropped> {
        if octets.len() > self.config.packet_max {
            return Err(Dropped::PacketTooLong);
        }
        if self.open.len() >= self.config.maps_max {
            return Err(Dropped::TooManyMaps);
        }
        self.open.insert(map_id, octets);
        self.open_changed.insert(map_id);
        Ok(())
    }

    /// Whole packets, end to end.
    fn packets(&mut self, map_id: Option<TcMapId>, data: &[u8]) -> Result<(), Dropped> {
        let mut rest = data;
        loop {
            let (packet, behind) =
                SpacePacket::parse_prefix(rest).map_err(|_| Dropped::NotAPacket)?;
            self.push(map_id, &packet)?;
            if behind.is_empty() {
                return Ok(());
            }
            rest = behind;
        }
    }

    fn push(&mut self, map_id: Option<TcMapId>, packet: &SpacePacket<'_>) -> Result<(), Dropped> {
        if packet.is_idle() {
            self.stats.idle_packets += 1;
            return Ok(());
        }
        if packet.octets().len() > self.config.packet_max {
            return Err(Dropped::PacketTooLong);
        }
        self.queued += packet.octets().len();
        self.stats.packets += 1;
        self.queue.push_back(UplinkPacket {
            vcid: self.config.vcid,
            map_id,
            octets: packet.octets().to_vec(),
        });
        Ok(())
    }
}
