//! Managed parameters of the physical channel and of its virtual channels.
//!
//! Books: 132.0-B-3, 732.0-B-4, 732.1-B-3 (what both ends must have agreed on). Shares, priorities and latency limits are the implementer's.

use alloc::vec::Vec;
use core::fmt;

use magpie_link::clock::Duration;
use magpie_wire::aos::mpdu;
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::{AosScid, Scid, UslpScid, Vcid};
use magpie_wire::ocf::OCF_LEN;
use magpie_wire::{aos, tm};

/// Parts of a channel that make it whole: shares are counted in thousandths.
pub const WHOLE_SHARE: u16 = 1000;

/// Octets of the shortest packet zone: with less, an idle packet could go on behind the zone after its own.
pub const ZONE_MIN: usize = 13;

/// Octets of a USLP data field header with a pointer.
const TFDF_HEADER_LEN: usize = 3;

/// Octets of a USLP primary header without its count.
const USLP_HEADER_LEN: usize = 7;

/// The version of the transfer frames, with what only that version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameVersion {
    /// 132.0-B-3.
    Tm {
        /// Spacecraft.
        scid: Scid,
    },
    /// 732.0-B-4.
    Aos {
        /// Spacecraft.
        scid: AosScid,
        /// Header error control, RS (10,6).
        fhec: bool,
        /// The count has 28 bits: the cycle field is used and flagged.
        cycle: bool,
    },
    /// 732.1-B-3, frames of fixed length.
    Uslp {
        /// Spacecraft.
        scid: UslpScid,
        /// Octets of the virtual channel frame count, 1 to 7.
        count_octets: u8,
    },
}

impl FrameVersion {
    /// The virtual channel that carries only idle data; TM has none by the book, this one is ours.
    pub const fn idle_vcid(&self) -> u8 {
        match self {
            Self::Tm { .. } => 7,
            Self::Aos { .. } | Self::Uslp { .. } => 63,
        }
    }

    /// Values that a virtual channel frame count has.
    pub const fn modulus(&self) -> u64 {
        match *self {
            Self::Tm { .. } => 1 << 8,
            Self::Aos { cycle: false, .. } => 1 << 24,
            Self::Aos { cycle: true, .. } => 1 << 28,
            Self::Uslp { count_octets, .. } => 1 << (8 * (count_octets as u32 & 7)),
        }
    }
}

/// How a virtual channel's frames are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Construct {
    /// Packets back to back with a first header pointer: TM packet zone, AOS `M_PDU`, USLP rule 000. Gaps are idle packets.
    Packets,
    /// Virtual channel access: one SDU a frame in TM (synchronisation flag set) and AOS, of exactly the data field's length; in USLP SDUs of any
    /// length by rules 001 and 010.
    Access,
    /// AOS only: a stream of octets in `B_PDU`s, the pointer says where valid bits end.
    Bitstream,
}

/// What a virtual channel is for; AOS frames say so in their replay flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What happens now.
    RealTime,
    /// What was recorded.
    Playback,
}

/// A virtual channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VcConfig {
    /// Number; below 7 in TM, below 63 in AOS and USLP.
    pub vcid: Vcid,
    /// Real time or playback.
    pub role: Role,
    /// Lower goes first.
    pub priority: u8,
    /// Thousandths of all frames that this channel gets for certain while it has something to send; a floor, not a limit.
    pub share: u16,
    /// What its frames hold.
    pub construct: Construct,
    /// A frame that is not full goes out, filled up, when its oldest SDU has waited for so long.
    pub latency: Duration,
    /// SDUs that wait at the most.
    pub queue_units: usize,
    /// Octets that wait at the most.
    pub queue_octets: usize,
}

impl VcConfig {
    /// Real-time packets: priority 0, a latency limit of a second, no guaranteed share, a queue of 256 packets and 256 KiB.
    pub const fn real_time(vcid: Vcid) -> Self {
        Self {
            vcid,
            role: Role::RealTime,
            priority: 0,
            share: 0,
            construct: Construct::Packets,
            latency: Duration::from_secs(1),
            queue_units: 256,
            queue_octets: 256 * 1024,
        }
    }

    /// Recorded packets: priority 100, a latency limit of ten seconds, a tenth of the frames, a queue of 256 packets and 256 KiB.
    pub const fn playback(vcid: Vcid) -> Self {
        Self {
            role: Role::Playback,
            priority: 100,
            share: 100,
            latency: Duration::from_secs(10),
            ..Self::real_time(vcid)
        }
    }
}

/// A physical channel: one spacecraft, one version of frames, one length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownlinkConfig {
    /// Version and spacecraft.
    pub version: FrameVersion,
    /// Octets of a frame, all fields counted.
    pub frame_len: usize,
    /// Frames end with a CRC-16.
    pub fecf: bool,
    /// Frames carry an operational control field: the CLCWs of the uplink in turn.
    pub ocf: bool,
    /// Octets of the insert zone; 0 in TM.
    pub insert_zone_len: usize,
    /// The virtual channels.
    pub channels: Vec<VcConfig>,
}

impl DownlinkConfig {
    /// TM frames with operational control field and FECF.
    pub const fn tm(scid: Scid, frame_len: usize) -> Self {
        Self::new(FrameVersion::Tm { scid }, frame_len)
    }

