//! Frame acceptance in a session (211.0-B-6 6.7 as the facts give it), and two physical channels at once.
//!
//! Frames are octets put together by hand: 10, quality of service, P-frame, construction, SCID | PCID, port, destination bit, length | N(S).

mod common;
#[path = "common/session.rs"]
mod session;
#[path = "common/states.rs"]
mod states;

use common::{ORBITER, ROVER, hex, ms, packet, port, scid};
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::MibBuilder;
use magpie_link::stats::Rejection;
use magpie_wire::id::Pcid;
use magpie_wire::v3::Qos;
use session::{Bench, FRESH_HAIL, caller_mib, frame_to, responder, responder_mib};
use states::{FULL, HALF};

/// A frame that names its source: bit 20 is 0.
fn frame_from(source: u16, spdus: &str) -> Vec<u8> {
    let mut frame = frame_to(source, 0xB0, 0, &hex(spdus));
    frame[2] &= !0x08;
    frame
}

/// The same frame on PCID 1: bit 16.
fn on_pcid_1(mut frame: Vec<u8>) -> Vec<u8> {
    frame[2] |= 0x80;
    frame
}

#[test]
fn the_destination_is_this_spacecraft() {
    //= 211.0-B-6 6.7 frame-acceptance
    let mut b = responder(Duplex::Full, "S2");
    let before = b.line();
    let other = frame_to(0x3FF, 0xB0, 0, &hex(FRESH_HAIL));
    assert_eq!(b.octets(&other), Err(Rejection::WrongDestination));
    assert_eq!(
        (b.line(), b.events()),
        (before, vec!["WrongScid(1023)".to_owned()])
    );
    let own = frame_to(ROVER, 0xB0, 0, &hex(FRESH_HAIL));
    assert_eq!(b.octets(&own), Ok(()));
    assert_eq!(b.state(), "S41");
}

#[test]
fn the_source_counts_only_with_test_source() {
    //= 211.0-B-6 6.7 frame-acceptance
    let mut b = responder(Duplex::Full, "S2");
    assert_eq!(b.octets(&frame_from(0x3FF, FRESH_HAIL)), Ok(()));
    assert_eq!(b.state(), "S41");

    let mib = MibBuilder {
        test_source: true,
        ..responder_mib()
    };
    let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingL, "S2");
    b.directive(LocalDirective::SetReceivingScidBuffer(Some(scid(ORBITER))));
    let refused = b.octets(&frame_from(0x3FF, FRESH_HAIL));
    assert_eq!((refused, b.state()), (Err(Rejection::WrongSource), "S2"));
    assert_eq!(b.events(), ["WrongScid(1023)"]);
    assert_eq!(b.octets(&frame_from(ORBITER, FRESH_HAIL)), Ok(()));
    assert_eq!(b.state(), "S41");
}

#[test]
fn the_first_valid_frame_fills_the_buffer_until_s1() {
    //= 211.0-B-6 6.7 frame-acceptance
    let mib = MibBuilder {
        test_source: true,
        ..responder_mib()
    };
    let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingL, "S2");
    assert_eq!(b.octets(&frame_from(0x111, FRESH_HAIL)), Ok(()));
    assert!(
        b.events()
            .contains(&"ReceivingScidLearnt(Scid(273))".to_owned())
    );
    let other = b.octets(&frame_from(ORBITER, "8000"));
    assert_eq!(other, Err(Rejection::WrongSource));
    b.mode(Mode::Inactive);
    b.mode(Mode::ConnectingL);
    assert_eq!(b.octets(&frame_from(ORBITER, FRESH_HAIL)), Ok(()));
    assert_eq!(b.state(), "S41");
}

#[test]
fn the_physical_channel_is_the_remote_one() {
    //= 211.0-B-6 6.7 frame-acceptance
    let hail = frame_to(ROVER, 0xB0, 0, &hex(FRESH_HAIL));
    let on_1 = on_pcid_1(hail.clone());
    let mut b = responder(Duplex::Full, "S2");
    assert_eq!(b.octets(&on_1), Err(Rejection::WrongPcid));
    assert_eq!(b.events(), ["WrongPcid(Pcid1)"]);
    assert_eq!(b.state(), "S2");

    let mib = MibBuilder {
        remote_pcid: Pcid::Pcid1,
        ..responder_mib()
    };
    let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingL, "S2");
    assert_eq!(b.octets(&hail), Err(Rejection::WrongPcid));
    assert_eq!(b.octets(&on_1), Ok(()));
    assert_eq!(b.state(), "S41");

    let mib = MibBuilder {
        both_physical_channels: true,
        ..responder_mib()
    };
    for frame in [hail, on_1] {
        let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingL, "S2");
        assert_eq!(b.octets(&frame), Ok(()));
        assert_eq!(b.state(), "S41");
    }
}

/// Frames that no end takes: the octets and the reason.
fn broken(to: u16) -> [(Vec<u8>, Rejection); 9] {
    let plcw = hex("8000");
    let good = frame_to(to, 0xB0, 0, &plcw);
    let with = |at: usize, value: u8| {
        let mut frame = good.clone();
        frame[at] = value;
        frame
    };
    [
        (vec![], Rejection::FrameStructure),
        (good[..4].to_vec(), Rejection::FrameStructure),
        (good[..6].to_vec(), Rejection::FrameStructure),
        ([&good[..], &[0]].concat(), Rejection::FrameStructure),
        (with(0, 0x70), Rejection::FrameVersion),
        (with(0, 0x90), Rejection::PFrameRule), // a sequence-controlled P-frame
        (with(0, 0xBC), Rejection::PFrameRule), // construction 11 in a P-frame
        (with(2, 0x18), Rejection::PFrameRule), // port 1 in a P-frame
        (frame_to(to, 0xA8, 0, &plcw), Rejection::ReservedDfc),
    ]
}

