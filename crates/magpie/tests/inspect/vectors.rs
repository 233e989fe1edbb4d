//! Literal vectors of the facts (`standards/test-vectors.md` and the sheet of each book), values as the facts state them.

use magpie::inspect::{Settings, Structure, inspect};

use super::{expect, octets, only, read};

#[test]
fn pltu_with_a_plcw() {
    // test-vectors.md: expedited P-frame, SCID 0x123, destination, FSN 0, PLCW all zero.
    let unit = read(Structure::Pltu, "FAF320 B1230806008000 D8A3C0FE");
    assert!(unit.is_sound(), "{unit:#?}");
    expect(
        &unit,
        &[("Attached Sync Marker", 0xFA_F320), ("CRC-32", 0xD8A3_C0FE)],
    );
    let frame = only(&unit.children);
    assert_eq!((frame.first_octet, frame.octets), (3, 7));
    expect(
        frame,
        &[
            ("Transfer Frame Version Number", 0b10),
            ("QoS Indicator", 1),
            ("PDU Type ID", 1),
            ("Data Field Construction ID", 0),
            ("Spacecraft ID", 0x123),
            ("Physical Channel ID", 0),
            ("Port ID", 0),
            ("Source-or-Destination ID", 1),
            ("Frame Length", 6),
            ("Frame Sequence Number", 0),
        ],
    );
    let plcw = only(&frame.children);
    expect(plcw, &[("SPDU Format ID", 1), ("Report Value", 0)]);
    assert_eq!(plcw.first_octet, 8);
}

#[test]
fn pltu_with_a_packet_and_the_empty_one() {
    // test-vectors.md: sequence controlled, SCID 0x2AA, PCID 1, port 5, source, FSN 0xC7, one packet.
    let unit = read(Structure::Pltu, "FAF320 82AAD00BC7 0801C000000041 34F3E33D");
    assert!(unit.is_sound());
    let frame = only(&unit.children);
    expect(
        frame,
        &[
            ("QoS Indicator", 0),
            ("PDU Type ID", 0),
            ("Spacecraft ID", 0x2AA),
            ("Physical Channel ID", 1),
            ("Port ID", 5),
            ("Source-or-Destination ID", 0),
            ("Frame Length", 11),
            ("Frame Sequence Number", 0xC7),
        ],
    );
    let packet = only(&frame.children);
    expect(
        packet,
        &[
            ("Application Process ID", 1),
            ("Secondary Header Flag", 1),
            ("Sequence Flags", 0b11),
        ],
    );
    assert_eq!(packet.fields.last().unwrap().raw, "41");

    // test-vectors.md: header only, 5 octets.
    let empty = read(Structure::Pltu, "FAF320 8000000400 BCC004E7");
    assert!(empty.is_sound());
    assert!(only(&empty.children).children.is_empty());
}

#[test]
fn hail() {
    // test-vectors.md: mode 001, rate 0000, non-coherent, bypass, channel 1, for transmitter and receiver.
    let unit = read(Structure::Pltu, "FAF320 B123080900 042188218A 1EA4022D");
    assert!(unit.is_sound());
    let inside = only(&only(&unit.children).children);
    let alone = read(Structure::Spdu, "042188218A");
    assert!(alone.is_sound());
    for spdu in [inside, &alone] {
        expect(spdu, &[("Data Field Length", 4)]);
        let [transmitter, receiver] = &spdu.children[..] else {
            panic!("two directives: {spdu:#?}")
        };
        expect(
            transmitter,
            &[
                ("Transmitter Mode", 1),
                ("Transmitter Data Rate", 0),
                ("Transmitter Modulation", 1),
                ("Transmitter Data Encoding", 0b10),
                ("Transmitter Frequency", 1),
                ("Directive Type", 0),
            ],
        );
        expect(
            receiver,
            &[("Receiver Frequency", 1), ("Directive Type", 2)],
        );
        let (_, rate) = transmitter.value("Transmitter Data Rate").unwrap();
        assert_eq!(rate, "8 kbit/s before encoding, non-coherent");
        let (_, code) = receiver.value("Receiver Data Decoding").unwrap();
        assert_eq!(code, "bypass all codes");
    }
}

