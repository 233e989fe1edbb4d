//! Proximity-1 Version-3 frames (211.0) for the demultiplexer.

use magpie_wire::segment::{Segment, SegmentFlags};
use magpie_wire::v3::{DfcId, FrameError, Qos, V3Frame};

use super::{ChannelId, Content, Flags, Frame, Refusal, SegmentPosition};
use crate::continuity::{CounterId, FrameCount};

pub(super) fn read(octets: &[u8]) -> Result<Frame<'_>, Refusal> {
    let frame = V3Frame::parse(octets).map_err(|error| Refusal::new(reason(error), error))?;
    frame
        .check()
        .map_err(|error| Refusal::new(reason(error), error))?;
    let pcid = frame.pcid().get();
    // SEQ_CTRL_FSN and EXP_FSN are separate counters of each physical channel.
    let counter = CounterId {
        vcid: pcid,
        expedited: Some(frame.qos() == Qos::Expedited),
    };
    Ok(Frame {
        scid: frame.scid().get(),
        channel: ChannelId {
            vcid: pcid,
            sub: Some(frame.port_id().get()),
        },
        count: Some((
            counter,
            FrameCount {
                value: u64::from(frame.n_s().get()),
                modulus: 256,
            },
        )),
        content: content(&frame)?,
        flags: Flags::default(),
    })
}

fn content<'a>(frame: &V3Frame<'a>) -> Result<Content<'a>, Refusal> {
    let data = frame.data_field();
    Ok(match frame.dfc_id() {
        _ if frame.is_p_frame() => Content::Opaque(data),
        DfcId::Packets => Content::Whole(data),
        DfcId::Segment => {
            let segment =
                Segment::parse(data).map_err(|error| Refusal::new("segment-header", error))?;
            let header = segment.header();
            Content::Segment(
                position(header.flags),
                header.pseudo_packet_id.get(),
                segment.data(),
            )
        }
        DfcId::Reserved | DfcId::UserDefined => Content::Opaque(data),
    })
}

const fn position(flags: SegmentFlags) -> SegmentPosition {
    match flags {
        SegmentFlags::First => SegmentPosition::First,
        SegmentFlags::Continuing => SegmentPosition::Continuing,
        SegmentFlags::Last => SegmentPosition::Last,
        SegmentFlags::Unsegmented => SegmentPosition::Whole,
    }
}

const fn reason(error: FrameError) -> &'static str {
    match error {
        FrameError::Version { .. } => "version",
        FrameError::ReservedDfc => "reserved-dfc",
        FrameError::Truncated { .. }
        | FrameError::Length { .. }
        | FrameError::LengthField { .. } => "length",
        FrameError::NoSegmentHeader => "segment-header",
        _ => "p-frame",
    }
}
