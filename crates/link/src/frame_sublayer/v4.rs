//! Version-4 frames: how a Proximity-1 frame lies in a USLP frame.
//!
//! Book: 732.1-B-3, its annex C on Proximity-1, as far as the facts give it: a frame count of one octet, a data field header of one
//! octet, no insert zone. What they leave open is decided here, and only here (docs/deviations.md):
//!
//! | Version 3 | Version 4 |
//! |---|---|
//! | PCID | first bit of the virtual channel id; the other five are 0 |
//! | port | MAP id 0 to 7 |
//! | service, number | bypass flag, frame count; each service counts by itself |
//! | P-frame | protocol control command flag, rule `111`, protocol identifier 7 (SPDUs) |
//! | construction `00`, whole packets | rule `111`, identifier 0 (packets) |
//! | construction `01`, a segment | rule `100`, `101`, `110` (or `111`), identifier 6 or 8 (pseudo packet 1 or 2) |
//! | construction `11`, user octets | rule `011`, identifier 4 (octet stream) |
//!
//! The sequence-controlled service segments on pseudo packet 1, the expedited one on 2, so their segments never share a routing
//! identifier. Left out: insert zone, operational control field, error control field (the CRC-32 of the PLTU covers the frame),
//! truncated frames, data link security. A frame that has one of those is refused by name.
//!
//! A frame by hand, a space packet to port 5 of PCID 1 of spacecraft 0x052, expedited, number 0xC7: `C0052C0A 000F 81 C7 E0` and the packet.

use magpie_wire::bits::{Field, Spare};
use magpie_wire::id::{MapId, Pcid, PortId, UslpScid, Vcid};
use magpie_wire::segment::{PseudoPacketId, SegmentFlags, SegmentHeader};
use magpie_wire::seq::SeqNum;
use magpie_wire::uslp::tfdf::{ConstructionRule, Tfdf, Upid};
use magpie_wire::uslp::{
    UslpContent, UslpError, UslpForm, UslpFrame, UslpHeader, UslpManaged, VcfCount,
};
use magpie_wire::v3::{DfcId, PduType, Qos};

use super::{HeaderFields, MAX_FRAME_LEN, TransferFrame, length_field, transmitted_role};
use crate::mib::{FrameVersion, Mib};
use crate::stats::Rejection;

/// Octets of the primary header: seven and the frame count.
const PRIMARY_HEADER_LEN: usize = 8;
/// Octets in front of the data zone: the primary header and that of the data field.
pub(super) const HEADER_LEN: usize = PRIMARY_HEADER_LEN + 1;

/// The frame length field, written again after the data zone is in place.
const FRAME_LENGTH: Field<32, 16> = Field;

/// The bits of a virtual channel id behind the one that is the PCID.
const VIRTUAL_CHANNEL_BITS: u32 = 5;

//= 732.1-B-3 upid
const PSEUDO_PACKET_1: Upid = upid(6);
const SPDUS: Upid = upid(7);
const PSEUDO_PACKET_2: Upid = upid(8);

const fn upid(value: u8) -> Upid {
    match Upid::new(value) {
        Some(upid) => upid,
        None => panic!("five bits"),
    }
}

/// Writes both headers into the first octets of `frame`, whose other octets are its data zone already.
pub(super) fn put_header(mib: &Mib, frame: &mut [u8], fields: HeaderFields) {
    //= 732.1-B-3 annex-C header
    let header = UslpHeader {
        scid: UslpScid::new(mib.transmitted_scid().get()),
        scid_role: transmitted_role(mib),
        vcid: vcid_of(fields.pcid),
        map_id: MapId::new(fields.port_id.get()).unwrap_or_default(), // three bits always fit
        form: UslpForm::NonTruncated {
            qos: fields.qos,
            protocol_control_command: fields.pdu_type == PduType::Supervisory,
            spare: Spare::ZERO,
            //= 732.1-B-3 annex-C frame-count
            vcf_count: VcfCount::new(1, u64::from(fields.n_s.get())).unwrap_or_default(), // an octet always fits
        },
    };
    let (rule, upid) = construction_of(fields);
    let content = UslpContent {
        tfdf: &[(rule as u8) << 5 | upid.get()],
        ..UslpContent::default()
    };
    let written = header.emit(&content, frame);
    debug_assert!(written.is_ok(), "the data zone begins behind both headers");
    let length = length_field(frame);
    if let Some(head) = frame.first_chunk_mut::<HEADER_LEN>() {
        FRAME_LENGTH.put(head, length);
    }
}

fn vcid_of(pcid: Pcid) -> Vcid {
    //= 732.1-B-3 annex-C pcid-port
    Vcid::new(pcid.get() << VIRTUAL_CHANNEL_BITS).unwrap_or_default() // six bits always fit
}

/// Construction rule and protocol identifier of a frame that this end sends.
fn construction_of(fields: HeaderFields) -> (ConstructionRule, Upid) {
    //= 732.1-B-3 annex-C construction
    match (fields.pdu_type, fields.dfc_id, fields.segment) {
        (PduType::Supervisory, _, _) => (ConstructionRule::NoSegmentation, SPDUS),
        (PduType::User, DfcId::Packets, _) => (ConstructionRule::NoSegmentation, Upid::PACKETS),
        (PduType::User, DfcId::Segment, Some(header)) => {
            let pseudo_packet = match fields.qos {
                Qos::SequenceControlled => PSEUDO_PACKET_1,
                Qos::Expedited => PSEUDO_PACKET_2,
            };
            (rule_of(header.flags), pseudo_packet)
        }
        // The I/O sublayer makes no segment without a header and nothing reserved.
        (PduType::User, DfcId::UserDefined | DfcId::Segment | DfcId::Reserved, _) => {
            (ConstructionRule::OctetStream, Upid::OCTET_STREAM)
        }
    }
}

