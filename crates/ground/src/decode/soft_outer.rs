//! The last stages that want soft symbols: LDPC and turbo blocks, LDPC command units.

use magpie_coding::cadu::{TmRandomizer, Verdict};
use magpie_coding::cltu::LdpcCltuReceiver;
use magpie_coding::ldpc::LdpcDecoder;
use magpie_coding::pltu::PltuHunter;
use magpie_coding::randomizer::{Randomizer, Sequence};
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder};

use super::block::{Block, BlockHunter};
use super::cltu::CltuFrames;
use super::outer::{fecf_fits, finish_pltu, handle_pltu};
use super::report::{CodewordReport, DecodeReport};
use super::{BlockCode, FrameSink, Outer};

pub(super) enum SoftOuter {
    Cltu {
        receiver: Box<LdpcCltuReceiver<Vec<i8>>>,
        frames: CltuFrames,
    },
    Blocks {
        hunter: BlockHunter,
        decoder: Box<BlockDecoder>,
        content: Content,
    },
}

/// What the messages of blocks are.
pub(super) enum Content {
    /// A frame each, with or without a CRC-16 at its end.
    Frames { fecf: bool },
    /// A stream of octets in which Proximity-1 units lie anyhow.
    Pltus(Box<PltuHunter>),
}

impl SoftOuter {
    /// The stage, if this outer part is one that wants soft symbols.
    pub(super) fn new(outer: &Outer) -> Result<Option<Self>, String> {
        let (code, sequence, content) = match *outer {
            Outer::CltuLdpc { config, fecf } => {
                let memory = vec![0; LdpcDecoder::memory_len(config.code())];
                let receiver = LdpcCltuReceiver::new(config, memory).map_err(|e| e.to_string())?;
                return Ok(Some(Self::Cltu {
                    receiver: Box::new(receiver),
                    frames: CltuFrames::new(config.code().message_len(), false, fecf),
                }));
            }
            Outer::Block {
                code,
                randomizer,
                fecf,
            } => (code, sequence(randomizer), Content::Frames { fecf }),
            Outer::Prox1Ldpc(config) => (
                BlockCode::PROX1,
                Some(Sequence::Tc),
                Content::Pltus(Box::new(PltuHunter::new(config))),
            ),
            _ => return Ok(None),
        };
        Ok(Some(Self::Blocks {
            hunter: BlockHunter::new(code),
            decoder: Box::new(BlockDecoder::new(code, sequence)?),
            content,
        }))
    }

    pub(super) fn push(&mut self, symbols: &[i8], report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Cltu { receiver, frames } => {
                receiver.handle_symbols(symbols, &mut |event| frames.handle(&event, report, sink));
            }
            Self::Blocks {
                hunter,
                decoder,
                content,
            } => hunter.push(symbols, &mut |block| {
                handle_block(&block, decoder, content, report, sink)
            }),
        }
    }

    pub(super) fn finish(&mut self, report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Cltu { receiver, frames } => {
                receiver.finish(&mut |event| frames.handle(&event, report, sink));
                report.markers = receiver.stats().starts;
                report.markers_inverted = receiver.stats().inverted;
            }
            Self::Blocks {
                hunter, content, ..
            } => {
                report.markers = hunter.markers;
                report.markers_inverted = hunter.inverted;
                if hunter.is_cut_off() {
                    *report.rejected.entry("cut-off-at-the-end").or_default() += 1;
                }
                if let Content::Pltus(hunter) = content {
                    finish_pltu(hunter, report, sink);
                }
            }
        }
    }
}

/// The sequence that a telemetry randomizer adds.
const fn sequence(randomizer: TmRandomizer) -> Option<Sequence> {
    match randomizer {
        TmRandomizer::None => None,
        TmRandomizer::Short => Some(Sequence::TmShort),
        TmRandomizer::Long => Some(Sequence::TmLong),
    }
}

