//! Parity-check matrices written out from the formulas of the books, one by one, and what follows from H · c = 0 alone.

use crate::ldpc::LdpcCode;
use crate::ldpc::tables::{Block, C2, PHI, TC128, TC512, THETA};
use std::vec;
use std::vec::Vec;

/// The columns of the ones, row by row.
pub(crate) type Rows = Vec<Vec<usize>>;

/// `pi_k(i)` of 131.0-B for M.
fn pi(k: usize, i: usize, m: usize) -> usize {
    let j = 4 * i / m;
    let theta = usize::from(THETA[k - 1]);
    let phi = usize::from(PHI[m.ilog2() as usize - 7][k - 1][j]);
    m / 4 * ((theta + j) % 4) + (phi + i) % (m / 4)
}

/// A row of blocks of AR4JA: in each column of blocks the permutations, 0 for the identity.
type BlockRow = Vec<Vec<usize>>;

fn ar4ja_blocks(left: usize) -> [BlockRow; 3] {
    let mut rows: [BlockRow; 3] = [vec![], vec![], vec![]];
    if left == 6 {
        rows[0].extend(vec![vec![]; 4]);
        rows[1].extend([vec![21, 22, 23], vec![0], vec![15, 16, 17], vec![0]]);
        rows[2].extend([vec![0], vec![24, 25, 26], vec![0], vec![18, 19, 20]]);
    }
    if left >= 2 {
        rows[0].extend(vec![vec![]; 2]);
        rows[1].extend([vec![9, 10, 11], vec![0]]);
        rows[2].extend([vec![0], vec![12, 13, 14]]);
    }
    rows[0].extend([vec![], vec![], vec![0], vec![], vec![0, 1]]);
    rows[1].extend([vec![0], vec![0], vec![], vec![0], vec![2, 3, 4]]);
    rows[2].extend([vec![0], vec![5, 6], vec![], vec![7, 8], vec![0]]);
    rows
}

fn ar4ja(m: usize, left: usize) -> Rows {
    let mut matrix = Rows::new();
    for blocks in ar4ja_blocks(left) {
        for i in 0..m {
            let ones = blocks.iter().enumerate().flat_map(|(column, sum)| {
                let place = move |&k: &usize| column * m + if k == 0 { i } else { pi(k, i, m) };
                sum.iter().map(place)
            });
            matrix.push(ones.collect());
        }
    }
    matrix
}

fn c2() -> Rows {
    let mut matrix = Rows::new();
    for blocks in C2 {
        for i in 0..511 {
            let ones = blocks.iter().enumerate().flat_map(|(column, first_row)| {
                first_row.map(|one| column * 511 + (usize::from(one) + i) % 511)
            });
            matrix.push(ones.collect());
        }
    }
    matrix
}

fn telecommand(blocks: &[[Block; 8]; 4], z: usize) -> Rows {
    let mut matrix = Rows::new();
    for row in blocks {
        for i in 0..z {
            let mut ones = Vec::new();
            for (column, block) in row.iter().enumerate() {
                let mut one = |shift: usize| ones.push(column * z + (i + shift) % z);
                match *block {
                    Block::Zero => {}
                    Block::Shifted(shift) => one(shift.into()),
                    Block::Plus(shift) => {
                        one(0);
                        one(shift.into());
                    }
                }
            }
            matrix.push(ones);
        }
    }
    matrix
}

pub(crate) fn parity_check_matrix(code: LdpcCode) -> Rows {
    match code {
        LdpcCode::Ar4ja1024Half => ar4ja(512, 0),
        LdpcCode::Ar4ja1024TwoThirds => ar4ja(256, 2),
        LdpcCode::Ar4ja1024FourFifths => ar4ja(128, 6),
        LdpcCode::Ar4ja4096Half => ar4ja(2048, 0),
        LdpcCode::Ar4ja4096TwoThirds => ar4ja(1024, 2),
        LdpcCode::Ar4ja4096FourFifths => ar4ja(512, 6),
        LdpcCode::Ar4ja16384Half => ar4ja(8192, 0),
        LdpcCode::Ar4ja16384TwoThirds => ar4ja(4096, 2),
        LdpcCode::Ar4ja16384FourFifths => ar4ja(2048, 6),
        LdpcCode::C2 => c2(),
        LdpcCode::Tc128 => telecommand(&TC128, 16),
        LdpcCode::Tc512 => telecommand(&TC512, 64),
    }
}

/// The whole codeword behind the octets that are sent: the zeros in front that are not, and the punctured bits, which the last third of the checks
/// of AR4JA gives one by one (its last M columns are an identity there).
pub(crate) fn mother_codeword(code: LdpcCode, matrix: &Rows, octets: &[u8]) -> Vec<u8> {
    let sent = super::bits_of(octets);
    match code {
        LdpcCode::C2 => {
            assert_eq!(sent[8158..], [0, 0], "appended zeros");
            [&[0; 18], &sent[..8158]].concat()
        }
        LdpcCode::Tc128 | LdpcCode::Tc512 => sent,
        _ => {
            let m = matrix.len() / 3;
            let mut bits = sent;
            for row in &matrix[2 * m..] {
                let known = &row[..row.len() - 1];
                assert_eq!(
                    row[known.len()],
                    bits.len(),
                    "the last M columns are an identity"
                );
                let bit = known.iter().fold(0, |sum, &column| sum ^ bits[column]);
                bits.push(bit);
            }
            bits
        }
    }
}

/// Checks that fail.
pub(crate) fn unsatisfied(matrix: &Rows, bits: &[u8]) -> usize {
    let sum = |row: &Vec<usize>| row.iter().fold(0, |sum, &column| sum ^ bits[column]);
    matrix.iter().filter(|row| sum(row) == 1).count()
}
