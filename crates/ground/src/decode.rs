//! From a recording of symbols to frames: a chain of stages, each of them optional, none of them in need of a hint.
//!
//! symbols → (Viterbi, pair phase and G2 found by itself) → (descrambler) → frames behind markers, in either polarity → (derandomizer,
//! Reed–Solomon, CRC). [`DecodeConfig`] names the stages, [`Decoder`] runs them over chunks of a file, [`DecodeReport`] is the account.
//!
//! ```
//! use magpie_ground::decode::{DecodeConfig, Decoder, Outer};
//! use magpie_ground::symbols::SymbolFormat;
//!
//! // Idle, then the PLTU of an empty Version-3 frame (211.2-B-3), as hard symbols, eight an octet.
//! let file = [0x35, 0x2E, 0xF8, 0x53, 0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7];
//! let mut decoder = Decoder::new(&DecodeConfig::new(SymbolFormat::Octets, Outer::pltu())).unwrap();
//! let mut frames = Vec::new();
//! decoder.push(&file, &mut |frame| frames.push(frame.to_vec()));
//! let report = decoder.finish(&mut |frame| frames.push(frame.to_vec()));
//! assert_eq!((report.frames, frames), (1, vec![vec![0x80, 0, 0, 4, 0]]));
//! ```

use std::collections::BTreeMap;

use magpie_coding::asm::Asm;
use magpie_coding::cadu::CaduConfig;
use magpie_coding::descrambler::Descrambler;
use magpie_coding::pltu::PltuConfig;
use magpie_coding::reed_solomon::ReedSolomon;
use magpie_coding::soft::bit_from_soft;
use magpie_coding::viterbi::{AutoViterbi, G2Choice};
use serde::Serialize;

use crate::symbols::{SymbolFormat, SymbolReader};

mod outer;

use outer::OuterDecoder;

/// Refused units listed one by one; beyond this only the counts grow.
const LISTED_REFUSALS: usize = 1000;

/// How frames lie in the bit stream.
#[derive(Debug, Clone, Copy)]
pub enum Outer {
    /// Proximity-1: marker, frame, CRC-32.
    Pltu(PltuConfig),
    /// Telemetry: marker, randomized and Reed–Solomon coded frame (or a plain frame of fixed length).
    Cadu(CaduConfig),
    /// Marker, then so many octets of which the last two are the CRC-16 of what lies between `crc_from` and them. No CCSDS unit; lunar hoppers do it.
    Marked {
        /// The marker, found without tolerance.
        marker: Asm,
        /// Octets behind the marker.
        len: usize,
        /// First octet behind the marker that the CRC covers.
        crc_from: usize,
    },
    /// Reed–Solomon codewords end to end, without a marker.
    Codewords(ReedSolomon),
}

impl Outer {
    /// Proximity-1 units with the usual tolerance.
    pub const fn pltu() -> Self {
        Self::Pltu(PltuConfig::new())
    }

    /// Are there Reed–Solomon codewords to account for?
    fn has_codewords(&self) -> bool {
        match self {
            Self::Cadu(config) => config.rs().is_some(),
            Self::Codewords(_) => true,
            Self::Pltu(_) | Self::Marked { .. } => false,
        }
    }
}

/// The stages of a decoder.
#[derive(Debug, Clone, Copy)]
pub struct DecodeConfig {
    /// How symbols lie in the file.
    pub input: SymbolFormat,
    /// Convolutional code K = 7, rate 1/2, and what is known of its G2 inversion.
    pub convolutional: Option<G2Choice>,
    /// V.35 / IESS-308 descrambler behind it.
    pub descrambler: bool,
    /// Frames.
    pub outer: Outer,
}

impl DecodeConfig {
    /// Hard or soft symbols that are the bits themselves.
    pub const fn new(input: SymbolFormat, outer: Outer) -> Self {
        Self {
            input,
            convolutional: None,
            descrambler: false,
            outer,
        }
    }

    /// With a convolutional code inside.
    #[must_use]
    pub const fn convolutional(self, g2: G2Choice) -> Self {
        Self {
            convolutional: Some(g2),
            ..self
        }
    }
}

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
    /// Of these, frames whose own check (CRC or Reed–Solomon) is good.
    pub frames_good: u64,
    /// Frames or candidates whose check failed.
    pub frames_bad: u64,
    /// Reed–Solomon codewords seen in units, and what became of them.
    #[serde(flatten)]
    pub codewords: Option<CodewordReport>,
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
    /// Was G2 inverted (the books' way) at the last lock?
    pub g2_inverted: Option<bool>,
}

