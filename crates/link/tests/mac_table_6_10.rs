//! Table 6-10, half duplex: session establishment, one test a row.
//!
//! States, triggers and values are those of the facts file (211.0-B-6 4.2, 4.6); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;

use common::{ORBITER, ROVER, ms};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mac::{Duplex, LocalDirective, Mode, Role};
use magpie_link::mib::{HailResponse, MibBuilder};
use session::{
    ACQUISITION, Bench, CARRIER, CARRIER_LOSS, DROP_CARRIER, FRESH_HAIL, HAIL_64_16, HAIL_WAIT,
    PLCW, RECEIVE, TAIL, TOKEN, caller, caller_mib, p_frame_digits, responder, responder_mib,
};

const HALF: Duplex = Duplex::Half;

fn settings(bits_per_s: u32) -> LinkSettings {
    LinkSettings::uncoded(bits_per_s).expect("in the table")
}

#[test]
fn e29_set_mode_connecting_l() {
    //= 211.0-B-6 table-6-10 E29
    let mut b = responder(HALF, "S1");
    b.mode(Mode::ConnectingL);
    assert_eq!(b.line(), "S2 connecting-L T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E29 S1-S2"]);
    assert_eq!(b.node.status().role, Role::Responder);
    assert_eq!((b.timer(), b.out()), (None, None));
    assert!(b.node.receives());
}

#[test]
fn e30_hail_received() {
    //= 211.0-B-6 table-6-10 E30
    let mut b = responder(HALF, "S2");
    b.p_frame(HAIL_64_16);
    assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y0 Z0");
    let events = ["CommunicationValues", "E30 S2-S51", "HailReceived"];
    assert_eq!(b.events(), events);
    assert_eq!(b.node.communication_values().transmitter, settings(64_000));
    assert_eq!(b.node.communication_values().receiver, settings(16_000));
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    assert!(!b.node.receives());
}

#[test]
fn e31_set_mode_connecting_t() {
    //= 211.0-B-6 table-6-10 E31
    let mut b = caller(HALF, "S1");
    b.mode(Mode::ConnectingT);
    assert_eq!(b.line(), "S11 connecting-T T1 M0 SS1 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E31 S1-S11"]);
    assert_eq!(b.node.status().role, Role::Caller);
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    assert!(!b.node.receives());
}

#[test]
fn e32_carrier_only_is_over() {
    //= 211.0-B-6 table-6-10 E32
    let mut b = caller(HALF, "S11");
    b.wait_exactly(CARRIER);
    assert_eq!(b.line(), "S12 connecting-T T1 M1 SS2 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E32 S11-S12"]);
    assert_eq!((b.timer(), b.out()), (Some(ACQUISITION), None));
}

#[test]
fn e33_acquisition_is_over_and_the_hail_goes_out() {
    //= 211.0-B-6 table-6-10 E33
    //= 211.0-B-6 6 hail-spdu
    let mut b = caller(HALF, "S12");
    b.submit();
    b.wait_exactly(ACQUISITION);
    assert_eq!(b.line(), "S13 connecting-T T1 M1 SS3 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E33 S12-S13"]);
    assert_eq!(b.timer(), None);
    assert_eq!(b.out().as_deref(), Some("B052080B0006228022820003"));
    assert_eq!(b.state(), "S13");
}

#[test]
fn e34_output_fifo_empty() {
    //= 211.0-B-6 table-6-10 E34
    let mut b = caller(HALF, "S13");
    b.out();
    assert_eq!(b.out(), None);
    assert_eq!(b.line(), "S14 connecting-T T1 M1 SS4 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E34 S13-S14"]);
    assert_eq!((b.timer(), b.out()), (Some(TAIL), None));
}

#[test]
fn e35_tail_is_over() {
    //= 211.0-B-6 table-6-10 E35
    let mut b = caller(HALF, "S14");
    b.wait_exactly(TAIL);
    assert_eq!(b.line(), "S36 connecting-T T0 M0 SS5 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E35 S14-S36"]);
    assert_eq!((b.timer(), b.out()), (Some(HAIL_WAIT), None));
    assert!(b.node.receives());
}

#[test]
fn e36_nobody_answers() {
    //= 211.0-B-6 table-6-10 E36
    let mut b = caller(HALF, "S36");
    b.wait_exactly(HAIL_WAIT);
    assert_eq!(b.line(), "S11 connecting-T T1 M0 SS1 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E36 S36-S11", "HailRepeated"]);
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    b.reach("S13");
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 1, FRESH_HAIL)));
}

#[test]
fn e37_valid_frame_answers() {
    //= 211.0-B-6 table-6-10 E37
    for by_u_frame in [false, true] {
        let mut b = caller(HALF, "S11");
        let values = CommunicationValues {
            transmitter: settings(64_000),
            receiver: settings(16_000),
        };
        b.directive(LocalDirective::LoadCommunicationValueBuffer(values));
        b.reach("S36");
        b.events();
        if by_u_frame {
            b.u_frame();
        } else {
            b.p_frame(PLCW);
        }
        assert_eq!(b.line(), "S60 active T0 M0 SS0 P0 X0 Y0 Z0");
        let events = b.events();
        assert!(events.contains(&"E37 S36-S60".to_owned()), "{events:?}");
        assert_eq!(events.last().unwrap(), "HailAnswered");
        assert_eq!(*b.node.communication_values(), values);
        assert_eq!((b.timer(), b.out()), (Some(RECEIVE), None));
    }
}

