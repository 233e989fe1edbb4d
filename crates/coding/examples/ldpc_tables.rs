//! Prints `src/ldpc/encode/tables.rs`: the inverses that the LDPC encoders multiply by, computed from the parity-check matrices.
//!
//! `cargo run -p magpie-coding --example ldpc_tables > crates/coding/src/ldpc/encode/tables.rs`
//!
//! A circulant is an element of the ring GF(2)[x]/(xᶻ + 1): its first row. A matrix of circulants is inverted by Gaussian elimination over that
//! ring (AR4JA, z a power of two: an element of odd weight is a unit, and its z-th power is 1), or by its determinant (C2, z = 511: the ring is a product
//! of fields within GF(512), so the 510th power is the inverse wherever there is one).

use magpie_coding::ldpc::LdpcCode;
use std::ops::Range;

/// The first row of a circulant.
type Element = Vec<bool>;
type Matrix = Vec<Vec<Element>>;

fn product(a: &Element, b: &Element) -> Element {
    let z = a.len();
    let mut sum = vec![false; z];
    for shift in (0..z).filter(|&shift| a[shift]) {
        for (at, &bit) in b.iter().enumerate() {
            sum[(at + shift) % z] ^= bit;
        }
    }
    sum
}

fn add(a: &mut Element, b: &Element) {
    for (a, b) in a.iter_mut().zip(b) {
        *a ^= b;
    }
}

fn square(a: &Element) -> Element {
    let mut sum = vec![false; a.len()];
    for (at, &bit) in a.iter().enumerate() {
        sum[2 * at % a.len()] ^= bit;
    }
    sum
}

/// a² · a⁴ · … up to the power 2^`last`.
fn product_of_squares(a: &Element, last: u32) -> Element {
    let mut power = square(a);
    let mut all = power.clone();
    for _ in 1..last {
        power = square(&power);
        all = product(&all, &power);
    }
    all
}

fn blocks(code: LdpcCode, rows: Range<usize>, columns: Range<usize>) -> Matrix {
    let qc = code.qc();
    let mut matrix = vec![vec![vec![false; qc.z]; columns.len()]; rows.len()];
    for circulant in qc.circulants {
        let (row, column) = (usize::from(circulant.row), usize::from(circulant.column));
        if rows.contains(&row) && columns.contains(&column) {
            matrix[row - rows.start][column - columns.start][usize::from(circulant.shift)] ^= true;
        }
    }
    matrix
}

fn matrix_product(a: &Matrix, b: &Matrix) -> Matrix {
    let mut all = vec![vec![vec![false; a[0][0].len()]; b[0].len()]; a.len()];
    for (sums, row) in all.iter_mut().zip(a) {
        for (element, others) in row.iter().zip(b) {
            for (sum, other) in sums.iter_mut().zip(others) {
                add(sum, &product(element, other));
            }
        }
    }
    all
}

fn inverse(mut matrix: Matrix) -> Matrix {
    let (size, z) = (matrix.len(), matrix[0][0].len());
    let mut inverse = vec![vec![vec![false; z]; size]; size];
    for (i, row) in inverse.iter_mut().enumerate() {
        row[i][0] = true;
    }
    for column in 0..size {
        let is_unit = |element: &Element| element.iter().filter(|&&bit| bit).count() % 2 == 1;
        let pivot = (column..size)
            .find(|&row| is_unit(&matrix[row][column]))
            .expect("it has an inverse");
        matrix.swap(column, pivot);
        inverse.swap(column, pivot);
        let unit = &matrix[column][column];
        let reciprocal = product(unit, &product_of_squares(unit, z.trailing_zeros() - 1));
        for side in [&mut matrix, &mut inverse] {
            for element in &mut side[column] {
                *element = product(element, &reciprocal);
            }
        }
        for row in (0..size).filter(|&row| row != column) {
            let factor = matrix[row][column].clone();
            for side in [&mut matrix, &mut inverse] {
                let pivot_row = side[column].clone();
                for (element, pivot) in side[row].iter_mut().zip(&pivot_row) {
                    add(element, &product(&factor, pivot));
                }
            }
        }
    }
    inverse
}

