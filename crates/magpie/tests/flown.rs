//! Passes of the flight programs in this process: the code of the images without an emulator. The same stories as in `emulated.rs`, and those
//! for which one has to get at the flash.

use std::time::Duration;

use magpie::channel::pass::End;
use magpie::channel::{Computer, LineError, Modem, Settings, Side};
use magpie::emulated::aboard::{self, Flash};
use magpie_bus::order::{Order, PassMode, ReturnCode};
use magpie_bus::{FromComputer, LineStats};
use magpie_sim::payload::Payload;

mod flight;
use flight::pass::{Flight, payload, plan};
use flight::stories::{self, Stop};

const HERE: &str = "in-process";

#[test]
fn a_blind_pass_brings_the_file() {
    for code in [ReturnCode::Convolutional, ReturnCode::Ldpc] {
        stories::blind(HERE, HERE, 20_000, code);
    }
}

#[test]
fn a_hailed_session_loses_nothing_and_brings_nothing_twice() {
    for code in [ReturnCode::Convolutional, ReturnCode::Ldpc] {
        stories::hailed_through_losses(HERE, HERE, 20_000, code);
    }
}

#[test]
fn a_reset_in_any_state_costs_nothing_that_was_recorded() {
    for at_s in [0.4, 2.5, 4.5, 5.0, 8.0] {
        for side in Side::BOTH {
            stories::stopped([HERE; 2], side, Stop::Line, at_s, 4_000);
        }
    }
}

/// Two computers in this process; the orbiter's flash stays within reach.
fn flight(settings: &Settings, len: usize) -> (Flight, Flash) {
    let flash = Flash::blank();
    let orbiter = Box::new(aboard::orbiter_with(&flash));
    (
        with(settings, Box::new(aboard::rover()), orbiter, len),
        flash,
    )
}

fn with(
    settings: &Settings,
    rover: Box<dyn Computer>,
    orbiter: Box<dyn Computer>,
    len: usize,
) -> Flight {
    let octets = payload(len);
    let file = Payload {
        name: "payload.bin".to_owned(),
        octets: octets.clone(),
    };
    let patience = Duration::from_millis(50);
    let rover = Modem::new(rover, vec![file], patience);
    Flight::of(
        settings,
        rover,
        Modem::new(orbiter, vec![], patience),
        octets,
    )
}

#[test]
fn minutes_of_noise_bring_nothing_and_break_nothing() {
    stories::noise(HERE, HERE, 120);
}

#[test]
#[ignore = "takes minutes: cargo xtask deep firmware"]
fn an_hour_of_noise_brings_nothing_and_breaks_nothing() {
    stories::noise(HERE, HERE, 3_600);
}

#[test]
fn a_full_recorder_refuses_and_keeps_what_it_has() {
    stories::full_recorder(HERE, HERE);
}

#[test]
fn a_store_of_rubbish_or_with_holes_at_boot_is_survived() {
    for (name, spoil) in [
        (
            "rubbish",
            (|content: &mut Vec<u8>| *content = payload(content.len())) as fn(&mut Vec<u8>),
        ),
        ("a hole", |content| content[5_000..5_600].fill(0)),
        ("flipped bits", |content| {
            (0..60).for_each(|at| content[at * 97] ^= 0x10);
        }),
    ] {
        let (mut flight, flash) = flight(&Settings::default(), 6_000);
        flight.fly(&plan(PassMode::Blind, 8_000, 20), |_| Ok(()));
        let before = flight.recorded().len();
        assert!(before > 10, "{name}");
        let mut content = flash.content();
        spoil(&mut content);
        flash.replace(content);
        assert_eq!(flight.run.reset(Side::Orbiter), Ok(true), "{name}");
        let there = flight.ground().frames;
        assert!(there.len() < before || name == "flipped bits", "{name}");
        // What it kept is what was sent; and it works again, if need be after the order to forget everything.
        let sent = flight.sent();
        assert!(there.iter().all(|check| sent.contains(check)), "{name}");
        flight.order(Side::Orbiter, Order::Format);
        let ended = flight.fly(&plan(PassMode::Hailed, 0, 120), |_| Ok(()));
        assert_eq!(ended, End::Done, "{name}");
        assert!(flight.ground().complete, "{name}");
    }
}

/// A line that swallows an octet now and then, as a UART that is too slow does, or turns a bit over.
struct Faulty<C> {
    computer: C,
    /// Octets until the next fault.
    left: usize,
    every: usize,
    swallows: bool,
}

impl<C: Computer> Computer for Faulty<C> {
    fn send_octets(&mut self, octets: &[u8]) -> Result<(), LineError> {
        for &octet in octets {
            self.left -= 1;
            if self.left > 0 {
                self.computer.send_octets(&[octet])?;
                continue;
            }
            self.left = self.every;
            if !self.swallows {
                self.computer.send_octets(&[octet ^ 4])?;
            }
        }
        Ok(())
    }

    fn receive(
        &mut self,
        within: Duration,
        take: &mut dyn FnMut(&FromComputer<'_>),
    ) -> Result<bool, LineError> {
        self.computer.receive(within, take)
    }

    fn reset(&mut self) -> Result<(), LineError> {
        self.computer.reset()
    }

    fn line_stats(&self) -> LineStats {
        self.computer.line_stats()
    }

    fn description(&self) -> String {
        self.computer.description()
    }
}

#[test]
fn a_serial_line_with_faults_costs_stretches_and_no_more() {
    for swallows in [true, false] {
        let faulty = |computer| Faulty {
            computer,
            left: 4_001,
            every: 4_001,
            swallows,
        };
        let rover = Box::new(faulty(aboard::rover()));
        let orbiter = Box::new(faulty(aboard::orbiter()));
        let mut flight = with(&Settings::default(), rover, orbiter, 4_000);
        let ended = flight.fly(&plan(PassMode::Hailed, 0, 400), |_| Ok(()));
        assert_eq!(ended, End::Done);
        let silent: u64 = Side::BOTH
            .iter()
            .map(|side| flight.run.modem(*side).book().silent)
            .sum();
        assert!(silent > 0);
        let recorded = flight.recorded();
        let ground = flight.ground();
        assert_eq!(ground.frames, recorded);
        assert!(ground.complete);
    }
}
