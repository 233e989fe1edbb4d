use proptest::prelude::*;

use super::*;

fn rate(hz: f64) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn tone(hz: f64, rate: f64, count: usize) -> Vec<Iq> {
    (0..count)
        .map(|n| {
            let angle = 2.0 * PI * (hz * n as f64 / rate).fract();
            Iq::new(angle.cos() as f32, angle.sin() as f32)
        })
        .collect()
}

fn resampled(samples: &[Iq], from: f64, to: f64) -> Vec<Iq> {
    let mut resampler = Resampler::new(rate(from), rate(to)).unwrap();
    let mut out = Vec::new();
    resampler.push(samples, &mut out);
    resampler.finish(&mut out);
    out
}

/// The same tone, made at the new rate by the definition, is the expectation.
#[test]
fn a_tone_in_the_band_is_the_same_tone() {
    for (from, to) in [
        (48_000.0, 44_100.0),
        (250_000.0, 256_000.0),
        (2_400_000.0, 256_000.0),
        (8000.0, 100_000.5),
    ] {
        let low = f64::min(from, to);
        for part in [-0.39, -0.2, 0.0, 0.1, 0.39] {
            let count = (2000.0 * from / low) as usize;
            let out = resampled(&tone(part * low, from, count), from, to);
            let expected = tone(part * low, to, out.len());
            let worst = out
                .iter()
                .zip(&expected)
                .skip(out.len() / 10)
                .take(out.len() * 8 / 10)
                .map(|(a, b)| (a - b).norm())
                .fold(0.0, f32::max);
            assert!(worst < 1e-3, "{from} to {to}, {part}: {worst}");
            assert_eq!(out.len(), (count as f64 * to / from).ceil() as usize);
        }
    }
}

#[test]
fn what_would_fold_into_the_band_is_75_db_down() {
    // From 100 to 32 kHz: 19.3 kHz would fold to 12.7 kHz, within the inner 80 %.
    for hz in [19_300.0, 25_000.0, 32_000.0, -45_000.0] {
        let out = resampled(&tone(hz, 100_000.0, 20_000), 100_000.0, 32_000.0);
        let inner = &out[300..out.len() - 300];
        let power: f32 = inner.iter().map(Iq::norm_sqr).sum::<f32>() / inner.len() as f32;
        assert!(power < 10_f32.powf(-7.5), "{hz}: {}", 10.0 * power.log10());
    }
}

#[test]
fn places_are_exact_for_ever() {
    let places = Places::new(rate(16_000_000.0), rate(256_000.0));
    let (whole, rest) = places.of(256_000 * 36_000 + 1);
    assert_eq!((whole, rest), (16_000_000 * 36_000 + 62, 0.5));
    assert!(Resampler::new(rate(1e9), rate(10.0)).is_err());
}

proptest! {
    #[test]
    fn blocks_do_not_matter(cuts in proptest::collection::vec(1_usize..700, 1..10), to in 3000_u32..40_000) {
        let samples = tone(700.0, 12_000.0, 1500);
        let whole = resampled(&samples, 12_000.0, f64::from(to));
        let mut resampler = Resampler::new(rate(12_000.0), rate(f64::from(to))).unwrap();
        let (mut out, mut rest) = (Vec::new(), samples.as_slice());
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at(rest.len().min(*cut));
            resampler.push(now, &mut out);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        resampler.finish(&mut out);
        prop_assert_eq!(out, whole);
    }
}
