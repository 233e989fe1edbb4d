//! The relay test flown by flight computers: `magpie relay --rover … --orbiter …`.
//!
//! Rover and orbiter are the flight programs behind their serial lines; the proximity link is [`crate::channel`], and from the orbiter's
//! downlink on everything is as in any other run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as WallClock};

use magpie_bus::Fate;
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_coding::crc::crc32_proximity;
use magpie_link::clock::Instant;
use magpie_sim::flown::{self, Circumstances, Emitted, Flown, Hearing, Told};
use magpie_sim::payload::Payload;
use magpie_sim::report::Machine;
use magpie_sim::scenario::{Scenario, Waveform};
use magpie_sim::{Outcome, Progress, Stage};

use super::place::Place;
use crate::channel::pass::{self, Plan};
use crate::channel::run::RunError;
use crate::channel::{Modem, Run, Settings, Side, Turn};
use crate::command::Failure;

/// Wall-clock time after which a computer that says nothing counts as silent.
const PATIENCE: Duration = Duration::from_secs(15);
/// Uncoded symbols need more energy than coded ones; the forward link is taken to have it.
const FORWARD_MORE_DB: f64 = 5.0;
/// What the flight programs have room for.
const HIGHEST_RATE: u32 = 512_000;

/// Who flies, and how.
pub(crate) struct Crew<'a> {
    pub(crate) rover: &'a Place,
    pub(crate) orbiter: &'a Place,
    pub(crate) firmware: Option<&'a std::path::Path>,
    pub(crate) mode: PassMode,
    pub(crate) code: ReturnCode,
}