/// The inverse of x4 ↦ (P7 + P8)(P2 + P3 + P4) + I.
fn ar4ja(code: LdpcCode) -> Matrix {
    let at = code.qc().block_columns - 8;
    let mut matrix = matrix_product(
        &blocks(code, 8..12, at..at + 4),
        &blocks(code, 4..8, at + 4..at + 8),
    );
    for (row, others) in matrix.iter_mut().zip(blocks(code, 8..12, at + 4..at + 8)) {
        for (element, other) in row.iter_mut().zip(&others) {
            add(element, other);
        }
    }
    inverse(matrix)
}

/// The pseudo-inverse of the last two block columns, and for each column of information blocks whether the parity that it gives must be
/// turned over so that the first row of the generator's circulant ends in a zero.
fn c2() -> (Matrix, [u16; 2]) {
    let right = blocks(LdpcCode::C2, 0..2, 14..16);
    let mut determinant = product(&right[0][0], &right[1][1]);
    add(&mut determinant, &product(&right[0][1], &right[1][0]));
    let reciprocal = product_of_squares(&determinant, 8);
    let adjugate = [[&right[1][1], &right[0][1]], [&right[1][0], &right[0][0]]];
    let inverse: Matrix = adjugate
        .iter()
        .map(|row| {
            row.iter()
                .map(|element| product(element, &reciprocal))
                .collect()
        })
        .collect();
    let generator = matrix_product(&inverse, &blocks(LdpcCode::C2, 0..2, 0..14));
    let turned = [0, 1].map(|row| {
        let bits = generator[row].iter().map(|element: &Element| element[1]);
        bits.fold(0, |mask, bit| mask << 1 | u16::from(bit))
    });
    (inverse, turned)
}

fn print(name: &str, about: &str, matrix: &Matrix) {
    let (size, words) = (matrix.len(), matrix[0][0].len().div_ceil(64));
    println!("\n/// {about}\npub(super) static {name}: [[[u64; {words}]; {size}]; {size}] = [");
    for row in matrix {
        println!("    [");
        for element in row {
            let mut bits = element.clone();
            bits.resize(words * 64, false);
            let words: Vec<String> = bits
                .chunks(64)
                .map(|word| {
                    word.iter()
                        .fold(0_u64, |value, &bit| value << 1 | u64::from(bit))
                })
                .map(|word| {
                    let digits = format!("{word:016X}");
                    let groups: Vec<&str> = (0..4).map(|at| &digits[4 * at..4 * at + 4]).collect();
                    format!("0x{}", groups.join("_"))
                })
                .collect();
            println!("        [{}],", words.join(", "));
        }
        println!("    ],");
    }
    println!("];");
}

fn main() {
    println!(
        "//! Inverses of the parity part of the matrices, printed by `examples/ldpc_tables.rs`; that H · c = 0 follows is what the tests show."
    );
    println!(
        "//!\n//! An element is the first row of a circulant, its first bit on top of the first word; what lies behind z bits is zero."
    );
    for (code, m) in [
        (LdpcCode::Ar4ja1024FourFifths, 128),
        (LdpcCode::Ar4ja1024TwoThirds, 256),
        (LdpcCode::Ar4ja1024Half, 512),
        (LdpcCode::Ar4ja4096TwoThirds, 1024),
        (LdpcCode::Ar4ja4096Half, 2048),
        (LdpcCode::Ar4ja16384TwoThirds, 4096),
        (LdpcCode::Ar4ja16384Half, 8192),
    ] {
        print(
            &format!("AR4JA_{m}"),
            &format!("AR4JA with M = {m}: of (P7 + P8)(P2 + P3 + P4) + I."),
            &ar4ja(code),
        );
    }
    let (inverse, turned) = c2();
    print(
        "C2",
        "C2: of the last two block columns, as far as they have one.",
        &inverse,
    );
    println!(
        "\n/// C2: for the two parity blocks, which of the 14 information blocks (the first on top) turn the parity over if their weight is odd."
    );
    println!(
        "pub(super) const C2_TURNED: [u16; 2] = [0x{:04X}, 0x{:04X}];",
        turned[0], turned[1]
    );
}
