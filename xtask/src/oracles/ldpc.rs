//! Parity checks of `ldpc-toolbox` and `labrador-ldpc` (crates), by `conformance/oracles/ldpc_toolbox`.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use super::Lack;
use crate::{Outcome, shell};

pub(super) fn run(_install: bool) -> Result<(), Lack> {
    if shell::run(&mut peer("fetch")).is_err() {
        let what = "a network for the crates ldpc-toolbox and labrador-ldpc";
        return Err(Lack::Missing(what.to_owned()));
    }
    shell::target()
        .and_then(|target| judge(&target.join("oracles")))
        .map_err(Lack::Wrong)
}

/// Cargo on the program outside the workspace.
fn peer(word: &str) -> Command {
    let mut command = shell::cargo();
    command
        .args([word, "--locked", "--manifest-path"])
        .arg(super::source("ldpc_toolbox/Cargo.toml"));
    command
}

fn judge(folder: &Path) -> Outcome {
    let mut encode = shell::cargo();
    encode.args(["run", "--release", "--quiet", "--package", "magpie-coding"]);
    let codewords = shell::capture(encode.args(["--example", "ldpc_codewords"]))?;
    let file = folder.join("ldpc_codewords.txt");
    let told = |why| format!("{}: {why}", file.display());
    fs::create_dir_all(folder).map_err(told)?;
    fs::write(&file, codewords).map_err(told)?;
    let mut judge = peer("run");
    judge
        .args(["--release", "--quiet", "--target-dir"])
        .arg(folder)
        .stdin(File::open(&file).map_err(told)?);
    shell::run(&mut judge)
}
