//! Table 6-12, half duplex: the end of a session and `COMM_CHANGE`, one test a row.
//!
//! States, triggers and values are those of the facts file (211.0-B-6 4.6, annex B1); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;

use common::{ROVER, ms};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::MibBuilder;
use session::{
    Bench, CARRIER, HAIL_64_16, PLCW, RECEIVE, RNMD, SEND, TAIL, TOKEN, caller, caller_mib,
    p_frame_digits, responder,
};

const HALF: Duplex = Duplex::Half;

fn settings(bits_per_s: u32) -> LinkSettings {
    LinkSettings::uncoded(bits_per_s).expect("in the table")
}

/// Sends with 16 kb/s and receives with 64 kb/s, so the other end is told `HAIL_64_16`.
fn new_values() -> CommunicationValues {
    CommunicationValues {
        transmitter: settings(16_000),
        receiver: settings(64_000),
    }
}

fn values(b: &Bench) -> (LinkSettings, LinkSettings) {
    let values = b.node.communication_values();
    (values.transmitter, values.receiver)
}

/// What went out ends in these octets.
fn ends(out: Option<&String>, spdu: &str) -> bool {
    out.is_some_and(|frame| frame.ends_with(&spdu.replace(' ', "")))
}

/// A caller in S50 with X = 1, its PLCW sent.
fn s50_x1() -> Bench {
    let mut b = caller(HALF, "S50");
    b.out();
    b.no_more_data();
    b.events();
    b
}

/// A caller with X = 2, the token passed, in this state.
fn x2(state: &str) -> Bench {
    let mut b = s50_x1();
    b.out();
    b.reach(state);
    b.events();
    b
}

/// A caller in S50 with X = 4: RNMD was received after local no more data.
fn s50_x4() -> Bench {
    let mut b = caller(HALF, "S60");
    b.no_more_data();
    b.p_frame(RNMD);
    b.reach("S50");
    b.out();
    b.events();
    b
}

#[test]
fn e51_local_no_more_data() {
    //= 211.0-B-6 table-6-12 E51
    for state in ["S50", "S51", "S52", "S56", "S58", "S60", "S61", "S62"] {
        let mut b = caller(HALF, "S60");
        if state != "S60" {
            b.p_frame(TOKEN);
            b.reach(state);
        }
        b.events();
        let (before, timer) = (b.line(), b.timer());
        b.no_more_data();
        assert_eq!(b.line(), before.replace("X0", "X1"));
        assert_eq!(b.events(), [format!("E51 {state}-{state}")]);
        assert_eq!(b.timer(), timer);
        b.no_more_data();
        assert_eq!(b.rows(), [""; 0], "X = 1 already");
    }
}

#[test]
fn e52_local_no_more_data_after_rnmd() {
    //= 211.0-B-6 table-6-12 E52
    let mut b = caller(HALF, "S60");
    b.p_frame(RNMD);
    b.events();
    assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X3 Y0 Z0");
    b.no_more_data();
    assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X4 Y0 Z0");
    assert_eq!(b.events(), ["E52 S51-S51"]);
    assert_eq!(b.timer(), Some(CARRIER));
}

#[test]
fn e53_no_frames_pending_says_rnmd() {
    //= 211.0-B-6 table-6-12 E53
    let mut b = s50_x1();
    let out = b.out();
    assert!(ends(out.as_ref(), RNMD), "{out:?}");
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P0 X2 Y0 Z0");
    assert_eq!(b.events(), ["E53 S50-S50"]);
    // Then the token, for the session is not over before the answer.
    let out = b.out();
    assert!(ends(out.as_ref(), TOKEN), "{out:?}");
    assert_eq!(b.line(), "S56 active T1 M1 SS6 P1 X2 Y0 Z0");
}

#[test]
fn e53_waits_until_everything_is_acknowledged() {
    //= 211.0-B-6 table-6-12 E53
    let mut b = caller(HALF, "S50");
    b.submit();
    b.no_more_data();
    let frames = b.out_all();
    assert!(frames.iter().any(|frame| frame.starts_with("80")));
    assert!(!frames.iter().any(|frame| frame.ends_with("020011")));
    assert_eq!(b.line(), "S58 active T1 M1 SS4 P1 X1 Y0 Z0");
    b.reach("S61");
    b.p_frame("8001");
    b.reach("S50");
    let frames = b.out_all();
    assert!(frames.iter().any(|frame| frame.ends_with("020011")));
    assert_eq!(b.line(), "S58 active T1 M1 SS4 P1 X2 Y0 Z0");
}