/// Reed–Solomon codewords.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CodewordReport {
    /// Codewords looked at.
    pub codewords: u64,
    /// Without an error.
    pub codewords_clean: u64,
    /// Mended.
    pub codewords_corrected: u64,
    /// Beyond repair.
    pub codewords_failed: u64,
    /// Corrected symbols → codewords.
    pub corrections_histogram: BTreeMap<usize, u64>,
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

/// A receiver of frames.
pub type FrameSink<'a> = &'a mut dyn FnMut(&[u8]);

/// Runs the stages over a file, chunk by chunk.
pub struct Decoder {
    reader: SymbolReader,
    viterbi: Option<Box<AutoViterbi>>,
    descrambler: Option<Descrambler>,
    outer: OuterDecoder,
    report: DecodeReport,
    lock: LockTally,
    symbols: Vec<i8>,
    bits: Vec<u8>,
}

impl Decoder {
    /// A decoder with these stages; fails with one line if they do not fit together.
    pub fn new(config: &DecodeConfig) -> Result<Self, String> {
        Ok(Self {
            reader: SymbolReader::new(config.input),
            viterbi: config
                .convolutional
                .map(|g2| Box::new(AutoViterbi::new(g2))),
            descrambler: config.descrambler.then(Descrambler::new),
            outer: OuterDecoder::new(&config.outer)?,
            report: DecodeReport {
                codewords: config.outer.has_codewords().then(CodewordReport::default),
                ..DecodeReport::default()
            },
            lock: LockTally::default(),
            symbols: Vec::new(),
            bits: Vec::new(),
        })
    }

    /// Takes the next octets of the file.
    pub fn push(&mut self, octets: &[u8], sink: FrameSink<'_>) {
        // Small pieces keep the buffers small whatever the caller's chunks are.
        for piece in octets.chunks(1 << 16) {
            self.symbols.clear();
            self.reader.push(piece, &mut self.symbols);
            self.report.symbols += self.symbols.len() as u64;
            self.bits.clear();
            match &mut self.viterbi {
                Some(viterbi) => viterbi.push(&self.symbols, |run| {
                    self.lock.count(run);
                    self.bits.extend_from_slice(run.bits());
                }),
                None => self
                    .bits
                    .extend(self.symbols.iter().map(|&symbol| bit_from_soft(symbol))),
            }
            self.hand_on(sink);
        }
    }

    /// The file is over: flushes every stage and gives the account.
    pub fn finish(mut self, sink: FrameSink<'_>) -> DecodeReport {
        self.bits.clear();
        if let Some(viterbi) = &mut self.viterbi {
            viterbi.finish(|run| {
                self.lock.count(run);
                self.bits.extend_from_slice(run.bits());
            });
        }
        self.hand_on(sink);
        self.outer.finish(&mut self.report, sink);
        self.report.trailing_bytes = self.reader.trailing();
        self.report.invalid_symbols = self.reader.invalid();
        self.report.convolutional = self.viterbi.is_some().then(|| self.lock.report());
        self.report
    }

    fn hand_on(&mut self, sink: FrameSink<'_>) {
        if let Some(descrambler) = &mut self.descrambler {
            descrambler.apply(&mut self.bits);
        }
        self.outer.push(&self.bits, &mut self.report, sink);
    }
}

/// Sums up lock and quality over the runs of the Viterbi decoder.
#[derive(Debug, Default)]
struct LockTally {
    report: ConvolutionalReport,
    mismatch: u64,
    magnitude: u64,
    last: Option<magpie_coding::viterbi::Hypothesis>,
}

impl LockTally {
    fn count(&mut self, run: &magpie_coding::viterbi::Run<'_>) {
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
        let g2_inverted = self
            .last
            .map(|last| last.g2 == magpie_coding::convolutional::G2::Inverted);
        let symbol_mismatch = self.mismatch as f64 / self.magnitude.max(1) as f64;
        ConvolutionalReport {
            symbol_mismatch,
            g2_inverted,
            ..self.report
        }
    }
}
