//! Supervisory protocol data units (211.0-B-6): envelope, PLCW, time distribution, status report.

use std::time::Duration;

use magpie_wire::spdu::directive::RateTable;
use magpie_wire::spdu::time::{ClockTime, LinkDelay, TIME_TRANSFER_LEN};
use magpie_wire::spdu::{Spdu, SpduError};

use super::directive;
use super::node::Node;
use super::verdict::fault;
use super::walk::{self, Part, Spec, bits, counted, flag, octets, word};

const PLCW: &[Spec] = &[
    Spec::new("SPDU Format ID", 0, 1, format_id),
    Spec::new("SPDU Type Identifier", 1, 1, |v, _| {
        word(v, &["PLCW", "reserved by CCSDS"])
    }),
    Spec::new("Retransmit Flag", 2, 1, |v, _| {
        word(
            v,
            &[
                "no gap seen",
                "a gap was seen: send again from the Report Value on",
            ],
        )
    }),
    Spec::new("Physical Channel ID", 3, 1, |v, _| {
        format!("report for physical channel {v}")
    }),
    Spec::new("Reserved Spare", 4, 1, walk::spare),
    Spec::new("Expedited Frame Counter", 5, 3, |v, _| {
        format!("{v} expedited frames accepted, modulo 8")
    }),
    Spec::new("Report Value", 8, 8, |v, _| {
        format!("V(R) = {v}: sequence-controlled frame {v} is expected next")
    }),
];

const RESERVED_FIXED: &[Spec] = &[
    Spec::new("SPDU Format ID", 0, 1, format_id),
    Spec::new("SPDU Type Identifier", 1, 1, |_, _| {
        "reserved by CCSDS".into()
    }),
    Spec::new("SPDU Data", 2, 14, walk::number),
];

const VARIABLE: &[Spec] = &[
    Spec::new("SPDU Format ID", 0, 1, format_id),
    Spec::new("SPDU Type Identifier", 1, 3, |v, _| match v {
        0 => "Type 1: directives, reports".into(),
        1 => "Type 2: time distribution".into(),
        2 => "Type 3: status reports".into(),
        _ => "reserved by CCSDS".into(),
    }),
    Spec::new("Data Field Length", 4, 4, |v, _| {
        format!("{} of data", octets(v))
    }),
];

const TIME_TYPE: &[Spec] = &[Spec::new("Time Directive Type", 8, 8, |v, _| match v {
    0 => "NULL".into(),
    1 => "TIME TRANSFER".into(),
    _ => "reserved".into(),
})];

const TIME_TRANSFER: &[Spec] = &[
    Spec::new("Transceiver Clock", 16, 64, |v, _| {
        seconds(ClockTime::from_ticks(v).as_duration())
    }),
    Spec::new("Send-side Delay", 80, 24, delay),
    Spec::new("One-way Light Time", 104, 24, delay),
];

fn format_id(value: u64, _: &[u8]) -> String {
    word(value, &["variable length", "fixed length, 16 bits"])
}

fn delay(value: u64, _: &[u8]) -> String {
    let [.., s, f0, f1] = value.to_be_bytes();
    seconds(LinkDelay::new(s, u16::from_be_bytes([f0, f1])).as_duration())
}

fn seconds(time: Duration) -> String {
    format!("{}.{:09} s", time.as_secs(), time.subsec_nanos())
}

/// A PLCW on its own, exactly 16 bits.
pub(super) fn plcw(part: Part<'_>) -> Node {
    let mut node = Node::new("plcw", "Proximity link control word (PLCW)", part);
    node.walk(part.octets, PLCW);
    node.want(
        "SPDU Format ID",
        1,
        "format",
        "format ID 0: a variable-length SPDU, not a PLCW",
    );
    node.want(
        "SPDU Type Identifier",
        0,
        "reserved-fixed-type",
        "type 1: reserved by CCSDS",
    );
    node.want(
        "Reserved Spare",
        0,
        "spare-set",
        "reserved spare bit of a PLCW is set",
    );
    let (need, have) = (2, part.len());
    if have < need {
        node.fault(fault(&SpduError::Truncated { need, have }));
    } else if have > need {
        node.fault(fault(&SpduError::TrailingOctets { extra: have - need }));
    }
    node.run("Octets Behind The SPDU", part.from(2), "");
    node
}