/// Flies all passes of a scenario.
pub(crate) fn fly(
    crew: &Crew<'_>,
    scenario: &Scenario,
    payloads: Vec<Payload>,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Outcome, Failure> {
    let began = WallClock::now();
    check(scenario)?;
    let payloads = flown::payloads(scenario, payloads);
    let opened = |place: &Place, image| place.open(image, crew.firmware);
    let rover = opened(crew.rover, super::image::Image::Rover)?;
    let orbiter = opened(crew.orbiter, super::image::Image::Orbiter)?;
    let mut modems = [
        Modem::new(rover, payloads.clone(), PATIENCE),
        Modem::new(orbiter, Vec::new(), PATIENCE),
    ];
    let interrupted = Arc::new(AtomicBool::new(false));
    crate::command::channel::on_interrupt(Arc::clone(&interrupted));
    let mut passes = Vec::new();
    let mut frames_sent = [0; 2];
    for (index, pass) in scenario.passes.iter().enumerate() {
        progress.pass_started(index, &pass.id);
        let facts = flown::circumstances(scenario, seed, index)
            .map_err(|error| Failure::new(error.to_string()))?;
        let settings = Settings {
            return_code: crew.code,
            ..settings(scenario, seed, index, &facts)
        };
        let [rover, orbiter] = modems;
        let mut run = Run::new(&settings, rover, orbiter, facts.start.as_micros());
        if index == 0 {
            for (side, place) in [(Side::Rover, crew.rover), (Side::Orbiter, crew.orbiter)] {
                crate::command::channel::await_boot(&mut run, side, place)?;
            }
        }
        let plan = plan(crew, scenario, index, &facts);
        let watched = Watch {
            index,
            window_s: pass.window_s,
            facts: &facts,
            progress,
            interrupted: &interrupted,
        };
        let flown = one(&mut run, &plan, &watched).map_err(|error| {
            // Ctrl-C reaches the emulators too.
            let interrupted = crate::command::channel::was_interrupted(&interrupted);
            Failure::new(if interrupted {
                String::from("interrupted")
            } else {
                error.to_string()
            })
        })?;
        passes.push(flown);
        for side in Side::BOTH {
            frames_sent[side as usize] += run.air(side).tap().frames();
        }
        modems = run.into_modems();
    }
    let machines = machines(&mut modems, frames_sent)?;
    let outcome = flown::outcome(scenario, &payloads, seed, passes, progress);
    let mut outcome =
        outcome.map_err(|error| Failure::new(format!("{}: {error}", scenario.name)))?;
    outcome.report.machines = machines;
    outcome.report.wall_s = began.elapsed().as_secs_f64();
    Ok(outcome)
}

/// The channel of one pass.
fn settings(scenario: &Scenario, seed: u64, index: usize, facts: &Circumstances) -> Settings {
    let signal = scenario.passes.get(index);
    let signal = signal.and_then(|pass| pass.signal.as_ref());
    Settings {
        seed: seed ^ index as u64,
        polarity: if facts.inverted {
            Turn::Inverted
        } else {
            Turn::Upright
        },
        slip_every_symbols: signal.map_or(0, |signal| signal.slip_every_symbols),
        ..Settings::default()
    }
}

/// What the flight programs cannot play, or have fixed, is said before anything starts.
fn check(scenario: &Scenario) -> Result<(), Failure> {
    let fixed: [(&str, u16, u16); 7] = [
        (
            "rover.scid",
            scenario.rover.scid,
            magpie_flight::profile::ROVER,
        ),
        ("rover.apid", scenario.rover.apid, 1_024),
        ("rover.cfdp_entity", scenario.rover.cfdp_entity, 82),
        ("rover.cfdp_team_entity", scenario.rover.cfdp_team_entity, 1),
        (
            "orbiter.scid",
            scenario.orbiter.scid,
            magpie_flight::profile::ORBITER,
        ),
        (
            "orbiter.apid_frames",
            scenario.orbiter.apid_frames,
            magpie_orbiter::APID,
        ),
        (
            "downlink.scid",
            scenario.downlink.scid,
            magpie_flight::profile::ORBITER,
        ),
    ];
    if let Some((key, value, own)) = fixed.iter().find(|(_, value, own)| value != own) {
        return Err(Failure::new(format!(
            "{}: {key} = {value}: the flight programs have {own}; see scenarios/emulated.toml",
            scenario.name
        )));
    }
    if scenario.uhf.bit_rate > HIGHEST_RATE {
        return Err(Failure::new(format!(
            "{}: uhf.bit_rate = {}: the serial line of a flight computer carries at most {HIGHEST_RATE}",
            scenario.name, scenario.uhf.bit_rate
        )));
    }
    if scenario.uhf.waveform == Waveform::Iq {
        return Err(Failure::new(format!(
            "{}: uhf.waveform = \"iq\": a flight computer sends and takes symbols; leave it away",
            scenario.name
        )));
    }
    let faulty = scenario
        .passes
        .iter()
        .find(|pass| !pass.interface_faults.is_empty());
    match faulty {
        Some(pass) => Err(Failure::new(format!(
            "{}: pass {}: interface_faults: a flight computer has no faulty interface to its memory; leave them away",
            scenario.name, pass.id
        ))),
        None => Ok(()),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the scenario's check keeps seconds small
fn plan(crew: &Crew<'_>, scenario: &Scenario, index: usize, facts: &Circumstances) -> Plan {
    let micros = |s: f64| (s * 1e6) as u64;
    let window_s = scenario.passes.get(index).map_or(0.0, |pass| pass.window_s);
    let after = facts.rover_after_s.unwrap_or(f64::INFINITY);
    let send_s = facts.duration_s.min(window_s - after).max(0.0);
    let pass = Pass {
        number: u16::try_from(index).unwrap_or(u16::MAX),
        mode: crew.mode,
        return_rate: scenario.uhf.bit_rate,
        forward_rate: scenario.uhf.bit_rate,
        send_ms: match crew.mode {
            PassMode::Blind => (send_s * 1e3) as u32,
            PassMode::Hailed => 0,
        },
        return_code: crew.code,
    };
    Plan {
        pass,
        rover_after_us: micros(after),
        window_us: micros(window_s),
    }
}

/// What goes on beside a pass.
struct Watch<'a> {
    index: usize,
    window_s: f64,
    facts: &'a Circumstances,
    progress: &'a dyn Progress,
    interrupted: &'a AtomicBool,
}

impl Watch<'_> {
    /// The signal at this moment.
    #[allow(clippy::cast_precision_loss)] // some hours in microseconds
    fn look(&self, run: &mut Run, eb_n0: &mut Vec<(f64, f64)>) -> bool {
        let t = run.elapsed_us() as f64 / 1e6;
        if let Some(profile) = &self.facts.profile {
            let db = profile.at(t);
            run.air_mut(Side::Rover).set_eb_n0(db);
            run.air_mut(Side::Orbiter).set_eb_n0(db + FORWARD_MORE_DB);
            if run.modem(Side::Rover).is_modulating() {
                eb_n0.push((t, db));
            }
        }
        self.progress
            .pass_at(self.index, Stage::Listening, t / self.window_s);
        !self.interrupted.load(Ordering::Relaxed)
    }
}

/// Flies one pass and fetches what was recorded.
fn one(run: &mut Run, plan: &Plan, watched: &Watch<'_>) -> Result<Flown, RunError> {
    for side in Side::BOTH {
        run.modem_mut(side).turn_page();
    }
    let mut eb_n0 = Vec::new();
    pass::fly(run, plan, &mut |run| Ok(watched.look(run, &mut eb_n0)))?;
    let side = Side::Orbiter;
    let whole = run.modem_mut(side).dump();
    if !whole.map_err(|error| RunError { side, error })? {
        tracing::warn!("orbiter: its downlink stopped half-way");
    }
    run.order(side, Order::Release)?;
    let sent = run.air(Side::Rover).tap().sent();
    let sent = sent.iter().filter(|frame| frame.is_user_data());
    let book = run.modem(side).book();
    Ok(Flown {
        sent: sent
            .map(|frame| Emitted {
                marker_end: Instant::from_micros(frame.marker_end_us),
                crc32: crc32_proximity(&frame.octets),
                octets: frame.octets.clone(),
            })
            .collect(),
        found: book.found.iter().map(hearing).collect(),
        eb_n0,
        locked_at: book.first_lock_us.map(Instant::from_micros),
        locked_bits: book.lock_us * u64::from(plan.pass.return_rate) / 1_000_000,
        downlink: book.downlink.clone(),
    })
}

fn hearing(found: &crate::channel::modem::Found) -> Hearing {
    Hearing {
        marker_end: Instant::from_micros(found.marker_end_us),
        told: match found.fate {
            Fate::Recorded => Told::Recorded,
            Fate::NotRecorded => Told::NotRecorded,
            Fate::Refused | Fate::Candidate => Told::Refused,
        },
        len: found.len,
        crc32: found.crc32,
        reason: found.reason.clone(),
    }
}

/// Asks both computers for their counters.
fn machines(modems: &mut [Modem; 2], frames_sent: [u64; 2]) -> Result<Vec<Machine>, Failure> {
    let mut machines = Vec::new();
    for (side, modem) in Side::BOTH.into_iter().zip(modems) {
        let told = modem.report();
        told.map_err(|error| Failure::new(RunError { side, error }.to_string()))?;
        let book = modem.book();
        machines.push(Machine {
            role: side.name().to_owned(),
            computer: modem.description(),
            board: book
                .boots
                .last()
                .map(|boot| boot.board.clone())
                .unwrap_or_default(),
            boots: book
                .boots
                .iter()
                .map(|boot| format!("{:?}", boot.cause))
                .collect(),
            stack_peak: book.stack_peak(),
            silent: book.silent,
            frames_sent: frames_sent[side as usize],
            counters: book.counters.clone(),
        });
    }
    Ok(machines)
}
