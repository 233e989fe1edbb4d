//! What a curve is measured of: a code with its decoder.
//!
//! A [`Scheme`] says how long its frames are and hands out a [`Worker`] for each thread. A worker encodes a message into symbols and decodes what the
//! channel made of them; it sees the received values as floats and quantises them itself, as the decoder under test wants them.

mod bch;
mod blocks;
mod concatenated;
mod convolutional;
mod ldpc;
mod maximum_likelihood;
mod turbo;
mod uncoded;

pub use bch::Bch;
pub use blocks::ReedSolomonFrames;
pub use concatenated::Concatenated;
pub use convolutional::{Convolutional, Rate};
pub use ldpc::Ldpc;
pub use turbo::Turbo;
pub use uncoded::Uncoded;

use std::ops::Range;

/// A code under test.
pub trait Scheme: Send + Sync {
    /// Its name on the command line and of its files: `k7-1-2`.
    fn name(&self) -> String;

    /// Its name for people: `K = 7, rate 1/2`.
    fn title(&self) -> String;

    /// Octets of a message.
    fn message_len(&self) -> usize;

    /// The bits of a message whose errors count: all, unless the ends of a frame are less protected than an endless stream.
    fn counted(&self) -> Range<usize> {
        0..self.message_len() * 8
    }

    /// Channel symbols of a frame.
    fn symbols(&self) -> usize;

    /// Information bits a symbol.
    fn rate(&self) -> f64 {
        (self.message_len() * 8) as f64 / self.symbols() as f64
    }

    /// An encoder and decoder of a thread's own.
    fn worker(&self) -> Box<dyn Worker + '_>;

    /// The bit-error rate that is to be expected, where it is known without measuring.
    fn theory(&self, eb_n0_db: f64) -> Option<f64> {
        let _ = eb_n0_db;
        None
    }

    /// What [`theory`](Self::theory) is, in a few words.
    fn theory_name(&self) -> &'static str {
        ""
    }

    /// The scheme that this one is held against: the same code with a decoder in floating point.
    fn reference(&self) -> Option<String> {
        None
    }

    /// Whose messages and noise it gets: its own, or those of the code whose reference it is, so that both decode the same frames.
    fn stream_name(&self) -> String {
        self.name()
    }

    /// Whether a frame takes so long that a curve has to do with few of them.
    fn is_slow(&self) -> bool {
        false
    }

    /// Where its curve lies: from, to and step in dB, from a bit-error rate near 10⁻¹ to one below 10⁻⁶.
    fn range(&self) -> (f64, f64, f64);
}

/// What the channel has made of a frame.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Amplitude 1, positive = 1, noise added.
    pub values: &'a [f32],
    /// Standard deviation of the noise, which a receiver would estimate.
    pub sigma: f32,
}

/// What a decoder says of its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// It believes the message to be right; `None` if it never judges.
    pub believes: Option<bool>,
    /// Iterations it took, if it iterates.
    pub iterations: u32,
}

impl Judgement {
    /// Of a decoder that never judges.
    pub const NONE: Self = Self {
        believes: None,
        iterations: 0,
    };

    /// Of one that does, without iterations.
    pub const fn of(believes: bool) -> Self {
        Self {
            believes: Some(believes),
            iterations: 0,
        }
    }
}

/// An encoder and decoder, with memory of its own.
pub trait Worker {
    /// Encodes a message (packed, first bit most significant) into symbols, 0 or 1.
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]);

    /// Decodes a frame into a message.
    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement;
}

/// Octets to hard bits, first bit most significant.
pub(crate) fn unpack(octets: &[u8], bits: &mut [u8]) {
    for (bits, octet) in bits.chunks_mut(8).zip(octets) {
        for (i, bit) in bits.iter_mut().enumerate() {
            *bit = octet >> (7 - i) & 1;
        }
    }
}

/// Hard bits to octets, first bit most significant; a last octet that is not full is filled with zeros.
pub(crate) fn pack(bits: impl IntoIterator<Item = u8>, octets: &mut [u8]) {
    octets.fill(0);
    for (i, bit) in bits.into_iter().enumerate() {
        if let Some(octet) = octets.get_mut(i / 8) {
            *octet |= (bit & 1) << (7 - i % 8);
        }
    }
}
