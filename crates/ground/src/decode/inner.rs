//! The inner code: the Viterbi decoder and what it saw.

use magpie_coding::convolutional::G2;
use magpie_coding::viterbi::{AutoViterbi, G2Choice, Hypothesis, Run};

use super::report::ConvolutionalReport;

/// The Viterbi decoder with its account.
pub(super) struct Inner {
    viterbi: Box<AutoViterbi>,
    lock: LockTally,
}

impl Inner {
    pub(super) fn new(g2: G2Choice) -> Self {
        Self {
            viterbi: Box::new(AutoViterbi::new(g2)),
            lock: LockTally::default(),
        }
    }

    /// Takes symbols and appends decided bits.
    pub(super) fn push(&mut self, symbols: &[i8], bits: &mut Vec<u8>) {
        self.viterbi.push(symbols, |run| {
            self.lock.count(run);
            bits.extend_from_slice(run.bits());
        });
    }

    /// Appends the bits still undecided.
    pub(super) fn finish(&mut self, bits: &mut Vec<u8>) {
        self.viterbi.finish(|run| {
            self.lock.count(run);
            bits.extend_from_slice(run.bits());
        });
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
        let bits = run.bits().len() as u64;
        self.report.bits += bits;
        if run.is_locked() {
            self.report.bits_in_lock += bits;
            self.mismatch += u64::from(run.quality().mismatch);
            self.magnitude += u64::from(run.quality().magnitude);
            self.report.slips += u64::from(self.last.is_some_and(|last| last != run.hypothesis()));
            self.last = Some(run.hypothesis());
        }
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
