//! `cargo xtask firmware run`: one image in its emulator.

use std::process::Command;

use super::{build, targets};
use crate::{Outcome, shell};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let [name, bin] = arguments else {
        return Err("needs a target and the name of an image, see --help".to_owned());
    };
    let targets = targets::named(std::slice::from_ref(name))?;
    build::images(&targets, std::slice::from_ref(bin))?;
    let target = targets.first().ok_or("no target")?;
    eprintln!("{}: {}", target.name, target.processor);
    let (program, machine) = target
        .qemu
        .split_first()
        .ok_or("targets.toml: no emulator")?;
    let mut qemu = Command::new(program);
    qemu.args(machine)
        .args(["-display", "none", "-monitor", "none", "-serial", "stdio"])
        .args(semihosting(program))
        .arg("-kernel")
        .arg(targets::images(target)?.join(format!("{bin}.elf")));
    shell::run(&mut qemu)
}

/// How the machine may be ended by its program; the emulator of SPARC knows no such thing.
fn semihosting(program: &str) -> &'static [&'static str] {
    if program.ends_with("sparc") {
        &[]
    } else {
        &["-semihosting-config", "enable=on,target=native"]
    }
}
