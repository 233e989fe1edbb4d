//! Time as the procedures see it: an [`Instant`] that the caller supplies and a [`Duration`], both whole microseconds.
//!
//! No procedure of this crate reads a clock. The caller passes `now` to every `handle_*` and `poll_*`; where its zero lies is the
//! caller's business. All arithmetic saturates: 64 bits of microseconds are 584,000 years, so an overflow is a wrong argument, and
//! a wrong argument must not stop a link.
//!
//! ```
//! use magpie_link::clock::{Duration, Instant};
//! let start = Instant::from_micros(1_000);
//! let later = start + Duration::from_millis(2);
//! assert_eq!(later.duration_since(start), Duration::from_micros(2_000));
//! assert_eq!(start.duration_since(later), Duration::ZERO); // never negative
//! ```

use core::fmt;
use core::num::{NonZeroU32, NonZeroU64};
use core::ops::{Add, Sub};

/// A span of time in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

impl Duration {
    /// No time at all. As the value of a timer parameter: the timer is not used.
    pub const ZERO: Self = Self(0);
    /// The longest span, some 584,000 years.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of `us` microseconds.
    pub const fn from_micros(us: u64) -> Self {
        Self(us)
    }

    /// A span of `ms` milliseconds, saturating.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// A span of `s` seconds, saturating.
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(1_000_000))
    }

    /// The span in microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whether the span is empty.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl From<core::time::Duration> for Duration {
    /// Cuts off below a microsecond, saturates above [`Duration::MAX`].
    fn from(value: core::time::Duration) -> Self {
        Self(u64::try_from(value.as_micros()).unwrap_or(u64::MAX))
    }
}

impl From<Duration> for core::time::Duration {
    fn from(value: Duration) -> Self {
        Self::from_micros(value.0)
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A point in time: microseconds since a zero that the caller chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The caller's zero.
    pub const ZERO: Self = Self(0);
    /// The end of time; a deadline that lies here never comes.
    pub const MAX: Self = Self(u64::MAX);

    /// `us` microseconds after the caller's zero.
    pub const fn from_micros(us: u64) -> Self {
        Self(us)
    }

    /// Microseconds since the caller's zero.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Time that passed since `earlier`, zero if `earlier` is in fact later.
    pub const fn duration_since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06} s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06} s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// Information bits a second on the channel, before encoding (Rd of 211.0-B): how long an octet takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataRate(NonZeroU32);

impl DataRate {
    /// 8 kb/s, the rate of hails that the draft successor of 211.1-B fixes.
    pub const KBPS_8: Self = Self(NonZeroU32::MIN.saturating_add(7_999));

    /// `None` for 0 bit/s.
    pub const fn from_bits_per_s(bits_per_s: u32) -> Option<Self> {
        match NonZeroU32::new(bits_per_s) {
            Some(rate) => Some(Self(rate)),
            None => None,
        }
    }

    /// Information bits a second.
    pub const fn bits_per_s(self) -> u32 {
        self.0.get()
    }

    /// Time that `bits` take, cut to whole microseconds, saturating.
    pub fn duration_of_bits(self, bits: u64) -> Duration {
        // A marker, an octet, a short frame: small processors divide 32 bits in one instruction, 64 in hundreds.
        let short = u32::try_from(bits)
            .ok()
            .and_then(|bits| bits.checked_mul(1_000_000));
        if let Some(short) = short {
            return Duration(u64::from(short / self.0));
        }
        // Whole seconds apart, so that 64 bits are enough for the rest.
        let rate = NonZeroU64::from(self.0);
        let (seconds, rest) = (bits / rate, bits % rate);
        Duration(
            seconds
                .saturating_mul(1_000_000)
                .saturating_add(rest * 1_000_000 / rate),
        )
    }

    /// Whole octets that begin before `span` is over: the smallest count whose time is at least `span`, saturating.
    pub fn octets_in(self, span: Duration) -> u64 {
        const EIGHT_SECONDS: u64 = 8_000_000;
        let rate = u64::from(self.0.get());
        let (whole, rest) = (span.0 / EIGHT_SECONDS, span.0 % EIGHT_SECONDS);
        whole
            .saturating_mul(rate)
            .saturating_add((rest * rate).div_ceil(EIGHT_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In 64 bits, the same as the plain formulas in 128.
    #[test]
    fn times_and_octets_are_those_of_the_long_division() {
        let lengths = [
            0,
            1,
            7,
            8,
            999,
            1_000_000,
            8_000_001,
            1 << 33,
            u64::MAX / 9,
            u64::MAX,
        ];
        for rate in [1, 3, 1_000, 8_000, 2_048_000, u32::MAX] {
            let at = DataRate::from_bits_per_s(rate).unwrap();
            for n in lengths {
                let us = u128::from(n) * 1_000_000 / u128::from(rate);
                let us = u64::try_from(us).unwrap_or(u64::MAX);
                assert_eq!(at.duration_of_bits(n), Duration(us), "{n} bits at {rate}");
                let octets = (u128::from(n) * u128::from(rate)).div_ceil(8_000_000);
                let octets = u64::try_from(octets).unwrap_or(u64::MAX);
                assert_eq!(at.octets_in(Duration(n)), octets, "{n} us at {rate}");
            }
        }
    }

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        assert_eq!(
            Instant::MAX + Duration::from_secs(1),
            Instant::MAX,
            "no wrap to the past"
        );
        assert_eq!(Instant::ZERO - Duration::from_secs(1), Instant::ZERO);
        assert_eq!(Duration::from_secs(u64::MAX), Duration::MAX);
        assert_eq!(Duration::MAX + Duration::MAX, Duration::MAX);
    }

    #[test]
    fn an_octet_at_8_kbit_per_s_takes_a_millisecond() {
        let rate = DataRate::from_bits_per_s(8_000).unwrap();
        assert_eq!(rate.duration_of_bits(8), Duration::from_millis(1));
        assert_eq!(rate.octets_in(Duration::from_secs(1)), 1_000);
        assert_eq!(rate.octets_in(Duration::from_micros(1_001)), 2);
        assert_eq!(rate.octets_in(Duration::MAX), u64::MAX / 1_000 + 1);
    }

    #[test]
    fn octets_and_durations_agree_at_odd_rates() {
        // Hand-worked: 3 bit/s, an octet lasts 8/3 s = 2,666,666.67 us; two octets begin before 3 s are over.
        let rate = DataRate::from_bits_per_s(3).unwrap();
        assert_eq!(rate.duration_of_bits(8), Duration::from_micros(2_666_666));
        assert_eq!(rate.octets_in(Duration::from_secs(3)), 2);
    }

    #[test]
    fn core_durations_convert_with_a_cut_below_a_microsecond() {
        let core = core::time::Duration::from_nanos(1_999);
        assert_eq!(Duration::from(core), Duration::from_micros(1));
    }
}
