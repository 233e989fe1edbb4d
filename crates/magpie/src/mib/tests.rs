//! Every key with every kind of wrong value, both points of view, and files that are none.

mod documentation;
mod profiles;
mod random;
mod sessions;

use std::collections::BTreeSet;

use magpie_link::clock::{DataRate, Duration};
use magpie_link::communication::LinkSettings;
use magpie_link::mib::{CommChangeResponse, MibError};
use magpie_wire::id::Pcid;
use magpie_wire::spdu::directive::{DataEncoding, FrequencyTable, Modulation, RateTable};

use super::parameter::{Kind, Number};
use super::*;

const NAMES: &str = "local_spacecraft_id = 0x11\nremote_spacecraft_id = 0x22\n";

/// A file with both identifiers and these further lines.
fn parse(lines: &str) -> Result<MibFile, MibFileError> {
    MibFile::parse("test.toml", &format!("{NAMES}{lines}"))
}

/// What the refusal of these lines says, without the file's name.
fn refused(lines: &str) -> String {
    let error = parse(lines).expect_err(lines).to_string();
    let what = error.strip_prefix("test.toml").expect("the file is named");
    what.trim_start_matches([',', ':', ' ']).to_owned()
}

#[test]
fn keys_are_the_fields_of_the_builder() {
    //= 211.0-B-6 annex-C mib
    let shown = format!("{:#?}", MibFile::lab().caller());
    let fields: BTreeSet<&str> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(':'))
        .map(|(field, _)| field)
        .collect();
    let mut keys: BTreeSet<&str> = PARAMETERS.iter().map(|parameter| parameter.key).collect();
    assert_eq!(keys.len(), PARAMETERS.len(), "no key is there twice");
    keys.insert("communication_values"); // the tables
    assert_eq!(keys, fields);
}

/// The names of annex C, as `standards/` has them (S: RC-SAD, RC-MAC, RC-VS). Not here: `Resync_Response`, which 7.2.3.2 fixes.
const ANNEX_C: &str = "Acquisition_Idle_Duration Carrier_Loss_Timer_Duration Carrier_Only_Duration Comm_Change_Lifetime \
    Comm_Change_Notification Comm_Change_Response Comm_Change_Waiting_Period Drop_Carrier_Duration Frame_Version_in_Use Hail_Lifetime \
    Hail_Notification Hail_Response Hail_Wait_Duration Hailing_Channel Hailing_Data_Rate Interval_Clock Local_PCID Local_Spacecraft_ID \
    Maximum_Failed_Token_Passes Maximum_Frame_Length Maximum_Packet_Size Persistence_Wait_Time PLCW_Repeat_Interval Receive_Duration \
    Remote_PCID Remote_Spacecraft_ID Resync_Lifetime Resync_Local Resync_Notification Resync_Waiting_Period Send_Duration \
    Source_Destination_ID Synch_Timeout Tail_Idle_Duration Test_Source Transmission_Window";

#[test]
fn the_names_are_those_of_annex_c_and_the_keys_follow_from_them() {
    //= 211.0-B-6 annex-C mib
    let (of_the_book, ours) = PARAMETERS.split_at(PARAMETERS.len() - tables::OURS);
    let names: BTreeSet<&str> = of_the_book.iter().map(|parameter| parameter.name).collect();
    assert_eq!(names, ANNEX_C.split_whitespace().collect());
    for parameter in of_the_book {
        let snake = parameter.name.to_lowercase();
        let key = snake.strip_suffix("_in_use").unwrap_or(&snake);
        assert_eq!(parameter.key, key);
    }
    assert!(ours.iter().all(|parameter| !names.contains(parameter.name)));
}

#[test]
fn a_key_that_is_left_out_has_the_default_of_the_builder() {
    let scid = |value| Scid::new(value).unwrap();
    let file = parse("").unwrap();
    assert_eq!(file.caller(), MibBuilder::new(scid(0x11), scid(0x22)));
    assert_eq!(file.responder(), MibBuilder::new(scid(0x22), scid(0x11)));
}

