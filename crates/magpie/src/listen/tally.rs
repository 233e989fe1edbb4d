//! Counts of what came of soft symbols under one coding.

use std::collections::BTreeMap;

use magpie_coding::pltu::PltuReject;

use super::coding::Coding;

/// What came of soft symbols.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Soft symbols taken, erased ones among them.
    pub symbols: u64,
    /// Symbols that were erased: fades through which the count was kept.
    pub erased: u64,
    /// PLTU markers that are no work of noise.
    pub markers: u64,
    /// Those of them that came turned over.
    pub markers_inverted: u64,
    /// Frames with a good CRC.
    pub good: u64,
    /// Those of them that came turned over.
    pub good_inverted: u64,
    /// Octets in good frames.
    pub octets: u64,
    /// Frames whose CRC failed, and codewords beyond repair where one had to be.
    pub bad: u64,
    /// Refused units, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Markers where nothing coded was received: noise makes some.
    pub noise_markers: u64,
    /// What the convolutional code's decoder saw.
    pub viterbi: Viterbi,
    /// What the LDPC decoder saw.
    pub codewords: Codewords,
    /// The refused units one by one, if they are noted.
    pub(super) refused: Vec<Refused>,
    /// Words of idle, 32 symbols each, seen without decoding (uncoded alone).
    pub idle_words: u64,
}

/// A marker without a good frame behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) coding: Coding,
    /// Number of the first symbol of the marker, about.
    pub(super) at_symbol: u64,
    /// Octets of the frame, if the header says so.
    pub(super) len: Option<u16>,
    pub(super) reason: &'static str,
    /// Something coded was received there.
    pub(super) locked: bool,
}

/// What the Viterbi decoder saw.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Viterbi {
    /// Bits decided.
    pub bits: u64,
    /// While the stream around them was a coded one.
    pub bits_in_lock: u64,
    /// Disagreement with the symbols in lock, weighted with confidence, and the weight.
    pub mismatch: (u64, u64),
    /// Changes of the pair phase or of G2 while in lock.
    pub slips: u64,
    /// Was G2 inverted at the last lock?
    pub g2_inverted: Option<bool>,
}

/// What the LDPC decoder saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Codewords {
    /// Decoded.
    pub good: u64,
    /// Beyond repair, where one had to be.
    pub failed: u64,
    /// Symbols received otherwise than decided, in the good ones.
    pub corrected_symbols: u64,
}

impl Tally {
    pub(super) fn refuse(&mut self, reason: &'static str) {
        *self.rejected.entry(reason).or_default() += 1;
    }

    /// A refused unit was a good one after all.
    pub(super) fn withdraw(&mut self, reason: &'static str) {
        self.bad = self.bad.saturating_sub(u64::from(reason == CRC));
        if let Some(count) = self.rejected.get_mut(reason) {
            *count = count.saturating_sub(1);
        }
        self.rejected.retain(|_, count| *count > 0);
    }

    /// Takes another count in.
    pub(super) fn add(&mut self, other: &Self) {
        self.symbols += other.symbols;
        self.erased += other.erased;
        self.markers += other.markers;
        self.markers_inverted += other.markers_inverted;
        self.good += other.good;
        self.good_inverted += other.good_inverted;
        self.octets += other.octets;
        self.bad += other.bad;
        for (reason, n) in &other.rejected {
            *self.rejected.entry(reason).or_default() += n;
        }
        self.noise_markers += other.noise_markers;
        self.viterbi.add(&other.viterbi);
        self.codewords.good += other.codewords.good;
        self.codewords.failed += other.codewords.failed;
        self.codewords.corrected_symbols += other.codewords.corrected_symbols;
        self.refused.extend_from_slice(&other.refused);
        self.idle_words += other.idle_words;
    }
}

impl Viterbi {
    fn add(&mut self, other: &Self) {
        self.bits += other.bits;
        self.bits_in_lock += other.bits_in_lock;
        self.mismatch.0 += other.mismatch.0;
        self.mismatch.1 += other.mismatch.1;
        self.slips += other.slips;
        self.g2_inverted = other.g2_inverted.or(self.g2_inverted);
    }

    /// Share of the symbols that were received wrong, weighted with their confidence; nothing without lock.
    #[allow(clippy::cast_precision_loss)] // a ratio for people
    pub fn symbol_mismatch(&self) -> Option<f64> {
        (self.mismatch.1 > 0).then(|| self.mismatch.0 as f64 / self.mismatch.1 as f64)
    }
}

/// The name of a failed frame check.
pub(super) const CRC: &str = "crc-32";

/// The names of `magpie decode`.
pub(super) const fn reason_name(reason: PltuReject) -> &'static str {
    match reason {
        PltuReject::Version { .. } => "frame-version",
        PltuReject::TruncatedNotManaged => "truncated-frame",
        PltuReject::Length { .. } => "frame-length",
        PltuReject::Crc { .. } => CRC,
        PltuReject::Truncated { .. } => "cut-off-at-the-end",
    }
}
