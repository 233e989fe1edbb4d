//! Operational control field and communications link control word (232.0-B-4), and the frame error control field that closes the frames beside it.

use magpie_coding::crc::crc16_fecf;
use magpie_wire::clcw::{CLCW_LEN, Clcw, ClcwError};

use super::node::{Fault, Node};
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, flag, word, yes_no};

/// Octets of the frame error control field of every frame that has one.
pub(super) const FECF_LEN: usize = 2;

const CLCW: &[Spec] = &[
    Spec::new("Control Word Type", 0, 1, |v, _| {
        word(v, &["CLCW", "a report of another kind"])
    }),
    Spec::new("CLCW Version Number", 1, 2, |v, _| match v {
        0 => "version 1".into(),
        _ => "not known".into(),
    }),
    Spec::new("Status Field", 3, 3, |v, _| {
        format!("{v}, meaning left to the mission")
    }),
    Spec::new("COP in Effect", 6, 2, |v, _| {
        word(v, &["0, no COP-1", "COP-1", "2, no COP-1", "3, no COP-1"])
    }),
    Spec::new("Virtual Channel ID", 8, 6, walk::number),
    Spec::new("Reserved Spare", 14, 2, walk::spare),
    Spec::new("No RF Available Flag", 16, 1, |v, _| {
        word(v, &["no: RF is available", "yes: no RF"])
    }),
    Spec::new("No Bit Lock Flag", 17, 1, |v, _| {
        word(v, &["no: bit lock", "yes: no bit lock"])
    }),
    Spec::new("Lockout Flag", 18, 1, yes_no),
    Spec::new("Wait Flag", 19, 1, yes_no),
    Spec::new("Retransmit Flag", 20, 1, yes_no),
    Spec::new("FARM-B Counter", 21, 2, |v, _| {
        format!("{v}, the two low bits of the counter")
    }),
    Spec::new("Reserved Spare", 23, 1, walk::spare),
    Spec::new("Report Value", 24, 8, |v, _| {
        format!("N(R) = {v}: frame {v} is expected next")
    }),
];

const OTHER: &[Spec] = &[
    Spec::new("Control Word Type", 0, 1, |_, _| {
        "1, a report that the project defines".into()
    }),
    Spec::new("Report", 1, 31, walk::number),
];

/// A CLCW on its own.
pub(super) fn clcw(part: Part<'_>) -> Node {
    let mut node = Node::new("clcw", "Communications link control word (CLCW)", part);
    node.walk(part.octets, CLCW);
    judge(
        &mut node,
        part.octets,
        |octets| Clcw::parse(octets).map(drop),
        |error| match error {
            ClcwError::ControlWordType => Patch::bits(0, 1, 0),
            ClcwError::Version { .. } => Patch::bits(1, 2, 0),
            ClcwError::Length { .. } => Some(Patch::Resize(CLCW_LEN)),
        },
    );
    for (first, width) in [(14, 2), (23, 1)] {
        if walk::bits_or_zero(part.octets, first, width) != 0 {
            //= 232.0-B-4 clcw
            node.fault(Fault::new(
                "spare-set",
                "reserved spare bits of a CLCW are set",
            ));
        }
    }
    node.run("Octets Behind The CLCW", part.from(CLCW_LEN), "");
    node
}

/// The operational control field of a frame: its row in the frame, and what is in it.
pub(super) fn field(frame: &mut Node, part: Part<'_>) {
    let project = flag(part.octets, 0);
    let meaning = if project {
        "a report of the project"
    } else {
        "a CLCW"
    };
    frame.number("Operational Control Field", part, meaning);
    if part.is_empty() {
        return;
    }
    if project {
        let mut node = Node::new("ocf", "Operational control field", part);
        node.walk(part.octets, OTHER);
        frame.children.push(node);
    } else {
        frame.children.push(clcw(part));
    }
}

/// The frame error control field at `at` of a frame; `covered` is everything before it.
pub(super) fn fecf(frame: &mut Node, covered: Part<'_>, part: Part<'_>) {
    const NAME: &str = "Frame Error Control Field";
    let Ok(received) = <[u8; FECF_LEN]>::try_from(part.octets) else {
        return;
    };
    let (received, computed) = (u16::from_be_bytes(received), crc16_fecf(covered.octets));
    let verdict = if received == computed {
        "right"
    } else {
        "wrong"
    };
    frame.number(NAME, part, format!("{verdict}: computed 0x{computed:04X}"));
    if received != computed {
        let n = covered.len();
        frame.fault(Fault::new(
            "fecf",
            format!("CRC-16 received {received:04X}, computed {computed:04X} over {n} octets"),
        ));
    }
}

/// Words for a data field that ends the frame, where its last two octets would be a right FECF: then the option was forgotten.
pub(super) fn forgotten_fecf(frame: &[u8], fecf: bool) -> &'static str {
    match frame.split_last_chunk::<FECF_LEN>() {
        Some((covered, &last))
            if !fecf && !covered.is_empty() && crc16_fecf(covered) == u16::from_be_bytes(last) =>
        {
            "; the frame ends with a right CRC-16, is it --fecf?"
        }
        _ => "",
    }
}
