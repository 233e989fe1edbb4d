//! How often FOP-P sends a frame again: table 7-1 to the letter, and once per pass (docs/goodput.md). The sequences are worked by hand
//! from the rows of tables 7-1 and 7-2.

use magpie_link::clock::Instant;
use magpie_link::cop_p::{CopP, Offer, Reason, Unnumbered};
use magpie_link::mib::{MibBuilder, Retransmission};
use magpie_wire::id::{Pcid, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::v3::{Qos, ScidRole, V3Header};

use Retransmission::{EachRequest, OncePerPass};

type End = CopP<Vec<u8>>;

/// An end with a window of `window` frames that has sent `n`.
fn sent(retransmission: Retransmission, window: u8, n: u8) -> End {
    let (local, remote) = (Scid::new(1).unwrap(), Scid::new(2).unwrap());
    let mib = MibBuilder {
        transmission_window: window,
        retransmission,
        ..MibBuilder::new(local, remote)
    };
    let mut end = CopP::new(&mib.build().unwrap(), Pcid::Pcid0, vec![0; 4_096]);
    for n_s in 0..n {
        assert_eq!(se1(&mut end), Some((Reason::New, n_s)));
    }
    end
}

/// SE1 with a new frame waiting.
fn se1(end: &mut End) -> Option<(Reason, u8)> {
    let header = V3Header::u_frame(
        Qos::SequenceControlled,
        Scid::new(2).unwrap(),
        ScidRole::Destination,
    );
    let offer = Offer {
        expedited: None,
        sequence_controlled: Some(Unnumbered { header, data: b"s" }),
    };
    let sending = end.fop.poll_transmit(offer, &mut [0; 16]).unwrap()?;
    Some((sending.reason, sending.n_s.get()))
}

fn numbers(end: &mut End, n: usize) -> Vec<u8> {
    (0..n).map(|_| se1(end).unwrap().1).collect()
}

fn hear(end: &mut End, n_r: u8, retransmit: bool) {
    let plcw = Plcw {
        retransmit,
        report_value: SeqNum::new(n_r),
        ..Plcw::default()
    };
    end.handle_fixed_spdu(Instant::ZERO, plcw.word()).unwrap();
}

/// Frames 0 to 5 are out and 2 was lost: frames 3, 4 and 5 each make the other end ask for 2.
fn after_three_requests(retransmission: Retransmission) -> (End, Vec<u8>) {
    let mut end = sent(retransmission, 127, 6);
    let mut out = Vec::new();
    for _ in 0..3 {
        hear(&mut end, 2, true);
        out.extend(numbers(&mut end, 1));
    }
    (end, out)
}

#[test]
fn by_the_letter_each_request_goes_back() {
    let (mut end, out) = after_three_requests(EachRequest);
    assert_eq!(out, [2, 2, 2]);
    assert_eq!(numbers(&mut end, 4), [3, 4, 5, 6]);
}

#[test]
fn a_request_said_again_goes_back_once_per_pass() {
    //= 211.0-B-6 7.2 once-per-pass
    let (mut end, out) = after_three_requests(OncePerPass);
    assert_eq!(out, [2, 3, 4]);
    // The pass is over with 5. What comes now is about the repetition: frame 2 was lost once more.
    assert_eq!(numbers(&mut end, 1), [5]);
    hear(&mut end, 2, true);
    assert_eq!(numbers(&mut end, 2), [2, 3]);
}

#[test]
fn a_request_for_another_frame_goes_back_at_once() {
    let (mut end, _) = after_three_requests(OncePerPass);
    // Frame 2 has come, and 3 of the second pass was lost.
    hear(&mut end, 3, false);
    hear(&mut end, 3, true);
    assert_eq!(numbers(&mut end, 3), [3, 4, 5]);
    let (mut end, _) = after_three_requests(OncePerPass);
    hear(&mut end, 3, true); // without the report in between
    assert_eq!(numbers(&mut end, 1), [3]);
}

#[test]
fn an_acknowledgement_within_a_pass_skips_what_has_come() {
    let (mut end, _) = after_three_requests(OncePerPass);
    hear(&mut end, 6, false);
    assert_eq!(numbers(&mut end, 1), [6]);
    assert_eq!(end.fop.unacknowledged(), 1);
}

#[test]
fn progressive_retransmission_gives_way_to_new_frames() {
    for (retransmission, expected) in [(EachRequest, [1, 2, 3, 4]), (OncePerPass, [3, 1, 2, 3])] {
        let mut end = sent(retransmission, 3, 3);
        assert_eq!(
            se1(&mut end),
            Some((Reason::Progressive, 0)),
            "window closed"
        );
        hear(&mut end, 1, false); // room for one
        let out = numbers(&mut end, if retransmission == EachRequest { 3 } else { 4 });
        assert_eq!(out, expected[..out.len()], "{retransmission:?}");
    }
}

#[test]
fn a_pass_that_was_asked_for_does_not_give_way() {
    let mut end = sent(OncePerPass, 4, 3);
    hear(&mut end, 1, true); // the window has room for new frames, but 1 and 2 were asked for
    assert_eq!(numbers(&mut end, 4), [1, 2, 3, 4]);
}
