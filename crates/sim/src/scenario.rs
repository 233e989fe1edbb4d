//! A scenario: everything about a relay test that is not code, read from TOML.
//!
//! Unknown keys are refused with their name, numbers out of range with key, value and allowed range. Which value of a shipped scenario is a
//! published fact and which is assumed stands beside it in the TOML file.
//!
//! ```
//! use magpie_sim::scenario::Scenario;
//! let scenario = Scenario::zhurong_mex_2021();
//! assert_eq!(scenario.passes.len(), 5);
//! let wrong = Scenario::ZHURONG_MEX_2021.replace("light_time_s = 1234", "light_time_s = -1");
//! assert!(Scenario::parse(&wrong).unwrap_err().to_string().contains("downlink.light_time_s"));
//! ```

mod check;
mod time;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use check::{check_fault, within, wrong};
pub use time::{UtcError, UtcTime};

/// Why a text is not a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScenarioError {
    /// Not TOML, an unknown key, a missing key or a value of the wrong type.
    #[error("{0}")]
    Toml(String),
    /// A value outside its range.
    #[error("{key} = {value}: must be {allowed}")]
    Range {
        /// Path of the key.
        key: String,
        /// The value as written.
        value: String,
        /// What is allowed.
        allowed: String,
    },
}

/// A whole relay test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Short name, shown on top of the report.
    pub name: String,
    /// What is played, in a sentence or two.
    #[serde(default)]
    pub description: String,
    /// The sender on the surface.
    pub rover: Rover,
    /// The UHF link between the two.
    pub uhf: Uhf,
    /// The relay in orbit.
    pub orbiter: Orbiter,
    /// The link to Earth.
    pub downlink: Downlink,
    /// The passes in order of time.
    #[serde(rename = "pass")]
    pub passes: Vec<Pass>,
}

/// The sender on the surface.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rover {
    /// Spacecraft identifier in its transfer frames (10 bits).
    pub scid: u16,
    /// Physical channel identifier, 0 or 1.
    pub pcid: u8,
    /// Port of its user data, 0 to 7.
    pub port: u8,
    /// Application process identifier of the packets that carry the file delivery protocol.
    pub apid: u16,
    /// CFDP entity of the rover.
    pub cfdp_entity: u16,
    /// CFDP entity of the rover's team.
    pub cfdp_team_entity: u16,
    /// Octets of a file in one packet.
    pub segment_octets: u16,
    /// Unmodulated carrier at the start of a transmission, in seconds.
    pub carrier_only_s: f64,
    /// Idle pattern behind it, for the receiver to lock on, in seconds.
    pub acquisition_idle_s: f64,
    /// Idle pattern at the end, in seconds.
    pub tail_idle_s: f64,
    /// Octets of idle pattern between two PLTUs.
    pub gap_octets: u32,
    /// Width and height of the synthetic picture that is sent when the user gives no file.
    pub picture: [u32; 2],
}

/// The UHF link.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uhf {
    /// Information bits a second before the convolutional code.
    pub bit_rate: u32,
    /// How the link is played.
    #[serde(default)]
    pub waveform: Waveform,
}

/// How a link is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waveform {
    /// Symbol by symbol, with noise: quick.
    #[default]
    Symbols,
    /// As samples of the waveform, through a receiver that has to find the carrier: Doppler, oscillators, loops.
    Iq,
}

/// The relay in orbit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orbiter {
    /// Its own spacecraft identifier on the proximity link (10 bits).
    pub scid: u16,
    /// Octets of decoded bit stream in one block of the canister recording.
    pub canister_block_octets: u16,
    /// Room in the mass memory for the recordings of one pass, in octets.
    pub recorder_octets: u64,
    /// Application process identifier of the record packets of the frame recording.
    pub apid_frames: u16,
    /// Application process identifier of the record packets of the canister recording.
    pub apid_canister: u16,
}

/// The link to Earth.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Downlink {
    /// Spacecraft identifier in the TM transfer frames (10 bits).
    pub scid: u16,
    /// Virtual channel of the frame recording.
    pub vcid_frames: u8,
    /// Virtual channel of the canister recording.
    pub vcid_canister: u8,
    /// Information bits a second (of the coded channel access data units).
    pub bit_rate: u32,
    /// Eb/N0 of the deep-space link in decb, referred to the bits that enter the convolutional code.
    pub eb_n0_db: f64,
    /// One-way light time in seconds.
    pub light_time_s: f64,
    /// From the end of the window to the first octet on the way to Earth, in seconds.
    pub start_after_s: f64,
    /// Frames with only idle data before the recording and behind it.
    pub idle_frames: u32,
}

