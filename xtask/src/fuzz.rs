//! `cargo xtask fuzz`: every target of `fuzz/` for a while, two at a time.

mod seeds;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask fuzz [--seconds N] [--list] [TARGET]...

Builds the targets of fuzz/ (cargo-fuzz, libFuzzer, address sanitizer; on the stable toolchain by RUSTC_BOOTSTRAP) and runs the named ones, else all, for
N seconds each (30 unless told), two at a time. Starts from fuzz/seeds.toml, keeps what it learns in fuzz/corpus/TARGET (not committed) and writes
an input that breaks a promise to fuzz/artifacts/TARGET. cargo-fuzz is taken from PATH, else installed once into <target>/tools.

example: cargo xtask fuzz --seconds 300 v3 pltu_hunter";

const AT_ONCE: usize = 2;
/// Inputs are short: the largest unit, a CADU of interleave 8, has 2,044 octets.
const MAX_LEN: usize = 4096;

struct Options {
    seconds: u64,
    list: bool,
    targets: Vec<String>,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let folder = shell::root().join("fuzz");
    let known = targets(&folder)?;
    let options = parse(arguments, &known)?;
    if options.list {
        println!("{}", known.join("\n"));
        return Ok(());
    }
    let programs = build(&folder)?;
    let seeds = tempfile::tempdir().map_err(|why| format!("temporary folder: {why}"))?;
    let text = fs::read_to_string(folder.join("seeds.toml"))
        .map_err(|why| format!("fuzz/seeds.toml: {why}"))?;
    seeds::write(&text, &known, seeds.path())?;
    let start = Instant::now();
    let expected = options.targets.len().div_ceil(AT_ONCE) as u64 * options.seconds;
    println!(
        "fuzz: {} targets for {} s each, {AT_ONCE} at a time: about {expected} s",
        options.targets.len(),
        options.seconds
    );
    let waiting = Mutex::new(options.targets.iter());
    let broken = Mutex::new(Vec::new());
    let next = || waiting.lock().ok().and_then(|mut targets| targets.next());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(target) = next() {
                    let result = campaign(
                        &folder,
                        &programs,
                        &seeds.path().join(target),
                        target,
                        options.seconds,
                    );
                    println!(
                        "fuzz: {target:<16} {}",
                        result.as_ref().unwrap_or_else(|why| why)
                    );
                    if let (Err(_), Ok(mut broken)) = (result, broken.lock()) {
                        broken.push(target.clone());
                    }
                }
            });
        }
    });
    println!("fuzz: {:.0} s in all", start.elapsed().as_secs_f64());
    let broken = broken.into_inner().unwrap_or_default();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "broken: {} (inputs in fuzz/artifacts)",
            broken.join(", ")
        ))
    }
}

/// The targets that `fuzz/Cargo.toml` names.
fn targets(folder: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(folder.join("Cargo.toml"))
        .map_err(|why| format!("fuzz/Cargo.toml: {why}"))?;
    let manifest: toml::Table =
        toml::from_str(&text).map_err(|why| format!("fuzz/Cargo.toml: {why}"))?;
    let bins = manifest
        .get("bin")
        .and_then(toml::Value::as_array)
        .ok_or("fuzz/Cargo.toml has no [[bin]]")?;
    Ok(bins
        .iter()
        .filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned))
        .collect())
}

fn parse(arguments: &[String], known: &[String]) -> Result<Options, String> {
    let mut options = Options {
        seconds: 30,
        list: false,
        targets: Vec::new(),
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--list" => options.list = true,
            "--seconds" => {
                let seconds = rest
                    .next()
                    .and_then(|text| text.parse().ok())
                    .filter(|&seconds| seconds > 0);
                options.seconds = seconds.ok_or("--seconds needs a number above 0")?;
            }
            name if known.iter().any(|target| target == name) => {
                options.targets.push(name.to_owned());
            }
            name => {
                return Err(format!(
                    "no target or option `{name}`; `cargo xtask fuzz --list` names the targets"
                ));
            }
        }
    }
    if options.targets.is_empty() {
        known.clone_into(&mut options.targets);
    }
    Ok(options)
}

/// Builds all targets; returns the folder of the programs.
fn build(folder: &Path) -> Result<PathBuf, String> {
    shell::need("c++", "g++")?;
    let cargo_fuzz = shell::tool("cargo-fuzz")?;
    let target = shell::target()?.join("fuzz");
    let mut build = Command::new(cargo_fuzz);
    build
        .current_dir(shell::root())
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("CARGO_TARGET_DIR");
    build
        .args(["build", "--fuzz-dir"])
        .arg(folder)
        .arg("--target-dir")
        .arg(&target);
    shell::run(&mut build)?;
    let version = shell::capture(Command::new("rustc").arg("-vV"))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("rustc -vV names no host")?;
    Ok(target.join(host).join("release"))
}

/// Runs one target; says how many inputs it tried, or where the input lies that broke it.
fn campaign(
    folder: &Path,
    programs: &Path,
    seeds: &Path,
    target: &str,
    seconds: u64,
) -> Result<String, String> {
    let (corpus, artifacts) = (
        folder.join("corpus").join(target),
        folder.join("artifacts").join(target),
    );
    for needed in [&corpus, &artifacts] {
        fs::create_dir_all(needed).map_err(|why| format!("{}: {why}", needed.display()))?;
    }
    let mut command = Command::new(programs.join(target));
    command.arg(&corpus).args(seeds.is_dir().then_some(seeds));
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={MAX_LEN}"),
        "-timeout=5".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
    ]);
    let output = command
        .args(["-print_final_stats=1", "-verbosity=0"])
        .output()
        .map_err(|why| format!("cannot start: {why}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        let stat = |name: &str| {
            log.lines()
                .find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
                .unwrap_or_default()
        };
        return Ok(format!(
            "ok, {} inputs, peak {} MB",
            stat("stat::number_of_executed_units:"),
            stat("stat::peak_rss_mb:")
        ));
    }
    let telling = |line: &&str| {
        line.contains("panicked at")
            || line.contains("ERROR:")
            || line.contains("Test unit written")
            || line.contains("assertion")
    };
    let lines: Vec<&str> = log.lines().filter(telling).collect();
    Err(format!("BROKEN: {}", lines.join(" | ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn all_targets_for_thirty_seconds_unless_told() {
        let known = words("v3 tm");
        let options = parse(&[], &known).unwrap();
        assert_eq!((options.seconds, options.targets), (30, known.clone()));
        let options = parse(&words("--seconds 5 tm"), &known).unwrap();
        assert_eq!((options.seconds, options.targets), (5, words("tm")));
        assert!(
            parse(&words("--seconds"), &known).is_err()
                && parse(&words("nothing"), &known).is_err()
        );
    }
}
