//! The last stages: bits to frames.

use magpie_coding::asm::Asm;
use magpie_coding::bch;
use magpie_coding::cadu::{CaduConfig, CaduHunt, CaduHunter, CaduUnit, Verdict, decode_unit};
use magpie_coding::cltu::CltuReceiver;
use magpie_coding::crc::crc16_fecf;
use magpie_coding::pltu::{PltuEvent, PltuHunter, PltuReject};
use magpie_coding::reed_solomon::{CodewordOutcome, ReedSolomon, RsReport};
use magpie_coding::soft::octet_from_bits;

use super::cltu::CltuFrames;
use super::{CodewordReport, DecodeReport, FrameSink, Outer};

/// The longest unit behind a marker: eight interleaved codewords of 255 octets.
const LONGEST_UNIT: usize = 2048;

pub(super) enum OuterDecoder {
    Pltu(Box<PltuHunter>),
    Cadu {
        hunter: Box<CaduHunter<LONGEST_UNIT>>,
        judge: Judge,
    },
    Cltu {
        receiver: Box<CltuReceiver>,
        frames: CltuFrames,
    },
    Codewords {
        code: ReedSolomon,
        bits: Vec<u8>,
        block: Vec<u8>,
        at_bit: u64,
    },
}

/// Decides whether a unit of fixed length is good.
#[derive(Clone, Copy)]
pub(super) enum Judge {
    /// Derandomizer and Reed–Solomon.
    Cadu(CaduConfig),
    /// Derandomizer, then CRC-16 over all octets.
    Frame(CaduConfig),
    /// CRC-16 over the octets from here to the last two.
    Crc { from: usize },
}

impl OuterDecoder {
    pub(super) fn new(outer: &Outer) -> Result<Self, String> {
        match *outer {
            Outer::Pltu(config) => Ok(Self::Pltu(Box::new(PltuHunter::new(config)))),
            Outer::Cadu(config) => Self::marked(CaduHunt::for_config(&config), Judge::Cadu(config)),
            Outer::Frames(config) => {
                Self::marked(CaduHunt::for_config(&config), Judge::Frame(config))
            }
            Outer::Cltu { config, fecf } => Ok(Self::Cltu {
                receiver: Box::new(CltuReceiver::new(config)),
                frames: CltuFrames::new(bch::INFORMATION_LEN, config.is_randomized(), fecf),
            }),
            Outer::CltuLdpc { .. } | Outer::Block { .. } | Outer::Prox1Ldpc(_) => {
                Err("this code wants soft symbols".into())
            }
            Outer::Marked {
                marker,
                len,
                crc_from,
            } => {
                if crc_from + 2 >= len {
                    return Err(format!(
                        "a unit of {len} octets has no room for a CRC-16 from octet {crc_from}"
                    ));
                }
                // No tolerance at all: the count of exact markers is part of the account.
                Self::marked(exact(marker, len), Judge::Crc { from: crc_from })
            }
            Outer::Codewords(code) => Ok(Self::Codewords {
                code,
                bits: Vec::new(),
                block: Vec::new(),
                at_bit: 0,
            }),
        }
    }

    fn marked(hunt: CaduHunt, judge: Judge) -> Result<Self, String> {
        let hunter = CaduHunter::new(hunt).map_err(|error| error.to_string())?;
        Ok(Self::Cadu {
            hunter: Box::new(hunter),
            judge,
        })
    }

