//! How large a sum of noise powers may be before it is no noise.
//!
//! The power of a bin of a spectrum of white noise is exponentially distributed; the sum of k of them, in units of their mean, has a gamma distribution of
//! shape k, whose tail is exp(−x) Σ xⁱ/i! for i below k.

/// Probability that the sum of `k` unit exponentials is above `x`.
pub(crate) fn tail(k: usize, x: f64) -> f64 {
    let mut term = 1.0_f64;
    let mut sum = 1.0_f64;
    for i in 1..k {
        term *= x / i as f64;
        sum += term;
    }
    // exp(-x) may be denormal where the sum is huge: together in logarithms.
    (sum.ln() - x).exp().min(1.0)
}

/// What the sum of `k` unit exponentials exceeds with this probability.
pub(crate) fn threshold(k: usize, probability: f64) -> f64 {
    let probability = probability.clamp(1e-200, 0.5);
    let (mut low, mut high) = (0.0, 600.0 + 4.0 * k as f64);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(k, middle) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Median of the mean of `k` unit exponentials (Wilson and Hilferty 1931; within 2 % for every k).
pub(crate) fn median_of_mean(k: usize) -> f64 {
    (1.0 - 1.0 / (9.0 * k as f64)).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_tables() {
        // Chi-squared tables: upper 0.1 % of 2k degrees of freedom, half of it.
        for (k, chi_squared) in [(1, 13.816), (4, 26.124), (16, 62.487)] {
            assert!((threshold(k, 0.001) - chi_squared / 2.0).abs() < 2e-3);
        }
        assert!((tail(1, 20.0) / (-20.0_f64).exp() - 1.0).abs() < 1e-9);
        assert!((median_of_mean(1) - 0.693).abs() < 0.014);
        assert!((median_of_mean(4) - 3.672 / 4.0).abs() < 0.002);
    }
}
