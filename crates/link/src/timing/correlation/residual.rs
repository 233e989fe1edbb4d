//! What the residuals say: the variance of a sample, outliers, clock jumps.
//!
//! No clause: the book does not say how clocks are correlated. Each suspicion is one more regressor beside the line: 1 at a single
//! sample (outlier), or 1 from a sample on (jump). With the regressor made orthogonal to the line (Frisch, Waugh, Lovell) its estimate and
//! the sum of squares that it explains follow from running sums, so all suspicions together cost one pass. Left out: two faults at once
//! (the larger one is named; mend it and correlate again). An example is in [`super`].

use super::super::tables::{T_JUMP, quantile};
use super::fit::Line;
use super::{ClockSpan, CorrelationError, nearest, real_len};

/// Fewer samples do not have enough residuals to tell a fault from noise.
pub(super) const SAMPLES_MIN: usize = 6;

/// Variance of the difference of two readings that are cut to whole ticks, 2 · 1/12.
const QUANTISATION: f64 = 1.0 / 6.0;

/// Variance of one sample's error; none with fewer than three samples.
pub(super) fn variance(line: &Line, points: impl Iterator<Item = (i128, i128)>) -> Option<f64> {
    if line.n < 3 {
        return None;
    }
    let mean_square = squares(line, points) / real_len(line.degrees(2));
    Some(mean_square.max(QUANTISATION))
}

fn squares(line: &Line, points: impl Iterator<Item = (i128, i128)>) -> f64 {
    let residuals = points.map(|point| line.residual(point));
    residuals.map(|r| r * r).sum()
}

/// One explanation of the residuals.
#[derive(Clone, Copy)]
struct Suspicion {
    index: usize,
    jump: bool,
    step: f64,
    /// Sum of squares that it explains.
    explains: f64,
}

/// Names the fault that explains the residuals, if one does beyond chance.
pub(super) fn test(
    line: &Line,
    points: impl Iterator<Item = (i128, i128)> + Clone,
) -> Result<(), CorrelationError> {
    //= 211.0-B-6 5 clock-jump
    if line.n < SAMPLES_MIN {
        return Ok(());
    }
    let Some(worst) = worst(line, points.clone()) else {
        return Ok(());
    };
    let left = (squares(line, points) - worst.explains) / real_len(line.degrees(3));
    let t = quantile(&T_JUMP, line.degrees(3));
    if worst.explains <= t * t * left.max(QUANTISATION) {
        return Ok(());
    }
    let step = ClockSpan::from_wide(nearest(worst.step)).unwrap_or_default();
    let index = worst.index;
    Err(if worst.jump {
        CorrelationError::ClockJump { index, step }
    } else {
        CorrelationError::Outlier { index, step }
    })
}

/// The suspicion that explains most.
fn worst(line: &Line, points: impl Iterator<Item = (i128, i128)>) -> Option<Suspicion> {
    let mut worst: Option<Suspicion> = None;
    let mut consider = |index, jump, along: f64, norm: f64| {
        if norm < 1e-9 {
            return; // the line itself can take this shape: nothing can be told
        }
        let (step, explains) = (along / norm, along * along / norm);
        if worst.is_none_or(|known| explains > known.explains) {
            worst = Some(Suspicion {
                index,
                jump,
                step,
                explains,
            });
        }
    };
    // Sums over the samples before `index`; those from it on have the opposite sum, since residuals and distances add up to 0.
    let (mut r_before, mut u_before) = (0.0, 0.0);
    for (index, point) in points.enumerate() {
        let (r, u) = (line.residual(point), line.off_middle(point.0));
        if index >= 2 && index + 2 <= line.n {
            let (before, after) = (real_len(index), real_len(line.n - index));
            let norm = before * after * line.share() - u_before * u_before / line.s_xx;
            consider(index, true, -r_before, norm);
        }
        consider(index, false, r, 1.0 - line.share() - u * u / line.s_xx);
        (r_before, u_before) = (r_before + r, u_before + u);
    }
    worst
}
