//! The receiver as a whole, against a naive transmitter and exact noise. Expected figures: what was sent; theory; the Cramér-Rao bound; the table.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]

mod naive;

use magpie_radio::SampleRate;
use magpie_radio::profile::{Profile, Row, SPEED_OF_LIGHT};
use magpie_radio::receive::{Aid, Receiver, Settings};
use naive::{Signal, cn0_for, hear};

fn settings(sample_rate: f64, symbol_rate: Option<f64>) -> Settings {
    let mut settings = Settings::new(SampleRate::new(sample_rate).unwrap());
    settings.symbol_rate = symbol_rate;
    settings
}

#[test]
fn a_signal_is_heard_with_every_symbol_after_lock() {
    let mut signal = Signal::new(128e3, 8e3, cn0_for(12.0, 8e3), -17_345.6, 60.0, 1);
    signal.begins_s = 0.8;
    let mut receiver = Receiver::new(&settings(128e3, Some(8e3))).unwrap();
    let heard = hear(&mut signal, &mut receiver, 2.0, 0.8);
    assert_eq!(heard.acquired.len(), 1);
    assert!(heard.acquired[0].0 < 128_000, "{:?}", heard.acquired);
    assert_eq!(heard.symbol_locks.len(), 1, "{:?}", heard.symbol_locks);
    assert_eq!(heard.places.len(), 1);
    assert_eq!(heard.errors, 0);
    assert!(heard.compared > 9590, "{}", heard.compared);
    let mean = heard.magnitude / heard.compared as f64;
    assert!((mean - 40.0).abs() < 2.0, "{mean}");
    let (at, hz, rate, cn0, es_n0) = *heard.estimates.last().unwrap();
    let t = at as f64 / 128e3;
    assert!((hz - (-17_345.6 + 60.0 * t)).abs() < 0.2, "{hz}");
    assert!((rate - 60.0).abs() < 5.0, "{rate}");
    assert!((cn0 - cn0_for(12.0, 8e3)).abs() < 0.5, "{cn0}");
    assert!((es_n0.unwrap() - 12.0).abs() < 1.0, "{es_n0:?}");
}

#[test]
fn every_symbol_rate_is_recognised_in_random_data_and_in_idle() {
    for (rate, sample_rate) in [
        (1e3, 64e3),
        (2e3, 100e3),
        (8e3, 256e3),
        (16e3, 256e3),
        (64e3, 1e6),
        (256e3, 1.1e6),
    ] {
        for (es_n0, idle) in [
            (0.0, false),
            (10.0, false),
            (2.0, true),
            (15.0, true),
            (40.0, false),
        ] {
            let mut signal = Signal::new(sample_rate, rate, cn0_for(es_n0, rate), 9000.0, 30.0, 2);
            signal.begins_s = 0.45;
            if idle {
                // Acquisition idle alone, 352EF853: no random data at all.
                for (k, bit) in signal.bits.iter_mut().enumerate() {
                    *bit = (0x352E_F853_u32 >> (31 - k % 32) & 1) as u8;
                }
            }
            let mut receiver = Receiver::new(&settings(sample_rate, None)).unwrap();
            let heard = hear(&mut signal, &mut receiver, 1.3, 0.8);
            let what = format!(
                "{rate} at {es_n0} dB, idle {idle}: {:?}, {} places",
                heard.symbol_locks,
                heard.places.len()
            );
            assert_eq!(heard.symbol_locks.len(), 1, "{what}");
            assert!((heard.symbol_locks[0].1 - rate).abs() < 1e-6, "{what}");
            assert_eq!(heard.places.len(), 1, "{what}");
            // Nothing after the first symbols is lost, though it took a while to recognise them.
            assert!(
                heard.symbol_locks[0].0 as f64 / sample_rate < 0.48,
                "{what}"
            );
        }
    }
}

