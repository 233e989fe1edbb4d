//! `cargo xtask firmware`: everything about the flight side, from a bare machine to the table in docs/firmware.md.

mod build;
pub(crate) mod c_example;
mod callgraph;
mod measure;
mod no_panic;
pub(crate) mod packages;
mod run;
mod setup;
mod stack;
mod targets;
mod test;
pub(crate) mod toolchain;

use crate::Outcome;

pub(crate) const HELP: &str = "
usage: cargo xtask firmware COMMAND [OPTIONS]

setup [--big-endian]             checks the programs that all this needs and installs what is missing (apt, as root);
                                 with --big-endian also what `cargo xtask big-endian` needs
build [TARGET]... [--bin NAME]   builds the images into <target>/firmware/TARGET/NAME.elf
run TARGET BIN                   runs one image in its emulator; its messages go to the terminal
test [--quick] [--optional]      all of this: setup, build, the tests on the host, the passes on emulated machines, the C example, no-panic, measure;
                                 a table at the end. --quick: only cortex-m7 and leon3. --optional: skipped with a line where the
                                 machine lacks what it needs and nothing can be installed, unless CI=true
c-example                        examples/c with the C library on an emulated Cortex-M7
no-panic [TARGET]... [--all]     wire, coding and link alone, as machine code: no way from received octets to the panic machinery that
                                 firmware/no-panic/exceptions.toml does not name; --all also lists what it does
stack ELF [ENTRY]... [--end NAME]...   worst stack of a program from these functions on (default: main), by its call graph, not looking into
                                 functions whose names begin with NAME
measure [TARGET]... [--json] [--update] [--no-build]
                                 flash, RAM, stack, instructions of each operation: as tables or JSON; fails if one is more than 3 % above
                                 firmware/baseline.json; --update writes that and the tables of docs/firmware.md

TARGET is one of firmware/targets.toml: cortex-m4f, cortex-m7, cortex-r52, riscv32, riscv64, leon3 (all of them unless told).";

/// A sub-command: its name, and what it does.
type Command = (&'static str, fn(&[String]) -> Outcome);

const COMMANDS: &[Command] = &[
    ("setup", setup::run),
    ("build", build::run),
    ("run", run::run),
    ("c-example", |_| c_example::run()),
    ("test", test::run),
    ("no-panic", no_panic::run),
    ("stack", stack::run),
    ("measure", measure::run),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else {
        return Err("needs a command, see --help".to_owned());
    };
    let command = COMMANDS.iter().find(|command| command.0 == name);
    let (_, command) = command.ok_or_else(|| format!("no command `{name}`, see --help"))?;
    command(rest)
}

/// Builds the images of these boards for other commands.
pub(crate) fn images(names: &[&str]) -> Outcome {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    build::images(&targets::named(&names)?, &[])
}
