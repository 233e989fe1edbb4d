//! A Gaussian channel and the theory of the code, for tests and examples.

#![allow(dead_code, reason = "each user takes a part")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of a test"
)]

pub(crate) mod block;

use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::soft::Quantizer;

/// splitmix64: enough for noise, and the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn bit(&mut self) -> u8 {
        (self.word() >> 63) as u8
    }

    fn uniform(&mut self) -> f64 {
        ((self.word() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Two independent normal numbers (Box and Muller).
    pub(crate) fn normals(&mut self) -> [f64; 2] {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let [sin, cos] = sin_cos_of_turns(self.uniform());
        [radius * sin, radius * cos]
    }
}

/// Sine and cosine of `turns` in 0..1 full turns. Not those of the mathematics library: that of 32-bit PowerPC sets the rounding mode with an
/// instruction (mffscrn) that the emulator does not know.
fn sin_cos_of_turns(turns: f64) -> [f64; 2] {
    let eighths = turns * 8.0;
    let quadrant = (eighths / 2.0).floor();
    // The angle from the middle of the quadrant, at most an eighth of a turn either way; Taylor's series to x^17 and x^18.
    let x = (eighths - 2.0 * quadrant - 1.0) * std::f64::consts::FRAC_PI_4;
    let series = |first: f64, from: u32| {
        let (mut term, mut sum) = (first, first);
        for step in 0..8 {
            let n = f64::from(from + 2 * step);
            term *= -x * x / (n * (n + 1.0));
            sum += term;
        }
        sum
    };
    let (sin, cos) = (series(x, 2), series(1.0, 1));
    // Turned by the middle of the quadrant: 1, 3, 5 or 7 eighths.
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let (a, b) = ((cos + sin) * half, (cos - sin) * half);
    match quadrant as u8 {
        0 => [a, b],
        1 => [b, -a],
        2 => [-a, -b],
        _ => [-b, a],
    }
}

#[test]
fn sines_are_sines() {
    for step in 0..100_000 {
        let turns = (f64::from(step) + 0.5) / 100_000.0;
        let [sin, cos] = sin_cos_of_turns(turns);
        // The identity holds and both come from the same turn: sin(2x) = 2 sin x cos x would do as well, this is the circle by its chords.
        assert!((sin * sin + cos * cos - 1.0).abs() < 1e-14, "{turns}");
        let [sin_2, cos_2] = sin_cos_of_turns((2.0 * turns).fract());
        assert!((sin_2 - 2.0 * sin * cos).abs() < 1e-14, "{turns}");
        assert!((cos_2 - (cos * cos - sin * sin)).abs() < 1e-14, "{turns}");
    }
    let [sin, cos] = sin_cos_of_turns(1.0 / 12.0);
    assert!((sin - 0.5).abs() < 1e-15 && (cos - 0.75_f64.sqrt()).abs() < 1e-15);
}

pub(crate) fn random_bits(count: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    (0..count).map(|_| random.bit()).collect()
}

/// Symbols of a bit stream at an Eb/N0 in dB, as a demodulator would hand them over.
pub(crate) fn transmit(bits: &[u8], g2: G2, eb_n0_db: f64, seed: u64) -> Vec<f32> {
    // Es/N0 is half of Eb/N0, and the noise of a real symbol of energy 1 has the variance N0 / 2.
    let sigma = 10_f64.powf(-eb_n0_db / 20.0);
    let mut random = Random(seed);
    let mut encoder = ConvolutionalEncoder::new(g2);
    let mut symbols = Vec::with_capacity(2 * bits.len());
    for &bit in bits {
        for (symbol, noise) in encoder.encode_bit(bit).into_iter().zip(random.normals()) {
            symbols.push((2.0 * f64::from(symbol) - 1.0 + sigma * noise) as f32);
        }
    }
    symbols
}

/// Noise without a signal.
pub(crate) fn noise(symbols: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let two = std::iter::repeat_with(move || random.normals());
    two.flatten().take(symbols).map(|x| x as f32).collect()
}

pub(crate) fn quantize(symbols: &[f32]) -> Vec<i8> {
    let mut soft = vec![0; symbols.len()];
    Quantizer::new().convert(symbols, &mut soft);
    soft
}

/// Number of bit errors on all paths of the code that leave the all-zero path once and come back at a distance, for every distance
/// below `LIMIT`: the code's information-weight spectrum, counted through its trellis.
pub(crate) fn weight_spectrum() -> Vec<f64> {
    const LIMIT: usize = 24;
    // paths_here[distance] = (number of paths, sum of their bit errors)
    let mut open = vec![vec![(0.0, 0.0); LIMIT]; 64];
    let mut closed = vec![0.0; LIMIT];
    let branch = |state: usize, bit: usize| {
        let window = bit << 6 | state;
        let weight = (window & 0o171).count_ones() % 2 + (window & 0o133).count_ones() % 2;
        (window >> 1, weight as usize)
    };
    let (first, weight) = branch(0, 1);
    open[first][weight] = (1.0, 1.0);
    // The only loop of weight zero is that of the zero state, so every open path gains distance and the count ends.
    while open.iter().flatten().any(|&(paths, _)| paths > 0.0) {
        let mut next = vec![vec![(0.0, 0.0); LIMIT]; 64];
        for (state, paths_here) in open.iter().enumerate().skip(1) {
            for bit in 0..2 {
                let (to, weight) = branch(state, bit);
                for distance in 0..LIMIT - weight {
                    let (paths, errors) = paths_here[distance];
                    let (more_paths, more_errors) = (paths, errors + paths * bit as f64);
                    if to == 0 {
                        closed[distance + weight] += more_errors;
                    } else {
                        next[to][distance + weight].0 += more_paths;
                        next[to][distance + weight].1 += more_errors;
                    }
                }
            }
        }
        open = next;
    }
    closed
}

/// Union bound on the bit error rate with soft decisions over a Gaussian channel.
pub(crate) fn union_bound(eb_n0_db: f64) -> f64 {
    let eb_n0 = 10_f64.powf(eb_n0_db / 10.0);
    let terms = weight_spectrum()
        .into_iter()
        .enumerate()
        .filter(|&(_, errors)| errors > 0.0);
    terms
        .map(|(distance, errors)| errors * q((distance as f64 * eb_n0).sqrt()))
        .sum()
}

/// Tail of the normal distribution by its continued fraction; good beyond 2.
fn q(x: f64) -> f64 {
    let fraction = (1..=80)
        .rev()
        .fold(0.0, |rest, k| f64::from(k) / (x + rest));
    (-x * x / 2.0).exp() / (std::f64::consts::TAU.sqrt() * (x + fraction))
}
