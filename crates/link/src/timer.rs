//! The timers of an endpoint: one table, indexed by an enum; its earliest deadline is what `poll_timeout` answers.
//!
//! Book: 211.0-B-6, the working variables WT and `CARRIER_LOSS_TIMER` of the MAC sublayer. The book counts down; here a
//! timer is the instant at which it would reach zero, so time needs no ticking. The timers of
//! COP-P are [`CopP`](crate::cop_p::CopP)'s own.
//!
//! ```
//! use magpie_link::clock::{Duration, Instant};
//! use magpie_link::timer::{Timer, Timers};
//! let mut timers = Timers::new();
//! timers.start(Timer::Wait, Instant::ZERO, Duration::from_secs(1));
//! assert_eq!(timers.earliest(), Some(Instant::from_micros(1_000_000)));
//! assert_eq!(timers.take_expired(Instant::from_micros(999_999)), None);
//! assert_eq!(timers.take_expired(Instant::from_micros(1_000_000)), Some(Timer::Wait));
//! ```

use crate::clock::{Duration, Instant};

/// The timers by their names in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// WT, the wait timer that all sub-states of a session share.
    Wait,
    /// `CARRIER_LOSS_TIMER`: runs while the carrier is away.
    CarrierLoss,
    /// `Hail_Lifetime`.
    HailLifetime,
    /// `Comm_Change_Lifetime`.
    CommChangeLifetime,
    /// `PLCW_TIMER`: when it expires, a PLCW is due.
    Plcw,
    /// When a PLCW that did not come is asked for. Not of the book, see docs/deviations.md.
    FirstPlcw,
    /// When RNMD is to be said again. Not of the book, see docs/deviations.md.
    RnmdRepeat,
    /// Silence after RNMD. Not of the book, see docs/deviations.md.
    TerminationLifetime,
}

impl Timer {
    const ALL: [Self; 8] = [
        Self::Wait,
        Self::CarrierLoss,
        Self::HailLifetime,
        Self::CommChangeLifetime,
        Self::Plcw,
        Self::FirstPlcw,
        Self::RnmdRepeat,
        Self::TerminationLifetime,
    ];
}

/// When each timer expires; `None` is a timer that does not run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    /// No timer runs.
    pub const fn new() -> Self {
        Self([None; Timer::ALL.len()])
    }

    /// Starts `timer` at `now`, or starts it anew if it runs.
    pub fn start(&mut self, timer: Timer, now: Instant, span: Duration) {
        self.0[timer as usize] = Some(now + span);
    }

    /// Stops `timer`; it will not expire.
    pub fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    /// Stops them all.
    pub fn stop_all(&mut self) {
        *self = Self::new();
    }

    /// When `timer` will expire, if it runs.
    pub fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.0[timer as usize]
    }

    /// The next instant at which something expires.
    pub fn earliest(&self) -> Option<Instant> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes one timer whose deadline has come (the earliest of them) out of the table.
    pub fn take_expired(&mut self, now: Instant) -> Option<Timer> {
        let (timer, _) = Timer::ALL
            .into_iter()
            .filter_map(|timer| Some((timer, self.deadline(timer)?)))
            .filter(|&(_, deadline)| deadline <= now)
            .min_by_key(|&(_, deadline)| deadline)?;
        self.stop(timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_timers_come_out_in_the_order_of_their_deadlines() {
        let mut timers = Timers::new();
        timers.start(Timer::Wait, Instant::ZERO, Duration::from_secs(2));
        timers.start(Timer::CarrierLoss, Instant::ZERO, Duration::from_secs(1));
        let late = Instant::from_micros(9_000_000);
        assert_eq!(timers.take_expired(late), Some(Timer::CarrierLoss));
        assert_eq!(timers.take_expired(late), Some(Timer::Wait));
        assert_eq!(timers.take_expired(late), None);
        assert_eq!(timers.earliest(), None);
    }

    #[test]
    fn a_stopped_timer_never_expires_and_a_restarted_one_forgets_its_old_deadline() {
        let mut timers = Timers::new();
        timers.start(Timer::Wait, Instant::ZERO, Duration::from_secs(1));
        timers.start(
            Timer::Wait,
            Instant::from_micros(500_000),
            Duration::from_secs(1),
        );
        assert_eq!(timers.take_expired(Instant::from_micros(1_000_000)), None);
        timers.stop(Timer::Wait);
        assert_eq!(timers.take_expired(Instant::MAX), None);
    }
}
