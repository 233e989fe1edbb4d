//! What the swarm found, each as the shortest session that shows it.
//!
//! The seeds that found them belong to earlier ways of drawing; the circumstances are written out here instead. Every one of these sessions
//! failed once.

use magpie_link::clock::Duration;
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::event::EndOfSession;
use magpie_link::mac::LocalDirective;
use magpie_link::mib::Packing;
use magpie_sim::session::checker::check;
use magpie_sim::session::ledger::Ending;
use magpie_sim::session::setup::{
    Action, ChannelSetup, Cut, Duplexing, Load, NoMoreData, Setup, Timed,
};
use magpie_sim::session::swarm::judge_setup;
use magpie_sim::session::trace::{Side, What};
use magpie_sim::session::{Outcome, SessionRun, run};
use magpie_wire::v3::Qos;

const CALLER: Side = Side::Caller;
const RESPONDER: Side = Side::Responder;

/// The lab, with so many packets of the sequence-controlled service in both directions.
fn lab(duplexing: Duplexing, packets: u32) -> Setup {
    let mut setup = Setup::lab(duplexing, 3);
    for end in &mut setup.ends {
        end.loads = vec![Load::packets(Qos::SequenceControlled, packets, 200)];
        end.mib.packing = Packing::PacketPerFrame;
    }
    setup.max_us = 300_000_000;
    setup
}

fn values(transmit: u32, receive: u32) -> CommunicationValues {
    CommunicationValues {
        transmitter: LinkSettings::uncoded(transmit).unwrap(),
        receiver: LinkSettings::uncoded(receive).unwrap(),
    }
}

fn at(setup: &mut Setup, side: Side, at_us: u64, directives: &[LocalDirective]) {
    let timed = directives.iter().map(|&directive| Timed {
        at_us,
        action: Action::Directive(directive),
    });
    setup.end_mut(side).actions.extend(timed);
}

/// Nothing is wrong, and everything arrived.
fn all_arrives(setup: &Setup, units: usize) -> SessionRun {
    let run = judge_setup(setup.seed, setup).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(run.ledger.deliveries.len(), units);
    run
}

#[test]
fn s1_a_comm_change_that_only_one_end_made_is_mended() {
    let mut setup = lab(Duplexing::Full, 300);
    for end in &mut setup.ends {
        end.mib.comm_change_lifetime = Duration::from_millis(1_200);
        end.mib.persistence_wait_time = Duration::from_millis(300);
    }
    let buffer = LocalDirective::LoadCommunicationValueBuffer(values(32_000, 64_000));
    at(
        &mut setup,
        CALLER,
        1_000_000,
        &[buffer, LocalDirective::LocalCommChange],
    );
    // The answer, and all that follows, does not come until the caller has given up; too short for its CARRIER_LOSS_TIMER of 2 s.
    setup.channels[1].cuts = vec![Cut {
        from_us: 1_000_500,
        until_us: 2_900_000,
    }];
    let run = all_arrives(&setup, 600);
    assert_eq!(run.outcome, Outcome::Ended);
}

#[test]
fn s1_two_comm_changes_that_cross_are_mended() {
    let mut setup = lab(Duplexing::Full, 300);
    setup.channels = [ChannelSetup::sound(250_000), ChannelSetup::sound(250_000)];
    for (side, to) in [
        (CALLER, values(16_000, 32_000)),
        (RESPONDER, values(64_000, 8_000)),
    ] {
        let buffer = LocalDirective::LoadCommunicationValueBuffer(to);
        at(
            &mut setup,
            side,
            3_000_000,
            &[buffer, LocalDirective::LocalCommChange],
        );
    }
    all_arrives(&setup, 600);
}

#[test]
fn s2_a_caller_that_begins_anew_and_takes_an_old_frame_for_its_answer_loses_nothing() {
    for duplexing in [Duplexing::Full, Duplexing::Half] {
        let mut setup = lab(duplexing, 0);
        let packets = |from_us, count| Load {
            from_us,
            ..Load::packets(Qos::SequenceControlled, count, 200)
        };
        // Five frames of the caller bring V(R) of the responder to 5; then its process dies, and its first hails are not heard. The responder
        // goes on, and its frames look like the answer.
        setup.end_mut(CALLER).loads = vec![packets(0, 5), packets(3_200_000, 40)];
        setup.end_mut(RESPONDER).loads = vec![packets(0, 400)];
        setup.end_mut(RESPONDER).loads[0].interval_us = 20_000;
        for end in &mut setup.ends {
            end.mib.packing = Packing::PacketPerFrame;
        }
        setup.end_mut(CALLER).again_after_us = 50_000;
        setup.end_mut(CALLER).actions = vec![Timed {
            at_us: 3_000_000,
            action: Action::Restart,
        }];
        setup.channels[0].cuts = vec![Cut {
            from_us: 3_001_000,
            until_us: 3_700_000,
        }];
        let run = judge_setup(setup.seed, &setup).unwrap_or_else(|why| panic!("{why}"));
        let came = run.ledger.deliveries.iter().filter(|d| d.end == RESPONDER);
        let new = came.filter(|d| d.id.is_some_and(|id| id.load == 1)).count();
        assert_eq!(new, 40, "{duplexing:?}");
        assert_eq!(run.ledger.endings.len(), 2);
        let well = |e: &Ending| e.why == EndOfSession::NoMoreData;
        assert!(run.ledger.endings.iter().all(well));
    }
}

