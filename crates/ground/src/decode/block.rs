//! Blocks of soft symbols behind a marker: one frame each, or a piece of a stream of Proximity-1 units.
//!
//! Books: 131.0-B (LDPC, turbo), 211.2-B-3 (LDPC option). The rhythm is kept by [`CodeblockSync`], the code is the judge. A block beyond repair counts as a bad one if the
//! rhythm expected it and its marker is there; elsewhere it may be noise that looks like a marker, and is only listed.

use magpie_coding::asm::Asm;
use magpie_coding::codeblock::{Codeblock, CodeblockConfig, CodeblockSync, Verdict};
use magpie_coding::ldpc::{LdpcCode, LdpcDecoder};
use magpie_coding::pltu::PltuHunter;
use magpie_coding::randomizer::Sequence;
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, TurboRate};

use super::FrameSink;
use super::outer::{fecf_fits, finish_pltu, handle_pltu};
use super::report::{CodewordReport, DecodeReport};

/// Bits of a marker, one an element.
const fn bits<const N: usize>(marker: Asm) -> [u8; N] {
    let mut bits = [0; N];
    let mut at = 0;
    while at < marker.len_bits() {
        bits[at as usize] = marker.bit(at);
        at += 1;
    }
    bits
}

static TM: [u8; 32] = bits(Asm::TM);
static CSM: [u8; 64] = bits(Asm::CSM);
static TURBO_THIRD: [u8; 96] = bits(Asm::TURBO_THIRD);
static TURBO_QUARTER: [u8; 128] = bits(Asm::TURBO_QUARTER);
static TURBO_SIXTH: [u8; 192] = bits(Asm::TURBO_SIXTH);

/// A block code of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockCode {
    /// AR4JA or C2.
    Ldpc(LdpcCode),
    /// Turbo.
    Turbo(TurboCode),
}

impl BlockCode {
    /// The code of Proximity-1's LDPC option.
    pub const PROX1: Self = Self::Ldpc(LdpcCode::Prox1);

    /// The marker in front of each block.
    pub const fn marker(self) -> Asm {
        match self {
            Self::Ldpc(LdpcCode::C2) => Asm::TM,
            Self::Ldpc(_) => Asm::CSM,
            Self::Turbo(code) => match code.rate() {
                TurboRate::Half => Asm::CSM,
                TurboRate::Third => Asm::TURBO_THIRD,
                TurboRate::Quarter => Asm::TURBO_QUARTER,
                TurboRate::Sixth => Asm::TURBO_SIXTH,
            },
        }
    }

    /// Its bits, and how alike in per cent symbols must be to count as one.
    const fn marker_bits(self) -> (&'static [u8], u8) {
        match self.marker().len_bits() {
            ..64 => (&TM, 65),
            64..96 => (&CSM, 50),
            96..128 => (&TURBO_THIRD, 42),
            128..192 => (&TURBO_QUARTER, 37),
            192.. => (&TURBO_SIXTH, 30),
        }
    }

    /// Symbols of a block, the marker's not among them.
    pub const fn symbols(self) -> usize {
        match self {
            Self::Ldpc(code) => code.qc().n,
            Self::Turbo(code) => code.n(),
        }
    }

    /// Octets of a frame.
    pub const fn frame_len(self) -> usize {
        match self {
            Self::Ldpc(code) => code.message_len(),
            Self::Turbo(code) => code.message_len(),
        }
    }
}

/// What the messages of blocks are.
pub(super) enum Content {
    /// A frame each, with or without a CRC-16 at its end.
    Frames { fecf: bool },
    /// A stream of octets in which Proximity-1 units lie anyhow.
    Pltus(Box<PltuHunter>),
}

/// Finds and decodes blocks.
pub(super) struct Blocks {
    sync: CodeblockSync<'static, Vec<i8>>,
    state: Judge,
}

struct Judge {
    /// How alike a marker must be for its block to count as a lost one.
    threshold: u8,
    codec: Codec,
    message: Vec<u8>,
    content: Content,
    /// The recording is over, and what comes now are erasures.
    flushing: bool,
    markers: u64,
    inverted: u64,
}

enum Codec {
    Ldpc {
        decoder: LdpcDecoder<Vec<i8>>,
        /// With more symbols erased there is nothing to decode, although the word of zeros fits.
        most_erased: usize,
    },
    Turbo {
        code: TurboCode,
        memory: Vec<Row>,
        iterations: Option<u16>,
    },
}

/// What became of a block.
#[derive(Default)]
struct Decoded {
    converged: bool,
    iterations: u16,
    corrected: u32,
}