    /// AOS frames with operational control field and FECF, without insert zone and header error control, counts of 24 bits.
    pub const fn aos(scid: AosScid, frame_len: usize) -> Self {
        let version = FrameVersion::Aos {
            scid,
            fhec: false,
            cycle: false,
        };
        Self::new(version, frame_len)
    }

    /// USLP frames of fixed length with operational control field and FECF, counts of four octets.
    pub const fn uslp(scid: UslpScid, frame_len: usize) -> Self {
        let version = FrameVersion::Uslp {
            scid,
            count_octets: 4,
        };
        Self::new(version, frame_len)
    }

    const fn new(version: FrameVersion, frame_len: usize) -> Self {
        Self {
            version,
            frame_len,
            fecf: true,
            ocf: true,
            insert_zone_len: 0,
            channels: Vec::new(),
        }
    }

    /// The same with one virtual channel more.
    #[must_use]
    pub fn with_channel(mut self, channel: VcConfig) -> Self {
        self.channels.push(channel);
        self
    }

    /// Octets of the data field that hold packets or SDUs, for a construct; `None` if the other fields leave no room.
    pub fn zone_len(&self, construct: Construct) -> Option<usize> {
        let ocf = if self.ocf { OCF_LEN } else { 0 };
        let fecf = if self.fecf { tm::FECF_LEN } else { 0 };
        let pdu = match construct {
            Construct::Packets | Construct::Bitstream => mpdu::HEADER_LEN,
            Construct::Access => 0,
        };
        let header = match self.version {
            FrameVersion::Tm { .. } => tm::HEADER_LEN,
            FrameVersion::Aos { fhec, .. } => {
                aos::HEADER_LEN + pdu + if fhec { aos::FHEC_LEN } else { 0 }
            }
            FrameVersion::Uslp { count_octets, .. } => {
                USLP_HEADER_LEN + usize::from(count_octets) + TFDF_HEADER_LEN
            }
        };
        self.frame_len
            .checked_sub(header + ocf + fecf)?
            .checked_sub(self.insert_zone_len)
    }

    /// The rule that this configuration breaks first, if any.
    ///
    /// # Errors
    /// Variant by variant.
    pub fn check(&self) -> Result<(), DownlinkError> {
        let version_fits = match self.version {
            FrameVersion::Tm { .. } => self.insert_zone_len == 0,
            FrameVersion::Aos { .. } => true,
            FrameVersion::Uslp { count_octets, .. } => (1..=7).contains(&count_octets),
        };
        if !version_fits {
            return Err(DownlinkError::Version);
        }
        let zone = self.zone_len(Construct::Packets).unwrap_or(0);
        let pointer_max = match self.version {
            FrameVersion::Uslp { .. } => usize::from(u16::MAX),
            _ => usize::from(FirstHeader::MAX) + 1,
        };
        if zone < ZONE_MIN || zone > pointer_max || self.frame_len > 1 << 16 {
            return Err(DownlinkError::FrameLength {
                len: self.frame_len,
            });
        }
        let mut shares = 0_u32;
        for (index, channel) in self.channels.iter().enumerate() {
            let vcid = channel.vcid.get();
            let others = self.channels.iter().take(index);
            if vcid >= self.version.idle_vcid() || others.clone().any(|c| c.vcid == channel.vcid) {
                return Err(DownlinkError::Vcid { vcid });
            }
            let is_aos = matches!(self.version, FrameVersion::Aos { .. });
            if channel.construct == Construct::Bitstream && !is_aos {
                return Err(DownlinkError::Bitstream { vcid });
            }
            if channel.queue_units == 0 || channel.queue_octets == 0 {
                return Err(DownlinkError::Queue { vcid });
            }
            shares += u32::from(channel.share);
        }
        if shares > u32::from(WHOLE_SHARE) {
            return Err(DownlinkError::Shares { sum: shares });
        }
        Ok(())
    }
}

/// Which rule a configuration breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DownlinkError {
    /// An insert zone in TM, or a USLP count that is not 1 to 7 octets long.
    Version,
    /// The packet zone is too short for an idle packet and its rest, or longer than a pointer reaches.
    FrameLength {
        /// Octets of a frame.
        len: usize,
    },
    /// A virtual channel is named twice, or it is the one for idle data or above it.
    Vcid {
        /// The channel.
        vcid: u8,
    },
    /// Only AOS has bit streams.
    Bitstream {
        /// The channel.
        vcid: u8,
    },
    /// A queue without room.
    Queue {
        /// The channel.
        vcid: u8,
    },
    /// The guaranteed shares are more than the whole.
    Shares {
        /// Thousandths.
        sum: u32,
    },
    /// Counters to be restored are those of another configuration.
    Counters,
}

impl fmt::Display for DownlinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Version => {
                f.write_str("insert_zone_len must be 0 with TM, count_octets 1 to 7 with USLP")
            }
            Self::FrameLength { len } => write!(f, "frame_len {len} cannot carry packets"),
            Self::Vcid { vcid } => {
                write!(f, "vcid {vcid} is named twice or kept for idle data")
            }
            Self::Bitstream { vcid } => write!(f, "vcid {vcid}: bit streams are for AOS only"),
            Self::Queue { vcid } => write!(f, "vcid {vcid}: its queue holds nothing"),
            Self::Shares { sum } => write!(f, "shares add up to {sum} thousandths"),
            Self::Counters => f.write_str("counters of another configuration"),
        }
    }
}

impl core::error::Error for DownlinkError {}
