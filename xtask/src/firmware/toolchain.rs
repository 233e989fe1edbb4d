//! The compiler for bare metal and for other machines: it must know the target and bring its `core`, built or as source.
//!
//! Three will do, looked for in this order: Debian's own (`rustc-web` with `rust-web-src`), a rustup nightly with the component `rust-src`, and, for
//! targets that rustup has installed (`rustup target add`), rustup's stable one. Only the first two can build `core` themselves, and take `-Z`.

use std::path::Path;
use std::process::Command;

use super::packages;
use crate::{Outcome, shell};

/// Where the sources of `core` lie below a sysroot.
const SOURCES: &str = "lib/rustlib/src/rust/library/Cargo.lock";

/// A compiler that can do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// `/usr/bin/cargo`, a release that is told to take what a nightly takes.
    Debian,
    /// rustup's nightly with `rust-src`.
    Nightly,
    /// rustup's stable: only targets that are installed, and no `-Z`.
    Stable,
}

impl Toolchain {
    /// For this target, installing Debian's if none serves and that is possible.
    pub(crate) fn of(triple: &str) -> Result<Self, String> {
        if let Some(found) = Self::present(triple) {
            return Ok(found);
        }
        install().map_err(|why| format!("no compiler for {triple}: {why}"))?;
        Ok(Self::Debian)
    }

    /// The first that serves.
    fn present(triple: &str) -> Option<Self> {
        if packages::COMPILER.iter().all(|need| need.found().is_some()) {
            return Some(Self::Debian);
        }
        let ask = |toolchain: &str, question: &[&str]| {
            let mut command = rustup(toolchain, "rustc");
            shell::capture(outside(command.arg("--print").args(question))).ok()
        };
        let sysroot = ask("nightly", &["sysroot"]);
        if sysroot.is_some_and(|root| Path::new(root.trim()).join(SOURCES).exists()) {
            return Some(Self::Nightly);
        }
        let libraries = ask("stable", &["target-libdir", "--target", triple]);
        libraries
            .is_some_and(|folder| Path::new(folder.trim()).exists())
            .then_some(Self::Stable)
    }

    /// Its cargo, in this folder of the workspace.
    pub(crate) fn cargo(self, folder: &str) -> Command {
        let mut command = match self {
            Self::Debian => {
                let mut command = Command::new("/usr/bin/cargo");
                let path = std::env::var("PATH").unwrap_or_default();
                command.env("PATH", format!("/usr/bin:{path}"));
                command.env("RUSTC_BOOTSTRAP", "1");
                command
            }
            Self::Nightly => rustup("nightly", "cargo"),
            Self::Stable => rustup("stable", "cargo"),
        };
        outside(command.current_dir(shell::root().join(folder)));
        command
    }

    /// What it is, in the words of its compiler.
    pub(crate) fn describe(self) -> Result<String, String> {
        let (whose, mut rustc) = match self {
            Self::Debian => ("Debian", Command::new("/usr/bin/rustc")),
            Self::Nightly => ("rustup", rustup("nightly", "rustc")),
            Self::Stable => ("rustup", rustup("stable", "rustc")),
        };
        let version = shell::capture(outside(rustc.arg("--version")))?;
        Ok(format!("{} of {whose}", version.trim()))
    }

    /// Whether it takes `-Z` and builds `core` itself.
    pub(crate) fn builds_core(self) -> bool {
        self != Self::Stable
    }
}

/// A program of a rustup toolchain.
fn rustup(toolchain: &str, program: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", toolchain, program]);
    command
}

/// Installs Debian's.
fn install() -> Outcome {
    let needs: Vec<_> = packages::COMPILER.iter().collect();
    packages::install(&needs)
        .map_err(|why| format!("{why}; or `rustup toolchain install nightly --component rust-src`"))
}

/// Takes away what the cargo that started us set for itself.
fn outside(command: &mut Command) -> &mut Command {
    command
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTUP_TOOLCHAIN")
}
