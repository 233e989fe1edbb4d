//! The LDPC codes: the layered decoder that ships, and belief propagation in floating point with the same schedule and as many iterations.

use magpie_coding::ldpc::{LdpcCode, LdpcDecoder, encode};
use magpie_coding::reference::ldpc::{Graph, Rule};

use super::{Judgement, Received, Scheme, Worker, pack, unpack};
use crate::curve::noise::{gain, quantise};

/// Iterations at most, of either decoder.
const ITERATIONS: u16 = 50;

/// A code and a decoder.
#[derive(Debug, Clone, Copy)]
pub struct Ldpc {
    code: LdpcCode,
    float: bool,
}

impl Ldpc {
    /// With the decoder that ships, on its fastest engine.
    pub const fn new(code: LdpcCode) -> Self {
        Self { code, float: false }
    }

    /// With the reference: sum-product in floating point.
    pub const fn float(code: LdpcCode) -> Self {
        Self { code, float: true }
    }

    fn base_name(self) -> String {
        format!("ldpc-{}-{}", self.code.qc().n, self.code.qc().k)
    }
}

impl Scheme for Ldpc {
    fn name(&self) -> String {
        self.base_name() + if self.float { "-float" } else { "" }
    }

    fn title(&self) -> String {
        let (n, k) = (self.code.qc().n, self.code.qc().k);
        let decoder = if self.float {
            ", belief propagation"
        } else {
            ""
        };
        format!("LDPC ({n},{k}){decoder}")
    }

    fn message_len(&self) -> usize {
        self.code.message_len()
    }

    fn symbols(&self) -> usize {
        self.code.qc().n
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        let memory = vec![0; LdpcDecoder::memory_len(self.code)];
        let decoder = LdpcDecoder::new(self.code, memory).expect("as much as it wants");
        let shipped = Shipped {
            code: self.code,
            decoder: decoder.with_max_iterations(ITERATIONS),
            codeword: vec![0; self.code.codeword_len()],
            soft: vec![0; self.code.qc().n],
        };
        if !self.float {
            return Box::new(shipped);
        }
        let qc = self.code.qc();
        // From the last block of rows to the first, as the decoder that ships does.
        let blocks = (0..qc.block_rows).rev();
        Box::new(Float {
            shipped,
            graph: Graph::new(qc),
            order: blocks.flat_map(|b| b * qc.z..(b + 1) * qc.z).collect(),
        })
    }

    fn reference(&self) -> Option<String> {
        (!self.float).then(|| self.base_name() + "-float")
    }

    fn stream_name(&self) -> String {
        self.base_name()
    }

    fn is_slow(&self) -> bool {
        self.float
    }

    fn range(&self) -> (f64, f64, f64) {
        match self.code {
            LdpcCode::Ar4ja1024Half => (0.0, 2.6, 0.2),
            LdpcCode::Ar4ja1024TwoThirds => (0.6, 3.4, 0.2),
            LdpcCode::Ar4ja1024FourFifths => (1.6, 4.4, 0.2),
            LdpcCode::Ar4ja4096Half => (0.2, 1.8, 0.1),
            LdpcCode::Ar4ja4096TwoThirds => (0.9, 2.5, 0.1),
            LdpcCode::Ar4ja4096FourFifths => (1.8, 3.5, 0.1),
            LdpcCode::Ar4ja16384Half => (0.2, 1.4, 0.1),
            LdpcCode::Ar4ja16384TwoThirds => (0.9, 2.1, 0.1),
            LdpcCode::Ar4ja16384FourFifths => (1.9, 3.1, 0.1),
            LdpcCode::C2 => (2.8, 4.3, 0.1),
            LdpcCode::Tc128 => (0.0, 6.0, 0.5),
            LdpcCode::Tc512 => (0.0, 4.5, 0.5),
        }
    }
}

struct Shipped {
    code: LdpcCode,
    decoder: LdpcDecoder<Vec<i8>>,
    codeword: Vec<u8>,
    soft: Vec<i8>,
}

impl Worker for Shipped {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        encode(self.code, message, &mut self.codeword).expect("lengths of the code");
        unpack(&self.codeword, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        quantise(received.values, gain(received.sigma), &mut self.soft);
        let outcome = self.decoder.decode(&self.soft, message);
        let outcome = outcome.expect("lengths of the code");
        Judgement {
            believes: Some(outcome.converged),
            iterations: outcome.iterations.into(),
        }
    }
}

struct Float {
    shipped: Shipped,
    graph: Graph,
    order: Vec<usize>,
}

impl Worker for Float {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        self.shipped.encode(message, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        let qc = self.shipped.code.qc();
        let scale = f64::from(2.0 / (received.sigma * received.sigma));
        let ratios: Vec<f64> = received
            .values
            .iter()
            .map(|&y| f64::from(y) * scale)
            .collect();
        let word = self.graph.mother_word(qc, &ratios);
        let iterations = usize::from(ITERATIONS);
        let decoded = self
            .graph
            .layered(&word, Rule::SumProduct, iterations, &self.order);
        pack(
            decoded.bits.iter().copied().skip(qc.shortened).take(qc.k),
            message,
        );
        Judgement {
            believes: Some(decoded.converged),
            iterations: decoded.iterations as u32,
        }
    }
}
