//! Decoding by flipping bits, for the smallest machines.
//!
//! Books: the matrices of 131.0-B, 231.0-B and 211.2-B-3; how to decode is left to the receiver. There are no messages, only a bit for each column
//! and each row of the matrix; the soft symbols stay where they are. In each iteration every bit is judged by its own symbol, its checks and a
//! little chance, always the same, that breaks circles; what stands badly is flipped (gradient descent with noise). What that costs:
//!
//! | Code | Eb/N0 for one wrong block in a hundred | [`LdpcDecoder`](super::LdpcDecoder) | octets |
//! |---|---|---|---|
//! | (2048,1024) | 4.2 dB | 1.4 dB | 512 |
//! | (1536,1024) | 4.2 dB | 2.3 dB | 320 |
//! | (1280,1024) | 5.0 dB | 3.2 dB | 208 |
//! | (8160,7136) | 4.8 dB | 3.7 dB | 1150 |
//! | (512,256) | 3.4 dB | 2.6 dB | 96 |
//! | (128,64) | 4.4 dB | 3.5 dB | 24 |
//!
//! Measured with `examples/ldpc_fer.rs`, soft symbols. Hard decisions (every symbol of the same magnitude) work also and cost more.
//!
//! ```
//! use magpie_coding::ldpc::{BitFlipDecoder, LdpcCode};
//!
//! const CODE: LdpcCode = LdpcCode::Tc512;
//! let mut received = [-1; 512]; // the codeword of zeros, hard decisions
//! (received[30], received[486]) = (1, 1);
//! let mut decoder = BitFlipDecoder::new(CODE, [0; BitFlipDecoder::memory_len(CODE)])?;
//! let mut message = [0xFF; CODE.message_len()];
//! let outcome = decoder.decode(&received, &mut message)?;
//! assert!(outcome.converged && message == [0; 32] && outcome.corrected == 2);
//! # Ok::<(), magpie_coding::ldpc::LdpcError>(())
//! ```

use super::decode::{BlockRows, level};
use super::{LdpcCode, LdpcError, LdpcOutcome, QcCode};

/// Iterations unless told.
const ITERATIONS: u16 = 300;

/// The mean magnitude of a block in the units of the judgement, and the most that a symbol counts.
const MEAN: i32 = 16;
const MOST: i32 = 22;

/// What a code's bits are judged by, chosen by measurement.
#[derive(Clone, Copy)]
struct Weights {
    /// Of a check.
    check: i32,
    /// A bit that stands below is flipped.
    threshold: i32,
    /// Of chance.
    chance: i32,
}

impl Weights {
    const fn of(code: LdpcCode) -> Self {
        let (check, threshold, chance) = match code {
            LdpcCode::Ar4ja1024Half | LdpcCode::Ar4ja4096Half | LdpcCode::Ar4ja16384Half => {
                (12, -2, 12)
            }
            LdpcCode::Ar4ja1024TwoThirds
            | LdpcCode::Ar4ja4096TwoThirds
            | LdpcCode::Ar4ja16384TwoThirds => (8, -4, 12),
            LdpcCode::Tc128 | LdpcCode::Tc512 => (8, -4, 18),
            _ => (4, -3, 12),
        };
        Self {
            check,
            threshold,
            chance,
        }
    }
}

/// The most circulants in a block column (AR4JA 1/2, punctured columns).
const MAX_WEIGHT: usize = 8;

/// A decoder of one code on memory of `M`: an array, a borrowed slice, a vector.
#[derive(Clone, Debug)]
pub struct BitFlipDecoder<M> {
    code: LdpcCode,
    memory: M,
    max_iterations: u16,
}

impl BitFlipDecoder<[u8; 0]> {
    /// Octets of memory: a bit for each column and for each row of the matrix.
    pub const fn memory_len(code: LdpcCode) -> usize {
        let code = code.qc();
        code.columns().div_ceil(8) + code.rows().div_ceil(8)
    }
}

