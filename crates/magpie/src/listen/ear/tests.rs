//! A receiver that tells what a script says stands for the real one.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::large_stack_arrays
)] // small numbers, and figures that are exact

use magpie_coding::soft;
use magpie_radio::receive::{Estimate, Event, Status};
use serde_json::Value;

use super::*;
use crate::listen::account::{Account, Input};

/// What is told behind a sample.
enum Said {
    Acquired,
    Carrier(f64),
    CarrierLost,
    Lock { continued: bool },
    SymbolLost,
    Symbols { first: u64, soft: Vec<i8> },
    NotNumbers(u64),
}

struct Script {
    said: std::collections::VecDeque<(u64, Said)>,
    at: u64,
}

impl Script {
    fn boxed(said: Vec<(u64, Said)>) -> Box<dyn Hear> {
        Box::new(Self {
            said: said.into(),
            at: 0,
        })
    }

    fn tell(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        while self.said.front().is_some_and(|(at, _)| *at <= self.at) {
            let Some((at, said)) = self.said.pop_front() else {
                return;
            };
            let estimate = |offset_hz| Estimate {
                at,
                offset_hz,
                rate_hz_s: 1.0,
                cn0_dbhz: 45.0,
                es_n0_db: None,
            };
            sink(match &said {
                Said::Acquired => Event::CarrierAcquired(estimate(100.0)),
                Said::Carrier(offset) => Event::Carrier(estimate(*offset)),
                Said::CarrierLost => Event::CarrierLost { at },
                Said::Lock { continued } => Event::SymbolLock {
                    at,
                    symbol_rate: 1000.0,
                    continued: *continued,
                },
                Said::SymbolLost => Event::SymbolLost { at },
                Said::Symbols { first, soft } => Event::Symbols {
                    first: *first,
                    at: at as f64,
                    soft,
                },
                Said::NotNumbers(count) => Event::NotNumbers { at, count: *count },
            });
        }
    }
}

impl Hear for Script {
    fn push(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Event<'_>)) {
        self.at += samples.len() as u64;
        self.tell(sink);
    }

    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        self.at = u64::MAX;
        self.tell(sink);
    }

    fn status(&self) -> Status {
        Status::default()
    }
}

fn rate() -> SampleRate {
    SampleRate::new(16_000.0).unwrap()
}

/// The empty frame of 211.2-B-3 behind ten octets of nothing: 80 + 96 symbols; 16 samples each.
fn pltu() -> Vec<i8> {
    let mut octets = vec![0x55; 10];
    octets.extend([0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7]);
    soft::symbols(&octets).collect()
}

fn input() -> Input {
    Input {
        source: "a test".into(),
        format: "cf32",
        centre_hz: None,
        resampled_to: None,
        ended_by: "end",
        odd_octets: 0,
        missing_samples: 0,
        checksum_differs: false,
        notes: Vec::new(),
    }
}

fn listen(said: Vec<(u64, Said)>, samples: usize) -> (Account, Vec<Vec<u8>>) {
    let mut ear = Ear::new(Script::boxed(said), rate(), None, 1.0);
    let mut frames = Vec::new();
    for block in vec![Iq::new(0.5, 0.5); samples].chunks(1000) {
        ear.push(block, &mut |good| frames.push(good.octets.to_vec()));
    }
    let heard = ear.finish(&mut |good| frames.push(good.octets.to_vec()));
    (Account::new(rate(), input(), heard), frames)
}

#[test]
fn the_account_has_the_fields_of_the_issue() {
    let said = vec![
        (1600, Said::Acquired),
        (3200, Said::Carrier(101.0)),
        (4000, Said::Lock { continued: false }),
        (
            4000,
            Said::Symbols {
                first: 0,
                soft: pltu(),
            },
        ),
        (8000, Said::SymbolLost),
        (8800, Said::CarrierLost),
        (9000, Said::NotNumbers(5)),
    ];
    let (account, frames) = listen(said, 16_000);
    assert_eq!(frames, [vec![0x80, 0, 0, 4, 0]]);
    let json: Value = serde_json::to_value(&account).unwrap();
    assert_eq!(json["sample_rate"], 16_000.0);
    assert_eq!(json["symbol_rate"], 1000.0);
    assert_eq!(json["coding"], "uncoded");
    assert_eq!(json["carrier"].as_array().unwrap().len(), 2);
    assert_eq!(json["carrier"][1]["t_s"], 0.2);
    assert_eq!(json["carrier"][1]["offset_hz"], 101.0);
    assert_eq!(json["carrier"][1]["cn0_dbhz"], 45.0);
    assert_eq!(json["locks"].as_array().unwrap().len(), 1);
    assert_eq!(json["locks"][0]["from_s"], 0.25);
    assert_eq!(json["locks"][0]["to_s"], 0.5);
    assert_eq!(json["carrier_locks"][0]["to_s"], 0.55);
    assert_eq!(
        (&json["markers"], &json["frames_good"]),
        (&1.into(), &1.into())
    );
    assert_eq!(json["frames_bad"], 0);
    assert_eq!(json["polarity"], "upright");
    assert_eq!(json["rejected"], serde_json::json!({}));
    assert_eq!(json["not_numbers"], 5);
    assert!(account.is_complete());
    // The marker begins 80 symbols of 16 samples behind sample 4000.
    assert_eq!(account.marks.len(), 1);
    assert!((account.marks[0].t_s - (4000.0 + 80.0 * 16.0) / 16_000.0).abs() < 1e-9);
    // A constant is all there is in this input.
    assert!(
        account
            .notes
            .iter()
            .any(|note| note.starts_with("DC offset: 100.0 %"))
    );
    assert!(
        account
            .notes
            .iter()
            .any(|note| note.starts_with("5 samples are no numbers"))
    );
}

