//! `cargo xtask no-std`: proof that the core crates need neither `std` nor a heap.
//!
//! `conformance/no-std` is a static library with its own panic handler and no allocator that calls into each core crate. If anything below it used
//! `std`, the compiler would find two panic handlers; if anything used `alloc`, it would miss the global allocator.

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask no-std

Checks wire, coding, link and relay without default features, then builds conformance/no-std: a library for the host with its own panic handler and no
allocator, linked with all four. Any use of std or alloc in them breaks that build; to show that it would, the library is built once more with std
and once with alloc, and both builds must fail for the right reason.";

const CORE: [&str; 4] = [
    "magpie-wire",
    "magpie-coding",
    "magpie-link",
    "magpie-relay",
];

/// A feature of the library that must break its build, and what the compiler says then.
const CONTROLS: [(&str, &str); 2] = [
    ("with-std", "duplicate lang item"),
    ("with-alloc", "no global memory allocator"),
];

pub(crate) fn run(_: &[String]) -> Outcome {
    for package in CORE {
        shell::run(shell::cargo().args(["check", "--no-default-features", "--package", package]))?;
    }
    let folder = shell::target()?.join("no-std");
    let build = |features: &[&str]| {
        let mut build = shell::cargo();
        build
            .args([
                "build",
                "--release",
                "--locked",
                "--manifest-path",
                "conformance/no-std/Cargo.toml",
                "--target-dir",
            ])
            .arg(&folder);
        build.args(features);
        build
    };
    shell::run(&mut build(&[]))?;
    for (feature, complaint) in CONTROLS {
        let output = build(&["--features", feature])
            .output()
            .map_err(|why| format!("cannot start cargo: {why}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || !said.contains(complaint) {
            return Err(format!(
                "the library {feature} should not build ({complaint}): the proof does not prove anything"
            ));
        }
        println!("no-std: {feature}: does not build, as it should ({complaint})");
    }
    Ok(())
}
