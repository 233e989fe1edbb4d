//! `cargo xtask passes`: passes that a file takes where nothing can be acknowledged, for docs/blindcast.md.

use crate::{Outcome, bench, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask passes [--check]

Sends files by fountain and by carousel through seeded passes that lose 0 to 90 % of the packets, and writes docs/blindcast.md (some minutes). The page is the same on
every machine: with --check it is only compared, and a difference ends with 1.";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut command = bench::program();
    command.arg("passes");
    match arguments {
        [] => {}
        [option] if option == "--check" => {
            command.arg("--check");
        }
        _ => return Err("unknown option, see --help".to_owned()),
    }
    shell::run(command.arg(shell::root().join("docs/blindcast.md")))
}
