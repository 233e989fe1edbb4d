use super::*;
use crate::modulate::Modulator;
use crate::profile::{Profile, Row, SPEED_OF_LIGHT};
use crate::waveform::{Modulation, Waveform};

const CARRIER: f64 = 401_585_625.0;

/// r = r0 + v t + a t²/2 for all of the time.
fn parabola(v: f64, a: f64) -> Profile {
    let rows = (0..=10).map(|k| {
        let t_s = f64::from(k);
        Row {
            t_s,
            range_m: 400_000.0 + v * t_s + a / 2.0 * t_s * t_s,
            range_rate_m_s: v + a * t_s,
        }
    });
    Profile::new(rows.collect()).unwrap()
}

#[test]
fn doppler_turns_the_carrier_as_the_range_says() {
    // Approaching at 3 km/s, 100 m/s² (134 Hz/s): phase = -2π f (v t + a t²/2) / c in closed form.
    let (v, a, fs) = (-3000.0, 100.0, 100_000.0);
    let stage = Doppler::new(parabola(v, a), CARRIER, rate(fs)).unwrap();
    let samples = through(stage, &vec![Iq::new(1.0, 0.0); 300_000]);
    for n in (50..samples.len() - 50).step_by(997) {
        let t = n as f64 / fs;
        let wanted = cis(-CARRIER * (v * t + a / 2.0 * t * t) / SPEED_OF_LIGHT);
        assert!((samples[n] - wanted).norm() < 1e-4, "{n}");
    }
}

#[test]
fn doppler_stretches_the_symbols_by_the_same() {
    // Parting at 0.05 c, much exaggerated: sample n is what was sent at n (1 - v/c). A line at 0.1 cycles a sample goes to 0.095 of it.
    let fs = 10_000.0;
    let stage = Doppler::new(parabola(0.05 * SPEED_OF_LIGHT, 0.0), 0.0, rate(fs)).unwrap();
    let samples = through(stage, &tone(0.1, 20_000));
    // It takes longer: 20,000 / 0.95.
    assert_eq!(samples.len(), 21_053);
    for n in (50..21_000).step_by(37) {
        assert!((samples[n] - cis(0.095 * n as f64)).norm() < 1e-3, "{n}");
    }
}

#[test]
fn the_delay_of_a_real_pass_is_that_of_the_range() {
    // After 2.5 s at -3 km/s the range is 7.5 km shorter, 25.017 µs, so half symbols end earlier by 25 samples of 1 µs.
    let waveform = Waveform::new(Modulation::SuppressedCarrier, 1000.0).unwrap();
    let mut modulator = Modulator::new(waveform, rate(1e6)).unwrap();
    let mut samples = Vec::new();
    modulator.push_symbols(&[1; 2600], &mut samples);
    let stage = Doppler::new(parabola(-3000.0, 0.0), 0.0, rate(1e6)).unwrap();
    let heard = through(stage, &samples);
    // The turn in the middle of symbol 2500 was at sample 2,500,500.
    let turn = (2_500_400..2_500_600).find(|&n| heard[n].im < 0.0).unwrap();
    let wanted = 2_500_500.0 * (1.0 - 3000.0 / SPEED_OF_LIGHT);
    assert!((turn as f64 - wanted).abs() < 1.0, "{turn} {wanted}");
}

#[test]
fn interpolation_is_good_to_sixty_decibels_in_four_fifths_of_the_band() {
    for f in [-0.4, -0.31, -0.1, 0.0, 0.05, 0.2, 0.4] {
        let samples = through(SampleClock::new(-1234.5), &tone(f, 30_000));
        let step = 1.0 / (1.0 - 1234.5e-6);
        let worst = (50..29_000)
            .map(|n| (samples[n] - cis(f * (n as f64 * step))).norm())
            .fold(0f32, f32::max);
        assert!(worst < 1e-3, "{f}: {worst}");
    }
}

#[test]
fn a_fast_sample_clock_makes_everything_slower() {
    let samples = through(SampleClock::new(100.0), &tone(0.01, 500_000));
    // 100 ppm more samples.
    assert_eq!(samples.len(), 500_050);
    assert!((line(&samples[100..400_100], 0.01 / 1.0001).norm() - 1.0).abs() < 1e-3);
}

#[test]
fn an_oscillator_is_off_by_millionths_and_drifts() {
    let fs = 50_000.0;
    let one = vec![Iq::new(1.0, 0.0); 250_000];
    // +10 ppm of 401.585625 MHz is 4015.86 Hz; 0.25 ppm/s is 100.4 Hz/s.
    let samples = through(Oscillator::new(CARRIER, 10.0, 0.25, rate(fs)), &one);
    for n in (0..samples.len()).step_by(991) {
        let t = n as f64 / fs;
        let wanted = cis(4_015.856_25 * t + 100.396_406_25 / 2.0 * t * t);
        assert!((samples[n] - wanted).norm() < 2e-4, "{n}");
    }
}

#[test]
fn a_walking_phase_has_the_variance_that_was_asked_for() {
    let stage = Oscillator::hz(0.0, 0.0, rate(1000.0)).walking(0.5, rate(1000.0), Seed::new(3, 1));
    let samples = through(stage, &vec![Iq::new(1.0, 0.0); 1_000_000]);
    // E e^{j(φ(t+T) - φ(t))} = e^{-0.5 T / 2}; with T = 0.2 s 0.951.
    let pairs = samples.iter().zip(&samples[200..]);
    let sum: f64 = pairs.map(|(a, b)| f64::from((a.conj() * b).re)).sum();
    let mean = sum / 999_800.0;
    assert!((mean - (-0.05f64).exp()).abs() < 0.005, "{mean}");
}

#[test]
fn two_rays_make_notches_where_they_are_opposed() {
    // 10 µs at half the amplitude: 1.5 at multiples of 100 kHz, 0.5 half-way between. At 2 Msample/s the delay is 20 samples; 20.5 with 10.25 µs.
    for (delay_s, spacing) in [(10e-6, 100e3), (10.25e-6, 1.0 / 10.25e-6)] {
        for (k, gain) in [(0.0, 1.5), (0.5, 0.5), (1.0, 1.5), (2.5, 0.5), (-3.5, 0.5)] {
            let f = k * spacing / 2e6;
            let stage = TwoRay::new(delay_s, -6.020_6, 0.0, rate(2e6));
            let samples = through(stage, &tone(f, 3000));
            assert_eq!(samples.len(), 3000);
            assert!((line(&samples[100..2900], f).norm() - gain).abs() < 1e-3);
        }
    }
    // Turned by half a turn, the notch is at the carrier.
    let opposed = TwoRay::new(10e-6, 0.0, core::f64::consts::PI, rate(2e6));
    assert!(mean_power(&through(opposed, &tone(0.0, 3000))[100..2900]) < 1e-9);
}

#[test]
fn what_cannot_fly_is_refused() {
    let profile = parabola(-0.2 * SPEED_OF_LIGHT, 0.0);
    let error = Doppler::new(profile, CARRIER, rate(1e6)).unwrap_err();
    assert!(error.to_string().contains("59958491.6000"), "{error}");
}
