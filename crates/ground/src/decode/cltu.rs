//! Command link transmission units to transfer frames: the data of a unit is cut by the frames' own lengths.
//!
//! Books: 231.0-B, 232.0-B (TC frames), 732.1-B (USLP frames). A unit carries one frame or several, then fill.

use magpie_coding::cltu::{CltuEnd, CltuEvent, FILL};
use magpie_wire::tc::tc_frame_len;
use magpie_wire::uslp::UslpPrefix;

use super::FrameSink;
use super::outer::fecf_fits;
use super::report::{CltuReport, CodewordReport, DecodeReport};

/// First four bits of a USLP frame.
const USLP_VERSION: u8 = 0b1100;

/// Collects the codewords of a unit.
pub(super) struct CltuFrames {
    data: Vec<u8>,
    at_bit: u64,
    /// Octets of information in a codeword: fill is shorter.
    information_len: usize,
    /// Fill has gone through the derandomizer and looks like anything.
    hidden_fill: bool,
    /// The frames end with a CRC-16.
    fecf: bool,
}

impl CltuFrames {
    pub(super) const fn new(information_len: usize, hidden_fill: bool, fecf: bool) -> Self {
        Self {
            data: Vec::new(),
            at_bit: 0,
            information_len,
            hidden_fill,
            fecf,
        }
    }

    pub(super) fn handle(
        &mut self,
        event: &CltuEvent<'_>,
        report: &mut DecodeReport,
        sink: FrameSink<'_>,
    ) {
        match *event {
            CltuEvent::Start { at_bit, .. } => {
                self.data.clear();
                self.at_bit = at_bit;
            }
            CltuEvent::Codeword {
                octets,
                corrected_bits,
                iterations,
            } => {
                self.data.extend_from_slice(octets);
                let count = report.codewords.get_or_insert_with(CodewordReport::default);
                count.good(corrected_bits);
                if iterations > 0 || count.iterations_mean.is_some() {
                    count.iterated(iterations);
                }
            }
            CltuEvent::End {
                reason, codewords, ..
            } => self.end(reason, codewords, report, sink),
        }
    }

    fn end(
        &mut self,
        reason: CltuEnd,
        codewords: u32,
        report: &mut DecodeReport,
        sink: FrameSink<'_>,
    ) {
        let count = report.cltu.get_or_insert_with(CltuReport::default);
        if codewords == 0 {
            count.false_starts += 1;
            let detail = "no codeword behind the start sequence".to_owned();
            report.refuse(self.at_bit, "false-start", detail);
            return;
        }
        count.units += 1;
        *match reason {
            CltuEnd::Tail { .. } => &mut count.ended_by_tail,
            CltuEnd::Uncorrectable => &mut count.ended_by_codeword,
            CltuEnd::TooLong => &mut count.ended_by_limit,
            CltuEnd::Deactivated { .. } => &mut count.cut_off,
        } += 1;
        self.cut(reason, report, sink);
    }

    /// Hands over the frames of the unit that has ended.
    fn cut(&self, reason: CltuEnd, report: &mut DecodeReport, sink: FrameSink<'_>) {
        let (mut rest, mut frames) = (&self.data[..], 0);
        while !(rest.is_empty() || frames > 0 && self.is_fill(rest)) {
            match frame_len(rest) {
                Ok(len) if len <= rest.len() => {
                    let (frame, behind) = rest.split_at(len);
                    self.judge(frame, report, sink);
                    frames += 1;
                    rest = behind;
                }
                Ok(len) => {
                    let have = rest.len();
                    let detail = format!("a frame of {len} octets, {have} came; {}", name(reason));
                    report.frames_bad += 1;
                    report.refuse(self.at_bit, "frame-cut-off", detail);
                    return;
                }
                Err(what) => {
                    // A tail says that this was a unit, not noise behind what looked like a start.
                    report.frames_bad += u64::from(matches!(reason, CltuEnd::Tail { .. }));
                    let octets = rest.len();
                    report.refuse(self.at_bit, "no-frame", format!("{octets} octets: {what}"));
                    return;
                }
            }
        }
    }

    fn is_fill(&self, rest: &[u8]) -> bool {
        rest.len() < self.information_len
            && (self.hidden_fill || rest.iter().all(|&octet| octet == FILL))
    }

    fn judge(&self, frame: &[u8], report: &mut DecodeReport, sink: FrameSink<'_>) {
        if self.fecf && !fecf_fits(frame) {
            report.frames_bad += 1;
            report.refuse(self.at_bit, "crc-16", "CRC-16 does not fit".into());
            return;
        }
        report.frames += 1;
        report.frames_good += 1;
        sink(frame);
    }
}

/// The length that the first octets of a frame say.
fn frame_len(octets: &[u8]) -> Result<usize, String> {
    if octets
        .first()
        .is_some_and(|first| first >> 4 == USLP_VERSION)
    {
        let prefix = UslpPrefix::parse(octets).map_err(|error| error.to_string())?;
        return prefix
            .frame_len
            .ok_or_else(|| "a truncated USLP frame, and no length is agreed for those".into());
    }
    tc_frame_len(octets).map_err(|error| error.to_string())
}

const fn name(reason: CltuEnd) -> &'static str {
    match reason {
        CltuEnd::Tail { .. } => "then the tail",
        CltuEnd::Uncorrectable => "then a codeword beyond repair",
        CltuEnd::TooLong => "then the limit of codewords",
        CltuEnd::Deactivated { .. } => "then the end of the recording",
    }
}
