//! Type 1 SPDU: directives and reports, 16 bits each (211.0-B-6, annex B1).

use magpie_wire::spdu::directive::{
    DataRateCode, Directive, DirectiveError, LinkMode, LinkSide, RateTable,
};

use super::node::Node;
use super::spdu::Tables;
use super::verdict::{Patch, judge};
use super::walk::{self, Part, Spec, bits, word};

const TYPE: Spec = Spec::new("Directive Type", 13, 3, |v, _| word(v, NAMES));

const NAMES: &[&str] = &[
    "SET TRANSMITTER PARAMETERS",
    "SET CONTROL PARAMETERS",
    "SET RECEIVER PARAMETERS",
    "SET V(R)",
    "REPORT REQUEST",
    "reserved by CCSDS",
    "SET PL EXTENSIONS",
    "REPORT SOURCE SPACECRAFT ID",
];

const TRANSMITTER: &[Spec] = &[
    Spec::new("Transmitter Mode", 0, 3, mode),
    Spec::new("Transmitter Data Rate", 3, 4, number_of_table),
    Spec::new("Transmitter Modulation", 7, 1, modulation),
    Spec::new("Transmitter Data Encoding", 8, 2, encoding),
    Spec::new("Transmitter Frequency", 10, 3, channel),
    TYPE,
];

const RECEIVER: &[Spec] = &[
    Spec::new("Receiver Mode", 0, 3, mode),
    Spec::new("Receiver Data Rate", 3, 4, number_of_table),
    Spec::new("Receiver Modulation", 7, 1, modulation),
    Spec::new("Receiver Data Decoding", 8, 2, encoding),
    Spec::new("Receiver Frequency", 10, 3, channel),
    TYPE,
];

const CONTROL: &[Spec] = &[
    Spec::new("Time Sample", 0, 6, |v, _| match v {
        0 => "none".into(),
        n => format!("time-tag the next {n} frames received"),
    }),
    Spec::new("Duplex", 6, 3, |v, _| {
        let reserved = "reserved by CCSDS";
        let known = ["no change", "full duplex", "half duplex"];
        let simplex = ["simplex transmit", "simplex receive"];
        word(
            v,
            &[&known[..], &simplex, &[reserved, reserved, reserved]].concat(),
        )
    }),
    Spec::new("Reserved", 9, 2, walk::spare),
    Spec::new("Remote No More Data", 11, 1, |v, _| {
        word(v, &["no change", "the sender has no more data"])
    }),
    Spec::new("Token", 12, 1, |v, _| {
        word(v, &["no change", "transmit: it is the receiver's turn"])
    }),
    TYPE,
];

const SET_V_R: &[Spec] = &[
    Spec::new("SEQ_CTRL_FSN", 0, 8, |v, _| {
        format!("V(R) becomes {v}: expect sequence-controlled frame {v} next")
    }),
    Spec::new("Spare", 8, 5, walk::spare),
    TYPE,
];

const REPORT_REQUEST: &[Spec] = &[
    Spec::new("Spare", 0, 3, walk::spare),
    Spec::new("Status Report Request", 3, 5, |v, _| match v {
        0 => "not wanted".into(),
        code => format!("report {code}, as the two enterprises agreed"),
    }),
    Spec::new("Time-Tag Request", 8, 3, |v, _| match v {
        0 => "not wanted".into(),
        1 => "wanted".into(),
        _ => "reserved".into(),
    }),
    Spec::new("PCID 0 PLCW Request", 11, 1, wanted),
    Spec::new("PCID 1 PLCW Request", 12, 1, wanted),
    TYPE,
];

const RESERVED: &[Spec] = &[Spec::new("Directive Data", 0, 13, walk::number), TYPE];

const PL_EXTENSIONS: &[Spec] = &[
    Spec::new("Direction", 0, 1, |v, _| {
        word(v, &["transmit side", "receive side"])
    }),
    Spec::new("Frequency Table", 1, 1, |v, _| {
        word(
            v,
            &["default, channels 0 to 7", "extended, channels 8 to 15"],
        )
    }),
    Spec::new("Rate Table", 2, 1, |v, _| {
        word(v, &["default set", "extended set"])
    }),
    Spec::new("Carrier Modulation", 3, 2, |v, _| {
        let words = ["none", "PSK", "FSK (not for cross support)"];
        word(v, &[&words[..], &["QPSK (not for cross support)"]].concat())
    }),
    Spec::new("Data Modulation", 5, 2, |v, _| {
        word(v, &["NRZ-L", "Bi-Phase-L", "reserved", "reserved"])
    }),
    Spec::new("Mode Select", 7, 2, |v, _| {
        let words = ["suppressed carrier", "residual carrier"];
        word(v, &[&words[..], &["reserved", "reserved"]].concat())
    }),
    Spec::new("Scrambler", 9, 2, |v, _| {
        word(v, &["bypass", "CCITT", "bypass", "IESS (not of CCSDS)"])
    }),
    Spec::new("Differential Mark Encoding", 11, 1, |v, _| {
        word(v, &["none", "enabled"])
    }),
    Spec::new("R-S Code", 12, 1, |v, _| word(v, &["none", "RS(204,188)"])),
    TYPE,
];

