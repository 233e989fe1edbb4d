//! One recording on its virtual channel: what of it has gone out, and where its packets begin.

use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::Vcid;
use magpie_wire::seq::{SeqCount, VcFrameCount8};
use magpie_wire::space_packet::{HEADER_LEN, emit_idle, packet_len};

use super::Sources;

/// Fill of idle packets.
const IDLE_FILL: u8 = 0x55;
/// Shortest idle packet.
const IDLE_PACKET_MIN: usize = HEADER_LEN + 1;

/// One recording on its virtual channel.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    vcid: Vcid,
    frame_count: VcFrameCount8,
    /// Octets of the source that have gone out.
    at: u64,
    /// Where in the source the first packet that has not begun yet begins.
    next_packet: u64,
    /// The shortest idle packet, if it began in the last frame and did not fit it.
    idle: [u8; IDLE_PACKET_MIN],
    /// Octets of it that are still to go out: its last ones.
    idle_rest: usize,
    idle_packets: SeqCount,
    /// The source gave less than it had promised.
    broken: bool,
}

impl Channel {
    /// Shortest data field: the rest of an idle packet fits with a whole one behind it. In a shorter field every rest could bring forth another,
    /// and a recording would never end.
    pub(super) const ZONE_MIN: usize = IDLE_PACKET_MIN - 1 + IDLE_PACKET_MIN;

    pub(super) fn new(vcid: Vcid, frame_count: VcFrameCount8) -> Self {
        Self {
            vcid,
            frame_count,
            at: 0,
            next_packet: 0,
            idle: [0; IDLE_PACKET_MIN],
            idle_rest: 0,
            idle_packets: SeqCount::default(),
            broken: false,
        }
    }

    pub(super) const fn vcid(&self) -> Vcid {
        self.vcid
    }

    pub(super) const fn is_finished(&self, len: u64) -> bool {
        (self.broken || self.at >= len) && self.idle_rest == 0
    }

    /// Fills the data field of the next frame; returns the count of the frame and where the first packet that starts in it begins.
    //= 132.0-B-3 first-header-pointer
    pub(super) fn fill(
        &mut self,
        sources: &mut impl Sources,
        index: usize,
        zone: &mut [u8],
    ) -> (VcFrameCount8, FirstHeader) {
        let rest = self.take_idle_rest(zone);
        let read = self.read(sources, index, zone.get_mut(rest..).unwrap_or(&mut []));
        let (start, end) = (self.at, self.at + read as u64);
        // Where a start lies within this frame; positions before `start` cannot be, the pointer only moves forward.
        let in_zone = |position: u64| {
            usize::try_from(position - start)
                .ok()
                .map(|offset| rest + offset)
        };
        let mut first = (self.next_packet < end)
            .then_some(self.next_packet)
            .and_then(in_zone);
        while self.next_packet < end {
            let len = length_at(sources, index, self.next_packet);
            self.next_packet = self.next_packet.saturating_add(len);
        }
        self.at = end;
        let used = rest + read;
        if let Some(gap) = zone.get_mut(used..).filter(|gap| !gap.is_empty()) {
            first = first.or(Some(used));
            self.fill_idle(gap);
        }
        let first = first.and_then(|position| u16::try_from(position).ok());
        let count = self.frame_count;
        self.frame_count = count.next();
        let first = first.map_or(FirstHeader::NoPacketStart, FirstHeader::At);
        (count, first)
    }

    /// Puts the rest of the last idle packet in front; returns its length.
    fn take_idle_rest(&mut self, zone: &mut [u8]) -> usize {
        let done = self.idle.len() - self.idle_rest;
        let rest = self.idle.get(done..).unwrap_or(&[]);
        for (slot, octet) in zone.iter_mut().zip(rest) {
            *slot = *octet;
        }
        core::mem::take(&mut self.idle_rest)
    }

    fn read(&mut self, sources: &mut impl Sources, index: usize, out: &mut [u8]) -> usize {
        if self.broken {
            return 0;
        }
        let left = sources.len(index).saturating_sub(self.at);
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let there = out.get_mut(..want).unwrap_or(&mut []);
        let read = sources.read(index, self.at, there).min(want);
        self.broken |= read < want;
        read
    }

    /// An idle packet over the rest of a frame; if there is less room than the shortest one needs, it ends in the next frame.
    //= 133.0-B-2 idle
    fn fill_idle(&mut self, gap: &mut [u8]) {
        let count = self.idle_packets;
        self.idle_packets = count.next();
        if emit_idle(count, IDLE_FILL, gap).is_ok() {
            return;
        }
        emit_idle(count, IDLE_FILL, &mut self.idle).expect("no shorter than the shortest packet");
        let (here, rest) = self.idle.split_at(gap.len());
        gap.copy_from_slice(here);
        self.idle_rest = rest.len();
    }
}

/// Length of the packet at this place of the source. A source that is no row of packets is sent as one.
fn length_at(sources: &mut impl Sources, index: usize, position: u64) -> u64 {
    let mut header = [0; HEADER_LEN];
    let read = sources.read(index, position, &mut header);
    let len = header
        .get(..read)
        .and_then(|octets| packet_len(octets).ok());
    len.map_or(u64::MAX, |len| len as u64)
}