#[test]
fn e37_is_not_for_symbol_lock() {
    //= 211.0-B-6 table-6-10 E37
    // The row prints a valid frame; the option of E9 is not there.
    let mib = MibBuilder {
        hail_response: HailResponse::SymbolInlock,
        ..caller_mib()
    };
    let mut b = Bench::with(mib, HALF, Mode::ConnectingT, "S36");
    b.phy(true, true);
    assert_eq!(b.line(), "S36 connecting-T T0 M0 SS5 P1 X0 Y0 Z0");
    assert_eq!(b.timer(), Some(HAIL_WAIT));
}

#[test]
fn e37_by_the_token_takes_the_turn_at_once() {
    //= 211.0-B-6 table-6-10 E37
    let mut b = caller(HALF, "S36");
    b.p_frame(TOKEN);
    assert_eq!(b.line(), "S51 active T1 M0 SS1 P0 X0 Y0 Z0");
    assert_eq!(b.rows(), ["E37 S36-S60", "E49 S60-S51"]);
}

/// No answer to any token: the caller is in S80.
pub(crate) fn s80() -> Bench {
    let mut b = caller(HALF, "S60");
    for _ in 0..200 {
        match b.timer() {
            _ if b.state() == "S80" => return b,
            Some(left) if b.out().is_none() => b.wait(left),
            _ => {
                b.out();
            }
        }
    }
    panic!("not in S80 but {}", b.line());
}

#[test]
fn e84_hails_again() {
    //= 211.0-B-6 table-6-10 E84
    let mut b = s80();
    b.events();
    assert_eq!(b.line(), "S80 active T0 M0 SS0 P0 X0 Y0 Z0");
    b.wait_exactly(DROP_CARRIER);
    assert_eq!(b.line(), "S11 connecting-T T1 M0 SS1 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E84 S80-S11"]);
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    b.reach("S13");
    let hail = b.out().expect("a hail");
    assert!(hail.ends_with("0422802282"), "no SET V(R) now: {hail}");
}

#[test]
fn e85_carrier_loss_at_the_responder() {
    //= 211.0-B-6 table-6-10 E85
    let mib = MibBuilder {
        carrier_loss_timer_duration: CARRIER_LOSS,
        ..responder_mib()
    };
    let mut b = Bench::with(mib, HALF, Mode::ConnectingL, "S60");
    b.phy(false, false);
    b.events();
    b.wait_exactly(CARRIER_LOSS);
    assert_eq!(b.line(), "S2 connecting-L T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["CarrierLost", "E85 S60-S2"]);
    assert_eq!((b.timer(), b.out()), (None, None));
    b.p_frame(FRESH_HAIL);
    assert_eq!(b.state(), "S51");
}

#[test]
fn e85_is_not_for_the_caller() {
    //= 211.0-B-6 table-6-10 E85
    let mib = MibBuilder {
        carrier_loss_timer_duration: CARRIER_LOSS,
        ..caller_mib()
    };
    let mut b = Bench::with(mib, HALF, Mode::ConnectingT, "S60");
    b.phy(false, false);
    b.events();
    b.wait(CARRIER_LOSS);
    assert_eq!(b.line(), "S60 active T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["CarrierLost"]);
    b.wait(ms(4_001 - 701));
    assert_eq!(b.rows(), ["E48 S60-S51"], "WT is its way out");
}

#[test]
fn hail_lifetime_ends_every_hail_state() {
    //= 211.0-B-6 table-6-10 E36
    for (state, at) in [
        ("S11", 100),
        ("S12", 101 + 200),
        ("S13", 101 + 211 + 1),
        ("S14", 101 + 211 + 40),
        ("S36", 101 + 211 + 53 + 400),
    ] {
        let mib = MibBuilder {
            hail_lifetime: ms(at),
            ..caller_mib()
        };
        let mut b = Bench::inactive(mib, HALF);
        b.mode(Mode::ConnectingT);
        b.reach(state);
        while b.state() == state && b.timer() > Some(ms(0)) {
            b.wait(ms(1));
        }
        let events = b.events();
        let over = format!("HailLifetimeOver {state}-S1");
        assert!(events.contains(&over), "{events:?}");
        assert_eq!(events.last().unwrap(), "EndOfSession(HailFailed)");
        assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    }
}

#[test]
fn a_hail_may_set_the_duplex() {
    //= 211.0-B-6 table-6-10 E30
    // SET CONTROL PARAMETERS, duplex 010 (half) in bits 6-8: 0000 0001 0000 0001.
    let mut b = responder(Duplex::Full, "S2");
    b.p_frame("06 2280 2282 0101");
    assert_eq!(b.rows(), ["E30 S2-S51"]);
    assert_eq!(b.node.status().duplex, Duplex::Half);
    // 001 (full): 0000 0000 1000 0001.
    let mut b = responder(HALF, "S2");
    b.p_frame("06 2280 2282 0081");
    assert_eq!(b.rows(), ["E3 S2-S41"]);
    let _ = ORBITER;
}
