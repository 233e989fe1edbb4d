//! `cargo xtask bench`: what a frame costs. Numbers for people, never a test: they depend on the machine and on who else uses it.

use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask bench [--json]

Builds bench/ in release and prints the octets of an endpoint and the nanoseconds that a frame costs on its way out and in, by service and length: the
median of many batches, what the copies of its octets cost in the same run, what is left (budget 1000 ns), and the CRC-32 of the frame. With --json
one JSON document on standard output. See docs/performance.md.";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut bench = program();
    bench.arg("speed");
    match arguments {
        [] => {}
        [option] if option == "--json" => {
            bench.arg("--json");
        }
        _ => return Err("unknown option, see --help".to_owned()),
    }
    shell::run(&mut bench)
}

/// The program of `bench/`, built in release.
pub(crate) fn program() -> Command {
    let mut command = shell::cargo();
    command.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "magpie-bench",
        "--",
    ]);
    command
}
