//! AOS frames (732.0) for the demultiplexer.

use magpie_coding::fhec;
use magpie_wire::aos::mpdu::MPdu;
use magpie_wire::aos::{AosError, AosFrame, AosHeader, AosParameters};
use magpie_wire::first_header::FirstHeader;

use super::{ChannelId, Content, Flags, Frame, FrameSpec, Refusal};
use crate::continuity::{CounterId, FrameCount};

pub(super) fn read<'a>(spec: &FrameSpec, octets: &'a [u8]) -> Result<Frame<'a>, Refusal> {
    let parameters = AosParameters {
        frame_len: spec.frame_len.unwrap_or(octets.len()),
        fhec: spec.fhec,
        insert_zone_len: spec.insert_zone,
        ocf: spec.ocf,
        fecf: spec.fecf,
    };
    let frame =
        AosFrame::parse(octets, &parameters).map_err(|error| Refusal::new(reason(error), error))?;
    let header = if spec.fhec {
        corrected_header(octets)?
    } else {
        frame.header()
    };
    Ok(Frame {
        scid: u16::from(header.scid.get()),
        channel: ChannelId {
            vcid: header.vcid.get(),
            sub: None,
        },
        count: Some(count(&header)),
        content: content(spec, &header, frame.data()),
        flags: Flags {
            secondary_header: false,
            ocf: spec.ocf,
            replay: header.replay_flag,
        },
    })
}

/// The header as its error control mends it: up to two symbols of four bits (732.0, RS(10,6)).
fn corrected_header(octets: &[u8]) -> Result<AosHeader, Refusal> {
    let protected = octets.first_chunk::<{ fhec::HEADER_LEN }>();
    let mut protected =
        *protected.ok_or_else(|| Refusal::new("length", "no room for header error control"))?;
    fhec::correct(&mut protected)
        .map_err(|_| Refusal::new("header-error-control", "more wrong than it can mend"))?;
    AosHeader::parse(&protected).map_err(|error| Refusal::new(reason(error), error))
}

fn count(header: &AosHeader) -> (CounterId, FrameCount) {
    let counter = CounterId {
        vcid: header.vcid.get(),
        expedited: None,
    };
    let count = FrameCount {
        value: u64::from(header.vc_frame_count.get()),
        modulus: 1 << 24,
    };
    (counter, count)
}

fn content<'a>(spec: &FrameSpec, header: &AosHeader, data: &'a [u8]) -> Content<'a> {
    if header.is_oid() {
        return Content::Idle;
    }
    if !spec.packets {
        return Content::Opaque(data);
    }
    match MPdu::parse(data) {
        Ok(unit) => Content::Zone(unit.packet_zone(), unit.first_header()),
        // The frame is fine and counts; the packet extractor names the pointer that leads nowhere.
        Err(AosError::FirstHeaderPointer { pointer, .. }) => {
            Content::Zone(&[], FirstHeader::At(pointer))
        }
        Err(_) => Content::Opaque(data),
    }
}

const fn reason(error: AosError) -> &'static str {
    match error {
        AosError::Version { .. } => "version",
        _ => "length",
    }
}
