//! No code at all: antipodal symbols, hard decisions.

use super::{Judgement, Received, Scheme, Worker, pack, unpack};
use crate::curve::theory;

/// Frames of 125 octets, so that the frame-error rate says something.
const LEN: usize = 125;

/// Symbols as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uncoded;

impl Scheme for Uncoded {
    fn name(&self) -> String {
        "uncoded".to_owned()
    }

    fn title(&self) -> String {
        "uncoded".to_owned()
    }

    fn message_len(&self) -> usize {
        LEN
    }

    fn symbols(&self) -> usize {
        LEN * 8
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Self)
    }

    fn theory(&self, eb_n0_db: f64) -> Option<f64> {
        Some(theory::antipodal(eb_n0_db, 1.0))
    }

    fn theory_name(&self) -> &'static str {
        "exact: Q(√(2 Eb/N0))"
    }

    fn range(&self) -> (f64, f64, f64) {
        (-1.0, 11.0, 1.0)
    }
}

impl Worker for Uncoded {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        unpack(message, symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        pack(received.values.iter().map(|&y| u8::from(y > 0.0)), message);
        Judgement::NONE
    }
}
