//! The channel of the curves: antipodal symbols of amplitude 1 (a 1 is positive) in white Gaussian noise.
//!
//! With R information bits a symbol, Es/N0 = R · Eb/N0, and a matched filter gives the noise a variance of 1 / (2 Es/N0).
//!
//! ```
//! use magpie_sim::curve::noise::{Frame, sigma};
//! let mut received = [0.0; 4];
//! let sigma = sigma(9.0, 0.5);
//! Frame::new(1, "example", 9.0, 7).carry(&[1, 0, 1, 1], sigma, &mut received);
//! assert_eq!(received.map(|y| y > 0.0), [true, false, true, true]);
//! ```

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// Root mean square of soft symbols behind a gain control that leaves head room for noise peaks: the one of [`crate::channel`].
pub const RMS: f32 = 40.0;

/// Standard deviation of the noise at this Eb/N0 with `rate` information bits a symbol.
pub fn sigma(eb_n0_db: f64, rate: f64) -> f32 {
    let es_n0 = 10f64.powf(eb_n0_db / 10.0) * rate;
    (1.0 / (2.0 * es_n0)).sqrt() as f32
}

/// The random numbers of one frame.
#[derive(Debug, Clone)]
pub struct Frame(ChaCha8Rng);

impl Frame {
    /// The stream of frame `index` of this code at this Eb/N0.
    pub fn new(seed: u64, code: &str, eb_n0_db: f64, index: u64) -> Self {
        // FNV-1a tells codes apart; the frame is ChaCha's own stream number.
        let name = code.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, octet| {
            (h ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut key = [0; 32];
        let words = [seed, name, eb_n0_db.to_bits(), 0x0063_7572_7665_7300];
        for (slot, word) in key.chunks_exact_mut(8).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(index);
        Self(rng)
    }

    /// Draws a message.
    pub fn message(&mut self, octets: &mut [u8]) {
        self.0.fill_bytes(octets);
    }

    /// Sends symbols (0 or 1) through the noise.
    pub fn carry(&mut self, symbols: &[u8], sigma: f32, received: &mut [f32]) {
        for (y, &symbol) in received.iter_mut().zip(symbols) {
            let noise: f32 = StandardNormal.sample(&mut self.0);
            let sent = if symbol == 0 { -1.0 } else { 1.0 };
            *y = sent + sigma * noise;
        }
    }
}

/// Factor that brings received values to soft symbols of root mean square [`RMS`].
pub fn gain(sigma: f32) -> f32 {
    RMS / (1.0 + sigma * sigma).sqrt()
}

/// Received values times `gain`, rounded, within −127..127.
pub fn quantise(received: &[f32], gain: f32, soft: &mut [i8]) {
    for (soft, &y) in soft.iter_mut().zip(received) {
        let level = y * gain;
        *soft = (level + 0.5f32.copysign(level)).clamp(-127.0, 127.0) as i8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_channel() {
        // Eb/N0 3.0103 dB at rate 1/2 is Es/N0 = 1, so a variance of 1/2.
        let sigma = sigma(3.010_3, 0.5);
        assert!((sigma * sigma - 0.5).abs() < 1e-4, "{sigma}");
        let (mut y, n) = (vec![0.0; 200_000], 200_000.0);
        Frame::new(5, "moments", 3.0, 0).carry(&vec![1; 200_000], sigma, &mut y);
        let mean = y.iter().map(|&y| f64::from(y)).sum::<f64>() / n;
        let variance = y
            .iter()
            .map(|&y| (f64::from(y) - mean).powi(2))
            .sum::<f64>()
            / n;
        assert!((mean - 1.0).abs() < 0.01 && (variance - 0.5).abs() < 0.01);
    }

    #[test]
    fn frames_codes_points_and_seeds_have_streams_of_their_own() {
        let draw = |seed, code: &str, db, index| {
            let mut octets = [0; 8];
            Frame::new(seed, code, db, index).message(&mut octets);
            octets
        };
        let first = draw(1, "a", 2.0, 0);
        assert_eq!(first, draw(1, "a", 2.0, 0));
        let others = [
            draw(2, "a", 2.0, 0),
            draw(1, "b", 2.0, 0),
            draw(1, "a", 2.5, 0),
            draw(1, "a", 2.0, 1),
        ];
        assert!(others.iter().all(|other| *other != first));
    }

    #[test]
    fn quantising_rounds_and_saturates() {
        let mut soft = [0; 5];
        quantise(&[0.4, -0.6, 1.5, 9.0, -9.0], 20.0, &mut soft);
        assert_eq!(soft, [8, -12, 30, 127, -127]);
    }
}
