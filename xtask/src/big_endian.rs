//! `cargo xtask big-endian`: the tests of the core on machines whose octets lie the other way round.
//!
//! 32-bit PowerPC and 64-bit z under QEMU's user emulation.

use crate::Outcome;
use crate::cross::{self, Machine, Suite};
use crate::firmware::packages;

pub(crate) const HELP: &str = "
usage: cargo xtask big-endian [--target powerpc|s390x]... [--whole] [--optional] [-- TEST-ARGUMENTS]

Runs all tests of wire, coding, link and relay, those in the documentation too, on powerpc (32 bits, big-endian) and s390x (64 bits, big-endian)
under user emulation; installs what is missing for it (apt, as root). The exhaustive explorers of link walk a smaller part of their state space
and the longest tests of coding are shorter (MAGPIE_QUICK=1), because they take minutes under emulation; with --whole they do all of it.
--optional: where emulator or linker are missing and cannot be installed, say so and pass, unless CI=true.

A rustup nightly with the component rust-src serves as well as Debian's rustc-web with rust-web-src.";

const PACKAGES: &[&str] = &[
    "magpie-wire",
    "magpie-coding",
    "magpie-link",
    "magpie-relay",
];

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

pub(crate) fn run(arguments: &[String]) -> Outcome {
    cross::run(&plan(arguments)?, packages::BIG_ENDIAN)
}

fn plan(arguments: &[String]) -> Result<Suite, String> {
    let mut plan = Suite {
        title: "big-endian",
        packages: PACKAGES,
        options: &[],
        parts: &[&["--lib", "--bins", "--tests"], &["--doc"]],
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
}
