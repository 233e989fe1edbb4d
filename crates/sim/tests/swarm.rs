//! A swarm of small worlds with everything wrong at random: no checker may object, nothing may panic, and no file may be called complete that is not the payload.
//!
//! `MAGPIE_SWARM=n` plays n worlds instead of a few. A world that fails is named by its number; it stays reproducible by that.

// Drawn numbers become settings; their ranges are written beside them.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use magpie_sim::random::{Purpose, Stream};
use magpie_sim::run;
use magpie_sim::scenario::{Fault, Scenario};

fn fault(draw: &mut Stream) -> Fault {
    let every_bits = draw.between(100.0, 20_000.0);
    let length_bits = draw.between(1.0, 5_000.0) as u32;
    match draw.between(0.0, 5.0) as u8 {
        0 => Fault::BitFlips { every_bits },
        1 => Fault::PeriodicFlips {
            every_bits,
            jitter: draw.uniform(),
        },
        2 => Fault::Bursts {
            every_bits,
            length_bits,
        },
        3 => Fault::ByteSlips {
            every_octets: every_bits / 8.0,
        },
        _ => Fault::StuckLine {
            every_bits,
            length_bits,
            level: u8::from(draw.coin()),
        },
    }
}

fn world(number: u64) -> Scenario {
    let mut draw = Stream::new(number, "swarm", Purpose::Circumstances);
    let mut scenario = Scenario::parse(Scenario::QUIET)
        .unwrap()
        .shortened(20.0, [40, 30]);
    scenario.rover.carrier_only_s = draw.between(0.0, 1.0);
    scenario.rover.acquisition_idle_s = draw.between(0.0, 1.0);
    scenario.rover.tail_idle_s = draw.between(0.0, 1.0);
    scenario.rover.gap_octets = draw.between(0.0, 40.0) as u32;
    scenario.rover.segment_octets = draw.between(16.0, 600.0) as u16;
    scenario.orbiter.canister_block_octets = draw.between(16.0, 2_000.0) as u16;
    scenario.orbiter.recorder_octets = draw.between(2_000.0, 100_000.0) as u64;
    scenario.downlink.eb_n0_db = draw.between(0.5, 5.0);
    for pass in &mut scenario.passes {
        let signal = pass.signal.as_mut().unwrap();
        signal.start_s = [0.0, draw.between(0.0, 20.0)];
        signal.duration_s = draw.between(0.0, 25.0);
        signal.eb_n0_db = [(); 3].map(|()| draw.between(-3.0, 9.0));
        signal.fading_db = draw.between(0.0, 4.0);
        signal.slip_every_symbols = if draw.coin() {
            0
        } else {
            draw.between(1_000.0, 100_000.0) as u64
        };
        pass.interface_faults = (0..draw.between(0.0, 3.0) as u8)
            .map(|_| fault(&mut draw))
            .collect();
    }
    scenario
}

#[test]
fn no_world_breaks_the_books() {
    let worlds = std::env::var("MAGPIE_SWARM")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(12);
    for number in 0..worlds {
        let outcome = run(&world(number), Vec::new(), number, &())
            .unwrap_or_else(|error| panic!("world {number}: {error}"));
        for file in &outcome.report.delivered {
            assert_eq!(
                file.complete,
                file.sha256.as_ref() == Some(&file.payload_sha256),
                "world {number}"
            );
            assert_eq!(
                file.octets + file.missing_octets,
                file.size,
                "world {number}"
            );
        }
    }
}
