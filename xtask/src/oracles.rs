//! `cargo xtask oracles`: what we send, judged by programs that are not ours.
//!
//! `conformance/oracles/gnuradio_decode.py` lets GNU Radio and gr-satellites decode symbols and compares the frames; `libfec_check.c` compares Reed-Solomon
//! parities and Viterbi output with libfec. Both programs are peers from outside: nothing of them is linked into Magpie.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask oracles [--install] [--optional]

Encodes frames with `magpie encode` and lets GNU Radio + gr-satellites decode them; lets libfec check our Reed-Solomon parities and convolutional
code. --install gets the packages with apt-get (as root); CI=true does so unasked. --optional: what is missing then is skipped with a line.";

const PACKAGES: [&str; 4] = ["gnuradio", "gr-satellites", "libfec-dev", "gcc"];
/// Debian's GNU Radio belongs to the system's Python, not to one that stands first in PATH.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";
const FRAMES: usize = 60;

/// One signal that the peers must understand: how we make it, and what the decoder is told.
struct Signal {
    name: &'static str,
    /// Octets in a frame before Reed-Solomon.
    frame_len: usize,
    /// Options of `magpie encode`, after file and before `--out`.
    encode: &'static [&'static str],
    /// Options of `gnuradio_decode.py`.
    decode: &'static [&'static str],
}

const SIGNALS: &[Signal] = &[
    Signal {
        name: "concatenated, interleave 1",
        frame_len: 223,
        encode: &[
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
        decode: &["--frame-len", "223", "--interleave", "1", "--convolutional"],
    },
    Signal {
        name: "concatenated, interleave 5",
        frame_len: 1115,
        encode: &[
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
        decode: &[
            "--frame-len",
            "1115",
            "--interleave",
            "5",
            "--convolutional",
        ],
    },
    Signal {
        name: "Reed-Solomon only, interleave 5",
        frame_len: 1115,
        encode: &[
            "--as",
            "cadu",
            "--frame-len",
            "1115",
            "--interleave",
            "5",
            "--randomizer",
            "short",
        ],
        decode: &["--frame-len", "1115", "--interleave", "5"],
    },
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    if asked("--install") || (shell::on_ci() && shell::is_root() && !installed()) {
        shell::apt_install(&PACKAGES)?;
    }
    if !installed() {
        let line = format!(
            "needs {} (as root: cargo xtask oracles --install)",
            PACKAGES.join(", ")
        );
        if asked("--optional") {
            println!("skipped: {line}");
            return Ok(());
        }
        return Err(line);
    }
    shell::run(shell::cargo().args(["build", "--release", "--package", "magpie"]))?;
    let folder = tempfile::tempdir().map_err(|why| format!("temporary folder: {why}"))?;
    for signal in SIGNALS {
        gnuradio(signal, folder.path())?;
    }
    libfec(folder.path())
}

fn installed() -> bool {
    let modules = shell::answers(
        SYSTEM_PYTHON,
        &["-c", "import gnuradio.gr, numpy, satellites"],
    );
    modules && Path::new("/usr/include/fec.h").exists() && shell::answers("cc", &["--version"])
}

fn magpie() -> Result<Command, String> {
    Ok(Command::new(shell::target()?.join("release/magpie")))
}

/// Frames of all kinds of octets, encoded by us, decoded by GNU Radio, compared octet by octet.
fn gnuradio(signal: &Signal, folder: &Path) -> Outcome {
    let (frames, symbols) = (folder.join("frames.bin"), folder.join("symbols.f32"));
    fs::write(&frames, octets(FRAMES * signal.frame_len))
        .map_err(|why| format!("{}: {why}", frames.display()))?;
    let mut encode = magpie()?;
    encode
        .arg("encode")
        .arg(&frames)
        .args(signal.encode)
        .args(["--format", "f32", "--out"])
        .arg(&symbols);
    shell::run(&mut encode)?;
    let mut decode = Command::new(SYSTEM_PYTHON);
    decode
        .arg(shell::root().join("conformance/oracles/gnuradio_decode.py"))
        .arg(&frames)
        .arg(&symbols)
        .args(signal.decode);
    println!("oracles: {}", signal.name);
    shell::run(&mut decode)
}

/// Compiles and runs the comparison with libfec.
fn libfec(folder: &Path) -> Outcome {
    let (frames, symbols, program) = (
        folder.join("frames.bin"),
        folder.join("codewords.f32"),
        folder.join("libfec_check"),
    );
    fs::write(&frames, octets(FRAMES * 223))
        .map_err(|why| format!("{}: {why}", frames.display()))?;
    let mut encode = magpie()?;
    encode
        .arg("encode")
        .arg(&frames)
        .args(SIGNALS[0].encode)
        .args(["--format", "f32", "--out"])
        .arg(&symbols);
    shell::run(&mut encode)?;
    let source = shell::root().join("conformance/oracles/libfec_check.c");
    shell::run(
        Command::new("cc")
            .args(["-O2", "-Wall", "-o"])
            .arg(&program)
            .arg(source)
            .args(["-lfec", "-lm"]),
    )?;
    shell::run(Command::new(&program).arg(&frames).arg(&symbols))
}

/// Octets that repeat only after 2^32 steps (a linear congruential generator; its constants are those of Numerical Recipes).
fn octets(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}
