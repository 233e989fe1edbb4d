//! Which machine a target is, and where its images are.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::command::Failure;
use crate::files;

/// The boards, and the emulated machines that run their images.
const TARGETS: &str = include_str!("../../../../firmware/targets.toml");

/// One board.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// As in `emulated:NAME`.
    pub name: String,
    /// For people.
    pub processor: String,
    /// What the compiler calls it.
    pub triple: String,
    /// The emulator, with the arguments that make the machine.
    pub qemu: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Vec<Target>,
}

impl Target {
    /// The target of this name.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let file: File = toml::from_str(TARGETS)
            .map_err(|error| Failure::new(format!("firmware/targets.toml: {error}")))?;
        let known: Vec<String> = file.target.iter().map(|t| t.name.clone()).collect();
        let found = file.target.into_iter().find(|target| target.name == name);
        found.ok_or_else(|| {
            Failure::new(format!(
                "emulated:{name}: no such target; there are {}",
                known.join(", ")
            ))
        })
    }
}

/// A program of the flight side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// User terminal.
    Rover,
    /// Relay transponder.
    Orbiter,
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rover => "rover",
            Self::Orbiter => "orbiter",
        })
    }
}

impl Image {
    /// The file for a target: in `folder`, else in `MAGPIE_FIRMWARE`, else where `cargo xtask firmware build` leaves it.
    pub fn find(self, target: &Target, folder: Option<&Path>) -> Result<PathBuf, Failure> {
        let file = PathBuf::from(&target.name).join(format!("{self}.elf"));
        let told = folder
            .map(Path::to_owned)
            .or_else(|| std::env::var_os("MAGPIE_FIRMWARE").map(PathBuf::from));
        let folders = told.map_or_else(usual_folders, |folder| vec![folder]);
        let found = folders.iter().map(|folder| folder.join(&file));
        let found = found.into_iter().find(|path| path.is_file());
        found.ok_or_else(|| {
            Failure::new(format!(
                "emulated:{name}: no image {} in {}; run `cargo xtask firmware build {name}`, or say where it is with --firmware DIR",
                files::shown(&file),
                folders.first().map_or_else(String::new, |folder| files::shown(folder)),
                name = target.name
            ))
        })
    }
}

/// `<target>/firmware`, as far as it can be told from here: the program lies in `<target>/release` or `<target>/debug`, its tests one deeper.
fn usual_folders() -> Vec<PathBuf> {
    let set = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let program = std::env::current_exe().ok();
    let above = program
        .iter()
        .flat_map(|path| path.ancestors().skip(2).take(2));
    let above = above.map(Path::to_owned);
    let folders = set
        .into_iter()
        .chain(above)
        .chain([PathBuf::from("target")]);
    folders.map(|folder| folder.join("firmware")).collect()
}
