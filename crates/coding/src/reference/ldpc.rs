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
    /// Belief propagation with the three smallest magnitudes of the row alone, as the decoder that ships has it, but for its rounding.
    LeastThree,
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
        let mut given = Vec::new();
        for iteration in 0..iterations {
            if let Some(decoded) = self.decided(&posterior, iteration) {
                return decoded;
            }
            let mut next = word.to_vec();
            for (row, messages) in self.rows.iter().zip(&mut messages) {
                update(row, &posterior, messages, rule, &mut given);
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
        let (mut given, mut before) = (Vec::new(), Vec::new());
        for iteration in 0..iterations {
            if let Some(decoded) = self.decided(&posterior, iteration) {
                return decoded;
            }
            for &row in order {
                let (columns, messages) = (&self.rows[row], &mut messages[row]);
                before.clone_from(messages);
                update(columns, &posterior, messages, rule, &mut given);
                for ((&column, message), before) in columns.iter().zip(messages.iter()).zip(&before)
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
/// negated ones of the other convention. `given` is room for a row.
fn update(
    row: &[usize],
    posterior: &[f64],
    messages: &mut [f64],
    rule: Rule,
    given: &mut Vec<f64>,
) {
    let pairs = row.iter().zip(messages.iter());
    given.clear();
    given.extend(pairs.map(|(&column, message)| message - posterior[column]));
    match rule {
        Rule::SumProduct => sum_product(given, messages),
        Rule::MinSum(factor) => min_sum(given, messages, |smallest| smallest * factor),
        Rule::OffsetMinSum(offset) => {
            min_sum(given, messages, |smallest| (smallest - offset).max(0.0));
        }
        Rule::LeastThree => least_three(given, messages),
    }
}

/// For each, the product of the tangents of the others: of those before it times of those behind it.
fn sum_product(given: &mut [f64], messages: &mut [f64]) {
    let mut before = 1.0;
    for (message, x) in messages.iter_mut().zip(given.iter_mut()) {
        *x = (*x / 2.0).tanh();
        *message = before;
        before *= *x;
    }
    let mut behind = 1.0;
    for (message, x) in messages.iter_mut().zip(given.iter()).rev() {
        *message = -(2.0 * (*message * behind).atanh()).clamp(-LARGEST, LARGEST);
        behind *= x;
    }
}

/// For each, the smallest magnitude of the others, corrected, and the product of their signs.
fn min_sum(given: &[f64], messages: &mut [f64], correct: impl Fn(f64) -> f64) {
    let (mut least, mut second, mut place) = (f64::INFINITY, f64::INFINITY, 0);
    for (at, x) in given.iter().enumerate() {
        if x.abs() < least {
            (least, second, place) = (x.abs(), least, at);
        } else {
            second = second.min(x.abs());
        }
    }
    let odd = given.iter().filter(|x| **x < 0.0).count() % 2 == 1;
    for (at, (message, x)) in messages.iter_mut().zip(given).enumerate() {
        let magnitude = correct(if at == place { second } else { least });
        let negative = odd != (*x < 0.0);
        *message = if negative { magnitude } else { -magnitude };
    }
}

/// The message to what has the smallest magnitude is out of the second and third, that to all others out of all three.
fn least_three(given: &[f64], messages: &mut [f64]) {
    let mut least = [f64::INFINITY; 3];
    for x in given {
        let [first, second, third] = least;
        let (low, high) = (first.min(x.abs()), first.max(x.abs()));
        least = [low, second.min(high), third.min(second.max(high))];
    }
    let tangents = least.map(|x| (x / 2.0).tanh());
    let joined = |tangents: &[f64]| {
        let product: f64 = tangents.iter().product();
        (2.0 * product.atanh()).min(LARGEST)
    };
    let (to_least, to_others) = (joined(&tangents[1..]), joined(&tangents));
    let odd = given.iter().filter(|x| **x < 0.0).count() % 2 == 1;
    for (message, x) in messages.iter_mut().zip(given) {
        let is_least = x.abs() <= least[0];
        let magnitude = if is_least { to_least } else { to_others };
        let negative = odd != (*x < 0.0);
        *message = if negative { magnitude } else { -magnitude };
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
        let rules = [
            Rule::SumProduct,
            Rule::LeastThree,
            Rule::MinSum(0.8),
            Rule::OffsetMinSum(0.3),
        ];
        for rule in rules {
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

    #[test]
    fn messages_of_three_ones_are_those_of_the_formula() {
        let given = [-1.5_f64, 0.25, 3.0];
        let pair = |a: f64, b: f64| 2.0 * ((a / 2.0).tanh() * (b / 2.0).tanh()).atanh();
        // The signs by hand.
        let wanted = [pair(0.25, 3.0), -pair(1.5, 3.0), -pair(1.5, 0.25)];
        let messages = |rule| {
            let mut messages = [0.0; 3];
            // Positive for 1 outside, so what is given and what comes out are negated.
            let posterior = given.map(|x| -x);
            super::update(&[0, 1, 2], &posterior, &mut messages, rule, &mut vec![]);
            messages.map(|x| -x)
        };
        let exact = messages(Rule::SumProduct);
        assert!((exact.iter().zip(wanted)).all(|(a, b)| (a - b).abs() < 1e-9));
        // The least magnitude gets what it should, the others a little less.
        let three = messages(Rule::LeastThree);
        assert!((three[1] - wanted[1]).abs() < 1e-9);
        for other in [0, 2] {
            let share = three[other] / wanted[other];
            assert!((0.6..1.0).contains(&share), "{three:?}");
        }
    }
}
