//! Turbo codes decoded in double precision over the whole codeblock: log-MAP, and max-log-MAP with a scale.
//!
//! Book: CCSDS 131.0-B, turbo codes, for the trellis. No windows, no quantisation, no early stop. The input is in natural units,
//! L = ln P(1)/P(0): 4·Es/N0 times the received amplitude, where a sent symbol is ±1. Log-MAP is computed with probabilities (Bahl,
//! Cocke, Jelinek and Raviv, 1974): the same values as with their logarithms, but no exponential is taken where paths meet.
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
    fn extrinsic(self, component: &Component, given: &[f64]) -> Vec<f64> {
        match self {
            Self::LogMap => component.extrinsic::<Probability>(given),
            Self::MaxLogMap { .. } => component.extrinsic::<Logarithm>(given),
        }
    }

    fn scale(self) -> f64 {
        match self {
            Self::LogMap => 1.0,
            Self::MaxLogMap { scale } => scale,
        }
    }
}

/// How likely a path is, but for a factor common to all.
trait Weight: Copy {
    const NEVER: Self;
    const CERTAIN: Self;
    /// Of a symbol with this L, if it is a 0 and if it is a 1.
    fn of(l: f64) -> [Self; 2];
    /// Of both in a row.
    fn then(self, other: Self) -> Self;
    /// Of one or the other.
    fn or(self, other: Self) -> Self;
    /// The factor that makes the likeliest a certainty.
    fn relative(all: [Self; 16]) -> [Self; 16];
    /// ln(self/other).
    fn against(self, other: Self) -> f64;
}

#[derive(Clone, Copy)]
struct Probability(f64);

impl Weight for Probability {
    const NEVER: Self = Self(0.0);
    const CERTAIN: Self = Self(1.0);

    fn of(l: f64) -> [Self; 2] {
        // Beyond 10^±100 nothing changes but that numbers would run out.
        let one = (l / 2.0).clamp(-230.0, 230.0).exp();
        [Self(one.recip()), Self(one)]
    }

    fn then(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    fn relative(all: [Self; 16]) -> [Self; 16] {
        let best = all.iter().fold(0.0, |best: f64, weight| best.max(weight.0));
        all.map(|weight| Self(weight.0 / best))
    }

    fn against(self, other: Self) -> f64 {
        (self.0 / other.0).ln().clamp(-460.0, 460.0)
    }
}

#[derive(Clone, Copy)]
struct Logarithm(f64);

impl Weight for Logarithm {
    const NEVER: Self = Self(f64::NEG_INFINITY);
    const CERTAIN: Self = Self(0.0);

    fn of(l: f64) -> [Self; 2] {
        [Self(-l / 2.0), Self(l / 2.0)]
    }

