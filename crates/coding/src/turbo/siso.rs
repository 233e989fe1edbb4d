//! Half an iteration: the soft-in soft-out decoder of one component code, sixteen windows side by side.
//!
//! Book: none; the algorithm is log-MAP (Bahl, Cocke, Jelinek and Raviv, 1974; in logarithms Robertson, 1995) over the trellis of 131.0-B with a
//! corrected maximum in the recursions. The definition that all engines share:
//!
//! - The k bits are put behind `16·rows − k` zeros that both ends know (both encoders stay in state zero, all symbols −127) and cut into
//!   sixteen windows of `rows` steps, one a lane; the windows into blocks of [`BLOCK`] steps. Forward metrics run through a window,
//!   backward metrics through a block. Where a window or block borders on another, they start sixteen steps beyond the border, from what was
//!   found there last (zeros in the first iteration), at the ends of the codeblock from state zero and the tail. The blocks of a number
//!   are done in all windows before the next, so a window's last block sees the first one of the next window as it is now.
//! - A branch of state s and bit u has the metric ±g, g = L(u) ± L(p1) ± …: all are twice the usual ones, so in sixteenths, as
//!   [`level`](super::level) gives L in eighths.
//! - Where two paths of metrics a and b meet, ln(eᵃ + eᵇ) is taken as max(a, b, ⌈(a + b)/2⌉ + ln 2), ln 2 being 11 sixteenths. (The right value's
//!   tangent where both are equal: too low by 0.22 natural units at most. The branches of a butterfly are opposite, so the mean of a and b
//!   is that of the two metrics behind them, and four paths need it once.)
//! - The new extrinsic value is (max of u = 1) − (max of u = 0) − 2 L(u), times scale/2 rounded, at most ±[`EXTRINSIC_MAX`]. Here the maximum
//!   over sixteen paths is a plain one: corrected ones gain 0.03 dB (k = 1784) for a good deal more work.
//! - Every fourth step the metric of state zero is taken from all sixteen.
//!
//! Nothing overflows: |L(u)| ≤ 127 + 511, at most three parities of 127, so |g| ≤ 1019; a corrected maximum is at most 11 above the maximum. Any
//! state leads to any other in four steps, so metrics differ by at most 8·1019 + 4·11 = 8196, and lie within ±(8196 + 4·1030) = ±12,316 between
//! two normalisations. They are kept around [`MIDDLE`], so all are positive, and the sum of two and a branch is within 32,768 ± 25,651, which an
//! unsigned number holds. Two maxima differ by at most 8196 + 2·1030.

#![allow(
    clippy::inline_always,
    reason = "instructions are enabled for the entry functions alone; all else must become part of them"
)]

mod border;
mod shape;

use super::encode::Register;
use super::lanes::{Lanes, Row};
use super::{TAIL, TurboCode};
use shape::{G1, G1G2G3, G1G3, G2G3};
pub(crate) use shape::{Parities, Shape};

/// Steps between two starts of the backward recursion; divides the rows of all four lengths.
pub(crate) const BLOCK: usize = 112;
/// Bound of what one component tells the other, the information symbol not included.
pub(crate) const EXTRINSIC_MAX: i16 = 511;
/// Metric of a state that the encoder does not start in.
const UNLIKELY: i16 = -8192;
/// Received value of a symbol that both ends know to be 0.
pub(crate) const KNOWN_ZERO: i16 = -127;

/// The metric of state zero after normalisation.
const MIDDLE: i16 = 0x4000;
/// ln 2: what two equal paths together are worth more than one, in sixteenths.
const LN_2: i16 = 11;

/// Groups of four steps in a block, between two normalisations.
const GROUPS: usize = BLOCK / 4;
/// Groups beyond a border through which metrics run before they count.
const WARM: usize = 4;

/// Metrics of the sixteen states.
pub(crate) type States = [Row; 16];
/// Something of every step of a block.
type Steps<T> = [[T; 4]; GROUPS];

/// Rows of a code: steps of a window.
pub(crate) const fn rows(code: TurboCode) -> usize {
    code.k().div_ceil(16 * BLOCK) * BLOCK
}

/// Rows that remember one component's metrics near the borders: backward ones sixteen steps into each block, forward ones sixteen steps before
/// the window's end.
pub(crate) const fn border_rows(code: TurboCode) -> usize {
    16 * (rows(code) / BLOCK + 1)
}

/// Where L(u) comes from and where the new extrinsic values go.
pub(crate) enum Order<'a> {
    /// Encoder a: L(u) = `information` + `from_b`; to `to_b` goes `information` + extrinsic.
    Natural {
        information: &'a [Row],
        from_b: &'a [Row],
        to_b: &'a mut [Row],
    },
    /// Encoder b: L(u) is what a wrote, taken in the order of `places`; the extrinsic values go back to their places.
    Permuted {
        places: &'a [Row],
        from_a: &'a [Row],
        to_a: &'a mut [Row],
    },
}

