//! `magpie`: the program. Everything of substance is in the library part of this package and in the crates below it.

use std::process::ExitCode;

fn main() -> ExitCode {
    magpie::command::run(std::env::args_os())
}