    pub(super) fn push(&mut self, bits: &[u8], report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Pltu(hunter) => {
                hunter.handle_bits(bits, &mut |event| handle_pltu(&event, report, sink));
            }
            Self::Cadu { hunter, judge } => {
                hunter.handle_bits(bits, &mut |unit| judge.handle_unit(&unit, report, sink));
            }
            Self::Cltu { receiver, frames } => {
                receiver.handle_bits(bits, &mut |event| frames.handle(&event, report, sink));
            }
            Self::Codewords {
                code,
                bits: pending,
                block,
                at_bit,
            } => {
                pending.extend_from_slice(bits);
                let (octets, rest) = pending.as_chunks::<8>();
                block.extend(octets.iter().map(|&octet| octet_from_bits(octet)));
                *pending = rest.to_vec();
                drain_codewords(code, block, at_bit, report, sink);
            }
        }
    }

    pub(super) fn finish(&mut self, report: &mut DecodeReport, sink: FrameSink<'_>) {
        match self {
            Self::Pltu(hunter) => finish_pltu(hunter, report, sink),
            Self::Cltu { receiver, frames } => {
                receiver.finish(&mut |event| frames.handle(&event, report, sink));
                report.markers = receiver.stats().starts;
                report.markers_inverted = receiver.stats().inverted;
            }
            Self::Cadu { hunter, .. } => {
                hunter.finish();
                let stats = hunter.stats();
                report.markers = stats.markers;
                report.markers_inverted = stats.inverted;
                if stats.truncated > 0 {
                    report
                        .rejected
                        .insert("cut-off-at-the-end", stats.truncated);
                }
            }
            Self::Codewords {
                code,
                bits,
                block,
                at_bit,
            } => {
                let tail = block.len() as u64 * 8 + bits.len() as u64;
                if tail > 0 {
                    let detail = format!(
                        "{tail} bits at the end, a codeword has {}",
                        code.block_len() * 8
                    );
                    report.refuse(*at_bit, "cut-off-at-the-end", detail);
                }
            }
        }
    }
}

fn exact(marker: Asm, len: usize) -> CaduHunt {
    CaduHunt::new(marker, len)
        .with_tolerance(0)
        .with_flywheel_tolerance(0)
}

pub(super) fn finish_pltu(hunter: &mut PltuHunter, report: &mut DecodeReport, sink: FrameSink<'_>) {
    hunter.finish(&mut |event| handle_pltu(&event, report, sink));
    report.markers = hunter.stats().markers;
    report.markers_inverted = hunter.stats().inverted;
}

pub(super) fn handle_pltu(event: &PltuEvent<'_>, report: &mut DecodeReport, sink: FrameSink<'_>) {
    match *event {
        PltuEvent::Frame { octets, .. } => {
            report.frames += 1;
            report.frames_good += 1;
            sink(octets);
        }
        PltuEvent::Rejected { at_bit, reason, .. } => {
            report.frames_bad += u64::from(matches!(reason, PltuReject::Crc { .. }));
            report.refuse(at_bit, reason_name(reason), describe(reason));
        }
    }
}

const fn reason_name(reason: PltuReject) -> &'static str {
    match reason {
        PltuReject::Version { .. } => "frame-version",
        PltuReject::TruncatedNotManaged => "truncated-frame",
        PltuReject::Length { .. } => "frame-length",
        PltuReject::Crc { .. } => "crc-32",
        PltuReject::Truncated { .. } => "cut-off-at-the-end",
    }
}

fn describe(reason: PltuReject) -> String {
    match reason {
        PltuReject::Version { bits } => {
            format!("the header begins with {bits:04b}, neither 10 nor 1100")
        }
        PltuReject::TruncatedNotManaged => {
            "a truncated Version-4 frame, and no length is agreed for those".into()
        }
        PltuReject::Length { len, min, max } => {
            format!("the header says {len} octets, {min} to {max} wanted")
        }
        PltuReject::Crc {
            len,
            received,
            computed,
        } => {
            format!(
                "frame of {len} octets: CRC-32 {received:08X} received, {computed:08X} computed"
            )
        }
        PltuReject::Truncated {
            have_bits,
            need_bits,
        } => format!("{have_bits} of {need_bits} bits came"),
    }
}

impl Judge {
    fn handle_unit(
        self,
        unit: &CaduUnit<'_>,
        report: &mut DecodeReport,
        sink: FrameSink<'_>,
    ) -> Verdict {
        match self {
            Self::Cadu(config) => handle_cadu(&config, unit, report, sink),
            Self::Frame(config) => handle_frame(&config, unit, report, sink),
            Self::Crc { from } => handle_crc(from, unit, report, sink),
        }
    }
}

