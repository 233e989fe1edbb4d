//! A decoder of Proximity-1's code alone, for the processors of radios: layered min-sum in little code.
//!
//! Book: the matrix of 211.2-B-3; how to decode is left to the receiver. What [`LdpcDecoder`](super::LdpcDecoder) chooses by tables at run time (code,
//! degrees, engine) is fixed here, so a program has neither the tables of other codes nor loops for their rows. Every message is kept; least
//! magnitudes are lessened by a quarter.
//! Memory: 10,240 octets. Constants: 240 octets.
//!
//! ```
//! use magpie_coding::ldpc::{LdpcCode, SmallLdpcDecoder, encode};
//! use magpie_coding::soft;
//!
//! let mut codeword = [0; 256];
//! encode(LdpcCode::Prox1, &[0xA5; 128], &mut codeword)?;
//! let mut received = [0; 2048];
//! for (place, symbol) in received.iter_mut().zip(soft::symbols(&codeword)) {
//!     *place = symbol / 16;
//! }
//! received[..100].fill(0); // lost
//! let mut decoder = SmallLdpcDecoder::new();
//! let mut message = [0; 128];
//! assert!(decoder.decode(&received, &mut message, 20).is_some_and(|iterations| iterations > 0));
//! assert_eq!(message, [0xA5; 128]);
//! # Ok::<(), magpie_coding::ldpc::LdpcError>(())
//! ```

#![allow(
    clippy::manual_clamp,
    reason = "the library's has a path to a panic, which only the optimiser takes away"
)]

use super::{LdpcCode, QcCode};

const CODE: &QcCode = LdpcCode::Prox1.qc();
const N: usize = CODE.n;
const MESSAGE_LEN: usize = LdpcCode::Prox1.message_len();
const COLUMNS: usize = CODE.columns();
const Z: usize = CODE.z;

/// Block rows whose rows have three ones; the others have six.
const FEW: usize = 4;
const MANY: usize = 8;

/// What the mean magnitude of a block is brought to, and the most of a symbol then.
const MEAN: u32 = 16;
const MOST: i32 = 63;

/// A one of the first row of a block row; the place of a one in row r is `first` + (`shift` + r) mod z.
#[derive(Clone, Copy, Debug)]
struct One {
    first: u16,
    shift: u16,
}

/// Those of `ROWS` block rows with `D` ones each, from circulant number `from` on.
const fn ones<const D: usize, const ROWS: usize>(from: usize) -> [[One; D]; ROWS] {
    let mut ones = [[One { first: 0, shift: 0 }; D]; ROWS];
    let mut at = 0;
    while at < D * ROWS {
        let circulant = CODE.circulants[from + at];
        assert!(circulant.row as usize == if from == 0 { at / D } else { FEW + at / D });
        ones[at / D][at % D] = One {
            first: circulant.column as u16 * Z as u16,
            shift: circulant.shift,
        };
        at += 1;
    }
    ones
}

static FEW_ONES: [[One; 3]; FEW] = ones(0);
static MANY_ONES: [[One; 6]; MANY] = ones(3 * FEW);

/// The decoder with its memory.
#[derive(Clone, Debug)]
pub struct SmallLdpcDecoder {
    /// Of each bit, negative for 1.
    posteriors: [i8; COLUMNS],
    few: [[[i8; 3]; Z]; FEW],
    many: [[[i8; 6]; Z]; MANY],
}

impl Default for SmallLdpcDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl SmallLdpcDecoder {
    /// All zeros.
    pub const fn new() -> Self {
        Self {
            posteriors: [0; COLUMNS],
            few: [[[0; 3]; Z]; FEW],
            many: [[[0; 6]; Z]; MANY],
        }
    }

