//! The decoder: iterations of two half-steps, early stop, decisions.
//!
//! Book: none for the algorithm. Each half is [`siso`](super::siso). The scale of the extrinsic values rises over the iterations (measured,
//! see [`SCALES`]). A decision is the sign of the received information symbol plus what both components say of it; a tie is a 0.

use super::encode::mismatches;
use super::lanes::Row;
use super::siso::{Half, KNOWN_ZERO, Order, Parities, border_rows, rows, tail_metrics};
use super::{TAIL, TurboCode, TurboError, TurboRate, message_fits, symbols_fit};
use crate::engine::Engine;

/// Half the extrinsic scale of each iteration, in 1/32768; the last one stays.
const SCALES: [i16; 1] = [12_288];

/// What portable code computes with: where there are vectors, the compiler finds them in eight lanes.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
type Portable = super::lanes::Eight;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Portable = i16;

/// How a codeblock was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurboOutcome {
    /// Iterations run, each of two halves.
    pub iterations: u16,
    /// Both components agreed in the last iteration with every decision they were given (or the caller's check passed). A codeblock
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

/// One bit time as received: information, parities of a, parities of b.
#[derive(Clone, Copy, Default)]
struct Received {
    information: i16,
    a: [i16; 3],
    b: [i16; 3],
}

impl Received {
    fn new(rate: TurboRate, group: &[i8], odd: bool) -> Self {
        let mut s = [0; 6];
        for (value, &soft) in s.iter_mut().zip(group) {
            *value = i16::from(soft).max(-127);
        }
        let [information, p1, p2, p3, p4, p5] = s;
        let (a, b) = match rate {
            TurboRate::Half if odd => ([0; 3], [p1, 0, 0]),
            TurboRate::Half => ([p1, 0, 0], [0; 3]),
            TurboRate::Third => ([p1, 0, 0], [p2, 0, 0]),
            TurboRate::Quarter => ([p1, p2, 0], [p3, 0, 0]),
            TurboRate::Sixth => ([p1, p2, p3], [p4, p5, 0]),
        };
        Self { information, a, b }
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

    /// Decodes n soft symbols into a message of k/8 octets.
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
        mut check: Option<&mut dyn FnMut(&[u8]) -> bool>,
    ) -> Result<TurboOutcome, TurboError> {
        message_fits(self.code, message.len())?;
        symbols_fit(self.code, soft.len())?;
        let tails = self.parts.receive(self.code, soft);
        let mut scales = SCALES.into_iter();
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

    /// One iteration; whether both components agreed.
    fn iterate(&mut self, [tail_a, tail_b]: &[[i16; 16]; 2], scale: i16) -> bool {
        let (a, b) = parities(self.code.rate());
        let agreed_a = half(
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
        let agreed_b = half(
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
        );
        agreed_a && agreed_b
    }
}

/// Half an iteration with the instructions of `engine`.
#[cfg_attr(
    not(feature = "std"),
    allow(unused_variables, reason = "there is one engine")
)]
fn half(engine: Engine, half: Half<'_>) -> bool {
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
    fn receive(&mut self, code: TurboCode, soft: &[i8]) -> [[i16; 16]; 2] {
        let rate = code.rate();
        let known = 16 * rows(code) - code.k();
        let zero = Received {
            information: KNOWN_ZERO,
            a: [KNOWN_ZERO; 3],
            b: [KNOWN_ZERO; 3],
        };
        let mut odd = true;
        let mut times = soft.chunks_exact(rate.symbols_per_bit()).map(|group| {
            odd = !odd;
            Received::new(rate, group, odd)
        });
        let sent = core::iter::repeat_n(zero, known).chain(times.by_ref().take(code.k()));
        let (a, b) = parities(rate);
        let (a_len, b_len) = (a.places().len(), b.places().len());
        for ((row, lane), received) in steps(rows(code)).zip(sent) {
            set(self.information, row, lane, received.information);
            for (offset, value) in received.a.into_iter().take(a_len).enumerate() {
                set(self.parities_a, row * a_len + offset, lane, value);
            }
            for (offset, value) in received.b.into_iter().take(b_len).enumerate() {
                set(self.parities_b, row * b_len + offset, lane, value);
            }
        }
        let mut tail = [Received::default(); TAIL];
        for (slot, received) in tail.iter_mut().zip(times) {
            *slot = received;
        }
        self.from_b.fill(Row::ZERO);
        self.borders_a.fill(Row::ZERO);
        self.borders_b.fill(Row::ZERO);
        [
            tail_metrics(a, tail.map(|t| t.information), tail.map(|t| t.a)),
            // What feeds encoder b in its tail is not sent.
            tail_metrics(b, [0; TAIL], tail.map(|t| t.b)),
        ]
    }

    /// The decisions, packed.
    fn decide(&self, code: TurboCode, message: &mut [u8]) {
        let known = 16 * rows(code) - code.k();
        message.fill(0);
        for (index, (row, lane)) in steps(rows(code)).skip(known).enumerate() {
            if let (Some(octet), Some(a), Some(b)) = (
                message.get_mut(index / 8),
                self.from_a.get(row),
                self.from_b.get(row),
            ) {
                *octet |= u8::from(a.0[lane & 15] + b.0[lane & 15] > 0) << (7 - index % 8);
            }
        }
    }
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
