//! One pass from the rover's carousel to the recordings on the ground, piece by piece through the shipping code.

use magpie_ground::team::{PassAccount, Team, TeamConfig};
use magpie_link::clock::Instant;

use crate::air::Air;
use crate::channel::{Channel, Polarity, Profile};
use crate::earth::{self, Leg};
use crate::fault::Interface;
use crate::orbiter::{Heard, Orbiter};
use crate::payload::Payload;
use crate::random::{Purpose, Stream};
use crate::rover::{Rover, SentFrame, apid, scid};
use crate::scenario::{Pass, Scenario, Signal, UtcTime, Waveform};
use crate::waves::Waves;
use crate::{Progress, RunError, Stage};

/// Longest file that the team takes.
const FILE_LIMIT: u64 = 256 << 20;

/// Everything that is known after a pass, the truth included.
#[derive(Debug)]
pub struct PassRun {
    /// When the window began.
    pub start: UtcTime,
    /// When the window began, on-board time.
    pub start_instant: Instant,
    /// Frames as they left the rover, with the on-board time of the end of their marker.
    pub sent: Vec<(Instant, SentFrame)>,
    /// Octets of the packets in them.
    pub packet_octets: u64,
    /// Eb/N0 over time while the rover modulated: seconds into the window, dB.
    pub eb_n0: Vec<(f64, f64)>,
    /// What the orbiter holds.
    pub heard: Heard,
    /// The way to Earth.
    pub leg: Leg,
    /// When the last symbol of the recordings reached the ground station.
    pub on_earth: UtcTime,
    /// What the rover's team makes of this pass alone.
    pub account: PassAccount,
}

/// The settings of the rover's team.
pub fn team_config(scenario: &Scenario) -> TeamConfig {
    TeamConfig {
        rover: scid(scenario.rover.scid),
        relay: scid(scenario.orbiter.scid),
        apid: apid(scenario.rover.apid),
        entity: scenario.rover.cfdp_team_entity.into(),
        limit_octets: FILE_LIMIT,
    }
}

