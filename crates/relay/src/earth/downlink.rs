//! The multiplexer of the Earth downlink: virtual channels by priority and share, TM, AOS or USLP frames.
//!
//! Books: 132.0-B-3, 732.0-B-4, 732.1-B-3 (frames and their counts), 133.0-B (idle packets). How channels share the link is left to the implementer, see
//! [`VcConfig`]. Packets are [offered](Downlink::offer) to the bounded queue of a virtual channel, which refuses by name what it cannot take; the
//! caller asks for [a frame](Downlink::next_frame) whenever the channel coder wants one and always gets one: a channel's, if it has a whole
//! frame or has waited for its latency limit, else one with only idle data. [`playback`] feeds recordings, [`dump`] is the far end of that. Counts can
//! be [exported](Downlink::export) and restored, so that a restart does not look like a loss. Left out: TM secondary headers, TM packets
//! that are not in order, data link security (355.0), several spacecraft on one physical channel. For firmware without heap there is
//! [`crate::downlink`].
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::earth::downlink::{Downlink, DownlinkConfig, Sent, VcConfig};
//! use magpie_wire::id::{AosScid, Vcid};
//! let vcid = Vcid::new(5).unwrap();
//! let config = DownlinkConfig::aos(AosScid::new(0xAB), 64).with_channel(VcConfig::real_time(vcid));
//! let mut downlink = Downlink::new(config).unwrap();
//! downlink.offer(Instant::ZERO, vcid, &[0x08, 0x01, 0xC0, 0, 0, 0, 0x41]).unwrap();
//! let mut frame = [0; 64];
//! assert_eq!(downlink.next_frame(Instant::ZERO, &mut frame), Ok(Sent::Idle)); // the packet may wait for more
//! assert_eq!(downlink.next_frame(Instant::from_micros(1_000_000), &mut frame), Ok(Sent::Data(vcid)));
//! ```

mod channel;
pub mod config;
pub mod counters;
pub mod dump;
mod emit;
pub mod playback;
mod policy;
mod ranges;

pub use config::{Construct, DownlinkConfig, DownlinkError, FrameVersion, Role, VcConfig};
pub use counters::Counters;

use alloc::vec::Vec;
use core::fmt;

use magpie_coding::randomizer::Randomizer;
use magpie_link::clock::Instant;
use magpie_wire::EmitError;
use magpie_wire::clcw::Clcw;
use magpie_wire::id::Vcid;
use magpie_wire::ocf::OCF_LEN;
use magpie_wire::seq::{SeqCount, SeqNum};

use channel::{Channel, Filled};
use emit::Fields;
use policy::Policy;

/// Virtual channels of the uplink whose CLCWs can take turns.
pub const CLCW_MAX: usize = 16;

/// Why an SDU was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferError {
    /// The queue has no room: offer it again when frames have gone out.
    Full,
    /// No such virtual channel.
    Channel,
    /// Not exactly one space or encapsulation packet.
    NotAPacket,
    /// An access SDU of another length than the zone, or an empty one.
    Length {
        /// Octets it should have.
        need: usize,
        /// Octets it has.
        have: usize,
    },
    /// It would not fit into the queue if that were empty.
    TooLong {
        /// Octets of the queue.
        max: usize,
    },
}

impl fmt::Display for OfferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Full => f.write_str("the queue is full"),
            Self::Channel => f.write_str("no such virtual channel"),
            Self::NotAPacket => f.write_str("not exactly one packet"),
            Self::Length { need, have } => write!(f, "{have} octets, must be {need}"),
            Self::TooLong { max } => write!(f, "longer than the queue's {max} octets"),
        }
    }
}

impl core::error::Error for OfferError {}

/// Counters of a virtual channel since the start. `offered` is the sum of `accepted`, `refused_full` and `refused_bad`; `accepted` that of
/// `sent` and what still waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChannelStats {
    /// SDUs offered.
    pub offered: u64,
    /// Their octets.
    pub offered_octets: u64,
    /// SDUs that were taken.
    pub accepted: u64,
    /// Their octets.
    pub accepted_octets: u64,
    /// Refused because the queue was full.
    pub refused_full: u64,
    /// Refused because they can never be sent.
    pub refused_bad: u64,
    /// SDUs of which the last octet is in a frame.
    pub sent: u64,
    /// Their octets.
    pub sent_octets: u64,
    /// Frames.
    pub frames: u64,
    /// Octets of idle packets and of fill.
    pub idle_octets: u64,
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Something of this virtual channel.
    Data(Vcid),
    /// Only idle data.
    Idle,
}