//= 211.1-B-4 symbol-rate-offset
#[test]
fn a_fade_leaves_the_count_as_it_was() {
    for (fade_s, es_n0) in [(0.5, 3.0), (3.0, 6.0)] {
        let mut signal = Signal::new(64e3, 8e3, cn0_for(es_n0, 8e3), 5000.0, 50.0, 3);
        signal.begins_s = 0.6;
        // The clock is 0.09 % fast, within what 211.1 allows.
        signal.clock = Box::new(|t| t * 1.000_9);
        signal.gain = Box::new(move |t| {
            if t > 3.0 && t < 3.0 + fade_s {
                0.0
            } else {
                1.0
            }
        });
        let mut receiver = Receiver::new(&settings(64e3, Some(8e3))).unwrap();
        let heard = hear(&mut signal, &mut receiver, 5.0 + fade_s, 4.0 + fade_s);
        assert_eq!(heard.lost.len(), 1);
        assert_eq!(heard.symbol_locks.len(), 2, "{:?}", heard.symbol_locks);
        assert!(heard.symbol_locks[1].2, "continued: {:?}", heard.places);
        assert_eq!(heard.places.len(), 1, "{:?}", heard.places);
        assert!(heard.zeros as f64 > 0.8 * 8e3 * fade_s);
    }
}

#[test]
fn the_frequency_is_estimated_near_the_bound() {
    // Window of 1 s; 3 / (2 π² C/N0), with the carrier's quarter of 43 dBHz.
    let cn0 = 43.0;
    let bound =
        (3.0 / (2.0 * std::f64::consts::PI.powi(2) * 0.25 * 10_f64.powf(cn0 / 10.0))).sqrt();
    let mut signal = Signal::new(64e3, 8e3, cn0, 1234.5, 40.0, 4);
    let mut receiver = Receiver::new(&settings(64e3, Some(8e3))).unwrap();
    let heard = hear(&mut signal, &mut receiver, 40.0, 1.0);
    let errors: Vec<f64> = heard
        .estimates
        .iter()
        .skip(12)
        .map(|&(at, hz, ..)| hz - 1234.5 - 40.0 * at as f64 / 64e3)
        .collect();
    let rms = (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt();
    println!(
        "frequency: rms {rms:.4} Hz, bound {bound:.4} Hz, {} values",
        errors.len()
    );
    assert!(errors.len() > 370);
    assert!(rms < 3.0 * bound, "{rms} Hz against {bound} Hz");
}

/// The first pass of the orbiter above the horizon of Zhurong: topocentric x, y, z in km each 5 s.
fn tianwen_pass() -> Option<Profile> {
    let folder = std::env::var("MAGPIE_DATA").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned()
    });
    let text =
        std::fs::read_to_string(format!("{folder}/tianwen1/ZhurongTopoReportJune.txt")).ok()?;
    let places: Vec<[f64; 3]> = text
        .lines()
        .filter_map(|line| {
            let numbers: Vec<f64> = line
                .split_whitespace()
                .filter_map(|n| n.parse().ok())
                .collect();
            Some([*numbers.get(1)?, *numbers.get(2)?, *numbers.get(3)?])
        })
        .skip_while(|place| place[2] <= 0.0)
        .take_while(|place| place[2] > 0.0)
        .collect();
    let range = |k: usize| 1000.0 * places[k].iter().map(|x| x * x).sum::<f64>().sqrt();
    let rows = (1..places.len() - 1)
        .map(|k| Row {
            t_s: 5.0 * (k - 1) as f64,
            range_m: range(k),
            range_rate_m_s: (range(k + 1) - range(k - 1)) / 10.0,
        })
        .collect();
    Profile::new(rows).ok()
}

