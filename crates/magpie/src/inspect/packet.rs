//! Space packet (133.0-B-2) and encapsulation packet (133.1-B-3), and packets end to end in the data field of a frame.

use magpie_wire::encapsulation::{
    EncapsulationError, EncapsulationPacket, LengthOfLength, VERSION,
};
use magpie_wire::packet::packet_len;
use magpie_wire::space_packet::{HEADER_LEN, SpacePacket, SpacePacketError};

use super::node::Node;
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, bits_or_zero, counted, flag, octets, word};

/// Whether a packet must end with the octets given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It must; a packet that is cut off is broken.
    Here,
    /// A packet that is cut off goes on in a later frame.
    MayBeLater,
}

const SPACE_PACKET: &[Spec] = &[
    Spec::new("Packet Version Number", 0, 3, version),
    Spec::new("Packet Type", 3, 1, |v, _| {
        word(v, &["telemetry", "telecommand"])
    }),
    Spec::new("Secondary Header Flag", 4, 1, |v, _| {
        word(
            v,
            &[
                "no secondary header",
                "the data field begins with a secondary header",
            ],
        )
    }),
    Spec::new("Application Process ID", 5, 11, |v, _| match v {
        2047 => "2047, an idle packet".into(),
        apid => apid.to_string(),
    }),
    Spec::new("Sequence Flags", 16, 2, |v, _| {
        word(
            v,
            &[
                "a continuing part of the user data",
                "the first part of the user data",
                "the last part of the user data",
                "unsegmented user data",
            ],
        )
    }),
    Spec::new("Packet Sequence Count", 18, 14, |v, octets| {
        if flag(octets, 3) {
            format!("{v} (or a packet name)")
        } else {
            v.to_string()
        }
    }),
    Spec::new("Packet Data Length", 32, 16, |v, _| {
        format!("{v} + 1 = {} of data field", octets(v + 1))
    }),
];

const ENCAPSULATION: &[Spec] = &[
    Spec::new("Packet Version Number", 0, 3, version),
    Spec::new("Encapsulation Protocol ID", 3, 3, |v, _| {
        word(
            v,
            &[
                "idle",
                "LTP",
                "Internet protocol extension",
                "CFDP",
                "bundle protocol",
                "not known here",
                "named by the extension",
                "mission's own",
            ],
        )
    }),
    Spec::new("Length Of Length", 6, 2, |v, _| {
        word(
            v,
            &[
                "no length field",
                "length field of 1 octet",
                "length field of 2 octets",
                "length field of 4 octets",
            ],
        )
    }),
];
const LENGTH_1: &[Spec] = &[Spec::new("Packet Length", 8, 8, whole_packet)];
const LENGTH_2: &[Spec] = &[
    USER_DEFINED,
    EXTENSION,
    Spec::new("Packet Length", 16, 16, whole_packet),
];
const LENGTH_4: &[Spec] = &[
    USER_DEFINED,
    EXTENSION,
    Spec::new("CCSDS Defined Field", 16, 16, walk::number),
    Spec::new("Packet Length", 32, 32, whole_packet),
];
const USER_DEFINED: Spec = Spec::new("User Defined Field", 8, 4, walk::number);
const EXTENSION: Spec = Spec::new("Encapsulation Protocol ID Extension", 12, 4, walk::number);

fn version(value: u64, _: &[u8]) -> String {
    match value {
        0b000 => "space packet".into(),
        0b111 => "encapsulation packet".into(),
        other => format!("{other}, neither a space nor an encapsulation packet"),
    }
}

fn whole_packet(value: u64, _: &[u8]) -> String {
    format!("{}, header and data", octets(value))
}

/// Packets end to end; what breaks one ends the walk, for its end is then unknown.
pub(super) fn list(node: &mut Node, mut zone: Part<'_>, end: End) {
    while !zone.is_empty() {
        let len = packet_len(zone.octets).unwrap_or(usize::MAX);
        let cut = zone.cut(0..len);
        node.children.push(packet(cut, end));
        zone = zone.from(len);
    }
}

/// One packet of either kind that fills `part`.
pub(super) fn packet(part: Part<'_>, end: End) -> Node {
    if bits_or_zero(part.octets, 0, 3) == usize::from(VERSION) {
        encapsulation(part, end)
    } else {
        space_packet(part, end)
    }
}

fn space_packet(part: Part<'_>, end: End) -> Node {
    let mut node = Node::new("packet", "Space packet", part);
    node.walk(part.octets, SPACE_PACKET);
    if walk::bits(part.octets, 5, 11) == Some(2047) {
        node.title = "Space packet, idle".into();
        //= 133.0-B-2 idle
        node.want(
            "Secondary Header Flag",
            0,
            "idle-secondary-header",
            "an idle packet has no secondary header",
        );
    }
    let have = part.len();
    judge(
        &mut node,
        part.octets,
        |octets| match SpacePacket::parse(octets) {
            Err(SpacePacketError::Truncated { .. }) if end == End::MayBeLater => Ok(()),
            verdict => verdict.map(drop),
        },
        |error| match error {
            SpacePacketError::Version { .. } => Patch::bits(0, 3, 0),
            _ => None,
        },
    );
    let announced = walk::bits(part.octets, 32, 16)
        .and_then(|length| usize::try_from(length + 1).ok())
        .map_or(have, |data| HEADER_LEN + data);
    body(&mut node, part, HEADER_LEN, announced, end);
    node
}

fn encapsulation(part: Part<'_>, end: End) -> Node {
    let mut node = Node::new("packet", "Encapsulation packet", part);
    node.walk(part.octets, ENCAPSULATION);
    let form = LengthOfLength::from_bits(part.octets.first().copied().unwrap_or_default());
    let table = match form {
        LengthOfLength::Zero => &[],
        LengthOfLength::One => LENGTH_1,
        LengthOfLength::Two => LENGTH_2,
        LengthOfLength::Four => LENGTH_4,
    };
    node.walk(part.octets, table);
    judge(
        &mut node,
        part.octets,
        |octets| match EncapsulationPacket::parse(octets) {
            Err(EncapsulationError::Truncated { .. }) if end == End::MayBeLater => Ok(()),
            verdict => verdict.map(drop),
        },
        |_| None,
    );
    let announced = match form {
        LengthOfLength::Zero => 1,
        _ => node
            .value("Packet Length")
            .and_then(|(length, _)| usize::try_from(length).ok())
            .unwrap_or(part.len()),
    };
    body(&mut node, part, form.header_len(), announced, end);
    node
}

/// The data field, and octets too many.
fn body(node: &mut Node, part: Part<'_>, header_len: usize, announced: usize, end: End) {
    let data = part.cut(header_len..announced.max(header_len));
    let wanted = announced.saturating_sub(header_len);
    let meaning = match (data.len() < wanted, end) {
        (false, _) => counted(data.len(), "octet"),
        (true, End::Here) => format!(
            "{} of {wanted}, the rest is not there",
            counted(data.len(), "octet")
        ),
        (true, End::MayBeLater) => format!(
            "{} of {wanted}, the rest comes later",
            counted(data.len(), "octet")
        ),
    };
    if end == End::MayBeLater && (data.len() < wanted || part.len() < header_len) {
        node.title.push_str(", continued in a later frame");
    }
    node.run("Packet Data Field", data, meaning);
    node.run(
        "Octets Behind The Packet",
        part.from(announced.max(header_len)),
        "the length field does not count them",
    );
}
