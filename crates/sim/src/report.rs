//! What a run of the relay test found, hop by hop: the content of `report.json`.
//!
//! The keys up to `wall_s` are a contract with users' scripts; everything under `series`, `salvage` and `files` was added for the plots of `report.html`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One run: every pass, every hop, every delivered file. The same seed gives the same report apart from `wall_s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the scenario that was played.
    pub scenario: String,
    /// Seed of every random draw in the run.
    pub seed: u64,
    /// The passes in order of time.
    pub passes: Vec<PassReport>,
    /// The rover's files as the rover's team holds them after the last pass.
    pub delivered: Vec<DeliveredFile>,
    /// The flight computers that flew it; none if rover and orbiter were parts of the simulation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<Machine>,
    /// Wall-clock time of the run, in seconds. The only value that differs between two runs of one seed.
    pub wall_s: f64,
}

/// A flight computer that took part, emulated or real.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `rover` or `orbiter`.
    pub role: String,
    /// What it is: machine, emulator, image.
    pub computer: String,
    /// Name of the board, as the program on it says.
    pub board: String,
    /// How often it began, and why each time.
    pub boots: Vec<String>,
    /// Most octets of stack that were in use; absent if it does not know.
    pub stack_peak: Option<u32>,
    /// Stretches of time without an answer.
    pub silent: u64,
    /// Transfer frames that it sent, supervisory ones included.
    pub frames_sent: u64,
    /// Its own counters at the end.
    pub counters: BTreeMap<String, u32>,
}

/// One pass of the orbiter over the rover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassReport {
    /// Identifier from the scenario, e.g. `2021-11-20`.
    pub id: String,
    /// Start of the listening window, ISO 8601 UTC.
    pub start_utc: String,
    /// Length of the listening window in seconds.
    pub window_s: f64,
    /// When the ground station had received the last of the recordings, ISO 8601 UTC: the window, the wait before the downlink, the downlink itself and
    /// the light time later.
    pub on_earth_utc: String,
    /// Did the orbiter's receiver declare a signal?
    pub signal_detected: bool,
    /// Seconds from the start of the window to the first decoder lock, if there was one.
    pub lock_s: Option<f64>,
    /// Transfer frames the rover sent.
    pub frames_sent: u64,
    /// Frames whose CRC-32 was good in the orbiter's transceiver.
    pub frames_good: u64,
    /// Frame candidates behind a marker that the transceiver refused.
    pub frames_bad: u64,
    /// Every hop on the way from the rover's payload to the rover's team, in order.
    pub hops: Vec<Hop>,
    /// One sentence for the operator: what happened and which hop broke.
    pub verdict: String,
    /// How this pass ended, for colours and tables.
    pub outcome: Outcome,
    /// What the canister (raw bit stream) still gave after the interface had spoiled the frames.
    pub salvage: Salvage,
    /// Time series over the window, for plots.
    pub series: Series,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All that was heard reached the rover's team.
    Clean,
    /// Heard, but a hop on board spoiled some or all of it.
    Corrupted,
    /// No signal was declared in the whole window.
    NotHeard,
}

/// One hop: what went in, what came out, and what was refused and why. Units are frames, records or symbols as `unit` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hop {
    /// Name of the hop: `rover`, `uhf`, `transceiver`, `interface`, `recorder`, `downlink`, `station`, `team`.
    pub name: String,
    /// What `units_in` and `units_out` count, e.g. `frames`.
    pub unit: String,
    /// Units that entered.
    pub units_in: u64,
    /// Units that left in good order.
    pub units_out: u64,
    /// Octets that entered.
    pub octets_in: u64,
    /// Octets that left in good order.
    pub octets_out: u64,
    /// Refused units by reason.
    pub rejected: BTreeMap<String, u64>,
}

/// Frames recovered on the ground from the raw bit stream of a pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Salvage {
    /// Good transfer frames found in the canister as it arrived on Earth.
    pub frames: u64,
    /// Of these, frames that the frame recording did not deliver.
    pub frames_only_here: u64,
    /// Octets of the raw bit stream that arrived.
    pub canister_octets: u64,
}

/// Time series over one window; all vectors have one length.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Seconds since the start of the window (middle of each bin).
    pub t_s: Vec<f64>,
    /// Eb/N0 in dB that the channel gave; absent while the rover was silent.
    pub eb_n0_db: Vec<Option<f64>>,
    /// Frames sent in the bin.
    pub frames_sent: Vec<u32>,
    /// Frames good in the transceiver.
    pub frames_good: Vec<u32>,
    /// Frames good behind the on-board interface.
    pub frames_recorded: Vec<u32>,
}

/// One of the rover's files as the rover's team holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveredFile {
    /// Name of the file.
    pub name: String,
    /// Octets of the file that are there.
    pub octets: u64,
    /// Length of the whole file in octets, as announced by the rover.
    pub size: u64,
    /// SHA-256 of the delivered file, if it is complete.
    pub sha256: Option<String>,
    /// SHA-256 of the payload that was put into the rover.
    pub payload_sha256: String,
    /// All octets there, checksum good.
    pub complete: bool,
    /// Octets that are missing.
    pub missing_octets: u64,
    /// Octets covered by each pass alone (pass id → octets), frames and canister together.
    pub per_pass_octets: BTreeMap<String, u64>,
    /// Completion map: the file in equal parts; for each, which passes (index into `passes`) brought it whole.
    pub completion: Vec<Vec<u16>>,
}