    /// Decodes soft symbols (positive = 1, 0 = erased) with so many iterations at the most: how many it took until all checks held, 0 if
    /// the hard decisions were a codeword already. `None` if they do not hold: `message` is the last guess then.
    pub fn decode(
        &mut self,
        soft: &[i8; N],
        message: &mut [u8; MESSAGE_LEN],
        max_iterations: u16,
    ) -> Option<u16> {
        self.load(soft);
        let mut iterations = 0;
        let holds = loop {
            if self.holds() {
                break true;
            }
            if iterations >= max_iterations {
                break false;
            }
            self.iterate();
            iterations += 1;
        };
        let (bits, _) = self.posteriors.as_chunks::<8>();
        for (octet, eight) in message.iter_mut().zip(bits) {
            *octet = eight
                .iter()
                .fold(0, |octet, &posterior| octet << 1 | u8::from(posterior < 0));
        }
        holds.then_some(iterations)
    }

    #[inline(never)]
    fn load(&mut self, soft: &[i8; N]) {
        let magnitudes: u32 = soft.iter().map(|&x| u32::from(x.unsigned_abs())).sum();
        let known = soft.iter().map(|&x| u32::from(x != 0)).sum::<u32>();
        let scale = (MEAN * 128 * known).checked_div(magnitudes).unwrap_or(0);
        let scale = scale.min(8_192) as i32;
        let (sent, punctured) = self.posteriors.split_at_mut(N);
        for (posterior, &symbol) in sent.iter_mut().zip(soft) {
            let scaled = (64 - i32::from(symbol) * scale) >> 7;
            *posterior = scaled.max(-MOST).min(MOST) as i8;
        }
        punctured.fill(0);
        self.few.as_flattened_mut().as_flattened_mut().fill(0);
        self.many.as_flattened_mut().as_flattened_mut().fill(0);
    }

    /// One iteration over all rows, from the last block row (of the first ones, whose rows have two punctured bits each, to learn most).
    fn iterate(&mut self) {
        let many = MANY_ONES.iter().zip(&mut self.many);
        for (ones, messages) in many.rev() {
            layer(&mut self.posteriors, messages, ones);
        }
        let few = FEW_ONES.iter().zip(&mut self.few);
        for (ones, messages) in few.rev() {
            layer(&mut self.posteriors, messages, ones);
        }
    }

    /// Whether all rows have an even number of ones.
    fn holds(&self) -> bool {
        let hold = |ones| rows_hold(&self.posteriors, ones);
        MANY_ONES.iter().all(hold)
            && FEW_ONES
                .iter()
                .all(|ones| rows_hold(&self.posteriors, ones))
    }
}

// The functions below are not to become part of a caller that is compiled to be short.

/// Where the ones of a row are.
#[inline]
fn place(one: One, row: usize) -> usize {
    usize::from(one.first) + ((usize::from(one.shift) + row) & (Z - 1))
}

#[inline(never)]
fn rows_hold<const D: usize>(posteriors: &[i8; COLUMNS], ones: &[One; D]) -> bool {
    (0..Z).all(|row| {
        let bits = ones.iter().map(|&one| posteriors.get(place(one, row)));
        bits.fold(0, |sum, bit| sum ^ bit.unwrap_or(&0)) >= 0
    })
}

