//! What is this file? Length, kind, FECF and insert zone of a file of frames, found from the octets alone, with the evidence.
//!
//! Frames betray themselves by their counts: at the right stride the version and spacecraft stand still and the virtual-channel count rises by one.
//! The frame error control field is there if its CRC fits most frames. The insert zone of AOS frames is where the first header pointers lead from
//! packet to packet without contradiction.

use std::collections::HashMap;

use magpie_coding::fhec;

use crate::demux::{Demux, Spacecraft};
use crate::extract::Drop;
use crate::frames::{FrameKind, FrameSpec, fecf_good};

mod delimited;

/// Shortest and longest fixed frame that is tried, in octets.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=8192;
/// Frames looked at for each hypothesis.
const FRAMES_TRIED: usize = 400;
/// Longest insert zone that is tried, in octets.
const LONGEST_INSERT_ZONE: usize = 64;
/// The attached synchronization marker of 131.0.
const ASM: [u8; 4] = [0x1A, 0xCF, 0xFC, 0x1D];

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Guess {
    /// Transfer frames with these managed parameters.
    Frames(FrameSpec),
    /// Channel access data units: a marker every so many octets; they want decoding first.
    Cadus {
        /// Octets from marker to marker.
        stride: usize,
    },
    /// Space packets end to end, no frames.
    Packets,
    /// Nothing fits.
    Unknown,
}

/// A [`Guess`] with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Guessed {
    /// The best hypothesis.
    pub guess: Guess,
    /// One sentence a finding, for a reader.
    pub evidence: Vec<String>,
}

/// Evidence for a fixed frame length.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stride {
    kind: FrameKind,
    len: usize,
    frames: usize,
    /// Steps between two frames of a channel, and how many of them were a step of one.
    steps: usize,
    next: usize,
    scid: u16,
    same_scid: usize,
}

impl Stride {
    #[allow(clippy::cast_precision_loss)] // a few hundred frames
    fn score(&self) -> f64 {
        if self.steps == 0 {
            return 0.0;
        }
        self.next as f64 / self.steps as f64 * self.same_scid as f64 / self.frames as f64
    }
}

/// Looks at the start of a file (a few megabytes are plenty) and says what it seems to be. `whole` tells that `octets` is the whole file.
pub fn guess(octets: &[u8], whole: bool) -> Guessed {
    let mut evidence = Vec::new();
    if let Some(stride) = cadu_stride(octets) {
        evidence.push(format!(
            "the marker 1ACFFC1D stands every {stride} octets: these are CADUs, to be decoded first"
        ));
        return Guessed {
            guess: Guess::Cadus { stride },
            evidence,
        };
    }
    if let Some(spec) = fixed(octets, &mut evidence) {
        return Guessed {
            guess: Guess::Frames(spec),
            evidence,
        };
    }
    if let Some(guess) = delimited::guess(octets, whole, &mut evidence) {
        return Guessed { guess, evidence };
    }
    evidence.push(format!(
        "no frame length from {} to {} octets makes version, spacecraft and counts agree, and nothing delimits itself",
        LENGTHS.start(),
        LENGTHS.end()
    ));
    Guessed {
        guess: Guess::Unknown,
        evidence,
    }
}

/// The distance from marker to marker, if the file starts with one and most units do.
fn cadu_stride(octets: &[u8]) -> Option<usize> {
    let first = octets
        .windows(4)
        .take(65_536)
        .position(|window| window == ASM)?;
    let rest = &octets[first..];
    let stride = rest
        .windows(4)
        .skip(4)
        .take(65_536)
        .position(|window| window == ASM)?
        + 4;
    let starts = || rest.chunks_exact(stride).skip(1).take(FRAMES_TRIED);
    let hits = starts().filter(|unit| unit.starts_with(&ASM)).count();
    (hits > 0 && hits * 2 > starts().count()).then_some(stride)
}

