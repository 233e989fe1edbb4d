//! Recordings to Earth: space packets end to end in TM transfer frames, one virtual channel for each recording.
//!
//! Book: 132.0-B-3. Packets are put into the data fields one behind the other and may span frames; the first header pointer says where the
//! first one that starts in a frame begins. Channels with data take turns frame by frame. A recording that ends within a frame is followed by
//! an idle packet (133.0-B-2); when nothing is left, frames with only idle data go out on virtual channel 7. Every frame carries a CLCW (232.0-B-4)
//! in its operational control field and an FECF.
//!
//! ```
//! use magpie_relay::downlink::{Downlink, DownlinkConfig, FrameKind};
//! use magpie_relay::store::{RamStore, Store};
//! use magpie_wire::id::{Scid, Vcid};
//! let mut recording = RamStore::new(100);
//! recording.append(&[0x00, 0x05, 0xC0, 0x00, 0x00, 0x00, 0xAB]).unwrap(); // one packet of seven octets
//! let config = DownlinkConfig::new(Scid::new(65).unwrap());
//! let mut downlink = Downlink::new(config, vec![(Vcid::new(1).unwrap(), recording)]).unwrap();
//! let mut frame = [0; 1115];
//! assert_eq!(downlink.next_frame(&mut frame).unwrap(), FrameKind::Data(Vcid::new(1).unwrap()));
//! assert_eq!(frame[6..13], [0x00, 0x05, 0xC0, 0x00, 0x00, 0x00, 0xAB]);
//! assert_eq!(downlink.next_frame(&mut frame).unwrap(), FrameKind::Idle);
//! ```

use core::fmt;

use alloc::vec;
use alloc::vec::Vec;

use magpie_coding::crc::crc16_fecf;
use magpie_coding::randomizer::Randomizer;
use magpie_wire::EmitError;
use magpie_wire::clcw::Clcw;
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::{Scid, Vcid};
use magpie_wire::ocf::Ocf;
use magpie_wire::seq::{SeqCount, SeqNum, VcFrameCount8};
use magpie_wire::space_packet::{HEADER_LEN, emit_idle, packet_len};
use magpie_wire::tm::{TmContent, TmHeader, TmParameters};

use crate::store::Store;

/// Virtual channel of frames with only idle data.
const IDLE_VCID: u8 = 7;
/// Fill of idle packets.
const IDLE_FILL: u8 = 0x55;
/// Shortest idle packet.
const IDLE_PACKET_MIN: usize = HEADER_LEN + 1;

/// What the framer needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownlinkConfig {
    /// Spacecraft.
    pub scid: Scid,
    /// Octets of every frame, FECF included.
    pub frame_len: usize,
    /// Report on the command link, sent in every frame.
    pub clcw: Clcw,
    /// Master channel frame count of the first frame.
    pub first_mc_count: VcFrameCount8,
    /// Frame count of the first frame of every virtual channel.
    pub first_vc_count: VcFrameCount8,
}

impl DownlinkConfig {
    /// Frames of 1115 octets with a nominal CLCW, counts from 0.
    pub fn new(scid: Scid) -> Self {
        Self {
            scid,
            frame_len: 1115,
            clcw: Clcw::nominal(Vcid::default(), SeqNum::default()),
            first_mc_count: VcFrameCount8::default(),
            first_vc_count: VcFrameCount8::default(),
        }
    }
}

/// Why a downlink cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DownlinkError {
    /// A frame has no room for data, or more than a first header pointer can reach.
    FrameLength {
        /// Octets of a frame.
        len: usize,
    },
    /// A virtual channel above 6 (7 is for idle frames) or named twice.
    Vcid {
        /// The channel.
        vcid: u8,
    },
}

impl fmt::Display for DownlinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::FrameLength { len } => write!(f, "frames of {len} octets cannot carry packets"),
            Self::Vcid { vcid } => write!(f, "virtual channel {vcid} is above 6 or named twice"),
        }
    }
}

impl core::error::Error for DownlinkError {}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// Packets of a recording.
    Data(Vcid),
    /// Only idle data.
    Idle,
}

/// Gives TM frames for ever: recordings first, then idle frames.
#[derive(Debug, Clone)]
pub struct Downlink<S> {
    config: DownlinkConfig,
    parameters: TmParameters,
    channels: Vec<Channel<S>>,
    turn: usize,
    mc_count: VcFrameCount8,
    idle_count: VcFrameCount8,
    idle_fill: Randomizer,
    zone: Vec<u8>,
}

impl<S: Store> Downlink<S> {
    /// A framer for these recordings, each on its virtual channel. A recording is whole space packets, end to end.
    pub fn new(config: DownlinkConfig, recordings: Vec<(Vcid, S)>) -> Result<Self, DownlinkError> {
        let parameters = TmParameters {
            frame_len: config.frame_len,
            fecf: true,
        };
        let zone_len = parameters.data_len(None, true).unwrap_or(0);
        if zone_len < IDLE_PACKET_MIN || zone_len > usize::from(FirstHeader::MAX) + 1 {
            return Err(DownlinkError::FrameLength {
                len: config.frame_len,
            });
        }
        let mut channels: Vec<Channel<S>> = Vec::new();
        for (vcid, source) in recordings {
            if vcid.get() >= IDLE_VCID || channels.iter().any(|channel| channel.vcid == vcid) {
                return Err(DownlinkError::Vcid { vcid: vcid.get() });
            }
            channels.push(Channel::new(vcid, config.first_vc_count, source));
        }
        Ok(Self {
            config,
            parameters,
            channels,
            turn: 0,
            mc_count: config.first_mc_count,
            idle_count: config.first_vc_count,
            idle_fill: Randomizer::idle_fill(),
            zone: vec![0; zone_len],
        })
    }

