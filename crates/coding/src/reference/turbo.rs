//! Turbo codes decoded in double precision over the whole codeblock: log-MAP, and max-log-MAP with a scale.
//!
//! Book: CCSDS 131.0-B, turbo codes, for the trellis. No windows, no quantisation, no early stop. The input is in natural units,
//! L = ln P(1)/P(0): 4·Es/N0 times the received amplitude, where a sent symbol is ±1.
//!
//! ```
//! use magpie_coding::reference::turbo::{Algorithm, decode};
//! use magpie_coding::turbo::{TurboCode, TurboRate, encode};
//!
//! let code = TurboCode::new(1784, TurboRate::Third)?;
//! let mut symbols = vec![0; code.n()];
//! encode(code, &[0xC5; 223], &mut symbols)?;
//! let received: Vec<f64> = symbols.iter().map(|&bit| if bit == 1 { 2.0 } else { -2.0 }).collect();
//! assert_eq!(decode(code, &received, Algorithm::LogMap, 1), [0xC5; 223]);
//! # Ok::<(), magpie_coding::turbo::TurboError>(())
//! ```

use crate::turbo::{TurboCode, TurboRate};
use std::vec;
use std::vec::Vec;

/// How paths that meet are combined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Algorithm {
    /// Exact: the logarithm of the sum.
    LogMap,
    /// The better one alone; extrinsic values are multiplied by the scale.
    MaxLogMap {
        /// 0.7 to 0.75 is usual.
        scale: f64,
    },
}

impl Algorithm {
    fn join(self, a: f64, b: f64) -> f64 {
        let (more, less) = if a > b { (a, b) } else { (b, a) };
        match self {
            Self::LogMap if less > f64::NEG_INFINITY => more + (less - more).exp().ln_1p(),
            _ => more,
        }
    }

    fn scale(self) -> f64 {
        match self {
            Self::LogMap => 1.0,
            Self::MaxLogMap { scale } => scale,
        }
    }
}

/// Received symbols of one component: L of the information, and of each parity with its connection vector.
struct Component {
    information: Vec<f64>,
    parities: Vec<([u8; 5], Vec<f64>)>,
}

const G1: [u8; 5] = [1, 1, 0, 1, 1];
const G2: [u8; 5] = [1, 0, 1, 0, 1];
const G3: [u8; 5] = [1, 1, 1, 1, 1];

/// Cells of the register, first one in the highest place here; what enters; the next state.
fn step(state: usize, bit: u8) -> ([u8; 5], usize) {
    let [r1, r2, r3, r4] = [3, 2, 1, 0].map(|place| (state >> place & 1) as u8);
    let enters = bit ^ r3 ^ r4;
    (
        [enters, r1, r2, r3, r4],
        usize::from(enters) << 3 | state >> 1,
    )
}

/// The bits that may lead on from a state: any, or in the tail the one that makes a zero enter.
fn branches(state: usize, in_tail: bool) -> impl Iterator<Item = (u8, [u8; 5], usize)> {
    let of_bit = move |bit| {
        let (cells, next) = step(state, bit);
        (bit, cells, next)
    };
    [0, 1]
        .map(of_bit)
        .into_iter()
        .filter(move |(_, cells, _)| !in_tail || cells[0] == 0)
}

impl Component {
    /// ln P of a branch but for a constant.
    fn branch(&self, time: usize, given: f64, bit: u8, cells: [u8; 5]) -> f64 {
        let signed = |bit: u8, l: f64| if bit == 1 { l / 2.0 } else { -l / 2.0 };
        let mut sum = signed(bit, self.information[time] + given);
        for (vector, received) in &self.parities {
            let output = vector
                .iter()
                .zip(cells)
                .fold(0, |sum, (tap, cell)| sum ^ tap & cell);
            sum += signed(output, received[time]);
        }
        sum
    }

