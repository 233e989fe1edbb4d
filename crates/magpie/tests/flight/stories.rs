//! What must hold wherever the flight programs run: the same stories in this process and on emulated machines.

use std::collections::HashSet;

use magpie::channel::pass::End;
use magpie::channel::tap::SentFrame;
use magpie::channel::{Settings, Side, Turn};
use magpie_bus::ResetCause;
use magpie_bus::order::{Order, PassMode, ReturnCode};

use super::pass::{Flight, Ground, plan};

/// Frames that the orbiter said were in its store are all on Earth.
fn keeps_its_word(flight: &Flight, ground: &Ground) {
    let there: HashSet<u32> = ground.frames.iter().copied().collect();
    let recorded = flight.recorded();
    assert!(!recorded.is_empty());
    let missing = recorded
        .iter()
        .filter(|check| !there.contains(check))
        .count();
    assert_eq!(missing, 0, "of {} recorded frames", recorded.len());
    let sent: HashSet<u32> = flight.sent().into_iter().collect();
    assert!(recorded.iter().all(|check| sent.contains(check)));
}

/// One blind pass of so many octets, the symbols turned over. The LDPC code makes do with half the power.
pub(crate) fn blind(rover: &str, orbiter: &str, len: usize, code: ReturnCode) {
    let settings = Settings {
        polarity: Turn::Inverted,
        return_code: code,
        return_eb_n0_db: match code {
            ReturnCode::Convolutional => 6.0,
            ReturnCode::Ldpc => 3.0,
        },
        ..Settings::default()
    };
    let mut flight = Flight::new(&settings, rover, orbiter, len);
    // 274 octets go on the air for 234 of the file; half a round more, and what begins and ends a transmission.
    let send_ms = u32::try_from(len * 274 / 234 * 3 / 2 + 4_000).unwrap();
    let mut plan = plan(PassMode::Blind, send_ms, u64::from(send_ms / 1_000) + 20);
    plan.pass.return_code = code;
    let ended = flight.fly(&plan, |_| Ok(()));
    assert_eq!(ended, End::Done);
    let recorded = flight.recorded();
    let ground = flight_down(&mut flight, &recorded);
    assert!(ground.complete, "{}", flight.told());
    let blocks = flight.counter(Side::Orbiter, "ldpc_blocks");
    assert_eq!(blocks > 0, code == ReturnCode::Ldpc, "{blocks} blocks");
}

/// The dump, compared with what was recorded before it.
fn flight_down(flight: &mut Flight, recorded: &[u32]) -> Ground {
    let ground = flight.ground();
    assert_eq!(ground.frames, recorded, "the recording, frame by frame");
    ground
}

/// A hailed session through 3 % frame loss either way: nothing lost, nothing twice, in order.
pub(crate) fn hailed_through_losses(rover: &str, orbiter: &str, len: usize, code: ReturnCode) {
    let settings = Settings {
        loss: 0.03,
        polarity: Turn::Inverted,
        return_code: code,
        ..Settings::default()
    };
    let mut flight = Flight::new(&settings, rover, orbiter, len);
    let mut plan = plan(PassMode::Hailed, 0, 300);
    plan.pass.return_code = code;
    let ended = flight.fly(&plan, |_| Ok(()));
    assert_eq!(ended, End::Done);
    let lost = flight.run.air(Side::Rover).tap().lost();
    assert!(lost > 0 || len < 5_000, "{lost}");
    assert_eq!(flight.recorded(), flight.sent(), "each once and in order");
    let recorded = flight.recorded();
    let ground = flight_down(&mut flight, &recorded);
    assert!(ground.complete);
    assert!(flight.counter(Side::Rover, "frames_retransmitted") > 0 || lost == 0);
}

/// What stops a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The reset line.
    Line,
    /// Nobody looks at the watchdog any more.
    Hang,
    /// An assertion fails.
    Panic,
}

impl Stop {
    fn cause(self) -> ResetCause {
        match self {
            Self::Line => ResetCause::External,
            Self::Hang => ResetCause::Watchdog,
            Self::Panic => ResetCause::Panic,
        }
    }
}