fn handle_cadu(
    config: &CaduConfig,
    unit: &CaduUnit<'_>,
    report: &mut DecodeReport,
    sink: FrameSink<'_>,
) -> Verdict {
    let mut octets = unit.octets.to_vec();
    let outcome = match decode_unit(config, &mut octets) {
        Ok(outcome) => outcome,
        Err(error) => {
            report.refuse(unit.at_bit, "unit", error.to_string());
            return Verdict::Bad;
        }
    };
    if config.rs().is_some() {
        count_codewords(&outcome, report);
    }
    if outcome.is_good() {
        report.frames += 1;
        report.frames_good += 1;
        sink(octets.get(..config.frame_len()).unwrap_or(&octets));
        Verdict::Good
    } else {
        report.frames_bad += 1;
        let detail = format!(
            "{} of {} codewords beyond repair",
            outcome.uncorrectable(),
            outcome.codewords().len()
        );
        report.refuse(unit.at_bit, "reed-solomon", detail);
        Verdict::Bad
    }
}

/// A frame without a block code: its CRC-16 is the judge.
fn handle_frame(
    config: &CaduConfig,
    unit: &CaduUnit<'_>,
    report: &mut DecodeReport,
    sink: FrameSink<'_>,
) -> Verdict {
    let mut octets = unit.octets.to_vec();
    config.randomizer().apply(&mut octets);
    if fecf_fits(&octets) {
        report.frames += 1;
        report.frames_good += 1;
        sink(&octets);
        Verdict::Good
    } else {
        report.frames_bad += 1;
        report.refuse(unit.at_bit, "crc-16", "CRC-16 does not fit".into());
        Verdict::Bad
    }
}

/// Do the last two octets hold the CRC-16 of those before them?
pub(super) fn fecf_fits(octets: &[u8]) -> bool {
    let parts = octets.split_last_chunk::<2>();
    parts.is_some_and(|(body, crc)| crc16_fecf(body) == u16::from_be_bytes(*crc))
}

/// A frame with a bad CRC is written too: its place in the order of frames, and most of its octets, are worth having.
fn handle_crc(
    from: usize,
    unit: &CaduUnit<'_>,
    report: &mut DecodeReport,
    sink: FrameSink<'_>,
) -> Verdict {
    report.frames += 1;
    sink(unit.octets);
    if unit.octets.get(from..).is_some_and(fecf_fits) {
        report.frames_good += 1;
        Verdict::Good
    } else {
        report.frames_bad += 1;
        report.refuse(unit.at_bit, "crc-16", "CRC-16 does not fit".into());
        Verdict::Bad
    }
}

fn drain_codewords(
    code: &ReedSolomon,
    pending: &mut Vec<u8>,
    at_bit: &mut u64,
    report: &mut DecodeReport,
    sink: FrameSink<'_>,
) {
    let len = code.block_len();
    let whole = pending.len() / len * len;
    for block in pending[..whole].chunks_exact_mut(len) {
        match code.decode(block) {
            Ok(outcome) => {
                count_codewords(&outcome, report);
                if outcome.is_good() {
                    report.frames += 1;
                    report.frames_good += 1;
                    sink(&block[..code.frame_len()]);
                } else {
                    report.frames_bad += 1;
                    report.refuse(*at_bit, "reed-solomon", "codeword beyond repair".into());
                }
            }
            Err(error) => report.refuse(*at_bit, "unit", error.to_string()),
        }
        *at_bit += len as u64 * 8;
    }
    pending.drain(..whole);
}

fn count_codewords(outcome: &RsReport, report: &mut DecodeReport) {
    let count = report.codewords.get_or_insert_with(CodewordReport::default);
    for codeword in outcome.codewords() {
        count.codewords += 1;
        match *codeword {
            CodewordOutcome::Corrected { symbols } => {
                let symbols = usize::from(symbols);
                *if symbols == 0 {
                    &mut count.codewords_clean
                } else {
                    &mut count.codewords_corrected
                } += 1;
                *count.corrections_histogram.entry(symbols).or_default() += 1;
            }
            CodewordOutcome::Uncorrectable => count.codewords_failed += 1,
        }
    }
}
