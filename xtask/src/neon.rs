//! `cargo xtask neon`: the tests of the codes on a 64-bit ARM, whose vector instructions are NEON.

use crate::Outcome;
use crate::cross::{self, Machine, Suite};
use crate::firmware::packages;

pub(crate) const HELP: &str = "
usage: cargo xtask neon [--optional] [-- TEST-ARGUMENTS]

Runs all tests of coding with its vector code on aarch64 under user emulation; installs what is missing for it (apt, as root).
--optional: where emulator or linker are missing and cannot be installed, say so and pass, unless CI=true.

A rustup nightly with the component rust-src serves as well as Debian's rustc-web with rust-web-src.";

const AARCH64: Machine = Machine {
    name: "aarch64",
    triple: "aarch64-unknown-linux-gnu",
    gcc: "aarch64-linux-gnu-gcc",
    qemu: "qemu-aarch64",
    libraries: "/usr/aarch64-linux-gnu",
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    cross::run(&plan(arguments)?, packages::NEON)
}

fn plan(arguments: &[String]) -> Result<Suite, String> {
    let mut suite = Suite {
        title: "neon",
        packages: &["magpie-coding"],
        options: &["--features", "std"],
        // Not those of the documentation: they show nothing about vectors that the others do not.
        parts: &[&["--lib", "--tests"]],
        machines: vec![AARCH64],
        whole: false,
        optional: false,
        test_arguments: Vec::new(),
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--optional" => suite.optional = true,
            "--" => suite.test_arguments.extend(rest.by_ref().cloned()),
            _ => return Err(format!("unknown option `{argument}`, see --help")),
        }
    }
    Ok(suite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_goes_to_the_tests() {
        let words = ["--optional", "--", "viterbi"].map(str::to_owned);
        let suite = plan(&words).unwrap();
        assert!(suite.optional);
        assert_eq!(suite.test_arguments, ["viterbi"]);
        assert!(plan(&["--target".to_owned()]).is_err());
    }
}
