//! BCH(63,56) by its definition: parity as a long division, decoding as a search for the nearest codeword.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a codeword is a reference everywhere else"
)]

extern crate std;

use super::{bits_of, long_division};
use std::vec::Vec;

/// Seven octets, complemented parity, fill bit 0.
pub(crate) fn bch_encode(information: &[u8; 7]) -> [u8; 8] {
    let parity = long_division(information, 7, &[7, 6, 2, 0], 0) as u8;
    let mut codeword = [0; 8];
    codeword[..7].copy_from_slice(information);
    codeword[7] = (parity ^ 0x7F) << 1;
    codeword
}

/// Is it a codeword, whatever its fill bit is?
pub(crate) fn bch_is_codeword(codeword: &[u8; 8]) -> bool {
    let mut information = [0; 7];
    information.copy_from_slice(&codeword[..7]);
    bch_encode(&information)[7] >> 1 == codeword[7] >> 1
}

/// Places of the 63 where turning one bit over gives a codeword.
pub(crate) fn bch_neighbours(codeword: &[u8; 8]) -> Vec<u8> {
    (0..63)
        .filter(|&place| {
            let mut turned = *codeword;
            turned[usize::from(place) / 8] ^= 0x80 >> (place % 8);
            bch_is_codeword(&turned)
        })
        .collect()
}

/// Wrong bits of the 63 between two codewords.
pub(crate) fn bch_distance(a: &[u8; 8], b: &[u8; 8]) -> usize {
    let (a, b) = (bits_of(a), bits_of(b));
    a.iter().zip(&b).take(63).filter(|(a, b)| a != b).count()
}