#[test]
fn directives() {
    // test-vectors.md: SET V(R) with 42; half duplex with token; RNMD.
    let set = read(Structure::Spdu, "022A03");
    expect(
        only(&set.children),
        &[("SEQ_CTRL_FSN", 42), ("Directive Type", 3)],
    );
    let token = read(Structure::Spdu, "020109");
    expect(only(&token.children), &[("Duplex", 0b010), ("Token", 1)]);
    let rnmd = read(Structure::Spdu, "020011");
    expect(
        only(&rnmd.children),
        &[("Remote No More Data", 1), ("Token", 0)],
    );
    for node in [set, token, rnmd] {
        assert!(node.is_sound(), "{node:#?}");
    }

    // 211.0 sheet, extended rate set: after SET PL EXTENSIONS with rate table 1 for the transmit side, code 1011 is 2048 kbit/s there; for the
    // receiver, whose table is the default one, 1011 stays reserved.
    let extended = read(Structure::Spdu, "06 2006 3788 378A");
    let [_, transmitter, receiver] = &extended.children[..] else {
        panic!("three directives: {extended:#?}")
    };
    let (_, rate) = transmitter.value("Transmitter Data Rate").unwrap();
    assert_eq!(rate, "2048 kbit/s before encoding, extended set");
    assert!(transmitter.is_sound());
    assert_eq!(super::rules(receiver), ["reserved-data-rate"]);
}

#[test]
fn time_transfer() {
    // 211.0 sheet, table of 2.3: 7.5 s of clock, 0.25 s and 1 s of delay, worked by hand.
    let spdu = read(Structure::Spdu, "1F 01 0000000007800000 004000 010000");
    assert!(spdu.is_sound());
    let words = |name| spdu.value(name).unwrap().1;
    assert_eq!(words("Time Directive Type"), "TIME TRANSFER");
    assert_eq!(words("Transceiver Clock"), "7.500000000 s");
    assert_eq!(words("Send-side Delay"), "0.250000000 s");
    assert_eq!(words("One-way Light Time"), "1.000000000 s");
}

#[test]
fn plcws() {
    // 211.0 sheet 2.1: V(R)=42, EFC=3, PCID=1, retransmit=1; V(R)=127, EFC=3; idle.
    for (digits, retransmit, pcid, counter, v_r) in [
        ("B32A", 1, 1, 3, 42),
        ("837F", 0, 0, 3, 127),
        ("8000", 0, 0, 0, 0),
    ] {
        for structure in [Structure::Plcw, Structure::Spdu] {
            let plcw = read(structure, digits);
            assert!(plcw.is_sound());
            expect(
                &plcw,
                &[
                    ("Retransmit Flag", retransmit),
                    ("Physical Channel ID", pcid),
                    ("Expedited Frame Counter", counter),
                    ("Report Value", v_r),
                ],
            );
        }
    }
}

#[test]
fn clcws() {
    // 232.0 sheet: the one field that each vector sets.
    for (digits, field, value) in [
        ("01000000", "COP in Effect", 1),
        ("01FC0000", "Virtual Channel ID", 63),
        ("1D000000", "Status Field", 7),
        ("01008000", "No RF Available Flag", 1),
        ("01004000", "No Bit Lock Flag", 1),
        ("01002000", "Lockout Flag", 1),
        ("01001000", "Wait Flag", 1),
        ("01000800", "Retransmit Flag", 1),
        ("01000600", "FARM-B Counter", 3),
        ("010000FF", "Report Value", 255),
    ] {
        let clcw = read(Structure::Clcw, digits);
        assert!(clcw.is_sound(), "{digits}");
        expect(&clcw, &[(field, value)]);
    }
    let mixed = read(Structure::Clcw, "15A8AC7B");
    assert!(mixed.is_sound());
    expect(
        &mixed,
        &[
            ("Status Field", 5),
            ("Virtual Channel ID", 42),
            ("No RF Available Flag", 1),
            ("No Bit Lock Flag", 0),
            ("Lockout Flag", 1),
            ("Wait Flag", 0),
            ("Retransmit Flag", 1),
            ("FARM-B Counter", 2),
            ("Report Value", 0x7B),
        ],
    );
}

