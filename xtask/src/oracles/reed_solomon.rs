//! Check symbols of `reed-solomon-ccsds` (registry of Python packages), by `conformance/oracles/rs_ccsds.py`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Lack, octets};
use crate::{Outcome, shell};

const PACKAGE: &str = "reed-solomon-ccsds==1.0.3";
const FRAMES: usize = 20;
/// Interleave, basis.
const CASES: [(usize, &str); 8] = [
    (1, "dual"),
    (2, "dual"),
    (3, "dual"),
    (4, "dual"),
    (5, "dual"),
    (8, "dual"),
    (1, "conventional"),
    (5, "conventional"),
];

pub(super) fn run(install: bool) -> Result<(), Lack> {
    let python = environment(install).map_err(Lack::Missing)?;
    judge(&python).map_err(Lack::Wrong)
}

/// The Python of a virtual environment that has the package.
fn environment(install: bool) -> Result<PathBuf, String> {
    let folder = shell::target()?.join("oracles/python");
    let python = folder.join("bin/python");
    if shell::answers(&python, &["-c", "import reed_solomon_ccsds"]) {
        return Ok(python);
    }
    let lacking = |what: &str| format!("{what} for the Python package {PACKAGE}");
    if !shell::answers("python3", &["-c", "import ensurepip, venv"]) {
        if install {
            shell::apt_install(&["python3-venv"])?;
        } else {
            return Err(lacking("python3-venv"));
        }
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        .map_err(|_| lacking("a virtual environment"))?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    shell::run(pip.arg(PACKAGE)).map_err(|_| lacking("a network"))?;
    Ok(python)
}

fn judge(python: &Path) -> Outcome {
    shell::run(shell::cargo().args(["build", "--release", "--package", "magpie"]))?;
    let folder = tempfile::tempdir().map_err(|why| format!("temporary folder: {why}"))?;
    let (frames, cadus) = (folder.path().join("frames"), folder.path().join("cadus"));
    for (interleave, basis) in CASES {
        let frame_len = 223 * interleave;
        fs::write(&frames, octets(FRAMES * frame_len))
            .map_err(|why| format!("{}: {why}", frames.display()))?;
        let told = [
            ("--frame-len", frame_len.to_string()),
            ("--interleave", interleave.to_string()),
            ("--basis", basis.to_owned()),
        ];
        let mut encode = Command::new(shell::target()?.join("release/magpie"));
        encode.arg("encode").arg(&frames).args(["--as", "cadu"]);
        encode.args(["--randomizer", "none", "--format", "octets", "--out"]);
        encode.arg(&cadus);
        let mut script = Command::new(python);
        script
            .arg(super::source("rs_ccsds.py"))
            .arg(&frames)
            .arg(&cadus);
        for (option, value) in &told {
            encode.args([option, value.as_str()]);
            script.args([option, value.as_str()]);
        }
        shell::run(&mut encode)?;
        shell::run(&mut script)?;
    }
    Ok(())
}
