//! Proximity link transmission unit (211.2-B-3): marker, transfer frame, CRC-32.

use magpie_coding::crc::crc32_proximity;
use magpie_wire::pltu::{
    FrameLen, PLTU_ASM, PLTU_CRC_LEN, PLTU_FRAME_MAX, PLTU_FRAME_MIN, Pltu, PltuError, frame_len,
};

use super::node::{Fault, Node};
use super::verdict::{Patch, judge};
use super::walk::{Part, Spec, counted};
use super::{Settings, uslp, v3};

const MARKER: u64 = 0x00FA_F320;
const MARKER_INVERTED: u64 = 0x0005_0CDF;

const ASM: &[Spec] = &[Spec::new("Attached Sync Marker", 0, 24, |v, _| {
    match v {
        MARKER => "the marker of a PLTU",
        MARKER_INVERTED => "the marker, inverted",
        _ => "not the marker FAF320",
    }
    .into()
})];

/// A whole unit.
pub(super) fn unit(part: Part<'_>, settings: &Settings) -> Node {
    let mut node = Node::new("pltu", "Proximity link transmission unit (PLTU)", part);
    node.walk(part.octets, ASM);
    faults(&mut node, part.octets, settings.truncated_len);

    let behind = part.from(PLTU_ASM.len());
    // A length that cannot be read or believed: everything up to where the CRC would be.
    let len = match frame_len(behind.octets, settings.truncated_len) {
        Ok(FrameLen::Octets(len)) => len,
        _ => behind.len().saturating_sub(PLTU_CRC_LEN),
    };
    let frame = behind.cut(0..len);
    let uslp = frame
        .octets
        .first()
        .is_some_and(|first| first >> 4 == 0b1100);
    node.run(
        "Transfer Frame",
        frame,
        format!(
            "{}, {}",
            counted(frame.len(), "octet"),
            if uslp { "USLP" } else { "Version-3" }
        ),
    );
    check_sum(
        &mut node,
        frame,
        behind.cut(len..len.saturating_add(PLTU_CRC_LEN)),
    );
    node.run(
        "Octets Behind The Unit",
        behind.from(len.saturating_add(PLTU_CRC_LEN)),
        "the length of the frame does not leave room for them",
    );
    if uslp {
        node.children
            .push(uslp::frame(frame, settings, uslp::Link::Proximity1));
    } else if !frame.is_empty() {
        node.children.push(v3::frame(frame));
    }
    node
}

fn faults(node: &mut Node, octets: &[u8], truncated_len: Option<usize>) {
    if node.value("Attached Sync Marker").map(|(marker, _)| marker) == Some(MARKER_INVERTED) {
        node.fault(Fault::new(
            "inverted",
            "marker is 050CDF, that is FAF320 with every bit inverted: so is the rest",
        ));
    }
    judge(
        node,
        octets,
        |octets| Pltu::parse(octets, truncated_len).map(drop),
        |error| match error {
            PltuError::Marker => Patch::bits(0, 24, MARKER),
            _ => None,
        },
    );
}

fn check_sum(node: &mut Node, frame: Part<'_>, crc: Part<'_>) {
    if crc.len() < PLTU_CRC_LEN || !(PLTU_FRAME_MIN..=PLTU_FRAME_MAX).contains(&frame.len()) {
        node.run("CRC-32", crc, "not checked: unit is incomplete");
        return;
    }
    let computed = crc32_proximity(frame.octets);
    node.number("CRC-32", crc, "");
    let received = node.value("CRC-32").map(|(value, _)| value);
    if received == Some(u64::from(computed)) {
        node.reword("CRC-32", format!("right: computed 0x{computed:08X}"));
    } else {
        node.reword("CRC-32", format!("wrong: computed 0x{computed:08X}"));
        node.fault(Fault::new(
            "crc-32",
            format!(
                "CRC-32 received {:08X}, computed {computed:08X} over {} of frame",
                received.unwrap_or_default(),
                counted(frame.len(), "octet")
            ),
        ));
    }
}
