//! TC frames (232.0) for the demultiplexer.

use magpie_wire::tc::{SegmentFlags, TcBody, TcError, TcFrame, TcParameters, TcSegment, TcType};

use super::{ChannelId, Content, Flags, Frame, FrameSpec, Refusal, SegmentPosition};
use crate::continuity::{CounterId, FrameCount};

pub(super) fn read<'a>(spec: &FrameSpec, octets: &'a [u8]) -> Result<Frame<'a>, Refusal> {
    let parameters = TcParameters {
        segment_header: spec.segment_header,
        fecf: spec.fecf,
    };
    let frame =
        TcFrame::parse(octets, &parameters).map_err(|error| Refusal::new(reason(error), error))?;
    let header = frame.header();
    let vcid = header.vcid.get();
    let (sub, content) = match frame.body() {
        TcBody::Control(_) => (None, Content::Opaque(&[])),
        TcBody::Data {
            segment: None,
            data,
        } => (None, Content::Whole(data)),
        TcBody::Data {
            segment: Some(TcSegment { flags, map_id }),
            data,
        } => (
            Some(map_id.get()),
            Content::Segment(position(flags), 0, data),
        ),
    };
    // Only type AD frames are counted; N(S) of the others is 0.
    let counted = header.frame_type == TcType::Ad;
    Ok(Frame {
        scid: header.scid.get(),
        channel: ChannelId { vcid, sub },
        count: counted.then(|| {
            (
                CounterId {
                    vcid,
                    expedited: None,
                },
                FrameCount {
                    value: u64::from(header.n_s.get()),
                    modulus: 256,
                },
            )
        }),
        content,
        flags: Flags::default(),
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

const fn reason(error: TcError) -> &'static str {
    match error {
        TcError::Version { .. } => "version",
        TcError::ReservedType => "reserved-type",
        TcError::ReservedBits { .. } => "reserved-bits",
        TcError::UnknownControlCommand { .. } => "control-command",
        _ => "length",
    }
}
