//! Range and range rate over time, and the Doppler they make.
//!
//! Book: none; geometry. A profile is a table with at least two rows; between rows the range is the cubic with the right values and slopes at
//! both, before the first and behind the last row it goes on at the rate there. Text form: comma-separated values with the head `t_s,range_m,range_rate_m_s`
//! (lines with `#` are comments). Times to 10¹² s, ranges to 10¹⁸ m and rates to 10¹² m/s are taken, so that everything reckoned from them is finite.
//!
//! ```
//! use magpie_radio::profile::Profile;
//! let profile: Profile = "t_s,range_m,range_rate_m_s\n0,400000,-3000\n10,370000,-3000\n".parse().unwrap();
//! // Approaching at 3 km/s on channel 0's return frequency: 4.02 kHz up.
//! assert!((profile.doppler_hz(5.0, 401_585_625.0) - 4018.6).abs() < 0.1);
//! ```

use core::fmt::Write as _;
use core::str::FromStr;
use thiserror::Error;

/// Speed of light in vacuum, in metres a second (exact by the definition of the metre).
pub const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// What a row may have at most, in seconds, metres, and metres a second.
const LONGEST_S: f64 = 1e12;
const FARTHEST_M: f64 = 1e18;
const FASTEST_M_S: f64 = 1e12;

/// One row of a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Time in seconds since the first sample.
    pub t_s: f64,
    /// Distance between both antennas in metres.
    pub range_m: f64,
    /// Its change in metres a second; positive when they part.
    pub range_rate_m_s: f64,
}

/// Range over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile(Vec<Row>);

/// Why rows or a text are no profile.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ProfileError {
    /// Fewer than two rows.
    #[error("a profile needs two rows at least")]
    TooShort,
    /// Times must rise.
    #[error("row {0}: the time does not rise")]
    Time(usize),
    /// Numbers must be finite.
    #[error("row {0}: a number is not finite")]
    Number(usize),
    /// Numbers of any orbit are smaller.
    #[error(
        "row {0}: beyond 1e12 s, 1e18 m or 1e12 m/s, or a leap faster than that from the row before"
    )]
    Large(usize),
    /// The head is missing.
    #[error("line 1 must be t_s,range_m,range_rate_m_s")]
    Head,
    /// A line that cannot be read.
    #[error("line {line}: `{text}` is not three numbers")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// The line itself, cut after forty characters.
        text: String,
    },
}

impl Row {
    fn is_large(&self) -> bool {
        self.t_s.abs() > LONGEST_S
            || self.range_m.abs() > FARTHEST_M
            || self.range_rate_m_s.abs() > FASTEST_M_S
    }
}

impl Profile {
    /// A profile of rows in the order of time.
    ///
    /// # Errors
    /// If there are fewer than two, a time does not rise, a number is not finite or too large, or the range leaps. Rows are counted from 1.
    pub fn new(rows: Vec<Row>) -> Result<Self, ProfileError> {
        if rows.len() < 2 {
            return Err(ProfileError::TooShort);
        }
        for (index, row) in rows.iter().enumerate() {
            if ![row.t_s, row.range_m, row.range_rate_m_s]
                .iter()
                .all(|number| number.is_finite())
            {
                return Err(ProfileError::Number(index + 1));
            }
        }
        if let Some(index) = rows.windows(2).position(|two| two[0].t_s >= two[1].t_s) {
            return Err(ProfileError::Time(index + 2));
        }
        if let Some(index) = rows.iter().position(Row::is_large) {
            return Err(ProfileError::Large(index + 1));
        }
        let leaps = |two: &[Row]| slope(&two[0], &two[1]).abs() > FASTEST_M_S;
        if let Some(index) = rows.windows(2).position(leaps) {
            return Err(ProfileError::Large(index + 2));
        }
        Ok(Self(rows))
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.0
    }

    /// Range in metres and range rate in metres a second at `t_s` seconds.
    pub fn at(&self, t_s: f64) -> (f64, f64) {
        let after = self.0.partition_point(|row| row.t_s <= t_s);
        let straight = |row: &Row| {
            (
                row.range_m + (t_s - row.t_s) * row.range_rate_m_s,
                row.range_rate_m_s,
            )
        };
        match (
            after.checked_sub(1).and_then(|before| self.0.get(before)),
            self.0.get(after),
        ) {
            (Some(before), Some(after)) => between(before, after, t_s),
            (Some(row), None) | (None, Some(row)) => straight(row),
            (None, None) => (0.0, 0.0),
        }
    }

    /// What is heard above `carrier_hz` at `t_s` seconds, in Hz: −f · range rate / c (211.1-B-4 allows ±10 kHz; terms of second order are 10⁻⁵ of it).
    pub fn doppler_hz(&self, t_s: f64, carrier_hz: f64) -> f64 {
        -carrier_hz * self.at(t_s).1 / SPEED_OF_LIGHT
    }

