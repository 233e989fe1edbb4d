use proptest::prelude::*;

use super::*;
use crate::profile::Profile;

/// One of each kind.
fn stages() -> Vec<(&'static str, Box<dyn Stage>)> {
    let rate = rate(10_000.0);
    let profile: Profile = "t_s,range_m,range_rate_m_s\n0,4e8,-3e6\n1,3.98e8,2e6\n"
        .parse()
        .unwrap();
    let seed = Seed::new(11, 1);
    let fade = Fade {
        from_s: 0.01,
        to_s: 0.07,
        depth_db: 10.0,
    };
    let pulsed = Tone {
        offset_hz: 700.0,
        drift_hz_s: 30.0,
        level_db: -3.0,
        pulsed: Some(Pulsed {
            period_s: 0.013,
            on_s: 0.004,
        }),
    };
    let chain = Chain::new()
        .with(SampleClock::new(300.0))
        .with(TwoRay::new(0.000_33, -3.0, 1.0, rate))
        .with(Awgn::cn0(40.0, rate, seed));
    vec![
        ("noise", Box::new(Awgn::cn0(40.0, rate, seed))),
        (
            "doppler",
            Box::new(Doppler::new(profile, 1e6, rate).unwrap()),
        ),
        (
            "oscillator",
            Box::new(Oscillator::hz(123.4, 55.0, rate).walking(0.5, rate, seed)),
        ),
        ("clock", Box::new(SampleClock::new(-5000.0))),
        ("fades", Box::new(Fades::new(&[fade], rate))),
        ("rice", Box::new(Rice::new(3.0, 2.0, rate, seed))),
        ("rays", Box::new(TwoRay::new(0.001_23, -3.0, 1.0, rate))),
        ("bursts", Box::new(Bursts::new(0.02, 0.01, 3.0, rate, seed))),
        ("tones", Box::new(Tones::new(&[pulsed], rate))),
        ("filter", Box::new(LowPass::new(1234.5, rate).unwrap())),
        ("gain", Box::new(Gain::new(3.0))),
        ("clip", Box::new(Clip::new(0.5))),
        ("quantiser", Box::new(Quantise::new(3, 1.0).unwrap())),
        ("offset", Box::new(Offset::new(Iq::new(0.1, 0.2)))),
        ("swap", Box::new(Swap)),
        ("chain", Box::new(chain)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_division_into_blocks_does_not_matter(
        cuts in proptest::collection::vec(0..1500usize, 0..12),
    ) {
        let samples = tone(0.037, 1500);
        let mut cuts = cuts;
        cuts.extend([0, 1500]);
        cuts.sort_unstable();
        for ((name, mut whole), (_, mut parts)) in stages().into_iter().zip(stages()) {
            let mut at_once = samples.clone();
            whole.process(&mut at_once);
            whole.finish(&mut at_once);
            let mut in_parts = Vec::new();
            for two in cuts.windows(2) {
                let mut block = samples[two[0]..two[1]].to_vec();
                parts.process(&mut block);
                in_parts.append(&mut block);
            }
            parts.finish(&mut in_parts);
            prop_assert_eq!(&at_once, &in_parts, "{}", name);
        }
    }
}

#[test]
fn memory_stays_bounded_over_a_long_stream() {
    let mut chain = Chain::new()
        .with(SampleClock::new(-50_000.0))
        .with(TwoRay::new(0.001, -3.0, 0.0, rate(100_000.0)));
    let (mut given, mut largest) = (0, 0);
    for _ in 0..500 {
        let mut block = vec![Iq::new(1.0, 0.0); 1000];
        chain.process(&mut block);
        given += block.len();
        largest = largest.max(block.capacity());
    }
    // A clock that is too slow by 5 % gives 5 % less.
    assert!((given as f64 - 475_000.0).abs() < 50.0);
    assert!(largest < 4000);
}
