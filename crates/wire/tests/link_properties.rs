//! Properties of the Proximity-1 and USLP structures that hold for any value and any octets:
//! parse(emit(x)) = x, emit(parse(o)) = o, and no octets whatsoever make a parser panic.

use magpie_wire::bits::Spare;
use magpie_wire::id::{MapId, Pcid, PortId, Scid, UslpScid, Vcid};
use magpie_wire::pltu::{FrameLen, Pltu, frame_len};
use magpie_wire::segment::{PseudoPacketId, Segment, SegmentFlags, SegmentHeader};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::RateTable;
use magpie_wire::spdu::{Spdu, Spdus};
use magpie_wire::uslp::tfdf::Tfdf;
use magpie_wire::uslp::{
    UslpContent, UslpForm, UslpFrame, UslpHeader, UslpManaged, UslpPrefix, VcfCount,
};
use magpie_wire::v3::{DfcId, PduType, Qos, ScidRole, V3Frame, V3Header};
use proptest::collection::vec;
use proptest::prelude::*;

fn qos() -> impl Strategy<Value = Qos> {
    prop_oneof![Just(Qos::SequenceControlled), Just(Qos::Expedited)]
}

fn scid_role() -> impl Strategy<Value = ScidRole> {
    prop_oneof![Just(ScidRole::Source), Just(ScidRole::Destination)]
}

prop_compose! {
    fn v3_header()(
        qos in qos(),
        supervisory: bool,
        dfc_id in prop_oneof![
            Just(DfcId::Packets), Just(DfcId::Segment), Just(DfcId::Reserved), Just(DfcId::UserDefined)
        ],
        scid in 0..1024_u16,
        pcid: bool,
        port_id in 0..8_u8,
        scid_role in scid_role(),
        n_s: u8,
    ) -> V3Header {
        V3Header {
            qos,
            pdu_type: if supervisory { PduType::Supervisory } else { PduType::User },
            dfc_id,
            scid: Scid::new(scid).unwrap(),
            pcid: Pcid::from_bit(pcid),
            port_id: PortId::new(port_id).unwrap(),
            scid_role,
            n_s: SeqNum::new(n_s),
        }
    }
}

prop_compose! {
    fn vcf_count()(octets in 0..8_u8, value: u64) -> VcfCount {
        let mask = (1_u64 << (8 * u32::from(octets))) - 1;
        VcfCount::new(octets, value & mask).unwrap()
    }
}

prop_compose! {
    fn uslp_header()(
        scid: u16,
        scid_role in scid_role(),
        vcid in 0..64_u8,
        map_id in 0..16_u8,
        truncated in proptest::bool::weighted(0.2),
        qos in qos(),
        protocol_control_command: bool,
        spare in 0..4_u8,
        vcf_count in vcf_count(),
    ) -> UslpHeader {
        let spare = Spare::new(spare).unwrap();
        UslpHeader {
            scid: UslpScid::new(scid),
            scid_role,
            vcid: Vcid::new(vcid).unwrap(),
            map_id: MapId::new(map_id).unwrap(),
            form: if truncated {
                UslpForm::Truncated
            } else {
                UslpForm::NonTruncated { qos, protocol_control_command, spare, vcf_count }
            },
        }
    }
}

fn managed() -> impl Strategy<Value = UslpManaged> {
    let truncated_len = proptest::option::of(0..40_usize);
    (0..12_usize, any::<bool>(), truncated_len).prop_map(
        |(insert_zone_len, fecf, truncated_len)| UslpManaged {
            insert_zone_len,
            fecf,
            truncated_len,
        },
    )
}

/// Random octets, with a start that often makes them look like a frame of one of the two versions.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let looks_right = vec(any::<u8>(), 0..80).prop_map(|mut octets| {
        let last = octets.len().saturating_sub(1);
        if let [first, _, h2, h3, h4, h5, ..] = octets.as_mut_slice() {
            if *first & 1 == 0 {
                (*first, *h2, *h3) = (*first & 0x3F | 0x80, *h2 & 0xF8, last.to_le_bytes()[0]);
            } else {
                (*first, *h4, *h5) = (0xC0 | *first & 0x0F, 0, last.to_le_bytes()[0]);
            }
        }
        octets
    });
    prop_oneof![vec(any::<u8>(), 0..80), looks_right]
}

