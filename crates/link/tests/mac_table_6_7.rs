//! Table 6-7, full duplex: session establishment, one test a row, and what its rows decide beyond the letter.
//!
//! States, triggers and values are those of the facts file (211.0-B-6 4.2, 4.3); frames are octets put together by hand.

mod common;
#[path = "common/session.rs"]
mod session;

use common::{ORBITER, ROVER, ms};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mac::{Duplex, LocalDirective, Mode, Role};
use magpie_link::mib::{HailResponse, MibBuilder};
use session::{
    ACQUISITION, Bench, CARRIER, CARRIER_LOSS, DROP_CARRIER, FRESH_HAIL, HAIL, HAIL_64_16,
    HAIL_WAIT, PLCW, RNMD, TAIL, TOKEN, caller, caller_mib, p_frame_digits, responder,
    responder_mib,
};

const FULL: Duplex = Duplex::Full;

fn settings(bits_per_s: u32) -> LinkSettings {
    LinkSettings::uncoded(bits_per_s).expect("in the table")
}

#[test]
fn e1_set_mode_connecting_l() {
    //= 211.0-B-6 table-6-7 E1
    let mut b = responder(FULL, "S1");
    assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    b.mode(Mode::ConnectingL);
    assert_eq!(b.line(), "S2 connecting-L T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["E1 S1-S2"]);
    assert_eq!(b.node.status().role, Role::Responder);
    assert_eq!((b.timer(), b.out()), (None, None));
    assert!(b.node.receives());
}

#[test]
fn e2_set_mode_connecting_t() {
    //= 211.0-B-6 table-6-7 E2
    let mut b = caller(FULL, "S1");
    b.mode(Mode::ConnectingT);
    assert_eq!(b.line(), "S31 connecting-T T1 M0 SS1 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E2 S1-S31"]);
    assert_eq!(b.node.status().role, Role::Caller);
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
}

#[test]
fn e2_starts_hail_lifetime() {
    //= 211.0-B-6 table-6-7 E2
    let mib = MibBuilder {
        hail_lifetime: ms(40),
        ..caller_mib()
    };
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S31");
    b.wait_exactly(ms(40));
    assert_eq!(b.line(), "S1 inactive T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(
        b.events(),
        ["HailLifetimeOver S31-S1", "EndOfSession(HailFailed)"]
    );
}

#[test]
fn e3_hail_received() {
    //= 211.0-B-6 table-6-7 E3
    let mut b = responder(FULL, "S2");
    b.p_frame(HAIL_64_16);
    assert_eq!(b.line(), "S41 active T1 M0 SS1 P0 X0 Y0 Z0");
    assert_eq!(
        b.events(),
        ["CommunicationValues", "E3 S2-S41", "HailReceived"]
    );
    // SET TRANSMITTER PARAMETERS of the hail is for this end's transmitter.
    let values = *b.node.communication_values();
    assert_eq!(values.transmitter, settings(64_000));
    assert_eq!(values.receiver, settings(16_000));
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
}

#[test]
fn e3_demands_a_plcw() {
    //= 211.0-B-6 table-6-7 E3
    let mut b = responder(FULL, "S2");
    b.p_frame(FRESH_HAIL);
    b.reach("S40");
    assert_eq!(b.out(), Some(p_frame_digits(ORBITER, 0, PLCW)));
    assert_eq!(b.out(), None, "NEED_PLCW is false again");
}

#[test]
fn e3_only_by_link_parameters() {
    //= 211.0-B-6 table-6-7 E3
    for other in [PLCW, RNMD, TOKEN, "02 0003", "02 F000", "00"] {
        let mut b = responder(FULL, "S2");
        let before = b.line();
        b.p_frame(other);
        assert_eq!(b.line(), before, "{other}");
        assert_eq!(b.rows(), [""; 0], "{other}");
    }
    // Rate code 1010 is reserved: the directive is refused, so nothing is left of this hail.
    let mut b = responder(FULL, "S2");
    b.p_frame("04 3480 3482");
    assert_eq!((b.state(), b.timer()), ("S2", None));
}

#[test]
fn e4_carrier_only_is_over() {
    //= 211.0-B-6 table-6-7 E4
    let mut b = caller(FULL, "S31");
    b.wait_exactly(CARRIER);
    assert_eq!(b.line(), "S32 connecting-T T1 M1 SS2 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E4 S31-S32"]);
    assert_eq!((b.timer(), b.out()), (Some(ACQUISITION), None));
}

