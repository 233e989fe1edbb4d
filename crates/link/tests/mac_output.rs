//! Table 6-14, output selection by sub-state, and table 6-6, the initial values.
//!
//! The order is that of the facts file (211.0-B-6 4.1 and 4.8); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;
#[path = "common/states.rs"]
mod states;

use common::{ROVER, ms, packet, port};
use magpie_link::clock::Duration;
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::MibBuilder;
use magpie_wire::id::Pcid;
use magpie_wire::v3::Qos;
use session::{
    Bench, FRESH_HAIL, PERSISTENCE_WAIT, RNMD, caller, caller_mib, p_frame_digits, responder,
};
use states::{FULL, HALF};

/// Something for every rank of table 6-14, as far as the state takes it.
fn load(b: &mut Bench) {
    for qos in [Qos::SequenceControlled, Qos::Expedited] {
        let _ = b.node.submit(b.now, port(3), qos, &packet(&[0x41]));
    }
    b.node.set_status_report(&[0xAB]).expect("one octet");
}

/// Which rank of table 6-14 a frame is of.
fn rank(frame: &str) -> &'static str {
    // Octet 0: version 10, quality of service, P-frame, construction 00, SCID 00.
    match &frame[..2] {
        "B0" if frame.ends_with("020011") => "MAC queue",
        "B0" if frame[10..].starts_with('8') => "reports",
        "B0" => "directives",
        "A0" => "expedited",
        "80" => "sequence controlled",
        other => panic!("octet {other}"),
    }
}

#[test]
fn only_sub_states_0_3_and_6_serve_frames() {
    //= 211.0-B-6 table-6-14 output
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(|mib| MibBuilder {
            carrier_loss_timer_duration: ms(701),
            ..mib
        });
        load(&mut b);
        let line = b.line();
        let serves = ["SS0", "SS3", "SS6"].iter().any(|ss| line.contains(ss));
        let on = line.contains("T1 M1");
        let out = b.out();
        if !serves || !on {
            assert_eq!((out, b.line()), (None, line), "{name}");
        }
    }
}

#[test]
fn carrier_without_modulation_serves_nothing() {
    //= 211.0-B-6 table-6-14 output
    for mut b in vec![
        caller(Duplex::Full, "S31"),
        caller(Duplex::Full, "S41"),
        caller(Duplex::Half, "S11"),
        responder(Duplex::Half, "S51"),
    ] {
        load(&mut b);
        assert!(b.line().contains("T1 M0 SS1"), "{}", b.line());
        assert_eq!(b.out(), None);
    }
}

#[test]
fn the_order_in_data_services() {
    //= 211.0-B-6 table-6-14 output
    let mut b = caller(Duplex::Full, "S40");
    load(&mut b);
    let reports = b.out().expect("NEED_PLCW and NEED_STATUS_REPORT");
    // One P-frame: PLCW 8000, then Type 3 (0, 010, length 1) with the octet AB.
    assert_eq!(reports, p_frame_digits(ROVER, 1, "8000 21AB"));
    let ranks: Vec<_> = (0..3).map(|_| b.out().expect("a frame")).collect();
    assert_eq!(rank(&ranks[0]), "expedited");
    assert_eq!(rank(&ranks[1]), "sequence controlled");
    assert_eq!(ranks[1], ranks[2], "SE1d: again, while nothing else waits");
}

#[test]
fn the_mac_queue_goes_first() {
    //= 211.0-B-6 table-6-14 output
    let mut b = caller(Duplex::Full, "S40");
    b.out();
    b.no_more_data();
    b.out().expect("RNMD");
    // Now RNMD and a PLCW become due at one moment.
    b.u_frame();
    b.wait(PERSISTENCE_WAIT);
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 3, RNMD)));
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 4, "8001")));
    assert_eq!(b.out(), None);
}

#[test]
fn directives_serve_the_mac_queue_alone() {
    //= 211.0-B-6 table-6-14 output
    // S33 (3), S13 (3), S54 (3), S56 (6), S48 (6): PERSISTENCE is true, so behind the MAC queue there is only idle.
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(|mib| mib);
        let line = b.line();
        if !line.contains("SS3") && !line.contains("SS6") {
            continue;
        }
        assert!(line.contains("P1"), "{name}: {line}");
        load(&mut b);
        for frame in b.out_all() {
            let rank = rank(&frame);
            assert!(
                rank == "MAC queue" || rank == "directives",
                "{name}: {frame}"
            );
        }
    }
}

#[test]
fn persistence_holds_user_data_back() {
    //= 211.0-B-6 table-6-14 output
    // S50 with Y = 2 (E63), and S50 after Send_Duration (E38).
    let mut b = caller(Duplex::Half, "S50");
    load(&mut b);
    b.directive(LocalDirective::LocalCommChange);
    assert!(b.line().contains("SS0 P1"));
    for frame in b.out_all() {
        assert!(!frame.starts_with("A0") && !frame.starts_with("80"));
    }
    assert_eq!(b.state(), "S58");
}

