//! Clock correlation: against exact rationals, against two simulated clocks, and with clocks that jump.

use magpie_link::timing::correlation::{Correlation, CorrelationError, MAX_SAMPLES, SPAN_MAX};
use magpie_link::timing::light_time::{PathDelays, two_way};
use magpie_link::timing::sample::{MatchError, TagPair};
use magpie_link::timing::{ClockSample, ClockSpan, TimeSampling, match_tags};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::TimeSample;
use magpie_wire::spdu::time::ClockTime;
use magpie_wire::v3::Qos::Expedited;
use proptest::collection::vec;
use proptest::prelude::*;

const SECOND: f64 = 16_777_216.0;

fn at(ticks: u64) -> ClockTime {
    ClockTime::from_ticks(ticks)
}

fn sample(local: u64, remote: u64) -> ClockSample {
    ClockSample {
        local: at(local),
        remote: at(remote),
    }
}

/// A small generator (`SplitMix64`, Steele and others 2014): one seed, one sequence.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / 4_294_967_296.0
    }

    /// Nearly normal with variance 1: twelve uniform numbers less 6.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Two clocks with known offset and drift.
struct Clocks {
    offset: f64,
    drift: f64,
    sigma: f64,
}

impl Clocks {
    /// `n` samples over `seconds`, unevenly spaced. The local reading is exact, the remote one is cut to ticks after the jitter.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small positive numbers"
    )]
    fn samples(&self, random: &mut Random, n: u32, seconds: f64) -> Vec<ClockSample> {
        (0..n)
            .map(|i| {
                let t = (seconds * SECOND * (f64::from(i) + 0.8 * random.unit()) / f64::from(n))
                    .floor();
                let jitter = self.sigma * random.normal();
                let ahead = self.offset + self.drift * t + jitter;
                sample(t as u64, t as u64 + (ahead + 0.5).floor() as u64)
            })
            .collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn real(ticks: i64) -> f64 {
    ticks as f64
}

/// The textbook formulas in whole numbers: offset at `t` as a fraction, from sums about zero, not about the mean.
fn twin(samples: &[ClockSample], t: i128) -> (i128, i128, i128, i128) {
    let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0, 0, 0, 0, 0);
    for s in samples {
        let x = i128::from(s.local.ticks());
        let y = i128::from(s.remote.ticks()) - x;
        (n, sx, sy, sxx, sxy) = (n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y);
    }
    let denominator = n * sxx - sx * sx;
    let slope = n * sxy - sx * sy;
    let constant = sy * sxx - sx * sxy;
    (constant + slope * t, denominator, slope, n)
}

#[test]
fn three_samples_by_hand() {
    //= 211.0-B-6 5 correlation
    // x = 0, 1000, 2000; y = 10, 12, 20. Mean 14, slope 10/2000 = 0.005, line 9, 14, 19, residuals 1, -2, 1: 6 in squares, one degree.
    let mut samples = [sample(2_000, 2_020), sample(0, 10), sample(1_000, 1_012)];
    let clock = Correlation::from_samples(&mut samples).unwrap();
    assert_eq!((clock.drift(), clock.samples()), (Some(0.005), 3));
    assert_eq!(clock.offset_at(at(3_000)), Some(ClockSpan::from_ticks(24)));
    assert_eq!(clock.remote_at(at(2_000)), Some(at(2_019)));
    assert_eq!(clock.local_at(at(2_019)), Some(at(2_000)));
    let near = |value: Option<f64>, expected: f64| (value.unwrap() / expected - 1.0).abs() < 1e-12;
    assert!(near(clock.sample_sigma(), 6_f64.sqrt()));
    assert!(near(clock.drift_sigma(), (6.0 / 2e6_f64).sqrt()));
    assert!(near(clock.offset_sigma_at(at(1_000)), 2_f64.sqrt()));
    assert!(near(clock.offset_sigma_at(at(2_000)), 5_f64.sqrt())); // 6 (1/3 + 1/2)
    assert_eq!(clock.coverage_factor_99(), Some(63.657));
    assert!(!clock.jump_tested());
}