#[test]
fn e5_acquisition_is_over_and_the_hail_goes_out() {
    //= 211.0-B-6 table-6-7 E5
    //= 211.0-B-6 6 hail-spdu
    //= 211.0-B-6 6 hail-order
    let mut b = caller(FULL, "S32");
    b.submit();
    b.wait_exactly(ACQUISITION);
    assert_eq!(b.line(), "S33 connecting-T T1 M1 SS3 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E5 S32-S33"]);
    assert_eq!(b.timer(), None);
    // Version 2, expedited, P-frame; destination 0x052; 12 octets; N(S) 0; then SET TRANSMITTER, SET RECEIVER, SET V(R) = 0.
    assert_eq!(b.out().as_deref(), Some("B052080B0006228022820003"));
    assert_eq!(b.state(), "S33");
}

#[test]
fn a_hail_names_the_caller_and_its_values_in_the_order_of_annex_b() {
    //= 211.0-B-6 6 hail-spdu
    //= 211.0-B-6 6 hail-order
    let mib = MibBuilder {
        hail_names_caller: true,
        hail_sets_v_r: false,
        ..caller_mib()
    };
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S31");
    // Own transmitter 1024 kb/s (extended table, code 1010): SET PL EXTENSIONS for the other end's receiver. Own receiver 64 kb/s.
    b.directive(LocalDirective::LoadCommunicationValueBuffer(
        CommunicationValues {
            transmitter: settings(1_024_000),
            receiver: settings(64_000),
        },
    ));
    b.reach("S33");
    // 3A80 SET TRANSMITTER 64 kb/s; PL EXTENSIONS: receive side 1, frequency table 0, rate table 1, carrier modulation 01, data
    // modulation 01, mode 01, scrambler 00, 0, 0, type 110 = 1010 1010 1000 0110; SET RECEIVER rate 1010: 0011 0100 1000 0010;
    // REPORT SOURCE SPACECRAFT ID 0x029: 0000101001 000 111.
    let spdu = "08 3A80 AA86 3482 0A47";
    assert_eq!(b.out(), Some(p_frame_digits(ROVER, 0, spdu)));
}

#[test]
fn e6_output_fifo_empty() {
    //= 211.0-B-6 table-6-7 E6
    let mut b = caller(FULL, "S33");
    b.out();
    assert_eq!(b.out(), None);
    assert_eq!(b.line(), "S34 connecting-T T1 M1 SS4 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E6 S33-S34"]);
    assert_eq!((b.timer(), b.out()), (Some(TAIL), None));
}

#[test]
fn e7_tail_is_over() {
    //= 211.0-B-6 table-6-7 E7
    let mut b = caller(FULL, "S34");
    b.wait_exactly(TAIL);
    // MODULATION is not in the row: E8 and E9 switch it off.
    assert_eq!(b.line(), "S35 connecting-T T0 M1 SS5 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E7 S34-S35"]);
    assert_eq!((b.timer(), b.out()), (Some(HAIL_WAIT), None));
}

#[test]
fn e8_nobody_answers() {
    //= 211.0-B-6 table-6-7 E8
    let mut b = caller(FULL, "S35");
    b.wait_exactly(HAIL_WAIT);
    assert_eq!(b.line(), "S31 connecting-T T1 M0 SS1 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E8 S35-S31", "HailRepeated"]);
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    b.reach("S33");
    let again = p_frame_digits(ROVER, 1, FRESH_HAIL);
    assert_eq!(b.out(), Some(again), "the same hail, VE(S) counts on");
}

#[test]
fn e9_valid_frame_answers() {
    //= 211.0-B-6 table-6-7 E9
    for by_u_frame in [false, true] {
        let mut b = caller(FULL, "S31");
        let values = CommunicationValues {
            transmitter: settings(64_000),
            receiver: settings(16_000),
        };
        b.directive(LocalDirective::LoadCommunicationValueBuffer(values));
        b.reach("S35");
        b.events();
        if by_u_frame {
            b.u_frame();
        } else {
            b.p_frame(PLCW);
        }
        assert_eq!(b.line(), "S41 active T1 M0 SS1 P0 X0 Y0 Z0");
        let events = ["CommunicationValues", "E9 S35-S41", "HailAnswered"];
        assert_eq!(b.events(), events);
        assert_eq!(*b.node.communication_values(), values);
        assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    }
}

#[test]
fn e9_by_symbol_lock_only_if_hail_response_says_so() {
    //= 211.0-B-6 table-6-7 E9
    for (hail_response, state) in [
        (HailResponse::ValidFrame, "S35"),
        (HailResponse::SymbolInlock, "S41"),
    ] {
        let mib = MibBuilder {
            hail_response,
            ..caller_mib()
        };
        let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S35");
        b.phy(true, false);
        assert_eq!(b.state(), "S35", "a carrier alone is no answer");
        b.phy(true, true);
        assert_eq!(b.state(), state);
    }
}

#[test]
fn e9_ends_hail_lifetime() {
    //= 211.0-B-6 table-6-7 E9
    let mib = MibBuilder {
        hail_lifetime: ms(2_000),
        ..caller_mib()
    };
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S40");
    b.wait(ms(10_000));
    assert_eq!((b.state(), b.timer()), ("S40", None));
}

