//! Time transfer: what a TIME DISTRIBUTION says, and a clock set by one.
//!
//! Book: 211.0-B-6 section 5 and annex B2. The SPDU itself is [`TimeTransfer`] of the `wire` crate. Its two delays are in steps of
//! 2^-16 s (15.26 µs), so each is wrong by up to 7.63 µs and the clock set by up to 15.26 µs, whatever the clocks can do. Left out:
//! knowing the clock at the ASM of the very PLTU that carries it, which is the transmitter's matter.
//!
//! ```
//! use magpie_link::timing::ClockSpan;
//! use magpie_link::timing::transfer::{apply, time_transfer};
//! use magpie_wire::spdu::time::ClockTime;
//! let clock = |seconds| ClockTime::new(seconds, 0).unwrap();
//! let second = ClockSpan::from_ticks(1 << 24);
//! let transfer = time_transfer(clock(100), ClockSpan::ZERO, second)?; // 100 s, and 1 s of light time
//! let setting = apply(&transfer, ClockSpan::ZERO, clock(7)).unwrap(); // heard when our own clock said 7 s
//! assert_eq!(setting.time_at(clock(17)), Some(clock(111)));
//! # Ok::<(), magpie_link::timing::transfer::TransferError>(())
//! ```

use core::fmt;

use magpie_wire::spdu::time::{ClockTime, LinkDelay, TimeTransfer};

use super::{ClockSpan, clock_time};

/// Steps of the clock (2^-24 s) in a step of a delay (2^-16 s), as a power of two.
const DELAY_SHIFT: u32 = 8;

/// Why a span does not fit a time transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferError {
    /// The send-side delay is negative or rounds to 256 s or more.
    SendSideDelay,
    /// The one-way light time is negative or rounds to 256 s or more.
    OneWayLightTime,
}

/// The values of a TIME TRANSFER: the sender's clock at the trailing edge of the last ASM bit of the PLTU that carries it, the delay from
/// there to the antenna, the light time. Both spans are rounded to the nearest 2^-16 s.
pub fn time_transfer(
    transceiver_clock: ClockTime,
    send_side_delay: ClockSpan,
    one_way_light_time: ClockSpan,
) -> Result<TimeTransfer, TransferError> {
    //= 211.0-B-6 5 time-transfer
    Ok(TimeTransfer {
        transceiver_clock,
        send_side_delay: link_delay(send_side_delay).ok_or(TransferError::SendSideDelay)?,
        one_way_light_time: link_delay(one_way_light_time).ok_or(TransferError::OneWayLightTime)?,
    })
}

fn link_delay(span: ClockSpan) -> Option<LinkDelay> {
    if span < ClockSpan::ZERO {
        return None;
    }
    let steps = (span.wide() + (1 << (DELAY_SHIFT - 1))) >> DELAY_SHIFT;
    match u32::try_from(steps).ok()?.to_be_bytes() {
        [0, seconds, f0, f1] => Some(LinkDelay::new(seconds, u16::from_be_bytes([f0, f1]))),
        _ => None,
    }
}

/// One instant by two clocks: the receiver's own, and the one that it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClockSetting {
    /// What the own clock said.
    pub own: ClockTime,
    /// What it should have said.
    pub time: ClockTime,
}

impl ClockSetting {
    /// What to add to the own clock; `None` from 2^63 ticks on.
    pub fn step(&self) -> Option<ClockSpan> {
        ClockSpan::between(self.own, self.time)
    }

    /// The time that belongs to another reading of the own clock, earlier or later; `None` if it is outside the T-field.
    pub fn time_at(&self, own: ClockTime) -> Option<ClockTime> {
        let since = i128::from(own.ticks()) - i128::from(self.own.ticks());
        clock_time(i128::from(self.time.ticks()) + since)
    }
}

/// The receiver's side: the clock of the transfer, plus its send-side delay and light time, plus the own delay from antenna to capture
/// point, is the time at which the own clock said `own` (the time tag of the PLTU). `None` if the sum is outside the T-field.
pub fn apply(
    transfer: &TimeTransfer,
    own_delay: ClockSpan,
    own: ClockTime,
) -> Option<ClockSetting> {
    //= 211.0-B-6 5 time-transfer
    let steps = |delay: LinkDelay| i128::from(delay.ticks()) << DELAY_SHIFT;
    let time = i128::from(transfer.transceiver_clock.ticks())
        + steps(transfer.send_side_delay)
        + steps(transfer.one_way_light_time)
        + own_delay.wide();
    Some(ClockSetting {
        own,
        time: clock_time(time)?,
    })
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SendSideDelay => "send-side delay is not between 0 and 256 s",
            Self::OneWayLightTime => "one-way light time is not between 0 and 256 s",
        })
    }
}

impl core::error::Error for TransferError {}