const SOURCE_SCID: &[Spec] = &[
    Spec::new("Source Spacecraft ID", 0, 10, |v, _| {
        format!("{v} is speaking")
    }),
    Spec::new("Reserved", 10, 3, walk::spare),
    TYPE,
];

fn mode(value: u64, _: &[u8]) -> String {
    match u8::try_from(value).ok().and_then(LinkMode::new) {
        Some(LinkMode::PROXIMITY_1) => "Proximity-1 protocol",
        Some(mode) if mode.is_mission_specific() => "mission specific",
        _ => "reserved by CCSDS",
    }
    .into()
}

fn number_of_table(value: u64, _: &[u8]) -> String {
    rate(value, RateTable::Default)
}

fn rate(value: u64, table: RateTable) -> String {
    let code = u8::try_from(value).ok().and_then(DataRateCode::new);
    let Some((code, rate)) = code.and_then(|code| Some((code, code.bits_per_second(table)?)))
    else {
        return "reserved by CCSDS".into();
    };
    let modulation = code
        .modulation()
        .filter(|_| table == RateTable::Default)
        .map_or("", |modulation| match modulation {
            magpie_wire::spdu::directive::Modulation::Coherent => ", coherent",
            magpie_wire::spdu::directive::Modulation::NonCoherent => ", non-coherent",
        });
    let set = match table {
        RateTable::Default => "",
        RateTable::Extended => ", extended set",
    };
    format!("{} kbit/s before encoding{modulation}{set}", rate / 1_000)
}

fn modulation(value: u64, _: &[u8]) -> String {
    word(value, &["coherent PSK", "non-coherent PSK"])
}

fn encoding(value: u64, _: &[u8]) -> String {
    let codes = [
        "LDPC (2048,1024)",
        "convolutional (7,1/2), G2 inverted",
        "bypass all codes",
        "RS(204,188) and convolutional (7,1/2)",
    ];
    word(value, &codes)
}

fn channel(value: u64, _: &[u8]) -> String {
    format!("channel {value}")
}

fn wanted(value: u64, _: &[u8]) -> String {
    word(value, &["not wanted", "wanted"])
}

/// The directives of a Type 1 SPDU; a SET PL EXTENSIONS changes the meaning of the rates behind it.
pub(super) fn list(node: &mut Node, mut data: Part<'_>, tables: &mut Tables) {
    while !data.is_empty() {
        node.children.push(one(data.cut(0..2), tables));
        data = data.from(2);
    }
}

fn one(part: Part<'_>, tables: &mut Tables) -> Node {
    let Some(kind) = bits(part.octets, 13, 3) else {
        let mut node = Node::new("directive", "Half a directive", part);
        node.run("Octets", part, "8 of its 16 bits");
        return node;
    };
    let mut node = Node::new("directive", word(kind, NAMES), part);
    let (table, in_use) = match kind {
        0 => (TRANSMITTER, tables.transmit),
        1 => (CONTROL, tables.transmit),
        2 => (RECEIVER, tables.receive),
        3 => (SET_V_R, tables.transmit),
        4 => (REPORT_REQUEST, tables.transmit),
        5 => (RESERVED, tables.transmit),
        6 => (PL_EXTENSIONS, tables.transmit),
        _ => (SOURCE_SCID, tables.transmit),
    };
    if kind == 5 {
        node.title = "Reserved directive".into();
    }
    node.walk(part.octets, table);
    for name in ["Transmitter Data Rate", "Receiver Data Rate"] {
        if let Some((code, _)) = node.value(name) {
            node.reword(name, rate(code, in_use));
        }
    }
    judge(
        &mut node,
        part.octets,
        |octets| directive(octets).check(in_use),
        mend,
    );
    if let Directive::SetPlExtensions(extensions) = directive(part.octets) {
        match extensions.direction {
            LinkSide::Transmit => tables.transmit = extensions.rate_table,
            LinkSide::Receive => tables.receive = extensions.rate_table,
        }
    }
    node
}

fn directive(octets: &[u8]) -> Directive {
    Directive::from_word(
        octets
            .first_chunk()
            .map_or(0, |&word| u16::from_be_bytes(word)),
    )
}

fn mend(error: DirectiveError) -> Option<Patch> {
    match error {
        DirectiveError::ReservedMode { .. } => Patch::bits(0, 3, 0b001),
        DirectiveError::ReservedDataRate { .. } => Patch::bits(3, 4, 0),
        DirectiveError::ReservedDuplex { .. } => Patch::bits(6, 3, 0),
        DirectiveError::ReservedTimeTag { .. } => Patch::bits(8, 3, 0),
        DirectiveError::ReservedDataModulation { .. } => Patch::bits(5, 2, 0),
        DirectiveError::ReservedModeSelect { .. } => Patch::bits(7, 2, 0),
        // Nothing is looked at behind these.
        DirectiveError::ReservedType { .. } | DirectiveError::SpareSet { .. } => None,
    }
}
