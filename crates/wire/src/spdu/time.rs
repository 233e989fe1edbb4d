//! Type 2 SPDU: time distribution (CCSDS 211.0-B-6, annex B2).
//!
//! | Octets | Field |
//! |---|---|
//! | 0 | directive: `00` null, `01` time transfer, the rest reserved |
//! | 1-8 | sender's clock when the last ASM bit of this PLTU passed its capture point: 5 octets of seconds, 3 of fraction |
//! | 9-11 | delay on the sending side: 1 octet of seconds, 2 of fraction |
//! | 12-14 | one-way light time: 1 octet of seconds, 2 of fraction |
//!
//! The times are CUC T-fields (301.0-B-4) without a P-field. [`TimeSpdu`] carries any content; [`TimeSpdu::directive`] reads it.
//!
//! ```
//! use magpie_wire::spdu::time::{ClockTime, LinkDelay, TimeDirective, TimeTransfer};
//! let transfer = TimeTransfer {
//!     transceiver_clock: ClockTime::new(7, 0x80_0000).unwrap(), // 7.5 s
//!     send_side_delay: LinkDelay::new(0, 0x4000),               // 0.25 s
//!     one_way_light_time: LinkDelay::new(1, 0),
//! };
//! let mut out = [0; 16];
//! transfer.emit(&mut out)?;
//! assert_eq!(out, [0x1F, 1, 0, 0, 0, 0, 7, 0x80, 0, 0, 0, 0x40, 0, 1, 0, 0]);
//! # Ok::<(), magpie_wire::EmitError>(())
//! ```

use super::emit_variable;
use crate::error::EmitError;
use core::fmt;
use core::time::Duration;

/// Data octets of a time transfer.
pub const TIME_TRANSFER_LEN: usize = 15;

const NULL: u8 = 0x00;
const TIME_TRANSFER: u8 = 0x01;
const CLOCK_FINE_BITS: u32 = 24;
const DELAY_FINE_BITS: u32 = 16;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A transceiver's clock: seconds in 40 bits and a fraction in steps of 2^-24 s (59.6 ns).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClockTime(u64);

impl ClockTime {
    /// From seconds (below 2^40) and a fraction in steps of 2^-24 s (below 2^24); `None` if one is too large.
    pub const fn new(seconds: u64, fraction: u32) -> Option<Self> {
        if seconds >> 40 == 0 && fraction >> CLOCK_FINE_BITS == 0 {
            Some(Self(seconds << CLOCK_FINE_BITS | fraction as u64))
        } else {
            None
        }
    }

    /// From the eight octets of the T-field as one number, in steps of 2^-24 s.
    pub const fn from_ticks(ticks: u64) -> Self {
        Self(ticks)
    }

    /// The whole T-field as one number, in steps of 2^-24 s.
    pub const fn ticks(self) -> u64 {
        self.0
    }

    /// The time nearest to this duration since the clock's epoch; `None` from 2^40 s on.
    pub fn from_duration(d: Duration) -> Option<Self> {
        let fraction = nanos_to_ticks(d.subsec_nanos(), CLOCK_FINE_BITS);
        let ticks = d
            .as_secs()
            .checked_mul(1 << CLOCK_FINE_BITS)?
            .checked_add(fraction)?;
        Some(Self(ticks))
    }

    /// The duration since the clock's epoch, to the nearest nanosecond.
    pub const fn as_duration(self) -> Duration {
        ticks_to_duration(self.0, CLOCK_FINE_BITS)
    }
}

/// A delay: seconds in 8 bits and a fraction in steps of 2^-16 s (15.26 µs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LinkDelay([u8; 3]);

impl LinkDelay {
    /// From seconds and a fraction in steps of 2^-16 s.
    pub const fn new(seconds: u8, fraction: u16) -> Self {
        let [f0, f1] = fraction.to_be_bytes();
        Self([seconds, f0, f1])
    }

    /// The whole T-field as one number, in steps of 2^-16 s.
    pub const fn ticks(self) -> u32 {
        let [s, f0, f1] = self.0;
        u32::from_be_bytes([0, s, f0, f1])
    }

    /// The delay nearest to this duration; `None` from 256 s on.
    pub fn from_duration(d: Duration) -> Option<Self> {
        let fraction = nanos_to_ticks(d.subsec_nanos(), DELAY_FINE_BITS);
        let ticks = d
            .as_secs()
            .checked_mul(1 << DELAY_FINE_BITS)?
            .checked_add(fraction)?;
        match u32::try_from(ticks).ok()?.to_be_bytes() {
            [0, octets @ ..] => Some(Self(octets)),
            _ => None,
        }
    }

