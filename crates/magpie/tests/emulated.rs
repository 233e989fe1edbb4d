//! Passes of the flight programs on emulated machines, each instruction executed. Needs QEMU and the images; run by
//! `cargo xtask firmware test`.
#![cfg(unix)]

use std::path::Path;

use magpie::channel::Side;
use magpie::emulated::image::{Image, Target};
use magpie::emulated::machine::Machine;
use magpie_bus::order::ReturnCode;

mod flight;
use flight::stories::{self, Stop};

const M7: &str = "emulated:cortex-m7";
const LEON3: &str = "emulated:leon3";
const R52: &str = "emulated:cortex-r52";
const RV32: &str = "emulated:riscv32";
const RV64: &str = "emulated:riscv64";

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn a_blind_pass_of_20_kb_from_cortex_m7_to_leon3() {
    stories::blind(M7, LEON3, 20_000, ReturnCode::Convolutional);
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn a_blind_pass_with_the_ldpc_code_from_cortex_m7_to_leon3() {
    stories::blind(M7, LEON3, 20_000, ReturnCode::Ldpc);
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn a_hailed_session_with_the_ldpc_code_from_leon3_to_cortex_m7() {
    stories::hailed_through_losses(LEON3, M7, 4_000, ReturnCode::Ldpc);
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn a_hailed_session_through_losses_between_cortex_m7_and_leon3() {
    stories::hailed_through_losses(M7, LEON3, 20_000, ReturnCode::Convolutional);
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn other_processors_in_place_of_either() {
    for (rover, orbiter) in [(R52, LEON3), (M7, R52), (RV32, RV64), (RV64, RV32)] {
        stories::blind(rover, orbiter, 2_000, ReturnCode::Convolutional);
        stories::hailed_through_losses(rover, orbiter, 4_000, ReturnCode::Convolutional);
        stories::blind(rover, orbiter, 2_000, ReturnCode::Ldpc);
    }
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn the_reset_line_in_mid_session() {
    for (side, at_s) in [
        (Side::Rover, 6.0),
        (Side::Orbiter, 6.0),
        (Side::Rover, 2.0),
        (Side::Orbiter, 8.0),
    ] {
        stories::stopped([M7, LEON3], side, Stop::Line, at_s, 4_000);
    }
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn watchdog_and_panic_in_several_states() {
    for at_s in [0.6, 2.5, 5.0, 8.0] {
        for side in Side::BOTH {
            stories::stopped([M7, LEON3], side, Stop::Hang, at_s, 3_000);
        }
    }
    for side in Side::BOTH {
        stories::stopped([M7, LEON3], side, Stop::Panic, 6.0, 3_000);
    }
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn stops_on_the_other_processors() {
    for place in [R52, RV32, RV64] {
        for stop in [Stop::Line, Stop::Hang, Stop::Panic] {
            stories::stopped([place, LEON3], Side::Rover, stop, 6.0, 2_000);
            stories::stopped([M7, place], Side::Orbiter, stop, 6.0, 2_000);
        }
    }
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn noise_and_a_full_recorder_on_leon3() {
    stories::noise(M7, LEON3, 120);
    stories::full_recorder(M7, LEON3);
}

#[test]
#[ignore = "takes minutes: cargo xtask deep firmware"]
fn an_hour_of_noise_on_leon3() {
    stories::noise(M7, LEON3, 3_600);
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn a_run_is_the_same_twice_and_the_same_as_in_this_process() {
    let first = stories::trace(M7, LEON3, 3_000);
    assert!(first.0.len() > 20 && !first.2.is_empty());
    assert_eq!(first, stories::trace(M7, LEON3, 3_000));
    assert_eq!(first, stories::trace("in-process", "in-process", 3_000));
}

#[test]
#[ignore = "needs the firmware images: cargo xtask firmware test"]
fn no_machine_outlives_its_owner() {
    let target = Target::named("cortex-m7").unwrap();
    let image = Image::Rover.find(&target, None).unwrap();
    let machine = Machine::start(&target, &image).unwrap();
    let process = machine.process();
    let is_there = || Path::new(&format!("/proc/{process}/exe")).exists();
    assert!(is_there());
    let owner = std::thread::spawn(move || {
        let _machine = machine;
        panic!("as a test of ours may");
    });
    assert!(owner.join().is_err());
    assert!(!is_there());
}
