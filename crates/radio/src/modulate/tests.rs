use core::f64::consts::{PI, TAU};

use magpie_coding::idle::IDLE_PATTERN;
use proptest::prelude::*;

use super::*;
use crate::waveform::Modulation;

fn modulator(modulation: Modulation, symbol_rate: f64, sample_rate: f64) -> Modulator {
    let waveform = Waveform::new(modulation, symbol_rate).unwrap();
    Modulator::new(waveform, SampleRate::new(sample_rate).unwrap()).unwrap()
}

fn samples_of(
    modulation: Modulation,
    symbol_rate: f64,
    sample_rate: f64,
    symbols: &[u8],
) -> Vec<Iq> {
    let mut modulator = modulator(modulation, symbol_rate, sample_rate);
    let mut samples = Vec::new();
    modulator.push_symbols(symbols, &mut samples);
    modulator.finish(&mut samples);
    samples
}

/// Symbols of a shift register (x^15 + x^14 + 1), as good as random.
fn symbols(count: usize) -> Vec<u8> {
    let mut register = 1u16;
    (0..count)
        .map(|_| {
            let bit = (register >> 14 ^ register >> 13) & 1;
            register = register << 1 | bit;
            bit as u8
        })
        .collect()
}

/// Mean of `of` over the samples.
fn mean(samples: &[Iq], of: impl Fn(usize, Iq) -> f64) -> f64 {
    let sum: f64 = samples.iter().enumerate().map(|(n, &s)| of(n, s)).sum();
    sum / samples.len() as f64
}

//= 211.1-B-4 3.3.5
#[test]
fn sixty_degrees_put_a_quarter_of_the_power_into_the_carrier() {
    // cos² 60° and sin² 60°, from the facts: 25 % and 75 %.
    let samples = samples_of(Modulation::PROXIMITY, 8000.0, 128_000.0, &symbols(4000));
    assert_eq!(samples.len(), 64_000);
    assert!((mean(&samples, |_, s| f64::from(s.re)) - 0.5).abs() < 1e-7);
    assert!(mean(&samples, |_, s| f64::from(s.im)).abs() < 1e-7);
    assert!((mean(&samples, |_, s| f64::from(s.im).powi(2)) - 0.75).abs() < 1e-6);
    assert!((mean(&samples, |_, s| f64::from(s.norm_sqr())) - 1.0).abs() < 1e-6);
}

//= 211.1-B-4 3.3.5
#[test]
fn a_one_advances_the_carrier_in_the_first_half_of_its_symbol() {
    let third = PI / 3.0;
    let samples = samples_of(Modulation::PROXIMITY, 1000.0, 4000.0, &[1, 0]);
    let phases: Vec<f64> = samples.iter().map(|s| f64::from(s.arg())).collect();
    let wanted = [1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0, 1.0];
    assert_eq!(phases.len(), 8);
    for (phase, sign) in phases.iter().zip(wanted) {
        assert!((phase - sign * third).abs() < 1e-6);
    }
}

/// Power density at a frequency in units of the symbol rate, for random symbols, over that of NRZ at its middle: Bi-Phase-L by the
/// textbooks, sin⁴(πf/2) / (πf/2)².
fn bi_phase_density(f: f64) -> f64 {
    let x = PI * f / 2.0;
    if x == 0.0 {
        0.0
    } else {
        x.sin().powi(4) / (x * x)
    }
}

#[test]
fn the_spectrum_has_its_null_at_the_carrier() {
    // 64 samples a symbol, so that the means over a sample hardly matter; periods of the register's sequence have a flat spectrum but at 0.
    let (per_symbol, count) = (64.0, 32_767);
    let samples = samples_of(
        Modulation::SuppressedCarrier,
        1000.0,
        1000.0 * per_symbol,
        &symbols(count),
    );
    for cycles in [0, 327, 3277, 16_385, 24_000, 40_000, 60_000, 65_534] {
        let f = f64::from(cycles) / count as f64;
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in samples.iter().enumerate() {
            let angle = TAU * f * n as f64 / per_symbol;
            re += f64::from(sample.im) * angle.cos();
            im -= f64::from(sample.im) * angle.sin();
        }
        let density = (re * re + im * im) / (per_symbol * per_symbol * (count + 1) as f64);
        let theory = bi_phase_density(f);
        assert!(
            (density - theory).abs() < 0.004 * theory + 1e-6,
            "{f}: {density} {theory}"
        );
    }
}

