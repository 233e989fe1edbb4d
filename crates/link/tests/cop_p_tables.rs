//! COP-P row by row: one test for each printed row of tables 7-1 and 7-2 and each validity rule. Expected values are worked from the rows
//! by hand; the all-pairs tests compare with the rules in plain integers.

use magpie_link::clock::{Duration, Instant};
use magpie_link::cop_p::{
    CopP, Discarded, Hold, Invalid, Notification, Offer, Reason, SendError, State, Unnumbered,
    Verdict,
};
use magpie_link::mib::MibBuilder;
use magpie_wire::id::{Pcid, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::v3::{FrameError, Qos, ScidRole, V3Frame, V3Header};

type End = CopP<Vec<u8>>;

const fn s(seconds: u64) -> Instant {
    Instant::from_micros(seconds * 1_000_000)
}

fn builder() -> MibBuilder {
    MibBuilder {
        transmission_window: 3,
        ..MibBuilder::new(Scid::new(1).unwrap(), Scid::new(2).unwrap())
    }
}

fn end_of(builder: MibBuilder) -> End {
    CopP::new(&builder.build().unwrap(), Pcid::Pcid0, vec![0; 4_096])
}

fn end() -> End {
    end_of(builder())
}

fn unnumbered(data: &[u8]) -> Unnumbered<'_> {
    let scid = Scid::new(2).unwrap();
    let header = V3Header::u_frame(Qos::SequenceControlled, scid, ScidRole::Destination);
    Unnumbered { header, data }
}

const SEQ: u8 = 1;
const EXP: u8 = 2;

/// One SE1 with these queues not empty: why and with which number something goes out.
fn se1(end: &mut End, queues: u8) -> Option<(Reason, u8)> {
    let offer = Offer {
        expedited: (queues & EXP != 0).then(|| unnumbered(b"e")),
        sequence_controlled: (queues & SEQ != 0).then(|| unnumbered(b"s")),
    };
    let mut buf = [0; 16];
    let sending = end.fop.poll_transmit(offer, &mut buf).unwrap()?;
    let frame = V3Frame::parse(&buf[..sending.len]).unwrap();
    let expedited = sending.reason == Reason::Expedited;
    assert_eq!(frame.qos() == Qos::Expedited, expedited);
    assert_eq!(frame.n_s(), sending.n_s);
    assert_eq!(frame.data_field(), if expedited { b"e" } else { b"s" });
    Some((sending.reason, sending.n_s.get()))
}

fn plcw(n_r: u8, retransmit: bool) -> u16 {
    let report_value = SeqNum::new(n_r);
    Plcw {
        retransmit,
        report_value,
        ..Plcw::default()
    }
    .word()
}

/// An end that has sent `n` new frames, `acknowledged` of them acknowledged.
fn sent(builder: MibBuilder, n: u8, acknowledged: u8) -> End {
    let mut end = end_of(builder);
    for n_s in 0..n {
        assert_eq!(se1(&mut end, SEQ), Some((Reason::New, n_s)));
    }
    assert_eq!(
        end.handle_fixed_spdu(s(0), plcw(acknowledged, false)),
        Ok(None)
    );
    end
}

/// V(S), VV(S), NN(R).
fn variables(end: &End) -> [u8; 3] {
    [end.fop.v_s(), end.fop.vv_s(), end.fop.nn_r()].map(SeqNum::get)
}

fn frame(qos: Qos, n_s: u8, receiver: &mut End) -> Verdict {
    let mut buf = [0; 16];
    let header = V3Header {
        qos,
        n_s: SeqNum::new(n_s),
        ..unnumbered(b"").header
    };
    let len = header.emit(b"x", &mut buf).unwrap();
    receiver
        .farm
        .handle_frame(&V3Frame::parse(&buf[..len]).unwrap())
}

