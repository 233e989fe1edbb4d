//! `magpie relay` with flight computers: one command, one report. In this process, so that it needs no emulator.

use serde_json::Value;

mod program;
use program::{Scratch, line, sha256};

#[test]
fn the_flight_programs_bring_the_file_and_the_report_names_them() {
    let place = Scratch::new();
    let octets: Vec<u8> = (0..3_000_u32).map(|n| (n * n % 251) as u8).collect();
    let payload = place.file("map.bin", &octets);
    for mode in ["blind", "hailed"] {
        let out = place.path(mode);
        let ran = line(&format!(
            "relay --rover in-process --orbiter in-process --mode {mode} --payload {payload} --out {out} --json"
        ));
        assert_eq!(ran.code, 0, "{mode}: {}", ran.stderr);
        let report = ran.json();
        let file = &report["delivered"][0];
        assert_eq!(file["sha256"], Value::from(sha256(&octets)), "{mode}");
        let delivered = std::fs::read(format!("{out}/delivered/map.bin")).unwrap();
        assert_eq!(delivered, octets);
        let machines = report["machines"].as_array().unwrap();
        let roles: Vec<_> = machines
            .iter()
            .map(|m| m["role"].as_str().unwrap())
            .collect();
        assert_eq!(roles, ["rover", "orbiter"]);
        assert_eq!(machines[1]["boots"], serde_json::json!(["PowerOn"]));
        let recorded = &machines[1]["counters"]["store_records"];
        assert!(recorded.as_u64().unwrap() > 10);
        let page = std::fs::read_to_string(format!("{out}/report.html")).unwrap();
        assert!(page.contains("The flight computers") && page.contains("store_records"));
        // What every hop let go is what the next one began with; the team used each frame once.
        let hops = report["passes"][0]["hops"].as_array().unwrap();
        assert_eq!(hops[0]["name"], "rover");
        assert!(hops[0]["units_in"].as_u64().unwrap() >= 13);
    }
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let place = Scratch::new();
    let payload = place.file("a.bin", &[7; 1_500]);
    let play = |name: &str, seed: u32| {
        let out = place.path(name);
        let ran = line(&format!(
            "relay --rover in-process --orbiter in-process --payload {payload} --seed {seed} --out {out} --json"
        ));
        let mut report = ran.json();
        report["wall_s"] = Value::Null;
        report
    };
    assert_eq!(play("a", 3), play("b", 3));
    assert_ne!(play("c", 3), play("d", 4));
}

#[test]
fn what_flight_computers_cannot_play_is_refused() {
    let both = "--rover in-process --orbiter in-process";
    line(&format!("relay {both} zhurong-mex-2021")).refused(&["2021-11-07", "interface_faults"]);
    line("relay --rover in-process").refused(&["--orbiter"]);
    line("relay --rover emulated:z80 --orbiter in-process").refused(&["z80", "cortex-m7"]);
    line("relay --rover somewhere --orbiter in-process").refused(&["emulated:TARGET"]);
    let folder = Scratch::new();
    let empty = folder.path("");
    line(&format!(
        "relay --rover emulated:leon3 --orbiter in-process --firmware {empty}"
    ))
    .refused(&["leon3", "cargo xtask firmware build leon3"]);
    let other =
        include_str!("../../../scenarios/emulated.toml").replace("apid = 1024", "apid = 1025");
    let other = folder.file("other.toml", other.as_bytes());
    line(&format!("relay {both} {other}")).refused(&["rover.apid = 1025", "1024"]);
}
