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

use magpie_coding::asm::Asm;
use magpie_coding::cadu::{CaduConfig, TmRandomizer};
use magpie_coding::cltu::{CltuConfig, LdpcCltuConfig};
use magpie_coding::convolutional::Rate;
use magpie_coding::descrambler::Descrambler;
use magpie_coding::pltu::PltuConfig;
use magpie_coding::reed_solomon::ReedSolomon;
use magpie_coding::soft::bit_from_soft;
use magpie_coding::viterbi::G2Choice;

use crate::symbols::{SymbolFormat, SymbolReader};

mod block;
mod cltu;
mod inner;
mod outer;
mod report;
mod soft_outer;

pub use block::BlockCode;
use inner::Inner;
use outer::OuterDecoder;
pub use report::{CltuReport, CodewordReport, ConvolutionalReport, DecodeReport, RefusedUnit};
use soft_outer::SoftOuter;

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
    /// Telemetry without a block code: marker, randomized frame of fixed length that ends with a CRC-16.
    Frames(CaduConfig),
    /// Telemetry: marker, randomized LDPC or turbo block with a frame inside.
    Block {
        /// The code, which says the marker and the lengths.
        code: BlockCode,
        /// The randomizer.
        randomizer: TmRandomizer,
        /// Frames end with a CRC-16.
        fecf: bool,
    },
    /// Proximity-1 units in a stream of LDPC blocks.
    Prox1Ldpc(PltuConfig),
    /// Telecommand: TC (or USLP) frames in units of BCH codewords.
    Cltu {
        /// The receiver.
        config: CltuConfig,
        /// Frames end with a CRC-16.
        fecf: bool,
    },
    /// Telecommand in units of LDPC codewords.
    CltuLdpc {
        /// The receiver.
        config: LdpcCltuConfig,
        /// Frames end with a CRC-16.
        fecf: bool,
    },
}

impl Outer {
    /// Proximity-1 units with the usual tolerance.
    pub const fn pltu() -> Self {
        Self::Pltu(PltuConfig::new())
    }

    /// Is there an LDPC or turbo decoder, which goes over a block again and again?
    const fn iterates(&self) -> bool {
        matches!(
            self,
            Self::Block { .. } | Self::Prox1Ldpc(_) | Self::CltuLdpc { .. }
        )
    }

    const fn is_cltu(&self) -> bool {
        matches!(self, Self::Cltu { .. } | Self::CltuLdpc { .. })
    }

    /// Are there codewords of a block code to account for?
    fn has_codewords(&self) -> bool {
        match self {
            Self::Cadu(config) => config.rs().is_some(),
            Self::Codewords(_)
            | Self::Block { .. }
            | Self::Prox1Ldpc(_)
            | Self::Cltu { .. }
            | Self::CltuLdpc { .. } => true,
            Self::Pltu(_) | Self::Marked { .. } | Self::Frames(_) => false,
        }
    }
}

/// The stages of a decoder.
#[derive(Debug, Clone, Copy)]
pub struct DecodeConfig {
    /// How symbols lie in the file.
    pub input: SymbolFormat,
    /// Convolutional code K = 7, and what is known of its G2 inversion (punctured rates have none).
    pub convolutional: Option<G2Choice>,
    /// Its rate.
    pub rate: Rate,
    /// V.35 / IESS-308 descrambler behind it.
    pub descrambler: bool,
    /// Frames.
    pub outer: Outer,
    /// Iterations of an LDPC or turbo decoder at the most; unless told, as many as it does by itself.
    pub iterations: Option<u16>,
}

impl DecodeConfig {
    /// Hard or soft symbols that are the bits themselves.
    pub const fn new(input: SymbolFormat, outer: Outer) -> Self {
        Self {
            input,
            convolutional: None,
            rate: Rate::Half,
            descrambler: false,
            outer,
            iterations: None,
        }
    }

    /// With this rate of the convolutional code.
    #[must_use]
    pub const fn with_rate(self, rate: Rate) -> Self {
        Self { rate, ..self }
    }

