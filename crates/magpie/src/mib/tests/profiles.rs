//! The shipped profiles: complete, sourced, and sound in themselves.

use super::*;

fn profile(name: &str) -> MibFile {
    let (_, text) = PROFILES.into_iter().find(|&(n, _)| n == name).unwrap();
    MibFile::parse(name, text).unwrap()
}

#[test]
fn every_profile_loads_and_both_ends_build() {
    for (name, text) in PROFILES {
        let file = MibFile::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
        assert!(file.caller().build().is_ok() && file.responder().build().is_ok());
        assert_eq!(file.name(), name);
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../profiles/{name}.toml"));
        assert_eq!(load(&path).unwrap().caller(), file.caller());
    }
}

#[test]
fn every_profile_names_every_key_and_lab_those_of_the_tables_too() {
    for (name, text) in PROFILES {
        let table: toml::Table = toml::from_str(text).unwrap();
        for parameter in &PARAMETERS {
            assert!(
                table.contains_key(parameter.key),
                "{name}: {}",
                parameter.key
            );
        }
        for side in [TRANSMITTER, RECEIVER] {
            let settings = table[side].as_table().unwrap();
            let needed = if name == "lab" { SETTINGS.len() } else { 4 };
            for setting in &SETTINGS[..needed] {
                assert!(
                    settings.contains_key(setting.key),
                    "{name}: {side}.{}",
                    setting.key
                );
            }
        }
    }
}

/// Each value says where it is from: `# source:` or `# assumed:` on its line, or in a comment right above it.
fn unsourced(text: &str) -> Vec<&str> {
    let says = |comment: &str| comment.contains("# source: ") || comment.contains("# assumed: ");
    let mut missing = Vec::new();
    let mut above = false;
    for line in text.lines() {
        if line.starts_with('#') {
            above |= says(line);
            continue;
        }
        if line.contains(" = ") && !above && !says(line) {
            missing.push(line);
        }
        above = false;
    }
    missing
}

#[test]
fn every_value_of_every_profile_has_a_source_or_is_marked_as_assumed() {
    for (name, text) in PROFILES {
        assert_eq!(unsourced(text), Vec::<&str>::new(), "{name}");
    }
    assert_eq!(
        unsourced("a = 1 # source: x\n# assumed: y\n# more\nb = 2\nc = 3\n# d\ne = 4"),
        ["c = 3", "e = 4"]
    );
}

/// Publications that our facts name, and keys of theirs; nothing else may be given as a source.
const SOURCES: [&str; 13] = [
    "133.0-B-2",
    "211.0-B-6",
    "211.1-B-4",
    "211.2-B-3",
    "S:RC-PH",
    "S:RC-mac",
    "Sq:RC-D",
    "Sq:RC-MAC",
    "chinaups.com",
    "destevez.net",
    "Electra article of Grokipedia",
    "IAC-06-A3.P.05",
    "The Register 2021-12-02",
];

#[test]
fn sources_are_those_of_the_facts() {
    let mut cited = BTreeSet::new();
    for (name, text) in PROFILES {
        for line in text.lines() {
            let Some((_, source)) = line.split_once("# source: ") else {
                continue;
            };
            let known = SOURCES.into_iter().find(|known| source.starts_with(known));
            assert!(known.is_some(), "{name}: {line}");
            cited.extend(known);
        }
    }
    assert!(cited.len() > 8, "{cited:?}");
}

#[test]
fn lab_is_what_the_contract_of_link_run_says() {
    // Issue 3: fast timers, SCIDs 0x11 caller and 0x22 responder, PCID 0, window 64, frames that name the destination, uncoded.
    let mib = profile("lab").caller();
    assert_eq!(
        (
            mib.local_spacecraft_id.get(),
            mib.remote_spacecraft_id.get()
        ),
        (0x11, 0x22)
    );
    assert_eq!(
        (mib.local_pcid, mib.remote_pcid),
        (Pcid::Pcid0, Pcid::Pcid0)
    );
    assert_eq!(mib.transmission_window, 64);
    assert_eq!(
        mib.source_destination_id,
        magpie_link::mib::SourceDestinationId::Destination
    );
    assert_eq!(mib.comm_change_response, CommChangeResponse::ValidFrame);
    assert_eq!(mib.carrier_loss_timer_duration, Duration::ZERO);
    for settings in [
        mib.communication_values.transmitter,
        mib.communication_values.receiver,
    ] {
        assert_eq!(settings.parameters.data_encoding, DataEncoding::Bypass);
        assert_eq!(settings.data_rate().unwrap().bits_per_s(), 256_000);
    }
}

