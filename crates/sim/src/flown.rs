//! Passes that flight computers flew: from their downlink on, the ground and the judges are those of any other run.
//!
//! The computers' memories are closed to us. What a rover sent is known from the noiseless symbols that it emitted, what an orbiter found
//! from what it says, and what it recorded from what reaches the ground.
//!
//! Left out: faults of the on-board interface and the canister, which the flight programs have not.

use std::collections::{BTreeMap, HashMap};

use magpie_link::clock::Instant;
use magpie_link::stats::Rejection;
use magpie_wire::v3::V3_HEADER_LEN;

use crate::orbiter::{Fate, Found, Heard, Kept};
use crate::pass::{self, Window};
use crate::payload::{Payload, synthetic_picture};
use crate::random::{Purpose, Stream};
use crate::rover::SentFrame;
use crate::run::{Outcome, RunError, finish, judged};
use crate::scenario::{Pass, Scenario, Signal};
use crate::{Progress, Stage, earth};

pub use crate::channel::Profile;

/// What became of something that an orbiter found, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Accepted and in its store.
    Recorded,
    /// Accepted, but there was no room.
    NotRecorded,
    /// Refused.
    Refused,
}

/// Something that an orbiter found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hearing {
    /// End of its marker.
    pub marker_end: Instant,
    /// What became of it.
    pub told: Told,
    /// Octets of the frame.
    pub len: u16,
    /// Its CRC-32.
    pub crc32: u32,
    /// Name of the rule that it broke.
    pub reason: String,
}

/// A frame with user data that a rover sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// When the end of its marker reached the orbiter.
    pub marker_end: Instant,
    /// The transfer frame.
    pub octets: Vec<u8>,
    /// Its CRC-32.
    pub crc32: u32,
}

/// All that is known of a pass.
#[derive(Debug, Clone, Default)]
pub struct Flown {
    /// Frames with user data, in order.
    pub sent: Vec<Emitted>,
    /// What the orbiter found, in order.
    pub found: Vec<Hearing>,
    /// Seconds into the window and Eb/N0 in dB, while the rover modulated.
    pub eb_n0: Vec<(f64, f64)>,
    /// When the receiver had symbol lock for the first time.
    pub locked_at: Option<Instant>,
    /// Bits received in lock.
    pub locked_bits: u64,
    /// What the orbiter gave to its transmitter for Earth.
    pub downlink: Vec<u8>,
}

/// What a pass of a scenario means for those who fly it.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// On-board time at the start of the window.
    pub start: Instant,
    /// Seconds from there to the rover's start; `None`: it stays silent.
    pub rover_after_s: Option<f64>,
    /// Longest transmission in seconds.
    pub duration_s: f64,
    /// Eb/N0 over the window.
    pub profile: Option<Profile>,
    /// The channel turns every symbol over.
    pub inverted: bool,
}

/// The draws for the pass at this place of the scenario.
pub fn circumstances(
    scenario: &Scenario,
    seed: u64,
    index: usize,
) -> Result<Circumstances, RunError> {
    let pass = pass_at(scenario, index)?;
    let start = pass::start_instant(pass::start_of(pass)?);
    let mut stream = Stream::new(seed, &pass.id, Purpose::Circumstances);
    let inverted = stream.coin();
    let mut draw = |signal: &Signal| {
        let after = stream.between(signal.start_s[0], signal.start_s[1]);
        (after, pass::profile(signal, pass.window_s, &mut stream))
    };
    let drawn = pass.signal.as_ref().map(&mut draw);
    Ok(Circumstances {
        start,
        rover_after_s: drawn.as_ref().map(|(after, _)| *after),
        duration_s: pass.signal.as_ref().map_or(0.0, |signal| signal.duration_s),
        profile: drawn.map(|(_, profile)| profile),
        inverted,
    })
}

/// The files of the rover: those given, else the synthetic picture.
pub fn payloads(scenario: &Scenario, given: Vec<Payload>) -> Vec<Payload> {
    if given.is_empty() {
        let [width, height] = scenario.rover.picture;
        vec![synthetic_picture(width, height)]
    } else {
        given
    }
}

/// The way to Earth, the ground and the judges for all passes of a scenario, in its order.
pub fn outcome(
    scenario: &Scenario,
    payloads: &[Payload],
    seed: u64,
    passes: Vec<Flown>,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    let played = passes.into_iter().enumerate().map(|(index, flown)| {
        let pass = pass_at(scenario, index)?;
        let stream = Stream::new(seed, &pass.id, Purpose::DeepSpaceChannel);
        let leg = earth::play_octets(scenario, &flown.downlink, stream, &mut |part| {
            progress.pass_at(index, Stage::Downlink, part);
        })?;
        let start = pass::start_of(pass)?;
        let run = pass::on_the_ground(scenario, index, start, window(flown), leg);
        let (report, ground) = judged(scenario, payloads, index, run)?;
        progress.pass_finished(index, &report);
        Ok((report, ground))
    });
    let played = played.collect();
    finish(scenario, payloads, seed, played)
}

fn pass_at(scenario: &Scenario, index: usize) -> Result<&Pass, RunError> {
    let pass = scenario.passes.get(index);
    pass.ok_or_else(|| RunError::Setting(format!("there is no pass {index}")))
}

/// In the words of the judges.
fn window(flown: Flown) -> Window {
    let by_check: HashMap<(usize, u32), &Emitted> = flown
        .sent
        .iter()
        .map(|frame| ((frame.octets.len(), frame.crc32), frame))
        .collect();
    let found = flown.found.iter().map(|hearing| {
        let accepted = |kept| Fate::Accepted {
            // A frame that nobody sent is told by its length; the checkers will not find it among those sent.
            frame: by_check
                .get(&(hearing.len.into(), hearing.crc32))
                .map_or_else(|| vec![0; hearing.len.into()], |sent| sent.octets.clone()),
            kept,
        };
        Found {
            marker_end: hearing.marker_end,
            fate: match hearing.told {
                Told::Recorded => accepted(Kept::Good),
                Told::NotRecorded => accepted(Kept::RefusedGood),
                Told::Refused => Fate::Refused {
                    reason: rule(&hearing.reason),
                    octets: hearing.len.into(),
                },
            },
        }
    });
    let heard = Heard {
        recordings: None,
        found: found.collect(),
        locked_at: flown.locked_at,
        locked_bits: flown.locked_bits,
        rejections: BTreeMap::new(),
        blocks: [0; 2],
        outcomes: [[0; 3]; 2],
    };
    let sent = flown.sent.into_iter().map(|frame| {
        let octets = frame.octets;
        let sent = SentFrame {
            octets,
            marker_end: 0,
        };
        (frame.marker_end, sent)
    });
    let sent: Vec<_> = sent.collect();
    Window {
        packet_octets: sent
            .iter()
            .map(|(_, frame)| frame.octets.len().saturating_sub(V3_HEADER_LEN) as u64)
            .sum(),
        sent,
        eb_n0: flown.eb_n0,
        heard,
    }
}

/// The rule of this name.
fn rule(name: &str) -> &'static str {
    let names = Rejection::ALL.map(Rejection::name);
    let names = names.into_iter().chain(["pltu_truncated"]);
    let mut same = names.filter(|known| *known == name);
    same.next().unwrap_or("refused")
}
