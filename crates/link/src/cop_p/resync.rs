//! The resynchronisation activity: SET V(R) again and again until the other end answers.
//!
//! Book: 211.0-B-6 7.2.3.2, a persistent activity of the MAC sublayer. Its action is the SET V(R) directive with NN(R), its response a valid
//! PLCW with N(R) = NN(R) and no retransmit flag (seen by [`FopP`](super::FopP)), its notifications are
//! [`Notification`](super::Notification). Here are its two times. Left out: PERSISTENCE, which is MAC's.
//!
//! ```
//! use magpie_link::clock::{Duration, Instant};
//! use magpie_link::cop_p::Resync;
//! let mut resync = Resync::new(Duration::from_secs(1), Duration::from_secs(10));
//! resync.start(Instant::ZERO);
//! assert!(resync.take_due(Instant::ZERO) && !resync.take_due(Instant::ZERO));
//! assert_eq!(resync.poll_timeout(), Some(Instant::from_micros(1_000_000)));
//! ```

use crate::clock::{Duration, Instant};

/// The times of the activity.
#[expect(
    clippy::struct_field_names,
    reason = "managed parameters keep the book's identifier"
)]
#[derive(Debug, Clone)]
pub struct Resync {
    resync_waiting_period: Duration,
    resync_lifetime: Duration,
    running: Option<Running>,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    next_directive: Instant,
    /// `None`: for ever, `Resync_Lifetime` is 0.
    lifetime_over: Option<Instant>,
}

impl Resync {
    /// Not running yet.
    pub const fn new(resync_waiting_period: Duration, resync_lifetime: Duration) -> Self {
        Self {
            resync_waiting_period,
            resync_lifetime,
            running: None,
        }
    }

    /// Starts, or starts anew: a directive is due at once, the lifetime begins.
    pub fn start(&mut self, now: Instant) {
        //= 211.0-B-6 7.2.3.2 resync
        let lasts = !self.resync_lifetime.is_zero();
        self.running = Some(Running {
            next_directive: now,
            lifetime_over: lasts.then(|| now + self.resync_lifetime),
        });
    }

    /// Ends without a word.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Whether a directive is due; the next one is due a `Resync_Waiting_Period` later.
    pub fn take_due(&mut self, now: Instant) -> bool {
        match &mut self.running {
            Some(running) if running.next_directive <= now => {
                running.next_directive = now + self.resync_waiting_period;
                true
            }
            _ => false,
        }
    }

    /// Whether the lifetime has just ended; the activity ends with it.
    pub fn take_lifetime_over(&mut self, now: Instant) -> bool {
        let over = self
            .running
            .and_then(|running| running.lifetime_over)
            .is_some_and(|at| at <= now);
        if over {
            self.running = None;
        }
        over
    }

    /// When the lifetime ends, if the activity runs and has one.
    pub fn lifetime_over(&self) -> Option<Instant> {
        self.running?.lifetime_over
    }

    /// When the next directive is due or the lifetime ends.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let running = self.running?;
        let over = running.lifetime_over.unwrap_or(Instant::MAX);
        Some(running.next_directive.min(over))
    }
}