#[test]
#[cfg_attr(no_recordings, ignore = "needs the recordings")]
fn a_pass_of_tianwen_1_over_zhurong_is_followed() {
    const CARRIER_HZ: f64 = 401_585_625.0;
    let profile = tianwen_pass().expect("recordings");
    let last = profile.rows().last().unwrap().t_s;
    // The middle of the pass, where Doppler changes fastest.
    let fastest = (0..last as u32)
        .map(f64::from)
        .max_by(|&a, &b| {
            let rate = |t: f64| {
                (profile.doppler_hz(t + 0.5, CARRIER_HZ) - profile.doppler_hz(t - 0.5, CARRIER_HZ))
                    .abs()
            };
            rate(a).total_cmp(&rate(b))
        })
        .unwrap();
    println!("pass of {last} s, fastest Doppler at {fastest} s");
    let start = (fastest - 30.0).max(0.0);
    for aided in [false, true] {
        let mut signal = Signal::new(64e3, 8e3, cn0_for(1.0, 8e3), 0.0, 0.0, 8);
        let here = profile.clone();
        let (first, _) = here.at(start);
        // An oscillator 4 kHz off beside the Doppler.
        signal.turns = Box::new(move |t| {
            4000.0 * t - (here.at(start + t).0 - first) * CARRIER_HZ / SPEED_OF_LIGHT
        });
        let there = profile.clone();
        signal.clock = Box::new(move |t| t - there.at(start + t).0 / SPEED_OF_LIGHT);
        let mut settings = settings(64e3, Some(8e3));
        if aided {
            let rows = profile.rows().iter().map(|row| Row {
                t_s: row.t_s - start,
                ..*row
            });
            settings.aid = Some(Aid {
                profile: Profile::new(rows.collect()).unwrap(),
                carrier_hz: CARRIER_HZ,
            });
        }
        let mut receiver = Receiver::new(&settings).unwrap();
        let heard = hear(&mut signal, &mut receiver, 60.0, 1.0);
        assert_eq!(heard.lost.len(), 0, "aided {aided}: {:?}", heard.lost);
        assert_eq!(heard.places.len(), 1, "aided {aided}: {:?}", heard.places);
        for &(at, hz, ..) in heard.estimates.iter().skip(10) {
            let truth = 4000.0 + profile.doppler_hz(start + at as f64 / 64e3, CARRIER_HZ);
            assert!((hz - truth).abs() < 1.0, "aided {aided}: {hz} for {truth}");
        }
    }
}

//= 211.1-B-4 doppler
#[test]
fn ramps_of_200_hz_a_second_to_10_khz_are_followed() {
    // Up from 0 to +10 kHz, down to -10 kHz, and back: corners of 400 Hz/s.
    let hz = |t: f64| {
        let phase = t.rem_euclid(200.0);
        if phase < 50.0 {
            200.0 * phase
        } else if phase < 150.0 {
            20_000.0 - 200.0 * phase
        } else {
            200.0 * phase - 40_000.0
        }
    };
    for (rate, es_n0, from) in [(8e3, 3.0, 42.0), (1e3, 6.0, 20.0)] {
        let mut signal = Signal::new(64e3, rate, cn0_for(es_n0, rate), 0.0, 0.0, 5);
        // Integral of the ramp, piece by piece, begun a little before a corner.
        signal.turns = Box::new(move |t| {
            let u = t + from;
            let up = |u: f64| 100.0 * u * u;
            if u < 50.0 {
                up(u) - up(from)
            } else {
                up(50.0) - up(from) + 20_000.0 * (u - 50.0) - 100.0 * (u * u - 2500.0)
            }
        });
        let mut receiver = Receiver::new(&settings(64e3, Some(rate))).unwrap();
        let heard = hear(&mut signal, &mut receiver, 16.0, 1.0);
        assert_eq!(heard.lost.len(), 0, "{rate}: {:?}", heard.lost);
        assert_eq!(heard.places.len(), 1, "{rate}: {:?}", heard.places);
        let (at, seen, ..) = *heard.estimates.last().unwrap();
        assert!((seen - hz(from + at as f64 / 64e3)).abs() < 5.0, "{rate}");
    }
}
