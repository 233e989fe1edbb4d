//! UTC on a calendar, and the count of TAI seconds that on-board time codes use.

use std::fmt;

use thiserror::Error;

/// TAI − UTC in seconds since 1 January 2017; no leap second has come since.
const TAI_MINUS_UTC_S: u64 = 37;
/// Days from 1 January 1958, the epoch of CUC level 1, to 1 January 1970: twelve years, three of them leap years.
const DAYS_1958_TO_1970: u64 = 12 * 365 + 3;

/// A text is not a time of the form `YYYY-MM-DDThh:mm:ssZ` between 2017 and 2099.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time from 2017 to 2099 of the form 2021-11-20T12:00:00Z")]
pub struct UtcError;

/// Seconds since 1970-01-01T00:00:00 UTC, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime(u64);

impl UtcTime {
    /// Reads `YYYY-MM-DDThh:mm:ssZ`.
    pub fn parse(text: &str) -> Result<Self, UtcError> {
        let octets: &[u8; 20] = text.as_bytes().try_into().map_err(|_| UtcError)?;
        let separators = [
            (4, b'-'),
            (7, b'-'),
            (10, b'T'),
            (13, b':'),
            (16, b':'),
            (19, b'Z'),
        ];
        if separators
            .iter()
            .any(|&(at, mark)| octets.get(at) != Some(&mark))
        {
            return Err(UtcError);
        }
        let field = |from: usize, to: usize| -> Result<u64, UtcError> {
            let digits = text.get(from..to).ok_or(UtcError)?;
            if !digits.bytes().all(|c| c.is_ascii_digit()) {
                return Err(UtcError);
            }
            digits.parse().map_err(|_| UtcError)
        };
        let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
        let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
        let month_ok = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
        if !(2017..=2099).contains(&year) || !month_ok || hour > 23 || minute > 59 || second > 59 {
            return Err(UtcError);
        }
        let days = days_since_1970(year, month, day);
        Ok(Self(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    /// Whole seconds of TAI since 1958-01-01, the count of CUC level 1.
    pub const fn tai_1958_s(self) -> u64 {
        self.0 + DAYS_1958_TO_1970 * 86_400 + TAI_MINUS_UTC_S
    }

    /// This many seconds later, cut to whole seconds; negative spans count as none.
    #[must_use]
    pub fn plus_s(self, seconds: f64) -> Self {
        Self(self.0.saturating_add(seconds.max(0.0) as u64))
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut days, rest) = (self.0 / 86_400, self.0 % 86_400);
        let mut year = 1970;
        while days >= 365 + u64::from(is_leap(year)) {
            days -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        while days >= days_of(year, month) {
            days -= days_of(year, month);
            month += 1;
        }
        let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
        write!(
            f,
            "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
            days + 1
        )
    }
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let years: u64 = (1970..year).map(|y| 365 + u64::from(is_leap(y))).sum();
    let months: u64 = (1..month).map(|m| days_of(year, m)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_slot_is_where_the_calendar_says() {
        // `date -u -d 2021-11-07T12:07:00Z +%s` prints 1636286820.
        let slot = UtcTime::parse("2021-11-07T12:07:00Z").unwrap();
        assert_eq!(slot, UtcTime(1_636_286_820));
        // 1958-01-01 is 4,383 days before 1970-01-01 (4,380 and the leap days of 1960, 1964, 1968); TAI was 37 s ahead.
        assert_eq!(slot.tai_1958_s(), 1_636_286_820 + 4_383 * 86_400 + 37);
    }

    #[test]
    fn what_is_read_is_written_again() {
        for text in [
            "2021-11-07T12:07:00Z",
            "2024-02-29T23:59:59Z",
            "2099-12-31T00:00:00Z",
        ] {
            assert_eq!(UtcTime::parse(text).unwrap().to_string(), text);
        }
        let late = UtcTime::parse("2021-12-31T23:59:59Z").unwrap();
        assert_eq!(late.plus_s(1.9).to_string(), "2022-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2021-11-07",
            "2021-13-07T12:07:00Z",
            "2021-02-29T12:07:00Z",
            "2021-11-07 12:07:00Z",
            "2021-11-07T24:07:00Z",
            "1958-01-01T00:00:00Z",
            "2021-11-07T12:07:0éZ",
            "+021-11-07T12:07:00Z",
        ] {
            assert_eq!(UtcTime::parse(text), Err(UtcError), "{text}");
        }
    }
}
