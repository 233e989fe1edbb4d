//! Two ends over a radio that behaves: every frame of a session lost once, every pair of frames, and cuts of every length at every moment.
//!
//! Not from a book. The radio here: a carrier is heard while the other end's TRANSMIT is on and the own receiver is; symbols are locked while
//! its MODULATION is on and the rates of both agree; a frame arrives at the end of its step if the symbols are locked. What must hold:
//! every packet arrives once and in order, and both ends come back to S1.

mod common;
#[path = "common/session.rs"]
mod session;

use std::collections::BTreeSet;

use common::{Node, ORBITER, ROVER, deliveries, events, ms, node, packet, port, scid};
use magpie_link::clock::{Duration, Instant};
use magpie_link::communication::CommunicationValues;
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus, State};
use magpie_link::mib::MibBuilder;
use magpie_wire::v3::Qos;

const STEP: Duration = ms(5);
const PACKETS: u8 = 6;
/// In the list of what was delivered.
const RESTART: u8 = 255;

/// What goes wrong.
#[derive(Debug, Clone, Default)]
struct Faults {
    /// Numbers of frames that are lost, both directions counted together.
    lost: BTreeSet<usize>,
    /// No signal in these steps.
    cut: Option<(u64, u64)>,
    /// This end is switched off and on in this step: it knows nothing of the session and has all its packets to send again.
    restart: Option<(usize, u64)>,
    /// Carrier, acquisition and tail in milliseconds, if other than usual.
    preliminaries: Option<[u64; 3]>,
}