#[test]
fn e53_is_said_again_in_every_turn() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    // Conflict 8a: RNMD may be lost.
    let mut b = x2("S60");
    for _ in 0..20 {
        b.p_frame(TOKEN);
        b.reach("S50");
        let frames = b.out_all();
        let said = frames.iter().filter(|frame| frame.ends_with("020011"));
        assert_eq!(said.count(), 1, "{frames:?}");
        assert!(ends(frames.last(), TOKEN));
        b.reach("S60");
        assert_eq!(b.line(), "S60 active T0 M0 SS0 P0 X2 Y0 Z0");
    }
}

#[test]
fn e54_rnmd_received() {
    //= 211.0-B-6 table-6-12 E54
    for (state, finished, x) in [
        ("S60", false, 3),
        ("S60", true, 4),
        ("S61", false, 3),
        ("S61", true, 4),
    ] {
        let mut b = caller(HALF, "S62");
        b.reach(state);
        if finished {
            b.no_more_data();
        }
        b.events();
        b.p_frame(RNMD);
        assert_eq!(b.line(), format!("S51 active T1 M0 SS1 P0 X{x} Y0 Z0"));
        let events = b.events();
        assert!(events.contains(&"RemoteNoMoreData".to_owned()));
        assert_eq!(events.last().unwrap(), "E54 S60-S51");
        assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    }
}

#[test]
fn e55_no_frames_pending() {
    //= 211.0-B-6 table-6-12 E55
    let mut b = s50_x4();
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P0 X4 Y0 Z0");
    let out = b.out();
    assert!(ends(out.as_ref(), RNMD), "{out:?}");
    assert_eq!(b.line(), "S54 active T1 M1 SS3 P1 X5 Y0 Z0");
    assert_eq!(b.events(), ["E55 S50-S54"]);
    assert_eq!(b.timer(), None);
}

#[test]
fn e56_rnmd_is_out() {
    //= 211.0-B-6 table-6-12 E56
    let mut b = s50_x4();
    // Decision 8a: nobody will answer, so it is said three times.
    let frames = b.out_all();
    assert_eq!(frames.len(), 3);
    assert!(frames.iter().all(|frame| frame.ends_with("020011")));
    assert_eq!(b.line(), "S55 active T1 M1 SS7 P1 X0 Y0 Z0");
    assert_eq!(b.rows(), ["E55 S50-S54", "E56 S54-S55"]);
    assert_eq!((b.timer(), b.out()), (Some(TAIL), None));
}

#[test]
fn e57_tail_is_over() {
    //= 211.0-B-6 table-6-12 E57
    let mut b = s50_x4();
    b.out_all();
    b.events();
    b.wait_exactly(TAIL);
    assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E57 S55-S1", "EndOfSession(NoMoreData)"]);
    assert_eq!((b.timer(), b.out()), (None, None));
}

#[test]
fn e58_rnmd_answers_ours() {
    //= 211.0-B-6 table-6-12 E58
    for state in ["S60", "S61"] {
        let mut b = x2(state);
        b.p_frame(RNMD);
        assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
        let events = b.events();
        let end = ["E58 S60-S1", "EndOfSession(NoMoreData)"];
        assert_eq!(events[events.len() - 2..], end, "{events:?}");
        assert_eq!((b.timer(), b.out()), (None, None));
    }
}

#[test]
fn e61_set_mode_inactive() {
    //= 211.0-B-6 table-6-12 E61
    let hail = ["S11", "S12", "S13", "S14", "S36", "S60"];
    let turn = ["S51", "S52", "S50", "S56", "S58", "S62", "S61", "S60"];
    let callers = hail.map(|state| caller(HALF, state));
    let responders = ["S2"].into_iter().chain(turn);
    let responders = responders.map(|state| responder(HALF, state));
    let mut ending = s50_x4();
    ending.out();
    let mut tail = s50_x4();
    tail.out_all();
    for mut b in callers
        .into_iter()
        .chain(responders)
        .chain([ending, tail, x2("S60")])
    {
        b.events();
        let state = b.state();
        b.mode(Mode::Inactive);
        assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
        let row = format!("E61 {state}-S1");
        assert_eq!(b.events(), [row.as_str(), "EndOfSession(SetModeInactive)"]);
        assert_eq!((b.timer(), b.out()), (None, None));
    }
}