/// One component's part of an iteration.
pub(crate) struct Half<'a> {
    pub(crate) parities: Parities,
    pub(crate) order: Order<'a>,
    /// Received parities, those of one step after each other.
    pub(crate) received: &'a [Row],
    /// [`border_rows`] of them.
    pub(crate) borders: &'a mut [Row],
    /// Backward metrics of the sixteen states behind the last bit.
    pub(crate) tail: &'a [i16; 16],
    /// Half the extrinsic scale, in 1/32768.
    pub(crate) scale: i16,
}

impl Half<'_> {
    /// Runs it; whether the component agreed with every decision it was given.
    #[inline(always)]
    pub(crate) fn run<V: Lanes>(self) -> bool {
        match self.parities {
            Parities::G1 => run_shape::<V, G1, 1>(self),
            Parities::G1G3 => run_shape::<V, G1G3, 2>(self),
            Parities::G2G3 => run_shape::<V, G2G3, 2>(self),
            Parities::G1G2G3 => run_shape::<V, G1G2G3, 3>(self),
        }
    }
}

/// Backward metrics behind the last bit: from each state one path alone leads to state zero.
pub(crate) fn tail_metrics(
    parities: Parities,
    information: [i16; TAIL],
    received: [[i16; 3]; TAIL],
) -> [i16; 16] {
    core::array::from_fn(|state| {
        let mut register = Register::at(state as u8);
        let mut metric = 0;
        for (information, received) in information.into_iter().zip(received) {
            let bit = register.feedback();
            let outputs = register.push(bit);
            metric += if bit == 1 { information } else { -information };
            for (place, value) in parities.places().iter().zip(received) {
                metric += if outputs >> place & 1 == 1 {
                    value
                } else {
                    -value
                };
            }
        }
        metric
    })
}

#[inline(always)]
fn run_shape<V: Lanes, S: Shape<P>, const P: usize>(half: Half<'_>) -> bool {
    let Half {
        mut order,
        received,
        borders,
        tail,
        scale,
        ..
    } = half;
    let mut scratch = [[[V::splat(0); 16]; 4]; GROUPS];
    let mut inputs = [[Row::ZERO; 4]; GROUPS];
    let mut ahead = inputs;
    let mut extrinsic = [[Row::ZERO; 4]; GROUPS];
    let mut warming = [[Row::ZERO; 4]; WARM];
    let (backwards, forwards) = borders.split_at_mut(borders.len().saturating_sub(16));
    let received = received.as_chunks::<P>().0.as_chunks::<4>().0;
    let blocks = received.as_chunks::<GROUPS>().0;
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
        return true;
    };
    let mut forward = border::states(forwards, 0);
    order.take::<V>(blocks.len() - 1, GROUPS - WARM, &mut warming);
    border::warm_forward::<V, S, P>(&mut forward, &warming, last);
    forward = border::first_forward(&forward);
    order.take::<V>(0, 0, &mut inputs);
    let mut agreed = true;
    for (index, received) in blocks.iter().enumerate() {
        let mut backward;
        if let Some(next) = blocks.get(index + 1) {
            order.take::<V>(index + 1, 0, &mut ahead);
            backward = border::states(backwards, index + 1);
            border::warm_backward::<V, S, P>(&mut backward, &ahead, next);
        } else {
            order.take::<V>(0, 0, &mut warming);
            backward = border::states(backwards, 0);
            border::warm_backward::<V, S, P>(&mut backward, &warming, first);
            backward = border::last_backward(&backward, tail);
        }
        for at in (0..16).step_by(V::COUNT) {
            run_forward::<V, S, P>(at, &mut forward, &inputs, received, &mut scratch);
            if index + 1 == blocks.len() {
                border::keep(&scratch[GROUPS - WARM][0], forwards, 0, at);
            }
            let mut block = Backward {
                at,
                metrics: load(&backward, at),
                agreement: V::splat(i16::MAX),
                scale,
            };
            block.run::<S, P>(WARM..GROUPS, &inputs, received, &scratch, &mut extrinsic);
            border::keep(&block.metrics, backwards, index, at);
            block.run::<S, P>(0..WARM, &inputs, received, &scratch, &mut extrinsic);
            agreed &= block.agreement.all_positive();
        }
        order.give::<V>(index, &extrinsic);
        (inputs, ahead) = (ahead, inputs);
    }
    agreed
}

