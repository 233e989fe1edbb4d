//! The fields around a data zone: one frame of the version that is configured.
//!
//! Books: 132.0-B-3, 732.0-B-4, 732.1-B-3. USLP frames are expedited: nothing comes back that could ask for one again. An idle USLP frame has rule 111
//! and protocol identifier 31.

use alloc::vec::Vec;

use magpie_coding::crc::crc16_fecf;
use magpie_coding::fhec;
use magpie_wire::EmitError;
use magpie_wire::aos::bpdu::{BPdu, BitstreamData};
use magpie_wire::aos::mpdu::MPdu;
use magpie_wire::aos::{self, AosContent, AosHeader, AosParameters};
use magpie_wire::bits::Spare;
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::{AosScid, MapId, Scid, UslpScid, Vcid};
use magpie_wire::ocf::{OCF_LEN, Ocf};
use magpie_wire::seq::{VcFrameCount8, VcFrameCount24};
use magpie_wire::tm::{TmContent, TmHeader, TmParameters};
use magpie_wire::uslp::tfdf::{ConstructionRule, Pointer, TfdfHeader, Upid};
use magpie_wire::uslp::{UslpContent, UslpForm, UslpHeader, VcfCount};
use magpie_wire::v3::{Qos, ScidRole};

use super::channel::Filled;
use super::config::{Construct, DownlinkConfig, FrameVersion};

/// What varies from frame to frame.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) vcid: Vcid,
    pub(super) mc_count: u8,
    pub(super) vc_count: u64,
    pub(super) replay: bool,
    pub(super) filled: Filled,
    pub(super) ocf: Option<[u8; OCF_LEN]>,
    pub(super) insert_zone: &'a [u8],
}

/// Octets behind the header fields of a frame with only idle data.
pub(super) fn idle_zone_len(config: &DownlinkConfig) -> usize {
    let packets = config.zone_len(Construct::Packets).unwrap_or(0);
    match config.version {
        FrameVersion::Tm { .. } => packets,
        // No pointer in front of it: two octets more.
        FrameVersion::Aos { .. } | FrameVersion::Uslp { .. } => packets + 2,
    }
}

/// Writes the frame that `zone` was filled for; `field` is memory for the data field.
pub(super) fn frame(
    config: &DownlinkConfig,
    fields: &Fields<'_>,
    zone: &[u8],
    field: &mut Vec<u8>,
    out: &mut [u8],
) -> Result<(), EmitError> {
    match config.version {
        FrameVersion::Tm { scid } => tm_frame(config, scid, fields, zone, out)?,
        FrameVersion::Aos { scid, fhec, cycle } => {
            let control = AosControl { scid, fhec, cycle };
            aos_frame(config, control, fields, zone, field, out)?;
        }
        FrameVersion::Uslp { scid, count_octets } => {
            return uslp_frame(config, (scid, count_octets), fields, zone, field, out);
        }
    }
    if config.fecf
        && let Some((covered, fecf)) = out.split_last_chunk_mut()
    {
        *fecf = crc16_fecf(covered).to_be_bytes();
    }
    Ok(())
}

/// The pointer to the first packet, where pointers have eleven bits.
fn first_header(start: Option<usize>) -> FirstHeader {
    start
        .and_then(|at| u16::try_from(at).ok())
        .map_or(FirstHeader::NoPacketStart, FirstHeader::At)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the count is kept below the modulus of its version"
)]
fn tm_frame(
    config: &DownlinkConfig,
    scid: Scid,
    fields: &Fields<'_>,
    zone: &[u8],
    out: &mut [u8],
) -> Result<(), EmitError> {
    let access = matches!(fields.filled, Filled::Access { .. });
    let header = TmHeader {
        ocf: config.ocf,
        mc_frame_count: VcFrameCount8::new(fields.mc_count),
        vc_frame_count: VcFrameCount8::new(fields.vc_count as u8),
        synchronization_flag: access,
        first_header: match fields.filled {
            Filled::Packets(start) => first_header(start),
            Filled::Idle => FirstHeader::IdleOnly,
            Filled::Access { .. } | Filled::Bitstream(_) => FirstHeader::NoPacketStart,
        },
        ..TmHeader::new(scid, fields.vcid)
    };
    let parameters = TmParameters {
        frame_len: config.frame_len,
        fecf: config.fecf,
    };
    let content = TmContent {
        ocf: fields.ocf.map(Ocf::parse),
        ..TmContent::data(zone)
    };
    header.emit(&parameters, &content, out).map(drop)
}

