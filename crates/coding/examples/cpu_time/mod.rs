//! Seconds that this thread has computed: what other programs on the machine take does not count. Wall-clock time where the system does not tell.

use std::time::Instant;

/// A clock that runs while the thread does.
pub(crate) struct CpuTime(Instant);

impl CpuTime {
    /// Starts at some number of seconds.
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    /// Seconds on it.
    pub(crate) fn seconds(&self) -> f64 {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat");
        let nanoseconds = told
            .ok()
            .and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
        nanoseconds.map_or_else(
            || self.0.elapsed().as_secs_f64(),
            |nanoseconds| nanoseconds / 1e9,
        )
    }
}
