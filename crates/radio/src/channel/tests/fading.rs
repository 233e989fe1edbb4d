use super::*;

#[test]
fn listed_fades_are_where_and_as_deep_as_listed() {
    let fades = [
        Fade {
            from_s: 0.1,
            to_s: 0.3,
            depth_db: 20.0,
        },
        Fade {
            from_s: 0.2,
            to_s: 0.4,
            depth_db: 6.020_6,
        },
    ];
    let samples = through(Fades::new(&fades, rate(1000.0)), &tone(0.0, 500));
    for (n, sample) in samples.iter().enumerate() {
        let wanted = match n {
            100..200 => 0.1,
            200..300 => 0.05,
            300..400 => 0.5,
            _ => 1.0,
        };
        assert!((sample.re - wanted).abs() < 1e-6, "{n}");
    }
}

/// A channel with waves of 10 Hz at 1000 samples a second.
fn channel(k_db: f64, seed: u64) -> Rice {
    Rice::new(k_db, 10.0, rate(1000.0), Seed::new(seed, 9))
}

/// The gains of many channels, a hundred times in each.
fn gains(k_db: f64) -> Vec<Complex<f64>> {
    let channels = (0..400).map(|seed| channel(k_db, seed));
    channels
        .flat_map(|channel| (0..100).map(move |n| channel.gain(100 * n)))
        .collect()
}

fn power_of(gains: &[Complex<f64>]) -> f64 {
    gains.iter().map(Complex::norm_sqr).sum::<f64>() / gains.len() as f64
}

#[test]
fn samples_get_the_gain_of_their_time() {
    for spread in [20.0, 0.5, 0.01] {
        let stage = Rice::new(3.0, spread, rate(10_000.0), Seed::new(1, 1));
        let samples = through(stage.clone(), &tone(0.0, 20_000));
        for n in (0..20_000).step_by(77) {
            let gain = stage.gain(n as u64);
            assert!((gain.re - f64::from(samples[n].re)).abs() < 3e-4);
            assert!((gain.im - f64::from(samples[n].im)).abs() < 3e-4);
        }
    }
}

#[test]
fn rayleigh_fading_has_an_exponential_power() {
    let gains = gains(f64::NEG_INFINITY);
    let n = gains.len() as f64;
    assert!((power_of(&gains) - 1.0).abs() < 0.03);
    // P(power < x) = 1 - e^-x.
    for x in [0.01f64, 0.1, 0.5, 1.0, 3.0] {
        let part = gains.iter().filter(|g| g.norm_sqr() < x).count() as f64 / n;
        let theory = 1.0 - (-x).exp();
        assert!(
            (part - theory).abs() < 0.005 + 0.02 * theory,
            "{x}: {part} {theory}"
        );
    }
}

#[test]
fn the_steady_part_is_k_times_the_scattered_one() {
    for k_db in [0.0, 6.0, 10.0] {
        let gains = gains(k_db);
        let (n, power) = (gains.len() as f64, power_of(&gains));
        assert!((power - 1.0).abs() < 0.03);
        // K by the moments of the power (Greenstein 1999): variance of |g|² = 1 - (K/(K+1))².
        let square: f64 = gains.iter().map(|g| g.norm_sqr().powi(2)).sum();
        let variance = square / n / power / power - 1.0;
        let steady = (1.0 - variance).sqrt();
        let k = 10.0 * (steady / (1.0 - steady)).log10();
        assert!((k - k_db).abs() < 0.3, "{k} {k_db}");
    }
}

#[test]
fn fading_is_as_slow_as_bessel_says() {
    // Clarke: autocorrelation J0(2π · 10 Hz · t). J0(1) = 0.7652, J0(2) = 0.2239, J0(2.4048) = 0, J0(3.8317) = -0.4028 (A&S 9.1).
    for (x, theory) in [
        (1.0, 0.7652),
        (2.0, 0.2239),
        (2.4048, 0.0),
        (3.8317, -0.4028),
    ] {
        let lag = (x / TAU / 10.0 * 1000.0).round() as u64;
        let mut sum = 0.0;
        for seed in 0..300 {
            let channel = channel(f64::NEG_INFINITY, seed);
            let pairs = (0..100).map(|n| channel.gain(41 * n).conj() * channel.gain(41 * n + lag));
            sum += pairs.map(|product| product.re).sum::<f64>();
        }
        let mean = sum / 30_000.0;
        assert!((mean - theory).abs() < 0.03, "{x}: {mean} {theory}");
    }
}
