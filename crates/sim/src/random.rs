//! Random streams: one for each purpose, derived from (seed, pass, purpose).
//!
//! No stream depends on how many numbers another one drew, so passes may run on any number of threads and a change at one hop leaves the
//! draws of the others alone.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// When the rover starts, polarity, fading phases.
    Circumstances,
    /// Noise and slips of the UHF channel.
    UhfChannel,
    /// Faults of the on-board interface, frame port.
    InterfaceFrames,
    /// Faults of the on-board interface, canister port.
    InterfaceCanister,
    /// Noise of the deep-space channel.
    DeepSpaceChannel,
    /// Loss and bit errors between the nodes of a relay.
    RelayChannel,
}

/// A reproducible stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of one purpose in one pass of one run. The name of the pass counts, not its place in the scenario.
    pub fn new(seed: u64, pass_id: &str, purpose: Purpose) -> Self {
        // FNV-1a keeps streams of different passes apart; the purpose is ChaCha's own stream number.
        let name = pass_id.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, octet| {
            (h ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut key = [0; 32];
        for (slot, word) in key
            .chunks_exact_mut(8)
            .zip([seed, name, 0x006D_6167_7069_6500, 1])
        {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(purpose as u64);
        Self(rng)
    }

    /// Uniform in 0..1.
    pub fn uniform(&mut self) -> f64 {
        // 53 bits fill the mantissa.
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `from..to`.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.uniform()
    }

    /// Heads or tails.
    pub fn coin(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    /// Normal with mean 0 and variance 1.
    pub fn normal(&mut self) -> f32 {
        StandardNormal.sample(&mut self.0)
    }

    /// Exponential with this mean, at least 1, as a whole number: the distance to the next of a series of rare events.
    pub fn distance(&mut self, mean: f64) -> u64 {
        // `as` saturates; the logarithm of a number in (0, 1] is not positive.
        (-(1.0 - self.uniform()).ln() * mean).max(1.0) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_reproducible_and_apart() {
        let draw = |seed, pass: &str, purpose| Stream::new(seed, pass, purpose).uniform().to_bits();
        let first = draw(1, "a", Purpose::UhfChannel);
        assert_eq!(first, draw(1, "a", Purpose::UhfChannel));
        assert_ne!(first, draw(2, "a", Purpose::UhfChannel));
        assert_ne!(first, draw(1, "b", Purpose::UhfChannel));
        assert_ne!(first, draw(1, "a", Purpose::DeepSpaceChannel));
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut stream = Stream::new(3, "moments", Purpose::Circumstances);
        let n = 100_000;
        let (mut sum, mut squares, mut distances) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = f64::from(stream.normal());
            sum += x;
            squares += x * x;
            distances += stream.distance(500.0) as f64;
        }
        let n = f64::from(n);
        // Five standard errors of each estimate.
        assert!(
            (sum / n).abs() < 0.016 && (squares / n - 1.0).abs() < 0.023,
            "{} {}",
            sum / n,
            squares / n
        );
        assert!((distances / n - 500.0).abs() < 8.5, "{}", distances / n);
    }
}
