//! Random sessions: which fault kinds are on is drawn first, then everything else.
//!
//! [`swarm`] makes a [`Setup`] of a seed; [`judge`] plays it and gives what is wrong. Half of the fault kinds are off in a typical run, so
//! that one fault does not always hide behind another. Every fault ends some time, and then the session has to end as well, within a bound
//! that follows from the MIB ([`bound`]).
//!
//! ```
//! assert_eq!(magpie_sim::session::swarm::judge(1), Ok(()));
//! ```

mod bound;
mod draw;
mod mib;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use magpie_link::mac::{LocalDirective, Mode};
use magpie_wire::id::{Pcid, PortId};
use magpie_wire::v3::Qos;

use super::checker::check;
use super::setup::{
    Action, ChannelSetup, Cut, Duplexing, EndSetup, Load, MemorySetup, NoMoreData, Setup, Timed,
    UnitKind,
};
use super::trace::Side;
use super::{SessionRun, run};
pub use bound::bound;
use draw::Draw;

/// Fault kinds and freedoms that a run may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent kinds")]
pub struct Kinds {
    /// Full, half or simplex; `None` draws it.
    pub duplexing: Option<Duplexing>,
    /// Lost frames.
    pub loss: bool,
    /// Flipped bits.
    pub corruption: bool,
    /// Frames that come twice.
    pub duplication: bool,
    /// Frames that come late.
    pub reorder: bool,
    /// Times without carrier.
    pub cuts: bool,
    /// `COMM_CHANGE` from either side.
    pub comm_change: bool,
    /// Other directives in any order and state.
    pub directives: bool,
    /// One end begins anew.
    pub restart: bool,
    /// Resynchronisation and reset of COP-P by the controller.
    pub cop_p: bool,
    /// Time samples and reports.
    pub reports: bool,
    /// Memory that is always full, users that read seldom.
    pub tight: bool,
    /// Drifting clocks.
    pub drift: bool,
}

impl Kinds {
    /// Everything may happen.
    pub const ALL: Self = Self {
        duplexing: None,
        loss: true,
        corruption: true,
        duplication: true,
        reorder: true,
        cuts: true,
        comm_change: true,
        directives: true,
        restart: true,
        cop_p: true,
        reports: true,
        tight: true,
        drift: true,
    };
}

/// The session of a seed.
pub fn swarm(seed: u64) -> Setup {
    swarm_of(seed, &Kinds::ALL)
}

/// The session of a seed when only these kinds may happen.
pub fn swarm_of(seed: u64, kinds: &Kinds) -> Setup {
    let mut draw = Draw::new(seed, "session swarm");
    let duplexing = draw.duplexing();
    let duplexing = kinds.duplexing.unwrap_or(duplexing);
    let on = draw.kinds(kinds);
    let horizon_us = draw.between(200_000, 6_000_000);
    let (mut setup, both) = mib::session(&mut draw, seed, duplexing);
    for side in Side::BOTH {
        let sends = duplexing != Duplexing::Simplex || side == Side::Caller;
        let end = setup.end_mut(side);
        if sends {
            end.loads = loads(&mut draw, duplexing, both, end, horizon_us);
        }
        if on.tight {
            tighten(&mut draw, end, duplexing);
        }
        if on.drift {
            end.clock_ppm = draw.between(0, 400) as i32 - 200;
            end.clock_offset_us = draw.between(0, 10_000_000_000);
        }
        end.no_more_data = match draw.between(0, 4) {
            0 => NoMoreData::At(draw.between(0, 2 * horizon_us)),
            _ => NoMoreData::WhenSubmitted,
        };
        end.start_us = draw.between(0, 300_000);
        end.again = 3;
        end.again_after_us = draw.between(1_000, 500_000);
        end.actions = actions(&mut draw, &on, duplexing, horizon_us);
    }
    for side in Side::BOTH {
        let other = setup.channels[side.index()].delay_us;
        setup.channels[side.index()] = channel(&mut draw, &on, other, horizon_us);
    }
    setup.max_us = bound(&setup);
    setup
}

/// Plays the session of a seed and judges it. The error names the seed, what is wrong, and the end of the trace.
pub fn judge(seed: u64) -> Result<(), String> {
    judge_of(seed, &Kinds::ALL)
}

/// The same when only these kinds may happen.
pub fn judge_of(seed: u64, kinds: &Kinds) -> Result<(), String> {
    judge_setup(seed, &swarm_of(seed, kinds)).map(|_| ())
}

