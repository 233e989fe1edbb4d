//! A quasi-cyclic code: its parity-check matrix as a grid of circulants.
//!
//! Book: 131.0-B (LDPC section), 231.0-B. The matrix has `block_rows` × `block_columns` blocks of z × z bits; a block is the sum of its circulants,
//! and a block without any is zero. The permutations of AR4JA, M × M bits, are sixteen such blocks with z = M/4.

/// A cyclically shifted identity within the grid: row r of block row `row` has a one in column (r + `shift`) mod z of block column `column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Circulant {
    /// Block row.
    pub row: u8,
    /// Block column.
    pub column: u8,
    /// Columns that the identity is shifted to the right, less than z.
    pub shift: u16,
}

/// What a code is made of. Bits of the mother codeword, in order of the columns: `shortened` zeros that are not sent, then the k information
/// bits, then parity, of which the last `punctured` are not sent; `appended` zeros follow on the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QcCode {
    /// As the books say it, such as `(2048,1024)`.
    pub name: &'static str,
    /// Information bits k.
    pub k: usize,
    /// Bits on the channel n: `block_columns` · z − `shortened` − `punctured` + `appended`.
    pub n: usize,
    /// Bits on a side of a circulant.
    pub z: usize,
    /// Block rows.
    pub block_rows: usize,
    /// Block columns.
    pub block_columns: usize,
    /// All circulants by block row, and by block column within a row.
    pub circulants: &'static [Circulant],
    /// Known zeros in front that are not sent (C2: 18).
    pub shortened: usize,
    /// Columns at the end that are not sent (AR4JA: M).
    pub punctured: usize,
    /// Zeros sent behind the codeword (C2: 2).
    pub appended: usize,
}

impl QcCode {
    /// Columns of the matrix: bits of the mother codeword.
    pub const fn columns(&self) -> usize {
        self.block_columns * self.z
    }

    /// Rows of the matrix: checks.
    pub const fn rows(&self) -> usize {
        self.block_rows * self.z
    }

    /// Ones of the matrix: messages of a decoder.
    pub const fn edges(&self) -> usize {
        self.circulants.len() * self.z
    }
}