/// The sending end of a physical channel.
#[derive(Debug, Clone)]
pub struct Downlink {
    config: DownlinkConfig,
    channels: Vec<Channel>,
    policy: Policy,
    mc_count: u8,
    idle_count: u64,
    idle_fill: Randomizer,
    idle_frames: u64,
    offers_without_channel: u64,
    insert_zone: Vec<u8>,
    clcws: Vec<(Vcid, [u8; OCF_LEN])>,
    clcw_turn: usize,
    zone: Vec<u8>,
    field: Vec<u8>,
}

impl Downlink {
    /// A downlink with all counts at 0.
    ///
    /// # Errors
    /// What [`DownlinkConfig::check`] says.
    pub fn new(config: DownlinkConfig) -> Result<Self, DownlinkError> {
        config.check()?;
        let exact = !matches!(config.version, FrameVersion::Uslp { .. });
        let channel = |vc: &VcConfig| {
            let zone_len = config.zone_len(vc.construct).unwrap_or(0);
            Channel::new(*vc, zone_len, exact)
        };
        Ok(Self {
            channels: config.channels.iter().map(channel).collect(),
            policy: Policy::new(config.channels.len()),
            mc_count: 0,
            idle_count: 0,
            idle_fill: Randomizer::idle_fill(),
            idle_frames: 0,
            offers_without_channel: 0,
            insert_zone: alloc::vec![0; config.insert_zone_len],
            clcws: Vec::new(),
            clcw_turn: 0,
            zone: Vec::new(),
            field: Vec::new(),
            config,
        })
    }

    /// The managed parameters.
    pub const fn config(&self) -> &DownlinkConfig {
        &self.config
    }

    /// Gives an SDU to a virtual channel: a packet, or what its construct says.
    ///
    /// # Errors
    /// [`OfferError::Full`] if it has to be offered again later; every refusal is counted.
    pub fn offer(&mut self, now: Instant, vcid: Vcid, sdu: &[u8]) -> Result<(), OfferError> {
        if let Some(channel) = self.channel_mut(vcid) {
            channel.offer(now, sdu)
        } else {
            self.offers_without_channel += 1;
            Err(OfferError::Channel)
        }
    }

    fn channel_mut(&mut self, vcid: Vcid) -> Option<&mut Channel> {
        let mut channels = self.channels.iter_mut();
        channels.find(|channel| channel.config.vcid == vcid)
    }

    fn channel(&self, vcid: Vcid) -> Option<&Channel> {
        let mut channels = self.channels.iter();
        channels.find(|channel| channel.config.vcid == vcid)
    }

    /// What waits on this channel now goes out without waiting for its latency limit.
    pub fn flush(&mut self, vcid: Vcid) {
        if let Some(channel) = self.channel_mut(vcid) {
            channel.flush();
        }
    }

    /// Octets of packets or SDUs that wait on this channel; 0 if there is none.
    pub fn waiting(&self, vcid: Vcid) -> usize {
        self.channel(vcid).map_or(0, Channel::waiting)
    }