impl<M: AsMut<[u8]>> BitFlipDecoder<M> {
    /// A decoder on this memory.
    ///
    /// # Errors
    /// [`LdpcError::Memory`].
    pub fn new(code: LdpcCode, mut memory: M) -> Result<Self, LdpcError> {
        let (need, have) = (BitFlipDecoder::memory_len(code), memory.as_mut().len());
        if have < need {
            return Err(LdpcError::Memory { need, have });
        }
        Ok(Self {
            code,
            memory,
            max_iterations: ITERATIONS,
        })
    }

    /// With so many iterations at the most.
    #[must_use]
    pub const fn with_max_iterations(mut self, iterations: u16) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Decodes n soft symbols (positive = 1, 0 = erased) to k / 8 octets.
    ///
    /// # Errors
    /// A slice has the wrong length; nothing was decoded then.
    pub fn decode(&mut self, soft: &[i8], message: &mut [u8]) -> Result<LdpcOutcome, LdpcError> {
        let code = self.code.qc();
        let (need, have) = (code.n, soft.len());
        if need != have {
            return Err(LdpcError::CodewordLen { need, have });
        }
        let (need, have) = (self.code.message_len(), message.len());
        if need != have {
            return Err(LdpcError::MessageLen { need, have });
        }
        let memory = self.memory.as_mut();
        let (need, have) = (BitFlipDecoder::memory_len(self.code), memory.len());
        let error = LdpcError::Memory { need, have };
        let (word, rest) = memory
            .split_at_mut_checked(code.columns().div_ceil(8))
            .ok_or(error)?;
        let syndrome = rest.get_mut(..code.rows().div_ceil(8)).ok_or(error)?;
        let (mean, weights) = (mean_of(soft), Weights::of(self.code));
        let hard = soft
            .iter()
            .all(|symbol| i32::from(symbol.unsigned_abs()) == mean);
        let mut flipper = Flipper {
            code,
            soft,
            mean,
            // Symbols without confidence count as two checks at the most.
            most: if hard {
                MOST.min(2 * weights.check)
            } else {
                MOST
            },
            weights,
            word,
            syndrome,
            chance: 1,
        };
        let outcome = flipper.run(self.max_iterations);
        flipper.put_out(message);
        Ok(outcome)
    }
}

/// One decoding.
struct Flipper<'a> {
    code: &'static QcCode,
    soft: &'a [i8],
    mean: i32,
    most: i32,
    weights: Weights,
    /// The mother codeword as it is believed.
    word: &'a mut [u8],
    /// One for each check that does not hold.
    syndrome: &'a mut [u8],
    chance: u32,
}

fn bit(octets: &[u8], place: usize) -> u8 {
    octets
        .get(place / 8)
        .map_or(0, |octet| octet >> (7 - place % 8) & 1)
}

fn flip(octets: &mut [u8], place: usize) {
    if let Some(octet) = octets.get_mut(place / 8) {
        *octet ^= 0x80 >> (place % 8);
    }
}