/// Tries every fixed length and both kinds.
fn fixed(octets: &[u8], evidence: &mut Vec<String>) -> Option<FrameSpec> {
    let mut best: Option<Stride> = None;
    for len in LENGTHS.take_while(|len| len * 3 <= octets.len()) {
        for kind in [FrameKind::Aos, FrameKind::Tm] {
            if let Some(stride) = stride(octets, kind, len)
                && stride.score() > best.map_or(0.5, |best| best.score())
            {
                best = Some(stride);
            }
        }
    }
    let best = best?;
    evidence.push(format!(
        "{} frames of {} octets: spacecraft {} in {} of {} frames, the virtual-channel count rises by one in {} of {} steps",
        best.kind, best.len, best.scid, best.same_scid, best.frames, best.next, best.steps
    ));
    let mut spec = FrameSpec::new(best.kind, Some(best.len));
    spec.fecf = has_fecf(octets, &spec, evidence);
    match best.kind {
        FrameKind::Aos => aos_layout(octets, &mut spec, best.scid, evidence),
        _ => evidence.push(
            "TM frames say themselves whether they carry a secondary header and an OCF".into(),
        ),
    }
    Some(spec)
}

/// How well a length and a kind explain the counts.
fn stride(octets: &[u8], kind: FrameKind, len: usize) -> Option<Stride> {
    let frames: Vec<&[u8]> = octets.chunks_exact(len).take(FRAMES_TRIED).collect();
    // A quick look first: most lengths fail on the version of the first few frames.
    let right = |frame: &&&[u8]| FrameKind::version_of(frame) == Some(kind.version());
    if frames.iter().take(3).filter(right).count() < 2
        || frames.iter().filter(right).count() * 5 < frames.len() * 4
    {
        return None;
    }
    let mut per_scid: HashMap<u16, usize> = HashMap::new();
    let mut last: HashMap<(u16, u8), u32> = HashMap::new();
    let mut masters: HashMap<u16, u8> = HashMap::new();
    let (mut steps, mut next) = (0, 0);
    for frame in frames.iter().filter(right) {
        let Some((scid, vcid, count)) = counted(kind, frame) else {
            continue;
        };
        let before = last.insert((scid, vcid), count);
        let step = if kind == FrameKind::Tm {
            // Both counts must agree: eight bits alone would let chance through.
            let master_count = frame.get(2).copied().unwrap_or_default();
            let master = masters
                .insert(scid, master_count)
                .map(|before| master_count.wrapping_sub(before));
            before.map(|before| {
                count.wrapping_sub(before) & 0xFF == 1
                    && master.is_some_and(|master| (1..16).contains(&master))
            })
        } else {
            before.map(|before| count.wrapping_sub(before) & 0xFF_FFFF == 1)
        };
        *per_scid.entry(scid).or_default() += 1;
        if let Some(good) = step {
            steps += 1;
            next += usize::from(good);
        }
    }
    let (&scid, &same_scid) = per_scid
        .iter()
        .max_by_key(|&(&scid, &n)| (n, std::cmp::Reverse(scid)))?;
    // Most frames must take part in a step, or every frame being its own channel would look perfect.
    (steps * 2 >= frames.len() && next > 0).then_some(Stride {
        kind,
        len,
        frames: frames.len(),
        steps,
        next,
        scid,
        same_scid,
    })
}

/// Spacecraft, virtual channel and its frame count, taken from where a frame of this kind has them.
fn counted(kind: FrameKind, frame: &[u8]) -> Option<(u16, u8, u32)> {
    let &[h0, h1, h2, h3, h4] = frame.first_chunk()?;
    Some(if kind == FrameKind::Tm {
        let scid = u16::from(h0 & 0x3F) << 4 | u16::from(h1 >> 4);
        (scid, h1 >> 1 & 7, u32::from(h3))
    } else {
        let scid = u16::from(h0 & 0x3F) << 2 | u16::from(h1 >> 6);
        (scid, h1 & 0x3F, u32::from_be_bytes([0, h2, h3, h4]))
    })
}

