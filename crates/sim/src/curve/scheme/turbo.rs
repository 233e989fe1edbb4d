//! The turbo codes: the decoder that ships, and log-MAP in floating point with as many iterations.

use magpie_coding::reference::turbo::{Algorithm, decode};
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, encode};

use super::{Judgement, Received, Scheme, Worker};
use crate::curve::noise::quantise;

/// Iterations at most, of either decoder.
const ITERATIONS: u16 = 10;

/// A code and a decoder.
#[derive(Debug, Clone, Copy)]
pub struct Turbo {
    code: TurboCode,
    float: bool,
}

impl Turbo {
    /// With the decoder that ships, on its fastest engine.
    pub const fn new(code: TurboCode) -> Self {
        Self { code, float: false }
    }

    /// With the reference: log-MAP in floating point.
    pub const fn float(code: TurboCode) -> Self {
        Self { code, float: true }
    }

    fn base_name(self) -> String {
        let of = self.code.rate().symbols_per_bit();
        format!("turbo-{}-1-{of}", self.code.k())
    }
}

impl Scheme for Turbo {
    fn name(&self) -> String {
        self.base_name() + if self.float { "-float" } else { "" }
    }

    fn title(&self) -> String {
        let decoder = if self.float { ", log-MAP" } else { "" };
        format!("turbo {}, k = {}{decoder}", self.code.rate(), self.code.k())
    }

    fn message_len(&self) -> usize {
        self.code.message_len()
    }

    fn symbols(&self) -> usize {
        self.code.n()
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        if self.float {
            return Box::new(Float { code: self.code });
        }
        Box::new(Shipped {
            code: self.code,
            memory: vec![Row::ZERO; TurboDecoder::memory_len(self.code)],
            soft: vec![0; self.code.n()],
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
        let to = match self.code.rate().symbols_per_bit() {
            2 => (0.2, 2.0),
            3 => (-0.2, 1.4),
            4 => (-0.4, 1.2),
            _ => (-0.6, 1.0),
        };
        (to.0, to.1, 0.1)
    }
}

fn encoded(code: TurboCode, message: &[u8], symbols: &mut [u8]) {
    encode(code, message, symbols).expect("lengths of the code");
}

struct Shipped {
    code: TurboCode,
    memory: Vec<Row>,
    soft: Vec<i8>,
}

impl Worker for Shipped {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        encoded(self.code, message, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        // Amplitude and three standard deviations fill the range, as the decoder's own measurements do.
        let gain = 127.0 / (1.0 + 3.0 * received.sigma);
        quantise(received.values, gain, &mut self.soft);
        let decoder = TurboDecoder::new(self.code, &mut self.memory).expect("as much as it wants");
        let mut decoder = decoder.with_max_iterations(ITERATIONS);
        let outcome = decoder.decode(&self.soft, message);
        let outcome = outcome.expect("lengths of the code");
        Judgement {
            believes: Some(outcome.converged),
            iterations: outcome.iterations.into(),
        }
    }
}

struct Float {
    code: TurboCode,
}

impl Worker for Float {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        encoded(self.code, message, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        let scale = f64::from(2.0 / (received.sigma * received.sigma));
        let ratios: Vec<f64> = received
            .values
            .iter()
            .map(|&y| f64::from(y) * scale)
            .collect();
        let decoded = decode(self.code, &ratios, Algorithm::LogMap, ITERATIONS.into());
        message.copy_from_slice(&decoded);
        Judgement {
            believes: None,
            iterations: ITERATIONS.into(),
        }
    }
}
