//! Packets, TM, AOS, TC and USLP frames that `magpie-wire` emits, with everything in them drawn: no fault, and the values that went in.

use magpie::inspect::{Node, Settings, Structure};
use magpie_coding::crc::crc16_fecf;
use magpie_wire::aos::{AosContent, AosHeader, AosParameters, mpdu::MPdu};
use magpie_wire::bits::Spare;
use magpie_wire::encapsulation::{EncapsulationHeader, LengthOfLength, ProtocolId};
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::{AosScid, Apid, MapId, Scid, TcMapId, UslpScid, Vcid};
use magpie_wire::ocf::Ocf;
use magpie_wire::seq::{SeqCount, SeqNum, VcFrameCount8, VcFrameCount24};
use magpie_wire::space_packet::{PacketType, SequenceFlags, SpacePacketHeader};
use magpie_wire::tc::{SegmentFlags, TcBody, TcHeader, TcParameters, TcSegment, TcType};
use magpie_wire::tm::{TmContent, TmHeader, TmParameters};
use magpie_wire::uslp::tfdf::{ConstructionRule, TfdfHeader, Upid};
use magpie_wire::uslp::{UslpContent, UslpForm, UslpHeader, VcfCount};
use magpie_wire::v3::{Qos, ScidRole};

use super::dice::{Dice, ROUNDS};
use super::{expect, fields_cover, only, sound};

fn space_packet(dice: &mut Dice) -> (SpacePacketHeader, Vec<u8>) {
    let header = SpacePacketHeader {
        packet_type: if dice.flag() {
            PacketType::Telecommand
        } else {
            PacketType::Telemetry
        },
        secondary_header: dice.flag(),
        apid: Apid::new(dice.word(11) & 0x7FE).unwrap(),
        sequence_flags: SequenceFlags::from_bits(dice.octet(2)),
        sequence_count: SeqCount::new(dice.word(14)).unwrap(),
    };
    let data_len = 1 + dice.below(100);
    let data = dice.octets(data_len);
    let mut out = vec![0; 6 + data.len()];
    header.emit(&data, &mut out).unwrap();
    (header, out)
}

#[track_caller]
fn expect_space_packet(node: &Node, header: SpacePacketHeader, len: usize) {
    expect(
        node,
        &[
            ("Packet Version Number", 0),
            ("Packet Type", header.packet_type as u64),
            ("Secondary Header Flag", header.secondary_header.into()),
            ("Application Process ID", header.apid.get().into()),
            ("Sequence Flags", header.sequence_flags.to_bits().into()),
            ("Packet Sequence Count", header.sequence_count.get().into()),
            ("Packet Data Length", len as u64 - 7),
        ],
    );
    assert_eq!(fields_cover(node), 8 * len);
}

#[test]
fn packets() {
    let mut dice = Dice(3);
    for _ in 0..ROUNDS {
        let (header, octets) = space_packet(&mut dice);
        let node = sound(Structure::Packet, &octets, &Settings::default());
        expect_space_packet(&node, header, octets.len());

        let form = [
            LengthOfLength::One,
            LengthOfLength::Two,
            LengthOfLength::Four,
        ][dice.below(3)];
        let mut header = EncapsulationHeader::new(ProtocolId::new(dice.octet(3)).unwrap(), form);
        if form != LengthOfLength::One {
            header.user_defined = dice.octet(4);
            header.protocol_id_extension = dice.octet(4);
        }
        if form == LengthOfLength::Four {
            header.ccsds_defined = dice.word(16);
        }
        let data_len = dice.below(240);
        let data = dice.octets(data_len);
        let mut out = [0; 300];
        let len = header.emit(&data, &mut out).unwrap();
        let node = sound(Structure::Packet, &out[..len], &Settings::default());
        let value = |name| node.value(name).map_or(0, |(value, _)| value);
        assert_eq!(
            value("Encapsulation Protocol ID"),
            u64::from(header.protocol_id.get())
        );
        assert_eq!(value("Length Of Length"), u64::from(form.to_bits()));
        assert_eq!(value("Packet Length"), len as u64);
        assert_eq!(value("User Defined Field"), u64::from(header.user_defined));
        let extension = value("Encapsulation Protocol ID Extension");
        assert_eq!(extension, u64::from(header.protocol_id_extension));
        assert_eq!(
            value("CCSDS Defined Field"),
            u64::from(header.ccsds_defined)
        );
        assert_eq!(fields_cover(&node), 8 * len);
    }
}

