//! Table 6-11, half duplex: data services and the token, one test a row, and the decisions about it.
//!
//! States, triggers and values are those of the facts file (211.0-B-6 4.2, 4.6); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;

use common::{ORBITER, ROVER, ms};
use magpie_link::clock::Duration;
use magpie_link::mac::{Duplex, Mode};
use magpie_link::mib::MibBuilder;
use session::{
    ACQUISITION, Bench, CARRIER, CARRIER_LOSS, DROP_CARRIER, FRESH_HAIL, PLCW, RECEIVE,
    RECEIVE_AT_RESPONDER, SEND, TAIL, TOKEN, caller, p_frame_digits, responder, responder_mib,
};

const HALF: Duplex = Duplex::Half;

/// In S50 for the second time: the other end has reported, so sequence-controlled frames may go out.
fn second_turn() -> Bench {
    let mut b = responder(HALF, "S60");
    b.p_frame(PLCW);
    b.reach("S50");
    b.events();
    b
}

#[test]
fn e38_send_duration_expires() {
    //= 211.0-B-6 table-6-11 E38
    let mut b = second_turn();
    for _ in 0..300 {
        b.submit();
    }
    b.out();
    b.out().expect("a frame with packets");
    b.wait_exactly(SEND);
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E38 S50-S50"]);
    assert_eq!(b.timer(), None);
    let next = b.out().expect("the token");
    assert!(next.ends_with("020009"), "no user data any more: {next}");
}

#[test]
fn e38_lets_a_plcw_out_before_the_token() {
    //= 211.0-B-6 table-6-11 E38
    //= 211.0-B-6 table-6-11 E39
    // Conflict 8c: NEED_PLCW is true when PERSISTENCE is set; E39 asks for NEED_PLCW = false.
    let mut b = responder(HALF, "S50");
    b.wait(SEND);
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P1 X0 Y0 Z0");
    assert_eq!(b.out(), Some(p_frame_digits(ORBITER, 0, PLCW)));
    // Three copies: a lost token costs both ends a Receive_Duration.
    for n_s in 1..=3 {
        assert_eq!(b.out(), Some(p_frame_digits(ORBITER, n_s, TOKEN)));
    }
    assert_eq!(b.out(), None);
    assert_eq!(b.state(), "S58");
}

#[test]
fn e39_no_frames_pending() {
    //= 211.0-B-6 table-6-11 E39
    let mut b = responder(HALF, "S50");
    assert_eq!(b.out(), Some(p_frame_digits(ORBITER, 0, PLCW)));
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P0 X0 Y0 Z0");
    b.events();
    // SET CONTROL PARAMETERS with bit 12: 0009; one directive of two octets, so 02.
    assert_eq!(b.out().as_deref(), Some("B029080701020009"));
    assert_eq!(b.line(), "S56 active T1 M1 SS6 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E39 S50-S56"]);
    assert_eq!(b.timer(), None);
}

#[test]
fn e39_not_while_data_waits() {
    //= 211.0-B-6 table-6-11 E39
    let mut b = second_turn();
    b.submit();
    b.out();
    let data = b.out().expect("the packet");
    assert!(data.starts_with("8029"), "{data}");
    assert_eq!(b.state(), "S50");
    // It cannot be acknowledged in this turn: no repetition, the token follows.
    assert!(b.out().expect("the token").ends_with("020009"));
}

#[test]
fn e40_carrier_only_is_over() {
    //= 211.0-B-6 table-6-11 E40
    let mut b = responder(HALF, "S51");
    b.wait_exactly(CARRIER);
    assert_eq!(b.line(), "S52 active T1 M1 SS2 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E40 S51-S52"]);
    assert_eq!((b.timer(), b.out()), (Some(ACQUISITION), None));
}

#[test]
fn e41_acquisition_is_over() {
    //= 211.0-B-6 table-6-11 E41
    let mut b = responder(HALF, "S52");
    b.wait_exactly(ACQUISITION);
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E41 S52-S50"]);
    assert_eq!(b.timer(), Some(SEND));
}

#[test]
fn e42_the_token_is_out() {
    //= 211.0-B-6 table-6-11 E42
    let mut b = responder(HALF, "S56");
    b.events();
    b.out_all();
    assert_eq!(b.line(), "S58 active T1 M1 SS4 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E42 S56-S58"]);
    assert_eq!((b.timer(), b.out()), (Some(TAIL), None));
    assert_eq!(b.node.status().failed_token_passes, 1);
}