impl Blocks {
    pub(super) fn new(
        code: BlockCode,
        sequence: Option<Sequence>,
        content: Content,
        iterations: Option<u16>,
    ) -> Result<Self, String> {
        let (marker, threshold) = code.marker_bits();
        let config = CodeblockConfig::new(marker, code.symbols())
            .with_threshold(threshold)
            .with_randomizer(sequence);
        let sync = CodeblockSync::new(config, vec![0; config.memory_len()]);
        let codec = match code {
            BlockCode::Ldpc(code) => {
                let memory = vec![0; LdpcDecoder::memory_len(code)];
                let decoder = LdpcDecoder::new(code, memory).map_err(|error| error.to_string())?;
                Codec::Ldpc {
                    decoder: match iterations {
                        Some(most) => decoder.with_max_iterations(most),
                        None => decoder,
                    },
                    most_erased: code.qc().n - code.qc().k,
                }
            }
            BlockCode::Turbo(code) => Codec::Turbo {
                code,
                memory: vec![Row::ZERO; TurboDecoder::memory_len(code)],
                iterations,
            },
        };
        Ok(Self {
            sync: sync.map_err(|error| error.to_string())?,
            state: Judge {
                threshold,
                codec,
                message: vec![0; code.frame_len()],
                content,
                flushing: false,
                markers: 0,
                inverted: 0,
            },
        })
    }

    pub(super) fn push(&mut self, symbols: &[i8], report: &mut DecodeReport, sink: FrameSink<'_>) {
        let judge = &mut self.state;
        self.sync
            .push(symbols, &mut |block| judge.handle(&block, report, sink));
    }

    /// A block that waits for its last symbols gets erasures instead.
    pub(super) fn finish(&mut self, report: &mut DecodeReport, sink: FrameSink<'_>) {
        self.state.flushing = true;
        let erased = vec![0; self.sync.config().memory_len()];
        self.push(&erased, report, sink);
        report.markers = self.state.markers;
        report.markers_inverted = self.state.inverted;
        if let Content::Pltus(hunter) = &mut self.state.content {
            finish_pltu(hunter, report, sink);
        }
    }
}

impl Judge {
    fn handle(
        &mut self,
        block: &Codeblock<'_>,
        report: &mut DecodeReport,
        sink: FrameSink<'_>,
    ) -> Verdict {
        let has_marker = block.likeness >= self.threshold;
        self.markers += u64::from(has_marker);
        self.inverted += u64::from(has_marker && block.inverted);
        let decoded = self.decode(block.symbols);
        if !decoded.converged {
            self.refuse(block, has_marker, &decoded, report);
            return Verdict::Bad;
        }
        let count = report.codewords.get_or_insert_with(CodewordReport::default);
        count.good(decoded.corrected);
        count.iterated(decoded.iterations);
        match &mut self.content {
            Content::Pltus(hunter) => hunter.handle_octets(&self.message, &mut |event| {
                handle_pltu(&event, report, sink);
            }),
            Content::Frames { fecf: true } if !fecf_fits(&self.message) => {
                report.frames_bad += 1;
                report.refuse(block.at_symbol, "crc-16", "CRC-16 does not fit".into());
            }
            Content::Frames { .. } => {
                report.frames += 1;
                report.frames_good += 1;
                sink(&self.message);
            }
        }
        Verdict::Good
    }

    fn refuse(
        &self,
        block: &Codeblock<'_>,
        has_marker: bool,
        decoded: &Decoded,
        report: &mut DecodeReport,
    ) {
        if self.flushing {
            if has_marker {
                let detail = "the recording ends within the block".to_owned();
                report.refuse(block.at_symbol, "cut-off-at-the-end", detail);
            }
            return;
        }
        if has_marker && block.slip.is_some() {
            let count = report.codewords.get_or_insert_with(CodewordReport::default);
            count.failed();
            count.iterated(decoded.iterations);
            report.frames_bad += 1;
        }
        let detail = format!("no codeword after {} iterations", decoded.iterations);
        report.refuse(block.at_symbol, "no-codeword", detail);
    }

    /// Decodes into `message`; lengths that do not fit would be no block (they fit by construction).
    fn decode(&mut self, soft: &[i8]) -> Decoded {
        let message = &mut self.message[..];
        match &mut self.codec {
            Codec::Ldpc {
                decoder,
                most_erased,
            } => {
                let erased = soft.iter().filter(|&&symbol| symbol == 0).count();
                if erased > *most_erased {
                    return Decoded::default();
                }
                let outcome = decoder.decode(soft, message);
                outcome.map_or_else(
                    |_| Decoded::default(),
                    |outcome| Decoded {
                        converged: outcome.converged,
                        iterations: outcome.iterations,
                        corrected: outcome.corrected,
                    },
                )
            }
            Codec::Turbo {
                code,
                memory,
                iterations,
            } => {
                let fecf = matches!(self.content, Content::Frames { fecf: true });
                let outcome = TurboDecoder::new(*code, memory).and_then(|mut decoder| {
                    if let Some(most) = *iterations {
                        decoder = decoder.with_max_iterations(most);
                    }
                    if fecf {
                        decoder.decode_until(soft, message, fecf_fits)
                    } else {
                        decoder.decode(soft, message)
                    }
                });
                outcome.map_or_else(
                    |_| Decoded::default(),
                    |outcome| Decoded {
                        converged: outcome.converged,
                        iterations: outcome.iterations,
                        corrected: outcome.corrected,
                    },
                )
            }
        }
    }
}
