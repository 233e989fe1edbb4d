//! TM transfer frame (132.0-B-3).

use magpie_wire::first_header::FirstHeader;
use magpie_wire::ocf::OCF_LEN;
use magpie_wire::tm::{HEADER_LEN, TmError, TmFrame, TmParameters};

use super::Settings;
use super::node::Node;
use super::ocf::{self, FECF_LEN};
use super::packet::{self, End};
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, bits, bits_or_zero, counted, flag, octets, word};

const SECONDARY_HEADER_FLAG: usize = 32;
const SYNCHRONIZATION_FLAG: usize = 33;
const OCF_FLAG: usize = 15;

const HEADER: &[Spec] = &[
    Spec::new("Transfer Frame Version Number", 0, 2, |v, _| {
        word(
            v,
            &[
                "Version-1",
                "Version-2 (AOS), not Version-1",
                "Version-3 (Proximity-1), not Version-1",
                "not Version-1",
            ],
        )
    }),
    Spec::new("Spacecraft ID", 2, 10, walk::number),
    Spec::new("Virtual Channel ID", 12, 3, walk::number),
    Spec::new("Operational Control Field Flag", 15, 1, |v, _| {
        word(v, &["no OCF", "the frame has an OCF"])
    }),
    Spec::new("Master Channel Frame Count", 16, 8, walk::number),
    Spec::new("Virtual Channel Frame Count", 24, 8, walk::number),
    Spec::new("Transfer Frame Secondary Header Flag", 32, 1, |v, _| {
        word(v, &["no secondary header", "a secondary header follows"])
    }),
    Spec::new("Synchronization Flag", 33, 1, |v, _| {
        word(v, &["packets or idle data", "a VCA_SDU, not packets"])
    }),
    Spec::new("Packet Order Flag", 34, 1, |v, octets| {
        match (v, flag(octets, SYNCHRONIZATION_FLAG)) {
            (0, false) => "zero, as it should be".into(),
            (_, false) => "set, reserved without Synchronization Flag".into(),
            _ => format!("{v}, meaning left to the mission"),
        }
    }),
    Spec::new("Segment Length ID", 35, 2, |v, octets| {
        match (v, flag(octets, SYNCHRONIZATION_FLAG)) {
            (0b11, false) => "11, as it should be".into(),
            (_, false) => "not 11, which it is without Synchronization Flag".into(),
            _ => format!("{v:02b}, meaning left to the mission"),
        }
    }),
    Spec::new("First Header Pointer", 37, 11, |v, octets| {
        if flag(octets, SYNCHRONIZATION_FLAG) {
            format!("{v}, without a meaning in a frame with a VCA_SDU")
        } else {
            pointer(v, octets)
        }
    }),
];

/// A first header pointer in words.
pub(super) fn pointer(value: u64, _: &[u8]) -> String {
    match FirstHeader::from_bits(u16::try_from(value).unwrap_or(u16::MAX)) {
        FirstHeader::At(at) => format!("the first packet begins at octet {at}"),
        FirstHeader::NoPacketStart => "no packet begins here".into(),
        FirstHeader::IdleOnly => "only idle data".into(),
    }
}

/// A whole frame; its length is that of the octets given.
pub(super) fn frame(part: Part<'_>, settings: &Settings) -> Node {
    let octets = part.octets;
    let mut node = Node::new("tm", "TM transfer frame", part);
    node.walk(octets, HEADER);
    faults(&mut node, octets, settings);

    // From both ends: what the flags ask for, as far as the octets go.
    let fecf_at = part.len()
        - if settings.fecf {
            FECF_LEN.min(part.len())
        } else {
            0
        };
    let ocf_at = fecf_at
        - if flag(octets, OCF_FLAG) {
            OCF_LEN.min(fecf_at)
        } else {
            0
        };
    if ocf_at < HEADER_LEN {
        node.run(
            "Octets Behind The Header",
            part.from(HEADER_LEN),
            "too few for its fields",
        );
        return node;
    }
    let mut data_at = HEADER_LEN;
    if flag(octets, SECONDARY_HEADER_FLAG) {
        let secondary = secondary_header(part.cut(HEADER_LEN..ocf_at));
        data_at += secondary.octets;
        if secondary.octets > 0 {
            node.children.push(secondary);
        }
    }
    data_field(&mut node, part.cut(data_at..ocf_at), octets, settings);
    ocf::field(&mut node, part.cut(ocf_at..fecf_at));
    ocf::fecf(&mut node, part.cut(0..fecf_at), part.from(fecf_at));
    node
}