#[test]
fn turned_frames_ask_whether_the_spectrum_is_inverted() {
    let turned = pltu().iter().map(|symbol| -symbol).collect();
    let said = vec![
        (10, Said::Acquired),
        (20, Said::Lock { continued: false }),
        (
            20,
            Said::Symbols {
                first: 0,
                soft: turned,
            },
        ),
    ];
    let (account, _) = listen(said, 4000);
    assert_eq!(account.polarity, Some("inverted"));
    assert!(
        account
            .notes
            .iter()
            .any(|note| note.starts_with("spectrum inverted?"))
    );
    // What is in lock at the end ends there.
    assert_eq!(account.locks[0].to_s, 0.25);
    assert_eq!(account.carrier_locks[0].to_s, 0.25);
}

#[test]
fn a_lock_that_is_carried_on_keeps_the_frame_in_the_making() {
    let soft = pltu();
    let (head, tail) = soft.split_at(100);
    // Eight symbols are lost in a fade, over the first bit of the header: there is no such version.
    for (lost, good) in [(0, 1), (8, 0)] {
        let said = vec![
            (0, Said::Acquired),
            (0, Said::Lock { continued: false }),
            (
                0,
                Said::Symbols {
                    first: 0,
                    soft: head.to_vec(),
                },
            ),
            (1600, Said::SymbolLost),
            (2000, Said::Lock { continued: true }),
            (
                2000,
                Said::Symbols {
                    first: 100,
                    soft: [vec![0; lost], tail[lost..].to_vec()].concat(),
                },
            ),
        ];
        let (account, frames) = listen(said, 4000);
        assert_eq!(frames.len(), good);
        assert_eq!(account.locks.len(), 2);
        assert!(account.locks[1].continued);
    }
}

#[test]
fn lost_samples_are_zeros_in_their_place() {
    let said = vec![(9000, Said::Acquired)];
    let mut ear = Ear::new(Script::boxed(said), rate(), None, 1.0);
    ear.push(&[Iq::new(1.0, 0.0); 100], &mut |_| ());
    ear.lost(10_000, &mut |_| ());
    assert_eq!(ear.samples(), 10_100);
    assert!(ear.log.status.carrier_acquired);
    let account = Account::new(rate(), input(), ear.finish(&mut |_| ()));
    assert_eq!((account.samples, account.lost_samples), (10_100, 10_000));
    assert!(!account.is_complete());
    assert!(
        account
            .notes
            .iter()
            .any(|note| note.starts_with("10,000 samples were lost"))
    );
}

#[test]
fn what_is_kept_is_bounded() {
    let mut said = vec![(0, Said::Acquired)];
    for n in 0..100_000_u32 {
        said.push((0, Said::Carrier(f64::from(n))));
    }
    for n in 0..15_000 {
        said.push((n, Said::Lock { continued: false }));
        said.push((n, Said::SymbolLost));
    }
    let (account, _) = listen(said, 20_000);
    assert!(account.carrier.len() <= 20_000 && account.carrier.len() > 10_000);
    assert_eq!(
        account
            .carrier
            .last()
            .map(|point| point.offset_hz > 99_900.0),
        Some(true)
    );
    let steps: Vec<f64> = account
        .carrier
        .windows(2)
        .skip(1)
        .map(|two| two[1].offset_hz - two[0].offset_hz)
        .collect();
    assert!(steps.iter().all(|step| *step == steps[0]), "even in time");
    assert_eq!(
        (account.locks.len(), account.more_stretches),
        (10_000, 5_000)
    );
}

#[test]
fn nothing_heard_says_why() {
    let why = |said, samples| {
        let (account, _) = listen(said, samples);
        assert!(!account.is_complete());
        account.notes.last().cloned().unwrap_or_default()
    };
    assert_eq!(why(vec![], 0), "not one sample came");
    assert!(why(vec![], 100).starts_with("nothing heard: no carrier"));
    let carrier = || vec![(0, Said::Acquired)];
    assert!(why(carrier(), 100).starts_with("a carrier without symbols"));
    let mut symbols = carrier();
    symbols.push((0, Said::Lock { continued: false }));
    assert!(why(symbols, 100).starts_with("symbols of no coding"));
}
