//! Reed–Solomon alone: octets of hard decisions, a codeword a frame.

use magpie_coding::reed_solomon::{ReedSolomon, RsCode};

use super::{Judgement, Received, Scheme, Worker, pack, unpack};
use crate::curve::theory;

/// A codeword a frame, hard decisions.
#[derive(Debug, Clone, Copy)]
pub struct ReedSolomonFrames {
    code: RsCode,
}

impl ReedSolomonFrames {
    /// (255,223) or (255,239).
    pub const fn new(code: RsCode) -> Self {
        Self { code }
    }
}

impl Scheme for ReedSolomonFrames {
    fn name(&self) -> String {
        format!("rs-{}", self.code.message_len())
    }

    fn title(&self) -> String {
        format!("Reed–Solomon (255,{})", self.code.message_len())
    }

    fn message_len(&self) -> usize {
        self.code.message_len()
    }

    fn symbols(&self) -> usize {
        255 * 8
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        let rs = ReedSolomon::for_frame(self.code, 1, self.code.message_len());
        Box::new(Codeword {
            rs: rs.expect("a whole codeword"),
            block: [0; 255],
        })
    }

    fn theory(&self, eb_n0_db: f64) -> Option<f64> {
        let bit = theory::antipodal(eb_n0_db, self.rate());
        let octet = -(8.0 * (-bit).ln_1p()).exp_m1();
        let t = self.code.error_capability() as u32;
        Some(theory::reed_solomon(t, bit, octet).0)
    }

    fn theory_name(&self) -> &'static str {
        "binomial sum"
    }

    fn range(&self) -> (f64, f64, f64) {
        match self.code {
            RsCode::E16 => (1.0, 7.0, 0.25),
            RsCode::E8 => (1.0, 7.5, 0.25),
        }
    }
}

struct Codeword {
    rs: ReedSolomon,
    block: [u8; 255],
}

impl Worker for Codeword {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        for (octet, &message) in self.block.iter_mut().zip(message) {
            *octet = message;
        }
        self.rs.encode(&mut self.block).expect("a whole codeword");
        unpack(&self.block, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        pack(
            received.values.iter().map(|&y| u8::from(y > 0.0)),
            &mut self.block,
        );
        let report = self.rs.decode(&mut self.block).expect("a whole codeword");
        for (message, &octet) in message.iter_mut().zip(&self.block) {
            *message = octet;
        }
        Judgement::of(report.is_good())
    }
}
