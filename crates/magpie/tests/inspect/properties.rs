//! The field tables against the strict views of `magpie-wire`: what a view exists for has no fault and the view's values, what it refuses has one.
//! Small spaces are exhausted, the others drawn from a seeded generator (`magpie-wire`'s `emit` writes the octets).

use magpie::inspect::{Node, Settings, Structure, inspect};
use magpie_coding::crc::crc32_proximity;
use magpie_wire::aos::{AosFrame, AosParameters};
use magpie_wire::clcw::Clcw;
use magpie_wire::encapsulation::EncapsulationPacket;
use magpie_wire::id::{Pcid, PortId, Scid, Vcid};
use magpie_wire::pltu::Pltu;
use magpie_wire::seq::SeqNum;
use magpie_wire::space_packet::SpacePacket;
use magpie_wire::spdu::Spdu;
use magpie_wire::spdu::directive::{Directive, RateTable};
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::tc::{TcFrame, TcParameters};
use magpie_wire::tm::{TmFrame, TmParameters};
use magpie_wire::uslp::{UslpFrame, UslpManaged};
use magpie_wire::v3::{DfcId, PduType, Qos, ScidRole, V3Frame, V3Header};

use super::dice::{Dice, ROUNDS};
use super::{expect, fields_cover, only, sound};

#[test]
fn all_65536_plcws() {
    for word in 0..=u16::MAX {
        let octets = word.to_be_bytes();
        let node = inspect(Structure::Plcw, &octets, &Settings::default());
        let strict = Plcw::from_word(word).filter(|plcw| plcw.check().is_ok());
        assert_eq!(node.is_sound(), strict.is_some(), "{word:04X}");
        if let Some(plcw) = Plcw::from_word(word) {
            expect(
                &node,
                &[
                    ("Retransmit Flag", plcw.retransmit.into()),
                    ("Physical Channel ID", plcw.pcid.get().into()),
                    ("Reserved Spare", plcw.reserved_spare.into()),
                    (
                        "Expedited Frame Counter",
                        plcw.expedited_frame_counter.get().into(),
                    ),
                    ("Report Value", plcw.report_value.get().into()),
                ],
            );
        }
    }
}

#[test]
fn all_65536_directives() {
    for word in 0..=u16::MAX {
        let [a, b] = word.to_be_bytes();
        let node = inspect(Structure::Spdu, &[0x02, a, b], &Settings::default());
        let directive = Directive::from_word(word);
        assert_eq!(
            node.is_sound(),
            directive.check(RateTable::Default).is_ok(),
            "{word:04X}"
        );
        expect(only(&node.children), &wanted(directive));
    }
}

/// The fields of a directive as the strict reader has them.
fn wanted(directive: Directive) -> Vec<(&'static str, u64)> {
    match directive {
        Directive::SetTransmitterParameters(p) => vec![
            ("Transmitter Mode", p.mode.get().into()),
            ("Transmitter Data Rate", p.data_rate.get().into()),
            ("Transmitter Modulation", p.modulation as u64),
            ("Transmitter Data Encoding", p.data_encoding as u64),
            ("Transmitter Frequency", p.frequency.get().into()),
        ],
        Directive::SetReceiverParameters(p) => vec![
            ("Receiver Mode", p.mode.get().into()),
            ("Receiver Data Rate", p.data_rate.get().into()),
            ("Receiver Modulation", p.modulation as u64),
            ("Receiver Data Decoding", p.data_encoding as u64),
            ("Receiver Frequency", p.frequency.get().into()),
        ],
        Directive::SetControlParameters(p) => vec![
            ("Time Sample", p.time_sample.get().into()),
            ("Duplex", p.duplex as u64),
            ("Reserved", p.reserved.get().into()),
            ("Remote No More Data", p.remote_no_more_data.into()),
            ("Token", p.token.into()),
        ],
        Directive::SetVR(p) => vec![
            ("SEQ_CTRL_FSN", p.seq_ctrl_fsn.get().into()),
            ("Spare", p.spare.get().into()),
        ],
        Directive::ReportRequest(p) => vec![
            ("Spare", p.spare.get().into()),
            (
                "Status Report Request",
                p.status_report_request.get().into(),
            ),
            ("Time-Tag Request", p.time_tag_request.get().into()),
            ("PCID 0 PLCW Request", p.pcid_0_plcw_request.into()),
            ("PCID 1 PLCW Request", p.pcid_1_plcw_request.into()),
        ],
        Directive::Reserved(p) => vec![("Directive Data", u64::from(p.word() >> 3))],
        Directive::SetPlExtensions(p) => vec![
            ("Direction", p.direction as u64),
            ("Frequency Table", p.frequency_table as u64),
            ("Rate Table", p.rate_table as u64),
            ("Carrier Modulation", p.carrier_modulation as u64),
            ("Data Modulation", p.data_modulation as u64),
            ("Mode Select", p.mode_select as u64),
            ("Scrambler", p.scrambler as u64),
            (
                "Differential Mark Encoding",
                p.differential_mark_encoding.into(),
            ),
            ("R-S Code", p.reed_solomon.into()),
        ],
        Directive::ReportSourceScid(p) => vec![
            ("Source Spacecraft ID", p.source_scid.get().into()),
            ("Reserved", p.reserved.get().into()),
        ],
    }
}

