//! TC transfer frames and CLTUs of what FOP-1 hands out.
//!
//! Books: 232.0-B-4 (frame, segment header), 231.0-B (CLTU). One frame in a CLTU.
//!
//! Example: [`commander`](super).

use magpie_coding::crc::crc16_fecf;
use magpie_link::cop_1::OutType;
use magpie_wire::id::TcMapId;
use magpie_wire::seq::SeqNum;
use magpie_wire::tc::{
    FECF_LEN, FRAME_MAX, HEADER_LEN, SEGMENT_HEADER_LEN, SegmentFlags, TcBody, TcHeader,
    TcParameters, TcSegment, TcType,
};

use super::CommanderConfig;

pub(super) const fn segment(map_id: TcMapId, at: usize, pieces: usize) -> TcSegment {
    let flags = match (at, pieces) {
        (_, 1) => SegmentFlags::Unsegmented,
        (0, _) => SegmentFlags::First,
        (at, pieces) if at + 1 == pieces => SegmentFlags::Last,
        _ => SegmentFlags::Continuing,
    };
    TcSegment { flags, map_id }
}

impl CommanderConfig {
    /// The unit as the content of a frame: its first octet is the segment header, if the channel has them.
    pub(super) fn body<'a>(&self, unit: &'a [u8]) -> TcBody<'a> {
        let (segment, data) = match (self.map_id, unit.split_first()) {
            (Some(_), Some((&octet, data))) => (Some(TcSegment::from_octet(octet)), data),
            _ => (None, unit),
        };
        TcBody::Data { segment, data }
    }

    pub(super) fn emit(
        &self,
        out_type: OutType,
        n_s: SeqNum,
        body: &TcBody<'_>,
        out: &mut [u8],
    ) -> Option<usize> {
        let header = TcHeader {
            frame_type: match out_type {
                OutType::Ad => TcType::Ad,
                OutType::Bc => TcType::Bc,
                OutType::Bd => TcType::Bd,
            },
            scid: self.scid,
            vcid: self.vcid,
            n_s,
        };
        let parameters = TcParameters {
            segment_header: self.map_id.is_some(),
            fecf: self.fecf,
        };
        let mut frame = [0; FRAME_MAX];
        let mut len = header.emit(&parameters, body, &mut frame).ok()?;
        if self.fecf {
            let (under, rest) = frame.split_at_mut_checked(len)?;
            *rest.first_chunk_mut::<FECF_LEN>()? = crc16_fecf(under).to_be_bytes();
            len += FECF_LEN;
        }
        self.coding.encode(frame.get(..len)?, out).ok()
    }

    /// Octets of a packet that one frame can carry.
    pub(super) const fn unit_max(&self) -> usize {
        let fields = HEADER_LEN
            + if self.map_id.is_some() {
                SEGMENT_HEADER_LEN
            } else {
                0
            }
            + if self.fecf { FECF_LEN } else { 0 };
        self.frame_max.saturating_sub(fields)
    }
}
