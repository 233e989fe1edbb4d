//! The C example on an emulated Cortex-M7: the library for bare metal, `examples/c` by a C compiler, both linked and run to an exit code.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::toolchain::Toolchain;
use crate::{Outcome, shell};

const TRIPLE: &str = "thumbv7em-none-eabihf";
const PROCESSOR: [&str; 4] = [
    "-mcpu=cortex-m7",
    "-mthumb",
    "-mfloat-abi=hard",
    "-mfpu=fpv5-d16",
];
const WARNINGS: [&str; 5] = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-g"];
/// What the program prints last if everything went as it should.
const GOOD: &str = "c example: packets 5 and 40";

/// Builds the example and runs it; prints what it says.
pub(crate) fn run() -> Outcome {
    let said = shell::capture(&mut emulator(&build()?))?;
    print!("{said}");
    if said.contains(GOOD) {
        Ok(())
    } else {
        Err(format!(
            "the C example ended well, but did not say `{GOOD} …`"
        ))
    }
}

/// The linked program.
fn build() -> Result<PathBuf, String> {
    let folder = shell::target()?.join("firmware");
    let library = library(&folder.join("capi"))?;
    let out = folder.join("c-example");
    std::fs::create_dir_all(&out).map_err(|why| format!("{}: {why}", out.display()))?;
    let elf = out.join("cortex-m7.elf");
    let examples = shell::root().join("examples/c");
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(PROCESSOR).args(WARNINGS);
    gcc.args([
        "-Os",
        "-ffreestanding",
        "-ffunction-sections",
        "-nostdlib",
        "-Wl,--gc-sections",
        "-Wl,-z,noexecstack",
    ]);
    for include in [examples.clone(), shell::root().join("crates/capi/include")] {
        gcc.arg("-I").arg(include);
    }
    gcc.arg("-T").arg(examples.join("cortex-m/mps2.ld"));
    gcc.args([
        examples.join("cortex-m/start.c"),
        examples.join("two_ends.c"),
        library,
    ]);
    shell::run(gcc.arg("-lgcc").arg("-o").arg(&elf))?;
    Ok(elf)
}

/// The static library, small and without unwinding.
fn library(folder: &Path) -> Result<PathBuf, String> {
    let toolchain = Toolchain::of(TRIPLE)?;
    let mut cargo = toolchain.cargo(".");
    cargo
        .args(["rustc", "--release", "--locked", "--package", "magpie-capi"])
        .args([
            "--crate-type",
            "staticlib",
            "--target",
            TRIPLE,
            "--target-dir",
        ])
        .arg(folder)
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    if toolchain.builds_core() {
        cargo.args([
            "-Zbuild-std=core",
            "-Zbuild-std-features=compiler-builtins-mem",
        ]);
    }
    shell::run(&mut cargo)?;
    Ok(folder.join(TRIPLE).join("release/libmagpie_capi.a"))
}

/// QEMU, its semihosting on our standard output, and an end if the program finds none.
fn emulator(elf: &Path) -> Command {
    let mut qemu = Command::new("timeout");
    qemu.args(["120", "qemu-system-arm", "-M", "mps2-an500"])
        .args(["-display", "none", "-monitor", "none", "-serial", "null"])
        .args(["-chardev", "stdio,id=words"])
        .args([
            "-semihosting-config",
            "enable=on,target=native,chardev=words",
        ])
        .arg("-kernel")
        .arg(elf);
    qemu
}
