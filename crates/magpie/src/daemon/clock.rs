//! Mission time: microseconds of UTC since 1970, at the pace of the world or at a pace of its own.
//!
//! A rehearsal plays days in minutes: its clock runs in legs, each with a speed, slow through the passes and fast between them. All processes
//! of a rehearsal are given the same beginning and the same legs, so they agree without talking about it, and one that was killed and started
//! again finds the time that it would have had. A step of the computer's clock while a process runs does not move its mission time: the
//! beginning is looked up once, from then on time comes from the monotonic clock. UTC is taken as days of 86,400 s (no leap seconds).

use std::time;

use jiff::Timestamp;
use magpie_link::clock::{Duration, Instant};
use serde::{Deserialize, Serialize};

use crate::command::Failure;

/// `[clock]` in the file of a daemon; without it mission time is UTC now.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSettings {
    /// When mission time was [`ClockSettings::begin_utc`], in the time of this computer; without it when the process starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_utc: Option<Timestamp>,
    /// Mission time at the beginning.
    pub begin_utc: Timestamp,
    /// The legs, in order; the speed of the last holds for ever. Without legs time runs at its usual speed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leg: Vec<Leg>,
}

/// A stretch of mission time with one speed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Where in mission time it ends.
    pub until_utc: Timestamp,
    /// Seconds of mission time in one second.
    pub speed: f64,
}

/// A clock that runs.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Seconds between the rehearsal's beginning and the process's.
    already: f64,
    started: time::Instant,
    legs: Legs,
}

/// The legs as arithmetic: seconds of the world and mission time in either direction.
#[derive(Debug, Clone)]
struct Legs {
    begin: Instant,
    /// Each leg's end in mission time and its speed.
    legs: Vec<(Instant, f64)>,
}

impl Clock {
    /// The clock of these settings; mission time is UTC without any.
    pub fn start(settings: Option<&ClockSettings>) -> Result<Self, Failure> {
        let now = Timestamp::now();
        let Some(settings) = settings else {
            return Ok(Self {
                already: 0.0,
                started: time::Instant::now(),
                legs: Legs {
                    begin: instant(now),
                    legs: Vec::new(),
                },
            });
        };
        let already = settings
            .started_utc
            .map_or(0.0, |started| now.duration_since(started).as_secs_f64());
        Ok(Self {
            already: already.max(0.0),
            started: time::Instant::now(),
            legs: Legs::new(settings)?,
        })
    }

    /// Mission time now.
    pub fn now(&self) -> Instant {
        self.legs
            .at(self.already + self.started.elapsed().as_secs_f64())
    }

    /// How long a process may sleep until mission time is `at`.
    pub fn sleep_until(&self, at: Instant) -> time::Duration {
        let here = self.already + self.started.elapsed().as_secs_f64();
        // Some years at most, so that the sum is a time.
        let span = (self.legs.when(at) - here).clamp(0.0, 1e8);
        time::Duration::from_secs_f64(span)
    }
}

impl Legs {
    fn new(settings: &ClockSettings) -> Result<Self, Failure> {
        let begin = instant(settings.begin_utc);
        let mut from = begin;
        let mut legs = Vec::new();
        for (index, leg) in settings.leg.iter().enumerate() {
            let until = instant(leg.until_utc);
            if until <= from {
                return Err(Failure::new(format!(
                    "clock.leg[{index}].until_utc: {} is not after the leg before it",
                    leg.until_utc
                )));
            }
            if !(leg.speed.is_finite() && (1e-3..=1e9).contains(&leg.speed)) {
                return Err(Failure::new(format!(
                    "clock.leg[{index}].speed: {} is not between 0.001 and 1e9",
                    leg.speed
                )));
            }
            legs.push((until, leg.speed));
            from = until;
        }
        Ok(Self { begin, legs })
    }

    /// Mission time `seconds` of the world after the beginning.
    fn at(&self, mut seconds: f64) -> Instant {
        let mut from = self.begin;
        let mut speed = 1.0;
        for &(until, leg_speed) in &self.legs {
            speed = leg_speed;
            let whole = span(from, until) / speed;
            if seconds < whole {
                return from + micros(seconds * speed);
            }
            seconds -= whole;
            from = until;
        }
        from + micros(seconds * speed)
    }

