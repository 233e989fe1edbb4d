//! Acquisition from cold: `acquire_trials [trials] [C/N0 dBHz] [minutes of noise]`; default: 200 trials where the K = 7 code gives 1e-4 at 8 kbit/s.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../tests/naive/mod.rs"]
mod naive;

use magpie_radio::SampleRate;
use magpie_radio::receive::{Event, Hear, Receiver, Settings};

fn main() {
    let arguments: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let trials = arguments.first().copied().unwrap_or(200.0) as u64;
    // Eb/N0 3.1 dB at 8 kbit/s (16 ksymbol/s): 3.1 + 39.0, and 1.25 dB for the carrier.
    let cn0 = arguments.get(1).copied().unwrap_or(43.4);
    let minutes = arguments.get(2).copied().unwrap_or(0.0);
    let sample_rate = 200e3;
    let settings = Settings::new(SampleRate::new(sample_rate).unwrap());
    let mut times = Vec::new();
    let mut wrong = 0;
    for trial in 0..trials {
        let unit = |k: u64| ((trial * 7919 + k * 104_729) % 10_007) as f64 / 10_007.0;
        let hz = 52_000.0 * (unit(1) - 0.5);
        let rate = if trial % 2 == 0 { 100.0 } else { -100.0 };
        let mut signal = naive::Signal::new(sample_rate, 16e3, cn0, hz, rate, trial);
        let mut receiver = Receiver::new(&settings).unwrap();
        let mut when = None;
        let mut at = 0;
        while when.is_none() && at < (5.0 * sample_rate) as u64 {
            let block = signal.samples(at, at + 2000);
            at += 2000;
            receiver.push(&block, &mut |event| {
                if let Event::CarrierAcquired(e) = event {
                    let t = e.at as f64 / sample_rate;
                    let right = (e.offset_hz - hz - rate * t).abs() < 30.0;
                    when = Some((at as f64 / sample_rate, right));
                }
            });
        }
        match when {
            Some((t, true)) => times.push(t),
            Some((_, false)) => wrong += 1,
            None => {}
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |part: f64| {
        times
            .get((part * (times.len() as f64 - 1.0)) as usize)
            .copied()
            .unwrap_or(f64::NAN)
    };
    let in_time = times.iter().filter(|&&t| t <= 1.0).count();
    println!(
        "{cn0} dBHz: {in_time} of {trials} within 1 s, {} in all, {wrong} wrong; median {:.3} s, 95 % {:.3} s, last {:.3} s",
        times.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    if minutes > 0.0 {
        noise(minutes, &settings, sample_rate);
    }
}

fn noise(minutes: f64, settings: &Settings, sample_rate: f64) {
    let mut signal = naive::Signal::new(sample_rate, 16e3, 0.0, 0.0, 0.0, 99);
    signal.gain = Box::new(|_| 0.0);
    let mut receiver = Receiver::new(settings).unwrap();
    let mut alarms = 0;
    let mut at = 0;
    while at < (minutes * 60.0 * sample_rate) as u64 {
        let block = signal.samples(at, at + 200_000);
        at += 200_000;
        receiver.push(&block, &mut |event| {
            alarms += u32::from(matches!(event, Event::CarrierAcquired(_)));
        });
    }
    println!("{minutes} minutes of noise: {alarms} false alarms");
}
