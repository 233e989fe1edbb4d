//! `magpie transmit | magpie channel | magpie listen`, and everything that can be wrong with samples.

mod program;

use std::io::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use program::{Ran, Scratch, finished, line, magpie, piped, run};
use serde_json::Value;
use sha2::{Digest as _, Sha512};

/// Three Version-3 frames of 60, 90 and 120 octets.
fn frames() -> Vec<u8> {
    let frame = |len: u8, fill: u8| {
        let mut frame = vec![0x80, 0, 0, len - 1, fill];
        frame.resize(usize::from(len), fill);
        frame
    };
    [frame(60, 1), frame(90, 2), frame(120, 3)].concat()
}

/// Samples of them at 8,000 symbols a second and 128,000 samples.
fn transmitted(options: &str) -> Vec<u8> {
    let line = format!("transmit - --sample-rate 128000 --out - {options}");
    let ran = piped(line.split_whitespace(), &frames());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

/// The same behind a channel.
fn through(options: &str, samples: &[u8]) -> Vec<u8> {
    let line = format!("channel --sample-rate 128000 {options}");
    let ran = piped(line.split_whitespace(), samples);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

/// As most receivers give them: signed octets, with some noise.
fn octets() -> Vec<u8> {
    through(
        "--cn0 60 --offset-hz 500 --gain -9 --out-format ci8",
        &transmitted(""),
    )
}

fn listened(options: &str, samples: &[u8]) -> Ran {
    let line = format!("listen - --sample-rate 128000 --json {options}");
    piped(line.split_whitespace(), samples)
}

fn has_note(json: &Value, words: &str) -> bool {
    let notes = json["notes"].as_array().expect("notes");
    notes
        .iter()
        .any(|note| note.as_str().unwrap().contains(words))
}

#[test]
fn every_coding_is_heard_in_the_blind_behind_noise_and_doppler() {
    let scratch = Scratch::new();
    for (coding, cn0, rate) in [
        ("uncoded", 56, 8000.0),
        ("conv", 52, 16_000.0),
        ("ldpc", 52, 8000.0),
    ] {
        let sent = transmitted(&format!("--coding {coding} --rate {rate}"));
        let channel = format!("--cn0 {cn0} --offset-hz -7600 --drift-hz-s 60 --seed 3");
        let out = scratch.path("out");
        let ran = listened(&format!("--out {out}"), &through(&channel, &sent));
        let json = ran.json();
        assert_eq!(ran.code, 0, "{coding}: {json}");
        assert_eq!(std::fs::read(&out).unwrap(), frames(), "{coding}");
        let name = if coding == "conv" {
            "convolutional"
        } else {
            coding
        };
        assert_eq!(json["coding"], name);
        assert_eq!(json["symbol_rate"], rate);
        assert_eq!(json["sample_rate"], 128_000.0);
        assert_eq!(
            (&json["frames_good"], &json["frames_bad"]),
            (&3.into(), &0.into())
        );
        assert_eq!(
            (&json["markers"], &json["polarity"]),
            (&3.into(), &"upright".into())
        );
        assert_eq!(json["rejected"], serde_json::json!({}));
        for point in json["carrier"].as_array().unwrap() {
            let expected = -7600.0 + 60.0 * point["t_s"].as_f64().unwrap();
            let offset = point["offset_hz"].as_f64().unwrap();
            assert!((offset - expected).abs() < 25.0, "{point}");
            // The power of the carrier alone, before the data, counts as that of a residual one.
            if point["es_n0_db"].is_number() && point["t_s"].as_f64().unwrap() > 1.3 {
                assert!((point["cn0_dbhz"].as_f64().unwrap() - f64::from(cn0)).abs() < 1.5);
            }
        }
        let lock = &json["locks"][0];
        assert!(lock["from_s"].as_f64().unwrap() < lock["to_s"].as_f64().unwrap());
    }
}

#[test]
fn what_is_told_is_kept() {
    let sent = through("--cn0 56", &transmitted("--coding uncoded"));
    let told = listened("--rate 8000 --coding uncoded", &sent).json();
    assert_eq!(
        (&told["frames_good"], &told["coding"]),
        (&3.into(), &"uncoded".into())
    );
    // The wrong coding, told: nothing, and the exit code says so.
    let wrong = listened("--coding ldpc", &sent);
    assert_eq!((wrong.code, &wrong.json()["frames_good"]), (2, &0.into()));
    listened("--blind --rate 8000", &sent).refused(&["--blind", "--rate"]);
}

#[test]
fn i_and_q_in_turn_ask_whether_the_spectrum_is_inverted() {
    let sent = through("--swap --cn0 60 --offset-hz 3000", &transmitted(""));
    let ran = listened("", &sent);
    let json = ran.json();
    assert_eq!((ran.code, &json["polarity"]), (0, &"inverted".into()));
    assert!(has_note(&json, "spectrum inverted?"), "{json}");
    assert!(ran.stderr.contains("spectrum inverted?"), "{}", ran.stderr);
}

#[test]
fn a_constant_and_samples_that_are_no_numbers() {
    let channel = "--cn0 60 --offset-hz 9000 --dc 0.15,-0.1";
    let mut sent = through(channel, &transmitted(""));
    for at in [100_000_usize, 100_001, 120_000] {
        sent[at * 8..at * 8 + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    }
    let ran = listened("--rate 8000", &sent);
    let json = ran.json();
    assert_eq!(json["not_numbers"], 3);
    assert_eq!(json["frames_good"], 3, "{json}");
    assert!(has_note(&json, "DC offset"), "{json}");
    assert!(has_note(&json, "3 samples are no numbers"), "{json}");
    // A strong line in the middle may be taken for symbols of a low rate; without it they are found.
    let loud = through("--cn0 60 --offset-hz 9000 --dc 0.3,-0.2", &transmitted(""));
    let clean = listened("--remove-dc", &loud);
    assert_eq!(clean.code, 0, "{}", clean.json());
    let all = listened("", &f32::NAN.to_le_bytes().repeat(20_000));
    assert_eq!((all.code, &all.json()["not_numbers"]), (2, &10_000.into()));
}

#[test]
fn nothing_is_heard_in_noise_and_in_silence() {
    let silence = vec![0; 128_000 * 8];
    let ran = listened("", &silence);
    assert_eq!(ran.code, 2);
    assert!(has_note(&ran.json(), "every sample is zero"));
    let noise = through("--cn0 1", &silence);
    let ran = listened("", &noise);
    let json = ran.json();
    assert_eq!(
        (ran.code, &json["frames_good"], &json["polarity"]),
        (2, &0.into(), &Value::Null)
    );
    assert!(has_note(&json, "nothing heard"), "{json}");
    // Carrier and idle, no frame.
    let idle = run("transmit --sample-rate 128000 --acquisition 2 --out -".split(' '));
    let ran = listened("", &through("--cn0 60", &idle.stdout));
    let json = ran.json();
    assert_eq!(
        (ran.code, &json["coding"]),
        (2, &"convolutional".into()),
        "{json}"
    );
    assert!(has_note(&json, "idle, and no frame"), "{json}");
}

#[test]
fn a_wrong_sample_rate_is_a_carrier_without_symbols() {
    let sent = through("--cn0 60", &transmitted(""));
    let line = "listen - --sample-rate 100000 --json";
    let ran = piped(line.split(' '), &sent);
    let json = ran.json();
    assert_eq!((ran.code, &json["frames_good"]), (2, &0.into()));
    assert!(
        has_note(&json, "the sample rate or --rate is wrong"),
        "{json}"
    );
}

#[test]
fn integer_formats_and_another_rate() {
    for format in ["ci16", "ci8", "cu8"] {
        let channel = format!("--cn0 60 --gain -9 --out-format {format}");
        let sent = through(&channel, &transmitted(""));
        let ran = listened(&format!("--format {format}"), &sent);
        assert_eq!(ran.code, 0, "{format}: {}", ran.json());
    }
    let sent = through("--cn0 60 --offset-hz 2000", &transmitted(""));
    let ran = listened("--resample 200000", &sent);
    let json = ran.json();
    assert_eq!(
        (ran.code, &json["input"]["resampled_to"]),
        (0, &200_000.0.into()),
        "{json}"
    );
    assert_eq!(json["sample_rate"], 128_000.0);
}

/// A `SigMF` pair of the transmission with these metadata on top of the usual ones, and so many octets of it.
fn pair(scratch: &Scratch, extra: &str, annotations: &str, most: usize) -> String {
    let sent = octets();
    let data = &sent[..sent.len().min(most)];
    scratch.file("a.sigmf-data", data);
    let text = format!(
        r#"{{"global": {{"core:datatype": "ci8", "core:version": "1.2.0" {extra}}},
            "captures": [{{"core:sample_start": 0, "core:frequency": 401585625}}], "annotations": [{annotations}]}}"#
    );
    scratch.file("a.sigmf-meta", text.as_bytes())
}

#[test]
fn recordings_and_their_faults() {
    let scratch = Scratch::new();
    let rate = r#", "core:sample_rate": 128000"#;
    let all = usize::MAX;
    let meta = pair(&scratch, rate, "", all);
    let good = line(&format!("listen {meta} --json"));
    let json = good.json();
    assert_eq!(
        (good.code, &json["input"]["centre_hz"]),
        (0, &401_585_625.0.into()),
        "{json}"
    );
    let samples = json["samples"].as_u64().unwrap();

    // The right sum, and a wrong one.
    let data = std::fs::read(scratch.path("a.sigmf-data")).unwrap();
    let sum = hex::encode(Sha512::digest(&data));
    let with_sum = |sum: &str| format!(r#"{rate}, "core:sha512": "{sum}""#);
    let meta = pair(&scratch, &with_sum(&sum), "", all);
    assert_eq!(line(&format!("listen {meta}")).code, 0);
    let meta = pair(&scratch, &with_sum(&"0".repeat(128)), "", all);
    let ran = line(&format!("listen {meta} --json"));
    assert!(ran.code == 2 && has_note(&ran.json(), "core:sha512 differs"));

    // Metadata that lie about the length, and a file that ends within a sample.
    let beyond = format!(r#"{{"core:sample_start": {samples}, "core:sample_count": 1000}}"#);
    let meta = pair(&scratch, rate, &beyond, all);
    let ran = line(&format!("listen {meta} --json"));
    assert_eq!(
        (ran.code, &ran.json()["input"]["missing_samples"]),
        (2, &1000.into())
    );
    assert!(has_note(&ran.json(), "lie about the length"));
    let meta = pair(&scratch, rate, "", 40_001);
    let ran = line(&format!("listen {meta} --json"));
    assert_eq!(
        (ran.code, &ran.json()["input"]["odd_octets"]),
        (2, &1.into())
    );

    // What cannot run is one line.
    let meta = pair(&scratch, "", "", all);
    line(&format!("listen {meta}")).refused(&["no core:sample_rate", "--sample-rate"]);
    assert_eq!(line(&format!("listen {meta} --sample-rate 128000")).code, 0);
    line(&format!("listen {meta} --format ci8")).refused(&["--format"]);
    std::fs::remove_file(scratch.path("a.sigmf-data")).unwrap();
    line(&format!("listen {meta}")).refused(&["a.sigmf-data", "pair of files"]);
    let broken = scratch.file("b.sigmf-meta", b"{");
    line(&format!("listen {broken}")).refused(&["no JSON"]);
    let archive = scratch.file("c.sigmf", b"x");
    line(&format!("listen {archive}")).refused(&["unpack"]);
}

#[test]
fn nothing_to_read_is_one_line() {
    let scratch = Scratch::new();
    let empty = scratch.file("empty.cf32", b"");
    line(&format!("listen {empty}")).refused(&["is empty"]);
    line(&format!("listen {}", scratch.path("none"))).refused(&["cannot open"]);
    line(&format!("listen {}", scratch.path(""))).refused(&["is a folder"]);
    piped(["listen", "-"], b"").refused(&["standard input", "is empty"]);
    line("listen ftp://here:5").refused(&["ftp://", "tcp://"]);
    line("listen udp://here").refused(&["host:port"]);
    let one = scratch.file("one.cf32", &[0; 8000]);
    let refused = |options: &str, words: &[&str]| {
        line(&format!("listen {one} {options}")).refused(words);
    };
    refused("--rate 200000", &["200000"]);
    refused("--sample-rate 0", &["--sample-rate"]);
    refused("--doppler none.csv", &["none.csv", "cannot open"]);
    let profile = scratch.file("bad.csv", b"a,b\n");
    refused(
        &format!("--doppler {profile}"),
        &["bad.csv", "line 1 must be"],
    );
    refused("--json --out -", &["--json and --out -"]);
    refused("--centre 1000 --carrier 5e6", &["outside the recording"]);
}

#[test]
fn a_live_stream_by_tcp_and_one_that_dies() {
    let sent = octets();
    let serve = |octets: Vec<u8>, hold: bool| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&octets).unwrap();
            // Open, and silent.
            if hold {
                thread::sleep(Duration::from_secs(2));
            }
        });
        let options = "--format ci8 --sample-rate 128000 --timeout 0.5 --json";
        let ran = line(&format!("listen tcp://{place} {options}"));
        served.join().unwrap();
        ran
    };
    let whole = serve(sent.clone(), false);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let dead = serve(sent, true);
    let json = dead.json();
    assert_eq!(
        (dead.code, &json["frames_good"], &json["input"]["ended_by"]),
        (2, &3.into(), &"silent".into())
    );
    assert!(has_note(&json, "dead stream"), "{json}");
    let nothing = serve(Vec::new(), true);
    assert!(nothing.code == 2 && has_note(&nothing.json(), "not one sample came"));
    serve(Vec::new(), false).refused(&["tcp://", "is empty"]);
}

#[test]
fn a_live_stream_by_udp_ends_in_silence() {
    let probe = UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = probe.local_addr().unwrap();
    drop(probe);
    let child = magpie()
        .args([
            "listen",
            &format!("udp://{place}"),
            "--format",
            "ci8",
            "--json",
        ])
        .args(["--sample-rate", "128000", "--timeout", "3"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_secs(1));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for datagram in octets().chunks(1400) {
        socket.send_to(datagram, place).unwrap();
        thread::sleep(Duration::from_millis(1));
    }
    let ran = finished(child.wait_with_output().unwrap());
    let json = ran.json();
    assert_eq!((ran.code, &json["frames_good"]), (0, &3.into()), "{json}");
    assert_eq!(json["input"]["ended_by"], "end");
    assert_eq!(json["lost_samples"], 0);
}