    /// The delay as a duration, to the nearest nanosecond.
    pub const fn as_duration(self) -> Duration {
        ticks_to_duration(self.ticks() as u64, DELAY_FINE_BITS)
    }
}

fn nanos_to_ticks(nanos: u32, fine_bits: u32) -> u64 {
    ((u64::from(nanos) << fine_bits) + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND
}

#[expect(clippy::cast_possible_truncation, reason = "less than 10^9")]
const fn ticks_to_duration(ticks: u64, fine_bits: u32) -> Duration {
    let fraction = ticks & ((1 << fine_bits) - 1);
    let nanos = (fraction * NANOS_PER_SECOND + (1 << (fine_bits - 1))) >> fine_bits;
    Duration::new(ticks >> fine_bits, nanos as u32)
}

/// The TIME TRANSFER directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TimeTransfer {
    /// The sender's clock when the last ASM bit of this PLTU passed its capture point.
    pub transceiver_clock: ClockTime,
    /// Delay between the capture point and the antenna of the sender.
    pub send_side_delay: LinkDelay,
    /// Travel time from antenna to antenna.
    pub one_way_light_time: LinkDelay,
}

impl TimeTransfer {
    /// The data of the SPDU, without its header octet.
    pub fn data(&self) -> [u8; TIME_TRANSFER_LEN] {
        let [c0, c1, c2, c3, c4, c5, c6, c7] = self.transceiver_clock.0.to_be_bytes();
        let [s0, s1, s2] = self.send_side_delay.0;
        let [o0, o1, o2] = self.one_way_light_time.0;
        [
            TIME_TRANSFER,
            c0,
            c1,
            c2,
            c3,
            c4,
            c5,
            c6,
            c7,
            s0,
            s1,
            s2,
            o0,
            o1,
            o2,
        ]
    }

    /// Writes the whole SPDU, 16 octets, to the start of `out`.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        emit_variable(1, &self.data(), out)
    }
}

/// What a Type 2 SPDU says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeDirective {
    /// `00`: nothing; what follows it is of no meaning.
    Null,
    /// `01`: set your clock by this.
    TimeTransfer(TimeTransfer),
}

/// Why a Type 2 SPDU may not be acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeError {
    /// The directive type is reserved.
    ReservedType {
        /// Its code.
        code: u8,
    },
    /// A time transfer whose data is not 15 octets.
    Length {
        /// Octets of data.
        have: usize,
    },
}

/// The data of a Type 2 SPDU, 1 to 15 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeSpdu<'a>(&'a [u8]);

impl<'a> TimeSpdu<'a> {
    /// `None` if there are no octets or more than 15.
    pub const fn new(data: &'a [u8]) -> Option<Self> {
        if matches!(data.len(), 1..=TIME_TRANSFER_LEN) {
            Some(Self(data))
        } else {
            None
        }
    }

    /// The octets behind the SPDU header.
    pub const fn data(&self) -> &'a [u8] {
        self.0
    }

    /// Reads the content.
    pub fn directive(&self) -> Result<TimeDirective, TimeError> {
        //= 211.0-B-6 B2
        let Ok(&[code, c0, c1, c2, c3, c4, c5, c6, c7, s0, s1, s2, o0, o1, o2]) =
            <&[u8; TIME_TRANSFER_LEN]>::try_from(self.0)
        else {
            return match self.0 {
                [NULL, ..] => Ok(TimeDirective::Null),
                [TIME_TRANSFER, ..] | [] => Err(TimeError::Length { have: self.0.len() }),
                [code, ..] => Err(TimeError::ReservedType { code: *code }),
            };
        };
        match code {
            NULL => Ok(TimeDirective::Null),
            TIME_TRANSFER => Ok(TimeDirective::TimeTransfer(TimeTransfer {
                transceiver_clock: ClockTime(u64::from_be_bytes([c0, c1, c2, c3, c4, c5, c6, c7])),
                send_side_delay: LinkDelay([s0, s1, s2]),
                one_way_light_time: LinkDelay([o0, o1, o2]),
            })),
            code => Err(TimeError::ReservedType { code }),
        }
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ReservedType { code } => write!(f, "time directive type {code:02X} is reserved"),
            Self::Length { have } => write!(
                f,
                "time transfer of {have} octets, it has {TIME_TRANSFER_LEN}"
            ),
        }
    }
}

impl core::error::Error for TimeError {}

#[cfg(test)]
mod tests;