#[test]
fn transitions_stay_where_they_belong_over_a_million_symbols() {
    // 44,100 / 8,000: a half symbol is 441/160 samples, so the k-th turn is at 441 k / 160, which integers tell exactly.
    let mut modulator = modulator(Modulation::SuppressedCarrier, 8000.0, 44_100.0);
    let (mut samples, mut base, mut worst) = (Vec::new(), 0u64, 0f64);
    let mut turn = 1u64;
    for _ in 0..1000 {
        modulator.push_symbols(&[1; 1000], &mut samples);
        let end = base + samples.len() as u64;
        while 441 * turn / 160 + 1 < end {
            let (at, part) = (441 * turn / 160, (441 * turn % 160) as f64 / 160.0);
            let sign = if turn % 2 == 1 { 1.0 } else { -1.0 };
            let wanted = sign * part - sign * (1.0 - part);
            let sample = samples[(at - base) as usize];
            worst = worst.max((f64::from(sample.im) - wanted).abs());
            turn += 1;
        }
        base = end - 1;
        samples.drain(..samples.len() - 1);
    }
    assert_eq!(turn, 2_000_000);
    // Values are single precision; a drift of a millionth of a sample would show.
    assert!(worst < 1e-6, "{worst}");
    // And over hours: 10^12 half symbols at 10 Gsample/s, counted in 2^-64 of a sample.
    let half = ratio(10e9, 2.0 * 3_000_000.0);
    let wrong = 1_000_000_000_000 * (10_000 * (1u128 << 64)) / 6 - 1_000_000_000_000 * half;
    assert!(wrong < 1u128 << 40, "{wrong}");
}

#[test]
fn the_band_limit_takes_what_the_geometry_says() {
    // A turn anywhere in a sample: the mean of (1 - 2u)² is 1/3, so each costs 2/3 of a sample; 1.5 of them a random symbol.
    for (sample_rate, share) in [(128_000.0 + 37.0, 1.0 / 16.0), (32_000.0 + 37.0, 0.25)] {
        let samples = samples_of(
            Modulation::SuppressedCarrier,
            8000.0,
            sample_rate,
            &symbols(32_767),
        );
        let power = mean(&samples, |_, s| f64::from(s.norm_sqr()));
        assert!((power - (1.0 - share)).abs() < 0.003, "{power}");
    }
}

#[test]
fn the_subcarriers_lines_are_those_of_bessel() {
    // J0(1.1) and J1(1.1), Abramowitz and Stegun, table 9.1.
    let (j0, j1) = (0.719_622_018_527_511, 0.470_902_394_866_292_6);
    let modulation = Modulation::Subcarrier {
        hz: 16_000.0,
        index_rad: 1.1,
    };
    let bits = symbols(2000);
    let samples = samples_of(modulation, 4000.0, 512_000.0, &bits);
    assert!((mean(&samples, |_, s| f64::from(s.re)) - j0).abs() < 1e-5);
    let first = mean(&samples, |n, s| {
        let sign = f64::from(bits[n / 128]) * 2.0 - 1.0;
        let subcarrier = (TAU * (n as f64 + 0.5) / 32.0).sin();
        2.0 * sign * subcarrier * f64::from(s.im)
    });
    assert!((first - 2.0 * j1).abs() < 1e-5, "{first}");
    assert!((mean(&samples, |_, s| f64::from(s.norm_sqr())) - 1.0).abs() < 1e-5);
}

/// The pulse by its definition: the inverse Fourier transform of the root of the raised cosine, by the midpoint rule.
fn pulse_by_definition(t: f64, roll_off: f64) -> f64 {
    let (low, high) = ((1.0 - roll_off) / 2.0, f64::midpoint(1.0, roll_off));
    let steps = 2000;
    let step = high / f64::from(steps);
    (0..steps)
        .map(|k| {
            let f = (f64::from(k) + 0.5) * step;
            let height = if f < low {
                1.0
            } else {
                0.5 * (1.0 + (PI * (f - low) / roll_off).cos())
            };
            2.0 * height.sqrt() * (TAU * f * t).cos() * step
        })
        .sum()
}

#[test]
fn pulses_do_not_disturb_each_other_behind_the_matched_filter() {
    for roll_off in [0.05, 0.2, 0.35, 0.5, 1.0] {
        let reach = 60.0;
        // 4.41 samples a symbol: never at the same place of a symbol.
        let mut modulator = modulator(Modulation::Bpsk { roll_off }, 10_000.0, 44_100.0);
        let mut samples = Vec::new();
        let bits = symbols(400);
        modulator.push_symbols(&bits, &mut samples);
        modulator.finish(&mut samples);
        let mut worst = 0f64;
        for (k, bit) in bits.iter().enumerate().skip(150).take(20) {
            let middle = modulator.delay() + (k as f64 + 0.5) * 4.41;
            let seen: f64 = samples
                .iter()
                .enumerate()
                .map(|(n, s)| ((n as f64 + 0.5 - middle) / 4.41, f64::from(s.re)))
                .filter(|(t, _)| t.abs() < reach)
                .map(|(t, value)| value * pulse_by_definition(t, roll_off) / 4.41)
                .sum();
            worst = worst.max((seen - (f64::from(*bit) * 2.0 - 1.0)).abs());
        }
        assert!(worst < 0.01, "roll-off {roll_off}: {worst}");
    }
}