    /// What the code alone says of each bit.
    fn extrinsic(&self, given: &[f64], algorithm: Algorithm) -> Vec<f64> {
        let k = given.len();
        let given_at = |time: usize| given.get(time).copied().unwrap_or(0.0);
        let certain: [f64; 16] =
            core::array::from_fn(|state| if state == 0 { 0.0 } else { f64::NEG_INFINITY });
        let mut forward = vec![certain];
        for time in 0..k {
            let mut next = [f64::NEG_INFINITY; 16];
            for (state, metric) in forward[time].into_iter().enumerate() {
                for (bit, cells, to) in branches(state, false) {
                    let path = metric + self.branch(time, given_at(time), bit, cells);
                    next[to] = algorithm.join(next[to], path);
                }
            }
            forward.push(next);
        }
        let mut backward = certain;
        let mut extrinsic = vec![0.0; k];
        for time in (0..k + 4).rev() {
            let mut earlier = [f64::NEG_INFINITY; 16];
            let mut of_bit = [f64::NEG_INFINITY; 2];
            for state in 0..16 {
                for (bit, cells, to) in branches(state, time >= k) {
                    let path = backward[to] + self.branch(time, given_at(time), bit, cells);
                    earlier[state] = algorithm.join(earlier[state], path);
                    if time < k {
                        let whole = forward[time][state] + path;
                        let best = &mut of_bit[usize::from(bit)];
                        *best = algorithm.join(*best, whole);
                    }
                }
            }
            backward = earlier;
            if time < k {
                extrinsic[time] = of_bit[1] - of_bit[0] - self.information[time] - given[time];
            }
        }
        extrinsic
    }
}

/// The two components of a received codeblock.
fn components(code: TurboCode, received: &[f64], order: &[usize]) -> [Component; 2] {
    let q = code.rate().symbols_per_bit();
    let stream =
        |index: usize| -> Vec<f64> { received.chunks_exact(q).map(|group| group[index]).collect() };
    let every_other = |odd: usize| -> Vec<f64> {
        let kept = |(time, value): (usize, f64)| if time % 2 == odd { value } else { 0.0 };
        stream(1).into_iter().enumerate().map(kept).collect()
    };
    let information = stream(0);
    // Encoder b's own tail is not sent.
    let permuted = order
        .iter()
        .map(|&at| information[at])
        .chain([0.0; 4])
        .collect();
    let (a, b) = match code.rate() {
        TurboRate::Half => (vec![(G1, every_other(0))], vec![(G1, every_other(1))]),
        TurboRate::Third => (vec![(G1, stream(1))], vec![(G1, stream(2))]),
        TurboRate::Quarter => (
            vec![(G2, stream(1)), (G3, stream(2))],
            vec![(G1, stream(3))],
        ),
        TurboRate::Sixth => (
            vec![(G1, stream(1)), (G2, stream(2)), (G3, stream(3))],
            vec![(G1, stream(4)), (G3, stream(5))],
        ),
    };
    [
        Component {
            information,
            parities: a,
        },
        Component {
            information: permuted,
            parities: b,
        },
    ]
}

/// The message of k/8 octets after so many iterations.
///
/// # Panics
/// If there are not n symbols.
pub fn decode(code: TurboCode, received: &[f64], algorithm: Algorithm, iterations: u32) -> Vec<u8> {
    assert_eq!(received.len(), code.n(), "symbols of a codeblock");
    let order: Vec<usize> = code.permutation().map(usize::from).collect();
    let [a, b] = components(code, received, &order);
    let mut from_b = vec![0.0; code.k()];
    let mut decided = from_b.clone();
    for _ in 0..iterations {
        let from_a: Vec<f64> = a.extrinsic(&from_b, algorithm);
        let scaled = |value: f64| value * algorithm.scale();
        let given: Vec<f64> = order.iter().map(|&at| scaled(from_a[at])).collect();
        let new = b.extrinsic(&given, algorithm);
        for (index, &at) in order.iter().enumerate() {
            decided[at] = b.information[index] + given[index] + new[index];
            from_b[at] = scaled(new[index]);
        }
    }
    let octet = |bits: &[f64]| {
        bits.iter()
            .fold(0, |octet, &l| octet << 1 | u8::from(l > 0.0))
    };
    decided.chunks_exact(8).map(octet).collect()
}
