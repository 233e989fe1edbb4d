//! Low-density parity-check decoding in floating point: belief propagation and min-sum, as the textbooks have them.
//!
//! Books: the matrices of 131.0-B, 231.0-B and 211.2-B-3; no book rules the decoder. All messages of the graph are kept in `f64`, every row and
//! column is walked through lists of its own. Log-likelihood ratios are positive for 1, as everywhere in this crate.
//!
//! ```
//! use magpie_coding::ldpc::LdpcCode;
//! use magpie_coding::reference::ldpc::{Graph, Rule};
//!
//! let code = LdpcCode::Tc128.qc();
//! let graph = Graph::new(code);
//! let mut received = vec![-2.0; code.n];
//! received[5] = 1.0; // one symbol of the zero codeword gone wrong
//! let decoded = graph.flood(&graph.mother_word(code, &received), Rule::SumProduct, 50);
//! assert!(decoded.converged && decoded.bits.iter().all(|&bit| bit == 0));
//! ```

use crate::ldpc::QcCode;
use std::vec;
use std::vec::Vec;

/// Certainty of a bit that is known, such as one that was left out by shortening.
const KNOWN: f64 = 1000.0;

/// A message of belief propagation is no larger than this, to keep `atanh` finite.
const LARGEST: f64 = 40.0;

/// How a check makes its messages out of those that it gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Belief propagation: the product of hyperbolic tangents.
    SumProduct,
    /// The smallest magnitude times this factor.
    MinSum(f64),
    /// The smallest magnitude less this, not below zero.
    OffsetMinSum(f64),
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The mother codeword, one bit an element.
    pub bits: Vec<u8>,
    /// Whether all checks hold.
    pub converged: bool,
    /// Iterations done.
    pub iterations: usize,
}

/// A parity-check matrix as lists.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Columns of the ones of each row.
    rows: Vec<Vec<usize>>,
    columns: usize,
}

impl Graph {
    /// The rows of a code of circulants.
    pub fn new(code: &QcCode) -> Self {
        let mut rows = vec![Vec::new(); code.rows()];
        for circulant in code.circulants {
            for row in 0..code.z {
                let column = (row + usize::from(circulant.shift)) % code.z;
                rows[usize::from(circulant.row) * code.z + row]
                    .push(usize::from(circulant.column) * code.z + column);
            }
        }
        Self {
            rows,
            columns: code.columns(),
        }
    }

    /// Any matrix, by the columns of the ones of each row.
    ///
    /// # Panics
    /// If a row has a one beyond the last column.
    pub fn from_rows(rows: Vec<Vec<usize>>, columns: usize) -> Self {
        assert!(rows.iter().flatten().all(|&column| column < columns));
        Self { rows, columns }
    }

    /// Ratios of the whole mother codeword from those of the n received symbols: what was shortened is known, what was punctured is not.
    ///
    /// # Panics
    /// If there are not n of them.
    pub fn mother_word(&self, code: &QcCode, received: &[f64]) -> Vec<f64> {
        assert_eq!(received.len(), code.n);
        let mut word = vec![-KNOWN; code.shortened];
        word.extend_from_slice(&received[..code.n - code.appended]);
        word.resize(self.columns, 0.0);
        word
    }

    /// Rows that do not hold.
    pub fn unsatisfied(&self, bits: &[u8]) -> usize {
        let parity = |row: &Vec<usize>| row.iter().fold(0, |sum, &column| sum ^ bits[column]);
        self.rows.iter().filter(|row| parity(row) == 1).count()
    }

    /// Flooding: all rows from the same messages of the columns, then all columns.
    pub fn flood(&self, word: &[f64], rule: Rule, iterations: usize) -> Decoded {
        let mut posterior = word.to_vec();
        let mut messages: Vec<Vec<f64>> =
            self.rows.iter().map(|row| vec![0.0; row.len()]).collect();
        for iteration in 0..iterations {
            if let Some(decoded) = self.decided(&posterior, iteration) {
                return decoded;
            }
            let mut next = word.to_vec();
            for (row, messages) in self.rows.iter().zip(&mut messages) {
                update(row, &posterior, messages, rule);
                for (&column, message) in row.iter().zip(messages.iter()) {
                    next[column] += message;
                }
            }
            posterior = next;
        }
        self.last(&posterior, iterations)
    }

