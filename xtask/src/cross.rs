//! Tests on machines that are not the host: whole programs of Linux under QEMU's user emulation, `std` and all, so the test suites run as they are. The
//! standard library is built from its sources, since no toolchain brings it for all of them.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::firmware::packages::{self, Need};
use crate::firmware::toolchain::Toolchain;
use crate::{Outcome, shell};

/// A machine that is emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) name: &'static str,
    pub(crate) triple: &'static str,
    /// Linker, also for C.
    pub(crate) gcc: &'static str,
    pub(crate) qemu: &'static str,
    /// Where its C library lies.
    pub(crate) libraries: &'static str,
}

/// What is tested, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suite {
    /// The name of the check, before each line of its summary.
    pub(crate) title: &'static str,
    pub(crate) packages: &'static [&'static str],
    /// Options of cargo.
    pub(crate) options: &'static [&'static str],
    /// What is built and run, one call of cargo each.
    pub(crate) parts: &'static [&'static [&'static str]],
    pub(crate) machines: Vec<Machine>,
    /// Without it the explorers walk a part of their state space.
    pub(crate) whole: bool,
    pub(crate) optional: bool,
    pub(crate) test_arguments: Vec<String>,
}

/// Installs what is needed, builds and runs the tests on each machine, and says how many passed.
pub(crate) fn run(suite: &Suite, needs: &[Need]) -> Outcome {
    let needs: Vec<_> = needs.iter().collect();
    match packages::install(&needs) {
        Err(why) if suite.optional && !shell::on_ci() => {
            println!("skipped: {} ({why})", suite.title);
            return Ok(());
        }
        installed => installed?,
    }
    // The second machine's build waits for the first one's by cargo's own lock; then the tests of one run beside the build of the other.
    let start = Instant::now();
    let runs: Vec<_> = suite
        .machines
        .iter()
        .map(|machine| Ok((*machine, commands(*machine, suite)?)))
        .collect::<Result<_, String>>()?;
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = runs
            .into_iter()
            .map(|(machine, commands)| scope.spawn(move || follow(machine, commands, start)))
            .collect();
        let joined = threads.into_iter().map(|thread| {
            let result = thread.join();
            result.unwrap_or_else(|_| Err("the thread that reads its output failed".to_owned()))
        });
        joined.collect()
    });
    let mut failed = None;
    for (machine, result) in suite.machines.iter().zip(results) {
        match result {
            Ok(said) => println!("{}: {:<8} {said}", suite.title, machine.name),
            Err(why) => {
                println!("{}: {:<8} FAILED, {why}", suite.title, machine.name);
                failed = failed.or(Some(format!("{}: {why}", machine.name)));
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Build and tests of one machine, part after part: all of them at once would build the examples too.
fn commands(machine: Machine, suite: &Suite) -> Result<Vec<Command>, String> {
    let parts = suite.parts.iter();
    parts.map(|part| command(machine, suite, part)).collect()
}

fn command(machine: Machine, suite: &Suite, part: &[&str]) -> Result<Command, String> {
    let toolchain = Toolchain::of(machine.triple)?;
    if !toolchain.builds_core() {
        return Err(format!(
            "{} needs a compiler that builds std: rust-web-src, or rustup's nightly with rust-src",
            machine.triple
        ));
    }
    let variable = |what: &str| {
        let triple = machine.triple.replace('-', "_").to_uppercase();
        format!("CARGO_TARGET_{triple}_{what}")
    };
    let mut cargo = toolchain.cargo(".");
    cargo
        .args(["test", "--locked", "--no-fail-fast", "-Zbuild-std"])
        .args(["--target", machine.triple, "--target-dir"])
        // Another compiler than the host's: its artefacts lie elsewhere.
        .arg(shell::target()?.join("cross"))
        .env(variable("LINKER"), machine.gcc)
        .env(
            variable("RUNNER"),
            format!("{} -L {}", machine.qemu, machine.libraries),
        )
        // Overflow checks and debug assertions as in the tests of the host, but fast enough to be emulated.
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "2")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .args(["--config", "profile.dev.package.magpie-link.opt-level=3"]);
    cargo.args(suite.options).args(part);
    for package in suite.packages {
        cargo.args(["--package", package]);
    }
    if !suite.whole {
        cargo.env("MAGPIE_QUICK", "1");
    }
    if !suite.test_arguments.is_empty() {
        cargo.arg("--").args(&suite.test_arguments);
    }
    Ok(cargo)
}

/// Runs a machine's commands, prints what the tests print, with the machine's name before it, and counts them.
fn follow(machine: Machine, commands: Vec<Command>, start: Instant) -> Result<String, String> {
    let mut count = Count::default();
    let mut good = true;
    for mut cargo in commands {
        let child = cargo
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        let mut child = child.map_err(|why| format!("cannot start cargo: {why}"))?;
        let output = child.stdout.take().map(BufReader::new);
        for line in output.into_iter().flat_map(BufRead::lines) {
            let line = line.map_err(|why| format!("its output: {why}"))?;
            count.hear(&line);
            println!("{:<8}| {line}", machine.name);
        }
        good &= child.wait().map_err(|why| why.to_string())?.success();
    }
    let Count {
        passed,
        failed,
        programs,
    } = count;
    let seconds = start.elapsed().as_secs();
    if good && failed == 0 && passed > 0 {
        Ok(format!(
            "{passed} tests of {programs} programs passed, {seconds} s"
        ))
    } else {
        Err(format!("{failed} tests failed, {passed} passed, see above"))
    }
}

/// What the test programs said in their last lines.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
    programs: u32,
}

impl Count {
    /// `test result: ok. 12 passed; 0 failed; …`
    fn hear(&mut self, line: &str) {
        let Some(line) = line.strip_prefix("test result: ") else {
            return;
        };
        let number = |what: &str| -> u32 {
            let words: Vec<&str> = line.split_whitespace().collect();
            let place = words
                .iter()
                .position(|word| word.trim_end_matches(';') == what);
            place
                .and_then(|place| words.get(place.checked_sub(1)?)?.parse().ok())
                .unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed");
        self.programs += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as the test harness of Rust 1.96 prints them.
    #[test]
    fn tests_are_counted_by_what_the_programs_say() {
        let mut count = Count::default();
        count.hear("test result: ok. 40 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 9.41s");
        count.hear("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured");
        count.hear("test wire ... ok");
        let expected = Count {
            passed: 43,
            failed: 2,
            programs: 2,
        };
        assert_eq!(count, expected);
    }
}
