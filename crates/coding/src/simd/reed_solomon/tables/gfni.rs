//! The constants in the representation of the field in which `GF2P8MULB` multiplies, and the bit matrices that lead there and back.

use super::{
    Aligned, Basis, Map, Tables, columns, from_channel, generator, powers, scalars, times_x,
    to_channel,
};
use crate::reed_solomon::field::{ORDER, mul_const, mul_modulo};

/// The polynomial of the processor's own field.
const OTHER_POLYNOMIAL: u16 = 0x11B;

/// To the processor's own field.
const TO_OTHER: Map = to_other();

/// 32 constants of the processor's field.
#[derive(Clone, Copy)]
#[repr(align(32))]
pub(in super::super) struct Row(pub(in super::super) [u8; 32]);

/// For four message symbols what they add to the check symbols: octet 4 p + k of vector z belongs to check symbol 16 z + p and message
/// symbol k of the four.
pub(in super::super) type Matrix<const VECTORS: usize, const FOURS: usize> =
    Aligned<[[[u8; 64]; VECTORS]; FOURS]>;

/// Message symbols stand at 0 .. 224 of a word, the first of them always zero.
pub(in super::super) static MATRIX_E16: Matrix<2, 56> = matrix(&generator::<32>(112));
/// Message symbols stand at 0 .. 240 of a word.
pub(in super::super) static MATRIX_E8: Matrix<1, 60> = matrix(&generator::<16>(120));

pub(in super::super) static TABLES: Tables<Row> = Tables {
    columns_e16: aligned(columns(112, &TO_OTHER)),
    columns_e8: aligned(columns(120, &TO_OTHER)),
    powers: {
        let plain = powers(&TO_OTHER);
        let mut all = [[Row([0; 32]); 8]; 33];
        let mut i = 0;
        while i < 33 {
            all[i] = aligned(plain[i]);
            i += 1;
        }
        all
    },
    scalars: scalars(&TO_OTHER),
};

/// Channel to the processor's field, by basis: matrices for `GF2P8AFFINEQB`.
pub(in super::super) static TAKE_IN: [u64; 2] = [
    bits(&then(&from_channel(Basis::Conventional), &TO_OTHER)),
    bits(&then(&from_channel(Basis::Dual), &TO_OTHER)),
];
/// And back.
pub(in super::super) static PUT_OUT: [u64; 2] = [
    bits(&then(&inverse(&TO_OTHER), &to_channel(Basis::Conventional))),
    bits(&then(&inverse(&TO_OTHER), &to_channel(Basis::Dual))),
];

/// An isomorphism from the code's field to the processor's: alpha goes to a root of the code's polynomial there.
const fn to_other() -> Map {
    let mut root = 2;
    loop {
        // x^8 + x^7 + x^2 + x + 1 by powers
        let (mut sum, mut power, mut exponent) = (1, root, 1);
        while exponent <= 8 {
            if matches!(exponent, 1 | 2 | 7 | 8) {
                sum ^= power;
            }
            power = mul_modulo(power, root, OTHER_POLYNOMIAL);
            exponent += 1;
        }
        if sum == 0 {
            break;
        }
        root += 1;
    }
    let mut map = [0; 256];
    let (mut from, mut to, mut i) = (1, 1, 0);
    while i < ORDER {
        map[from as usize] = to;
        from = mul_const(from, 2);
        to = mul_modulo(to, root, OTHER_POLYNOMIAL);
        i += 1;
    }
    map
}

/// `second` after `first`.
const fn then(first: &Map, second: &Map) -> Map {
    let mut map = [0; 256];
    let mut i = 0;
    while i < 256 {
        map[i] = second[first[i] as usize];
        i += 1;
    }
    map
}

const fn inverse(of: &Map) -> Map {
    let mut map = [0; 256];
    let mut i = 0;
    while i < 256 {
        map[of[i] as usize] = i as u8;
        i += 1;
    }
    map
}

const fn aligned<const N: usize>(rows: [[u8; 32]; N]) -> [Row; N] {
    let mut all = [Row([0; 32]); N];
    let mut i = 0;
    while i < N {
        all[i] = Row(rows[i]);
        i += 1;
    }
    all
}

/// A linear map as the instruction wants it: octet 7 - i of the matrix selects the bits whose sum is bit i of the result.
const fn bits(map: &Map) -> u64 {
    let mut matrix = 0;
    let mut to = 0;
    while to < 8 {
        let mut from = 0;
        while from < 8 {
            if map[1 << from] >> to & 1 == 1 {
                matrix |= 1 << (8 * (7 - to) + from);
            }
            from += 1;
        }
        to += 1;
    }
    matrix
}

const fn matrix<const P: usize, const VECTORS: usize, const FOURS: usize>(
    generator: &[u8; P],
) -> Matrix<VECTORS, FOURS> {
    let map = TO_OTHER;
    let mut table = [[[0; 64]; VECTORS]; FOURS];
    // x^P mod g for the last symbol, times x for each one before
    let mut remainder = *generator;
    let mut symbol = 4 * FOURS;
    while symbol > 0 {
        symbol -= 1;
        let mut p = 0;
        while p < P {
            table[symbol / 4][p / 16][4 * (p % 16) + symbol % 4] = map[remainder[p] as usize];
            p += 1;
        }
        remainder = times_x(&remainder, generator);
    }
    Aligned(table)
}
