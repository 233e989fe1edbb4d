//! `rs2` (the CCSDS code) and `reed-solomon` (the same n and k in another field, so on codewords of its own with the same errors).

use std::hint::black_box;

use reed_solomon::{Decoder, Encoder};
use rs2::RSState;

use crate::{Files, Peer};

const N: usize = 255;
const K: usize = 223;

fn unlike(have: &[u8], want: &[u8], unit: usize) -> (usize, usize) {
    let pairs = have.chunks(unit).zip(want.chunks(unit));
    let missing = (want.len().saturating_sub(have.len())) / unit;
    (
        pairs.filter(|(have, want)| have != want).count() + missing,
        want.len() / unit,
    )
}

pub(crate) struct Rs2 {
    received: Vec<u8>,
    wanted: Vec<u8>,
    corrected: Vec<u8>,
}

impl Rs2 {
    pub(crate) fn new(files: &Files) -> Self {
        Self {
            received: files.input.clone(),
            wanted: files.output.clone(),
            corrected: Vec::new(),
        }
    }
}

impl Peer for Rs2 {
    fn pass(&mut self) {
        self.corrected.clear();
        for word in black_box(&self.received).chunks_exact(N) {
            let message = rs2::correct_message(word).message.unwrap_or_default();
            self.corrected
                .extend_from_slice(message.get(..N).unwrap_or(&[0; N]));
        }
    }

    fn wrong(&self) -> (usize, usize) {
        unlike(&self.corrected, &self.wanted, N)
    }
}

/// CADUs of 1279 octets, whole and in a row: the marker looked at, the 255-bit sequence taken away, five codewords checked.
pub(crate) struct Rs2Stream {
    stream: Vec<u8>,
    wanted: Vec<u8>,
    frames: Vec<u8>,
    sequence: Vec<u8>,
}

const MARKER: [u8; 4] = [0x1A, 0xCF, 0xFC, 0x1D];
const DEPTH: usize = 5;

impl Rs2Stream {
    pub(crate) fn new(files: &Files) -> Self {
        let mut state = 0xFF_u8;
        let mut bit = || {
            let out = state & 1;
            let back = (state ^ state >> 3 ^ state >> 5 ^ state >> 7) & 1;
            state = state >> 1 | back << 7;
            out
        };
        let sequence = (0..N * DEPTH)
            .map(|_| (0..8).fold(0, |octet, _| octet << 1 | bit()))
            .collect();
        Self {
            stream: files.input.clone(),
            wanted: files.output.clone(),
            frames: Vec::new(),
            sequence,
        }
    }
}

impl Peer for Rs2Stream {
    fn pass(&mut self) {
        self.frames.clear();
        for cadu in black_box(&self.stream).chunks_exact(N * DEPTH + 4) {
            if cadu[..4] != MARKER {
                continue;
            }
            let plain = cadu[4..].iter().zip(&self.sequence).map(|(a, b)| a ^ b);
            let plain: Vec<u8> = plain.collect();
            let mut frame = vec![0; K * DEPTH];
            for which in 0..DEPTH {
                let word: Vec<u8> = plain[which..].iter().step_by(DEPTH).copied().collect();
                let block = rs2::correct_message(&word);
                if matches!(block.state, RSState::Ok | RSState::Corrected(_)) {
                    let message = block.message.unwrap_or_default();
                    let places = frame[which..].iter_mut().step_by(DEPTH);
                    for (place, &octet) in places.zip(&message) {
                        *place = octet;
                    }
                }
            }
            self.frames.extend_from_slice(&frame);
        }
    }

    fn wrong(&self) -> (usize, usize) {
        unlike(&self.frames, &self.wanted, K * DEPTH)
    }
}

pub(crate) struct Generic {
    decoder: Decoder,
    received: Vec<u8>,
    wanted: Vec<u8>,
    corrected: Vec<u8>,
}

impl Generic {
    pub(crate) fn new(files: &Files) -> Self {
        let encoder = Encoder::new(N - K);
        let mut received = Vec::new();
        let mut wanted = Vec::new();
        for (word, clean) in files.input.chunks(N).zip(files.output.chunks(N)) {
            let own = encoder.encode(&clean[..K]);
            wanted.extend_from_slice(&clean[..K]);
            let errors = word.iter().zip(clean).map(|(a, b)| a ^ b);
            received.extend(own.iter().zip(errors).map(|(octet, error)| octet ^ error));
        }
        Self {
            decoder: Decoder::new(N - K),
            received,
            wanted,
            corrected: Vec::new(),
        }
    }
}

impl Peer for Generic {
    fn pass(&mut self) {
        self.corrected.clear();
        for word in black_box(&self.received).chunks_exact(N) {
            match self.decoder.correct(word, None) {
                Ok(message) => self.corrected.extend_from_slice(message.data()),
                Err(_) => self.corrected.extend_from_slice(&[0; K]),
            }
        }
    }

    fn wrong(&self) -> (usize, usize) {
        unlike(&self.corrected, &self.wanted, K)
    }
}
