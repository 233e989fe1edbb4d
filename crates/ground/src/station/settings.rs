//! The station's file.
//!
//! No book. [`StationSettings::check`] refuses what cannot be, with its key.

use std::collections::BTreeSet;

use magpie_relay::node::settings::{EarthLink, SettingError};
use serde::{Deserialize, Serialize};

/// The station's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationSettings {
    /// What it has agreed on with the orbiter.
    pub earth_link: EarthLink,
    /// The same of other orbiters that it follows, each with a spacecraft identifier of its own.
    #[serde(default, rename = "other_link", skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<EarthLink>,
    /// The spacecraft whose files are taken; all of them without the key.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub users: BTreeSet<u16>,
    /// Application of the packets of files in a one-way pass.
    #[serde(default = "blindcast_apid")]
    pub blindcast_apid: u16,
    /// Octets of all that is held of files that are not whole.
    #[serde(default = "memory_octets")]
    pub memory_octets: u64,
    /// Octets of the longest file that is taken.
    #[serde(default = "file_octets")]
    pub file_octets: u64,
}

const fn blindcast_apid() -> u16 {
    1024
}

const fn memory_octets() -> u64 {
    256 << 20
}

const fn file_octets() -> u64 {
    64 << 20
}

impl StationSettings {
    /// This link, and every other value as it is without its key.
    pub const fn new(earth_link: EarthLink) -> Self {
        Self {
            earth_link,
            others: Vec::new(),
            users: BTreeSet::new(),
            blindcast_apid: blindcast_apid(),
            memory_octets: memory_octets(),
            file_octets: file_octets(),
        }
    }

    /// What it has agreed on with all of them.
    pub fn links(&self) -> impl Iterator<Item = &EarthLink> {
        core::iter::once(&self.earth_link).chain(&self.others)
    }

    /// Every value; the first that cannot be is named.
    pub fn check(&self) -> Result<(), SettingError> {
        self.earth_link.check()?;
        let mut known = BTreeSet::from([self.earth_link.scid]);
        for (index, link) in self.others.iter().enumerate() {
            let key = |key: &str| key.replacen("earth_link", &format!("other_link[{index}]"), 1);
            link.check()
                .map_err(|error| SettingError::new(&key(&error.key), error.problem))?;
            if !known.insert(link.scid) {
                let problem = format!("{} is followed already", link.scid);
                return Err(SettingError::new(&key("earth_link.scid"), problem));
            }
        }
        if self.blindcast_apid > 2046 {
            return Err(SettingError::new(
                "blindcast_apid",
                format!("{} is not from 0 to 2046", self.blindcast_apid),
            ));
        }
        if let Some(user) = self.users.iter().find(|&&user| user > 1023) {
            return Err(SettingError::new(
                "users",
                format!("{user} has more than 10 bits"),
            ));
        }
        for (key, value) in [
            ("memory_octets", self.memory_octets),
            ("file_octets", self.file_octets),
        ] {
            if value == 0 {
                return Err(SettingError::new(key, "is 0"));
            }
        }
        Ok(())
    }
}