impl Flipper<'_> {
    fn run(&mut self, max_iterations: u16) -> LdpcOutcome {
        self.start();
        let mut iterations = 0;
        let mut unsatisfied = self.check();
        while unsatisfied > 0 && iterations < max_iterations {
            self.flip_those();
            iterations += 1;
            unsatisfied = self.check();
        }
        LdpcOutcome {
            converged: unsatisfied == 0,
            iterations,
            unsatisfied,
            corrected: self.corrected(),
        }
    }

    /// The word received; what was not sent follows from the checks that have but one bit of it.
    fn start(&mut self) {
        self.word.fill(0);
        for column in 0..self.code.columns() {
            if self.symbol(column) > 0 {
                flip(self.word, column);
            }
        }
        let sent = self.code.columns() - self.code.punctured;
        let unsent = |column: u8| usize::from(column) * self.code.z >= sent;
        for circulants in BlockRows::of(self.code) {
            let mut missing = circulants
                .iter()
                .filter(|circulant| unsent(circulant.column));
            let (Some(one), None) = (missing.next(), missing.next()) else {
                continue;
            };
            for row in 0..self.code.z {
                let odd = circulants.iter().fold(0, |sum, circulant| {
                    sum ^ bit(
                        self.word,
                        self.column(circulant.column, circulant.shift, row),
                    )
                });
                if odd == 1 {
                    let column = self.column(one.column, one.shift, row);
                    flip(self.word, column);
                }
            }
        }
    }

    /// What was received of a column: a shortened bit is known to be 0, a punctured one is unknown.
    fn symbol(&self, column: usize) -> i8 {
        let sent = column < self.code.columns() - self.code.punctured;
        match column.checked_sub(self.code.shortened) {
            None => -127,
            Some(place) if sent => self.soft.get(place).copied().unwrap_or(0),
            Some(_) => 0,
        }
    }

    fn column(&self, block: u8, shift: u16, row: usize) -> usize {
        let within = row + usize::from(shift);
        let wrap = if within < self.code.z { 0 } else { self.code.z };
        usize::from(block) * self.code.z + within - wrap
    }

    /// Computes the syndrome and returns its weight.
    fn check(&mut self) -> u32 {
        self.syndrome.fill(0);
        for circulant in self.code.circulants {
            for row in 0..self.code.z {
                let column = self.column(circulant.column, circulant.shift, row);
                if bit(self.word, column) == 1 {
                    flip(
                        self.syndrome,
                        usize::from(circulant.row) * self.code.z + row,
                    );
                }
            }
        }
        self.syndrome.iter().map(|octet| octet.count_ones()).sum()
    }

    /// How well a column stands: its symbol, positive if it agrees, and its checks, positive if they hold.
    fn standing(&self, checks: &Checks, block: usize, within: usize) -> i32 {
        let column = block * self.code.z + within;
        let symbol = i32::from(self.symbol(column)) * MEAN;
        let one = bit(self.word, column) == 1;
        let agreement = if one { symbol } else { -symbol };
        let own = agreement
            .checked_div(self.mean)
            .unwrap_or(0)
            .min(self.most)
            .max(-self.most);
        checks.rows(self.code.z, within).fold(own, |sum, row| {
            let odd = bit(self.syndrome, row) == 1;
            sum + if odd {
                -self.weights.check
            } else {
                self.weights.check
            }
        })
    }

    fn flip_those(&mut self) {
        let Weights {
            threshold, chance, ..
        } = self.weights;
        for block in 0..self.code.block_columns {
            let checks = Checks::of(self.code, block);
            for within in 0..self.code.z {
                let standing = self.standing(&checks, block, within);
                if standing + self.chance() * chance / 256 < threshold {
                    flip(self.word, block * self.code.z + within);
                }
            }
        }
    }

    /// The sum of three octets without its mean, from the shift-register generator "xorshift32": −382 to 383.
    fn chance(&mut self) -> i32 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 17;
        self.chance ^= self.chance << 5;
        let [a, b, c, _] = self.chance.to_le_bytes();
        i32::from(a) + i32::from(b) + i32::from(c) - 382
    }

    fn corrected(&self) -> u32 {
        let differ = |&column: &usize| {
            let symbol = self.symbol(column);
            symbol != 0 && u8::from(symbol > 0) != bit(self.word, column)
        };
        (self.code.shortened..self.code.columns())
            .filter(differ)
            .count() as u32
    }

    fn put_out(&self, message: &mut [u8]) {
        for (place, octet) in message.iter_mut().enumerate() {
            let first = self.code.shortened + 8 * place;
            *octet = (first..first + 8).fold(0, |sum, column| sum << 1 | bit(self.word, column));
        }
    }
}

/// The circulants of a block column: for each, the first row of its block row, and its shift.
struct Checks {
    circulants: [(usize, usize); MAX_WEIGHT],
    count: usize,
}

