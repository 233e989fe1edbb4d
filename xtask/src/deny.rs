//! `cargo xtask deny`: what we link may be linked (licences), is there once (bans) and comes from the registry (sources).

use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask deny

cargo-deny with deny.toml, on the workspace, the flight side (firmware/, all boards) and firmware/no-panic: licences, bans, sources, and known vulnerabilities where the advisory database can be fetched. cargo-deny is taken from
PATH, else installed once into <target>/tools.";

/// The workspaces of what we hand out. Fuzz targets are run here and linked into nothing.
const MANIFESTS: [&str; 3] = [
    "Cargo.toml",
    "firmware/Cargo.toml",
    "firmware/no-panic/Cargo.toml",
];

pub(crate) fn run(_: &[String]) -> Outcome {
    let deny = shell::tool("cargo-deny")?;
    let in_root = |level: &str, manifest: &str| {
        let mut command = Command::new(&deny);
        command.current_dir(shell::root());
        command.args(["--log-level", level, "--config", "deny.toml"]);
        command.args(["--manifest-path", manifest]);
        command
    };
    let check = |what: &[&str]| -> Outcome {
        for manifest in MANIFESTS {
            let mut command = in_root("warn", manifest);
            command.args(["check", "--hide-inclusion-graph"]);
            // Not every workspace needs every licence of the list.
            shell::run(
                command
                    .args(["--allow", "license-not-encountered"])
                    .args(what),
            )?;
        }
        Ok(())
    };
    check(&["licenses", "bans", "sources"])?;
    let fetched = in_root("off", "Cargo.toml").args(["fetch", "db"]).output();
    if fetched.is_ok_and(|output| output.status.success()) {
        check(&["advisories"])
    } else {
        println!("skipped: advisories (their database cannot be fetched from here)");
        Ok(())
    }
}
