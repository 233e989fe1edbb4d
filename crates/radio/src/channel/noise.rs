//! White Gaussian noise.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

use super::{Seed, Stage, power};
use crate::waveform::Waveform;
use crate::{Iq, SampleRate};

/// Additive white Gaussian noise of a density N0 over the band of the samples, so of a power of N0 × sample rate, half of it in I and half in Q.
#[derive(Clone, Debug)]
pub struct Awgn {
    rng: ChaCha8Rng,
    /// Of I and of Q.
    deviation: f32,
}

impl Awgn {
    /// For a C/N0 in dBHz: all of the power (1) over the density.
    pub fn cn0(dbhz: f64, sample_rate: SampleRate, seed: Seed) -> Self {
        Self::density(1.0 / power(dbhz), sample_rate, seed)
    }

    /// For an Es/N0 in dB: the energy of the data part in a symbol.
    pub fn es_n0(db: f64, waveform: Waveform, sample_rate: SampleRate, seed: Seed) -> Self {
        let energy = waveform.modulation().data_part() / waveform.symbol_rate();
        Self::density(energy / power(db), sample_rate, seed)
    }

    /// For an Eb/N0 in dB: the energy of the data part in an information bit, of which a symbol carries `code_rate`.
    pub fn eb_n0(
        db: f64,
        code_rate: f64,
        waveform: Waveform,
        sample_rate: SampleRate,
        seed: Seed,
    ) -> Self {
        let es_n0 = db + 10.0 * code_rate.log10();
        Self::es_n0(es_n0, waveform, sample_rate, seed)
    }

    /// For a density N0 in units of power a hertz.
    pub fn density(n0: f64, sample_rate: SampleRate, seed: Seed) -> Self {
        Self {
            rng: seed.rng(),
            deviation: (n0 * sample_rate.hz() / 2.0).sqrt() as f32,
        }
    }

    /// Mean power of the noise.
    pub fn power(&self) -> f64 {
        2.0 * f64::from(self.deviation).powi(2)
    }
}

impl Stage for Awgn {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for sample in block {
            *sample += gauss(&mut self.rng) * self.deviation;
        }
    }
}

/// I and Q of variance 1 each.
#[inline]
pub(super) fn gauss(rng: &mut ChaCha8Rng) -> Iq {
    let re: f32 = StandardNormal.sample(rng);
    let im: f32 = StandardNormal.sample(rng);
    Iq::new(re, im)
}