#[test]
fn e62_local_comm_change_while_not_sending() {
    //= 211.0-B-6 table-6-12 E62
    for state in ["S51", "S52", "S60", "S61", "S62"] {
        let mut b = caller(HALF, "S60");
        if state != "S60" {
            b.p_frame(TOKEN);
            b.reach(state);
        }
        b.events();
        let (before, timer) = (b.line(), b.timer());
        b.directive(LocalDirective::LocalCommChange);
        assert_eq!(b.line(), before.replace("Y0", "Y1"));
        assert_eq!(b.events(), [format!("E62 {state}-{state}")]);
        assert_eq!(b.timer(), timer);
    }
}

/// In S50, the buffer loaded, PLCW sent.
fn s50_loaded() -> Bench {
    let mut b = caller(HALF, "S50");
    b.out();
    b.directive(LocalDirective::LoadCommunicationValueBuffer(new_values()));
    b.events();
    b
}

#[test]
fn e63_local_comm_change() {
    //= 211.0-B-6 table-6-12 E63
    let mut b = s50_loaded();
    b.directive(LocalDirective::LocalCommChange);
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P1 X0 Y2 Z0");
    assert_eq!(b.rows(), ["E63 S50-S50"]);
    assert_eq!(values(&b), (settings(8_000), settings(64_000)));
    assert_eq!(b.timer(), Some(SEND));
}

#[test]
fn e64_deferred_comm_change() {
    //= 211.0-B-6 table-6-12 E64
    let mut b = caller(HALF, "S60");
    b.directive(LocalDirective::LoadCommunicationValueBuffer(new_values()));
    b.directive(LocalDirective::LocalCommChange);
    b.p_frame(TOKEN);
    b.reach("S50");
    assert_eq!(b.line(), "S50 active T1 M1 SS0 P0 X0 Y1 Z0");
    assert!(ends(b.out().as_ref(), PLCW));
    b.events();
    // E64 and, as nothing is pending, E65 at once.
    let out = b.out();
    assert!(ends(out.as_ref(), HAIL_64_16), "{out:?}");
    assert_eq!(b.rows(), ["E64 S50-S50", "E65 S50-S56"]);
    assert_eq!(values(&b), (settings(8_000), settings(64_000)));
}

#[test]
fn e65_no_frames_pending() {
    //= 211.0-B-6 table-6-12 E65
    let mut b = s50_loaded();
    b.submit();
    b.directive(LocalDirective::LocalCommChange);
    b.events();
    let out = b.out().expect("the directives");
    let n_s = u8::from_str_radix(&out[8..10], 16).expect("hexadecimal");
    assert_eq!(out, p_frame_digits(ROVER, n_s, HAIL_64_16));
    assert_eq!(b.line(), "S56 active T1 M1 SS6 P1 X0 Y2 Z0");
    assert_eq!(b.events(), ["E65 S50-S56"]);
    assert_eq!(b.timer(), None);
}

#[test]
fn e66_the_directives_are_out() {
    //= 211.0-B-6 table-6-12 E66
    let mut b = s50_loaded();
    b.directive(LocalDirective::LocalCommChange);
    b.out();
    b.events();
    assert_eq!(b.out(), None);
    assert_eq!(b.line(), "S58 active T1 M1 SS4 P1 X0 Y2 Z0");
    assert_eq!(b.events(), ["E66 S56-S58"]);
    assert_eq!(b.timer(), Some(TAIL));
}

/// The directives are out and the other end is to answer.
fn y3_of(mib: MibBuilder) -> Bench {
    let mut b = Bench::with(mib, HALF, Mode::ConnectingT, "S50");
    b.out();
    b.directive(LocalDirective::LoadCommunicationValueBuffer(new_values()));
    b.directive(LocalDirective::LocalCommChange);
    b.reach("S62");
    b.events();
    b
}

fn y3() -> Bench {
    y3_of(caller_mib())
}