#[test]
fn v3_frames_and_their_pltu() {
    let mut dice = Dice(1);
    for _ in 0..ROUNDS {
        let header = V3Header {
            qos: if dice.flag() {
                Qos::Expedited
            } else {
                Qos::SequenceControlled
            },
            pdu_type: PduType::User,
            dfc_id: DfcId::UserDefined,
            scid: Scid::new(dice.word(10)).unwrap(),
            pcid: Pcid::from_bit(dice.flag()),
            port_id: PortId::new(dice.octet(3)).unwrap(),
            scid_role: if dice.flag() {
                ScidRole::Destination
            } else {
                ScidRole::Source
            },
            n_s: SeqNum::new(dice.octet(8)),
        };
        let data_len = dice.below(2044);
        let data = dice.octets(data_len);
        let mut out = [0; 2100];
        let len = header.emit(&data, &mut out).unwrap();
        let mut unit = [0; 2100];
        let unit_len = Pltu::emit_with(&out[..len], crc32_proximity, &mut unit).unwrap();
        let unit = sound(Structure::Pltu, &unit[..unit_len], &Settings::default());
        let node = sound(Structure::V3, &out[..len], &Settings::default());
        assert_eq!(unit.children[0].fields, node.fields);
        assert_eq!(fields_cover(&node), 8 * len);
        expect(
            &node,
            &[
                ("Transfer Frame Version Number", 0b10),
                ("QoS Indicator", header.qos as u64),
                ("PDU Type ID", 0),
                ("Data Field Construction ID", 0b11),
                ("Spacecraft ID", header.scid.get().into()),
                ("Physical Channel ID", header.pcid.get().into()),
                ("Port ID", header.port_id.get().into()),
                ("Source-or-Destination ID", header.scid_role as u64),
                ("Frame Length", len as u64 - 1),
                ("Frame Sequence Number", header.n_s.get().into()),
            ],
        );
    }
}

#[test]
fn clcws() {
    let mut dice = Dice(2);
    for _ in 0..ROUNDS {
        let clcw = Clcw {
            status: dice.octet(3),
            cop_in_effect: dice.octet(2),
            vcid: Vcid::new(dice.octet(6)).unwrap(),
            no_rf_available: dice.flag(),
            no_bit_lock: dice.flag(),
            lockout: dice.flag(),
            wait: dice.flag(),
            retransmit: dice.flag(),
            farm_b_counter: dice.octet(2),
            report_value: SeqNum::new(dice.octet(8)),
            spare: 0,
        };
        let node = sound(
            Structure::Clcw,
            &clcw.to_octets().unwrap(),
            &Settings::default(),
        );
        expect(
            &node,
            &[
                ("Status Field", clcw.status.into()),
                ("COP in Effect", clcw.cop_in_effect.into()),
                ("Virtual Channel ID", clcw.vcid.get().into()),
                ("No RF Available Flag", clcw.no_rf_available.into()),
                ("No Bit Lock Flag", clcw.no_bit_lock.into()),
                ("Lockout Flag", clcw.lockout.into()),
                ("Wait Flag", clcw.wait.into()),
                ("Retransmit Flag", clcw.retransmit.into()),
                ("FARM-B Counter", clcw.farm_b_counter.into()),
                ("Report Value", clcw.report_value.get().into()),
            ],
        );
    }
}

