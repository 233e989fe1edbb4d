//! Entry points of `magpie-wire`: every `parse`, every getter of what it gives, every `emit`.

use core::hint::black_box;

use magpie_wire::EmitError;
use magpie_wire::aos::bpdu::{BPdu, BitstreamData};
use magpie_wire::aos::mpdu::MPdu;
use magpie_wire::aos::{AosContent, AosFrame, AosHeader, AosParameters};
use magpie_wire::clcw::Clcw;
use magpie_wire::encapsulation::{self, EncapsulationHeader, EncapsulationPacket};
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::Tfvn;
use magpie_wire::ocf::Ocf;
use magpie_wire::packet::{self, PacketKind};
use magpie_wire::pltu::{self, Pltu};
use magpie_wire::segment::{Segment, SegmentHeader};
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{self, SpacePacket, SpacePacketHeader};
use magpie_wire::spdu::directive::{Directive, DirectiveBuffer, Directives, RateTable};
use magpie_wire::spdu::{Spdu, Spdus};
use magpie_wire::tc::{ControlCommand, TcBody, TcFrame, TcHeader, TcParameters, tc_frame_len};
use magpie_wire::time_code::{Cds, CdsFormat, CdsPField, Cuc, CucFormat, CucPField, TimeCode};
use magpie_wire::tm::{TmContent, TmFrame, TmHeader, TmParameters};
use magpie_wire::uslp::tfdf::{Tfdf, TfdfHeader};
use magpie_wire::uslp::{UslpContent, UslpForm, UslpFrame, UslpHeader, UslpManaged, UslpPrefix};
use magpie_wire::v3::{V3Frame, V3Header};

use crate::keep;

type Emitted = Result<usize, EmitError>;

#[unsafe(no_mangle)]
pub fn np_wire_v3(octets: &[u8]) {
    keep(V3Frame::parse(octets));
    let Ok((frame, rest)) = black_box(V3Frame::parse_prefix(octets)) else {
        return;
    };
    keep((frame.check(), frame.qos(), frame.pdu_type(), frame.dfc_id()));
    keep((
        frame.is_p_frame(),
        frame.is_u_frame(),
        frame.scid(),
        frame.pcid(),
    ));
    keep((
        frame.port_id(),
        frame.scid_role(),
        frame.n_s(),
        frame.header(),
    ));
    keep((frame.data_field(), frame.octets(), rest));
}

