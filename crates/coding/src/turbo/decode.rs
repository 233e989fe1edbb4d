//! The decoder: iterations of two half-steps, early stop, decisions.
//!
//! Book: none for the algorithm. Received symbols are first set to natural units ([`level`](super::level)). Each half is [`siso`](super::siso). The scale of the
//! extrinsic values rises over the iterations, more slowly where there are many of them (measured with plain maxima, see [`PATIENT`]; with
//! corrected ones three other series did no better: the plain maximum at the end of each half still overrates). A decision is the sign of the
//! received information symbol plus what both components say of it; a tie is a 0.

use super::encode::mismatches;
use super::lanes::Row;
use super::level::Level;
use super::siso::{Half, KNOWN_ZERO, Order, Parities, border_rows, rows, tail_metrics};
use super::{TAIL, TurboCode, TurboError, TurboRate, message_fits, symbols_fit};
use crate::engine::Engine;

/// Half the extrinsic scale of each iteration, in 1/32768, for few iterations: 0.6, 0.6, 0.65, 0.7, 0.75, then 0.85. Against a constant 0.75 the
/// first ones cost nothing and gain a third of the frames lost at six iterations.
const HASTY: [i16; 6] = [9_830, 9_830, 10_650, 11_469, 12_288, 13_926];
/// For [`MANY`] or more: 0.5, 0.6, twice 0.65, three times 0.7, twice 0.75, then 0.85. Of the frames that the others lose at ten it loses a fifth less,
/// and takes a tenth of an iteration more for the rest.
const PATIENT: [i16; 10] = [
    8_192, 9_830, 10_650, 10_650, 11_469, 11_469, 11_469, 12_288, 12_288, 13_926,
];
const MANY: u16 = 8;

/// What portable code computes with: where there are vectors, the compiler finds them in eight lanes.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
type Portable = super::lanes::Eight;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Portable = i32;

/// What a caller says of decisions.
type Check<'c> = &'c mut dyn FnMut(&[u8]) -> bool;

/// How a codeblock was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurboOutcome {
    /// Iterations run, each of two halves.
    pub iterations: u16,
    /// In the last iteration component b agreed with every decision that component a gave it (or the caller's check passed). A codeblock
    /// that did not converge is probably wrong; one that did is wrong only if the decoder fell for another codeword.
    pub converged: bool,
    /// Received symbols that differ from the decoded message encoded again; erased ones not counted.
    pub corrected: u32,
}

/// A decoder of one code, working in memory of its caller.
#[derive(Debug)]
pub struct TurboDecoder<'m> {
    code: TurboCode,
    engine: Engine,
    max_iterations: u16,
    early_stop: bool,
    parts: Parts<'m>,
}

/// The lent memory. Places are numbers of rows times 16 plus the lane.
#[derive(Debug)]
struct Parts<'m> {
    /// Received information symbols.
    information: &'m mut [Row],
    /// Information plus extrinsic values of a.
    from_a: &'m mut [Row],
    /// Extrinsic values of b.
    from_b: &'m mut [Row],
    /// For each place in the order of b the natural place.
    places: &'m mut [Row],
    parities_a: &'m mut [Row],
    parities_b: &'m mut [Row],
    borders_a: &'m mut [Row],
    borders_b: &'m mut [Row],
}

const fn parities(rate: TurboRate) -> (Parities, Parities) {
    match rate {
        TurboRate::Half | TurboRate::Third => (Parities::G1, Parities::G1),
        TurboRate::Quarter => (Parities::G2G3, Parities::G1),
        TurboRate::Sixth => (Parities::G1G2G3, Parities::G1G3),
    }
}

impl<'m> TurboDecoder<'m> {
    /// Rows of memory that [`TurboDecoder::new`] needs.
    pub const fn memory_len(code: TurboCode) -> usize {
        let (a, b) = parities(code.rate());
        rows(code) * (4 + a.places().len() + b.places().len()) + 2 * border_rows(code)
    }

    /// A decoder in `memory`, of which it takes the first [`memory_len`](Self::memory_len) rows; ten iterations at most, the best engine.
    pub fn new(code: TurboCode, memory: &'m mut [Row]) -> Result<Self, TurboError> {
        let error = TurboError::Memory {
            need: Self::memory_len(code),
            have: memory.len(),
        };
        let parts = Parts::new(code, memory).ok_or(error)?;
        Ok(Self {
            code,
            engine: Engine::best(),
            max_iterations: 10,
            early_stop: true,
            parts,
        })
    }

    /// The same with this engine.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// The same with this many iterations at most; 0 counts as 1.
    #[must_use]
    pub fn with_max_iterations(self, max_iterations: u16) -> Self {
        let max_iterations = max_iterations.max(1);
        Self {
            max_iterations,
            ..self
        }
    }

    /// The same, but it runs all iterations if `early_stop` is false.
    #[must_use]
    pub fn with_early_stop(self, early_stop: bool) -> Self {
        Self { early_stop, ..self }
    }

    /// The code.
    pub const fn code(&self) -> TurboCode {
        self.code
    }