/// One listening window.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    /// Identifier, e.g. `2021-11-20`.
    pub id: String,
    /// Start of the window, UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub start_utc: String,
    /// Length of the window in seconds.
    pub window_s: f64,
    /// What the rover does; absent: it stays silent.
    pub signal: Option<Signal>,
    /// What happens to the data between the transceiver and the mass memory; empty: nothing.
    #[serde(default)]
    pub interface_faults: Vec<Fault>,
}

/// The rover's transmission as it reaches the orbiter.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Earliest and latest start of the transmission after the start of the window, in seconds; the moment is drawn.
    pub start_s: [f64; 2],
    /// Longest transmission in seconds, carrier-only and tail included; it ends with the window at the latest.
    pub duration_s: f64,
    /// Eb/N0 in dB at the start of the window, in its middle and at its end.
    pub eb_n0_db: [f64; 3],
    /// Peak-to-peak slow fading in dB.
    #[serde(default)]
    pub fading_db: f64,
    /// Period of the slowest fading in seconds.
    #[serde(default = "default_fading_period")]
    pub fading_period_s: f64,
    /// Mean number of symbols between two symbol slips; 0: none. Not with [`Waveform::Iq`], where the receiver's own loops slip or do not.
    #[serde(default)]
    pub slip_every_symbols: u64,
}

const fn default_fading_period() -> f64 {
    60.0
}

/// What the on-board interface does to what passes it. Distances are means of a random (exponential) spacing unless told.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Single bits flip.
    BitFlips {
        /// Mean distance of two flips in bits.
        every_bits: f64,
    },
    /// A bit flips at every `every_bits`-th bit, like a disturbance locked to a clock.
    PeriodicFlips {
        /// Distance of two flips in bits.
        every_bits: f64,
        /// Random deviation of each distance, as a part of it (0 to 1).
        jitter: f64,
    },
    /// Half of the bits in a burst flip.
    Bursts {
        /// Mean distance of two bursts in bits.
        every_bits: f64,
        /// Length of a burst in bits.
        length_bits: u32,
    },
    /// An octet is swallowed.
    ByteSlips {
        /// Mean distance of two slips in octets.
        every_octets: f64,
    },
    /// The data line sticks at one level.
    StuckLine {
        /// Mean distance of two events in bits.
        every_bits: f64,
        /// Length of an event in bits.
        length_bits: u32,
        /// The level, 0 or 1.
        level: u8,
    },
}

impl Fault {
    /// Words for a verdict, e.g. `bit flips every 1600 bits`.
    pub fn describe(&self) -> String {
        match self {
            Self::BitFlips { every_bits } => {
                format!("bit flips, one in {every_bits:.0} bits on average")
            }
            Self::PeriodicFlips { every_bits, .. } => {
                format!("a bit flip every {every_bits:.0} bits")
            }
            Self::Bursts {
                every_bits,
                length_bits,
            } => {
                format!("bursts of {length_bits} bits, one in {every_bits:.0} bits on average")
            }
            Self::ByteSlips { every_octets } => {
                format!("one octet in {every_octets:.0} swallowed")
            }
            Self::StuckLine {
                every_bits,
                length_bits,
                level,
            } => format!(
                "line stuck at {level} for {length_bits} bits, once in {every_bits:.0} bits on average"
            ),
        }
    }
}

impl Scenario {
    /// Text of the default scenario: the test of November 2021.
    pub const ZHURONG_MEX_2021: &'static str =
        include_str!("../../../scenarios/zhurong-mex-2021.toml");
    /// Text of the scenario in which nothing goes wrong.
    pub const QUIET: &'static str = include_str!("../../../scenarios/quiet.toml");
    /// Text of the scenario in which the rover stays silent.
    pub const NEVER_HEARD: &'static str = include_str!("../../../scenarios/never-heard.toml");

    /// Text of the scenario for two flight computers.
    pub const EMULATED: &'static str = include_str!("../../../scenarios/emulated.toml");

    /// Reads and checks a scenario.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self =
            toml::from_str(text).map_err(|error| ScenarioError::Toml(in_one_line(text, &error)))?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The default scenario.
    ///
    /// # Panics
    /// If the text that was compiled in is wrong, which a test excludes.
    pub fn zhurong_mex_2021() -> Self {
        Self::parse(Self::ZHURONG_MEX_2021).expect("the compiled-in scenario is right")
    }

    /// The same scenario cut down to windows of `window_s` seconds, a picture of `picture` pixels and early starts: for tests and tours.
    #[must_use]
    pub fn shortened(mut self, window_s: f64, picture: [u32; 2]) -> Self {
        self.rover.picture = picture;
        for pass in &mut self.passes {
            let scale = window_s / pass.window_s;
            pass.window_s = window_s;
            if let Some(signal) = &mut pass.signal {
                signal.start_s = signal.start_s.map(|s| s * scale);
                signal.duration_s *= scale;
            }
        }
        self
    }
}

/// The line and what is wrong there; the picture that the parser draws does not fit into one line.
fn in_one_line(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().trim_end();
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
