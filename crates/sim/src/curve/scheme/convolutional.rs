//! The convolutional code with soft decisions, at all rates of 131.0-B.
//!
//! A frame is a piece of an endless stream: guards in front of and behind the bits that count keep the ends of the frame out of the figures.

use std::ops::Range;

use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::viterbi::{BLOCK_BITS, TAIL_BITS, Viterbi};

use super::maximum_likelihood::MaximumLikelihood;
use super::{Judgement, Received, Scheme, Worker, pack};
use crate::curve::noise::{gain, quantise};
use crate::curve::theory;

/// Octets that count: a telemetry frame of five codewords.
const COUNTED: usize = 1115;
/// Octets in front of them: the decoder starts without knowing the state.
const BEFORE: usize = 16;
/// Octets behind them, so that all that count have later symbols to speak for them. Makes the frame a multiple of all periods (1, 2, 3, 5, 7 bits).
const BEHIND: usize = 24;
const LEN: usize = BEFORE + COUNTED + BEHIND;

/// A rate of the code: which of C1 and C2 are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// 1/2, not punctured.
    Half,
    /// 2/3.
    TwoThirds,
    /// 3/4.
    ThreeQuarters,
    /// 5/6.
    FiveSixths,
    /// 7/8.
    SevenEighths,
}

impl Rate {
    /// All, from strong to weak.
    pub const ALL: [Self; 5] = [
        Self::Half,
        Self::TwoThirds,
        Self::ThreeQuarters,
        Self::FiveSixths,
        Self::SevenEighths,
    ];

    /// Whether C1 and C2 are sent, for each bit of a period (the table of 131.0-B).
    pub const fn pattern(self) -> &'static [[u8; 2]] {
        match self {
            Self::Half => &[[1, 1]],
            Self::TwoThirds => &[[1, 1], [0, 1]],
            Self::ThreeQuarters => &[[1, 1], [0, 1], [1, 0]],
            Self::FiveSixths => &[[1, 1], [0, 1], [1, 0], [0, 1], [1, 0]],
            Self::SevenEighths => &[[1, 1], [0, 1], [0, 1], [0, 1], [1, 0], [0, 1], [1, 0]],
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Half => ("1-2", "1/2"),
            Self::TwoThirds => ("2-3", "2/3"),
            Self::ThreeQuarters => ("3-4", "3/4"),
            Self::FiveSixths => ("5-6", "5/6"),
            Self::SevenEighths => ("7-8", "7/8"),
        }
    }

    /// Which of the 2·LEN·8 mother symbols are sent.
    pub(super) fn kept(self) -> impl Iterator<Item = bool> {
        self.pattern()
            .iter()
            .cycle()
            .flatten()
            .map(|&keep| keep == 1)
    }
}

/// K = 7 with the Viterbi decoder that ships, or with one in floating point.
#[derive(Debug, Clone)]
pub struct Convolutional {
    rate: Rate,
    float: bool,
    spectrum: Vec<(usize, f64)>,
}

impl Convolutional {
    /// The code at this rate, with the decoder that ships.
    pub fn new(rate: Rate) -> Self {
        Self::with(rate, false)
    }

    /// With maximum-likelihood decoding in floating point.
    pub fn float(rate: Rate) -> Self {
        Self::with(rate, true)
    }

    fn with(rate: Rate, float: bool) -> Self {
        Self {
            rate,
            float,
            spectrum: theory::spectrum(rate.pattern()),
        }
    }
}

impl Scheme for Convolutional {
    fn name(&self) -> String {
        self.stream_name() + if self.float { "-float" } else { "" }
    }

    fn title(&self) -> String {
        let decoder = if self.float { ", floating point" } else { "" };
        format!("K = 7, rate {}{decoder}", self.rate.words().1)
    }

    fn message_len(&self) -> usize {
        LEN
    }

    fn counted(&self) -> Range<usize> {
        BEFORE * 8..(BEFORE + COUNTED) * 8
    }

    fn symbols(&self) -> usize {
        self.rate
            .kept()
            .take(2 * 8 * LEN)
            .filter(|&kept| kept)
            .count()
    }

    fn rate(&self) -> f64 {
        let sent: u8 = self.rate.pattern().iter().flatten().sum();
        self.rate.pattern().len() as f64 / f64::from(sent)
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        if self.float {
            return Box::new(MaximumLikelihood::new(self.rate));
        }
        Box::new(Stream::new(self.rate))
    }

