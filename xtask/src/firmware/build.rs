//! `cargo xtask firmware build`: the images of every board.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::targets::{self, Target};
use super::toolchain::Toolchain;
use crate::{Outcome, shell};

/// The programs of `firmware/images`.
const BINS: &[&str] = &["echo", "rover", "orbiter", "count"];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (mut names, mut bins) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--bin" => bins.push(rest.next().ok_or("--bin needs a name")?.clone()),
            _ => names.push(argument.clone()),
        }
    }
    images(&targets::named(&names)?, &bins)
}

/// Builds these images (all if none is named) and puts them beside each other. Boards of one triple share the work.
pub(crate) fn images(targets: &[Target], bins: &[String]) -> Outcome {
    let wanted: Vec<&str> = if bins.is_empty() {
        BINS.to_vec()
    } else {
        bins.iter().map(String::as_str).collect()
    };
    let folder = shell::target()?.join("firmware");
    let triples: BTreeSet<&str> = targets
        .iter()
        .map(|target| target.triple.as_str())
        .collect();
    for triple in triples {
        shell::run(&mut compile(triple, &wanted)?)?;
        for target in targets.iter().filter(|target| target.triple == triple) {
            let to = targets::images(target)?;
            fs::create_dir_all(&to).map_err(|why| format!("{}: {why}", to.display()))?;
            for bin in &wanted {
                let from = folder.join("build").join(triple).join("release").join(bin);
                fs::copy(&from, to.join(format!("{bin}.elf")))
                    .map_err(|why| format!("{}: {why}", from.display()))?;
            }
        }
    }
    Ok(())
}

fn compile(triple: &str, bins: &[&str]) -> Result<Command, String> {
    let toolchain = Toolchain::of(triple)?;
    let mut cargo = toolchain.cargo("firmware");
    cargo
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "magpie-images",
            "--target",
            triple,
        ])
        .arg("--target-dir")
        .arg(shell::target()?.join("firmware/build"));
    // Panics name their file: short, and the same wherever the checkout lies.
    let root = shell::root();
    let mut flags = format!("'--remap-path-prefix={}/='", root.display());
    if toolchain.builds_core() {
        // For the measurements.
        flags.push_str(",'-Z','emit-stack-sizes'");
    }
    cargo.args(["--config", &format!("target.{triple}.rustflags=[{flags}]")]);
    for bin in bins {
        cargo.args(["--bin", bin]);
    }
    Ok(cargo)
}
