//! Broken variants of every structure: each rule is named, and what can be read is still read. The octets are the published vectors with the bits
//! changed that the comment or the name of the rule tells.

use magpie::inspect::{Settings, Structure, inspect};

use super::{expect, octets, read, rules};

const NONE: Settings = Settings {
    fecf: false,
    insert_zone: 0,
    segment_header: false,
    ocf: false,
    fhec: false,
    no_mpdu: false,
    truncated_len: None,
};

#[track_caller]
fn broken(structure: Structure, digits: &str, settings: Settings, expected: &[&str]) {
    let node = inspect(structure, &octets(digits), &settings);
    assert_eq!(rules(&node), expected, "{digits}: {node:#?}");
}

#[test]
fn pltu() {
    for (digits, expected) in [
        ("FAF320B1230806008000D8A3C0FF", &["crc-32"][..]),
        ("FAF320B1230806018000D8A3C0FE", &["crc-32"]),
        ("FAF321B1230806008000D8A3C0FE", &["marker"]),
        ("FAF320B1230806008000D8A3C0", &["length"]),
        ("FAF320B1230806008000D8A3C0FE00", &["length"]),
        ("FAF320", &["length"]),
        ("FA", &["marker"]),
        // SCID 0x123 is there, the data field and the CRC are not.
        ("FAF320B123080600", &["length", "length"]),
        // An AOS version: no frame of a PLTU; the CRC does not fit either.
        (
            "FAF32071230806008000D8A3C0FE",
            &["version", "crc-32", "version"],
        ),
        // The whole unit inverted.
        (
            "050CDF4EDCF7F9FF7FFF275C3F01",
            &[
                "inverted", "marker", "version", "crc-32", "version", "length",
            ],
        ),
    ] {
        broken(Structure::Pltu, digits, NONE, expected);
    }
    let cut = read(Structure::Pltu, "FAF320B1230806");
    expect(
        &cut.children[0],
        &[("Spacecraft ID", 0x123), ("Frame Length", 6)],
    );
    assert_eq!(cut.children[0].value("Frame Sequence Number"), None);
}

#[test]
fn v3() {
    for (digits, expected) in [
        ("31230806008000", &["version"][..]),
        ("B12308060080", &["length", "truncated"]),
        ("B123080600800000", &["length"]),
        ("B1230803008000", &["length-field"]),
        ("91230806008000", &["p-frame-not-expedited"]),
        ("B9230806008000", &["p-frame-dfc"]),
        ("B1237806008000", &["p-frame-port"]),
        (
            "99237806008000",
            &["p-frame-not-expedited", "p-frame-dfc", "p-frame-port"],
        ),
        ("B123080400", &["p-frame-empty"]),
        ("8800000400", &["reserved-dfc"]),
        ("8400000400", &["no-segment-header"]),
        ("840000050041", &["no-data"]),
        ("B123", &["truncated"]),
        // A packet that is longer than the data field, and one of version 4.
        ("8000000B00 0064C0000003AA", &["truncated"]),
        ("8000000B00 8064C0000000AA", &["version"]),
        // The first SPDU has an odd length, the second one is still read.
        (
            "B123080A00 0121 8000 0101",
            &["odd-directives", "odd-directives"],
        ),
        ("B123080700 880001", &["spare-set", "truncated"]),
    ] {
        broken(Structure::V3, digits, NONE, expected);
    }
}

