//! Constants of the vector Reed–Solomon code, all made at compile time from the scalar code's generator, field and dual basis.
//!
//! Three representations of a symbol appear. *Channel*: as transmitted, dual or conventional basis. *Field*: what an engine calculates
//! in, which is the conventional basis where products come from half-octet tables, and the isomorphic field of x^8 + x^4 + x^3 + x + 1
//! where the processor multiplies by itself (`GF2P8MULB`). All changes between them are linear over bits, so they are folded into
//! tables and 8 x 8 bit matrices. Positions: a [`Word`](super::lanes::Word) has 256 places, the codeword stands in 1 ..= 255, so place
//! p belongs to x^(255-p).
#![allow(
    clippy::large_stack_arrays,
    reason = "only the compiler ever runs these functions"
)]

#[cfg(target_arch = "x86_64")]
pub(super) mod gfni;

use crate::reed_solomon::dual_basis::{from_dual, to_dual};
use crate::reed_solomon::encode::generator;
use crate::reed_solomon::field::{BETA_LOG, ORDER, mul_const};
use crate::reed_solomon::{Basis, RsCode};

/// An octet for each octet.
type Map = [u8; 256];

/// Vectors lie on their own boundaries.
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// 32 constants, ready to be multiplied by a scalar with two table look-ups.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct SplitRow {
    pub(super) low: [u8; 32],
    pub(super) high: [u8; 32],
}

/// Powers of the places' locators: row i, chunk c, octet o is x^i at place 32 c + o.
pub(super) type Powers<R> = [[R; 8]; 33];

/// What the generic kernel needs in an engine's representation of the field.
pub(super) struct Tables<R: 'static> {
    /// Row i: what remainder symbol i, highest power first, adds to the syndromes.
    pub(super) columns_e16: [R; 32],
    /// The same for E = 8; octets from 16 on are zero.
    pub(super) columns_e8: [R; 16],
    pub(super) powers: Powers<R>,
    pub(super) scalars: Scalars,
}

/// Scalar tables in an engine's representation.
pub(super) struct Scalars {
    /// Logarithm to the base alpha; that of zero is never read.
    pub(super) log: [u8; 256],
    /// alpha^i as a channel symbol: conventional, dual.
    pub(super) channel_exp: [[u8; ORDER]; 2],
    /// beta^i.
    pub(super) beta: [u8; ORDER],
}

impl<R> Tables<R> {
    pub(super) const fn columns(&self, code: RsCode) -> &[R] {
        match code {
            RsCode::E16 => &self.columns_e16,
            RsCode::E8 => &self.columns_e8,
        }
    }
}

/// Rows for the lower and for the upper half of a symbol: what it leaves when divided by g(x), in channel symbols.
pub(super) type Step = [[[u8; 32]; 16]; 2];
/// Sixteen symbols of feedback at a time, first the one with the highest power.
pub(super) type Steps = Aligned<[Step; 16]>;

pub(super) static STEPS_E16: [Steps; 2] = [
    steps(&generator::<32>(112), Basis::Conventional),
    steps(&generator::<32>(112), Basis::Dual),
];
pub(super) static STEPS_E8: [Steps; 2] = [
    steps(&generator::<16>(120), Basis::Conventional),
    steps(&generator::<16>(120), Basis::Dual),
];

/// For each scalar its products with 0 … 15, then with 0x00, 0x10 … 0xF0.
pub(super) static PRODUCTS: Aligned<[[u8; 32]; 256]> = Aligned(products());

/// A linear map of octets as two half-octet tables: images of 0 … 15, then of 0x00, 0x10 … 0xF0.
pub(super) static FROM_DUAL_HALVES: [u8; 32] = halves(&from_dual());

/// Masks that sort interleaved octets: `GATHER[depth - 1][which][k]` takes from the k-th 16 octets those of codeword `which` to their
/// places among its 16.
pub(super) static GATHER: [[[[u8; 16]; 8]; 8]; 8] = gather();

/// 32 octets of ones, then of zeros: octets 32 - n .. 64 - n mask the first n.
pub(super) static FIRST: [u8; 64] = {
    let mut mask = [0; 64];
    let mut i = 0;
    while i < 32 {
        mask[i] = 0xFF;
        i += 1;
    }
    mask
};

pub(super) static SPLIT: Tables<SplitRow> = Tables {
    columns_e16: split_all(columns::<32>(112, &IDENTITY)),
    columns_e8: split_all(columns::<16>(120, &IDENTITY)),
    powers: split_powers(&powers(&IDENTITY)),
    scalars: scalars(&IDENTITY),
};

pub(super) const fn index(basis: Basis) -> usize {
    match basis {
        Basis::Conventional => 0,
        Basis::Dual => 1,
    }
}

const fn identity() -> Map {
    let mut map = [0; 256];
    let mut i = 0;
    while i < 256 {
        map[i] = i as u8;
        i += 1;
    }
    map
}

const fn from_channel(basis: Basis) -> Map {
    match basis {
        Basis::Conventional => identity(),
        Basis::Dual => from_dual(),
    }
}

const fn to_channel(basis: Basis) -> Map {
    match basis {
        Basis::Conventional => identity(),
        Basis::Dual => to_dual(),
    }
}