#[test]
fn e43_tail_is_over() {
    //= 211.0-B-6 table-6-11 E43
    //= 211.0-B-6 table-6-11 receive-duration
    for (mut b, receive) in [
        (caller(HALF, "S58"), RECEIVE),
        // Half as long again: two ends that both missed the token do not act at once.
        (responder(HALF, "S58"), RECEIVE_AT_RESPONDER),
    ] {
        b.wait_exactly(TAIL);
        assert_eq!(b.line(), "S62 active T0 M0 SS2 P0 X0 Y0 Z0");
        assert_eq!(b.events(), ["E43 S58-S62"]);
        assert_eq!((b.timer(), b.out()), (Some(receive), None));
        assert!(b.node.receives());
    }
}

#[test]
fn e43_forgets_the_carrier() {
    //= 211.0-B-6 table-6-11 carrier-forgotten
    // Conflict 8b: the receiver was off, so what it said before counts no more.
    let mut b = responder(HALF, "S2");
    b.phy(true, true);
    b.reach("S58");
    b.wait(TAIL);
    assert_eq!(b.state(), "S62");
    assert!(!b.node.status().carrier_acquired);
    b.wait(RECEIVE_AT_RESPONDER);
    assert_eq!(b.state(), "S51", "E50, for no carrier has been told since");
    // Told again without a change, it is a new one.
    b.reach("S62");
    b.phy(true, true);
    assert_eq!(b.state(), "S61");
}

#[test]
fn e44_sender_overran() {
    //= 211.0-B-6 table-6-11 E44
    let mut b = caller(HALF, "S60");
    b.phy(true, true);
    b.events();
    b.wait_exactly(RECEIVE);
    assert_eq!(b.line(), "S60 active T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E44 S60-S60", "SenderOverran"]);
    assert_eq!(b.timer(), Some(RECEIVE));
}

#[test]
fn e44_and_e45_have_an_end() {
    //= 211.0-B-6 table-6-11 carrier-forgotten
    // Conflict 8b: a carrier that never drops. Maximum_Failed_Token_Passes is 2.
    for state in ["S60", "S61"] {
        let mut b = caller(HALF, "S62");
        b.phy(true, true);
        if state == "S60" {
            b.u_frame();
        }
        b.events();
        b.wait(b.timer().expect("WT"));
        b.wait(RECEIVE);
        assert_eq!(b.state(), state);
        b.wait(RECEIVE);
        assert_eq!(b.state(), "S51");
        let row = if state == "S60" { "E44" } else { "E45" };
        assert_eq!(b.rows().iter().filter(|r| r.starts_with(row)).count(), 2);
    }
}

#[test]
fn e45_carrier_but_no_data() {
    //= 211.0-B-6 table-6-11 E45
    let mut b = caller(HALF, "S62");
    b.wait(ms(1_000));
    b.phy(true, true);
    b.events();
    b.wait_exactly(ms(3_001));
    assert_eq!(b.line(), "S61 active T0 M0 SS1 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E45 S61-S61", "NoDataThisContact"]);
    assert_eq!(b.timer(), Some(RECEIVE));
}

#[test]
fn e46_valid_frame() {
    //= 211.0-B-6 table-6-11 E46
    for by_u_frame in [false, true] {
        let mut b = caller(HALF, "S61");
        b.events();
        if by_u_frame {
            b.u_frame();
        } else {
            b.p_frame(PLCW);
        }
        assert_eq!(b.line(), "S60 active T0 M0 SS0 P0 X0 Y0 Z0");
        assert_eq!(b.events(), ["E46 S61-S60"]);
        assert_eq!(b.out(), None);
        assert_eq!(b.timer(), Some(RECEIVE), "WT anew, docs/deviations.md");
        assert_eq!(b.node.status().failed_token_passes, 0, "it arrived");
    }
}

#[test]
fn e47_carrier_acquired() {
    //= 211.0-B-6 table-6-11 E47
    let mut b = caller(HALF, "S62");
    b.wait(ms(1));
    b.phy(true, false);
    assert_eq!(b.line(), "S61 active T0 M0 SS1 P0 X0 Y0 Z0");
    assert_eq!(b.rows(), ["E47 S62-S61"]);
    assert_eq!(b.timer(), Some(ms(4_000)), "WT runs on");
    // A transport that tells of no carrier: the frame came by one.
    let mut b = caller(HALF, "S62");
    b.u_frame();
    assert_eq!(b.rows(), ["E47 S62-S61", "E46 S61-S60"]);
}

#[test]
fn e48_missed_token() {
    //= 211.0-B-6 table-6-11 E48
    let mut b = caller(HALF, "S60");
    b.phy(true, true);
    b.phy(false, false);
    b.events();
    b.wait_exactly(RECEIVE);
    assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y0 Z0");
    assert!(b.events().contains(&"E48 S60-S51".to_owned()));
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
}