#[test]
fn values_arrive_where_they_belong() {
    let file = parse(
        "carrier_only_duration = 1.25\nhail_lifetime = 0\nsynch_timeout = 86400\nresync_lifetime = 86400.0\ntail_idle_duration = 0.0000014\n\
        transmission_window = 0b111\nmaximum_packet_size = 1_000\ncomm_change_response = \"valid_frame\"\nframe_version = 4\n\
        hailing_data_rate = 64000\nresync_local = false\n",
    );
    let mib = file.unwrap().caller();
    assert_eq!(mib.carrier_only_duration, Duration::from_millis(1_250));
    assert_eq!(mib.hail_lifetime, Duration::ZERO);
    assert_eq!(mib.synch_timeout, Duration::from_secs(86_400));
    assert_eq!(mib.resync_lifetime, Duration::from_secs(86_400));
    assert_eq!(
        mib.tail_idle_duration,
        Duration::from_micros(1),
        "to the nearest microsecond"
    );
    assert_eq!(
        (mib.transmission_window, mib.maximum_packet_size),
        (7, 1_000)
    );
    assert_eq!(mib.comm_change_response, CommChangeResponse::ValidFrame);
    assert_eq!(mib.frame_version, magpie_link::mib::FrameVersion::V4);
    assert_eq!(
        mib.hailing_data_rate,
        DataRate::from_bits_per_s(64_000).unwrap()
    );
    assert!(!mib.resync_local);
}

#[test]
fn the_responder_takes_the_file_the_other_way_round() {
    let file = parse(
        "local_pcid = 1\nremote_pcid = 0\nsend_duration = 3\n[transmitter]\ndata_rate = 32000\nchannel = 2\n[receiver]\ndata_rate = 1024000\n\
        data_encoding = \"convolutional\"\n",
    )
    .unwrap();
    let (caller, responder) = (file.caller(), file.responder());
    assert_eq!(
        (
            responder.local_spacecraft_id.get(),
            responder.remote_spacecraft_id.get()
        ),
        (0x22, 0x11)
    );
    assert_eq!(
        (responder.local_pcid, responder.remote_pcid),
        (Pcid::Pcid0, Pcid::Pcid1)
    );
    let (out, back) = (caller.communication_values, responder.communication_values);
    assert_eq!(out.transmitter.data_rate().unwrap().bits_per_s(), 32_000);
    assert_eq!(out.transmitter.parameters.frequency.get(), 2);
    assert_eq!(
        out.receiver.parameters.data_encoding,
        DataEncoding::Convolutional
    );
    assert_eq!(
        (back.transmitter, back.receiver),
        (out.receiver, out.transmitter)
    );
    assert_eq!(
        responder.send_duration, caller.send_duration,
        "one timer for both"
    );
}

#[test]
fn the_rate_chooses_the_table_and_with_it_the_extensions() {
    //= 211.0-B-6 B1.2.6.3
    //= 211.0-B-6 B1.7.10
    // The default table has 2, 4, 8, 16, 32, 64, 128 and 256 kb/s; the rest is in the extended one only.
    for kbps in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] {
        let file = parse(&format!("[receiver]\ndata_rate = {}\n", kbps * 1_000)).unwrap();
        let settings = file.caller().communication_values.receiver;
        assert_eq!(settings, LinkSettings::uncoded(kbps * 1_000).unwrap());
        assert_eq!(
            settings.extensions.is_some(),
            [1, 512, 1024, 2048].contains(&kbps),
            "{kbps}"
        );
        assert_eq!(settings.data_rate().unwrap().bits_per_s(), kbps * 1_000);
    }
    // 0010 is 32 kb/s non-coherent; 16 kb/s has one code (1100) for both.
    for (kbps, code) in [(8, 0b0000), (32, 0b0010), (256, 0b0110), (16, 0b1100)] {
        let text = format!("[transmitter]\ndata_rate = {kbps}000\nmodulation = \"non_coherent\"\n");
        let parameters = parse(&text)
            .unwrap()
            .caller()
            .communication_values
            .transmitter
            .parameters;
        assert_eq!(
            (parameters.data_rate.get(), parameters.modulation),
            (code, Modulation::NonCoherent)
        );
    }
}

#[test]
fn a_value_that_211_1_has_not_takes_the_extensions() {
    //= 211.0-B-6 B1.7
    let transmitter = |lines: &str| {
        let file = parse(&format!("[transmitter]\n{lines}\n")).unwrap();
        file.caller().communication_values.transmitter
    };
    assert_eq!(
        transmitter("channel = 7\nmode_select = \"residual_carrier\"").extensions,
        None
    );
    let eleven = transmitter("channel = 11");
    assert_eq!(
        eleven.parameters.frequency.get(),
        3,
        "channels 8 to 15 are 0 to 7 of the extended table"
    );
    let extensions = eleven.extensions.unwrap();
    assert_eq!(
        (extensions.frequency_table, extensions.rate_table),
        (FrequencyTable::Extended, RateTable::Default)
    );
    for line in [
        "carrier_modulation = \"qpsk\"",
        "data_modulation = \"nrz_l\"",
        "mode_select = \"suppressed_carrier\"",
        "scrambler = \"ccitt\"",
        "differential_mark_encoding = true",
        "reed_solomon = true",
    ] {
        let settings = transmitter(line);
        assert!(settings.extensions.is_some(), "{line}");
        assert_eq!(settings.data_rate().unwrap().bits_per_s(), 8_000, "{line}");
    }
}