#[test]
fn se0_and_se7_begin_anew() {
    //= 211.0-B-6 7.2 SE0
    //= 211.0-B-6 7.2 SE7
    for start_anew in [End::initialise, End::reset] {
        let mut end = sent(builder(), 3, 1);
        se1(&mut end, EXP);
        end.farm.select_plcw();
        end.farm.select_status_report();
        end.handle_fixed_spdu(s(0), plcw(200, false)).unwrap_err();
        end.resynchronise(s(0));
        start_anew(&mut end);
        assert_eq!((variables(&end), end.fop.ve_s().get()), ([0, 0, 0], 0));
        assert_eq!(
            (end.fop.state(), end.poll_timeout()),
            (State::S1Active, None)
        );
        assert!(!end.fop.rr_r() && end.fop.all_acknowledged());
        assert!(end.farm.need_plcw() && end.farm.need_status_report());
        assert_eq!(se1(&mut end, SEQ), Some((Reason::New, 0)));
    }
}

#[test]
fn se1_follows_the_printed_order() {
    let mut end = end();
    //= 211.0-B-6 7.2 SE1e
    assert_eq!(se1(&mut end, 0), None);
    //= 211.0-B-6 7.2 SE1a
    assert_eq!(se1(&mut end, SEQ | EXP), Some((Reason::Expedited, 0)));

    //= 211.0-B-6 7.2 SE1c
    for n_s in 0..3 {
        assert_eq!(se1(&mut end, SEQ), Some((Reason::New, n_s)));
    }
    assert_eq!(end.fop.hold(1), Some(Hold::Window));
    assert_eq!(variables(&end), [3, 3, 0]);
    //= 211.0-B-6 7.2 SE1d
    assert_eq!(se1(&mut end, SEQ), Some((Reason::Progressive, 0)));
    assert_eq!(variables(&end), [3, 1, 0]);
    //= 211.0-B-6 7.2 SE1b
    assert_eq!(se1(&mut end, SEQ | EXP), Some((Reason::Expedited, 1)));
    assert_eq!(se1(&mut end, SEQ), Some((Reason::Repeated, 1)));
    assert_eq!(se1(&mut end, SEQ), Some((Reason::Repeated, 2)));
    // Nothing new either: round again.
    assert_eq!(se1(&mut end, 0), Some((Reason::Progressive, 0)));
    end.handle_fixed_spdu(s(0), plcw(3, false)).unwrap();
    //= 211.0-B-6 7.2 SE1e
    assert_eq!(se1(&mut end, 0), None);
    assert_eq!(se1(&mut end, SEQ), Some((Reason::New, 3)));
}

#[test]
fn se1_in_s2_sends_no_user_frame() {
    //= 211.0-B-6 7.2 SE1 S2
    let mut end = sent(builder(), 2, 0);
    end.resynchronise(s(0));
    assert_eq!(se1(&mut end, SEQ | EXP), None);
    assert_eq!(end.fop.hold(1), Some(Hold::Resynchronising));
}

#[test]
fn se2_acknowledges_and_goes_back_if_asked_to() {
    //= 211.0-B-6 7.2 SE2
    let mut end = sent(builder(), 3, 1);
    assert_eq!((variables(&end), end.fop.unacknowledged()), ([3, 3, 1], 2));
    end.handle_fixed_spdu(s(0), plcw(2, true)).unwrap();
    assert_eq!((variables(&end), end.fop.rr_r()), ([3, 2, 2], true));
    assert_eq!(se1(&mut end, SEQ), Some((Reason::Repeated, 2)));
    // On the way back an acknowledgement overtakes VV(S).
    let mut end = sent(builder(), 3, 0);
    assert_eq!(se1(&mut end, 0), Some((Reason::Progressive, 0)));
    end.handle_fixed_spdu(s(0), plcw(3, false)).unwrap();
    assert_eq!(variables(&end), [3, 3, 3]);
}

#[test]
fn se2_in_s2_ends_with_the_response() {
    //= 211.0-B-6 7.2 SE2 S2
    //= 211.0-B-6 7.2 SE5
    let mut end = sent(builder(), 3, 1);
    end.resynchronise(s(0));
    // A late report that still acknowledges is no response, nor one with the retransmit flag.
    assert_eq!(end.handle_fixed_spdu(s(0), plcw(2, false)), Ok(None));
    assert_eq!(end.handle_fixed_spdu(s(0), plcw(2, true)), Ok(None));
    assert_eq!(end.fop.state(), State::S2Resynchronise);
    // By the letter RR(R) = 1 would make every response invalid for ever (rule 5).
    let answer = end.handle_fixed_spdu(s(0), plcw(2, false));
    assert_eq!(answer, Ok(Some(Notification::Resynchronised)));
    assert_eq!(
        (end.fop.state(), end.poll_timeout()),
        (State::S1Active, None)
    );
}

