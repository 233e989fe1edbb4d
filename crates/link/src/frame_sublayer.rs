//! Frame sublayer: puts the header in front of a data field, and decides which received frames are for this end.
//!
//! Book: 211.0-B-6 6.7 (frame acceptance as the facts give it) and 3.2.2 (header); 732.1-B-3 for Version 4, in `v4`. Which of the
//! two versions a link carries is the MIB's `Frame version in use`; a frame of the other one is refused. The CRC-32 has been checked
//! before (it belongs to the PLTU).

use magpie_wire::bits::Field;
use magpie_wire::id::{Pcid, PortId, Scid};
use magpie_wire::segment::{Segment, SegmentHeader};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{
    DfcId, FrameError, PduType, Qos, ScidRole, V3_DATA_MAX, V3_FRAME_MAX, V3_HEADER_LEN, V3Frame,
    V3Header,
};

use crate::clock::{DataRate, Duration};
use crate::event::{Event, Events};
use crate::mib::{FrameVersion, Mib, MibBuilder, SourceDestinationId};
use crate::stats::Rejection;

mod v4;

pub(crate) const MAX_FRAME_LEN: usize = V3_FRAME_MAX;
/// Of either version: Version 3 has the shorter header.
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
                segment: None,
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

    /// The data field: packets, a segment (with its header in Version 3), user octets, or SPDUs.
    pub const fn data_field(&self) -> &'a [u8] {
        self.data_field
    }

    /// The segment that a frame of construction `01` carries: which part of its packet, and the octets. `None` if there are none.
    pub fn segment(&self) -> Option<(SegmentHeader, &'a [u8])> {
        match (self.header.dfc_id, self.header.segment) {
            (DfcId::Segment, Some(header)) => Some((header, self.data_field)),
            (DfcId::Segment, None) => Segment::parse(self.data_field)
                .ok()
                .map(|segment| (segment.header(), segment.data())),
            _ => None,
        }
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
    /// Of a segment in a Version-4 frame; in Version 3 it is the first octet of the data field.
    pub(crate) segment: Option<SegmentHeader>,
}

/// Octets in front of the data field in frames that this end sends.
pub(crate) const fn header_len(version: FrameVersion) -> usize {
    match version {
        FrameVersion::V3 => V3_HEADER_LEN,
        FrameVersion::V4 => v4::HEADER_LEN,
    }
}

/// Octets of a frame with one octet of a segment: below it a packet could not even be sent in pieces.
pub(crate) const fn shortest_maximum_frame_length(version: FrameVersion) -> usize {
    match version {
        FrameVersion::V3 => V3_HEADER_LEN + 2,
        FrameVersion::V4 => v4::HEADER_LEN + 1,
    }
}

/// Writes the header into the first octets of `frame`, whose other octets are its data field already.
pub(crate) fn put_header(mib: &Mib, frame: &mut [u8], fields: HeaderFields) {
    match mib.frame_version {
        FrameVersion::V3 => put_v3_header(mib, frame, fields),
        FrameVersion::V4 => v4::put_header(mib, frame, fields),
    }
}

const fn transmitted_role(mib: &MibBuilder) -> ScidRole {
    match mib.source_destination_id {
        SourceDestinationId::Source => ScidRole::Source,
        SourceDestinationId::Destination => ScidRole::Destination,
    }
}

fn put_v3_header(mib: &Mib, frame: &mut [u8], fields: HeaderFields) {
    let header = V3Header {
        qos: fields.qos,
        pdu_type: fields.pdu_type,
        dfc_id: fields.dfc_id,
        scid: mib.transmitted_scid(),
        pcid: fields.pcid,
        port_id: fields.port_id,
        scid_role: transmitted_role(mib),
        n_s: fields.n_s,
    };
    let written = header.emit(&[], frame);
    debug_assert!(written.is_ok(), "the data field begins behind the header");
    let length = length_field(frame);
    if let Some(head) = frame.first_chunk_mut::<V3_HEADER_LEN>() {
        FRAME_LENGTH.put(head, length);
    }
}

/// What a frame says its length is: one less than its octets, of which it has at most 2048.
fn length_field(frame: &[u8]) -> u32 {
    let last = frame.len().saturating_sub(1).min(MAX_FRAME_LEN - 1);
    u32::try_from(last).unwrap_or(0)
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
    pub(crate) const EMPTY: Self = Self {
        set: None,
        learnt: None,
    };

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
    //= 211.0-B-6 frame-version
    let frame = match mib.frame_version {
        FrameVersion::V3 => parse_v3(octets)?,
        FrameVersion::V4 => v4::parse(octets)?,
    };
    if !mib.receives_pcid(frame.pcid()) {
        events.push(Event::WrongPcid(frame.pcid()));
        return Err(Rejection::WrongPcid);
    }
    let scid = frame.scid();
    match frame.scid_role() {
        ScidRole::Destination if scid != mib.local_spacecraft_id.get() => {
            events.push(Event::WrongScid(scid));
            Err(Rejection::WrongDestination)
        }
        ScidRole::Source if mib.test_source => match (buffer.value(), Scid::new(scid)) {
            (Some(expected), Some(source)) if expected == source => Ok(frame),
            (None, Some(source)) => {
                buffer.learnt = Some(source);
                events.push(Event::ReceivingScidLearnt(source));
                Ok(frame)
            }
            // Another one, or one that the ten bits of the buffer cannot name.
            _ => {
                events.push(Event::WrongScid(scid));
                Err(Rejection::WrongSource)
            }
        },
        _ => Ok(frame),
    }
}

fn parse_v3(octets: &[u8]) -> Result<TransferFrame<'_>, Rejection> {
    let frame = V3Frame::parse(octets).map_err(broken_rule)?;
    frame.check().map_err(broken_rule)?;
    Ok(TransferFrame::of_v3(&frame))
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
    /// Nothing has come yet.
    pub(crate) const NONE: Self = Self([None; 2]);

    /// How many frames are missing before the frame `n_s`: a lower bound, because the number wraps after 256.
    pub(crate) fn missing_before(&mut self, pcid: Pcid, n_s: SeqNum) -> u8 {
        //= 211.0-B-6 3.2.2 fsn
        let expected = &mut self.0[usize::from(pcid.get())];
        let missing = expected.map_or(0, |expected| n_s.distance_from(expected));
        if missing == u8::MAX {
            return 0; // the frame before once more, rather than 255 lost ones
        }
        *expected = Some(n_s.next());
        missing
    }
}

#[cfg(test)]
mod tests;
