//! The processes of a relay as their files describe them, each by itself.

use std::io::Read as _;
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Stdio};
use std::time::Duration;

mod program;
use program::{Scratch, finished, line, magpie};

/// A channel between two sockets of this test: ten times as fast as the world, ten seconds of light time.
fn air(ports: [SocketAddr; 2], ours: [SocketAddr; 2], route: &str) -> String {
    format!(
        r#"
seed = 1
common = {{ name = "air", state = "air" }}
clock = {{ begin_utc = "2021-11-20T22:30:00Z", leg = [{{ until_utc = "2021-11-21T00:00:00Z", speed = 10 }}] }}
[[port]]
name = "rover"
line = {{ local = "{}", remote = "{}" }}
[[port]]
name = "orbiter"
line = {{ local = "{}", remote = "{}" }}
[[route]]
from = "rover"
to = "orbiter"
{route}
"#,
        ports[0], ours[0], ports[1], ours[1]
    )
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let patience = Some(Duration::from_secs(30));
    socket.set_read_timeout(patience).unwrap();
    socket
}

/// Two addresses that were free a moment ago.
fn free() -> [SocketAddr; 2] {
    let sockets = [socket(), socket()];
    sockets.map(|socket| socket.local_addr().unwrap())
}

fn start(file: &str) -> Child {
    magpie()
        .args(["channel", file, "--json-log", "--stop-with-input"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_channel_hands_on_after_its_light_time_and_ends_when_its_input_does() {
    let scratch = Scratch::new();
    let (rover, orbiter, ports) = (socket(), socket(), free());
    let ours = [&rover, &orbiter].map(|socket| socket.local_addr().unwrap());
    let text = air(ports, ours, "light_time_s = 10");
    let mut child = start(&scratch.file("air.toml", text.as_bytes()));
    // The first line of its log comes when it listens.
    let mut log = child.stderr.take().unwrap();
    let mut first = [0; 1];
    log.read_exact(&mut first).unwrap();
    let began = std::time::Instant::now();
    rover.send_to(b"one", ports[0]).unwrap();
    let mut buf = [0; 16];
    let (len, from) = orbiter.recv_from(&mut buf).unwrap();
    assert_eq!((&buf[..len], from), (b"one".as_slice(), ports[1]));
    assert!(
        began.elapsed() >= Duration::from_millis(990),
        "a tenth of ten seconds"
    );
    drop(child.stdin.take());
    let ran = finished(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0);
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    let last: serde_json::Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["message"], &last["node"]),
        (&"ends".into(), &"air".into())
    );
}

#[test]
fn a_file_that_cannot_be_is_refused_with_its_name_and_the_key() {
    let scratch = Scratch::new();
    let addresses = free();
    let refused = |route: &str, words: &[&str]| {
        let text = air(addresses, addresses, route);
        let file = scratch.file("air.toml", text.as_bytes());
        line(&format!("channel {file}")).refused(&[&["air.toml: "], words].concat());
    };
    refused("loss = 2", &["route[0].loss = 2: must be from 0 to 1"]);
    refused("bit_error_rate = 0.5", &["route[0].bit_error_rate = 0.5"]);
    refused("light_time_s = -1", &["route[0].light_time_s = -1"]);
    refused("bit_rate = 0", &["route[0].bit_rate = 0"]);
    refused("speed = 1", &["line 14: unknown field `speed`"]);
    refused(
        "[[route]]\nfrom = \"rover\"\nto = \"earth\"",
        &["route[1].to = earth: no [[port]] has this name"],
    );
    refused(
        "pass = [{ id = \"a\", open_utc = 2021, close_utc = 2021 }]",
        &["line 14"],
    );
    // Both lines at one address; the file as it is would run.
    let same = air([addresses[0]; 2], addresses, "");
    let file = scratch.file("same.toml", same.as_bytes());
    line(&format!("channel {file}")).refused(&["same.toml: ", "port[1].line: 127.0.0.1:"]);
    let missing = scratch.path("missing.toml");
    line(&format!("channel {missing}")).refused(&["missing.toml: "]);
    line(&format!("channel {missing} out")).refused(&["out: ", "there is no OUT"]);
}