fn faults(node: &mut Node, octets: &[u8], settings: &Settings) {
    let parameters = TmParameters {
        frame_len: octets.len(),
        fecf: settings.fecf,
    };
    judge(
        node,
        octets,
        |octets| TmFrame::parse(octets, &parameters).map(drop),
        |error| match error {
            TmError::Version { .. } => Patch::bits(0, 2, 0),
            TmError::SecondaryHeaderVersion { .. } => Patch::bits(8 * HEADER_LEN, 2, 0),
            _ => None,
        },
    );
    if !flag(octets, SYNCHRONIZATION_FLAG) {
        node.want(
            "Packet Order Flag",
            0,
            "packet-order-flag",
            "packet order flag is set although synchronization flag is 0",
        );
        node.want(
            "Segment Length ID",
            0b11,
            "segment-length-id",
            "segment length ID is not 11 although synchronization flag is 0",
        );
    }
}

const SECONDARY: &[Spec] = &[
    Spec::new("Secondary Header Version Number", 0, 2, |v, _| match v {
        0 => "version 1".into(),
        _ => "not known".into(),
    }),
    Spec::new("Secondary Header Length", 2, 6, |v, _| {
        format!("{v} + 1 = {}, this one included", octets(v + 1))
    }),
];

fn secondary_header(room: Part<'_>) -> Node {
    let part = room.cut(0..1 + bits_or_zero(room.octets, 2, 6));
    let mut node = Node::new("secondary-header", "TM secondary header", part);
    node.walk(part.octets, SECONDARY);
    let data = part.from(1);
    let mut meaning = counted(data.len(), "octet");
    if data.len() == 3
        && let Some(count) = bits(data.octets, 0, 24)
    {
        meaning = format!("{meaning}; as extended virtual channel frame count: {count}");
    }
    node.run("Secondary Header Data", data, meaning);
    node
}

fn data_field(node: &mut Node, data: Part<'_>, octets: &[u8], settings: &Settings) {
    const NAME: &str = "Transfer Frame Data Field";
    let len = counted(data.len(), "octet");
    let forgotten = ocf::forgotten_fecf(octets, settings.fecf);
    if flag(octets, SYNCHRONIZATION_FLAG) {
        node.run(NAME, data, format!("{len}, a VCA_SDU{forgotten}"));
        return;
    }
    let pointer = FirstHeader::from_bits(u16::try_from(bits_or_zero(octets, 37, 11)).unwrap_or(0));
    node.run(
        NAME,
        data,
        format!("{len}{}{forgotten}", zone_words(pointer)),
    );
    zone(node, data, pointer);
}

/// What a packet zone with this pointer holds.
pub(super) fn zone_words(pointer: FirstHeader) -> &'static str {
    match pointer {
        FirstHeader::At(_) => ", packets",
        FirstHeader::NoPacketStart => ", the middle of one packet",
        FirstHeader::IdleOnly => ", idle data",
    }
}

/// The packets of a zone from where the pointer says.
pub(super) fn zone(node: &mut Node, zone: Part<'_>, pointer: FirstHeader) {
    let Some(at) = pointer.position().filter(|at| *at < zone.len()) else {
        return;
    };
    let before = zone.cut(0..at);
    let meaning = format!("{}, the end of an earlier packet", counted(at, "octet"));
    node.run("Packet Remainder", before, meaning);
    packet::list(node, zone.from(at), End::MayBeLater);
}