#[test]
fn resynchronisation_holds_user_data_back_but_not_reports() {
    //= 211.0-B-6 table-6-14 output
    // Conflict 8d: two ends that resynchronise at once need each other's PLCWs.
    let mib = MibBuilder {
        resync_waiting_period: ms(1_000),
        ..caller_mib()
    };
    let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingT, "S40");
    b.out_all();
    b.submit();
    b.out();
    b.p_frame("8001");
    b.submit();
    b.node.resynchronise(b.now, Pcid::Pcid0);
    // SET V(R) with NN(R) = 1: 0000 0001 0000 0011.
    let set_v_r = b.out().expect("SET V(R)");
    assert!(set_v_r.ends_with("020103"), "{set_v_r}");
    assert_eq!(b.out(), None, "the packet waits");
    b.u_frame();
    let plcw = b.out().expect("a PLCW");
    assert!(plcw.ends_with("8001"), "{plcw}");
    b.wait(ms(1_000));
    let again = b.out().expect("SET V(R)");
    assert!(again.ends_with("020103"), "{again}");
    b.p_frame("8001"); // N(R) = NN(R), no retransmit flag
    let data = b.out().expect("the packet");
    assert!(data.starts_with("80"), "{data}");
}

#[test]
fn idle_is_the_drivers_so_nothing_pending_gives_nothing() {
    //= 211.0-B-6 table-6-14 output
    let mut b = caller(Duplex::Full, "S40");
    b.out_all();
    for _ in 0..10 {
        assert_eq!(b.out(), None);
        b.wait(Duration::from_secs(1));
    }
}

#[test]
fn initialise_sets_every_variable() {
    //= 211.0-B-6 table-6-6 initialise
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(|mib| MibBuilder {
            carrier_loss_timer_duration: ms(701),
            plcw_repeat_interval: Duration::from_secs(30),
            ..mib
        });
        let duplex = b.node.status().duplex;
        b.directive(LocalDirective::SetInitializeMode);
        assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0", "{name}");
        assert_eq!(
            b.node.poll_timeout(),
            None,
            "WT, CARRIER_LOSS_TIMER, PLCW_TIMER"
        );
        assert_eq!(b.node.status().duplex, duplex);
        assert_eq!(b.node.status().failed_token_passes, 0);
        assert!(!b.node.status().local_no_more_data);
        for pcid in [Pcid::Pcid0, Pcid::Pcid1] {
            let cop_p = b.node.cop_p(pcid);
            let numbers = [
                cop_p.fop.v_s(),
                cop_p.fop.ve_s(),
                cop_p.fop.vv_s(),
                cop_p.fop.nn_r(),
                cop_p.farm.v_r(),
            ];
            assert!(numbers.iter().all(|n| n.get() == 0), "{name}: {numbers:?}");
            assert!(cop_p.farm.need_plcw() && cop_p.farm.need_status_report());
        }
        assert_eq!(b.out(), None);
    }
}

#[test]
fn initialise_tells_of_the_end_of_a_session_and_of_none() {
    //= 211.0-B-6 table-6-6 initialise
    let mut b = caller(Duplex::Full, "S40");
    b.directive(LocalDirective::SetInitializeMode);
    let events = b.events();
    assert!(events.contains(&"EndOfSession(SetInitializeMode)".to_owned()));
    b.directive(LocalDirective::SetInitializeMode);
    assert_eq!(b.events(), [""; 0]);
}

#[test]
fn after_a_session_the_numbers_begin_anew() {
    //= 211.0-B-6 table-6-6 initialise
    let mut b = caller(Duplex::Full, "S40");
    b.submit();
    b.u_frame();
    b.out_all();
    b.mode(Mode::Inactive);
    b.mode(Mode::ConnectingT);
    b.reach("S33");
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 0, FRESH_HAIL)));
    b.reach("S40");
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 1, "8000")));
    b.submit();
    let data = b.out().expect("the packet");
    assert_eq!(&data[8..10], "00", "V(S) = 0");
}

#[test]
fn plcw_timer_demands_a_plcw() {
    //= 211.0-B-6 6.2.4.19
    let mib = MibBuilder {
        plcw_repeat_interval: ms(400),
        ..caller_mib()
    };
    let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingT, "S40");
    b.out_all();
    for n_s in 2..6 {
        b.wait_exactly(ms(400));
        assert_eq!(b.out(), Some(p_frame_digits(ROVER, n_s, "8000")));
        assert_eq!(b.out(), None);
    }
    // A PLCW for another reason starts it anew.
    b.wait(ms(300));
    b.u_frame();
    assert!(b.out().is_some_and(|frame| frame.ends_with("8001")));
    assert_eq!(b.timer(), Some(ms(400)));
}

#[test]
fn plcw_timer_of_zero_is_inactive() {
    //= 211.0-B-6 6.2.4.19
    let mut b = caller(Duplex::Full, "S40");
    b.out_all();
    b.wait(Duration::from_secs(10_000));
    assert_eq!((b.out(), b.timer()), (None, None));
}