fn has_fecf(octets: &[u8], spec: &FrameSpec, evidence: &mut Vec<String>) -> bool {
    let with = FrameSpec {
        fecf: true,
        ..*spec
    };
    let frames = || {
        octets
            .chunks_exact(spec.frame_len.unwrap_or(usize::MAX))
            .take(FRAMES_TRIED)
    };
    let good = frames()
        .filter(|frame| fecf_good(&with, frame) == Some(true))
        .count();
    let all = frames().count();
    let found = good * 2 > all;
    evidence.push(format!(
        "the last two octets are the CRC-16 of the rest in {good} of {all} frames: {}",
        if found { "FECF" } else { "no FECF" }
    ));
    found
}

/// Finds insert zone, header error control and OCF of AOS frames: the layout under which packets follow the pointers best.
fn aos_layout(octets: &[u8], spec: &mut FrameSpec, scid: u16, evidence: &mut Vec<String>) {
    let mut best: Option<(f64, FrameSpec)> = None;
    // The header error control is a code of its own: it is there if it fits, whatever the packets say.
    let fhec = has_fhec(octets, spec.frame_len.unwrap_or(usize::MAX), evidence);
    for insert_zone in 0..=LONGEST_INSERT_ZONE {
        for ocf in [false, true] {
            let candidate = FrameSpec {
                insert_zone,
                ocf,
                fhec,
                ..*spec
            };
            let score = packet_score(octets, &candidate, scid);
            if score > best.as_ref().map_or(0.2, |(best, _)| *best + 1e-9) {
                best = Some((score, candidate));
            }
        }
    }
    if let Some((score, found)) = best {
        *spec = found;
        evidence.push(format!(
            "insert zone of {} octets{}{}: first header pointers and packet lengths agree over {:.0} % of the octets",
            found.insert_zone,
            if found.fhec { ", header error control" } else { "" },
            if found.ocf { ", OCF" } else { "" },
            score * 100.0
        ));
    } else {
        spec.packets = false;
        evidence.push(
            "no insert zone makes the data fields an M_PDU with packets (use --no-mpdu)".into(),
        );
    }
}

fn has_fhec(octets: &[u8], len: usize, evidence: &mut Vec<String>) -> bool {
    let frames = || octets.chunks_exact(len).take(FRAMES_TRIED);
    let fits = |frame: &&[u8]| {
        let header = frame.first_chunk::<{ fhec::HEADER_LEN }>();
        header.is_some_and(|header| fhec::correct(&mut header.clone()) == Ok(0))
    };
    let (good, all) = (frames().filter(fits).count(), frames().count());
    let found = good * 2 > all;
    if found {
        evidence.push(format!(
            "the header error control field fits in {good} of {all} frames"
        ));
    }
    found
}

/// Share of the octets that lie in complete packets, less the share that contradicts itself.
#[allow(clippy::cast_precision_loss)] // a few megabytes
fn packet_score(octets: &[u8], spec: &FrameSpec, scid: u16) -> f64 {
    let len = spec.frame_len.unwrap_or(usize::MAX);
    let mut demux = Demux::new(*spec, Spacecraft::Only(scid));
    let mut complete = 0usize;
    for frame in octets.chunks_exact(len).take(FRAMES_TRIED) {
        demux.handle_frame(0, frame, &mut |found| {
            complete += found.packet.octets().len();
        });
    }
    let report = demux.finish(0);
    let broken: u64 = report
        .virtual_channels
        .values()
        .flat_map(|channel| &channel.dropped)
        .filter(|(reason, _)| {
            !matches!(
                reason,
                Drop::FrameLost | Drop::EndOfInput | Drop::NoStart | Drop::IdleFrame
            )
        })
        .map(|(_, dropped)| dropped.octets)
        .sum();
    let refused = report.rejected.values().sum::<u64>() * len as u64;
    let all = (report.frames * len as u64).max(1);
    (complete as f64 - broken as f64 - refused as f64) / all as f64
}
