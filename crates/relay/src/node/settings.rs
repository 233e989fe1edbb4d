//! What the settings of rover, orbiter and station have in common: the proximity radio, the Earth link, and how a bad value is refused.
//!
//! No book rules the tables; the meaning of a key is that of the book's parameter with the same name. All tables refuse unknown keys, and a value
//! that cannot be is refused with its key: `earth_link.frame_octets: …`. Numbers and texts only, so the tables can be written in any format of
//! serde; passes are `[[pass]]` as [`Contact`] has them.
//!
//! ```
//! use magpie_relay::node::settings::{Coding, EarthLink, Frames};
//! let link = EarthLink::new(65);
//! assert_eq!((link.frames, link.frame_octets, link.coding), (Frames::Tm, 1115, Coding::None));
//! assert_eq!(EarthLink { scid: 1024, ..link }.check().unwrap_err().key, "earth_link.scid");
//! ```

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use magpie_coding::cadu::CaduConfig;
use magpie_coding::reed_solomon::RsCode;
use magpie_link::clock::{DataRate, Duration};
use magpie_link::mib::{Mib, MibBuilder, Packing};
use magpie_wire::id::{AosScid, Apid, Pcid, PortId, Scid, UslpScid, Vcid};
use serde::{Deserialize, Serialize};

use crate::contact::{Contact, Schedule, ScheduleLimits};
use crate::earth::downlink::{DownlinkConfig, VcConfig};

/// A value that cannot be, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// The key with its tables, as in `radio.bit_rate`.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

impl SettingError {
    /// This key has this problem.
    pub fn new(key: &str, problem: impl fmt::Display) -> Self {
        Self {
            key: key.into(),
            problem: problem.to_string(),
        }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

impl core::error::Error for SettingError {}

/// The spacecraft identifier of a Version-3 frame.
pub(crate) fn scid(key: &str, value: u16) -> Result<Scid, SettingError> {
    Scid::new(value).ok_or_else(|| SettingError::new(key, format!("{value} has more than 10 bits")))
}

/// An application identifier that is not that of idle packets.
pub(crate) fn apid(key: &str, value: u16) -> Result<Apid, SettingError> {
    Apid::new(value)
        .filter(|apid| !apid.is_idle())
        .ok_or_else(|| SettingError::new(key, format!("{value} is not from 0 to 2046")))
}

/// A rate above zero.
pub(crate) fn rate(key: &str, bits_per_s: u32) -> Result<DataRate, SettingError> {
    DataRate::from_bits_per_s(bits_per_s).ok_or_else(|| SettingError::new(key, "is 0"))
}

/// The schedule of these passes; `now` is before all of them, so that one that is over is no mistake of the file.
pub(crate) fn schedule(
    passes: &[Contact],
    limits: ScheduleLimits,
) -> Result<Schedule, SettingError> {
    let mut schedule = Schedule::new(limits);
    for (index, pass) in passes.iter().enumerate() {
        schedule
            .add(pass.clone(), magpie_link::clock::Instant::ZERO)
            .map_err(|error| SettingError::new(&format!("pass[{index}]"), error))?;
    }
    Ok(schedule)
}

/// The proximity radio of a rover or an orbiter (211.0-B-6): table `[radio]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProximitySettings {
    /// Information rate in bits a second: the pace of PLTUs in both directions.
    pub bit_rate: u32,
    /// Physical channel, 0 or 1.
    #[serde(default)]
    pub pcid: u8,
    /// Port of the user, 0 to 7.
    #[serde(default)]
    pub port: u8,
    /// `Maximum_Frame_Length`, 7 to 2048 octets.
    #[serde(default = "longest_frame")]
    pub frame_octets: u16,
    /// `Carrier_Only_Duration` in milliseconds; nothing is sent meanwhile.
    #[serde(default = "one_second")]
    pub carrier_only_ms: u32,
    /// `Acquisition_Idle_Duration` in milliseconds; nothing is sent meanwhile.
    #[serde(default = "one_second")]
    pub acquisition_idle_ms: u32,
    /// `Tail_Idle_Duration` in milliseconds; the last frame has left so long before the pass is over.
    #[serde(default = "half_a_second")]
    pub tail_idle_ms: u32,
}

const fn longest_frame() -> u16 {
    2048
}

const fn one_second() -> u32 {
    1_000
}

const fn half_a_second() -> u32 {
    500
}

impl ProximitySettings {
    /// This rate, and every other value as it is without its key.
    pub const fn new(bit_rate: u32) -> Self {
        Self {
            bit_rate,
            pcid: 0,
            port: 0,
            frame_octets: longest_frame(),
            carrier_only_ms: one_second(),
            acquisition_idle_ms: one_second(),
            tail_idle_ms: half_a_second(),
        }
    }

    /// The rate.
    pub(crate) fn rate(&self) -> Result<DataRate, SettingError> {
        rate("radio.bit_rate", self.bit_rate)
    }

    /// The port.
    pub(crate) fn port(&self) -> Result<PortId, SettingError> {
        let wrong = || SettingError::new("radio.port", format!("{} is not from 0 to 7", self.port));
        PortId::new(self.port).ok_or_else(wrong)
    }

    /// The parameters of a link from `local` to `remote`.
    pub(crate) fn mib(&self, local: Scid, remote: Scid) -> Result<Mib, SettingError> {
        let wrong = || SettingError::new("radio.pcid", format!("{} is not 0 or 1", self.pcid));
        let pcid = Pcid::new(self.pcid).ok_or_else(wrong)?;
        let ms = |ms: u32| Duration::from_millis(u64::from(ms));
        let builder = MibBuilder {
            local_pcid: pcid,
            remote_pcid: pcid,
            maximum_frame_length: self.frame_octets,
            carrier_only_duration: ms(self.carrier_only_ms),
            acquisition_idle_duration: ms(self.acquisition_idle_ms),
            tail_idle_duration: ms(self.tail_idle_ms),
            packing: Packing::PacketPerFrame,
            ..MibBuilder::new(local, remote)
        };
        builder
            .build()
            .map_err(|error| SettingError::new("radio", error))
    }

