//! Numbers as people write them: `233 kB`, `12.4 s`, `1,234`, `20 November 2021`.
//!
//! A kilobyte is 1,000 octets here, as in the press about the relay test. Shares never round up to 100 % or down to 0 %: a report
//! that says "100 %" means all of it.

/// A count with separators of thousands: `1,234,567`.
///
/// ```
/// assert_eq!(magpie::report::human::count(1234), "1,234");
/// ```
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of octets with three digits: `512 B`, `2.1 kB`, `233 kB`, `1.23 MB`.
pub fn octets(n: u64) -> String {
    const STEPS: [(f64, &str); 3] = [(1e3, "kB"), (1e6, "MB"), (1e9, "GB")];
    if n < 1000 {
        return format!("{n} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let n = n as f64;
    let (step, unit) = STEPS
        .into_iter()
        .find(|(step, _)| n / step < 999.5)
        .unwrap_or((1e9, "GB"));
    let value = n / step;
    let decimals = usize::from(value < 99.95) + usize::from(value < 9.995);
    let text = format!("{value:.decimals$}");
    let short = if decimals > 0 {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{short} {unit}")
}

/// A share of 1 in percent; only a whole 1 is `100 %`, only 0 is `0 %`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value.is_nan() || value <= 0.0 {
        "0 %".into()
    } else if value < 0.1 {
        "< 0.1 %".into()
    } else if value >= 100.0 {
        "100 %".into()
    } else {
        format!("{:.1} %", value.min(99.9))
    }
}

/// A part of a whole as a share of 1; a whole of nothing counts as nothing.
#[expect(
    clippy::cast_precision_loss,
    reason = "a share is shown with three digits"
)]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// A time: `12.4 s` below two minutes, `5 min 12 s` above.
pub fn seconds(s: f64) -> String {
    if !s.is_finite() || s < 119.95 {
        return format!("{s:.1} s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and finite; `as` saturates"
    )]
    let whole = s.round() as u64;
    match (whole / 60, whole % 60) {
        (minutes, 0) => format!("{} min", count(minutes)),
        (minutes, rest) => format!("{} min {rest} s", count(minutes)),
    }
}

/// One noun with its count: `1 pass`, `5 passes`.
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n as u64), if n == 1 { one } else { many })
}

/// The day of an ISO 8601 time: (`20 November`, `2021`), or nothing if it is not one.
pub fn day(iso: &str) -> Option<(String, &str)> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = iso.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    year.parse::<u16>().ok()?;
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some((format!("{} {month}", day.parse::<u8>().ok()?), year))
}

/// The clock time of an ISO 8601 time: `12:07 UTC`.
pub fn clock(iso: &str) -> Option<String> {
    let time = iso.get(11..16)?;
    (iso.as_bytes().get(10) == Some(&b'T') && time.as_bytes().get(2) == Some(&b':'))
        .then(|| format!("{time} UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expected texts: what a person would write, by hand.
    #[test]
    fn counts_and_octets() {
        let pairs = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        assert!(pairs.into_iter().all(|(n, text)| count(n) == text));
        let pairs = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (2130, "2.13 kB"),
            (23_350, "23.4 kB"),
            (233_000, "233 kB"),
            (999_499, "999 kB"),
            (999_500, "1 MB"),
            (9_600_000, "9.6 MB"),
            (12_000_000_000, "12 GB"),
        ];
        for (n, text) in pairs {
            assert_eq!(octets(n), text);
        }
        assert_eq!(octets(100_000), "100 kB");
        assert!(octets(u64::MAX).ends_with(" GB"));
    }

    #[test]
    fn shares_do_not_round_to_all_or_nothing() {
        assert_eq!(percent(share(233_000, 233_000)), "100 %");
        assert_eq!(percent(share(232_999, 233_000)), "99.9 %");
        assert_eq!(percent(share(1, 233_000)), "< 0.1 %");
        assert_eq!(percent(share(0, 0)), "0 %");
        assert_eq!(percent(0.4217), "42.2 %");
        assert_eq!(percent(f64::NAN), "0 %");
    }

    #[test]
    fn times_and_days() {
        assert_eq!(seconds(12.42), "12.4 s");
        assert_eq!(seconds(84.0), "84.0 s");
        assert_eq!(seconds(600.0), "10 min");
        assert_eq!(seconds(312.2), "5 min 12 s");
        assert_eq!(
            day("2021-11-20T12:07:00Z"),
            Some(("20 November".into(), "2021"))
        );
        assert_eq!(day("2021-13-20"), None);
        assert_eq!(day("soon"), None);
        assert_eq!(day("2021-11-2é"), None);
        assert_eq!(clock("2021-11-20T12:07:00Z").as_deref(), Some("12:07 UTC"));
        assert_eq!(clock("2021-11-20"), None);
    }
}
