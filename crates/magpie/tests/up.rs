//! `magpie up` as a user runs it: the test of November 2021 as four processes, each of which is killed once.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

mod program;
use program::{Scratch, finished, line, magpie};

/// Long beyond anything that a slow machine needs; only so that a test ends.
const PATIENCE: Duration = Duration::from_secs(240);

/// The run's file, once every process has been started so often.
fn run_file(path: &str, starts: u64) -> Value {
    let began = Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if let Ok(run) = serde_json::from_str::<Value>(&text) {
            let sum = |run: &Value| -> u64 {
                let processes = run["processes"].as_array().unwrap();
                processes
                    .iter()
                    .map(|process| process["starts"].as_u64().unwrap())
                    .sum()
            };
            if sum(&run) >= starts {
                return run;
            }
        }
        assert!(began.elapsed() < PATIENCE, "{path}: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ends a process without any warning.
fn kill(run: &Value, name: &str) {
    let processes = run["processes"].as_array().unwrap();
    let process = processes.iter().find(|process| process["name"] == name);
    let pid = process.unwrap()["pid"].as_u64().unwrap();
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(killed.unwrap().success(), "{name}");
}

/// Waits until the log of a process says these words.
fn heard(log: &str, words: &str) {
    let began = Instant::now();
    while !std::fs::read_to_string(log)
        .unwrap_or_default()
        .contains(words)
    {
        assert!(began.elapsed() < PATIENCE, "{log}: no `{words}`");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_test_of_2021_survives_the_death_of_each_process() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    let child = magpie()
        .args(["up", "relay-2021", "--json", "--out", &out])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let at = |name: &str| format!("{out}/{name}");
    let run = run_file(&at("run.json"), 4);
    // The rover while it sends, the orbiter while it listens, the station while a recording comes, the channel with a recording on its way.
    heard(&at("zhurong.log"), "pass 1: transmits");
    kill(&run, "zhurong");
    heard(&at("mars-express.log"), "pass 2: listens");
    kill(&run, "mars-express");
    heard(&at("darmstadt.log"), "pass 2: first record");
    kill(&run, "darmstadt");
    heard(&at("mars-express.log"), "pass 3: over");
    kill(&run, "channel");
    let run = run_file(&at("run.json"), 8);
    assert!(
        run["processes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|process| process["starts"] == 2)
    );
    let ran = finished(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let verdict = ran.json();
    assert_eq!(verdict["complete"], true);
    assert_eq!(verdict["surplus"].as_array().unwrap().len(), 0);
    // The picture of `magpie relay`; its sum is in the README.
    let picture = std::fs::read(at("darmstadt-files/synthetic-mars-horizon.pgm")).unwrap();
    assert_eq!(picture.len(), 232_995);
    assert!(program::sha256(&picture).starts_with("b04b3be9cf1c"));
    check_accounts(&verdict);
    assert_eq!(
        ran.stderr.matches("is whole").count(),
        1,
        "delivered once\n{}",
        ran.stderr
    );
    assert!(Path::new(&at("accounts.csv")).exists());
    // The folder of a run is never written over.
    line(&format!("up relay-2021 --out {out}")).refused(&["is not empty"]);
}

/// What the orbiter heard it recorded or refused; what came down was recorded; four passes were spoiled, the fourth was not.
fn check_accounts(verdict: &Value) {
    let passes = verdict["passes"].as_array().unwrap();
    assert_eq!(passes.len(), 5, "{passes:?}");
    for pass in &passes[..4] {
        let account = |node: &str| {
            let accounts = pass["accounts"].as_array().unwrap();
            let found = accounts.iter().find(|account| account["node"] == node);
            found.unwrap_or_else(|| panic!("{node}: {pass}")).clone()
        };
        let lost = |account: &Value| -> u64 {
            let lost = account["lost"].as_array().unwrap();
            lost.iter()
                .map(|lost| lost["units"].as_u64().unwrap())
                .sum()
        };
        let above = account("mars-express");
        assert_eq!(above["under_way_octets"], 0, "{pass}");
        let recorded = above["delivered"]["units"].as_u64().unwrap() + lost(&above);
        assert!(recorded > 1_000, "{pass}");
        assert_eq!(lost(&above) == 0, pass["pass"] == 4, "{pass}");
        if pass["pass"] != 3 && pass["pass"] != 4 {
            // Three dumps and no death of the channel meanwhile: everything that was recorded came down.
            assert_eq!(account("darmstadt")["offered"]["units"], recorded, "{pass}");
        }
    }
}

#[test]
fn a_scenario_that_cannot_be_is_refused_with_its_file_and_the_key() {
    let scratch = Scratch::new();
    let good = include_str!("../../../scenarios/relay-2021.toml");
    let refused = |from: &str, to: &str, words: &[&str]| {
        assert!(good.contains(from), "{from}");
        let file = scratch.file("bad.toml", good.replacen(from, to, 1).as_bytes());
        let out = scratch.path("run");
        line(&format!("up {file} --out {out}")).refused(&[&["bad.toml: "], words].concat());
        assert!(!Path::new(&out).exists(), "nothing is written for it");
    };
    refused("seed = 2021", "sead = 2021", &["unknown field `sead`"]);
    refused(
        "scid = 82",
        "scid = 1082",
        &["rover[0].settings.scid: 1082 has more than 10 bits"],
    );
    refused(
        "zhurong.radio",
        "zhurong.earth",
        &["channel.route[0].from = zhurong.earth: no node has this port"],
    );
    refused(
        "picture = [660, 353]",
        "files = [\"no-such-file\"]",
        &["no-such-file: "],
    );
    refused("loss = 0.02", "loss = 2", &["route[0].loss = 2"]);
    line("up no-such-scenario.toml").refused(&["no-such-scenario.toml: "]);
}
