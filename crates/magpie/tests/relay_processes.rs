//! Rover, orbiter and station as processes that speak to each other directly, without a channel between them.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

mod program;
use program::{Scratch, finished, line, magpie};

/// Long beyond anything that a slow machine needs; only so that a test ends.
const PATIENCE: Duration = Duration::from_secs(120);

const CLOCK: &str = r#"clock = { begin_utc = "2021-11-20T22:29:50Z", leg = [{ until_utc = "2021-11-21T00:00:00Z", speed = 10 }] }"#;

/// One minute in the blind, seen from this node.
fn pass(table: &str, peer: u16) -> String {
    format!(
        "[[{table}.pass]]\nid = 1\npeer = {peer}\nbegin_utc = \"2021-11-20T22:30:00Z\"\nend_utc = \"2021-11-20T22:31:00Z\"\nmode = \"canister\"\n"
    )
}

/// Addresses that were free a moment ago.
fn free<const N: usize>() -> [SocketAddr; N] {
    let sockets = [(); N].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap())
}

/// The files of the three processes.
fn files(scratch: &Scratch, lines: [SocketAddr; 4]) -> [String; 3] {
    let [rover, radio, earth, station] = lines;
    let line = |name: &str, local, remote| {
        format!("lines.{name} = {{ local = \"{local}\", remote = \"{remote}\" }}\n")
    };
    let common = |name: &str| {
        format!(
            "common = {{ name = \"{name}\", state = \"{name}\", durable = \"process-end\" }}\n{CLOCK}\n"
        )
    };
    let agreed = "earth_link = { scid = 65, coding = \"reed-solomon\", frame_octets = 1115 }\n";
    let radio_table = "scid = 82\nradio = { bit_rate = 64000 }\n";
    let texts = [
        format!(
            "files = [\"sol-196.bin\"]\n{}{}[rover]\n{radio_table}{}",
            common("zhurong"),
            line("radio", rover, radio),
            pass("rover", 41)
        ),
        format!(
            "{}{}{}[orbiter]\nscid = 41\nradio = {{ bit_rate = 64000 }}\n{agreed}downlink = {{ bit_rate = 256000, dumps = 2 }}\n{}",
            common("mex"),
            line("radio", radio, rover),
            line("earth", earth, station),
            pass("orbiter", 82)
        ),
        format!(
            "spool = \"delivered\"\n{}{}[station]\n{agreed}",
            common("darmstadt"),
            line("earth", station, earth)
        ),
    ];
    let names = ["rover.toml", "orbiter.toml", "station.toml"];
    [0, 1, 2].map(|at| scratch.file(names[at], texts[at].as_bytes()))
}

fn start(kind: &str, file: &str) -> Child {
    magpie()
        .args([kind, file, "--json-log", "--stop-with-input"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Ends the process as an operator would; gives the messages of its log.
fn stop(mut child: Child) -> Vec<String> {
    drop(child.stdin.take());
    let ran = finished(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let message = |line: &str| {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        entry["message"].as_str().unwrap().to_owned()
    };
    ran.stderr.lines().map(message).collect()
}

/// Waits for the file to be whole and in its place.
fn awaited(path: &str) -> Vec<u8> {
    let began = Instant::now();
    while !Path::new(path).exists() {
        assert!(began.elapsed() < PATIENCE, "{path} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::fs::read(path).unwrap()
}

#[test]
fn a_file_comes_down_through_three_processes_and_only_once() {
    let scratch = Scratch::new();
    // No two octets in a row are alike, and no block of 251 repeats another's place in a symbol.
    let content: Vec<u8> = (0..50_000_u32)
        .map(|at| (at * 7 % 251).to_be_bytes()[3])
        .collect();
    scratch.file("sol-196.bin", &content);
    let files = files(&scratch, free());
    let kinds = ["rover", "orbiter", "station"];
    let children = [2, 1, 0].map(|at| start(kinds[at], &files[at]));
    let spooled = scratch.path("delivered/sol-196.bin");
    assert!(awaited(&spooled) == content);
    let [station, orbiter, rover] = children.map(stop);
    let said = |log: &[String], words: &str| log.iter().filter(|line| line.contains(words)).count();
    assert_eq!(said(&rover, "pass 1: transmits, run 0"), 1, "{rover:?}");
    assert_eq!(said(&station, "sol-196.bin"), 1, "{station:?}");
    assert_eq!(orbiter.last().unwrap(), "ends");
    // All three again: the pass and the recording are remembered, the file is not delivered a second time.
    let again = [2, 1].map(|at| start(kinds[at], &files[at]));
    std::thread::sleep(Duration::from_millis(500));
    let [station, _orbiter] = again.map(stop);
    assert_eq!(said(&station, "sol-196.bin"), 0, "{station:?}");
    let names: Vec<_> = std::fs::read_dir(scratch.path("delivered"))
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn a_node_that_cannot_be_is_refused_with_its_file_and_the_key() {
    let scratch = Scratch::new();
    scratch.file("sol-196.bin", b"1297 m driven");
    let files = files(&scratch, free());
    let refused = |kind: usize, from: &str, to: &str, words: &[&str]| {
        let text = std::fs::read_to_string(&files[kind]).unwrap();
        assert!(text.contains(from), "{from}");
        let name = format!("bad-{kind}.toml");
        let file = scratch.file(&name, text.replacen(from, to, 1).as_bytes());
        let command = ["rover", "orbiter", "station"][kind];
        line(&format!("{command} {file}")).refused(&[&[name.as_str()], words].concat());
    };
    refused(
        0,
        "scid = 82",
        "scid = 1024",
        &["rover.scid: 1024 has more than 10 bits"],
    );
    refused(
        0,
        "sol-196.bin",
        "sol-197.bin",
        &["sol-197.bin: ", "o such file"],
    );
    refused(0, "canister", "hail", &["rover.pass[0].mode"]);
    refused(
        0,
        "bit_rate = 64000",
        "bit_rate = 0",
        &["rover.radio.bit_rate: is 0"],
    );
    refused(
        1,
        "frame_octets = 1115",
        "frame_octets = 1117",
        &["orbiter.earth_link.frame_octets"],
    );
    refused(1, "scid = 41", "scit = 41", &["unknown field `scit`"]);
    refused(1, "speed = 10", "speed = 0", &["clock.leg[0].speed"]);
    refused(2, "scid = 65", "scid = 1024", &["station.earth_link.scid"]);
    refused(2, "delivered", "sol-196.bin", &["sol-196.bin: cannot"]);
    refused(
        2,
        "local = \"127",
        "local = \"256",
        &["invalid socket address"],
    );
    let missing = scratch.path("missing.toml");
    line(&format!("orbiter {missing}")).refused(&["missing.toml: "]);
}
