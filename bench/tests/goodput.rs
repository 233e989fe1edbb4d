//! A slice of docs/goodput.md on every run of the tests. Simulated time and fixed seeds: the same figures everywhere.
//!
//! The bound is worked from the channel alone (`magpie_bench::goodput::bound`, itself tested by a point worked by hand). It is loose here,
//! since few losses are a rough average; `cargo xtask deep goodput` holds every point of the page to 5 %.

use magpie_bench::goodput::Point;
use magpie_bench::goodput::pair::{Effort, Goodput, measure};
use magpie_link::mib::Retransmission;

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