#[test]
fn one_and_two_samples_are_outcomes_of_their_own() {
    assert_eq!(
        Correlation::from_samples(&mut []),
        Err(CorrelationError::NoSample)
    );
    let one = Correlation::from_samples(&mut [sample(5, 105)]).unwrap();
    assert_eq!(
        (one.drift(), one.sample_sigma(), one.offset_sigma_at(at(5))),
        (None, None, None)
    );
    assert_eq!(one.remote_at(at(1_000)), Some(at(1_100)));
    assert_eq!(one.local_at(at(50)), None, "before the epoch");
    let two = Correlation::from_samples(&mut [sample(0, 100), sample(1_000, 1_101)]).unwrap();
    assert_eq!(
        (two.drift(), two.drift_sigma(), two.coverage_factor_99()),
        (Some(0.001), None, None)
    );
    assert_eq!(two.remote_at(at(5_000)), Some(at(5_105)));
}

#[test]
fn limits_are_named() {
    let of = |samples: &mut [ClockSample]| Correlation::from_samples(samples).unwrap_err();
    let same = CorrelationError::SameInstant { index: 1 };
    assert_eq!(of(&mut [sample(7, 1), sample(7, 1), sample(8, 2)]), same);
    let long = CorrelationError::SpanTooLong { index: 1 };
    assert_eq!(of(&mut [sample(0, 0), sample(SPAN_MAX, SPAN_MAX)]), long);
    let wild = CorrelationError::OffsetRange { index: 1 };
    assert_eq!(of(&mut [sample(0, SPAN_MAX), sample(9, 9)]), wild);
    assert_eq!(
        of(&mut [sample(0, 0), sample(100, 101)]),
        CorrelationError::Drift
    );
    let mut many: Vec<_> = (0..=4_096).map(|t| sample(t, t)).collect();
    assert_eq!(
        of(&mut many),
        CorrelationError::TooManySamples { have: 4_097 }
    );
    // As many as are allowed, as far apart as is allowed, at the end of the clock.
    let step = SPAN_MAX / 4_096;
    let start = u64::MAX - SPAN_MAX;
    let mut most: Vec<_> = (0..4_096)
        .map(|i| sample(start + i * step, start + i * step - i))
        .collect();
    assert_eq!(most.len(), MAX_SAMPLES);
    let clock = Correlation::from_samples(&mut most).unwrap();
    assert_eq!(
        clock.remote_at(at(start + 100 * step)),
        Some(at(start + 100 * step - 100))
    );
}

#[test]
fn a_thousand_pairs_of_clocks_are_recovered_within_the_stated_uncertainty() {
    //= 211.0-B-6 5 correlation
    // Seconds of span, samples: a short pass, a long one, three days.
    for (seed, seconds, n) in [(1_u64, 60.0, 8_u32), (2, 900.0, 63), (3, 259_200.0, 40)] {
        let mut random = Random(seed);
        let (mut within, mut jumps) = (0, 0);
        let (mut true_squares, mut claimed_squares) = ([0.0; 2], [0.0; 2]);
        for _ in 0..1_000 {
            let clocks = Clocks {
                offset: 1e12 * random.unit() + 1e8,
                drift: 1e-4 * (random.unit() - 0.5),
                sigma: 2.0 + 30.0 * random.unit(),
            };
            let mut samples = clocks.samples(&mut random, n, seconds);
            let Ok(clock) = Correlation::from_samples(&mut samples) else {
                jumps += 1;
                continue;
            };
            let end = samples[samples.len() - 1].local;
            let truth = clocks.offset + clocks.drift * real(i64::try_from(end.ticks()).unwrap());
            let errors = [
                clock.drift().unwrap() - clocks.drift,
                real(clock.offset_at(end).unwrap().ticks()) - truth,
            ];
            let sigmas = [
                clock.drift_sigma().unwrap(),
                clock.offset_sigma_at(end).unwrap(),
            ];
            let factor = clock.coverage_factor_99().unwrap();
            within += u32::from((0..2).all(|i| errors[i].abs() <= factor * sigmas[i]));
            for i in 0..2 {
                // in units of the true jitter, so that all trials weigh the same
                true_squares[i] += (errors[i] / clocks.sigma).powi(2);
                claimed_squares[i] += (sigmas[i] / clocks.sigma).powi(2);
            }
        }
        let ratio = |i: usize| (claimed_squares[i] / true_squares[i]).sqrt();
        println!(
            "{n} samples over {seconds} s: {within} within, {jumps} false alarms, sigma ratio {:.3} {:.3}",
            ratio(0),
            ratio(1)
        );
        assert!(within >= 950, "seed {seed}");
        assert!(jumps <= 3, "seed {seed}");
        assert!((0..2).all(|i| (ratio(i) - 1.0).abs() < 0.15), "seed {seed}");
    }
}

