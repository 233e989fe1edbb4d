//! Whole sessions, explored exhaustively: hail, data, `COMM_CHANGE`, reconnection and termination of two shipping endpoints over a channel
//! that loses, repeats, delays, lets frames overtake each other, and breaks.
//!
//! Judged in each state: units exactly once and in order; who says that the session ended well is right; no timer stays due; every frame
//! that goes out is well formed. Judged from each state: over a channel that does nothing wrong any more the session comes to its end.
//!
//! With `MAGPIE_DEEP` set the same with more faults: some minutes with `--release`. With `MAGPIE_QUICK` set, for emulated machines, some of the
//! combinations only.

mod explorer;

use explorer::{Faults, Found, Phy, Setup, World, explore, is_plcw, is_rnmd};
use magpie_link::clock::Duration;
use magpie_link::mac::Duplex;
use magpie_link::mib::MibBuilder;
use magpie_wire::id::Pcid;

const FAULTLESS: Faults = Faults {
    losses: 0,
    duplicates: 0,
    overtaken: 0,
    delays: 0,
    cuts: 0,
    changes: [0, 0],
    restarts: [0, 0],
};

const FULL: Setup = Setup {
    name: "full duplex",
    duplex: Duplex::Full,
    units: [1, 1],
    channel: 1,
    faults: FAULTLESS,
    phy: Phy::Radio,
    ends_late: false,
    mib: |mib| mib,
    doctor: |_, _, frame| Some(frame),
};

const HALF: Setup = Setup {
    name: "half duplex",
    duplex: Duplex::Half,
    ..FULL
};

fn deep() -> bool {
    std::env::var_os("MAGPIE_DEEP").is_some()
}

fn quick() -> bool {
    std::env::var_os("MAGPIE_QUICK").is_some()
}

/// Both duplex modes over both physical layers; each once where time is short.
fn combinations() -> Vec<Setup> {
    let of = |setup, phy| Setup { phy, ..setup };
    let all = [
        of(FULL, Phy::Radio),
        of(HALF, Phy::Datagrams),
        of(FULL, Phy::Datagrams),
        of(HALF, Phy::Radio),
    ];
    let count = if quick() { 2 } else { all.len() };
    all.into_iter().take(count).collect()
}

/// The smaller bound, or the larger one if there is time.
fn bound<T>(usual: T, deep_one: T) -> T {
    if deep() { deep_one } else { usual }
}

fn found(setup: &Setup) -> Found {
    let limit = bound(100_000, 20_000_000);
    let found = explore(setup, limit).unwrap_or_else(|why| panic!("{}: {why}", setup.name));
    let Faults {
        losses,
        duplicates,
        overtaken,
        delays,
        cuts,
        changes,
        restarts,
    } = setup.faults;
    println!(
        "{}, {:?}, units {:?}, losses {losses}, duplicates {duplicates}, overtaken {overtaken}, delays {delays}, cuts {cuts}, changes {changes:?}, restarts {restarts:?}: {found:?}",
        setup.name, setup.phy, setup.units
    );
    found
}

fn broken(setup: &Setup) -> String {
    explore(setup, 100_000).expect_err("the doctored pair must be caught")
}

#[test]
fn losses_alone_cost_time_and_nothing_else() {
    let faults = Faults {
        losses: bound(2, 4),
        ..FAULTLESS
    };
    for setup in combinations() {
        let found = found(&Setup { faults, ..setup });
        assert!(
            found.states > 1_000,
            "the channel must have had its chances"
        );
        assert!(deep() || found.incomplete == 0, "an end gave up");
    }
}

#[test]
fn two_units_each_way_stay_in_order() {
    let faults = Faults {
        losses: bound(1, 3),
        ..FAULTLESS
    };
    for setup in [FULL, HALF] {
        found(&Setup {
            units: [2, 2],
            faults,
            ..setup
        });
    }
}

#[test]
fn a_cut_ends_in_a_new_session_or_in_one_that_says_what_is_missing() {
    let faults = Faults {
        cuts: bound(1, 2),
        losses: bound(0, 1),
        ..FAULTLESS
    };
    for setup in [FULL, HALF] {
        found(&Setup {
            units: [1, 0],
            faults,
            ..setup
        });
        if deep() {
            found(&Setup {
                phy: Phy::Datagrams,
                faults,
                ..setup
            });
        }
    }
}

#[test]
fn no_more_data_may_be_said_at_any_time() {
    let faults = Faults {
        losses: bound(1, 2),
        ..FAULTLESS
    };
    for setup in combinations() {
        found(&Setup {
            ends_late: true,
            faults,
            ..setup
        });
    }
}

