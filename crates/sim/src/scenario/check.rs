//! Ranges of every number of a scenario. A message names the key, the value and what is allowed.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{Downlink, Fault, Orbiter, Pass, Rover, Scenario, ScenarioError, Signal, UtcTime};

/// APID 2047 is that of idle packets.
const APIDS: RangeInclusive<u16> = 0..=2046;
const SCIDS: RangeInclusive<u16> = 0..=1023;
/// Longest window; a day is far more than any pass over Mars.
const LONGEST_WINDOW_S: f64 = 7_200.0;
/// Most information bits that all windows together may hold; everything that is heard is kept.
const MOST_BITS: f64 = 1e9;

impl Scenario {
    /// Checks every number; the first one that is wrong is named.
    pub fn check(&self) -> Result<(), ScenarioError> {
        if self.name.is_empty() || self.name.chars().count() > 120 {
            return Err(wrong("name", &self.name, "1 to 120 characters"));
        }
        check_rover(&self.rover)?;
        within("uhf.bit_rate", self.uhf.bit_rate, &(1_000..=2_048_000))?;
        check_orbiter(&self.orbiter)?;
        check_downlink(&self.downlink)?;
        if self.passes.is_empty() || self.passes.len() > 64 {
            return Err(wrong("pass", self.passes.len(), "given 1 to 64 times"));
        }
        let bits = self
            .passes
            .iter()
            .map(|pass| pass.window_s * f64::from(self.uhf.bit_rate))
            .sum::<f64>();
        let mut ids = BTreeSet::new();
        for (index, pass) in self.passes.iter().enumerate() {
            check_pass(&format!("pass[{index}]"), pass)?;
            if !ids.insert(&pass.id) {
                return Err(wrong(
                    &format!("pass[{index}].id"),
                    &pass.id,
                    "different in every pass",
                ));
            }
        }
        within(
            "sum of pass.window_s × uhf.bit_rate",
            bits,
            &(0.0..=MOST_BITS),
        )
    }
}

fn check_rover(rover: &Rover) -> Result<(), ScenarioError> {
    within("rover.scid", rover.scid, &SCIDS)?;
    within("rover.pcid", rover.pcid, &(0..=1))?;
    within("rover.port", rover.port, &(0..=7))?;
    within("rover.apid", rover.apid, &APIDS)?;
    within("rover.segment_octets", rover.segment_octets, &(16..=1_900))?;
    within("rover.carrier_only_s", rover.carrier_only_s, &(0.0..=120.0))?;
    within(
        "rover.acquisition_idle_s",
        rover.acquisition_idle_s,
        &(0.0..=120.0),
    )?;
    within("rover.tail_idle_s", rover.tail_idle_s, &(0.0..=120.0))?;
    within("rover.gap_octets", rover.gap_octets, &(0..=100_000))?;
    for side in rover.picture {
        within("rover.picture", side, &(8..=4_096))?;
    }
    if rover.cfdp_entity == rover.cfdp_team_entity {
        return Err(wrong(
            "rover.cfdp_team_entity",
            rover.cfdp_team_entity,
            "another entity than rover.cfdp_entity",
        ));
    }
    Ok(())
}

fn check_orbiter(orbiter: &Orbiter) -> Result<(), ScenarioError> {
    within("orbiter.scid", orbiter.scid, &SCIDS)?;
    within(
        "orbiter.canister_block_octets",
        orbiter.canister_block_octets,
        &(16..=32_768),
    )?;
    within(
        "orbiter.recorder_octets",
        orbiter.recorder_octets,
        &(1_024..=256 << 20),
    )?;
    within("orbiter.apid_frames", orbiter.apid_frames, &APIDS)?;
    within("orbiter.apid_canister", orbiter.apid_canister, &APIDS)?;
    if orbiter.apid_frames == orbiter.apid_canister {
        return Err(wrong(
            "orbiter.apid_canister",
            orbiter.apid_canister,
            "another APID than orbiter.apid_frames",
        ));
    }
    Ok(())
}

fn check_downlink(downlink: &Downlink) -> Result<(), ScenarioError> {
    within("downlink.scid", downlink.scid, &SCIDS)?;
    within("downlink.vcid_frames", downlink.vcid_frames, &(0..=6))?;
    within("downlink.vcid_canister", downlink.vcid_canister, &(0..=6))?;
    if downlink.vcid_frames == downlink.vcid_canister {
        return Err(wrong(
            "downlink.vcid_canister",
            downlink.vcid_canister,
            "another channel than downlink.vcid_frames",
        ));
    }
    within(
        "downlink.bit_rate",
        downlink.bit_rate,
        &(1_000..=100_000_000),
    )?;
    within("downlink.eb_n0_db", downlink.eb_n0_db, &(-20.0..=40.0))?;
    within(
        "downlink.light_time_s",
        downlink.light_time_s,
        &(0.0..=100_000.0),
    )?;
    within(
        "downlink.start_after_s",
        downlink.start_after_s,
        &(0.0..=1_000_000.0),
    )?;
    within("downlink.idle_frames", downlink.idle_frames, &(2..=1_000))
}