/// Exactly one SPDU.
pub(super) fn single(part: Part<'_>) -> Node {
    let mut tables = Tables::default();
    let mut node = unit(part, &mut tables);
    strict(&mut node, part.octets);
    node.run(
        "Octets Behind The SPDU",
        part.from(unit_len(part.octets)),
        "",
    );
    node
}

/// The SPDUs of a data field, one after the other. Past one whose content is broken the walk goes on, for its envelope says where the next one begins.
pub(super) fn list(node: &mut Node, mut data: Part<'_>) {
    let mut tables = Tables::default();
    while !data.is_empty() {
        let len = unit_len(data.octets);
        let part = data.cut(0..len);
        let mut child = unit(part, &mut tables);
        strict(&mut child, part.octets);
        node.children.push(child);
        data = data.from(len);
    }
}

/// The rate tables in use while a run of directives is read, for either side.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tables {
    pub(super) transmit: RateTable,
    pub(super) receive: RateTable,
}

/// Octets of the SPDU that starts here, by its envelope.
fn unit_len(octets: &[u8]) -> usize {
    if flag(octets, 0) {
        2
    } else {
        1 + walk::bits_or_zero(octets, 4, 4)
    }
}

fn unit(part: Part<'_>, tables: &mut Tables) -> Node {
    let octets = part.octets;
    let fixed = flag(octets, 0);
    let kind = bits(octets, 1, if fixed { 1 } else { 3 });
    let title = match (fixed, kind) {
        (true, Some(0)) => "Proximity link control word (PLCW)",
        (true, Some(_)) => "SPDU of fixed length, reserved",
        (_, Some(0)) => "SPDU Type 1: directives, reports",
        (_, Some(1)) => "SPDU Type 2: time distribution",
        (_, Some(2)) => "SPDU Type 3: status reports",
        (_, Some(_)) => "SPDU of variable length, reserved",
        _ => "SPDU",
    };
    let data = part.cut(1..unit_len(octets));
    let len = counted(data.len(), "octet");
    let mut node = Node::new("spdu", title, part);
    match (fixed, kind) {
        (true, Some(0)) => node.walk(octets, PLCW),
        (true, _) => node.walk(octets, RESERVED_FIXED),
        (false, Some(0)) => {
            node.walk(octets, VARIABLE);
            directive::list(&mut node, data, tables);
        }
        (false, Some(1)) => {
            node.walk(octets, VARIABLE);
            time(&mut node, part.cut(0..unit_len(octets)), data);
        }
        (false, Some(2)) => {
            node.walk(octets, VARIABLE);
            let meaning = format!("{len}, as the two enterprises agreed");
            node.run("Status Report Data", data, meaning);
        }
        (false, _) => {
            node.walk(octets, VARIABLE);
            node.run("SPDU Data", data, len);
        }
    }
    node
}

fn time(node: &mut Node, whole: Part<'_>, data: Part<'_>) {
    node.walk(whole.octets, TIME_TYPE);
    if data.octets.first() == Some(&1) && data.len() == TIME_TRANSFER_LEN {
        node.walk(whole.octets, TIME_TRANSFER);
    } else {
        let len = counted(data.len().saturating_sub(1), "octet");
        node.run(
            "Time Data",
            data.from(1),
            format!("{len} without a meaning"),
        );
    }
}

/// What the strict parser says about exactly these octets. Directives are judged one by one where they are shown, so their errors are left to them.
fn strict(node: &mut Node, octets: &[u8]) {
    let verdict = Spdu::parse(octets).and_then(|spdu| spdu.check(RateTable::Default));
    match verdict {
        Err(SpduError::Directive(_)) | Ok(()) => {}
        Err(error) => node.fault(fault(&error)),
    }
    if matches!(verdict, Err(SpduError::TrailingOctets { .. })) {
        strict(node, octets.get(..unit_len(octets)).unwrap_or_default());
    }
}