#[test]
fn tm_frames() {
    let mut dice = Dice(4);
    for _ in 0..ROUNDS {
        let (packet, packet_octets) = space_packet(&mut dice);
        let remainder_len = dice.below(20);
        let remainder = dice.octets(remainder_len);
        let secondary_len = 1 + dice.below(63);
        let secondary = dice.flag().then(|| dice.octets(secondary_len));
        let ocf = dice
            .flag()
            .then(|| Ocf::parse([0x80 | dice.octet(7), 1, 2, dice.octet(8)]));
        let header = TmHeader {
            ocf: ocf.is_some(),
            mc_frame_count: VcFrameCount8::new(dice.octet(8)),
            vc_frame_count: VcFrameCount8::new(dice.octet(8)),
            secondary_header: secondary.is_some(),
            first_header: FirstHeader::At(u16::try_from(remainder_len).unwrap()),
            ..TmHeader::new(
                Scid::new(dice.word(10)).unwrap(),
                Vcid::new(dice.octet(3)).unwrap(),
            )
        };
        let data = [remainder, packet_octets.clone()].concat();
        let parameters = TmParameters {
            frame_len: 8
                + data.len()
                + secondary.as_ref().map_or(0, |data| 1 + data.len())
                + if ocf.is_some() { 4 } else { 0 },
            fecf: true,
        };
        let content = TmContent {
            secondary: secondary.as_deref(),
            data: &data,
            ocf,
        };
        let mut out = vec![0; parameters.frame_len];
        let end = header.emit(&parameters, &content, &mut out).unwrap();
        let crc = crc16_fecf(&out[..end]);
        out[end..].copy_from_slice(&crc.to_be_bytes());
        let settings = Settings {
            fecf: true,
            ..Settings::default()
        };
        let node = sound(Structure::Tm, &out, &settings);
        assert_eq!(fields_cover(&node), 8 * out.len());
        expect(
            &node,
            &[
                ("Spacecraft ID", header.scid.get().into()),
                ("Virtual Channel ID", header.vcid.get().into()),
                ("Operational Control Field Flag", header.ocf.into()),
                (
                    "Master Channel Frame Count",
                    header.mc_frame_count.get().into(),
                ),
                (
                    "Virtual Channel Frame Count",
                    header.vc_frame_count.get().into(),
                ),
                (
                    "Transfer Frame Secondary Header Flag",
                    header.secondary_header.into(),
                ),
                ("First Header Pointer", remainder_len as u64),
                ("Frame Error Control Field", crc.into()),
            ],
        );
        let found = node
            .children
            .iter()
            .find(|child| child.structure == "packet")
            .unwrap();
        expect_space_packet(found, packet, packet_octets.len());
    }
}

#[test]
fn aos_frames() {
    let mut dice = Dice(5);
    for _ in 0..ROUNDS {
        let (packet, packet_octets) = space_packet(&mut dice);
        let mut data = vec![0; 2 + packet_octets.len()];
        MPdu::emit(FirstHeader::At(0), &packet_octets, &mut data).unwrap();
        let insert_zone_len = dice.below(9);
        let insert_zone = dice.octets(insert_zone_len);
        let ocf = dice.flag().then(|| Ocf::parse([0x80, 1, 2, dice.octet(8)]));
        let header = AosHeader {
            vc_frame_count: VcFrameCount24::new(u32::try_from(dice.bits(24)).unwrap()).unwrap(),
            replay_flag: dice.flag(),
            vc_frame_count_usage_flag: true,
            vc_frame_count_cycle: dice.octet(4),
            ..AosHeader::new(
                AosScid::new(dice.octet(8)),
                Vcid::new(dice.octet(5)).unwrap(),
            )
        };
        let mut protected = [0; 8];
        protected[..6].copy_from_slice(&header.to_octets().unwrap());
        magpie_coding::fhec::encode(&mut protected);
        let fhec = dice
            .flag()
            .then(|| u16::from_be_bytes([protected[6], protected[7]]));
        let parameters = AosParameters {
            frame_len: 6
                + data.len()
                + insert_zone_len
                + if fhec.is_some() { 2 } else { 0 }
                + if ocf.is_some() { 4 } else { 0 },
            fhec: fhec.is_some(),
            insert_zone_len,
            ocf: ocf.is_some(),
            fecf: false,
        };
        let content = AosContent {
            fhec,
            insert_zone: &insert_zone,
            data: &data,
            ocf,
        };
        let mut out = vec![0; parameters.frame_len];
        header.emit(&parameters, &content, &mut out).unwrap();
        let settings = Settings {
            fhec: fhec.is_some(),
            insert_zone: insert_zone_len,
            ocf: ocf.is_some(),
            ..Settings::default()
        };
        let node = sound(Structure::Aos, &out, &settings);
        assert_eq!(fields_cover(&node), 8 * out.len());
        expect(
            &node,
            &[
                ("Spacecraft ID", header.scid.get().into()),
                ("Virtual Channel ID", header.vcid.get().into()),
                (
                    "Virtual Channel Frame Count",
                    header.vc_frame_count.get().into(),
                ),
                ("Replay Flag", header.replay_flag.into()),
                ("VC Frame Count Cycle", header.vc_frame_count_cycle.into()),
            ],
        );
        assert_eq!(
            node.value("Frame Header Error Control")
                .map(|(value, _)| value),
            fhec.map(u64::from)
        );
        let m_pdu = node
            .children
            .iter()
            .find(|child| child.structure == "m-pdu")
            .unwrap();
        expect_space_packet(only(&m_pdu.children), packet, packet_octets.len());
    }
}

