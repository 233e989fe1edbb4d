//! Units that say their own length: Version-3, USLP and TC frames, packets.

use std::collections::HashMap;

use super::Guess;
use crate::cut::{Cut, cut_frames};
use crate::demux::{Demux, Spacecraft};
use crate::frames::{FrameKind, FrameSpec, address, fecf_good};
use crate::packet::measure;

/// Units that there must be at least.
const FEWEST: usize = 3;

/// Walks the file by the lengths that units of a kind give themselves.
pub(super) fn guess(octets: &[u8], whole: bool, evidence: &mut Vec<String>) -> Option<Guess> {
    let kinds = [FrameKind::V3, FrameKind::Uslp, FrameKind::Tc];
    for spec in kinds.map(|kind| FrameSpec::new(kind, None)) {
        if let Some(found) = Found::look(&spec, octets, whole) {
            let said = evidence.len();
            evidence.push(format!(
                "{} {} frames by their own lengths over {} of {} octets, spacecraft {} in {} of them",
                found.frames.len(), spec.kind, found.covered, octets.len(), found.scid, found.same_scid
            ));
            let (spec, sure) = refine(spec, &found, evidence);
            if sure {
                return Some(Guess::Frames(spec));
            }
            evidence.truncate(said);
        }
    }
    let packets = packets(octets, whole)?;
    evidence.push(format!("{packets} packets end to end by their own lengths"));
    Some(Guess::Packets)
}

/// The frames of one kind in a file.
struct Found {
    frames: Vec<Vec<u8>>,
    covered: usize,
    scid: u16,
    same_scid: usize,
}

impl Found {
    /// Frames that cover nine tenths of the octets, ten in a row on the average, two fifths of them of one spacecraft; a two-way link names two.
    fn look(spec: &FrameSpec, octets: &[u8], whole: bool) -> Option<Self> {
        let (mut frames, mut holes, mut cut_off) = (Vec::new(), 0, 0);
        // Reading from memory cannot fail.
        let _ = cut_frames(spec, octets, &mut |cut| match cut {
            Cut::Frame { octets, .. } => frames.push(octets.to_vec()),
            Cut::Garbage { .. } => holes += 1,
            Cut::End { trailing } => {
                cut_off = usize::try_from(trailing).unwrap_or(0);
            }
        });
        let mut scids: HashMap<u16, usize> = HashMap::new();
        for (scid, _) in frames.iter().filter_map(|frame| address(spec.kind, frame)) {
            *scids.entry(scid).or_default() += 1;
        }
        let (&scid, &same_scid) = scids
            .iter()
            .max_by_key(|&(&scid, &n)| (n, std::cmp::Reverse(scid)))?;
        let covered: usize = frames.iter().map(Vec::len).sum();
        // In the head of a longer file the last frame is cut off.
        let all = octets.len() - if whole { 0 } else { cut_off };
        let convinces =
            frames.len() >= FEWEST && covered * 10 >= all * 9 && same_scid * 5 >= frames.len() * 2;
        convinces.then_some(Self {
            frames,
            covered,
            scid,
            same_scid,
        })
    }
}

/// Finds out about frame error control and segment headers, and whether what the frames hold bears the guess out: TC headers have so few fixed
/// bits that their lengths alone prove nothing.
fn refine(spec: FrameSpec, found: &Found, evidence: &mut Vec<String>) -> (FrameSpec, bool) {
    if spec.kind == FrameKind::V3 {
        return (spec, true); // no such options: the CRC-32 belongs to the unit around the frame
    }
    let with = FrameSpec { fecf: true, ..spec };
    let checked: Vec<bool> = found
        .frames
        .iter()
        .filter_map(|frame| fecf_good(&with, frame))
        .collect();
    let good = checked.iter().filter(|&&good| good).count();
    let fecf = good * 2 > checked.len();
    evidence.push(format!(
        "the last two octets are the CRC-16 of the rest in {good} of {} frames: {}",
        checked.len(),
        if fecf { "FECF" } else { "no FECF" }
    ));
    let spec = FrameSpec { fecf, ..spec };
    if spec.kind != FrameKind::Tc {
        return (spec, true);
    }
    let with = FrameSpec {
        segment_header: true,
        ..spec
    };
    let (plain, segmented) = (packet_octets(&spec, found), packet_octets(&with, found));
    let all: usize = found.covered;
    let chosen = if segmented > plain { with } else { spec };
    evidence.push(format!(
        "complete packets hold {segmented} of {all} octets with segment headers, {plain} without: {}",
        if chosen.segment_header { "segment headers" } else { "no segment headers" }
    ));
    (chosen, fecf || plain.max(segmented) * 2 > all)
}

/// Octets in complete packets under a specification.
fn packet_octets(spec: &FrameSpec, found: &Found) -> usize {
    let mut demux = Demux::new(*spec, Spacecraft::Only(found.scid));
    let mut complete = 0;
    for frame in &found.frames {
        demux.handle_frame(0, frame, &mut |found| {
            complete += found.packet.octets().len();
        });
    }
    complete
}

/// How many packets lie end to end: to the very end of a whole file, or to one that the end of the head cuts off.
fn packets(octets: &[u8], whole: bool) -> Option<usize> {
    let (mut packets, mut at) = (0, 0);
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        match measure(rest) {
            Ok(Some(len)) if len > 0 && len <= rest.len() => {
                packets += 1;
                at += len;
            }
            Ok(_) if !whole => break,
            _ => return None,
        }
    }
    (packets >= FEWEST).then_some(packets)
}