fn check_pass(key: &str, pass: &Pass) -> Result<(), ScenarioError> {
    if pass.id.is_empty() || pass.id.len() > 40 {
        return Err(wrong(&format!("{key}.id"), &pass.id, "1 to 40 characters"));
    }
    UtcTime::parse(&pass.start_utc).map_err(|error| {
        wrong(
            &format!("{key}.start_utc"),
            &pass.start_utc,
            &error.to_string(),
        )
    })?;
    within(
        &format!("{key}.window_s"),
        pass.window_s,
        &(1.0..=LONGEST_WINDOW_S),
    )?;
    if let Some(signal) = &pass.signal {
        check_signal(&format!("{key}.signal"), signal, pass.window_s)?;
    }
    if pass.interface_faults.len() > 16 {
        return Err(wrong(
            &format!("{key}.interface_faults"),
            pass.interface_faults.len(),
            "at most 16 faults",
        ));
    }
    for (index, fault) in pass.interface_faults.iter().enumerate() {
        check_fault(&format!("{key}.interface_faults[{index}]"), fault)?;
    }
    Ok(())
}

fn check_signal(key: &str, signal: &Signal, window_s: f64) -> Result<(), ScenarioError> {
    let [earliest, latest] = signal.start_s;
    within(&format!("{key}.start_s"), earliest, &(0.0..=window_s))?;
    within(&format!("{key}.start_s"), latest, &(earliest..=window_s))?;
    within(
        &format!("{key}.duration_s"),
        signal.duration_s,
        &(0.0..=LONGEST_WINDOW_S),
    )?;
    for eb_n0_db in signal.eb_n0_db {
        within(&format!("{key}.eb_n0_db"), eb_n0_db, &(-40.0..=40.0))?;
    }
    within(&format!("{key}.fading_db"), signal.fading_db, &(0.0..=30.0))?;
    within(
        &format!("{key}.fading_period_s"),
        signal.fading_period_s,
        &(0.1..=LONGEST_WINDOW_S),
    )?;
    match signal.slip_every_symbols {
        0 | 1_000.. => Ok(()),
        few => Err(wrong(
            &format!("{key}.slip_every_symbols"),
            few,
            "0 (none) or at least 1000",
        )),
    }
}

pub(crate) fn check_fault(key: &str, fault: &Fault) -> Result<(), ScenarioError> {
    const DISTANCE: RangeInclusive<f64> = 8.0..=1e12;
    const LENGTH: RangeInclusive<u32> = 1..=1_000_000;
    let every_bits = format!("{key}.every_bits");
    match *fault {
        Fault::BitFlips {
            every_bits: distance,
        } => within(&every_bits, distance, &DISTANCE),
        Fault::PeriodicFlips {
            every_bits: distance,
            jitter,
        } => {
            within(&every_bits, distance, &DISTANCE)?;
            within(&format!("{key}.jitter"), jitter, &(0.0..=1.0))
        }
        Fault::Bursts {
            every_bits: distance,
            length_bits,
        } => {
            within(&every_bits, distance, &DISTANCE)?;
            within(&format!("{key}.length_bits"), length_bits, &LENGTH)
        }
        Fault::ByteSlips { every_octets } => {
            within(&format!("{key}.every_octets"), every_octets, &DISTANCE)
        }
        Fault::StuckLine {
            every_bits: distance,
            length_bits,
            level,
        } => {
            within(&every_bits, distance, &DISTANCE)?;
            within(&format!("{key}.length_bits"), length_bits, &LENGTH)?;
            within(&format!("{key}.level"), level, &(0..=1))
        }
    }
}

pub(crate) fn within<T: PartialOrd + Display>(
    key: &str,
    value: T,
    range: &RangeInclusive<T>,
) -> Result<(), ScenarioError> {
    // A NaN is in no range.
    if range.contains(&value) {
        Ok(())
    } else {
        Err(wrong(
            key,
            value,
            &format!("from {} to {}", range.start(), range.end()),
        ))
    }
}

pub(crate) fn wrong(key: &str, value: impl Display, allowed: &str) -> ScenarioError {
    ScenarioError::Range {
        key: key.to_owned(),
        value: value.to_string(),
        allowed: allowed.to_owned(),
    }
}