    /// With so many iterations of an LDPC or turbo decoder at the most.
    #[must_use]
    pub const fn with_iterations(self, iterations: Option<u16>) -> Self {
        Self { iterations, ..self }
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

/// A receiver of frames.
pub type FrameSink<'a> = &'a mut dyn FnMut(&[u8]);

/// Runs the stages over a file, chunk by chunk.
pub struct Decoder {
    reader: SymbolReader,
    stages: Stages,
    report: DecodeReport,
    symbols: Vec<i8>,
}

/// What follows the symbols.
enum Stages {
    /// Decisions, then frames in hard bits.
    Hard {
        inner: Option<Inner>,
        descrambler: Option<Descrambler>,
        outer: OuterDecoder,
        bits: Vec<u8>,
    },
    /// A code that wants the symbols as they are.
    Soft(SoftOuter),
}

impl Decoder {
    /// A decoder with these stages; fails with one line if they do not fit together.
    pub fn new(config: &DecodeConfig) -> Result<Self, String> {
        Ok(Self {
            reader: SymbolReader::new(config.input),
            stages: Stages::new(config)?,
            report: DecodeReport {
                codewords: config.outer.has_codewords().then(CodewordReport::default),
                cltu: config.outer.is_cltu().then(CltuReport::default),
                ..DecodeReport::default()
            },
            symbols: Vec::new(),
        })
    }

    /// Takes the next octets of the file.
    pub fn push(&mut self, octets: &[u8], sink: FrameSink<'_>) {
        // Small pieces keep the buffers small whatever the caller's chunks are.
        for piece in octets.chunks(1 << 16) {
            self.symbols.clear();
            self.reader.push(piece, &mut self.symbols);
            self.report.symbols += self.symbols.len() as u64;
            self.stages.push(&self.symbols, &mut self.report, sink);
        }
    }

    /// The file is over: flushes every stage and gives the account.
    pub fn finish(mut self, sink: FrameSink<'_>) -> DecodeReport {
        self.stages.finish(&mut self.report, sink);
        self.report.trailing_bytes = self.reader.trailing();
        self.report.invalid_symbols = self.reader.invalid();
        self.report
    }
}

impl Stages {
    fn new(config: &DecodeConfig) -> Result<Self, String> {
        if config.iterations.is_some() && !config.outer.iterates() {
            return Err("iterations are a matter of LDPC and turbo codes alone".into());
        }
        if let Some(soft) = SoftOuter::new(&config.outer, config.iterations)? {
            if config.convolutional.is_some() || config.descrambler {
                return Err(
                    "this code wants the symbols as they are: no inner code, no descrambler".into(),
                );
            }
            return Ok(Self::Soft(soft));
        }
        Ok(Self::Hard {
            inner: config.convolutional.map(|g2| Inner::new(g2, config.rate)),
            descrambler: config.descrambler.then(Descrambler::new),
            outer: OuterDecoder::new(&config.outer)?,
            bits: Vec::new(),
        })
    }

    fn push(&mut self, symbols: &[i8], report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Soft(outer) => outer.push(symbols, report, sink),
            Self::Hard {
                inner,
                descrambler,
                outer,
                bits,
            } => {
                bits.clear();
                match inner {
                    Some(inner) => inner.push(symbols, bits),
                    None => bits.extend(symbols.iter().map(|&symbol| bit_from_soft(symbol))),
                }
                if let Some(descrambler) = descrambler {
                    descrambler.apply(bits);
                }
                outer.push(bits, report, sink);
            }
        }
    }

    fn finish(&mut self, report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Soft(outer) => outer.finish(report, sink),
            Self::Hard {
                inner,
                descrambler,
                outer,
                bits,
            } => {
                bits.clear();
                if let Some(inner) = inner {
                    inner.finish(bits);
                    report.convolutional = Some(inner.report());
                }
                if let Some(descrambler) = descrambler {
                    descrambler.apply(bits);
                }
                outer.push(bits, report, sink);
                outer.finish(report, sink);
            }
        }
    }
}
