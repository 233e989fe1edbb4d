//! The carrier's frequency over the window, from what both ways have measured.

use crate::SampleRate;
use crate::profile::{Profile, ProfileError, Row};
use crate::receive::Estimate;

/// Rows of the track, a second apart at least this often measured.
const STEP_S: f64 = 0.5;

/// An estimate of the way back, as it is on the way forward in a recording of `samples` samples.
pub(crate) fn turned(estimate: Estimate, samples: u64) -> Estimate {
    Estimate {
        at: samples.saturating_sub(estimate.at),
        rate_hz_s: -estimate.rate_hz_s,
        ..estimate
    }
}

/// The mean frequency of the estimates in steps of half a second; a carrier that is heard better counts more.
pub(crate) fn frequencies(estimates: &[Estimate], rate: SampleRate) -> Vec<(f64, f64)> {
    let mut sorted: Vec<&Estimate> = estimates
        .iter()
        .filter(|estimate| estimate.offset_hz.is_finite() && estimate.cn0_dbhz.is_finite())
        .collect();
    sorted.sort_by_key(|estimate| estimate.at);
    let step = |estimate: &Estimate| (rate.seconds(estimate.at) / STEP_S) as u64;
    sorted
        .chunk_by(|one, next| step(one) == step(next))
        .map(|group| {
            let weigh = |value: fn(&Estimate) -> f64| {
                let (sum, weights) = group.iter().fold((0.0, 0.0), |(sum, weights), estimate| {
                    let weight = 10f64.powf(estimate.cn0_dbhz / 10.0);
                    (sum + weight * value(estimate), weights + weight)
                });
                sum / weights
            };
            (
                weigh(|estimate| estimate.at as f64) / rate.hz(),
                weigh(|estimate| estimate.offset_hz),
            )
        })
        .collect()
}

/// Seconds at either end of a track whose slope goes on beyond it, and how far.
const SLOPE_S: f64 = 3.0;
const BEYOND_S: f64 = 5.0;

/// The track to the ends of the window: an estimate is the mean of a second, so half of one is missing at the least, and a narrow loop that is aided by a frequency
/// which stands still there loses the first and the last frame.
pub(crate) fn to_the_ends(mut track: Vec<(f64, f64)>, end_s: f64) -> Vec<(f64, f64)> {
    let (Some(&(first_s, _)), Some(&(last_s, _))) = (track.first(), track.last()) else {
        return track;
    };
    let line = |near: &dyn Fn(f64) -> bool, at_s: f64| {
        let points = || track.iter().filter(|&&(t_s, _)| near(t_s));
        let n = points().count() as f64;
        let (t, hz) = points().fold((0.0, 0.0), |(t, hz), point| (t + point.0, hz + point.1));
        let (t, hz) = (t / n, hz / n);
        let (above, below) = points().fold((0.0, 0.0), |(above, below), point| {
            let from = point.0 - t;
            (above + from * (point.1 - hz), below + from * from)
        });
        let slope = if below > 0.0 { above / below } else { 0.0 };
        hz + slope * (at_s - t)
    };
    let begin_s = (first_s - BEYOND_S).max(0.0);
    let begin_hz = line(&|t_s| t_s <= first_s + SLOPE_S, begin_s);
    let end_s = (last_s + BEYOND_S).min(end_s);
    let end_hz = line(&|t_s| t_s >= last_s - SLOPE_S, end_s);
    if begin_s < first_s {
        track.insert(0, (begin_s, begin_hz));
    }
    if end_s > last_s {
        track.push((end_s, end_hz));
    }
    track
}

/// A range whose Doppler at `carrier_hz` is this frequency over time.
pub(crate) fn as_profile(
    frequencies: &[(f64, f64)],
    carrier_hz: f64,
) -> Result<Profile, ProfileError> {
    let metres = -crate::profile::SPEED_OF_LIGHT / carrier_hz;
    let mut range_m = 0.0;
    let mut last: Option<(f64, f64)> = None;
    let rows = frequencies
        .iter()
        .map(|&(t_s, hz)| {
            let range_rate_m_s = hz * metres;
            if let Some((before_s, before_rate)) = last {
                range_m += (t_s - before_s) * f64::midpoint(before_rate, range_rate_m_s);
            }
            last = Some((t_s, range_rate_m_s));
            Row {
                t_s,
                range_m,
                range_rate_m_s,
            }
        })
        .collect();
    Profile::new(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_track_of_a_ramp_is_the_ramp() {
        let rate = SampleRate::new(1000.0).unwrap();
        let estimate = |at: u64| Estimate {
            at,
            offset_hz: 1000.0 - 0.07 * at as f64,
            rate_hz_s: -70.0,
            cn0_dbhz: 45.0,
            es_n0_db: None,
        };
        let back = turned(estimate(1000), 10_000);
        assert_eq!((back.at, back.rate_hz_s), (9000, 70.0));
        let measured: Vec<_> = (0..100).map(|k| estimate(k * 100)).collect();
        let profile = as_profile(&frequencies(&measured, rate), 4e8).unwrap();
        for t_s in [0.3, 1.0, 4.44, 9.0] {
            assert!((profile.doppler_hz(t_s, 4e8) - (1000.0 - 70.0 * t_s)).abs() < 1e-6);
        }
    }

    #[test]
    fn the_slope_of_the_ends_goes_on_to_the_ends() {
        let ramp = |t_s: f64| (t_s, 300.0 - 60.0 * t_s);
        let track: Vec<_> = (1..40).map(|k| ramp(f64::from(k) * 0.5)).collect();
        let long = to_the_ends(track.clone(), 20.25);
        assert_eq!(long.len(), track.len() + 2);
        for (index, at_s) in [(0, 0.0), (long.len() - 1, 20.25)] {
            let (t_s, hz) = long[index];
            assert!((t_s - at_s).abs() < 1e-12 && (hz - ramp(at_s).1).abs() < 1e-9);
        }
        // A point alone has no slope; nothing has no end.
        assert_eq!(to_the_ends(vec![(9.0, 5.0)], 10.0)[2], (10.0, 5.0));
        assert_eq!(to_the_ends(Vec::new(), 10.0), []);
    }
}
