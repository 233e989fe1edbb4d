//! `crc` (tables of sixteen octets) and `crc-fast` (carry-less multiplication) with the polynomial of Proximity-1.

use std::hint::black_box;

use crc::{Algorithm, Crc, Table as Wide};
use crc_fast::CrcParams;

use crate::{Files, Peer};

/// Octets of a frame in the input.
const FRAME: usize = 2048;

const ALGORITHM: Algorithm<u32> = Algorithm {
    width: 32,
    poly: 0x00A0_0805,
    init: 0,
    refin: false,
    refout: false,
    xorout: 0,
    check: 0x5169_3C0C,
    residue: 0,
};

struct Sums {
    frames: Vec<u8>,
    wanted: Vec<u8>,
    sums: Vec<u8>,
}

impl Sums {
    fn new(files: &Files) -> Self {
        Self {
            frames: files.input.clone(),
            wanted: files.output.clone(),
            sums: vec![0; files.output.len()],
        }
    }

    fn pass(&mut self, crc: impl Fn(&[u8]) -> u32) {
        let frames = black_box(&self.frames).chunks_exact(FRAME);
        for (frame, sum) in frames.zip(self.sums.chunks_exact_mut(4)) {
            sum.copy_from_slice(&crc(frame).to_be_bytes());
        }
    }

    fn wrong(&self) -> (usize, usize) {
        let pairs = self.sums.chunks(4).zip(self.wanted.chunks(4));
        (
            pairs.filter(|(have, want)| have != want).count(),
            self.wanted.len() / 4,
        )
    }
}

pub(crate) struct Table {
    crc: Crc<u32, Wide<16>>,
    sums: Sums,
}

impl Table {
    pub(crate) fn new(files: &Files) -> Self {
        Self {
            crc: Crc::<u32, Wide<16>>::new(&ALGORITHM),
            sums: Sums::new(files),
        }
    }
}

impl Peer for Table {
    fn pass(&mut self) {
        self.sums.pass(|frame| self.crc.checksum(frame));
    }

    fn wrong(&self) -> (usize, usize) {
        self.sums.wrong()
    }
}

pub(crate) struct Fast {
    params: CrcParams,
    sums: Sums,
}

impl Fast {
    pub(crate) fn new(files: &Files) -> Self {
        let params = CrcParams::new("prox1", 32, 0x00A0_0805, 0, false, 0, 0x5169_3C0C);
        Self {
            params,
            sums: Sums::new(files),
        }
    }
}

impl Peer for Fast {
    fn pass(&mut self) {
        let params = self.params;
        self.sums
            .pass(|frame| crc_fast::checksum_with_params(params, frame) as u32);
    }

    fn wrong(&self) -> (usize, usize) {
        self.sums.wrong()
    }
}