    /// Every value, as far as it can be checked without a peer.
    pub(crate) fn check(&self, local: Scid) -> Result<(), SettingError> {
        let other = u16::from(local.get() == 0);
        self.rate()?;
        self.port()?;
        self.mib(local, scid("radio", other)?).map(drop)
    }
}

/// The version of the Earth link's transfer frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frames {
    /// 132.0-B.
    Tm,
    /// 732.0-B.
    Aos,
    /// 732.1-B, of fixed length.
    Uslp,
}

/// What a datagram of the Earth link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coding {
    /// One transfer frame, as a ground station hands it over.
    None,
    /// One channel access data unit (131.0-B): marker, then the randomised frame in Reed-Solomon codewords (255, 223), as many as fit.
    ReedSolomon,
}

/// What both ends of the Earth link must have agreed on: table `[earth_link]` of orbiter and station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarthLink {
    /// The orbiter's identifier in the frames: 10 bits in TM, 8 in AOS, 16 in USLP.
    pub scid: u16,
    /// Version of the frames.
    #[serde(default = "tm")]
    pub frames: Frames,
    /// Octets of a frame; with Reed-Solomon a multiple of 223.
    #[serde(default = "usual_frame")]
    pub frame_octets: u16,
    /// What a datagram is.
    #[serde(default = "uncoded")]
    pub coding: Coding,
    /// Virtual channel of housekeeping.
    #[serde(default)]
    pub housekeeping_vcid: u8,
    /// Virtual channel of dumps.
    #[serde(default = "one")]
    pub playback_vcid: u8,
    /// Application of housekeeping packets.
    #[serde(default = "housekeeping_apid")]
    pub housekeeping_apid: u16,
    /// Application of dump packets.
    #[serde(default = "playback_apid")]
    pub playback_apid: u16,
}

const fn tm() -> Frames {
    Frames::Tm
}

const fn usual_frame() -> u16 {
    1115
}

const fn uncoded() -> Coding {
    Coding::None
}

const fn one() -> u8 {
    1
}

const fn housekeeping_apid() -> u16 {
    1
}

const fn playback_apid() -> u16 {
    2
}

impl EarthLink {
    /// This spacecraft, and every other value as it is without its key.
    pub const fn new(scid: u16) -> Self {
        Self {
            scid,
            frames: tm(),
            frame_octets: usual_frame(),
            coding: uncoded(),
            housekeeping_vcid: 0,
            playback_vcid: one(),
            housekeeping_apid: housekeeping_apid(),
            playback_apid: playback_apid(),
        }
    }

    /// Every value; the first that cannot be is named.
    pub fn check(&self) -> Result<(), SettingError> {
        self.downlink()?;
        self.cadu()?;
        apid("earth_link.housekeeping_apid", self.housekeeping_apid)?;
        apid("earth_link.playback_apid", self.playback_apid)?;
        if self.housekeeping_apid == self.playback_apid {
            return Err(SettingError::new(
                "earth_link.playback_apid",
                "is that of housekeeping",
            ));
        }
        Ok(())
    }

    fn vcid(key: &str, value: u8) -> Result<Vcid, SettingError> {
        let key = format!("earth_link.{key}");
        Vcid::new(value).ok_or_else(|| SettingError::new(&key, "has more than 6 bits"))
    }

    /// Virtual channels of housekeeping and of dumps.
    pub(crate) fn vcids(&self) -> Result<(Vcid, Vcid), SettingError> {
        Ok((
            Self::vcid("housekeeping_vcid", self.housekeeping_vcid)?,
            Self::vcid("playback_vcid", self.playback_vcid)?,
        ))
    }

    /// The sending end's parameters.
    pub(crate) fn downlink(&self) -> Result<DownlinkConfig, SettingError> {
        let len = usize::from(self.frame_octets);
        let scid = |bits: u8| {
            let problem = format!("{} has more than {bits} bits", self.scid);
            SettingError::new("earth_link.scid", problem)
        };
        let config = match self.frames {
            Frames::Tm => DownlinkConfig::tm(Scid::new(self.scid).ok_or_else(|| scid(10))?, len),
            Frames::Aos => {
                let number = u8::try_from(self.scid).map_err(|_| scid(8))?;
                DownlinkConfig::aos(AosScid::new(number), len)
            }
            Frames::Uslp => DownlinkConfig::uslp(UslpScid::new(self.scid), len),
        };
        let (housekeeping, playback) = self.vcids()?;
        let config = config
            .with_channel(VcConfig::real_time(housekeeping))
            .with_channel(VcConfig::playback(playback));
        config
            .check()
            .map_err(|error| SettingError::new("earth_link", error))?;
        Ok(config)
    }

    /// The channel coding; none if datagrams are frames.
    pub fn cadu(&self) -> Result<Option<CaduConfig>, SettingError> {
        let wrong =
            |problem: &dyn fmt::Display| Err(SettingError::new("earth_link.frame_octets", problem));
        match self.coding {
            Coding::None => Ok(None),
            Coding::ReedSolomon => {
                let depth = usize::from(self.frame_octets.div_ceil(223));
                match CaduConfig::reed_solomon(RsCode::E16, depth, usize::from(self.frame_octets)) {
                    Ok(config) => Ok(Some(config)),
                    Err(error) => wrong(&error),
                }
            }
        }
    }
}
