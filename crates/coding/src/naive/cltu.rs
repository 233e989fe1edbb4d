//! The CLTU receiver by its rules, over a stream that is there as a whole.

extern crate std;

use super::bch::{bch_is_codeword, bch_neighbours};
use crate::bch::BchMode;
use std::vec::Vec;

/// What is found: (first bit, inverted, wrong bits of the start, information, first bit not accepted, why it ended).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NaiveCltu {
    pub(crate) at_bit: usize,
    pub(crate) inverted: bool,
    pub(crate) start_errors: usize,
    pub(crate) information: Vec<[u8; 7]>,
    pub(crate) end_bit: usize,
    pub(crate) end: NaiveEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NaiveEnd {
    Rejected,
    TooLong,
    Deactivated,
}

const START: [u8; 16] = [1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0];

fn start(bits: &[u8], tolerance: usize) -> Option<(bool, usize)> {
    let errors = bits.iter().zip(START).filter(|(a, b)| **a != *b).count();
    if errors <= tolerance {
        Some((false, errors))
    } else if 16 - errors <= tolerance {
        Some((true, 16 - errors))
    } else {
        None
    }
}

fn accepted(bits: &[u8], inverted: bool, mode: BchMode) -> Option<[u8; 7]> {
    let mut codeword = [0; 8];
    for (place, bit) in bits.iter().enumerate() {
        codeword[place / 8] |= (bit ^ u8::from(inverted)) << (7 - place % 8);
    }
    if !bch_is_codeword(&codeword) {
        if mode == BchMode::TripleErrorDetect {
            return None;
        }
        let place = usize::from(*bch_neighbours(&codeword).first()?);
        codeword[place / 8] ^= 0x80 >> (place % 8);
    }
    codeword.first_chunk().copied()
}

pub(crate) fn cltus(
    bits: &[u8],
    mode: BchMode,
    tolerance: usize,
    max_codewords: usize,
) -> Vec<NaiveCltu> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some((at_bit, (inverted, start_errors))) = (from..(bits.len() + 1).saturating_sub(16))
        .find_map(|at| Some((at, start(&bits[at..at + 16], tolerance)?)))
    {
        let (mut information, mut next) = (Vec::new(), at_bit + 16);
        let end = loop {
            if information.len() == max_codewords {
                break NaiveEnd::TooLong;
            }
            let Some(codeword) = bits.get(next..next + 64) else {
                break NaiveEnd::Deactivated;
            };
            let Some(octets) = accepted(codeword, inverted, mode) else {
                break NaiveEnd::Rejected;
            };
            information.push(octets);
            next += 64;
        };
        from = if information.is_empty() {
            at_bit + 1
        } else {
            next - 15
        };
        found.push(NaiveCltu {
            at_bit,
            inverted,
            start_errors,
            information,
            end_bit: next,
            end,
        });
        if end == NaiveEnd::Deactivated {
            break;
        }
    }
    found
}