    fn theory(&self, eb_n0_db: f64) -> Option<f64> {
        if self.float {
            return None;
        }
        let period = self.rate.pattern().len();
        Some(theory::union_bound(
            &self.spectrum,
            period,
            self.rate(),
            eb_n0_db,
        ))
    }

    fn theory_name(&self) -> &'static str {
        "union bound"
    }

    fn reference(&self) -> Option<String> {
        (!self.float).then(|| self.stream_name() + "-float")
    }

    fn stream_name(&self) -> String {
        format!("k7-{}", self.rate.words().0)
    }

    fn range(&self) -> (f64, f64, f64) {
        match self.rate {
            Rate::Half => (0.5, 5.5, 0.5),
            Rate::TwoThirds => (1.0, 6.0, 0.5),
            Rate::ThreeQuarters => (1.5, 6.5, 0.5),
            Rate::FiveSixths => (2.0, 7.5, 0.5),
            Rate::SevenEighths => (2.5, 8.0, 0.5),
        }
    }
}

/// Encoder and decoder of one thread; also the inner code of [`super::Concatenated`].
pub(super) struct Stream {
    rate: Rate,
    soft: Vec<i8>,
    pairs: Vec<[i8; 2]>,
    bits: Vec<u8>,
}

impl Stream {
    pub(super) const fn new(rate: Rate) -> Self {
        Self {
            rate,
            soft: Vec::new(),
            pairs: Vec::new(),
            bits: Vec::new(),
        }
    }

    /// Whether G2 is sent inverted.
    pub(super) const fn inverts(&self) -> bool {
        matches!(self.g2(), G2::Inverted)
    }

    const fn g2(&self) -> G2 {
        // 131.0-B inverts G2 at rate 1/2 only.
        match self.rate {
            Rate::Half => G2::Inverted,
            _ => G2::Plain,
        }
    }
}

impl Worker for Stream {
    fn encode(&mut self, message: &[u8], symbols: &mut [u8]) {
        let mut encoder = ConvolutionalEncoder::new(self.g2());
        let mother = encoder.encode_octets(message);
        let sent = mother.zip(self.rate.kept()).filter(|&(_, kept)| kept);
        for (symbol, (bit, _)) in symbols.iter_mut().zip(sent) {
            *symbol = bit;
        }
    }

    fn decode(&mut self, received: Received<'_>, message: &mut [u8]) -> Judgement {
        self.soft.resize(received.values.len(), 0);
        quantise(received.values, gain(received.sigma), &mut self.soft);
        let (mut soft, mut kept) = (self.soft.iter(), self.rate.kept());
        let mut next = || match kept.next() {
            Some(true) => soft.next().copied().unwrap_or(0),
            _ => 0,
        };
        self.pairs.clear();
        self.pairs.extend((0..message.len() * 8).map(|_| {
            let c1 = next();
            [c1, next()]
        }));
        let mut decoder = Viterbi::new(self.g2());
        self.bits
            .resize(self.pairs.len() + BLOCK_BITS + TAIL_BITS, 0);
        let done = decoder.push(&self.pairs, &mut self.bits).bits;
        let rest = self.bits.get_mut(done..).unwrap_or_default();
        let last = decoder.finish(rest);
        pack(self.bits.iter().copied().take(done + last), message);
        Judgement::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_whole_periods_and_rates_are_exact() {
        for (rate, [bits, symbols]) in
            Rate::ALL
                .into_iter()
                .zip([[1, 2], [2, 3], [3, 4], [5, 6], [7, 8]])
        {
            let code = Convolutional::new(rate);
            assert_eq!(LEN * 8 % rate.pattern().len(), 0, "{}", code.title());
            assert_eq!(code.symbols() * bits, LEN * 8 * symbols);
        }
    }

    /// Each decoder gives back a clean frame.
    #[test]
    fn clean_frames_come_back() {
        let both = |rate| [Convolutional::new(rate), Convolutional::float(rate)];
        for code in Rate::ALL.into_iter().flat_map(both) {
            let mut worker = code.worker();
            let message: Vec<u8> = (0..LEN).map(|i| (i * 37 + i / 7) as u8).collect();
            let (mut symbols, mut decoded) = (vec![0; code.symbols()], vec![0; LEN]);
            worker.encode(&message, &mut symbols);
            let values: Vec<f32> = symbols.iter().map(|&s| f32::from(s) * 2.0 - 1.0).collect();
            let received = Received {
                values: &values,
                sigma: 0.1,
            };
            worker.decode(received, &mut decoded);
            assert_eq!(
                decoded[BEFORE..BEFORE + COUNTED],
                message[BEFORE..BEFORE + COUNTED]
            );
        }
    }
}
