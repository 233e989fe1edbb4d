//! Table 6-8, full duplex: `COMM_CHANGE`, one test a row, and the decisions about it.
//!
//! States, triggers and values are those of the facts file (211.0-B-6 4.4, annex B1); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;

use common::{ORBITER, ROVER, ms};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mac::{DirectiveError, Duplex, LocalDirective, Mode};
use magpie_link::mib::{CommChangeResponse, MibBuilder};
use session::{
    Bench, CARRIER, FRESH_HAIL, HAIL, HAIL_64_16, PERSISTENCE_WAIT, PLCW, TAIL, caller, caller_mib,
    p_frame_digits, responder, responder_mib,
};

const FULL: Duplex = Duplex::Full;

fn settings(bits_per_s: u32) -> LinkSettings {
    LinkSettings::uncoded(bits_per_s).expect("in the table")
}

/// Before: 8 kb/s both ways.
fn old() -> CommunicationValues {
    CommunicationValues {
        transmitter: settings(8_000),
        receiver: settings(8_000),
    }
}

/// After: sends with 16 kb/s and receives with 64 kb/s, so the other end is told `HAIL_64_16`.
fn new() -> CommunicationValues {
    CommunicationValues {
        transmitter: settings(16_000),
        receiver: settings(64_000),
    }
}

fn values(b: &Bench) -> CommunicationValues {
    *b.node.communication_values()
}

/// In S40 with its PLCW sent and both locks, then LOCAL `COMM_CHANGE`.
fn y1_of(mib: MibBuilder) -> Bench {
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S40");
    b.phy(true, true);
    b.out_all();
    b.directive(LocalDirective::LoadCommunicationValueBuffer(new()));
    b.events();
    b.directive(LocalDirective::LocalCommChange);
    b
}

fn y1() -> Bench {
    y1_of(caller_mib())
}

fn y2() -> Bench {
    let mut b = y1();
    b.out().expect("the directives");
    b.events();
    b
}

fn y3_of(mib: MibBuilder) -> Bench {
    let mut b = y1_of(mib);
    b.out_all();
    b.events();
    b
}

fn y3() -> Bench {
    y3_of(caller_mib())
}

#[test]
fn e12_local_comm_change() {
    //= 211.0-B-6 table-6-8 E12
    let mut b = y1();
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y1 Z0");
    assert_eq!(b.events(), ["E12 S40-S48"]);
    assert_eq!((b.timer(), values(&b)), (None, old()));
    let refused = b.try_directive(LocalDirective::LocalCommChange);
    assert_eq!(refused, Err(DirectiveError::CommChangeRuns));
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y1 Z0");
}

#[test]
fn e13_remote_comm_change() {
    //= 211.0-B-6 table-6-8 E13
    for mut b in [responder(FULL, "S40"), caller(FULL, "S40")] {
        b.out_all();
        b.p_frame(HAIL_64_16);
        assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y4 Z0");
        assert_eq!(b.rows(), ["E13 S40-S48"]);
        assert_eq!((b.timer(), values(&b)), (None, old()));
    }
}

#[test]
fn e13_repeated_hail_is_a_comm_change() {
    //= 211.0-B-6 table-6-8 E13
    // Conflict 8f: the caller did not hear the answer and hails again.
    let mut b = responder(FULL, "S40");
    b.out_all();
    b.p_frame(FRESH_HAIL);
    assert_eq!(b.rows(), ["E13 S40-S48"]);
    b.out_all();
    b.wait(TAIL);
    b.reach("S40");
    let answer = b.out().expect("NEED_PLCW by E20");
    assert!(answer.ends_with(PLCW), "{answer}");
}

#[test]
fn e14_no_frames_pending() {
    //= 211.0-B-6 table-6-8 E14
    //= 211.0-B-6 6 hail-order
    let mut b = y1();
    b.events();
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 2, HAIL_64_16)));
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y2 Z0");
    assert_eq!(b.events(), ["E14 S48-S48"]);
    assert_eq!((b.timer(), values(&b)), (None, old()));
}

#[test]
fn e15_output_fifo_empty() {
    //= 211.0-B-6 table-6-8 E15
    let mut b = y2();
    b.submit();
    assert_eq!(b.out(), None, "PERSISTENCE holds user data back");
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y3 Z0");
    assert_eq!(b.rows(), ["E15 S48-S48"]);
    assert_eq!((b.timer(), b.out()), (Some(PERSISTENCE_WAIT), None));
    assert_eq!(values(&b).transmitter, settings(8_000));
    assert_eq!(values(&b).receiver, settings(64_000));
}

#[test]
fn e15_waits_for_comm_change_waiting_period_if_there_is_one() {
    //= 211.0-B-6 table-6-8 E15
    let b = y3_of(MibBuilder {
        comm_change_waiting_period: ms(77),
        ..caller_mib()
    });
    assert_eq!(b.timer(), Some(ms(77)));
}

#[test]
fn e16_symbol_lock_drops() {
    //= 211.0-B-6 table-6-8 E16
    for (mut b, y) in [(y1(), 1), (y2(), 2), (y3(), 3)] {
        b.events();
        let timer = b.timer();
        b.phy(true, false);
        assert_eq!(b.line(), format!("S48 active T1 M1 SS6 P1 X0 Y{y} Z1"));
        assert_eq!(b.events(), ["SymbolLockDropped", "E16 S48-S48"]);
        assert_eq!(b.timer(), timer);
        b.phy(true, true);
        assert_eq!(b.line(), format!("S48 active T1 M1 SS6 P1 X0 Y{y} Z1"));
    }
}

