//! The three checks that are cargo's own: format, lints, documentation.

use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const FMT_HELP: &str = "
usage: cargo xtask fmt [--check]

Formats the workspace, the flight side, the fuzz targets and the proofs with rustfmt. With --check nothing is written and a difference is an error.";

pub(crate) const CLIPPY_HELP: &str = "
usage: cargo xtask clippy

cargo clippy on all targets of the workspace and of those packages of firmware/ that also build for a host, and on firmware/no-panic; every warning is
an error (pedantic is on, see Cargo.toml). Boards and images exist for bare metal only: `cargo xtask firmware build` compiles them.";

pub(crate) const DOC_HELP: &str = "
usage: cargo xtask doc

cargo doc without dependencies, of the workspace and of the packages of firmware/ that build for a host; every warning is an error.";

/// Own workspaces beside the root one: cargo does not reach them by `--all`.
const OTHER_WORKSPACES: [&str; 4] = [
    "fuzz",
    "conformance/no-std",
    "firmware",
    "firmware/no-panic",
];

/// What of `firmware/` builds for a host: everything that flies but the boards and the images that pick one.
const FLIGHT: [&str; 6] = [
    "magpie-bus",
    "magpie-board",
    "magpie-flight",
    "magpie-orbiter",
    "magpie-rover",
    "magpie-store",
];

/// A cargo command on the packages of the flight side that build for a host, with the target folder of the workspace: most of what they need is the same.
pub(crate) fn flight(subcommand: &str) -> Result<Command, String> {
    let mut command = shell::cargo();
    command
        .args([
            subcommand,
            "--locked",
            "--manifest-path",
            "firmware/Cargo.toml",
        ])
        .arg("--target-dir")
        .arg(shell::target()?);
    for package in FLIGHT {
        command.args(["--package", package]);
    }
    Ok(command)
}

pub(crate) fn fmt(arguments: &[String]) -> Outcome {
    let check: &[&str] = if arguments.iter().any(|argument| argument == "--check") {
        &["--check"]
    } else {
        &[]
    };
    shell::run(shell::cargo().args(["fmt", "--all"]).args(check))?;
    for folder in OTHER_WORKSPACES {
        shell::run(
            shell::cargo()
                .args(["fmt", "--all", "--manifest-path"])
                .arg(format!("{folder}/Cargo.toml"))
                .args(check),
        )?;
    }
    Ok(())
}

pub(crate) fn clippy(_: &[String]) -> Outcome {
    let strict = ["--", "-D", "warnings"];
    let mut workspace = shell::cargo();
    workspace.args(["clippy", "--workspace", "--all-targets"]);
    shell::run(workspace.args(strict))?;
    shell::run(flight("clippy")?.arg("--all-targets").args(strict))?;
    // In release: a library with a panic handler of its own cannot unwind.
    let mut no_panic = shell::cargo();
    no_panic
        .args(["clippy", "--release", "--locked", "--manifest-path"])
        .arg("firmware/no-panic/Cargo.toml")
        .arg("--target-dir")
        .arg(shell::target()?);
    shell::run(no_panic.args(strict))
}

pub(crate) fn doc(_: &[String]) -> Outcome {
    let strict = ("RUSTDOCFLAGS", "-D warnings");
    let mut workspace = shell::cargo();
    workspace.args(["doc", "--workspace", "--no-deps"]);
    shell::run(workspace.env(strict.0, strict.1))?;
    shell::run(flight("doc")?.arg("--no-deps").env(strict.0, strict.1))
}