#[test]
fn refusals_say_what_and_where() {
    for (lines, says) in [
        (
            "hail_lifetme = 3",
            "line 3: unknown key `hail_lifetme`, did you mean `hail_lifetime`?",
        ),
        (
            "Hail-Lifetime = 3",
            "line 3: unknown key `Hail-Lifetime`, did you mean `hail_lifetime`?",
        ),
        ("\n\ncolour = 3", "line 5: unknown key `colour`"),
        (
            "channel = 3",
            "line 3: unknown key `channel`; `channel` belongs in [transmitter] or [receiver]",
        ),
        (
            "[receiver]\nsend_duration = 3",
            "line 4: unknown key `receiver.send_duration`; `send_duration` must stand before the first table",
        ),
        (
            "[receiver]\nrate = 3",
            "line 4: unknown key `receiver.rate`",
        ),
        ("[other]\na = 1", "line 3: unknown key `other`"),
        (
            "hail_wait_duration = \"two\"",
            "line 3: Hail_Wait_Duration is \"two\", must be above 0, to 86400 s",
        ),
        (
            "carrier_only_duration = -1",
            "line 3: Carrier_Only_Duration is -1, must be 0 to 86400 s",
        ),
        (
            "frame_version = 5",
            "line 3: Frame_Version_in_Use is 5, must be 3 to 4",
        ),
        (
            "hail_response = \"yes\"",
            "line 3: Hail_Response is \"yes\", must be \"valid_frame\" or \"symbol_inlock\"",
        ),
        (
            "[transmitter]\ndata_rate = 9600",
            "line 4: Data_Rate of [transmitter] is 9600, must be 1000 times a power of two, to 2048000 bit/s",
        ),
        (
            "transmitter = 5",
            "line 3: transmitter is 5, must be a table [transmitter]",
        ),
        (
            "[[receiver]]\nchannel = 1",
            "line 3: receiver is a long or nested array, must be a table [receiver]",
        ),
        (
            "[test_source]\na = 1",
            "line 3: Test_Source is a long or nested table, must be true or false",
        ),
        (
            "hail_lifetime = 1979-05-27",
            "line 3: Hail_Lifetime is 1979-05-27, must be 0 to 86400 s",
        ),
        (
            "packing = \"\"\"\n\nlong\"\"\"",
            "line 3: Packing is \"\"\"\u{FFFD}\u{FFFD}long\"\"\", must be \"fill_frame\" or \"packet_per_frame\"",
        ),
    ] {
        assert_eq!(refused(lines), says);
    }
    assert!(
        refused("hail_lifetime = 1\nhail_lifetime = 2")
            .starts_with("line 4: no TOML: duplicate key")
    );
    assert!(refused("hail_lifetime = ").starts_with("line 3: no TOML: "));
    let same =
        MibFile::parse("x", "local_spacecraft_id = 5\nremote_spacecraft_id = 5").unwrap_err();
    assert_eq!(
        same.to_string(),
        "x: Remote_Spacecraft_ID is 5, the same as Local_Spacecraft_ID"
    );
}

#[test]
fn a_file_names_both_ends() {
    for (text, says) in [
        (
            "",
            "x: Local_Spacecraft_ID is missing: give `local_spacecraft_id`",
        ),
        (
            "local_spacecraft_id = 1023",
            "x: Remote_Spacecraft_ID is missing: give `remote_spacecraft_id`",
        ),
        (
            "local_spacecraft_id = 1024",
            "x, line 1: Local_Spacecraft_ID is 1024, must be 0 to 1023",
        ),
    ] {
        assert_eq!(MibFile::parse("x", text).unwrap_err().to_string(), says);
    }
}

