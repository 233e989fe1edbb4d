//! COP-P under long random treatment: whole transfers with windows up to 127, and operation lists that no sane driver would issue.
//! The twins are a list of contents (what must come out) and plain integers.

use std::collections::VecDeque;

use magpie_link::clock::{Duration, Instant};
use magpie_link::cop_p::{CopP, Offer, Reason, Unnumbered, Verdict};
use magpie_link::mib::{LARGEST_WINDOW, Mib, MibBuilder};
use magpie_wire::id::{Pcid, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{Qos, ScidRole, V3Frame, V3Header};
use proptest::collection::vec;
use proptest::prelude::*;

fn mib(transmission_window: u8, synch_timeout: Duration) -> Mib {
    let ends = MibBuilder::new(Scid::new(1).unwrap(), Scid::new(2).unwrap());
    let builder = MibBuilder {
        transmission_window,
        synch_timeout,
        ..ends
    };
    builder.build().unwrap()
}

fn unnumbered(data: &[u8]) -> Unnumbered<'_> {
    let scid = Scid::new(2).unwrap();
    let header = V3Header::u_frame(Qos::SequenceControlled, scid, ScidRole::Destination);
    Unnumbered { header, data }
}

fn sequence_controlled(data: &[u8]) -> Offer<'_> {
    Offer {
        expedited: None,
        sequence_controlled: Some(unnumbered(data)),
    }
}

/// Content of a frame: its ordinal, and so many octets of it that lengths differ.
fn content(ordinal: u16) -> Vec<u8> {
    let mut octets = ordinal.to_be_bytes().to_vec();
    octets.resize(2 + usize::from(ordinal % 23), ordinal.to_be_bytes()[1]);
    octets
}

/// What befalls each frame and report, 0 to 9 (`SplitMix64`). A list told over and over would not do: its period can fall into step
/// with the repetition of a full window, and then the same frame is lost for ever (seen with a window of 127 and a delay of 41).
fn fates(mut state: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % 10
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// 600 frames (the numbers go round more than twice) over a channel that loses and swaps neighbours, in both directions.
    #[test]
    fn a_transfer_arrives_whole_and_in_order(
        window in prop_oneof![Just(LARGEST_WINDOW), 1..=LARGEST_WINDOW],
        memory in prop_oneof![Just(127 * 32), 40_usize..600],
        delay in 1_usize..60,
        seed: u64,
    ) {
        let mib = mib(window, Duration::ZERO);
        let mut sender = CopP::new(&mib, Pcid::Pcid0, vec![0; memory]);
        let mut receiver = CopP::new(&mib, Pcid::Pcid0, vec![0; 0]);
        let (mut forward, mut back) = (VecDeque::from(vec![None; delay]), VecDeque::from(vec![None; delay]));
        let (mut offered, mut delivered, mut fates) = (0, 0, fates(seed));
        for round in 0..200_000_u32 {
            let (mut buf, data) = ([0; 64], content(offered));
            let offer = if offered < 600 { sequence_controlled(&data) } else { Offer::default() };
            let sending = sender.fop.poll_transmit(offer, &mut buf).unwrap();
            offered += u16::from(sending.is_some_and(|sending| sending.reason == Reason::New));
            prop_assert!(sender.fop.unacknowledged() <= window);
            let fate = fates.next().unwrap();
            forward.push_back(sending.filter(|_| fate > 1).map(|sending| buf[..sending.len].to_vec()));
            if fate == 9 {
                let last = forward.len() - 1;
                forward.swap(last - 1, last);
            }
            if let Some(octets) = forward.pop_front().flatten() {
                let frame = V3Frame::parse(&octets).unwrap();
                if receiver.farm.handle_frame(&frame) == Verdict::Deliver {
                    prop_assert_eq!(frame.data_field(), content(delivered));
                    delivered += 1;
                }
            }
            if round % 16 == 0 {
                receiver.farm.demand_plcw();
            }
            let report = receiver.farm.need_plcw().then(|| receiver.farm.select_plcw().word());
            back.push_back(report.filter(|_| fates.next().unwrap() > 1));
            if let Some(word) = back.pop_front().flatten() {
                sender.handle_fixed_spdu(Instant::ZERO, word).unwrap();
            }
            if delivered == 600 && sender.fop.all_acknowledged() {
                return Ok(());
            }
        }
        prop_assert!(false, "the transfer does not end: {} of 600 delivered", delivered);
    }

    /// Any word, any frame, any directive, any time, in any order: nothing panics, the variables keep their order, and the repeated
    /// frame is octet by octet the one that went out first.
    #[test]
    fn no_order_of_operations_does_harm(
        window in 1..=LARGEST_WINDOW,
        memory in 0_usize..400,
        operations in vec((0_u8..10, any::<u16>()), 0..400),
    ) {
        let mut end = CopP::new(&mib(window, Duration::from_secs(1)), Pcid::Pcid0, vec![0; memory]);
        let (mut now, mut first, mut kept) = (Instant::ZERO, 0, VecDeque::new());
        for (operation, argument) in operations {
            let near = end.fop.nn_r().plus(argument.to_be_bytes()[0] % 8).get();
            match operation {
                0..=3 => {
                    let (mut buf, data) = ([0; 64], content(argument));
                    if let Ok(Some(sending)) = end.fop.poll_transmit(sequence_controlled(&data), &mut buf) {
                        let octets = buf[..sending.len].to_vec();
                        if sending.reason == Reason::New {
                            kept.push_back(octets);
                        } else {
                            let at = usize::from(sending.n_s.get().wrapping_sub(first));
                            prop_assert_eq!(kept.get(at), Some(&octets));
                        }
                    }
                }
                4 => drop(end.handle_fixed_spdu(now, argument)),
                5 | 6 => drop(end.handle_fixed_spdu(now, 0x8000 | argument & 0x2000 | u16::from(near))),
                7 => {
                    now = now + Duration::from_millis(u64::from(argument));
                    let _ = end.handle_timeout(now);
                    let directive = end.poll_set_v_r(now);
                    prop_assert!(directive.is_none_or(|d| d.seq_ctrl_fsn == end.fop.nn_r()));
                }
                8 => match argument % 8 {
                    0 => {
                        end.reset();
                        first = 0;
                        kept.clear();
                    }
                    1 => end.resynchronise(now),
                    _ => end.farm.handle_set_v_r(SeqNum::new(near)),
                },
                _ => {
                    let [kind, n_s] = argument.to_be_bytes();
                    let octets = [0x80 | kind & 0x3F, 2, kind & 0x80, 5, n_s, 0];
                    end.farm.handle_frame(&V3Frame::parse(&octets).unwrap());
                }
            }
            while first != end.fop.nn_r().get() {
                prop_assert!(kept.pop_front().is_some(), "acknowledged what was never sent");
                first = first.wrapping_add(1);
            }
            prop_assert_eq!(usize::from(end.fop.unacknowledged()), kept.len());
            prop_assert!(kept.len() <= usize::from(window));
            let octets: usize = kept.iter().map(|octets| octets.len() + 2).sum();
            prop_assert!(octets <= memory);
            let out = end.fop.v_s().distance_from(end.fop.nn_r());
            prop_assert_eq!(usize::from(out), kept.len());
            prop_assert!(end.fop.vv_s().distance_from(end.fop.nn_r()) <= out);
        }
    }
}
