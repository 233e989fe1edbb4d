//! Which packages of Debian bring the programs that build and run the flight side, and how they come in.
//!
//! One list for `cargo xtask firmware` and `cargo xtask big-endian`. A program is asked for its version, and its package installed only where it is
//! missing or too old: a machine that has everything is not touched. Where the machine's suite has an emulator too old to know every board,
//! the one of its backports is taken, from the mirror that the machine uses already.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, shell};

/// Something that must be on the machine, and the package that brings it.
pub(crate) struct Need {
    /// A program in `PATH`, or a file if it begins with a slash and is not a program.
    pub(crate) name: &'static str,
    kind: Kind,
    package: &'static str,
}

enum Kind {
    /// A program of at least this version.
    Program { at_least: (u32, u32) },
    /// The same, and the machine's suite may have it too old.
    Backport { at_least: (u32, u32) },
    /// A file.
    File,
}

const fn program(name: &'static str, package: &'static str) -> Need {
    Need {
        name,
        kind: Kind::Program { at_least: (0, 0) },
        package,
    }
}

/// `rust-version` of the workspace.
const fn compiler(name: &'static str, package: &'static str) -> Need {
    Need {
        name,
        kind: Kind::Program { at_least: (1, 89) },
        package,
    }
}

/// QEMU 9 is the first with the Cortex-R52 board.
const fn emulator(name: &'static str, package: &'static str) -> Need {
    Need {
        name,
        kind: Kind::Backport { at_least: (9, 0) },
        package,
    }
}

const fn file(name: &'static str, package: &'static str) -> Need {
    Need {
        name,
        kind: Kind::File,
        package,
    }
}

/// What `cargo xtask firmware` starts besides the compiler.
pub(crate) const FIRMWARE: &[Need] = &[
    program("gcc", "gcc"),
    file("/usr/include/stdio.h", "libc6-dev"),
    program("ld.lld", "lld"),
    program("ld.lld-19", "lld-19"),
    program("llvm-size-19", "llvm-19"),
    program("arm-none-eabi-gcc", "gcc-arm-none-eabi"),
    program("arm-none-eabi-objdump", "binutils-arm-none-eabi"),
    program("sparc64-linux-gnu-ld", "binutils-sparc64-linux-gnu"),
    emulator("qemu-system-arm", "qemu-system-arm"),
    emulator("qemu-system-riscv32", "qemu-system-misc"),
    emulator("qemu-system-riscv64", "qemu-system-misc"),
    emulator("qemu-system-sparc", "qemu-system-sparc"),
];

/// What `cargo xtask big-endian` starts besides the compiler.
pub(crate) const BIG_ENDIAN: &[Need] = &[
    program("gcc", "gcc"),
    file("/usr/include/stdio.h", "libc6-dev"),
    program("powerpc-linux-gnu-gcc", "gcc-powerpc-linux-gnu"),
    file(
        "/usr/powerpc-linux-gnu/lib/libc.so.6",
        "libc6-dev-powerpc-cross",
    ),
    program("s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu"),
    file(
        "/usr/s390x-linux-gnu/lib/libc.so.6",
        "libc6-dev-s390x-cross",
    ),
    program("qemu-ppc", "qemu-user"),
    program("qemu-s390x", "qemu-user"),
];

/// What `cargo xtask neon` starts besides the compiler.
pub(crate) const NEON: &[Need] = &[
    program("gcc", "gcc"),
    file("/usr/include/stdio.h", "libc6-dev"),
    program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    file(
        "/usr/aarch64-linux-gnu/lib/libc.so.6",
        "libc6-dev-arm64-cross",
    ),
    program("qemu-aarch64", "qemu-user"),
];

/// Debian's compiler for bare metal, where no rustup toolchain serves.
pub(crate) const COMPILER: &[Need] = &[
    compiler("/usr/bin/rustc", "rustc-web"),
    compiler("/usr/bin/cargo", "cargo-web"),
    file(
        "/usr/lib/rustlib/src/rust/library/Cargo.lock",
        "rust-web-src",
    ),
];

impl Need {
    /// What is there: the version, or that the file exists. `None` if it is missing or too old.
    pub(crate) fn found(&self) -> Option<String> {
        let at_least = match self.kind {
            Kind::File => return Path::new(self.name).exists().then(|| "there".to_owned()),
            Kind::Program { at_least } | Kind::Backport { at_least } => at_least,
        };
        let text = shell::capture(Command::new(self.name).arg("--version")).ok()?;
        let version = version_in(&text)?;
        let mut numbers = version.split('.').map(|number| number.parse().ok());
        let have: (u32, u32) = (numbers.next()??, numbers.next()??);
        (have >= at_least).then(|| version.to_owned())
    }

    fn of_backports(&self) -> bool {
        matches!(self.kind, Kind::Backport { .. })
    }
}

/// The first word that begins like `1.2`, without what hangs on it.
fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace().find_map(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        let end = word
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(word.len());
        word.get(..end)
            .filter(|version| version.contains('.') && !version.ends_with('.'))
    })
}