/// What only AOS has.
#[derive(Debug, Clone, Copy)]
struct AosControl {
    scid: AosScid,
    fhec: bool,
    cycle: bool,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the count is kept below the modulus of its version"
)]
fn aos_frame(
    config: &DownlinkConfig,
    control: AosControl,
    fields: &Fields<'_>,
    zone: &[u8],
    field: &mut Vec<u8>,
    out: &mut [u8],
) -> Result<(), EmitError> {
    let count = fields.vc_count as u32;
    let header = AosHeader {
        vc_frame_count: VcFrameCount24::new(count & 0xFF_FFFF).unwrap_or_default(),
        replay_flag: fields.replay,
        vc_frame_count_usage_flag: control.cycle,
        vc_frame_count_cycle: (count >> 24) as u8 & 0xF,
        ..AosHeader::new(control.scid, fields.vcid)
    };
    field.resize(aos::mpdu::HEADER_LEN + zone.len(), 0);
    let data = match fields.filled {
        Filled::Packets(start) => {
            MPdu::emit(first_header(start), zone, field)?;
            &field[..]
        }
        Filled::Bitstream(octets) => {
            let data = if octets == zone.len() {
                BitstreamData::Full
            } else {
                BitstreamData::LastBit((octets * 8).saturating_sub(1) as u16)
            };
            BPdu::emit(data, zone, field)?;
            &field[..]
        }
        Filled::Access { .. } | Filled::Idle => zone,
    };
    let parameters = AosParameters {
        frame_len: config.frame_len,
        fhec: control.fhec,
        insert_zone_len: config.insert_zone_len,
        ocf: config.ocf,
        fecf: config.fecf,
    };
    let content = AosContent {
        fhec: control.fhec.then_some(0),
        insert_zone: fields.insert_zone,
        data,
        ocf: fields.ocf.map(Ocf::parse),
    };
    header.emit(&parameters, &content, out)?;
    if control.fhec
        && let Some(protected) = out.first_chunk_mut()
    {
        fhec::encode(protected);
    }
    Ok(())
}

fn uslp_frame(
    config: &DownlinkConfig,
    (scid, count_octets): (UslpScid, u8),
    fields: &Fields<'_>,
    zone: &[u8],
    field: &mut Vec<u8>,
    out: &mut [u8],
) -> Result<(), EmitError> {
    let header = UslpHeader {
        scid,
        scid_role: ScidRole::Source,
        vcid: fields.vcid,
        map_id: MapId::default(),
        form: UslpForm::NonTruncated {
            qos: Qos::Expedited,
            protocol_control_command: false,
            spare: Spare::default(),
            vcf_count: VcfCount::new(count_octets, fields.vc_count).unwrap_or(VcfCount::NONE),
        },
    };
    let place = |at: usize| u16::try_from(at).ok();
    let (rule, upid, pointer) = match fields.filled {
        Filled::Packets(start) => {
            let pointer = start.and_then(place);
            let pointer = pointer.map_or(Pointer::NoPacketStart, Pointer::FirstHeader);
            (ConstructionRule::PacketsSpanning, Upid::PACKETS, pointer)
        }
        Filled::Access { starts, ends } => {
            let last = ends.and_then(|len| place(len.saturating_sub(1)));
            let pointer = last.map_or(Pointer::SduContinues, Pointer::LastValid);
            let rule = if starts {
                ConstructionRule::SduStarting
            } else {
                ConstructionRule::SduContinuing
            };
            (rule, Upid::MISSION_SPECIFIC, pointer)
        }
        Filled::Bitstream(_) | Filled::Idle => (
            ConstructionRule::NoSegmentation,
            Upid::IDLE,
            Pointer::Absent,
        ),
    };
    let tfdf = TfdfHeader {
        rule,
        upid,
        pointer,
    };
    field.resize(tfdf.header_len() + zone.len(), 0);
    tfdf.emit(zone, field)?;
    let content = UslpContent {
        insert_zone: fields.insert_zone,
        tfdf: field,
        ocf: fields.ocf,
        crc16: if config.fecf { Some(crc16_fecf) } else { None },
    };
    header.emit(&content, out).map(drop)
}
