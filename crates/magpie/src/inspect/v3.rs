//! Version-3 transfer frame and segment data unit (211.0-B-6).

use magpie_wire::v3::{FrameError, V3_FRAME_MAX, V3_HEADER_LEN, V3Frame};

use super::node::Node;
use super::packet::{self, End};
use super::spdu;
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, counted, octets, word};

const HEADER: &[Spec] = &[
    Spec::new("Transfer Frame Version Number", 0, 2, version),
    Spec::new("QoS Indicator", 2, 1, |v, _| {
        word(v, &["sequence controlled", "expedited"])
    }),
    Spec::new("PDU Type ID", 3, 1, |v, _| {
        word(v, &["U-frame: user data", "P-frame: SPDUs"])
    }),
    Spec::new("Data Field Construction ID", 4, 2, construction),
    Spec::new("Spacecraft ID", 6, 10, |v, octets| {
        let role = word(
            u64::from(walk::flag(octets, 20)),
            &["the source", "the destination"],
        );
        if octets.len() > 2 {
            format!("{v}, {role}")
        } else {
            v.to_string()
        }
    }),
    Spec::new("Physical Channel ID", 16, 1, |v, _| {
        format!("physical channel {v}")
    }),
    Spec::new("Port ID", 17, 3, |v, _| format!("port {v}")),
    Spec::new("Source-or-Destination ID", 20, 1, |v, _| {
        word(
            v,
            &[
                "the Spacecraft ID names the source",
                "the Spacecraft ID names the destination",
            ],
        )
    }),
    Spec::new("Frame Length", 21, 11, |v, _| {
        format!("{v} + 1 = {}, header and data", octets(v + 1))
    }),
    Spec::new("Frame Sequence Number", 32, 8, walk::number),
];

fn version(value: u64, _: &[u8]) -> String {
    match value {
        0b10 => "Proximity-1 Version-3".into(),
        0b00 => "Version-1 (TM or TC), not Version-3".into(),
        0b01 => "Version-2 (AOS), not Version-3".into(),
        _ => "not Version-3 (1100 would be USLP)".into(),
    }
}

fn construction(value: u64, octets: &[u8]) -> String {
    let packets = if walk::flag(octets, 3) {
        "SPDUs, as in all P-frames"
    } else {
        "complete packets"
    };
    word(
        value,
        &[
            packets,
            "one segment of a packet",
            "reserved by CCSDS",
            "user-defined octets",
        ],
    )
}

/// A whole frame.
pub(super) fn frame(part: Part<'_>) -> Node {
    let mut node = Node::new("v3", "Version-3 transfer frame", part);
    node.walk(part.octets, HEADER);
    let have = part.len();
    judge(
        &mut node,
        part.octets,
        |octets| V3Frame::parse(octets)?.check(),
        |error| mend(error, have),
    );
    let announced = walk::bits(part.octets, 21, 11)
        .and_then(|c| usize::try_from(c + 1).ok())
        .filter(|need| *need >= V3_HEADER_LEN)
        .unwrap_or(have);
    let data = part.cut(V3_HEADER_LEN..announced);
    data_field(&mut node, data, part.octets);
    node.run(
        "Octets Behind The Frame",
        part.from(announced.max(V3_HEADER_LEN)),
        "the length field does not count them",
    );
    node
}

fn mend(error: FrameError, have: usize) -> Option<Patch> {
    match error {
        FrameError::Version { .. } => Patch::bits(0, 2, 0b10),
        FrameError::PFrameNotExpedited => Patch::bits(2, 1, 1),
        FrameError::PFrameDfc { .. } | FrameError::ReservedDfc => Patch::bits(4, 2, 0),
        FrameError::PFramePort { .. } => Patch::bits(17, 3, 0),
        FrameError::LengthField { .. } if (V3_HEADER_LEN..=V3_FRAME_MAX).contains(&have) => {
            Patch::length(21, 11, have)
        }
        FrameError::Length { need, .. } => Some(Patch::Resize(need)),
        _ => None,
    }
}

fn data_field(node: &mut Node, data: Part<'_>, header: &[u8]) {
    let len = counted(data.len(), "octet");
    let supervisory = walk::flag(header, 3);
    let construction = if supervisory {
        0
    } else {
        walk::bits_or_zero(header, 4, 2)
    };
    let content = match construction {
        0b00 if supervisory => "SPDUs",
        0b00 => "complete packets",
        0b01 => "a segment data unit",
        0b10 => "of a reserved construction",
        _ => "that only the user understands",
    };
    node.run("Data Field", data, format!("{len}, {content}"));
    match construction {
        0b00 if supervisory => spdu::list(node, data),
        0b00 => packet::list(node, data, End::Here),
        0b01 if !data.is_empty() => node.children.push(segment(data)),
        _ => {}
    }
}

const SEGMENT_HEADER: &[Spec] = &[
    Spec::new("Sequence Flags", 0, 2, |v, _| {
        word(
            v,
            &[
                "a continuing segment",
                "the first segment",
                "the last segment",
                "no segmentation: the whole packet",
            ],
        )
    }),
    Spec::new("Pseudo Packet ID", 2, 6, walk::number),
];

/// A segment data unit: its header and the part of the packet behind it.
fn segment(part: Part<'_>) -> Node {
    let mut node = Node::new("segment", "Segment data unit", part);
    node.walk(part.octets, SEGMENT_HEADER);
    judge(
        &mut node,
        part.octets,
        |octets| magpie_wire::segment::Segment::parse(octets).map(drop),
        |_| None,
    );
    let data = part.from(1);
    node.run("Segment Data", data, counted(data.len(), "octet"));
    // Only the start of a packet can be read as one.
    match walk::bits_or_zero(part.octets, 0, 2) {
        0b11 => packet::list(&mut node, data, End::Here),
        0b01 => packet::list(&mut node, data, End::MayBeLater),
        _ => {}
    }
    node
}
