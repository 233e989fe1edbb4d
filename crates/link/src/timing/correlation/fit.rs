//! The line of least squares: exact sums, then quotients.
//!
//! No clause: the book does not say how clocks are correlated. With |x|, |y| < 2^45 and at most 2^12 points every sum and product here is
//! below 2^115. Left out: weights. An example is in [`super`].

use super::{real, real_len};

/// y = mean + slope · (x - middle).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// How many points.
    pub(super) n: usize,
    count: i128,
    sum_x: i128,
    sum_y: i128,
    /// Mean of y.
    pub(super) mean: f64,
    /// None with one point.
    pub(super) slope: Option<f64>,
    /// Sum of the squares of (x - middle).
    pub(super) s_xx: f64,
}

impl Line {
    /// Through at least one point; no two have the same x.
    pub(super) fn through(points: impl Iterator<Item = (i128, i128)>) -> Self {
        let (mut n, mut count) = (0_usize, 0_i128);
        let (mut sum_x, mut sum_y, mut squares, mut products) = (0_i128, 0_i128, 0_i128, 0_i128);
        for (x, y) in points {
            (n, count) = (n + 1, count + 1);
            (sum_x, sum_y) = (sum_x + x, sum_y + y);
            (squares, products) = (squares + x * x, products + x * y);
        }
        // n times the sums about the means, exact
        let own = count * squares - sum_x * sum_x;
        let common = count * products - sum_x * sum_y;
        Self {
            n,
            count,
            sum_x,
            sum_y,
            mean: real(sum_y) / real(count),
            slope: (own > 0).then(|| real(common) / real(own)),
            s_xx: real(own) / real(count),
        }
    }

    /// x - middle.
    pub(super) fn off_middle(&self, x: i128) -> f64 {
        real(self.count * x - self.sum_x) / real(self.count)
    }

    /// The line at x.
    pub(super) fn at(&self, x: i128) -> f64 {
        self.mean + self.slope.unwrap_or(0.0) * self.off_middle(x)
    }

    /// How far the point lies above the line.
    pub(super) fn residual(&self, (x, y): (i128, i128)) -> f64 {
        let above_mean = real(self.count * y - self.sum_y) / real(self.count);
        above_mean - self.slope.unwrap_or(0.0) * self.off_middle(x)
    }

    /// Degrees of freedom that are left when `parameters` are estimated, at least 1.
    pub(super) fn degrees(&self, parameters: usize) -> usize {
        self.n.saturating_sub(parameters).max(1)
    }

    /// Share of one point, 1/n.
    pub(super) fn share(&self) -> f64 {
        1.0 / real_len(self.n)
    }
}

/// Square root by Newton's method (`core` has none), to the last bit or two; 0 for what is not positive.
pub(super) fn sqrt(value: f64) -> f64 {
    if value.is_nan() || value <= 0.0 {
        return 0.0;
    }
    if value.is_infinite() {
        return value;
    }
    // half the exponent, within 7 % for normal numbers
    let mut root = f64::from_bits((value.to_bits() >> 1) + (0x3FF0_0000_0000_0000 >> 1));
    for _ in 0..6 {
        root = 0.5 * (root + value / root);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::sqrt;

    #[test]
    fn square_roots_agree_with_those_of_std() {
        for exponent in -300..=300 {
            for mantissa in [1.0, 1.5, 2.0, 3.999, 7.25] {
                let value = mantissa * 10_f64.powi(exponent);
                assert!((sqrt(value) / value.sqrt() - 1.0).abs() < 1e-15, "{value}");
            }
        }
        for nothing in [0.0, -0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(sqrt(nothing).abs() < f64::MIN_POSITIVE);
        }
        assert!(sqrt(f64::INFINITY).is_infinite());
    }
}
