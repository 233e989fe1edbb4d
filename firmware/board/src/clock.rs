//! Uptime, and the watchdog that every board has: counted by the timer's interrupt.
//!
//! ```
//! use magpie_board::{WATCHDOG_MS, clock::Clock};
//! let clock = Clock::new();
//! assert!(!clock.tick(WATCHDOG_MS - 1));
//! clock.kick();
//! assert!(!clock.tick(WATCHDOG_MS - 1));
//! assert!(clock.tick(1)); // nobody kicked: the board notes it and begins anew
//! ```

use core::sync::atomic::{AtomicU32, Ordering};

use crate::WATCHDOG_MS;

/// Counts the timer's interrupts.
#[derive(Debug, Default)]
pub struct Clock {
    uptime_ms: AtomicU32,
    /// What the uptime was at the last kick.
    kicked_ms: AtomicU32,
}

impl Clock {
    /// At zero.
    pub const fn new() -> Self {
        Self {
            uptime_ms: AtomicU32::new(0),
            kicked_ms: AtomicU32::new(0),
        }
    }

    /// From the timer's interrupt: so much time has passed. True if the watchdog has waited for too long.
    pub fn tick(&self, ms: u32) -> bool {
        let now = self.uptime_ms().wrapping_add(ms);
        self.uptime_ms.store(now, Ordering::Relaxed);
        now.wrapping_sub(self.kicked_ms.load(Ordering::Relaxed)) >= WATCHDOG_MS
    }

    /// All is well.
    pub fn kick(&self) {
        self.kicked_ms.store(self.uptime_ms(), Ordering::Relaxed);
    }

    /// Milliseconds since the reset, modulo 2³² (49 days).
    pub fn uptime_ms(&self) -> u32 {
        self.uptime_ms.load(Ordering::Relaxed)
    }
}
