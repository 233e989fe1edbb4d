use super::*;
use crate::waveform::{Modulation, Waveform};

fn noise(stage: Awgn, count: usize) -> Vec<Iq> {
    through(stage, &vec![Iq::default(); count])
}

#[test]
fn the_power_is_that_of_the_density_over_the_band() {
    let rate = rate(256_000.0);
    let waveform = Waveform::new(Modulation::PROXIMITY, 16_000.0).unwrap();
    let seed = Seed::new(1, 0);
    // 50 dBHz: N0 = 1e-5, 2.56 over the band.
    assert!((Awgn::cn0(50.0, rate, seed).power() - 2.56).abs() < 1e-5);
    // Es/N0 = 3 dB of 0.75 / 16,000: N0 = 2.3494e-5; the facts' 1.25 dB: C/N0 = 3 + 42.04 + 1.25 dBHz.
    let es_n0 = Awgn::es_n0(3.0, waveform, rate, seed);
    assert!((es_n0.power() - 6.0144).abs() < 1e-3, "{}", es_n0.power());
    let cn0 = Awgn::cn0(3.0 + 42.0412 + 1.2494, rate, seed);
    assert!((es_n0.power() / cn0.power() - 1.0).abs() < 1e-4);
    // A symbol of a rate-1/2 code has 3.01 dB less than an information bit.
    let of_a_bit = Awgn::eb_n0(3.0 + 3.0103, 0.5, waveform, rate, seed);
    assert!((of_a_bit.power() / es_n0.power() - 1.0).abs() < 1e-5);
}

#[test]
fn noise_is_white_gaussian_and_circular() {
    let count = 400_000;
    let samples = noise(Awgn::density(2.0, rate(1.0), Seed::new(5, 3)), count);
    let n = count as f64;
    // Five standard deviations each: of a variance 1 the estimate has √(2/n), of the fourth moment √(96/n).
    for part in [|s: &Iq| f64::from(s.re), |s: &Iq| f64::from(s.im)] {
        let moment = |k| samples.iter().map(|s| part(s).powi(k)).sum::<f64>() / n;
        assert!(moment(1).abs() < 5.0 / n.sqrt());
        assert!((moment(2) - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
        assert!((moment(4) - 3.0).abs() < 5.0 * (96.0 / n).sqrt());
        // 0.27 % lie beyond three standard deviations.
        let beyond = samples.iter().filter(|s| part(s).abs() > 3.0).count() as f64 / n;
        assert!((beyond - 0.0027).abs() < 5.0 * (0.0027 / n).sqrt());
    }
    // No sample knows of another one, and I not of Q.
    for lag in 1..20 {
        let sum: Complex<f64> = samples
            .iter()
            .zip(&samples[lag..])
            .map(|(a, b)| {
                let product = a.conj() * b;
                Complex::new(f64::from(product.re), f64::from(product.im))
            })
            .sum();
        assert!((sum / n).norm() < 5.0 * 2.0 / n.sqrt(), "lag {lag}");
    }
    let across: f64 = samples.iter().map(|s| f64::from(s.re * s.im)).sum();
    assert!((across / n).abs() < 5.0 / n.sqrt());
}

#[test]
fn stages_with_numbers_of_their_own_are_independent() {
    let of = |seed, stage| {
        noise(
            Awgn::density(2.0, rate(1.0), Seed::new(seed, stage)),
            100_000,
        )
    };
    assert_eq!(of(1, 1), of(1, 1));
    for other in [of(1, 2), of(2, 1)] {
        let sum: f64 = of(1, 1)
            .iter()
            .zip(&other)
            .map(|(a, b)| f64::from((a.conj() * b).re))
            .sum();
        assert!((sum / 1e5).abs() < 5.0 * 2f64.sqrt() / 1e5f64.sqrt());
    }
}
