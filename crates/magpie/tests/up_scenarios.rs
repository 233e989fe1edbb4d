//! The other scenarios of `magpie up`: several rovers and orbiters at one time, and the far side of the Moon.

use serde_json::Value;

mod program;
use program::{Scratch, run};

/// Runs a scenario that the program brings along to its end.
fn verdict(name: &str) -> Value {
    let scratch = Scratch::new();
    let ran = run(["up", name, "--json", "--out", &scratch.path("run")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()
}

/// A figure of a process, over all labels that have this text.
fn figure(verdict: &Value, process: &str, name: &str, label: &str) -> u64 {
    let processes = verdict["processes"].as_array().unwrap();
    let process = processes.iter().find(|found| found["name"] == process);
    let figures = process.unwrap()["figures"].as_object().unwrap();
    let some = figures
        .iter()
        .filter(|(key, _)| key.starts_with(name) && key.contains(label));
    some.map(|(_, value)| value.as_u64().unwrap()).sum()
}

#[test]
fn two_rovers_and_two_orbiters_at_one_time_on_two_channels() {
    let verdict = verdict("relay-two-by-two");
    let files = verdict["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    let air = |what: &str| {
        figure(
            &verdict,
            "channel",
            "air_datagrams_total",
            &format!("what=\"{what}\""),
        )
    };
    // Every signal reaches both orbiters; the one on the other channel is not heard, and spoils nothing.
    assert!(air("other_channel") > 100, "{verdict}");
    assert_eq!(air("interfered"), 0, "{verdict}");
    // The second rover's file came by both orbiters: its 321 source symbols were not in the short pass alone.
    let passes = verdict["passes"].as_array().unwrap();
    let short = &passes.iter().find(|pass| pass["pass"] == 2).unwrap()["accounts"][0];
    let came = short["offered"]["units"].as_u64().unwrap();
    assert_eq!(short["node"], "second");
    assert!((1..321).contains(&came), "{short}");
}

#[test]
fn a_lander_on_the_far_side_needs_two_passes_of_its_satellite() {
    let verdict = verdict("relay-moon");
    let passes = verdict["passes"].as_array().unwrap();
    let heard = |pass: &Value| pass["accounts"][0]["offered"]["units"].as_u64().unwrap();
    // 1,400,017 octets in symbols of 900.
    assert!(heard(&passes[0]) < 1_556, "{verdict}");
    assert!(heard(&passes[1]) > 0, "the second pass brought the rest");
    assert!(figure(&verdict, "queqiao-2", "earth_frames_total", "") > 1_000);
}