    /// When the next frame that is not full has to go out; `None` if nothing waits.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.channels.iter().filter_map(Channel::due).min()
    }

    /// Counters of a virtual channel.
    pub fn stats(&self, vcid: Vcid) -> Option<&ChannelStats> {
        self.channel(vcid).map(|channel| &channel.stats)
    }

    /// Frames with only idle data so far.
    pub const fn idle_frames(&self) -> u64 {
        self.idle_frames
    }

    /// SDUs that were offered to a virtual channel that there is not.
    pub const fn offers_without_channel(&self) -> u64 {
        self.offers_without_channel
    }

    /// What every frame carries in its insert zone from now on; zeros until then. `false` if the length is another, nothing changes then.
    pub fn set_insert_zone(&mut self, octets: &[u8]) -> bool {
        let fits = octets.len() == self.insert_zone.len();
        if fits {
            self.insert_zone.copy_from_slice(octets);
        }
        fits
    }

    /// The CLCW of one virtual channel of the uplink, in place of its last one. The CLCWs of all channels take turns, frame by frame.
    ///
    /// # Errors
    /// A field that does not fit, or more than [`CLCW_MAX`] channels.
    pub fn set_clcw(&mut self, clcw: Clcw) -> Result<(), EmitError> {
        let octets = clcw.to_octets()?;
        let mut known = self.clcws.iter_mut();
        if let Some((_, place)) = known.find(|(vcid, _)| *vcid == clcw.vcid) {
            *place = octets;
        } else if self.clcws.len() < CLCW_MAX {
            self.clcws.push((clcw.vcid, octets));
        } else {
            let (max, have) = (CLCW_MAX, CLCW_MAX + 1);
            return Err(EmitError::TooLong { max, have });
        }
        Ok(())
    }

    /// The next operational control field: the CLCWs in turn; before there is any, one that says that no command link is received.
    fn next_ocf(&mut self) -> Result<Option<[u8; OCF_LEN]>, EmitError> {
        if !self.config.ocf {
            return Ok(None);
        }
        if let Some((_, octets)) = self.clcws.get(self.clcw_turn % self.clcws.len().max(1)) {
            self.clcw_turn = (self.clcw_turn + 1) % self.clcws.len();
            return Ok(Some(*octets));
        }
        let nothing_heard = Clcw {
            no_rf_available: true,
            no_bit_lock: true,
            ..Clcw::nominal(Vcid::default(), SeqNum::default())
        };
        nothing_heard.to_octets().map(Some)
    }

    /// Writes the next frame to the front of `out`: [`DownlinkConfig::frame_len`] octets.
    ///
    /// # Errors
    /// [`EmitError::NoSpace`] if `out` is too short; nothing has happened then.
    pub fn next_frame(&mut self, now: Instant, out: &mut [u8]) -> Result<Sent, EmitError> {
        let (need, have) = (self.config.frame_len, out.len());
        let no_space = EmitError::NoSpace { need, have };
        let frame = out.get_mut(..need).ok_or(no_space)?;
        let ocf = self.next_ocf()?;
        let chosen = self.policy.choose(now, &self.channels);
        let modulus = self.config.version.modulus();
        let (vcid, role, vc_count, filled) =
            if let Some(channel) = chosen.and_then(|index| self.channels.get_mut(index)) {
                let zone_len = self.config.zone_len(channel.config.construct);
                self.zone.resize(zone_len.unwrap_or(0), 0);
                let filled = channel.fill(&mut self.zone);
                let count = channel.count;
                channel.count = (count + 1) % modulus;
                (channel.config.vcid, channel.config.role, count, filled)
            } else {
                //= 132.0-B-3 oid-frame
                self.zone.clear();
                self.zone.resize(emit::idle_zone_len(&self.config), 0);
                self.idle_fill.apply(&mut self.zone);
                let count = self.idle_count;
                self.idle_count = (count + 1) % modulus;
                self.idle_frames += 1;
                let vcid = Vcid::new(self.config.version.idle_vcid()).unwrap_or_default();
                (vcid, Role::RealTime, count, Filled::Idle)
            };
        let fields = Fields {
            vcid,
            mc_count: self.mc_count,
            vc_count,
            replay: role == Role::Playback,
            filled,
            ocf,
            insert_zone: &self.insert_zone,
        };
        self.mc_count = self.mc_count.wrapping_add(1);
        emit::frame(&self.config, &fields, &self.zone, &mut self.field, frame)?;
        Ok(match filled {
            Filled::Idle => Sent::Idle,
            _ => Sent::Data(vcid),
        })
    }

    /// The counts that the next frames will carry. What waits in queues is not in them.
    pub fn export(&self) -> Counters {
        let of = |channel: &Channel| counters::ChannelCount {
            vcid: channel.config.vcid.get(),
            count: channel.count,
            idle_packets: channel.idle_packets.get(),
        };
        Counters {
            mc_count: self.mc_count,
            idle_count: self.idle_count,
            channels: self.channels.iter().map(of).collect(),
        }
    }

    /// Goes on with these counts, so that the far end sees no gap.
    ///
    /// # Errors
    /// [`DownlinkError::Counters`] unless they name the same virtual channels and fit the counts of this version; nothing has changed then.
    pub fn restore(&mut self, counters: &Counters) -> Result<(), DownlinkError> {
        let modulus = self.config.version.modulus();
        let fits = |channel: &Channel| {
            counters.of(channel.config.vcid).is_some_and(|counts| {
                counts.count < modulus && SeqCount::new(counts.idle_packets).is_some()
            })
        };
        let same = counters.channels.len() == self.channels.len();
        if !same || counters.idle_count >= modulus || !self.channels.iter().all(fits) {
            return Err(DownlinkError::Counters);
        }
        for channel in &mut self.channels {
            if let Some(counts) = counters.of(channel.config.vcid) {
                channel.count = counts.count;
                channel.idle_packets = SeqCount::new(counts.idle_packets).unwrap_or_default();
            }
        }
        self.mc_count = counters.mc_count;
        self.idle_count = counters.idle_count;
        Ok(())
    }
}
