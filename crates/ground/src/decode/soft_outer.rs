//! The last stages that want soft symbols: LDPC and turbo blocks, LDPC command units.

use magpie_coding::cadu::TmRandomizer;
use magpie_coding::cltu::LdpcCltuReceiver;
use magpie_coding::ldpc::LdpcDecoder;
use magpie_coding::pltu::PltuHunter;
use magpie_coding::randomizer::Sequence;

use super::block::{Blocks, Content};
use super::cltu::CltuFrames;
use super::report::DecodeReport;
use super::{BlockCode, FrameSink, Outer};

pub(super) enum SoftOuter {
    Cltu {
        receiver: Box<LdpcCltuReceiver<Vec<i8>>>,
        frames: CltuFrames,
    },
    Blocks(Box<Blocks>),
}

impl SoftOuter {
    /// The stage, if this outer part is one that wants soft symbols.
    pub(super) fn new(outer: &Outer, iterations: Option<u16>) -> Result<Option<Self>, String> {
        let (code, sequence, content) = match *outer {
            Outer::CltuLdpc { config, fecf } => {
                let memory = vec![0; LdpcDecoder::memory_len(config.code())];
                let config = match iterations {
                    Some(most) => config.with_max_iterations(most),
                    None => config,
                };
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
        let blocks = Blocks::new(code, sequence, content, iterations)?;
        Ok(Some(Self::Blocks(Box::new(blocks))))
    }

    pub(super) fn push(&mut self, symbols: &[i8], report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Cltu { receiver, frames } => {
                receiver.handle_symbols(symbols, &mut |event| frames.handle(&event, report, sink));
            }
            Self::Blocks(blocks) => blocks.push(symbols, report, sink),
        }
    }

    pub(super) fn finish(&mut self, report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Cltu { receiver, frames } => {
                receiver.finish(&mut |event| frames.handle(&event, report, sink));
                report.markers = receiver.stats().starts;
                report.markers_inverted = receiver.stats().inverted;
            }
            Self::Blocks(blocks) => blocks.finish(report, sink),
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