/// Hand-worked orders of time that a session needs, whatever the values.
#[test]
fn the_times_of_a_profile_hold_together() {
    for (name, _) in PROFILES {
        let mib = profile(name).caller();
        let start = mib.carrier_only_duration + mib.acquisition_idle_duration;
        let turn = start + mib.tail_idle_duration;
        // A responder that waits for a lost token is silent for 3/2 of Receive_Duration (docs/deviations.md).
        let waits = Duration::from_micros(mib.receive_duration.as_micros() * 3 / 2);
        let lost_token = waits + turn;
        let used = |span: Duration| if span.is_zero() { Duration::MAX } else { span };
        for (longer, shorter, what) in [
            (
                mib.hail_wait_duration,
                start,
                "the answer to a hail needs a carrier and an acquisition first",
            ),
            (
                used(mib.hail_lifetime),
                mib.hail_wait_duration,
                "more than one hail",
            ),
            (
                mib.persistence_wait_time,
                start,
                "a change of rate needs a new acquisition",
            ),
            (
                used(mib.comm_change_lifetime),
                mib.persistence_wait_time,
                "more than one COMM_CHANGE",
            ),
            (
                used(mib.termination_lifetime),
                mib.persistence_wait_time,
                "more than one REMOTE NO MORE DATA",
            ),
            (
                used(mib.termination_lifetime),
                lost_token + lost_token,
                "two tokens in a row may be lost",
            ),
            (
                mib.receive_duration,
                mib.send_duration + turn,
                "a turn of the other end fits in",
            ),
            (
                mib.send_duration,
                turn,
                "a turn is more than its start and end",
            ),
            (
                mib.synch_timeout,
                mib.plcw_repeat_interval + mib.plcw_repeat_interval,
                "more than one PLCW before out of step",
            ),
            (
                mib.resync_waiting_period,
                mib.plcw_repeat_interval,
                "the answer to SET V(R) is a PLCW",
            ),
            (
                used(mib.resync_lifetime),
                mib.resync_waiting_period,
                "more than one SET V(R)",
            ),
        ] {
            assert!(
                longer > shorter,
                "{name}: {longer} is not above {shorter}: {what}"
            );
        }
        assert!(
            !mib.plcw_repeat_interval.is_zero(),
            "{name}: a session could stand still"
        );
        if !mib.carrier_loss_timer_duration.is_zero() {
            assert!(
                mib.drop_carrier_duration > mib.carrier_loss_timer_duration,
                "{name}: the other end must notice the silence"
            );
        }
    }
}

#[test]
fn facts_of_the_radios_are_in_their_profiles() {
    // standards/relay-test.md: MELACOM to 128 kbit/s on channel 0, convolutional; the test of 2021 began at 8 kbit/s; Electra to 2048 ksps.
    let rates = |name: &str| {
        let values = profile(name).caller().communication_values;
        let rate = |settings: LinkSettings| settings.data_rate().unwrap().bits_per_s();
        (rate(values.transmitter), rate(values.receiver), values)
    };
    let (_, from_lander, melacom) = rates("mars-express-melacom");
    assert_eq!(
        (from_lander, melacom.receiver.parameters.data_encoding),
        (128_000, DataEncoding::Convolutional)
    );
    assert_eq!(
        (
            melacom.receiver.parameters.frequency.get(),
            melacom.receiver.extensions
        ),
        (0, None)
    );
    let (blind, _, zhurong) = rates("zhurong");
    assert_eq!(
        (blind, zhurong.transmitter.parameters.frequency.get()),
        (8_000, 0)
    );
    assert_ne!(
        zhurong.receiver.parameters.frequency.get(),
        0,
        "Zhurong does not hear channel 0"
    );
    let (_, symbols, electra) = rates("electra-like");
    assert_eq!(
        symbols * 2,
        2_048_000,
        "half of the symbols with the convolutional code"
    );
    assert_eq!(electra.receiver.rate_table(), RateTable::Extended);
}
