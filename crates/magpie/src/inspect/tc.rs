//! TC transfer frame, segment header and control commands (232.0-B-4).

use magpie_wire::packet::packet_len;
use magpie_wire::tc::{
    ControlCommand, HEADER_LEN, SEGMENT_HEADER_LEN, TcError, TcFrame, TcParameters,
};

use super::Settings;
use super::node::{Fault, Node};
use super::ocf::{self, FECF_LEN};
use super::packet::{self, End};
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, bits, bits_or_zero, counted, flag, octets, word};

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
    Spec::new("Bypass Flag", 2, 1, |v, _| {
        word(v, &["Type-A: checked by FARM-1", "Type-B: bypasses FARM-1"])
    }),
    Spec::new("Control Command Flag", 3, 1, |v, octets| {
        match (flag(octets, 2), v) {
            (false, 0) => "data: an AD frame",
            (true, 0) => "data: a BD frame",
            (true, _) => "control command: a BC frame",
            (false, _) => "control command of Type-A, which is reserved",
        }
        .into()
    }),
    Spec::new("Reserved Spare", 4, 2, walk::spare),
    Spec::new("Spacecraft ID", 6, 10, walk::number),
    Spec::new("Virtual Channel ID", 16, 6, walk::number),
    Spec::new("Frame Length", 22, 10, |v, _| {
        format!("{v} + 1 = {}, the whole frame", octets(v + 1))
    }),
    Spec::new("Frame Sequence Number", 32, 8, |v, octets| {
        if flag(octets, 2) && v != 0 {
            format!("{v}, should be 0 in Type-B frames")
        } else {
            format!("N(S) = {v}")
        }
    }),
];

/// A whole frame.
pub(super) fn frame(part: Part<'_>, settings: &Settings) -> Node {
    let octets = part.octets;
    let mut node = Node::new("tc", "TC transfer frame", part);
    node.walk(octets, HEADER);
    faults(&mut node, octets, settings);

    let announced = bits(octets, 22, 10)
        .and_then(|length| usize::try_from(length + 1).ok())
        .filter(|len| *len >= HEADER_LEN)
        .unwrap_or(part.len());
    let whole = part.cut(0..announced);
    // A frame that is cut off has lost its FECF.
    let fecf_len = if settings.fecf && part.len() >= announced {
        FECF_LEN
    } else {
        0
    };
    let fecf_at = whole.len().saturating_sub(fecf_len);
    data_field(&mut node, whole.cut(HEADER_LEN..fecf_at), whole, settings);
    if fecf_at >= HEADER_LEN {
        ocf::fecf(&mut node, whole.cut(0..fecf_at), whole.from(fecf_at));
    }
    node.run(
        "Octets Behind The Frame",
        part.from(announced.max(HEADER_LEN)),
        "the length field does not count them",
    );
    node
}

fn faults(node: &mut Node, octets: &[u8], settings: &Settings) {
    let parameters = TcParameters {
        segment_header: settings.segment_header,
        fecf: settings.fecf,
    };
    let have = octets.len();
    judge(
        node,
        octets,
        |octets| TcFrame::parse(octets, &parameters).map(drop),
        |error| match error {
            TcError::Version { .. } => Patch::bits(0, 2, 0),
            TcError::ReservedType => Patch::bits(2, 2, 0),
            TcError::ReservedBits { .. } => Patch::bits(4, 2, 0),
            TcError::Length { need, .. } => Some(Patch::Resize(need)),
            TcError::NoRoom {
                have: announced, ..
            } if announced < HEADER_LEN => Patch::length(22, 10, have),
            _ => None,
        },
    );
    let number = bits_or_zero(octets, 32, 8);
    if flag(octets, 2) && number != 0 {
        //= 232.0-B-4 primary-header
        node.fault(Fault::new(
            "sequence-number",
            format!("frame sequence number {number} in a Type-B frame, should be 0"),
        ));
    }
}

fn data_field(node: &mut Node, data: Part<'_>, whole: Part<'_>, settings: &Settings) {
    const NAME: &str = "Transfer Frame Data Field";
    let len = counted(data.len(), "octet");
    if flag(whole.octets, 3) {
        node.run(NAME, data, format!("{len}, a control command"));
        if flag(whole.octets, 2) {
            node.children.push(control_command(data));
        }
        return;
    }
    let forgotten = ocf::forgotten_fecf(whole.octets, settings.fecf);
    node.run(NAME, data, format!("{len}{forgotten}"));
    if settings.segment_header && !data.is_empty() {
        let mut segment = Node::new("segment", "Segment", data);
        segment.walk(data.octets, SEGMENT_HEADER);
        let user = data.from(SEGMENT_HEADER_LEN);
        segment.run("Segment Data", user, counted(user.len(), "octet"));
        if bits_or_zero(data.octets, 0, 2) == 0b11 {
            packets_if_any(&mut segment, user);
        }
        node.children.push(segment);
    } else {
        packets_if_any(node, data);
    }
}

/// What is in a TC frame is managed and not said by the frame: packets are shown where the octets are packets to the last one.
fn packets_if_any(node: &mut Node, data: Part<'_>) {
    let mut rest = data.octets;
    while !rest.is_empty() {
        match packet_len(rest).ok().and_then(|len| rest.get(len..)) {
            Some(behind) => rest = behind,
            None => return,
        }
    }
    packet::list(node, data, End::Here);
}

const SEGMENT_HEADER: &[Spec] = &[
    Spec::new("Sequence Flags", 0, 2, |v, _| {
        word(
            v,
            &[
                "a continuing part",
                "the first part",
                "the last part",
                "no segmentation",
            ],
        )
    }),
    Spec::new("MAP ID", 2, 6, walk::number),
];

const UNLOCK: &[Spec] = &[Spec::new("Control Command", 0, 8, |v, _| match v {
    0 => "Unlock: FARM-1 leaves lockout".into(),
    _ => "unknown".into(),
})];

const SET_V_R: &[Spec] = &[
    Spec::new("Control Command", 0, 16, |v, _| match v {
        0x8200 => "Set V(R)".into(),
        _ => "unknown".into(),
    }),
    Spec::new("V(R)", 16, 8, |v, _| {
        format!("FARM-1 expects frame {v} next")
    }),
];

/// A control command to FARM-1. What is wrong with it is a fault of the frame.
pub(super) fn control_command(part: Part<'_>) -> Node {
    let title = match ControlCommand::parse(part.octets) {
        Ok(ControlCommand::Unlock) => "Unlock",
        Ok(ControlCommand::SetVR(_)) => "Set V(R)",
        Err(_) => "Unknown control command",
    };
    let mut node = Node::new("control-command", title, part);
    match part.len() {
        1 => node.walk(part.octets, UNLOCK),
        3 => node.walk(part.octets, SET_V_R),
        n => node.run("Control Command", part, counted(n, "octet")),
    }
    node
}