/// Which ends ask for a `COMM_CHANGE`, and in which step.
type Change = Option<(&'static [usize], u64)>;

/// What came of a session.
#[derive(Debug)]
struct Outcome {
    frames: usize,
    steps: u64,
    ends: [Option<EndOfSession>; 2],
    delivered: [Vec<u8>; 2],
    log: Vec<String>,
}

fn mib(local: u16, remote: u16) -> MibBuilder {
    MibBuilder {
        carrier_only_duration: ms(30),
        acquisition_idle_duration: ms(20),
        tail_idle_duration: ms(10),
        hail_wait_duration: ms(120),
        hail_lifetime: Duration::from_secs(20),
        drop_carrier_duration: ms(50),
        persistence_wait_time: ms(60),
        comm_change_lifetime: Duration::from_secs(1),
        send_duration: ms(80),
        receive_duration: ms(200),
        maximum_failed_token_passes: 3,
        carrier_loss_timer_duration: ms(300),
        termination_lifetime: Duration::from_secs(2),
        plcw_repeat_interval: ms(40),
        synch_timeout: ms(100),
        resync_waiting_period: ms(50),
        resync_lifetime: Duration::from_secs(1),
        maximum_packet_size: 100,
        maximum_frame_length: 40,
        ..MibBuilder::new(scid(local), scid(remote))
    }
}

struct Link {
    ends: [Node; 2],
    outcome: Outcome,
}

/// An end that has just been switched on, with its packets.
fn fresh(who: usize, duplex: Duplex, now: Instant, faults: &Faults) -> Node {
    let (mut mib, mode) = match who {
        0 => (mib(ORBITER, ROVER), Mode::ConnectingT),
        _ => (mib(ROVER, ORBITER), Mode::ConnectingL),
    };
    if let Some(preliminaries) = faults.preliminaries {
        [
            mib.carrier_only_duration,
            mib.acquisition_idle_duration,
            mib.tail_idle_duration,
        ] = preliminaries.map(ms);
    }
    let mut end = node(mib.build().expect("good values"));
    for directive in [
        LocalDirective::SetDuplex(duplex),
        LocalDirective::SetMode(mode),
    ] {
        end.handle_directive(now, directive).expect("in S1");
    }
    for n in 0..PACKETS {
        let packet = packet(&[n; 20]);
        end.submit(now, port(0), Qos::SequenceControlled, &packet)
            .expect("room");
    }
    end.handle_directive(now, LocalDirective::LocalNoMoreData)
        .expect("in a session");
    end
}

impl Link {
    fn new(duplex: Duplex, faults: &Faults) -> Self {
        Self {
            ends: [0, 1].map(|who| fresh(who, duplex, Instant::ZERO, faults)),
            outcome: Outcome {
                frames: 0,
                steps: 0,
                ends: [None; 2],
                delivered: [vec![], vec![]],
                log: vec![],
            },
        }
    }

    /// What `to` hears of `from`: carrier and symbols.
    fn hears(&self, from: usize, to: usize) -> PhyStatus {
        let (sender, receiver) = (&self.ends[from], &self.ends[to]);
        let status = sender.status();
        let carrier_acquired = status.transmit.is_on() && receiver.receives();
        let one_rate = sender.transmit_rate() == receiver.receive_rate();
        PhyStatus {
            carrier_acquired,
            symbol_inlock_status: carrier_acquired && status.modulation.is_on() && one_rate,
        }
    }

    fn step(&mut self, step: u64, faults: &Faults) {
        let now = Instant::from_micros(step * STEP.as_micros());
        let cut = faults
            .cut
            .is_some_and(|(from, to)| (from..to).contains(&step));
        for end in &mut self.ends {
            end.handle_timeout(now);
        }
        let mut buf = [0; 2048];
        let sent = [0, 1].map(|from| {
            let frame = self.ends[from].poll_transmit(now, &mut buf)?;
            let number = self.outcome.frames;
            self.outcome.frames += 1;
            Some((number, frame.to_vec()))
        });
        for (from, to) in [(0, 1), (1, 0)] {
            let heard = if cut {
                PhyStatus::default()
            } else {
                self.hears(from, to)
            };
            if self.ends[to].receives() {
                self.ends[to].handle_phy_status(now, heard);
            }
            let Some((number, frame)) = &sent[from] else {
                continue;
            };
            let arrives = heard.symbol_inlock_status && !faults.lost.contains(number);
            self.outcome.log.push(format!(
                "{step} frame {number} {from}>{to} {} {arrives}",
                session::digits(&frame[..frame.len().min(14)])
            ));
            if arrives {
                let _ = self.ends[to].handle_frame(now, frame);
            }
        }
        for who in [0, 1] {
            self.collect(step, who);
        }
    }

    fn collect(&mut self, step: u64, who: usize) {
        for event in events(&mut self.ends[who]) {
            self.outcome.log.push(format!("{step} end {who}: {event}"));
            if let Event::EndOfSession(why) = event {
                self.outcome.ends[who] = Some(why);
            }
        }
        for (_, _, octets) in deliveries(&mut self.ends[who]) {
            self.outcome.delivered[who].push(octets[6]);
        }
    }
}

/// LOCAL `COMM_CHANGE` to 64 kb/s, if the state takes it.
fn ask_for_change(end: &mut Node, step: u64) {
    let values = CommunicationValues::uncoded(64_000).expect("in the table");
    let now = Instant::from_micros(step * STEP.as_micros());
    for directive in [
        LocalDirective::LoadCommunicationValueBuffer(values),
        LocalDirective::LocalCommChange,
    ] {
        let _ = end.handle_directive(now, directive);
    }
}

fn run(duplex: Duplex, change: Change, faults: &Faults) -> Outcome {
    let mut link = Link::new(duplex, faults);
    for step in 0..8_000 {
        link.outcome.steps = step;
        if let Some((ends, at)) = change
            && at == step
        {
            for who in ends {
                ask_for_change(&mut link.ends[*who], step);
            }
        }
        if let Some((who, at)) = faults.restart
            && at == step
        {
            let now = Instant::from_micros(step * STEP.as_micros());
            link.ends[who] = fresh(who, duplex, now, faults);
            link.outcome.ends = [None; 2];
            for delivered in &mut link.outcome.delivered {
                delivered.push(RESTART);
            }
        }
        link.step(step, faults);
        let over = |end: &Node| end.status().state == State::S1Inactive;
        if link.ends.iter().all(over) {
            break;
        }
        // A caller whose session is over leaves; the responder may have gone back to S2 and waits for the next hail.
        let waits = link.ends[1].status().state == State::S2WaitingForHail;
        if over(&link.ends[0]) && waits {
            break;
        }
    }
    link.outcome
}

/// Every packet once and in order, and both ends back.
fn check(outcome: &Outcome, faults: &Faults) {
    let log = || outcome.log.join("\n");
    for delivered in &outcome.delivered {
        let all: Vec<u8> = (0..PACKETS).collect();
        assert_eq!(*delivered, all, "{faults:?}\n{}", log());
    }
    assert!(outcome.ends[0].is_some(), "{faults:?}\n{}", log());
}

/// Both ends know that the other one has no more data.
fn check_clean(outcome: &Outcome, faults: &Faults) {
    check(outcome, faults);
    let why = Some(EndOfSession::NoMoreData);
    assert_eq!(
        outcome.ends,
        [why; 2],
        "{faults:?}\n{}",
        outcome.log.join("\n")
    );
}

fn losses(duplex: Duplex, change: Change, pairs: bool) {
    let clean = run(duplex, change, &Faults::default());
    check_clean(&clean, &Faults::default());
    if let Some((_, at)) = change
        && at > 18
    {
        let mut log = clean.log.iter();
        let changed = log.any(|line| line.ends_with("COMM_CHANGE received"));
        assert!(changed, "{duplex:?} {change:?}\n{}", clean.log.join("\n"));
    }
    let mut runs = 0;
    for first in 0..clean.frames {
        let seconds = if pairs { clean.frames } else { first + 1 };
        for second in first..seconds {
            let faults = Faults {
                lost: [first, second].into(),
                ..Faults::default()
            };
            check_clean(&run(duplex, change, &faults), &faults);
            runs += 1;
        }
    }
    assert!(runs >= clean.frames);
}

fn cuts(duplex: Duplex, change: Change) {
    let clean = run(duplex, change, &Faults::default());
    // A cut that swallows the last words of one end leaves the other to find out by its lifetimes; nothing is lost by that.
    for from in 0..clean.steps {
        for length in [5, 20, 100, 400] {
            let faults = Faults {
                cut: Some((from, from + length)),
                ..Faults::default()
            };
            check(&run(duplex, change, &faults), &faults);
        }
    }
}

#[test]
fn full_duplex_survives_the_loss_of_any_two_frames() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    losses(Duplex::Full, None, true);
}

