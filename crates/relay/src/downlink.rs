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
//! let mut downlink = Downlink::new(config, [(Vcid::new(1).unwrap(), recording)]).unwrap();
//! let mut frame = [0; 1115];
//! assert_eq!(downlink.next_frame(&mut frame).unwrap(), FrameKind::Data(Vcid::new(1).unwrap()));
//! assert_eq!(frame[6..13], [0x00, 0x05, 0xC0, 0x00, 0x00, 0x00, 0xAB]);
//! assert_eq!(downlink.next_frame(&mut frame).unwrap(), FrameKind::Idle);
//! ```

mod channel;

use core::fmt;

use magpie_coding::crc::crc16_fecf;
use magpie_coding::randomizer::Randomizer;
use magpie_wire::EmitError;
use magpie_wire::clcw::Clcw;
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::{Scid, Vcid};
use magpie_wire::ocf::{OCF_LEN, Ocf};
use magpie_wire::seq::{SeqNum, VcFrameCount8};
use magpie_wire::tm::{FECF_LEN, HEADER_LEN, TmHeader, TmParameters};

use crate::store::Store;

use channel::Channel;

/// Virtual channel of frames with only idle data.
const IDLE_VCID: u8 = 7;

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

/// Recordings that are sent, each a row of whole space packets, by the number of their channel in [`Framer::new`].
pub trait Sources {
    /// Octets of a recording so far.
    fn len(&self, channel: usize) -> u64;

    /// Reads from position `from` of a recording into `out`; returns how many octets were there, at most `out.len()`. If there are fewer than
    /// [`Sources::len`] promised, the recording ends there.
    fn read(&mut self, channel: usize, from: u64, out: &mut [u8]) -> usize;
}

impl<S: Store, const N: usize> Sources for [S; N] {
    fn len(&self, channel: usize) -> u64 {
        self.get(channel).map_or(0, Store::len)
    }

    fn read(&mut self, channel: usize, from: u64, out: &mut [u8]) -> usize {
        self.get_mut(channel)
            .map_or(0, |store| store.read(from, out))
    }
}

/// Gives TM frames for ever: recordings first, then idle frames. It owns its `N` recordings.
#[derive(Debug, Clone)]
pub struct Downlink<S, const N: usize> {
    framer: Framer<N>,
    sources: [S; N],
}

impl<S: Store, const N: usize> Downlink<S, N> {
    /// A framer for these recordings, each on its virtual channel. A recording is whole space packets, end to end.
    pub fn new(config: DownlinkConfig, recordings: [(Vcid, S); N]) -> Result<Self, DownlinkError> {
        let framer = Framer::new(config, recordings.each_ref().map(|(vcid, _)| *vcid))?;
        let sources = recordings.map(|(_, source)| source);
        Ok(Self { framer, sources })
    }

    /// Have all recordings gone out?
    pub fn is_finished(&self) -> bool {
        self.framer.is_finished(&self.sources)
    }

    /// Writes the next frame to the front of `out`, which must have room for one.
    pub fn next_frame(&mut self, out: &mut [u8]) -> Result<FrameKind, EmitError> {
        self.framer.next_frame(&mut self.sources, out)
    }
}

/// A downlink whose recordings are lent call by call, so that one device may hold them all and they may still be growing.
#[derive(Debug, Clone)]
pub struct Framer<const N: usize> {
    config: DownlinkConfig,
    zone_len: usize,
    channels: [Channel; N],
    turn: usize,
    mc_count: VcFrameCount8,
    idle_count: VcFrameCount8,
    idle_fill: Randomizer,
}

impl<const N: usize> Framer<N> {
    /// A framer for recordings on these virtual channels.
    pub fn new(config: DownlinkConfig, vcids: [Vcid; N]) -> Result<Self, DownlinkError> {
        let parameters = TmParameters {
            frame_len: config.frame_len,
            fecf: true,
        };
        let zone_len = parameters.data_len(None, true).unwrap_or(0);
        if zone_len < Channel::ZONE_MIN || zone_len > usize::from(FirstHeader::MAX) + 1 {
            return Err(DownlinkError::FrameLength {
                len: config.frame_len,
            });
        }
        for (index, vcid) in vcids.iter().enumerate() {
            if vcid.get() >= IDLE_VCID || vcids.iter().skip(index + 1).any(|other| other == vcid) {
                return Err(DownlinkError::Vcid { vcid: vcid.get() });
            }
        }
        Ok(Self {
            config,
            zone_len,
            channels: vcids.map(|vcid| Channel::new(vcid, config.first_vc_count)),
            turn: 0,
            mc_count: config.first_mc_count,
            idle_count: config.first_vc_count,
            idle_fill: Randomizer::idle_fill(),
        })
    }

    /// Octets of every frame, FECF included.
    pub const fn frame_len(&self) -> usize {
        self.config.frame_len
    }

    /// The report on the command link for the frames to come.
    pub const fn set_clcw(&mut self, clcw: Clcw) {
        self.config.clcw = clcw;
    }

    /// Have all recordings gone out?
    pub fn is_finished(&self, sources: &impl Sources) -> bool {
        let mut channels = self.channels.iter().enumerate();
        channels.all(|(index, channel)| channel.is_finished(sources.len(index)))
    }

    /// Writes the next frame to the front of `out`, which must have room for one.
    pub fn next_frame(
        &mut self,
        sources: &mut impl Sources,
        out: &mut [u8],
    ) -> Result<FrameKind, EmitError> {
        let no_space = EmitError::NoSpace {
            need: self.config.frame_len,
            have: out.len(),
        };
        let frame = out.get_mut(..self.config.frame_len).ok_or(no_space)?;
        let (head, rest) = frame.split_at_mut_checked(HEADER_LEN).ok_or(no_space)?;
        let (zone, rest) = rest.split_at_mut_checked(self.zone_len).ok_or(no_space)?;
        let ocf = rest.first_chunk_mut::<OCF_LEN>().ok_or(no_space)?;
        *ocf = Ocf::Clcw(self.config.clcw).to_octets()?;
        let (header, kind) = self.fill(sources, zone);
        head.copy_from_slice(&header.to_octets()?);
        if let Some((under_fecf, fecf)) = frame.split_last_chunk_mut::<FECF_LEN>() {
            *fecf = crc16_fecf(under_fecf).to_be_bytes();
        }
        Ok(kind)
    }

    /// Fills a data field from the channel whose turn it is, or with idle data.
    fn fill(&mut self, sources: &mut impl Sources, zone: &mut [u8]) -> (TmHeader, FrameKind) {
        let next = (0..N).map(|i| (self.turn + i) % N).find(|&i| {
            let channel = self.channels.get(i);
            channel.is_some_and(|channel| !channel.is_finished(sources.len(i)))
        });
        let channel = next.and_then(|i| self.channels.get_mut(i).map(|channel| (i, channel)));
        let (vcid, vc_frame_count, first_header, kind) = if let Some((index, channel)) = channel {
            self.turn = index + 1;
            let (vc_frame_count, first_header) = channel.fill(sources, index, zone);
            let vcid = channel.vcid();
            (vcid, vc_frame_count, first_header, FrameKind::Data(vcid))
        } else {
            //= 132.0-B-3 oid-frame
            zone.fill(0);
            self.idle_fill.apply(zone);
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
        (header, kind)
    }
}