    /// Have all recordings gone out?
    pub fn is_finished(&self) -> bool {
        self.channels.iter().all(Channel::is_finished)
    }

    /// Writes the next frame to the front of `out`, which must have room for one.
    pub fn next_frame(&mut self, out: &mut [u8]) -> Result<FrameKind, EmitError> {
        if out.len() < self.config.frame_len {
            return Err(EmitError::NoSpace {
                need: self.config.frame_len,
                have: out.len(),
            });
        }
        let count = self.channels.len();
        let next = (0..count)
            .map(|i| (self.turn + i) % count)
            .find(|&i| self.channels.get(i).is_some_and(|c| !c.is_finished()));
        let channel = next.and_then(|i| self.channels.get_mut(i));
        let (vcid, vc_frame_count, first_header, kind) = if let Some(channel) = channel {
            let first_header = channel.fill(&mut self.zone);
            let vc_frame_count = channel.frame_count;
            channel.frame_count = vc_frame_count.next();
            self.turn = next.map_or(0, |i| i + 1);
            (
                channel.vcid,
                vc_frame_count,
                first_header,
                FrameKind::Data(channel.vcid),
            )
        } else {
            //= 132.0-B-3 oid-frame
            self.zone.fill(0);
            self.idle_fill.apply(&mut self.zone);
            let vc_frame_count = self.idle_count;
            self.idle_count = vc_frame_count.next();
            let vcid = Vcid::new(IDLE_VCID).expect("three bits");
            (vcid, vc_frame_count, FirstHeader::IdleOnly, FrameKind::Idle)
        };
        let header = TmHeader {
            ocf: true,
            mc_frame_count: self.mc_count,
            vc_frame_count,
            first_header,
            ..TmHeader::new(self.config.scid, vcid)
        };
        self.mc_count = self.mc_count.next();
        self.emit(&header, out)?;
        Ok(kind)
    }

    fn emit(&self, header: &TmHeader, out: &mut [u8]) -> Result<(), EmitError> {
        let content = TmContent {
            secondary: None,
            data: &self.zone,
            ocf: Some(Ocf::Clcw(self.config.clcw)),
        };
        let fecf_at = header.emit(&self.parameters, &content, out)?;
        if let Some((under_fecf, rest)) = out.split_at_mut_checked(fecf_at)
            && let Some(fecf) = rest.first_chunk_mut()
        {
            *fecf = crc16_fecf(under_fecf).to_be_bytes();
        }
        Ok(())
    }
}

/// One recording on its virtual channel.
#[derive(Debug, Clone)]
struct Channel<S> {
    vcid: Vcid,
    frame_count: VcFrameCount8,
    source: S,
    /// Octets of the source that have gone out.
    at: u64,
    /// Where in the source the first packet that has not begun yet begins.
    next_packet: u64,
    /// Rest of an idle packet that did not fit the frame in which it began.
    idle_rest: Vec<u8>,
    idle_packets: SeqCount,
}

impl<S: Store> Channel<S> {
    fn new(vcid: Vcid, frame_count: VcFrameCount8, source: S) -> Self {
        Self {
            vcid,
            frame_count,
            source,
            at: 0,
            next_packet: 0,
            idle_rest: Vec::new(),
            idle_packets: SeqCount::default(),
        }
    }

    fn is_finished(&self) -> bool {
        self.at >= self.source.len() && self.idle_rest.is_empty()
    }

    /// Fills a data field and says where the first packet that starts in it begins.
    //= 132.0-B-3 first-header-pointer
    fn fill(&mut self, zone: &mut [u8]) -> FirstHeader {
        let rest = self.idle_rest.len().min(zone.len());
        let (head, tail) = zone.split_at_mut(rest);
        head.copy_from_slice(&self.idle_rest);
        self.idle_rest.clear();
        let read = self.source.read(self.at, tail);
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
            self.next_packet = self
                .next_packet
                .saturating_add(self.length_at(self.next_packet));
        }
        self.at = end;
        let used = rest + read;
        if let Some(gap) = zone.get_mut(used..).filter(|gap| !gap.is_empty()) {
            first = first.or(Some(used));
            self.fill_idle(gap);
        }
        let first = first.and_then(|position| u16::try_from(position).ok());
        first.map_or(FirstHeader::NoPacketStart, FirstHeader::At)
    }

    /// Length of the packet at this place of the source. A source that is no row of packets is sent as one.
    fn length_at(&self, position: u64) -> u64 {
        let mut header = [0; HEADER_LEN];
        let read = self.source.read(position, &mut header);
        let len = header
            .get(..read)
            .and_then(|octets| packet_len(octets).ok());
        len.map_or(u64::MAX, |len| len as u64)
    }

    /// An idle packet over the rest of a frame; if there is less room than the shortest one needs, it ends in the next frame.
    //= 133.0-B-2 idle
    fn fill_idle(&mut self, gap: &mut [u8]) {
        let len = gap.len().max(IDLE_PACKET_MIN);
        let mut packet = vec![0; len];
        emit_idle(self.idle_packets, IDLE_FILL, &mut packet)
            .expect("no shorter than the shortest packet");
        self.idle_packets = self.idle_packets.next();
        let (here, rest) = packet.split_at(gap.len());
        gap.copy_from_slice(here);
        self.idle_rest = rest.to_vec();
    }
}