/// Plays and judges a setup; once more with a trace if something is wrong.
pub fn judge_setup(seed: u64, setup: &Setup) -> Result<SessionRun, String> {
    let played = run(setup).map_err(|why| format!("seed {seed}: {why}"))?;
    let wrong = check(setup, &played);
    if wrong.is_empty() {
        return Ok(played);
    }
    let traced = Setup {
        keep_trace: true,
        ..setup.clone()
    };
    let tail = run(&traced)
        .ok()
        .and_then(|run| run.trace)
        .map_or_else(String::new, |trace| trace.tail(60));
    let shown = wrong.iter().take(5).cloned().collect::<Vec<_>>();
    Err(format!(
        "seed {seed}, {:?}, {} wrong:\n  {}\n{tail}",
        setup.duplexing,
        wrong.len(),
        shown.join("\n  ")
    ))
}

/// Plays and judges the sessions of these seeds on so many threads; what is wrong with each that fails, in the order of the seeds.
pub fn judge_all(seeds: Range<u64>, kinds: &Kinds, threads: usize) -> Vec<String> {
    let next = AtomicU64::new(seeds.start);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    if let Err(why) = judge_of(seed, kinds) {
                        failed.lock().expect("no thread panics").push((seed, why));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().expect("no thread panics");
    failed.sort_unstable();
    failed.into_iter().map(|(_, why)| why).collect()
}

/// One to four loads of few small units, so that a session stays short.
fn loads(
    draw: &mut Draw,
    duplexing: Duplexing,
    both: bool,
    end: &EndSetup,
    horizon_us: u64,
) -> Vec<Load> {
    let frame = usize::from(end.mib.maximum_frame_length);
    let field = frame - 5;
    // Some hundred frames at most.
    let budget = (field * 100).min(16_000);
    let count = draw.between(0, 4);
    (0..count)
        .map(|_| {
            let kind = if field >= 8 && draw.chance(0.3) {
                UnitKind::UserOctets
            } else {
                UnitKind::SpacePacket
            };
            let shortest = super::unit::shortest(kind);
            let most = match kind {
                UnitKind::UserOctets => field,
                UnitKind::SpacePacket if draw.chance(0.3) => field * 6,
                UnitKind::SpacePacket => field,
            };
            let most = most.clamp(shortest, 4_000);
            let low = draw.between(shortest as u64, most as u64) as usize;
            let high = draw.between(low as u64, most as u64) as usize;
            let qos = if duplexing == Duplexing::Simplex || draw.chance(0.35) {
                Qos::Expedited
            } else {
                Qos::SequenceControlled
            };
            let pcid =
                (both && kind == UnitKind::SpacePacket).then(|| Pcid::from_bit(draw.chance(0.5)));
            Load {
                from_us: draw.between(0, horizon_us),
                count: draw.between(1, (budget / high / count as usize).clamp(1, 60) as u64) as u32,
                interval_us: if draw.chance(0.5) {
                    0
                } else {
                    draw.between(1_000, 100_000)
                },
                octets: [low, high],
                qos,
                port: PortId::new(draw.between(0, 7) as u8).unwrap_or_default(),
                pcid,
                kind,
            }
        })
        .collect()
}

/// Memory for a few units only, and a user who looks seldom.
fn tighten(draw: &mut Draw, end: &mut EndSetup, duplexing: Duplexing) {
    let longest = end.loads.iter().map(|load| load.octets[1]).max();
    let unit = longest.unwrap_or(100) + 64;
    let some = |draw: &mut Draw| unit * draw.between(1, 4) as usize;
    let frame = usize::from(end.mib.maximum_frame_length) + 64;
    let delivery = end.mib.maximum_packet_size.max(2_048) as usize + 64;
    end.memory = MemorySetup {
        expedited: some(draw),
        sequence_controlled: some(draw),
        sent: frame * draw.between(1, 8) as usize,
        delivery: delivery * draw.between(1, 3) as usize,
        ..end.memory
    };
    // An expedited unit for which there is no room is lost, in simplex as elsewhere; that is counted.
    if duplexing != Duplexing::Simplex && draw.chance(0.5) {
        end.reader_period_us = draw.between(1_000, 200_000);
    }
}

fn channel(draw: &mut Draw, on: &Kinds, delay_us: u64, horizon_us: u64) -> ChannelSetup {
    let mut channel = ChannelSetup::sound(delay_us);
    channel.faults_until_us = draw.between(horizon_us, 3 * horizon_us);
    if on.loss {
        channel.loss = draw.between(1, 400) as f64 / 1_000.0;
    }
    if on.corruption {
        channel.corruption = draw.between(1, 200) as f64 / 1_000.0;
    }
    if on.duplication {
        channel.duplication = draw.between(1, 200) as f64 / 1_000.0;
        channel.reorder_us = draw.between(1, 50_000);
    }
    if on.reorder {
        channel.reorder = draw.between(1, 200) as f64 / 1_000.0;
        channel.reorder_us = draw.between(1, 50_000);
    }
    if on.cuts {
        for _ in 0..draw.between(0, 3) {
            let from_us = draw.between(0, 2 * horizon_us);
            channel.cuts.push(Cut {
                from_us,
                until_us: from_us + draw.between(1_000, 3_000_000),
            });
        }
    }
    channel
}

/// What the controller does besides hailing and saying that there is no more.
fn actions(draw: &mut Draw, on: &Kinds, duplexing: Duplexing, horizon_us: u64) -> Vec<Timed> {
    let mut actions = Vec::new();
    if on.comm_change {
        for _ in 0..draw.between(0, 3) {
            let values = mib::communication_values(draw);
            let load = LocalDirective::LoadCommunicationValueBuffer(values);
            let at_us = draw.between(0, 2 * horizon_us);
            for directive in [load, LocalDirective::LocalCommChange] {
                add_at(&mut actions, at_us, Action::Directive(directive));
            }
        }
    }
    if on.directives {
        for _ in 0..draw.between(0, 4) {
            let directive = directive(draw);
            let changes = matches!(
                directive,
                LocalDirective::LocalCommChange | LocalDirective::LoadCommunicationValueBuffer(_)
            );
            if changes && !on.comm_change {
                continue;
            }
            let at_us = draw.between(0, 2 * horizon_us);
            if let LocalDirective::SetMode(Mode::ConnectingL | Mode::ConnectingT) = directive {
                // Two ends that disagree about DUPLEX never come together; no controller would do that.
                let duplex = LocalDirective::SetDuplex(duplexing.of(Side::Caller));
                add_at(&mut actions, at_us, Action::Directive(duplex));
            }
            add_at(&mut actions, at_us, Action::Directive(directive));
        }
    }
    let mut add = |draw: &mut Draw, action: Action| {
        let at_us = draw.between(0, 2 * horizon_us);
        add_at(&mut actions, at_us, action);
    };
    if on.restart && draw.chance(0.5) {
        add(draw, Action::Restart);
    }
    if on.cop_p && duplexing != Duplexing::Simplex {
        for _ in 0..draw.between(0, 2) {
            let pcid = Pcid::from_bit(draw.chance(0.3));
            let action = if draw.chance(0.6) {
                Action::Resynchronise(pcid)
            } else {
                Action::ResetCopP(pcid)
            };
            add(draw, action);
        }
    }
    if on.reports && duplexing != Duplexing::Simplex {
        for _ in 0..draw.between(0, 3) {
            let action = match draw.between(0, 2) {
                0 => Action::TimeSamples(draw.between(1, 63) as u8),
                1 => Action::RequestReport(draw.between(0, 31) as u8),
                _ => Action::StatusReport(draw.between(0, 15) as u8),
            };
            add(draw, action);
        }
    }
    actions
}

fn add_at(actions: &mut Vec<Timed>, at_us: u64, action: Action) {
    actions.push(Timed { at_us, action });
}

/// Any directive but those that end the world for good.
fn directive(draw: &mut Draw) -> LocalDirective {
    match draw.between(0, 9) {
        0 => LocalDirective::SetMode(Mode::Inactive),
        1 => LocalDirective::SetInitializeMode,
        2 => LocalDirective::SetMode(Mode::ConnectingL),
        3 => LocalDirective::SetMode(Mode::ConnectingT),
        4 => LocalDirective::SetMode(Mode::Active),
        5 => LocalDirective::LocalCommChange,
        6 => LocalDirective::SetReceivingScidBuffer(None),
        7 => LocalDirective::LoadCommunicationValueBuffer(mib::communication_values(draw)),
        _ => LocalDirective::LocalNoMoreData,
    }
}