#[test]
fn pulses_have_mean_power_one() {
    for modulation in [
        Modulation::Bpsk { roll_off: 0.35 },
        Modulation::Qpsk { roll_off: 0.5 },
    ] {
        let samples = samples_of(modulation, 8000.0, 50_000.0, &symbols(32_767));
        let inner = &samples[200..samples.len() - 200];
        let power = mean(inner, |_, s| f64::from(s.norm_sqr()));
        assert!((power - 1.0).abs() < 0.01, "{power}");
    }
}

#[test]
fn qpsk_puts_symbols_on_both_axes_in_turn() {
    let modulation = Modulation::Qpsk { roll_off: 0.5 };
    let mut modulator = modulator(modulation, 2000.0, 8000.0);
    let mut samples = Vec::new();
    // The same pair over and over is a constant.
    modulator.push_symbols(&[1, 0].repeat(60), &mut samples);
    let half = core::f32::consts::FRAC_1_SQRT_2;
    assert!((samples[400] - Iq::new(half, -half)).norm() < 0.01);
}

//= 211.1-B-4 transmission-sequence
//= 211.2-B-3 3.3
#[test]
fn a_transmission_is_carrier_acquisition_unit_tail() {
    let mut send = Transmission::new(
        modulator(Modulation::PROXIMITY, 1000.0, 4000.0),
        Coding::Uncoded,
    );
    let mut samples = Vec::new();
    send.carrier(0.5, &mut samples);
    send.idle(8, &mut samples);
    let frame = [0x80, 0x00, 0x00, 0x04, 0x00];
    send.frame(&frame, &mut samples).unwrap();
    send.idle(4, &mut samples);
    send.finish(&mut samples);
    assert!(samples[..2000].iter().all(|&s| s == Iq::new(1.0, 0.0)));
    let octets: Vec<u8> = samples[2000..]
        .chunks(32)
        .map(|octet| {
            octet
                .chunks(4)
                .fold(0, |sum, symbol| sum << 1 | u8::from(symbol[0].im > 0.0))
        })
        .collect();
    // The PLTU with the CRC of the facts (test_pltu: BCC004E7).
    let unit = [0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7];
    let wanted = [&IDLE_PATTERN.repeat(2)[..], &unit, &IDLE_PATTERN].concat();
    assert_eq!(octets, wanted);
    assert_eq!(send.symbols(), 8 * 24);
    assert!(send.frame(&[0; 4], &mut samples).is_err());
}

#[test]
fn too_few_samples_are_refused() {
    let new = |modulation, rate, samples| {
        Modulator::new(
            Waveform::new(modulation, rate).unwrap(),
            SampleRate::new(samples).unwrap(),
        )
    };
    let subcarrier = Modulation::Subcarrier {
        hz: 16_000.0,
        index_rad: 1.0,
    };
    assert!(new(Modulation::PROXIMITY, 1000.0, 3999.0).is_err());
    assert!(new(Modulation::Qpsk { roll_off: 0.5 }, 2000.0, 4000.0).is_ok());
    let error = new(subcarrier, 4000.0, 32_000.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "32000 samples a second are too few for a subcarrier of 16000 Hz: 4 a period are the least"
    );
}

fn any_modulation() -> impl Strategy<Value = Modulation> {
    prop_oneof![
        Just(Modulation::PROXIMITY),
        Just(Modulation::SuppressedCarrier),
        Just(Modulation::Bpsk { roll_off: 0.5 }),
        Just(Modulation::Qpsk { roll_off: 0.3 }),
        Just(Modulation::Subcarrier {
            hz: 2500.0,
            index_rad: 1.0
        }),
    ]
}

proptest! {
    #[test]
    fn the_division_of_the_symbols_does_not_matter(
        modulation in any_modulation(),
        sample_rate in 10_000.0..30_000.0f64,
        cuts in proptest::collection::vec(0..200usize, 0..5),
    ) {
        let bits = symbols(200);
        let whole = samples_of(modulation, 1000.0, sample_rate, &bits);
        let mut cuts = cuts;
        cuts.extend([0, 200]);
        cuts.sort_unstable();
        let mut modulator = modulator(modulation, 1000.0, sample_rate);
        let mut parts = Vec::new();
        for two in cuts.windows(2) {
            modulator.push_symbols(&bits[two[0]..two[1]], &mut parts);
        }
        modulator.finish(&mut parts);
        prop_assert_eq!(whole, parts);
    }
}