#[test]
fn s5_values_loaded_while_a_hail_is_out_wait_for_the_next_one() {
    for duplexing in [Duplexing::Full, Duplexing::Half] {
        let mut setup = lab(duplexing, 20);
        setup.channels = [ChannelSetup::sound(300_000), ChannelSetup::sound(300_000)];
        // The hail leaves 200 ms after the start and is answered 800 ms later.
        let buffer = LocalDirective::LoadCommunicationValueBuffer(values(8_000, 16_000));
        at(&mut setup, CALLER, 500_000, &[buffer]);
        all_arrives(&setup, 40);
    }
}

#[test]
fn s7_an_end_that_waits_for_a_hail_has_no_timer_running() {
    let mut setup = lab(Duplexing::Full, 0);
    for end in &mut setup.ends {
        end.no_more_data = NoMoreData::Never;
    }
    // The caller dies; the responder notices that its carrier is gone.
    at(
        &mut setup,
        CALLER,
        3_000_000,
        &[LocalDirective::SetInitializeMode],
    );
    let run = run(&setup).unwrap();
    let left = run
        .ledger
        .incarnations
        .iter()
        .find(|i| i.end == RESPONDER)
        .unwrap();
    assert_eq!((run.outcome, left.next_timeout_us), (Outcome::Quiet, None));
}

#[test]
fn s8_rnmd_does_not_take_the_turn_before_the_token_has_gone_out() {
    let mut setup = lab(Duplexing::Half, 60);
    // The responder, slow, has nothing to send and says RNMD in every turn; the caller is quick to answer.
    setup.end_mut(RESPONDER).loads.clear();
    for end in &mut setup.ends {
        end.carrier_acquisition_us = 1_000;
        end.symbol_acquisition_us = 1_000;
        end.mib.carrier_only_duration = Duration::from_millis(10);
        end.mib.acquisition_idle_duration = Duration::from_millis(40);
        end.mib.tail_idle_duration = Duration::from_millis(20);
        end.mib.communication_values = values(16_000, 8_000);
    }
    all_arrives(&setup, 60);
}

#[test]
fn s9_an_expedited_packet_that_spans_a_turn_arrives_over_a_sound_channel() {
    let mut setup = lab(Duplexing::Half, 0);
    setup.end_mut(RESPONDER).loads.clear();
    // 16 segments of 0.1 s each, and turns of half a second.
    let caller = setup.end_mut(CALLER);
    caller.loads = vec![Load::packets(Qos::Expedited, 3, 3_200)];
    caller.mib.maximum_frame_length = 206;
    for end in &mut setup.ends {
        end.mib.communication_values = values(16_000, 16_000);
        end.mib.send_duration = Duration::from_millis(500);
    }
    all_arrives(&setup, 3);
}

#[test]
fn s10_two_ends_that_disagree_about_duplex_give_up() {
    let mut setup = lab(Duplexing::Half, 5);
    // SET MODE without SET DUPLEX: the responder is in full duplex, as it was made.
    setup.end_mut(RESPONDER).start_us = 5_000_000;
    let listen = LocalDirective::SetMode(magpie_link::mac::Mode::ConnectingL);
    at(&mut setup, RESPONDER, 100_000, &[listen]);
    setup.max_us = 3_600_000_000;
    let run = run(&setup).unwrap();
    assert_ne!(run.outcome, Outcome::TimeOver);
    assert_eq!(check(&setup, &run), Vec::<String>::new());
}

#[test]
fn a_poll_timeout_in_the_past_only_ever_waits_for_the_transmitter() {
    let mut setup = lab(Duplexing::Full, 50);
    setup.end_mut(CALLER).actions = vec![Timed {
        at_us: 700_123,
        action: Action::Resynchronise(magpie_wire::id::Pcid::Pcid0),
    }];
    setup.keep_trace = true;
    let run = judge_setup(setup.seed, &setup).unwrap_or_else(|why| panic!("{why}"));
    let entries = &run.trace.as_ref().unwrap().entries;
    let set_v_r = entries.iter().find(|entry| {
        let text = entry.what.to_string();
        matches!(entry.what, What::Sent { .. })
            && text.contains("SET V(R)")
            && entry.at_us > 700_000
    });
    // A frame of 205 octets is on the air for 13.25 ms.
    assert!(
        set_v_r.is_some_and(|entry| entry.at_us < 714_000),
        "{set_v_r:?}"
    );
}

#[test]
fn s11_two_tokens_at_once_are_noticed() {
    let mut setup = lab(Duplexing::Half, 300);
    setup.channels = [ChannelSetup::sound(250_000), ChannelSetup::sound(250_000)];
    // The responder's token is lost, and it waits 3/2 of 1.45 s: both ends take the turn within one light time.
    setup.end_mut(RESPONDER).mib.receive_duration = Duration::from_millis(1_450);
    for channel in &mut setup.channels {
        channel.cuts = vec![Cut {
            from_us: 3_000_000,
            until_us: 4_200_000,
        }];
    }
    all_arrives(&setup, 600);
}
