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

/// Deaths of the long run, all together and in one run of the scenario.
const DEATHS: u64 = 300;
const DEATHS_A_RUN: u64 = 60;

/// Numbers that look random and are the same each time (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// What a run with many deaths brought.
#[derive(Debug, Default)]
struct Toll {
    deaths: u64,
    recorded: u64,
    came_down: u64,
}

/// Runs the whole scenario and kills a process, drawn at random, some 0.7 s after the last one is back.
fn run_with_deaths(seed: u64, deaths: u64) -> Toll {
    let (scratch, mut random) = (Scratch::new(), Random(seed));
    let out = scratch.path("run");
    let mut child = magpie()
        .args(["up", "--to-the-end", "--json", "--out", &out])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Nobody reads what it logs before it ends, so the log goes to its files here.
    let mut log = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut log, &mut text).map(|_| text)
    });
    let path = format!("{out}/run.json");
    let mut toll = Toll::default();
    while toll.deaths < deaths {
        let run = run_file(&path, 4 + toll.deaths);
        std::thread::sleep(Duration::from_millis(100 + random.below(1_000)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        let names = ["zhurong", "mars-express", "darmstadt", "channel"];
        kill(&run, names[usize::try_from(random.below(4)).unwrap()]);
        toll.deaths += 1;
    }
    let ran = finished(child.wait_with_output().unwrap());
    let log = log.join().unwrap().unwrap();
    assert_eq!(ran.code, 0, "seed {seed}\n{log}");
    let verdict = ran.json();
    assert_eq!(verdict["surplus"].as_array().unwrap().len(), 0);
    let new = log.matches("octets is whole").count() - log.matches("which was there").count();
    assert_eq!(new, 1, "seed {seed}: delivered once\n{log}");
    for pass in verdict["passes"].as_array().unwrap() {
        for account in pass["accounts"].as_array().unwrap() {
            let units = |value: &Value| value["units"].as_u64().unwrap();
            assert_eq!(account["under_way_octets"], 0, "seed {seed}: {account}");
            match account["node"].as_str().unwrap() {
                "mars-express" => {
                    let lost: u64 = account["lost"].as_array().unwrap().iter().map(units).sum();
                    toll.recorded += units(&account["delivered"]) + lost;
                }
                _ => toll.came_down += units(&account["offered"]),
            }
        }
    }
    assert!(
        toll.came_down > 0 && toll.came_down <= toll.recorded,
        "seed {seed}: {toll:?}"
    );
    toll
}

#[test]
#[ignore = "minutes: cargo xtask deep kills"]
fn three_hundred_deaths() {
    let mut toll = Toll::default();
    for seed in 0.. {
        let run = run_with_deaths(seed, DEATHS_A_RUN);
        println!("run {seed}: {run:?}");
        toll.deaths += run.deaths;
        toll.recorded += run.recorded;
        toll.came_down += run.came_down;
        if toll.deaths >= DEATHS {
            break;
        }
    }
    println!("together: {toll:?}");
    // Each recording goes down three times; what came down in none of them is known to be missing.
    assert!(
        (toll.recorded - toll.came_down) * 100 < toll.recorded,
        "{toll:?}"
    );
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