/// Each row of a block row: what its bits say without it, and from that what it says to each of them.
#[inline(never)]
fn layer<const D: usize>(
    posteriors: &mut [i8; COLUMNS],
    messages: &mut [[i8; D]; Z],
    ones: &[One; D],
) {
    for (row, messages) in messages.iter_mut().enumerate() {
        let mut without = [0_i8; D];
        let (mut least, mut second, mut negative) = (MOST, MOST, 0);
        for ((q, &one), message) in without.iter_mut().zip(ones).zip(&*messages) {
            let posterior = posteriors.get(place(one, row)).copied().unwrap_or(0);
            *q = posterior.saturating_sub(*message);
            let magnitude = i32::from(*q).abs();
            second = second.min(magnitude.max(least));
            least = least.min(magnitude);
            negative ^= i32::from(*q);
        }
        let [to_least, to_others] = [second, least].map(|x| x - ((x + 3) >> 2));
        for ((&q, &one), message) in without.iter().zip(ones).zip(messages) {
            let q = i32::from(q);
            // Of two that are the least, `second` is as large.
            let magnitude = if q.abs() == least {
                to_least
            } else {
                to_others
            };
            let sign = (negative ^ q) >> 31;
            let new = (magnitude ^ sign) - sign;
            *message = new as i8;
            if let Some(posterior) = posteriors.get_mut(place(one, row)) {
                *posterior = (q + new).max(-127).min(127) as i8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{N, SmallLdpcDecoder};
    use crate::ldpc::{LdpcCode, encode};
    use crate::soft;
    use std::boxed::Box;
    use std::vec::Vec;

    /// Reproducible noise, about normal.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
        }

        fn normal(&mut self) -> f64 {
            let sum: f64 = (0..12)
                .map(|_| (self.next() >> 11) as f64 / (1_u64 << 53) as f64)
                .sum();
            sum - 6.0
        }
    }

    fn message(random: &mut Random) -> [u8; 128] {
        core::array::from_fn(|_| (random.next() >> 32) as u8)
    }

    fn codeword(message: &[u8; 128]) -> Vec<i8> {
        let mut octets = [0; 256];
        encode(LdpcCode::Prox1, message, &mut octets).expect("right lengths");
        soft::symbols(&octets).map(i8::signum).collect()
    }

    /// At this Eb/N0 of a rate-1/2 code, symbols of this amplitude.
    fn received(codeword: &[i8], eb_n0_db: f64, amplitude: f64, random: &mut Random) -> [i8; N] {
        let sigma = (1.0 / 10_f64.powf(eb_n0_db / 10.0)).sqrt();
        core::array::from_fn(|at| {
            let level = f64::from(codeword[at]) + sigma * random.normal();
            (level * amplitude).round().clamp(-128.0, 127.0) as i8
        })
    }

    /// Good blocks of `total`, and those that were taken for good and are not.
    fn decoded(eb_n0_db: f64, amplitude: f64, total: usize) -> (usize, usize) {
        let mut random = Random(2_021);
        let mut decoder = Box::new(SmallLdpcDecoder::new());
        let (mut good, mut wrong) = (0, 0);
        for _ in 0..total {
            let sent = message(&mut random);
            let soft = received(&codeword(&sent), eb_n0_db, amplitude, &mut random);
            let mut out = [0; 128];
            if decoder.decode(&soft, &mut out, 20).is_some() {
                good += usize::from(out == sent);
                wrong += usize::from(out != sent);
            }
        }
        (good, wrong)
    }

    /// By `examples/ldpc_fer.rs`, belief propagation loses no block in a hundred at 2.0 dB; noise at −2 dB is beyond every decoder (the
    /// capacity of rate 1/2 is at 0.2 dB). Of any scale, as four-bit levels and clipped.
    #[test]
    fn blocks_are_decoded_or_refused() {
        for amplitude in [1.6, 4.0, 30.0, 120.0] {
            assert_eq!(decoded(2.4, amplitude, 60), (60, 0), "{amplitude}");
        }
        assert_eq!(decoded(-2.0, 4.0, 20), (0, 0));
    }

    /// The decoder for all codes has four of five here.
    #[test]
    fn most_blocks_are_good_on_the_way_down_the_waterfall() {
        let (good, wrong) = decoded(1.5, 20.0, 100);
        assert!(good > 60 && wrong == 0, "{good} {wrong}");
    }

    #[test]
    fn clean_words_and_extreme_symbols() {
        let mut random = Random(7);
        let mut decoder = Box::new(SmallLdpcDecoder::new());
        let mut out = [0; 128];
        for amplitude in [1, 16, 127] {
            let sent = message(&mut random);
            let soft = core::array::from_fn(|at| codeword(&sent)[at] * amplitude);
            let took = decoder.decode(&soft, &mut out, 20);
            // The punctured bits are to be found even so.
            assert!(took.is_some_and(|iterations| iterations <= 2), "{took:?}");
            assert_eq!(out, sent);
        }
        // The word of zeros is a codeword; so are erasures alone, which the caller is to refuse.
        for soft in [[-128; N], [0; N]] {
            assert_eq!(decoder.decode(&soft, &mut out, 20), Some(0));
            assert_eq!(out, [0; 128]);
        }
        for _ in 0..20 {
            let soft = core::array::from_fn(|_| [127, -128][(random.next() >> 40) as usize % 2]);
            assert_eq!(decoder.decode(&soft, &mut out, 3), None);
        }
    }
}
