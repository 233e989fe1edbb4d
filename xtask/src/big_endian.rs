//! `cargo xtask big-endian`: the tests of the core on machines whose octets lie the other way round.
//!
//! 32-bit PowerPC and 64-bit z under QEMU's user emulation: whole programs of Linux, `std` and all, so the test suites run as they are. The
//! standard library is built from its sources, since neither toolchain brings it for both.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Instant;

use crate::firmware::packages;
use crate::firmware::toolchain::Toolchain;
use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask big-endian [--target powerpc|s390x]... [--whole] [--optional] [-- TEST-ARGUMENTS]

Runs all tests of wire, coding, link and relay, those in the documentation too, on powerpc (32 bits, big-endian) and s390x (64 bits, big-endian)
under user emulation; installs what is missing for it (apt, as root). The exhaustive explorers of link walk a smaller part of their state space
(MAGPIE_QUICK=1), because they take minutes under emulation; with --whole they walk all of it.
--optional: where emulator or linker are missing and cannot be installed, say so and pass, unless CI=true.

A rustup nightly with the component rust-src serves as well as Debian's rustc-web with rust-web-src.";

const PACKAGES: [&str; 4] = [
    "magpie-wire",
    "magpie-coding",
    "magpie-link",
    "magpie-relay",
];

/// A machine that is emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Machine {
    name: &'static str,
    triple: &'static str,
    /// Linker, also for C.
    gcc: &'static str,
    qemu: &'static str,
    /// Where its C library lies.
    libraries: &'static str,
}

const MACHINES: [Machine; 2] = [
    Machine {
        name: "powerpc",
        triple: "powerpc-unknown-linux-gnu",
        gcc: "powerpc-linux-gnu-gcc",
        qemu: "qemu-ppc",
        libraries: "/usr/powerpc-linux-gnu",
    },
    Machine {
        name: "s390x",
        triple: "s390x-unknown-linux-gnu",
        gcc: "s390x-linux-gnu-gcc",
        qemu: "qemu-s390x",
        libraries: "/usr/s390x-linux-gnu",
    },
];

/// What to run.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    machines: Vec<Machine>,
    whole: bool,
    optional: bool,
    test_arguments: Vec<String>,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let plan = plan(arguments)?;
    let needs: Vec<_> = packages::BIG_ENDIAN.iter().collect();
    match packages::install(&needs) {
        Err(why) if plan.optional && !shell::on_ci() => {
            println!("skipped: big-endian machines ({why})");
            return Ok(());
        }
        installed => installed?,
    }
    // The second machine's build waits for the first one's by cargo's own lock; then the tests of one run beside the build of the other.
    let start = Instant::now();
    let runs: Vec<_> = plan
        .machines
        .iter()
        .map(|machine| test(*machine, &plan))
        .collect::<Result<_, _>>()?;
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = runs
            .into_iter()
            .map(|(machine, child)| scope.spawn(move || follow(machine, child, start)))
            .collect();
        let joined = threads.into_iter().map(|thread| {
            let result = thread.join();
            result.unwrap_or_else(|_| Err("the thread that reads its output failed".to_owned()))
        });
        joined.collect()
    });
    for (machine, result) in plan.machines.iter().zip(&results) {
        match result {
            Ok(said) => println!("big-endian: {:<8} {said}", machine.name),
            Err(why) => println!("big-endian: {:<8} FAILED, {why}", machine.name),
        }
    }
    let failed = plan
        .machines
        .iter()
        .zip(&results)
        .find_map(|(machine, result)| {
            let why = result.as_ref().err()?;
            Some(format!("{}: {why}", machine.name))
        });
    failed.map_or(Ok(()), Err)
}

fn plan(arguments: &[String]) -> Result<Plan, String> {
    let mut plan = Plan {
        machines: Vec::new(),
        whole: false,
        optional: false,
        test_arguments: Vec::new(),
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--whole" => plan.whole = true,
            "--optional" => plan.optional = true,
            "--target" => {
                let name = rest.next().ok_or("--target needs a machine, see --help")?;
                let machine = MACHINES
                    .into_iter()
                    .find(|machine| machine.name == name || machine.triple == name)
                    .ok_or_else(|| format!("no machine `{name}`, see --help"))?;
                plan.machines.push(machine);
            }
            "--" => plan.test_arguments.extend(rest.by_ref().cloned()),
            _ => return Err(format!("unknown option `{argument}`, see --help")),
        }
    }
    if plan.machines.is_empty() {
        plan.machines.extend(MACHINES);
    }
    Ok(plan)
}

/// Starts the build and the tests of one machine.
fn test(machine: Machine, plan: &Plan) -> Result<(Machine, Child), String> {
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
        .arg(shell::target()?.join("big-endian"))
        .env(variable("LINKER"), machine.gcc)
        .env(
            variable("RUNNER"),
            format!("{} -L {}", machine.qemu, machine.libraries),
        )
        // Overflow checks and debug assertions as in the tests of the host, but fast enough to be emulated.
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "2")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .args(["--config", "profile.dev.package.magpie-link.opt-level=3"]);
    for package in PACKAGES {
        cargo.args(["--package", package]);
    }
    if !plan.whole {
        cargo.env("MAGPIE_QUICK", "1");
    }
    if !plan.test_arguments.is_empty() {
        cargo.arg("--").args(&plan.test_arguments);
    }
    let child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    let child = child.map_err(|why| format!("cannot start cargo: {why}"))?;
    Ok((machine, child))
}

/// Prints what the tests print, with the machine's name before it, and counts them.
fn follow(machine: Machine, mut child: Child, start: Instant) -> Result<String, String> {
    let mut count = Count::default();
    let output = child.stdout.take().map(BufReader::new);
    for line in output.into_iter().flat_map(BufRead::lines) {
        let line = line.map_err(|why| format!("its output: {why}"))?;
        count.hear(&line);
        println!("{:<8}| {line}", machine.name);
    }
    let status = child.wait().map_err(|why| why.to_string())?;
    let Count {
        passed,
        failed,
        programs,
    } = count;
    let seconds = start.elapsed().as_secs();
    if status.success() && failed == 0 && passed > 0 {
        Ok(format!(
            "{passed} tests of {programs} programs passed, {seconds} s"
        ))
    } else {
        Err(format!(
            "{failed} tests failed, {passed} passed ({status}), see above"
        ))
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

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn machines_are_chosen_by_name_and_the_rest_goes_to_the_tests() {
        let chosen = plan(&words("--target s390x -- --nocapture rs")).unwrap();
        assert_eq!(chosen.machines, [MACHINES[1]]);
        assert_eq!(chosen.test_arguments, ["--nocapture", "rs"]);
        assert_eq!(plan(&[]).unwrap().machines, MACHINES);
        assert!(plan(&words("--target m68k")).is_err());
        assert!(plan(&words("--fast")).is_err());
    }

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
