//! `cargo xtask deep`: what takes minutes. Inputs of 3 GB, with a bound on memory; the whole grid of docs/goodput.md; 100,000 sessions; an hour of
//! noise for the flight computers; long runs of the decoders; a thousand files over one-way passes; two months of a relay; 300 deaths of its processes.

mod codes;
mod inputs;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::{Outcome, bench, firmware, shell};
use inputs::Input;

pub(crate) const HELP: &str = "
usage: cargo xtask deep [inputs [--megabytes N] | goodput [--docs] | sessions | firmware | codes [--slice] | blindcast | soak | kills]

inputs   makes a file of N megabytes (3000 unless told) in the temporary folder (TMPDIR) and runs `magpie packets`, `magpie frames` and
         `magpie decode` on it; fails if one of them does not end with 0 or 2, prints no JSON, or ever has more than 100 MB in memory. Linux only
         (reads /proc).
goodput  measures the sequence-controlled goodput of two endpoints on every channel, round-trip time and loss of docs/goodput.md (on simulated time, some
         minutes of real time); fails if a point lies more than 5 % below the go-back-N bound. With --docs it writes the page's tables and figure.

sessions plays 100,000 seeded sessions of two endpoints with faults, and carries 10 MB over UDP between two processes that lose 5 % of the
         datagrams, in full and in half duplex (some five minutes).

firmware gives an orbiter an hour of noise to hear, on its own clock: in this process, and on an emulated LEON3 (some ten minutes).

codes    runs the decoders long, in release: 10^9 bits of streaming Viterbi at 4.2 dB in ten parts, with all magnitudes of the symbols and with twelve, none
         worse than another or than the union bound; a million Reed-Solomon codewords of 0 to 20 errors and erasures for each code and engine, never a
         wrong one within capacity, beyond it told or another codeword, and how often; 200,000 LDPC blocks in a stream with slips and turned phases
         (some ten minutes). With --slice a fiftieth or so of it, less than a minute beside the build.

blindcast
         sends 1,000 files of up to 20 MB through passes that lose 0 to 90 % until they are whole, in release; none may take more than 2 % and five packets
         beyond its source symbols (some two minutes).

soak     60 sols of a relay with four passes each, losses of power at rover, orbiter and station, a memory that is full twice, three reboots, over five seeds,
         in release: every octet that the rover sent is accounted for, and what the nodes keep does not grow (some two minutes).

kills    runs the test of November 2021 as processes and kills one of them, drawn at random, every 0.7 s, 300 times: the file comes down once and right,
         every octet of every pass is in the accounts, and at most one record in a hundred is missing on Earth (some five minutes).

Without a name it does all of them.";

const PEAK_LIMIT_KB: u64 = 100 * 1000;
const DEFAULT_MEGABYTES: u64 = 3000;

/// One run: what the file holds and what the program is told.
struct Case {
    name: &'static str,
    input: Input,
    before: &'static str,
    after: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "packets",
        input: Input::Packets,
        before: "packets",
        after: &["--json"],
    },
    Case {
        name: "frames, AOS",
        input: Input::AosFrames,
        before: "frames",
        after: &[
            "--type",
            "aos",
            "--len",
            "892",
            "--insert-zone",
            "8",
            "--json",
        ],
    },
    Case {
        name: "frames, noise",
        input: Input::Noise,
        before: "frames",
        after: &[
            "--type",
            "aos",
            "--len",
            "892",
            "--insert-zone",
            "8",
            "--json",
        ],
    },
    Case {
        name: "decode, noise",
        input: Input::Symbols,
        before: "decode",
        after: &["--input", "f32", "--preset", "prox1-conv", "--json"],
    },
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    match arguments.split_first() {
        None => {
            inputs(&[])?;
            goodput(&[])?;
            sessions()?;
            noise()?;
            codes::run(&[])?;
            blindcast()?;
            soak()?;
            kills()
        }
        Some((name, rest)) if name == "inputs" => inputs(rest),
        Some((name, rest)) if name == "goodput" => goodput(rest),
        Some((name, rest)) if name == "codes" => codes::run(rest),
        Some((name, [])) if name == "sessions" => sessions(),
        Some((name, [])) if name == "firmware" => noise(),
        Some((name, [])) if name == "blindcast" => blindcast(),
        Some((name, [])) if name == "soak" => soak(),
        Some((name, [])) if name == "kills" => kills(),
        Some(_) => Err("unknown option, see --help".to_owned()),
    }
}

fn sessions() -> Outcome {
    let swarm = [
        "test",
        "--package",
        "magpie-sim",
        "--test",
        "session_swarm",
        "--",
        "--nocapture",
    ];
    shell::run(shell::cargo().args(swarm).env("MAGPIE_SESSIONS", "100000"))?;
    let megabytes = [
        "test",
        "--package",
        "magpie",
        "--test",
        "link_run_duplex",
        "--",
        "--ignored",
        "--nocapture",
    ];
    shell::run(shell::cargo().args(megabytes))
}

