//! Table 6-9, full duplex: the end of a session, one test a row, and the decisions about it.
//!
//! States, triggers and values are those of the facts file (211.0-B-6 4.5); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;

use common::{ORBITER, ROVER, ms};
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::MibBuilder;
use session::{
    Bench, FRESH_HAIL, HAIL_64_16, PERSISTENCE_WAIT, PLCW, RNMD, TAIL, TOKEN, caller, caller_mib,
    p_frame_digits, responder,
};

const FULL: Duplex = Duplex::Full;

/// In S40, its first PLCW sent.
fn s40() -> Bench {
    let mut b = caller(FULL, "S40");
    b.out_all();
    b.events();
    b
}

fn x2_of(mib: MibBuilder) -> Bench {
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S40");
    b.out_all();
    b.no_more_data();
    b.events();
    b.out();
    b
}

fn x2() -> Bench {
    x2_of(caller_mib())
}

/// Both ends finished, by E23.
fn x5() -> Bench {
    let mut b = x2();
    b.p_frame(RNMD);
    b
}

#[test]
fn e21_local_no_more_data() {
    //= 211.0-B-6 table-6-9 E21
    let mut b = s40();
    b.no_more_data();
    b.events();
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 2, RNMD)));
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X2 Y0 Z0");
    assert_eq!(b.events(), ["E21 S40-S40"]);
    assert_eq!(b.out(), None);
}

#[test]
fn e21_waits_until_everything_is_acknowledged() {
    //= 211.0-B-6 table-6-9 E21
    let mut b = s40();
    b.submit();
    b.no_more_data();
    let frames = b.out_all();
    assert!(frames.iter().all(|frame| frame.starts_with("80")));
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X0 Y0 Z0");
    b.p_frame("8001");
    let rnmd = b.out().expect("RNMD");
    assert!(rnmd.ends_with("020011"), "{rnmd}");
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X2 Y0 Z0");
}

#[test]
fn e22_rnmd_while_there_is_data() {
    //= 211.0-B-6 table-6-9 E22
    let mut b = s40();
    b.p_frame(RNMD);
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X4 Y0 Z0");
    assert_eq!(b.events(), ["E22 S40-S40", "RemoteNoMoreData"]);
    assert_eq!(b.timer(), None);
    b.submit();
    b.out().expect("a sign of life");
    let frame = b.out().expect("the packet");
    assert!(frame.starts_with("80"), "data goes on: {frame}");
    // The answer to its RNMD lost, the other end says it again: X stays.
    b.p_frame(RNMD);
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X4 Y0 Z0");
    assert_eq!(b.rows(), [""; 0]);
}

#[test]
fn e23_rnmd_answers_ours() {
    //= 211.0-B-6 table-6-9 E23
    let mut b = x2();
    b.events();
    b.p_frame(RNMD);
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X5 Y0 Z0");
    assert_eq!(b.events(), ["E23 S40-S40", "RemoteNoMoreData"]);
}

#[test]
fn e24_local_no_more_data_after_rnmd() {
    //= 211.0-B-6 table-6-9 E24
    let mut b = s40();
    b.p_frame(RNMD);
    b.out_all();
    b.events();
    b.no_more_data();
    let out = b.out();
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X5 Y0 Z0");
    assert_eq!(b.events(), ["E24 S40-S40"]);
    let n_s = u8::from_str_radix(&out.as_ref().expect("RNMD")[8..10], 16).expect("hexadecimal");
    assert_eq!(out, Some(p_frame_digits(ROVER, n_s, RNMD)));
}

#[test]
fn e25_no_frames_pending() {
    //= 211.0-B-6 table-6-9 E25
    //= 211.0-B-6 table-6-9 rnmd-repeated
    let mut b = x5();
    b.events();
    // Decision 8a: three copies of RNMD, Persistence_Wait_Time apart, before the tail.
    for copy in 0..3 {
        let frames = b.out_all();
        let copies = frames.iter().filter(|frame| frame.ends_with("020011"));
        assert_eq!(copies.count(), 1, "{copy}: {frames:?}");
        if copy < 2 {
            assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X5 Y0 Z0");
            assert_eq!(b.timer(), Some(PERSISTENCE_WAIT));
            b.wait(PERSISTENCE_WAIT);
        }
    }
    assert_eq!(b.line(), "S45 active T1 M1 SS4 P0 X5 Y0 Z0");
    assert_eq!(b.rows(), ["E25 S40-S45"]);
    assert_eq!((b.timer(), b.out()), (Some(TAIL), None));
}

