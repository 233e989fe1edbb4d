//! The codes of the books, their matrices made from the tables at compile time.
//!
//! Books: 131.0-B (AR4JA, C2), 231.0-B (telecommand), 211.2-B-3 (the code of Proximity-1 is AR4JA with k = 1024 at rate 1/2). Left out: the
//! (256,128) code of early telecommand issues. Constants: 4 octets a circulant, so 240 to 624 octets an AR4JA code, 256 C2, 128 each telecommand code.

use super::code::{Circulant, QcCode};
use super::tables::{Block, C2, PHI, TC128, TC512, THETA};

/// A code of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LdpcCode {
    /// (2048,1024), M = 512: also the code of Proximity-1.
    Ar4ja1024Half,
    /// (1536,1024), M = 256.
    Ar4ja1024TwoThirds,
    /// (1280,1024), M = 128.
    Ar4ja1024FourFifths,
    /// (8192,4096), M = 2048.
    Ar4ja4096Half,
    /// (6144,4096), M = 1024.
    Ar4ja4096TwoThirds,
    /// (5120,4096), M = 512.
    Ar4ja4096FourFifths,
    /// (32768,16384), M = 8192.
    Ar4ja16384Half,
    /// (24576,16384), M = 4096.
    Ar4ja16384TwoThirds,
    /// (20480,16384), M = 2048.
    Ar4ja16384FourFifths,
    /// (8160,7136), rate 223/255 (nearly 7/8).
    C2,
    /// (128,64) of telecommand.
    Tc128,
    /// (512,256) of telecommand.
    Tc512,
}

impl LdpcCode {
    /// The code of Proximity-1's LDPC option.
    #[allow(non_upper_case_globals, reason = "another name of a variant")]
    pub const Prox1: Self = Self::Ar4ja1024Half; //= 211.2-B-3 ldpc

    /// Every code.
    pub const ALL: [Self; 12] = [
        Self::Ar4ja1024Half,
        Self::Ar4ja1024TwoThirds,
        Self::Ar4ja1024FourFifths,
        Self::Ar4ja4096Half,
        Self::Ar4ja4096TwoThirds,
        Self::Ar4ja4096FourFifths,
        Self::Ar4ja16384Half,
        Self::Ar4ja16384TwoThirds,
        Self::Ar4ja16384FourFifths,
        Self::C2,
        Self::Tc128,
        Self::Tc512,
    ];

    /// Its parity-check matrix and lengths.
    pub const fn qc(self) -> &'static QcCode {
        match self {
            Self::Ar4ja1024Half => &AR4JA_1024_HALF,
            Self::Ar4ja1024TwoThirds => &AR4JA_1024_TWO_THIRDS,
            Self::Ar4ja1024FourFifths => &AR4JA_1024_FOUR_FIFTHS,
            Self::Ar4ja4096Half => &AR4JA_4096_HALF,
            Self::Ar4ja4096TwoThirds => &AR4JA_4096_TWO_THIRDS,
            Self::Ar4ja4096FourFifths => &AR4JA_4096_FOUR_FIFTHS,
            Self::Ar4ja16384Half => &AR4JA_16384_HALF,
            Self::Ar4ja16384TwoThirds => &AR4JA_16384_TWO_THIRDS,
            Self::Ar4ja16384FourFifths => &AR4JA_16384_FOUR_FIFTHS,
            Self::C2 => &C2_7_8,
            Self::Tc128 => &TC_128,
            Self::Tc512 => &TC_512,
        }
    }

    /// Octets of a message, k / 8.
    pub const fn message_len(self) -> usize {
        self.qc().k / 8
    }

    /// Octets of a codeword, n / 8.
    pub const fn codeword_len(self) -> usize {
        self.qc().n / 8
    }
}

/// A list of circulants as it grows.
struct List<const N: usize> {
    items: [Circulant; N],
    len: usize,
}