#[test]
fn spdu_and_plcw() {
    for (digits, expected) in [
        ("04218821", &["truncated"][..]),
        ("042188218A00", &["trailing-octets"]),
        ("03218821", &["odd-directives"]),
        ("10", &["empty-time"]),
        ("1102", &["reserved-type"]),
        ("1201AA", &["length"]),
        ("30", &["reserved-variable-type"]),
        ("C000", &["reserved-fixed-type"]),
        ("8800", &["spare-set"]),
        ("880000", &["trailing-octets", "spare-set"]),
        ("80", &["truncated"]),
        ("0200A5", &["reserved-type"]),
        // Mode 110 and rate 1111; duplex 101 and reserved bits; time tag 010; both reserved codes of PL EXTENSIONS.
        ("02DE00", &["reserved-mode", "reserved-data-rate"]),
        ("0202E1", &["reserved-duplex", "spare-set"]),
        ("022044", &["reserved-time-tag", "spare-set"]),
        (
            "020506",
            &["reserved-data-modulation", "reserved-mode-select"],
        ),
        ("022A0B", &["spare-set"]),
        ("02003F", &["spare-set"]),
    ] {
        broken(Structure::Spdu, digits, NONE, expected);
    }
    for (digits, expected) in [
        ("3B2A", &["format", "spare-set"][..]),
        ("F32A", &["reserved-fixed-type"]),
        ("BB2A", &["spare-set"]),
        ("B3", &["truncated"]),
        ("B32A00", &["trailing-octets"]),
    ] {
        broken(Structure::Plcw, digits, NONE, expected);
    }
    expect(&read(Structure::Plcw, "BB2A"), &[("Report Value", 42)]);
}

#[test]
fn clcw() {
    for (digits, expected) in [
        ("95A8AC7B", &["control-word-type"][..]),
        ("35A8AC7B", &["version"]),
        ("F5A8AC7B", &["control-word-type", "version"]),
        ("15A9AC7B", &["spare-set"]),
        ("15A8AD7B", &["spare-set"]),
        ("15A8AC", &["length"]),
        ("15A8AC7B00", &["length"]),
    ] {
        broken(Structure::Clcw, digits, NONE, expected);
    }
    expect(&read(Structure::Clcw, "15A8AC"), &[("FARM-B Counter", 2)]);
}

#[test]
fn packet() {
    for (digits, expected) in [
        ("2064C0000003AABBCCDD", &["version"][..]),
        ("2064C0000003AABB", &["version", "truncated"]),
        ("0064C0", &["truncated"]),
        ("0064C0000000AABB", &["length"]),
        ("0FFFC0000000AA", &["idle-secondary-header"]),
        ("EF", &["truncated"]),
        ("E4", &["no-length"]),
        ("FF01000000000004", &["shorter-than-header"]),
        ("ED04AA", &["truncated"]),
        ("ED04AABBCC", &["length"]),
    ] {
        broken(Structure::Packet, digits, NONE, expected);
    }
    expect(
        &read(Structure::Packet, "0064C0"),
        &[("Application Process ID", 100)],
    );
}

#[test]
fn tm() {
    let fecf = Settings { fecf: true, ..NONE };
    for (digits, settings, expected) in [
        ("82A000005800AABB", NONE, &["version"][..]),
        ("02A0000058", NONE, &["truncated"]),
        ("02A105055800AABB", NONE, &["no-room"]),
        ("02A000005800AABB", fecf, &["fecf"]),
        ("02A0000058", fecf, &["truncated"]),
        ("02A000001801AA", NONE, &["first-header-pointer"]),
        ("02A000003FFEAA", NONE, &["packet-order-flag"]),
        ("02A0000007FEAA", NONE, &["segment-length-id"]),
        ("02A00000D80041AA", NONE, &["secondary-header-version"]),
        ("02A00000D80000AA", NONE, &["secondary-header-empty"]),
        ("02A00000D80005AA", NONE, &["secondary-header-too-long"]),
        // The OCF says version 1 of a CLCW; type 1 is a report of the project and no fault.
        ("02A105055800AA35A8AC7B", NONE, &["version"]),
        ("02A105055800AA95A8AC7B", NONE, &[]),
        ("02A0000018008064C0000000AA", NONE, &["version"]),
    ] {
        broken(Structure::Tm, digits, settings, expected);
    }
}