    /// Decodes n soft symbols into a message of k/8 octets. Their scale does not matter, as long as it is one for the whole codeblock: their mean
    /// magnitude is set to what it would be at the signal-to-noise ratio where the code starts to work. Zeros are erased
    /// symbols and do not count.
    pub fn decode(&mut self, soft: &[i8], message: &mut [u8]) -> Result<TurboOutcome, TurboError> {
        self.run(soft, message, None)
    }

    /// As [`decode`](Self::decode), but after each iteration shows `check` the decisions and stops when it returns true: for a CRC.
    pub fn decode_until(
        &mut self,
        soft: &[i8],
        message: &mut [u8],
        mut check: impl FnMut(&[u8]) -> bool,
    ) -> Result<TurboOutcome, TurboError> {
        self.run(soft, message, Some(&mut check))
    }

    fn run(
        &mut self,
        soft: &[i8],
        message: &mut [u8],
        mut check: Option<Check<'_>>,
    ) -> Result<TurboOutcome, TurboError> {
        message_fits(self.code, message.len())?;
        symbols_fit(self.code, soft.len())?;
        let tails = match self.code.rate() {
            TurboRate::Half => self.parts.receive::<2>(self.code, soft),
            TurboRate::Third => self.parts.receive::<3>(self.code, soft),
            TurboRate::Quarter => self.parts.receive::<4>(self.code, soft),
            TurboRate::Sixth => self.parts.receive::<6>(self.code, soft),
        };
        let scales: &[i16] = if self.max_iterations < MANY {
            &HASTY
        } else {
            &PATIENT
        };
        let mut scales = scales.iter().copied();
        let mut scale = 0;
        let mut iterations = 0;
        let mut converged = false;
        while iterations < self.max_iterations && !(converged && self.early_stop) {
            iterations += 1;
            scale = scales.next().unwrap_or(scale);
            converged = self.iterate(&tails, scale);
            if let Some(check) = &mut check {
                self.parts.decide(self.code, message);
                if check(message) {
                    converged = true;
                    break;
                }
            }
        }
        self.parts.decide(self.code, message);
        Ok(TurboOutcome {
            iterations,
            converged,
            corrected: mismatches(self.code, message, soft),
        })
    }

    /// One iteration; whether component b agreed with all that component a decided.
    fn iterate(&mut self, [tail_a, tail_b]: &[[i16; 16]; 2], scale: i16) -> bool {
        let (a, b) = parities(self.code.rate());
        half(
            self.engine,
            Half {
                parities: a,
                order: Order::Natural {
                    information: self.parts.information,
                    from_b: self.parts.from_b,
                    to_b: self.parts.from_a,
                },
                received: self.parts.parities_a,
                borders: self.parts.borders_a,
                tail: tail_a,
                scale,
            },
        );
        half(
            self.engine,
            Half {
                parities: b,
                order: Order::Permuted {
                    places: self.parts.places,
                    from_a: self.parts.from_a,
                    to_a: self.parts.from_b,
                },
                received: self.parts.parities_b,
                borders: self.parts.borders_b,
                tail: tail_b,
                scale,
            },
        )
    }
}

/// Half an iteration with the instructions of `engine`.
#[cfg_attr(
    not(feature = "std"),
    allow(unused_variables, reason = "there is one engine")
)]
fn half(engine: Engine, half: Half<'_>) -> bool {
    #[cfg(feature = "std")]
    let half = match crate::simd::turbo::half(engine, half) {
        Ok(agreed) => return agreed,
        Err(half) => half,
    };
    half.run::<Portable>()
}

impl<'m> Parts<'m> {
    /// None if the memory is too small. Fills in the permutation.
    fn new(code: TurboCode, memory: &'m mut [Row]) -> Option<Self> {
        let (a, b) = parities(code.rate());
        let rows = rows(code);
        let (information, memory) = memory.split_at_mut_checked(rows)?;
        let (from_a, memory) = memory.split_at_mut_checked(rows)?;
        let (from_b, memory) = memory.split_at_mut_checked(rows)?;
        let (places, memory) = memory.split_at_mut_checked(rows)?;
        let (parities_a, memory) = memory.split_at_mut_checked(rows * a.places().len())?;
        let (parities_b, memory) = memory.split_at_mut_checked(rows * b.places().len())?;
        let (borders_a, memory) = memory.split_at_mut_checked(border_rows(code))?;
        let (borders_b, _) = memory.split_at_mut_checked(border_rows(code))?;
        let known = 16 * rows - code.k();
        let order = (0..known).chain(code.permutation().map(|bit| known + usize::from(bit)));
        for ((row, lane), natural) in steps(rows).zip(order) {
            let window = natural.checked_div(rows).unwrap_or(0);
            let place = (natural - window * rows) * 16 + window;
            set(places, row, lane, place as i16);
        }
        Some(Self {
            information,
            from_a,
            from_b,
            places,
            parities_a,
            parities_b,
            borders_a,
            borders_b,
        })
    }

