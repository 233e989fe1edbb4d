//! Blocks of soft symbols out of Gaussian noise, for codes of any rate.

use super::Random;

/// Soft symbols of a block at an Eb/N0 in dB: 32 stands for the amplitude of the signal.
pub(crate) fn receive(bits: &[u8], rate: f64, eb_n0_db: f64, random: &mut Random) -> Vec<i8> {
    let sigma = (0.5 / (rate * 10_f64.powf(eb_n0_db / 10.0))).sqrt();
    let mut soft = Vec::with_capacity(bits.len() + 1);
    for two in bits.chunks(2) {
        for (&bit, noise) in two.iter().zip(random.normals()) {
            let sent = 2.0 * f64::from(bit) - 1.0;
            let level = (sent + sigma * noise) * 32.0;
            soft.push(level.round().clamp(-127.0, 127.0) as i8);
        }
    }
    soft
}
