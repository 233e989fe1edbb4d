//! TM frames (132.0) for the demultiplexer.

use magpie_wire::first_header::FirstHeader;
use magpie_wire::tm::{TmError, TmFrame, TmHeader, TmParameters};

use super::{ChannelId, Content, Flags, Frame, FrameSpec, Refusal};
use crate::continuity::{CounterId, FrameCount};

pub(super) fn read<'a>(spec: &FrameSpec, octets: &'a [u8]) -> Result<Frame<'a>, Refusal> {
    let parameters = TmParameters {
        frame_len: spec.frame_len.unwrap_or(octets.len()),
        fecf: spec.fecf,
    };
    let (header, content) = match TmFrame::parse(octets, &parameters) {
        Ok(frame) => {
            let content = match frame.first_header() {
                Some(first) => Content::Zone(frame.data(), first),
                None => Content::Opaque(frame.data()),
            };
            (frame.header(), content)
        }
        // The frame itself is fine and counts; only the pointer leads nowhere, which the packet extractor says by name.
        Err(TmError::FirstHeaderPointer { pointer, .. }) => {
            let header = TmHeader::parse(octets).map_err(|error| Refusal::new("header", error))?;
            (header, Content::Zone(&[], FirstHeader::At(pointer)))
        }
        Err(error) => return Err(Refusal::new(reason(error), error)),
    };
    let vcid = header.vcid.get();
    Ok(Frame {
        scid: header.scid.get(),
        channel: ChannelId { vcid, sub: None },
        count: Some((
            CounterId {
                vcid,
                expedited: None,
            },
            FrameCount {
                value: u64::from(header.vc_frame_count.get()),
                modulus: 256,
            },
        )),
        content,
        flags: Flags {
            secondary_header: header.secondary_header,
            ocf: header.ocf,
            replay: false,
        },
    })
}

const fn reason(error: TmError) -> &'static str {
    match error {
        TmError::Truncated { .. } | TmError::Length { .. } | TmError::NoRoom { .. } => "length",
        TmError::Version { .. } => "version",
        TmError::SecondaryHeaderVersion { .. }
        | TmError::SecondaryHeaderEmpty
        | TmError::SecondaryHeaderTooLong { .. } => "secondary-header",
        TmError::FirstHeaderPointer { .. } => "first-header-pointer",
    }
}
