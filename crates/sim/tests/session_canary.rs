//! Canaries: sessions with something wrong in them that every judge must notice. A judge that stays silent here judges nothing.

use magpie_link::mac::State;
use magpie_sim::session::checker::check;
use magpie_sim::session::ledger::{Excuse, ExcuseKind};
use magpie_sim::session::setup::{Duplexing, Load, Setup, Tamper};
use magpie_sim::session::trace::Side;
use magpie_sim::session::{Outcome, SessionRun, run};
use magpie_wire::id::Pcid;
use magpie_wire::v3::Qos;

/// Thirty packets of each service from the caller, none back; a tenth of the frames is lost.
fn setup(duplexing: Duplexing) -> Setup {
    let mut setup = Setup::lab(duplexing, 11);
    let services = [Qos::SequenceControlled, Qos::Expedited];
    setup.end_mut(Side::Caller).loads = services.map(|qos| Load::packets(qos, 30, 700)).to_vec();
    for channel in &mut setup.channels {
        channel.loss = 0.1;
    }
    setup
}

fn wrong(setup: &Setup, change: impl FnOnce(&mut SessionRun)) -> Vec<String> {
    let mut played = run(setup).unwrap();
    change(&mut played);
    check(setup, &played)
}

#[test]
fn a_sound_session_is_left_in_peace() {
    for duplexing in [Duplexing::Full, Duplexing::Half] {
        assert_eq!(wrong(&setup(duplexing), |_| ()), Vec::<String>::new());
    }
}

#[test]
fn an_endpoint_that_drops_doubles_spoils_or_swaps_a_delivery_is_caught() {
    for duplexing in [Duplexing::Full, Duplexing::Half] {
        let mut setup = setup(duplexing);
        setup.end_mut(Side::Caller).loads.truncate(1);
        let (side, n) = (Side::Responder, 7);
        for (tamper, word) in [
            (Tamper::DropDelivery(side, n), "did not"),
            (Tamper::DoubleDelivery(side, n), "a second time"),
            (Tamper::SpoilDelivery(side, n), "not as submitted"),
            (Tamper::SwapDelivery(side, n), "did not"),
        ] {
            setup.tamper = Some(tamper);
            let wrong = wrong(&setup, |_| ());
            let caught = wrong.iter().any(|why| why.contains(word));
            assert!(caught, "{duplexing:?}, {tamper:?}: {wrong:?}");
        }
        // The very last one: no gap shows, only the end of the session does.
        setup.tamper = Some(Tamper::DropDelivery(side, 29));
        let wrong = wrong(&setup, |_| ());
        assert!(
            wrong.iter().any(|why| why.contains("never came")),
            "{wrong:?}"
        );
    }
}

#[test]
fn an_expedited_unit_that_comes_twice_is_caught() {
    let mut setup = setup(Duplexing::Simplex);
    setup.end_mut(Side::Caller).loads.remove(0);
    setup.tamper = Some(Tamper::DoubleDelivery(Side::Responder, 3));
    let wrong = wrong(&setup, |_| ());
    assert!(
        wrong[0].contains("a second time or out of order"),
        "{wrong:?}"
    );
}

#[test]
fn a_unit_that_nobody_submitted_or_on_another_port_is_caught() {
    let invented = wrong(&setup(Duplexing::Full), |run| {
        run.ledger.deliveries[4].id = None;
    });
    assert!(invented.iter().any(|why| why.contains("nobody submitted")));
    let astray = wrong(&setup(Duplexing::Full), |run| {
        run.ledger.deliveries[4].label.pcid = Pcid::Pcid1;
    });
    assert!(
        astray.iter().any(|why| why.contains("came as")),
        "{astray:?}"
    );
}

#[test]
fn counters_that_are_off_by_one_are_caught() {
    let counts: [fn(&mut SessionRun); 7] = [
        |run| run.ledger.incarnations[0].tally.frames_sent += 1,
        |run| run.ledger.incarnations[1].tally.delivered -= 1,
        |run| run.ledger.incarnations[0].stats.units_held_back += 1,
        |run| run.ledger.channels[0].received += 1,
        |run| run.ledger.channels[1].lost[0] -= 1,
        |run| run.ledger.incarnations[0].events_dropped = 1,
        |run| run.ledger.incarnations[1].tally.plcws_sent += 1,
    ];
    for (i, change) in counts.into_iter().enumerate() {
        assert!(
            !wrong(&setup(Duplexing::Full), change).is_empty(),
            "change {i}"
        );
    }
}

#[test]
fn a_row_out_of_place_a_silent_end_and_a_session_without_end_are_caught() {
    let swapped = wrong(&setup(Duplexing::Half), |run| {
        run.ledger.steps[2].to = State::S45TerminatingTail;
    });
    assert!(swapped.iter().any(|why| why.contains("no table prints")));
    let silent = wrong(&setup(Duplexing::Half), |run| run.ledger.endings.clear());
    assert!(silent.iter().any(|why| why.contains("without a word")));
    let endless = wrong(&setup(Duplexing::Half), |run| {
        run.outcome = Outcome::TimeOver;
    });
    assert!(endless.iter().any(|why| why.contains("no end after")));
    let left = wrong(&setup(Duplexing::Full), |run| {
        run.ledger.endings[0].unacknowledged = 2;
    });
    assert!(
        left.iter()
            .any(|why| why.contains("2 frames unacknowledged"))
    );
}

#[test]
fn an_excuse_covers_its_own_direction_channel_and_time_only() {
    let mut setup = setup(Duplexing::Full);
    setup.end_mut(Side::Caller).loads.truncate(1);
    setup.tamper = Some(Tamper::DropDelivery(Side::Responder, 7));
    let excuse = Excuse {
        at_us: 0,
        since_us: 0,
        until_us: u64::MAX,
        from: Side::Caller,
        pcid: Pcid::Pcid0,
        kind: ExcuseKind::Reset,
    };
    let with = |excuse: Excuse| wrong(&setup, |run| run.ledger.excuses = vec![excuse]);
    assert_eq!(with(excuse), Vec::<String>::new());
    let strangers = [
        Excuse {
            from: Side::Responder,
            ..excuse
        },
        Excuse {
            pcid: Pcid::Pcid1,
            ..excuse
        },
        Excuse {
            at_us: u64::MAX - 1,
            since_us: u64::MAX,
            ..excuse
        },
    ];
    for stranger in strangers {
        assert!(!with(stranger).is_empty(), "{stranger:?}");
    }
}

#[test]
fn numbers_that_jump_without_a_controller_s_doing_are_caught() {
    let wrong = wrong(&setup(Duplexing::Full), |run| {
        run.ledger.excuses.insert(
            0,
            Excuse {
                at_us: 1_000_000,
                since_us: 0,
                until_us: 1_000_000,
                from: Side::Caller,
                pcid: Pcid::Pcid0,
                kind: ExcuseKind::SetVR,
            },
        );
    });
    assert!(
        wrong.iter().any(|why| why.contains("nobody meddled")),
        "{wrong:?}"
    );
}
