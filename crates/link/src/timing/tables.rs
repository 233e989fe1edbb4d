//! Quantiles of Student's t distribution, computed by numerical integration of its density and checked against printed tables.

/// Two-sided 99 % for 1, 2, 3, … degrees of freedom.
pub(super) const T_99: [f64; 30] = [
    63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169, 3.106, 3.055, 3.012,
    2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845, 2.831, 2.819, 2.807, 2.797, 2.787, 2.779,
    2.771, 2.763, 2.756, 2.750,
];

/// Two-sided 1 - 10^-6 for 1, 2, 3, … degrees of freedom.
pub(super) const T_JUMP: [f64; 30] = [
    636_619.772,
    999.999,
    130.155,
    49.459,
    28.478,
    20.048,
    15.767,
    13.257,
    11.637,
    10.516,
    9.701,
    9.085,
    8.603,
    8.218,
    7.903,
    7.642,
    7.421,
    7.232,
    7.069,
    6.927,
    6.802,
    6.691,
    6.593,
    6.504,
    6.424,
    6.352,
    6.286,
    6.225,
    6.170,
    6.119,
];

/// The quantile for `degrees` degrees of freedom; above 30 that for 30, which is larger by at most a fifth.
pub(super) fn quantile(table: &[f64; 30], degrees: usize) -> f64 {
    let place = degrees.clamp(1, table.len()) - 1;
    table.get(place).copied().unwrap_or(f64::INFINITY)
}
