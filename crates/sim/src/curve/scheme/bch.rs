//! BCH (63,56) of telecommand with hard decisions, single errors corrected: a codeword a frame.

use magpie_coding::bch::{BchMode, decode_codeword, encode_codeword};

use super::{Judgement, Received, Scheme, Worker, pack, unpack};
use crate::curve::theory;

/// A codeword a frame; the fill bit is sent, and counts as a symbol.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bch;

impl Scheme for Bch {
    fn name(&self) -> String {
        "bch-63-56".to_owned()
    }

    fn title(&self) -> String {
        "BCH (63,56), single errors corrected".to_owned()
    }

    fn message_len(&self) -> usize {
        7
    }

    fn symbols(&self) -> usize {
        64
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Self)
    }

    /// An even number of wrong bits is seen and left alone, an odd one of three or more is taken for a single one, and one more bit turned as a rule.
    fn theory(&self, eb_n0_db: f64) -> Option<f64> {
        let bit = theory::antipodal(eb_n0_db, self.rate());
        let wrong = |j: u32| f64::from(j + j % 2) / 63.0;
        Some(
            (2..=63)
                .map(|j| wrong(j) * theory::binomial_term(63, j, bit))
                .sum(),
        )
    }

    fn theory_name(&self) -> &'static str {
        "binomial sum, nearly exact"
    }

    fn range(&self) -> (f64, f64, f64) {
        (0.0, 9.5, 0.5)
    }
}

impl Worker for Bch {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        let information = message.first_chunk().expect("seven octets");
        unpack(&encode_codeword(information), symbols);
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        let mut codeword = [0; 8];
        pack(
            received.values.iter().map(|&y| u8::from(y > 0.0)),
            &mut codeword,
        );
        let outcome = decode_codeword(&mut codeword, BchMode::SingleErrorCorrect);
        message.copy_from_slice(&codeword[..7]);
        Judgement::of(!outcome.is_rejected())
    }
}
