//! The orbiter's file.
//!
//! No book. See [`OrbiterSettings`]; [`OrbiterSettings::check`] refuses what cannot be, with its key.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use magpie_link::clock::Instant;
use serde::{Deserialize, Serialize};

use super::interface::InterfaceFault;
use crate::contact::{self, Contact, ScheduleLimits, Utc};
use crate::node::settings::{EarthLink, ProximitySettings, SettingError, rate, schedule, scid};

/// The orbiter's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrbiterSettings {
    /// The orbiter's identifier on the proximity link, ten bits.
    pub scid: u16,
    /// Octets of its memory for records, 64 for each besides its own.
    #[serde(default = "memory_octets")]
    pub memory_octets: u64,
    /// The spacecraft that it serves; all of them without the key.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub users: BTreeSet<u16>,
    /// Its proximity radio.
    pub radio: ProximitySettings,
    /// What it has agreed on with the station.
    pub earth_link: EarthLink,
    /// When and how fast it speaks to Earth.
    pub downlink: DownlinkSettings,
    /// When it listens, to whom and how.
    #[serde(default, rename = "pass", skip_serializing_if = "Vec::is_empty")]
    pub passes: Vec<Contact>,
    /// Faults of the interface between transceiver and memory, for rehearsals.
    #[serde(default, rename = "fault", skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<InterfaceFault>,
}

const fn memory_octets() -> u64 {
    64 << 20
}

/// When and how fast the orbiter speaks to Earth: table `[downlink]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DownlinkSettings {
    /// Information rate in bits a second: the pace of datagrams.
    pub bit_rate: u32,
    /// How often the recording of each pass is sent.
    #[serde(default = "once")]
    pub dumps: u8,
    /// Seconds between two housekeeping packets; none are sent if it is 0.
    #[serde(default = "one_minute")]
    pub housekeeping_s: u32,
    /// The antenna can point to Earth while the proximity radio listens.
    #[serde(default)]
    pub during_passes: bool,
    /// When a station listens; always without any.
    #[serde(default, rename = "window", skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<EarthWindow>,
}

const fn once() -> u8 {
    1
}

const fn one_minute() -> u32 {
    60
}

/// A station listens: `[[downlink.window]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarthWindow {
    /// From then on, in the orbiter's time.
    pub begin_utc: Utc,
    /// Not any more from then on.
    pub end_utc: Utc,
}

impl DownlinkSettings {
    /// This rate, and every other value as it is without its key.
    pub const fn new(bit_rate: u32) -> Self {
        Self {
            bit_rate,
            dumps: once(),
            housekeeping_s: one_minute(),
            during_passes: false,
            windows: Vec::new(),
        }
    }

    /// Whether a station listens, and until when that is so.
    pub(super) fn station(&self, now: Instant) -> (bool, Option<Instant>) {
        let open = self.windows.is_empty()
            || self
                .windows
                .iter()
                .any(|window| window.begin_utc.instant() <= now && now < window.end_utc.instant());
        let edges = self
            .windows
            .iter()
            .flat_map(|window| [window.begin_utc.instant(), window.end_utc.instant()]);
        (open, edges.filter(|&edge| now < edge).min())
    }
}

impl OrbiterSettings {
    /// An orbiter without passes, and every other value as it is without its key.
    pub const fn new(
        scid: u16,
        radio: ProximitySettings,
        earth_link: EarthLink,
        downlink: DownlinkSettings,
    ) -> Self {
        Self {
            scid,
            memory_octets: memory_octets(),
            users: BTreeSet::new(),
            radio,
            earth_link,
            downlink,
            passes: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// What its schedule allows.
    pub(super) fn limits(&self) -> ScheduleLimits {
        ScheduleLimits {
            peers: self.users.clone(),
            ..ScheduleLimits::default()
        }
    }

    /// Every value; the first that cannot be is named.
    pub fn check(&self) -> Result<(), SettingError> {
        let own = scid("scid", self.scid)?;
        self.radio.check(own)?;
        self.earth_link.check()?;
        rate("downlink.bit_rate", self.downlink.bit_rate)?;
        for (index, window) in self.downlink.windows.iter().enumerate() {
            if window.end_utc <= window.begin_utc {
                let key = format!("downlink.window[{index}].end_utc");
                return Err(SettingError::new(&key, "is not after begin_utc"));
            }
        }
        schedule(&self.passes, self.limits())?;
        for (index, pass) in self.passes.iter().enumerate() {
            let key = format!("pass[{index}]");
            if !matches!(pass.mode, contact::Mode::Blind | contact::Mode::Canister) {
                let problem = "an orbiter's passes are blind or canister";
                return Err(SettingError::new(&format!("{key}.mode"), problem));
            }
            let peer = scid(&format!("{key}.peer"), pass.peer)?;
            self.radio.mib(own, peer)?;
        }
        for (index, fault) in self.faults.iter().enumerate() {
            if fault.flip_every_bits < 2 {
                let key = format!("fault[{index}].flip_every_bits");
                return Err(SettingError::new(&key, "is less than 2"));
            }
        }
        Ok(())
    }
}
