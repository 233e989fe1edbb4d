//! `magpie link run` as users run it: one direction, wrong datagrams, limits, settings that cannot be.

use std::net::UdpSocket;
use std::time::Duration;

use serde_json::{Value, json};

mod link_lab;
mod program;
use link_lab::{End, Relay, free_port, noise};
use program::{Scratch, line};

/// A simplex transfer through a network that loses so many datagrams of a thousand; what was sent and got is in the folder.
fn simplex(scratch: &Scratch, lost_of_1000: u64) -> (Value, i32, Value, i32) {
    let (caller, responder) = (free_port(), free_port());
    let relay = Relay::start(caller, responder, lost_of_1000, 2021);
    let out = scratch.path("out");
    let listener = End::start(&format!(
        "--role simplex-receive --local :{responder} --remote {} --out {out} --phy-timeout 0.5 --max-seconds 20 --json",
        relay.for_responder
    ));
    std::thread::sleep(Duration::from_millis(300));
    let file = scratch.file("file", &noise(200_000, 1));
    let sent = End::start(&format!(
        "--role simplex-transmit --local :{caller} --remote {} --send {file} --json",
        relay.for_caller
    ));
    let (sent, heard) = (sent.finish(), listener.finish());
    relay.stop();
    (sent.json(), sent.code, heard.json(), heard.code)
}

#[test]
fn a_file_goes_one_way_and_both_ends_say_so() {
    let scratch = Scratch::new();
    let (sent, sent_code, heard, heard_code) = simplex(&scratch, 0);
    assert_eq!((sent_code, heard_code), (0, 0), "{sent}\n{heard}");
    assert_eq!(
        std::fs::read(scratch.path("out")).unwrap(),
        noise(200_000, 1)
    );

    assert_eq!(sent["role"], "simplex-transmit");
    assert_eq!(sent["duplex"], "simplex");
    assert_eq!(sent["transport"], "udp");
    assert_eq!(
        (&sent["outcome"], &sent["missing"]),
        (&json!("complete"), &json!([]))
    );
    assert_eq!(sent["ended_by"], "session_over");
    assert_eq!(sent["end_of_session"], "NoMoreData");
    assert_eq!(sent["sent"]["service"], "expedited");
    assert_eq!(
        (&sent["sent"]["packets"], &sent["sent"]["octets"]),
        (&json!(200), &json!(200_000))
    );
    // Two packets of 1,006 octets fit into a data field of 2,043.
    assert_eq!(sent["frames"]["sent"]["total"], 100);
    assert_eq!(
        sent["transport_units"]["octets_sent"],
        200 * 1_006 + 100 * (5 + 7)
    );
    assert_eq!(sent["rejected"], json!({}));
    let events: Vec<&str> = events(&sent);
    assert_eq!(
        (events.first(), events.last()),
        (Some(&"Transition"), Some(&"EndOfSession"))
    );
    assert_eq!(sent["events"][0]["row"], "E71");
    // At 2,048 kbit/s the frames alone take 0.79 s.
    let goodput = sent["sent"]["goodput_bit_per_s"].as_f64().unwrap();
    assert!((1.2e6..2.048e6).contains(&goodput), "{goodput}");

    assert_eq!(heard["outcome"], "complete");
    assert_eq!(heard["ended_by"], "signal_gone");
    assert_eq!(
        (&heard["received"]["packets"], &heard["received"]["octets"]),
        (&json!(200), &json!(200_000))
    );
    assert_eq!(heard["frames"]["received"]["accepted"], 100);
    assert_eq!(heard["received"]["kept_in"], Value::Null);
}

