//! The inner code: the Viterbi decoder and what it saw.

use magpie_coding::convolutional::{G2, Rate};
use magpie_coding::viterbi::{
    AutoPunctured, AutoViterbi, BLOCK_BITS, G2Choice, Hypothesis, PuncturedRun, Quality, Run,
};

use super::report::ConvolutionalReport;

/// Symbols with which a punctured stream that is shorter than the decoder's search is filled up.
const SEARCH: usize = 4096;

/// The Viterbi decoder with its account.
pub(super) struct Inner {
    viterbi: Viterbi,
    lock: LockTally,
}

/// The decoder for the rate.
enum Viterbi {
    /// Rate 1/2, the phase of the pair and the inversion of G2 found by itself.
    Half(Box<AutoViterbi>),
    /// A punctured rate, the phase of its pattern found by itself.
    Punctured(Box<AutoPunctured>),
}

impl Inner {
    pub(super) fn new(g2: G2Choice, rate: Rate) -> Self {
        Self {
            viterbi: match rate {
                Rate::Half => Viterbi::Half(Box::new(AutoViterbi::new(g2))),
                rate => Viterbi::Punctured(Box::new(AutoPunctured::new(rate))),
            },
            lock: LockTally::default(),
        }
    }

    /// Takes symbols and appends decided bits.
    pub(super) fn push(&mut self, symbols: &[i8], bits: &mut Vec<u8>) {
        let lock = &mut self.lock;
        match &mut self.viterbi {
            Viterbi::Half(viterbi) => viterbi.push(symbols, |run| {
                lock.count(run);
                bits.extend_from_slice(run.bits());
            }),
            Viterbi::Punctured(viterbi) => viterbi.push(symbols, |run| {
                lock.count_punctured(run);
                bits.extend_from_slice(run.bits());
            }),
        }
    }

    /// Appends the bits still undecided.
    pub(super) fn finish(&mut self, bits: &mut Vec<u8>) {
        if let Viterbi::Punctured(viterbi) = &self.viterbi {
            self.lock.report.slips = viterbi.slips().into();
            // Erasures push what waits for a whole block, or for a whole search, through the decoder.
            let erased = match viterbi.phase() {
                Some(_) => 2 * BLOCK_BITS,
                None => SEARCH,
            };
            self.push(&vec![0; erased], bits);
        }
        let lock = &mut self.lock;
        match &mut self.viterbi {
            Viterbi::Half(viterbi) => viterbi.finish(|run| {
                lock.count(run);
                bits.extend_from_slice(run.bits());
            }),
            Viterbi::Punctured(viterbi) => viterbi.finish(|run| {
                lock.count_punctured(run);
                bits.extend_from_slice(run.bits());
            }),
        }
    }

    pub(super) fn report(&self) -> ConvolutionalReport {
        self.lock.report()
    }
}

/// Sums up lock and quality over the runs of the Viterbi decoder.
#[derive(Debug, Default)]
struct LockTally {
    report: ConvolutionalReport,
    mismatch: u64,
    magnitude: u64,
    last: Option<Hypothesis>,
}

impl LockTally {
    fn count(&mut self, run: &Run<'_>) {
        self.report.bits += run.bits().len() as u64;
        if run.is_locked() {
            self.locked(run.bits(), run.quality());
            self.report.slips += u64::from(self.last.is_some_and(|last| last != run.hypothesis()));
            self.last = Some(run.hypothesis());
        }
    }

    /// A decoder of a punctured rate hands out nothing unless it is in lock.
    fn count_punctured(&mut self, run: &PuncturedRun<'_>) {
        self.report.bits += run.bits().len() as u64;
        self.locked(run.bits(), run.quality());
    }

    fn locked(&mut self, bits: &[u8], quality: Quality) {
        self.report.bits_in_lock += bits.len() as u64;
        self.mismatch += u64::from(quality.mismatch);
        self.magnitude += u64::from(quality.magnitude);
    }

    #[allow(clippy::cast_precision_loss)] // a ratio for people
    fn report(&self) -> ConvolutionalReport {
        let g2_inverted = self.last.map(|last| last.g2 == G2::Inverted);
        let symbol_mismatch = self.mismatch as f64 / self.magnitude.max(1) as f64;
        ConvolutionalReport {
            symbol_mismatch,
            g2_inverted,
            ..self.report
        }
    }
}
