//! A range profile: what is taken can be written and read again, and Doppler and range are finite at any time that a recording can have.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_radio::profile::Profile;

/// A time between any two recordings, in seconds.
const LONGEST_S: f64 = 1e12;

fuzz_target!(|input: &[u8]| {
    let Some((&time, text)) = input.split_first_chunk() else {
        return;
    };
    let Ok(profile) = String::from_utf8_lossy(text).parse::<Profile>() else {
        return;
    };
    assert_eq!(profile.to_csv().parse().as_ref(), Ok(&profile));
    let rows = profile.rows();
    assert!(rows.len() >= 2 && rows.windows(2).all(|two| two[0].t_s < two[1].t_s));
    let finite = |t_s: f64| {
        let (range, rate) = profile.at(t_s);
        assert!(
            range.is_finite() && rate.is_finite(),
            "{range} m, {rate} m/s at {t_s} s"
        );
        assert!(profile.doppler_hz(t_s, 4e8).is_finite());
    };
    let time = f64::from_le_bytes(time);
    if time.abs() <= LONGEST_S {
        finite(time);
    }
    finite(-LONGEST_S);
    finite(LONGEST_S);
    for two in rows.windows(2) {
        finite(f64::midpoint(two[0].t_s, two[1].t_s));
        finite(two[1].t_s.next_down());
        // The rows themselves are met.
        let (range, rate) = profile.at(two[0].t_s);
        assert_eq!((range, rate), (two[0].range_m, two[0].range_rate_m_s));
    }
});
