//! USLP transfer frame and its data field (732.1-B-3), alone or on a Proximity-1 link.

use magpie_wire::first_header::FirstHeader;
use magpie_wire::ocf::OCF_LEN;
use magpie_wire::spdu::Spdus;
use magpie_wire::tc::ControlCommand;
use magpie_wire::uslp::tfdf::Tfdf;
use magpie_wire::uslp::{USLP_TRUNCATED_HEADER_LEN, UslpError, UslpFrame, UslpManaged};

use super::Settings;
use super::node::Node;
use super::ocf::{self, FECF_LEN};
use super::packet::{self, End};
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, bits, bits_or_zero, counted, flag, octets, word};
use super::{spdu, tc, tm};

/// What carries the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Nothing is known about it.
    Any,
    /// A PLTU: the rules for USLP on Proximity-1 hold.
    Proximity1,
}

/// Octets of the header without the VC frame count.
const FIXED_LEN: usize = 7;
const END_OF_HEADER: usize = 31;
const PROTOCOL_CONTROL_COMMAND: usize = 49;
const OCF_FLAG: usize = 52;

const COMMON: &[Spec] = &[
    Spec::new("Transfer Frame Version Number", 0, 4, |v, _| match v {
        0b1100 => "USLP (Version-4)".into(),
        _ => "not USLP".into(),
    }),
    Spec::new("Spacecraft ID", 4, 16, walk::number),
    Spec::new("Source-or-Destination ID", 20, 1, |v, _| {
        word(
            v,
            &[
                "the Spacecraft ID names the source",
                "the Spacecraft ID names the destination",
            ],
        )
    }),
    Spec::new("Virtual Channel ID", 21, 6, |v, _| match v {
        63 => "63, only idle data".into(),
        vcid => vcid.to_string(),
    }),
    Spec::new("MAP ID", 27, 4, walk::number),
    Spec::new("End of Frame Primary Header Flag", 31, 1, |v, _| {
        word(
            v,
            &[
                "the header goes on",
                "a truncated frame, the header ends here",
            ],
        )
    }),
];

const NON_TRUNCATED: &[Spec] = &[
    Spec::new("Frame Length", 32, 16, |v, _| {
        format!("{v} + 1 = {}, the whole frame", octets(v + 1))
    }),
    Spec::new("Bypass/Sequence Control Flag", 48, 1, |v, _| {
        word(v, &["sequence controlled", "expedited"])
    }),
    Spec::new("Protocol Control Command Flag", 49, 1, |v, _| {
        word(v, &["user data", "protocol control information"])
    }),
    Spec::new("Reserve Spares", 50, 2, walk::spare),
    Spec::new("OCF Flag", 52, 1, |v, _| {
        word(v, &["no OCF", "the frame has an OCF"])
    }),
    Spec::new("VCF Count Length", 53, 3, |v, _| match v {
        0 => "no VC frame count".into(),
        n => format!("VC frame count of {}", octets(n)),
    }),
];

/// A whole frame.
pub(super) fn frame(part: Part<'_>, settings: &Settings, link: Link) -> Node {
    let octets = part.octets;
    let truncated = flag(octets, END_OF_HEADER);
    let title = if truncated {
        "USLP transfer frame, truncated"
    } else {
        "USLP transfer frame"
    };
    let mut node = Node::new("uslp", title, part);
    node.walk(octets, COMMON);
    faults(&mut node, octets, settings, link);
    if truncated {
        let data = part.from(USLP_TRUNCATED_HEADER_LEN);
        node.run(
            "Transfer Frame Data Field",
            data,
            counted(data.len(), "octet"),
        );
        data_field(&mut node, data, octets, link);
        return node;
    }
    node.walk(octets, NON_TRUNCATED);
    let header_len = FIXED_LEN + bits_or_zero(octets, 53, 3);
    let count = part.cut(FIXED_LEN..header_len);
    if count.len() + FIXED_LEN == header_len {
        let meaning = bits(count.octets, 0, 8 * count.len()).map(|count| count.to_string());
        node.number("VCF Count", count, meaning.unwrap_or_default());
    }
    body(&mut node, part, header_len, settings, link);
    node
}

/// Everything behind the header of a frame that is not truncated.
fn body(node: &mut Node, part: Part<'_>, header_len: usize, settings: &Settings, link: Link) {
    let announced = bits(part.octets, 32, 16)
        .and_then(|length| usize::try_from(length + 1).ok())
        .filter(|len| *len >= header_len)
        .unwrap_or(part.len());
    let whole = part.cut(0..announced);
    let complete = whole.len() == announced;
    let fecf_len = if settings.fecf && complete {
        FECF_LEN
    } else {
        0
    };
    let ocf_len = if flag(part.octets, OCF_FLAG) && complete {
        OCF_LEN
    } else {
        0
    };
    let data_at = header_len.saturating_add(settings.insert_zone);
    let fecf_at = whole.len().saturating_sub(fecf_len);
    let ocf_at = fecf_at.saturating_sub(ocf_len);
    if ocf_at < data_at {
        node.run(
            "Octets Behind The Header",
            whole.from(header_len),
            "too few for its fields",
        );
    } else {
        let insert_zone = whole.cut(header_len..data_at);
        node.run(
            "Insert Zone",
            insert_zone,
            counted(insert_zone.len(), "octet"),
        );
        let data = whole.cut(data_at..ocf_at);
        let forgotten = ocf::forgotten_fecf(whole.octets, settings.fecf);
        let meaning = format!("{}{forgotten}", counted(data.len(), "octet"));
        node.run("Transfer Frame Data Field", data, meaning);
        data_field(node, data, part.octets, link);
        ocf::field(node, whole.cut(ocf_at..fecf_at));
        ocf::fecf(node, whole.cut(0..fecf_at), whole.from(fecf_at));
    }
    node.run(
        "Octets Behind The Frame",
        part.from(announced),
        "the length field does not count them",
    );
}