#[test]
fn e10_carrier_only_is_over() {
    //= 211.0-B-6 table-6-7 E10
    for mut b in [caller(FULL, "S41"), responder(FULL, "S41")] {
        b.wait_exactly(CARRIER);
        assert_eq!(b.line(), "S42 active T1 M1 SS2 P0 X0 Y0 Z0");
        assert_eq!(b.events(), ["E10 S41-S42"]);
        assert_eq!((b.timer(), b.out()), (Some(ACQUISITION), None));
    }
}

#[test]
fn e11_acquisition_is_over() {
    //= 211.0-B-6 table-6-7 E11
    for (mut b, other, n_s) in [
        (caller(FULL, "S42"), ROVER, 1),
        (responder(FULL, "S42"), ORBITER, 0),
    ] {
        b.wait_exactly(ACQUISITION);
        assert_eq!(b.line(), "S40 active T1 M1 SS0 P0 X0 Y0 Z0");
        assert_eq!(b.events(), ["E11 S42-S40"]);
        assert_eq!(b.timer(), None);
        let first = b.out().expect("NEED_PLCW");
        assert!(first.ends_with(PLCW));
        assert_eq!(first[8..10], format!("{n_s:02X}"));
        assert_eq!(first[1..4], format!("0{other:02X}"));
    }
}

#[test]
fn e80_carrier_loss_at_the_caller() {
    //= 211.0-B-6 table-6-7 E80
    let mib = MibBuilder {
        carrier_loss_timer_duration: CARRIER_LOSS,
        ..caller_mib()
    };
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S40");
    b.phy(true, true);
    b.phy(false, false);
    b.events();
    b.wait_exactly(CARRIER_LOSS);
    assert_eq!(b.line(), "S80 active T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["CarrierLost", "E80 S40-S80"]);
    assert_eq!((b.timer(), b.out()), (Some(DROP_CARRIER), None));
}

#[test]
fn e81_hails_again_and_keeps_cop_p() {
    //= 211.0-B-6 table-6-7 E81
    let mib = MibBuilder {
        carrier_loss_timer_duration: CARRIER_LOSS,
        ..caller_mib()
    };
    let mut b = Bench::with(mib, FULL, Mode::ConnectingT, "S40");
    b.submit();
    assert_eq!(
        b.out_all().len(),
        1_000,
        "PLCW, then the packet again and again"
    );
    b.p_frame("8001"); // V(R) = 1: the packet has arrived
    b.phy(true, true);
    b.phy(false, false);
    b.wait(CARRIER_LOSS);
    b.events();
    b.wait_exactly(DROP_CARRIER);
    assert_eq!(b.line(), "S31 connecting-T T1 M0 SS1 P1 X0 Y0 Z0");
    assert_eq!(b.events(), ["E81 S80-S31"]);
    assert_eq!((b.timer(), b.out()), (Some(CARRIER), None));
    b.reach("S33");
    let hail = b.out().expect("a hail");
    assert!(hail.ends_with("0422802282"), "no SET V(R) now: {hail}");
    b.reach("S35");
    b.p_frame("8001");
    b.reach("S40");
    b.submit();
    let frame = b
        .out_all()
        .into_iter()
        .find(|frame| frame.starts_with("80"));
    assert_eq!(&frame.expect("the packet")[8..10], "01", "N(S) goes on");
}

#[test]
fn e82_carrier_loss_at_the_responder() {
    //= 211.0-B-6 table-6-7 E82
    let mib = MibBuilder {
        carrier_loss_timer_duration: CARRIER_LOSS,
        ..responder_mib()
    };
    let mut b = Bench::with(mib, FULL, Mode::ConnectingL, "S40");
    b.phy(true, true);
    b.phy(false, false);
    b.events();
    b.wait_exactly(CARRIER_LOSS);
    assert_eq!(b.line(), "S2 connecting-L T0 M0 SS0 P0 X0 Y0 Z0");
    assert_eq!(b.events(), ["CarrierLost", "E82 S40-S2"]);
    assert_eq!((b.timer(), b.out()), (None, None));
    b.p_frame(HAIL);
    assert_eq!(b.state(), "S41", "the next hail is heard");
}

#[test]
fn hail_lifetime_ends_every_hail_state() {
    //= 211.0-B-6 table-6-7 E8
    for (state, at) in [
        ("S31", 100),
        ("S32", 101 + 200),
        ("S33", 101 + 211 + 1),
        ("S34", 101 + 211 + 40),
        ("S35", 101 + 211 + 53 + 400),
    ] {
        let mib = MibBuilder {
            hail_lifetime: ms(at),
            ..caller_mib()
        };
        let mut b = Bench::inactive(mib, FULL);
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
        assert_eq!(b.timer(), None);
    }
}
