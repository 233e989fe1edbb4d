//! The three checks that are cargo's own: format, lints, documentation.

use crate::{Outcome, shell};

pub(crate) const FMT_HELP: &str = "
usage: cargo xtask fmt [--check]

Formats the workspace, the fuzz targets and the no-std proof with rustfmt. With --check nothing is written and a difference is an error.";

pub(crate) const CLIPPY_HELP: &str = "
usage: cargo xtask clippy

cargo clippy on all targets of the workspace; every warning is an error (pedantic is on, see Cargo.toml).";

pub(crate) const DOC_HELP: &str = "
usage: cargo xtask doc

cargo doc without dependencies; every warning is an error.";

/// Own workspaces beside the root one: cargo does not reach them by `--all`.
const OTHER_WORKSPACES: [&str; 2] = ["fuzz", "conformance/no-std"];

pub(crate) fn fmt(arguments: &[String]) -> Outcome {
    let check: &[&str] = if arguments.iter().any(|argument| argument == "--check") {
        &["--check"]
    } else {
        &[]
    };
    shell::run(shell::cargo().args(["fmt", "--all"]).args(check))?;
    for folder in OTHER_WORKSPACES
        .iter()
        .filter(|folder| shell::root().join(folder).join("Cargo.toml").exists())
    {
        shell::run(
            shell::cargo()
                .args(["fmt", "--manifest-path"])
                .arg(format!("{folder}/Cargo.toml"))
                .args(check),
        )?;
    }
    Ok(())
}

pub(crate) fn clippy(_: &[String]) -> Outcome {
    shell::run(shell::cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

pub(crate) fn doc(_: &[String]) -> Outcome {
    shell::run(shell::cargo().env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--workspace",
        "--no-deps",
    ]))
}