fn events(run: &Value) -> Vec<&str> {
    let events = run["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_lost_in_the_blind_is_told() {
    let scratch = Scratch::new();
    let (_, sent_code, heard, heard_code) = simplex(&scratch, 50);
    assert_eq!((sent_code, heard_code), (0, 2), "the sender cannot know");
    assert_eq!(heard["outcome"], "missing");
    assert!(
        heard["missing"][0]
            .as_str()
            .unwrap()
            .contains("frames are missing"),
        "{heard}"
    );
    let missing = heard["frames"]["received"]["missing"].as_u64().unwrap();
    let accepted = heard["frames"]["received"]["accepted"].as_u64().unwrap();
    assert!(missing > 0 && missing + accepted <= 100, "{heard}");
    let out = std::fs::read(scratch.path("out")).unwrap();
    assert_eq!(out.len() as u64, accepted * 2_000, "whole packets only");
    let file = noise(200_000, 1);
    let mut rest = file.chunks(1_000);
    assert!(
        out.chunks(1_000)
            .all(|heard| rest.any(|sent| sent == heard)),
        "packets of the file in their order"
    );
}

/// A frame for the responder of the lab, 0x22: expedited, construction 00, PCID 0, port 0, destination; numbers 0 and 1. Worked by hand
/// from the table of the header; the packets are telecommand packets of APID 1 with the data `magpi` and `h`. The CRC-32 of these and
/// the following comes from a bitwise computation in another language.
const FOREIGN: [&str; 2] = [
    "FAF320A022080F000801C00000046D61677069290F2876",
    "FAF320A022080B010801C001000068B783A72A",
];
/// The second one to spacecraft 0x23, on PCID 1, and by the sequence-controlled service.
const NOT_FOR_US: [(&str, &str); 3] = [
    (
        "wrong_destination",
        "FAF320A023080B010801C001000068BF43A7EC",
    ),
    ("wrong_pcid", "FAF320A022880B010801C001000068B3E3A749"),
    (
        "sequence_controlled_in_simplex",
        "FAF3208022080B000801C001000068CDD3A4E8",
    ),
];

#[test]
fn foreign_pltus_are_taken_and_wrong_datagrams_counted() {
    let scratch = Scratch::new();
    let (port, out) = (free_port(), scratch.path("out"));
    let ours = UdpSocket::bind("127.0.0.1:0").unwrap();
    let remote = ours.local_addr().unwrap();
    let listener = End::start(&format!(
        "--role simplex-receive --local :{port} --remote {remote} --out {out} --phy-timeout 1 --max-seconds 20 --json"
    ));
    std::thread::sleep(Duration::from_millis(300));
    let send = |socket: &UdpSocket, octets: &[u8]| {
        socket.send_to(octets, ("127.0.0.1", port)).unwrap();
    };
    let good = hex::decode(FOREIGN[0]).unwrap();
    let mut bad_crc = good.clone();
    bad_crc[10] ^= 1;
    send(&ours, &[]);
    send(&ours, &vec![0xFA; 65_507]);
    send(&ours, &good[1..]);
    send(&ours, &good[..good.len() - 1]);
    send(&ours, &[&good[..], &good[..]].concat());
    send(&ours, &[0xFA, 0xF3, 0x20, 0x12, 0x34]);
    send(&ours, &bad_crc);
    for (_, frame) in NOT_FOR_US {
        send(&ours, &hex::decode(frame).unwrap());
    }
    send(&ours, &good);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    send(&stranger, &hex::decode(FOREIGN[1]).unwrap());

    let heard = listener.finish();
    assert_eq!(heard.code, 0, "{}", heard.stderr);
    let account = heard.json();
    assert_eq!(std::fs::read(&out).unwrap(), b"magpih");
    let mut rejected =
        json!({ "pltu_marker": 3, "pltu_length": 2, "pltu_version": 1, "pltu_crc": 1 });
    for (reason, _) in NOT_FOR_US {
        rejected[reason] = json!(1);
    }
    assert_eq!(account["rejected"], rejected);
    assert_eq!(account["transport_units"]["received"], 12);
    assert_eq!(account["transport_units"]["from_elsewhere"], 1);
}

#[test]
fn a_listener_that_hears_nothing_says_so() {
    let scratch = Scratch::new();
    let (port, out) = (free_port(), scratch.path("out"));
    let heard = line(&format!(
        "link run --role simplex-receive --local :{port} --out {out} --max-seconds 0.2"
    ));
    assert_eq!(heard.code, 2, "{}", heard.stderr);
    assert!(
        heard.text().contains("nothing was heard"),
        "{}",
        heard.text()
    );
    assert_eq!(std::fs::read(&out).unwrap(), b"");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_session_and_the_half_file_does_not_look_whole() {
    let scratch = Scratch::new();
    let (caller, responder) = (free_port(), free_port());
    let file = scratch.file("file", &noise(2_000_000, 3));
    let sender = End::start(&format!(
        "--role simplex-transmit --local :{caller} --remote :{responder} --send {file} --json"
    ));
    std::thread::sleep(Duration::from_millis(500));
    sender.interrupt();
    let sent = sender.finish_within(Duration::from_secs(5));
    assert_eq!(sent.code, 2, "{}", sent.stderr);
    let account = sent.json();
    assert_eq!(account["ended_by"], "interrupted");
    assert_eq!(account["end_of_session"], "SetModeInactive");
    assert_eq!(account["sent"]["all_sent"], false);
    assert!(
        account["missing"][0]
            .as_str()
            .unwrap()
            .contains("not all of the file was sent")
    );
}

#[test]
fn the_stream_goes_over_tcp_too() {
    let scratch = Scratch::new();
    let (port, out) = (free_port(), scratch.path("out"));
    let file = scratch.file("file", &noise(100_001, 4));
    let listener = End::start(&format!(
        "--role simplex-receive --transport tcp --local :{port} --out {out} --json"
    ));
    let sent = End::start(&format!(
        "--role simplex-transmit --transport tcp --remote :{port} --send {file} --packet-len 3000 --json"
    ));
    let (sent, heard) = (sent.finish(), listener.finish());
    assert_eq!(
        (sent.code, heard.code),
        (0, 0),
        "{}{}",
        sent.stderr,
        heard.stderr
    );
    assert_eq!(std::fs::read(&out).unwrap(), noise(100_001, 4));
    let heard = heard.json();
    assert_eq!(
        heard["received"]["packets"], 34,
        "of 3,000 octets, so in segments"
    );
    assert_eq!(heard["ended_by"], "connection_closed");
}

#[test]
fn settings_that_cannot_be_are_one_line() {
    let scratch = Scratch::new();
    let file = scratch.file("file", b"x");
    let cases = [
        ("--role simplex-transmit --local :0 --remote :9", "--send"),
        ("--role simplex-receive --local :0 --send FILE", "--send"),
        ("--role simplex-receive", "--local"),
        ("--role simplex-transmit --local :0 --send FILE", "--remote"),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE --out x",
            "--out",
        ),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE --service sequence",
            "acknowledged",
        ),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE --duplex full",
            "--duplex",
        ),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE --packet-len 65537",
            "--packet-len",
        ),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE --port 8",
            "--port",
        ),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE --apid 2047",
            "--apid",
        ),
        (
            "--role simplex-transmit --local :0 --remote :9 --send FILE.not",
            "cannot open",
        ),
        (
            "--role simplex-transmit --local nowhere --remote :9 --send FILE",
            "--local nowhere",
        ),
        (
            "--role simplex-transmit --local 192.0.2.1:1 --remote :9 --send FILE",
            "--local 192.0.2.1:1",
        ),
        (
            "--role simplex-transmit --transport tcp --remote :1 --max-seconds 0.1 --send FILE",
            "start the other end first",
        ),
        (
            "--role simplex-receive --transport serial --local /dev/no-such-port",
            "/dev/no-such-port",
        ),
        (
            "--role simplex-receive --local :0 --out FILE.no/out",
            "cannot write here",
        ),
        (
            "--role simplex-receive --local :0 --max-seconds 0",
            "--max-seconds",
        ),
        (
            "--role simplex-receive --local :0 --phy-timeout nan",
            "--phy-timeout",
        ),
        ("--role simplex-receive --local :0 --out - --json", "--json"),
        (
            "--role simplex-receive --local :0 --mib FILE.not",
            "cannot open",
        ),
        ("--role orbiter --local :0", "--role"),
    ];
    for (arguments, word) in cases {
        let arguments = arguments.replace("FILE", &file);
        line(&format!("link run {arguments}")).refused(&[word]);
    }
    assert_eq!(scratch.names(), ["file"]);
}