#[test]
fn e17_valid_frame_on_the_new_settings() {
    //= 211.0-B-6 table-6-8 E17
    for by_u_frame in [false, true] {
        let mut b = y3();
        b.phy(true, false);
        b.phy(true, true);
        b.events();
        if by_u_frame {
            b.u_frame();
        } else {
            b.p_frame(PLCW);
        }
        assert_eq!(b.line(), "S41 active T1 M0 SS1 P0 X0 Y0 Z0");
        let events = ["CommunicationValues", "E17 S48-S41", "CommChanged"];
        assert_eq!(b.events(), events);
        assert_eq!((b.timer(), values(&b)), (Some(CARRIER), new()));
        assert_eq!(b.out(), None);
    }
}

#[test]
fn e17_not_without_a_drop_of_the_lock() {
    //= 211.0-B-6 table-6-8 E17
    let mut b = y3();
    b.p_frame(PLCW);
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y3 Z0");
    assert_eq!(b.timer(), Some(PERSISTENCE_WAIT));
    // Conflict 8g: a transport without locks takes the first valid frame after the directives, and none before.
    let frame_answers = MibBuilder {
        comm_change_response: CommChangeResponse::ValidFrame,
        ..caller_mib()
    };
    let mut b = y1_of(frame_answers);
    b.p_frame(PLCW);
    b.out();
    b.p_frame(PLCW);
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y2 Z0");
    b.out();
    b.p_frame(PLCW);
    assert_eq!(b.line(), "S41 active T1 M0 SS1 P0 X0 Y0 Z0");
}

#[test]
fn e18_no_answer() {
    //= 211.0-B-6 table-6-8 E18
    let mut b = y3();
    b.wait_exactly(PERSISTENCE_WAIT);
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y1 Z0");
    assert_eq!(b.events(), ["E18 S48-S48"]);
    assert_eq!(b.timer(), None);
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 3, HAIL_64_16)));
    assert_eq!(b.out(), None);
    assert_eq!(b.timer(), Some(PERSISTENCE_WAIT));
}

#[test]
fn e19_output_fifo_empty() {
    //= 211.0-B-6 table-6-8 E19
    let mut b = responder(FULL, "S40");
    b.out_all();
    b.submit();
    b.p_frame(HAIL_64_16);
    b.events();
    assert_eq!(b.out(), None, "PERSISTENCE holds user data back");
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y5 Z0");
    assert_eq!(b.events(), ["E19 S48-S48"]);
    assert_eq!((b.timer(), values(&b)), (Some(TAIL), old()));
}

#[test]
fn e20_acts_on_it() {
    //= 211.0-B-6 table-6-8 E20
    let mut b = responder(FULL, "S40");
    b.out_all();
    b.p_frame(HAIL_64_16);
    b.out_all();
    b.events();
    b.wait_exactly(TAIL);
    assert_eq!(b.line(), "S41 active T1 M0 SS1 P0 X0 Y0 Z0");
    let events = ["CommunicationValues", "E20 S48-S41", "CommChangeReceived"];
    assert_eq!(b.events(), events);
    assert_eq!(values(&b).transmitter, settings(64_000));
    assert_eq!(values(&b).receiver, settings(16_000));
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    b.reach("S40");
    let first = b.out().expect("NEED_PLCW");
    assert!(first.ends_with(PLCW));
}

#[test]
fn comm_change_lifetime_over() {
    //= 211.0-B-6 table-6-8 E18
    let mut b = y3_of(MibBuilder {
        comm_change_lifetime: ms(1_000),
        ..caller_mib()
    });
    b.wait(PERSISTENCE_WAIT);
    b.out_all();
    b.wait(PERSISTENCE_WAIT);
    b.out_all();
    b.events();
    b.wait(ms(1_000 - 2 * 307));
    b.out_all();
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X0 Y0 Z0");
    let events = b.events();
    assert!(events.contains(&"CommChangeLifetimeOver S48-S40".to_owned()));
    assert!(events.contains(&"CommChangeFailed".to_owned()));
    assert_eq!((b.timer(), values(&b)), (None, old()));
    b.submit();
    assert!(b.out().is_some_and(|frame| frame.starts_with("80")));
}

#[test]
fn of_two_comm_changes_at_once_the_callers_wins() {
    //= 211.0-B-6 table-6-8 E13
    let mut at_caller = y3();
    at_caller.p_frame(HAIL);
    assert_eq!(at_caller.line(), "S48 active T1 M1 SS6 P1 X0 Y3 Z0");
    assert_eq!(at_caller.rows(), [""; 0]);

    let mut b = Bench::with(responder_mib(), FULL, Mode::ConnectingL, "S40");
    b.out_all();
    b.directive(LocalDirective::LoadCommunicationValueBuffer(new()));
    b.directive(LocalDirective::LocalCommChange);
    b.out_all();
    b.events();
    b.p_frame(HAIL);
    assert_eq!(b.line(), "S48 active T1 M1 SS6 P1 X0 Y4 Z0");
    let events = b.events();
    assert!(
        events.contains(&"CommChangeFailed".to_owned()),
        "{events:?}"
    );
    assert_eq!(values(&b), old(), "E15 is taken back");
    b.out_all();
    assert_eq!((b.timer(), b.state()), (Some(TAIL), "S48"));
}

#[test]
fn directives_name_the_destination_and_count_on() {
    //= 211.0-B-6 table-6-8 E14
    let mut b = Bench::with(responder_mib(), FULL, Mode::ConnectingL, "S40");
    b.out_all();
    b.directive(LocalDirective::LoadCommunicationValueBuffer(new()));
    b.directive(LocalDirective::LocalCommChange);
    let out = b.out().expect("the directives");
    let n_s = u8::from_str_radix(&out[8..10], 16).expect("hexadecimal");
    assert_eq!(out, p_frame_digits(ORBITER, n_s, HAIL_64_16));
}