#[test]
fn comm_change_at_any_time_by_either_end() {
    for changes in [[1, 0], [0, 1], [1, 1]] {
        if quick() && changes == [1, 1] {
            continue;
        }
        let faults = Faults {
            changes,
            losses: bound(0, 1),
            ..FAULTLESS
        };
        for setup in [FULL, HALF] {
            found(&Setup {
                units: [1, 0],
                faults,
                ..setup
            });
            if deep() && changes != [1, 1] {
                found(&Setup {
                    ends_late: true,
                    phy: Phy::Datagrams,
                    units: [0, 1],
                    faults,
                    ..setup
                });
            }
        }
    }
}

#[test]
fn datagrams_come_twice_late_and_out_of_order() {
    for faults in [
        Faults {
            duplicates: 1,
            delays: if quick() { 1 } else { bound(2, 12) },
            ..FAULTLESS
        },
        Faults {
            overtaken: 1,
            delays: 1,
            ..FAULTLESS
        },
        Faults {
            duplicates: 1,
            overtaken: 1,
            ..FAULTLESS
        },
    ] {
        for setup in [FULL, HALF] {
            found(&Setup {
                phy: Phy::Datagrams,
                channel: 2,
                units: [1, bound(0, 1)],
                faults,
                ..setup
            });
        }
    }
}

#[test]
fn an_end_may_forget_everything_and_begin_anew() {
    for restarts in [[1, 0], [0, 1]] {
        for units in [[2, 0], [0, 2]] {
            let faults = Faults {
                losses: bound(0, 1),
                restarts,
                ..FAULTLESS
            };
            for setup in combinations() {
                found(&Setup {
                    units,
                    faults,
                    ..setup
                });
            }
        }
    }
}

/// Why `--phy-timeout` is there: an end whose partner has gone in the middle of the session has no other way to know.
#[test]
fn without_carrier_loss_an_end_alone_sends_for_ever() {
    let faults = Faults {
        cuts: 1,
        ..FAULTLESS
    };
    let why = broken(&Setup {
        phy: Phy::NeverDrops,
        faults,
        ..FULL
    });
    assert!(why.starts_with("the session does not end"), "{why}");
}

#[test]
fn canary_rnmd_only_once_locks_up() {
    //= 211.0-B-6 table-6-9 rnmd-repeated
    let once = |world: &World, end: usize, frame: Vec<u8>| {
        (world.rnmds[end] == 0 || !is_rnmd(&frame)).then_some(frame)
    };
    let setup = Setup {
        faults: Faults {
            losses: 1,
            ..FAULTLESS
        },
        phy: Phy::NeverDrops,
        mib: |mib| MibBuilder {
            termination_lifetime: Duration::ZERO,
            ..mib
        },
        ..FULL
    };
    found(&setup);
    let why = broken(&Setup {
        doctor: once,
        ..setup
    });
    assert!(why.starts_with("the session does not end"), "{why}");
}

#[test]
fn canary_without_plcws_nothing_ends_well() {
    for setup in [FULL, HALF] {
        let setup = Setup {
            doctor: |_, _, frame| (!is_plcw(&frame)).then_some(frame),
            ..setup
        };
        let why = broken(&setup);
        let lockup = why.starts_with("the session does not end");
        assert!(lockup || why.starts_with("nothing went wrong"), "{why}");
    }
}

#[test]
fn canary_a_plcw_that_promises_too_much_is_caught() {
    let forge = |world: &World, end: usize, mut frame: Vec<u8>| {
        let out = world.ends[1 - end].cop_p(Pcid::Pcid0).fop.v_s().get();
        if is_plcw(&frame) {
            frame[6] = frame[6].max(out); // all that went out has come
        }
        Some(frame)
    };
    let why = broken(&Setup {
        faults: Faults {
            losses: 1,
            ..FAULTLESS
        },
        doctor: forge,
        ..FULL
    });
    assert!(why.contains("says Some(NoMoreData)"), "{why}");
}

#[test]
fn canary_a_channel_that_renumbers_is_caught() {
    let renumber = |world: &World, _: usize, mut frame: Vec<u8>| {
        if frame[0] & 0x30 == 0 && world.delivered[1] == 1 {
            frame[4] = 1; // the first unit as if it were the second
        }
        Some(frame)
    };
    let why = broken(&Setup {
        units: [1, 0],
        faults: Faults {
            losses: 1,
            ..FAULTLESS
        },
        doctor: renumber,
        ..FULL
    });
    assert!(why.starts_with("delivered"), "{why}");
}