#[test]
fn a_jump_of_a_clock_is_named_with_its_place_and_size() {
    //= 211.0-B-6 5 clock-jump
    let mut random = Random(4);
    let mut exact = 0;
    for trial in 0..1_000_u64 {
        let clocks = Clocks {
            offset: 1e9,
            drift: 2e-5,
            sigma: 10.0,
        };
        let mut samples = clocks.samples(&mut random, 30, 600.0);
        let from = 2 + usize::try_from(random.next() % 27).unwrap(); // 2 to 28
        let size = 400; // 24 us, 40 sigma
        for s in &mut samples[from..] {
            s.remote = at(s.remote.ticks() + size);
        }
        let error = Correlation::from_samples(&mut samples).unwrap_err();
        let CorrelationError::ClockJump { index, step } = error else {
            panic!("trial {trial}: {error}");
        };
        exact += u32::from(index == from);
        assert!((step.ticks() - 400).abs() < 80, "trial {trial}: {error}");
        // what the error is for: each side by itself is sound
        for side in [&mut samples.clone()[..index], &mut samples.clone()[index..]] {
            assert!(index != from || Correlation::from_samples(side).is_ok());
        }
    }
    println!("{exact} of 1000 jumps at the exact sample");
    assert_eq!(exact, 1_000);
}

#[test]
fn a_wrong_tag_is_an_outlier_and_ticks_alone_are_none() {
    let mut random = Random(5);
    for wrong in 0..20 {
        let clocks = Clocks {
            offset: 1e9,
            drift: -3e-6,
            sigma: 5.0,
        };
        let mut samples = clocks.samples(&mut random, 20, 60.0);
        samples[wrong].remote = at(samples[wrong].remote.ticks() - 1_000_000);
        let error = Correlation::from_samples(&mut samples).unwrap_err();
        let CorrelationError::Outlier { index, step } = error else {
            panic!("{error}");
        };
        assert!(
            index == wrong && (step.ticks() + 1_000_000).abs() < 100,
            "{error}"
        );
    }
    // Without jitter only the cut to whole ticks is left, which is no fault and no certainty either.
    for drift in [0.0, 1e-7, -1e-6, 3.3e-5] {
        let clocks = Clocks {
            offset: 1e9,
            drift,
            sigma: 0.0,
        };
        let mut samples = clocks.samples(&mut random, 50, 10.0);
        let clock = Correlation::from_samples(&mut samples).unwrap();
        assert!(clock.drift_sigma().unwrap() > 0.0);
        assert!((clock.drift().unwrap() - drift).abs() < 4.0 * clock.drift_sigma().unwrap());
    }
}

/// One end of the whole exchange: asks for 40 tags, loses every fifth frame, starts at frame 240.
fn pairs(
    random: &mut Random,
    sent_at: impl Fn(f64) -> f64,
    heard_at: impl Fn(f64) -> f64,
) -> Vec<TagPair> {
    let (mut here, mut there) = (TimeSampling::<63>::new(), TimeSampling::<63>::new());
    let n = TimeSample::new(40).unwrap();
    here.initiate(n, 20);
    there.handle_time_sample(n);
    for i in 0..60_u8 {
        let (n_s, t) = (
            SeqNum::new(i.wrapping_add(240)),
            f64::from(i) * 5.0 * SECOND,
        );
        here.handle_sent(reading(sent_at(t) + 3.0 * random.normal()), n_s, Expedited);
        if i % 5 != 0 {
            there.handle_received(reading(heard_at(t) + 3.0 * random.normal()), n_s, Expedited);
        }
    }
    assert_eq!(there.poll_event().map(|done| done.tags), Some(40));
    let all: Result<Vec<_>, MatchError> =
        match_tags(here.sent.tags(), there.received.tags()).collect();
    all.expect("every number once")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers"
)]
fn reading(ticks: f64) -> ClockTime {
    at((ticks + 0.5).floor() as u64)
}