/// Number of a pass on board, from its place in the scenario.
pub fn number(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// Plays the pass at this place of the scenario.
pub fn play(
    scenario: &Scenario,
    payloads: &[Payload],
    seed: u64,
    index: usize,
    progress: &dyn Progress,
) -> Result<PassRun, RunError> {
    let Some(pass) = scenario.passes.get(index) else {
        return Err(RunError::Setting(format!("there is no pass {index}")));
    };
    let start = start_of(pass)?;
    let window = listen(
        scenario,
        payloads,
        seed,
        pass,
        (index, start_instant(start)),
        progress,
    )?;
    let stream = Stream::new(seed, &pass.id, Purpose::DeepSpaceChannel);
    let recordings = window.heard.recordings.as_ref();
    let recordings = recordings.expect("this orbiter's memory is open to us");
    let leg = earth::play(scenario, recordings, stream, &mut |part| {
        progress.pass_at(index, Stage::Downlink, part);
    })?;
    progress.pass_at(index, Stage::Team, 0.0);
    Ok(on_the_ground(scenario, index, start, window, leg))
}

/// What the ground makes of a window.
pub(crate) fn on_the_ground(
    scenario: &Scenario,
    index: usize,
    start: UtcTime,
    window: Window,
    leg: Leg,
) -> PassRun {
    let downlink = &scenario.downlink;
    let window_s = scenario.passes.get(index).map_or(0.0, |pass| pass.window_s);
    let on_earth =
        start.plus_s(window_s + downlink.start_after_s + leg.duration_s + downlink.light_time_s);
    let of_pass = |id: u16| leg.assembler.recording(number(index), apid(id));
    let mut team = Team::new(team_config(scenario));
    let account = team.handle_pass(
        number(index),
        of_pass(scenario.orbiter.apid_frames),
        of_pass(scenario.orbiter.apid_canister),
    );
    PassRun {
        start,
        start_instant: start_instant(start),
        sent: window.sent,
        packet_octets: window.packet_octets,
        eb_n0: window.eb_n0,
        heard: window.heard,
        leg,
        on_earth,
        account,
    }
}

/// On-board time of the start of a window.
pub(crate) fn start_instant(start: UtcTime) -> Instant {
    Instant::from_micros(start.tai_1958_s() * 1_000_000)
}

/// When a pass begins.
pub(crate) fn start_of(pass: &Pass) -> Result<UtcTime, RunError> {
    UtcTime::parse(&pass.start_utc)
        .map_err(|error| RunError::Setting(format!("{}: {error}", pass.start_utc)))
}

/// What a window came to.
pub(crate) struct Window {
    pub(crate) sent: Vec<(Instant, SentFrame)>,
    pub(crate) packet_octets: u64,
    pub(crate) eb_n0: Vec<(f64, f64)>,
    pub(crate) heard: Heard,
}

/// Plays the listening window.
fn listen(
    scenario: &Scenario,
    payloads: &[Payload],
    seed: u64,
    pass: &Pass,
    (index, start): (usize, Instant),
    progress: &dyn Progress,
) -> Result<Window, RunError> {
    let faults = &pass.interface_faults;
    let interfaces = [Purpose::InterfaceFrames, Purpose::InterfaceCanister]
        .map(|purpose| Interface::new(faults, Stream::new(seed, &pass.id, purpose)));
    let mut orbiter = Orbiter::new(scenario, number(index), start, interfaces)?;
    let mut circumstances = Stream::new(seed, &pass.id, Purpose::Circumstances);
    let symbol_rate = 2.0 * f64::from(scenario.uhf.bit_rate);
    let window_symbols = (pass.window_s * symbol_rate) as u64;
    let polarity = if circumstances.coin() {
        Polarity::Inverted
    } else {
        Polarity::Upright
    };
    let slips = pass
        .signal
        .as_ref()
        .map_or(0, |signal| signal.slip_every_symbols);
    let mut uhf = Stream::new(seed, &pass.id, Purpose::UhfChannel);
    let mut air = match scenario.uhf.waveform {
        Waveform::Symbols => {
            Air::symbols(Channel::new(uhf, polarity).with_slips(slips), symbol_rate)
        }
        Waveform::Iq => {
            let swapped = polarity == Polarity::Inverted;
            let window = (start, pass.window_s);
            let waves = Waves::new(window, symbol_rate, swapped, &mut uhf)?;
            Air::samples(waves, symbol_rate)
        }
    };
    let mut report =
        |at: u64| progress.pass_at(index, Stage::Listening, at as f64 / window_symbols as f64);
    let mut sent = Vec::new();
    let mut packet_octets = 0;
    if let Some(signal) = &pass.signal {
        let [from, to] = signal.start_s;
        let on = ((circumstances.between(from, to) * symbol_rate) as u64).min(window_symbols);
        let profile = profile(signal, pass.window_s, &mut circumstances);
        air.silence(on, &mut orbiter, &mut report);
        let time = ((signal.duration_s * symbol_rate) as u64).min(window_symbols - on) / 16;
        let switched_on = after(start, on, symbol_rate);
        let mut rover = Rover::new(scenario, payloads, switched_on, time)?;
        air.transmission(&mut rover, &profile, &mut orbiter, &mut report);
        packet_octets = rover.packet_octets();
        sent = rover
            .sent()
            .iter()
            .map(|f| (after(start, on + f.marker_end * 16, symbol_rate), f.clone()))
            .collect();
    }
    air.silence(
        window_symbols.saturating_sub(air.at),
        &mut orbiter,
        &mut report,
    );
    air.close(&mut orbiter);
    let heard = orbiter.close(after(start, window_symbols, symbol_rate));
    Ok(Window {
        sent,
        packet_octets,
        eb_n0: air.eb_n0,
        heard,
    })
}

pub(crate) fn profile(signal: &Signal, window_s: f64, stream: &mut Stream) -> Profile {
    Profile::new(
        signal.eb_n0_db,
        window_s,
        signal.fading_db,
        signal.fading_period_s,
        stream,
    )
}

/// On-board time of a symbol of the window.
fn after(start: Instant, symbol: u64, symbol_rate: f64) -> Instant {
    Instant::from_micros(start.as_micros() + (symbol as f64 * 1e6 / symbol_rate) as u64)
}
