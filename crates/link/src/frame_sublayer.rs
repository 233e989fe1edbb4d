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

use crate::clock::{DataRate, Duration};
use crate::event::{Event, Events};
use crate::mib::{FrameVersion, Mib, SourceDestinationId};
use crate::stats::Rejection;

pub(crate) const HEADER_LEN: usize = V3_HEADER_LEN;
pub(crate) const MAX_FRAME_LEN: usize = V3_FRAME_MAX;
pub(crate) const MAX_DATA_FIELD_LEN: usize = V3_DATA_MAX;

/// The frame length field, written again after the data field is in place.
const FRAME_LENGTH: Field<21, 11> = Field;

/// A received transfer frame of either version, checked by frame acceptance: what the sublayers above need of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferFrame<'a> {
    octets: &'a [u8],
    data_field: &'a [u8],
    header: HeaderFields,
    version: FrameVersion,
    scid: u16,
    scid_role: ScidRole,
}

impl<'a> TransferFrame<'a> {
    fn of_v3(frame: &V3Frame<'a>) -> Self {
        Self {
            octets: frame.octets(),
            data_field: frame.data_field(),
            header: HeaderFields {
                qos: frame.qos(),
                pdu_type: frame.pdu_type(),
                dfc_id: frame.dfc_id(),
                pcid: frame.pcid(),
                port_id: frame.port_id(),
                n_s: frame.n_s(),
            },
            version: FrameVersion::V3,
            scid: frame.scid().get(),
            scid_role: frame.scid_role(),
        }
    }

    /// The whole frame, without marker and CRC-32.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The data field: packets, a segment, user octets, or SPDUs.
    pub const fn data_field(&self) -> &'a [u8] {
        self.data_field
    }

    /// The version.
    pub const fn version(&self) -> FrameVersion {
        self.version
    }

    /// The spacecraft named: 10 bits in Version 3, 16 in Version 4.
    pub const fn scid(&self) -> u16 {
        self.scid
    }

    /// Whether that is the sender or the addressee.
    pub const fn scid_role(&self) -> ScidRole {
        self.scid_role
    }

    /// Sequence controlled or expedited.
    pub const fn qos(&self) -> Qos {
        self.header.qos
    }

    /// User data or SPDUs.
    pub const fn pdu_type(&self) -> PduType {
        self.header.pdu_type
    }

    /// Whether the frame carries SPDUs.
    pub const fn is_p_frame(&self) -> bool {
        matches!(self.header.pdu_type, PduType::Supervisory)
    }

    /// How the data field is made up.
    pub const fn dfc_id(&self) -> DfcId {
        self.header.dfc_id
    }

    /// The physical channel.
    pub const fn pcid(&self) -> Pcid {
        self.header.pcid
    }

    /// The port.
    pub const fn port_id(&self) -> PortId {
        self.header.port_id
    }

    /// N(S).
    pub const fn n_s(&self) -> SeqNum {
        self.header.n_s
    }
}

/// How long the marker in front of a frame takes.
pub(crate) fn marker_duration(rate: Option<DataRate>) -> Duration {
    rate.map_or(Duration::ZERO, |rate| rate.duration_of_bits(24))
}

/// The header fields that differ from frame to frame of one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeaderFields {
    pub(crate) qos: Qos,
    pub(crate) pdu_type: PduType,
    pub(crate) dfc_id: DfcId,
    pub(crate) pcid: Pcid,
    pub(crate) port_id: PortId,
    pub(crate) n_s: SeqNum,
}

/// Octets in front of the data field in frames that this end sends.
pub(crate) const fn header_len(_version: FrameVersion) -> usize {
    HEADER_LEN
}

/// Writes the header into the first octets of `frame`, whose other octets are its data field already.
pub(crate) fn put_header(mib: &Mib, frame: &mut [u8], fields: &HeaderFields) {
    let header = V3Header {
        qos: fields.qos,
        pdu_type: fields.pdu_type,
        dfc_id: fields.dfc_id,
        scid: mib.transmitted_scid(),
        pcid: fields.pcid,
        port_id: fields.port_id,
        scid_role: match mib.source_destination_id {
            SourceDestinationId::Source => ScidRole::Source,
            SourceDestinationId::Destination => ScidRole::Destination,
        },
        n_s: fields.n_s,
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
) -> Result<TransferFrame<'a>, Rejection> {
    //= 211.0-B-6 6.7 frame-acceptance
    let frame = V3Frame::parse(octets).map_err(broken_rule)?;
    frame.check().map_err(broken_rule)?;
    if !mib.receives_pcid(frame.pcid()) {
        events.push(Event::WrongPcid(frame.pcid()));
        return Err(Rejection::WrongPcid);
    }
    let scid = frame.scid();
    let accepted = TransferFrame::of_v3(&frame);
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
            Some(_) => Ok(accepted),
            None => {
                buffer.learnt = Some(scid);
                events.push(Event::ReceivingScidLearnt(scid));
                Ok(accepted)
            }
        },
        _ => Ok(accepted),
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