#[test]
fn from_lossy_tags_of_both_ends_to_light_time_and_clock() {
    //= 211.0-B-6 5 correlation
    // Lunar range 1.28 s, 120 ticks in each radio, remote clock 20 ppm fast and 1000 s ahead.
    let (light, delay, drift) = (1.28 * SECOND, 120.0, 2e-5);
    let remote = |t: f64| 1_000.0 * SECOND + t * (1.0 + drift);
    let delays = PathDelays {
        local_egress: ClockSpan::from_ticks(120),
        local_ingress: ClockSpan::from_ticks(120),
        remote_egress: ClockSpan::from_ticks(120),
        remote_ingress: ClockSpan::from_ticks(120),
    };
    let mut random = Random(6);
    let under_way = light + 2.0 * delay;
    let out = pairs(&mut random, |t| t, |t| remote(t + under_way));
    let back = pairs(
        &mut random,
        |t| remote(t + SECOND),
        |t| t + SECOND + under_way,
    );
    // The drift needs no light time: it shifts all samples alike.
    let samples = |light_time| -> Vec<_> {
        let sample = |pair: &TagPair| ClockSample::local_sent(*pair, light_time, delays).unwrap();
        out.iter().map(sample).collect()
    };
    let rough = Correlation::from_samples(&mut samples(ClockSpan::ZERO)).unwrap();
    let found = rough.drift().unwrap();
    assert!((found - drift).abs() < 4.0 * rough.drift_sigma().unwrap());
    let times: Vec<_> = out
        .iter()
        .zip(&back)
        .map(|(go, come)| real(two_way(*go, *come, found, delays).unwrap().ticks()))
        .collect();
    // Jitter of a result: four tags of 3 ticks, halved: 3 ticks; of the mean of 40: 0.5.
    let mean = times.iter().sum::<f64>() / 40.0;
    assert!((mean - light).abs() < 2.5, "{mean} for {light}");
    #[expect(clippy::cast_possible_truncation, reason = "small")]
    let light_time = ClockSpan::from_ticks(mean.round() as i64);
    let clock = Correlation::from_samples(&mut samples(light_time)).unwrap();
    let (local, truth) = (at(100 << 24), remote(100.0 * SECOND));
    let error = real(i64::try_from(clock.remote_at(local).unwrap().ticks()).unwrap()) - truth;
    assert!(
        error.abs() < 2.5 + 4.0 * clock.offset_sigma_at(local).unwrap(),
        "{error}"
    );
}

proptest! {
    #[test]
    fn the_line_is_that_of_exact_rationals(
        steps in vec((1..1_u64 << 24, -300..300_i64), 2..40),
        ppm in -1_000..1_000_i64,
        ahead in 0..1_000_000_u64,
    ) {
        let mut local = 0;
        let mut samples: Vec<_> = steps
            .iter()
            .map(|(gap, jitter)| {
                local += gap + 1_000_000;
                let off = i64::try_from(local).unwrap() / 1_000_000 * ppm + jitter;
                sample(local, (local + ahead).saturating_add_signed(off))
            })
            .collect();
        let clock = Correlation::from_samples(&mut samples);
        prop_assume!(!matches!(clock, Err(CorrelationError::Outlier { .. } | CorrelationError::ClockJump { .. })));
        let clock = clock.expect("nothing else is wrong with them");
        let (_, denominator, slope, _) = twin(&samples, 0);
        #[expect(clippy::cast_precision_loss, reason = "compared to 12 digits")]
        let exact = slope as f64 / denominator as f64;
        prop_assert!((clock.drift().unwrap() - exact).abs() < 1e-14);
        for t in [0, local / 3, local, local * 2] {
            let (numerator, denominator, ..) = twin(&samples, i128::from(t));
            let ticks = i128::from(clock.offset_at(at(t)).unwrap().ticks());
            // within half a tick and a ten-thousandth
            let twice = (2 * (ticks * denominator - numerator)).abs();
            prop_assert!(twice <= denominator + denominator / 5_000);
        }
        let there = clock.remote_at(at(local)).unwrap();
        let again = clock.local_at(there).unwrap().ticks();
        prop_assert!(again.abs_diff(local) <= 1);
    }

    #[test]
    fn no_samples_do_harm(
        readings in vec((any::<u64>(), any::<u64>()), 0..20),
        shift in 0..64_u32,
        ends: [u64; 2],
        asked: u64,
    ) {
        let near = |base: u64, r: u64| base.saturating_add(r >> shift);
        let mut samples: Vec<_> = readings
            .iter()
            .map(|(l, r)| sample(near(ends[0], *l), near(ends[1], *r)))
            .collect();
        for t in [asked, 0, u64::MAX] {
            if let Ok(clock) = Correlation::from_samples(&mut samples) {
                let _ = (clock.offset_at(at(t)), clock.remote_at(at(t)), clock.local_at(at(t)));
                for sigma in [clock.offset_sigma_at(at(t)), clock.drift_sigma(), clock.sample_sigma()] {
                    prop_assert!(sigma.is_none_or(|s| s.is_finite() && s > 0.0));
                }
            }
            samples.push(sample(t, u64::MAX - t));
        }
    }
}