/// In the terminating tail.
fn s45() -> Bench {
    let mut b = x5();
    for _ in 0..3 {
        b.out_all();
        b.wait(PERSISTENCE_WAIT.min(b.timer().expect("a timer")));
        b.out_all();
        if b.state() == "S45" {
            break;
        }
    }
    b.events();
    b
}

#[test]
fn e26_tail_is_over() {
    //= 211.0-B-6 table-6-9 E26
    let mut b = s45();
    assert_eq!(b.state(), "S45");
    b.wait_exactly(TAIL);
    assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E26 S45-S1", "EndOfSession(NoMoreData)"]);
    assert_eq!((b.timer(), b.out()), (None, None));
}

#[test]
fn e28_set_mode_inactive() {
    //= 211.0-B-6 table-6-9 E28
    let states = ["S31", "S32", "S33", "S34", "S35", "S41", "S42", "S40"];
    let callers = states.map(|state| caller(FULL, state));
    let responders = ["S2", "S41", "S42", "S40"].map(|state| responder(FULL, state));
    for mut b in callers.into_iter().chain(responders).chain([s45(), x2()]) {
        b.events();
        let state = b.state();
        b.mode(Mode::Inactive);
        assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
        let row = format!("E28 {state}-S1");
        assert_eq!(b.events(), [row.as_str(), "EndOfSession(SetModeInactive)"]);
        assert_eq!((b.timer(), b.out()), (None, None));
    }
}

#[test]
fn x2_says_rnmd_until_it_is_answered() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    let mut b = x2();
    for _ in 0..50 {
        assert_eq!(b.out(), None);
        b.wait_exactly(PERSISTENCE_WAIT);
        let again = b.out().expect("RNMD");
        assert!(again.ends_with("020011"), "{again}");
        assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X2 Y0 Z0");
    }
    b.p_frame(RNMD);
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X5 Y0 Z0");
}

#[test]
fn silence_ends_x2() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    let mib = MibBuilder {
        termination_lifetime: ms(1_000),
        ..caller_mib()
    };
    let mut b = x2_of(mib);
    b.wait(ms(900));
    b.p_frame(PLCW); // a sign of life
    b.wait(ms(999));
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X2 Y0 Z0");
    b.events();
    b.wait(ms(1));
    assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    let events = ["TerminationLifetimeOver S40-S1", "EndOfSession(NoAnswer)"];
    assert_eq!(b.events(), events);
}

#[test]
fn a_token_means_nothing_in_full_duplex() {
    //= 211.0-B-6 table-6-9 E22
    let mut b = s40();
    let before = b.line();
    b.p_frame(TOKEN);
    assert_eq!((b.line(), b.rows()), (before, vec![]));
}

#[test]
fn a_reconnection_asks_again_who_is_finished() {
    //= 211.0-B-6 table-6-9 E21
    let mib = MibBuilder {
        carrier_loss_timer_duration: ms(500),
        ..caller_mib()
    };
    let mut b = x2_of(mib);
    b.phy(true, true);
    b.phy(false, false);
    b.wait(ms(500));
    assert_eq!(b.line(), "S80 active T0 M0 SS0 P0 X0 Y0 Z0");
    b.reach("S40");
    let frames = b.out_all();
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X2 Y0 Z0");
    assert!(frames.iter().any(|frame| frame.ends_with("020011")));
}

#[test]
fn rnmd_survives_a_comm_change() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    let mut b = x2();
    b.p_frame(HAIL_64_16);
    b.out_all();
    b.wait(TAIL);
    b.reach("S40");
    b.wait(PERSISTENCE_WAIT);
    let frames = b.out_all();
    assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X2 Y0 Z0");
    assert!(frames.iter().any(|frame| frame.ends_with("020011")));
}

#[test]
fn a_session_after_a_session_begins_like_the_first() {
    //= 211.0-B-6 table-6-6 initialise
    let mut b = s45();
    b.wait(TAIL);
    b.mode(Mode::ConnectingT);
    b.reach("S33");
    let hail = p_frame_digits(ROVER, 0, FRESH_HAIL);
    assert_eq!(b.out(), Some(hail), "VE(S) = 0 again");
    b.directive(LocalDirective::SetInitializeMode);
    assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    let _ = ORBITER;
}
