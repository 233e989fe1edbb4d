//! The account of a decoded recording.

use std::collections::BTreeMap;

use serde::Serialize;

/// Refused units listed one by one; beyond this only the counts grow.
const LISTED_REFUSALS: usize = 1000;

/// The account of a decoded recording, as `magpie decode --json` prints it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DecodeReport {
    /// Symbols read.
    pub symbols: u64,
    /// Octets behind the last whole symbol.
    pub trailing_bytes: u64,
    /// Symbols that cannot be (not-a-number, a `bits` octet of 2 or more); they count as erased.
    pub invalid_symbols: u64,
    /// What the Viterbi decoder saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convolutional: Option<ConvolutionalReport>,
    /// Markers found.
    pub markers: u64,
    /// Those of them that came inverted.
    pub markers_inverted: u64,
    /// Frames written to the output.
    pub frames: u64,
    /// Of these, frames whose own check (CRC or block code) is good.
    pub frames_good: u64,
    /// Frames or candidates whose check failed.
    pub frames_bad: u64,
    /// Codewords of a block code seen in units, and what became of them.
    #[serde(flatten)]
    pub codewords: Option<CodewordReport>,
    /// Command link transmission units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cltu: Option<CltuReport>,
    /// Refused units, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// The first thousand of them.
    pub rejected_units: Vec<RefusedUnit>,
}

/// What the Viterbi decoder saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ConvolutionalReport {
    /// Bits decided.
    pub bits: u64,
    /// Bits decided while the stream around them was a coded one.
    pub bits_in_lock: u64,
    /// Share of the symbols (weighted with their confidence) that disagree with the decisions, while in lock.
    pub symbol_mismatch: f64,
    /// How often the pair phase or the G2 inversion changed while in lock: symbol slips.
    pub slips: u64,
    /// Was G2 inverted (the books' way at rate 1/2) at the last lock? Not told of punctured rates.
    pub g2_inverted: Option<bool>,
}

/// Codewords of a block code.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CodewordReport {
    /// Codewords looked at.
    pub codewords: u64,
    /// Without an error.
    pub codewords_clean: u64,
    /// Mended.
    pub codewords_corrected: u64,
    /// Beyond repair.
    pub codewords_failed: u64,
    /// Corrected symbols → codewords (Reed–Solomon).
    pub corrections_histogram: BTreeMap<usize, u64>,
    /// Symbols that were received otherwise than decided (BCH, LDPC, turbo), in all good codewords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_symbols: Option<u64>,
    /// Iterations of the decoder a codeword, failed ones included (LDPC, turbo).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations_mean: Option<f64>,
    /// The most that one of them took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations_max: Option<u16>,
    /// Their sum.
    #[serde(skip)]
    pub(crate) iterations: u64,
}

impl CodewordReport {
    /// A codeword that was decoded, with so many symbols received otherwise.
    pub(crate) fn good(&mut self, corrected: u32) {
        self.codewords += 1;
        *if corrected == 0 {
            &mut self.codewords_clean
        } else {
            &mut self.codewords_corrected
        } += 1;
        *self.corrected_symbols.get_or_insert_default() += u64::from(corrected);
    }

    /// A codeword beyond repair.
    pub(crate) fn failed(&mut self) {
        self.codewords += 1;
        self.codewords_failed += 1;
    }

    /// Takes the iterations of one more codeword of those counted.
    #[allow(clippy::cast_precision_loss)] // a mean for people
    pub(crate) fn iterated(&mut self, iterations: u16) {
        self.iterations += u64::from(iterations);
        self.iterations_max = self.iterations_max.max(Some(iterations));
        self.iterations_mean = Some(self.iterations as f64 / self.codewords.max(1) as f64);
    }
}

/// Command link transmission units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CltuReport {
    /// Units in which at least one codeword was accepted.
    pub units: u64,
    /// Start sequences without a codeword behind them: false ones, most of them.
    pub false_starts: u64,
    /// Ends by the tail sequence.
    pub ended_by_tail: u64,
    /// Ends by another codeword that cannot be corrected.
    pub ended_by_codeword: u64,
    /// Ends by the limit of codewords.
    pub ended_by_limit: u64,
    /// Units that the end of the recording cut off.
    pub cut_off: u64,
}

/// A unit that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedUnit {
    /// First bit of its marker (or of the codeword), counted from the start of the bit stream.
    pub at_bit: u64,
    /// The rule it broke.
    pub reason: &'static str,
    /// What was found.
    pub detail: String,
}

impl DecodeReport {
    pub(crate) fn refuse(&mut self, at_bit: u64, reason: &'static str, detail: String) {
        *self.rejected.entry(reason).or_default() += 1;
        if self.rejected_units.len() < LISTED_REFUSALS {
            self.rejected_units.push(RefusedUnit {
                at_bit,
                reason,
                detail,
            });
        }
    }
}
