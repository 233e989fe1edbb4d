//! What happens to samples between two radios.
//!
//! Book: 211.1-B-4 clause 3.4 gives the Doppler and the oscillators that a receiver must stand; the rest is not ruled by it. A channel is a
//! [`Chain`] of [`Stage`]s in an order that the user chooses; the order of nature is: oscillator of the transmitter, Doppler, second ray and
//! fading, interference, noise, sample clock, then the receiver's own faults (direct current, clipping, quantisation, exchanged I and Q).
//!
//! Levels count from a signal of mean power 1 (what [`Modulator`](crate::modulate::Modulator) makes): noise and interference know nothing of
//! what fading does to it. Everything random comes from a [`Seed`] and the number of the sample, so that neither the division into
//! blocks nor another stage changes it.
//!
//! ```
//! use magpie_radio::SampleRate;
//! use magpie_radio::channel::{Awgn, Chain, Oscillator, Quantise, Seed};
//! # use magpie_radio::Iq;
//! let rate = SampleRate::new(256_000.0).unwrap();
//! let mut channel = Chain::new()
//!     .with(Oscillator::new(401_585_625.0, 10.0, 0.0, rate))
//!     .with(Awgn::cn0(50.0, rate, Seed::new(7, 0)))
//!     .with(Quantise::new(4, 8.0).unwrap());
//! let mut block = vec![Iq::new(1.0, 0.0); 1000];
//! channel.process(&mut block);
//! channel.finish(&mut Vec::new());
//! ```

mod converter;
mod delay;
mod fading;
mod filter;
mod interference;
mod motion;
mod noise;
mod phasor;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::Iq;

pub use converter::{BadBits, Clip, Gain, Offset, Quantise, Swap};
pub use fading::{Fade, Fades, Rice};
pub use filter::{BadEdge, LowPass};
pub use interference::{Bursts, Pulsed, Tone, Tones, comb};
pub use motion::{Doppler, Oscillator, SampleClock, TooFast, TwoRay};
pub use noise::Awgn;

/// Something that happens to samples.
pub trait Stage: Send {
    /// Changes the next block in place. A stage that looks ahead gives fewer samples first and more later.
    fn process(&mut self, block: &mut Vec<Iq>);

    /// No more samples come: puts what is still inside behind what is in `block`.
    fn finish(&mut self, _block: &mut Vec<Iq>) {}
}

/// Stages one after the other.
#[derive(Default)]
pub struct Chain(Vec<Box<dyn Stage>>);

impl Chain {
    /// A channel that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more stage at the end.
    #[must_use]
    pub fn with(mut self, stage: impl Stage + 'static) -> Self {
        self.push(stage);
        self
    }

    /// One more stage at the end.
    pub fn push(&mut self, stage: impl Stage + 'static) {
        self.0.push(Box::new(stage));
    }

    /// Sends a block through all stages.
    pub fn process(&mut self, block: &mut Vec<Iq>) {
        for stage in &mut self.0 {
            stage.process(block);
        }
    }

    /// No more samples come: what is still inside goes behind what is in `block`, which has been through no stage yet.
    pub fn finish(&mut self, block: &mut Vec<Iq>) {
        for stage in &mut self.0 {
            stage.process(block);
            stage.finish(block);
        }
    }
}

impl Stage for Chain {
    fn process(&mut self, block: &mut Vec<Iq>) {
        Self::process(self, block);
    }

    fn finish(&mut self, block: &mut Vec<Iq>) {
        // What comes behind the last sample only; the block before it has been through.
        let mut rest = Vec::new();
        Self::finish(self, &mut rest);
        block.append(&mut rest);
    }
}

/// Where a stage takes its randomness from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Of the run.
    pub seed: u64,
    /// Of the stage: two stages with the same number in one run are not independent.
    pub stage: u64,
}

impl Seed {
    /// Both numbers.
    pub const fn new(seed: u64, stage: u64) -> Self {
        Self { seed, stage }
    }

    fn rng(self) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.stage);
        rng
    }
}

/// Decibels as a ratio of powers.
fn power(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// Decibels as a ratio of amplitudes.
fn amplitude(db: f64) -> f32 {
    10f64.powf(db / 20.0) as f32
}

#[cfg(test)]
mod tests;
