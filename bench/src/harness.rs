//! A stopwatch for operations of some hundred nanoseconds: many batches, the median of the batches.
//!
//! One call of the clock costs as much as one operation, so a batch has many operations and the clock is read around it; what a batch
//! needs beforehand (acknowledgements, fresh frames) is done outside. The median shrugs off the batches that an interrupt or
//! another process hit. Numbers of different runs or machines do not compare; ratios within one run do.

use std::time::Instant;

/// Batches of one measurement.
const BATCHES: usize = 401;

/// What a measurement found, in nanoseconds an operation.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The median of the batches.
    pub median: f64,
    /// A quarter of the batches was faster than this.
    pub lower: f64,
    /// A quarter was slower than this.
    pub upper: f64,
}

/// Runs `prepare` and then, on the clock, `batch` with what it made, which does `operations` operations.
pub fn measure<T>(
    operations: usize,
    mut prepare: impl FnMut() -> T,
    mut batch: impl FnMut(&mut T),
) -> Measured {
    let mut once = || {
        let mut prepared = prepare();
        let start = Instant::now();
        batch(&mut prepared);
        start.elapsed().as_secs_f64() * 1e9 / operations as f64
    };
    for _ in 0..BATCHES / 10 {
        once(); // caches and branch predictors
    }
    let mut times: Vec<f64> = (0..BATCHES).map(|_| once()).collect();
    times.sort_by(f64::total_cmp);
    let at = |quarter: usize| times[(BATCHES - 1) * quarter / 4];
    Measured {
        median: at(2),
        lower: at(1),
        upper: at(3),
    }
}