fn kills() -> Outcome {
    let deaths = [
        "test",
        "--package",
        "magpie",
        "--test",
        "up",
        "--",
        "--ignored",
        "--nocapture",
        "three_hundred_deaths",
    ];
    shell::run(shell::cargo().args(deaths))
}

fn noise() -> Outcome {
    firmware::images(&["cortex-m7", "leon3"])?;
    for test in ["flown", "emulated"] {
        let mut hour = shell::cargo();
        hour.args(["test", "--package", "magpie", "--test", test, "--"])
            .args(["--ignored", "--nocapture", "an_hour_of_noise"])
            .env("MAGPIE_FIRMWARE", shell::target()?.join("firmware"));
        shell::run(&mut hour)?;
    }
    Ok(())
}

/// The long tests of a test target of a package, in release.
fn ignored(package: &str, test: &str) -> Outcome {
    let mut command = shell::cargo();
    command.args(["test", "--release", "--package", package, "--test", test]);
    shell::run(command.args(["--", "--ignored", "--nocapture"]))
}

fn blindcast() -> Outcome {
    ignored("magpie-relay", "blindcast_passes")
}

fn soak() -> Outcome {
    ignored("magpie-ground", "soak")
}

fn goodput(arguments: &[String]) -> Outcome {
    let docs = match arguments {
        [] => false,
        [option] if option == "--docs" => true,
        _ => return Err("unknown option, see --help".to_owned()),
    };
    let mut bench = bench::program();
    bench.arg("goodput");
    if docs {
        bench.arg("--docs").arg(shell::root().join("docs"));
    }
    shell::run(&mut bench)
}

fn inputs(arguments: &[String]) -> Outcome {
    let megabytes = match arguments {
        [] => DEFAULT_MEGABYTES,
        [option, number] if option == "--megabytes" => {
            number.parse().map_err(|_| "--megabytes needs a number")?
        }
        _ => return Err("unknown option, see --help".to_owned()),
    };
    shell::run(shell::cargo().args(["build", "--release", "--package", "magpie"]))?;
    let program = shell::target()?.join("release/magpie");
    let folder = tempfile::tempdir().map_err(|why| format!("temporary folder: {why}"))?;
    let file = folder.path().join("input.bin");
    for case in CASES {
        case.input
            .write(&file, megabytes * 1_000_000)
            .map_err(|why| format!("{}: {why}", file.display()))?;
        let start = Instant::now();
        let peak = measured(&program, case, &file, folder.path())?;
        let seconds = start.elapsed().as_secs_f64();
        let line = format!(
            "{}: {megabytes} MB in {seconds:.1} s, peak memory {:.1} MB",
            case.name,
            kilobytes_to_mb(peak)
        );
        if peak > PEAK_LIMIT_KB {
            return Err(format!(
                "{line}, the limit is {:.0} MB",
                kilobytes_to_mb(PEAK_LIMIT_KB)
            ));
        }
        println!("deep: {line}");
    }
    Ok(())
}

/// Runs the case on the file; the peak of resident memory in kB.
fn measured(program: &Path, case: &Case, file: &Path, folder: &Path) -> Result<u64, String> {
    let output = folder.join("output.json");
    let stdout = fs::File::create(&output).map_err(|why| format!("{}: {why}", output.display()))?;
    let mut command = Command::new(program);
    command
        .arg(case.before)
        .arg(file)
        .args(case.after)
        .stdin(Stdio::null())
        .stdout(stdout);
    let child = command
        .spawn()
        .map_err(|why| format!("{}: {why}", program.display()))?;
    let (peak, code) = watch(child).map_err(|why| format!("{}: {why}", case.name))?;
    if !matches!(code, Some(0 | 2)) {
        return Err(format!(
            "{}: ended with {code:?}, expected 0 or 2",
            case.name
        ));
    }
    let text = fs::read_to_string(&output).map_err(|why| format!("{}: {why}", output.display()))?;
    serde_json::from_str::<serde_json::Value>(&text)
        .map_err(|why| format!("{}: not one JSON document: {why}", case.name))?;
    Ok(peak)
}

/// Waits for the child; the kernel's high-water mark never falls, so the last look before the end has the peak.
fn watch(mut child: Child) -> Result<(u64, Option<i32>), String> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        peak = fs::read_to_string(&status)
            .ok()
            .and_then(|text| high_water_mark(&text))
            .unwrap_or(0)
            .max(peak);
        if let Some(ended) = child.try_wait().map_err(|why| why.to_string())? {
            return Ok((peak, ended.code()));
        }
        sleep(Duration::from_millis(5));
    }
}

/// `VmHWM` of a process status in kB.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[expect(clippy::cast_precision_loss, reason = "a figure for the eye")]
fn kilobytes_to_mb(kilobytes: u64) -> f64 {
    kilobytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_from_a_process_status() {
        // Lines as proc(5) shows them.
        assert_eq!(
            high_water_mark(
                "Name:\tmagpie\nVmPeak:\t  9999 kB\nVmHWM:\t    5036 kB\nVmRSS:\t 4000 kB\n"
            ),
            Some(5036)
        );
        assert_eq!(high_water_mark("Name:\tmagpie\n"), None);
    }
}