impl<const N: usize> List<N> {
    const fn new() -> Self {
        let none = Circulant {
            row: 0,
            column: 0,
            shift: 0,
        };
        Self {
            items: [none; N],
            len: 0,
        }
    }

    const fn add(&mut self, row: usize, column: usize, shift: u16) {
        self.items[self.len] = Circulant {
            row: row as u8,
            column: column as u8,
            shift,
        };
        self.len += 1;
    }

    /// An M × M identity: four circulants.
    const fn add_identity(&mut self, row: usize, column: usize) {
        let mut j = 0;
        while j < 4 {
            self.add(4 * row + j, 4 * column + j, 0);
            j += 1;
        }
    }

    /// The permutations `first` to `last`, each M × M: row i of number k has its one in column (M/4)·((θ + j) mod 4) + (φ(j) + i) mod M/4, where
    /// j is the quarter that i lies in.
    const fn add_permutations(
        &mut self,
        log_m: usize,
        row: usize,
        column: usize,
        first: usize,
        last: usize,
    ) {
        let mut k = first - 1;
        while k < last {
            let mut j = 0;
            while j < 4 {
                let quarter = (THETA[k] as usize + j) % 4;
                self.add(4 * row + j, 4 * column + quarter, PHI[log_m - 7][k][j]);
                j += 1;
            }
            k += 1;
        }
    }

    /// All of them, in order.
    const fn sorted(mut self) -> [Circulant; N] {
        assert!(self.len == N, "the list is full");
        let mut end = 1;
        while end < N {
            let mut at = end;
            while at > 0 && before(self.items[at], self.items[at - 1]) {
                let item = self.items[at];
                self.items[at] = self.items[at - 1];
                self.items[at - 1] = item;
                at -= 1;
            }
            end += 1;
        }
        self.items
    }
}

const fn before(a: Circulant, b: Circulant) -> bool {
    place(a) < place(b)
}

const fn place(c: Circulant) -> u32 {
    (c.row as u32) << 24 | (c.column as u32) << 16 | c.shift as u32
}

/// Rate 1/2 with `left` block columns of the higher rates in front.
const fn ar4ja<const N: usize>(log_m: usize, left: usize) -> [Circulant; N] {
    let mut list = List::new();
    //= 131.0-B ldpc-ar4ja
    list.add_identity(0, left + 2);
    list.add_identity(0, left + 4);
    list.add_permutations(log_m, 0, left + 4, 1, 1);
    list.add_identity(1, left);
    list.add_identity(1, left + 1);
    list.add_identity(1, left + 3);
    list.add_permutations(log_m, 1, left + 4, 2, 4);
    list.add_identity(2, left);
    list.add_permutations(log_m, 2, left + 1, 5, 6);
    list.add_permutations(log_m, 2, left + 3, 7, 8);
    list.add_identity(2, left + 4);
    if left >= 2 {
        list.add_permutations(log_m, 1, left - 2, 9, 11);
        list.add_identity(1, left - 1);
        list.add_identity(2, left - 2);
        list.add_permutations(log_m, 2, left - 1, 12, 14);
    }
    if left >= 6 {
        list.add_permutations(log_m, 1, 0, 21, 23);
        list.add_identity(1, 1);
        list.add_permutations(log_m, 1, 2, 15, 17);
        list.add_identity(1, 3);
        list.add_identity(2, 0);
        list.add_permutations(log_m, 2, 1, 24, 26);
        list.add_identity(2, 2);
        list.add_permutations(log_m, 2, 3, 18, 20);
    }
    list.sorted()
}

/// Circulants of an AR4JA code of rate 1/2, 2/3 and 4/5.
const HALF: usize = 60;
const TWO_THIRDS: usize = 92;
const FOUR_FIFTHS: usize = 156;

