//! The files of rover, orbiter and station: what is written is read back, unknown keys and values that cannot be are refused with their key.

use magpie_ground::station::StationSettings;
use magpie_relay::node::orbiter::OrbiterSettings;
use magpie_relay::node::rover::RoverSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;

const ROVER: &str = r#"
scid = 82
[radio]
bit_rate = 8000
tail_idle_ms = 250
[blindcast]
symbol_octets = 120
[[pass]]
id = 4
peer = 41
begin_utc = "2021-11-20T12:07:00Z"
end_utc = "2021-11-20T12:17:00Z"
mode = "blind"
"#;

const ORBITER: &str = r#"
scid = 41
memory_octets = 1000000
users = [82]
[radio]
bit_rate = 8000
[earth_link]
scid = 41
frames = "tm"
frame_octets = 1115
coding = "reed-solomon"
[downlink]
bit_rate = 28000
dumps = 3
[[downlink.window]]
begin_utc = "2021-11-20T13:00:00Z"
end_utc = "2021-11-20T14:00:00Z"
[[pass]]
id = 4
peer = 82
begin_utc = "2021-11-20T12:07:00Z"
end_utc = "2021-11-20T12:17:00Z"
mode = "canister"
[[fault]]
pass = 4
flip_every_bits = 1500
"#;

const STATION: &str = r#"
users = [82]
[earth_link]
scid = 41
frames = "aos"
frame_octets = 892
coding = "reed-solomon"
[[other_link]]
scid = 44
"#;

/// A file read, checked, written and read again.
fn round_trip<T>(text: &str, check: impl Fn(&T) -> Result<(), String>)
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    let read: T = toml::from_str(text).unwrap();
    check(&read).unwrap();
    let again: T = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
    assert_eq!(again, read);
}

/// What is said about a file with one line changed.
fn refusal<T: DeserializeOwned>(
    text: &str,
    line: &str,
    wrong: &str,
    check: impl Fn(&T) -> Result<(), String>,
) -> String {
    assert!(text.contains(line), "{line}");
    match toml::from_str::<T>(&text.replacen(line, wrong, 1)) {
        Ok(read) => check(&read).unwrap_err(),
        Err(error) => error.message().to_owned(),
    }
}

#[test]
fn what_is_written_is_read_back() {
    round_trip::<RoverSettings>(ROVER, |s| s.check().map_err(|e| e.to_string()));
    round_trip::<OrbiterSettings>(ORBITER, |s| s.check().map_err(|e| e.to_string()));
    round_trip::<StationSettings>(STATION, |s| s.check().map_err(|e| e.to_string()));
}

/// A line of a file, what stands in its place, and how the refusal begins.
type Wrong = (&'static str, &'static str, &'static str);

#[test]
fn what_a_rover_cannot_be_is_refused_with_its_key() {
    let wrongs: [Wrong; 9] = [
        ("scid = 82", "scid = 1024", "scid: 1024 has"),
        ("scid = 82", "scids = 82", "unknown field `scids`"),
        ("bit_rate = 8000", "bit_rate = 0", "radio.bit_rate: is 0"),
        ("tail_idle_ms = 250", "port = 8", "radio.port: 8 is not"),
        (
            "symbol_octets = 120",
            "symbol_octets = 2040",
            "blindcast.symbol",
        ),
        ("symbol_octets = 120", "apid = 2047", "blindcast.apid: 2047"),
        ("12:17:00Z", "12:07:00Z", "pass[0]: the pass ends before"),
        ("\"blind\"", "\"hailing\"", "unknown variant `hailing`"),
        ("peer = 41", "peer = 82", "radio: "),
    ];
    for (line, wrong, said) in wrongs {
        let check = |s: &RoverSettings| s.check().map_err(|e| e.to_string());
        let refusal = refusal(ROVER, line, wrong, check);
        assert!(refusal.starts_with(said), "{wrong}: {refusal}");
    }
}

#[test]
fn what_an_orbiter_or_a_station_cannot_be_is_refused_with_its_key() {
    let orbiter: [Wrong; 7] = [
        (
            "_octets = 1115",
            "_octets = 1117",
            "earth_link.frame_octets",
        ),
        ("scid = 41\nf", "scid = 1024\nf", "earth_link.scid: 1024"),
        (
            "bit_rate = 28000",
            "bit_rate = 0",
            "downlink.bit_rate: is 0",
        ),
        ("dumps = 3", "dump = 3", "unknown field `dump`"),
        ("14:00:00Z", "13:00:00Z", "downlink.window[0].end_utc: "),
        ("peer = 82", "peer = 83", "pass[0]: spacecraft 0x53 is not"),
        ("_bits = 1500", "_bits = 1", "fault[0].flip_every_bits: "),
    ];
    for (line, wrong, said) in orbiter {
        let check = |s: &OrbiterSettings| s.check().map_err(|e| e.to_string());
        let refusal = refusal(ORBITER, line, wrong, check);
        assert!(refusal.starts_with(said), "{wrong}: {refusal}");
    }
    let station: [Wrong; 7] = [
        (
            "scid = 44",
            "scid = 41",
            "other_link[0].scid: 41 is followed",
        ),
        ("scid = 44", "scid = 1024", "other_link[0].scid: 1024 has"),
        ("users = [82]", "users = [1024]", "users: 1024 has more"),
        (
            "users = [82]",
            "blindcast_apid = 2047",
            "blindcast_apid: 2047",
        ),
        ("scid = 41", "scid = 256", "earth_link.scid: 256 has more"),
        (
            "scid = 41",
            "scid = 41\nplayback_apid = 1",
            "earth_link.play",
        ),
        (
            "scid = 41",
            "scid = 41\nplayback_vcid = 0",
            "earth_link: vcid 0",
        ),
    ];
    for (line, wrong, said) in station {
        let check = |s: &StationSettings| s.check().map_err(|e| e.to_string());
        let refusal = refusal(STATION, line, wrong, check);
        assert!(refusal.starts_with(said), "{wrong}: {refusal}");
    }
}