/// beta^i, conventional.
const BETA: [u8; ORDER] = {
    let mut alpha = [0; ORDER];
    let (mut value, mut i) = (1, 0);
    while i < ORDER {
        alpha[i] = value;
        value = mul_const(value, 2);
        i += 1;
    }
    let mut beta = [0; ORDER];
    i = 0;
    while i < ORDER {
        beta[i] = alpha[i * BETA_LOG % ORDER];
        i += 1;
    }
    beta
};

const IDENTITY: Map = identity();
const fn steps<const P: usize>(generator: &[u8; P], basis: Basis) -> Steps {
    let (from, to) = (from_channel(basis), to_channel(basis));
    let mut table = [[[[0; 32]; 16]; 2]; 16];
    // x^(P + 15 - slice) mod g, highest power first, from the last slice up
    let mut remainder = *generator;
    let mut slice = 16;
    while slice > 0 {
        slice -= 1;
        let mut value = 0;
        while value < 16 {
            let mut i = 0;
            while i < P {
                let (low, high) = (from[value], from[value << 4]);
                table[slice][0][value][i] = to[mul_const(remainder[i], low) as usize];
                table[slice][1][value][i] = to[mul_const(remainder[i], high) as usize];
                i += 1;
            }
            value += 1;
        }
        remainder = times_x(&remainder, generator);
    }
    Aligned(table)
}

/// remainder(x) · x mod g(x).
const fn times_x<const P: usize>(remainder: &[u8; P], generator: &[u8; P]) -> [u8; P] {
    let mut next = [0; P];
    let mut i = 0;
    while i < P {
        let carried = if i + 1 < P { remainder[i + 1] } else { 0 };
        next[i] = carried ^ mul_const(remainder[0], generator[i]);
        i += 1;
    }
    next
}

const fn products() -> [[u8; 32]; 256] {
    let mut table = [[0; 32]; 256];
    let mut scalar = 0;
    while scalar < 256 {
        let mut value = 0;
        while value < 16 {
            table[scalar][value] = mul_const(scalar as u8, value as u8);
            table[scalar][16 + value] = mul_const(scalar as u8, (value as u8) << 4);
            value += 1;
        }
        scalar += 1;
    }
    table
}

const fn halves(map: &Map) -> [u8; 32] {
    let mut table = [0; 32];
    let mut value = 0;
    while value < 16 {
        table[value] = map[value];
        table[16 + value] = map[value << 4];
        value += 1;
    }
    table
}

const fn gather() -> [[[[u8; 16]; 8]; 8]; 8] {
    let mut masks = [[[[0x80; 16]; 8]; 8]; 8];
    let mut depth = 1;
    while depth <= 8 {
        let mut octet = 0;
        while octet < 16 * depth {
            let (which, row) = (octet % depth, octet / depth);
            masks[depth - 1][which][octet / 16][row] = (octet % 16) as u8;
            octet += 1;
        }
        depth += 1;
    }
    masks
}

const fn columns<const P: usize>(first_root: usize, map: &Map) -> [[u8; 32]; P] {
    let mut table = [[0; 32]; P];
    let mut symbol = 0;
    while symbol < P {
        let mut j = 0;
        while j < P {
            let value = BETA[(first_root + j) * (P - 1 - symbol) % ORDER];
            table[symbol][j] = map[value as usize];
            j += 1;
        }
        symbol += 1;
    }
    table
}

const fn powers(map: &Map) -> Powers<[u8; 32]> {
    let mut table = [[[0; 32]; 8]; 33];
    let mut power = 0;
    while power < 33 {
        // The error locator of a place is beta^(255-place), the locator vanishes at its inverse: beta^place.
        let mut place = 0;
        while place < 256 {
            let value = BETA[power * place % ORDER];
            table[power][place / 32][place % 32] = map[value as usize];
            place += 1;
        }
        // Place 0 is no symbol: there, x is zero and the locator one.
        table[power][0][0] = if power == 0 { map[1] } else { 0 };
        power += 1;
    }
    table
}

const fn scalars(map: &Map) -> Scalars {
    let dual = to_dual();
    let mut tables = Scalars {
        log: [0; 256],
        channel_exp: [[0; ORDER]; 2],
        beta: [0; ORDER],
    };
    let (mut value, mut i) = (1, 0);
    while i < ORDER {
        tables.log[map[value as usize] as usize] = i as u8;
        tables.channel_exp[0][i] = value;
        tables.channel_exp[1][i] = dual[value as usize];
        value = mul_const(value, 2);
        i += 1;
    }
    i = 0;
    while i < ORDER {
        tables.beta[i] = map[BETA[i] as usize];
        i += 1;
    }
    tables
}

const fn split(row: &[u8; 32]) -> SplitRow {
    let mut halves = SplitRow {
        low: [0; 32],
        high: [0; 32],
    };
    let mut i = 0;
    while i < 32 {
        halves.low[i] = row[i] & 15;
        halves.high[i] = row[i] >> 4;
        i += 1;
    }
    halves
}

const fn split_all<const N: usize>(rows: [[u8; 32]; N]) -> [SplitRow; N] {
    let mut all = [split(&[0; 32]); N];
    let mut i = 0;
    while i < N {
        all[i] = split(&rows[i]);
        i += 1;
    }
    all
}

const fn split_powers(powers: &Powers<[u8; 32]>) -> Powers<SplitRow> {
    let mut all = [split_all([[0; 32]; 8]); 33];
    let mut i = 0;
    while i < 33 {
        all[i] = split_all(powers[i]);
        i += 1;
    }
    all
}
