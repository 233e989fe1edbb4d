//! AOS transfer frame and multiplexing protocol data unit (732.0-B-4).

use magpie_coding::fhec;
use magpie_wire::aos::mpdu::{self, MPdu};
use magpie_wire::aos::{AosError, AosFrame, AosParameters, FHEC_LEN, HEADER_LEN};
use magpie_wire::first_header::FirstHeader;
use magpie_wire::ocf::OCF_LEN;

use super::Settings;
use super::node::{Fault, Node};
use super::ocf::{self, FECF_LEN};
use super::tm;
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, bits_or_zero, counted, flag, word};

/// The virtual channel kept for idle data.
const IDLE_VCID: usize = 63;

const HEADER: &[Spec] = &[
    Spec::new("Transfer Frame Version Number", 0, 2, |v, _| {
        word(
            v,
            &[
                "Version-1 (TM or TC), not Version-2",
                "AOS (Version-2)",
                "Version-3 (Proximity-1), not Version-2",
                "not Version-2",
            ],
        )
    }),
    Spec::new("Spacecraft ID", 2, 8, walk::number),
    Spec::new("Virtual Channel ID", 10, 6, |v, _| match v {
        63 => "63, only idle data".into(),
        vcid => vcid.to_string(),
    }),
    Spec::new("Virtual Channel Frame Count", 16, 24, walk::number),
    Spec::new("Replay Flag", 40, 1, |v, _| {
        word(v, &["real time", "replayed from a recorder"])
    }),
    Spec::new("VC Frame Count Usage Flag", 41, 1, |v, _| {
        word(
            v,
            &["frame count cycle not in use", "frame count cycle in use"],
        )
    }),
    Spec::new("Reserved Spare", 42, 2, walk::spare),
    Spec::new("VC Frame Count Cycle", 44, 4, |v, octets| {
        if flag(octets, 41) {
            let count = v << 24 | walk::bits(octets, 16, 24).unwrap_or(0);
            format!("{v}, with it the frame count is {count}")
        } else {
            format!("{v}, not in use")
        }
    }),
];

/// A whole frame; its length is that of the octets given.
pub(super) fn frame(part: Part<'_>, settings: &Settings) -> Node {
    let octets = part.octets;
    let mut node = Node::new("aos", "AOS transfer frame", part);
    node.walk(octets, HEADER);
    faults(&mut node, octets, settings);

    let fhec_end = HEADER_LEN + if settings.fhec { FHEC_LEN } else { 0 };
    if settings.fhec {
        header_error_control(&mut node, part);
    }
    let data_at = fhec_end.saturating_add(settings.insert_zone);
    let fecf_at = part.len()
        - if settings.fecf {
            FECF_LEN.min(part.len())
        } else {
            0
        };
    let ocf_at = fecf_at
        - if settings.ocf {
            OCF_LEN.min(fecf_at)
        } else {
            0
        };
    if ocf_at < data_at {
        node.run(
            "Octets Behind The Header",
            part.from(fhec_end),
            "too few for its fields",
        );
        return node;
    }
    let insert_zone = part.cut(fhec_end..data_at);
    node.run(
        "Insert Zone",
        insert_zone,
        counted(insert_zone.len(), "octet"),
    );
    data_field(&mut node, part.cut(data_at..ocf_at), octets, settings);
    ocf::field(&mut node, part.cut(ocf_at..fecf_at));
    ocf::fecf(&mut node, part.cut(0..fecf_at), part.from(fecf_at));
    node
}

fn faults(node: &mut Node, octets: &[u8], settings: &Settings) {
    let parameters = AosParameters {
        frame_len: octets.len(),
        fhec: settings.fhec,
        insert_zone_len: settings.insert_zone,
        ocf: settings.ocf,
        fecf: settings.fecf,
    };
    judge(
        node,
        octets,
        |octets| AosFrame::parse(octets, &parameters).map(drop),
        |error| match error {
            AosError::Version { .. } => Patch::bits(0, 2, 0b01),
            _ => None,
        },
    );
    node.want(
        "Reserved Spare",
        0,
        "spare-set",
        "reserved spare bits of the AOS header are set",
    );
}

/// The frame header error control field: right, or what it would mend.
fn header_error_control(node: &mut Node, part: Part<'_>) {
    const NAME: &str = "Frame Header Error Control";
    let Some(received) = part.octets.first_chunk::<{ fhec::HEADER_LEN }>() else {
        return;
    };
    node.number(NAME, part.cut(HEADER_LEN..fhec::HEADER_LEN), "right");
    let mut mended = *received;
    match fhec::correct(&mut mended) {
        Ok(0) => {}
        Ok(wrong) => {
            node.reword(NAME, "wrong, the header can be mended".into());
            let wrong = counted(wrong.into(), "half-octet");
            let mended = hex::encode_upper(mended);
            node.fault(Fault::new(
                "fhec",
                format!("{wrong} of the header wrong; it should be {mended}"),
            ));
        }
        Err(error) => {
            node.reword(NAME, "wrong, the header cannot be mended".into());
            node.fault(Fault::new("fhec", error.to_string()));
        }
    }
}

fn data_field(node: &mut Node, data: Part<'_>, octets: &[u8], settings: &Settings) {
    let idle = bits_or_zero(octets, 10, 6) == IDLE_VCID;
    let content = match (idle, settings.no_mpdu) {
        (true, _) => "idle data",
        (_, true) => "not looked into",
        _ => "an M_PDU",
    };
    let len = counted(data.len(), "octet");
    let forgotten = ocf::forgotten_fecf(octets, settings.fecf);
    node.run(
        "Transfer Frame Data Field",
        data,
        format!("{len}, {content}{forgotten}"),
    );
    if !idle && !settings.no_mpdu {
        node.children.push(m_pdu(data));
    }
}

const M_PDU: &[Spec] = &[
    Spec::new("Reserved Spare", 0, 5, walk::spare),
    Spec::new("First Header Pointer", 5, 11, tm::pointer),
];

fn m_pdu(part: Part<'_>) -> Node {
    let mut node = Node::new("m-pdu", "Multiplexing protocol data unit (M_PDU)", part);
    node.walk(part.octets, M_PDU);
    judge(
        &mut node,
        part.octets,
        |octets| MPdu::parse(octets).map(drop),
        |_| None,
    );
    node.want(
        "Reserved Spare",
        0,
        "spare-set",
        "reserved spare bits of an M_PDU are set",
    );
    let pointer = u16::try_from(bits_or_zero(part.octets, 5, 11)).unwrap_or(0);
    let pointer = FirstHeader::from_bits(pointer);
    let zone = part.from(mpdu::HEADER_LEN);
    let meaning = format!(
        "{}{}",
        counted(zone.len(), "octet"),
        tm::zone_words(pointer)
    );
    node.run("Packet Zone", zone, meaning);
    tm::zone(&mut node, zone, pointer);
    node
}
