use super::*;

#[test]
fn a_full_scale_sine_has_six_decibels_a_bit() {
    // The textbook's 6.02 b + 1.76 dB takes the error for even; near its peaks a sine is not, so few bits miss it by some tenths.
    for bits in 4..=12 {
        let sine = tone(0.123_456_7, 200_000);
        let quantised = through(Quantise::new(bits, 1.0).unwrap(), &sine);
        let noise: Vec<Iq> = sine.iter().zip(&quantised).map(|(a, b)| a - b).collect();
        let snr = -10.0 * mean_power(&noise).log10();
        let theory = 6.0206 * f64::from(bits) + 1.7609;
        assert!(
            (snr - theory).abs() < 0.02 + 0.6 * 0.7f64.powi(bits as i32 - 4),
            "{bits} bits: {snr} {theory}"
        );
    }
}

#[test]
fn few_bits_have_few_values() {
    let ramp: Vec<Iq> = (-200..=200)
        .map(|n| Iq::new(n as f32 / 100.0, -n as f32 / 100.0))
        .collect();
    let one = through(Quantise::new(1, 1.0).unwrap(), &ramp);
    assert!(
        one.iter()
            .all(|s| (s.re.abs() - 0.5).abs() + (s.im.abs() - 0.5).abs() < 1e-9)
    );
    let mut two: Vec<f32> = through(Quantise::new(2, 1.0).unwrap(), &ramp)
        .iter()
        .map(|s| s.re)
        .collect();
    two.dedup();
    assert_eq!(two, [-0.75, -0.25, 0.25, 0.75]);
    for (bits, full_scale) in [(0, 1.0), (13, 1.0), (8, 0.0), (8, f32::NAN)] {
        assert!(Quantise::new(bits, full_scale).is_err());
    }
}

#[test]
fn clipping_gain_offset_and_swap_do_what_they_say() {
    let sample = [Iq::new(3.0, -0.5)];
    assert_eq!(through(Clip::new(1.0), &sample), [Iq::new(1.0, -0.5)]);
    assert_eq!(through(Swap, &sample), [Iq::new(-0.5, 3.0)]);
    let offset = Offset::new(Iq::new(0.5, 0.25));
    assert_eq!(through(offset, &sample), [Iq::new(3.5, -0.25)]);
    let half = through(Gain::new(-6.020_6), &sample)[0];
    assert!((half - Iq::new(1.5, -0.25)).norm() < 1e-5);
    // A line above the carrier goes below it.
    let swapped = through(Swap, &tone(0.1, 1000));
    assert!((line(&swapped, -0.1).norm() - 1.0).abs() < 1e-5);
}

#[test]
fn a_filter_is_flat_inside_and_blind_outside() {
    for edge in [0.004, 0.05, 0.2, 0.44] {
        for (part, low, high) in [
            (0.0, 0.9999, 1.0001),
            (0.5, 0.998, 1.002),
            (0.87, 0.998, 1.002),
            (1.0, 0.49, 0.51),
            (-1.13, 0.0, 0.0006),
            (-2.0, 0.0, 0.0006),
        ] {
            let f = part * edge;
            let filter = LowPass::new(edge, SampleRate::new(1.0).unwrap()).unwrap();
            let samples = through(filter, &tone(f, 9000));
            assert_eq!(samples.len(), 9000);
            // No delay either.
            let sent = tone(f, 9000);
            let gain = line(&samples[2300..6700], f) / line(&sent[2300..6700], f);
            if f.abs() < 0.5 {
                assert!(
                    gain.re >= low - 0.0006 && gain.norm() <= high,
                    "{edge} {part}: {gain}"
                );
            }
        }
    }
    assert!(LowPass::new(0.5, SampleRate::new(1.0).unwrap()).is_err());
    assert!(LowPass::new(f64::NAN, SampleRate::new(1.0).unwrap()).is_err());
}