#[test]
fn aos() {
    let no_mpdu = Settings {
        no_mpdu: true,
        ..NONE
    };
    let fhec = Settings {
        fhec: true,
        ..no_mpdu
    };
    let all = Settings {
        insert_zone: 2,
        ocf: true,
        fecf: true,
        ..NONE
    };
    for (digits, settings, expected) in [
        ("AAEA00010243DEAD", no_mpdu, &["version"][..]),
        ("6AEA00010273DEAD", no_mpdu, &["spare-set"]),
        ("6AEA0001", no_mpdu, &["truncated"]),
        ("6AEA00010243CAFE15A8AC7B", all, &["no-room"]),
        // One wrong half-octet, which the code finds; three, which it cannot mend.
        ("7AEA00010243CE8E", fhec, &["fhec"]),
        ("9AE900010243CE8F", fhec, &["version", "fhec"]),
        ("6AEA00010243", NONE, &["truncated"]),
        ("6AEA000102430001AA", NONE, &["first-header-pointer"]),
        ("6AEA00010243FFFFAA", NONE, &["spare-set"]),
        ("6AEA00010243CAFE07FFAA15A8AC7B0000", all, &["fecf"]),
    ] {
        broken(Structure::Aos, digits, settings, expected);
    }
    let node = inspect(Structure::Aos, &octets("7AEA00010243CE8E"), &fhec);
    assert!(node.faults[0].detail.ends_with("6AEA00010243CE8E"));
}

#[test]
fn tc() {
    let fecf = Settings { fecf: true, ..NONE };
    for (digits, settings, expected) in [
        ("702A000700820005", NONE, &["version"][..]),
        ("102A000700820005", NONE, &["reserved-type"]),
        ("382A000700820005", NONE, &["reserved-bits"]),
        ("302A0007008200", NONE, &["truncated"]),
        ("302A00070082000500", NONE, &["length"]),
        ("302A000701820005", NONE, &["sequence-number"]),
        ("302A000700830005", NONE, &["unknown-control-command"]),
        ("302A000200820005", NONE, &["no-room"]),
        ("002A000400", fecf, &["no-room"]),
        ("002A000700AA0000", fecf, &["fecf"]),
        ("302A", NONE, &["truncated"]),
        (
            "7C2A000701830005",
            NONE,
            &[
                "version",
                "reserved-bits",
                "unknown-control-command",
                "sequence-number",
            ],
        ),
    ] {
        broken(Structure::Tc, digits, settings, expected);
    }
}

#[test]
fn uslp() {
    let fecf = Settings { fecf: true, ..NONE };
    let truncated = Settings {
        truncated_len: Some(6),
        ..NONE
    };
    for (digits, settings, expected) in [
        ("D002A0620008 00 E5AA", NONE, &["version"][..]),
        ("C002A0620008 30 E5AA", NONE, &["spare-set"]),
        ("C002A0620009 00 E5AA", NONE, &["length"]),
        ("C002A0620007 00 E5AA", NONE, &["length"]),
        ("C002A0620006 00", NONE, &["no-data-field"]),
        ("C002A0620007 02 E5", NONE, &["truncated"]),
        ("C002A0620008 08 E5AA", NONE, &["fields-do-not-fit"]),
        ("C002A0620009 00 E5AA00", fecf, &["fecf"]),
        ("C002A062000A 00 05000100", NONE, &["pointer-outside"]),
        ("C002A062000A 00 05000000", NONE, &[]),
        ("C002A0620007 00 05", NONE, &["truncated"]),
        ("C002A063 E5AA", NONE, &["truncated-unmanaged"]),
        ("C002A063 E5AA", truncated, &[]),
        ("C002A063 E5AABB", truncated, &["length"]),
        ("C002", NONE, &["truncated"]),
    ] {
        broken(Structure::Uslp, digits, settings, expected);
    }
}

#[test]
fn uslp_on_proximity_1() {
    // 732.1 sheet: over Proximity-1 the VCF count has 1 octet and the data field header no pointer.
    let rules_of = |frame: &str| {
        let frame = octets(frame);
        let mut unit = octets("FAF320");
        unit.extend(&frame);
        unit.extend(magpie_coding::crc::crc32_proximity(&frame).to_be_bytes());
        let node = inspect(Structure::Pltu, &unit, &NONE);
        rules(&node).join(" ")
    };
    assert_eq!(rules_of("C002A0620009 01C8 E5AA"), "");
    assert_eq!(rules_of("C002A0620008 00 E5AA"), "proximity-vcf-count");
    assert_eq!(rules_of("C002A062000B 01C8 05000000"), "proximity-pointer");
    assert_eq!(rules_of("C002A0620009 31C8 E5AA"), "spare-set");
}