fn handle_block(
    block: &Block<'_>,
    decoder: &mut BlockDecoder,
    content: &mut Content,
    report: &mut DecodeReport,
    sink: FrameSink<'_>,
) -> Verdict {
    let fecf = matches!(content, Content::Frames { fecf: true });
    let decoded = decoder.decode(block, fecf);
    let count = report.codewords.get_or_insert_with(CodewordReport::default);
    if !decoded.converged {
        if block.expected {
            // Elsewhere it may have been noise that looked like a marker.
            count.failed();
            count.iterated(decoded.iterations);
            report.frames_bad += 1;
        }
        let detail = format!("no codeword after {} iterations", decoded.iterations);
        report.refuse(block.at, "no-codeword", detail);
        return Verdict::Bad;
    }
    count.good(decoded.corrected);
    count.iterated(decoded.iterations);
    match content {
        Content::Pltus(hunter) => hunter.handle_octets(&decoder.message, &mut |event| {
            handle_pltu(&event, report, sink);
        }),
        Content::Frames { fecf: true } if !fecf_fits(&decoder.message) => {
            report.frames_bad += 1;
            report.refuse(block.at, "crc-16", "CRC-16 does not fit".into());
        }
        Content::Frames { .. } => {
            report.frames += 1;
            report.frames_good += 1;
            sink(&decoder.message);
        }
    }
    Verdict::Good
}

/// Decodes blocks of one code.
pub(super) struct BlockDecoder {
    codec: Codec,
    sequence: Option<Sequence>,
    /// The block, upright and derandomized.
    soft: Vec<i8>,
    message: Vec<u8>,
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
    },
}

/// What became of a block.
struct Decoded {
    converged: bool,
    iterations: u16,
    corrected: u32,
}

impl BlockDecoder {
    fn new(code: BlockCode, sequence: Option<Sequence>) -> Result<Self, String> {
        let codec = match code {
            BlockCode::Ldpc(code) => Codec::Ldpc {
                decoder: LdpcDecoder::new(code, vec![0; LdpcDecoder::memory_len(code)])
                    .map_err(|error| error.to_string())?,
                most_erased: code.qc().n - code.qc().k,
            },
            BlockCode::Turbo(code) => Codec::Turbo {
                code,
                memory: vec![Row::ZERO; TurboDecoder::memory_len(code)],
            },
        };
        Ok(Self {
            codec,
            sequence,
            soft: Vec::with_capacity(code.symbols()),
            message: vec![0; code.frame_len()],
        })
    }

    fn decode(&mut self, block: &Block<'_>, fecf: bool) -> Decoded {
        self.soft.clear();
        let upright = block.symbols.iter().map(|&symbol| {
            let symbol = symbol.max(-127);
            if block.inverted { -symbol } else { symbol }
        });
        self.soft.extend(upright);
        if let Some(sequence) = self.sequence {
            Randomizer::new(sequence).apply_soft(&mut self.soft);
        }
        let (soft, message) = (&self.soft[..], &mut self.message[..]);
        let decoded = match &mut self.codec {
            Codec::Ldpc {
                decoder,
                most_erased,
            } => decoder.decode(soft, message).ok().map(|outcome| Decoded {
                converged: outcome.converged
                    && soft.iter().filter(|&&symbol| symbol == 0).count() <= *most_erased,
                iterations: outcome.iterations,
                corrected: outcome.corrected,
            }),
            Codec::Turbo { code, memory } => TurboDecoder::new(*code, memory)
                .and_then(|mut decoder| {
                    if fecf {
                        decoder.decode_until(soft, message, fecf_fits)
                    } else {
                        decoder.decode(soft, message)
                    }
                })
                .ok()
                .map(|outcome| Decoded {
                    converged: outcome.converged,
                    iterations: outcome.iterations,
                    corrected: outcome.corrected,
                }),
        };
        // Lengths that do not fit are no block; they do by construction.
        decoded.unwrap_or(Decoded {
            converged: false,
            iterations: 0,
            corrected: 0,
        })
    }
}