#[test]
fn e67_tail_is_over() {
    //= 211.0-B-6 table-6-12 E67
    let mut b = s50_loaded();
    b.directive(LocalDirective::LocalCommChange);
    b.out_all();
    b.events();
    b.wait_exactly(TAIL);
    // PERSISTENCE is not in the row; E68 prints it false.
    let line = b.line();
    assert!(line.starts_with("S62 active T0 M0 SS2 P"), "{line}");
    assert!(line.ends_with("X0 Y3 Z0"), "{line}");
    assert_eq!(b.events(), ["E67 S58-S62"]);
    assert_eq!((b.timer(), b.out()), (Some(RECEIVE), None));
}

#[test]
fn e68_valid_frame_on_the_new_values() {
    //= 211.0-B-6 table-6-12 E68
    let mut b = y3();
    b.phy(true, true);
    b.events();
    b.p_frame(PLCW);
    assert_eq!(b.line(), "S60 active T0 M0 SS0 P0 X0 Y0 Z0");
    let events = b.events();
    assert!(events.contains(&"E68 S61-S60".to_owned()), "{events:?}");
    assert!(events.contains(&"CommChanged".to_owned()), "{events:?}");
    assert_eq!(values(&b), (settings(16_000), settings(64_000)));
    assert!(b.timer().is_some());
}

#[test]
fn e68_without_an_answer_the_directives_go_out_again() {
    //= 211.0-B-6 table-6-12 E68
    let mut b = y3();
    b.wait(RECEIVE);
    assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y1 Z0");
    b.reach("S50");
    let frames = b.out_all();
    assert!(ends(frames.last(), HAIL_64_16), "{frames:?}");
    assert_eq!(b.line(), "S58 active T1 M1 SS4 P1 X0 Y2 Z0");
}

#[test]
fn e69_remote_comm_change() {
    //= 211.0-B-6 table-6-12 E69
    for state in ["S60", "S61"] {
        let mut b = caller(HALF, "S62");
        b.reach(state);
        b.events();
        b.p_frame(HAIL_64_16);
        assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y0 Z0");
        let events = b.events();
        assert!(events.contains(&"E69 S60-S51".to_owned()), "{events:?}");
        assert!(events.contains(&"CommChangeReceived".to_owned()));
        assert_eq!(values(&b), (settings(64_000), settings(16_000)));
        assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
        b.reach("S50");
        let first = b.out().expect("NEED_PLCW");
        assert!(first[10..].starts_with("80"), "{first}");
    }
}

#[test]
fn e69_repeated_hail_is_a_comm_change() {
    //= 211.0-B-6 table-6-12 E69
    // Conflict 8f: the caller did not hear the answer and hails again, this end waits in S60.
    let mut b = responder(HALF, "S60");
    b.p_frame("06 2280 2282 0003");
    assert_eq!(b.rows(), ["E69 S60-S51"]);
}

#[test]
fn comm_change_lifetime_over() {
    //= 211.0-B-6 table-6-12 E67
    let mut b = y3_of(MibBuilder {
        comm_change_lifetime: ms(3_000),
        ..caller_mib()
    });
    assert_eq!(values(&b), (settings(8_000), settings(64_000)));
    b.wait(ms(3_000));
    assert_eq!(b.line(), "S62 active T0 M0 SS2 P0 X0 Y0 Z0");
    let events = b.events();
    assert!(events.contains(&"CommChangeLifetimeOver S62-S62".to_owned()));
    assert!(events.contains(&"CommChangeFailed".to_owned()));
    assert_eq!(values(&b), (settings(8_000), settings(8_000)));
}

#[test]
fn comm_change_lifetime_leaves_send_duration_alone() {
    //= 211.0-B-6 table-6-11 E38
    let mut b = Bench::with(
        MibBuilder {
            comm_change_lifetime: ms(2_004),
            ..caller_mib()
        },
        HALF,
        Mode::ConnectingT,
        "S52",
    );
    b.wait(session::ACQUISITION);
    for _ in 0..300 {
        b.submit();
    }
    b.node
        .handle_directive(b.now, LocalDirective::LocalCommChange)
        .expect("E63");
    b.wait(ms(2_004)); // Send_Duration and one millisecond
    let frames = b.out_all();
    assert!(
        !frames.iter().any(|frame| frame.starts_with("80")),
        "{frames:?}"
    );
    assert!(
        b.state() == "S58" && ends(frames.last(), TOKEN),
        "{frames:?}"
    );
}
