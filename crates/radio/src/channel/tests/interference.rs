use super::*;

#[test]
fn tones_have_their_place_and_level() {
    let nothing = vec![Iq::default(); 100_000];
    let stage = Tones::new(&comb(-2000.0, 1500.0, 4, -12.0), rate(100_000.0));
    let samples = through(stage, &nothing);
    // -12 dB is 0.2512 of the amplitude; lines at -2000, -500, 1000, 2500 Hz, a second of them.
    for hz in [-2000.0, -500.0, 1000.0, 2500.0] {
        assert!((line(&samples, hz / 1e5).norm() - 0.251_19).abs() < 1e-5);
    }
    assert!((mean_power(&samples) - 4.0 * 0.063_096).abs() < 1e-5);
}

#[test]
fn a_carrier_drifts() {
    let carrier = Tone {
        offset_hz: -3000.0,
        drift_hz_s: 150.0,
        level_db: 0.0,
        pulsed: None,
    };
    let samples = through(
        Tones::new(&[carrier], rate(40_000.0)),
        &vec![Iq::default(); 200_000],
    );
    for n in (0..samples.len()).step_by(777) {
        let t = n as f64 / 40_000.0;
        assert!((samples[n] - cis(-3000.0 * t + 75.0 * t * t)).norm() < 2e-4);
    }
}

#[test]
fn a_pulsed_line_is_on_for_its_part_of_the_period() {
    let pulsed = Tone {
        offset_hz: 1000.0,
        drift_hz_s: 0.0,
        level_db: 0.0,
        pulsed: Some(Pulsed {
            period_s: 0.01,
            on_s: 0.002,
        }),
    };
    let samples = through(
        Tones::new(&[pulsed], rate(50_000.0)),
        &vec![Iq::default(); 50_000],
    );
    for (n, sample) in samples.iter().enumerate() {
        let on = n % 500 < 100;
        assert!(
            (sample.norm() - f32::from(u8::from(on))).abs() < 1e-5,
            "{n}"
        );
    }
}

#[test]
fn bursts_are_as_long_as_often_and_as_strong_as_asked_for() {
    let stage = Bursts::new(0.1, 0.02, 10.0, rate(10_000.0), Seed::new(4, 4));
    let samples = through(stage, &vec![Iq::default(); 2_000_000]);
    let on: Vec<Iq> = samples.iter().copied().filter(|s| s.norm() > 0.0).collect();
    // A fifth of the time, 10 dB; 2000 bursts, whose pauses spread by 1/√2000.
    assert!((on.len() as f64 / 2e6 - 0.2).abs() < 0.02);
    assert!((mean_power(&on) - 10.0).abs() < 0.1);
    let begins = samples
        .windows(2)
        .filter(|two| two[0].norm() == 0.0 && two[1].norm() > 0.0)
        .count();
    assert!((1850..2150).contains(&begins), "{begins}");
    // 200 samples each.
    assert!((on.len() as f64 / begins as f64 - 200.0).abs() < 1.5);
}
