//! One frame of any of the five kinds, reduced to what a demultiplexer needs: whose it is, which count it carries, what it holds.
//!
//! [`FrameSpec`] holds the managed parameters (the book's word for what both ends must know beforehand), [`read_frame`] applies them. Each kind has
//! a file of its own below this one.

use std::fmt;

use magpie_coding::fhec;
use magpie_wire::aos::AosHeader;
use magpie_wire::first_header::FirstHeader;
use magpie_wire::tc::TcHeader;
use magpie_wire::tm::TmHeader;
use magpie_wire::uslp::UslpPrefix;
use magpie_wire::v3::V3Frame;
use serde::Serialize;

use crate::continuity::{CounterId, FrameCount};

mod aos;
mod tc;
mod tm;
mod uslp;
mod v3;

/// The kinds of transfer frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FrameKind {
    /// TM transfer frame, 132.0.
    Tm,
    /// AOS transfer frame, 732.0.
    Aos,
    /// TC transfer frame, 232.0.
    Tc,
    /// Proximity-1 Version-3 transfer frame, 211.0.
    V3,
    /// USLP (Version-4) transfer frame, 732.1.
    Uslp,
}

impl FrameKind {
    /// The version number this kind carries in its first bits, as the field's value (TM and TC 0, AOS 1, V3 2, USLP 12).
    pub const fn version(self) -> u8 {
        match self {
            Self::Tm | Self::Tc => 0,
            Self::Aos => 1,
            Self::V3 => 2,
            Self::Uslp => 12,
        }
    }

    /// The version field of a frame: two bits, or four where the first two are `11` (USLP).
    pub fn version_of(octets: &[u8]) -> Option<u8> {
        let first = *octets.first()?;
        Some(if first >> 6 == 0b11 {
            first >> 4
        } else {
            first >> 6
        })
    }

    /// Do frames of this kind say their own length?
    pub const fn delimits_itself(self) -> bool {
        matches!(self, Self::Tc | Self::V3 | Self::Uslp)
    }
}

impl fmt::Display for FrameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tm => "TM",
            Self::Aos => "AOS",
            Self::Tc => "TC",
            Self::V3 => "V3",
            Self::Uslp => "USLP",
        })
    }
}

/// What must be known about a stream of frames beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // managed parameters are switches in the books too
pub struct FrameSpec {
    /// Kind of frame.
    pub kind: FrameKind,
    /// Octets a frame. `None`: the frames say their own length (TC, V3, USLP).
    pub frame_len: Option<usize>,
    /// Octets of insert zone (AOS, USLP).
    pub insert_zone: usize,
    /// Is there a frame error control field (CRC-16) at the end?
    pub fecf: bool,
    /// Is there an operational control field (AOS; TM and USLP frames say so themselves)?
    pub ocf: bool,
    /// Is there a frame header error control field (AOS)?
    pub fhec: bool,
    /// Does the data field hold packets (`M_PDU` and the like)?
    pub packets: bool,
    /// Do TC data frames carry a segment header?
    pub segment_header: bool,
    /// Length of truncated USLP frames, if they may occur.
    pub truncated_len: Option<usize>,
}

impl FrameSpec {
    /// Frames of `kind`, nothing optional, packets inside.
    pub const fn new(kind: FrameKind, frame_len: Option<usize>) -> Self {
        Self {
            kind,
            frame_len,
            insert_zone: 0,
            fecf: false,
            ocf: false,
            fhec: false,
            packets: true,
            segment_header: false,
            truncated_len: None,
        }
    }
}

impl FrameSpec {
    /// Do these managed parameters leave room for the fields they announce? If not, one line that says what.
    pub fn check(&self) -> Result<(), String> {
        let Some(len) = self.frame_len else {
            return Ok(());
        };
        let header = match self.kind {
            FrameKind::Tm | FrameKind::Aos => 6,
            FrameKind::Tc | FrameKind::V3 => 5,
            FrameKind::Uslp => 7,
        };
        let fields = header
            + self.insert_zone
            + 2 * usize::from(self.fecf)
            + 4 * usize::from(self.ocf)
            + 2 * usize::from(self.fhec);
        if fields >= len {
            return Err(format!(
                "a frame of {len} octets has no room for data behind {fields} octets of header and other fields"
            ));
        }
        Ok(())
    }
}

/// Which channel of a spacecraft a frame belongs to: the virtual channel, with a finer address where the kind has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId {
    /// Virtual channel; for Version-3 frames the physical channel (PCID).
    pub vcid: u8,
    /// MAP of a USLP or TC frame, port of a Version-3 frame.
    pub sub: Option<u8>,
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sub {
            Some(sub) => write!(f, "{}.{sub}", self.vcid),
            None => write!(f, "{}", self.vcid),
        }
    }
}