#[test]
fn se3_starts_the_timer_once_and_goes_back() {
    //= 211.0-B-6 7.2 SE3
    let mut end = sent(builder(), 3, 1);
    assert_eq!(
        end.handle_fixed_spdu(s(1), plcw(9, false)),
        Err(Invalid::Ahead)
    );
    assert_eq!(variables(&end), [3, 1, 1]);
    end.handle_fixed_spdu(s(5), plcw(9, false)).unwrap_err();
    assert_eq!(end.poll_timeout(), Some(s(11)), "10 s after the first one");
    end.handle_fixed_spdu(s(6), plcw(1, false)).unwrap();
    //= 211.0-B-6 7.2 SE2
    assert_eq!(end.poll_timeout(), None, "cleared by a valid one");
    let mut never = sent(
        MibBuilder {
            synch_timeout: Duration::ZERO,
            ..builder()
        },
        3,
        1,
    );
    never.handle_fixed_spdu(s(1), plcw(9, false)).unwrap_err();
    assert_eq!(never.poll_timeout(), None, "0 never expires");
}

#[test]
fn se3_and_se4_in_s2_change_nothing() {
    //= 211.0-B-6 7.2 SE3 S2
    //= 211.0-B-6 7.2 SE4 S2
    let mut end = sent(builder(), 3, 1);
    end.handle_fixed_spdu(s(0), plcw(9, false)).unwrap_err();
    end.resynchronise(s(0));
    let before = (variables(&end), end.poll_timeout());
    assert_eq!(
        end.handle_fixed_spdu(s(0), plcw(9, false)),
        Err(Invalid::Ahead)
    );
    assert_eq!(end.fop.handle_timeout(s(99)), None);
    assert_eq!((variables(&end), end.poll_timeout()), before);
    assert_eq!(end.fop.state(), State::S2Resynchronise);
}

#[test]
fn se4_notifies_and_resynchronises_if_that_is_local() {
    //= 211.0-B-6 7.2 SE4
    for resync_local in [false, true] {
        let mut end = sent(
            MibBuilder {
                resync_local,
                ..builder()
            },
            3,
            1,
        );
        end.handle_fixed_spdu(s(0), plcw(9, false)).unwrap_err();
        assert_eq!(end.handle_timeout(s(9)), None);
        let lost = Notification::SyncLost {
            resynchronising: resync_local,
        };
        assert_eq!(end.handle_timeout(s(10)), Some(lost));
        assert_eq!(end.handle_timeout(s(10)), None, "once");
        assert_eq!(end.fop.state() == State::S2Resynchronise, resync_local);
        assert_eq!(end.poll_set_v_r(s(10)).is_some(), resync_local);
    }
}

#[test]
fn resync_repeats_set_v_r_and_gives_up_after_its_lifetime() {
    //= 211.0-B-6 7.2.3.2 resync
    //= 211.0-B-6 7.2 SE6
    let mut end = sent(builder(), 3, 1);
    end.resynchronise(s(0));
    let mut directives = 0;
    for _ in 0..100 {
        let Some(at) = end.poll_timeout() else { break };
        if let Some(notification) = end.handle_timeout(at) {
            assert_eq!((at, notification), (s(30), Notification::ResyncFailed));
        }
        directives += u32::from(
            end.poll_set_v_r(at)
                .is_some_and(|d| d.seq_ctrl_fsn.get() == 1),
        );
    }
    assert_eq!(directives, 15, "every 2 s from 0 s to 28 s");
    assert_eq!(end.fop.state(), State::S1Active);
    assert_eq!(se1(&mut end, SEQ), Some((Reason::New, 3)));
}