#[test]
fn no_parameter_takes_a_value_of_another_kind_or_out_of_its_range() {
    let texts = ["\"\"", "\"nonsense\"", "[]", "{}", "1979-05-27T07:32:00Z"];
    let numbers = [
        "-1",
        "-0.5",
        "nan",
        "-nan",
        "inf",
        "-inf",
        "1e300",
        "86400.000001",
        "86401",
        "9223372036854775807",
    ];
    let huge = ["99999999999999999999", "0xFFFFFFFFFFFFFFFF", "1e999"]; // the parser or the parameter refuses them
    for parameter in &PARAMETERS {
        let below = match &parameter.kind {
            Kind::SecondsAboveZero(_) => vec!["0", "0.0", "-0.0", "0.0000001"],
            Kind::Seconds(_) => vec!["0.0000001", "true"],
            Kind::Flag(_) => vec!["0", "1", "\"true\""],
            Kind::Number(_) => vec!["1.0", "true", "\"5\""],
            Kind::Rate(..) => vec!["0", "1500", "4096000", "8000.0"],
            Kind::Word(..) => vec!["0", "true"],
        };
        for wrong in texts.iter().chain(&numbers).chain(&below).chain(&huge) {
            let fits = matches!(parameter.kind, Kind::Number(Number { max: 65_542.., .. }));
            if fits && *wrong == "86401" {
                continue;
            }
            // Both identifiers are there already, so they are left out where one of them is the parameter.
            let text = format!("{} = {wrong}\n", parameter.key);
            let error = MibFile::parse("x", &text).expect_err(&text).to_string();
            let named = format!("x, line 1: {} is ", parameter.name);
            let by_the_parser = huge.contains(wrong) && error.starts_with("x, line 1: no TOML: ");
            assert!(error.starts_with(&named) || by_the_parser, "{text}{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}

/// The refusal of `build` for this value of a parameter, by name; `None` if it is taken.
fn refusal(parameter: &str, builder: MibBuilder) -> Option<()> {
    match builder.build() {
        Ok(_) => None,
        Err(MibError::OutOfRange { name, .. } | MibError::TooLong { name, .. }) => {
            assert_eq!(name, parameter);
            Some(())
        }
        Err(other) => panic!("{parameter}: {other}"),
    }
}

#[test]
fn the_ranges_here_are_those_of_the_link() {
    let with = |number: &Number<MibBuilder>, value| {
        let mut builder = MibFile::lab().caller();
        (number.put)(&mut builder, value).map(|()| builder)
    };
    let lasting = |field: fn(&mut MibBuilder) -> &mut Duration, span| {
        let mut builder = MibFile::lab().caller();
        *field(&mut builder) = span;
        builder
    };
    let above = Duration::from_micros(86_400_000_001);
    for parameter in &PARAMETERS {
        let name = parameter.name;
        match &parameter.kind {
            Kind::Number(number) => {
                for good in [number.min, number.max] {
                    assert_eq!(
                        refusal(name, with(number, good).unwrap()),
                        None,
                        "{name} {good}"
                    );
                }
                for wrong in [number.min.checked_sub(1), Some(number.max + 1)]
                    .into_iter()
                    .flatten()
                {
                    if let Some(builder) = with(number, wrong) {
                        assert_eq!(refusal(name, builder), Some(()), "{name} {wrong}");
                    }
                }
            }
            Kind::Seconds(field) => {
                assert_eq!(
                    refusal(name, lasting(*field, Duration::ZERO)),
                    None,
                    "{name}"
                );
                assert_eq!(refusal(name, lasting(*field, above)), Some(()), "{name}");
            }
            Kind::SecondsAboveZero(field) => {
                assert_eq!(
                    refusal(name, lasting(*field, Duration::ZERO)),
                    Some(()),
                    "{name}"
                );
                assert_eq!(
                    refusal(name, lasting(*field, Duration::from_micros(1))),
                    None,
                    "{name}"
                );
                assert_eq!(refusal(name, lasting(*field, above)), Some(()), "{name}");
            }
            Kind::Flag(_) | Kind::Rate(..) | Kind::Word(..) => {}
        }
    }
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mib.toml");
    let shown = path.display().to_string();
    let says = || load(&path).unwrap_err().to_string();
    assert_eq!(
        says(),
        format!("{shown} cannot open: No such file or directory")
    );
    for (octets, what) in [
        (Vec::new(), "is empty; nothing to read"),
        (vec![0xFF; 10], "is not text in UTF-8, so no MIB file"),
        (
            vec![b'\n'; (1 << 20) + 1],
            "is longer than 1 MiB, so no MIB file",
        ),
    ] {
        std::fs::write(&path, octets).unwrap();
        assert_eq!(says(), format!("{shown} {what}"));
    }
    std::fs::write(&path, format!("\u{FEFF}{NAMES}")).unwrap();
    assert_eq!(
        load(&path).unwrap().caller(),
        parse("").unwrap().caller(),
        "a byte-order mark is no harm"
    );
    std::fs::write(&path, "test_source = 1").unwrap();
    assert_eq!(
        says(),
        format!("{shown}, line 1: Test_Source is 1, must be true or false")
    );
    let error = load(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("is a folder; give a file"), "{error}");
}
