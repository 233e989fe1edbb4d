//! Symbol-error rate behind the loops against theory.

use magpie_radio::SampleRate;
use magpie_radio::channel::{Awgn, Chain, Oscillator, Seed};
use magpie_radio::receive::{Receiver, Settings};
use magpie_sim::curve::theory::{antipodal, q};

use super::plot::{Drawing, Line, Style, draw};
use super::signal::{Judge, hear, modulator, send};
use super::{Effort, Finding, Result};

/// Symbol rates, and the loss allowed in dB.
const RATES: [(f64, f64); 4] = [
    (1_000.0, 0.6),
    (8_000.0, 0.3),
    (64_000.0, 0.3),
    (1_024_000.0, 0.3),
];
const SAMPLES_PER_SYMBOL: f64 = 16.0;
/// Carrier above the centre, and its drift.
const OFFSET_HZ: f64 = 312.5;
const DRIFT_HZ_S: f64 = 2.0;

/// Runs the experiment.
pub fn run(effort: Effort) -> Result {
    let levels: &[f64] = effort.pick(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &[0.0, 4.0]);
    let mut table = vec![vec!["Eb/N0, dB".to_owned(), "theory".to_owned()]];
    for (rate, _) in RATES {
        table[0].push(format!("{} sym/s", rate as u64));
        table[0].push("loss, dB".to_owned());
    }
    for &level in levels {
        table.push(vec![
            format!("{level}"),
            format!("{:.2e}", antipodal(level, 1.0)),
        ]);
    }
    let mut lines = vec![Line {
        label: "theory".to_owned(),
        dots: (0..=80)
            .map(|tenth| f64::from(tenth) / 10.0)
            .map(|level| (level, antipodal(level, 1.0)))
            .collect(),
        style: Style::Theory,
    }];
    let mut findings = Vec::new();
    for (rate, allowed) in RATES {
        let (mut dots, mut worst) = (Vec::new(), 0.0_f64);
        for (row, &level) in levels.iter().enumerate() {
            let judge = measure(rate, level, effort);
            let loss = level - needed(judge.rate());
            worst = worst.max(loss);
            dots.push((level, judge.rate()));
            table[row + 1].push(format!("{:.2e}", judge.rate()));
            table[row + 1].push(format!("{loss:.2}"));
        }
        findings.push(Finding {
            what: format!(
                "loss behind the loops, {} sym/s, Eb/N0 0 to 8 dB",
                rate as u64
            ),
            ask: format!("≤ {allowed} dB"),
            have: format!("{worst:.2} dB at worst"),
            met: worst <= effort.pick(allowed, allowed + 0.3),
        });
        lines.push(Line {
            label: format!("{} sym/s", rate as u64),
            dots,
            style: Style::Measured,
        });
    }
    let title = "Symbol-error rate behind the loops";
    Result {
        name: "ber",
        title: title.to_owned(),
        how: format!(
            "PM 60°, Bi-Phase-L, {SAMPLES_PER_SYMBOL} samples a symbol, carrier {OFFSET_HZ} Hz off with {DRIFT_HZ_S} Hz/s, the symbol rate is known; \
             symbols counted from the first decision on. The loss is what theory, Q(√(2 Eb/N0)), would need less for the same rate."
        ),
        findings,
        table,
        svg: draw(&Drawing {
            title,
            x: "Eb/N0, dB (data part of the power)",
            y: "symbol-error rate",
            logarithmic: true,
            lines,
        }),
    }
}

fn measure(rate: f64, level: f64, effort: Effort) -> Judge {
    let sample_rate = SampleRate::new(rate * SAMPLES_PER_SYMBOL).expect("a rate");
    let mut modulator = modulator(rate, sample_rate);
    let waveform = modulator.waveform();
    let mut channel = Chain::new()
        .with(Oscillator::hz(OFFSET_HZ, DRIFT_HZ_S, sample_rate))
        .with(Awgn::es_n0(
            level,
            waveform,
            sample_rate,
            Seed::new(level.to_bits(), 1),
        ));
    let mut settings = Settings::new(sample_rate);
    settings.symbol_rate = Some(rate);
    settings.search.half_width_hz = settings.search.half_width_hz.min(0.25 * sample_rate.hz());
    let mut receiver = Receiver::new(&settings).expect("settings that go");
    // A hundred wrong symbols or more.
    let wanted = (200.0 / antipodal(level, 1.0)).max(effort.pick(100_000.0, 20_000.0));
    let count = wanted.min(effort.pick(2e6, 2e5)).max(2.0 * rate) as u64;
    let mut judge = Judge::new(9, 0.0, SAMPLES_PER_SYMBOL);
    send(&mut modulator, &mut channel, 9, count, &mut |block| {
        hear(&mut receiver, block, &mut |event| judge.take(event));
    });
    judge
}

/// Eb/N0 in dB at which theory has this rate.
pub fn needed(rate: f64) -> f64 {
    let (mut low, mut high) = (-10.0_f64, 15.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if q((2.0 * 10f64.powf(middle / 10.0)).sqrt()) > rate {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