#[test]
fn packets() {
    // 133.0 sheet; the headers are the facts, the data octets zeros of the length that they announce.
    for (header, kind, secondary, apid, flags, count, data_len) in [
        ("0064C0000003", 0, 0, 100, 3, 0, 4),
        ("17FFFFFF0001", 1, 0, 2047, 3, 16_383, 2),
        ("0801C0010007", 0, 1, 1, 3, 1, 8),
        ("002A40050003", 0, 0, 42, 1, 5, 4),
        ("002A00060003", 0, 0, 42, 0, 6, 4),
        ("002A80070003", 0, 0, 42, 2, 7, 4),
    ] {
        let packet = read(
            Structure::Packet,
            &format!("{header}{}", "00".repeat(data_len)),
        );
        assert!(packet.is_sound(), "{packet:#?}");
        expect(
            &packet,
            &[
                ("Packet Version Number", 0),
                ("Packet Type", kind),
                ("Secondary Header Flag", secondary),
                ("Application Process ID", apid),
                ("Sequence Flags", flags),
                ("Packet Sequence Count", count),
            ],
        );
    }
}

#[test]
fn tm_frames() {
    // 132.0 sheet: header vectors (they carry synchronization flag 1), with an OCF and a data field put behind them.
    let frame = read(Structure::Tm, "02A000005800 AABB");
    assert!(frame.is_sound());
    expect(
        &frame,
        &[
            ("Spacecraft ID", 42),
            ("Virtual Channel ID", 0),
            ("Synchronization Flag", 1),
            ("First Header Pointer", 0),
        ],
    );
    let frame = read(Structure::Tm, "3FFE01015800 AABB");
    expect(
        &frame,
        &[
            ("Spacecraft ID", 1023),
            ("Virtual Channel ID", 7),
            ("Operational Control Field Flag", 0),
            ("Master Channel Frame Count", 1),
            ("Virtual Channel Frame Count", 1),
        ],
    );
    let frame = read(Structure::Tm, "02A105055800 AABB 15A8AC7B");
    expect(&frame, &[("Operational Control Field", 0x15A8_AC7B)]);
    let ocf = only(&frame.children);
    assert_eq!((ocf.structure, ocf.first_octet), ("clcw", 8));
    expect(ocf, &[("Virtual Channel ID", 42)]);

    // Without the flag the status word for pointer 0 is 1800: a packet and the start of another, and 29B1, the CRC-16 of "123456789", on its own.
    let frame = read(
        Structure::Tm,
        "02A000001800 0064C0000003AABBCCDD 0064C0010003EE",
    );
    assert!(frame.is_sound());
    let [whole, cut] = &frame.children[..] else {
        panic!("two packets: {frame:#?}")
    };
    assert_eq!((whole.octets, cut.octets), (10, 7));
    assert_eq!(cut.title, "Space packet, continued in a later frame");
}

#[test]
fn tm_secondary_header_and_remainder() {
    // 132.0 sheet: 2-bit version 00, 6-bit length = total octets - 1; three octets may be the extended frame count. Worked by hand.
    let frame = read(
        Structure::Tm,
        "02A0 0005 9802 03 000102 CAFE 0064C0000000 77",
    );
    assert!(frame.is_sound(), "{frame:#?}");
    let [secondary, packet] = &frame.children[..] else {
        panic!("a secondary header and a packet: {frame:#?}")
    };
    expect(secondary, &[("Secondary Header Length", 3)]);
    let data = secondary.fields.last().unwrap();
    assert!(data.meaning.ends_with("frame count: 258"), "{data:?}");
    assert_eq!((packet.first_octet, packet.octets), (12, 7));
    let remainder = frame.fields.last().unwrap();
    assert_eq!(
        (remainder.name, &*remainder.raw),
        ("Packet Remainder", "CAFE")
    );
}

