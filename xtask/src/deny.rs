//! `cargo xtask deny`: what we link may be linked (licences), is there once (bans) and comes from the registry (sources).

use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask deny

cargo-deny with deny.toml: licences, bans, sources, and known vulnerabilities where the advisory database can be fetched. cargo-deny is taken from
PATH, else installed once into <target>/tools.";

pub(crate) fn run(_: &[String]) -> Outcome {
    let deny = shell::tool("cargo-deny")?;
    let check = |what: &[&str]| {
        let mut command = Command::new(&deny);
        command
            .current_dir(shell::root())
            .args(["--log-level", "warn", "check", "--hide-inclusion-graph"])
            .args(what);
        command
    };
    shell::run(&mut check(&["licenses", "bans", "sources"]))?;
    let fetched = Command::new(&deny)
        .current_dir(shell::root())
        .args(["--log-level", "off", "fetch", "db"])
        .output();
    if fetched.is_ok_and(|output| output.status.success()) {
        shell::run(&mut check(&["advisories"]))
    } else {
        println!("skipped: advisories (their database cannot be fetched from here)");
        Ok(())
    }
}