#[test]
fn each_validity_rule_has_its_name() {
    let heard = |end: &mut End, word| end.handle_fixed_spdu(s(0), word).unwrap_err();
    let mut end = sent(builder(), 3, 1);
    //= 211.0-B-6 7.2.3.3 note-5 format
    assert_eq!(heard(&mut end, 0xC001), Invalid::Format);
    //= 211.0-B-6 7.2.3.3 note-5 behind
    assert_eq!(heard(&mut end, plcw(0, false)), Invalid::Behind);
    //= 211.0-B-6 7.2.3.3 note-5 ahead
    assert_eq!(heard(&mut end, plcw(4, false)), Invalid::Ahead);

    //= 211.0-B-6 7.2.3.3 note-5 retransmit-nothing
    assert_eq!(heard(&mut end, plcw(3, true)), Invalid::RetransmitNothing);
    //= 211.0-B-6 7.2.3.3 note-5 retransmit-withdrawn
    end.handle_fixed_spdu(s(0), plcw(2, true)).unwrap();
    assert_eq!(
        heard(&mut end, plcw(2, false)),
        Invalid::RetransmitWithdrawn
    );
    // The other channel's report is nobody's event: no timer, no way back.
    let other = Plcw {
        pcid: Pcid::Pcid1,
        report_value: SeqNum::new(9),
        ..Plcw::default()
    };
    let mut end = sent(builder(), 3, 1);
    assert_eq!(heard(&mut end, other.word()), Invalid::OtherPcid);
    assert_eq!((variables(&end), end.poll_timeout()), ([3, 3, 1], None));
}

#[test]
fn every_report_against_every_number_of_frames_out() {
    //= 211.0-B-6 7 half-range
    // In plain integers: of `out` unacknowledged frames a report can acknowledge 0 to `out`, and ask for one of them again.
    for out in 0..=127_u8 {
        let window = MibBuilder {
            transmission_window: 127,
            ..builder()
        };
        let base = sent(window, out, 0);
        for n_r in 0..=255_u8 {
            for retransmit in [false, true] {
                let mut end = base.clone();
                let valid = if retransmit { n_r < out } else { n_r <= out };
                let heard = end.handle_fixed_spdu(s(0), plcw(n_r, retransmit));
                assert_eq!(
                    heard.is_ok(),
                    valid,
                    "{out} out, N(R) = {n_r}, {retransmit}"
                );
                let kept = if valid { out - n_r } else { out };
                assert_eq!(end.fop.unacknowledged(), kept);
            }
        }
    }
}

#[test]
fn re0_to_re7_row_by_row() {
    let mut end = end();
    let fresh = end.farm.clone();
    //= 211.0-B-6 7.3 RE0
    assert_eq!(end.farm.plcw().word(), 0x8000);
    assert!(end.farm.need_plcw() && end.farm.need_status_report());
    //= 211.0-B-6 7.3 RE7
    assert_eq!(end.farm.select_plcw().word(), 0x8000);
    assert!(!end.farm.need_plcw());
    //= 211.0-B-6 7.3 RE1
    let unfit = [0x80, 0x02, 0x88, 0x04, 0x00]; // PCID 1
    let p_frame = [0x90, 0x02, 0x08, 0x06, 0x00, 0x80, 0x00]; // sequence-controlled P-frame
    for octets in [&unfit[..], &p_frame] {
        let verdict = end.farm.handle_frame(&V3Frame::parse(octets).unwrap());
        assert_eq!(verdict, Verdict::Discard(Discarded::Invalid));
    }
    assert_eq!(
        (end.farm.plcw().word(), end.farm.need_plcw()),
        (0x8000, false)
    );
    //= 211.0-B-6 7.3 RE3
    for count in [1, 2, 3, 4, 5, 6, 7, 0, 1] {
        assert_eq!(frame(Qos::Expedited, 77, &mut end), Verdict::Deliver);
        assert_eq!(end.farm.plcw().word(), 0x8000 | count << 8);
    }
    let p_frame = [0xB0, 0x02, 0x08, 0x06, 0x00, 0x80, 0x00];
    let verdict = end.farm.handle_frame(&V3Frame::parse(&p_frame).unwrap());
    assert_eq!(
        (verdict, end.farm.plcw().word()),
        (Verdict::Deliver, 0x8100)
    );
    assert!(!end.farm.need_plcw());
    //= 211.0-B-6 7.3 RE5
    let verdict = frame(Qos::SequenceControlled, 1, &mut end);
    assert_eq!(verdict, Verdict::Discard(Discarded::Gap));
    assert!(end.farm.need_plcw());
    assert_eq!(end.farm.select_plcw().word(), 0xA100);
    //= 211.0-B-6 7.3 RE4
    assert_eq!(
        frame(Qos::SequenceControlled, 0, &mut end),
        Verdict::Deliver
    );
    assert!(end.farm.need_plcw());
    assert_eq!(end.farm.select_plcw().word(), 0x8101);
    //= 211.0-B-6 7.3 RE6
    let verdict = frame(Qos::SequenceControlled, 0, &mut end);
    assert_eq!(verdict, Verdict::Discard(Discarded::Duplicate));
    assert_eq!(
        (end.farm.plcw().word(), end.farm.need_plcw()),
        (0x8101, false)
    );
    //= 211.0-B-6 7.3 RE2
    frame(Qos::SequenceControlled, 2, &mut end);
    end.farm.select_plcw();
    end.farm.handle_set_v_r(SeqNum::new(42));
    assert!(end.farm.need_plcw());
    assert_eq!(end.farm.plcw().word(), 0x812A);
    end.farm.initialise();
    //= 211.0-B-6 7.3 RE0
    assert_eq!(end.farm, fresh);
}