proptest! {
    #[test]
    fn v3_headers_come_back(header in v3_header(), data in vec(any::<u8>(), 0..=2043)) {
        let mut out = vec![0; 2048];
        let len = header.emit(&data, &mut out).unwrap();
        let frame = V3Frame::parse(&out[..len]).unwrap();
        prop_assert_eq!(frame.header(), header);
        prop_assert_eq!(frame.data_field(), &data);
        prop_assert_eq!(frame.check(), header.check(data.len()));
        prop_assert_eq!(frame_len(&out[..4], None), Ok(FrameLen::Octets(len)));
    }

    #[test]
    fn v3_octets_come_back_and_never_panic(octets in octets()) {
        if let Ok((frame, rest)) = V3Frame::parse_prefix(&octets) {
            let mut out = vec![0; octets.len()];
            let len = frame.header().emit(frame.data_field(), &mut out).unwrap();
            prop_assert_eq!(&out[..len], frame.octets());
            prop_assert_eq!(len + rest.len(), octets.len());
            let _ = frame.check();
        }
    }

    #[test]
    fn segments_come_back(flags in 0..4_u8, id in 0..64_u8, data in vec(any::<u8>(), 1..100)) {
        let flags = [
            SegmentFlags::Continuing, SegmentFlags::First, SegmentFlags::Last, SegmentFlags::Unsegmented,
        ][usize::from(flags)];
        let header = SegmentHeader { flags, pseudo_packet_id: PseudoPacketId::new(id).unwrap() };
        let mut out = vec![0; 101];
        let len = header.emit(&data, &mut out).unwrap();
        let segment = Segment::parse(&out[..len]).unwrap();
        prop_assert_eq!((segment.header(), segment.data()), (header, data.as_slice()));
    }

    #[test]
    fn units_come_back_and_never_panic(octets in octets(), crc: u32, len in proptest::option::of(0..80_usize)) {
        let mut out = vec![0; octets.len() + 7];
        if let Ok(unit_len) = Pltu::emit(&octets, crc, &mut out)
            && let Ok(unit) = Pltu::parse(&out[..unit_len], len)
        {
            prop_assert_eq!((unit.frame(), unit.crc()), (octets.as_slice(), crc));
        }
        let _ = Pltu::parse(&octets, len);
        // Each answer "need more" asks for more than was given, so a synchroniser that obeys ends.
        if let Ok(FrameLen::Need(need)) = frame_len(&octets, len) {
            prop_assert!(need > octets.len() && need <= 6);
        }
    }

    /// An announced length never changes when more octets arrive.
    #[test]
    fn frame_length_is_final(octets in octets(), len in proptest::option::of(5..80_usize)) {
        let known = (0..=octets.len()).map(|n| frame_len(&octets[..n], len));
        let decided: Vec<_> = known.filter(|l| !matches!(l, Ok(FrameLen::Need(_)))).collect();
        prop_assert!(decided.windows(2).all(|w| w[0] == w[1]));
    }

    /// The SPDUs of any data field, emitted one behind the other, are the octets they were read from; an error comes last.
    #[test]
    fn data_fields_come_back_and_never_panic(field in vec(any::<u8>(), 0..200)) {
        let mut out = Vec::new();
        let mut failed = false;
        for spdu in Spdus::new(&field) {
            prop_assert!(!failed, "nothing follows an error");
            let Ok(spdu) = spdu else { failed = true; continue };
            let mut unit = [0; 16];
            let len = spdu.emit(&mut unit).unwrap();
            prop_assert_eq!(Spdu::parse(&unit[..len]), Ok(spdu));
            out.extend_from_slice(&unit[..len]);
            let _ = spdu.check(RateTable::Extended);
        }
        prop_assert!(field.starts_with(&out));
        prop_assert_eq!(failed, out.len() < field.len());
    }

    #[test]
    fn uslp_frames_come_back(
        header in uslp_header(),
        insert_zone in vec(any::<u8>(), 0..8),
        tfdf in vec(any::<u8>(), 2..28),
        ocf: Option<[u8; 4]>,
        fecf: bool,
    ) {
        let truncated = header.form == UslpForm::Truncated;
        let content = if truncated {
            UslpContent { tfdf: &tfdf, ..UslpContent::default() }
        } else {
            let crc16: fn(&[u8]) -> u16 = |covered| covered.len().to_le_bytes()[0].into();
            UslpContent { insert_zone: &insert_zone, tfdf: &tfdf, ocf, crc16: fecf.then_some(crc16) }
        };
        let mut out = [0; 80];
        let len = header.emit(&content, &mut out).unwrap();
        let managed = UslpManaged {
            insert_zone_len: insert_zone.len(),
            fecf,
            truncated_len: Some(len),
        };
        let frame = UslpFrame::parse(&out[..len], &managed).unwrap();
        prop_assert_eq!(*frame.header(), header);
        prop_assert_eq!((frame.insert_zone(), frame.tfdf()), (content.insert_zone, content.tfdf));
        prop_assert_eq!((frame.ocf(), frame.fecf().is_some()), (content.ocf, content.crc16.is_some()));
    }

    #[test]
    fn uslp_octets_come_back_and_never_panic(octets in octets(), managed in managed()) {
        let _ = UslpPrefix::parse(&octets);
        if let Ok(frame) = UslpFrame::parse(&octets, &managed) {
            let content = UslpContent {
                insert_zone: frame.insert_zone(),
                tfdf: frame.tfdf(),
                ocf: frame.ocf(),
                crc16: frame.fecf().map(|_| (|_| 0) as fn(&[u8]) -> u16),
            };
            let mut out = vec![0; octets.len()];
            prop_assert_eq!(frame.header().emit(&content, &mut out), Ok(octets.len()));
            let covered = octets.len() - if managed.fecf && !frame.is_truncated() { 2 } else { 0 };
            prop_assert_eq!(&out[..covered], &octets[..covered]);
            let _ = (frame.check(), frame.check_proximity_1(), frame.is_intact(|_| 0));
        }
    }

    #[test]
    fn data_zones_come_back_and_never_panic(octets in vec(any::<u8>(), 0..40), near: bool) {
        let mut octets = octets;
        if let ([_, p0, p1, ..], true) = (octets.as_mut_slice(), near) {
            (*p0, *p1) = (0, *p1 % 40);
        }
        if let Ok(tfdf) = Tfdf::parse(&octets) {
            let mut out = vec![0; octets.len()];
            prop_assert_eq!(tfdf.header().emit(tfdf.zone(), &mut out), Ok(octets.len()));
            prop_assert_eq!(&out, &octets);
            prop_assert!(tfdf.zone().starts_with(tfdf.valid_zone()));
        }
    }
}