fn faults(node: &mut Node, octets: &[u8], settings: &Settings, link: Link) {
    let managed = UslpManaged {
        insert_zone_len: settings.insert_zone,
        fecf: settings.fecf,
        truncated_len: settings.truncated_len,
    };
    let mended = judge(
        node,
        octets,
        |octets| UslpFrame::parse(octets, &managed)?.check(),
        |error| match error {
            UslpError::Version { .. } => Patch::bits(0, 4, 0b1100),
            UslpError::SpareSet { .. } => Patch::bits(50, 2, 0),
            UslpError::Length { need, .. } => Some(Patch::Resize(need)),
            _ => None,
        },
    );
    if link == Link::Proximity1 {
        judge(
            node,
            &mended,
            |octets| UslpFrame::parse(octets, &managed)?.check_proximity_1(),
            |_| None,
        );
    }
}

const TFDF: &[Spec] = &[
    Spec::new("TFDZ Construction Rules", 0, 3, |v, _| {
        word(
            v,
            &[
                "packets, which may span frames",
                "start of a MAPA_SDU or VCA_SDU",
                "continuing portion of a MAPA_SDU or VCA_SDU",
                "octet stream",
                "starting segment",
                "continuing segment",
                "last segment",
                "no segmentation",
            ],
        )
    }),
    Spec::new("USLP Protocol ID", 3, 5, |v, _| match v {
        0 => "space or encapsulation packets".into(),
        1 => "COP-1 control commands".into(),
        2 => "COP-P control commands".into(),
        3 => "SDLS control commands".into(),
        4 => "octet stream".into(),
        5 => "mission-specific data".into(),
        6 | 7 => format!("{v}, the mission's own or Proximity-1 SPDUs"),
        31 => "idle data".into(),
        other => format!("{other}, not known here"),
    }),
];

const POINTER: &[Spec] = &[Spec::new(
    "First Header / Last Valid Octet Pointer",
    8,
    16,
    |v, octets| match (bits_or_zero(octets, 0, 3), v) {
        (0, 0xFFFF) => "no packet begins in this zone".into(),
        (0, at) => format!("the first packet begins at octet {at} of the zone"),
        (_, 0xFFFF) => "the SDU does not end in this zone".into(),
        (_, at) => format!("the last valid octet of the zone is {at}"),
    },
)];

fn data_field(frame: &mut Node, part: Part<'_>, header: &[u8], link: Link) {
    if part.is_empty() {
        return;
    }
    let mut node = Node::new("tfdf", "Transfer frame data field", part);
    node.walk(part.octets, TFDF);
    let rule = bits_or_zero(part.octets, 0, 3);
    let zone_at = if rule <= 0b010 { 3 } else { 1 };
    if rule <= 0b010 {
        node.walk(part.octets, POINTER);
    }
    judge(
        &mut node,
        part.octets,
        |octets| Tfdf::parse(octets).map(drop),
        |_| None,
    );
    let zone = part.from(zone_at);
    node.run(
        "Transfer Frame Data Zone",
        zone,
        counted(zone.len(), "octet"),
    );
    let control = !flag(header, END_OF_HEADER) && flag(header, PROTOCOL_CONTROL_COMMAND);
    // Frames of idle data are filled with anything.
    if bits_or_zero(header, 21, 6) != 63 {
        content(&mut node, part, zone, control && link == Link::Proximity1);
    }
    frame.children.push(node);
}

/// What is in the data zone, where the protocol identifier says that it can be read.
fn content(node: &mut Node, part: Part<'_>, zone: Part<'_>, may_be_spdus: bool) {
    let rule = bits_or_zero(part.octets, 0, 3);
    match (bits_or_zero(part.octets, 3, 5), rule) {
        (0, 0b000) => {
            let pointer = bits_or_zero(part.octets, 8, 16);
            if let Some(at) = u16::try_from(pointer)
                .ok()
                .filter(|at| usize::from(*at) < zone.len())
            {
                tm::zone(node, zone, FirstHeader::At(at));
            }
        }
        (0, 0b111) => packet::list(node, zone, End::Here),
        (1, _) if ControlCommand::parse(zone.octets).is_ok() => {
            node.children.push(tc::control_command(zone));
        }
        // Which identifier SPDUs have is not certain: they are shown where the octets are SPDUs to the last one.
        (2 | 6 | 7, _) if may_be_spdus && Spdus::new(zone.octets).all(|spdu| spdu.is_ok()) => {
            spdu::list(node, zone);
        }
        _ => {}
    }
}