    /// The text form.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("t_s,range_m,range_rate_m_s\n");
        for row in &self.0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{},{}", row.t_s, row.range_m, row.range_rate_m_s);
        }
        text
    }
}

/// Mean range rate from one row to the next.
fn slope(before: &Row, after: &Row) -> f64 {
    (after.range_m - before.range_m) / (after.t_s - before.t_s)
}

/// Hermite's cubic through both rows with their slopes, and its derivative.
fn between(before: &Row, after: &Row, t_s: f64) -> (f64, f64) {
    let from = t_s - before.t_s;
    let x = from / (after.t_s - before.t_s);
    let mean = slope(before, after);
    let (start, end) = (before.range_rate_m_s, after.range_rate_m_s);
    let square = 3.0 * mean - 2.0 * start - end;
    let cube = start + end - 2.0 * mean;
    (
        before.range_m + from * (start + x * (square + x * cube)),
        start + x * (2.0 * square + 3.0 * x * cube),
    )
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        if lines.next().map(|(_, head)| head) != Some("t_s,range_m,range_rate_m_s") {
            return Err(ProfileError::Head);
        }
        let rows = lines
            .map(|(line, text)| {
                row(text).ok_or_else(|| ProfileError::Line {
                    line,
                    text: text.chars().take(40).collect(),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Self::new(rows)
    }
}

fn row(text: &str) -> Option<Row> {
    let mut numbers = text.split(',').map(|field| field.trim().parse::<f64>());
    let mut next = || numbers.next()?.ok();
    let row = Row {
        t_s: next()?,
        range_m: next()?,
        range_rate_m_s: next()?,
    };
    next().is_none().then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_met_between_the_rows() {
        // 318 km at closest approach, 50 m/s² of acceleration: r = 318000 + 25 t².
        let rows = (-2..=2)
            .map(|k| {
                let t_s = f64::from(k) * 5.0;
                Row {
                    t_s,
                    range_m: 318_000.0 + 25.0 * t_s * t_s,
                    range_rate_m_s: 50.0 * t_s,
                }
            })
            .collect();
        let profile = Profile::new(rows).unwrap();
        for t_s in [-9.3, -0.1, 0.0, 3.7, 10.0] {
            let (range, rate) = profile.at(t_s);
            assert!((range - 318_000.0 - 25.0 * t_s * t_s).abs() < 1e-6);
            assert!((rate - 50.0 * t_s).abs() < 1e-9);
        }
        // Straight on behind the ends.
        assert!((profile.at(11.0).0 - (318_000.0 + 2500.0 + 500.0)).abs() < 1e-6);
        assert_eq!(profile.to_csv().parse::<Profile>().unwrap(), profile);
    }

    #[test]
    fn no_profile_gives_what_is_not_finite() {
        let row = |t_s, range_m, range_rate_m_s| Row {
            t_s,
            range_m,
            range_rate_m_s,
        };
        let two = |one, other| Profile::new(vec![one, other]);
        // Once taken: the span of times overflows; the cubic does; a leap between rows that are as near as numbers can be.
        let large = |at| Err(ProfileError::Large(at));
        assert_eq!(two(row(-1e308, 0.0, 0.0), row(1e308, 0.0, 0.0)), large(1));
        assert_eq!(two(row(0.0, 0.0, 0.0), row(1.0, 1.7e308, 0.0)), large(2));
        assert_eq!(two(row(0.0, 0.0, 0.0), row(1.0, 0.0, 1e308)), large(2));
        assert_eq!(two(row(0.0, 0.0, 0.0), row(5e-324, 1.0, 0.0)), large(2));
        let profile = two(row(-1e12, 1e18, -1e12), row(1e12, -1e18, 1e12)).unwrap();
        for t_s in [-1e12, -3e11, 0.0, 1.0, 1e12, 2e12] {
            let (range, rate) = profile.at(t_s);
            assert!(range.is_finite() && rate.is_finite(), "{t_s}");
        }
    }

    #[test]
    fn bad_texts_say_what_is_wrong_and_where() {
        let head = "t_s,range_m,range_rate_m_s\n";
        let read = |body: &str| {
            format!("{head}{body}")
                .parse::<Profile>()
                .unwrap_err()
                .to_string()
        };
        assert_eq!(read("1,2,3\n"), "a profile needs two rows at least");
        assert_eq!(read("1,2,3\n1,2,3\n"), "row 2: the time does not rise");
        assert_eq!(read("1,2,x\n"), "line 2: `1,2,x` is not three numbers");
        assert_eq!(
            read("# pass 1\n1,2,3,4\n"),
            "line 3: `1,2,3,4` is not three numbers"
        );
        assert_eq!(read("1,2,NaN\n2,2,2\n"), "row 1: a number is not finite");
        assert!(read("1,2,3\n2,2e18,3\n").starts_with("row 2: beyond 1e12 s,"));
        assert_eq!("1,2,3".parse::<Profile>(), Err(ProfileError::Head));
    }
}