/// A hailed session in which a computer stops at this moment: the session recovers, and what was recorded before is on Earth.
pub(crate) fn stopped(places: [&str; 2], side: Side, stop: Stop, at_s: f64, len: usize) {
    let mut flight = Flight::new(&Settings::default(), places[0], places[1], len);
    let moment = std::time::Duration::from_secs_f64(at_s).as_micros();
    let mut state = None;
    let ended = flight.fly(&plan(PassMode::Hailed, 0, 400), |run| {
        if state.is_none() && u128::from(run.elapsed_us()) >= moment {
            state = Some(run.modem(side).book().state);
            match stop {
                Stop::Line => assert_eq!(run.reset(side), Ok(true)),
                Stop::Hang => assert_eq!(run.stop(side, Order::Hang), Ok(true)),
                Stop::Panic => assert_eq!(run.stop(side, Order::Panic), Ok(true)),
            }
        }
        Ok(())
    });
    let told = flight.told();
    let boots = &flight.run.modem(side).book().boots;
    let causes: Vec<_> = boots.iter().map(|boot| boot.cause).collect();
    let story =
        format!("{places:?} {side:?} {stop:?} at {at_s} s in state {state:?}: {causes:?}\n{told}");
    assert_eq!(causes.len(), 2, "{story}");
    assert_eq!(causes[1], stop.cause(), "{story}");
    assert_eq!(ended, End::Done, "{story}");
    let ground = flight.ground();
    keeps_its_word(&flight, &ground);
    assert!(ground.complete, "{story}");
}

/// A receiver that takes noise for a signal for so many seconds, and then a pass.
pub(crate) fn noise(rover: &str, orbiter: &str, seconds: u64) {
    let end = seconds * 1_000_000;
    let settings = Settings {
        noise: std::iter::once(0..end).collect(),
        ..Settings::default()
    };
    let mut flight = Flight::new(&settings, rover, orbiter, 3_000);
    let mut plan = plan(PassMode::Blind, 9_000, seconds + 60);
    plan.rover_after_us = end + 5_000_000;
    assert_eq!(flight.fly(&plan, |_| Ok(())), End::Done);
    let recorded = flight.recorded();
    assert!(flight_down(&mut flight, &recorded).complete);
}

/// More than the flash takes: refused and counted, nothing that was recorded is lost, and after the ground has it there is room again.
pub(crate) fn full_recorder(rover: &str, orbiter: &str) {
    // 260 kB are more than 256 KiB take, with what the records cost.
    let mut flight = Flight::new(&Settings::default(), rover, orbiter, 260_000);
    let mut pass = plan(PassMode::Hailed, 0, 60);
    pass.pass.return_rate = 64_000;
    flight.fly(&pass, |_| Ok(()));
    assert_eq!(flight.counter(Side::Orbiter, "not_recorded"), 0);
    assert!(flight.counter(Side::Orbiter, "bits_refused") > 0);
    let recorded = flight.recorded();
    assert!(recorded.len() > 700, "{}", recorded.len());
    flight_down(&mut flight, &recorded);
    flight.order(Side::Orbiter, Order::Release);
    let ended = flight.fly(&plan(PassMode::Blind, 5_000, 20), |_| Ok(()));
    assert_eq!(ended, End::Done);
    assert!(flight.recorded().len() > recorded.len());
}

/// All that two computers made of a hailed pass through losses and noise: what was sent either way, and the downlink.
pub(crate) fn trace(
    rover: &str,
    orbiter: &str,
    len: usize,
) -> (Vec<SentFrame>, Vec<SentFrame>, Vec<u8>) {
    let settings = Settings {
        loss: 0.05,
        return_eb_n0_db: 4.0,
        forward_eb_n0_db: 9.0,
        polarity: Turn::Random,
        delay_us: 20_000,
        ..Settings::default()
    };
    let mut flight = Flight::new(&settings, rover, orbiter, len);
    flight.fly(&plan(PassMode::Hailed, 0, 200), |_| Ok(()));
    flight.ground();
    let sent = |side| flight.run.air(side).tap().sent().to_vec();
    let downlink = flight.run.modem(Side::Orbiter).book().downlink.clone();
    (sent(Side::Rover), sent(Side::Orbiter), downlink)
}
