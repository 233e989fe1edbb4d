//! Sessions from hail to end, explored exhaustively.

mod explorer;

use explorer::world::{Faults};
use explorer::{Setup, World, explore};
use magpie_link::mac::Duplex;

fn nothing(_: &World, _: usize, _: &[u8]) -> bool { false }

const FULL: Setup = Setup {
    name: "full",
    duplex: Duplex::Full,
    units: [1, 1],
    channel: 1,
    faults: Faults { losses: 1, duplicates: 0, overtaken: 0, delays: 0, cuts: 0, changes: [0, 0] },
    radio: true,
    ends_late: false,
    mib: |mib| mib,
    swallows: nothing,
};


fn run(setup: Setup) {
    let t = std::time::Instant::now();
    match explore(&setup, 150_000) {
        Ok(_) => println!("   {:?}", t.elapsed()),
        Err(why) => println!("FAIL {} in {:?}: {why}", setup.name, t.elapsed()),
    }
}

const L: Faults = FULL.faults;
const HALF: Setup = Setup { name: "half", duplex: Duplex::Half, ..FULL };

#[test]
fn a_losses() {
    for losses in 1..=3 {
        let faults = Faults { losses, ..L };
        for radio in [true, false] {
            println!("losses {losses} radio {radio}");
            run(Setup { radio, faults, ..FULL });
            run(Setup { radio, faults, ..HALF });
        }
    }
}

#[test]
fn b_cut() {
    let faults = Faults { losses: 0, cuts: 1, ..L };
    for radio in [true, false] {
        println!("cut radio {radio}");
        run(Setup { radio, faults, ..FULL });
        run(Setup { radio, faults, ..HALF });
    }
}

#[test]
fn c_late() {
    let faults = Faults { losses: 1, ..L };
    for radio in [true, false] {
        println!("late radio {radio}");
        run(Setup { radio, faults, ends_late: true, ..FULL });
        run(Setup { radio, faults, ends_late: true, ..HALF });
    }
}

#[test]
fn d_change() {
    for losses in 0..2 {
    for changes in [[1, 0], [0, 1], [1, 1]] {
    let faults = Faults { losses, changes, ..L };
    for radio in [true, false] {
        println!("change {changes:?} losses {losses} radio {radio}");
        run(Setup { radio, faults, ends_late: true, units: [1, 0], ..FULL });
        run(Setup { radio, faults, ends_late: true, units: [1, 0], ..HALF });
    }
    }
    }
}

#[test]
fn e_datagrams() {
    let faults = Faults { losses: 0, duplicates: 1, overtaken: 1, delays: 3, ..L };
    println!("datagrams");
    run(Setup { radio: false, faults, channel: 2, ..FULL });
    run(Setup { radio: false, faults, channel: 2, ..HALF });
}
