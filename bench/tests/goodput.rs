//! A slice of docs/goodput.md on every run of the tests. Simulated time and fixed seeds: the same figures everywhere.
//!
//! The bound is worked from the channel alone (`magpie_bench::goodput::bound`, itself tested by a point worked by hand). It is loose here,
//! since few losses are a rough average; `cargo xtask deep goodput` holds every point of the page to 5 %.

#![allow(clippy::cast_precision_loss, reason = "small numbers")]

use magpie_bench::goodput::Point;
use magpie_bench::goodput::pair::{Effort, Goodput, measure};
use magpie_link::communication::CommunicationValues;
use magpie_link::mib::{MibBuilder, Retransmission};
use magpie_sim::session::setup::{ChannelSetup, Duplexing, Load, NoMoreData, Setup};
use magpie_sim::session::{Outcome, Side, run};
use magpie_wire::v3::Qos;

const EFFORT: Effort = Effort {
    losses: 300,
    max_slots: 20_000,
};

fn measured(point: &Point, retransmission: Retransmission) -> Goodput {
    measure(point, retransmission, EFFORT, 7)
}

fn point(rtt_us: u64, loss: f64, window: u8) -> Point {
    Point {
        rate: 128_000,
        data: 1_019,
        rtt_us,
        loss,
        window,
    }
}

#[test]
fn without_loss_every_slot_carries_a_new_frame_or_the_window_is_full() {
    for (rtt_us, window) in [
        (1_000, 127),
        (400_000, 127),
        (2_600_000, 127),
        (2_600_000, 8),
        (2_600_000, 30),
    ] {
        let point = point(rtt_us, 0.0, window);
        let found = measured(&point, Retransmission::OncePerPass);
        let ratio = found.efficiency / point.bound();
        assert!((0.99..1.01).contains(&ratio), "{point:?}: {found:?}");
    }
}

#[test]
fn losses_cost_what_go_back_n_says() {
    for (rtt_us, loss) in [
        (1_000, 0.05),
        (1_000, 0.2),
        (100_000, 0.01),
        (400_000, 0.05),
        (1_000_000, 0.02),
        (2_600_000, 0.01),
    ] {
        let point = point(rtt_us, loss, 127);
        let found = measured(&point, Retransmission::OncePerPass);
        let ratio = found.efficiency / point.bound();
        assert!(
            (0.88..1.12).contains(&ratio),
            "{point:?}: {found:?}, {ratio:.3}"
        );
    }
}

#[test]
fn table_7_1_to_the_letter_goes_back_twice() {
    // A lost frame takes S slots to be repeated and is then repeated until the requests that were on their way have come: S - 2 more.
    let point = point(1_000_000, 0.02, 127);
    let letter = measured(&point, Retransmission::EachRequest).efficiency;
    let expected = 1.0 / (1.0 + point.loss * (2.0 * point.slots_to_repeat() - 2.0));
    assert!(
        (0.9..1.1).contains(&(letter / expected)),
        "{letter} {expected}"
    );
    assert!(letter < 0.85 * point.bound());
}

/// The same figure from a world that shares nothing with [`measure`]: a whole session with hail and receivers that lock, from the first
/// delivery to the last.
#[test]
fn a_session_of_the_simulator_agrees() {
    let point = point(400_000, 0.05, 127);
    let mut setup = Setup::lab(Duplexing::Full, 11);
    setup.through_pltu = false;
    setup.channels = [0, 1].map(|_| ChannelSetup::sound(point.rtt_us / 2).with_loss(point.loss));
    for end in &mut setup.ends {
        end.mib = MibBuilder {
            maximum_frame_length: u16::try_from(point.data + 5).unwrap(),
            communication_values: CommunicationValues::uncoded(point.rate).unwrap(),
            ..end.mib
        };
    }
    let caller = setup.end_mut(Side::Caller);
    caller.loads = vec![Load::packets(Qos::SequenceControlled, 4_000, point.data)];
    caller.no_more_data = NoMoreData::WhenSubmitted;
    let played = run(&setup).unwrap();
    assert_eq!(played.outcome, Outcome::Ended);
    let full = point.data as f64 / (point.frame_us() as f64 * 1e-6);
    let ratio = played.goodput(Side::Responder).unwrap() / full / point.bound();
    // Some 200 losses: a standard error of 3 % or so.
    assert!((0.9..1.1).contains(&ratio), "{ratio:.3}");
}
