//! I/Q recordings that are not ours for `magpie listen`, and `magpie transmit` for a receiver that is not ours.
//!
//! `conformance/oracles/radio`: a `NumPy` modulator makes recordings with known faults, GNU Radio modulates some more and demodulates what we send.
//! Without GNU Radio its part is left out.

mod judge;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use self::judge::{Expected, Heard, Report};
use super::Lack;
use crate::{Outcome, shell};

/// The system's Python is the one that knows GNU Radio; any with `NumPy` makes the recordings.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];

/// What GNU Radio must understand of ours: symbols a second, coding, samples a second.
const SENT: [(&str, &str, &str); 3] = [
    ("8000", "uncoded", "256000"),
    ("16000", "conv", "256000"),
    ("64000", "conv", "512000"),
];

pub(super) fn run(install: bool) -> Result<(), Lack> {
    let found = || python("numpy");
    if install && found().is_none() {
        shell::apt_install(&["python3-numpy"]).map_err(Lack::Missing)?;
    }
    let Some(python) = found() else {
        return Err(Lack::Missing("a Python 3 with NumPy".to_owned()));
    };
    judge_all(python).map_err(Lack::Wrong)
}

/// The first Python that has the modules.
fn python(modules: &str) -> Option<&'static str> {
    let import = format!("import {modules}");
    PYTHONS
        .into_iter()
        .find(|python| shell::answers(python, &["-c", &import]))
}

/// A script of `conformance/oracles/radio`; leaves no compiled files in the checkout.
fn script(python: &str, name: &str) -> Command {
    let mut command = Command::new(python);
    command.arg("-B").arg(super::source("radio").join(name));
    command
}

fn judge_all(numpy: &str) -> Outcome {
    shell::run(shell::cargo().args(["build", "--release", "--package", "magpie"]))?;
    let magpie = shell::target()?.join("release/magpie");
    let folder = tempfile::tempdir().map_err(|why| format!("temporary folder: {why}"))?;
    let folder = folder.path();
    shell::run(script(numpy, "recordings.py").arg(folder))?;
    let checked = shell::capture(script(numpy, "selfcheck.py").arg(folder))?;
    println!("oracles: {}", checked.trim().lines().last().unwrap_or("?"));
    let gnuradio = python("gnuradio.gr, numpy");
    match gnuradio {
        Some(python) => shell::run(script(python, "gnuradio_modulate.py").arg(folder))?,
        None => println!("skipped: GNU Radio's part of the radio needs gnuradio"),
    }
    let mut failed = listen_to_all(&magpie, folder)?;
    if let Some(python) = gnuradio {
        failed += transmit_all(&magpie, python, folder)?;
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} rows are not as they should be")),
    }
}

/// Every recording in the folder, once told nothing and once told rate and coding. How many rows were wrong.
fn listen_to_all(magpie: &Path, folder: &Path) -> Result<usize, String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|why| format!("{}: {why}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.to_string_lossy().ends_with(".expected.json"))
        .collect();
    files.sort();
    println!("{}", Report::HEADING);
    let mut failed = 0;
    for file in files {
        let expected: Expected = read(&file)?;
        let meta = folder.join(format!("{}.sigmf-meta", expected.name));
        let told: Vec<&str> = expected.told.iter().map(String::as_str).collect();
        for (mode, options) in [("blind", [].as_slice()), ("told", &told)] {
            let report = listen(magpie, &meta, options, &expected)?;
            failed += usize::from(!report.complaints.is_empty());
            println!("{}", report.row(&expected.name, mode));
        }
    }
    Ok(failed)
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, String> {
    let told = |why: String| format!("{}: {why}", file.display());
    let text = fs::read_to_string(file).map_err(|why| told(why.to_string()))?;
    serde_json::from_str(&text).map_err(|why| told(why.to_string()))
}

/// One recording through `magpie listen`.
fn listen(
    magpie: &Path,
    meta: &Path,
    options: &[&str],
    expected: &Expected,
) -> Result<Report, String> {
    let out = meta.with_extension("frames");
    let _ = fs::remove_file(&out); // of the run before
    let output = Command::new(magpie)
        .arg("listen")
        .arg(meta)
        .args(options)
        .args(["--json", "--out"])
        .arg(&out)
        .stdin(Stdio::null())
        .output()
        .map_err(|why| format!("cannot start magpie: {why}"))?;
    let code = output.status.code().unwrap_or(-1);
    let Ok(heard) = serde_json::from_slice::<Heard>(&output.stdout) else {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.trim().lines().last().unwrap_or("no message");
        return Ok(Report::nothing(format!(
            "exit code {code}, no JSON: {last}"
        )));
    };
    let frames = fs::read(&out).unwrap_or_default();
    Ok(judge::judge(expected, &heard, code, &frames))
}

/// What `magpie transmit` makes, to GNU Radio. How many were wrong.
fn transmit_all(magpie: &Path, python: &str, folder: &Path) -> Result<usize, String> {
    let clean: Expected = read(&folder.join("clean.expected.json"))?;
    let (frames, samples) = (folder.join("sent.frames"), folder.join("sent.cf32"));
    fs::write(&frames, clean.octets()?).map_err(|why| format!("{}: {why}", frames.display()))?;
    let mut failed = 0;
    for (rate, coding, sample_rate) in SENT {
        let mut transmit = Command::new(magpie);
        transmit.arg("transmit").arg(&frames);
        transmit.args(["--rate", rate, "--coding", coding, "--sample-rate"]);
        transmit.args([sample_rate, "--format", "cf32", "--out"]);
        shell::run(transmit.arg(&samples))?;
        let mut receive = script(python, "gnuradio_demodulate.py");
        receive.arg(&samples).arg(&frames);
        receive.args(["--sample-rate", sample_rate, "--symbol-rate", rate]);
        failed += usize::from(shell::run(receive.args(["--coding", coding])).is_err());
    }
    Ok(failed)
}

/// Octets of hexadecimal digits.
fn from_hex(digits: &str) -> Result<Vec<u8>, String> {
    let pair = |at: usize| digits.get(at..at + 2).unwrap_or("?");
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(pair(at), 16).map_err(|why| format!("{}: {why}", pair(at))))
        .collect()
}

/// The other way round.
fn to_hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}"); // a String takes everything
        text
    })
}
