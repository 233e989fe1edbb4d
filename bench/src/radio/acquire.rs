//! Acquisition from cold, and false alarms.

use magpie_radio::channel::{Awgn, Chain, Oscillator, Seed};
use magpie_radio::receive::{Event, Hear as _, Receiver, Settings};
use magpie_radio::{Iq, SampleRate};

use super::plot::{Drawing, Line, Style, draw};
use super::signal::{hear, modulator, send, symbol};
use super::{Effort, Finding, Result};

const SAMPLE_RATE: f64 = 256_000.0;
/// 8 kbit/s of the rate 1/2 code.
const SYMBOL_RATE: f64 = 16_000.0;
/// Where that code has 1e-4: 3.3 dB (docs/curves), 39.03 dB for 8 kbit/s, 1.25 dB for the carrier.
const CN0_DBHZ: f64 = 43.6;
const HALF_WIDTH_HZ: f64 = 26_000.0;
const RATE_HZ_S: f64 = 100.0;
const PATIENCE_S: f64 = 3.0;
/// A carrier told farther than this from the true one is none.
const RIGHT_HZ: f64 = 50.0;

/// Runs the experiment.
pub fn run(effort: Effort) -> Result {
    let trials = effort.pick(200, 20);
    let levels: &[f64] = effort.pick(
        &[CN0_DBHZ - 6.0, CN0_DBHZ - 3.0, CN0_DBHZ, CN0_DBHZ + 10.0],
        &[CN0_DBHZ],
    );
    let mut table = vec![vec![
        "C/N0, dBHz".to_owned(),
        "within 1 s".to_owned(),
        "median, s".to_owned(),
        "95 %, s".to_owned(),
        "wrong".to_owned(),
    ]];
    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    for &level in levels {
        let mut wrong = 0;
        let mut times: Vec<f64> = (0..trials)
            .map(|trial| {
                let (time, false_ones) = acquisition(trial, level);
                wrong += false_ones;
                time
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let within = times.iter().filter(|time| **time <= 1.0).count();
        let part = within as f64 / trials as f64;
        let at = |part: f64| times[((trials as f64 * part) as usize).min(times.len() - 1)];
        table.push(vec![
            format!("{level:.1}"),
            format!("{:.1} %", 100.0 * part),
            format!("{:.3}", at(0.5)),
            format!("{:.3}", at(0.95)),
            format!("{wrong}"),
        ]);
        if (level - CN0_DBHZ).abs() < 1e-9 {
            findings.push(Finding {
                what: format!("acquisition from cold within 1 s, {CN0_DBHZ} dBHz, {trials} trials"),
                ask: "95 %".to_owned(),
                have: format!("{:.1} %", 100.0 * part),
                met: part >= 0.95,
            });
        }
        let steps = times.iter().enumerate();
        lines.push(Line {
            label: format!("{level:.1} dBHz"),
            dots: steps
                .map(|(index, time)| (*time, 100.0 * (index + 1) as f64 / trials as f64))
                .collect(),
            style: Style::Track,
        });
    }
    findings.push(false_alarms(effort));
    let title = "Acquisition from cold";
    Result {
        name: "acquire",
        title: title.to_owned(),
        how: format!(
            "{SYMBOL_RATE} sym/s at {SAMPLE_RATE} samples/s; carrier anywhere within ±26 kHz, drift anywhere within ±100 Hz/s, the symbol rate is not told. \
             The time is from the first sample to CARRIER_ACQUIRED with a frequency within {RIGHT_HZ} Hz; after {PATIENCE_S} s it is given up."
        ),
        findings,
        table,
        svg: draw(&Drawing {
            title,
            x: "time since the first sample, s",
            y: "trials with the carrier in lock, %",
            logarithmic: false,
            lines,
        }),
    }
}

/// A number from 0 to 1 that the trial and its purpose fix.
fn uniform(trial: u64, purpose: u64) -> f64 {
    let bits = (0..52).fold(0_u64, |bits, index| {
        bits << 1 | u64::from(symbol(0xACC0 + purpose, trial * 64 + index))
    });
    bits as f64 / (1_u64 << 52) as f64
}

/// Seconds to lock, and wrong carriers told before.
fn acquisition(trial: u64, level: f64) -> (f64, u32) {
    let sample_rate = SampleRate::new(SAMPLE_RATE).expect("a rate");
    let offset = (2.0 * uniform(trial, 1) - 1.0) * HALF_WIDTH_HZ;
    let drift = (2.0 * uniform(trial, 2) - 1.0) * RATE_HZ_S;
    let mut modulator = modulator(SYMBOL_RATE, sample_rate);
    let mut channel = Chain::new()
        .with(Oscillator::hz(offset, drift, sample_rate))
        .with(Awgn::cn0(level, sample_rate, Seed::new(trial, 2)));
    let mut receiver = Receiver::new(&Settings::new(sample_rate)).expect("settings that go");
    let (mut locked, mut wrong) = (None, 0);
    let count = (PATIENCE_S * SYMBOL_RATE) as u64;
    send(&mut modulator, &mut channel, trial, count, &mut |block| {
        if locked.is_some() {
            return;
        }
        hear(&mut receiver, block, &mut |event| {
            if let (Event::CarrierAcquired(estimate), None) = (event, locked) {
                let t_s = sample_rate.seconds(estimate.at);
                let right = (estimate.offset_hz - offset - drift * t_s).abs() < RIGHT_HZ;
                if right {
                    locked = Some(t_s);
                } else {
                    wrong += 1;
                }
            }
        });
    });
    (locked.unwrap_or(PATIENCE_S), wrong)
}

/// Carriers told in noise.
fn false_alarms(effort: Effort) -> Finding {
    let hours: f64 = effort.pick(8.0, 0.05);
    let sample_rate = SampleRate::new(64_000.0).expect("a rate");
    let mut receiver = Receiver::new(&Settings::new(sample_rate)).expect("settings that go");
    let mut noise = Chain::new().with(Awgn::density(1.0 / 64_000.0, sample_rate, Seed::new(77, 3)));
    let mut alarms = 0_u32;
    for _ in 0..(hours * 3600.0) as u64 {
        let mut block = vec![Iq::default(); 64_000];
        noise.process(&mut block);
        receiver.push(&block, &mut |event| {
            alarms += u32::from(matches!(event, Event::CarrierAcquired(_)));
        });
    }
    Finding {
        what: format!("false alarms in {hours} h of noise, ±26 kHz"),
        ask: "≤ 1 an hour".to_owned(),
        have: format!("{alarms}"),
        met: f64::from(alarms) <= hours.max(1.0),
    }
}
