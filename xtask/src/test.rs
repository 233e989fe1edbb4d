//! `cargo xtask test`: what the README promises runs all tests, with everything that they need.

use std::path::Path;
use std::process::Command;

use crate::{Outcome, checks, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask test

Checks what the tests need and names it, one line each; builds the program (`cargo build --release -p magpie`), runs `cargo test --workspace`, the
tests of the flight side that run on a host (firmware/: everything but boards and images), then the recordings contract (`shared/acceptance/recordings.py`) if the folder `shared` lies beside the checkout.

environment: MAGPIE_SHARED  another place for that folder
             MAGPIE_DATA    another place for the recordings (default: data in that folder)
             CI=true        a missing Python, or recordings that are there but were not tested, is a failure";

pub(crate) fn run(_: &[String]) -> Outcome {
    let shared = shell::shared();
    let data = std::env::var_os("MAGPIE_DATA")
        .map(Into::into)
        .or_else(|| shared.as_ref().map(|folder| folder.join("data")));
    let data = data.filter(|folder: &std::path::PathBuf| folder.is_dir());
    let contract = shared
        .map(|folder| folder.join("acceptance/recordings.py"))
        .filter(|script| script.is_file());
    say_needs(data.as_deref(), contract.as_deref())?;

    shell::run(shell::cargo().args(["build", "--release", "--package", "magpie"]))?;
    let mut tests = shell::cargo();
    tests.args(["test", "--workspace"]);
    let mut flight = checks::flight("test")?;
    if let Some(folder) = &data {
        // Named in this way the folder must be there: a test that misses it fails instead of skipping itself.
        tests.env("MAGPIE_DATA", folder);
    } else {
        // Lists the tests of recordings as ignored, with the reason, where they cannot run.
        tests.env("RUSTFLAGS", ignoring_recordings());
        // No recordings there, but other flags would compile everything again.
        flight.env("RUSTFLAGS", ignoring_recordings());
    }
    shell::run(&mut tests)?;
    shell::run(&mut flight)?;
    match (contract, &data) {
        (Some(script), Some(folder)) => recordings(&script, folder),
        _ => Ok(()),
    }
}

/// The compiler flags of this call, and the one that makes tests of recordings ignored ones.
fn ignoring_recordings() -> String {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    format!("{flags} --cfg no_recordings").trim().to_owned()
}

/// One line for each thing that the tests use, and what becomes of it here.
fn say_needs(data: Option<&Path>, contract: Option<&Path>) -> Outcome {
    let cargo = shell::capture(shell::cargo().arg("--version"))?;
    println!("needs  cargo            {}", cargo.trim());
    match data {
        Some(folder) => println!("needs  recordings       {}", folder.display()),
        None => println!(
            "needs  recordings       none here (MAGPIE_DATA or ../shared/data): tests on real recordings are ignored"
        ),
    }
    if contract.is_some() {
        let python = shell::need("python3", "python3");
        match &python {
            Ok(()) => println!(
                "needs  python3          {}",
                shell::capture(Command::new("python3").arg("--version"))?.trim()
            ),
            Err(why) => println!("needs  python3          {why}"),
        }
        if shell::on_ci() {
            python?;
        }
    }
    Ok(())
}

/// The contract of `magpie frames`, `decode` and `packets` on real recordings, judged from outside.
fn recordings(script: &Path, data: &Path) -> Outcome {
    if !shell::answers("python3", &["--version"]) {
        println!("skipped: {} (no python3)", script.display());
        return Ok(());
    }
    let program = shell::target()?
        .join("release")
        .join(format!("magpie{}", std::env::consts::EXE_SUFFIX));
    shell::run(Command::new("python3").arg(script).arg(program).arg(data))
}