const fn rule_of(flags: SegmentFlags) -> ConstructionRule {
    match flags {
        SegmentFlags::First => ConstructionRule::StartingSegment,
        SegmentFlags::Continuing => ConstructionRule::ContinuingSegment,
        SegmentFlags::Last => ConstructionRule::LastSegment,
        SegmentFlags::Unsegmented => ConstructionRule::NoSegmentation,
    }
}

const fn flags_of(rule: ConstructionRule) -> Option<SegmentFlags> {
    match rule {
        ConstructionRule::StartingSegment => Some(SegmentFlags::First),
        ConstructionRule::ContinuingSegment => Some(SegmentFlags::Continuing),
        ConstructionRule::LastSegment => Some(SegmentFlags::Last),
        ConstructionRule::NoSegmentation => Some(SegmentFlags::Unsegmented),
        _ => None,
    }
}

/// The Proximity-1 frame that these octets are, if they are one.
pub(super) fn parse(octets: &[u8]) -> Result<TransferFrame<'_>, Rejection> {
    let frame = UslpFrame::parse(octets, &UslpManaged::default()).map_err(broken_rule)?;
    if octets.len() > MAX_FRAME_LEN {
        return Err(Rejection::FrameStructure);
    }
    frame.check_proximity_1().map_err(broken_rule)?;
    let UslpForm::NonTruncated {
        qos,
        protocol_control_command,
        vcf_count,
        ..
    } = frame.header().form
    else {
        return Err(Rejection::FrameProfile);
    };
    if frame.ocf().is_some() {
        return Err(Rejection::FrameProfile);
    }
    let (pcid, port_id) = addressee(frame.header())?;
    let tfdf = Tfdf::parse(frame.tfdf()).map_err(|_| Rejection::FrameStructure)?;
    let pdu_type = if protocol_control_command {
        PduType::Supervisory
    } else {
        PduType::User
    };
    let (dfc_id, segment) = match pdu_type {
        PduType::Supervisory => check_p_frame(qos, port_id, &tfdf)?,
        PduType::User => user_construction(&tfdf)?,
    };
    Ok(TransferFrame {
        octets,
        data_field: tfdf.zone(),
        header: HeaderFields {
            qos,
            pdu_type,
            dfc_id,
            pcid,
            port_id,
            n_s: SeqNum::new(vcf_count.get().to_be_bytes()[7]),
            segment,
        },
        version: FrameVersion::V4,
        scid: frame.header().scid.get(),
        scid_role: frame.header().scid_role,
    })
}

/// The physical channel and the port that virtual channel and MAP stand for.
fn addressee(header: &UslpHeader) -> Result<(Pcid, PortId), Rejection> {
    //= 732.1-B-3 annex-C pcid-port
    let pcid = Pcid::from_bit(header.vcid.get() >> VIRTUAL_CHANNEL_BITS == 1);
    if header.vcid != vcid_of(pcid) {
        return Err(Rejection::FrameProfile);
    }
    let port_id = PortId::new(header.map_id.get()).ok_or(Rejection::FrameProfile)?;
    Ok((pcid, port_id))
}

type Content = (DfcId, Option<SegmentHeader>);

/// The rules for P-frames of Version 3, in this form.
fn check_p_frame(qos: Qos, port_id: PortId, tfdf: &Tfdf<'_>) -> Result<Content, Rejection> {
    //= 732.1-B-3 annex-C p-frame
    let keeps_rules = qos == Qos::Expedited
        && port_id == PortId::ZERO
        && (tfdf.rule(), tfdf.upid()) == (ConstructionRule::NoSegmentation, SPDUS)
        && !tfdf.zone().is_empty();
    if keeps_rules {
        Ok((DfcId::Packets, None))
    } else {
        Err(Rejection::PFrameRule)
    }
}

fn user_construction(tfdf: &Tfdf<'_>) -> Result<Content, Rejection> {
    //= 732.1-B-3 annex-C construction
    let pseudo_packet_id = match tfdf.upid() {
        PSEUDO_PACKET_1 => PseudoPacketId::new(1),
        PSEUDO_PACKET_2 => PseudoPacketId::new(2),
        _ => None,
    };
    match (tfdf.rule(), tfdf.upid(), pseudo_packet_id) {
        (ConstructionRule::NoSegmentation, Upid::PACKETS, _) => Ok((DfcId::Packets, None)),
        (ConstructionRule::OctetStream, Upid::OCTET_STREAM, _) => Ok((DfcId::UserDefined, None)),
        (rule, _, Some(pseudo_packet_id)) => {
            let flags = flags_of(rule).ok_or(Rejection::ReservedDfc)?;
            if tfdf.zone().is_empty() {
                return Err(Rejection::SegmentStructure);
            }
            let header = SegmentHeader {
                flags,
                pseudo_packet_id,
            };
            Ok((DfcId::Segment, Some(header)))
        }
        _ => Err(Rejection::ReservedDfc),
    }
}

fn broken_rule(error: UslpError) -> Rejection {
    match error {
        UslpError::Version { .. } => Rejection::FrameVersion,
        UslpError::Truncated { .. }
        | UslpError::Length { .. }
        | UslpError::FieldsDoNotFit { .. }
        | UslpError::NoDataField => Rejection::FrameStructure,
        UslpError::TruncatedUnmanaged
        | UslpError::TruncatedLength { .. }
        | UslpError::SpareSet { .. }
        | UslpError::ProximityVcfCount { .. }
        | UslpError::ProximityInsertZone { .. }
        | UslpError::ProximityPointer { .. } => Rejection::FrameProfile,
    }
}

#[cfg(test)]
mod tests;
