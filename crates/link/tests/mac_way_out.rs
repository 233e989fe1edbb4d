//! No state lacks a way out: whatever happened, silence ends in S1 or S2 by timers alone.
//!
//! Not from a book: the bad-input rule of this project. Lifetimes and the carrier-loss timer are not zero. The tables' own literal
//! readings would stay in S40 with X = 2, and in S60 and S61 with a carrier that never drops (conflicts 8a and 8b of the facts' index).

mod common;
#[path = "common/session.rs"]
mod session;
#[path = "common/states.rs"]
mod states;

use common::ms;
use magpie_link::clock::Duration;
use magpie_link::mib::MibBuilder;
use session::{Bench, CARRIER_LOSS};
use states::{FULL, HALF, TRIGGERS, Way, trigger};

fn lifetimes(mib: MibBuilder) -> MibBuilder {
    MibBuilder {
        hail_lifetime: Duration::from_secs(10),
        comm_change_lifetime: Duration::from_secs(3),
        termination_lifetime: Duration::from_secs(4),
        carrier_loss_timer_duration: CARRIER_LOSS,
        resync_waiting_period: ms(700),
        resync_lifetime: Duration::from_secs(3),
        synch_timeout: ms(800),
        plcw_repeat_interval: ms(500),
        ..mib
    }
}

/// Nothing is heard any more; `carrier` is what the physical layer tells again and again.
fn silence(b: &mut Bench, carrier: bool) -> Result<Duration, String> {
    let began = b.now;
    let limit = Duration::from_secs(200);
    let mut steps = 0;
    while b.now.duration_since(began) < limit && steps < 100_000 {
        steps += 1;
        if matches!(b.state(), "S1" | "S2") {
            return Ok(b.now.duration_since(began));
        }
        b.phy(carrier, carrier);
        if b.out().is_some() {
            b.wait(ms(10));
            continue;
        }
        if matches!(b.state(), "S1" | "S2") {
            continue;
        }
        match b.node.poll_timeout() {
            Some(at) if at > b.now => b.wait(at.duration_since(b.now)),
            Some(_) => b.wait(ms(1)),
            None => return Err(format!("no timer runs in {}", b.line())),
        }
    }
    Err(format!("still in {} after {limit}", b.line()))
}

/// From every state, after any two things that may happen there.
fn explore(ways: &[Way], carrier: bool) -> usize {
    let mut ends = 0;
    for (name, way) in ways {
        for first in TRIGGERS {
            for second in TRIGGERS {
                let mut b = way(lifetimes);
                assert!(name.starts_with(b.state()), "{name}: {}", b.line());
                let _ = trigger(&mut b, first);
                let _ = trigger(&mut b, second);
                let line = b.line();
                if let Err(why) = silence(&mut b, carrier) {
                    panic!("{name}, {first}, {second}, {line}: {why}");
                }
                ends += 1;
            }
        }
    }
    ends
}

#[test]
fn silence_ends_every_full_duplex_session() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    assert_eq!(explore(FULL, false), FULL.len() * 400);
}

#[test]
fn silence_ends_every_half_duplex_session() {
    //= 211.0-B-6 table-6-11 carrier-forgotten
    assert_eq!(explore(HALF, false), HALF.len() * 400);
}

#[test]
fn a_carrier_that_never_drops_ends_every_half_duplex_session() {
    //= 211.0-B-6 table-6-11 carrier-forgotten
    assert_eq!(explore(HALF, true), HALF.len() * 400);
}

#[test]
fn silence_ends_a_session_with_data_that_nobody_acknowledges() {
    for (name, way) in FULL.iter().chain(HALF) {
        for what in TRIGGERS {
            for no_more_data in [false, true] {
                let mut b = way(lifetimes);
                for _ in 0..3 {
                    let _ = b.try_submit();
                }
                if no_more_data {
                    let _ = trigger(&mut b, "no-more-data");
                }
                let _ = trigger(&mut b, what);
                if let Err(why) = silence(&mut b, false) {
                    panic!("{name}, {what}: {why}");
                }
            }
        }
    }
}

#[test]
fn timers_of_zero_length_do_not_spin() {
    //= 211.0-B-6 annex-C mib
    // Durations of zero are legal for the preliminaries; an end must come to rest in every call all the same.
    fn bare(mib: MibBuilder) -> MibBuilder {
        MibBuilder {
            carrier_only_duration: Duration::ZERO,
            acquisition_idle_duration: Duration::ZERO,
            tail_idle_duration: Duration::ZERO,
            drop_carrier_duration: Duration::ZERO,
            ..lifetimes(mib)
        }
    }
    for (duplex, caller) in [
        (magpie_link::mac::Duplex::Full, true),
        (magpie_link::mac::Duplex::Full, false),
        (magpie_link::mac::Duplex::Half, true),
        (magpie_link::mac::Duplex::Half, false),
    ] {
        let (mib, mode) = if caller {
            (session::caller_mib(), magpie_link::mac::Mode::ConnectingT)
        } else {
            (
                session::responder_mib(),
                magpie_link::mac::Mode::ConnectingL,
            )
        };
        let mut b = Bench::inactive(bare(mib), duplex);
        b.mode(mode);
        if !caller {
            b.p_frame(session::FRESH_HAIL);
        }
        silence(&mut b, false).expect("an end");
    }
}