/// Every field of the tree read bit by bit from the octets given, and every child inside its parent.
fn agrees_with_the_octets(node: &Node, octets: &[u8]) {
    let bit = |at: usize| u64::from(octets[at / 8] >> (7 - at % 8) & 1);
    for field in &node.fields {
        let [first, last] = field.bits.map(|bit| bit + 8 * node.first_octet);
        if let Some(value) = field.value {
            let naive = (first..=last).fold(0, |value, at| value << 1 | bit(at));
            assert_eq!(naive, value, "{field:?}");
        } else {
            assert_eq!(field.raw, hex::encode_upper(&octets[first / 8..=last / 8]));
        }
    }
    let end = node.first_octet + node.octets;
    for child in &node.children {
        assert!(child.first_octet >= node.first_octet && child.first_octet + child.octets <= end);
        agrees_with_the_octets(child, octets);
    }
}

/// Whether the strict parser of `magpie-wire` takes these octets.
fn is_accepted(structure: Structure, octets: &[u8], settings: &Settings) -> bool {
    let frame_len = octets.len();
    let Settings {
        fecf, ocf, fhec, ..
    } = *settings;
    match structure {
        Structure::V3 => V3Frame::parse(octets).is_ok_and(|frame| frame.check().is_ok()),
        Structure::Pltu => Pltu::parse(octets, settings.truncated_len).is_ok(),
        Structure::Spdu => {
            Spdu::parse(octets).is_ok_and(|spdu| spdu.check(RateTable::Default).is_ok())
        }
        Structure::Plcw => <[u8; 2]>::try_from(octets)
            .is_ok_and(|word| Plcw::from_word(u16::from_be_bytes(word)).is_some()),
        Structure::Tm => TmFrame::parse(octets, &TmParameters { frame_len, fecf }).is_ok(),
        Structure::Aos => {
            let parameters = AosParameters {
                frame_len,
                fhec,
                insert_zone_len: settings.insert_zone,
                ocf,
                fecf,
            };
            AosFrame::parse(octets, &parameters).is_ok()
        }
        Structure::Tc => {
            let segment_header = settings.segment_header;
            let parameters = TcParameters {
                segment_header,
                fecf,
            };
            TcFrame::parse(octets, &parameters).is_ok()
        }
        Structure::Uslp => {
            let managed = UslpManaged {
                insert_zone_len: settings.insert_zone,
                fecf,
                truncated_len: settings.truncated_len,
            };
            UslpFrame::parse(octets, &managed).is_ok_and(|frame| frame.check().is_ok())
        }
        Structure::Clcw => Clcw::parse(octets).is_ok(),
        Structure::Packet => match octets.first().map(|first| first >> 5) {
            Some(0b111) => EncapsulationPacket::parse(octets).is_ok(),
            _ => SpacePacket::parse(octets).is_ok(),
        },
    }
}

#[test]
fn any_octets_are_read_and_a_refusal_is_a_fault() {
    use Structure::{Aos, Clcw as ClcwWord, Packet, Plcw as PlcwWord, Spdu as SpduUnit};
    use Structure::{Pltu as PltuUnit, Tc, Tm, Uslp, V3};
    let mut dice = Dice(8);
    let all = [
        V3, PltuUnit, SpduUnit, PlcwWord, Tm, Aos, Tc, Uslp, ClcwWord, Packet,
    ];
    for round in 0..20_000 {
        let len = dice.below(if round % 16 == 0 { 200 } else { 24 });
        let mut octets = dice.octets(len);
        // Half of them begin like the structure, so that more than the version is tried.
        let structure = all[round % all.len()];
        if dice.flag()
            && let Some(first) = octets.first_mut()
        {
            *first = match structure {
                V3 => *first & 0x3F | 0x80,
                Aos => *first & 0x3F | 0x40,
                Uslp => *first & 0x0F | 0xC0,
                Tm | Tc | Packet | ClcwWord => *first & 0x1F,
                _ => *first,
            };
        }
        if structure == PltuUnit && dice.flag() {
            octets.splice(0..0, [0xFA, 0xF3, 0x20, 0x80]);
        }
        let settings = Settings {
            fecf: dice.flag(),
            insert_zone: dice.below(3),
            segment_header: dice.flag(),
            ocf: dice.flag(),
            fhec: dice.flag(),
            no_mpdu: dice.flag(),
            truncated_len: dice.flag().then_some(8),
        };
        let node = inspect(structure, &octets, &settings);
        agrees_with_the_octets(&node, &octets);
        let refused = !is_accepted(structure, &octets, &settings);
        assert!(!(refused && node.is_sound()), "{octets:02X?}: {node:#?}");
        let text = magpie::inspect::text::render(&node);
        assert!(text.lines().count() > node.fields.len());
    }
}