/// The rows of a block.
#[inline(always)]
fn block(rows: &[Row], index: usize) -> &[Row] {
    rows.chunks_exact(BLOCK).nth(index).unwrap_or(&[])
}

#[inline(always)]
fn block_mut(rows: &mut [Row], index: usize) -> &mut [Row] {
    let block = rows.chunks_exact_mut(BLOCK).nth(index);
    block.unwrap_or(&mut [])
}

impl Order<'_> {
    /// L(u) of a block from a group on, as many as there is room for.
    #[inline(always)]
    fn take<V: Lanes>(&self, index: usize, group: usize, inputs: &mut [[Row; 4]]) {
        let inputs = inputs.as_flattened_mut();
        let skipped = 4 * group;
        match self {
            Self::Natural {
                information,
                from_b,
                ..
            } => {
                let terms = block(information, index).iter().zip(block(from_b, index));
                let terms = terms.skip(skipped);
                for (input, (a, b)) in inputs.iter_mut().zip(terms) {
                    *input = *a;
                    for (input, b) in input.0.iter_mut().zip(b.0) {
                        *input = input.wrapping_add(b);
                    }
                }
            }
            Self::Permuted { places, from_a, .. } => {
                for (input, places) in inputs
                    .iter_mut()
                    .zip(block(places, index).iter().skip(skipped))
                {
                    V::gather(input, from_a, places);
                }
            }
        }
    }

    /// The new extrinsic values of a block.
    #[inline(always)]
    fn give<V: Lanes>(&mut self, index: usize, extrinsic: &Steps<Row>) {
        let extrinsic = extrinsic.as_flattened();
        match self {
            Self::Natural {
                information, to_b, ..
            } => {
                let terms = block(information, index).iter().zip(extrinsic);
                for (output, (a, new)) in block_mut(to_b, index).iter_mut().zip(terms) {
                    *output = *a;
                    for (output, new) in output.0.iter_mut().zip(new.0) {
                        *output = output.wrapping_add(new);
                    }
                }
            }
            Self::Permuted { places, to_a, .. } => {
                for (new, places) in extrinsic.iter().zip(block(places, index)) {
                    V::scatter(new, to_a, places);
                }
            }
        }
    }
}

/// What the branches of a step add to a metric.
///
/// Branches of a 1 add g of their butterfly, branches of a 0 take it away. With one parity there are only two different g, so it pays to add the
/// first of them to all branches: half of those of a 0 then add nothing. Differences stay what they are, and with one parity less than the
/// most there is room: 8196 + 4·(2·765 + 11) = 14,360, and 30,250 for two and a branch.
struct Branches<V> {
    input: V,
    /// What the mean of both metrics that enter a butterfly adds.
    both: V,
    ones: [V; 8],
    /// With one parity: what a 0 adds in the butterflies that are unlike the first.
    zero: V,
}

impl<V: Lanes> Branches<V> {
    #[inline(always)]
    fn new<S: Shape<P>, const P: usize>(at: usize, input: &Row, received: &[Row; P]) -> Self {
        let input = V::load(input, at);
        let mut ones = [input; 8];
        for (received, inverted) in received.iter().zip(S::INVERTED) {
            let value = V::load(received, at);
            for (one, inverted) in ones.iter_mut().zip(inverted) {
                *one = if inverted {
                    one.sub(value)
                } else {
                    one.add(value)
                };
            }
        }
        let first = ones[0];
        let mut zero = first;
        if P == 1 {
            for (one, inverted) in ones.iter_mut().zip(S::INVERTED[0]) {
                if inverted != S::INVERTED[0][0] {
                    zero = first.sub(*one);
                }
                *one = one.add(first);
            }
        }
        let more = V::splat(LN_2);
        let both = if P == 1 { first.add(more) } else { more };
        Self {
            input,
            both,
            ones,
            zero,
        }
    }

    /// A metric along a 1 in butterfly j.
    #[inline(always)]
    fn one(&self, metric: V, j: usize) -> V {
        metric.add(self.ones[j])
    }

    /// A metric along a 0.
    #[inline(always)]
    fn zero<S: Shape<P>, const P: usize>(&self, metric: V, j: usize) -> V {
        if P > 1 {
            metric.sub(self.ones[j])
        } else if S::INVERTED[0][j] == S::INVERTED[0][0] {
            metric
        } else {
            metric.add(self.zero)
        }
    }
}

/// Where the bits 0 and 1 lead from the lower state of a butterfly: with the third cell set, a 1 makes a zero enter.
#[inline(always)]
const fn next_states(j: usize) -> (usize, usize) {
    if j < 4 {
        (2 * j, 2 * j + 1)
    } else {
        (2 * j + 1, 2 * j)
    }
}

