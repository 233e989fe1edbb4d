//! What is known without measuring: uncoded symbols exactly, the union bound of a convolutional code from its own trellis, Reed–Solomon by a binomial sum.

use magpie_coding::convolutional::{G1, G2_TAPS};

/// The complementary error function, to some twelve digits for arguments of 0 and more.
pub fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    if x < 2.5 {
        // erf(x) = 2/sqrt(pi) exp(-x²) sum of x (2x²)^n / (1·3·5…(2n+1)): all terms positive.
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return 1.0 - std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum;
    }
    // Continued fraction, from the inside out: sqrt(pi) exp(x²) erfc(x) = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))).
    let inner = (1..=120)
        .rev()
        .fold(x, |tail, n| x + f64::from(n) / 2.0 / tail);
    (-x * x).exp() / (inner * std::f64::consts::PI.sqrt())
}

/// The tail of the standard normal distribution.
pub fn q(x: f64) -> f64 {
    erfc(x / std::f64::consts::SQRT_2) / 2.0
}

/// Bit-error rate of antipodal symbols with hard decisions when a symbol carries `rate` information bits: Q(sqrt(2 R Eb/N0)).
pub fn antipodal(eb_n0_db: f64, rate: f64) -> f64 {
    q((2.0 * rate * 10f64.powf(eb_n0_db / 10.0)).sqrt())
}

/// Probability of exactly `k` hits in `n` trials.
pub fn binomial_term(n: u32, k: u32, p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return f64::from(u8::from((p <= 0.0 && k == 0) || (p >= 1.0 && k == n)));
    }
    let choose: f64 = (1..=k)
        .map(|i| (f64::from(n - k + i) / f64::from(i)).ln())
        .sum();
    (choose + f64::from(k) * p.ln() + f64::from(n - k) * (-p).ln_1p()).exp()
}

/// A Reed–Solomon code of 255 symbols, `t` of them correctable, behind independent wrong octets: bit-error rate when the channel makes a bit wrong with
/// probability `bit` and an octet with `octet`, and the rate of codewords that stay as they came. Words beyond the capability are left as received (a
/// wrong correction has a probability below 1/t! and is left out).
pub fn reed_solomon(t: u32, bit: f64, octet: f64) -> (f64, f64) {
    let beyond = || ((t + 1)..=255).map(|j| (j, binomial_term(255, j, octet)));
    let symbols: f64 = beyond().map(|(j, p)| f64::from(j) / 255.0 * p).sum();
    let words = beyond().map(|(_, p)| p).sum();
    (symbols * bit / octet.max(f64::MIN_POSITIVE), words)
}

/// Weights beyond the free distance that a union bound goes to.
const SPREAD: usize = 11;

/// Information weights of a convolutional code's paths: `(d, c_d)` for the smallest distances, `c_d` being the sum over all paths of that distance that
/// leave the zero state at any place of one period of the puncturing pattern.
///
/// Own computation from the trellis: the paths that have left the zero state are followed step by step, their number and their information weight kept by
/// state and distance, until none below the limit is left.
pub fn spectrum(pattern: &[[u8; 2]]) -> Vec<(usize, f64)> {
    let limit = 10 + SPREAD;
    let mut weights = vec![0.0; limit + 1];
    for start in 0..pattern.len() {
        follow(pattern, start, &mut weights);
    }
    let free = weights.iter().position(|&c| c > 0.0).unwrap_or(limit);
    let all = weights.into_iter().enumerate();
    all.filter(|&(d, c)| c > 0.0 && d < free + SPREAD).collect()
}