/// Installs what is missing of these; says in one line what to do where that is not possible.
pub(crate) fn install(needs: &[&Need]) -> Outcome {
    let missing: Vec<&Need> = needs
        .iter()
        .copied()
        .filter(|need| need.found().is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    // Compiler and sources of `core` must be of one version: all of them come anew if one does.
    let anew = COMPILER.iter().filter(|_| {
        missing
            .iter()
            .any(|need| COMPILER.iter().any(|part| part.package == need.package))
    });
    let asked: Vec<&Need> = missing.iter().copied().chain(anew).collect();
    let names = |backports: bool| -> Vec<&'static str> {
        let wanted = asked.iter().filter(|need| need.of_backports() == backports);
        let names: BTreeSet<&str> = wanted.map(|need| need.package).collect();
        names.into_iter().collect()
    };
    let (ordinary, from_backports) = (names(false), names(true));
    let all = [ordinary.clone(), from_backports.clone()]
        .concat()
        .join(" ");
    if !shell::answers("apt-get", &["--version"]) {
        return Err(format!(
            "this is no Debian; install what the packages {all} of Debian contain, QEMU 9 or later"
        ));
    }
    if !shell::is_root() {
        return Err(format!(
            "not root: run this once as root, or `apt-get install {all}` (QEMU 9 or later, from backports where the suite is older)"
        ));
    }
    if !ordinary.is_empty() {
        println!("installs {}", ordinary.join(" "));
        shell::apt_install(&ordinary)?;
    }
    if !from_backports.is_empty() {
        println!("installs {}", from_backports.join(" "));
        install_new_enough(&from_backports)?;
    }
    let still: Vec<&str> = missing
        .iter()
        .filter(|need| need.found().is_none())
        .map(|need| need.name)
        .collect();
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "missing or too old even after installing {all}: {} (Debian 12 has new compilers in its security suite: is that enabled?)",
            still.join(", ")
        ))
    }
}

/// From the suite itself if its version will do, else from its backports.
fn install_new_enough(packages: &[&str]) -> Outcome {
    let emulator = packages.first().copied().unwrap_or_default();
    shell::apt_update()?;
    let candidate = shell::capture(Command::new("apt-cache").args(["policy", emulator]))?;
    let major = candidate
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate:"))
        .map(str::trim)
        .and_then(|version| {
            version
                .split_once(':')
                .map_or(Some(version), |(_, v)| Some(v))
        })
        .and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    if major.is_some_and(|major| major >= 9) {
        return shell::apt_install(packages);
    }
    let codename = codename()?;
    enable_backports(&codename)?;
    let suite = format!("{codename}-backports");
    shell::apt_install(&[&["-t", suite.as_str()], packages].concat())
}

/// The name of this release of Debian.
fn codename() -> Result<String, String> {
    let text =
        fs::read_to_string("/etc/os-release").map_err(|why| format!("/etc/os-release: {why}"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|name| name.trim_matches('"').to_owned())
        .ok_or_else(|| "/etc/os-release names no release".to_owned())
}

/// Adds the backports of the mirror that the machine uses for this release, unless some are there already.
fn enable_backports(codename: &str) -> Outcome {
    let indexes = |what: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args([
            "indextargets",
            "--format",
            "$(REPO_URI)",
            "Created-By: Packages",
        ]);
        shell::capture(command.args(what))
    };
    let suite = format!("{codename}-backports");
    if !indexes(&[&format!("Codename: {suite}")])?.trim().is_empty() {
        return Ok(());
    }
    let mirrors = indexes(&["Origin: Debian", &format!("Codename: {codename}")])?;
    let mirror = mirrors
        .lines()
        .next()
        .ok_or_else(|| format!("apt knows no mirror of {codename}; its lists are empty"))?;
    let path = "/etc/apt/sources.list.d/magpie-backports.sources";
    let text = format!(
        "Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    );
    println!("enables  {suite} ({path})");
    fs::write(path, text).map_err(|why| format!("{path}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First lines as the programs of Debian 12 print them.
    #[test]
    fn versions_are_found_in_what_programs_say_of_themselves() {
        let said = [
            (
                "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)",
                "10.0.2",
            ),
            ("Debian LLD 19.1.7 (compatible with GNU linkers)", "19.1.7"),
            ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0", "12.2.0"),
            (
                "arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205",
                "12.2.1",
            ),
            ("llvm-size-19\nDebian LLVM version 19.1.7", "19.1.7"),
            (
                "rustc 1.96.0 (abc 2026-05-25) (built from a source tarball)",
                "1.96.0",
            ),
        ];
        for (text, version) in said {
            assert_eq!(version_in(text), Some(version), "{text}");
        }
        assert_eq!(version_in("no number here"), None);
    }

    #[test]
    fn old_is_as_good_as_missing() {
        let need = |kind| Need {
            name: "cargo",
            kind,
            package: "cargo",
        };
        assert!(need(Kind::Program { at_least: (0, 0) }).found().is_some());
        assert!(
            need(Kind::Program {
                at_least: (1_000, 0)
            })
            .found()
            .is_none()
        );
        assert!(file("/no/such/file", "none").found().is_none());
    }
}
