//! The channel between two stand-ins for flight computers.

use std::sync::{Arc, Mutex};

use magpie::channel::air::LEAD_US;
use magpie::channel::computer::Reaction;
use magpie::channel::{InProcess, Run, Settings, Side, Turn};
use magpie_bus::exchange::Modulation;
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_bus::{FromComputer, Node, ResetCause, ToComputer};
use magpie_sim::payload::Payload;

mod flight;
use flight::{Notes, RATE, emit, frames, listener, modem, sender, symbols};

/// Plays so many frames through a channel; gives what the listener noted, and the run.
fn play(settings: &Settings, count: u16, rates: [u32; 2]) -> (Notes, Run) {
    let (orbiter, notes) = listener(rates[1]);
    let sent = symbols(&frames(count));
    let time_us = sent.len() as u64 * 1_000_000 / u64::from(rates[0]);
    let rover = modem(sender(sent, rates[0]), vec![]);
    let mut run = Run::new(settings, rover, modem(orbiter, vec![]), 0);
    assert_eq!(run.await_boots(), Ok(None));
    run.run_until(time_us + settings.delay_us + 1_000_000, |_| false)
        .unwrap();
    let notes = notes.lock().unwrap().clone();
    (notes, run)
}

#[test]
fn frames_cross_in_both_polarities_and_the_truth_knows_them() {
    for polarity in [Turn::Upright, Turn::Inverted, Turn::Random] {
        let settings = Settings {
            polarity,
            ..Settings::default()
        };
        let (notes, run) = play(&settings, 20, [RATE; 2]);
        assert_eq!(notes.frames, frames(20), "{polarity:?}");
        let sent = run.air(Side::Rover).tap().sent();
        let octets: Vec<_> = sent.iter().map(|frame| frame.octets.clone()).collect();
        assert_eq!(octets, frames(20));
        // 400 octets of idle and 3 of marker, 16 symbols an octet, one exchange and the lead later than the start.
        let marker = 403 * 16 * 1_000_000 / u64::from(RATE);
        assert_eq!(sent[0].marker_end_us, marker + LEAD_US);
    }
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let play = |seed| {
        let settings = Settings {
            seed,
            return_eb_n0_db: 4.0,
            loss: 0.3,
            ..Settings::default()
        };
        play(&settings, 20, [RATE; 2]).0
    };
    assert_eq!(play(1), play(1));
    assert_ne!(play(1).frames, play(2).frames);
}

#[test]
fn lost_frames_are_lost_and_the_others_are_not() {
    let settings = Settings {
        loss: 0.25,
        ..Settings::default()
    };
    let (notes, run) = play(&settings, 60, [RATE; 2]);
    let tap = run.air(Side::Rover).tap();
    assert!((5..25).contains(&tap.lost()), "{}", tap.lost());
    let kept = tap.sent().iter().filter(|frame| !frame.lost);
    let kept: Vec<_> = kept.map(|frame| frame.octets.clone()).collect();
    assert_eq!(notes.frames, kept);
}

#[test]
fn a_delay_is_felt_and_a_cut_is_silence() {
    let settings = Settings {
        delay_us: 300_000,
        cuts: std::iter::once(1_000_000..1_500_000).collect(),
        ..Settings::default()
    };
    let (notes, _) = play(&settings, 60, [RATE; 2]);
    let first = notes.exchanges.iter().find(|exchange| exchange.2).unwrap();
    // The stretch in which the first symbol arrives.
    let arrives = LEAD_US + 300_000;
    assert!(first.0 <= arrives && arrives < first.0 + u64::from(first.1));
    for &(start, _, carrier, lock, symbols) in &notes.exchanges {
        if (1_000_000..1_500_000).contains(&start) {
            assert!(!carrier && !lock && symbols == 0);
        }
    }
    assert!(notes.frames.len() < 60);
}

#[test]
fn every_symbol_arrives_once_at_any_rate() {
    for rate in [1_000, 2_000, 16_000, 256_000, 4_096_000] {
        let (notes, run) = play(&Settings::default(), 3, [rate; 2]);
        let heard: u64 = notes.exchanges.iter().map(|e| u64::from(e.4)).sum();
        assert_eq!(heard, symbols(&frames(3)).len() as u64, "{rate}");
        assert!(notes.exchanges.iter().all(|e| e.4 <= 1_024));
        assert_eq!(notes.frames, frames(3), "{rate}");
        assert_eq!(run.modem(Side::Orbiter).book().silent, 0);
    }
}

#[test]
fn a_receiver_set_to_another_rate_hears_noise_without_lock() {
    let (notes, _) = play(&Settings::default(), 5, [RATE, 2 * RATE]);
    assert!(notes.frames.is_empty());
    let with_carrier: Vec<_> = notes.exchanges.iter().filter(|e| e.2).collect();
    assert!(!with_carrier.is_empty());
    assert!(with_carrier.iter().any(|e| e.4 > 0));
    assert!(notes.exchanges.iter().all(|e| !e.3), "never in lock");
}

#[test]
fn noise_may_be_taken_for_a_signal() {
    let settings = Settings {
        noise: std::iter::once(0..2_000_000).collect(),
        ..Settings::default()
    };
    let (orbiter, notes) = listener(RATE);
    let rover = modem(sender(vec![], RATE), vec![]);
    let mut run = Run::new(&settings, rover, modem(orbiter, vec![]), 0);
    run.await_boots().unwrap();
    run.run_until(3_000_000, |_| false).unwrap();
    let notes = notes.lock().unwrap();
    let noisy = notes.exchanges.iter().filter(|e| e.3 && e.4 > 0).count();
    assert!((29..=32).contains(&noisy), "two seconds: {noisy}");
    assert!(notes.frames.is_empty());
}