#[test]
fn what_is_no_valid_frame_changes_nothing_in_any_state() {
    //= 211.0-B-6 6.7 frame-acceptance
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(|mib| MibBuilder {
            carrier_loss_timer_duration: ms(701),
            ..mib
        });
        let to = b.node.mib().local_spacecraft_id.get();
        let (before, timer, values) = (b.line(), b.timer(), *b.node.communication_values());
        for (octets, why) in broken(to) {
            let receives = b.node.receives();
            let expected = if receives {
                why
            } else {
                Rejection::NotReceiving
            };
            assert_eq!(b.octets(&octets), Err(expected), "{name}: {octets:02X?}");
            let count = b.node.stats().rejected(expected);
            assert!(count > 0);
        }
        assert_eq!((b.line(), b.timer()), (before, timer), "{name}");
        assert_eq!(*b.node.communication_values(), values, "{name}");
    }
}

#[test]
fn frames_outside_a_session_are_refused_by_name() {
    //= 211.0-B-6 6.7 frame-acceptance
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(|mib| MibBuilder {
            carrier_loss_timer_duration: ms(701),
            ..mib
        });
        let to = b.node.mib().local_spacecraft_id.get();
        let answer = b.octets(&frame_to(to, 0x80, 0, &packet(&[1])));
        let outside = ["S2", "S31", "S32", "S33", "S34", "S80"].contains(&b.state());
        match answer {
            Err(Rejection::NotInSession) => assert!(outside, "{name}"),
            Err(Rejection::NotReceiving) => assert!(!b.node.receives(), "{name}"),
            other => assert!(other.is_ok() && !outside, "{name}: {other:?}"),
        }
    }
}

/// Both physical channels, in S40, everything that was due sent.
fn two_channels() -> Bench {
    let mib = MibBuilder {
        both_physical_channels: true,
        ..caller_mib()
    };
    let mut b = Bench::with(mib, Duplex::Full, Mode::ConnectingT, "S35");
    b.p_frame("8000 9000"); // PLCWs for both: bit 3 is the PCID
    b.reach("S40");
    b
}

fn submit_on(b: &mut Bench, pcid: Pcid, qos: Qos) {
    b.node
        .submit_on(b.now, pcid, port(0), qos, &packet(&[0x41]))
        .expect("room");
}

#[test]
fn each_physical_channel_has_its_reports() {
    //= 211.0-B-6 6.7 frame-acceptance
    let mut b = two_channels();
    let first = b.out().expect("two PLCWs");
    assert!(first.ends_with("80009000"), "{first}");
    let data = on_pcid_1(frame_to(ORBITER, 0x80, 0, &packet(&[1])));
    assert_eq!(b.octets(&data), Ok(()));
    let report = b.out().expect("a PLCW for PCID 1");
    assert!(report.ends_with("9001"), "{report}");
    assert!(!report.contains("8000"), "none for PCID 0: {report}");
    assert_eq!(b.node.cop_p(Pcid::Pcid0).farm.v_r().get(), 0);
}

#[test]
fn each_physical_channel_has_its_numbers() {
    //= 211.0-B-6 7.1 ve-s
    let mut b = two_channels();
    b.out();
    for pcid in [Pcid::Pcid0, Pcid::Pcid1, Pcid::Pcid1] {
        submit_on(&mut b, pcid, Qos::SequenceControlled);
    }
    submit_on(&mut b, Pcid::Pcid1, Qos::Expedited);
    let frames = [0; 4].map(|_| b.out().expect("a frame"));
    // First octet, PCID with port and destination bit, N(S).
    let heads = frames
        .each_ref()
        .map(|frame| (&frame[..2], &frame[4..5], &frame[8..10]));
    assert!(heads.contains(&("80", "0", "00")), "{heads:?}");
    assert!(
        heads.contains(&("A0", "8", "00")),
        "VE(S) of PCID 1: {heads:?}"
    );
    assert!(heads.contains(&("80", "8", "00")), "{heads:?}");
    b.p_frame("9001");
    assert!(!b.node.all_acknowledged(), "PCID 0 is not");
    b.p_frame("8001");
    assert!(b.node.all_acknowledged());
}

#[test]
fn no_more_data_waits_for_both_physical_channels() {
    //= 211.0-B-6 table-6-9 E21
    let mut b = two_channels();
    b.out();
    submit_on(&mut b, Pcid::Pcid1, Qos::SequenceControlled);
    b.no_more_data();
    b.out_all();
    assert!(b.line().contains("X0"), "{}", b.line());
    b.p_frame("9001");
    b.out_all();
    assert!(b.line().contains("X2"), "{}", b.line());
}

#[test]
fn a_report_for_a_channel_that_is_not_used_is_refused() {
    //= 211.0-B-6 6.7 frame-acceptance
    let mut b = responder(Duplex::Full, "S40");
    b.p_frame("9001");
    assert_eq!(b.node.stats().rejected(Rejection::PlcwOtherPcid), 1);
    let refused = b.node.submit_on(
        b.now,
        Pcid::Pcid1,
        port(0),
        Qos::Expedited,
        &packet(&[0x41]),
    );
    assert!(refused.is_err());
}