    /// Seconds of the world after the beginning when mission time is `at`.
    fn when(&self, at: Instant) -> f64 {
        let mut from = self.begin;
        let mut speed = 1.0;
        let mut seconds = 0.0;
        for &(until, leg_speed) in &self.legs {
            speed = leg_speed;
            if at <= until {
                return seconds + span(from, at) / speed;
            }
            seconds += span(from, until) / speed;
            from = until;
        }
        seconds + span(from, at) / speed
    }
}

/// Mission time of a moment of UTC; before 1970 it is 1970.
pub fn instant(at: Timestamp) -> Instant {
    Instant::from_micros(u64::try_from(at.as_microsecond()).unwrap_or(0))
}

/// The moment of UTC of mission time; the end of what a [`Timestamp`] can say for later ones.
pub fn timestamp(at: Instant) -> Timestamp {
    i64::try_from(at.as_micros())
        .ok()
        .and_then(|micros| Timestamp::from_microsecond(micros).ok())
        .unwrap_or(Timestamp::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a mission")]
fn span(from: Instant, until: Instant) -> f64 {
    until.duration_since(from).as_micros() as f64 / 1e6
}

fn micros(seconds: f64) -> Duration {
    Duration::from(time::Duration::from_secs_f64(seconds.clamp(0.0, 1e12)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(legs: &[(&str, f64)]) -> ClockSettings {
        ClockSettings {
            started_utc: None,
            begin_utc: "2021-11-07T12:00:00Z".parse().unwrap(),
            leg: legs
                .iter()
                .map(|&(until, speed)| Leg {
                    until_utc: until.parse().unwrap(),
                    speed,
                })
                .collect(),
        }
    }

    fn utc(legs: &Legs, seconds: f64) -> String {
        timestamp(legs.at(seconds)).to_string()
    }

    #[test]
    fn days_pass_between_passes_and_minutes_within_them() {
        // Ten minutes at 60, nine days less ten minutes at 77,700 (some ten seconds), then 60 for ever.
        let legs = Legs::new(&settings(&[
            ("2021-11-07T12:10:00Z", 60.0),
            ("2021-11-16T12:00:00Z", 77_700.0),
            ("2021-11-16T12:10:00Z", 60.0),
        ]))
        .unwrap();
        assert_eq!(utc(&legs, 0.0), "2021-11-07T12:00:00Z");
        assert_eq!(utc(&legs, 5.0), "2021-11-07T12:05:00Z");
        assert_eq!(utc(&legs, 10.0), "2021-11-07T12:10:00Z");
        assert_eq!(utc(&legs, 20.0), "2021-11-16T12:00:00Z");
        assert_eq!(utc(&legs, 25.0), "2021-11-16T12:05:00Z");
        assert_eq!(utc(&legs, 31.0), "2021-11-16T12:11:00Z");
        for seconds in [0.0, 3.0, 10.0, 12.5, 20.0, 27.0, 100.0] {
            assert!(
                (legs.when(legs.at(seconds)) - seconds).abs() < 1e-6,
                "{seconds}"
            );
        }
    }

    #[test]
    fn without_legs_time_runs_as_usual() {
        let legs = Legs::new(&settings(&[])).unwrap();
        assert_eq!(utc(&legs, 90.0), "2021-11-07T12:01:30Z");
        let clock = Clock::start(None).unwrap();
        let here = clock.now();
        assert!(clock.sleep_until(here) < time::Duration::from_millis(1));
        assert!(clock.now() >= here);
    }

    #[test]
    fn a_process_that_starts_later_finds_the_time_of_the_others() {
        let mut settings = settings(&[("2021-11-08T12:00:00Z", 3600.0)]);
        let ago = jiff::SignedDuration::from_secs(10);
        settings.started_utc = Some(Timestamp::now().checked_sub(ago).unwrap());
        let now = timestamp(Clock::start(Some(&settings)).unwrap().now());
        let begin: Timestamp = "2021-11-07T22:00:00Z".parse().unwrap();
        // Ten hours, and the hour that a second of slow machine is worth.
        assert!(
            (0..3600).contains(&now.duration_since(begin).as_secs()),
            "{now}"
        );
    }

    #[test]
    fn a_leg_that_cannot_be_is_refused_by_its_key() {
        let bad = |legs: &[(&str, f64)]| Legs::new(&settings(legs)).unwrap_err().to_string();
        assert!(bad(&[("2021-11-07T11:00:00Z", 1.0)]).starts_with("clock.leg[0].until_utc: "));
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(bad(&[("2021-11-07T13:00:00Z", speed)]).starts_with("clock.leg[0].speed: "));
        }
    }
}
