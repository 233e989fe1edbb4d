//! Moments of UTC as text, `2021-11-20T12:00:00Z`, for settings and exports.

use core::fmt;
use core::str::FromStr;

use jiff::Timestamp;
use magpie_link::clock::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text is no moment of UTC between 1970 and 9999, such as `2021-11-20T12:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtcError;

impl fmt::Display for UtcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time of UTC from 1970 to 9999 such as 2021-11-20T12:00:00Z")
    }
}

impl core::error::Error for UtcError {}

/// A moment of mission time: microseconds of UTC since 1970, days of 86,400 s.
///
/// Text in settings and exports, a number where people do not read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utc(Instant);

impl Utc {
    /// The moment as mission time.
    pub const fn instant(self) -> Instant {
        self.0
    }
}

impl From<Instant> for Utc {
    fn from(at: Instant) -> Self {
        Self(at)
    }
}

impl FromStr for Utc {
    type Err = UtcError;

    fn from_str(text: &str) -> Result<Self, UtcError> {
        let at: Timestamp = text.parse().map_err(|_| UtcError)?;
        let micros = u64::try_from(at.as_microsecond()).map_err(|_| UtcError)?;
        Ok(Self(Instant::from_micros(micros)))
    }
}

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = i64::try_from(self.0.as_micros())
            .ok()
            .and_then(|micros| Timestamp::from_microsecond(micros).ok());
        match at {
            Some(at) => write!(f, "{at}"),
            // Beyond 9999: nothing that anyone reads as a date.
            None => f.write_str("never"),
        }
    }
}

impl Serialize for Utc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.as_micros().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Utc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = alloc::string::String::deserialize(deserializer)?;
            text.parse().map_err(de::Error::custom)
        } else {
            Ok(Self(Instant::from_micros(u64::deserialize(deserializer)?)))
        }
    }
}

/// `#[serde(with = "as_utc")]` for an [`Instant`] that is a moment of UTC.
pub(super) mod as_utc {
    use super::{Deserialize, Deserializer, Instant, Serialize, Serializer, Utc};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the shape that serde asks for"
    )]
    pub(crate) fn serialize<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
        Utc(*at).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Instant, D::Error> {
        Utc::deserialize(deserializer).map(Utc::instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn moments_are_read_and_written_as_the_calendar_has_them() {
        // Seconds by `date -ud ... +%s`.
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2021-11-20T12:00:00Z", 1_637_409_600),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
        ] {
            let utc: Utc = text.parse().unwrap();
            assert_eq!(utc.instant(), Instant::from_micros(seconds * 1_000_000));
            assert_eq!(utc.to_string(), text);
        }
        let zone: Utc = "2021-11-20T20:00:00.5+08:00".parse().unwrap();
        assert_eq!(zone.to_string(), "2021-11-20T12:00:00.5Z");
        assert_eq!(Utc(Instant::MAX).to_string(), "never");
        for text in [
            "",
            "never",
            "2021-11-20",
            "1969-12-31T23:59:59Z",
            "2021-13-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Utc>(), Err(UtcError), "{text}");
        }
    }
}
