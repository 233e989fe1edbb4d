//! Symbols for GNU Radio and gr-satellites, Reed–Solomon parities and convolutional code for libfec.
//!
//! `gnuradio_decode.py` decodes and compares the frames; `libfec_check.c` compares parities and Viterbi output. `reference_encode.py` first shows that they
//! understand a right signal that is not ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Lack, octets};
use crate::{Outcome, shell};

const PACKAGES: [&str; 4] = ["gnuradio", "gr-satellites", "libfec-dev", "gcc"];
/// Debian's GNU Radio belongs to the system's Python, not to one that stands first in PATH.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";
const FRAMES: usize = 60;

/// One signal that the peers must understand: how we make it, and what the peers are told.
struct Signal {
    name: &'static str,
    /// Octets in a frame before Reed-Solomon.
    frame_len: usize,
    /// Options of `magpie encode` between the input and `--format`.
    magpie: &'static [&'static str],
    /// Options of the scripts.
    peers: &'static [&'static str],
    /// Whether `libfec_check.c` knows it too.
    libfec: bool,
}

const SIGNALS: &[Signal] = &[
    Signal {
        name: "concatenated, interleave 1",
        frame_len: 223,
        magpie: &[
            "--as",
            "cadu",
            "--frame-len",
            "223",
            "--interleave",
            "1",
            "--randomizer",
            "short",
            "--convolutional",
        ],
        peers: &["--frame-len", "223", "--interleave", "1", "--convolutional"],
        libfec: true,
    },
    Signal {
        name: "concatenated, interleave 5",
        frame_len: 1115,
        magpie: &[
            "--as",
            "cadu",
            "--frame-len",
            "1115",
            "--interleave",
            "5",
            "--randomizer",
            "short",
            "--convolutional",
        ],
        peers: &[
            "--frame-len",
            "1115",
            "--interleave",
            "5",
            "--convolutional",
        ],
        libfec: false,
    },
    Signal {
        name: "Reed-Solomon only, interleave 5",
        frame_len: 1115,
        magpie: &[
            "--as",
            "cadu",
            "--frame-len",
            "1115",
            "--interleave",
            "5",
            "--randomizer",
            "short",
        ],
        peers: &["--frame-len", "1115", "--interleave", "5"],
        libfec: false,
    },
];

pub(super) fn run(install: bool) -> Result<(), Lack> {
    if install && !installed() {
        shell::apt_install(&PACKAGES).map_err(Lack::Missing)?;
    }
    if !installed() {
        return Err(Lack::Missing(PACKAGES.join(", ")));
    }
    judge_all().map_err(Lack::Wrong)
}

fn judge_all() -> Outcome {
    shell::run(shell::cargo().args(["build", "--release", "--package", "magpie"]))?;
    let folder = tempfile::tempdir().map_err(|why| format!("temporary folder: {why}"))?;
    for signal in SIGNALS {
        let (frames, symbols) = (
            folder.path().join("frames.bin"),
            folder.path().join("symbols.f32"),
        );
        fs::write(&frames, octets(FRAMES * signal.frame_len))
            .map_err(|why| format!("{}: {why}", frames.display()))?;
        println!("oracles: {}, sent by the reference", signal.name);
        shell::run(
            script("reference_encode.py")
                .arg(&frames)
                .arg(&symbols)
                .args(signal.peers),
        )?;
        judge(signal, &frames, &symbols)?;
        println!("oracles: {}, sent by magpie", signal.name);
        let mut encode = Command::new(shell::target()?.join("release/magpie"));
        encode
            .arg("encode")
            .arg(&frames)
            .args(signal.magpie)
            .args(["--format", "f32", "--out"])
            .arg(&symbols);
        shell::run(&mut encode)?;
        judge(signal, &frames, &symbols)?;
    }
    Ok(())
}

fn installed() -> bool {
    let modules = shell::answers(
        SYSTEM_PYTHON,
        &["-c", "import gnuradio.gr, numpy, satellites"],
    );
    modules && Path::new("/usr/include/fec.h").exists() && shell::answers("cc", &["--version"])
}

/// A script of `conformance/oracles`.
fn script(name: &str) -> Command {
    let mut command = Command::new(SYSTEM_PYTHON);
    command.arg(super::source(name));
    command
}

/// Do the peers get the frames back from the symbols?
fn judge(signal: &Signal, frames: &Path, symbols: &Path) -> Outcome {
    shell::run(
        script("gnuradio_decode.py")
            .arg(frames)
            .arg(symbols)
            .args(signal.peers),
    )?;
    if signal.libfec {
        libfec(frames, symbols)
    } else {
        Ok(())
    }
}

/// Compiles and runs the comparison with libfec.
fn libfec(frames: &Path, symbols: &Path) -> Outcome {
    let program = symbols.with_file_name("libfec_check");
    let source = super::source("libfec_check.c");
    shell::run(
        Command::new("cc")
            .args(["-O2", "-Wall", "-o"])
            .arg(&program)
            .arg(source)
            .arg("-lfec"),
    )?;
    shell::run(Command::new(&program).arg(frames).arg(symbols))
}