    /// Layered: one row after the other in the given order, each with what the rows before it found.
    pub fn layered(&self, word: &[f64], rule: Rule, iterations: usize, order: &[usize]) -> Decoded {
        let mut posterior = word.to_vec();
        let mut messages: Vec<Vec<f64>> =
            self.rows.iter().map(|row| vec![0.0; row.len()]).collect();
        for iteration in 0..iterations {
            if let Some(decoded) = self.decided(&posterior, iteration) {
                return decoded;
            }
            for &row in order {
                let (columns, messages) = (&self.rows[row], &mut messages[row]);
                let before = messages.clone();
                update(columns, &posterior, messages, rule);
                for ((&column, message), before) in columns.iter().zip(messages.iter()).zip(before)
                {
                    posterior[column] += message - before;
                }
            }
        }
        self.last(&posterior, iterations)
    }

    fn decided(&self, posterior: &[f64], iterations: usize) -> Option<Decoded> {
        let decoded = self.last(posterior, iterations);
        decoded.converged.then_some(decoded)
    }

    fn last(&self, posterior: &[f64], iterations: usize) -> Decoded {
        let bits: Vec<u8> = posterior
            .iter()
            .map(|&ratio| u8::from(ratio > 0.0))
            .collect();
        let converged = self.unsatisfied(&bits) == 0;
        Decoded {
            bits,
            converged,
            iterations,
        }
    }
}

/// The messages of one row anew. A check holds if its bits have even weight, so with ratios that are positive for 1 the messages are the
/// negated ones of the other convention.
fn update(row: &[usize], posterior: &[f64], messages: &mut [f64], rule: Rule) {
    let given: Vec<f64> = row
        .iter()
        .zip(messages.iter())
        .map(|(&column, message)| message - posterior[column])
        .collect();
    let tangents: Vec<f64> = given.iter().map(|x| (x / 2.0).tanh()).collect();
    for (edge, message) in messages.iter_mut().enumerate() {
        let but_this = |all: &[f64]| [&all[..edge], &all[edge + 1..]].concat();
        let others = || but_this(&given).into_iter();
        let sign = others().fold(1.0, |sign: f64, x| sign * if x < 0.0 { -1.0 } else { 1.0 });
        let smallest = others().fold(f64::INFINITY, |least, x| least.min(x.abs()));
        *message = -match rule {
            Rule::SumProduct => {
                let product: f64 = but_this(&tangents).into_iter().product();
                (2.0 * product.atanh()).clamp(-LARGEST, LARGEST)
            }
            Rule::MinSum(factor) => sign * smallest * factor,
            Rule::OffsetMinSum(offset) => sign * (smallest - offset).max(0.0),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Graph, Rule};
    use std::vec;

    /// The (7,4) Hamming code: three rows, worked by hand.
    fn hamming() -> Graph {
        Graph::from_rows(
            vec![vec![0, 1, 2, 4], vec![0, 1, 3, 5], vec![0, 2, 3, 6]],
            7,
        )
    }

    #[test]
    fn one_wrong_bit_of_a_hamming_codeword() {
        // 1 0 1 1 with parities 1^0^1 = 0, 1^0^1 = 0, 1^1^1 = 1; the first bit is received wrong and weak.
        let word = [-0.5, -2.0, 2.0, 2.0, -2.0, -2.0, 2.0];
        let order = [0, 1, 2];
        for rule in [Rule::SumProduct, Rule::MinSum(0.8), Rule::OffsetMinSum(0.3)] {
            for decoded in [
                hamming().flood(&word, rule, 20),
                hamming().layered(&word, rule, 20, &order),
            ] {
                assert!(decoded.converged);
                assert_eq!(decoded.bits, [1, 0, 1, 1, 0, 0, 1]);
                assert!(decoded.iterations >= 1);
            }
        }
    }

    #[test]
    fn one_check_of_two_bits_gives_the_formula() {
        // Two bits that must be equal: the posterior of each is the sum of both ratios.
        let graph = Graph::from_rows(vec![vec![0, 1]], 2);
        let decoded = graph.flood(&[3.0, -1.0], Rule::SumProduct, 5);
        assert_eq!((decoded.bits, decoded.iterations), (vec![1, 1], 1));
        let decoded = graph.flood(&[-3.0, 1.0], Rule::MinSum(1.0), 5);
        assert_eq!((decoded.bits, decoded.iterations), (vec![0, 0], 1));
    }
}