#[inline(always)]
fn normalise<V: Lanes>(metrics: &mut [V; 16]) {
    let zero = metrics[0].sub(V::splat(MIDDLE));
    for metric in metrics {
        *metric = metric.sub(zero);
    }
}

#[inline(always)]
fn load<V: Lanes>(states: &States, at: usize) -> [V; 16] {
    let mut metrics = [V::splat(0); 16];
    for state in 0..16 {
        metrics[state] = V::load(&states[state], at);
    }
    metrics
}

#[inline(always)]
fn store<V: Lanes>(metrics: &[V; 16], states: &mut States, at: usize) {
    for state in 0..16 {
        metrics[state].store(&mut states[state], at);
    }
}

/// Leaves the forward metrics in front of each step in `scratch`.
#[inline(always)]
fn run_forward<V: Lanes, S: Shape<P>, const P: usize>(
    at: usize,
    states: &mut States,
    inputs: &Steps<Row>,
    received: &Steps<[Row; P]>,
    scratch: &mut Steps<[V; 16]>,
) {
    let mut metrics = load::<V>(states, at);
    for group in 0..GROUPS {
        normalise(&mut metrics);
        for step in 0..4 {
            scratch[group][step] = metrics;
            let branches = Branches::new::<S, P>(at, &inputs[group][step], &received[group][step]);
            step_forward::<V, S, P>(&mut metrics, &branches);
        }
    }
    store(&metrics, states, at);
}

/// Metrics one step later.
#[inline(always)]
fn step_forward<V: Lanes, S: Shape<P>, const P: usize>(
    metrics: &mut [V; 16],
    branches: &Branches<V>,
) {
    let old = *metrics;
    for j in 0..8 {
        let (zero, one) = next_states(j);
        let (low, high) = (old[j], old[j + 8]);
        let (low_zero, high_one) = (branches.zero::<S, P>(low, j), branches.one(high, j));
        let (low_one, high_zero) = (branches.one(low, j), branches.zero::<S, P>(high, j));
        let both = low.mean(high).add(branches.both);
        metrics[zero] = low_zero.greater(high_one).greater(both);
        metrics[one] = low_one.greater(high_zero).greater(both);
    }
}

/// The way back through a block.
struct Backward<V> {
    at: usize,
    metrics: [V; 16],
    /// Not positive where a decision is not as it was.
    agreement: V,
    scale: i16,
}

impl<V: Lanes> Backward<V> {
    #[inline(always)]
    fn run<S: Shape<P>, const P: usize>(
        &mut self,
        groups: core::ops::Range<usize>,
        inputs: &Steps<Row>,
        received: &Steps<[Row; P]>,
        scratch: &Steps<[V; 16]>,
        extrinsic: &mut Steps<Row>,
    ) {
        let bound = V::splat(EXTRINSIC_MAX);
        let below = V::splat(-EXTRINSIC_MAX);
        for group in groups.rev() {
            normalise(&mut self.metrics);
            for step in (0..4).rev() {
                let (input, received) = (&inputs[group][step], &received[group][step]);
                let branches = Branches::new::<S, P>(self.at, input, received);
                let input = branches.input;
                let difference = self.step_back::<S, P>(&scratch[group][step], &branches);
                self.agreement = self.agreement.min(difference.signed_by(input));
                let new = difference.sub(input.add(input)).scaled(self.scale);
                new.max(below)
                    .min(bound)
                    .store(&mut extrinsic[group][step], self.at);
            }
        }
    }

    /// Metrics one step earlier; the best path with a 1 less the best with a 0.
    #[inline(always)]
    fn step_back<S: Shape<P>, const P: usize>(
        &mut self,
        forward: &[V; 16],
        branches: &Branches<V>,
    ) -> V {
        let old = self.metrics;
        let mut ones = V::splat(0);
        let mut zeros = ones;
        for j in 0..8 {
            let (zero, one) = next_states(j);
            let (low_one, high_zero) = (
                branches.one(old[one], j),
                branches.zero::<S, P>(old[one], j),
            );
            let (high_one, low_zero) = (
                branches.one(old[zero], j),
                branches.zero::<S, P>(old[zero], j),
            );
            let both = old[one].mean(old[zero]).add(branches.both);
            self.metrics[j] = low_one.greater(low_zero).greater(both);
            self.metrics[j + 8] = high_one.greater(high_zero).greater(both);
            let best_one = forward[j]
                .add(low_one)
                .greater(forward[j + 8].add(high_one));
            let best_zero = forward[j]
                .add(low_zero)
                .greater(forward[j + 8].add(high_zero));
            (ones, zeros) = (ones.greater(best_one), zeros.greater(best_zero));
        }
        ones.sub(zeros)
    }
}