/// A frame as the demultiplexer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Spacecraft identifier.
    pub scid: u16,
    /// Channel within the spacecraft.
    pub channel: ChannelId,
    /// The count that shows loss, and which counter it is (two frames with one `counter` share a count).
    pub count: Option<(CounterId, FrameCount)>,
    /// What the data field holds.
    pub content: Content<'a>,
    /// Flags worth counting.
    pub flags: Flags,
}

/// Flags of a frame that a report counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// TM: secondary header present.
    pub secondary_header: bool,
    /// Operational control field present.
    pub ocf: bool,
    /// AOS: replay flag.
    pub replay: bool,
}

/// What the data field of a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// A packet zone with its first header pointer.
    Zone(&'a [u8], FirstHeader),
    /// Whole packets, nothing spans frames.
    Whole(&'a [u8]),
    /// One segment of a packet: position in the packet, reassembly identifier, octets.
    Segment(SegmentPosition, u8, &'a [u8]),
    /// Only idle data.
    Idle,
    /// Not packets (octet streams, control commands, supervisory data, insert-only frames).
    Opaque(&'a [u8]),
}

/// Place of a segment in its packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentPosition {
    /// The first of several.
    First,
    /// Neither first nor last.
    Continuing,
    /// The last of several.
    Last,
    /// The whole packet.
    Whole,
}

/// Why a frame was refused, by the name of the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Short name, the key under which it is counted.
    pub reason: &'static str,
    /// What was found, for a reader.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(reason: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            reason,
            detail: detail.to_string(),
        }
    }
}

/// Spacecraft and virtual channel from the primary header alone, whatever else is wrong with the frame.
pub fn address(kind: FrameKind, octets: &[u8]) -> Option<(u16, u8)> {
    match kind {
        FrameKind::Tm => TmHeader::parse(octets)
            .ok()
            .map(|header| (header.scid.get(), header.vcid.get())),
        FrameKind::Aos => AosHeader::parse(octets)
            .ok()
            .map(|header| (u16::from(header.scid.get()), header.vcid.get())),
        FrameKind::Tc => TcHeader::parse(octets)
            .ok()
            .map(|(header, _)| (header.scid.get(), header.vcid.get())),
        FrameKind::V3 => V3Frame::parse(octets)
            .ok()
            .map(|frame| (frame.scid().get(), frame.pcid().get())),
        FrameKind::Uslp => UslpPrefix::parse(octets)
            .ok()
            .map(|prefix| (prefix.header.scid.get(), prefix.header.vcid.get())),
    }
}

/// Is the frame error control field right? `None` if the frame carries none: those of this kind do not, or it is a truncated USLP frame.
pub fn fecf_good(spec: &FrameSpec, octets: &[u8]) -> Option<bool> {
    let truncated = spec.kind == FrameKind::Uslp
        && UslpPrefix::parse(octets).is_ok_and(|prefix| prefix.frame_len.is_none());
    (spec.fecf && !truncated).then(|| {
        octets.split_last_chunk::<2>().is_some_and(|(body, fecf)| {
            magpie_coding::crc::crc16_fecf(body) == u16::from_be_bytes(*fecf)
        })
    })
}

/// The frame with its header as the header error control mends it; `None` if there is none, nothing is wrong, or too much is.
//= 732.0-B-4 fhec
pub fn mend_header(spec: &FrameSpec, octets: &[u8]) -> Option<Vec<u8>> {
    let header = octets
        .first_chunk::<{ fhec::HEADER_LEN }>()
        .filter(|_| spec.kind == FrameKind::Aos && spec.fhec)?;
    let mut mended = *header;
    let symbols = fhec::correct(&mut mended).ok()?;
    let rest = octets.get(fhec::HEADER_LEN..)?;
    (symbols > 0).then(|| [&mended, rest].concat())
}

/// Reads one frame by the rules of its kind. The frame error control field is not looked at here (see [`fecf_good`]).
pub fn read_frame<'a>(spec: &FrameSpec, octets: &'a [u8]) -> Result<Frame<'a>, Refusal> {
    match spec.kind {
        FrameKind::Tm => tm::read(spec, octets),
        FrameKind::Aos => aos::read(spec, octets),
        FrameKind::Tc => tc::read(spec, octets),
        FrameKind::V3 => v3::read(octets),
        FrameKind::Uslp => uslp::read(spec, octets),
    }
}