#[test]
fn half_duplex_survives_the_loss_of_any_two_frames() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    losses(Duplex::Half, None, true);
}

#[test]
fn a_comm_change_survives_the_loss_of_any_frame() {
    //= 211.0-B-6 table-6-8 E18
    for at in [18, 31, 37, 43] {
        for ends in [&[0][..], &[1], &[0, 1]] {
            losses(Duplex::Full, Some((ends, at)), false);
            losses(Duplex::Half, Some((ends, at)), false);
        }
    }
}

#[test]
fn full_duplex_survives_any_cut() {
    //= 211.0-B-6 table-6-7 E81
    cuts(Duplex::Full, None);
    cuts(Duplex::Full, Some((&[0], 33)));
    cuts(Duplex::Full, Some((&[0, 1], 33)));
}

#[test]
fn half_duplex_survives_any_cut() {
    //= 211.0-B-6 table-6-10 E84
    cuts(Duplex::Half, None);
    cuts(Duplex::Half, Some((&[1], 33)));
    cuts(Duplex::Half, Some((&[0, 1], 33)));
}

/// What was delivered before the restart and after it.
fn halves(delivered: &[u8]) -> (&[u8], &[u8]) {
    let at = delivered.iter().position(|n| *n == RESTART);
    let at = at.expect("a restart");
    (&delivered[..at], &delivered[at + 1..])
}

/// The end that was not restarted gets the packets of the other one from the first on; the restarted one gets the rest, without a gap.
fn check_restarted(outcome: &Outcome, who: usize, faults: &Faults) {
    let log = || {
        format!(
            "{faults:?} {:?}\n{}",
            outcome.delivered,
            outcome.log.join("\n")
        )
    };
    let all: Vec<u8> = (0..PACKETS).collect();
    let (before, after) = halves(&outcome.delivered[1 - who]);
    assert!(all.starts_with(before), "{}", log());
    // A caller that has heard everything, RNMD included, leaves before it can notice that the responder began anew.
    let left = who == 1 && before == all && after.is_empty();
    assert!(left || after == all, "{}", log());
    let (before, after) = halves(&outcome.delivered[who]);
    assert!(all.starts_with(before) && all.ends_with(after), "{}", log());
    assert!(before.len() + after.len() >= all.len(), "a gap: {}", log());
}

fn restarts(duplex: Duplex) {
    let clean = run(duplex, None, &Faults::default());
    for who in [0, 1] {
        for at in 1..clean.steps.saturating_sub(20) {
            let faults = Faults {
                restart: Some((who, at)),
                ..Faults::default()
            };
            check_restarted(&run(duplex, None, &faults), who, &faults);
        }
    }
}

#[test]
fn full_duplex_survives_the_restart_of_an_end_at_any_moment() {
    //= 211.0-B-6 7.2 restarted
    restarts(Duplex::Full);
}

#[test]
fn half_duplex_survives_the_restart_of_an_end_at_any_moment() {
    //= 211.0-B-6 7.2 restarted
    restarts(Duplex::Half);
}

#[test]
fn no_transmission_needs_long_preliminaries() {
    //= 211.0-B-6 table-6-11 E49
    // What the turned end sends first must not fall on a receiver that is still off.
    for preliminaries in [[0, 0, 0], [0, 5, 0], [10, 10, 10], [5, 5, 20], [20, 20, 5]] {
        let faults = Faults {
            preliminaries: Some(preliminaries),
            ..Faults::default()
        };
        for duplex in [Duplex::Full, Duplex::Half] {
            // A tail longer than the other end's carrier and acquisition is a wrong setting in half duplex.
            if duplex == Duplex::Full || preliminaries != [5, 5, 20] {
                check_clean(&run(duplex, None, &faults), &faults);
            }
        }
    }
}