impl Checks {
    fn of(code: &QcCode, block: usize) -> Self {
        let mut checks = Self {
            circulants: [(0, 0); MAX_WEIGHT],
            count: 0,
        };
        let column = code
            .circulants
            .iter()
            .filter(|circulant| usize::from(circulant.column) == block);
        for (place, circulant) in checks.circulants.iter_mut().zip(column) {
            *place = (
                usize::from(circulant.row) * code.z,
                usize::from(circulant.shift),
            );
            checks.count += 1;
        }
        checks
    }

    /// The rows of a column of the block.
    fn rows(&self, z: usize, within: usize) -> impl Iterator<Item = usize> {
        let circulants = self.circulants.iter().take(self.count);
        circulants.map(move |&(first, shift)| {
            let wrap = if within < shift { z } else { 0 };
            first + within + wrap - shift
        })
    }
}

/// Of what is not erased, at least 1.
fn mean_of(soft: &[i8]) -> i32 {
    let (sum, count) = level(soft);
    sum.checked_div(count).unwrap_or(1).max(1) as i32
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::BitFlipDecoder;
    use crate::ldpc::{LdpcCode, LdpcError, encode};
    use crate::soft::symbols;
    use std::vec;
    use std::vec::Vec;

    fn message(code: LdpcCode) -> Vec<u8> {
        (0..code.message_len())
            .map(|i| (i * 37 + 11) as u8)
            .collect()
    }

    fn codeword(code: LdpcCode) -> Vec<i8> {
        let mut octets = vec![0; code.codeword_len()];
        encode(code, &message(code), &mut octets).expect("right lengths");
        symbols(&octets).collect()
    }

    #[test]
    fn clean_and_slightly_wrong_codewords_of_every_code() {
        for code in LdpcCode::ALL {
            let mut memory = vec![0xAA; BitFlipDecoder::memory_len(code)];
            for wrong in [0, 1, code.qc().n / 256] {
                let mut soft = codeword(code);
                for place in 0..wrong {
                    let place = place * 193 + 5;
                    soft[place] = -(soft[place] >> 2);
                }
                let mut decoder = BitFlipDecoder::new(code, &mut memory[..]).expect("enough");
                let mut out = vec![0; code.message_len()];
                let outcome = decoder.decode(&soft, &mut out).expect("right lengths");
                assert!(
                    outcome.converged && out == message(code),
                    "{code:?} {outcome:?}"
                );
                assert_eq!(outcome.corrected as usize, wrong);
                assert!(wrong > 0 || outcome.iterations == 0, "{code:?}");
            }
        }
    }

    #[test]
    fn noise_ends_after_the_iterations_told_and_is_not_taken_for_a_codeword() {
        for (code, value) in LdpcCode::ALL
            .into_iter()
            .zip([127, 1, 5].into_iter().cycle())
        {
            let memory = vec![0; BitFlipDecoder::memory_len(code)];
            let decoder = BitFlipDecoder::new(code, memory).expect("enough");
            let sign = |i: usize| if i * i % 7 < 3 { value } else { -value - 1 };
            let soft: Vec<i8> = (0..code.qc().n).map(sign).collect();
            let outcome = decoder
                .with_max_iterations(3)
                .decode(&soft, &mut vec![0; code.message_len()])
                .expect("right lengths");
            assert!(
                !outcome.converged && outcome.unsatisfied > 0 && outcome.iterations == 3,
                "{code:?} {value} {outcome:?}"
            );
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let code = LdpcCode::Tc128;
        assert_eq!(BitFlipDecoder::memory_len(code), 24);
        let error = BitFlipDecoder::new(code, [0; 23]).err();
        assert_eq!(error, Some(LdpcError::Memory { need: 24, have: 23 }));
        let mut decoder = BitFlipDecoder::new(code, [0; 24]).expect("enough");
        let error = decoder.decode(&[0; 127], &mut [0; 8]);
        assert_eq!(
            error,
            Err(LdpcError::CodewordLen {
                need: 128,
                have: 127
            })
        );
        let error = decoder.decode(&[0; 128], &mut [0; 9]);
        assert_eq!(error, Err(LdpcError::MessageLen { need: 8, have: 9 }));
    }
}
