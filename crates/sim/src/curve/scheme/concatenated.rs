//! The concatenated code of 131.0-B: Reed–Solomon (255,223), interleaved, inside the convolutional code of rate 1/2.

use magpie_coding::reed_solomon::{ReedSolomon, RsCode};

use super::convolutional::{Rate, Stream};
use super::maximum_likelihood::MaximumLikelihood;
use super::{Judgement, Received, Scheme, Worker};

/// Octets in front of the codeblock and behind it, of the same stream, as other frames would be.
const GUARD: usize = 32;

/// A codeblock a frame, in the middle of an endless stream.
#[derive(Debug, Clone, Copy)]
pub struct Concatenated {
    depth: usize,
    float: bool,
}

impl Concatenated {
    /// With this interleaving depth, 1 to 8.
    pub const fn new(depth: usize) -> Self {
        Self {
            depth,
            float: false,
        }
    }

    /// The same with a maximum-likelihood inner decoder in floating point.
    pub const fn float(depth: usize) -> Self {
        Self { depth, float: true }
    }

    const fn block_len(self) -> usize {
        255 * self.depth
    }
}

impl Scheme for Concatenated {
    fn name(&self) -> String {
        self.stream_name() + if self.float { "-float" } else { "" }
    }

    fn title(&self) -> String {
        let inner = if self.float { ", inner floating" } else { "" };
        format!("concatenated, I = {}{inner}", self.depth)
    }

    fn reference(&self) -> Option<String> {
        (!self.float).then(|| self.stream_name() + "-float")
    }

    fn stream_name(&self) -> String {
        format!("concatenated-{}", self.depth)
    }

    fn message_len(&self) -> usize {
        223 * self.depth
    }

    fn symbols(&self) -> usize {
        (self.block_len() + 2 * GUARD) * 16
    }

    fn rate(&self) -> f64 {
        223.0 / 255.0 / 2.0
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        let rs = ReedSolomon::for_frame(RsCode::E16, self.depth, self.message_len());
        Box::new(Codeblock {
            rs: rs.expect("whole codewords"),
            inner: if self.float {
                Box::new(MaximumLikelihood::new(Rate::Half))
            } else {
                Box::new(Stream::new(Rate::Half))
            },
            stream: vec![0; self.block_len() + 2 * GUARD],
        })
    }

    fn range(&self) -> (f64, f64, f64) {
        (0.8, 2.8, 0.1)
    }
}

struct Codeblock {
    rs: ReedSolomon,
    inner: Box<dyn Worker>,
    /// Guard, codeblock, guard.
    stream: Vec<u8>,
}

impl Codeblock {
    fn block(&mut self) -> &mut [u8] {
        let end = self.stream.len() - GUARD;
        &mut self.stream[GUARD..end]
    }
}

impl Worker for Codeblock {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        // What stands in the guards is any data: that of the message again.
        for (octet, &message) in self.stream.iter_mut().zip(message) {
            *octet = message;
        }
        let end = self.stream.len() - GUARD;
        self.stream[end..].copy_from_slice(&message[..GUARD]);
        let rs = self.rs;
        let block = self.block();
        block[..message.len()].copy_from_slice(message);
        rs.encode(block).expect("whole codewords");
        self.inner.encode(&self.stream, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        self.inner.decode(received, &mut self.stream);
        let rs = self.rs;
        let block = self.block();
        let report = rs.decode(block).expect("whole codewords");
        message.copy_from_slice(&block[..message.len()]);
        Judgement::of(report.is_good())
    }
}
