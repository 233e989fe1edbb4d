//! How well the carrier's frequency is measured, against the Cramér–Rao bound.

use core::f64::consts::PI;

use magpie_radio::SampleRate;
use magpie_radio::channel::{Awgn, Chain, Oscillator, Seed};
use magpie_radio::receive::{Event, Receiver, Settings};

use super::plot::{Drawing, Line, Style, draw};
use super::signal::{hear, modulator, send};
use super::{Effort, Finding, Result};

const SAMPLE_RATE: f64 = 128_000.0;
const SYMBOL_RATE: f64 = 8_000.0;
const OFFSET_HZ: f64 = 1234.5;
const DRIFT_HZ_S: f64 = 20.0;
/// The receiver's loops settle before.
const SETTLED_S: f64 = 4.0;

/// Runs the experiment.
pub fn run(effort: Effort) -> Result {
    let levels: &[f64] = effort.pick(&[35.0, 38.0, 41.0, 44.0, 47.0, 50.0, 55.0, 60.0], &[45.0]);
    let mut table = vec![vec![
        "C/N0, dBHz".to_owned(),
        "error, Hz (rms)".to_owned(),
        "bound, Hz".to_owned(),
        "ratio".to_owned(),
        "C/N0 told, dBHz".to_owned(),
    ]];
    let (mut measured, mut bounds, mut worst) = (Vec::new(), Vec::new(), 0.0_f64);
    for &level in levels {
        let (error, told) = measure(level, effort);
        let bound = bound(level);
        worst = worst.max(error / bound);
        measured.push((level, error));
        bounds.push((level, bound));
        table.push(vec![
            format!("{level}"),
            format!("{error:.4}"),
            format!("{bound:.4}"),
            format!("{:.2}", error / bound),
            format!("{told:.2}"),
        ]);
    }
    let title = "Carrier frequency over one second";
    let line = |label: &str, dots, style| Line {
        label: label.to_owned(),
        dots,
        style,
    };
    Result {
        name: "frequency",
        title: title.to_owned(),
        how: format!(
            "{SYMBOL_RATE} sym/s, PM 60°, {DRIFT_HZ_S} Hz/s of drift. The bound is that of a tone with the residual carrier's power in a window of one \
             second, 3 / (2π² · C/N0 · T³) for the variance; what the data add to the knowledge of the phase is left out of it."
        ),
        findings: vec![Finding {
            what: "frequency error over 1 s".to_owned(),
            ask: "≤ 3 × Cramér–Rao".to_owned(),
            have: format!("{worst:.2} × at worst"),
            met: worst <= 3.0,
        }],
        table,
        svg: draw(&Drawing {
            title,
            x: "C/N0, dBHz",
            y: "error, Hz (rms)",
            logarithmic: true,
            lines: vec![
                line("measured", measured, Style::Measured),
                line("Cramér–Rao", bounds.clone(), Style::Theory),
                line(
                    "3 × Cramér–Rao (asked)",
                    bounds.iter().map(|(x, y)| (*x, 3.0 * y)).collect(),
                    Style::Theory,
                ),
            ],
        }),
    }
}

/// Of the residual carrier over one second.
fn bound(cn0_dbhz: f64) -> f64 {
    let carrier = 0.25 * 10f64.powf(cn0_dbhz / 10.0);
    (3.0 / (2.0 * PI * PI * carrier)).sqrt()
}

/// Error (rms) of the estimates, and the mean C/N0 told.
fn measure(level: f64, effort: Effort) -> (f64, f64) {
    let sample_rate = SampleRate::new(SAMPLE_RATE).expect("a rate");
    let mut modulator = modulator(SYMBOL_RATE, sample_rate);
    let mut channel = Chain::new()
        .with(Oscillator::hz(OFFSET_HZ, DRIFT_HZ_S, sample_rate))
        .with(Awgn::cn0(level, sample_rate, Seed::new(level.to_bits(), 4)));
    let mut settings = Settings::new(sample_rate);
    settings.symbol_rate = Some(SYMBOL_RATE);
    let mut receiver = Receiver::new(&settings).expect("settings that go");
    let (mut squares, mut told, mut count) = (0.0, 0.0, 0_u32);
    let symbols = (effort.pick(124.0, 14.0) * SYMBOL_RATE) as u64;
    send(&mut modulator, &mut channel, 5, symbols, &mut |block| {
        hear(&mut receiver, block, &mut |event| {
            if let Event::Carrier(estimate) = event {
                let t_s = sample_rate.seconds(estimate.at);
                if t_s > SETTLED_S {
                    squares += (estimate.offset_hz - OFFSET_HZ - DRIFT_HZ_S * t_s).powi(2);
                    told += estimate.cn0_dbhz;
                    count += 1;
                }
            }
        });
    });
    let count = f64::from(count.max(1));
    ((squares / count).sqrt(), told / count)
}
