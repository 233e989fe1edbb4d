//! `cargo xtask bench`: how fast the codes are, beside other people's; what a frame of the link costs. Numbers for people, never a test: they depend on the
//! machine and on who else uses it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask bench [JOB…] [--json] [--quick] [--no-peers]
       cargo xtask bench link [--json]

Builds bench/ in release and times every code on one thread, on each engine that the machine has, beside other people's programs on the same input, in
turns: medians, ratios, what was asked for. With --json one JSON document on standard output. --quick only shows that it works. Peers that are missing are
left out with a line on standard error:

  crates of the registry   bench/peers-rs, a workspace of its own, built on first use (a network, or cargo's cache)
  libfec                   bench/peers/libfec.c, if a C compiler and libfec-dev are there
  GNU Radio                bench/peers/gnuradio_fec.py, if Debian's gnuradio is there

Nothing of them is linked into Magpie.

link     the octets of an endpoint and the nanoseconds that a frame of the link layer costs on its way out and in, by service and length: the median of
         many batches, what the copies of its octets cost in the same run, what is left (budget 1000 ns), and the CRC-32 of the frame. See
         docs/performance.md.";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut bench = program();
    if let Some((first, rest)) = arguments.split_first()
        && first == "link"
    {
        bench.arg("link");
        return match rest {
            [] => shell::run(&mut bench),
            [option] if option == "--json" => shell::run(bench.arg("--json")),
            _ => Err("unknown option, see --help".to_owned()),
        };
    }
    bench.arg("codes");
    let mut peers = true;
    for argument in arguments {
        match argument.as_str() {
            "--no-peers" => peers = false,
            "--json" | "--quick" => {
                bench.arg(argument);
            }
            job if !job.starts_with('-') => {
                bench.arg(job);
            }
            _ => return Err("unknown option, see --help".to_owned()),
        }
    }
    if peers {
        bench.arg("--peers").arg(gather()?);
    }
    shell::run(&mut bench)
}

/// The program of `bench/`, built in release.
pub(crate) fn program() -> Command {
    let mut command = shell::cargo();
    command.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "magpie-bench",
        "--",
    ]);
    command
}

/// Builds what can be built of the peers and puts it into one folder.
fn gather() -> Result<PathBuf, String> {
    let target = shell::target()?.join("peers");
    let folder = target.join("programs");
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let sources = shell::root().join("bench");
    missing("crates", crates(&sources, &target, &folder));
    missing("libfec", libfec(&sources, &folder));
    missing("gnuradio", gnuradio(&sources, &folder));
    Ok(folder)
}

fn missing(name: &str, result: Outcome) {
    if let Err(why) = result {
        eprintln!("peers: {name} left out: {why}");
    }
}

fn crates(sources: &Path, target: &Path, folder: &Path) -> Outcome {
    let mut build = shell::cargo();
    build
        // One of them asks for a newer compiler than it needs.
        .args([
            "build",
            "--release",
            "--quiet",
            "--locked",
            "--ignore-rust-version",
        ])
        .arg("--manifest-path")
        .arg(sources.join("peers-rs/Cargo.toml"))
        .arg("--target-dir")
        .arg(target);
    shell::run(&mut build)?;
    let name = "magpie-bench-peers";
    copy(&target.join("release").join(name), &folder.join(name))
}

fn libfec(sources: &Path, folder: &Path) -> Outcome {
    if !Path::new("/usr/include/fec.h").exists() || !shell::answers("cc", &["--version"]) {
        return Err("needs a C compiler and libfec-dev".to_owned());
    }
    let mut compile = Command::new("cc");
    compile
        .args(["-O2", "-Wall", "-o"])
        .arg(folder.join("libfec"))
        .arg(sources.join("peers/libfec.c"))
        .arg("-lfec");
    shell::run(&mut compile)
}

/// Debian's GNU Radio belongs to the system's Python, which the script names; it says itself if a module is missing.
fn gnuradio(sources: &Path, folder: &Path) -> Outcome {
    let name = "gnuradio_fec.py";
    copy(&sources.join("peers").join(name), &folder.join(name))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    // A running program cannot be written over.
    let _ = fs::remove_file(to);
    fs::copy(from, to)
        .map(|_| ())
        .map_err(|why| format!("{}: {why}", from.display()))
}
