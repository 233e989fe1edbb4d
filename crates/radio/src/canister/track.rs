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
}