#[test]
fn aos_frames() {
    // 732.0 sheet: SCID AB, VC 42, count 000102, usage 1, cycle 3, data DEADBEEF; without and with FHEC CE8E.
    let plain = Settings {
        fecf: true,
        no_mpdu: true,
        ..Settings::default()
    };
    let with_fhec = Settings {
        fhec: true,
        ..plain
    };
    for (digits, settings, fecf) in [
        ("6AEA00010243DEADBEEF9E2C", plain, 0x9E2C),
        ("6AEA00010243CE8EDEADBEEF3934", with_fhec, 0x3934),
    ] {
        let frame = inspect(Structure::Aos, &octets(digits), &settings);
        assert!(frame.is_sound(), "{frame:#?}");
        expect(
            &frame,
            &[
                ("Transfer Frame Version Number", 1),
                ("Spacecraft ID", 0xAB),
                ("Virtual Channel ID", 42),
                ("Virtual Channel Frame Count", 0x102),
                ("Replay Flag", 0),
                ("VC Frame Count Usage Flag", 1),
                ("VC Frame Count Cycle", 3),
                ("Frame Error Control Field", fecf),
            ],
        );
        let data = frame.fields.iter().find(|field| field.value.is_none());
        assert_eq!(data.unwrap().raw, "DEADBEEF");
        if settings.fhec {
            expect(&frame, &[("Frame Header Error Control", 0xCE8E)]);
        }
    }
}

#[test]
fn tc_frames() {
    // 232.0 sheet: BC commands Unlock = 00, Set V(R) = 82 00 VR; headers worked by hand for SCID 42.
    let frame = read(Structure::Tc, "302A000700 820005");
    assert!(frame.is_sound());
    expect(
        &frame,
        &[
            ("Bypass Flag", 1),
            ("Control Command Flag", 1),
            ("Spacecraft ID", 42),
            ("Frame Length", 7),
        ],
    );
    expect(only(&frame.children), &[("V(R)", 5)]);
    let unlock = read(Structure::Tc, "302A000500 00");
    assert_eq!(only(&unlock.children).title, "Unlock");

    let segmented = Settings {
        segment_header: true,
        ..Settings::default()
    };
    let frame = inspect(
        Structure::Tc,
        &octets("002A FC0C 09 C5 1064C0000000 77"),
        &segmented,
    );
    assert!(frame.is_sound(), "{frame:#?}");
    expect(
        &frame,
        &[("Virtual Channel ID", 63), ("Frame Sequence Number", 9)],
    );
    let segment = only(&frame.children);
    expect(segment, &[("Sequence Flags", 0b11), ("MAP ID", 5)]);
    expect(only(&segment.children), &[("Packet Type", 1)]);
}

#[test]
fn uslp_frames() {
    // 732.1 sheet: header vectors with the length 100; the data field (rule 111, mission-specific data) fills it.
    let filled = |header: &str, len: usize| {
        let mut frame = octets(header);
        frame.push(0xE5);
        frame.resize(len, 0);
        inspect(Structure::Uslp, &frame, &Settings::default())
    };
    for (header, field, value) in [
        ("C002A000006400", "Spacecraft ID", 42),
        ("C002A800006400", "Source-or-Destination ID", 1),
        ("C002A000006480", "Bypass/Sequence Control Flag", 1),
        ("C002A000006440", "Protocol Control Command Flag", 1),
    ] {
        let frame = filled(header, 101);
        assert!(frame.is_sound(), "{frame:#?}");
        expect(&frame, &[(field, value), ("Frame Length", 100)]);
        expect(
            only(&frame.children),
            &[("TFDZ Construction Rules", 7), ("USLP Protocol ID", 5)],
        );
    }
    let all_max = filled("CFFFF7FEFFFF00", 65_536);
    expect(
        &all_max,
        &[
            ("Spacecraft ID", 0xFFFF),
            ("Virtual Channel ID", 63),
            ("MAP ID", 15),
            ("Frame Length", 0xFFFF),
        ],
    );
    let ocf = filled("C002A02400C808", 201);
    expect(
        &ocf,
        &[("Virtual Channel ID", 1), ("MAP ID", 2), ("OCF Flag", 1)],
    );
    assert_eq!(ocf.children.len(), 2);
    let count = filled("C002A062009601C8", 151);
    expect(&count, &[("VCF Count Length", 1), ("VCF Count", 200)]);
    let count = filled("C002A062009604DEADBEEF", 151);
    expect(
        &count,
        &[("VCF Count Length", 4), ("VCF Count", 0xDEAD_BEEF)],
    );
}