#[test]
fn farm_judges_every_pair_of_numbers_by_the_half_circle() {
    //= 211.0-B-6 7 half-range
    for v_r in 0..=255_u8 {
        for n_s in 0..=255_u8 {
            let mut end = end();
            end.farm.handle_set_v_r(SeqNum::new(v_r));
            let expected = match (i32::from(n_s) - i32::from(v_r)).rem_euclid(256) {
                0 => Verdict::Deliver,
                1..=127 => Verdict::Discard(Discarded::Gap),
                _ => Verdict::Discard(Discarded::Duplicate),
            };
            assert_eq!(frame(Qos::SequenceControlled, n_s, &mut end), expected);
        }
    }
}

#[test]
fn the_sent_queue_holds_back_by_octets_and_says_so() {
    // Two frames of 5 + 3 octets and 2 each for the length: 20 octets.
    let mut end = CopP::new(&builder().build().unwrap(), Pcid::Pcid0, [0; 29]);
    let offer = Offer {
        expedited: None,
        sequence_controlled: Some(unnumbered(b"abc")),
    };
    let mut buf = [0; 64];
    for _ in 0..2 {
        let sending = end.fop.poll_transmit(offer, &mut buf).unwrap().unwrap();
        assert_eq!((sending.reason, sending.len), (Reason::New, 8));
    }
    assert_eq!(end.fop.hold(3), Some(Hold::SentQueueFull));
    let sending = end.fop.poll_transmit(offer, &mut buf).unwrap().unwrap();
    assert_eq!(sending.reason, Reason::Progressive);
    assert_eq!(end.fop.held_by_sent_queue(), 1);
    end.handle_fixed_spdu(s(0), plcw(2, false)).unwrap();
    let long = Offer {
        expedited: None,
        sequence_controlled: Some(unnumbered(&[0; 23])),
    };
    let refused = end.fop.poll_transmit(long, &mut buf);
    assert_eq!(refused, Err(SendError::TooLongForSentQueue));
}

#[test]
fn both_halves_stay_under_1_kib_with_the_sent_queue_lent() {
    let lent = size_of::<CopP<&mut [u8]>>();
    assert!(lent <= 1_024, "{lent} octets");
}

#[test]
fn an_error_changes_nothing() {
    let mut end = sent(builder(), 1, 0);
    let mut wrong = unnumbered(b"x");
    wrong.header.dfc_id = magpie_wire::v3::DfcId::Reserved;
    let offer = Offer {
        expedited: Some(wrong),
        sequence_controlled: None,
    };
    let refused = end.fop.poll_transmit(offer, &mut [0; 64]);
    assert_eq!(refused, Err(SendError::Frame(FrameError::ReservedDfc)));
    let refused = end.fop.poll_transmit(Offer::default(), &mut [0; 5]);
    assert_eq!(refused, Err(SendError::BufferTooShort { need: 6 }));
    assert_eq!((variables(&end), end.fop.ve_s().get()), ([1, 1, 0], 0));
}