#[test]
fn slips_break_the_count_and_nothing_else() {
    let settings = Settings {
        slip_every_symbols: 20_000,
        ..Settings::default()
    };
    let (notes, _) = play(&settings, 100, [RATE; 2]);
    assert!(notes.frames.len() > 70, "{}", notes.frames.len());
    assert!(notes.frames.len() < 100);
}

/// Asks its payload memory for everything, octet by octet as it comes.
fn reader(read: Arc<Mutex<Vec<u8>>>) -> InProcess {
    InProcess::new("reader", Node::Rover, move |_| {
        let (read, mut asked) = (Arc::clone(&read), false);
        let mut total = 0;
        Reaction::boxed(move |message, out| match *message {
            ToComputer::Exchange(ref heard) => {
                if !std::mem::replace(&mut asked, true) {
                    out(&FromComputer::PayloadAsk { file: 0 });
                    out(&FromComputer::PayloadAsk { file: 9 });
                }
                emit(heard, Modulation::Off, RATE, &[], out);
            }
            ToComputer::PayloadFile {
                file, size, name, ..
            } => {
                if file == 0 {
                    assert_eq!((size, name), (2_000, "a.bin"));
                    total = size;
                    out(&FromComputer::PayloadRead {
                        file,
                        at: 0,
                        len: 700,
                    });
                } else {
                    assert_eq!((size, name), (0, ""), "there is no such file");
                }
            }
            ToComputer::PayloadOctets { file, at, octets } => {
                assert!(octets.len() <= 700);
                read.lock().unwrap().extend_from_slice(octets);
                let at = at + u32::try_from(octets.len()).unwrap();
                if at < total {
                    out(&FromComputer::PayloadRead { file, at, len: 700 });
                }
            }
            ToComputer::Order(_) => {}
        })
    })
}

#[test]
fn the_payload_memory_gives_what_it_is_asked_for() {
    let octets: Vec<u8> = (0..=255).cycle().take(2_000).collect();
    let read = Arc::default();
    let payload = vec![Payload {
        name: "a.bin".to_owned(),
        octets: octets.clone(),
    }];
    let rover = modem(reader(Arc::clone(&read)), payload);
    let (orbiter, _) = listener(RATE);
    let mut run = Run::new(&Settings::default(), rover, modem(orbiter, vec![]), 0);
    run.await_boots().unwrap();
    run.run_until(1_000_000, |_| false).unwrap();
    assert_eq!(*read.lock().unwrap(), octets);
}

/// Notes its orders; never answers an exchange behind the third.
fn sulker(orders: Arc<Mutex<Vec<Order>>>) -> InProcess {
    InProcess::new("sulker", Node::Rover, move |boots| {
        let (orders, mut left) = (Arc::clone(&orders), 3);
        Reaction::boxed(move |message, out| match message {
            ToComputer::Order(order) => orders.lock().unwrap().push(*order),
            ToComputer::Exchange(heard) if boots > 1 || left > 0 => {
                left -= 1;
                emit(heard, Modulation::Carrier, RATE, &[], out);
            }
            _ => {}
        })
    })
}

#[test]
fn a_computer_that_does_not_answer_is_silent_until_it_begins_anew() {
    let orders = Arc::default();
    let (orbiter, notes) = listener(RATE);
    let rover = modem(sulker(Arc::clone(&orders)), vec![]);
    let mut run = Run::new(&Settings::default(), rover, modem(orbiter, vec![]), 0);
    run.await_boots().unwrap();
    let begin = Order::Begin(Pass {
        number: 1,
        mode: PassMode::Blind,
        return_rate: 8_000,
        forward_rate: 8_000,
        send_ms: 0,
        return_code: ReturnCode::Convolutional,
    });
    run.order(Side::Rover, begin).unwrap();
    run.run_until(640_000, |_| false).unwrap();
    let carrier = notes
        .lock()
        .unwrap()
        .exchanges
        .iter()
        .filter(|e| e.2)
        .count();
    assert_eq!(carrier, 3);
    assert_eq!(run.modem(Side::Rover).book().silent, 7);
    assert_eq!(run.reset(Side::Rover), Ok(true));
    run.run_until(960_000, |_| false).unwrap();
    let book = run.modem(Side::Rover).book();
    assert_eq!(book.silent, 7, "it answers again");
    assert_eq!(book.boots[1].cause, ResetCause::External);
    assert_eq!(
        *orders.lock().unwrap(),
        [begin, begin],
        "the pass is told again after the reset"
    );
    let carrier = notes
        .lock()
        .unwrap()
        .exchanges
        .iter()
        .filter(|e| e.2)
        .count();
    assert_eq!(carrier, 3 + 4, "the lead of one stretch");
}

#[test]
fn octets_that_are_no_message_are_counted_and_forgotten() {
    let (orbiter, notes) = listener(RATE);
    let mut rover = modem(sender(symbols(&frames(2)), RATE), vec![]);
    for noise in [&[0xFF; 2_000][..], &[0, 1, 2, 3, 0, 0x55], &[7; 3]] {
        rover.computer().send_octets(noise).unwrap();
    }
    rover.computer().send_octets(&[0]).unwrap();
    let mut run = Run::new(&Settings::default(), rover, modem(orbiter, vec![]), 0);
    run.await_boots().unwrap();
    run.run_until(4_000_000, |_| false).unwrap();
    assert_eq!(notes.lock().unwrap().frames, frames(2));
}