#[test]
fn e49_token_received() {
    //= 211.0-B-6 table-6-11 E49
    for (state, rows) in [
        ("S60", &["E49 S60-S51"][..]),
        ("S61", &["E46 S61-S60", "E49 S60-S51"]),
    ] {
        let mut b = caller(HALF, "S62");
        b.reach(state);
        b.events();
        b.p_frame(TOKEN);
        assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y0 Z0");
        assert_eq!(b.rows(), rows);
        assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    }
}

#[test]
fn e50_no_carrier() {
    //= 211.0-B-6 table-6-11 E50
    for state in ["S61", "S62"] {
        let mut b = caller(HALF, "S62");
        if state == "S61" {
            b.phy(true, true);
            b.phy(false, false);
        }
        b.events();
        b.wait_exactly(RECEIVE);
        assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y0 Z0");
        assert_eq!(b.events(), ["NoCarrier", &format!("E50 {state}-S51")]);
        assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    }
}

/// One turn without an answer after another, until the state is one of these; the rows taken.
fn unanswered(b: &mut Bench, until: &[&str]) -> Vec<String> {
    let mut rows = vec![];
    for _ in 0..200 {
        rows.append(&mut b.rows());
        if until.contains(&b.state()) {
            return rows;
        }
        if b.out().is_none()
            && !until.contains(&b.state())
            && let Some(left) = b.timer()
        {
            b.wait(left);
        }
    }
    panic!("still {}", b.line());
}

#[test]
fn e83_too_many_failed_tokens() {
    //= 211.0-B-6 table-6-11 E83
    let mut b = caller(HALF, "S50");
    let rows = unanswered(&mut b, &["S80"]);
    assert_eq!(b.line(), "S80 active T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(rows.last().map(String::as_str), Some("E83 S50-S80"));
    assert_eq!((b.timer(), b.out()), (Some(DROP_CARRIER), None));
    // Conflict 8e: at the responder to S2, or both would hail and neither listen.
    let mut b = responder(HALF, "S50");
    let rows = unanswered(&mut b, &["S80", "S2"]);
    assert_eq!(b.line(), "S2 connecting-L T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(rows.last().map(String::as_str), Some("E83 S50-S2"));
    assert_eq!((b.timer(), b.out()), (None, None));
    b.p_frame(FRESH_HAIL);
    assert_eq!(b.state(), "S51");
}

#[test]
fn e83_comes_after_more_than_the_maximum() {
    //= 211.0-B-6 table-6-11 E83
    // Maximum_Failed_Token_Passes is 2: two unanswered tokens are allowed, the third is one too many.
    let mut b = caller(HALF, "S50");
    for passes in 1..=3 {
        unanswered(&mut b, &["S58"]);
        assert_eq!(b.node.status().failed_token_passes, passes);
        unanswered(&mut b, &["S50", "S80"]);
        assert_eq!(b.state(), "S50");
    }
    assert_eq!(b.node.status().failed_token_passes, 3);
    unanswered(&mut b, &["S58", "S80"]);
    assert_eq!(b.state(), "S80");
    // Any valid frame begins the count anew.
    let mut b = caller(HALF, "S50");
    unanswered(&mut b, &["S58"]);
    unanswered(&mut b, &["S62"]);
    b.u_frame();
    assert_eq!(b.node.status().failed_token_passes, 0);
}

#[test]
fn carrier_loss_timer_is_cleared_when_the_carrier_returns() {
    //= 211.0-B-6 table-6-10 E85
    let mib = MibBuilder {
        carrier_loss_timer_duration: CARRIER_LOSS,
        ..responder_mib()
    };
    for by_frame in [false, true] {
        let mut b = Bench::with(mib, HALF, Mode::ConnectingL, "S60");
        b.phy(false, false);
        b.wait(ms(1));
        if by_frame {
            b.u_frame();
        } else {
            b.phy(true, true);
        }
        b.wait(CARRIER_LOSS);
        assert_eq!(b.state(), "S60", "by frame: {by_frame}");
    }
}

#[test]
fn nothing_is_due_without_a_state_that_sends() {
    //= 211.0-B-6 table-6-11 E44
    let mut b = caller(HALF, "S60");
    b.submit();
    assert_eq!(b.timer(), Some(RECEIVE));
    assert_eq!(b.out(), None, "TRANSMIT is off");
    assert!(Duration::ZERO < CARRIER && ROVER != ORBITER);
}
