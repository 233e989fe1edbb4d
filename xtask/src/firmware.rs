//! `cargo xtask firmware COMMAND`: the bare-metal side. The table of sub-commands is below, one file each in `firmware/`.

mod callgraph;
mod no_panic;

use crate::Outcome;

pub(crate) const HELP: &str = "
usage: cargo xtask firmware COMMAND

  no-panic   wire, coding and link alone: no way from received octets to the panic machinery";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    match arguments.split_first() {
        Some((name, rest)) if name == "no-panic" => no_panic::run(rest),
        _ => Err(format!("which command?\n{}", HELP.trim())),
    }
}
