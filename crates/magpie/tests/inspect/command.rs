//! The program itself: exit codes, one-line errors, standard input, JSON, colours, the examples of the help.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn magpie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_magpie"));
    command.arg("inspect").env_remove("CLICOLOR_FORCE");
    command
}

fn run(line: &str) -> (Option<i32>, String, String) {
    told(magpie().args(line.split(' ')).output().unwrap())
}

fn told(output: Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn piped(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = magpie()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may have refused the input before reading all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    told(child.wait_with_output().unwrap())
}

#[test]
fn sound_is_0_and_broken_is_2() {
    let (code, text, notes) = run("--as pltu FAF320B1230806008000D8A3C0FE");
    assert_eq!((code, notes.as_str()), (Some(0), ""));
    for wanted in [
        "Frame Sequence Number",
        "0x123",
        "291, the destination",
        "right: computed 0xD8A3C0FE",
        "Nothing wrong with it.",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let (code, text, notes) = run("--as pltu FAF320B1230806008000D8A3C0FF");
    assert_eq!((code, notes.as_str()), (Some(2), ""));
    assert!(text.contains("✗ crc-32: CRC-32 received D8A3C0FF, computed D8A3C0FE"));
    assert!(text.contains("1 fault found."));
}

#[test]
fn however_the_digits_are_written() {
    let plain = run("--as pltu FAF320B1230806008000D8A3C0FE");
    for other in [
        "--as pltu faf320b1230806008000d8a3c0fe",
        "--as pltu 0xFAF320B1230806008000D8A3C0FE",
        "--as pltu FA:F3:20:B1:23:08:06:00:80:00:D8:A3:C0:FE",
        "--as pltu FAF320 B1230806008000 0xD8 0xA3 0xC0 0xFE",
    ] {
        assert_eq!(run(other), plain, "{other}");
    }
    let lines = b"FAF320\r\n B1230806008000\n\td8a3c0fe\n";
    assert_eq!(piped(&["--as", "pltu", "-"], lines), plain);
}

#[test]
fn bad_digits_are_one_line_that_says_which_and_where() {
    for (line, wanted) in [
        (
            "--as plcw B3G2",
            "error: HEX: 'G' at position 3 is no hex digit",
        ),
        (
            "--as plcw B32",
            "error: HEX: '2' at position 3 has no partner",
        ),
        (
            "--as plcw B3 2 A",
            "error: HEX: '2' at position 4 has no partner",
        ),
        ("--as plcw 0x", "error: HEX: no hex digits"),
        (
            "--as tm --fhec 02A0",
            "error: --fhec says nothing about --as tm",
        ),
        (
            "--as v3 --insert-zone 3 02A0",
            "error: --insert-zone says nothing",
        ),
        ("--as uslp --truncated-len 33 C0", "error: "),
        ("--as nothing 00", "error: "),
        ("--as plcw", "error: "),
    ] {
        let (code, text, notes) = run(line);
        assert_eq!((code, text.as_str()), (Some(1), ""), "{line}");
        assert!(notes.starts_with(wanted), "{line}: {notes}");
    }
    let (code, _, notes) = piped(&["--as", "plcw", "-"], b"B3\n2");
    assert_eq!(code, Some(1));
    assert!(
        notes.starts_with("error: standard input: '2' at position 4"),
        "{notes}"
    );
    assert_eq!(notes.lines().count(), 1);
    assert_eq!(piped(&["--as", "plcw", "-"], b"").0, Some(1));
    assert_eq!(piped(&["--as", "plcw", "-"], &[0xFF, 0xFE]).0, Some(1));
    let endless = vec![b'0'; 3 << 20];
    let (code, _, notes) = piped(&["--as", "plcw", "-"], &endless);
    assert_eq!(code, Some(1));
    assert!(notes.contains("more than 1048576 characters"), "{notes}");
}

#[test]
fn json_is_one_document() {
    let (code, text, notes) = run("--as plcw BB2A00 --json");
    assert_eq!((code, notes.as_str()), (Some(2), ""));
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(found["structure"], "plcw");
    assert_eq!(found["octets"], 3);
    assert_eq!(
        found["fields"][5],
        json!({
            "name": "Expedited Frame Counter", "bits": [5, 7], "raw": "0b011", "value": 3,
            "meaning": "3 expedited frames accepted, modulo 8"
        })
    );
    let rules: Vec<&Value> = found["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| &fault["rule"])
        .collect();
    assert_eq!(rules, ["spare-set", "trailing-octets"]);
    assert!(found["faults"][0]["detail"].is_string());

    let (code, text, _) = run("--json --as pltu FAF320B1230806008000D8A3C0FE");
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(found["faults"], json!([]));
    let frame = &found["children"][0];
    assert_eq!(
        (&frame["structure"], &frame["first_octet"]),
        (&json!("v3"), &json!(3))
    );
    assert_eq!(
        frame["children"][0]["title"],
        "Proximity link control word (PLCW)"
    );
    let data = frame["fields"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&data["raw"], &data["value"]),
        (&json!("8000"), &Value::Null)
    );
}

#[test]
fn colours_only_where_they_are_seen() {
    let (_, plain, _) = run("--as plcw BB2A");
    assert!(!plain.contains('\u{1b}'));
    let forced = magpie()
        .args(["--as", "plcw", "BB2A"])
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    let forced = String::from_utf8(forced.stdout).unwrap();
    assert!(forced.contains("\u{1b}[31m✗ spare-set"), "{forced:?}");
}

#[test]
fn columns_line_up() {
    let (_, text, _) = run("--as pltu FAF320B1230806008000D8A3C0FE");
    let column = |line: &str| {
        let at = line.find("0b").or_else(|| line.find("0x")).unwrap_or(0);
        line[..at].chars().count()
    };
    let starts: Vec<usize> = text.lines().map(column).filter(|at| *at > 0).collect();
    assert_eq!(starts.len(), 19, "{text}");
    assert!(
        starts.iter().all(|at| *at == starts[0]),
        "{starts:?} in {text}"
    );
}

#[test]
fn the_examples_of_the_help_work_as_pasted() {
    let (code, help, _) = run("--help");
    assert_eq!(code, Some(0));
    let examples: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("magpie inspect "))
        .collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let (code, _, notes) = run(example);
        assert_eq!((code, notes.as_str()), (Some(0), ""), "{example}");
    }
}