    fn then(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    fn or(self, other: Self) -> Self {
        if self.0 > other.0 { self } else { other }
    }

    fn relative(all: [Self; 16]) -> [Self; 16] {
        all
    }

    fn against(self, other: Self) -> f64 {
        self.0 - other.0
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

/// From one state to another.
struct Branch {
    from: usize,
    to: usize,
    bit: usize,
    /// What the parities are, each a binary digit, the first the lowest.
    outputs: usize,
    /// In the tail only a zero enters.
    in_tail: bool,
}

impl Component {
    /// All 32 branches.
    fn branches(&self) -> Vec<Branch> {
        let of = |from: usize, bit: usize| {
            // Cells of the register, the first one in the highest place of the state; what enters.
            let [r1, r2, r3, r4] = [3, 2, 1, 0].map(|place| (from >> place & 1) as u8);
            let enters = bit as u8 ^ r3 ^ r4;
            let cells = [enters, r1, r2, r3, r4];
            let output = |vector: &[u8; 5]| {
                let taps = vector.iter().zip(cells);
                usize::from(taps.fold(0, |sum, (tap, cell)| sum ^ tap & cell))
            };
            let outputs = self.parities.iter().enumerate();
            Branch {
                from,
                to: usize::from(enters) << 3 | from >> 1,
                bit,
                outputs: outputs.fold(0, |all, (place, (vector, _))| all | output(vector) << place),
                in_tail: enters == 0,
            }
        };
        (0..32).map(|index| of(index >> 1, index & 1)).collect()
    }

    /// Weights of the parities at a time, by what they are.
    fn outputs<W: Weight>(&self, time: usize) -> [W; 8] {
        let mut all = [W::CERTAIN; 8];
        for (place, (_, received)) in self.parities.iter().enumerate() {
            let of = W::of(received[time]);
            for (outputs, weight) in all.iter_mut().enumerate() {
                *weight = weight.then(of[outputs >> place & 1]);
            }
        }
        all
    }

    /// What the code alone says of each bit.
    fn extrinsic<W: Weight>(&self, given: &[f64]) -> Vec<f64> {
        let k = given.len();
        let branches = self.branches();
        let given_at = |time: usize| given.get(time).copied().unwrap_or(0.0);
        let input = |time: usize| W::of(self.information[time] + given_at(time));
        let certain: [W; 16] =
            core::array::from_fn(|state| if state == 0 { W::CERTAIN } else { W::NEVER });
        let mut forward = vec![certain];
        for time in 0..k {
            let (input, outputs) = (input(time), self.outputs::<W>(time));
            let mut next = [W::NEVER; 16];
            for branch in &branches {
                let weight = input[branch.bit].then(outputs[branch.outputs]);
                next[branch.to] = next[branch.to].or(forward[time][branch.from].then(weight));
            }
            forward.push(W::relative(next));
        }
        let mut backward = certain;
        let mut extrinsic = vec![0.0; k];
        for time in (0..k + 4).rev() {
            let (input, outputs) = (input(time), self.outputs::<W>(time));
            let mut earlier = [W::NEVER; 16];
            let mut of_bit = [W::NEVER; 2];
            for branch in branches.iter().filter(|branch| time < k || branch.in_tail) {
                let path = backward[branch.to].then(outputs[branch.outputs]);
                earlier[branch.from] = earlier[branch.from].or(path.then(input[branch.bit]));
                if time < k {
                    let whole = forward[time][branch.from].then(path);
                    of_bit[branch.bit] = of_bit[branch.bit].or(whole);
                }
            }
            backward = W::relative(earlier);
            if time < k {
                extrinsic[time] = of_bit[1].against(of_bit[0]);
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

/// The message of k/8 octets after so many iterations, one at least.
///
/// # Panics
/// If there are not n symbols.
pub fn decode(code: TurboCode, received: &[f64], algorithm: Algorithm, iterations: u32) -> Vec<u8> {
    let mut message = vec![0; code.message_len()];
    decode_each(code, received, algorithm, &mut |iteration, decided| {
        message.copy_from_slice(decided);
        iteration < iterations
    });
    message
}

/// Shows the message after each iteration, counted from 1, until the caller says false.
///
/// # Panics
/// If there are not n symbols.
pub fn decode_each(
    code: TurboCode,
    received: &[f64],
    algorithm: Algorithm,
    more: &mut dyn FnMut(u32, &[u8]) -> bool,
) {
    assert_eq!(received.len(), code.n(), "symbols of a codeblock");
    let order: Vec<usize> = code.permutation().map(usize::from).collect();
    let [a, b] = components(code, received, &order);
    let mut from_b = vec![0.0; code.k()];
    let mut decided = from_b.clone();
    for iteration in 1.. {
        let from_a: Vec<f64> = algorithm.extrinsic(&a, &from_b);
        let scaled = |value: f64| value * algorithm.scale();
        let given: Vec<f64> = order.iter().map(|&at| scaled(from_a[at])).collect();
        let new = algorithm.extrinsic(&b, &given);
        for (index, &at) in order.iter().enumerate() {
            decided[at] = b.information[index] + given[index] + new[index];
            from_b[at] = scaled(new[index]);
        }
        let octet = |bits: &[f64]| {
            bits.iter()
                .fold(0, |octet, &l| octet << 1 | u8::from(l > 0.0))
        };
        let message: Vec<u8> = decided.chunks_exact(8).map(octet).collect();
        if !more(iteration, &message) {
            return;
        }
    }
}
