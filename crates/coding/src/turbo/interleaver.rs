//! The permutation between the two encoders, made as it goes: two additions an index, no table, no division.
//!
//! Book: CCSDS 131.0-B, turbo codes. With k1 = 8, k2 = k/8 and the primes p, index s = 1…k goes to
//! π(s) = 2(t + c·k1/2 + 1) − m, where m = (s−1) mod 2, i = ⌊(s−1)/(2 k2)⌋, j = ⌊(s−1)/2⌋ − i·k2, t = (19 i + 1) mod (k1/2),
//! q = t mod 8 + 1 and c = (`p_q`·j + 21 m) mod k2. Since i runs over 0…3 only, t is 1, 0, 3, 2 and only four primes are used.
//!
//! ```
//! use magpie_coding::turbo::{TurboCode, TurboRate};
//!
//! // The second encoder starts with the bits 4, 171, 300 of the message, counted from 1.
//! let code = TurboCode::new(1784, TurboRate::Half)?;
//! assert!(code.permutation().take(3).eq([3, 170, 299]));
//! # Ok::<(), magpie_coding::turbo::TurboError>(())
//! ```

/// For each i: t and the prime of index q = t + 1.
const PARTS: [(u16, u16); 4] = [(1, 37), (0, 31), (3, 47), (2, 43)];

/// The bits of a message, counted from 0, in the order of the second encoder.
#[derive(Clone, Debug)]
pub struct Permutation {
    /// k/8.
    k2: u16,
    i: usize,
    j: u16,
    /// p·j mod k2.
    c: u16,
    /// The second of a pair whose first is out already.
    second: Option<u16>,
}

impl Permutation {
    pub(super) const fn new(k: u16) -> Self {
        Self {
            k2: k / 8,
            i: 0,
            j: 0,
            c: 0,
            second: None,
        }
    }

    /// `sum` is below twice k2.
    fn reduced(&self, sum: u16) -> u16 {
        if sum >= self.k2 { sum - self.k2 } else { sum }
    }

    /// The next two.
    //= 131.0-B turbo-permutation
    #[inline]
    pub(super) fn pair(&mut self) -> Option<(u16, u16)> {
        let &(t, prime) = PARTS.get(self.i)?;
        let pair = (
            8 * self.c + 2 * t + 1,
            8 * self.reduced(self.c + 21) + 2 * t,
        );
        self.c = self.reduced(self.c + prime);
        self.j += 1;
        if self.j == self.k2 {
            (self.i, self.j, self.c) = (self.i + 1, 0, 0);
        }
        Some(pair)
    }
}

impl Iterator for Permutation {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(second) = self.second.take() {
            return Some(second);
        }
        let (first, second) = self.pair()?;
        self.second = Some(second);
        Some(first)
    }
}
