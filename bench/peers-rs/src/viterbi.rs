//! The crate `viterbi`, its soft decoder: zero-terminated blocks.

use std::hint::black_box;

use ::viterbi::CodeParams;
use ::viterbi::decoder::CcsdsSoftDecoder;

use crate::{Files, Peer};

pub(crate) struct Soft {
    decoder: CcsdsSoftDecoder,
    block_bits: usize,
    symbols: Vec<i8>,
    wanted: Vec<u8>,
    bits: Vec<u8>,
}

impl Soft {
    pub(crate) fn new(files: &Files) -> Result<Self, String> {
        let block_bits = files.arg("block_bits")? as usize;
        Ok(Self {
            decoder: CcsdsSoftDecoder::new(CodeParams::ccsds_r1_2(), block_bits)
                .map_err(|why| why.to_string())?,
            block_bits,
            // Its sign is the other one.
            symbols: files.input.iter().map(|&s| -(s as i8)).collect(),
            wanted: files.output.clone(),
            bits: Vec::new(),
        })
    }
}

impl Peer for Soft {
    fn pass(&mut self) {
        self.bits.clear();
        for block in black_box(&self.symbols).chunks_exact(2 * (self.block_bits + 6)) {
            if let Ok(decoded) = self.decoder.decode(block, self.block_bits) {
                self.bits.extend_from_slice(&decoded.bytes);
            }
        }
    }

    fn wrong(&self) -> (usize, usize) {
        let pairs = self.bits.iter().zip(&self.wanted);
        let wrong: u32 = pairs.map(|(have, want)| (have ^ want).count_ones()).sum();
        (wrong as usize, self.wanted.len() * 8)
    }
}
