//! Frame sublayer: puts the header in front of a data field, and decides which received frames are for this end.
//!
//! Book: 211.0-B-6 6.7 (frame acceptance as the facts give it) and 3.2.2 (header). The CRC-32 has been checked before (it belongs to
//! the PLTU). Left out: Version-4 frames.

use magpie_wire::bits::Field;
use magpie_wire::id::{Pcid, PortId, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{
    DfcId, FrameError, PduType, Qos, ScidRole, V3_DATA_MAX, V3_FRAME_MAX, V3_HEADER_LEN, V3Frame,
    V3Header,
};

use crate::event::{Event, Events};
use crate::mib::{Mib, SourceDestinationId};
use crate::stats::Rejection;

pub(crate) const HEADER_LEN: usize = V3_HEADER_LEN;
pub(crate) const MAX_FRAME_LEN: usize = V3_FRAME_MAX;
pub(crate) const MAX_DATA_FIELD_LEN: usize = V3_DATA_MAX;

/// The frame length field, written again after the data field is in place.
const FRAME_LENGTH: Field<21, 11> = Field;

/// Writes the header of an expedited U-frame into the first octets of `frame`, whose other octets are its data field already.
pub(crate) fn put_header(mib: &Mib, frame: &mut [u8], dfc_id: DfcId, port_id: PortId, n_s: SeqNum) {
    let header = V3Header {
        qos: Qos::Expedited,
        pdu_type: PduType::User,
        dfc_id,
        scid: mib.transmitted_scid(),
        pcid: mib.local_pcid,
        port_id,
        scid_role: match mib.source_destination_id {
            SourceDestinationId::Source => ScidRole::Source,
            SourceDestinationId::Destination => ScidRole::Destination,
        },
        n_s,
    };
    let len = u32::try_from(frame.len()).expect("a frame has at most 2048 octets");
    let head = frame
        .first_chunk_mut::<HEADER_LEN>()
        .expect("the data field begins behind the header");
    header
        .emit(&[], head)
        .expect("an empty frame fits into five octets");
    FRAME_LENGTH.put(head, len - 1);
}

/// The receiving SCID buffer: whom this end listens to when `Test_Source` is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ReceivingScidBuffer {
    /// By directive; stays until the next directive.
    set: Option<Scid>,
    /// From the first valid frame; forgotten at the end of the session.
    learnt: Option<Scid>,
}

impl ReceivingScidBuffer {
    pub(crate) fn set(&mut self, scid: Option<Scid>) {
        *self = Self {
            set: scid,
            learnt: None,
        };
    }

    pub(crate) fn forget_learnt(&mut self) {
        self.learnt = None;
    }

    pub(crate) fn value(self) -> Option<Scid> {
        self.set.or(self.learnt)
    }
}

/// Frame acceptance: structure, physical channel, spacecraft. Notifies of wrong identifiers.
pub(crate) fn accept<'a>(
    octets: &'a [u8],
    mib: &Mib,
    buffer: &mut ReceivingScidBuffer,
    events: &mut Events,
) -> Result<V3Frame<'a>, Rejection> {
    //= 211.0-B-6 6.7 frame-acceptance
    let frame = V3Frame::parse(octets).map_err(broken_rule)?;
    frame.check().map_err(broken_rule)?;
    if frame.pcid() != mib.remote_pcid {
        events.push(Event::WrongPcid(frame.pcid()));
        return Err(Rejection::WrongPcid);
    }
    let scid = frame.scid();
    match frame.scid_role() {
        ScidRole::Destination if scid != mib.local_spacecraft_id => {
            events.push(Event::WrongScid(scid));
            Err(Rejection::WrongDestination)
        }
        ScidRole::Source if mib.test_source => match buffer.value() {
            Some(expected) if expected != scid => {
                events.push(Event::WrongScid(scid));
                Err(Rejection::WrongSource)
            }
            Some(_) => Ok(frame),
            None => {
                buffer.learnt = Some(scid);
                events.push(Event::ReceivingScidLearnt(scid));
                Ok(frame)
            }
        },
        _ => Ok(frame),
    }
}

fn broken_rule(error: FrameError) -> Rejection {
    match error {
        FrameError::Version { .. } => Rejection::FrameVersion,
        FrameError::ReservedDfc => Rejection::ReservedDfc,
        FrameError::NoSegmentHeader => Rejection::SegmentStructure,
        FrameError::PFrameNotExpedited
        | FrameError::PFrameDfc { .. }
        | FrameError::PFramePort { .. }
        | FrameError::PFrameEmpty => Rejection::PFrameRule,
        _ => Rejection::FrameStructure,
    }
}

/// The sequence numbers of received expedited frames, per physical channel.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExpectedFsn([Option<SeqNum>; 2]);

impl ExpectedFsn {
    /// How many frames are missing before the frame `n_s`: a lower bound, because the number wraps after 256.
    pub(crate) fn missing_before(&mut self, pcid: Pcid, n_s: SeqNum) -> u8 {
        //= 211.0-B-6 3.2.2 fsn
        let expected = &mut self.0[usize::from(pcid.get())];
        let missing = expected.map_or(0, |expected| n_s.distance_from(expected));
        *expected = Some(n_s.next());
        missing
    }
}

#[cfg(test)]
mod tests;
