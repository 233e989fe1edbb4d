//! USLP frames (732.1) for the demultiplexer.

use magpie_wire::first_header::FirstHeader;
use magpie_wire::uslp::tfdf::{ConstructionRule, Pointer, Tfdf, Upid};
use magpie_wire::uslp::{UslpError, UslpForm, UslpFrame, UslpHeader, UslpManaged};
use magpie_wire::v3::Qos;

use super::{ChannelId, Content, Flags, Frame, FrameSpec, Refusal, SegmentPosition};
use crate::continuity::{CounterId, FrameCount};

pub(super) fn read<'a>(spec: &FrameSpec, octets: &'a [u8]) -> Result<Frame<'a>, Refusal> {
    let managed = UslpManaged {
        insert_zone_len: spec.insert_zone,
        fecf: spec.fecf,
        truncated_len: spec.truncated_len,
    };
    let frame =
        UslpFrame::parse(octets, &managed).map_err(|error| Refusal::new(reason(error), error))?;
    let header = frame.header();
    Ok(Frame {
        scid: header.scid.get(),
        channel: ChannelId {
            vcid: header.vcid.get(),
            sub: Some(header.map_id.get()),
        },
        count: count(header),
        content: content(&frame)?,
        flags: Flags {
            secondary_header: false,
            ocf: frame.ocf().is_some(),
            replay: false,
        },
    })
}

/// The virtual channel frame count; its length is a matter of the frame, one octet over Proximity-1.
fn count(header: &UslpHeader) -> Option<(CounterId, FrameCount)> {
    let UslpForm::NonTruncated { qos, vcf_count, .. } = header.form else {
        return None;
    };
    // The two qualities of service count separately.
    let counter = CounterId {
        vcid: header.vcid.get(),
        expedited: Some(qos == Qos::Expedited),
    };
    let count = FrameCount {
        value: vcf_count.get(),
        modulus: 1 << (8 * u32::from(vcf_count.octet_count())),
    };
    (vcf_count.octet_count() > 0).then_some((counter, count))
}

fn content<'a>(frame: &UslpFrame<'a>) -> Result<Content<'a>, Refusal> {
    if frame.is_oid() {
        return Ok(Content::Idle);
    }
    let tfdf =
        Tfdf::parse(frame.tfdf()).map_err(|error| Refusal::new("data-field-header", error))?;
    if tfdf.upid() == Upid::IDLE {
        return Ok(Content::Idle);
    }
    if tfdf.upid() != Upid::PACKETS {
        return Ok(Content::Opaque(tfdf.zone()));
    }
    Ok(match (tfdf.rule(), tfdf.pointer()) {
        (_, Pointer::FirstHeader(at)) => Content::Zone(tfdf.zone(), FirstHeader::At(at)),
        (_, Pointer::NoPacketStart) => Content::Zone(tfdf.zone(), FirstHeader::NoPacketStart),
        (ConstructionRule::StartingSegment, _) => {
            Content::Segment(SegmentPosition::First, 0, tfdf.zone())
        }
        (ConstructionRule::ContinuingSegment, _) => {
            Content::Segment(SegmentPosition::Continuing, 0, tfdf.zone())
        }
        (ConstructionRule::LastSegment, _) => {
            Content::Segment(SegmentPosition::Last, 0, tfdf.zone())
        }
        (ConstructionRule::NoSegmentation, _) => Content::Whole(tfdf.zone()),
        _ => Content::Opaque(tfdf.zone()),
    })
}

const fn reason(error: UslpError) -> &'static str {
    match error {
        UslpError::Version { .. } => "version",
        UslpError::TruncatedUnmanaged | UslpError::TruncatedLength { .. } => "truncated-frame",
        UslpError::NoDataField => "data-field",
        _ => "length",
    }
}