    /// Sorts the received symbols into their places; nothing else is left of an earlier codeblock. The backward metrics of both tails.
    fn receive<const Q: usize>(&mut self, code: TurboCode, soft: &[i8]) -> [[i16; 16]; 2] {
        let times = soft.as_chunks::<Q>().0;
        let level = Level::of(code.rate(), soft);
        let known = 16 * rows(code) - code.k();
        let (a, b) = parities(code.rate());
        let [mut tail_a, mut tail_b] = [[[0; 3]; TAIL]; 2];
        let information = sort(
            self.information.iter_mut(),
            known,
            times,
            0,
            level,
            Sent::Always,
        );
        for (offset, stream) in streams_of_a(code.rate()).enumerate() {
            let rows = self
                .parities_a
                .iter_mut()
                .skip(offset)
                .step_by(a.places().len().max(1));
            let tail = sort(
                rows,
                known,
                times,
                stream,
                level,
                Sent::of(code.rate(), Sent::Even),
            );
            for (slot, value) in tail_a.iter_mut().zip(tail) {
                slot[offset.min(2)] = value;
            }
        }
        for (offset, stream) in streams_of_b(code.rate()).enumerate() {
            let rows = self
                .parities_b
                .iter_mut()
                .skip(offset)
                .step_by(b.places().len().max(1));
            let tail = sort(
                rows,
                known,
                times,
                stream,
                level,
                Sent::of(code.rate(), Sent::Odd),
            );
            for (slot, value) in tail_b.iter_mut().zip(tail) {
                slot[offset.min(2)] = value;
            }
        }
        self.from_b.fill(Row::ZERO);
        self.borders_a.fill(Row::ZERO);
        self.borders_b.fill(Row::ZERO);
        [
            tail_metrics(a, information, tail_a),
            // What feeds encoder b in its tail is not sent.
            tail_metrics(b, [0; TAIL], tail_b),
        ]
    }

    /// The decisions, packed.
    fn decide(&self, code: TurboCode, message: &mut [u8]) {
        // The known zeros are whole octets, and so is the rest.
        let known = 16 * rows(code) - code.k();
        let mut octets = message.iter_mut();
        let mut register = 0_u8;
        let mut left = known + 8;
        for lane in 0..16 {
            for (a, b) in self.from_a.iter().zip(self.from_b.iter()) {
                register = register << 1 | u8::from(a.0[lane].wrapping_add(b.0[lane]) > 0);
                left -= 1;
                if left == 0 {
                    left = 8;
                    if let Some(octet) = octets.next() {
                        *octet = register;
                    }
                }
            }
        }
    }
}

/// The bit times at which a symbol is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Always,
    Even,
    Odd,
}

impl Sent {
    /// The parities of rate 1/2 take turns.
    fn of(rate: TurboRate, turn: Self) -> Self {
        if rate == TurboRate::Half {
            turn
        } else {
            Self::Always
        }
    }

    fn has(self, time: usize) -> bool {
        self == Self::Always || (time % 2 == 1) == (self == Self::Odd)
    }
}

/// Which symbols of a bit time are parities of encoder a.
fn streams_of_a(rate: TurboRate) -> core::ops::Range<usize> {
    match rate {
        TurboRate::Half | TurboRate::Third => 1..2,
        TurboRate::Quarter => 1..3,
        TurboRate::Sixth => 1..4,
    }
}

/// Which symbols of a bit time are parities of encoder b.
fn streams_of_b(rate: TurboRate) -> core::ops::Range<usize> {
    match rate {
        TurboRate::Half => 1..2,
        TurboRate::Third => 2..3,
        TurboRate::Quarter => 3..4,
        TurboRate::Sixth => 4..6,
    }
}

/// Puts one symbol of each bit time into its row and lane, behind the known zeros; 0 where it is not sent. Gives back those of the tail.
fn sort<'r, const Q: usize>(
    rows: impl IntoIterator<Item = &'r mut Row, IntoIter: ExactSizeIterator>,
    known: usize,
    times: &[[i8; Q]],
    stream: usize,
    level: Level,
    sent: Sent,
) -> [i16; TAIL] {
    let stream = stream.min(Q - 1);
    let at = |time: usize| {
        times
            .get(time)
            .map_or(0, |group| level.apply(group[stream]))
    };
    let rows = rows.into_iter();
    let window = rows.len();
    for (index, row) in rows.enumerate() {
        // A window and the known zeros have even lengths, so a row holds even times only, or odd ones.
        if !sent.has(index) {
            *row = Row::ZERO;
            if index < known {
                row.0[0] = KNOWN_ZERO;
            }
            continue;
        }
        row.0[0] = index.checked_sub(known).map_or(KNOWN_ZERO, at);
        for lane in 1..16 {
            row.0[lane] = at((lane * window + index).wrapping_sub(known));
        }
    }
    let end = times.len().saturating_sub(TAIL);
    core::array::from_fn(|offset| {
        if sent.has(offset) {
            at(end + offset)
        } else {
            0
        }
    })
}

/// Row and lane of the steps of a codeblock in order, the known zeros in front included.
fn steps(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..16).flat_map(move |lane| (0..rows).map(move |row| (row, lane)))
}

fn set(rows: &mut [Row], row: usize, lane: usize, value: i16) {
    if let Some(row) = rows.get_mut(row) {
        row.0[lane & 15] = value;
    }
}