#[unsafe(no_mangle)]
pub fn np_wire_v3_emit(header: &V3Header, data: &[u8], out: &mut [u8]) -> Emitted {
    header.emit(data, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_pltu(octets: &[u8], truncated_len: Option<usize>, crc32: fn(&[u8]) -> u32) {
    keep(pltu::frame_len(octets, truncated_len));
    if let Ok(pltu) = black_box(Pltu::parse(octets, truncated_len)) {
        keep((pltu.frame(), pltu.crc(), pltu.is_intact(crc32)));
    }
}

#[unsafe(no_mangle)]
pub fn np_wire_pltu_emit(frame: &[u8], crc: u32, out: &mut [u8]) -> Emitted {
    Pltu::emit(frame, crc, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_segment(octets: &[u8], header: SegmentHeader, out: &mut [u8]) -> Emitted {
    if let Ok(segment) = black_box(Segment::parse(octets)) {
        keep((segment.header(), segment.data()));
    }
    header.emit(octets, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_spdus(octets: &[u8], table: RateTable, out: &mut [u8]) {
    keep(Spdu::parse(octets));
    for spdu in black_box(Spdus::new(octets)) {
        let Ok(spdu) = black_box(spdu) else {
            continue;
        };
        keep((spdu.check(table), spdu.emitted_len(), spdu.emit(out)));
        match spdu {
            Spdu::Time(time) => keep((time.data(), time.directive())),
            Spdu::Status(report) => keep(report.data()),
            Spdu::Directives(directives) => np_wire_directives(&directives, table),
            _ => keep(spdu),
        }
    }
}

#[unsafe(no_mangle)]
pub fn np_wire_directives(directives: &Directives<'_>, table: RateTable) {
    keep((
        directives.octets(),
        directives.len(),
        directives.check(table),
    ));
    for directive in directives.iter() {
        keep((directive.word(), directive.check(table)));
    }
}

#[unsafe(no_mangle)]
pub fn np_wire_directive_buffer(
    buffer: &mut DirectiveBuffer,
    directive: Directive,
    out: &mut [u8],
) -> Emitted {
    buffer.push(directive)?;
    keep(buffer.directives());
    buffer.emit(out)
}

#[unsafe(no_mangle)]
pub fn np_wire_uslp(octets: &[u8], managed: &UslpManaged, crc16: fn(&[u8]) -> u16) {
    keep(UslpPrefix::parse(octets));
    let Ok(frame) = black_box(UslpFrame::parse(octets, managed)) else {
        return;
    };
    keep((
        frame.check(),
        frame.check_proximity_1(),
        frame.header().header_len(),
    ));
    keep((
        frame.is_truncated(),
        frame.is_oid(),
        frame.qos(),
        frame.insert_zone(),
    ));
    keep((
        frame.ocf(),
        frame.fecf(),
        frame.is_intact(crc16),
        frame.octets(),
    ));
    if let UslpForm::NonTruncated { vcf_count, .. } = frame.header().form {
        keep((vcf_count.next(), vcf_count.gap_since(black_box(vcf_count))));
    }
    if let Ok(tfdf) = black_box(Tfdf::parse(frame.tfdf())) {
        keep((tfdf.rule(), tfdf.upid(), tfdf.pointer(), tfdf.zone()));
        keep((tfdf.valid_zone(), tfdf.header()));
    }
}

#[unsafe(no_mangle)]
pub fn np_wire_uslp_emit(
    header: &UslpHeader,
    content: &UslpContent<'_>,
    out: &mut [u8],
) -> Emitted {
    header.emit(content, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_tfdf_emit(header: &TfdfHeader, zone: &[u8], out: &mut [u8]) -> Emitted {
    header.emit(zone, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_tm(octets: &[u8], parameters: &TmParameters) {
    keep(TmHeader::parse(octets));
    let Ok(frame) = black_box(TmFrame::parse(octets, parameters)) else {
        return;
    };
    let header = black_box(frame.header());
    keep((header.to_octets(), header.gvcid(), header.is_oid()));
    keep((
        frame.first_header(),
        frame.data(),
        frame.ocf(),
        frame.ocf_octets(),
    ));
    keep((frame.fecf(), frame.octets_under_fecf(), frame.octets()));
    if let Some(secondary) = frame.secondary_header() {
        keep((secondary.data(), secondary.extended_vc_frame_count()));
    }
}

#[unsafe(no_mangle)]
pub fn np_wire_tm_emit(
    header: &TmHeader,
    parameters: &TmParameters,
    content: &TmContent<'_>,
    out: &mut [u8],
) -> Emitted {
    keep(parameters.data_len(None, header.ocf));
    header.emit(parameters, content, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_tc(octets: &[u8], parameters: &TcParameters) {
    keep((TcHeader::parse(octets), tc_frame_len(octets)));
    keep((
        ControlCommand::parse(octets),
        TcFrame::parse(octets, parameters),
    ));
    let Ok((frame, rest)) = black_box(TcFrame::parse_prefix(octets, parameters)) else {
        return;
    };
    let header = black_box(frame.header());
    keep((header.gvcid(), header.to_octets(rest.len()), frame.body()));
    keep((frame.fecf(), frame.octets_under_fecf(), frame.octets()));
}

#[unsafe(no_mangle)]
pub fn np_wire_tc_emit(
    header: &TcHeader,
    parameters: &TcParameters,
    body: &TcBody<'_>,
    out: &mut [u8],
) -> Emitted {
    header.emit(parameters, body, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_aos(octets: &[u8], parameters: &AosParameters) {
    keep(AosHeader::parse(octets));
    let Ok(frame) = black_box(AosFrame::parse(octets, parameters)) else {
        return;
    };
    let header = black_box(frame.header());
    keep((header.to_octets(), header.gvcid(), header.is_oid()));
    keep((
        header.extended_vc_frame_count(),
        frame.fhec(),
        frame.insert_zone(),
    ));
    keep((frame.data(), frame.ocf(), frame.ocf_octets(), frame.fecf()));
    keep((frame.octets_under_fecf(), frame.octets()));
    if let Ok(pdu) = black_box(MPdu::parse(frame.data())) {
        keep((pdu.first_header(), pdu.packet_zone()));
    }
    if let Ok(pdu) = black_box(BPdu::parse(frame.data())) {
        keep((pdu.data(), pdu.zone(), pdu.valid_bits()));
    }
}

#[unsafe(no_mangle)]
pub fn np_wire_aos_emit(
    header: &AosHeader,
    parameters: &AosParameters,
    content: &AosContent<'_>,
    out: &mut [u8],
) -> Emitted {
    keep(parameters.data_len());
    header.emit(parameters, content, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_pdu_emit(first: FirstHeader, data: BitstreamData, zone: &[u8], out: &mut [u8]) {
    keep(MPdu::emit(first, zone, out));
    keep(BPdu::emit(data, zone, out));
    keep((first.position(), first.fits(zone.len()), first.to_bits()));
}

#[unsafe(no_mangle)]
pub fn np_wire_ocf(octets: [u8; 4], clcw: &Clcw, out: &mut [u8]) {
    keep(Clcw::parse(&octets));
    let ocf = black_box(Ocf::parse(octets));
    keep((ocf.to_octets(), ocf.clcw()));
    keep((clcw.to_octets(), clcw.emit(out)));
}

#[unsafe(no_mangle)]
pub fn np_wire_space_packet(octets: &[u8]) {
    keep((space_packet::packet_len(octets), SpacePacket::parse(octets)));
    keep(SpacePacketHeader::parse(octets));
    let Ok((packet, rest)) = black_box(SpacePacket::parse_prefix(octets)) else {
        return;
    };
    keep((
        packet.header(),
        packet.apid(),
        packet.is_idle(),
        packet.data(),
    ));
    keep((packet.octets(), rest));
}

#[unsafe(no_mangle)]
pub fn np_wire_space_packet_emit(
    header: &SpacePacketHeader,
    count: SeqCount,
    data: &[u8],
    out: &mut [u8],
) -> Emitted {
    space_packet::emit_idle(count, 0, out)?;
    header.emit(data, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_encapsulation(octets: &[u8]) {
    keep((
        encapsulation::packet_len(octets),
        EncapsulationPacket::parse(octets),
    ));
    keep(EncapsulationHeader::parse(octets));
    let Ok((packet, rest)) = black_box(EncapsulationPacket::parse_prefix(octets)) else {
        return;
    };
    keep((
        packet.header(),
        packet.is_idle(),
        packet.data(),
        packet.octets(),
    ));
    keep(rest);
}

#[unsafe(no_mangle)]
pub fn np_wire_encapsulation_emit(
    header: &EncapsulationHeader,
    data: &[u8],
    out: &mut [u8],
) -> Emitted {
    header.emit(data, out)
}

#[unsafe(no_mangle)]
pub fn np_wire_packet(octets: &[u8], first: u8) {
    keep((
        packet::packet_len(octets),
        PacketKind::of(first),
        Tfvn::of(first),
    ));
}

#[unsafe(no_mangle)]
pub fn np_wire_time_code(octets: &[u8], cuc: CucFormat, cds: CdsFormat, out: &mut [u8]) {
    keep(TimeCode::parse(octets));
    if let Ok((field, rest)) = black_box(CucPField::parse(octets)) {
        keep((field.id(), field.epoch(), field.format(), field.extension()));
        keep((field.len(), field.emit(out), rest));
    }
    if let Ok((field, rest)) = black_box(CdsPField::parse(octets)) {
        keep((field.format(), field.to_octet(), field.emit(out), rest));
    }
    keep((Cuc::parse(cuc, octets), Cds::parse(cds, octets)));
    if let Ok((time, rest)) = black_box(Cuc::parse_prefix(cuc, octets)) {
        keep((time.format(), time.seconds(), time.fine(), time.fraction()));
        keep((time.nanoseconds(), time.ticks(), time.emit(out), rest));
    }
    if let Ok((time, rest)) = black_box(Cds::parse_prefix(cds, octets)) {
        keep((time.format(), time.day(), time.millisecond_of_day()));
        keep((time.sub_millisecond(), time.picosecond_of_day()));
        keep((time.emit(out), rest));
    }
}