/// Adds the information weights of all paths that leave the zero state at this place of the pattern.
fn follow(pattern: &[[u8; 2]], start: usize, weights: &mut [f64]) {
    let limit = weights.len();
    // By state (six bits, newest in bit 5) and distance: how many paths, and how many ones in all of them.
    let mut alive = vec![[0.0_f64; 2]; 64 * limit];
    let distance = |window: u8, at: usize| {
        let [keep1, keep2] = pattern[at % pattern.len()];
        let ones = |taps: u8| (window & taps).count_ones() as usize & 1;
        ones(G1) * usize::from(keep1) + ones(G2_TAPS) * usize::from(keep2)
    };
    alive[32 * limit + distance(64, start)] = [1.0, 1.0];
    let mut at = start;
    while alive.iter().any(|paths| paths[0] > 0.0) {
        at += 1;
        let mut next = vec![[0.0_f64; 2]; 64 * limit];
        for (place, &[paths, ones]) in alive.iter().enumerate().filter(|(_, paths)| paths[0] > 0.0)
        {
            let (state, d) = (place / limit, place % limit);
            for bit in [0_u8, 1] {
                let window = bit << 6 | state as u8;
                let (to, d) = (usize::from(window >> 1), d + distance(window, at));
                if d >= limit {
                    continue;
                }
                if to == 0 {
                    weights[d] += ones;
                } else {
                    next[to * limit + d][0] += paths;
                    next[to * limit + d][1] += ones + paths * f64::from(bit);
                }
            }
        }
        alive = next;
    }
}

/// Union bound of the bit-error rate with soft decisions: (1/P) sum of `c_d Q(sqrt(2 d R Eb/N0))`, at most 1/2.
pub fn union_bound(spectrum: &[(usize, f64)], period: usize, rate: f64, eb_n0_db: f64) -> f64 {
    let energy = 2.0 * rate * 10f64.powf(eb_n0_db / 10.0);
    let sum: f64 = spectrum
        .iter()
        .map(|&(d, c)| c * q((d as f64 * energy).sqrt()))
        .sum();
    (sum / period as f64).min(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_the_normal_distribution() {
        // Tables of the normal distribution and of erfc.
        for (x, expected) in [
            (0.0, 0.5),
            (1.0, 0.158_655_253_931_457),
            (1.644_853_626_951_47, 0.05),
            (3.0, 1.349_898_031_630_09e-3),
            (4.753_424_308_822_9, 1e-6),
            (6.0, 9.865_876_450_377e-10),
        ] {
            assert!((q(x) / expected - 1.0).abs() < 1e-10, "Q({x}) = {}", q(x));
        }
        assert!((q(-1.0) - 0.841_344_746_068_543).abs() < 1e-12);
        // Where series and fraction meet.
        assert!((erfc(2.499_999_999) / erfc(2.5) - 1.0).abs() < 1e-7);
    }

    /// Published: Haccoun and Bégin 1989 (and Yasuda 1984) for the punctured codes; the rate 1/2 figures stand in every textbook.
    #[test]
    fn spectra_are_the_published_ones() {
        let of = |pattern: &[[u8; 2]]| spectrum(pattern);
        let half = of(&[[1, 1]]);
        assert_eq!(
            half[..4],
            [(10, 36.0), (12, 211.0), (14, 1404.0), (16, 11_633.0)]
        );
        let two_thirds = of(&[[1, 1], [0, 1]]);
        assert_eq!(
            two_thirds[..5],
            [(6, 3.0), (7, 70.0), (8, 285.0), (9, 1276.0), (10, 6160.0)]
        );
        let three_quarters = of(&[[1, 1], [0, 1], [1, 0]]);
        assert_eq!(
            three_quarters[..4],
            [(5, 42.0), (6, 201.0), (7, 1492.0), (8, 10_469.0)]
        );
    }

    #[test]
    fn a_reed_solomon_word_fails_as_the_binomial_says() {
        // By hand: with p = 1 every symbol is wrong and stays so.
        let (bits, words) = reed_solomon(16, 0.5, 1.0);
        assert!((bits - 0.5).abs() < 1e-12 && (words - 1.0).abs() < 1e-12);
        // Mean 2.55 wrong symbols: 17 or more are some 1e-9 (Poisson tail: 2.55^17/17! e^-2.55 = 1.8e-9, less for a binomial).
        let (_, words) = reed_solomon(16, 0.001_25, 0.01);
        assert!((5e-10..2.2e-9).contains(&words), "{words}");
    }
}
