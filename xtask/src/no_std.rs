//! `cargo xtask no-std`: proof that the core crates need neither `std` nor a heap.
//!
//! `conformance/no-std` is a static library with its own panic handler and no allocator that calls into each core crate. If anything below it used
//! `std`, the compiler would find two panic handlers; if anything used `alloc`, it would miss the global allocator.

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask no-std

Checks wire, coding and link without default features, then builds conformance/no-std: a library for the host with its own panic handler and no
allocator, linked with all three. Any use of std or alloc in them breaks that build.";

const CORE: [&str; 3] = ["magpie-wire", "magpie-coding", "magpie-link"];

pub(crate) fn run(_: &[String]) -> Outcome {
    for package in CORE {
        shell::run(shell::cargo().args(["check", "--no-default-features", "--package", package]))?;
    }
    let folder = shell::target()?.join("no-std");
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
        .arg(folder);
    shell::run(&mut build)
}
