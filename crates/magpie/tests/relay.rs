//! `magpie relay` as a user runs it: files out, exit codes, the contract of `report.json`, and what it says of bad settings.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

mod program;
use program::sha256;

fn relay(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_magpie"))
        .arg("relay")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Exit code 1, nothing on standard output, and one line that has all of `words` in it.
fn refuses(folder: &Path, arguments: &[&str], words: &[&str]) {
    let output = relay(folder, arguments);
    let line = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {line}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    assert!(words.iter().all(|word| line.contains(word)), "{line}");
}

fn keys(value: &Value, wanted: &[&str]) {
    let object = value.as_object().unwrap();
    assert!(
        wanted.iter().all(|key| object.contains_key(*key)),
        "{wanted:?} in {object:?}"
    );
}

#[test]
fn two_payloads_through_two_clean_passes() {
    let place = tempfile::tempdir().unwrap();
    let payloads = [
        ("log.txt", vec![b'm'; 5_000]),
        ("map.bin", (0..=255).cycle().take(7_001).collect()),
    ];
    for (name, octets) in &payloads {
        fs::write(place.path().join(name), octets).unwrap();
    }
    let arguments = [
        "quiet",
        "--payload",
        "log.txt",
        "--payload",
        "map.bin",
        "--seed",
        "7",
        "--out",
        "out",
        "--json",
    ];
    let output = relay(place.path(), &arguments);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let written = fs::read(place.path().join("out/report.json")).unwrap();
    assert_eq!(report, serde_json::from_slice::<Value>(&written).unwrap());
    // The keys of the contract.
    keys(
        &report,
        &["scenario", "seed", "passes", "delivered", "wall_s"],
    );
    assert_eq!(report["seed"], 7);
    for pass in report["passes"].as_array().unwrap() {
        keys(
            pass,
            &[
                "id",
                "signal_detected",
                "lock_s",
                "frames_sent",
                "frames_good",
                "frames_bad",
                "hops",
                "verdict",
            ],
        );
        for hop in pass["hops"].as_array().unwrap() {
            keys(
                hop,
                &[
                    "name",
                    "units_in",
                    "units_out",
                    "octets_in",
                    "octets_out",
                    "rejected",
                ],
            );
        }
    }
    for (delivered, (name, octets)) in report["delivered"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&payloads)
    {
        keys(
            delivered,
            &["name", "octets", "sha256", "complete", "missing_octets"],
        );
        assert_eq!(
            (&delivered["name"], &delivered["complete"]),
            (&Value::from(*name), &Value::from(true))
        );
        assert_eq!(
            (&delivered["octets"], &delivered["missing_octets"]),
            (&Value::from(octets.len()), &Value::from(0))
        );
        assert_eq!(delivered["sha256"], sha256(octets));
        assert_eq!(
            fs::read(place.path().join("out/delivered").join(name)).unwrap(),
            *octets
        );
    }
    assert!(
        fs::read_to_string(place.path().join("out/report.html"))
            .unwrap()
            .starts_with("<!doctype html>")
    );
    // The same seed, the same report, but for the clock on the wall.
    let again = relay(place.path(), &arguments);
    let mut again: Value = serde_json::from_slice(&again.stdout).unwrap();
    again["wall_s"] = report["wall_s"].clone();
    assert_eq!(again, report);
}

#[test]
fn what_is_missing_does_not_look_whole() {
    let place = tempfile::tempdir().unwrap();
    // More than two clean passes can carry, and behind it a run in which nothing is heard, into the same folder.
    fs::write(place.path().join("large.bin"), vec![0x5A; 400_000]).unwrap();
    let output = relay(place.path(), &["quiet", "--payload", "large.bin"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("missing") && !text.contains('\u{1b}'),
        "{text}"
    );
    let delivered = place.path().join("magpie-out/delivered");
    assert!(delivered.join("large.bin.partial").is_file() && !delivered.join("large.bin").exists());

    fs::write(place.path().join("large.bin"), vec![0x5A; 300]).unwrap();
    assert_eq!(
        relay(place.path(), &["quiet", "--payload", "large.bin"])
            .status
            .code(),
        Some(0)
    );
    assert!(delivered.join("large.bin").is_file() && !delivered.join("large.bin.partial").exists());

    let silent = relay(
        place.path(),
        &["never-heard", "--payload", "large.bin", "--json"],
    );
    assert_eq!(silent.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&silent.stdout).unwrap();
    for pass in report["passes"].as_array().unwrap() {
        assert_eq!(
            (&pass["signal_detected"], &pass["lock_s"]),
            (&Value::from(false), &Value::Null)
        );
    }
    assert_eq!(
        (
            &report["delivered"][0]["complete"],
            &report["delivered"][0]["octets"]
        ),
        (&Value::from(false), &Value::from(0))
    );
    assert_eq!(
        fs::read_dir(&delivered).unwrap().count(),
        0,
        "an older result would contradict this one"
    );
}

#[test]
fn bad_settings_are_one_line_each() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let quiet = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/quiet.toml"),
    )
    .unwrap();
    fs::write(
        at("key.toml"),
        quiet.replacen("[uhf]", "[uhf]\ncolour = 3", 1),
    )
    .unwrap();
    refuses(
        place.path(),
        &["key.toml"],
        &["key.toml", "line ", "colour"],
    );
    fs::write(
        at("absurd.toml"),
        quiet.replacen("window_s = ", "window_s = 1e9 # ", 1),
    )
    .unwrap();
    refuses(place.path(), &["absurd.toml"], &["absurd.toml", "window_s"]);
    fs::write(at("noise.toml"), [0xFF, 0xFE, 0x00]).unwrap();
    refuses(place.path(), &["noise.toml"], &["noise.toml"]);
    refuses(place.path(), &["nowhere.toml"], &["nowhere.toml"]);
    fs::write(at("empty.bin"), []).unwrap();
    refuses(
        place.path(),
        &["quiet", "--payload", "empty.bin"],
        &["empty.bin", "empty"],
    );
    fs::create_dir(at("twice")).unwrap();
    for name in ["a.bin", "twice/a.bin"] {
        fs::write(at(name), [1, 2, 3]).unwrap();
    }
    refuses(
        place.path(),
        &["quiet", "--payload", "a.bin", "--payload", "twice/a.bin"],
        &["a.bin", "two files"],
    );
    refuses(place.path(), &["quiet", "--out", "a.bin"], &["a.bin"]);
    refuses(place.path(), &["quiet", "--seed=-1"], &["seed"]);
    assert!(
        !at("magpie-out").exists(),
        "nothing ran, so nothing is written"
    );
}