#[test]
fn tc_frames() {
    let mut dice = Dice(6);
    for _ in 0..ROUNDS {
        let frame_type = if dice.flag() { TcType::Ad } else { TcType::Bd };
        let n_s = if frame_type == TcType::Ad {
            dice.octet(8)
        } else {
            0
        };
        let header = TcHeader {
            frame_type,
            scid: Scid::new(dice.word(10)).unwrap(),
            vcid: Vcid::new(dice.octet(6)).unwrap(),
            n_s: SeqNum::new(n_s),
        };
        let segment = dice.flag().then(|| TcSegment {
            flags: SegmentFlags::Continuing,
            map_id: TcMapId::new(dice.octet(6)).unwrap(),
        });
        let parameters = TcParameters {
            segment_header: segment.is_some(),
            fecf: dice.flag(),
        };
        let data_len = dice.below(1000);
        let data = dice.octets(data_len);
        let mut out = [0; 1024];
        let body = TcBody::Data {
            segment,
            data: &data,
        };
        let end = header.emit(&parameters, &body, &mut out).unwrap();
        let crc = crc16_fecf(&out[..end]).to_be_bytes();
        out[end..end + 2].copy_from_slice(&crc);
        let len = end + if parameters.fecf { 2 } else { 0 };
        let settings = Settings {
            fecf: parameters.fecf,
            segment_header: parameters.segment_header,
            ..Settings::default()
        };
        let node = sound(Structure::Tc, &out[..len], &settings);
        assert_eq!(fields_cover(&node), 8 * len);
        expect(
            &node,
            &[
                ("Bypass Flag", u64::from(frame_type == TcType::Bd)),
                ("Control Command Flag", 0),
                ("Spacecraft ID", header.scid.get().into()),
                ("Virtual Channel ID", header.vcid.get().into()),
                ("Frame Length", len as u64 - 1),
                ("Frame Sequence Number", n_s.into()),
            ],
        );
        if let Some(segment) = segment {
            let map_id = segment.map_id.get().into();
            expect(
                only(&node.children),
                &[("Sequence Flags", 0), ("MAP ID", map_id)],
            );
        }
    }
}

#[test]
fn uslp_frames() {
    let mut dice = Dice(7);
    for _ in 0..ROUNDS {
        let count_len = dice.octet(3);
        let count = dice.bits(56) & ((1 << (8 * u32::from(count_len))) - 1);
        let pcc = dice.flag();
        let expedited = dice.flag();
        let header = UslpHeader {
            scid: UslpScid::new(dice.word(16)),
            scid_role: if dice.flag() {
                ScidRole::Destination
            } else {
                ScidRole::Source
            },
            vcid: Vcid::new(dice.octet(6)).unwrap(),
            map_id: MapId::new(dice.octet(4)).unwrap(),
            form: UslpForm::NonTruncated {
                qos: if expedited {
                    Qos::Expedited
                } else {
                    Qos::SequenceControlled
                },
                protocol_control_command: pcc,
                spare: Spare::ZERO,
                vcf_count: VcfCount::new(count_len, count).unwrap(),
            },
        };
        let zone_len = dice.below(300);
        let zone = dice.octets(zone_len);
        let tfdf = TfdfHeader::without_pointer(ConstructionRule::OctetStream, Upid::OCTET_STREAM);
        let mut data = vec![0; 1 + zone_len];
        tfdf.unwrap().emit(&zone, &mut data).unwrap();
        let ocf = dice.flag().then(|| [0x80, 1, 2, dice.octet(8)]);
        let insert_zone_len = dice.below(5);
        let insert_zone = dice.octets(insert_zone_len);
        let content = UslpContent {
            insert_zone: &insert_zone,
            tfdf: &data,
            ocf,
            crc16: Some(crc16_fecf),
        };
        let mut out = [0; 400];
        let len = header.emit(&content, &mut out).unwrap();
        let settings = Settings {
            fecf: true,
            insert_zone: insert_zone_len,
            ..Settings::default()
        };
        let node = sound(Structure::Uslp, &out[..len], &settings);
        assert_eq!(fields_cover(&node), 8 * len);
        expect(
            &node,
            &[
                ("Transfer Frame Version Number", 0b1100),
                ("Spacecraft ID", header.scid.get().into()),
                ("Source-or-Destination ID", header.scid_role as u64),
                ("Virtual Channel ID", header.vcid.get().into()),
                ("MAP ID", header.map_id.get().into()),
                ("Frame Length", len as u64 - 1),
                ("Bypass/Sequence Control Flag", expedited.into()),
                ("Protocol Control Command Flag", pcc.into()),
                ("OCF Flag", ocf.is_some().into()),
                ("VCF Count Length", count_len.into()),
            ],
        );
        let found = node.value("VCF Count").map_or(0, |(value, _)| value);
        assert_eq!(found, count);
        expect(
            &node.children[0],
            &[("TFDZ Construction Rules", 0b011), ("USLP Protocol ID", 4)],
        );
    }
}