/// Two block columns more than the rate has, in front of rate 1/2.
const fn ar4ja_code(
    name: &'static str,
    log_m: usize,
    left: usize,
    circulants: &'static [Circulant],
) -> QcCode {
    let m = 1 << log_m;
    QcCode {
        name,
        k: m * (left + 2),
        n: m * (left + 4),
        z: m / 4,
        block_rows: 12,
        block_columns: 4 * (left + 5),
        circulants,
        shortened: 0,
        punctured: m, //= 131.0-B ldpc-ar4ja
        appended: 0,
    }
}

static AR4JA_1024_HALF: QcCode = ar4ja_code("(2048,1024)", 9, 0, &const { ar4ja::<HALF>(9, 0) });
static AR4JA_1024_TWO_THIRDS: QcCode =
    ar4ja_code("(1536,1024)", 8, 2, &const { ar4ja::<TWO_THIRDS>(8, 2) });
static AR4JA_1024_FOUR_FIFTHS: QcCode =
    ar4ja_code("(1280,1024)", 7, 6, &const { ar4ja::<FOUR_FIFTHS>(7, 6) });
static AR4JA_4096_HALF: QcCode = ar4ja_code("(8192,4096)", 11, 0, &const { ar4ja::<HALF>(11, 0) });
static AR4JA_4096_TWO_THIRDS: QcCode =
    ar4ja_code("(6144,4096)", 10, 2, &const { ar4ja::<TWO_THIRDS>(10, 2) });
static AR4JA_4096_FOUR_FIFTHS: QcCode =
    ar4ja_code("(5120,4096)", 9, 6, &const { ar4ja::<FOUR_FIFTHS>(9, 6) });
static AR4JA_16384_HALF: QcCode =
    ar4ja_code("(32768,16384)", 13, 0, &const { ar4ja::<HALF>(13, 0) });
static AR4JA_16384_TWO_THIRDS: QcCode = ar4ja_code(
    "(24576,16384)",
    12,
    2,
    &const { ar4ja::<TWO_THIRDS>(12, 2) },
);
static AR4JA_16384_FOUR_FIFTHS: QcCode = ar4ja_code(
    "(20480,16384)",
    11,
    6,
    &const { ar4ja::<FOUR_FIFTHS>(11, 6) },
);

//= 131.0-B ldpc-c2
static C2_7_8: QcCode = QcCode {
    name: "(8160,7136)",
    k: 7136,
    n: 8160,
    z: 511,
    block_rows: 2,
    block_columns: 16,
    circulants: &const { c2() },
    shortened: 18,
    punctured: 0,
    appended: 2,
};

const fn c2() -> [Circulant; 64] {
    let mut list = List::new();
    let mut row = 0;
    while row < 2 {
        let mut column = 0;
        while column < 16 {
            let [first, second] = C2[row][column];
            list.add(row, column, first);
            list.add(row, column, second);
            column += 1;
        }
        row += 1;
    }
    list.sorted()
}

static TC_128: QcCode = telecommand("(128,64)", 16, &const { circulants_of(&TC128) });
static TC_512: QcCode = telecommand("(512,256)", 64, &const { circulants_of(&TC512) });

//= 231.0-B ldpc
const fn telecommand(name: &'static str, z: usize, circulants: &'static [Circulant]) -> QcCode {
    QcCode {
        name,
        k: 4 * z,
        n: 8 * z,
        z,
        block_rows: 4,
        block_columns: 8,
        circulants,
        shortened: 0,
        punctured: 0,
        appended: 0,
    }
}

const fn circulants_of(blocks: &[[Block; 8]; 4]) -> [Circulant; 32] {
    let mut list = List::new();
    let mut row = 0;
    while row < 4 {
        let mut column = 0;
        while column < 8 {
            match blocks[row][column] {
                Block::Zero => {}
                Block::Shifted(shift) => list.add(row, column, shift),
                Block::Plus(shift) => {
                    list.add(row, column, 0);
                    list.add(row, column, shift);
                }
            }
            column += 1;
        }
        row += 1;
    }
    list.sorted()
}
